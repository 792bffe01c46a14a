//! Words with one letter wrong, read as what they must have meant.

use super::book::WordId;
use super::lexicon::{Class, Meaning, Strength};
use super::syllable::is_syllable;
use super::text::{Hit, Text};
use super::token::{Origin, Shape};

impl Text<'_> {
    /// Tries to read a word with one slip as part of a phrase: of several words of which the others are right, or a
    /// single word of at least five letters that is no syllable as typed. Only one meaning may come of it.
    pub(super) fn mend(&mut self, at: usize) {
        let Some(token) = self.tokens.get(at) else { return };
        let choices = self.book.neighbours(&token.plain);
        let lone = token.plain.len() >= 5 && !is_syllable(&token.plain);
        let number =
            |i: Option<usize>| i.and_then(|i| self.tokens.get(i)).is_some_and(|t| t.shape == Shape::Number);
        let (after_number, before_number) = (number(at.checked_sub(1)), number(Some(at + 1)));
        let mut best: Vec<(usize, Hit, WordId)> = Vec::new();
        for choice in choices {
            for back in 0..6_usize {
                let Some(start) = at.checked_sub(back) else { break };
                for hit in self.walk_with(start, at, choice) {
                    let unit = after_number && is_unit(&hit.meaning);
                    let month = before_number && hit.meaning == Meaning::Class(Class::Month);
                    if hit.len >= 2 || lone || unit || month {
                        best.push((start, hit, choice));
                    }
                }
            }
        }
        let Some(longest) = best.iter().map(|(_, hit, _)| hit.len).max() else { return };
        best.retain(|(_, hit, _)| hit.len == longest);
        let same = |a: &Meaning, b: &Meaning| match (a, b) {
            (Meaning::Indicator(x, _), Meaning::Indicator(y, _)) => x == y,
            _ => a == b,
        };
        let Some((start, first, choice)) = best.first().copied() else { return };
        let one_word = best.iter().all(|(begin, _, word)| *word == choice && *begin == start);
        if one_word || best.iter().all(|(_, hit, _)| same(&hit.meaning, &first.meaning)) {
            if let Some(token) = self.tokens.get_mut(at) {
                token.word = Some(choice);
                token.origin = Origin::Slip;
            }
            if let Some(hits) = self.hits.get_mut(start) {
                hits.extend(best.iter().filter(|(begin, ..)| *begin == start).map(|(_, hit, _)| *hit));
            }
        }
    }

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
    pub(super) fn mend_marks(&mut self, at: usize) {
        let Some(word) = self.tokens.get(at).and_then(|token| token.word) else { return };
        let before_number = self.tokens.get(at + 1).is_some_and(|t| t.shape == Shape::Number);
        let mut found: Vec<(usize, Hit)> = Vec::new();
        for start in at.saturating_sub(4)..=at {
            for hit in self.walk_loosely(start, at, word) {
                if hit.len >= 2 || (before_number && hit.meaning == Meaning::Class(Class::Month)) {
                    found.push((start, hit));
                }
            }
        }
        let Some(longest) = found.iter().map(|(_, hit)| hit.len).max() else { return };
        found.retain(|(_, hit)| hit.len == longest);
        let place = |meaning: &Meaning| match meaning {
            Meaning::Indicator(place, _) => Some(*place),
            _ => None,
        };
        let Some((start, first)) = found.first().copied() else { return };
        let one = found.iter().all(|(begin, hit)| {
            *begin == start
                && (hit.meaning == first.meaning
                    || place(&hit.meaning).is_some_and(|p| Some(p) == place(&first.meaning)))
        });
        if one && let Some(hits) = self.hits.get_mut(start) {
            hits.extend(found.into_iter().map(|(_, hit)| hit));
        }
    }

    /// Phrases that begin at `start` and cover `at`, whatever marks stand there; every other word is as it is spelled.
    fn walk_loosely(&self, start: usize, at: usize, word: WordId) -> Vec<Hit> {
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

    /// Whether the token is a word that nobody knows and that looks like one of an indicator or a unit: what it may
    /// hide must not be passed over.
    pub fn is_suspicious(&self, at: usize) -> bool {
        self.is_stranger(at)
            && self.tokens.get(at).is_some_and(|token| {
                self.book.neighbours(&token.plain).iter().any(|near| self.book.is_loud(*near))
            })
    }

    /// Phrases that begin at `start` and cover `at`, reading the word there as `choice`.
    fn walk_with(&self, start: usize, at: usize, choice: WordId) -> Vec<Hit> {
        let mut found = Vec::new();
        let mut node = 0;
        for (len, token) in (1..).zip(self.tokens.get(start..).unwrap_or_default()) {
            let here = start + len - 1;
            let word = if here == at { Some(choice) } else { token.word };
            let word = if token.shape == Shape::Word { word } else { None };
            let Some(next) = word.and_then(|word| self.book.step(node, word)) else { break };
            node = next;
            if here < at {
                continue;
            }
            for end in self.book.ends_at(node) {
                let agree =
                    end.marks.iter().zip(self.tokens.get(start..).unwrap_or_default()).zip(start..).all(
                        |((full, token), place)| {
                            if place == at {
                                token.marks.tone == 0 || full.tone == 0 || token.marks.tone == full.tone
                            } else {
                                token.marks.agree(*full)
                            }
                        },
                    );
                let worth = !end.strict
                    && !matches!(
                        end.meaning,
                        Meaning::Number(_)
                            | Meaning::Member(_)
                            | Meaning::Class(Class::Common | Class::Noise)
                    );
                if agree && worth {
                    found.push(Hit { len, meaning: end.meaning, made: false });
                }
            }
        }
        found
    }

    /// A second look, for a figure that found no indicator: phrases at `start` of which one known word would have to
    /// be a slip (“dang bac” for “danh bac”).
    pub fn second_look(&self, start: usize) -> Option<(usize, Strength, usize)> {
        self.look_again(start, false)
    }

    /// A third look, at words that are known too (“uýnh nau”, “mất trộ”): only for a letter left out, doubled or changed
    /// over, in a phrase of which another word is right.
    pub fn third_look(&self, start: usize) -> Option<(usize, Strength, usize)> {
        self.look_again(start, true)
    }

    /// Whether the word at `slip` is written with marks that it never has, or another word of the phrase means one thing
    /// only: “tro co” may be “trọ, có” as well as “treo cổ”.
    fn is_sure_slip(&self, start: usize, len: usize, slip: usize) -> bool {
        let token = |at: usize| self.tokens.get(at);
        let odd = token(slip).is_some_and(|t| {
            !t.marks.is_bare() && t.word.is_some_and(|word| !self.book.is_spelled(word, t.marks))
        });
        let distinct = (start..start + len).filter(|at| *at != slip).filter_map(token).any(|t| {
            t.word.is_some_and(|word| self.book.is_distinct(word))
                && !matches!(t.plain.as_str(), "xe" | "rung" | "rom" | "bep" | "de")
        });
        odd || distinct
    }

    fn look_again(&self, start: usize, known_too: bool) -> Option<(usize, Strength, usize)> {
        let mut found: Option<(usize, Strength, usize)> = None;
        for at in start..start + 3 {
            let Some(token) = self.tokens.get(at).filter(|t| t.shape == Shape::Word) else { break };
            let sure = [
                Class::UnitPerson,
                Class::UnitThing,
                Class::Title,
                Class::Hamlet,
                Class::Day,
                Class::UnitHouse,
            ];
            // “tuần trả 8 ca”: the right letters with the wrong marks.
            let loosely = token.word.filter(|_| !token.marks.is_bare());
            for hit in loosely.into_iter().flat_map(|word| self.walk_loosely(start, at, word)) {
                let Meaning::Indicator(place, strength) = hit.meaning else { continue };
                match found {
                    Some((other, ..)) if other != place => return None,
                    _ if hit.len >= 2 => found = Some((place, strength, hit.len)),
                    _ => {}
                }
            }
            // A word that is known is what it is: only one that is none may be a slip of another.
            let known = self.book.word(&token.plain).is_some();
            let shortest = if known { 2 } else { 3 };
            if token.plain.len() < shortest
                || (known && !known_too)
                || (!known && self.is_any(at, &sure).is_some())
            {
                continue;
            }
            let choices = self.book.neighbours(&token.plain).into_iter().filter(|choice| {
                !known || self.book.spelling(*choice).is_some_and(|meant| is_likely_slip(&token.plain, meant))
            });
            for choice in choices {
                if Some(choice) == token.word {
                    continue;
                }
                for hit in self.walk_with(start, at, choice).into_iter().filter(|hit| hit.len >= 2) {
                    if known && !self.is_sure_slip(start, hit.len, at) {
                        continue;
                    }
                    let Meaning::Indicator(place, strength) = hit.meaning else { continue };
                    match found {
                        Some((other, ..)) if other != place => return None,
                        Some((.., len)) if len >= hit.len => {}
                        _ => found = Some((place, strength, hit.len)),
                    }
                }
            }
        }
        found
    }
}

/// Whether `typed` is `meant` with a letter left out, doubled, or two changed over, or with a neighbour on the keys.
fn is_likely_slip(typed: &str, meant: &str) -> bool {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    if typed.len() != meant.len() {
        return true;
    }
    let wrong: Vec<(char, char)> = typed.chars().zip(meant.chars()).filter(|(a, b)| a != b).collect();
    let [(a, b)] = wrong.as_slice() else { return true };
    ROWS.iter().any(|row| row.find(*a).zip(row.find(*b)).is_some_and(|(x, y)| x.abs_diff(y) == 1))
}

/// Whether a word is a unit of counting or of money.
fn is_unit(meaning: &Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Class(
            Class::UnitCase
                | Class::UnitPerson
                | Class::UnitSession
                | Class::UnitPatrol
                | Class::UnitHouse
                | Class::UnitTip
                | Class::UnitTurn
                | Class::UnitAge
                | Class::Million
                | Class::Thousand
                | Class::Billion
        )
    )
}
