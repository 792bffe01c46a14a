//! Taking long texts whose parts are all there, or will not come any more.

use std::time::Duration;

use super::Stop;
use crate::flows::intake::{Finished, Intake};

/// How often it is looked.
const PAUSE: Duration = Duration::from_secs(10);

/// Finishes texts of several parts until told to stop; `wait` is how long a missing part is waited for.
pub async fn finish_parts(intake: Intake, wait: Duration, mut stop: Stop) {
    while !stop.pause(PAUSE).await {
        // While the spool holds anything, parts that are missing may be in it.
        if intake.is_degraded() {
            continue;
        }
        match intake.finish_parts(wait).await {
            Ok(Finished { complete: 0, incomplete: 0 }) => {}
            Ok(Finished { complete, incomplete }) => {
                metrics::counter!("incomplete_texts").increment(u64::try_from(incomplete).unwrap_or(0));
                tracing::info!(complete, incomplete, "texts of several parts are finished");
            }
            Err(error) => tracing::warn!(%error, "texts of several parts cannot be finished yet"),
        }
    }
}
