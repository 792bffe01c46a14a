//! The reader: from a text to a [`Reading`].

use chrono::NaiveDate;

use super::book::Book;
use super::fold::{Glyph, GlyphKind, fold};
use super::items::Item;
use super::judge::{ask, judge};
use super::lexicon::{BadLexicon, Lexicon};
use super::reading::{Reading, Why};
use super::scan::scan;
use super::scenes::imagine;
use super::text::Text;
use super::token::tokens;
use super::unrelated;
use crate::domain::indicator::Catalogue;

/// Longer texts are not read: no phone sends them, and a question answers them.
pub const LONGEST_TEXT: usize = 2_000;

/// Reads texts by a catalogue and a lexicon. Immutable, made once.
#[derive(Debug)]
pub struct Reader {
    pub(super) book: Book,
}

/// A text on the way to its reading.
pub(super) struct Worked<'a> {
    pub raw: &'a str,
    pub text: Text<'a>,
    pub items: Vec<Item>,
}

impl Reader {
    /// The reader of the shipped catalogue and lexicon.
    pub fn shipped() -> Result<Self, BadLexicon> {
        Reader::new(&Catalogue::shipped()?, &Lexicon::shipped()?)
    }

    /// A reader of `catalogue` with the words of `lexicon`; refuses a phrase that means two indicators.
    pub fn new(catalogue: &Catalogue, lexicon: &Lexicon) -> Result<Self, BadLexicon> {
        Ok(Reader { book: Book::new(catalogue, lexicon)? })
    }

    /// What `text`, received on the day `received` in Vietnam, means by itself. Never panics; the longest text takes
    /// about a millisecond (a test counts steps).
    pub fn read(&self, text: &str, received: NaiveDate) -> Reading {
        if is_illegible(text) {
            return ask(Why::Illegible);
        }
        let worked = self.work(text);
        judge(&worked, received)
    }

    pub(super) fn work<'a>(&'a self, raw: &'a str) -> Worked<'a> {
        let mut glyphs = fold(raw);
        blank_tags(&mut glyphs);
        let text = Text::new(tokens(&glyphs, &self.book), &self.book);
        let mut items = scan(&text);
        imagine(&mut items, &text);
        Worked { raw, text, items }
    }
}

/// Whether the text is asked about before anything in it is looked at: too long, with what no phone sends, with a
/// command to show characters in another order than they are sent, or no words.
pub(super) fn is_illegible(text: &str) -> bool {
    text.chars().nth(LONGEST_TEXT).is_some()
        || text.contains(['\0', '\u{202d}', '\u{202e}'])
        || unrelated::is_junk(text)
}

/// Turns HTML tags and entities into spaces.
fn blank_tags(glyphs: &mut [Glyph]) {
    let mut at = 0;
    while let Some(glyph) = glyphs.get(at) {
        let close = match glyph.plain {
            '<' => '>',
            '&' => ';',
            _ => {
                at += 1;
                continue;
            }
        };
        let limit = if close == ';' { 8 } else { 200 };
        let opens = glyphs
            .get(at + 1)
            .is_some_and(|g| g.kind == GlyphKind::Letter || matches!(g.plain, '/' | '!' | '#'));
        let end = glyphs
            .iter()
            .skip(at + 1)
            .take(limit)
            .position(|g| g.plain == close && g.kind == GlyphKind::Mark);
        match end.filter(|_| opens) {
            Some(len) => {
                for glyph in glyphs.iter_mut().skip(at).take(len + 2) {
                    glyph.kind = GlyphKind::Space;
                    glyph.plain = ' ';
                }
                at += len + 2;
            }
            None => at += 1,
        }
    }
}
