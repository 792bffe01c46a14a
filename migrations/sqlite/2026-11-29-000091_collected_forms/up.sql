-- Filled-in forms of ODK Collect and its like that today's forms cannot read: kept as they came, sealed, for a person.
CREATE TABLE form_kept (
    id BIGINT NOT NULL,
    instance_id TEXT NOT NULL,
    form TEXT NOT NULL,
    version TEXT NOT NULL,
    person_id BIGINT,
    account_id BIGINT,
    content_cipher BLOB NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (instance_id)
);

-- Photographs that came with filled-in forms; the content lies in the folder of files under its digest.
CREATE TABLE form_file (
    id BIGINT NOT NULL,
    instance_id TEXT NOT NULL,
    name TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    person_id BIGINT,
    account_id BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (instance_id, content_hash)
);
