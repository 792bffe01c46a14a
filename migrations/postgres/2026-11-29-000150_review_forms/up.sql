-- Forms of ODK Collect and its like about the yearly review, by which each is taken once, however often it is sent.
CREATE TABLE review_form (
    instance_id TEXT NOT NULL,
    content_digest BYTEA NOT NULL,
    review_id BIGINT NOT NULL,
    -- Whether this form, or one that it corrects, registered the unit.
    registered BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (instance_id),
    FOREIGN KEY (review_id) REFERENCES review (id)
);
