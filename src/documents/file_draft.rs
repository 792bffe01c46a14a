//! Files that come in pieces: each lies under a number until it is whole, beside the files of the store.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::file_store::{StoreError, make_private};

/// The folder of what is not whole.
#[derive(Debug, Clone)]
pub struct Drafts {
    folder: PathBuf,
}

impl Drafts {
    /// The drafts in `folder`, which is made where it is missing.
    pub(super) fn open(folder: &Path) -> Result<Drafts, StoreError> {
        make_private(folder)?;
        Ok(Drafts { folder: folder.to_owned() })
    }

    /// Writes a piece at `offset`; it is on the disk when this returns. `false`: what comes before it is not there, and
    /// nothing was written. A piece that is written again changes nothing.
    pub fn write(&self, id: i64, offset: u64, piece: &[u8]) -> Result<bool, StoreError> {
        let mut options = OpenOptions::new();
        options.write(true).create(offset == 0);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = match options.open(self.path(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        if file.metadata()?.len() < offset {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(piece)?;
        file.sync_all()?;
        if offset == 0 {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(true)
    }

    /// The first `size` bytes, or what is there of them.
    pub fn read(&self, id: i64, size: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        match File::open(self.path(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => drop(opened?.take(size).read_to_end(&mut bytes)?),
        }
        Ok(bytes)
    }

    /// Throws a draft away; one that is gone already is no error.
    pub fn remove(&self, id: i64) -> Result<(), StoreError> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The numbers of all drafts.
    pub fn list(&self) -> Result<Vec<i64>, StoreError> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            ids.extend(entry?.file_name().to_str().and_then(|name| name.parse::<i64>().ok()));
        }
        Ok(ids)
    }

    fn path(&self, id: i64) -> PathBuf {
        self.folder.join(id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_and_a_gap_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let drafts = Drafts::open(folder.path()).unwrap();
        assert!(!drafts.write(7, 3, b"def").unwrap());
        assert!(drafts.write(7, 0, b"abc").unwrap());
        assert!(!drafts.write(7, 4, b"ef").unwrap());
        assert!(drafts.write(7, 3, b"def").unwrap());
        // A late repetition of an earlier piece takes nothing away.
        assert!(drafts.write(7, 0, b"abc").unwrap());
        assert_eq!(drafts.read(7, 6).unwrap(), b"abcdef");
        assert_eq!(drafts.read(7, 4).unwrap(), b"abcd");
        assert_eq!(drafts.list().unwrap(), [7]);
        drafts.remove(7).unwrap();
        drafts.remove(7).unwrap();
        assert_eq!((drafts.list().unwrap(), drafts.read(7, 6).unwrap()), (vec![], vec![]));
    }
}
