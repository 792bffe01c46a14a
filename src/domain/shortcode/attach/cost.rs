//! What it costs that a figure counts a thing: separators, words and other things between them.

use super::super::book::Book;
use super::super::items::{Figure, Item, Kind, Unit};
use super::super::lexicon::Strength;
use super::super::steps::step;
use super::{NEVER, Side};
use crate::domain::indicator::Kind as Counts;

/// Whether a figure of `kind` can count `thing`.
pub(super) fn may_count(kind: &Kind, thing: &Kind, book: &Book) -> bool {
    let entry = |place: usize| book.entries.get(place);
    match (kind, thing) {
        (Kind::Figure(figure), Kind::Indicator(place, strength)) => entry(*place).is_some_and(|entry| {
            if entry.kind == Counts::Money {
                *strength == Strength::Code && figure.unit == Unit::None
            } else {
                entry.units.contains(&figure.unit)
            }
        }),
        (Kind::Vague(unit), Kind::Indicator(place, _)) => {
            entry(*place).is_some_and(|entry| entry.kind != Counts::Money && entry.units.contains(unit))
        }
        (Kind::Neg, Kind::Indicator(place, _)) => {
            entry(*place).is_some_and(|entry| entry.kind != Counts::Money)
        }
        (Kind::Money { .. }, Kind::Indicator(place, _)) => {
            entry(*place).is_some_and(|entry| entry.kind == Counts::Money)
        }
        (Kind::Figure(figure), Kind::Consequence(_) | Kind::Casualties) => {
            matches!(figure.unit, Unit::Person | Unit::None | Unit::Instance)
        }
        (Kind::Vague(unit), Kind::Consequence(_) | Kind::Casualties) => {
            matches!(unit, Unit::Person | Unit::None)
        }
        (Kind::Neg, Kind::Consequence(_) | Kind::Casualties) => true,
        (Kind::Figure(figure), Kind::Ambiguous(_)) => {
            !matches!(figure.unit, Unit::Thing | Unit::House | Unit::Stranger | Unit::Person | Unit::Turn)
        }
        (Kind::Vague(_) | Kind::Neg, Kind::Ambiguous(_)) => true,
        (Kind::Figure(figure), Kind::Succeeded | Kind::Failed) => {
            matches!(figure.unit, Unit::Case | Unit::None)
        }
        _ => false,
    }
}

/// What lies between a figure and a thing.
#[derive(Default)]
pub(super) struct Way {
    sep: i64,
    colon: bool,
    paren: i64,
    and: bool,
    hinge: bool,
    words: i64,
    things: i64,
}

impl Way {
    /// Whether the thing stands in another clause, with words between.
    pub(super) fn is_far(&self) -> bool {
        self.sep > 0 && self.words > 3
    }

    pub(super) fn pass(&mut self, item: &Item) {
        step();
        match &item.kind {
            Kind::Sep(level) if self.sep < NEVER => {
                let cost = match level {
                    1 => 200,
                    2 => 400,
                    _ => 600,
                };
                self.sep = self.sep.max(cost);
            }
            // “2 vụ, à nhầm 3 vụ”: what is said after a slip takes the place of what was said before.
            Kind::Slip => self.sep = NEVER,
            Kind::Colon => self.colon = true,
            Kind::Open | Kind::Close => self.paren += 1,
            Kind::And => self.and = true,
            Kind::Cause
            | Kind::Topic
            | Kind::Part
            | Kind::Than
            | Kind::NotThat
            | Kind::Month(_)
            | Kind::Hamlet { .. } => self.hinge = true,
            Kind::Indicator(..) | Kind::Ambiguous(_) | Kind::Consequence(_) => self.things += 1,
            _ => {}
        }
        self.words += i64::try_from(item.to - item.from).unwrap_or(1);
    }

