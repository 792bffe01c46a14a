//! Forgetting words and dropping what has lapsed.

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use super::{login_code, provider_reference};
use crate::domain::ids::floor_at;

/// Forgets the words of up to `limit` incoming texts stored before `before` (microseconds UTC), urgent ones first. What
/// registered people texted in vain, ignored or asked about, stays for their officer if it was stored since `shown_since`.
pub fn forget_incoming(conn: &mut Conn, before: i64, shown_since: i64, limit: i64) -> DbResult<usize> {
    let text = "UPDATE message SET text_cipher = NULL WHERE id IN (SELECT id FROM message WHERE text_cipher IS NOT NULL AND id < ";
    Ok(Sql::new(text)
        .bind(floor_at(before / 1_000))
        .sql(" AND (person_id IS NULL OR fate NOT IN ('ignored', 'asked') OR id < ")
        .bind(floor_at(shown_since / 1_000))
        .sql(") ORDER BY CASE WHEN fate = 'urgent' THEN 0 ELSE 1 END, id LIMIT ")
        .bind(limit)
        .sql(")")
        .run(conn)?)
}

/// Forgets the words of up to `limit` outgoing texts planned before `before` that will not be sent any more.
pub fn forget_outgoing(conn: &mut Conn, before: i64, limit: i64) -> DbResult<usize> {
    let text = "UPDATE outbox SET text_cipher = NULL WHERE id IN (SELECT id FROM outbox WHERE text_cipher IS NOT NULL \
                AND state <> 'queued' AND id < ";
    Ok(Sql::new(text)
        .bind(floor_at(before / 1_000))
        .sql(" ORDER BY id LIMIT ")
        .bind(limit)
        .sql(")")
        .run(conn)?)
}

/// Drops questions and sessions that lapsed before `now`, and what is kept of requests made before `answered_before`:
/// their answers, what providers know texts by, and codes to log in.
pub fn drop_lapsed(conn: &mut Conn, now: i64, answered_before: i64) -> DbResult<usize> {
    let questions = Sql::new("DELETE FROM question WHERE expires_at < ").bind(now).run(conn)?;
    let sessions = Sql::new("DELETE FROM session WHERE expires_at < ").bind(now).run(conn)?;
    let answers = Sql::new("DELETE FROM idempotency WHERE created_at < ").bind(answered_before).run(conn)?;
    let references = provider_reference::forget(conn, answered_before)?;
    let codes = login_code::forget(conn, answered_before)?;
    Ok(questions + sessions + answers + references + codes)
}
