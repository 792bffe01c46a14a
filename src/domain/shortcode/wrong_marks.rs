//! Words with wrong marks (“va chăm”), read as the phrase whose other words are right.

use super::book::WordId;
use super::lexicon::{Class, Meaning};
use super::text::{Hit, Text};
use super::token::Shape;

impl Text<'_> {
    /// Whether the token is written with marks that no word of ours has, and begins no phrase as it stands.
    pub(super) fn is_misspelled(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            let known = token.word.is_some_and(|word| self.book.is_spelled(word, token.marks));
            token.shape == Shape::Word
                && token.word.is_some()
                && !token.marks.is_bare()
                && !known
                && self.hits(at).is_empty()
        })
    }

    /// Tries to read a word with wrong marks (“va chăm”, “cỡ bạc”) as part of a phrase whose other words are right, or
    /// before a number as the month (“thắng 3”). Only one meaning may come of it.
    pub(super) fn mend_phrase(&mut self, at: usize) -> bool {
        let Some(word) = self.tokens.get(at).and_then(|token| token.word) else { return false };
        let before_number = self.tokens.get(at + 1).is_some_and(|t| t.shape == Shape::Number);
        let mut found: Vec<(usize, Hit)> = Vec::new();
        for start in at.saturating_sub(4)..=at {
            for hit in self.walk_loosely(start, at, word) {
                if hit.len >= 2 || (before_number && hit.meaning == Meaning::Class(Class::Month)) {
                    found.push((start, hit));
                }
            }
        }
        let Some(longest) = found.iter().map(|(_, hit)| hit.len).max() else { return false };
        found.retain(|(_, hit)| hit.len == longest);
        let place = |meaning: &Meaning| match meaning {
            Meaning::Indicator(place, _) => Some(*place),
            _ => None,
        };
        let Some((start, first)) = found.first().copied() else { return false };
        let one = found.iter().all(|(begin, hit)| {
            *begin == start
                && (hit.meaning == first.meaning
                    || place(&hit.meaning).is_some_and(|p| Some(p) == place(&first.meaning)))
        });
        if one && let Some(hits) = self.hits.get_mut(start) {
            hits.extend(found.into_iter().map(|(_, hit)| hit));
        }
        one
    }

    /// Phrases that begin at `start` and cover `at`, whatever marks stand there; every other word is as it is spelled.
    pub(super) fn walk_loosely(&self, start: usize, at: usize, word: WordId) -> Vec<Hit> {
        let mut found = Vec::new();
        let mut node = 0;
        let tokens = || self.tokens.get(start..).unwrap_or_default();
        for (len, token) in (1..).zip(tokens()) {
            let here = if start + len - 1 == at { Some(word) } else { token.word };
            let here = if token.shape == Shape::Word { here } else { None };
            let Some(next) = here.and_then(|word| self.book.step(node, word)) else { break };
            node = next;
            if start + len <= at {
                continue;
            }
            let exact = |(full, (place, token)): (&super::syllable::Marks, (usize, &super::token::Token))| {
                place == at || token.marks == *full
            };
            for end in self.book.ends_at(node).iter().filter(|end| !end.strict && !end.made) {
                let worth = matches!(
                    end.meaning,
                    Meaning::Indicator(..) | Meaning::Class(Class::Month | Class::Calm)
                );
                if worth && end.marks.iter().zip((start..).zip(tokens())).all(exact) {
                    found.push(Hit { len, meaning: end.meaning, made: false });
                }
            }
        }
        found
    }
}
