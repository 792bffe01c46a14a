//! What sync reads and keeps: documents in the order in which they changed, revisions, what became of pushed rows.

mod documents;
mod kept;
mod outcomes;
mod revisions;

pub use documents::{
    Document, Follow, Place, changed, current, gone, head, incidents, months, of_commune, of_units, touched,
};
pub use kept::{KeptRow, kept, kept_content, set_done};
pub use outcomes::{
    KnownOutcome, NewOutcome, NewQuarantined, Status, add, forget, known, quarantined, since, told,
};
pub use revisions::{Made, made};

use super::sql::Bind;

/// Sizes of lists of keys: few, so that statements are few.
const SIZES: [usize; 4] = [4, 16, 64, 256];

/// Rows for `FROM (VALUES …) AS wanted`, filled up to a fixed size with `nothing`, which meets nothing.
fn wanted_rows<const N: usize>(rows: Vec<[Bind; N]>, nothing: &[Bind; N]) -> Vec<Vec<[Bind; N]>> {
    rows.chunks(256)
        .map(|chunk| {
            let size = SIZES.into_iter().find(|size| *size >= chunk.len()).unwrap_or(256);
            let mut rows = chunk.to_vec();
            rows.resize(size, nothing.clone());
            rows
        })
        .collect()
}
