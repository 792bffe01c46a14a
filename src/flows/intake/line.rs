//! The line before a writer: whatever waits goes into one transaction, at most 128 items, without a timer.
//!
//! Waiting a little for more would cost a single sender most of the speed and give the crowd nothing: while one
//! transaction is being committed, the next one fills by itself. The thread of the database fetches its batch itself and
//! answers by itself: each thread in between would cost a single sender the time of waking it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{Context, IntakeError, Item, Outcome, batch};
use crate::db::{Db, DbError, Target, Writer};

/// Items in one transaction. On SQLite, which writes every page that a transaction touches once more for the next one, 128
/// gave a tenth more than 64, 256 less; PostgreSQL's two lines share a crowd of 256 anyway.
const ON_SQLITE: usize = 128;
const ON_POSTGRES: usize = 64;

type Answer = Result<Outcome, IntakeError>;

struct Waiting {
    item: Item,
    answer: oneshot::Sender<Answer>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    /// Whether a thread is at work on the line, or will be.
    called: bool,
}

/// Items that are written in their order, a batch at a time.
pub(super) struct Line {
    db: Db,
    context: Arc<Context>,
    capacity: usize,
    batch: usize,
    state: Mutex<State>,
    /// Goes with the line, which a batch that is being written keeps alive.
    _alive: oneshot::Sender<()>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Line")
    }
}

impl Line {
    /// An empty line, and what ends when nobody can hand anything over any more and all is written.
    pub(super) fn new(
        db: Db,
        context: Arc<Context>,
        capacity: usize,
    ) -> (Arc<Line>, impl Future<Output = ()> + Send + 'static) {
        let (alive, gone) = oneshot::channel();
        let batch = match db.target() {
            Target::Sqlite(_) => ON_SQLITE,
            Target::Postgres(_) => ON_POSTGRES,
        };
        let line = Line { db, context, capacity, batch, state: Mutex::default(), _alive: alive };
        let ended = async move {
            // Nothing is ever sent.
            drop(gone.await);
        };
        (Arc::new(line), ended)
    }

    /// Puts an item at the end; what became of it comes when it is on disk.
    pub(super) fn hand_over(self: &Arc<Self>, item: Item) -> Result<oneshot::Receiver<Answer>, IntakeError> {
        let (answer, answered) = oneshot::channel();
        let mut state = self.state();
        if state.waiting.len() >= self.capacity {
            return Err(IntakeError::Busy);
        }
        state.waiting.push_back(Waiting { item, answer });
        if !state.called {
            state.called = self.call();
            if !state.called {
                state.waiting.pop_back();
                return Err(IntakeError::Busy);
            }
        }
        Ok(answered)
    }

    /// Asks for a thread of the database.
    fn call(self: &Arc<Self>) -> bool {
        let line = Arc::clone(self);
        self.db.hand_over(move |writer| line.work(writer))
    }

    /// Writes a batch. Others who write have their turn before the next one.
    fn work(self: Arc<Self>, writer: &mut Writer<'_>) {
        loop {
            let batch = self.next_batch();
            self.write_batch(writer, batch);
            let mut state = self.state();
            state.called = !state.waiting.is_empty();
            if !state.called || self.call() {
                return;
            }
        }
    }

    fn next_batch(&self) -> Vec<Waiting> {
        let mut state = self.state();
        let number = state.waiting.len().min(self.batch);
        state.waiting.drain(..number).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_batch(&self, writer: &mut Writer<'_>, batch: Vec<Waiting>) {
        metrics::histogram!("intake_batch_items").record(f64::from(u32::try_from(batch.len()).unwrap_or(0)));
        let items: Vec<Item> = batch.iter().map(|w| w.item.clone()).collect();
        match self.write(writer, &items) {
            Ok(outcomes) => batch.into_iter().zip(outcomes).for_each(|(w, outcome)| answer(w, Ok(outcome))),
            Err(error) if batch.len() > 1 && !matches!(error, DbError::Unavailable(_)) => {
                tracing::warn!(%error, items = batch.len(), "a batch failed; its items are tried one by one");
                self.write_one_by_one(writer, batch);
            }
            Err(error) => fail_all(batch, error),
        }
        self.context.planned.notify_waiters();
    }

    /// A bad item hurts only itself.
    fn write_one_by_one(&self, writer: &mut Writer<'_>, batch: Vec<Waiting>) {
        for w in batch {
            let written = self.write(writer, std::slice::from_ref(&w.item));
            match written.map(|mut outcomes| outcomes.pop()) {
                Ok(Some(outcome)) => answer(w, Ok(outcome)),
                Ok(None) => answer(w, Err(IntakeError::Unavailable)),
                Err(error) => {
                    tracing::error!(%error, "an item cannot be stored");
                    answer(w, Err(error.into()));
                }
            }
        }
    }

    fn write(&self, writer: &mut Writer<'_>, items: &[Item]) -> Result<Vec<Outcome>, DbError> {
        writer.write(|conn| batch::record(conn, &self.context, items))
    }
}

fn fail_all(batch: Vec<Waiting>, error: DbError) {
    tracing::error!(%error, "a batch cannot be stored");
    let away = matches!(error, DbError::Unavailable(_));
    let mut first = Some(error);
    for w in batch {
        let own = first
            .take()
            .unwrap_or_else(|| if away { DbError::Unavailable(String::new()) } else { DbError::Stopped });
        answer(w, Err(own.into()));
    }
}

fn answer(waiting: Waiting, result: Answer) {
    // Nobody listens when the client has gone; what was written stays written.
    drop(waiting.answer.send(result));
}
