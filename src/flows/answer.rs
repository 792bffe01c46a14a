//! The reply that goes back in the answer to the request that brought a text.

use crate::crypto::{Keys, Place};
use crate::db::{Db, DbError, DbResult, answered};

/// Takes the reply to `message` out of what is to be sent, for the answer of `gateway`; the same again for the
/// provider's second try. `None` where there is no reply or it is going another way.
///
/// # Errors
/// The database does not answer: the reply goes by a request of ours a little later.
pub async fn take_reply(
    db: &Db,
    keys: &Keys,
    gateway: &str,
    message: i64,
    now: i64,
) -> DbResult<Option<String>> {
    let gateway = gateway.to_owned();
    let reply = db.write(move |conn| answered::take(conn, &gateway, message, now)).await?;
    let open = |reply: answered::Reply| {
        let place = Place { table: "outbox", row: reply.id };
        keys.open_text(place, &reply.text_cipher).map_err(|_| DbError::Corrupt("a sealed text"))
    };
    reply.map(open).transpose()
}
