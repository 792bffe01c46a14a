//! From letters to words, figures and separators, each with its place in the source.

use super::book::{Book, WordId};
use super::fold::{Glyph, GlyphKind};
use super::glued::{Cut, Glued, cut, lettered_month};
use super::joined::{cut_any, cut_words};
use super::syllable::{Marks, from_telex, from_vni, is_syllable, shows_telex};
use super::torn::{Run, mended};

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
struct Typing {
    vni: bool,
    telex: bool,
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

fn read_run(run: &[Glyph], spaced: bool, typing: Typing, book: &Book, found: &mut Vec<Token>) {
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

fn token(shape: Shape, run: &[Glyph], spaced: bool) -> Token {
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

/// A run of letters: a word, a short form, Telex keys, or codes with letters for digits (“TNVO”).
fn read_word(run: &[Glyph], spaced: bool, typing: Typing, book: &Book, found: &mut Vec<Token>) {
    let mut whole = token(Shape::Word, run, spaced);
    if let Some(words) = book.alias_behind(found.last(), &whole.plain, whole.marks) {
        for (at, (plain, marks)) in words.iter().enumerate() {
            let mut part = whole.clone();
            part.plain.clone_from(plain);
            part.marks = *marks;
            part.word = book.word(plain);
            part.spaced = spaced || at > 0;
            part.origin = Origin::Short;
            found.push(part);
        }
        return;
    }
    whole.word = book.word(&whole.plain);
    let is_code = book.code_of(&whole.plain).is_some();
    if whole.word.is_none() && !is_code {
        super::short::spell_by_sound(&mut whole, run, book);
    }
    if whole.word.is_none()
        && !is_code
        && whole.marks.is_bare()
        && !is_syllable(&whole.plain)
        && let Glued::One(cuts) = cut(&whole.plain, book)
    {
        push_cuts(run, spaced, &cuts, typing, book, found);
        return;
    }
    if whole.word.is_none()
        && !is_code
        && !is_syllable(&whole.plain)
        && let Some(cuts) = cut_words(&whole.plain, book)
    {
        return push_words(run, spaced, &cuts, typing, book, found);
    }
    let telex = if whole.word.is_none() { from_telex(&whole.plain) } else { None };
    let keyed = telex.as_ref().is_some_and(|(plain, _)| book.word(plain).is_some());
    if whole.word.is_none()
        && !is_code
        && !keyed
        && !is_syllable(&whole.plain)
        && let Some(cuts) = cut_any(run, book)
    {
        return push_words(run, spaced, &cuts, typing, book, found);
    }
    if whole.word.is_none()
        && !is_code
        && let Some((plain, marks)) = telex
        && (typing.telex
            || is_telex_like(&whole.plain)
            || !book.neighbours(&whole.plain).iter().any(|near| book.is_loud(*near)))
    {
        whole.word = book.word(&plain);
        if whole.word.is_some() || !is_syllable(&whole.plain) {
            // “baac”, “haai”: a letter doubled by mistake where no word has the mark that it would be the key of.
            let odd = whole.word.is_some_and(|word| !book.is_spelled_so(word, marks));
            let meant = if odd { Marks { quality: 0, ..marks } } else { marks };
            whole.plain = plain;
            whole.marks = if whole.marks.is_bare() { meant } else { whole.marks };
            whole.origin = Origin::Telex;
        }
    }
    found.push(whole);
}

/// Whether Telex keys show: a tone key at the end, doubled vowels, “dd”, “w”.
fn is_telex_like(plain: &str) -> bool {
    plain.ends_with(['s', 'f', 'r', 'x', 'j']) || shows_telex(plain.chars())
}

/// A run of letters and digits: glued codes, VNI keys, an amount, a word with its figure.
fn read_mixed(run: &[Glyph], spaced: bool, typing: Typing, book: &Book, found: &mut Vec<Token>) {
    let plain = plain_of(run);
    if let Some(word) = lettered_month(&plain, found.last().map_or("", |t| t.plain.as_str())) {
        if word > 0 {
            found.push(token(Shape::Word, run.get(..word).unwrap_or_default(), spaced));
        }
        let mut number = token(Shape::Number, run.get(word..).unwrap_or_default(), spaced && word == 0);
        number.plain = number.plain.replace('o', "0").replace(['l', 'i'], "1");
        return found.push(number);
    }
    let inside = run
        .windows(2)
        .any(|w| matches!(w, [a, b] if a.kind == GlyphKind::Digit && b.kind == GlyphKind::Letter));
    let typed = if typing.vni {
        from_vni(&plain).filter(|(word, _)| inside || book.word(word).is_some())
    } else {
        None
    };
    match if typed.is_some() { Glued::None } else { cut(&plain, book) } {
        Glued::One(cuts) => return push_cuts(run, spaced, &cuts, typing, book, found),
        Glued::Several => return found.push(token(Shape::Unsure, run, spaced)),
        Glued::None => {}
    }
    if typing.vni
        && let Some((word, marks)) = from_vni(&plain)
    {
        let mut whole = token(Shape::Word, run, spaced);
        whole.word = book.word(&word);
        whole.plain = word;
        whole.marks = marks;
        whole.origin = Origin::Vni;
        return found.push(whole);
    }
    let parts = parts(run);
    if is_readable(run, &parts, book) {
        push_cuts(run, spaced, &parts, typing, book, found);
    } else {
        found.push(token(Shape::Opaque, run, spaced));
    }
}

/// The stretches of letters and of digits in a run.
fn parts(run: &[Glyph]) -> Vec<Cut> {
    let mut parts: Vec<Cut> = Vec::new();
    let mut last = None;
    for (at, glyph) in run.iter().enumerate() {
        match parts.last_mut() {
            Some(part) if last == Some(glyph.kind) => part.to = at + 1,
            _ => parts.push(Cut { from: at, to: at + 1 }),
        }
        last = Some(glyph.kind);
    }
    parts
}

/// Whether the stretches of a run can stand as tokens: a figure with its word, a word with its figure, an hour or an
/// amount with figures on both sides.
fn is_readable(run: &[Glyph], parts: &[Cut], book: &Book) -> bool {
    let text = |cut: &Cut| plain_of(run.get(cut.from..cut.to).unwrap_or_default());
    let is_known = |word: &str| {
        book.word(word).is_some()
            || book.code_of(word).is_some()
            || book.alias(word, Marks::default()).is_some()
            || from_telex(word).is_some_and(|(plain, _)| book.word(&plain).is_some())
            || cut_words(word, book).is_some()
    };
    let starts_with_digit = run.first().is_some_and(|g| g.kind == GlyphKind::Digit);
    match parts {
        [_, word] if starts_with_digit => is_known(&text(word)),
        [word, _] => is_known(&text(word)) || !text(word).contains(['a', 'e', 'i', 'o', 'u', 'y']),
        [_, word, _] if starts_with_digit => {
            matches!(text(word).as_str(), "h" | "g" | "tr" | "k" | "ty" | "trieu" | "nghin" | "ngan" | "gio")
        }
        [_, word, _, last] if starts_with_digit => {
            matches!(text(word).as_str(), "h" | "g" | "tr" | "ty")
                && matches!(text(last).as_str(), "p" | "d" | "tr")
        }
        // “2vutrom1danhnhau”: words and figures in turn, of which no word is a mere letter.
        [_, _, _, ..] => {
            let figure = |part: &String| part.starts_with(|c: char| c.is_ascii_digit());
            let words: Vec<String> = parts.iter().map(text).filter(|part| !figure(part)).collect();
            words.iter().all(|word| word.len() >= 2 && is_known(word))
                && words
                    .iter()
                    .any(|word| word.len() >= 5 || matches!(word.as_str(), "vu" | "ca" | "buoi" | "nguoi"))
        }
        _ => false,
    }
}

fn push_cuts(run: &[Glyph], spaced: bool, cuts: &[Cut], typing: Typing, book: &Book, found: &mut Vec<Token>) {
    let mut after_code = false;
    for (at, cut) in cuts.iter().enumerate() {
        let piece = run.get(cut.from..cut.to).unwrap_or_default();
        let spaced = spaced && at == 0;
        let plain = plain_of(piece);
        let figure = plain.bytes().all(|b| b.is_ascii_digit())
            || (after_code && plain.bytes().all(|b| matches!(b, b'0'..=b'9' | b'o' | b'l' | b'i')));
        if figure {
            let mut number = token(Shape::Number, piece, spaced);
            number.plain = plain.replace('o', "0").replace(['l', 'i'], "1");
            found.push(number);
        } else {
            read_piece(piece, spaced, typing, book, found);
        }
        after_code = !figure && book.code_of(&plain).is_some();
    }
}

/// The words of a run that were written together, each as if it stood alone.
fn push_words(
    run: &[Glyph],
    spaced: bool,
    cuts: &[Cut],
    typing: Typing,
    book: &Book,
    found: &mut Vec<Token>,
) {
    for (at, cut) in cuts.iter().enumerate() {
        let piece = run.get(cut.from..cut.to).unwrap_or_default();
        read_word(piece, spaced || at > 0, typing, book, found);
    }
}

fn read_piece(piece: &[Glyph], spaced: bool, typing: Typing, book: &Book, found: &mut Vec<Token>) {
    let whole = token(Shape::Word, piece, spaced);
    if book.code_of(&whole.plain).is_some() || matches!(whole.plain.as_str(), "k" | "tr" | "ty" | "t" | "th")
    {
        found.push(Token { word: book.word(&whole.plain), ..whole });
    } else {
        read_word(piece, spaced, typing, book, found);
    }
}
