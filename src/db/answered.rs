//! Replies that go back in the answer to the request that brought the text, and not by a request of ours.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::{Bind, Sql, pieces};

/// What stands as the provider's id of a reply that went in an answer, so that a second request gets it again.
const IN_ANSWER: &str = "in the answer";

/// Keeps planned texts back until `until` (microseconds UTC, real time): they may go in an answer before.
pub fn hold(conn: &mut Conn, ids: &[i64], until: i64) -> DbResult<()> {
    for piece in pieces(ids) {
        Sql::new("UPDATE outbox SET next_at = ")
            .bind(until)
            .sql(" WHERE state = 'queued' AND lease_holder IS NULL AND attempts = 0 AND id IN (")
            .list(piece.iter().map(|id| Bind::from(*id)))
            .sql(")")
            .run(conn)?;
    }
    Ok(())
}

/// A reply, for the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its id.
    pub id: i64,
    /// The words, sealed for (`outbox`, id).
    pub text_cipher: Vec<u8>,
}

/// The reply to `message`, if it is still to be sent or went in the answer to an earlier request; it counts as accepted
/// from now on. `None` where there is none, or it is going another way.
pub fn take(conn: &mut Conn, gateway: &str, message: i64, now: i64) -> DbResult<Option<Reply>> {
    type Row = (i64, String, Option<i64>, Option<String>, Option<Vec<u8>>);
    let rows = Sql::<(BigInt, Text, Nullable<BigInt>, Nullable<Text>, Nullable<Binary>)>::new(
        "SELECT id, state, lease_holder, provider_id, text_cipher FROM outbox WHERE kind = 'reply' AND cause = ",
    )
    .bind(message)
    .sql(" AND gateway = ")
    .bind(gateway)
    // The receiver of a reply is the sender of its message.
    .sql(" AND receiver_index = (SELECT sender_index FROM message WHERE id = ")
    .bind(message)
    .sql(")")
    .load::<Row>(conn)?;
    let Some((id, state, holder, provider_id, text_cipher)) = rows.into_iter().next() else {
        return Ok(None);
    };
    let again = provider_id.as_deref() == Some(IN_ANSWER);
    let Some(text_cipher) = text_cipher.filter(|_| again || (state == "queued" && holder.is_none())) else {
        return Ok(None);
    };
    if again {
        return Ok(Some(Reply { id, text_cipher }));
    }
    let taken = Sql::new("UPDATE outbox SET state = 'accepted', attempts = attempts + 1, provider_id = ")
        .bind(IN_ANSWER)
        .sql(", sent_at = ")
        .bind(now)
        .sql(" WHERE state = 'queued' AND lease_holder IS NULL AND id = ")
        .bind(id)
        .run(conn)?;
    Ok((taken == 1).then_some(Reply { id, text_cipher }))
}
