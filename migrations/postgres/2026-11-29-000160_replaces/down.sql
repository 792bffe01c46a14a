ALTER TABLE report DROP COLUMN replaces;