    pub(super) fn cost(&self, side: Side, kind: &Kind, items: &[Item], at: usize, thing: usize) -> i64 {
        let mut cost = self.sep + (5 * self.words).min(120) + 100 * self.things;
        cost += if self.and { 150 } else { 0 } + if self.hinge { 100 } else { 0 };
        cost += match (side, self.colon) {
            (Side::Right, true) => 250,
            _ => 0,
        };
        cost += match self.paren {
            0 => 0,
            1 if side == Side::Left => 30,
            n => 100 * n,
        };
        if matches!(items.get(thing).map(|i| &i.kind), Some(Kind::Indicator(_, Strength::Weak))) {
            // “3 đối tượng án treo”: people are counted by what they are, not by “đối tượng”.
            let people = matches!(kind, Kind::Figure(figure) if figure.unit == Unit::Person);
            cost += if people { 150 } else { 50 };
        }
        match kind {
            Kind::Neg => self.denial(cost, side, items, at, thing),
            Kind::Figure(figure) if self.is_cut_off(figure, side, items, at) => NEVER,
            Kind::Figure(figure) if self.is_of_other_sentence(figure, side, items, thing) => NEVER,
            // “chuyển làm 4 lần. Quần chúng cung cấp 3 tin báo”: how often, said within the sentence.
            Kind::Figure(figure) if figure.unit == Unit::Turn && self.sep >= 600 => NEVER,
            // “…, bóng điện cho 3 ngõ tối. Xe … mới tới”
            Kind::Figure(figure)
                if matches!(figure.unit, Unit::None | Unit::Stranger)
                    && self.sep >= 600
                    && side == Side::Right
                    && self.words > 1 =>
            {
                NEVER
            }
            // “ngày rằm 15, bị thương 2 người”: a bare number counts nothing that begins behind a comma.
            Kind::Figure(figure) if figure.unit == Unit::None && side == Side::Right && self.sep > 0 => NEVER,
            Kind::Figure(figure) => cost + figure_bias(figure, side, self),
            Kind::Vague(Unit::None) => cost + if self.sep > 0 || self.words > 2 { NEVER } else { 0 },
            Kind::Money { .. } => {
                if self.words > 3 || self.sep > 0 {
                    NEVER
                } else {
                    cost
                }
            }
            _ => cost,
        }
    }

    /// “ca đã bắt; trmộ 0”: a bare figure in another sentence than the words before it.
    fn is_of_other_sentence(&self, figure: &Figure, side: Side, items: &[Item], thing: usize) -> bool {
        let spoken = matches!(items.get(thing).map(|item| &item.kind), Some(Kind::Indicator(_, strength)) if *strength != Strength::Code);
        side == Side::Left
            && self.sep >= 400
            && !self.colon
            && figure.unit == Unit::None
            && spoken
            && self.words > 1
    }

    /// “…, 1 dan nhau”: a bare figure before an unknown word belongs to that word, not to what stands before the comma.
    fn is_cut_off(&self, figure: &Figure, side: Side, items: &[Item], at: usize) -> bool {
        let word_follows = matches!(items.get(at + 1).map(|item| &item.kind), Some(Kind::Word));
        side == Side::Left
            && self.sep > 0
            && matches!(figure.unit, Unit::None | Unit::Stranger)
            && word_follows
    }

    /// A denial reaches forward to what follows at once, backward only from the end of its clause.
    fn denial(&self, cost: i64, side: Side, items: &[Item], at: usize, thing: usize) -> i64 {
        match side {
            Side::Right if thing == at + 1 => cost,
            Side::Right if self.sep == 0 && !self.colon && self.words <= 4 && self.things == 0 => cost + 150,
            // “xe lật xuống mương, không ai bị thương”
            Side::Left if matches!(items.get(at + 1).map(|item| &item.kind), Some(Kind::Consequence(_))) => {
                NEVER
            }
            Side::Left => {
                let next = items.get(at + 1).map(|item| &item.kind);
                // “…, không ai chết” denies the deaths.
                if matches!(next, Some(Kind::Consequence(_) | Kind::Casualties)) {
                    return NEVER;
                }
                let ended = matches!(next, None | Some(Kind::Sep(_) | Kind::Close | Kind::Word | Kind::And));
                cost + if ended { 0 } else { 200 }
            }
            _ => NEVER,
        }
    }
}

fn figure_bias(figure: &Figure, side: Side, way: &Way) -> i64 {
    if figure.implied && side == Side::Left {
        return NEVER;
    }
    if figure.total && (side == Side::Left || way.colon || way.words > 1) {
        return NEVER;
    }
    match (figure.unit, side) {
        (Unit::Case, Side::Left) => 10,
        // “tuyên truyền cho 130 lượt người, phạt …”
        (Unit::Person, Side::Right) if way.sep > 0 => 150,
        (Unit::None, Side::Right) => 20,
        _ => 0,
    }
}
