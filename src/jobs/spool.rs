//! Storing what the spool holds as soon as the database is back.

use std::time::Duration;

use super::Stop;
use crate::flows::intake::Intake;

/// How often the database is tried while texts wait.
const PAUSE: Duration = Duration::from_secs(1);

/// Replays the spool until told to stop.
pub async fn replay_spool(intake: Intake, mut stop: Stop) {
    loop {
        if intake.is_degraded() {
            match intake.replay_spool().await {
                Ok(texts) => tracing::info!(texts, "the spool is stored"),
                Err(error) => tracing::warn!(%error, "the spool cannot be stored yet"),
            }
        }
        if stop.pause(PAUSE).await {
            return;
        }
    }
}
