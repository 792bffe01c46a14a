//! Looks at words again, for a figure that found nothing to count: known words too may be slips, where little else fits.

use std::ops::Range;

use super::book::WordId;
use super::lexicon::{Class, Meaning, Strength};
use super::slip::{Slip, slip};
use super::syllable::one_edit_apart;
use super::text::{Hit, Text};
use super::token::{Origin, Shape};

impl Text<'_> {
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

    /// Whether a word of `tokens`, known or not, may be a slip within a phrase of which the other words are right, and
    /// whose meaning is such as `wanted` says.
    pub fn may_hide(&self, tokens: Range<usize>, wanted: impl Fn(Meaning) -> bool) -> bool {
        tokens.into_iter().any(|at| {
            let talk = (at.saturating_sub(4)..=at)
                .any(|start| self.noise(start).is_some_and(|len| len >= 2 && start + len > at));
            let Some(token) =
                self.tokens.get(at).filter(|t| t.shape == Shape::Word && !talk && !self.is_name(at))
            else {
                return false;
            };
            let likely = |choice: &WordId| {
                let meant = self.book.spelling(*choice).unwrap_or_default();
                token.word != Some(*choice) && slip(&token.plain, meant) >= Slip::Near
            };
            token.plain.len() >= 2
                && self.book.neighbours(&token.plain).into_iter().filter(likely).any(|choice| {
                    (at.saturating_sub(3)..=at).any(|start| {
                        let hits = self.walk_with(start, at, choice);
                        hits.iter().any(|hit| hit.len >= 2 && wanted(hit.meaning))
                    })
                })
        })
    }

    /// Phrases from `start` of two right words and more, of which the next is a slip (“tai nan alo dong”): the slip, the
    /// word that it must be, and the length of the whole. Only one indicator may come of it.
    pub(super) fn slip_within(&self, start: usize) -> Option<(usize, WordId, usize)> {
        let word = |at: usize| self.tokens.get(at).filter(|t| t.shape == Shape::Word).and_then(|t| t.word);
        let mut node = 0;
        let mut at = start;
        while let Some(next) = word(at).and_then(|word| self.book.step(node, word)) {
            node = next;
            at += 1;
        }
        if at < start + 2 {
            return None;
        }
        let token = self.tokens.get(at).filter(|t| t.shape == Shape::Word)?;
        let said = self
            .hits(at)
            .iter()
            .any(|hit| hit.len > 1 || !matches!(hit.meaning, Meaning::Class(Class::Common | Class::Polite)));
        if said || token.plain.len() < 2 || self.is_name(at) {
            return None;
        }
        let mut found: Option<(usize, WordId, usize)> = None;
        for choice in self.book.node(node)?.children.keys() {
            let meant = self.book.spelling(*choice).unwrap_or_default();
            if !one_edit_apart(meant, &token.plain) || slip(&token.plain, meant) < Slip::Near {
                continue;
            }
            for hit in self.walk_with(start, at, *choice) {
                let Meaning::Indicator(place, _) = hit.meaning else { continue };
                let told = self
                    .hits(start)
                    .iter()
                    .any(|old| matches!(old.meaning, Meaning::Indicator(other, _) if other == place));
                match found {
                    _ if told => return None,
                    Some((other, ..)) if other != place => return None,
                    Some((.., len)) if len >= hit.len => {}
                    _ => found = Some((place, *choice, hit.len)),
                }
            }
        }
        found.map(|(_, choice, len)| (at, choice, len))
    }

    /// Whether the word at `at` begins nothing and may be a slip of a word whose meaning is such as `wanted` says.
    pub fn may_be(&self, at: usize, wanted: impl Fn(Meaning) -> bool) -> bool {
        let Some(token) = self.tokens.get(at).filter(|t| t.shape == Shape::Word && !self.is_name(at)) else {
            return false;
        };
        let said = self
            .hits(at)
            .iter()
            .any(|hit| hit.len > 1 || !matches!(hit.meaning, Meaning::Class(Class::Common | Class::Polite)));
        !said
            && token.plain.len() >= 2
            && self.book.neighbours(&token.plain).into_iter().any(|choice| {
                let meant = self.book.spelling(choice).unwrap_or_default();
                token.word != Some(choice)
                    && slip(&token.plain, meant) >= Slip::Near
                    && self.walk_with(at, at, choice).iter().any(|hit| hit.len == 1 && wanted(hit.meaning))
            })
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
            // “đánh bc” is no “đánh bố”: the words of a short form were never typed.
            if token.origin == Origin::Short {
                continue;
            }
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
