-- What became of each row that a client of sync has pushed: the rows of its collection report_status. A client is known by
-- the id of its person or account. `body` is JSON: what was stated, what contradicts it, what to do. A change of the entity
-- report_status stands under the client's id where others have their commune.
CREATE TABLE sync_outcome (
    id BIGINT NOT NULL,
    client_id BIGINT NOT NULL,
    rev TEXT NOT NULL,
    document TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT,
    body TEXT NOT NULL,
    base_report_id BIGINT,
    report_id BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (client_id, rev)
);

-- Rows that could not be taken: kept as they came, sealed, up to a length, for a person to look at.
CREATE TABLE sync_quarantine (
    id BIGINT NOT NULL,
    client_id BIGINT NOT NULL,
    outcome_id BIGINT NOT NULL,
    content_cipher BYTEA NOT NULL,
    length INTEGER NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX sync_quarantine_client ON sync_quarantine (client_id);
