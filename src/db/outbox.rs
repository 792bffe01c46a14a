//! Outgoing texts: planned once, leased by workers, their states only rise.

use std::collections::HashSet;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::{Bind, Sql, pieces, wanted};
use crate::crypto::Digest;
use crate::domain::ids::UnitId;

/// The lane of replies, codes and urgent texts, which go before all others.
pub const LANE_URGENT: i32 = 0;

/// A text to be sent.
#[derive(Debug, Clone)]
pub struct NewOutgoing {
    /// Its id.
    pub id: i64,
    /// What made it: the id of a message, a reminder …
    pub cause: i64,
    /// What it is to its cause (`reply`, `alert` …).
    pub kind: &'static str,
    /// Blind index of the receiver's number.
    pub receiver_index: Digest,
    /// The number, sealed for (`outbox`, id).
    pub receiver_cipher: Vec<u8>,
    /// Keyed digest of the text, to know it when a machine sends it back.
    pub text_index: Digest,
    /// The text, sealed for (`outbox`, id).
    pub text_cipher: Vec<u8>,
    /// The gateway that is to send it.
    pub gateway: String,
    /// The commune whose officers may see it.
    pub commune_id: Option<UnitId>,
    /// [`LANE_URGENT`], or 1: what the server starts by itself.
    pub lane: i32,
    /// SMS parts.
    pub parts: i32,
    /// What it will cost, đồng.
    pub cost: i64,
    /// When it was planned, and may be sent from: microseconds UTC, real time.
    pub created_at: i64,
}

/// Plans texts; one that its cause has already planned for the receiver stays as it is.
pub fn plan(conn: &mut Conn, texts: &[NewOutgoing]) -> DbResult<()> {
    let rows: Vec<[Bind; 16]> = texts.iter().map(row).collect();
    for piece in pieces(&rows) {
        Sql::new(
            "INSERT INTO outbox (id, cause, kind, receiver_index, receiver_cipher, text_index, text_cipher, gateway, commune_id, lane, \
             state, parts, cost, created_at, next_at, attempts) VALUES ",
        )
        .rows(piece.iter().cloned())
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    }
    Ok(())
}

fn row(t: &NewOutgoing) -> [Bind; 16] {
    [
        t.id.into(),
        t.cause.into(),
        t.kind.into(),
        t.receiver_index.into(),
        t.receiver_cipher.clone().into(),
        t.text_index.into(),
        t.text_cipher.clone().into(),
        t.gateway.as_str().into(),
        t.commune_id.into(),
        t.lane.into(),
        "queued".into(),
        t.parts.into(),
        t.cost.into(),
        t.created_at.into(),
        t.created_at.into(),
        0.into(),
    ]
}

/// Digests of the texts that went to these numbers, each given once, for causes (messages, mostly) younger than the id
/// `since`.
pub fn recent(conn: &mut Conn, receivers: &[Digest], since: i64) -> DbResult<HashSet<(Digest, Digest)>> {
    let mut found = HashSet::new();
    for receivers in wanted(receivers) {
        let rows = Sql::<(Binary, Binary)>::new("SELECT o.receiver_index, o.text_index FROM (VALUES ")
            .rows(receivers)
            .sql(") AS wanted CROSS JOIN outbox o WHERE o.receiver_index = wanted.column1 AND o.cause > ")
            .bind(since)
            .load::<(Vec<u8>, Vec<u8>)>(conn)?;
        for (receiver, text) in rows {
            found.insert((digest(receiver)?, digest(text)?));
        }
    }
    Ok(found)
}

/// A text that a worker has leased.
#[derive(Debug, Clone)]
pub struct Leased {
    /// Its id.
    pub id: i64,
    /// The number, sealed.
    pub receiver_cipher: Vec<u8>,
    /// The text, sealed.
    pub text_cipher: Option<Vec<u8>>,
    /// SMS parts.
    pub parts: i32,
    /// How often it was tried before.
    pub attempts: i32,
    /// Whether an earlier lease ran out while the text was being sent: nobody knows whether it went.
    pub interrupted: bool,
}

