//! Whether a phrase may be added to the words of an indicator.

use super::book::{Book, PhraseWord};
use super::compile::split;
use super::lexicon::{BadLexicon, Meaning};
use super::syllable::Marks;

impl Book {
    /// Refuses a phrase for the indicator `code` that means something else already, whatever its marks.
    pub fn check_addition(&self, code: &str, phrase: &str) -> Result<(), BadLexicon> {
        let own = self.code_at(code).ok_or_else(|| BadLexicon::UnknownCode(code.to_owned()))?;
        let words = split(phrase);
        if !words.iter().any(|(word, _)| word.chars().any(char::is_alphabetic)) {
            return Err(BadLexicon::Empty(phrase.to_owned()));
        }
        let of = |at: usize| self.entries.get(at).map(|entry| entry.code.clone()).unwrap_or_default();
        let coded = match words.as_slice() {
            [(word, _)] => self.code_at(word).filter(|at| *at != own).map(of),
            _ => None,
        };
        let bare: Vec<PhraseWord> = words.iter().map(|(word, _)| (word.clone(), Marks::default())).collect();
        let meanings = [self.ends(&words), self.ends(&bare)].concat();
        let taken = coded.or_else(|| {
            meanings.iter().find_map(|end| match end.meaning {
                Meaning::Indicator(at, _) => (at != own).then(|| of(at)),
                Meaning::Ambiguous(_) => Some("a word with several meanings".to_owned()),
                Meaning::Number(number) => Some(format!("the number {number}")),
                Meaning::Class(class) => Some(format!("a word of the grammar ({class:?})")),
                // A word of a set means nothing by itself.
                Meaning::Member(_) => None,
            })
        });
        match taken {
            Some(taken) => Err(BadLexicon::Taken { phrase: phrase.to_owned(), code: code.to_owned(), taken }),
            None => Ok(()),
        }
    }
}
