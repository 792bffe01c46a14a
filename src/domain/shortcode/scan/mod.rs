//! From tokens and phrases to pieces, left to right.

use super::amounts::unit;

mod figures;
mod letters;
mod phrases;
mod signs;
mod torn_numbers;

use super::dates::time;
use super::items::{Item, Kind, Trouble, Unit};
use super::lexicon::{Class, Strength};
use super::places::{block, hamlet, number_noise, numbered_hamlet};
use super::text::Text;
use super::token::Shape;

/// The pieces of `text`.
pub(super) fn scan(text: &Text) -> Vec<Item> {
    let mut scanner = Scanner {
        text,
        items: Vec::new(),
        total: false,
        denied: false,
        difference: false,
        approx: false,
        listed: 0,
    };
    let mut at = 0;
    while at < text.tokens.len() {
        let (kind, len) = scanner.piece(at);
        let len = len.max(1);
        let kind = scanner.of_case(scanner.of_animals(kind, at + len));
        scanner.remember(&kind);
        scanner.items.push(Item { kind, from: at, to: at + len });
        at += len;
    }
    scanner.items
}

struct Scanner<'t, 'b> {
    text: &'t Text<'b>,
    items: Vec<Item>,
    total: bool,
    denied: bool,
    difference: bool,
    approx: bool,
    /// The number of the last list item (“2. Đánh nhau”).
    listed: u32,
}

type Piece = (Kind, usize);

impl Scanner<'_, '_> {
    fn piece(&mut self, at: usize) -> Piece {
        let Some(token) = self.text.token(at) else { return (Kind::Word, 1) };
        match token.shape {
            Shape::Newline => return (Kind::Sep(3), 1),
            Shape::Sep(c) => return self.separator(at, c),
            Shape::Foreign => return (Kind::Trouble(Trouble::Illegible), 1),
            Shape::Unsure => return (Kind::Trouble(Trouble::UnknownCode), 1),
            Shape::Opaque => return number_noise(self.text, at).unwrap_or_else(|| (self.opaque(at), 1)),
            Shape::Word | Shape::Number => {}
        }
        numbered_hamlet(self.text, at)
            .or_else(|| block(self.text, at))
            .or_else(|| self.noise(at))
            .or_else(|| self.compound(at))
            .or_else(|| number_noise(self.text, at))
            .or_else(|| {
                if self.is_result_fraction(at) { None } else { time(self.text, at, self.after_keyword(at)) }
            })
            .or_else(|| self.second_of_place(at))
            .or_else(|| self.list_number(at))
            .or_else(|| self.place(at))
            .or_else(|| self.sum_of_money(at))
            .or_else(|| self.is_zero_for_no(at).then_some((Kind::Blanket { more: true }, 1)))
            .or_else(|| self.figure(at))
            .or_else(|| self.limit(at))
            .or_else(|| self.negation(at))
            .or_else(|| self.indicator(at))
            .or_else(|| self.torn_keyword(at))
            .or_else(|| if self.is_of_person(at) { None } else { self.phrase(at) })
            .unwrap_or((Kind::Word, 1))
    }

    /// What a piece means for those that follow it.
    fn remember(&mut self, kind: &Kind) {
        match kind {
            Kind::Total => self.total = true,
            // “tổng số chết 1 người”: a figure of its own.
            Kind::Consequence(_) => self.total = false,
            // “tổng xử lý 6 đối tượng”: a figure of its own, and no sum of those before.
            Kind::Indicator(place, _)
                if self.text.book.entries.get(*place).is_some_and(|entry| entry.quiet) =>
            {
                self.total = false;
            }
            Kind::NotThat => self.denied = true,
            Kind::Up | Kind::Down => self.difference = true,
            Kind::Colon => self.difference = false,
            // “khoảng 22h … 4 ca”: the hour is about, not the patrols.
            Kind::Noise("an hour") | Kind::Date { .. } => self.approx = false,
            Kind::Sep(level) => {
                self.difference = false;
                self.approx = false;
                self.denied = false;
                self.total = self.total && *level < 2;
            }
            Kind::Figure(_) | Kind::Money { .. } => {
                self.total = false;
                self.denied = false;
                self.difference = false;
                self.approx = false;
            }
            _ => {}
        }
    }

