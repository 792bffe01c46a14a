//! Photographs that come with a form: on the disk under the digest of their content before they are promised.

use super::{CollectError, Collecting, Sent};
use crate::db::photo::{self, Attachment, NewPhoto};
use crate::db::{Conn, DbResult, history};
use crate::documents::file_kind::{BadFile, FileKind};
use crate::domain::ids::ReportId;
use crate::flows::authenticate::Caller;

/// A file that came beside a form.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The name that the form gives it.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The kinds of files, which must all be photographs.
pub(super) fn check(files: &[Attached]) -> Result<Vec<FileKind>, BadFile> {
    let kind = |file: &Attached| match FileKind::of(&file.name, &file.bytes)? {
        kind @ (FileKind::Jpeg | FileKind::Png) => Ok(kind),
        _ => Err(BadFile::Unknown),
    };
    files.iter().map(kind).collect()
}

impl Collecting {
    /// Keeps the photographs of a form, which belong to the report that has the version `report`.
    pub(super) async fn store(
        &self,
        caller: &Caller,
        sent: &Sent,
        kinds: Vec<FileKind>,
        report: Option<ReportId>,
    ) -> Result<(), CollectError> {
        if sent.files.is_empty() {
            return Ok(());
        }
        let (store, files) = (self.files.clone(), sent.files.clone());
        let put = move || files.iter().map(|file| store.put(&file.bytes)).collect::<Result<Vec<_>, _>>();
        let digests = tokio::task::spawn_blocking(put).await.map_err(|_| CollectError::Interrupted)??;
        let (author, now) = (caller.author(), self.clock.real_micros());
        let mut whole = Vec::with_capacity(sent.files.len());
        for ((file, kind), content) in sent.files.iter().zip(kinds).zip(digests) {
            let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
            let attachment = Attachment {
                id: self.new_id()?,
                content,
                author,
                media_type: kind.media_type().to_owned(),
                size,
                received: size,
                seen_at: now,
                finished_at: Some(now),
            };
            let photo = NewPhoto {
                id: self.new_id()?,
                report: None,
                instance_id: Some(sent.instance.id.clone()),
                name: file.name.clone(),
                at: self.clock.now_micros(),
            };
            whole.push((attachment, photo));
        }
        let write = move |conn: &mut Conn| -> DbResult<()> {
            let chain = report.map(|id| history::chain_of(conn, id)).transpose()?.unwrap_or_default();
            let first = chain.first().map(|version| version.chain_id);
            whole.iter_mut().for_each(|(_, photo)| photo.report = first);
            photo::keep_whole(conn, author, &whole, now)
        };
        Ok(self.db.write(write).await?)
    }
}
