//! Words of known phrases written together (“danhnhau”, “vutrom”, “khongcogi”).

use super::book::{Book, WordId};
use super::glued::Cut;
use super::lexicon::{Class, Meaning};
use super::syllable::Marks;

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
