//! The photographs of a report, for whoever may read it.

use super::{CollectError, Collecting};
use crate::crypto::sha256;
use crate::db::collected::{self, File};
use crate::db::history::{self, Version};
use crate::db::log::{self, NewAudit};
use crate::db::{Conn, DbResult, unit};
use crate::domain::access::Action;
use crate::domain::ids::ReportId;
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;

impl Collecting {
    /// The photographs that came with any version of the report `id`, the first first; `None` where there is no such
    /// report, or the caller may not read it.
    pub async fn photos(&self, caller: &Caller, id: ReportId) -> Result<Option<Vec<File>>, CollectError> {
        let caller = *caller;
        let load = move |conn: &mut Conn| -> DbResult<Option<Vec<File>>> {
            let chain = history::chain_of(conn, id)?;
            let Some(first) = chain.first() else { return Ok(None) };
            let of = unit::by_ids(conn, &[first.unit_id])?.pop();
            if of.is_none_or(|unit| permit(&caller, Action::ReadReports, &unit).is_err()) {
                return Ok(None);
            }
            let instances: Vec<String> =
                chain.iter().filter_map(|version| version.client_id.clone()).collect();
            let files = collected::files(conn, &instances)?;
            Ok(Some(
                files.into_iter().filter(|file| chain.iter().any(|version| sent(version, file))).collect(),
            ))
        };
        Ok(self.db.read_snapshot(load).await?)
    }

    /// A photograph with its content; that it was read stands in the audit first.
    pub async fn photo(
        &self,
        caller: &Caller,
        id: ReportId,
        file: i64,
    ) -> Result<Option<(File, Vec<u8>)>, CollectError> {
        let found = self.photos(caller, id).await?.into_iter().flatten().find(|found| found.id == file);
        let Some(found) = found else { return Ok(None) };
        let (actor, subject, now) = (caller.actor(), format!("photo:{file}"), self.clock.real_micros());
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

/// Whether a photograph came with a version: somebody else may have used its id for another form.
fn sent(version: &Version, file: &File) -> bool {
    version.client_id.as_ref() == Some(&file.instance_id)
        && version.person.as_ref().map(|(id, _)| *id) == file.person_id
        && version.account.as_ref().map(|(id, _)| *id) == file.account_id
}
