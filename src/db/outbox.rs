//! Outgoing texts: planned once, leased by workers, their states only rise ([`fate`]).

pub mod fate;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::insert::Inserts;
use super::message::digest;
use super::sql::{Bind, Sql, pieces};
use crate::crypto::Digest;
use crate::domain::ids::{PersonId, UnitId};

/// The lane of replies, codes and urgent texts, which go before all others.
pub const LANE_URGENT: i32 = 0;
/// The lane of texts that the server starts by itself.
pub const LANE_STARTED: i32 = 1;

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
    /// [`LANE_URGENT`], or [`LANE_STARTED`].
    pub lane: i32,
    /// SMS parts.
    pub parts: i32,
    /// What it will cost, đồng.
    pub cost: i64,
    /// When it was planned: microseconds UTC, real time. It is due at once.
    pub created_at: i64,
}

/// Texts to be planned; one that its cause has already planned for the receiver stays as it is.
pub fn add(inserts: &mut Inserts, texts: &[NewOutgoing]) {
    inserts.add(
        "INSERT INTO outbox (id, cause, kind, receiver_index, receiver_cipher, text_index, text_cipher, gateway, commune_id, lane, \
         state, parts, cost, created_at, next_at, attempts)",
        texts.iter().map(row),
        " ON CONFLICT DO NOTHING",
    );
}

/// Plans texts by themselves.
pub fn plan(conn: &mut Conn, texts: &[NewOutgoing]) -> DbResult<()> {
    let mut inserts = Inserts::default();
    add(&mut inserts, texts);
    inserts.run(conn)
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
        // At once, by whatever clock: that of another server may be behind.
        0_i64.into(),
        0.into(),
    ]
}

/// A text that a worker has leased.
#[derive(Debug, Clone)]
pub struct Leased {
    /// Its id.
    pub id: i64,
    /// What made it.
    pub cause: i64,
    /// What it is to its cause.
    pub kind: String,
    /// [`LANE_URGENT`], or [`LANE_STARTED`].
    pub lane: i32,
    /// Blind index of the number.
    pub receiver_index: Digest,
    /// The number, sealed.
    pub receiver_cipher: Vec<u8>,
    /// The text, sealed; `None` where it is composed at the moment of sending, or was purged.
    pub text_cipher: Option<Vec<u8>>,
    /// SMS parts.
    pub parts: i32,
    /// How often it was tried before.
    pub attempts: i32,
    /// Whether an earlier lease ran out while the text was being sent: nobody knows whether it went.
    pub interrupted: bool,
    /// Whether it may have gone at an earlier try.
    pub uncertain: bool,
    /// Whom it goes to, where the server started it by itself.
    pub person_id: Option<PersonId>,
    /// The commune that pays for it.
    pub commune_id: Option<UnitId>,
    /// Until when it is of use.
    pub not_after: Option<i64>,
}

type LeasedColumns = (
    (BigInt, BigInt, Text, Integer, Binary, Binary, Nullable<Binary>),
    (Integer, Integer, Nullable<BigInt>, Bool, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>),
);
type LeasedRow = (
    (i64, i64, String, i32, Vec<u8>, Vec<u8>, Option<Vec<u8>>),
    (i32, i32, Option<i64>, bool, Option<i64>, Option<i64>, Option<i64>),
);

fn leased((head, tail): LeasedRow) -> DbResult<Leased> {
    let (id, cause, kind, lane, receiver_index, receiver_cipher, text_cipher) = head;
    let (parts, attempts, holder, uncertain, person_id, commune_id, not_after) = tail;
    Ok(Leased {
        id,
        cause,
        kind,
        lane,
        receiver_index: digest(receiver_index)?,
        receiver_cipher,
        text_cipher,
        parts,
        attempts,
        interrupted: holder.is_some(),
        uncertain: uncertain || holder.is_some(),
        person_id,
        commune_id,
        not_after,
    })
}