    /// “3 con trâu chết”: animals have no indicator.
    fn of_animals(&self, kind: Kind, next: usize) -> Kind {
        let things = self
            .items
            .iter()
            .rev()
            .take(2)
            .take_while(|item| !matches!(item.kind, Kind::Sep(_)))
            .any(|item| matches!(&item.kind, Kind::Figure(figure) if figure.unit == Unit::Thing));
        // “1 người và 1 con chó chết”
        let people = self
            .items
            .iter()
            .rev()
            .take(4)
            .any(|item| matches!(&item.kind, Kind::Figure(figure) if figure.unit == Unit::Person));
        // “1 nhát chết 1 người”
        let people = people
            || self.text.token(next).is_some_and(|t| t.shape == Shape::Number)
                && unit(self.text, next + 1).is_some_and(|(unit, _)| unit == Unit::Person);
        if matches!(kind, Kind::Consequence(_)) && things && !people { Kind::Word } else { kind }
    }

    /// “1 vụ mấy đứa thanh niên đánh lộn”: who did it, right behind the number of cases.
    fn of_case(&self, kind: Kind) -> Kind {
        let case = matches!(self.last(), Some(Kind::Figure(figure)) if figure.unit == Unit::Case);
        if case && matches!(kind, Kind::Vague(Unit::Person | Unit::None)) { Kind::Word } else { kind }
    }

    fn last(&self) -> Option<&Kind> {
        self.items.last().map(|item| &item.kind)
    }

    /// Whether only a keyword (and separators) stands right before `at`.
    fn after_keyword(&self, at: usize) -> bool {
        let mut before = self.items.iter().rev().skip_while(|i| matches!(i.kind, Kind::Sep(_) | Kind::Colon));
        let before = before.next();
        match before.map(|item| &item.kind) {
            Some(Kind::Keyword) => true,
            // “KT 3”: what was reported for March.
            Some(Kind::Ambiguous(_)) => {
                before.is_some_and(|item| self.text.is(item.from, Class::Status).is_some())
            }
            Some(Kind::Fix | Kind::Add) => {
                self.text.code(at + 1).is_some()
                    || self.text.token(at + 1).is_some_and(|t| t.shape == Shape::Number)
                        && self.text.code(at + 2).is_some()
            }
            _ => false,
        }
    }

    /// “làm rõ 2/2 vụ”: two of two, not the second of February.
    fn is_result_fraction(&self, at: usize) -> bool {
        let quiet = match self.last() {
            Some(Kind::Indicator(place, _)) => {
                self.text.book.entries.get(*place).is_some_and(|entry| entry.quiet)
            }
            _ => false,
        };
        let fraction =
            self.text.is_sep(at + 1, '/') && self.text.token(at).is_some_and(|t| t.shape == Shape::Number);
        fraction && (quiet || self.text.is(at + 3, Class::UnitCase).is_some())
    }

    fn noise(&self, at: usize) -> Option<Piece> {
        let len = self.text.noise(at)?;
        let failed = self.text.is(at, Class::Failed).is_some_and(|failed| failed >= len);
        if failed && super::negation::after_mediation(self.text, &self.items) {
            return None;
        }
        // “ban hop dan” is “bản họp dân”, no “bận họp”.
        let bare = (at..at + len).all(|i| self.text.token(i).is_some_and(|t| t.marks.is_bare()));
        let goes_on = |i: usize| {
            self.text
                .indicator(i)
                .is_some_and(|(_, strength, other)| strength == Strength::Generic && i + other > at + len)
        };
        if bare && (at + 1..at + len).any(goes_on) {
            return None;
        }
        let others = self
            .text
            .hits(at)
            .iter()
            .filter(|hit| hit.meaning != super::lexicon::Meaning::Class(Class::Noise));
        let longest = others.map(|hit| hit.len).max().unwrap_or(0);
        (len >= longest).then_some((Kind::Noise("talk"), len))
    }

