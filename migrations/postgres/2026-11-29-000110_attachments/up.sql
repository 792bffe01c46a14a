-- Photographs by the digest of their content: who sends which, and how many of its bytes are on the disk. Until it is whole
-- (`finished_at`) it lies in a draft; then in the folder of files under its digest. Times are real ones.
CREATE TABLE attachment (
    id BIGINT NOT NULL,
    content_hash BYTEA NOT NULL,
    person_id BIGINT,
    account_id BIGINT,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    received BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (id),
    UNIQUE (content_hash, person_id),
    UNIQUE (content_hash, account_id)
);
CREATE INDEX attachment_unfinished ON attachment (seen_at) WHERE finished_at IS NULL;

-- What a photograph belongs to: a report (by its first version), or a filled-in form that made none (`instance_id` only).
CREATE TABLE photo (
    id BIGINT NOT NULL,
    attachment_id BIGINT NOT NULL,
    report_id BIGINT,
    instance_id TEXT,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (report_id, attachment_id),
    UNIQUE (instance_id, attachment_id),
    FOREIGN KEY (attachment_id) REFERENCES attachment (id),
    FOREIGN KEY (report_id) REFERENCES report (id)
);
CREATE INDEX photo_attachment ON photo (attachment_id);

INSERT INTO attachment (id, content_hash, person_id, account_id, media_type, size, received, seen_at, finished_at)
SELECT min(id), content_hash, person_id, account_id, min(media_type), min(size), min(size), min(at), min(at)
FROM form_file GROUP BY content_hash, person_id, account_id;
INSERT INTO photo (id, attachment_id, report_id, instance_id, name, at)
SELECT f.id, a.id, r.chain_id, f.instance_id, f.name, f.at
FROM form_file f
JOIN attachment a ON a.content_hash = f.content_hash AND (a.person_id = f.person_id OR a.account_id = f.account_id)
LEFT JOIN report r ON r.client_id = f.instance_id AND (r.person_id = f.person_id OR r.account_id = f.account_id)
WHERE true ON CONFLICT DO NOTHING;
DROP TABLE form_file;

-- Forms that were kept are looked at by an officer, who marks them.
ALTER TABLE form_kept ADD COLUMN done_at BIGINT;
ALTER TABLE form_kept ADD COLUMN done_by BIGINT;
