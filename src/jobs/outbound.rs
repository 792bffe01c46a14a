//! Sending texts, a loop per gateway, at the gateway's pace.

use std::time::Duration;

use super::{Stop, Wake};
use crate::flows::deliver::Sender;

/// How long a sender waits when nothing is due and nobody wakes it.
const IDLE: Duration = Duration::from_secs(1);
/// How long it waits when the database does not answer.
const AFTER_ERROR: Duration = Duration::from_secs(2);

/// Sends what is due by one gateway until told to stop.
pub async fn send_texts(sender: Sender, wake: Wake, mut stop: Stop) {
    while !stop.is_set() {
        let stopped = match sender.send_due().await {
            Ok(round) if round.texts > 0 => {
                stop.pause(pace(round.parts, sender.gateway.parts_per_second)).await
            }
            Ok(_) => stop.pause_or_wake(IDLE, &wake).await,
            Err(error) => {
                tracing::error!(%error, gateway = sender.gateway.id, "texts cannot be sent");
                stop.pause(AFTER_ERROR).await
            }
        };
        if stopped {
            break;
        }
    }
}

/// How long `parts` SMS parts take at `per_second`.
fn pace(parts: i64, per_second: u32) -> Duration {
    let micros = u64::try_from(parts).unwrap_or(0).saturating_mul(1_000_000) / u64::from(per_second.max(1));
    Duration::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_counts_parts() {
        assert_eq!(pace(4, 10), Duration::from_millis(400));
        assert_eq!(pace(0, 10), Duration::ZERO);
    }
}
