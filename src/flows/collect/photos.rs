//! The photographs of a report, for whoever may read it.

use super::{CollectError, Collecting};
use crate::crypto::sha256;
use crate::db::log::{self, NewAudit};
use crate::db::photo::{self, Photo};
use crate::db::{Conn, DbResult, history, unit};
use crate::domain::access::Action;
use crate::domain::ids::ReportId;
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;

impl Collecting {
    /// The photographs of the report that has the version `id`, the first first, also those of which pieces are lacking;
    /// `None` where there is no such report, or the caller may not read it.
    pub async fn photos(&self, caller: &Caller, id: ReportId) -> Result<Option<Vec<Photo>>, CollectError> {
        let caller = *caller;
        let load = move |conn: &mut Conn| -> DbResult<Option<Vec<Photo>>> {
            let chain = history::chain_of(conn, id)?;
            let Some(first) = chain.first() else { return Ok(None) };
            let of = unit::by_ids(conn, &[first.unit_id])?.pop();
            if of.is_none_or(|unit| permit(&caller, Action::ReadReports, &unit).is_err()) {
                return Ok(None);
            }
            photo::of_report(conn, first.chain_id).map(Some)
        };
        Ok(self.db.read_snapshot(load).await?)
    }

    /// A photograph that has come as a whole, with its content; that it was read stands in the audit first.
    pub async fn photo(
        &self,
        caller: &Caller,
        id: ReportId,
        photo: i64,
    ) -> Result<Option<(Photo, Vec<u8>)>, CollectError> {
        let photos = self.photos(caller, id).await?.unwrap_or_default();
        self.open_photo(caller, photos, photo).await
    }

    /// That one of `photos` which has the id `photo`, with its content.
    pub(super) async fn open_photo(
        &self,
        caller: &Caller,
        photos: Vec<Photo>,
        photo: i64,
    ) -> Result<Option<(Photo, Vec<u8>)>, CollectError> {
        let found = photos.into_iter().find(|found| found.id == photo && found.complete);
        let Some(found) = found else { return Ok(None) };
        let (actor, subject, now) = (caller.actor(), format!("photo:{photo}"), self.clock.real_micros());
        let note = move |conn: &mut Conn| {
            let digest = sha256(&[b"read_photo\0", subject.as_bytes()]);
            log::append(
                conn,
                now,
                &[],
                &NewAudit { actor: &actor, action: "read_photo", subject: &subject, digest },
            )
        };
        self.db.write(note).await?;
        let (store, content) = (self.files.clone(), found.content);
        let bytes = tokio::task::spawn_blocking(move || store.get(&content)).await;
        Ok(Some((found, bytes.map_err(|_| CollectError::Interrupted)??)))
    }
}
