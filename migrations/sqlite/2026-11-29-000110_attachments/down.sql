ALTER TABLE form_kept DROP COLUMN done_by;
ALTER TABLE form_kept DROP COLUMN done_at;

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
INSERT INTO form_file (id, instance_id, name, content_hash, media_type, size, person_id, account_id, at)
SELECT min(p.id), COALESCE(p.instance_id, r.client_id), min(p.name), a.content_hash, min(a.media_type), min(a.size),
    min(a.person_id), min(a.account_id), min(p.at)
FROM photo p JOIN attachment a ON a.id = p.attachment_id LEFT JOIN report r ON r.id = p.report_id
WHERE a.finished_at IS NOT NULL AND COALESCE(p.instance_id, r.client_id) IS NOT NULL
GROUP BY COALESCE(p.instance_id, r.client_id), a.content_hash;
DROP TABLE photo;
DROP TABLE attachment;
