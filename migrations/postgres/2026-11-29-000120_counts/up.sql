-- Counting the hamlets of the whole country reads this index alone. (On SQLite there is one for returns as well.)
CREATE INDEX unit_kind ON unit (kind, province_id, valid_from, valid_to, id);
