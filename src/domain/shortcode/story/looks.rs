//! A second look at what stands around a figure that counts nothing named.

use super::super::items::{Figure, Kind, Unit};
use super::super::lexicon::{Class, Strength};
use super::Teller;

impl Teller<'_, '_> {
    /// “hai nhà cãi nhau vì con gà, tôi khuyên rồi, 1 vụ đó”: a figure alone in the last clause counts the only thing
    /// of the sentence that has none.
    pub(super) fn take_trailing(&mut self, at: usize, figure: &Figure) -> bool {
        let talk = |i: usize| matches!(self.kind(i), Kind::Word | Kind::Noise(_) | Kind::Cause);
        let after = (at + 1..self.items.len()).take_while(|i| !matches!(self.kind(*i), Kind::Sep(_)));
        let alone = matches!(at.checked_sub(1).map(|b| self.kind(b)), Some(Kind::Sep(1 | 2)))
            && after.clone().all(talk)
            && after.count() <= 3;
        let Some((thing, place, strength)) = self.only_bare(at) else { return false };
        if !alone || figure.approx || figure.thousandths.is_some() || figure.total {
            return false;
        }
        self.claim(place, figure.value, thing, strength, None, Unit::Case);
        self.excuse(thing);
        true
    }

    /// The one indicator before `at` in its sentence that has no figure, where no other case is told in it.
    pub(super) fn only_bare(&self, at: usize) -> Option<(usize, usize, Strength)> {
        let mut found = None;
        for i in (0..at).rev().take_while(|i| !matches!(self.kind(*i), Kind::Sep(3))) {
            match self.kind(i) {
                Kind::Figure(other) if matches!(other.unit, Unit::Case | Unit::Person) => return None,
                Kind::Indicator(place, strength) if !Self::flag(self.mentions, i) => {
                    let loud = self.text.book.entries.get(*place).is_some_and(|entry| !entry.quiet);
                    if loud && self.pairing.figure_of(i).is_none() {
                        if found.is_some() {
                            return None;
                        }
                        found = Some((i, *place, *strength));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// “họp dân 1 bui”: right behind an activity that has no figure.
    pub(super) fn is_beside_activity(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let Kind::Indicator(place, strength) = self.kind(before) else { return false };
        let activity =
            self.text.book.entries.get(*place).is_some_and(|entry| {
                entry.units.iter().any(|unit| matches!(unit, Unit::Session | Unit::Patrol))
            });
        let measured = self.items.get(at).is_some_and(|item| {
            item.to.checked_sub(1).is_some_and(|last| {
                self.text.is_any(last, &[Class::UnitMeasure, Class::UnitHouse, Class::Hamlet]).is_some()
            })
        });
        activity
            && !measured
            && *strength != Strength::Weak
            && self.pairing.figure_of(before).is_none()
            && !Self::flag(self.mentions, before)
    }

    /// “1 vu cet 1 nguoi”: a word beside the item that nobody knows and that looks like one that counts.
    pub(super) fn is_beside_stranger(&self, at: usize) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let before = item.from.checked_sub(1).is_some_and(|b| self.text.is_suspicious(b));
        // “hai con vịt xiêm”: what kind of thing, named in two words.
        let thing = self.figure(at).is_some_and(|figure| figure.unit == Unit::Thing)
            && (item.from..item.to)
                .filter_map(|t| self.text.token(t))
                .filter(|t| t.word.is_some() && t.number().is_none())
                .count()
                >= 2;
        before || !thing && (item.from..item.to + 2).any(|t| self.text.is_suspicious(t))
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

    /// A word that would have to be a slip, beside a figure that counts nothing else.
    pub(super) fn take_second_look(&mut self, at: usize, figure: &Figure) -> bool {
        let counts = matches!(figure.unit, Unit::Case | Unit::Patrol | Unit::Session | Unit::Tip);
        if !counts || figure.approx || figure.thousandths.is_some() {
            return false;
        }
        let believable = |place: usize| {
            let entry = self.text.book.entries.get(place);
            entry.is_some_and(|entry| {
                entry.units.contains(&figure.unit) && !(entry.quiet && figure.unit == Unit::Case)
            })
        };
        let looked = self.second_look(at, false).or_else(|| self.second_look(at, true));
        if let Some((place, thing)) = looked.filter(|(place, _)| believable(*place)) {
            self.claim(place, figure.value, thing, Strength::Specific, None, figure.unit);
            return true;
        }
        false
    }

    pub(super) fn second_look(&self, at: usize, known_too: bool) -> Option<(usize, usize)> {
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
                let looked =
                    if known_too { self.text.third_look(token) } else { self.text.second_look(token) };
                let Some((place, ..)) = looked else { continue };
                if found.is_some_and(|(other, _)| other != place) {
                    return None;
                }
                found = Some((place, i));
            }
        }
        found
    }
}
