//! Sync: the reports of a person's area as documents that a phone holds, changes without signal, and brings back.
//!
//! [`Syncing::pull`] follows the log of changes by an opaque cursor, [`Syncing::push`] takes edits. Who left a unit is told to
//! drop what the phone holds of it, who came to one gets all of it, wherever the phone was meanwhile.

mod area;
mod cursor;
mod kept;
mod limit;
mod live;
mod pull;
mod push;

use std::sync::{Arc, Mutex};

pub use kept::ShownRow;
pub use live::{Listening, Live, News, Told};
pub use pull::{Page, Shown, ShownStatus};
pub use push::{Checked, MOST_KEPT, Pushed, Row, Wrong};

use crate::clock::Clock;
use crate::crypto::{CryptoError, Keys};
use crate::db::{Db, DbError, SharedIds};
use crate::flows::intake::{Intake, IntakeError};
use crate::flows::permit::Forbidden;
use limit::Limits;

/// Why sync does not answer.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The role has no area that a phone could hold.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Too many rows came in a short time; after how many seconds more are taken.
    #[error("too many rows; again in {0} s")]
    TooMany(u32),
    /// The caller listens by as many connections as one may; after how many seconds dead ones are found.
    #[error("as many connections listen as one person may have; again in {0} s")]
    ListensTwice(u32),
    /// As many listen as the server can serve, or it stops; after how many seconds to come again.
    #[error("nobody more can listen; again in {0} s")]
    Full(u32),
    /// The rows could not be handed to the writer.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Something could not be sealed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// What sync works with; cheap to clone.
#[derive(Debug, Clone)]
pub struct Syncing {
    /// The database.
    pub db: Db,
    /// What proves cursors and seals rows.
    pub keys: Arc<Keys>,
    /// Where ids come from.
    pub ids: SharedIds,
    /// What time it is.
    pub clock: Clock,
    /// The way in.
    pub intake: Intake,
    limits: Arc<Mutex<Limits>>,
    live: Live,
}

impl Syncing {
    /// Sync on `db`; rows go in by `intake`.
    pub fn new(db: Db, keys: Arc<Keys>, ids: SharedIds, clock: Clock, intake: Intake) -> Syncing {
        Syncing { db, keys, ids, clock, intake, limits: Arc::default(), live: Live::default() }
    }
}
