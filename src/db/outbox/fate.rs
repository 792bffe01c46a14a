//! What becomes of outgoing texts: of the try to send them, and by what the provider reports later. States only rise.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use crate::db::DbResult;
use crate::db::conn::Conn;
use crate::db::sql::Sql;
use crate::domain::ids::UnitId;

/// What became of a leased text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The provider took it, perhaps under an id of its own, and takes `cost` đồng for it.
    Accepted {
        /// The provider's id.
        provider_id: Option<String>,
        /// What it costs.
        cost: i64,
    },
    /// It did not go, or may not have gone (`uncertain`); to be tried again at `next_at`.
    Again {
        /// When, microseconds UTC.
        next_at: i64,
        /// Whether it may have gone.
        uncertain: bool,
        /// Whether the try counts against the text, or only against the route.
        counts: bool,
        /// The stable name of the reason.
        reason: &'static str,
        /// Why, for the administrator.
        failure: String,
    },
    /// It will not go: refused for good, or tried too often.
    Failed {
        /// The stable name of the reason.
        reason: &'static str,
        /// Why.
        failure: String,
    },
    /// Nobody knows whether it went, and sending again might double it.
    Unknown {
        /// The stable name of the reason.
        reason: &'static str,
        /// Why.
        failure: String,
    },
}

/// Writes what became of a text leased by `holder`; a lease lost to another worker leaves the text to that one. Answers
/// whether the text has gone by this, so that its cost is to be counted.
pub fn mark(conn: &mut Conn, holder: i64, now: i64, id: i64, sent: &Sent) -> DbResult<bool> {
    let set = match sent {
        Sent::Accepted { provider_id, cost } => {
            return accept(conn, holder, now, id, provider_id.as_deref(), *cost);
        }
        Sent::Again { next_at, uncertain, counts, reason, failure } => {
            Sql::new("UPDATE outbox SET next_at = ")
                .bind(*next_at)
                .sql(", uncertain = (uncertain OR ")
                .bind(*uncertain)
                .sql("), attempts = attempts + ")
                .bind(i32::from(*counts))
                .sql(", reason = ")
                .bind(*reason)
                .sql(", failure = ")
                .bind(failure.as_str())
        }
        Sent::Failed { reason, failure } => {
            ended("UPDATE outbox SET state = 'failed', reason = ", reason, failure)
        }
        Sent::Unknown { reason, failure } => {
            ended("UPDATE outbox SET state = 'unknown', reason = ", reason, failure)
        }
    };
    set.sql(", lease_holder = NULL, lease_until = NULL WHERE state = 'queued' AND id = ")
        .bind(id)
        .sql(" AND lease_holder = ")
        .bind(holder)
        .run(conn)?;
    Ok(false)
}

fn ended(set: &'static str, reason: &'static str, failure: &str) -> Sql {
    Sql::new(set).bind(reason).sql(", failure = ").bind(failure).sql(", attempts = attempts + 1")
}

/// The provider took a text. A delivery report may have come before this and raised its state already.
fn accept(
    conn: &mut Conn,
    holder: i64,
    now: i64,
    id: i64,
    provider_id: Option<&str>,
    cost: i64,
) -> DbResult<bool> {
    let held = Sql::new("UPDATE outbox SET provider_id = ")
        .bind(provider_id.map(str::to_owned))
        .sql(", cost = ")
        .bind(cost)
        .sql(
            ", failure = CASE WHEN state = 'queued' THEN NULL ELSE failure END, reason = CASE WHEN state = 'queued' THEN NULL ELSE reason END, \
             state = CASE WHEN state = 'queued' THEN 'accepted' ELSE state END, attempts = attempts + 1, \
             lease_holder = NULL, lease_until = NULL WHERE id = ",
        )
        .bind(id)
        .sql(" AND lease_holder = ")
        .bind(holder)
        .run(conn)?;
    Ok(held == 1 && note_sent(conn, id, now)?)
}

/// Notes that a text has gone at `now`, if that was not known.
fn note_sent(conn: &mut Conn, id: i64, now: i64) -> DbResult<bool> {
    let first = Sql::new("UPDATE outbox SET sent_at = ")
        .bind(now)
        .sql(" WHERE sent_at IS NULL AND id = ")
        .bind(id)
        .run(conn)?;
    Ok(first == 1)
}

/// A state that a delivery report may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It left the provider.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It will not reach the phone.
    Failed,
    /// It was kept too long.
    Expired,
}

impl Delivery {
    const ALL: [Delivery; 4] = [Delivery::Sent, Delivery::Delivered, Delivery::Failed, Delivery::Expired];

    /// The state with this name.
    pub fn by_name(name: &str) -> Option<Delivery> {
        Delivery::ALL.into_iter().find(|delivery| delivery.name() == name)
    }

    /// The name of the state.
    pub fn name(self) -> &'static str {
        match self {
            Delivery::Sent => "sent",
            Delivery::Delivered => "delivered",
            Delivery::Failed => "failed",
            Delivery::Expired => "expired",
        }
    }
}

