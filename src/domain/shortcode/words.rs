//! A run of letters as words: short forms, Telex and VNI keys, codes and words written together.

use super::book::Book;
use super::fold::{Glyph, GlyphKind};
use super::glued::{Cut, Glued, cut, lettered_month};
use super::joined::{cut_any, cut_words};
use super::syllable::{Marks, from_telex, from_vni, is_syllable, shows_telex};
use super::token::{Origin, Shape, Token, Typing, plain_of, token};

/// A run of letters: a word, a short form, Telex keys, or codes with letters for digits (“TNVO”).
pub(super) fn read_word(run: &[Glyph], spaced: bool, typing: Typing, book: &Book, found: &mut Vec<Token>) {
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
    if let Some(letters) = lettered_figure(run, book) {
        for (from, to) in [(0, letters), (letters, run.len())] {
            let piece = run.get(from..to).unwrap_or_default();
            let mut part = token(Shape::Word, piece, spaced && from == 0);
            part.word = book.word(&part.plain);
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

/// “NGHo”, “TCl”: a code in capitals with a small letter for its figure; how long the code is.
fn lettered_figure(run: &[Glyph], book: &Book) -> Option<usize> {
    let (last, code) = run.split_last()?;
    let small = matches!(last.plain, 'o' | 'l') && !last.upper && last.tone == 0 && last.quality == 0;
    let capitals = code.len() >= 2 && code.iter().all(|glyph| glyph.upper);
    (small && capitals && book.code_of(&plain_of(code)).is_some()).then_some(code.len())
}

/// Whether Telex keys show: a tone key at the end, doubled vowels, “dd”, “w”.
fn is_telex_like(plain: &str) -> bool {
    plain.ends_with(['s', 'f', 'r', 'x', 'j']) || shows_telex(plain.chars())
}

/// A run of letters and digits: glued codes, VNI keys, an amount, a word with its figure.
pub(super) fn read_mixed(run: &[Glyph], spaced: bool, typing: Typing, book: &Book, found: &mut Vec<Token>) {
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