    /// “1. Mất trộm: 1 vụ”: the number of a list, at the beginning of a line or sentence, counting up from 1.
    fn list_number(&mut self, at: usize) -> Option<Piece> {
        let lettered = self.text.token(at).is_some_and(|t| t.shape == Shape::Word && t.plain.len() == 1);
        if lettered && self.text.is_sep(at + 1, ')') {
            return Some((Kind::Sep(3), 2));
        }
        let value: u32 = self
            .text
            .token(at)
            .filter(|t| t.shape == Shape::Number && t.plain.len() <= 2)?
            .plain
            .parse()
            .ok()?;
        let marked = |signs: &[char]| signs.iter().any(|c| self.text.is_sep(at + 1, *c));
        let thing = self.text.indicator(at + 2).is_some();
        let begins = matches!(self.last(), None | Some(Kind::Sep(2 | 3) | Kind::Month(_) | Kind::Hamlet { .. }))
                || (value == 1 && matches!(self.last(), Some(Kind::Sep(1))) && thing && marked(&[')', '/']))
                // “Tháng 7: 1. Mâu thuẫn 1 vụ 2. …”
                || (value == 1
                    && matches!(self.last(), Some(Kind::Colon))
                    && thing
                    && marked(&[')', '/', '.'])
                    && self.goes_on_listing(at));
        // “… 1 vu 2/ co bac 0”: the list goes on without a comma.
        let begins = begins
            || (value > 1
                && value == self.listed + 1
                && marked(&[')', '/', '.'])
                && thing
                && self.text.token(at + 2).is_some_and(|t| t.spaced));
        // “1, trộm cắp: 2 vụ”: a line that begins so, beside another one.
        let line =
            at.checked_sub(1).is_none_or(|b| self.text.token(b).is_some_and(|t| t.shape == Shape::Newline));
        let comma = line && marked(&[',', ':']) && thing && (self.listed > 0 || self.goes_on_listing(at));
        let mark = marked(&['.', ')', '/', '-']) || comma;
        let named = self.text.token(at + 2).is_some_and(|t| t.shape == Shape::Word);
        let joined = self.text.token(at + 1).is_some_and(|t| !t.spaced);
        if begins
            && mark
            && named
            && joined
            && value == self.listed + 1
            && (self.text.indicator(at + 2).is_some() || unit(self.text, at + 2).is_none())
        {
            self.listed = value;
            return Some((Kind::Sep(3), 2));
        }
        None
    }

    /// Whether a 2 with the same sign before a thing that is counted follows the 1 at `at`.
    fn goes_on_listing(&self, at: usize) -> bool {
        let sign = self.text.token(at + 1).map(|t| t.shape);
        (at + 2..self.text.tokens.len()).any(|i| {
            self.text.plain(i) == "2"
                && self.text.token(i + 1).map(|t| t.shape) == sign
                && self.text.indicator(i + 2).is_some()
        })
    }

    fn place(&self, at: usize) -> Option<Piece> {
        let head = self
            .items
            .iter()
            .all(|item| matches!(item.kind, Kind::Word | Kind::Noise(_) | Kind::Sep(_) | Kind::Open))
            && (self.items.len() <= 4 || matches!(self.last(), Some(Kind::Sep(3))));
        let aside = at.checked_sub(1).is_some_and(|before| self.text.is(before, Class::Aside).is_some());
        // An indicator's phrase may begin with the same word (“tổ chức đánh bạc”).
        if self.text.indicator(at).is_some_and(|(_, _, len)| len >= 2) {
            return None;
        }
        hamlet(self.text, at, head, aside).filter(|(kind, _)| *kind != Kind::Word)
    }
}
