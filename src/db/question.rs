//! Questions that wait for an answer, at most one per number.

use super::DbResult;
use super::conn::Conn;
use super::insert::Inserts;
use super::sql::{Bind, Sql, padded};
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

/// Puts questions in the place of those that the same numbers had.
pub fn add(inserts: &mut Inserts, questions: &[StoredQuestion]) {
    let row = |q: &StoredQuestion| -> [Bind; 6] {
        [
            q.sender_index.into(),
            q.person_id.into(),
            q.kind.as_str().into(),
            q.text_cipher.clone().into(),
            q.received_at.into(),
            q.expires_at.into(),
        ]
    };
    inserts.add(
        "INSERT INTO question (sender_index, person_id, kind, text_cipher, received_at, expires_at)",
        questions.iter().map(row),
        " ON CONFLICT (sender_index) DO UPDATE SET person_id = excluded.person_id, kind = excluded.kind, \
         text_cipher = excluded.text_cipher, received_at = excluded.received_at, expires_at = excluded.expires_at",
    );
}

/// Closes the questions of these numbers.
pub fn close(conn: &mut Conn, senders: &[Digest]) -> DbResult<()> {
    for list in padded(senders) {
        Sql::new("DELETE FROM question WHERE sender_index IN (").list(list).sql(")").run(conn)?;
    }
    Ok(())
}
