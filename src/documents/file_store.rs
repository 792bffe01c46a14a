//! A folder of files under the digests of their content: a file is written once, durably, and never changed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::file_draft::Drafts;
use crate::crypto::{Digest, random_bytes, sha256};

/// The folder.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
}

/// Why a file cannot be kept or given.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be read or written.
    #[error("the folder of the files of reviews: {0}; check evidence.dir and the space on its disk")]
    Io(#[from] io::Error),
    /// The content is not what it was when it was kept, or is gone.
    #[error("the file {0} is missing or was changed; put it back from a backup")]
    Lost(String),
}

impl FileStore {
    /// The store in `folder`, which is made where it is missing.
    pub fn open(folder: &Path) -> Result<FileStore, StoreError> {
        make_private(folder)?;
        Ok(FileStore { folder: folder.to_owned() })
    }

    /// Keeps `bytes`; they are on the disk, and so is their name, when this returns.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = sha256(&[bytes]);
        let path = self.path(&digest);
        // Written anew also where it is there: so its time tells that somebody counts on it.
        let shelf = path.parent().unwrap_or(&self.folder);
        make_private(shelf)?;
        let draft = shelf.join(format!(".{}", hex(&random_bytes::<8>().map_err(io::Error::other)?)));
        write(&draft, bytes)
            .and_then(|()| fs::rename(&draft, &path))
            .inspect_err(|_| drop(fs::remove_file(&draft)))?;
        File::open(shelf)?.sync_all()?;
        File::open(&self.folder)?.sync_all()?;
        Ok(digest)
    }

    /// The content with this digest, compared with it.
    pub fn get(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        let lost = || StoreError::Lost(hex(digest));
        let bytes = match fs::read(self.path(digest)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(lost()),
            read => read?,
        };
        if sha256(&[&bytes]) == *digest { Ok(bytes) } else { Err(lost()) }
    }

    /// Takes the file with this digest aside, if it is there and nobody has put it there since `before` (microseconds UTC).
    /// Whoever puts the same content there from now on writes it anew.
    pub fn take_aside(&self, digest: &Digest, before: i64) -> Result<Option<Aside>, StoreError> {
        let path = self.path(digest);
        let name = format!(".{}", hex(&random_bytes::<8>().map_err(io::Error::other)?));
        let taken = Aside { aside: path.with_file_name(name), path };
        match fs::rename(&taken.path, &taken.aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            renamed => renamed?,
        }
        let put = fs::metadata(&taken.aside)?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        if i64::try_from(put.as_micros()).is_ok_and(|put| put < before) {
            return Ok(Some(taken));
        }
        taken.put_back()?;
        Ok(None)
    }

    /// The folder of files that are not whole.
    pub fn drafts(&self) -> Result<Drafts, StoreError> {
        Drafts::open(&self.folder.join("drafts"))
    }

    /// Files lie on shelves named after the first byte, so that no folder grows too long.
    fn path(&self, digest: &Digest) -> PathBuf {
        let name = hex(digest);
        let (shelf, rest) = name.split_at_checked(2).unwrap_or((&name, ""));
        self.folder.join(shelf).join(rest)
    }
}

/// A file that was taken aside until it is known whether it goes.
#[derive(Debug)]
pub struct Aside {
    aside: PathBuf,
    path: PathBuf,
}

impl Aside {
    /// It goes.
    pub fn remove(self) -> Result<(), StoreError> {
        Ok(fs::remove_file(self.aside)?)
    }

    /// It stays.
    pub fn put_back(self) -> Result<(), StoreError> {
        Ok(fs::rename(self.aside, self.path)?)
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_is_kept_once_and_given_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(&folder.path().join("new/evidence")).unwrap();
        let digest = store.put(b"minutes").unwrap();
        assert_eq!(store.put(b"minutes").unwrap(), digest);
        assert_eq!(store.get(&digest).unwrap(), b"minutes");
        let shelf = store.path(&digest);
        assert_eq!(fs::read_dir(shelf.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn what_somebody_counts_on_is_not_taken_aside() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        let digest = store.put(b"photo").unwrap();
        assert!(store.take_aside(&digest, 0).unwrap().is_none());
        assert_eq!(store.get(&digest).unwrap(), b"photo");
        // Put anew between the two steps, it is there whatever becomes of the one that was taken aside.
        let aside = store.take_aside(&digest, i64::MAX).unwrap().unwrap();
        store.put(b"photo").unwrap();
        aside.remove().unwrap();
        assert_eq!(store.get(&digest).unwrap(), b"photo");
        store.take_aside(&digest, i64::MAX).unwrap().unwrap().put_back().unwrap();
        assert_eq!(store.get(&digest).unwrap(), b"photo");
        store.take_aside(&digest, i64::MAX).unwrap().unwrap().remove().unwrap();
        assert!(matches!(store.get(&digest), Err(StoreError::Lost(_))));
        assert!(store.take_aside(&digest, i64::MAX).unwrap().is_none());
    }

    #[test]
    fn what_was_changed_or_lost_is_not_given() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        let digest = store.put(b"minutes").unwrap();
        fs::write(store.path(&digest), b"minuets").unwrap();
        assert!(matches!(store.get(&digest), Err(StoreError::Lost(_))));
        fs::remove_file(store.path(&digest)).unwrap();
        assert!(matches!(store.get(&digest), Err(StoreError::Lost(_))));
    }
}
