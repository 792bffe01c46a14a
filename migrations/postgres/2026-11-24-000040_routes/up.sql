-- Where the routes of outgoing texts stand, shared by all servers; what was spent; what may be spent. Times are
-- microseconds UTC (the database server's time), months YYYYMM, money whole đồng.

-- A gateway as a way out. `paid_until` is the pace: the moment up to which the parts that went have used it up.
CREATE TABLE route (
    gateway TEXT NOT NULL,
    trouble TEXT,
    detail TEXT,
    since BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    probes INTEGER NOT NULL,
    probe_at BIGINT NOT NULL,
    rest_until BIGINT NOT NULL,
    paid_until BIGINT NOT NULL,
    sent_at BIGINT,
    balance BIGINT,
    balance_at BIGINT,
    PRIMARY KEY (gateway)
) WITH (fillfactor = 50);

-- Something wrong with a route, from its beginning to its end; administrators are told once of each.
CREATE TABLE route_incident (
    id BIGINT NOT NULL,
    gateway TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    alerted_at BIGINT,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX route_incident_open ON route_incident (gateway, kind) WHERE closed_at IS NULL;

-- How many texts came in by a gateway in an hour (hours since 1970 UTC); no row: none. Kept for ten weeks.
CREATE TABLE route_hour (
    gateway TEXT NOT NULL,
    hour BIGINT NOT NULL,
    texts BIGINT NOT NULL,
    PRIMARY KEY (gateway, hour)
);

-- A delivery report that came before the answer to the sending that would have named the text.
CREATE TABLE early_receipt (
    gateway TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (gateway, provider_id, status)
);

-- What was spent, by month, gateway and commune (0: none), from the parts that gateways took.
CREATE TABLE spending (
    month INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    unit_id BIGINT NOT NULL,
    texts BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    PRIMARY KEY (month, gateway, unit_id)
);
CREATE INDEX spending_unit ON spending (unit_id, month);

-- What texts that the server starts by itself may cost a unit in a month, from that month on (0: nothing may be sent;
-- null: no limit any more).
CREATE TABLE budget (
    unit_id BIGINT NOT NULL,
    month INTEGER NOT NULL,
    amount BIGINT,
    PRIMARY KEY (unit_id, month)
);

-- Whom a text goes to that the server starts by itself, until when it is of use; whether it may have gone already;
-- the stable name of the reason why it did not go.
ALTER TABLE outbox ADD COLUMN person_id BIGINT;
ALTER TABLE outbox ADD COLUMN not_after BIGINT;
ALTER TABLE outbox ADD COLUMN uncertain BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE outbox ADD COLUMN reason TEXT;
CREATE INDEX outbox_leased ON outbox (gateway, lease_until) WHERE state = 'queued' AND lease_holder IS NOT NULL;
