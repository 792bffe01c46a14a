//! Letters that stand for digits, and a 0 that says no.

use super::super::amounts::unit;
use super::super::items::{Figure, Kind, Unit};
use super::super::lexicon::{Class, Strength};
use super::super::token::Shape;
use super::{Piece, Scanner};

impl Scanner<'_, '_> {
    /// “còn lại 0”.
    pub(super) fn is_zero_for_no(&self, at: usize) -> bool {
        let mut before =
            self.items.iter().rev().filter(|item| !matches!(item.kind, Kind::Colon | Kind::Noise(_)));
        let rest = matches!(before.next().map(|item| &item.kind), Some(Kind::Rest));
        let ended = self
            .text
            .token(at + 1)
            .is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep('.' | ',' | ';')));
        rest && ended && self.text.token(at).is_some_and(|t| t.number() == Some(0))
    }

    /// “o”, “O”, “l” after a code, and “o vụ”.
    pub(super) fn letter_figure(&self, at: usize) -> Option<Piece> {
        let token = self
            .text
            .token(at)
            .filter(|t| t.shape == Shape::Word && t.plain.len() <= 2 && t.marks.is_bare())?;
        let value = match token.plain.as_str() {
            "o" => 0,
            "l" | "i" => 1,
            "lo" | "io" => return self.letters_of_code(at, 10),
            "ll" | "il" => return self.letters_of_code(at, 11),
            _ => return None,
        };
        if let Some(len) = self.text.is(at + 1, Class::UnitCase).filter(|_| token.plain != "i") {
            return Some((Kind::Figure(Figure::of(value, Unit::Case)), 1 + len));
        }
        let mut before =
            self.items.iter().rev().filter(|item| !matches!(item.kind, Kind::Noise(_) | Kind::Colon));
        let last = before.next().map(|i| &i.kind);
        let ends = self.text.token(at + 1).is_none();
        // “antt.t11.O”
        let headed = self.items.iter().rev().find(|item| !matches!(item.kind, Kind::Noise(_) | Kind::Sep(_)));
        let headed = headed.is_some_and(|item| matches!(item.kind, Kind::Month(_) | Kind::Keyword));
        let beside_code = matches!(last, Some(Kind::Indicator(_, Strength::Code)))
            && !self.is_preposition(at)
            || (ends && value == 0 && headed);
        (beside_code || self.is_letter_count(at, last))
            .then_some((Kind::Figure(Figure::of(value, Unit::None)), 1))
    }

    /// “TRU lO CB1”: two letters behind a code, and nothing but another code, a sign or the end behind them.
    fn letters_of_code(&self, at: usize, value: i64) -> Option<Piece> {
        let text = self.text;
        let coded = matches!(self.last(), Some(Kind::Indicator(_, Strength::Code)));
        let ends = text.code(at + 1).is_some()
            || text.token(at + 1).is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep(_)));
        (coded && ends).then_some((Kind::Figure(Figure::of(value, Unit::None)), 1))
    }

    /// “Trom o. Danh nhau l.”, “chet o, bi thuong 2”: a letter alone behind what is counted, before the next thing.
    fn is_letter_count(&self, at: usize, last: Option<&Kind>) -> bool {
        let text = self.text;
        let thing = matches!(last, Some(Kind::Indicator(..) | Kind::Consequence(_)));
        let next = at + 1;
        let is_end = |at: usize| {
            text.token(at)
                .is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep('.' | ',' | ';' | '/' | '+')))
        };
        // “duoi nuoc o nguoi,”: its unit, and nothing that anybody could be at.
        let takes = |unit| match last {
            Some(Kind::Indicator(place, _)) => {
                text.book.entries.get(*place).is_some_and(|entry| entry.units.contains(&unit))
            }
            Some(Kind::Consequence(_)) => unit == Unit::Person,
            _ => false,
        };
        let counted =
            !text.marked && unit(text, next).is_some_and(|(unit, len)| takes(unit) && is_end(next + len));
        let ends = is_end(next) || counted;
        thing && (ends || text.is_any(next, &[Class::Hurt, Class::Dead]).is_some_and(|len| len >= 2))
    }

    /// “tru o xa khac” is “trú ở”: a small “o” before a word that is neither a unit nor names an indicator.
    pub(super) fn is_preposition(&self, at: usize) -> bool {
        self.text.token(at).is_some_and(|t| t.plain == "o" && t.spaced && !(t.upper && self.text.mixed_case))
            && self.text.token(at + 1).is_some_and(|t| t.shape == Shape::Word)
            && self.text.indicator(at + 1).is_none()
            && unit(self.text, at + 1).is_none()
    }
}
