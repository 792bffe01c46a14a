//! Signs that stand for a word only where others stand beside them.

use super::book::Book;
use super::token::{Origin, Shape, Token};

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
