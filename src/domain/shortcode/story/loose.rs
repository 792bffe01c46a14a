//! Figures that count nothing named, and indicators without a figure.

use super::super::attach::Pair;
use super::super::items::{Figure, Kind, Unit};
use super::super::lexicon::{Class, Strength};
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
                Kind::Figure(figure) if figure.total => {}
                Kind::Figure(figure) => self.take_loose_figure(at, &figure),
                _ => {}
            }
        }
    }

    pub(super) fn take_loose_figure(&mut self, at: usize, figure: &Figure) {
        if self.is_beside_stranger(at) {
            self.doubts.push(Doubt::new(Why::Illegible, at));
            return;
        }
        match figure.unit {
            Unit::Thing | Unit::Stranger if self.is_lost_in_slang(at) => {
                self.doubts.push(Doubt { count: Some(figure.value), ..Doubt::new(Why::Illegible, at) });
                return;
            }
            Unit::Thing | Unit::House => return,
            // “thu 2 bánh pháo”: what was seized in a case.
            Unit::Weapon if at.checked_sub(1).is_some_and(|b| *self.kind(b) == Kind::MoneyNoise) => return,
            Unit::Turn if self.is_mere_repetition(at) => return,
            Unit::Case if self.is_pending(at, figure) || self.is_told_again(at, figure) => return,
            Unit::Stranger if !self.begins_clause(at) && !self.is_near_unclaimed(at) => return,
            Unit::Person | Unit::Turn if self.take_attendance(at, figure) => return,
            Unit::Person if self.take_people_of_case(at, figure) => return,
            Unit::Person if self.is_after_burn(at) || self.is_after_death(at) => {
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
        last.is_some_and(|last| self.text.plain(last) == "lan") && !self.is_near_unclaimed(at)
    }

    /// “hòa giải thành 3 vụ, 1 vụ đang hòa giải”: what is still being done of the cases told before.
    fn is_pending(&self, at: usize, figure: &Figure) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let pending = (item.to..item.to + 3).any(|i| self.text.is(i, Class::Pending).is_some());
        pending && self.claims.values().flatten().any(|claim| claim.thing < at && claim.value >= figure.value)
    }

    /// “bong 1 nguoi”: “bỏng” or “phỏng” without a mark, of which other words are made.
    fn is_after_burn(&self, at: usize) -> bool {
        let before = self.items.get(at).and_then(|item| item.from.checked_sub(1));
        before.is_some_and(|b| matches!(self.text.plain(b), "bong" | "phong"))
    }

    /// Whether the words of an indicator right before tell of death or injury: people after them are dead or hurt.
    fn is_after_death(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|b| self.items.get(b));
        before.is_some_and(|item| {
            let people = match item.kind {
                Kind::Indicator(place, _) => self.text.book.entries.get(place).is_some_and(|entry| {
                    let rule = entry.event.and_then(|event| self.text.book.events.get(event));
                    entry.units.contains(&Unit::Person) || rule.is_none_or(|rule| rule.dead.is_none())
                }),
                _ => true,
            };
            !people && (item.from..item.to).any(|t| matches!(self.text.plain(t), "chet" | "vong" | "thuong"))
        })
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
        let slang = |word: &str| matches!(word, "chai" | "lit" | "ve" | "xi" | "cu" | "canh");
        let stranger = self.figure(at).is_some_and(|figure| figure.unit == Unit::Stranger);
        loss && (slang(last) || (stranger && slang(next)))
    }

    /// “1 vụ đuối nước chết 2 cháu”: an indicator of people told by cases and by people right after it.
    fn take_people_of_case(&mut self, at: usize, figure: &Figure) -> bool {
        let before =
            (0..at).rev().find(|i| !matches!(self.kind(*i), Kind::Word | Kind::Noise(_) | Kind::Colon));
        let Some((thing, Kind::Indicator(place, _))) = before.map(|thing| (thing, self.kind(thing).clone()))
        else {
            return false;
        };
        let people =
            self.text.book.entries.get(place).is_some_and(|e| e.units.first() == Some(&Unit::Person));
        let case = self.pairing.figure_of(thing).is_some_and(|f| self.unit_of(f) == Unit::Case);
        if !people || !case || figure.approx {
            return false;
        }
        for claim in self.claims.entry(place).or_default().iter_mut().filter(|claim| claim.thing == thing) {
            claim.value = figure.value;
        }
        true
    }

    /// “2 và khách trọ 3 người”: people right after an indicator of people that another bare figure already counts.
    pub(super) fn is_second_telling(&self, at: usize) -> bool {
        let before =
            (0..at).rev().find(|i| !matches!(self.kind(*i), Kind::Word | Kind::Noise(_) | Kind::Colon));
        let Some(thing) = before else { return false };
        let Kind::Indicator(place, _) = self.kind(thing) else { return false };
        let people =
            self.text.book.entries.get(*place).is_some_and(|entry| entry.units.contains(&Unit::Person));
        let other =
            self.pairing.figure_of(thing).filter(|figure| *figure < thing).and_then(|f| self.figure(f));
        people && other.is_some_and(|figure| figure.unit == Unit::None)
    }

    /// “1 vu cet 1 nguoi”: a word beside the item that nobody knows and that looks like one that counts.
    pub(super) fn is_beside_stranger(&self, at: usize) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let before = item.from.checked_sub(1).is_some_and(|b| self.text.is_suspicious(b));
        before || (item.from..item.to + 2).any(|t| self.text.is_suspicious(t))
    }

    /// “giao nộp 1 kha súng”: a figure with an unknown unit beside an indicator that has none.
    pub(super) fn is_near_unclaimed(&self, at: usize) -> bool {
        let bare = |i: usize| {
            matches!(self.kind(i), Kind::Indicator(..))
                && self.pairing.figure_of(i).is_none()
                && !Self::flag(self.mentions, i)
        };
        let before = (0..at).rev().find(|i| !matches!(self.kind(*i), Kind::Noise(_) | Kind::Colon));
        before.is_some_and(bare) || bare(at + 1) || (matches!(self.kind(at + 1), Kind::Word) && bare(at + 2))
    }

    pub(super) fn begins_clause(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.kind(before).clone());
        matches!(
            before,
            None | Some(
                Kind::Sep(_) | Kind::And | Kind::Month(_) | Kind::Colon | Kind::Hamlet { .. } | Kind::Keyword
            )
        ) || at
            .checked_sub(1)
            .and_then(|b| self.items.get(b))
            .is_some_and(|item| self.text.plain(item.from) == "co")
    }

    /// “họp dân 1 buổi, 48 người”: people told beside a meeting.
    pub(super) fn take_attendance(&mut self, at: usize, figure: &Figure) -> bool {
        let links = self.text.book.links.clone();
        let (Some(meetings), Some(people)) = (links.meetings, links.attendance) else { return false };
        let near = (0..at).rev().take_while(|i| !matches!(self.kind(*i), Kind::Sep(3))).find_map(|i| {
            match self.kind(i) {
                Kind::Indicator(place, _) if !Self::flag(self.mentions, i) => Some(*place),
                _ => None,
            }
        });
        let named = self.claims.contains_key(&people);
        if near == Some(meetings)
            && !named
            && figure.value > 1
            && !figure.approx
            && (figure.unit == Unit::Turn || figure.value >= 10)
        {
            self.claim(people, figure.value, at, Strength::Generic, None, figure.unit);
            return true;
        }
        false
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

    /// A word that would have to be a slip, beside a figure that counts nothing else.
    pub(super) fn take_second_look(&mut self, at: usize, figure: &Figure) -> bool {
        if figure.unit != Unit::Case || figure.approx || figure.thousandths.is_some() {
            return false;
        }
        let believable = |place: usize| {
            let entry = self.text.book.entries.get(place);
            entry.is_some_and(|entry| entry.units.contains(&figure.unit) && !entry.quiet)
        };
        if let Some((place, thing)) = self.second_look(at).filter(|(place, _)| believable(*place)) {
            self.claim(place, figure.value, thing, Strength::Specific, None, figure.unit);
            return true;
        }
        false
    }

    pub(super) fn second_look(&self, at: usize) -> Option<(usize, usize)> {
        let stop = |kind: &Kind| {
            matches!(
                kind,
                Kind::Sep(_)
                    | Kind::Figure(_)
                    | Kind::Indicator(..)
                    | Kind::Month(_)
                    | Kind::Hamlet { .. }
                    | Kind::Money { .. }
            )
        };
        let right = (at + 1..self.items.len()).take_while(|i| !stop(self.kind(*i)));
        let left = (0..at).rev().take_while(|i| !stop(self.kind(*i)));
        let mut found: Option<(usize, usize)> = None;
        for i in right.chain(left) {
            let Some(item) = self.items.get(i) else { continue };
            for token in item.from..item.to {
                let Some((place, ..)) = self.text.second_look(token) else { continue };
                if found.is_some_and(|(other, _)| other != place) {
                    return None;
                }
                found = Some((place, i));
            }
        }
        found
    }
}
