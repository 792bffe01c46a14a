//! The queue before the writer: whatever waits goes into one transaction, at most 64 items, without a timer.
//!
//! Waiting a little for more would cost a single sender most of the speed and give the crowd nothing: while one
//! transaction is being committed, the next one fills by itself.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::prepare::PreparedText;
use super::spool::{Oldest, Spool};
use super::{
    Context, IntakeError, Item, NewSubmission, Outcome, RawMessage, Receipt, SubmissionReceipt, batch,
};
use crate::db::{Db, DbError, Target};

/// Items in one transaction: 256 gave no more.
const BATCH: usize = 64;

struct Waiting {
    item: Item,
    answer: oneshot::Sender<Result<Outcome, IntakeError>>,
}

/// The way in for texts and submissions; cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake {
    pub(super) context: Arc<Context>,
    pub(super) db: Db,
    lanes: Arc<Vec<mpsc::Sender<Waiting>>>,
    spool: Arc<Spool>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl Intake {
    /// Starts the writers (one on SQLite, two on PostgreSQL), each with a queue of `capacity` items, and the replay of
    /// what the spool holds. The writers end when the last clone of the handle is dropped; await the handles for that.
    pub fn start(
        db: &Db,
        context: Arc<Context>,
        spool: Spool,
        capacity: usize,
    ) -> (Intake, Vec<JoinHandle<()>>) {
        let writers = match db.target() {
            Target::Sqlite(_) => 1,
            Target::Postgres(_) => 2,
        };
        let (mut lanes, mut handles) = (Vec::new(), Vec::new());
        for _ in 0..writers {
            let (lane, queue) = mpsc::channel(capacity);
            lanes.push(lane);
            handles.push(tokio::spawn(write_batches(db.clone(), Arc::clone(&context), queue)));
        }
        (Intake { context, db: db.clone(), lanes: Arc::new(lanes), spool: Arc::new(spool) }, handles)
    }

    /// What it works with, to be kept.
    pub fn shared_context(&self) -> Arc<Context> {
        Arc::clone(&self.context)
    }

    /// Takes a text; it is on disk when this answers `Ok`.
    pub async fn receive(&self, raw: RawMessage) -> Result<Receipt, IntakeError> {
        if self.spool.is_waiting() {
            return self.spool.keep(&self.context, raw).await;
        }
        match self.take(raw.clone()).await {
            Err(IntakeError::Db(DbError::Unavailable(reason))) => {
                tracing::warn!(reason, "the database is away; texts go to the spool");
                self.spool.keep(&self.context, raw).await
            }
            other => other,
        }
    }

    /// Stores a text, or a part of one.
    async fn take(&self, raw: RawMessage) -> Result<Receipt, IntakeError> {
        match raw.part {
            Some(part) => self.join(raw, part).await,
            None => self.store(Arc::new(PreparedText::new(&self.context, raw)?)).await,
        }
    }

    /// Takes a submission; it is on disk when this answers `Ok`.
    pub async fn submit(&self, submission: NewSubmission) -> Result<SubmissionReceipt, IntakeError> {
        let lane = lane_number(&submission.report.unit.to_be_bytes());
        match self.hand_over(lane, Item::Submission(Arc::new(submission))).await? {
            Outcome::Submission(receipt) => Ok(receipt),
            Outcome::Text(_) => Err(IntakeError::Unavailable),
        }
    }

    /// Stores the texts of the spool, oldest first, as long as the database takes them; one that it refuses for a reason
    /// of its own is set aside after a few tries. Answers how many it stored.
    pub async fn replay_spool(&self) -> Result<usize, IntakeError> {
        let mut stored = 0;
        while let Some(Oldest { raw, next }) = self.spool.first(&self.context).await? {
            let taken = match raw {
                Some(raw) => self.take(raw).await.map(drop),
                None => Err(IntakeError::Db(DbError::Corrupt("a text of the spool"))),
            };
            match taken {
                Ok(()) => {
                    self.spool.advance(next).await?;
                    stored += 1;
                }
                Err(error) if is_its_own(&error) => {
                    if !self.spool.failed_by_itself(next).await? {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(stored)
    }

    /// Whether texts wait in the spool for the database.
    pub fn is_degraded(&self) -> bool {
        self.spool.is_waiting()
    }

    /// Whether texts can be taken although the database is away.
    pub fn can_spool(&self) -> bool {
        self.spool.has_room()
    }

    /// What intake works with.
    pub fn context(&self) -> &Context {
        &self.context
    }

    pub(super) async fn store(&self, text: Arc<PreparedText>) -> Result<Receipt, IntakeError> {
        let lane = lane_number(&text.sender_index);
        match self.hand_over(lane, Item::Text(text)).await? {
            Outcome::Text(receipt) => Ok(receipt),
            Outcome::Submission(_) => Err(IntakeError::Unavailable),
        }
    }

    async fn hand_over(&self, lane: usize, item: Item) -> Result<Outcome, IntakeError> {
        let lane = self.lanes.get(lane % self.lanes.len().max(1)).ok_or(IntakeError::Unavailable)?;
        let (answer, answered) = oneshot::channel();
        lane.try_send(Waiting { item, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => IntakeError::Busy,
            mpsc::error::TrySendError::Closed(_) => IntakeError::Unavailable,
        })?;
        answered.await.map_err(|_| IntakeError::Unavailable)?
    }
}

/// Whether a text failed for a reason that others need not share.
fn is_its_own(error: &IntakeError) -> bool {
    matches!(error, IntakeError::Crypto(_) | IntakeError::Db(DbError::Query(_) | DbError::Corrupt(_)))
}

/// One sender's texts keep their order by always taking the same lane.
fn lane_number(key: &[u8]) -> usize {
    key.last().copied().map_or(0, usize::from)
}

async fn write_batches(db: Db, context: Arc<Context>, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut waiting, BATCH).await > 0 {
        metrics::histogram!("intake_batch_items")
            .record(f64::from(u32::try_from(waiting.len()).unwrap_or(0)));
        let items: Arc<[Item]> = waiting.iter().map(|w| w.item.clone()).collect();
        match write(&db, &context, items).await {
            Ok(outcomes) => waiting.drain(..).zip(outcomes).for_each(|(w, outcome)| answer(w, Ok(outcome))),
            Err(error) if waiting.len() > 1 && !matches!(error, DbError::Unavailable(_)) => {
                tracing::warn!(%error, items = waiting.len(), "a batch failed; its items are tried one by one");
                write_one_by_one(&db, &context, waiting.drain(..)).await;
            }
            Err(error) => fail_all(waiting.drain(..), error),
        }
    }
}

/// A bad item hurts only itself.
async fn write_one_by_one(db: &Db, context: &Arc<Context>, waiting: impl Iterator<Item = Waiting>) {
    for w in waiting {
        let result = write(db, context, Arc::from([w.item.clone()])).await;
        let outcome = result.map(|mut outcomes| outcomes.pop());
        match outcome {
            Ok(Some(outcome)) => answer(w, Ok(outcome)),
            Ok(None) => answer(w, Err(IntakeError::Unavailable)),
            Err(error) => {
                tracing::error!(%error, "an item cannot be stored");
                answer(w, Err(error.into()));
            }
        }
    }
}

fn fail_all(waiting: impl Iterator<Item = Waiting>, error: DbError) {
    tracing::error!(%error, "a batch cannot be stored");
    let away = matches!(error, DbError::Unavailable(_));
    let mut first = Some(error);
    for w in waiting {
        let own = first
            .take()
            .unwrap_or_else(|| if away { DbError::Unavailable(String::new()) } else { DbError::Stopped });
        answer(w, Err(own.into()));
    }
}

fn answer(waiting: Waiting, result: Result<Outcome, IntakeError>) {
    // Nobody listens when the client has gone; what was written stays written.
    drop(waiting.answer.send(result));
}

async fn write(db: &Db, context: &Arc<Context>, items: Arc<[Item]>) -> Result<Vec<Outcome>, DbError> {
    let recording = Arc::clone(context);
    let outcomes = db.write(move |conn| batch::record(conn, &recording, &items)).await?;
    context.planned.notify_waiters();
    Ok(outcomes)
}