/// A text that a delivery report was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The text.
    pub id: i64,
    /// Whether it has gone by this, which was not known before: its cost is to be counted.
    pub first: bool,
    /// The commune that pays for it.
    pub commune_id: Option<UnitId>,
    /// SMS parts.
    pub parts: i32,
    /// What it costs.
    pub cost: i64,
}

/// Takes a delivery report about a text of `gateway`, named by our id or the provider's. A late or repeated report
/// never lowers a state: queued → accepted → sent → delivered, failed or expired. `None`: the text is not known.
pub fn deliver(
    conn: &mut Conn,
    gateway: &str,
    id: &str,
    delivery: Delivery,
    reason: Option<&str>,
    now: i64,
) -> DbResult<Option<Told>> {
    type Row = (i64, String, Option<i64>, i32, i64);
    let text = Sql::<(BigInt, Text, Nullable<BigInt>, Integer, BigInt)>::new(
        "SELECT id, state, commune_id, parts, cost FROM outbox WHERE gateway = ",
    )
    .bind(gateway);
    let found = match id.parse::<i64>() {
        Ok(number) => text.sql(" AND (id = ").bind(number).sql(" OR provider_id = ").bind(id).sql(")"),
        Err(_) => text.sql(" AND provider_id = ").bind(id),
    }
    .sql(" ORDER BY id LIMIT 1")
    // A quick provider reports while the answer to the sending is being marked: the later of the two must see the other.
    .sql(if conn.is_postgres() { " FOR UPDATE" } else { "" })
    .load::<Row>(conn)?;
    let Some((id, state, commune_id, parts, cost)) = found.into_iter().next() else { return Ok(None) };
    if rank(delivery.name()) > rank(&state) {
        raise(conn, id, &state, delivery, reason, now)?;
    }
    let went = matches!(delivery, Delivery::Sent | Delivery::Delivered);
    let first = went && note_sent(conn, id, now)?;
    Ok(Some(Told { id, first, commune_id, parts, cost }))
}

/// The lease stays: the answer to the sending, which brings the provider's id, may still come.
fn raise(
    conn: &mut Conn,
    id: i64,
    state: &str,
    delivery: Delivery,
    reason: Option<&str>,
    now: i64,
) -> DbResult<()> {
    let failed = matches!(delivery, Delivery::Failed | Delivery::Expired);
    let update = Sql::new("UPDATE outbox SET state = ")
        .bind(delivery.name())
        .sql(", failure = ")
        .bind(reason.map(str::to_owned))
        .sql(", reason = ")
        .bind(failed.then(|| delivery.name().to_owned()));
    let update = match delivery {
        Delivery::Delivered => update.sql(", delivered_at = ").bind(now),
        _ => update,
    };
    update.sql(" WHERE id = ").bind(id).sql(" AND state = ").bind(state).run(conn)?;
    Ok(())
}

/// How far along a state is; reports only raise it. An unknown outcome is settled by any report.
fn rank(state: &str) -> u8 {
    match state {
        "queued" => 0,
        "accepted" | "unknown" => 1,
        "sent" => 2,
        _ => 3,
    }
}

/// Keeps a delivery report about a text that is not known, if texts of `gateway` are being sent: the answer that names
/// it may still be on its way. Answers whether it is kept.
pub fn keep_early(
    conn: &mut Conn,
    gateway: &str,
    id: &str,
    delivery: Delivery,
    reason: Option<&str>,
    now: i64,
) -> DbResult<bool> {
    let rows = Sql::new("INSERT INTO early_receipt (gateway, provider_id, status, reason, received_at) SELECT ")
        .cast_text(gateway)
        .cast_text(id)
        .cast_text(delivery.name())
        .sql("CAST(")
        .bind(reason.map(str::to_owned))
        .sql(" AS TEXT), CAST(")
        .bind(now)
        .sql(" AS BIGINT) WHERE EXISTS (SELECT 1 FROM outbox WHERE state = 'queued' AND lease_holder IS NOT NULL AND gateway = ")
        .bind(gateway)
        .sql(") ON CONFLICT DO NOTHING")
        .run(conn)?;
    Ok(rows == 1)
}

impl Sql {
    fn cast_text(self, value: &str) -> Self {
        self.sql("CAST(").bind(value).sql(" AS TEXT), ")
    }
}

/// Delivery reports of `gateway` that came too early, as they came: the provider's id, what it says, and why.
pub fn early(conn: &mut Conn, gateway: &str) -> DbResult<Vec<(String, Delivery, Option<String>)>> {
    let rows = Sql::<(Text, Text, Nullable<Text>)>::new(
        "SELECT provider_id, status, reason FROM early_receipt WHERE gateway = ",
    )
    .bind(gateway)
    .sql(" ORDER BY received_at LIMIT 1000")
    .load::<(String, String, Option<String>)>(conn)?;
    let known = |(id, status, reason): (String, String, Option<String>)| {
        Some((id, Delivery::by_name(&status)?, reason))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Forgets the early delivery reports about the text of this id.
pub fn forget_early(conn: &mut Conn, gateway: &str, id: &str) -> DbResult<()> {
    Sql::new("DELETE FROM early_receipt WHERE gateway = ")
        .bind(gateway)
        .sql(" AND provider_id = ")
        .bind(id)
        .run(conn)?;
    Ok(())
}
