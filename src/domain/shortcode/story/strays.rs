//! Numbers with a noun that nobody counts: what the commune is asked for, what was swept away, how far, how many.

use super::super::items::{Figure, Kind, Unit};
use super::super::lexicon::{Class, Strength};
use super::super::negation::is_mediator;
use super::Teller;

/// Classes of words that begin a request.
const WISHES: [Class; 2] = [Class::Request, Class::Wanting];

impl Teller<'_, '_> {
    /// “xin cấp thêm 2 đèn pin”, “sập 2 cầu tạm”: a number before a word that is no slip, in a text told in words, in a
    /// request or behind a verb, where no indicator of the sentence waits for its figure.
    pub(super) fn is_stray(&self, at: usize) -> bool {
        let noun =
            self.items.get(at + 1).is_some_and(|item| matches!(item.kind, Kind::Word | Kind::Noise(_)));
        // “Thắng 3 thôn có …”: at the head, a number may be the month.
        let begun = self.items.iter().any(|item| matches!(item.kind, Kind::Month(_)))
            || self.claims.values().flatten().any(|claim| claim.thing < at);
        let told = self.figure(at).is_some_and(|figure| figure.value > 0);
        noun && begun
            && told
            && !self.is_told_in_codes()
            && !self.is_near_unclaimed(at)
            && !self.is_hurt_misspelled(at)
            && !self.sentence(at).any(|i| self.is_waiting(i))
            && self.clause(at).all(|i| self.is_read_well(i))
            && (self.is_asked_for(at) || (!self.begins_clause(at) && self.follows_talk(at)))
    }

    /// “Kính mong quý anh về nói chuyện cho bà con một buổi”: meetings and patrols of a sentence that asks for them and names no
    /// month.
    pub(super) fn is_wished(&self, thing: usize, figure: usize) -> bool {
        let activity = match self.kind(thing) {
            Kind::Indicator(place, strength) if *strength != Strength::Code => {
                self.text.book.entries.get(*place).is_some_and(|entry| {
                    entry.units.iter().any(|unit| matches!(unit, Unit::Session | Unit::Patrol))
                })
            }
            _ => false,
        };
        if !activity {
            return false;
        }
        let first = thing.min(figure);
        let part = |i: &usize| !matches!(self.kind(*i), Kind::Sep(3));
        let head: Vec<usize> = (0..first).rev().take_while(part).collect();
        let told = head
            .iter()
            .any(|i| matches!(self.kind(*i), Kind::Month(_) | Kind::Figure(_) | Kind::Indicator(..)));
        head.len() < first
            && !told
            && head.iter().any(|i| {
                self.items.get(*i).is_some_and(|item| {
                    self.text.is(item.from, Class::Request).is_some()
                        && matches!(self.text.plain(item.from), "mong" | "kinh" | "xin" | "nho")
                })
            })
    }

    /// “tổ hòa giải làm 2 buổi tối”: no meetings with the people.
    pub(super) fn is_of_mediators(&self, at: usize) -> bool {
        let clause = |i: &usize| !matches!(self.kind(*i), Kind::Sep(_) | Kind::Indicator(..));
        (0..at)
            .rev()
            .take_while(clause)
            .any(|i| self.items.get(i).is_some_and(|item| is_mediator(self.text, item)))
    }

    /// “mất điện 3 hôm nên báo trễ”: days behind a verb, where no indicator of the sentence waits for its figure.
    pub(super) fn is_span_of_days(&self, at: usize) -> bool {
        let last = self.items.get(at).map_or("", |item| self.text.plain(item.to.saturating_sub(1)));
        last == "hom"
            && !self.begins_clause(at)
            && !self.is_near_unclaimed(at)
            && self.clause(at).all(|i| self.is_read_well(i) && !matches!(self.kind(i), Kind::Indicator(..)))
    }

    /// “hai vụ kia là ở khu bên”: cases told before, pointed at again.
    pub(super) fn is_referred(&self, at: usize, figure: &Figure) -> bool {
        let next = self.items.get(at).map_or("", |item| self.text.plain(item.to));
        let told = (0..at).filter_map(|i| self.figure(i)).map(|other| other.value).sum::<i64>();
        matches!(next, "kia" | "do" | "ay" | "tren" | "nay") && figure.value <= told
    }

    fn is_told_in_codes(&self) -> bool {
        self.items.iter().any(|item| matches!(item.kind, Kind::Indicator(_, Strength::Code)))
    }

    fn sentence(&self, at: usize) -> impl Iterator<Item = usize> {
        let part = |i: &usize| !matches!(self.kind(*i), Kind::Sep(3));
        (0..at).rev().take_while(part).chain((at + 1..self.items.len()).take_while(part))
    }

    fn clause(&self, at: usize) -> impl Iterator<Item = usize> {
        let part = |i: &usize| !matches!(self.kind(*i), Kind::Sep(_));
        (0..at).rev().take_while(part).chain((at + 1..self.items.len()).take_while(part))
    }

    /// Whether the item names something whose figure is missing.
    fn is_waiting(&self, at: usize) -> bool {
        let missing = self.pairing.figure_of(at).is_none() && !Self::flag(&self.excused, at);
        match self.kind(at) {
            Kind::Indicator(place, strength) => {
                let loud = self.text.book.entries.get(*place).is_some_and(|entry| !entry.quiet);
                let told = self.claims.contains_key(place);
                missing && !told && loud && *strength != Strength::Weak && !Self::flag(self.mentions, at)
            }
            Kind::Ambiguous(_) | Kind::Consequence(_) => missing,
            _ => false,
        }
    }

    /// Whether no word of the item might be a slip in one that counts.
    fn is_read_well(&self, at: usize) -> bool {
        let Some(item) = self.items.get(at).filter(|item| item.kind == Kind::Word) else { return true };
        (item.from..item.to).all(|t| {
            !self.text.is_suspicious(t)
                && self.text.second_look(t).is_none()
                && self.text.third_look(t).is_none()
        })
    }

    /// Whether the sentence asks the commune for something before `at`.
    fn is_asked_for(&self, at: usize) -> bool {
        let part = |i: &usize| !matches!(self.kind(*i), Kind::Sep(3));
        (0..at).rev().take_while(part).any(|i| {
            self.items
                .get(i)
                .is_some_and(|item| (item.from..item.to).any(|t| self.text.is_any(t, &WISHES).is_some()))
        })
    }

    fn follows_talk(&self, at: usize) -> bool {
        at.checked_sub(1)
            .is_some_and(|b| matches!(self.kind(b), Kind::Word | Kind::Noise(_) | Kind::Cause | Kind::Add))
    }
}
