//! Words that this installation added to the lexicon of the reader.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::{Bind, Sql, pieces};
use crate::domain::indicator::IndicatorId;

/// A word of an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synonym {
    /// Without marks and case: unique.
    pub folded: String,
    /// The indicator.
    pub indicator_id: IndicatorId,
    /// As it was given.
    pub phrase: String,
}

/// All of them, by what they look like without marks.
pub fn all(conn: &mut Conn) -> DbResult<Vec<Synonym>> {
    let rows =
        Sql::<(Text, Integer, Text)>::new("SELECT folded, indicator_id, phrase FROM synonym ORDER BY folded")
            .load::<(String, i32, String)>(conn)?;
    let synonym = |(folded, indicator_id, phrase)| Synonym { folded, indicator_id, phrase };
    Ok(rows.into_iter().map(synonym).collect())
}

/// Something that changes whenever the words do.
pub fn state(conn: &mut Conn) -> DbResult<(i64, i64)> {
    let (count, latest) =
        Sql::<(BigInt, Nullable<BigInt>)>::new("SELECT count(*), max(created_at) FROM synonym")
            .get_result::<(i64, Option<i64>)>(conn)?;
    Ok((count, latest.unwrap_or(0)))
}

/// Puts these in the place of all words.
pub fn replace(conn: &mut Conn, synonyms: &[Synonym], at: i64) -> DbResult<()> {
    Sql::<()>::new("DELETE FROM synonym").run(conn)?;
    let rows: Vec<[Bind; 4]> = synonyms
        .iter()
        .map(|s| [s.folded.as_str().into(), s.indicator_id.into(), s.phrase.as_str().into(), at.into()])
        .collect();
    for piece in pieces(&rows) {
        Sql::new("INSERT INTO synonym (folded, indicator_id, phrase, created_at) VALUES ")
            .rows(piece.iter().cloned())
            .run(conn)?;
    }
    Ok(())
}
