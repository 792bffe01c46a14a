//! What the server does by itself: sends texts, replays the spool, keeps its node number, forgets old words.
//!
//! Each job is a loop that does one idempotent round, waits, and ends when the server stops. A round that fails is
//! logged and done again later.

mod changes;
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

pub use changes::tell_changes;
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

    /// Tells all jobs to stop and waits until they have; what has not ended after `limit` is given up, so that a job that
    /// hangs cannot hold the server. A round that is given up is done again at the next start.
    pub async fn stop(self, limit: Duration) {
        self.stopper.stop();
        let end = tokio::time::Instant::now() + limit;
        for mut handle in self.handles {
            match tokio::time::timeout_at(end, &mut handle).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a job ended badly"),
                Err(_) => {
                    tracing::error!("a job had not ended in time and was given up");
                    handle.abort();
                }
            }
        }
    }
}

/// What wakes the senders when texts have been planned.
pub type Wake = Arc<Notify>;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Notes that it is dropped.
    struct Guard(Arc<AtomicBool>);

    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }

    #[test]
    fn a_job_that_hangs_is_given_up_and_one_that_ends_is_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (hung, ended) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let (hanging, ending) = (Guard(Arc::clone(&hung)), Guard(Arc::clone(&ended)));
        runtime.block_on(async {
            let (stopper, mut stop) = stopper();
            let mut jobs = Jobs::new(stopper);
            jobs.start(async move {
                stop.pause(Duration::from_secs(600)).await;
                drop(ending);
            });
            jobs.start(async move {
                let _kept = hanging;
                std::future::pending::<()>().await;
            });
            jobs.stop(Duration::from_millis(200)).await;
            assert!(ended.load(Ordering::Acquire), "it had time enough to end");
            tokio::task::yield_now().await;
        });
        drop(runtime);
        assert!(hung.load(Ordering::Acquire));
    }
}
