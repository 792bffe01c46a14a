//! From letters to words, figures and separators, each with its place in the source.

use super::book::{Book, WordId};
use super::fold::{Glyph, GlyphKind};
use super::glued::{Glued, cut};
use super::syllable::{Marks, from_telex, from_vni, shows_telex};
use super::torn::{Run, mended};
use super::words::{read_mixed, read_word};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Word,
    Number,
    /// Letters and digits of which nothing could be made (“36B5”, “2e1”).
    Opaque,
    /// Codes and figures that can be cut in several ways (“antt32tc”).
    Unsure,
    Sep(char),
    Newline,
    /// A word in another script.
    Foreign,
}

/// How the plain form of a token came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Typed,
    Telex,
    Vni,
    Short,
    Slip,
}

/// A word, figure or separator.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub shape: Shape,
    /// Lower-case ASCII.
    pub plain: String,
    pub marks: Marks,
    /// The word of the vocabulary, if it is one.
    pub word: Option<WordId>,
    pub start: usize,
    pub end: usize,
    /// Whether a space or the beginning of the text stands before it.
    pub spaced: bool,
    /// Whether it begins with a capital.
    pub upper: bool,
    /// Whether it has no small letter.
    pub caps: bool,
    pub origin: Origin,
}

impl Token {
    /// The figure, if the token is one that fits.
    pub fn number(&self) -> Option<i64> {
        if self.shape == Shape::Number && self.plain.len() <= 15 { self.plain.parse().ok() } else { None }
    }
}

/// The tokens of folded `glyphs`; linear in their number.
pub(super) fn tokens(glyphs: &[Glyph], book: &Book) -> Vec<Token> {
    let mut found = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    let mut spaced = true;
    while let Some(glyph) = glyphs.get(at) {
        let from = at;
        match glyph.kind {
            GlyphKind::Letter | GlyphKind::Digit | GlyphKind::Foreign => {
                at += run_length(glyphs.get(at..).unwrap_or_default());
                runs.push((from, at, spaced));
                spaced = false;
                continue;
            }
            GlyphKind::Space | GlyphKind::Picture => spaced = true,
            GlyphKind::Newline | GlyphKind::Mark => {
                runs.push((from, at + 1, spaced));
                spaced = glyph.kind == GlyphKind::Newline;
            }
        }
        at += 1;
    }
    let typing = Typing { vni: is_vni(glyphs, &runs, book), telex: is_telex(glyphs, &runs, book) };
    let mut place = 0;
    while let Some((from, to, spaced)) = runs.get(place).copied() {
        if let Some(whole) = mended(glyphs, &runs, place, book) {
            read_run(&whole, spaced, typing, book, &mut found);
            place += 2;
            continue;
        }
        read_run(glyphs.get(from..to).unwrap_or_default(), spaced, typing, book, &mut found);
        place += 1;
    }
    super::short::spell_zero_as_no(&mut found, book);
    super::short::spell_kg_as_no(&mut found, book);
    found
}

/// By which keys the text was typed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typing {
    pub vni: bool,
    pub telex: bool,
}

/// Whether a word of the text shows Telex keys beyond doubt.
fn is_telex(glyphs: &[Glyph], runs: &[(usize, usize, bool)], book: &Book) -> bool {
    runs.iter().any(|(from, to, _)| {
        let run = glyphs.get(*from..*to).unwrap_or_default();
        let letters = run.iter().all(|g| g.kind == GlyphKind::Letter && g.tone == 0 && g.quality == 0);
        letters
            && run.len() >= 4
            && shows_telex(run.iter().map(|g| g.plain))
            && from_telex(&plain_of(run)).is_some_and(|(word, marks)| {
                book.word(&word).is_some_and(|word| book.is_spelled_so(word, marks))
            })
    })
}

fn run_length(glyphs: &[Glyph]) -> usize {
    glyphs
        .iter()
        .take_while(|g| matches!(g.kind, GlyphKind::Letter | GlyphKind::Digit | GlyphKind::Foreign))
        .count()
}

pub(super) fn plain_of(glyphs: &[Glyph]) -> String {
    let mut plain = String::with_capacity(glyphs.len());
    plain.extend(glyphs.iter().map(|glyph| glyph.plain));
    plain
}

/// Whether the text was typed with VNI keys: digits inside syllables that the vocabulary knows.
fn is_vni(glyphs: &[Glyph], runs: &[(usize, usize, bool)], book: &Book) -> bool {
    runs.iter().any(|(from, to, _)| {
        let run = glyphs.get(*from..*to).unwrap_or_default();
        let inside = run.windows(3).any(|w| {
            matches!(w, [a, b, c] if a.kind == GlyphKind::Letter && b.kind == GlyphKind::Digit && c.kind != GlyphKind::Foreign)
        });
        let plain = if inside { plain_of(run) } else { return false };
        plain.ends_with(|c: char| c.is_ascii_alphanumeric())
            && from_vni(&plain).is_some_and(|(word, _)| book.word(&word).is_some())
            && cut(&plain, book) == Glued::None
    })
}

pub(super) fn read_run(run: &[Glyph], spaced: bool, typing: Typing, book: &Book, found: &mut Vec<Token>) {
    let Some(first) = run.first() else { return };
    match first.kind {
        GlyphKind::Newline => return found.push(token(Shape::Newline, run, spaced)),
        GlyphKind::Mark => return found.push(token(Shape::Sep(first.plain), run, spaced)),
        _ => {}
    }
    let digits = run.iter().filter(|g| g.kind == GlyphKind::Digit).count();
    if run.iter().any(|g| g.kind == GlyphKind::Foreign) {
        found.push(token(Shape::Foreign, run, spaced));
    } else if digits == run.len() {
        found.push(token(Shape::Number, run, spaced));
    } else if is_letter_zero(run, digits) {
        let mut number = token(Shape::Number, run, spaced);
        number.plain = number.plain.replace('o', "0");
        found.push(number);
    } else if digits == 0 {
        read_word(run, spaced, typing, book, found);
    } else {
        read_mixed(run, spaced, typing, book, found);
    }
}

/// “4O”: a figure that ends in the letter.
fn is_letter_zero(run: &[Glyph], digits: usize) -> bool {
    let ends = run.last().is_some_and(|last| last.plain == 'o' && last.tone == 0 && last.quality == 0);
    ends && digits + 1 == run.len() && (1..=3).contains(&digits)
}

pub(super) fn token(shape: Shape, run: &[Glyph], spaced: bool) -> Token {
    let mut marks = Marks::default();
    for (at, glyph) in run.iter().enumerate() {
        marks = marks.with_quality(at, glyph.quality);
        marks.tone = if glyph.tone == 0 { marks.tone } else { glyph.tone };
    }
    Token {
        shape,
        plain: plain_of(run),
        marks,
        word: None,
        start: run.first().map_or(0, |g| g.start),
        end: run.last().map_or(0, |g| g.end),
        spaced,
        upper: run.first().is_some_and(|g| g.upper),
        caps: run.iter().all(|g| g.upper || g.kind == GlyphKind::Digit),
        origin: Origin::Typed,
    }
}
