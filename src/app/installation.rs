//! The database with its key and a node number: what every command stands on that reads or writes stored data.

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context, bail};

use crate::clock::Clock;
use crate::config::Settings;
use crate::crypto::{Keys, random_bytes};
use crate::db::{Db, SharedIds, Target, installation};
use crate::domain::ids::IdMaker;
use crate::jobs::NODE_LEASE;

/// An opened installation.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The database, its schema up to date.
    pub db: Db,
    /// The keys of personal data, known to be the database's.
    pub keys: Arc<Keys>,
    /// Makes ids with a leased node number, which a process that runs for long must keep ([`crate::jobs::keep_node`]).
    pub ids: SharedIds,
    /// Domain time and real time.
    pub clock: Clock,
    /// Under which the node number is leased.
    pub holder: i64,
}

impl Installation {
    /// Brings the schema up to date, makes the data key when this is the first start, refuses another key than the
    /// database's, and leases a node number.
    pub async fn open(settings: &Settings) -> anyhow::Result<Installation> {
        let url = &settings.database.url;
        let db = Db::open(Target::from(url))
            .with_context(|| format!("{url} cannot be used; check database.url and the server behind it"))?;
        let clock = settings.clock.clock();
        let keys = open_keys(&db, &settings.keys.file, clock).await?;
        let holder = i64::from_le_bytes(random_bytes()?);
        let now = clock.real_micros();
        let (node, last_id) =
            db.write(move |conn| installation::lease_node(conn, holder, now, now + NODE_LEASE)).await?;
        let ids = Arc::new(Mutex::new(IdMaker::new(node, last_id)));
        Ok(Installation { db, keys: Arc::new(keys), ids, clock, holder })
    }

    /// Gives the node number back, for commands that end at once.
    pub async fn close(self) -> anyhow::Result<()> {
        let last_id = self.ids.lock().map(|ids| ids.last_id()).unwrap_or(i64::MAX);
        let (holder, now) = (self.holder, self.clock.real_micros());
        self.db.write(move |conn| installation::renew_node(conn, holder, now, last_id)).await?;
        Ok(())
    }
}

/// A key is made only for a database that has none yet: with a new key its data could not be read.
async fn open_keys(db: &Db, file: &Path, clock: Clock) -> anyhow::Result<Keys> {
    if !file.exists() && db.read(installation::is_bound).await? {
        bail!(
            "the data key {} is missing, and the database is encrypted with one; put the installation's key file \
             there or set keys.file to where it is",
            file.display()
        );
    }
    let keys = Keys::load_or_make(file)?;
    let (fingerprint, now) = (*keys.fingerprint(), clock.real_micros());
    if db.write(move |conn| installation::accept_key(conn, &fingerprint, now)).await? {
        return Ok(keys);
    }
    bail!(
        "the data key {} is not the one that the database is encrypted with; set keys.file to the right one",
        file.display()
    )
}
