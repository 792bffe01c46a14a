//! `[evidence]`: where the files of reviews are kept, and how large one may be.

use std::path::PathBuf;

use serde::Serialize;

use super::database::{DatabaseUrl, beside, path};
use super::section::Section;

/// `[evidence]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Folder of the files.
    pub dir: PathBuf,
    /// The largest file that is taken, bytes.
    pub max_bytes: usize,
}

impl Evidence {
    pub(super) fn read(section: &mut Section, database: Option<&DatabaseUrl>) -> Option<Self> {
        let dir = section.optional("dir", path);
        let max_bytes = section.integer("max_bytes", 65_536..=104_857_600);
        Some(Evidence { dir: dir?.unwrap_or_else(|| beside(database, "evidence")), max_bytes: max_bytes? })
    }
}
