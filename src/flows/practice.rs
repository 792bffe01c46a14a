//! Practice: whoever practises is answered like everybody else, and nothing of it is kept.

use super::authenticate::Caller;
use crate::db::{Db, DbResult, person};

/// Whether the caller practises. Accounts do not.
pub(in crate::flows) async fn practises(db: &Db, caller: &Caller) -> DbResult<bool> {
    let Some(id) = caller.person_id() else { return Ok(false) };
    Ok(!db.read(move |conn| person::practising(conn, &[id])).await?.is_empty())
}
