//! Words written apart (“v u trom”, “tuan tr a”, “giao thon g”): put together where a piece is no word by itself, or
//! where only together they are words of a phrase.

use super::book::Book;
use super::fold::{Glyph, GlyphKind};
use super::lexicon::{Class, Meaning, Strength};
use super::syllable::{Marks, is_syllable};
use super::token::plain_of;

/// A run of letters and digits, as it stands among the glyphs: its first, the one past its last, whether a space is before.
pub(super) type Run = (usize, usize, bool);

/// How many runs before and after the torn word may belong to its phrase.
const NEAR: usize = 3;

/// The glyphs of the run at `at` and of the next as one word, if they are one that was written apart.
pub(super) fn mended(glyphs: &[Glyph], runs: &[Run], at: usize, book: &Book) -> Option<Vec<Glyph>> {
    let (whole, sure) = joined(glyphs, runs, at, book)?;
    // “bi t huong”: the piece belongs to the word behind it rather than to the one before.
    let later = joined(glyphs, runs, at + 1, book).map(|(_, sure)| sure);
    (later.is_none_or(|later| later <= sure)).then_some(whole)
}

/// How sure it is that two runs are one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// A piece is no word by itself.
    Torn,
    /// Together they are a code, a unit, the month, or a word of a phrase.
    Phrase,
}

fn joined(glyphs: &[Glyph], runs: &[Run], at: usize, book: &Book) -> Option<(Vec<Glyph>, Sure)> {
    let (from, middle, _) = *runs.get(at)?;
    let (next, to, true) = *runs.get(at + 1)? else { return None };
    let (first, second) = (glyphs.get(from..middle)?, glyphs.get(next..to)?);
    let capitals = first.iter().chain(second.first()).all(|glyph| glyph.upper);
    let longest = if capitals { 9 } else { 7 };
    if next != middle + 1 || first.len() + second.len() > longest || !is_one_word(first, second) {
        return None;
    }
    let mut plain = String::with_capacity(longest);
    plain.extend(first.iter().chain(second).map(|glyph| glyph.plain));
    let whole = || first.iter().chain(second).copied().collect();
    if capitals && is_code(first, second, book) {
        return Some((whole(), Sure::Phrase));
    }
    // Most pairs end here: together they are no word.
    let spelled = book.word(&plain).is_some() && plain.len() <= 7 && is_syllable(&plain);
    if !spelled || is_people(first, second) {
        return None;
    }
    let behind_number = at.checked_sub(1).and_then(|b| runs.get(b)).and_then(|run| glyphs.get(run.0..run.1));
    let behind_number = behind_number.is_some_and(is_number);
    let letters = second.iter().all(|glyph| glyph.kind == GlyphKind::Letter);
    if !letters || (behind_number && is_amount(first)) {
        return None;
    }
    let read = Around { glyphs, runs, at, book, whole: &plain };
    if read.is_phrase() || read.is_unit() || read.is_wish() || read.is_denied() {
        return Some((whole(), Sure::Phrase));
    }
    let taken = [first, second].iter().any(|piece| book.code_of(&plain_of(piece)).is_some());
    let torn = is_impossible(first, book) || is_impossible(second, book);
    (torn && !taken).then(|| (whole(), Sure::Torn))
}

/// Whether a piece is no word: a consonant that stands for nothing here, or letters that nobody knows.
fn is_impossible(piece: &[Glyph], book: &Book) -> bool {
    let plain = plain_of(piece);
    matches!(plain.as_str(), "tr" | "th" | "t" | "p" | "ch" | "nh" | "ph")
        || !(is_syllable(&plain)
            || book.word(&plain).is_some()
            || book.alias(&plain, Marks::default()).is_some())
}

/// “ko co ng chet”, “hai ng”: people in short, no piece of a word.
fn is_people(first: &[Glyph], second: &[Glyph]) -> bool {
    let before = ["co", "hai", "ba", "bon", "may", "moi", "bao", "la", "them", "duoc", "tong"];
    plain_of(second) == "ng" && before.contains(&plain_of(first).as_str())
}

/// “VC GT1”, “T C 2”: capitals that together are a code and apart are none.
fn is_code(first: &[Glyph], second: &[Glyph], book: &Book) -> bool {
    let letters: Vec<Glyph> =
        second.iter().copied().take_while(|glyph| glyph.kind == GlyphKind::Letter).collect();
    let (head, tail) = (plain_of(first), plain_of(&letters));
    let apart = |piece: &str| book.code_of(piece).is_none() && piece != "antt";
    let all = || first.iter().chain(&letters);
    all().all(|glyph| glyph.upper && glyph.kind == GlyphKind::Letter && glyph.tone == 0)
        && !letters.is_empty()
        && book.code_of(&format!("{head}{tail}")).is_some()
        && apart(&head)
        && apart(&tail)
        && !is_syllable(&format!("{head}{tail}"))
}

