//! Parts of incoming texts that were too long for one SMS, until the text is complete.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::lock;
use super::sql::{Bind, Sql};
use crate::crypto::Digest;

/// A part that came.
#[derive(Debug, Clone)]
pub struct NewPart {
    /// Its id; that of its text if it is the first to come.
    pub id: i64,
    /// Blind index of the sender's number.
    pub sender_index: Digest,
    /// The same for all parts of a text of a sender; another text may have it hours later.
    pub set_key: Digest,
    /// What the part is known by: the same again is the same part again.
    pub part_key: Digest,
    /// Which it is, from 1.
    pub number: i32,
    /// How many there are.
    pub total: i32,
    /// The part with all that is known of it, sealed for (`message_part`, id).
    pub raw_cipher: Vec<u8>,
    /// When it was stored, microseconds UTC, real time.
    pub stored_at: i64,
}

/// How far the text of a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Other parts are missing.
    Waiting,
    /// All are there; it is to be put together.
    Complete(i64),
    /// It has become a message, complete or not.
    Done,
}

/// Keeps a part, unless it is there, and tells how far its text is. Parts with the same `set_key` that were stored
/// before `since` belong to other texts: references come round again.
pub fn add(conn: &mut Conn, part: &NewPart, since: i64) -> DbResult<Set> {
    // Two parts at once on two servers must see each other.
    lock::senders(conn, &[part.sender_index])?;
    let rows = Sql::<(BigInt, Integer, Binary, Text)>::new(
        "SELECT set_id, number, part_key, state FROM message_part WHERE set_key = ",
    )
    .bind(part.set_key)
    .sql(" AND stored_at >= ")
    .bind(since)
    .sql(" ORDER BY id")
    .load::<(i64, i32, Vec<u8>, String)>(conn)?;
    let same = rows.iter().find(|(_, number, key, _)| *number == part.number && *key == part.part_key);
    if let Some((set, _, _, state)) = same {
        return if state == "done" { Ok(Set::Done) } else { how_far(conn, *set, part.total) };
    }
    let has_number =
        |set: i64| rows.iter().any(|(other, number, ..)| *other == set && *number == part.number);
    let open = rows.iter().rev().find(|(.., state)| state != "done").map(|(set, ..)| *set);
    let set = open.filter(|set| !has_number(*set)).unwrap_or(part.id);
    Sql::new(
        "INSERT INTO message_part (id, set_id, set_key, part_key, number, total, raw_cipher, state, stored_at) VALUES ",
    )
    .rows([row(part, set)])
    .run(conn)?;
    how_far(conn, set, part.total)
}

fn row(part: &NewPart, set: i64) -> [Bind; 9] {
    [
        part.id.into(),
        set.into(),
        part.set_key.into(),
        part.part_key.into(),
        part.number.into(),
        part.total.into(),
        part.raw_cipher.clone().into(),
        "waiting".into(),
        part.stored_at.into(),
    ]
}

fn how_far(conn: &mut Conn, set: i64, total: i32) -> DbResult<Set> {
    let (count,) = Sql::<(BigInt,)>::new("SELECT count(*) FROM message_part WHERE set_id = ")
        .bind(set)
        .get_result::<(i64,)>(conn)?;
    Ok(if count >= i64::from(total) { Set::Complete(set) } else { Set::Waiting })
}

/// A part of a text that is to be put together.
#[derive(Debug, Clone)]
pub struct StoredPart {
    /// Its id.
    pub id: i64,
    /// Which it is, from 1.
    pub number: i32,
    /// How many there are.
    pub total: i32,
    /// The part, sealed.
    pub raw_cipher: Vec<u8>,
}

/// The parts of a text that has not become a message yet, first things first.
pub fn of_set(conn: &mut Conn, set: i64) -> DbResult<Vec<StoredPart>> {
    let rows = Sql::<(BigInt, Integer, Integer, Nullable<Binary>)>::new(
        "SELECT id, number, total, raw_cipher FROM message_part WHERE set_id = ",
    )
    .bind(set)
    .sql(" AND state = 'waiting' ORDER BY number")
    .load::<(i64, i32, i32, Option<Vec<u8>>)>(conn)?;
    let stored = |(id, number, total, raw_cipher): (i64, i32, i32, Option<Vec<u8>>)| {
        Some(StoredPart { id, number, total, raw_cipher: raw_cipher? })
    };
    Ok(rows.into_iter().filter_map(stored).collect())
}

/// Texts whose latest part was stored before `before`, or that are complete; at most `limit`, the oldest first.
pub fn due(conn: &mut Conn, before: i64, limit: i64) -> DbResult<Vec<i64>> {
    let sets = Sql::<(BigInt,)>::new(
        "SELECT set_id FROM message_part WHERE state = 'waiting' GROUP BY set_id HAVING max(stored_at) < ",
    )
    .bind(before)
    .sql(" OR count(*) = max(total) ORDER BY set_id LIMIT ")
    .bind(limit)
    .load::<(i64,)>(conn)?;
    Ok(sets.into_iter().map(|(set,)| set).collect())
}

/// Notes that a text has become a message; its words are there now.
pub fn finish(conn: &mut Conn, set: i64) -> DbResult<()> {
    Sql::new("UPDATE message_part SET state = 'done', raw_cipher = NULL WHERE set_id = ")
        .bind(set)
        .run(conn)?;
    Ok(())
}

/// Forgets parts of finished texts that were stored before `before`.
pub fn forget(conn: &mut Conn, before: i64) -> DbResult<()> {
    Sql::new("DELETE FROM message_part WHERE state = 'done' AND stored_at < ").bind(before).run(conn)?;
    Ok(())
}
