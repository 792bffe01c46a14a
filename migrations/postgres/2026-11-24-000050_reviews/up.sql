-- The yearly review of the standard “An toàn về an ninh, trật tự”, and what published accounts of earlier years say.

-- Review schemes that were loaded as files, every loading; those that ship with the program are not here. The last one of a code stands.
CREATE TABLE review_scheme (
    id BIGINT NOT NULL,
    code TEXT NOT NULL,
    source TEXT NOT NULL,
    loaded_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX review_scheme_code ON review_scheme (code);

-- The review of a unit and year, from its registration on: where it stands and the decision that holds. `version` counts the steps.
CREATE TABLE review (
    id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    year INTEGER NOT NULL,
    kind TEXT NOT NULL,
    commune_id BIGINT,
    province_id BIGINT,
    scheme TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    registered_on DATE NOT NULL,
    late BOOLEAN NOT NULL,
    decision_number TEXT,
    decision_day DATE,
    decision_signer TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (unit_id, year),
    FOREIGN KEY (unit_id) REFERENCES unit (id)
);
CREATE INDEX review_year ON review (year);

-- What was done with a review, by whom, when and why; nothing is ever changed here.
CREATE TABLE review_step (
    id BIGINT NOT NULL,
    review_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    account_id BIGINT,
    person_id BIGINT,
    at BIGINT NOT NULL,
    reason_cipher BYTEA,
    decision_number TEXT,
    decision_day DATE,
    decision_signer TEXT,
    PRIMARY KEY (id),
    UNIQUE (review_id, number),
    FOREIGN KEY (review_id) REFERENCES review (id)
);

-- Answers to criteria, every version: what a person concluded, and what the program had proposed with which figures.
CREATE TABLE answer (
    id BIGINT NOT NULL,
    review_id BIGINT NOT NULL,
    criterion TEXT NOT NULL,
    version INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    note_cipher BYTEA,
    proposed TEXT NOT NULL,
    account_id BIGINT,
    person_id BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (review_id, criterion, version),
    FOREIGN KEY (review_id) REFERENCES review (id)
);

-- Facts that criteria ask for, every version, as JSON.
CREATE TABLE review_fact (
    review_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    account_id BIGINT,
    person_id BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (review_id, name, version),
    FOREIGN KEY (review_id) REFERENCES review (id)
);

-- Files of reviews. Their content is kept outside the database under its SHA-256; a file that was taken back stays, marked.
CREATE TABLE evidence (
    id BIGINT NOT NULL,
    review_id BIGINT NOT NULL,
    document TEXT,
    criterion TEXT,
    content_hash BYTEA NOT NULL,
    name_cipher BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    account_id BIGINT,
    person_id BIGINT,
    at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_by BIGINT,
    PRIMARY KEY (id),
    FOREIGN KEY (review_id) REFERENCES review (id)
);
CREATE INDEX evidence_review ON evidence (review_id);

-- What the police said of an incident, every version; the current one also stands in the incident.
CREATE TABLE judgement (
    chain_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    severity TEXT,
    unavoidable BOOLEAN NOT NULL,
    prevented BOOLEAN NOT NULL,
    account_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (chain_id, version)
);

-- Figures of published accounts of a province, by year; percentages in hundredths.
CREATE TABLE programme_figure (
    unit_id BIGINT NOT NULL,
    year INTEGER NOT NULL,
    figure TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (unit_id, year, figure),
    FOREIGN KEY (unit_id) REFERENCES unit (id)
);
