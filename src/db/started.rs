//! Texts that the server starts by itself: planned with or without words, and asked before they go.

use std::collections::HashSet;

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;

use super::DbResult;
use super::conn::Conn;
use super::sql::{Bind, Sql, padded, pieces};
use crate::crypto::Digest;
use crate::domain::ids::{PersonId, UnitId};

/// The words of a text, sealed for (`outbox`, id), with their keyed digest.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The digest.
    pub index: Digest,
    /// The words.
    pub cipher: Vec<u8>,
}

/// A text to be sent when its time comes.
#[derive(Debug, Clone)]
pub struct NewStarted {
    /// Its id.
    pub id: i64,
    /// What made it: the id of a run of reminders, an incident …
    pub cause: i64,
    /// What it is to its cause.
    pub kind: &'static str,
    /// Blind index of the receiver's number.
    pub receiver_index: Digest,
    /// The number, sealed for (`outbox`, id).
    pub receiver_cipher: Vec<u8>,
    /// The words; `None`: they are composed at the moment of sending.
    pub words: Option<Sealed>,
    /// The gateway that is to send it.
    pub gateway: String,
    /// The commune that pays for it and whose officers may see it.
    pub commune_id: Option<UnitId>,
    /// Whom it goes to, who may have opted out.
    pub person_id: Option<PersonId>,
    /// `LANE_URGENT` or `LANE_STARTED`.
    pub lane: i32,
    /// SMS parts, as far as they are known.
    pub parts: i32,
    /// What it will cost, đồng.
    pub cost: i64,
    /// When it was planned, microseconds UTC, real time.
    pub created_at: i64,
    /// When it is due, microseconds UTC, real time; 0: at once.
    pub due_at: i64,
    /// Until when it is of use, microseconds UTC, domain time.
    pub not_after: Option<i64>,
}

/// Plans texts; one that its cause has already planned for the receiver stays as it is. Answers how many are new.
pub fn plan(conn: &mut Conn, texts: &[NewStarted]) -> DbResult<usize> {
    let rows: Vec<[Bind; 18]> = texts.iter().map(row).collect();
    let mut planned = 0;
    for piece in pieces(&rows) {
        planned += Sql::new(
            "INSERT INTO outbox (id, cause, kind, receiver_index, receiver_cipher, text_index, text_cipher, gateway, \
             commune_id, person_id, lane, state, parts, cost, created_at, next_at, not_after, attempts) VALUES ",
        )
        .rows(piece.iter().cloned())
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    }
    Ok(planned)
}

fn row(t: &NewStarted) -> [Bind; 18] {
    let words = t.words.as_ref();
    [
        t.id.into(),
        t.cause.into(),
        t.kind.into(),
        t.receiver_index.into(),
        t.receiver_cipher.clone().into(),
        words.map_or([0; 32], |words| words.index).into(),
        words.map(|words| words.cipher.clone()).into(),
        t.gateway.as_str().into(),
        t.commune_id.into(),
        t.person_id.into(),
        t.lane.into(),
        "queued".into(),
        t.parts.into(),
        t.cost.into(),
        t.created_at.into(),
        t.due_at.into(),
        t.not_after.into(),
        0.into(),
    ]
}

/// Those of `people` who take no more reminders.
pub fn opted_out(conn: &mut Conn, people: &[PersonId]) -> DbResult<HashSet<PersonId>> {
    let mut found = HashSet::new();
    for people in padded(people) {
        let rows =
            Sql::<(BigInt,)>::new("SELECT id FROM person WHERE reminders_stopped_at IS NOT NULL AND id IN (")
                .list(people)
                .sql(")")
                .load::<(i64,)>(conn)?;
        found.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// Writes the words of a text that was composed for sending.
pub fn write_words(conn: &mut Conn, id: i64, words: &Sealed, parts: i32, cost: i64) -> DbResult<()> {
    Sql::new("UPDATE outbox SET text_index = ")
        .bind(words.index)
        .sql(", text_cipher = ")
        .bind(words.cipher.clone())
        .sql(", parts = ")
        .bind(parts)
        .sql(", cost = ")
        .bind(cost)
        .sql(" WHERE id = ")
        .bind(id)
        .run(conn)?;
    Ok(())
}

/// A leased text is never sent, for the reason of this name. One that may have gone already becomes unknown instead.
pub fn skip(conn: &mut Conn, holder: i64, id: i64, reason: &str) -> DbResult<()> {
    Sql::new("UPDATE outbox SET state = CASE WHEN uncertain THEN 'unknown' ELSE 'skipped' END, reason = ")
        .bind(reason)
        .sql(", lease_holder = NULL, lease_until = NULL WHERE state = 'queued' AND id = ")
        .bind(id)
        .sql(" AND lease_holder = ")
        .bind(holder)
        .run(conn)?;
    Ok(())
}

/// A leased text is given back until `next_at`.
pub fn defer(conn: &mut Conn, holder: i64, id: i64, next_at: i64) -> DbResult<()> {
    Sql::new("UPDATE outbox SET next_at = ")
        .bind(next_at)
        .sql(", lease_holder = NULL, lease_until = NULL WHERE state = 'queued' AND id = ")
        .bind(id)
        .sql(" AND lease_holder = ")
        .bind(holder)
        .run(conn)?;
    Ok(())
}

/// Whose texts are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payer {
    /// A commune's.
    Commune(UnitId),
    /// Those of the communes of a province.
    Province(UnitId),
    /// Everybody's.
    Everyone,
}