/// The texts of `gateway` that wait and are due at `now`, and that nobody else holds.
fn due<ST>(query: Sql<ST>, gateway: &str, now: i64) -> Sql<ST> {
    query
        .sql(" FROM outbox WHERE state = 'queued' AND gateway = ")
        .bind(gateway)
        .sql(" AND next_at <= ")
        .bind(now)
        .sql(" AND (lease_until IS NULL OR lease_until < ")
        .bind(now)
        .sql(")")
}

/// Whether a text of `gateway` is due at `now`.
pub fn is_due(conn: &mut Conn, gateway: &str, now: i64) -> DbResult<bool> {
    let rows = due(Sql::<(BigInt,)>::new("SELECT id"), gateway, now).sql(" LIMIT 1").load::<(i64,)>(conn)?;
    Ok(!rows.is_empty())
}

const LEASED: &str = "SELECT id, cause, kind, lane, receiver_index, receiver_cipher, text_cipher, parts, attempts, \
                      lease_holder, uncertain, person_id, commune_id, not_after";

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
    let rows = due(Sql::<LeasedColumns>::new(LEASED), gateway, now)
        .sql(" ORDER BY lane, next_at, id LIMIT ")
        .bind(limit)
        .sql(locked(conn))
        .load::<LeasedRow>(conn)?;
    let texts = rows.into_iter().map(leased).collect::<DbResult<Vec<Leased>>>()?;
    let ids: Vec<i64> = texts.iter().map(|text| text.id).collect();
    for piece in pieces(&ids) {
        Sql::new("UPDATE outbox SET uncertain = (uncertain OR lease_holder IS NOT NULL), lease_holder = ")
            .bind(holder)
            .sql(", lease_until = ")
            .bind(until)
            .sql(" WHERE id IN (")
            .list(piece.iter().map(|id| Bind::from(*id)))
            .sql(")")
            .run(conn)?;
    }
    Ok(texts)
}

/// The text `id`, if `holder` has leased it, whatever its state.
pub fn held(conn: &mut Conn, holder: i64, id: i64) -> DbResult<Option<Leased>> {
    let rows = Sql::<LeasedColumns>::new(LEASED)
        .sql(" FROM outbox WHERE id = ")
        .bind(id)
        .sql(" AND lease_holder = ")
        .bind(holder)
        .load::<LeasedRow>(conn)?;
    rows.into_iter().next().map(leased).transpose()
}

/// Up to `limit` texts of `gateway` that are due at `now` and have surely not gone, for another gateway to take over,
/// replies first.
pub fn movable(conn: &mut Conn, gateway: &str, now: i64, limit: i64) -> DbResult<Vec<Leased>> {
    let rows = due(Sql::<LeasedColumns>::new(LEASED), gateway, now)
        .sql(" AND lease_holder IS NULL AND uncertain = ")
        .bind(false)
        .sql(" ORDER BY lane, next_at, id LIMIT ")
        .bind(limit)
        .sql(locked(conn))
        .load::<LeasedRow>(conn)?;
    rows.into_iter().map(leased).collect()
}

/// Gives a text to another gateway, which takes `cost` for it.
pub fn move_to(conn: &mut Conn, id: i64, gateway: &str, cost: i64) -> DbResult<()> {
    Sql::new("UPDATE outbox SET gateway = ")
        .bind(gateway)
        .sql(", cost = ")
        .bind(cost)
        .sql(" WHERE state = 'queued' AND lease_holder IS NULL AND id = ")
        .bind(id)
        .run(conn)?;
    Ok(())
}

fn locked(conn: &Conn) -> &'static str {
    if conn.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" }
}

/// How many texts wait, by gateway and lane.
pub fn depths(conn: &mut Conn) -> DbResult<Vec<(String, i32, i64)>> {
    let query = "SELECT gateway, lane, count(*) FROM outbox WHERE state = 'queued' GROUP BY gateway, lane";
    Ok(Sql::<(Text, Integer, BigInt)>::new(query).load::<(String, i32, i64)>(conn)?)
}
