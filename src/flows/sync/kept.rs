//! Rows that could not be taken, for the officer: seen, fetched as they came, and marked when a person has dealt with them.

use super::{SyncError, Syncing};
use crate::crypto::Place;
use crate::db::sync::{self, KeptRow};
use crate::db::{Conn, DbResult};
use crate::flows::audit;
use crate::flows::authenticate::Caller;

/// A kept row, with the name of whoever sent it.
#[derive(Debug, Clone)]
pub struct ShownRow {
    /// As it is stored.
    pub stored: KeptRow,
    /// The person's name.
    pub name: Option<String>,
}

impl Syncing {
    /// Up to `limit` kept rows of the caller's area and one more, after the id `after`. That names were read stands in the
    /// audit.
    pub async fn kept_rows(
        &self,
        caller: &Caller,
        done: bool,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ShownRow>, SyncError> {
        let (area, limit) = (caller.unit_id, i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1);
        let found = self.db.read(move |conn| sync::kept(conn, area, done, after, limit)).await?;
        if !found.is_empty() {
            self.note(caller, "read_kept_rows", 0).await?;
        }
        let show = |stored: KeptRow| {
            let open = |(id, sealed): &(i64, Vec<u8>)| {
                self.keys.open_text(Place { table: "person", row: *id }, sealed)
            };
            let name = stored.person.as_ref().map(open).transpose()?;
            Ok(ShownRow { stored, name })
        };
        found.into_iter().map(show).collect()
    }

    /// A kept row as it came; that it was read stands in the audit first. `None`: there is none in the caller's area.
    pub async fn kept_row(&self, caller: &Caller, id: i64) -> Result<Option<Vec<u8>>, SyncError> {
        let area = caller.unit_id;
        let found = self.db.read(move |conn| sync::kept_content(conn, area, id)).await?;
        let Some(sealed) = found else { return Ok(None) };
        self.note(caller, "read_kept_row", id).await?;
        Ok(Some(self.keys.open(Place { table: "sync_quarantine", row: id }, &sealed)?))
    }

    /// Marks a kept row as dealt with; again changes nothing. `false`: there is none in the caller's area.
    pub async fn settle_kept_row(&self, caller: &Caller, id: i64) -> Result<bool, SyncError> {
        let (area, by, now) = (caller.unit_id, caller.account_id(), self.clock.real_micros());
        let actor = caller.actor();
        let write = move |conn: &mut Conn| {
            if sync::kept_content(conn, area, id)?.is_none() {
                return Ok(false);
            }
            if sync::set_done(conn, id, by, now)? {
                audit::note(conn, now, &actor, "settle_kept_row", &subject(id))?;
            }
            Ok(true)
        };
        Ok(self.db.write(write).await?)
    }

    async fn note(&self, caller: &Caller, action: &'static str, id: i64) -> DbResult<()> {
        let now = self.clock.real_micros();
        audit::note_reading(&self.db, now, caller.actor(), action, subject(id)).await
    }
}

fn subject(id: i64) -> String {
    format!("sync_quarantine:{id}")
}
