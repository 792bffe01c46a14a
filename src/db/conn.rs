//! One connection type over both databases.

use std::time::Duration;

use super::{DbError, DbResult};
use crate::config::DatabaseUrl;
use diesel::connection::SimpleConnection;
use diesel::{Connection, ConnectionResult, PgConnection, SqliteConnection};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// The embedded database.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}

/// The backend that stands for both.
pub type AnyBackend = <Conn as Connection>::Backend;

/// Where the data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The embedded database in this file.
    Sqlite(String),
    /// PostgreSQL at this URL.
    Postgres(String),
}

impl From<&DatabaseUrl> for Target {
    fn from(url: &DatabaseUrl) -> Self {
        match url {
            DatabaseUrl::Sqlite(file) => Target::Sqlite(file.display().to_string()),
            DatabaseUrl::Postgres(url) => Target::Postgres(url.clone()),
        }
    }
}

/// How long a writer waits for another process that holds SQLite's write lock.
const SQLITE_BUSY: Duration = Duration::from_secs(10);

impl Target {
    /// Opens a connection; `for_reading` refuses writes on SQLite.
    pub(super) fn open(&self, for_reading: bool) -> ConnectionResult<Conn> {
        match self {
            Target::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path)?;
                conn.batch_execute(&sqlite_pragmas(for_reading))
                    .and_then(|()| super::tally::register(&mut conn))
                    .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Sqlite(conn))
            }
            Target::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                conn.batch_execute(POSTGRES_SESSION)
                    .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                if !for_reading {
                    conn.batch_execute(POSTGRES_WRITER)
                        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                }
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// No question here is so long that compiling it, or starting more processes for it, would save time: a province's month
/// took half of its time for that.
const POSTGRES_SESSION: &str = "SET TIME ZONE 'UTC'; SET statement_timeout = '60s'; SET lock_timeout = '20s'; SET jit = off; \
     SET max_parallel_workers_per_gather = 0";

/// Writers look rows up by keys only. On a fresh database there are no statistics, and a prepared statement keeps the
/// plan made then: without these settings it would go on reading whole tables when they have long grown.
const POSTGRES_WRITER: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; \
     SET enable_memoize = off";

/// WAL with a full sync: an answered commit is on disk. A batch of texts writes some hundred pages, mostly the same ones: with
/// 4,000 pages between checkpoints each is copied back less often than with 1,000, and the tail is no longer.
fn sqlite_pragmas(for_reading: bool) -> String {
    format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA query_only = {}",
        SQLITE_BUSY.as_millis(),
        if for_reading { "ON" } else { "OFF" },
    )
}

impl Conn {
    /// Begins a transaction that may write: on SQLite IMMEDIATE, since a transaction that reads and then writes fails
    /// at once with “locked” when another has written in between.
    pub(super) fn begin(&mut self) -> diesel::QueryResult<()> {
        match self {
            Conn::Sqlite(conn) => conn.batch_execute("BEGIN IMMEDIATE"),
            Conn::Postgres(conn) => conn.batch_execute("BEGIN"),
        }
    }

    /// Begins a transaction that reads one snapshot.
    pub(super) fn begin_snapshot(&mut self) -> diesel::QueryResult<()> {
        match self {
            Conn::Sqlite(conn) => conn.batch_execute("BEGIN"),
            Conn::Postgres(conn) => conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Conn::Postgres(_))
    }
}

/// Commits when `result` is good, else rolls back; the first error is the one to tell.
pub(super) fn finish<T>(conn: &mut Conn, result: DbResult<T>) -> DbResult<T> {
    let result = result.and_then(|value| conn.batch_execute("COMMIT").map(|()| value).map_err(DbError::from));
    if result.is_err() { take_back(conn, result) } else { result }
}

/// Rolls back, whatever `result` is.
pub(super) fn take_back<T>(conn: &mut Conn, result: DbResult<T>) -> DbResult<T> {
    if let Err(error) = conn.batch_execute("ROLLBACK") {
        // A connection that cannot even roll back fails the check of the lane and is replaced.
        tracing::debug!(%error, "rollback of a transaction");
        return result.and(Err(error.into()));
    }
    result
}
