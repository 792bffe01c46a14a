//! Words with one letter wrong, read as what they must have meant.

use super::book::WordId;
use super::lexicon::{Class, Meaning, Strength};
use super::slip::{Slip, moved, slip};
use super::syllable::{Marks, is_syllable};
use super::text::{Hit, Text};
use super::token::{Origin, Shape};

/// How far before a token a phrase that covers it may begin.
const BACK: usize = 5;

/// How much speaks for a reading of a word, besides the word itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Backing {
    /// Nothing.
    Lone,
    /// A number, a unit or a denial beside it.
    Beside,
    /// Other words of its phrase, so many words in all.
    Phrase(usize),
}

/// A word that a stranger may be, with the best phrase that comes of it.
#[derive(Debug, Clone, Copy)]
struct Choice {
    word: WordId,
    marks: Marks,
    slip: Slip,
    backing: Backing,
    meaning: Meaning,
}

impl Text<'_> {
    /// Tries to read a word with one slip as part of a phrase: of several words of which the others are right, beside a
    /// number or a denial, or a single word that is no syllable as typed. Only one meaning may come of it.
    pub(super) fn mend(&mut self, at: usize) {
        let choices = self.choices(at);
        let best = choices.iter().max_by_key(|choice| (choice.backing, choice.slip)).copied();
        let sure = best.filter(|best| !is_contested(best, &choices) && self.is_believable(at, best));
        match sure {
            Some(best) => self.put(at, best.word, best.marks),
            None if self.is_unread(at, &choices) => self.unread.push(at),
            None => {}
        }
    }

    /// Reads a word whose marks no word has (“không có trỗm”, “chềt”) as if they had not been typed.
    pub(super) fn mend_marks(&mut self, at: usize) {
        let Some(token) = self.tokens.get(at) else { return };
        let Some(word) = token.word else { return };
        for marks in [Marks { tone: 0, ..token.marks }, Marks::default()] {
            let hits = self.with_word(at, word, marks, |text| text.phrases_over(at));
            let backed = hits.iter().map(|(start, hit)| (self.backing(at, *start, hit), hit.meaning));
            let Some((backing, meaning)) =
                backed.max_by_key(|(backing, meaning)| (*backing, !is_noise(*meaning)))
            else {
                continue;
            };
            if backing > Backing::Lone {
                self.put(at, word, marks);
            } else if is_told(meaning) {
                self.unread.push(at);
            }
            return;
        }
    }

    /// Words written together of which nobody can say where they part, or a code with a number word: one of them may
    /// count (“k cotrom cap”, “VCGTHAI”).
    pub(super) fn find_joined(&mut self) {
        let joined = (0..self.tokens.len()).filter(|at| {
            let Some(token) = self.tokens.get(*at).filter(|_| self.is_unknown(*at)) else { return false };
            let plain = token.plain.as_str();
            let word = |piece: &str| self.book.word(piece).filter(|_| is_syllable(piece));
            token.origin == Origin::Typed
                && (6..=14).contains(&plain.len())
                && !is_syllable(plain)
                && (2..plain.len() - 1).any(|middle| {
                    let Some((head, tail)) = plain.split_at_checked(middle) else { return false };
                    let (first, second) = (word(head), word(tail));
                    let loud =
                        first.zip(second).is_some_and(|(a, b)| self.book.is_loud(a) || self.book.is_loud(b));
                    loud || (second.is_some() && token.caps && self.book.code_of(head).is_some())
                })
        });
        let joined: Vec<usize> = joined.collect();
        self.unread.extend(joined);
    }

    /// Reads known words as slips where they stand in a phrase of four words whose others are right, or of three of
    /// which nothing else is told; asks about other such phrases.
    pub(super) fn mend_within(&mut self) {
        let mut unread = Vec::new();
        for start in 0..self.tokens.len() {
            let Some((at, word, len)) = self.slip_within(start) else { continue };
            if len < 4 && (start..at).any(|i| self.indicator_there(i)) {
                unread.push((start, at));
                continue;
            }
            let marks = self.tokens.get(at).map_or(Marks::default(), |token| token.marks);
            self.put(at, word, Marks { quality: 0, ..marks });
        }
        for (start, at) in unread {
            if self.slip_within(start).is_some() {
                self.unread.push(at);
            }
        }
    }

    /// Whether the token may be a word that changes what is told, and nobody can be sure of it.
    fn is_unread(&self, at: usize, choices: &[Choice]) -> bool {
        let torn = self.tokens.get(at).is_some_and(|token| !is_syllable(&token.plain));
        let harmless =
            choices.iter().filter(|choice| is_noise(choice.meaning)).map(|choice| choice.slip).max();
        choices.iter().any(|choice| {
            let likely = harmless.is_none_or(|harmless| choice.slip >= harmless);
            match choice.backing {
                _ if !is_grave(choice.meaning) => false,
                Backing::Phrase(_) => torn || (likely && choice.slip >= Slip::Near),
                Backing::Beside => likely && (torn || choice.slip >= Slip::Near),
                Backing::Lone => likely && torn && turns(choice.meaning),
            }
        })
    }

    /// The words that the token may be with one slip, each with what speaks for it most.
    fn choices(&mut self, at: usize) -> Vec<Choice> {
        let Some(token) = self.tokens.get(at).cloned() else { return Vec::new() };
        let mut found = Vec::new();
        for word in self.book.neighbours(&token.plain) {
            let Some(meant) = self.book.spelling(word) else { continue };
            let (slip, marks) = (slip(&token.plain, meant), moved(token.marks, &token.plain, meant));
            // A mistyped code is asked about, whatever it looks like; “BLGDD” is typed with Telex keys.
            let keyed = token.plain.contains("dd") && token.plain.replacen("dd", "d", 1) == meant;
            if meant.len() < 2 || !(keyed || is_syllable(meant)) {
                continue;
            }
            let hits = self.with_word(at, word, marks, |text| text.phrases_over(at));
            let backed = hits.iter().filter_map(|(start, hit)| {
                let backing = self.backing(at, *start, hit);
                // That one of several is meant speaks for no word.
                let said = match hit.meaning {
                    Meaning::Class(Class::FirstOf | Class::OneOf) => false,
                    Meaning::Class(Class::Common) => hit.len > 1,
                    _ => true,
                };
                said.then_some((backing, hit.meaning))
            });
            if let Some((backing, meaning)) =
                backed.max_by_key(|(backing, meaning)| (*backing, !is_noise(*meaning)))
            {
                found.push(Choice { word, marks, slip, backing, meaning });
            }
        }
        found
    }

    /// Whether so much speaks for the word that it may be taken for what was typed.
    fn is_believable(&self, at: usize, choice: &Choice) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let torn = !is_syllable(&token.plain);
        if matches!(choice.meaning, Meaning::Number(_)) {
            return false;
        }
        match choice.backing {
            Backing::Phrase(_) => true,
            Backing::Beside => torn || token.plain.len() >= 3,
            Backing::Lone => {
                torn && (token.plain.len() >= 5 || (token.plain.len() == 4 && choice.slip == Slip::Sure))
            }
        }
    }

    /// What speaks for the phrase `hit` that begins at `start` and covers `at`.
    fn backing(&self, at: usize, start: usize, hit: &Hit) -> Backing {
        if hit.len >= 2 {
            return Backing::Phrase(hit.len);
        }
        let before = at.checked_sub(1);
        let number = |i: Option<usize>| i.is_some_and(|i| self.is_number(i));
        let denied =
            (at.saturating_sub(3)..at).any(|b| self.is(b, Class::Neg).is_some_and(|len| b + len == at));
        let beside = match hit.meaning {
            Meaning::Class(Class::Month) => number(Some(start + 1)),
            Meaning::Class(Class::Neg) => {
                self.indicator_there(at + 1) || self.is_any(at + 1, &[Class::Dead, Class::Hurt]).is_some()
            }
            Meaning::Number(_) => self.is_unit_there(at + 1) || number(before) || number(Some(at + 1)),
            Meaning::Indicator(..) => {
                denied
                    || before.is_some_and(|b| self.is_unit_there(b))
                    || number(before)
                    || number(Some(at + 1))
            }
            ref meaning if is_unit(meaning) => number(before),
            _ => false,
        };
        if beside { Backing::Beside } else { Backing::Lone }
    }

    fn is_number(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.shape == Shape::Number)
            || self.number_word(at).is_some()
    }

    fn is_unit_there(&self, at: usize) -> bool {
        self.hits(at).iter().any(|hit| is_unit(&hit.meaning))
    }

    fn indicator_there(&self, at: usize) -> bool {
        self.hits(at).iter().any(|hit| matches!(hit.meaning, Meaning::Indicator(..)))
    }

    /// Whether the token is a word that nobody knows and that looks like one of an indicator or a unit: what it may
    /// hide must not be passed over.
    pub fn is_suspicious(&self, at: usize) -> bool {
        self.is_stranger(at)
            && self.tokens.get(at).is_some_and(|token| {
                self.book.neighbours(&token.plain).iter().any(|near| self.book.is_loud(*near))
            })
    }

    /// Reads the token as `word` from now on.
    fn put(&mut self, at: usize, word: WordId, marks: Marks) {
        let plain = self.book.spelling(word).unwrap_or_default().to_owned();
        if let Some(token) = self.tokens.get_mut(at) {
            token.word = Some(word);
            token.marks = marks;
            token.plain = plain;
            token.origin = Origin::Slip;
        }
        self.look_again_around(at);
    }

    /// The phrases that cover `at`, each with where it begins.
    fn phrases_over(&self, at: usize) -> Vec<(usize, Hit)> {
        let starts = at.saturating_sub(BACK)..=at;
        starts
            .flat_map(|start| self.phrases(start).into_iter().map(move |hit| (start, hit)))
            .filter(|(start, hit)| start + hit.len > at)
            .collect()
    }
}

