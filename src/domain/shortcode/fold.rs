//! From characters to plain letters: marks off (but remembered), look-alikes, full-width and other digits made
//! ASCII, invisible characters dropped. Every letter knows its place in the source.

use unicode_normalization::char::decompose_compatible;

/// What a character is to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GlyphKind {
    /// A letter of the Vietnamese or English alphabet, folded to lower-case ASCII.
    Letter,
    /// A digit, folded to ASCII.
    Digit,
    /// Space and its kin.
    Space,
    /// End of a line.
    Newline,
    /// Punctuation, as it stands.
    Mark,
    /// A letter of another script, or a replacement character.
    Foreign,
    /// Emoji and other signs that mean nothing.
    Picture,
}

/// A tone of Vietnamese; hỏi and ngã are one, since people mix them up.
pub(super) type Tone = u8;

/// One visible character with its place in the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub kind: GlyphKind,
    /// Lower-case ASCII for letters and digits; the character itself for punctuation.
    pub plain: char,
    /// 0 none, 1 huyền, 2 sắc, 3 hỏi or ngã, 5 nặng.
    pub tone: Tone,
    /// 0 none, 1 circumflex, 2 breve, 3 horn, 4 stroke.
    pub quality: u8,
    pub upper: bool,
    pub start: usize,
    pub end: usize,
}

/// The glyphs of `text`; linear in its length.
pub(super) fn fold(text: &str) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(text.len());
    for (start, source) in text.char_indices() {
        let end = start + source.len_utf8();
        if source.is_ascii() {
            glyphs.push(glyph(source, start, end));
            continue;
        }
        if is_invisible(source) {
            continue;
        }
        if is_raised(source) {
            take_raised(&mut glyphs, start, end);
            continue;
        }
        if let Some(digit) = khmer_digit(source) {
            glyphs.push(glyph(digit, start, end));
            continue;
        }
        decompose_compatible(look_alike(source), |part| take_part(&mut glyphs, part, start, end));
    }
    forbid_mixed_figures(&mut glyphs);
    glyphs
}

/// Superscripts and subscripts: “m²” is a measure; beside anything else nobody knows whether “2²” is 22, 4, or a
/// footnote.
fn is_raised(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '\u{2070}'..='\u{2079}' | '\u{2080}'..='\u{2089}')
}

fn take_raised(glyphs: &mut Vec<Glyph>, start: usize, end: usize) {
    if glyphs.last().is_none_or(|last| last.plain != 'm') {
        glyphs.push(Glyph { kind: GlyphKind::Foreign, ..glyph('\u{fffd}', start, end) });
    }
}

/// “1２”, “①2”: figures of which a part is written in other characters may be shown apart; they are no figures.
fn forbid_mixed_figures(glyphs: &mut [Glyph]) {
    for at in 1..glyphs.len() {
        let style = |glyph: &Glyph| (glyph.kind == GlyphKind::Digit).then_some(glyph.end - glyph.start > 1);
        let (before, here) = (glyphs.get(at - 1).and_then(style), glyphs.get(at).and_then(style));
        if let (Some(before), Some(here), Some(glyph)) = (before, here, glyphs.get_mut(at))
            && before != here
        {
            glyph.kind = GlyphKind::Foreign;
        }
    }
}

/// Adds a decomposed character: a mark to the letter before it, anything else as a glyph.
fn take_part(glyphs: &mut Vec<Glyph>, part: char, start: usize, end: usize) {
    if is_combining(part) {
        if let Some(last) = glyphs.last_mut().filter(|_| strikes_out(part)) {
            last.kind = GlyphKind::Foreign;
        }
        if let Some(last) = glyphs.last_mut().filter(|last| last.kind == GlyphKind::Letter) {
            let (tone, quality) = mark(part);
            last.tone = if tone == 0 { last.tone } else { tone };
            last.quality = if quality == 0 { last.quality } else { quality };
            last.end = end;
        }
        return;
    }
    glyphs.push(glyph(part, start, end));
}

