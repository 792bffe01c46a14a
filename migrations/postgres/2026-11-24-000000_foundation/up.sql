-- The foundation. Times are microseconds UTC, periods YYYYMM, money whole đồng, ids made by the application.

-- The one installation that this database belongs to; a server with another data key refuses to start.
CREATE TABLE installation (
    id INTEGER NOT NULL,
    key_fingerprint BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- Which server makes ids with which node number: a leased row per running server.
CREATE TABLE node (
    id INTEGER NOT NULL,
    holder BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- Provinces, communes, hamlets … valid from the first to the last day given, both included. A row never changes its
-- parent or kind: a reorganisation ends it and begins another, joined by unit_lineage.
CREATE TABLE unit (
    id BIGINT NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id BIGINT,
    province_id BIGINT,
    commune_id BIGINT,
    name TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    households INTEGER,
    population INTEGER,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    area_km2 DOUBLE PRECISION,
    PRIMARY KEY (id),
    UNIQUE (code, kind, valid_from)
);
CREATE INDEX unit_parent ON unit (parent_id);
CREATE INDEX unit_commune ON unit (commune_id, kind);
CREATE INDEX unit_province ON unit (province_id, kind);
CREATE INDEX unit_provinces ON unit (code) WHERE kind = 'province';

-- Former names of units, each until the last day given.
CREATE TABLE unit_name (
    unit_id BIGINT NOT NULL,
    valid_to DATE NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (unit_id, valid_to),
    FOREIGN KEY (unit_id) REFERENCES unit (id)
);

-- Which unit went into which, wholly or in part, on which day, by which decision.
CREATE TABLE unit_lineage (
    from_unit_id BIGINT NOT NULL,
    to_unit_id BIGINT NOT NULL,
    extent TEXT NOT NULL,
    main_successor BOOLEAN NOT NULL,
    effective DATE NOT NULL,
    decision TEXT NOT NULL,
    PRIMARY KEY (from_unit_id, to_unit_id),
    FOREIGN KEY (from_unit_id) REFERENCES unit (id),
    FOREIGN KEY (to_unit_id) REFERENCES unit (id)
);
CREATE INDEX unit_lineage_to ON unit_lineage (to_unit_id);

-- The catalogue of indicators, with the days on which each may be reported.
CREATE TABLE indicator (
    id INTEGER NOT NULL,
    code TEXT NOT NULL,
    name_vi TEXT NOT NULL,
    name_ascii TEXT NOT NULL,
    gloss_en TEXT NOT NULL,
    group_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    over_time TEXT NOT NULL,
    lower_is_better BOOLEAN NOT NULL,
    clearing BOOLEAN NOT NULL,
    max_value BIGINT NOT NULL,
    reporter TEXT NOT NULL,
    synonyms TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code)
);

-- People who report or supervise; names are encrypted.
CREATE TABLE person (
    id BIGINT NOT NULL,
    name_cipher BYTEA NOT NULL,
    marks BOOLEAN NOT NULL,
    practice BOOLEAN NOT NULL,
    pin_index BYTEA,
    reminders_stopped_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- Numbers of people: encrypted, found by a keyed digest (blind index). Several people may share a number.
CREATE TABLE phone (
    number_index BYTEA NOT NULL,
    person_id BIGINT NOT NULL,
    number_cipher BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (number_index, person_id),
    FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX phone_person ON phone (person_id);

-- Who holds which role at which unit from the first to the last day given.
CREATE TABLE post (
    id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (person_id, unit_id, role, valid_from),
    FOREIGN KEY (person_id) REFERENCES person (id),
    FOREIGN KEY (unit_id) REFERENCES unit (id)
);
CREATE INDEX post_unit ON post (unit_id);

-- Log-ins of officers and administrators, each with one role at one unit (none: the whole country).
CREATE TABLE account (
    id BIGINT NOT NULL,
    username TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    unit_id BIGINT,
    created_at BIGINT NOT NULL,
    password_changed_at BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (id),
    UNIQUE (username),
    FOREIGN KEY (unit_id) REFERENCES unit (id)
);

-- Refresh tokens, hashed. All tokens that grew from one log-in are a family and are revoked together.
CREATE TABLE session (
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    family BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (id),
    UNIQUE (token_hash),
    FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX session_family ON session (family);
CREATE INDEX session_account ON session (account_id);

-- Keys that sign access tokens, encrypted; one signs until it retires and verifies until it expires.
CREATE TABLE signing_key (
    id BIGINT NOT NULL,
    secret_cipher BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    retires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- Incoming texts; `dedupe_key` is a digest of the gateway and its key for the text. The words are encrypted and purged after the set number of days (null). Designed for 10 million rows.
CREATE TABLE message (
    id BIGINT NOT NULL,
    gateway TEXT NOT NULL,
    dedupe_key BYTEA NOT NULL,
    sender_index BYTEA NOT NULL,
    sender_cipher BYTEA NOT NULL,
    text_index BYTEA NOT NULL,
    text_cipher BYTEA,
    received_at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    trusted BOOLEAN NOT NULL,
    person_id BIGINT,
    unit_id BIGINT,
    commune_id BIGINT,
    intent TEXT NOT NULL,
    fate TEXT NOT NULL,
    why TEXT,
    reading TEXT NOT NULL,
    personal BOOLEAN NOT NULL,
    flags TEXT NOT NULL,
    report_id BIGINT,
    PRIMARY KEY (id),
    UNIQUE (dedupe_key)
);
CREATE INDEX message_sender ON message (sender_index, id);
CREATE INDEX message_commune ON message (commune_id, id);

-- The question that waits for the answer of a number, at most one.
CREATE TABLE question (
    sender_index BYTEA NOT NULL,
    person_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    text_cipher BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (sender_index)
);

-- Every version of every report; nothing is ever changed here. `stated` maps indicator ids to figures. Designed for 10 million rows.
CREATE TABLE report (
    id BIGINT NOT NULL,
    chain_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    unit_id BIGINT NOT NULL,
    commune_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    period INTEGER NOT NULL,
    day DATE,
    stated TEXT NOT NULL,
    rest_zero BOOLEAN NOT NULL,
    added TEXT,
    proposal BOOLEAN NOT NULL,
    flagged BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    person_id BIGINT,
    account_id BIGINT,
    message_id BIGINT,
    client_id TEXT,
    content_digest BYTEA,
    note_cipher BYTEA,
    received_at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (chain_id, version),
    UNIQUE (client_id)
);
CREATE INDEX report_unit ON report (unit_id, period);
CREATE INDEX report_person ON report (person_id, id);

-- The current version of each hamlet's return of each month.
CREATE TABLE month_return (
    unit_id BIGINT NOT NULL,
    period INTEGER NOT NULL,
    commune_id BIGINT NOT NULL,
    report_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    rest_zero BOOLEAN NOT NULL,
    stated_count INTEGER NOT NULL,
    first_received_at BIGINT NOT NULL,
    on_time BOOLEAN NOT NULL,
    PRIMARY KEY (unit_id, period)
) WITH (fillfactor = 80);
CREATE INDEX month_return_commune ON month_return (period, commune_id);

-- The current version of each incident; severity and flags are set by the police.
CREATE TABLE incident (
    chain_id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    commune_id BIGINT NOT NULL,
    period INTEGER NOT NULL,
    day DATE NOT NULL,
    report_id BIGINT NOT NULL,
    severity TEXT,
    unavoidable BOOLEAN NOT NULL,
    prevented BOOLEAN NOT NULL,
    PRIMARY KEY (chain_id)
);
CREATE INDEX incident_unit ON incident (unit_id, period);

-- The current figures of a unit, each on the span of days that it covers: a month's return covers its month, an incident its day.
-- Designed for 10 million rows.
CREATE TABLE value (
    unit_id BIGINT NOT NULL,
    period INTEGER NOT NULL,
    indicator_id INTEGER NOT NULL,
    day_from DATE NOT NULL,
    day_to DATE NOT NULL,
    commune_id BIGINT NOT NULL,
    figure BIGINT NOT NULL,
    PRIMARY KEY (unit_id, period, indicator_id, day_from, day_to)
) WITH (fillfactor = 80);

-- Sums over the hamlets of a commune: `figure` of the effective values, `stated` how many hamlets state one.
-- Indicator 0 counts the hamlets whose return says that the rest is nothing.
CREATE TABLE total (
    period INTEGER NOT NULL,
    commune_id BIGINT NOT NULL,
    indicator_id INTEGER NOT NULL,
    figure BIGINT NOT NULL,
    stated BIGINT NOT NULL,
    PRIMARY KEY (period, commune_id, indicator_id)
) WITH (fillfactor = 60);

-- Months that a commune has closed or revised; no row: open.
CREATE TABLE month_state (
    period INTEGER NOT NULL,
    commune_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at BIGINT NOT NULL,
    account_id BIGINT,
    PRIMARY KEY (period, commune_id)
);

-- Outgoing texts. A text is planned once: (cause, receiver, kind) is unique. States only rise.
CREATE TABLE outbox (
    id BIGINT NOT NULL,
    cause BIGINT NOT NULL,
    kind TEXT NOT NULL,
    receiver_index BYTEA NOT NULL,
    receiver_cipher BYTEA NOT NULL,
    text_index BYTEA NOT NULL,
    text_cipher BYTEA,
    gateway TEXT NOT NULL,
    commune_id BIGINT,
    lane INTEGER NOT NULL,
    state TEXT NOT NULL,
    parts INTEGER NOT NULL,
    cost BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    lease_holder BIGINT,
    lease_until BIGINT,
    provider_id TEXT,
    sent_at BIGINT,
    delivered_at BIGINT,
    failure TEXT,
    PRIMARY KEY (id),
    UNIQUE (receiver_index, cause, kind)
);
CREATE INDEX outbox_due ON outbox (gateway, lane, next_at) WHERE state = 'queued';
CREATE INDEX outbox_provider ON outbox (gateway, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX outbox_commune ON outbox (commune_id, id);

-- What changed, numbered in commit order; sync reads it. Ids and codes only. Designed for 10 million rows.
CREATE TABLE change (
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    entity TEXT NOT NULL,
    entity_id BIGINT NOT NULL,
    unit_id BIGINT,
    commune_id BIGINT,
    PRIMARY KEY (number)
);
CREATE INDEX change_commune ON change (commune_id, number);

-- Append-only chain: one link per transaction over the digest of what it wrote.
CREATE TABLE audit (
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    first_change BIGINT,
    last_change BIGINT,
    digest BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (number)
);

-- The last numbers given and the last hash; taken last in a transaction, so that numbers are in commit order.
CREATE TABLE log_head (
    id INTEGER NOT NULL,
    epoch BIGINT NOT NULL,
    change_number BIGINT NOT NULL,
    audit_number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (id)
) WITH (fillfactor = 50);

-- Answers of POST requests that carried an Idempotency-Key.
CREATE TABLE idempotency (
    account_id BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_digest BYTEA NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, idempotency_key)
);
