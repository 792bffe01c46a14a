-- Parts of texts that were too long for one SMS. Those of one text have one `set_id`, the id of the part that came first; `set_key` is a digest of gateway, sender, reference and number of parts, `part_key` one of what the part is known by. The words are encrypted, and gone (null) as soon as the text is a message.
CREATE TABLE message_part (
    id BIGINT NOT NULL,
    set_id BIGINT NOT NULL,
    set_key BYTEA NOT NULL,
    part_key BYTEA NOT NULL,
    number INTEGER NOT NULL,
    total INTEGER NOT NULL,
    raw_cipher BYTEA,
    state TEXT NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (set_id, number)
);
CREATE INDEX message_part_key ON message_part (set_key, id);
CREATE INDEX message_part_state ON message_part (state, stored_at);
