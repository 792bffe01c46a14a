//! Planning reminders when their moments come.

use std::sync::Arc;
use std::time::Duration;

use super::{Stop, Wake};
use crate::flows::remind::Reminders;

/// How often it is looked whether a moment has come.
const PAUSE: Duration = Duration::from_secs(10);

/// Plans what is due until told to stop, and wakes the senders when there are texts.
pub async fn plan_reminders(reminders: Arc<Reminders>, wake: Wake, mut stop: Stop) {
    loop {
        match reminders.plan_due(reminders.clock.now_micros()).await {
            Ok(plan) if plan.rows > 0 || plan.texts > 0 => {
                tracing::info!(
                    runs = plan.runs,
                    rows = plan.rows,
                    texts = plan.texts,
                    "reminders are planned"
                );
                metrics::counter!("reminders_planned").increment(u64::try_from(plan.rows).unwrap_or(0));
                wake.notify_waiters();
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "reminders cannot be planned; it is tried again"),
        }
        if stop.pause(PAUSE).await {
            return;
        }
    }
}
