//! Signs that stand for a word only where others stand beside them, and letters that young people type for others.

use super::book::Book;
use super::fold::Glyph;
use super::syllable::{Marks, is_syllable};
use super::token::{Origin, Shape, Token};

/// “wẹt”, “fá”, “xog”, “trườq”: `w` for “qu”, `f` for “ph”, `g` and `q` for a last “ng”, where nothing is spelled so and
/// the word is known.
pub(super) fn spell_by_sound(word: &mut Token, run: &[Glyph], book: &Book) {
    let (head, moved) = match word.plain.split_at_checked(1) {
        Some(("w", rest)) => (format!("qu{rest}"), 1),
        Some(("f", rest)) => (format!("ph{rest}"), 1),
        _ => (word.plain.clone(), 0),
    };
    let vowel = |stem: &&str| stem.ends_with(['a', 'e', 'i', 'o', 'u', 'y']);
    let stem = head.strip_suffix(['g', 'q']).filter(vowel);
    let meant = stem.map_or_else(|| head.clone(), |stem| format!("{stem}ng"));
    if meant == word.plain {
        return;
    }
    let Some(known) = book.word(&meant).filter(|_| is_syllable(&meant)) else { return };
    let tone = word.marks.tone;
    let marks = run
        .iter()
        .enumerate()
        .fold(Marks::default(), |marks, (at, glyph)| marks.with_quality(at + moved, glyph.quality));
    *word = Token {
        plain: meant,
        marks: Marks { tone, ..marks },
        word: Some(known),
        origin: Origin::Short,
        ..word.clone()
    };
}

/// “0 co gi”: the figure that people type for “không” before “có”.
pub(super) fn spell_zero_as_no(tokens: &mut [Token], book: &Book) {
    for at in 1..tokens.len() {
        let has = tokens.get(at).is_some_and(|t| t.plain == "co" && t.shape == Shape::Word && t.spaced);
        let free = at.checked_sub(2).and_then(|b| tokens.get(b)).is_none_or(|t| {
            book.code_of(&t.plain).is_none() && !matches!(t.shape, Shape::Sep(':' | '=' | '/' | '-'))
        });
        if let Some(zero) = tokens.get_mut(at - 1).filter(|t| has && free && t.plain == "0" && t.spaced) {
            zero.shape = Shape::Word;
            zero.plain = "khong".to_owned();
            zero.word = book.word("khong");
            zero.origin = Origin::Short;
        }
    }
}

/// “kg co trom”: “không”, where no weight is told.
pub(super) fn spell_kg_as_no(tokens: &mut [Token], book: &Book) {
    for at in 0..tokens.len() {
        let before = at.checked_sub(1).and_then(|b| tokens.get(b));
        let weighed = before.is_some_and(|t| {
            t.shape == Shape::Number
                || matches!(
                    t.plain.as_str(),
                    "mot"
                        | "hai"
                        | "ba"
                        | "bon"
                        | "nam"
                        | "sau"
                        | "bay"
                        | "tam"
                        | "chin"
                        | "muoi"
                        | "tram"
                        | "may"
                        | "vai"
                        | "nua"
                        | "ruoi"
                        | "chuc"
                        | "moi"
                        | "ta"
                        | "o"
                        | "l"
                )
        });
        let has = tokens
            .get(at + 1)
            .is_some_and(|t| matches!(t.plain.as_str(), "co" | "xay" | "bi" | "ai" | "thay" | "phat"));
        let weighed = weighed && !has;
        let word = tokens.get(at + 1).is_some_and(|t| t.shape == Shape::Word);
        let ends = before.is_some_and(|t| t.shape == Shape::Word);
        if let Some(token) = tokens.get_mut(at).filter(|t| t.plain == "kg" && !weighed && (word || ends)) {
            token.plain = "khong".to_owned();
            token.word = book.word("khong");
            token.origin = Origin::Short;
        }
    }
}
