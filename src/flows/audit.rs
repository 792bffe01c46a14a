//! Links of the audit for what an officer read or settled.

use crate::crypto::sha256;
use crate::db::log::{self, NewAudit};
use crate::db::{Conn, Db, DbResult};

/// Notes within a transaction, as its last statement, that `actor` did `action` to `subject` (`form_kept:ID`), `now` in
/// microseconds UTC, real time.
pub(super) fn note(
    conn: &mut Conn,
    now: i64,
    actor: &str,
    action: &'static str,
    subject: &str,
) -> DbResult<()> {
    let digest = sha256(&[action.as_bytes(), &[0], subject.as_bytes()]);
    log::append(conn, now, &[], &NewAudit { actor, action, subject, digest })
}

/// The same in a transaction of its own, before anything is shown.
pub(super) async fn note_reading(
    db: &Db,
    now: i64,
    actor: String,
    action: &'static str,
    subject: String,
) -> DbResult<()> {
    db.write(move |conn| note(conn, now, &actor, action, &subject)).await
}
