//! Numbers in words with a slip, and such as are told twice.

use super::super::amounts::{Amount, digits, unit, words};
use super::super::items::Trouble;
use super::super::lexicon::{Class, Meaning};
use super::super::syllable::one_edit_apart;
use super::super::token::Shape;
use super::Scanner;

impl Scanner<'_, '_> {
    /// “2 (hai)”, “ba (3)”: the length of the second telling, or trouble where the two differ.
    pub(super) fn told_twice(&self, next: usize, first: &Amount) -> Option<Result<usize, Trouble>> {
        if !self.text.is_sep(next, '(') {
            return None;
        }
        // “2 (bba) vụ”: what stands there is a slip of a number or no number at all.
        let torn = self.text.is_sep(next + 2, ')')
            && self.text.token(next + 1).is_some_and(|t| t.shape == Shape::Word)
            && self.text.number_word(next + 1).is_none()
            && is_near_digit(self.text.plain(next + 1));
        if torn {
            return Some(Err(Trouble::TwoFigures));
        }
        let second = if first.in_words { digits(self.text, next + 1) } else { words(self.text, next + 1) }?;
        if !self.text.is_sep(next + 1 + second.len, ')') {
            return None;
        }
        Some(if second.value == first.value { Ok(second.len + 2) } else { Err(Trouble::TwoFigures) })
    }

    /// “mưiờ hai triệu”, “một trmă hai mươi triệu”: a number word with a slip right before what is left of the number.
    pub(super) fn is_after_torn_number(&self, at: usize) -> bool {
        const WORDS: [&str; 4] = ["muoi", "tram", "nghin", "chuc"];
        let words = self.text.number_word(at).is_some();
        words
            && at.checked_sub(1).is_some_and(|b| {
                let plain = self.text.plain(b);
                self.text.token(b).is_some_and(|t| t.word.is_none())
                    && WORDS.iter().any(|word| one_edit_apart(word, plain))
            })
            || self.is_after_torn_digit(at)
    }

    /// “hia mươi”, “một trăm hi mươi”: “mươi”, “trăm” or “chục” behind a word that is one letter from a number.
    pub(super) fn is_after_torn_digit(&self, at: usize) -> bool {
        let ten = match self.text.plain(at) {
            "muoi" => self.text.token(at).is_some_and(|t| t.marks.tone == 0),
            "tram" | "chuc" => {
                unit(self.text, at + 1).is_some()
                    || self.text.is_any(at + 1, &[Class::Thousand, Class::Million]).is_some()
            }
            _ => false,
        };
        let plain = |b: usize| at.checked_sub(b).map_or("", |b| self.text.plain(b));
        let known = at.checked_sub(1).is_some_and(|b| {
            let token = self.text.token(b);
            self.text.number_word(b).is_some()
                || token.is_none_or(|t| t.shape != Shape::Word)
                || self.text.hits(b).iter().any(|hit| {
                    !matches!(hit.meaning, Meaning::Class(Class::Common | Class::Polite | Class::UnitMeasure))
                })
        });
        ten && !known && is_near_digit(plain(1))
    }
}

/// Whether a word is one letter from one of the numbers up to nine.
fn is_near_digit(word: &str) -> bool {
    const DIGITS: [&str; 9] = ["mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin"];
    word.len() >= 2 && DIGITS.iter().any(|digit| one_edit_apart(digit, word))
}
