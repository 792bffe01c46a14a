//! Forgetting forms that officers are done with, and their photographs.

use super::CollectError;
use crate::clock::Clock;
use crate::crypto::Digest;
use crate::db::{Db, collected, photo};
use crate::documents::file_store::{FileStore, StoreError};

/// Forms forgotten in one transaction.
const PIECE: i64 = 100;
/// Microseconds of a day.
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// What became of kept forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// How many were forgotten.
    pub forgotten: usize,
    /// How many are as old and wait for an officer all the same.
    pub waiting: i64,
}

/// Forgets what [`forget_settled`] forgets, and says in the log what waits. Failures are logged; the next run goes on.
pub async fn drop_settled(db: &Db, files: &FileStore, clock: Clock, days: u32) {
    match forget_settled(db, files, clock.real_micros(), days).await {
        Ok(Settled { forgotten, waiting: 0 }) => tracing::info!(forgotten, "kept forms are forgotten"),
        Ok(Settled { forgotten, waiting }) => {
            tracing::warn!(
                forgotten,
                waiting,
                "kept forms are old and stay, since no officer is done with them"
            );
        }
        Err(error) => tracing::error!(%error, "kept forms cannot be forgotten; the next run tries again"),
    }
}

/// Forgets forms that an officer had been done with for `days` at `now` (microseconds UTC, real time), with their
/// photographs. What nobody is done with stays, however old.
pub async fn forget_settled(
    db: &Db,
    files: &FileStore,
    now: i64,
    days: u32,
) -> Result<Settled, CollectError> {
    let before = now - i64::from(days) * DAY;
    let mut forgotten = 0;
    loop {
        let (forms, contents) = db.write(move |conn| collected::forget(conn, before, PIECE)).await?;
        for content in contents {
            discard(db, files, content, now - DAY).await?;
        }
        forgotten += forms;
        if forms == 0 {
            break;
        }
    }
    let waiting = db.read(move |conn| collected::waiting(conn, before)).await?;
    Ok(Settled { forgotten, waiting })
}

/// Removes a content that nothing has, unless it was put there since `before`: whoever did may not have said so yet.
async fn discard(db: &Db, files: &FileStore, content: Digest, before: i64) -> Result<(), CollectError> {
    let store = files.clone();
    let aside = on_disk(move || store.take_aside(&content, before)).await?;
    let Some(aside) = aside else { return Ok(()) };
    let used = db.read(move |conn| photo::is_used(conn, &content)).await;
    let goes = matches!(used, Ok(false));
    on_disk(move || if goes { aside.remove() } else { aside.put_back() }).await?;
    Ok(used.map(drop)?)
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, CollectError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| CollectError::Interrupted)??)
}
