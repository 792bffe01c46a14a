//! Forgetting words: raw texts after the set number of days, and what has lapsed at once. What was understood stays.

use crate::clock::Clock;
use crate::db::{Db, DbResult, purge, reminder};

/// Rows forgotten in one transaction, so that writers are never held up for long.
const PIECE: i64 = 500;
/// Microseconds of a day.
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// How long it is kept who was reminded of what: a year, and what is needed to look back on it.
const REMINDER_DAYS: i64 = 400;

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
    for forget in [purge::forget_incoming, purge::forget_outgoing] {
        loop {
            let forgotten = db.write(move |conn| forget(conn, before, PIECE)).await?;
            rows += forgotten;
            if forgotten == 0 {
                break;
            }
        }
    }
    let before = clock.now_micros() - REMINDER_DAYS * DAY;
    loop {
        let forgotten = db.write(move |conn| reminder::forget(conn, before, PIECE)).await?;
        rows += forgotten;
        if forgotten == 0 {
            return Ok(rows);
        }
    }
}
