//! `indicator,words`: the installation's own words of indicators, several in a cell with semicolons between.

use super::{BadRow, ImportError, Imported, Mode};
use crate::clock::Clock;
use crate::db::Db;
use crate::documents::table;
use crate::domain::indicator::Catalogue;
use crate::domain::shortcode::{BadLexicon, Lexicon, folded};
use crate::flows::synonyms::{self, SynonymError, Word};

/// How many wrong words are named at once.
const MOST_NAMED: usize = 20;

/// Puts the words of a file in the place of all that there are. A word that means something else already is refused
/// with its line.
pub async fn import_synonyms(
    db: &Db,
    catalogue: &Catalogue,
    clock: Clock,
    bytes: &[u8],
    mode: Mode,
) -> Result<Imported, ImportError> {
    let rows = table::read(bytes, &["indicator", "words"], &[])?;
    let mut words: Vec<(u64, Word)> = Vec::new();
    for row in &rows {
        let code = row.get("indicator").to_uppercase();
        for phrase in row.get("words").split(';').map(str::trim).filter(|phrase| !phrase.is_empty()) {
            words.push((row.line, Word { code: code.clone(), phrase: phrase.to_owned() }));
        }
    }
    let bad = wrong(catalogue, &words);
    if !bad.is_empty() {
        return Err(ImportError::Rows(bad));
    }
    let words: Vec<Word> = words.into_iter().map(|(_, word)| word).collect();
    let before = synonyms::list(db, catalogue).await?;
    let imported = compare(&before, &words);
    let write = mode == Mode::Write && imported.added + imported.changed > 0;
    let done = synonyms::replace(db, catalogue, clock, "cli".to_owned(), &words, write).await;
    match done {
        Ok(_) => Ok(imported),
        Err(SynonymError::Db(error)) => Err(error.into()),
        Err(error) => {
            Err(ImportError::Rows(vec![BadRow { line: 0, column: "words", reason: error.to_string() }]))
        }
    }
}

/// The words that cannot be taken, with their lines.
fn wrong(catalogue: &Catalogue, words: &[(u64, Word)]) -> Vec<BadRow> {
    let mut left: Vec<&(u64, Word)> = words.iter().collect();
    let mut bad = Vec::new();
    while bad.len() < MOST_NAMED {
        let added: Vec<(String, String)> =
            left.iter().map(|(_, word)| (word.code.clone(), word.phrase.clone())).collect();
        let checked = Lexicon::shipped().and_then(|lexicon| lexicon.with_synonyms(catalogue, &added));
        let Err(error) = checked else { break };
        let reason = error.to_string();
        // The last row that can have done it.
        let guilty = |(_, word): &&(u64, Word)| match &error {
            BadLexicon::UnknownCode(code) => word.code == *code,
            BadLexicon::Empty(phrase) => word.phrase == *phrase,
            BadLexicon::Ambiguous { phrase, second, .. } => word.phrase == *phrase && word.code == *second,
            BadLexicon::Taken { phrase, code, .. } => word.phrase == *phrase && word.code == *code,
            _ => false,
        };
        let column = if matches!(error, BadLexicon::UnknownCode(_)) { "indicator" } else { "words" };
        let Some(at) = left.iter().rposition(guilty) else {
            bad.push(BadRow { line: 0, column, reason });
            break;
        };
        bad.push(BadRow { line: left.remove(at).0, column, reason });
    }
    bad
}

/// New words, words that went or moved, and words that are as they were.
fn compare(before: &[Word], after: &[Word]) -> Imported {
    let key = |word: &Word| (word.code.clone(), folded(&word.phrase));
    let collected = |words: &[Word]| words.iter().map(key).collect::<std::collections::BTreeSet<_>>();
    let (before, after) = (collected(before), collected(after));
    Imported {
        added: after.difference(&before).count(),
        changed: before.difference(&after).count(),
        unchanged: after.intersection(&before).count(),
    }
}
