//! Questions that wait for an answer, at most one per number.

use std::collections::HashMap;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::{Bind, Sql, padded, pieces};
use crate::crypto::Digest;
use crate::domain::ids::PersonId;

/// A question as it is stored: its kind as JSON, the text that raised it sealed for (`question`, person).
#[derive(Debug, Clone)]
pub struct StoredQuestion {
    /// Blind index of the number.
    pub sender_index: Digest,
    /// The person asked.
    pub person_id: PersonId,
    /// The kind, as JSON.
    pub kind: String,
    /// The text that raised it.
    pub text_cipher: Vec<u8>,
    /// When that text was received.
    pub received_at: i64,
    /// When the question lapses.
    pub expires_at: i64,
}

/// The questions open at `now` with these numbers.
pub fn open(conn: &mut Conn, senders: &[Digest], now: i64) -> DbResult<HashMap<Digest, StoredQuestion>> {
    let mut found = HashMap::new();
    for list in padded(senders) {
        let rows = Sql::<(Binary, BigInt, Text, Binary, BigInt, BigInt)>::new(
            "SELECT sender_index, person_id, kind, text_cipher, received_at, expires_at FROM question WHERE sender_index IN (",
        )
        .list(list)
        .sql(") AND expires_at > ")
        .bind(now)
        .load::<(Vec<u8>, i64, String, Vec<u8>, i64, i64)>(conn)?;
        for (sender, person_id, kind, text_cipher, received_at, expires_at) in rows {
            let sender_index = digest(sender)?;
            found.insert(
                sender_index,
                StoredQuestion { sender_index, person_id, kind, text_cipher, received_at, expires_at },
            );
        }
    }
    Ok(found)
}

/// Puts questions in the place of those that the same numbers had.
pub fn put(conn: &mut Conn, questions: &[StoredQuestion]) -> DbResult<()> {
    let rows: Vec<[Bind; 6]> = questions
        .iter()
        .map(|q| {
            [
                q.sender_index.into(),
                q.person_id.into(),
                q.kind.as_str().into(),
                q.text_cipher.clone().into(),
                q.received_at.into(),
                q.expires_at.into(),
            ]
        })
        .collect();
    for piece in pieces(&rows) {
        Sql::new("INSERT INTO question (sender_index, person_id, kind, text_cipher, received_at, expires_at) VALUES ")
            .rows(piece.iter().cloned())
            .sql(
                " ON CONFLICT (sender_index) DO UPDATE SET person_id = excluded.person_id, kind = excluded.kind, \
                 text_cipher = excluded.text_cipher, received_at = excluded.received_at, expires_at = excluded.expires_at",
            )
            .run(conn)?;
    }
    Ok(())
}

/// Closes the questions of these numbers.
pub fn close(conn: &mut Conn, senders: &[Digest]) -> DbResult<()> {
    for list in padded(senders) {
        Sql::new("DELETE FROM question WHERE sender_index IN (").list(list).sql(")").run(conn)?;
    }
    Ok(())
}
