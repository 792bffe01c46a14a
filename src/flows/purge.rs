//! Forgetting words: raw texts after the set number of days, and what has lapsed at once. What was understood stays.

use crate::clock::Clock;
use crate::db::{Conn, Db, DbResult, purge, reminder, sync};

/// Rows forgotten in one transaction, so that writers are never held up for long.
const PIECE: i64 = 500;
/// Microseconds of a day.
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// How long an officer can see what registered people texted in vain, however short `text_days` is.
const SHOWN_DAYS: i64 = 30;
/// How long it is kept who was reminded of what: a year, and what is needed to look back on it.
const REMINDER_DAYS: i64 = 400;
/// How long it is kept what became of rows that phones pushed, and rows that could not be taken.
const ROW_DAYS: i64 = 400;

/// Forgets the words of texts older than `text_days`, and questions, sessions and answers of requests that have lapsed.
/// Failures are logged; the next run goes on.
pub async fn purge(db: &Db, clock: Clock, text_days: u32) {
    match forget(db, clock, text_days).await {
        Ok(rows) => tracing::info!(rows, "old words are forgotten"),
        Err(error) => tracing::error!(%error, "old words cannot be forgotten; the next run tries again"),
    }
}

/// What [`purge()`] does; answers how many rows it touched.
pub async fn forget(db: &Db, clock: Clock, text_days: u32) -> DbResult<usize> {
    let now = clock.real_micros();
    let before = now - i64::from(text_days) * DAY;
    let mut rows = db.write(move |conn| purge::drop_lapsed(conn, now, now - 2 * DAY)).await?;
    let shown_since = now - SHOWN_DAYS * DAY;
    rows += piecewise(db, move |conn| purge::forget_incoming(conn, before, shown_since, PIECE)).await?;
    rows += piecewise(db, move |conn| purge::forget_outgoing(conn, before, PIECE)).await?;
    let before = clock.now_micros() - REMINDER_DAYS * DAY;
    rows += piecewise(db, move |conn| reminder::forget(conn, before, PIECE)).await?;
    let before = now - ROW_DAYS * DAY;
    rows += piecewise(db, move |conn| sync::forget(conn, before, PIECE)).await?;
    Ok(rows)
}

/// Forgets pieces, a transaction each, until nothing is left; answers how many rows those were.
async fn piecewise<F>(db: &Db, forget: F) -> DbResult<usize>
where
    F: Fn(&mut Conn) -> DbResult<usize> + Copy + Send + 'static,
{
    let mut rows = 0;
    loop {
        let forgotten = db.write(forget).await?;
        rows += forgotten;
        if forgotten == 0 {
            return Ok(rows);
        }
    }
}
