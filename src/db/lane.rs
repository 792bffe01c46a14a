//! Threads that own a connection each and run closures on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::{mpsc, oneshot};

use super::conn::{Conn, Target};
use super::{DbError, DbResult};

/// Jobs that may wait for a thread before callers wait to hand theirs over.
const WAITING_JOBS: usize = 1024;
/// How often a transaction is tried when it collides with others.
const TRIES: usize = 8;

type Job = Box<dyn FnOnce(&mut Option<Conn>, &Target, bool) + Send>;

/// What surrounds a closure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transaction {
    None,
    Snapshot,
    Write,
    Rehearsal,
}

/// Some threads with a connection each, fed by one queue.
#[derive(Debug)]
pub(super) struct Lane {
    jobs: mpsc::Sender<Job>,
}

impl Lane {
    pub(super) fn start(name: &str, target: Target, for_reading: bool, threads: usize) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>(WAITING_JOBS);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads {
            let (queue, target) = (Arc::clone(&queue), target.clone());
            let work = move || work(&queue, &target, for_reading);
            if let Err(error) = std::thread::Builder::new().name(format!("{name}-{number}")).spawn(work) {
                tracing::error!(%error, "a database thread cannot be started");
            }
        }
        Lane { jobs }
    }

    pub(super) async fn run<T, F>(&self, transaction: Transaction, f: F) -> DbResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> DbResult<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |slot, target, for_reading| {
            let result = guarded(slot, target, for_reading, transaction, f);
            // Nobody waits any more when the request was given up; the work is done all the same.
            drop(answer.send(result));
        });
        self.jobs.send(job).await.map_err(|_| DbError::Stopped)?;
        answered.await.map_err(|_| DbError::Stopped)?
    }

    /// Hands `work` over to a thread, which gives it its connection; it is done when the threads before it are, and
    /// nobody waits for it. False: too much is waiting, or the threads have stopped.
    pub(super) fn hand_over(&self, work: impl FnOnce(&mut Writer<'_>) + Send + 'static) -> bool {
        let job: Job = Box::new(move |slot, target, _| {
            // Nothing but a mistake of the program comes here; the thread must outlive it.
            if catch_unwind(AssertUnwindSafe(|| work(&mut Writer { slot, target }))).is_err() {
                *slot = None;
            }
        });
        self.jobs.try_send(job).is_ok()
    }
}

/// The connection of a thread that writes, for work that needs several transactions in a row.
pub struct Writer<'a> {
    slot: &'a mut Option<Conn>,
    target: &'a Target,
}

impl Writer<'_> {
    /// Runs `f` in one transaction, committed when this answers; see [`Db::write`](super::Db::write).
    pub fn write<T>(&mut self, f: impl FnMut(&mut Conn) -> DbResult<T>) -> DbResult<T> {
        guarded(self.slot, self.target, false, Transaction::Write, f)
    }
}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

/// [`attempt`]; a panic costs the connection, not the thread.
fn guarded<T>(
    slot: &mut Option<Conn>,
    target: &Target,
    for_reading: bool,
    transaction: Transaction,
    mut f: impl FnMut(&mut Conn) -> DbResult<T>,
) -> DbResult<T> {
    let tried = catch_unwind(AssertUnwindSafe(|| attempt(slot, target, for_reading, transaction, &mut f)));
    tried.unwrap_or_else(|_| {
        *slot = None;
        Err(DbError::Stopped)
    })
}

fn work(queue: &Mutex<mpsc::Receiver<Job>>, target: &Target, for_reading: bool) {
    let mut conn = None;
    loop {
        let job = match queue.lock() {
            Ok(mut queue) => queue.blocking_recv(),
            Err(_) => None,
        };
        match job {
            Some(job) => job(&mut conn, target, for_reading),
            None => return,
        }
    }
}

/// Runs `f`, connecting first where needed, again when it collides with other transactions, and once more on a new
/// connection when the old one turns out to be broken before anything can have been written: after a restart of the
/// database no request need suffer for connections made before it.
fn attempt<T>(
    slot: &mut Option<Conn>,
    target: &Target,
    for_reading: bool,
    transaction: Transaction,
    f: &mut impl FnMut(&mut Conn) -> DbResult<T>,
) -> DbResult<T> {
    let mut is_old = slot.is_some();
    for _ in 0..TRIES {
        let conn = connected(slot, target, for_reading)?;
        let begun = begin(conn, transaction);
        let nothing_written = for_reading || begun.is_err();
        let error = match begun.and_then(|()| within(conn, transaction, f)) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if collided(&error) {
            continue;
        }
        if matches!(error, DbError::Query(_)) && conn.batch_execute("SELECT 1").is_err() {
            *slot = None;
            if is_old && nothing_written {
                is_old = false;
                continue;
            }
            return Err(DbError::Unavailable(error.to_string()));
        }
        return Err(error);
    }
    Err(DbError::Collision)
}

fn connected<'a>(slot: &'a mut Option<Conn>, target: &Target, for_reading: bool) -> DbResult<&'a mut Conn> {
    if slot.is_none() {
        *slot = Some(target.open(for_reading).map_err(|error| DbError::Unavailable(error.to_string()))?);
    }
    slot.as_mut().ok_or(DbError::Stopped)
}

fn begin(conn: &mut Conn, transaction: Transaction) -> DbResult<()> {
    match transaction {
        Transaction::None => {}
        Transaction::Snapshot => conn.begin_snapshot()?,
        Transaction::Write | Transaction::Rehearsal => conn.begin()?,
    }
    Ok(())
}

fn within<T>(
    conn: &mut Conn,
    transaction: Transaction,
    f: &mut impl FnMut(&mut Conn) -> DbResult<T>,
) -> DbResult<T> {
    let result = f(conn);
    match transaction {
        Transaction::None => result,
        Transaction::Snapshot | Transaction::Write => super::conn::finish(conn, result),
        Transaction::Rehearsal => super::conn::take_back(conn, result),
    }
}

/// Whether another transaction got in the way: serialization failure, deadlock, or SQLite's lock.
fn collided(error: &DbError) -> bool {
    if matches!(error, DbError::Overtaken) {
        return true;
    }
    let DbError::Query(DieselError::DatabaseError(kind, info)) = error else { return false };
    matches!(kind, DatabaseErrorKind::SerializationFailure)
        || ["deadlock detected", "database is locked", "database table is locked"]
            .iter()
            .any(|sign| info.message().contains(sign))
}
