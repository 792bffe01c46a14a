-- Rows that could not be taken are seen by officers: which device they came from, whether its person was practising, and
-- who is done with them. One waits no more when its client brought the same document again, which is asked by the index.
ALTER TABLE sync_quarantine ADD COLUMN device_id BIGINT;
ALTER TABLE sync_quarantine ADD COLUMN practice BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sync_quarantine ADD COLUMN done_at BIGINT;
ALTER TABLE sync_quarantine ADD COLUMN done_by BIGINT;
CREATE INDEX sync_outcome_document ON sync_outcome (client_id, document);
