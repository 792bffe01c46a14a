-- Counting the hamlets and returns of the whole country reads these indexes alone.
CREATE INDEX unit_kind ON unit (kind, province_id, valid_from, valid_to, id);
DROP INDEX month_return_commune;
CREATE INDEX month_return_commune ON month_return (period, commune_id, on_time, rest_zero, stated_count);
