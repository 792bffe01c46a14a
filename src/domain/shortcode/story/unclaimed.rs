//! Indicators without a figure.

use super::super::items::{Kind, Unit};
use super::super::lexicon::{Consequence, Strength};
use super::super::reading::Why;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// Indicators without a figure.
    pub(super) fn take_unclaimed(&mut self) {
        for at in 0..self.items.len() {
            let claimed = self.pairing.figure_of(at).is_some() || Self::flag(&self.excused, at);
            if claimed || Self::flag(self.mentions, at) {
                continue;
            }
            match self.kind(at).clone() {
                Kind::Indicator(place, strength) => self.take_unclaimed_indicator(at, place, strength),
                Kind::Ambiguous(_) => self.take_unclaimed_code(at),
                Kind::Consequence(what) => self.take_unclaimed_consequence(at, what),
                _ => {}
            }
        }
    }

    /// “T2 TC3, MT”: a short code that may mean several things and has no figure.
    pub(super) fn take_unclaimed_code(&mut self, at: usize) {
        let Some(item) = self.items.get(at) else { return };
        if item.to - item.from > 1 || self.text.plain(item.from).len() > 3 {
            return;
        }
        let mut doubt = Doubt::new(Why::AmbiguousWord, at);
        doubt.candidates = self.places(at);
        self.doubts.push(doubt);
    }

    pub(super) fn take_unclaimed_indicator(&mut self, at: usize, place: usize, strength: Strength) {
        let quiet = self.text.book.entries.get(place).is_some_and(|entry| entry.quiet);
        if (strength == Strength::Weak || quiet) && strength != Strength::Code {
            return;
        }
        if self.claims.contains_key(&place) && strength != Strength::Code {
            return;
        }
        // “con nghiện giết người 1 vụ”: who did it.
        if strength != Strength::Code && self.is_who(at, place) {
            return;
        }
        // “1 án mạng, anh em cãi nhau vì đất”: what it came of.
        let background = self.text.book.entries.get(place).is_some_and(|entry| entry.background);
        if background && strength != Strength::Code && self.is_told_with_another(at) {
            return;
        }
        let described =
            Self::flag(self.inside, at) && self.claims.values().flatten().any(|claim| claim.thing < at);
        if described && strength != Strength::Code {
            return;
        }
        let word_between =
            matches!(self.kind(at + 1), Kind::Word) && matches!(self.kind(at + 2), Kind::Cause);
        let caused = matches!(self.kind(at + 1), Kind::Cause) || word_between;
        let told_before = self.claims.values().flatten().any(|claim| {
            claim.thing < at && !(claim.thing..at).any(|i| matches!(self.kind(i), Kind::Sep(2 | 3)))
        });
        if caused && told_before && strength != Strength::Code {
            return;
        }
        let difference = (at.saturating_sub(3)..(at + 4).min(self.items.len()))
            .any(|i| matches!(self.kind(i), Kind::Up | Kind::Down));
        let vague = (at.saturating_sub(2)..(at + 3).min(self.items.len()))
            .any(|i| matches!(self.kind(i), Kind::Vague(_)));
        let why = match (difference, vague) {
            (true, _) => Why::DifferenceOnly,
            (_, true) => Why::Vague,
            _ => Why::NoCount,
        };
        if why == Why::NoCount && self.is_told_of_one(at, place) {
            self.claim(place, 1, at, strength, None, Unit::Case);
            return;
        }
        let mut doubt = Doubt::new(why, at);
        doubt.candidates = vec![place];
        self.doubts.push(doubt);
    }

    /// People right before what they did, which has its figure.
    fn is_who(&self, at: usize, place: usize) -> bool {
        let units =
            |place: usize| self.text.book.entries.get(place).map_or(&[][..], |entry| entry.units.as_slice());
        let next = (at + 1..at + 4).find(|i| !matches!(self.kind(*i), Kind::Word | Kind::Noise(_)));
        let did = next.is_some_and(|i| {
            matches!(self.kind(i), Kind::Indicator(other, _) if units(*other).contains(&Unit::Case))
                && self.pairing.figure_of(i).is_some()
        });
        did && units(place).contains(&Unit::Person) && !units(place).contains(&Unit::Case)
    }

    /// “có 1 nhà bị cháy bếp”: one household or person to whom it happened.
    fn is_told_of_one(&self, at: usize, place: usize) -> bool {
        let cases = self.text.book.entries.get(place).is_some_and(|entry| entry.units.contains(&Unit::Case));
        let before = (0..at).rev().take(4).find(|i| !matches!(self.kind(*i), Kind::Word | Kind::Noise(_)));
        let one = before.and_then(|i| self.figure(i)).is_some_and(|figure| {
            figure.value == 1 && matches!(figure.unit, Unit::House | Unit::Person) && !figure.approx
        });
        let first = self.items.get(at).map_or(0, |item| item.from);
        let suffered = matches!(self.text.plain(first), "bi" | "mat")
            || first.checked_sub(1).is_some_and(|last| self.text.plain(last) == "bi");
        cases && one && suffered
    }

    /// Whether a crime or accident with a figure stands in the same sentence.
    pub(super) fn is_told_with_another(&self, at: usize) -> bool {
        self.claims.iter().any(|(place, claims)| {
            let loud = self.text.book.entries.get(*place).is_some_and(|entry| !entry.quiet);
            loud && claims.iter().any(|claim| {
                let (from, to) = (claim.thing.min(at), claim.thing.max(at));
                claim.value > 0 && !(from..to).any(|i| matches!(self.kind(i), Kind::Sep(2 | 3)))
            })
        })
    }

    /// “1 vụ tai nạn chết người”: how many?
    pub(super) fn take_unclaimed_consequence(&mut self, at: usize, what: Consequence) {
        let Some((event, rule)) = self.event_before(at).first().copied() else { return };
        let Some(Some(place)) = self.target(rule, what) else { return };
        let own = matches!(self.kind(event), Kind::Indicator(owner, _) if *owner == place);
        let core = self.items.get(at).is_some_and(|item| {
            matches!(self.text.plain(item.from), "chet" | "tu" | "bi" | "lam")
                && (item.from..item.to).any(|t| matches!(self.text.plain(t), "chet" | "vong" | "thuong"))
        });
        let people =
            (at.saturating_sub(4)..at).any(|i| self.figure(i).is_some_and(|f| f.unit == Unit::Person));
        let same_clause = !(event..at).any(|i| matches!(self.kind(i), Kind::Sep(2 | 3)));
        let animal = (at + 1..at + 3).any(|i| self.figure(i).is_some_and(|f| f.unit == Unit::Thing))
            || at.checked_sub(1).and_then(|b| self.figure(b)).is_some_and(|f| f.unit == Unit::Thing);
        if !own && core && same_clause && (!animal || people) && !self.claims.contains_key(&place) {
            let mut doubt = Doubt::new(Why::NoCount, at);
            doubt.candidates = vec![place];
            self.doubts.push(doubt);
        }
    }
}
