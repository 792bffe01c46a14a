-- Phones with the SMSGate app that are gateways: each proves itself by a token of its own, of which only a digest is
-- kept. A phone that was dismissed keeps its row, since texts may still lie with it.
CREATE TABLE gateway_phone (
    id BIGINT NOT NULL,
    gateway TEXT NOT NULL,
    device_id TEXT NOT NULL,
    name TEXT NOT NULL,
    token_index BLOB NOT NULL,
    login TEXT NOT NULL,
    password_index BLOB NOT NULL,
    code_index BLOB,
    code_until BIGINT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    dismissed_at BIGINT,
    PRIMARY KEY (id),
    UNIQUE (device_id),
    UNIQUE (token_index),
    UNIQUE (gateway, login)
);
