//! The folder of the throw-away database, gone when the demonstration ends.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::crypto::random_bytes;

/// A folder of its own, for this user only.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn make() -> anyhow::Result<Folder> {
        let name = format!("binhyen-demo-{:016x}", u64::from_le_bytes(random_bytes()?));
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&path).with_context(|| {
            format!("{} cannot be made; set TMPDIR to a folder with room", path.display())
        })?;
        Ok(Folder(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the demonstration's folder cannot be removed");
        }
    }
}
