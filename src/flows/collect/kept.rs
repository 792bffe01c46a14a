//! Forms that could not be read, for the officer: seen, fetched as they came, and marked when a person has dealt with them.

use super::{CollectError, Collecting};
use crate::crypto::Place;
use crate::db::collected::{self, Kept};
use crate::db::photo::{self, Photo};
use crate::db::{Conn, DbResult};
use crate::flows::audit;
use crate::flows::authenticate::Caller;

/// A kept form, with the name of whoever sent it.
#[derive(Debug, Clone)]
pub struct ShownKept {
    /// As it is stored.
    pub stored: Kept,
    /// The person's name.
    pub name: Option<String>,
}

impl Collecting {
    /// Up to `limit` kept forms of the caller's area and one more, after the id `after`. That names were read stands in the
    /// audit.
    pub async fn kept_forms(
        &self,
        caller: &Caller,
        done: bool,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ShownKept>, CollectError> {
        let (area, limit) = (caller.unit_id, i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1);
        let found = self.db.read(move |conn| collected::list(conn, area, done, after, limit)).await?;
        let show = |stored: Kept| {
            let open = |(id, sealed): &(i64, Vec<u8>)| {
                self.keys.open_text(Place { table: "person", row: *id }, sealed)
            };
            let name = stored.person.as_ref().map(open).transpose()?;
            Ok(ShownKept { stored, name })
        };
        let shown = found.into_iter().map(show).collect::<Result<Vec<_>, CollectError>>()?;
        if !shown.is_empty() {
            self.note(caller, "read_kept_forms", 0).await?;
        }
        Ok(shown)
    }

    /// The XML of a kept form; that it was read stands in the audit first. `None`: there is none in the caller's area.
    pub async fn kept_form(&self, caller: &Caller, id: i64) -> Result<Option<Vec<u8>>, CollectError> {
        let area = caller.unit_id;
        let found = self.db.read(move |conn| collected::content(conn, area, id)).await?;
        let Some(sealed) = found else { return Ok(None) };
        self.note(caller, "read_kept_form", id).await?;
        Ok(Some(self.keys.open(Place { table: "form_kept", row: id }, &sealed)?))
    }

    /// The photographs that came with a kept form; `None`: there is none in the caller's area.
    pub async fn kept_photos(&self, caller: &Caller, id: i64) -> Result<Option<Vec<Photo>>, CollectError> {
        let area = caller.unit_id;
        let load = move |conn: &mut Conn| match collected::content(conn, area, id)? {
            Some(_) => photo::of_kept_form(conn, id).map(Some),
            None => Ok(None),
        };
        Ok(self.db.read_snapshot(load).await?)
    }

    /// One of them with its content; that it was read stands in the audit first.
    pub async fn kept_photo(
        &self,
        caller: &Caller,
        id: i64,
        photo: i64,
    ) -> Result<Option<(Photo, Vec<u8>)>, CollectError> {
        let photos = self.kept_photos(caller, id).await?.unwrap_or_default();
        self.open_photo(caller, photos, photo).await
    }

    /// Marks a kept form as dealt with; again changes nothing. `false`: there is none in the caller's area.
    pub async fn settle_kept_form(&self, caller: &Caller, id: i64) -> Result<bool, CollectError> {
        let (area, by, now) = (caller.unit_id, caller.account_id(), self.clock.real_micros());
        let actor = caller.actor();
        let write = move |conn: &mut Conn| {
            if collected::content(conn, area, id)?.is_none() {
                return Ok(false);
            }
            if collected::set_done(conn, id, by, now)? {
                audit::note(conn, now, &actor, "settle_kept_form", &subject(id))?;
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
    format!("form_kept:{id}")
}
