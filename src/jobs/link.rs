//! Keeping a link to an SMSC, and taking what it brings.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Stop;
use crate::crypto::random_bytes;
use crate::flows::receive::Receiver;
use crate::sms::{Gateway, smpp};

/// The pause before a broken link is made again, and the longest; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// What is taken side by side; texts of one sender keep their order.
const LANES: usize = 16;
/// What may wait in a lane; then the SMSC is not read from.
const WAITING: usize = 8;
/// How long texts that were brought may take to be taken when the server stops.
const LAST_TEXTS: Duration = Duration::from_secs(3);
/// A long time, to be cut short by the word to stop.
const DAY: Duration = Duration::from_secs(86_400);

/// Keeps the link of `gateway`, if it is of a kind that has one, until told to stop.
pub async fn keep_link(gateway: Arc<Gateway>, receiver: Receiver, mut stop: Stop) {
    let Some(smpp) = gateway.link() else { return };
    let mut pause = FIRST_PAUSE;
    while !stop.is_set() {
        match smpp.connect().await {
            Ok(link) => {
                tracing::info!(gateway = gateway.id, "linked to the SMSC");
                metrics::counter!("links_made", "gateway" => gateway.id.clone()).increment(1);
                if serve(&gateway, smpp, link, &receiver, &mut stop).await {
                    pause = FIRST_PAUSE;
                }
            }
            Err(error) => tracing::warn!(%error, gateway = gateway.id, "no link to the SMSC"),
        }
        if stop.is_set() || stop.pause(jittered(pause)).await {
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Takes what the link brings until it ends, or closes it when told to stop; answers whether it was of any use.
async fn serve(
    gateway: &Arc<Gateway>,
    smpp: &smpp::Smpp,
    mut link: smpp::Link,
    receiver: &Receiver,
    stop: &mut Stop,
) -> bool {
    let began = tokio::time::Instant::now();
    let mut lanes = Lanes::start(gateway, receiver, &link.answers());
    let mut useful = false;
    let stopped = loop {
        tokio::select! {
            brought = smpp.next(&mut link) => match brought {
                Some(brought) => {
                    useful = true;
                    lanes.hand_over(brought).await;
                }
                None => break false,
            },
            stopped = stop.pause(DAY) => if stopped { break true },
        }
    };
    if stopped {
        // What was handed over is taken and answered first.
        if tokio::time::timeout(LAST_TEXTS, lanes.finish()).await.is_err() {
            tracing::warn!(
                gateway = gateway.id,
                "some texts of the SMSC are not answered; it brings them again"
            );
        }
        link.close().await;
    } else {
        // Nobody can be answered any more: what is taken now is known when it is brought again.
        drop(link);
        lanes.finish().await;
        tracing::warn!(gateway = gateway.id, "the link to the SMSC has ended");
    }
    useful || began.elapsed() > LONGEST_PAUSE
}

/// Tasks that take what is brought, each in order.
struct Lanes {
    lanes: Vec<mpsc::Sender<smpp::Brought>>,
    tasks: JoinSet<()>,
}

impl Lanes {
    fn start(gateway: &Arc<Gateway>, receiver: &Receiver, answers: &smpp::Answers) -> Self {
        let (mut lanes, mut tasks) = (Vec::with_capacity(LANES), JoinSet::new());
        for _ in 0..LANES {
            let (lane, brought) = mpsc::channel(WAITING);
            lanes.push(lane);
            tasks.spawn(take(Arc::clone(gateway), receiver.clone(), answers.clone(), brought));
        }
        Lanes { lanes, tasks }
    }

    async fn hand_over(&self, brought: smpp::Brought) {
        let lane = self.lanes.get(usize::from(brought.lane) % LANES);
        if let Some(lane) = lane
            && lane.send(brought).await.is_err()
        {
            tracing::error!("what takes texts of the SMSC has ended; it brings them again");
        }
    }

    async fn finish(&mut self) {
        self.lanes.clear();
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn take(
    gateway: Arc<Gateway>,
    receiver: Receiver,
    answers: smpp::Answers,
    mut brought: mpsc::Receiver<smpp::Brought>,
) {
    while let Some(next) = brought.recv().await {
        let taken = receiver.take(&gateway, gateway.believed(next.events.clone())).await;
        if let Err(error) = &taken {
            tracing::error!(%error, gateway = gateway.id, "what the SMSC brought was not taken; it brings it again");
        }
        answers.give(&next, taken.is_ok()).await;
    }
}

/// Between half and the whole of `pause`, so that servers do not all come back at once.
fn jittered(pause: Duration) -> Duration {
    let random: [u8; 2] = random_bytes().unwrap_or_default();
    pause / 2 + (pause / 2).mul_f64(f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_never_longer_nor_shorter_than_half() {
        for _ in 0..1_000 {
            assert!((LONGEST_PAUSE / 2..=LONGEST_PAUSE).contains(&jittered(LONGEST_PAUSE)));
        }
    }
}
