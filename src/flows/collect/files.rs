//! Photographs that come with a form: on the disk under the digest of their content before they are promised.

use super::{CollectError, Collecting, Sent};
use crate::db::collected::{self, NewFile};
use crate::documents::file_kind::{BadFile, FileKind};
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
    /// Keeps the photographs of a form.
    pub(super) async fn store(
        &self,
        caller: &Caller,
        sent: &Sent,
        kinds: Vec<FileKind>,
    ) -> Result<(), CollectError> {
        if sent.files.is_empty() {
            return Ok(());
        }
        let (store, files) = (self.files.clone(), sent.files.clone());
        let put = move || files.iter().map(|file| store.put(&file.bytes)).collect::<Result<Vec<_>, _>>();
        let digests = tokio::task::spawn_blocking(put).await.map_err(|_| CollectError::Interrupted)??;
        let mut rows = Vec::with_capacity(sent.files.len());
        for ((file, kind), content) in sent.files.iter().zip(kinds).zip(digests) {
            rows.push(NewFile {
                id: self.new_id()?,
                instance_id: sent.instance.id.clone(),
                name: file.name.clone(),
                content,
                media_type: kind.media_type(),
                size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
                person_id: caller.person_id(),
                account_id: caller.account_id(),
                at: self.clock.now_micros(),
            });
        }
        Ok(self.db.write(move |conn| collected::insert_files(conn, &rows)).await?)
    }
}
