//! Taking in tables of units, people and history, and review schemes: all or nothing, every bad row named, twice changes nothing.

mod people;
mod programme;
mod scheme;
mod synonyms;
mod units;
mod values;

use std::fmt;
use std::sync::Arc;

pub use people::{People, import_people};
pub use programme::import_programme;
pub use scheme::{SchemeError, import_scheme};
pub use synonyms::import_synonyms;
pub use units::import_units;
pub use values::{Values, import_values};

use crate::db::DbError;
use crate::documents::table::BadTable;

/// Why a row cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line in the file.
    pub line: u64,
    /// The column.
    pub column: &'static str,
    /// What is wrong and what to do.
    pub reason: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.column, self.reason)
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is no table.
    #[error(transparent)]
    Table(#[from] BadTable),
    /// Some rows are wrong; none was taken.
    #[error("{} rows are wrong; nothing was imported", .0.len())]
    Rows(Vec<BadRow>),
    /// The file is no scheme that can be loaded.
    #[error(transparent)]
    Scheme(#[from] SchemeError),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What an import did, or would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows that are new.
    pub added: usize,
    /// Rows that changed something.
    pub changed: usize,
    /// Rows that were already so.
    pub unchanged: usize,
}

/// How an import goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything is checked, nothing written.
    DryRun,
    /// Everything is written, or nothing.
    Write,
}

/// What comes out of the closure on the database: bad rows are no error of the database.
type Checked = Result<Imported, Vec<BadRow>>;

fn answer(checked: Checked) -> Result<Imported, ImportError> {
    checked.map_err(|mut rows| {
        rows.sort_by_key(|row| row.line);
        ImportError::Rows(rows)
    })
}

/// Rows shared with a closure that may run again.
type Rows = Arc<Vec<crate::documents::table::Row>>;
