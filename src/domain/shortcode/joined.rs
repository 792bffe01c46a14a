//! Words written together: those of known phrases (“danhnhau”, “vutrom”, “khongcogi”), and any that are known
//! (“haimuoi”, “thônĐông”, “conga”).

use super::book::{Book, WordId};
use super::fold::Glyph;
use super::glued::Cut;
use super::lexicon::{Class, Meaning};
use super::syllable::{Marks, is_syllable};

/// Where `run` (lower-case ASCII letters) is to be cut into the words of phrases that count, deny or happen; `None`
/// unless exactly one way uses every letter.
pub(super) fn cut_words(run: &str, book: &Book) -> Option<Vec<Cut>> {
    if !(5..=24).contains(&run.len()) || !run.is_ascii() {
        return None;
    }
    let mut search = Search { run, book, found: Vec::new(), steps: 0 };
    search.word(0, 0, &[]);
    search.found.sort_by_key(|cuts| cuts.iter().map(|cut| cut.to).collect::<Vec<_>>());
    search.found.dedup();
    if search.found.len() == 1 && search.steps < LIMIT { search.found.pop() } else { None }
}

const LIMIT: usize = 200;

/// Where the letters of `run` are to be cut into words that are known, each a syllable with one tone at most; `None`
/// unless one way needs fewer words than any other. A capital behind a small letter begins a word, known or not.
pub(super) fn cut_any(run: &[Glyph], book: &Book) -> Option<Vec<Cut>> {
    if !(5..=24).contains(&run.len()) {
        return None;
    }
    let plain: String = run.iter().map(|glyph| glyph.plain).collect();
    // “thaang”, “trrom”: a slip of one word is none of two.
    let shorter = |near: &WordId| book.spelling(*near).is_some_and(|meant| meant.len() < plain.len());
    if run.len() <= 6 && book.neighbours(&plain).iter().any(shorter) {
        return None;
    }
    let mut fewest = Fewest { run, plain: &plain, book, best: None, rivals: 0, steps: 0 };
    fewest.word(0, &mut Vec::new());
    if fewest.rivals == 1 && fewest.steps < LIMIT { fewest.best } else { None }
}

struct Fewest<'a> {
    run: &'a [Glyph],
    plain: &'a str,
    book: &'a Book,
    best: Option<Vec<Cut>>,
    /// How many ways need as few words as the best.
    rivals: usize,
    steps: usize,
}

impl Fewest<'_> {
    fn word(&mut self, at: usize, cuts: &mut Vec<Cut>) {
        self.steps += 1;
        if at == self.run.len() {
            self.take(cuts);
        }
        let most = self.best.as_ref().map_or(4, Vec::len);
        if at == self.run.len() || cuts.len() >= most || self.steps >= LIMIT {
            return;
        }
        for to in at + 2..=(at + 7).min(self.run.len()) {
            if self.is_word(at, to) {
                cuts.push(Cut { from: at, to });
                self.word(to, cuts);
                cuts.pop();
            }
        }
    }

    fn take(&mut self, cuts: &[Cut]) {
        let fewest = self.best.as_ref().map_or(usize::MAX, Vec::len);
        if cuts.len() > 1 && cuts.len() < fewest {
            self.best = Some(cuts.to_vec());
            self.rivals = 1;
        } else if cuts.len() == fewest {
            self.rivals += 1;
        }
    }

    fn is_word(&self, from: usize, to: usize) -> bool {
        let glyphs = self.run.get(from..to).unwrap_or_default();
        let Some(plain) = self.plain.get(from..to) else { return false };
        let inner = |pair: &[Glyph]| matches!(pair, [a, b] if !a.upper && b.upper);
        if glyphs.windows(2).any(inner) || glyphs.iter().filter(|glyph| glyph.tone != 0).count() > 1 {
            return false;
        }
        let before = from.checked_sub(1).and_then(|b| self.run.get(b));
        let begins = before.is_some_and(|b| !b.upper) && glyphs.first().is_some_and(|first| first.upper);
        let known = self.book.word(plain).is_some() || self.book.alias(plain, Marks::default()).is_some();
        matches!(plain, "antt" | "ko" | "ng") || (is_syllable(plain) && (known || begins))
    }
}

struct Search<'a> {
    run: &'a str,
    book: &'a Book,
    found: Vec<Vec<Cut>>,
    steps: usize,
}

impl Search<'_> {
    /// Takes one more word at `at`, as the next of the phrase at `node`.
    fn word(&mut self, at: usize, node: usize, cuts: &[Cut]) {
        self.steps += 1;
        if self.steps >= LIMIT {
            return;
        }
        if at == self.run.len() {
            if cuts.len() > 1 && self.is_whole(node) {
                self.found.push(cuts.to_vec());
            }
            return;
        }
        for end in at + 2..=(at + 7).min(self.run.len()) {
            let Some(word) = self.run.get(at..end).and_then(|piece| self.known(piece)) else { continue };
            let mut longer = cuts.to_vec();
            longer.push(Cut { from: at, to: end });
            if let Some(next) = self.book.step(node, word) {
                self.word(end, next, &longer);
            }
            if node != 0
                && self.is_whole(node)
                && let Some(next) = self.book.step(0, word)
            {
                self.word(end, next, &longer);
            }
        }
    }

    fn known(&self, piece: &str) -> Option<WordId> {
        match self.book.alias(piece, Marks::default()) {
            Some([(word, _)]) => self.book.word(word),
            Some(_) => None,
            None => self.book.word(piece),
        }
    }

    /// Whether a phrase that says something ends at `node`.
    fn is_whole(&self, node: usize) -> bool {
        self.book.ends_at(node).iter().any(|end| match end.meaning {
            Meaning::Indicator(..) | Meaning::Ambiguous(_) => true,
            Meaning::Class(class) => matches!(
                class,
                Class::UnitCase
                    | Class::Dead
                    | Class::Hurt
                    | Class::Neg
                    | Class::Calm
                    | Class::LossAll
                    | Class::Fix
                    | Class::Add
                    | Class::PrevMonth
                    | Class::ThisMonth
                    | Class::Rest
                    | Class::Blank
            ),
            Meaning::Number(_) | Meaning::Member(_) => false,
        })
    }
}
