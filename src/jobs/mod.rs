//! What the server does by itself: sends texts, replays the spool, keeps its node number, forgets old words.
//!
//! Each job is a loop that does one idempotent round, waits, and ends when the server stops. A round that fails is
//! logged and done again later.

mod link;
mod node;
mod outbound;
mod parts;
mod remind;
mod schedule;
mod spool;
mod words;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

pub use link::keep_link;
pub use node::{NODE_LEASE, keep_node};
pub use outbound::{send_texts, watch_routes};
pub use parts::finish_parts;
pub use remind::plan_reminders;
pub use schedule::run_at;
pub use spool::replay_spool;
pub use words::follow_words;

/// Tells jobs to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// The end of a [`Stop`] that stops.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// A pair by which jobs are stopped.
pub fn stopper() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Tells every job to stop after its round.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether jobs shall stop.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for `pause`, or until jobs shall stop; true when they shall.
    pub async fn pause(&mut self, pause: Duration) -> bool {
        // An answer within the pause is the word to stop; so is the end of whoever could give it.
        tokio::time::timeout(pause, self.0.wait_for(|stop| *stop)).await.is_ok()
    }

    /// Waits like [`Stop::pause`], or until `wake` is told.
    pub async fn pause_or_wake(&mut self, pause: Duration, wake: &Notify) -> bool {
        tokio::select! {
            stopped = self.pause(pause) => return stopped,
            () = wake.notified() => {}
        }
        self.is_set()
    }
}

/// The jobs of a running server.
#[derive(Debug)]
pub struct Jobs {
    stopper: Stopper,
    handles: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Jobs that `stopper` stops.
    pub fn new(stopper: Stopper) -> Self {
        Jobs { stopper, handles: Vec::new() }
    }

    /// Starts a job.
    pub fn start(&mut self, job: impl Future<Output = ()> + Send + 'static) {
        self.handles.push(tokio::spawn(job));
    }

    /// Tells all jobs to stop and waits until they have.
    pub async fn stop(self) {
        self.stopper.stop();
        for handle in self.handles {
            if let Err(error) = handle.await {
                tracing::error!(%error, "a job ended badly");
            }
        }
    }
}

/// What wakes the senders when texts have been planned.
pub type Wake = Arc<Notify>;
