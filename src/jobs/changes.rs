//! Telling those who listen what changed: one look at the log for all of them.

use std::time::Duration;

use super::Stop;
use crate::flows::sync::{Syncing, Told};

/// Between two looks at the log while somebody listens: one number is read.
const PAUSE: Duration = Duration::from_millis(300);
/// How often is looked whether those who listen still may.
const RIGHTS: Duration = Duration::from_secs(5);
/// Between two looks whether anybody listens, besides being told.
const IDLE: Duration = Duration::from_secs(60);

/// Tells what changes until told to stop.
pub async fn tell_changes(syncing: Syncing, mut stop: Stop) {
    let mut told = Told::default();
    let mut since_rights = Duration::ZERO;
    loop {
        // Before anything is told: who may not hear it any more hears nothing.
        syncing.live().end_lapsed(syncing.clock.real_micros());
        let listened = syncing.tell_changes(&mut told).await;
        let pause = if matches!(listened, Ok(false)) { IDLE } else { PAUSE };
        if let Err(error) = listened {
            tracing::debug!(%error, "changes cannot be looked up; tried again");
        }
        since_rights += pause;
        if since_rights >= RIGHTS {
            since_rights = Duration::ZERO;
            if let Err(error) = syncing.end_changed().await {
                tracing::debug!(%error, "rights cannot be looked up; tried again");
            }
        }
        let stopped = if pause == IDLE {
            stop.pause_or_wake(pause, syncing.live().came()).await
        } else {
            stop.pause(pause).await
        };
        if stopped {
            return;
        }
    }
}