fn glyph(source: char, start: usize, end: usize) -> Glyph {
    let plain = match source {
        'đ' | 'Đ' | 'ð' | 'Ð' => 'd',
        other => other.to_ascii_lowercase(),
    };
    let quality = if matches!(source, 'đ' | 'Đ' | 'ð' | 'Ð') { 4 } else { 0 };
    let upper = source.is_uppercase();
    Glyph { kind: kind_of(plain), plain, tone: 0, quality, upper, start, end }
}

fn kind_of(plain: char) -> GlyphKind {
    match plain {
        'a'..='z' => GlyphKind::Letter,
        '0'..='9' => GlyphKind::Digit,
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => GlyphKind::Newline,
        ' ' | '\t' => GlyphKind::Space,
        '\u{fffd}' | '\u{0}'..='\u{1f}' | '\u{7f}' => GlyphKind::Foreign,
        '–' | '—' | '−' | '‐' | '‒' | '、' | '。' | '•' | '·' | '“' | '”' | '‘' | '’' | '→' | '…' | '⁄'
        | '≥' | '≤' | '≈' | '±' => GlyphKind::Mark,
        other if other.is_ascii() => GlyphKind::Mark,
        other if other.is_whitespace() => GlyphKind::Space,
        '\u{2460}'..='\u{27ff}' => GlyphKind::Picture,
        other if other.is_alphanumeric() => GlyphKind::Foreign,
        _ => GlyphKind::Picture,
    }
}

/// Characters that show nothing: zero-width, direction, variation, byte order, the frame of keycaps.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}'
        | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

/// Tone and quality of a combining mark.
fn mark(c: char) -> (Tone, u8) {
    match c {
        '\u{300}' | '\u{340}' => (1, 0),
        '\u{301}' | '\u{341}' => (2, 0),
        '\u{309}' | '\u{303}' => (3, 0),
        '\u{323}' => (5, 0),
        '\u{302}' => (0, 1),
        '\u{306}' => (0, 2),
        '\u{31b}' => (0, 3),
        _ => (0, 0),
    }
}

/// Marks that strike out the character before them (“T̶C̶2̶”).
fn strikes_out(c: char) -> bool {
    matches!(c, '\u{334}'..='\u{338}' | '\u{20d2}' | '\u{20d3}' | '\u{20e0}' | '\u{20e5}'..='\u{20e6}')
}

/// Khmer digits, which phones of the South type; those of other scripts nobody here reads.
fn khmer_digit(c: char) -> Option<char> {
    char::from_digit(u32::from(c).checked_sub(0x17e0).filter(|digit| *digit < 10)?, 10)
}

/// Letters of Cyrillic and Greek that look like ours.
fn look_alike(c: char) -> char {
    match c {
        'А' | 'Α' => 'A',
        'а' => 'a',
        'В' | 'Β' => 'B',
        'в' | 'ʙ' => 'b',
        'н' => 'h',
        'С' | 'Ϲ' => 'C',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'Е' | 'Ε' => 'E',
        'е' => 'e',
        'Ԍ' => 'G',
        'Н' | 'Η' => 'H',
        'һ' => 'h',
        'І' | 'Ι' => 'I',
        'і' | 'ι' => 'i',
        'Ј' => 'J',
        'ј' => 'j',
        'К' | 'Κ' => 'K',
        'к' | 'κ' => 'k',
        'М' | 'Μ' => 'M',
        'м' => 'm',
        'Ν' => 'N',
        'ո' => 'n',
        'О' | 'Ο' => 'O',
        'о' | 'ο' => 'o',
        'Р' | 'Ρ' => 'P',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'Ѕ' => 'S',
        'ѕ' => 's',
        'Т' | 'Τ' => 'T',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'Ѵ' => 'V',
        'ν' | 'ѵ' => 'v',
        'Х' | 'Χ' => 'X',
        'х' | 'χ' => 'x',
        'Υ' | 'Ү' => 'Y',
        'у' | 'ү' => 'y',
        'ɡ' => 'g',
        'ı' => 'i',
        other => other,
    }
}
