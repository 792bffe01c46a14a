-- Reminders: their rules where they were changed, the runs in which they are planned, and whom each told of what.

-- The rules of reminders as JSON, every version; no row: those that ship with the program. The last version holds.
CREATE TABLE reminder_rules (
    version INTEGER NOT NULL,
    rules TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    account_id BIGINT,
    PRIMARY KEY (version)
);

-- A stretch of time whose reminders are planned together: moments after `after_at` and up to `until_at`, where the next
-- run begins. `filled_at`: when all rows of `reminder` were there; `planned_at`: when all texts were planned. The first run
-- has no reminders; it says where time begins.
CREATE TABLE reminder_run (
    id BIGINT NOT NULL,
    after_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    filled_at BIGINT,
    planned_at BIGINT,
    PRIMARY KEY (id),
    UNIQUE (until_at)
);

-- Somebody is, or for a reason is not, told of a unit's open step. The words are composed at the moment of sending, from
-- all rows of a run and number. `receiver_id` 0: nobody. Designed for 10 million rows; rows of a year ago are forgotten.
CREATE TABLE reminder (
    id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    rule TEXT NOT NULL,
    matter TEXT NOT NULL,
    unit_id BIGINT NOT NULL,
    commune_id BIGINT,
    province_id BIGINT,
    period INTEGER NOT NULL,
    step INTEGER NOT NULL,
    receiver_id BIGINT NOT NULL,
    audience TEXT NOT NULL,
    sentence TEXT NOT NULL,
    stoppable BOOLEAN NOT NULL,
    due DATE NOT NULL,
    at BIGINT NOT NULL,
    useful_until BIGINT NOT NULL,
    number_index BLOB,
    state TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (id),
    UNIQUE (unit_id, rule, period, step, receiver_id)
);
CREATE INDEX reminder_number ON reminder (run_id, number_index);
CREATE INDEX reminder_at ON reminder (at, id);