/// Whether both can be pieces of a word: letters, with one tone at most and capitals such as one word has.
fn is_one_word(first: &[Glyph], second: &[Glyph]) -> bool {
    let all = || first.iter().chain(second);
    let letters = || all().filter(|glyph| glyph.kind == GlyphKind::Letter);
    let capitals = second.iter().any(|glyph| glyph.upper);
    first.iter().chain(second.first()).all(|glyph| glyph.kind == GlyphKind::Letter)
        && all().filter(|glyph| glyph.tone != 0).count() <= 1
        && (!capitals || letters().all(|glyph| glyph.upper))
}

/// “2 tr om”: an amount of money is no piece of a word.
fn is_amount(first: &[Glyph]) -> bool {
    matches!(plain_of(first).as_str(), "tr" | "k" | "t" | "d" | "ca")
}

fn is_number(run: &[Glyph]) -> bool {
    run.iter().all(|glyph| glyph.kind == GlyphKind::Digit)
}

/// The torn word among its neighbours.
struct Around<'a> {
    glyphs: &'a [Glyph],
    runs: &'a [Run],
    at: usize,
    book: &'a Book,
    whole: &'a str,
}

impl Around<'_> {
    /// The run so many places after the word, or before it.
    fn run(&self, place: usize) -> Option<&[Glyph]> {
        let at = if place > self.at { place + 1 } else { place };
        let (from, to, _) = *self.runs.get(at)?;
        self.glyphs.get(from..to)
    }

    /// Whether the word and others beside it are a phrase that says something.
    fn is_phrase(&self) -> bool {
        (self.at.saturating_sub(NEAR)..=self.at).any(|start| self.is_phrase_from(start))
    }

    fn is_phrase_from(&self, start: usize) -> bool {
        let mut node = 0;
        for place in start..=self.at + NEAR {
            let word = if place == self.at {
                self.book.word(self.whole)
            } else {
                self.run(place).and_then(|run| self.book.word(&plain_of(run)))
            };
            let Some(next) = word.and_then(|word| self.book.step(node, word)) else { return false };
            node = next;
            let ends = || self.book.ends_at(node).iter().any(|end| !end.strict && is_telling(end.meaning));
            if place >= self.at && place > start && ends() {
                return true;
            }
        }
        false
    }

    /// Whether the word alone means something of this kind.
    fn is(&self, classes: &[Class]) -> bool {
        let node = self.book.word(self.whole).and_then(|word| self.book.step(0, word));
        node.is_some_and(|node| {
            self.book
                .ends_at(node)
                .iter()
                .any(|end| !end.strict && classes.iter().any(|class| end.meaning == Meaning::Class(*class)))
        })
    }

    fn is_number(&self, place: Option<usize>) -> bool {
        let Some(run) = place.and_then(|place| self.run(place)) else { return false };
        let node = self.book.word(&plain_of(run)).and_then(|word| self.book.step(0, word));
        is_number(run)
            || node.is_some_and(|node| {
                self.book.ends_at(node).iter().any(|end| matches!(end.meaning, Meaning::Number(_)))
            })
    }

    /// Whether the word is a unit behind a number, or the month before one.
    fn is_unit(&self) -> bool {
        let unit = || self.is(&[Class::UnitCase, Class::UnitSession, Class::UnitPerson, Class::Million]);
        (self.is_number(self.at.checked_sub(1)) && unit())
            || (self.is_number(Some(self.at + 1)) && self.is(&[Class::Month]))
    }

    /// “khong tro m”, “k co tr om”: what happened, behind a denial.
    fn is_denied(&self) -> bool {
        let before = |back: usize| {
            self.at.checked_sub(back).and_then(|place| self.run(place)).map(plain_of).unwrap_or_default()
        };
        let denies = |word: &str| matches!(word, "khong" | "ko" | "k" | "kh" | "hong" | "chua");
        let denied = denies(&before(1)) || (before(1) == "co" && denies(&before(2)));
        let node = self.book.word(self.whole).and_then(|word| self.book.step(0, word));
        denied
            && node.is_some_and(|node| {
                self.book.ends_at(node).iter().any(|end| {
                    matches!(end.meaning, Meaning::Indicator(_, Strength::Generic | Strength::Specific))
                })
            })
    }

    /// “SU A T3 TC2”, “TH EM”: what the sender wants, at the head of the text or behind the keyword.
    fn is_wish(&self) -> bool {
        let head = match self.at.checked_sub(1) {
            None => true,
            Some(before) => {
                before == 0
                    && self.run(before).is_some_and(|run| {
                        self.book
                            .word(&plain_of(run))
                            .is_some_and(|word| self.book.spelling(word) == Some("antt"))
                    })
            }
        };
        head && self.is(&[Class::Fix, Class::Add])
    }
}

/// Whether a phrase says more than that its words are known.
fn is_telling(meaning: Meaning) -> bool {
    !matches!(
        meaning,
        Meaning::Number(_)
            | Meaning::Member(_)
            | Meaning::Class(Class::Common | Class::Noise | Class::Polite)
    )
}
