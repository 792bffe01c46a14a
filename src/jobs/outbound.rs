//! Sending texts, a loop per gateway, at the gateway's pace, and watching over the routes.

use std::time::Duration;

use super::{Stop, Wake};
use crate::db::DbResult;
use crate::flows::deliver::watch::Watch;
use crate::flows::deliver::{HandOver, Pump, Sender, Started};

/// How long a sender waits when nothing is due and nobody wakes it.
const IDLE: Duration = Duration::from_secs(1);
/// How long it waits when the database does not answer.
const AFTER_ERROR: Duration = Duration::from_secs(2);
/// How long the last answers are waited for when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(3);
/// How often the routes are looked at.
const LOOK: Duration = Duration::from_secs(15);

/// Sends what is due by one gateway until told to stop; what it cannot send goes to other routes.
pub async fn send_texts(sender: Sender, hand_over: HandOver, wake: Wake, mut stop: Stop) {
    let mut pump = Pump::new(sender);
    while !stop.is_set() {
        let woken = wake.notified();
        tokio::pin!(woken);
        // From here on a word is not missed, even one that comes before the waiting below.
        woken.as_mut().enable();
        let wait = match turn(&mut pump, &hand_over, &wake).await {
            Ok(started) => wait_after(&pump, started),
            Err(error) => {
                tracing::error!(%error, gateway = pump.sender().gateway.id, "texts cannot be sent");
                AFTER_ERROR
            }
        };
        tokio::select! {
            _ = stop.pause(wait) => {}
            () = woken => {}
            () = pump.answered(), if !pump.is_idle() => {}
        }
    }
    finish(pump).await;
}

/// Marks what was answered and starts what may go.
async fn turn(pump: &mut Pump, hand_over: &HandOver, wake: &Wake) -> DbResult<Started> {
    let now = pump.sender().now();
    pump.mark_answered(now).await?;
    let started = if pump.sender().gateway.sends() { pump.start_due(now).await? } else { Started::default() };
    if started.texts == 0 && hand_over.give_over(&pump.sender().gateway.id, now).await? > 0 {
        wake.notify_waiters();
    }
    Ok(started)
}

/// How long nothing need be done if nothing happens.
fn wait_after(pump: &Pump, started: Started) -> Duration {
    if started.more {
        return Duration::ZERO;
    }
    let until = started.again_at.map(|at| at.saturating_sub(pump.sender().now().real).max(0));
    let until = until.and_then(|micros| u64::try_from(micros).ok()).map(Duration::from_micros);
    until.map_or(IDLE, |until| until.min(IDLE))
}

/// Waits for the last answers, but not for long: the server is to stop.
async fn finish(mut pump: Pump) {
    let last = async {
        while !pump.is_idle() {
            pump.answered().await;
            let now = pump.sender().now();
            if let Err(error) = pump.mark_answered(now).await {
                tracing::error!(%error, "the outcome of texts is lost; their leases run out");
            }
        }
    };
    // Given up in the middle of marking, the texts stay leased and count as interrupted.
    if tokio::time::timeout(LAST_ANSWERS, last).await.is_err() {
        let now = pump.sender().now();
        if let Err(error) = pump.give_up(now).await {
            tracing::error!(%error, "the outcome of texts is lost; their leases run out");
        }
    }
}

/// Looks at the routes now and then until told to stop.
pub async fn watch_routes(watch: Watch, mut stop: Stop) {
    if let Err(error) = watch.try_again().await {
        tracing::warn!(%error, "paused routes are tried when their pause is over");
    }
    loop {
        if let Err(error) = watch.look().await {
            tracing::warn!(%error, "the routes cannot be looked at");
        }
        if stop.pause(LOOK).await {
            return;
        }
    }
}
