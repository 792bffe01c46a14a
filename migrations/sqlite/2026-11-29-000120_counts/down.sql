DROP INDEX month_return_commune;
CREATE INDEX month_return_commune ON month_return (period, commune_id);
DROP INDEX unit_kind;
