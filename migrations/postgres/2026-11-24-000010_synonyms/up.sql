-- Hours of a day at which the holder of a post is on duty (“07:00-19:00”, several with spaces between); null: always.
ALTER TABLE post ADD COLUMN duty TEXT;

-- When and why a commune's month was closed and opened again; the reason is encrypted.
CREATE TABLE month_change (
    id BIGINT NOT NULL,
    period INTEGER NOT NULL,
    commune_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    reason_cipher BYTEA,
    account_id BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX month_change_month ON month_change (commune_id, period, id);

-- What officers decided about reports that were kept as proposals; `report_id`: the version that an accepted one made.
CREATE TABLE verdict (
    proposal_id BIGINT NOT NULL,
    accepted BOOLEAN NOT NULL,
    report_id BIGINT,
    account_id BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (proposal_id),
    FOREIGN KEY (proposal_id) REFERENCES report (id)
);

-- Words that this installation added to the lexicon of the reader, by what they look like without marks and case.
CREATE TABLE synonym (
    folded TEXT NOT NULL,
    indicator_id INTEGER NOT NULL,
    phrase TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (folded),
    FOREIGN KEY (indicator_id) REFERENCES indicator (id)
);
