//! All SQL of the program, a file per noun, and the threads that run it.
//!
//! diesel is synchronous: [`Db::read`] and [`Db::write`] hand closures to threads of their own and await the answer, so
//! that nothing blocks the reactor. One thread writes to SQLite, two to PostgreSQL.

pub mod account;
pub mod administrator;
pub mod answered;
pub mod catalogue;
pub mod client_id;
pub mod collected;
mod conn;
pub mod device;
pub mod figures;
pub mod gateway_phone;
pub mod history;
pub mod idempotency;
pub mod insert;
pub mod installation;
pub mod kept;
mod lane;
pub mod latest_report;
pub mod lineage;
pub mod lock;
pub mod log;
pub mod login_code;
pub mod message;
mod migrate;
pub mod month_state;
pub mod officer;
pub mod outbox;
pub mod part;
pub mod person;
pub mod photo;
pub mod provider_reference;
pub mod purge;
pub mod question;
pub mod reminder;
pub mod report;
pub mod review;
pub mod route;
pub mod route_incident;
pub mod schema;
mod seed;
pub mod session;
pub mod signing_key;
pub mod spending;
pub mod sql;
pub mod standing;
pub mod started;
pub mod sync;
pub mod synonym;
mod tally;
pub mod total;
pub mod traffic;
pub mod unit;
pub mod value;
pub mod verdict;
pub mod verify;

use std::sync::Arc;

pub use conn::{Conn, Target};
pub use migrate::{MigrateError, revert_all, schema_is_current};

use crate::domain::ids::IdMaker;
use lane::Lane;
pub use lane::Writer;

/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It cannot be reached; the same call may succeed later.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// It refused a statement.
    #[error("the database refused a statement: {0}")]
    Query(#[from] diesel::result::Error),
    /// Other transactions kept getting in the way.
    #[error("the transaction was given up after several collisions with others")]
    Collision,
    /// A key that was free when it was looked up has been taken by another server; the same call may succeed again.
    #[error("another server wrote the same thing first")]
    Overtaken,
    /// The stored data cannot be understood, or the server's key is not the one it was written with.
    #[error("stored data cannot be understood: {0}")]
    Corrupt(&'static str),
    /// A thread of the pool died or the pool is shutting down.
    #[error("the database threads have stopped")]
    Stopped,
}

/// What a closure on the database answers.
pub type DbResult<T> = Result<T, DbError>;

/// The database: a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    target: Target,
    readers: Arc<Lane>,
    writers: Arc<Lane>,
}

/// Connections that read, by backend.
const SQLITE_READERS: usize = 4;
const POSTGRES_READERS: usize = 8;
/// Writers on PostgreSQL: four gave no more than two.
const POSTGRES_WRITERS: usize = 2;

impl Db {
    /// Brings the schema up to date, writes what comes with the program, and opens the pools.
    pub fn open(target: Target) -> Result<Db, MigrateError> {
        migrate::run(&target)?;
        Ok(Db::open_unmigrated(target))
    }

    /// Opens the pools on a database whose schema is known to be current; connections are made as they are needed.
    pub fn open_unmigrated(target: Target) -> Db {
        let (readers, writers) = match &target {
            Target::Sqlite(_) => (SQLITE_READERS, 1),
            Target::Postgres(_) => (POSTGRES_READERS, POSTGRES_WRITERS),
        };
        Db::open_with(target, readers, writers)
    }

    /// Opens pools of given sizes; more than one writer on SQLite would only wait for each other.
    pub fn open_with(target: Target, readers: usize, writers: usize) -> Db {
        let writers = if matches!(target, Target::Sqlite(_)) { 1 } else { writers };
        Db {
            readers: Arc::new(Lane::start("db-read", target.clone(), true, readers)),
            writers: Arc::new(Lane::start("db-write", target.clone(), false, writers)),
            target,
        }
    }

    /// Where the data is kept.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whether the database takes connections.
    pub async fn reach(&self) -> DbResult<()> {
        self.read(|_| Ok(())).await
    }

    /// Runs `f` on a connection that reads, without a transaction around it.
    pub async fn read<T, F>(&self, f: F) -> DbResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> DbResult<T> + Send + 'static,
    {
        self.readers.run(lane::Transaction::None, f).await
    }

    /// Runs `f` within one snapshot: every statement sees the same state.
    pub async fn read_snapshot<T, F>(&self, f: F) -> DbResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> DbResult<T> + Send + 'static,
    {
        self.readers.run(lane::Transaction::Snapshot, f).await
    }

    /// Runs `f` in one transaction, committed before the answer comes; `f` is run again when the transaction collides
    /// with another, so it must not act on anything but the connection.
    pub async fn write<T, F>(&self, f: F) -> DbResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> DbResult<T> + Send + 'static,
    {
        self.writers.run(lane::Transaction::Write, f).await
    }

    /// As [`Db::write`], but nothing of it stays: once `f` has answered what would be, its transaction is rolled back.
    pub async fn rehearse<T, F>(&self, f: F) -> DbResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> DbResult<T> + Send + 'static,
    {
        self.writers.run(lane::Transaction::Rehearsal, f).await
    }

    /// Hands `work` to a thread that writes; nobody waits for it. False: more is waiting than the threads may have before
    /// them, or they have stopped.
    pub fn hand_over(&self, work: impl FnOnce(&mut Writer<'_>) + Send + 'static) -> bool {
        self.writers.hand_over(work)
    }
}

/// Makes ids, shared by all that write.
pub type SharedIds = Arc<std::sync::Mutex<IdMaker>>;