/// Whether another word would do as well and mean something else, or is much likelier a slip.
fn is_contested(best: &Choice, choices: &[Choice]) -> bool {
    choices.iter().any(|other| {
        let alike = other.backing == best.backing && other.slip >= best.slip;
        let likelier = best.backing == Backing::Beside && other.slip > best.slip;
        other.word != best.word && (alike || likelier) && !means_the_same(other.meaning, best.meaning)
    })
}

/// Whether a word says what happened.
fn is_told(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Indicator(_, Strength::Generic | Strength::Specific)
            | Meaning::Class(Class::Dead | Class::Hurt)
    )
}

/// Whether a word says that what is told did not happen so, or is to replace or to join what was told before.
fn turns(meaning: Meaning) -> bool {
    let Meaning::Class(class) = meaning else { return false };
    matches!(
        class,
        Class::Vague
            | Class::HowMany
            | Class::Approx
            | Class::Down
            | Class::Up
            | Class::Than
            | Class::Plan
            | Class::Hedge
            | Class::Doubted
            | Class::NotThat
            | Class::Each
            | Class::Either
            | Class::BadPeriod
            | Class::Quarter
            | Class::LongAgo
            | Class::Elsewhere
            | Class::Fix
            | Class::Mistake
            | Class::Add
            | Class::Erase
            | Class::Slip
            | Class::Part
            | Class::Total
            | Class::Trial
            | Class::AsBefore
            | Class::Urgent
            | Class::Neg
    )
}

/// Whether nothing is said by a phrase but that its words are known.
fn is_noise(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Class(Class::Common | Class::Noise))
}

fn means_the_same(a: Meaning, b: Meaning) -> bool {
    match (a, b) {
        (Meaning::Indicator(x, _), Meaning::Indicator(y, _)) => x == y,
        _ => a == b,
    }
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

/// Whether a phrase changes what a text tells: not where it only greets, names a place or is noise.
fn is_grave(meaning: Meaning) -> bool {
    !matches!(
        meaning,
        Meaning::Class(
            Class::Common
                | Class::Noise
                | Class::Polite
                | Class::Greeting
                | Class::Thanks
                | Class::Signature
                | Class::Address
                | Class::Title
                | Class::Place
                | Class::Site
                | Class::Direction
                | Class::Ad
                | Class::Machine
                | Class::Request
                | Class::Matters
                | Class::Phone
                | Class::Plate
                | Class::Identity
                | Class::UnitThing
        ) | Meaning::Member(_)
    )
}
