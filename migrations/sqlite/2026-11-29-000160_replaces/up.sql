-- The version that a proposal would replace: the incident that it changes or takes back is in the chain of that one.
ALTER TABLE report ADD COLUMN replaces BIGINT;
