-- What providers know incoming texts by, where a reply must name it; by the same digest as message.dedupe_key.
CREATE TABLE provider_reference (
    dedupe_key BYTEA NOT NULL,
    reference TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (dedupe_key)
);
