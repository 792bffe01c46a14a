DROP INDEX unit_kind;
