DROP INDEX sync_outcome_document;
ALTER TABLE sync_quarantine DROP COLUMN done_by;
ALTER TABLE sync_quarantine DROP COLUMN done_at;
ALTER TABLE sync_quarantine DROP COLUMN practice;
ALTER TABLE sync_quarantine DROP COLUMN device_id;
