//! The installation's own words of indicators, beside the lexicon that ships with the program.

use std::collections::BTreeMap;

use crate::clock::Clock;
use crate::crypto::sha256;
use crate::db::log::{self, NewAudit};
use crate::db::synonym::{self, Synonym};
use crate::db::{Conn, Db, DbError, DbResult};
use crate::domain::indicator::Catalogue;
use crate::domain::shortcode::{BadLexicon, Lexicon, Reader, folded};

/// More words than this are no additions but another lexicon.
const MOST: usize = 2_000;
/// Characters of a phrase.
const LONGEST: usize = 60;

/// A word of an indicator, as it is given and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The indicator.
    pub code: String,
    /// The word or phrase.
    pub phrase: String,
}

/// Why words are not taken.
#[derive(Debug, thiserror::Error)]
pub enum SynonymError {
    /// Too many, or one is too long.
    #[error("at most {MOST} words of at most {LONGEST} characters")]
    TooMany,
    /// One of them means something else.
    #[error(transparent)]
    Ambiguous(#[from] BadLexicon),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The installation's own words, by indicator and word.
pub async fn list(db: &Db, catalogue: &Catalogue) -> DbResult<Vec<Word>> {
    let stored = db.read(synonym::all).await?;
    Ok(words(stored, catalogue))
}

fn words(stored: Vec<Synonym>, catalogue: &Catalogue) -> Vec<Word> {
    let word = |s: Synonym| {
        let code = catalogue.by_id(s.indicator_id).map(|indicator| indicator.code.clone())?;
        Some(Word { code, phrase: s.phrase })
    };
    let mut words: Vec<Word> = stored.into_iter().filter_map(word).collect();
    words.sort_by(|a, b| (&a.code, &a.phrase).cmp(&(&b.code, &b.phrase)));
    words
}

/// The reader with the installation's own words, and what tells whether they have changed since.
pub async fn reader(db: &Db, catalogue: &Catalogue) -> Result<(Reader, (i64, i64)), SynonymError> {
    let (stored, state) =
        db.read_snapshot(|conn: &mut Conn| Ok((synonym::all(conn)?, synonym::state(conn)?))).await?;
    Ok((made(catalogue, &words(stored, catalogue))?, state))
}

/// What tells whether the words have changed.
pub async fn state(db: &Db) -> DbResult<(i64, i64)> {
    db.read(synonym::state).await
}

fn made(catalogue: &Catalogue, words: &[Word]) -> Result<Reader, BadLexicon> {
    let added: Vec<(String, String)> =
        words.iter().map(|word| (word.code.clone(), word.phrase.clone())).collect();
    Reader::new(catalogue, &Lexicon::shipped()?.with_synonyms(catalogue, &added)?)
}

/// Checks `words` and, if `write`, puts them in the place of all that there are; `actor` is named in the audit. Answers
/// the reader with them.
pub async fn replace(
    db: &Db,
    catalogue: &Catalogue,
    clock: Clock,
    actor: String,
    words: &[Word],
    write: bool,
) -> Result<Reader, SynonymError> {
    if words.len() > MOST || words.iter().any(|word| word.phrase.chars().count() > LONGEST) {
        return Err(SynonymError::TooMany);
    }
    let reader = made(catalogue, words)?;
    if !write {
        return Ok(reader);
    }
    let stored = stored(catalogue, words)?;
    let now = clock.real_micros();
    db.write(move |conn| {
        synonym::replace(conn, &stored, now)?;
        let digest = sha256(&[format!("{stored:?}").as_bytes()]);
        let audit = NewAudit { actor: &actor, action: "replace_synonyms", subject: "", digest };
        log::append(conn, now, &[], &audit)
    })
    .await?;
    Ok(reader)
}

/// Rows of the words, each once.
fn stored(catalogue: &Catalogue, words: &[Word]) -> Result<Vec<Synonym>, BadLexicon> {
    let mut rows = BTreeMap::new();
    for word in words {
        let indicator = catalogue.by_code(&word.code).map(|indicator| indicator.id);
        let indicator_id = indicator.ok_or_else(|| BadLexicon::UnknownCode(word.code.clone()))?;
        let folded = folded(&word.phrase);
        rows.entry(folded.clone()).or_insert(Synonym { folded, indicator_id, phrase: word.phrase.clone() });
    }
    Ok(rows.into_values().collect())
}
