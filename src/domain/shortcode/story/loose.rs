//! Figures that count nothing named, and indicators without a figure.

use super::super::attach::Pair;
use super::super::items::{Figure, Item, Kind, Unit};
use super::super::lexicon::Class;
use super::super::reading::Why;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// Figures that count nothing named: parts of what was told, people at a meeting, things; otherwise a doubt.
    pub(super) fn take_loose(&mut self) {
        for at in self.pairing.loose.clone() {
            if Self::flag(&self.explained, at) {
                continue;
            }
            match self.kind(at).clone() {
                Kind::Vague(Unit::None | Unit::Thing | Unit::House | Unit::Person | Unit::Stranger) => {}
                Kind::Vague(_) => self.doubts.push(Doubt::new(Why::Vague, at)),
                // “họp 2 buổi, tổng 150 lượt người”
                Kind::Figure(figure)
                    if figure.total
                        && matches!(figure.unit, Unit::Turn | Unit::Person)
                        && self.take_attendance(at, &figure) => {}
                Kind::Figure(figure) if figure.total => {}
                Kind::Figure(figure) => {
                    let told = self.claims.values().flatten().count();
                    self.take_loose_figure(at, &figure);
                    if self.claims.values().flatten().count() > told {
                        self.explain(at);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn take_loose_figure(&mut self, at: usize, figure: &Figure) {
        if self.is_beside_stranger(at) {
            self.doubts.push(Doubt::new(Why::Illegible, at));
            return;
        }
        if self.is_restated(at, figure) {
            return;
        }
        match figure.unit {
            Unit::None | Unit::Stranger if self.is_hurt_misspelled(at) => {
                self.doubts.push(Doubt { count: Some(figure.value), ..Doubt::new(Why::Illegible, at) });
                return;
            }
            Unit::Thing | Unit::Stranger if self.is_lost_in_slang(at) => {
                self.doubts.push(Doubt { count: Some(figure.value), ..Doubt::new(Why::Illegible, at) });
                return;
            }
            Unit::Thing | Unit::House | Unit::Stranger if self.is_beside_activity(at) => {}
            Unit::Thing | Unit::House => return,
            // “thu 2 bánh pháo”: what was seized in a case.
            Unit::Weapon if at.checked_sub(1).is_some_and(|b| *self.kind(b) == Kind::MoneyNoise) => return,
            Unit::Session | Unit::Patrol if self.is_of_mediators(at) || self.is_span_of_days(at) => return,
            Unit::Turn | Unit::Session if self.is_mere_repetition(at) => return,
            Unit::Case if self.is_pending(at, figure) || self.is_told_again(at, figure) => return,
            Unit::Case if self.is_for_contrast(at) || self.is_hearsay(at) => return,
            Unit::Case if self.take_trailing(at, figure) => return,
            Unit::None | Unit::Stranger if self.is_stray(at) => return,
            Unit::Case if self.is_referred(at, figure) => return,
            Unit::Stranger if !self.begins_clause(at) && !self.is_near_unclaimed(at) => return,
            Unit::Person | Unit::Turn if self.take_attendance(at, figure) => return,
            Unit::Person if self.take_people_of_case(at, figure) || self.take_caught(at, figure) => return,
            Unit::Person
                if self.is_after_burn(at) || self.is_after_death(at) || self.is_hurt_misspelled(at) =>
            {
                self.doubts.push(Doubt { count: Some(figure.value), ..Doubt::new(Why::Illegible, at) });
                return;
            }
            Unit::Person if !self.is_second_telling(at) => return,
            _ => {}
        }
        if self.is_header(at, figure) || self.is_part(at) || self.take_second_look(at, figure) {
            return;
        }
        let mediated = (0..at).rev().take(8).any(|i| {
            matches!(self.kind(i), Kind::Ambiguous(_)) && self.pairing.figure_of(i).is_none_or(|f| f == at)
        });
        let why = if mediated { Why::AmbiguousWord } else { Why::NoIndicator };
        let mut doubt = Doubt::new(why, at);
        doubt.count = Some(figure.value);
        self.doubts.push(doubt);
    }

    /// “chuyển khoản 3 lần”: how often something was done within what is told.
    fn is_mere_repetition(&self, at: usize) -> bool {
        let last = self.items.get(at).and_then(|item| item.to.checked_sub(1));
        last.is_some_and(|last| matches!(self.text.plain(last), "lan" | "dot")) && !self.is_near_unclaimed(at)
    }

    /// “hòa giải thành 3 vụ, 1 vụ đang hòa giải”: what is still being done of the cases told before.
    fn is_pending(&self, at: usize, figure: &Figure) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let pending = (item.to..item.to + 3).any(|i| self.text.is(i, Class::Pending).is_some());
        pending && self.claims.values().flatten().any(|claim| claim.thing < at && claim.value >= figure.value)
    }

    /// “tin 3 vụ trên facebook là bịa đặt”: a figure of a clause that says itself that it is made up.
    fn is_hearsay(&self, at: usize) -> bool {
        let clause = |i: &usize| !matches!(self.kind(*i), Kind::Sep(_));
        let false_word = |i: usize| matches!(self.text.plain(i), "bia" | "gia" | "vit" | "that");
        let made_up = |item: &Item| {
            let len = self.text.is(item.from, Class::Doubted).unwrap_or(0);
            len > 1 && (item.from..item.from + len).any(false_word)
        };
        let behind = (at..self.items.len()).take_while(clause);
        let mut around = (0..at).rev().take_while(clause).chain(behind.clone());
        behind.filter_map(|i| self.items.get(i)).any(made_up)
            && !around.any(|i| matches!(self.kind(i), Kind::Indicator(..) | Kind::Ambiguous(_)))
    }

    /// “có vụ cháy nhà dân, dập kịp, 1 vụ”: the one that the singular said, alone in its clause.
    fn is_told_again(&self, at: usize, figure: &Figure) -> bool {
        let alone =
            |kind: Option<&Kind>| matches!(kind, None | Some(Kind::Sep(_) | Kind::Open | Kind::Close));
        let kind = |at: Option<usize>| at.and_then(|at| self.items.get(at)).map(|item| &item.kind);
        let last = self.pairing.pairs.iter().filter(|pair| pair.figure < at).max_by_key(|pair| pair.figure);
        let implied = last.and_then(|pair| self.figure(pair.figure)).is_some_and(|figure| figure.implied);
        implied && figure.value == 1 && alone(kind(at.checked_sub(1))) && alone(kind(Some(at + 1)))
    }

    /// “mất 25 lít”: money in slang, or a thing that nobody knows, right after a loss.
    fn is_lost_in_slang(&self, at: usize) -> bool {
        let loss = at.checked_sub(1).is_some_and(|b| matches!(self.kind(b), Kind::Loss { .. }));
        let last = self.items.get(at).map_or("", |item| self.text.plain(item.to.saturating_sub(1)));
        let next = self.items.get(at).map_or("", |item| self.text.plain(item.to));
        let slang = |word: &str| matches!(word, "chai" | "lit" | "ve" | "xi" | "cu");
        let stranger = self.figure(at).is_some_and(|figure| figure.unit == Unit::Stranger);
        loss && (slang(last) || (stranger && slang(next)))
    }

    /// Whether loose figures are the parts of the figure told before them: in parentheses, after “trong đó”, or a run
    /// that adds up to it.
    pub(super) fn is_part(&self, at: usize) -> bool {
        let named = |pair: &&Pair| pair.figure < at && matches!(self.kind(pair.thing), Kind::Indicator(..));
        let before = self.pairing.pairs.iter().filter(named).max_by_key(|pair| pair.figure);
        let Some(whole) = before.and_then(|pair| self.figure(pair.figure)).map(|figure| figure.value) else {
            return false;
        };
        let start = before.map_or(0, |pair| pair.figure);
        let until = self
            .pairing
            .pairs
            .iter()
            .filter(|pair| pair.figure > at && matches!(self.kind(pair.thing), Kind::Indicator(..)))
            .map(|pair| pair.figure)
            .min();
        let run: i64 = self
            .pairing
            .loose
            .iter()
            .filter(|i| **i > start && until.is_none_or(|end| **i < end))
            .filter_map(|i| self.figure(*i))
            .filter(|figure| matches!(figure.unit, Unit::Case | Unit::None))
            .map(|figure| figure.value)
            .sum();
        let inside = Self::flag(self.inside, at);
        if inside {
            run <= whole
        } else {
            run == whole
                && whole > 0
                && self
                    .pairing
                    .loose
                    .iter()
                    .filter(|i| {
                        **i > start
                            && self.figure(**i).is_some_and(|f| matches!(f.unit, Unit::Case | Unit::None))
                    })
                    .count()
                    > 1
        }
    }

    /// “2 vụ, 1 trộm gà 1 đánh bạc”: the sum before the list, without a word that says so.
    pub(super) fn is_header(&self, at: usize, figure: &Figure) -> bool {
        let later: Vec<i64> = self
            .pairing
            .pairs
            .iter()
            .filter(|pair| pair.figure > at && matches!(self.kind(pair.thing), Kind::Indicator(..)))
            .filter_map(|pair| self.figure(pair.figure))
            .map(|figure| figure.value)
            .collect();
        let first = self.pairing.pairs.iter().all(|pair| pair.figure > at);
        let apart = matches!(self.kind(at + 1), Kind::Sep(_)) && self.begins_clause(at);
        figure.unit == Unit::Case
            && first
            && apart
            && later.len() > 1
            && later.iter().sum::<i64>() == figure.value
    }
}