/// Leases up to `limit` texts of `gateway` that are due at `now`, replies first, until `until`. A text whose earlier
/// lease ran out is leased again, marked as interrupted.
pub fn lease(
    conn: &mut Conn,
    gateway: &str,
    holder: i64,
    now: i64,
    until: i64,
    limit: i64,
) -> DbResult<Vec<Leased>> {
    type Row = (i64, Vec<u8>, Option<Vec<u8>>, i32, i32, Option<i64>);
    let due = Sql::<(BigInt, Binary, Nullable<Binary>, Integer, Integer, Nullable<BigInt>)>::new(
        "SELECT id, receiver_cipher, text_cipher, parts, attempts, lease_holder FROM outbox WHERE state = 'queued' AND gateway = ",
    )
    .bind(gateway)
    .sql(" AND next_at <= ")
    .bind(now)
    .sql(" AND (lease_until IS NULL OR lease_until < ")
    .bind(now)
    .sql(") ORDER BY lane, next_at, id LIMIT ")
    .bind(limit)
    .sql(if conn.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" })
    .load::<Row>(conn)?;
    let ids: Vec<i64> = due.iter().map(|row| row.0).collect();
    for piece in pieces(&ids) {
        Sql::new("UPDATE outbox SET lease_holder = ")
            .bind(holder)
            .sql(", lease_until = ")
            .bind(until)
            .sql(" WHERE id IN (")
            .list(piece.iter().map(|id| Bind::from(*id)))
            .sql(")")
            .run(conn)?;
    }
    let leased = |(id, receiver_cipher, text_cipher, parts, attempts, holder): Row| Leased {
        id,
        receiver_cipher,
        text_cipher,
        parts,
        attempts,
        interrupted: holder.is_some(),
    };
    Ok(due.into_iter().map(leased).collect())
}

/// What became of a leased text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The provider took it, perhaps under an id of its own.
    Accepted {
        /// The provider's id.
        provider_id: Option<String>,
    },
    /// It did not go; to be tried again at `next_at`.
    Again {
        /// When, microseconds UTC.
        next_at: i64,
        /// Why, for the administrator.
        failure: String,
    },
    /// It will not go: refused for good, or tried too often.
    Failed {
        /// Why.
        failure: String,
    },
    /// Nobody knows whether it went, and sending again might double it.
    Unknown {
        /// Why.
        failure: String,
    },
}

/// Writes what became of texts leased by `holder`; a lease lost to another worker leaves the text to that one.
pub fn mark(conn: &mut Conn, holder: i64, now: i64, outcomes: &[(i64, Sent)]) -> DbResult<()> {
    for (id, sent) in outcomes {
        let set = match sent {
            Sent::Accepted { provider_id } => {
                Sql::new("UPDATE outbox SET state = 'accepted', provider_id = ")
                    .bind(provider_id.clone())
                    .sql(", failure = NULL, sent_at = ")
                    .bind(now)
            }
            Sent::Again { next_at, failure } => Sql::new("UPDATE outbox SET next_at = ")
                .bind(*next_at)
                .sql(", failure = ")
                .bind(failure.as_str()),
            Sent::Failed { failure } => {
                Sql::new("UPDATE outbox SET state = 'failed', failure = ").bind(failure.as_str())
            }
            Sent::Unknown { failure } => {
                Sql::new("UPDATE outbox SET state = 'unknown', failure = ").bind(failure.as_str())
            }
        };
        set.sql(", attempts = attempts + 1, lease_holder = NULL, lease_until = NULL WHERE state = 'queued' AND id = ")
            .bind(*id)
            .sql(" AND lease_holder = ")
            .bind(holder)
            .run(conn)?;
    }
    Ok(())
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

/// Takes a delivery report about a text of `gateway`, named by our id or the provider's. A late or repeated report
/// never lowers a state: queued → accepted → sent → delivered, failed or expired. Answers whether the text is known.
pub fn deliver(
    conn: &mut Conn,
    gateway: &str,
    id: &str,
    delivery: Delivery,
    reason: Option<&str>,
    now: i64,
) -> DbResult<bool> {
    let text = Sql::<(BigInt, Text)>::new("SELECT id, state FROM outbox WHERE gateway = ").bind(gateway);
    let found = match id.parse::<i64>() {
        Ok(number) => text.sql(" AND (id = ").bind(number).sql(" OR provider_id = ").bind(id).sql(")"),
        Err(_) => text.sql(" AND provider_id = ").bind(id),
    }
    .sql(" ORDER BY id LIMIT 1")
    // A quick provider reports while the answer to the sending is being marked: the later of the two must see the other.
    .sql(if conn.is_postgres() { " FOR UPDATE" } else { "" })
    .load::<(i64, String)>(conn)?;
    let Some((id, state)) = found.into_iter().next() else { return Ok(false) };
    if rank(delivery.name()) <= rank(&state) {
        return Ok(true);
    }
    let update = Sql::new("UPDATE outbox SET state = ")
        .bind(delivery.name())
        .sql(", failure = ")
        .bind(reason.map(str::to_owned));
    let update = match delivery {
        Delivery::Delivered => update.sql(", delivered_at = ").bind(now),
        _ => update,
    };
    update
        .sql(", lease_holder = NULL, lease_until = NULL WHERE id = ")
        .bind(id)
        .sql(" AND state = ")
        .bind(state)
        .run(conn)?;
    Ok(true)
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
