-- Log-ins of people who report, each bound to a device: an app that exchanges refresh tokens, or a client that keeps one
-- token (kind openrosa). Only digests are kept. A device that was ended keeps its row; `ended_why` is revoked, reused,
-- replaced or logged_out.
CREATE TABLE device (
    id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    former_hash BLOB,
    exchanged_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_why TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX device_person ON device (person_id);

-- The code that was sent last to a number, as a keyed digest, and how many the number got within a day. Unknown numbers
-- have a row too: nobody can tell by the answer which numbers are known.
CREATE TABLE login_code (
    number_index BLOB NOT NULL,
    code_index BLOB NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    day_from BIGINT NOT NULL,
    day_count INTEGER NOT NULL,
    PRIMARY KEY (number_index)
) WITHOUT ROWID;
