//! Figures of people that count nothing named: at meetings, of the case told before, caught, hurt.

use super::super::items::{Figure, Kind, Unit};
use super::super::lexicon::Strength;
use super::super::reading::Why;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// “chết đuối 2 người (2 cha con)”: the figure right before, told again in parentheses.
    pub(super) fn is_restated(&self, at: usize, figure: &Figure) -> bool {
        let opened = at.checked_sub(1).is_some_and(|b| *self.kind(b) == Kind::Open);
        let before = (0..at).rev().find_map(|i| self.figure(i).map(|other| (i, other)));
        let people = matches!(figure.unit, Unit::None | Unit::Person | Unit::Stranger);
        let paired = |i: usize| self.pairing.pairs.iter().any(|pair| pair.figure == i);
        opened && people && before.is_some_and(|(i, other)| other.value == figure.value && paired(i))
    }

    /// “đánh nhau, 2 anh em say rượu, thằng em bị khâu 5 mũi”: whether people count those hurt in an event of which nobody
    /// counts them, and nothing else of the text may be told of people.
    pub(super) fn is_unrecorded(&self, figure: usize) -> bool {
        let pair = self.pairing.pairs.iter().find(|pair| pair.figure == figure);
        let Some((thing, Kind::Consequence(what))) = pair.map(|pair| (pair.thing, self.kind(pair.thing)))
        else {
            return false;
        };
        let silent =
            self.event_before(thing).first().is_some_and(|(_, rule)| self.target(*rule, *what) == Some(None));
        let of_people = |i: usize| match self.kind(i) {
            Kind::Indicator(place, _) => {
                let entry = self.text.book.entries.get(*place);
                self.pairing.figure_of(i).is_none() && entry.is_some_and(|e| e.units.contains(&Unit::Person))
            }
            _ => false,
        };
        silent && self.unit_of(figure) == Unit::Person && !(0..self.items.len()).any(of_people)
    }

    /// “bong 1 nguoi”: “bỏng” or “phỏng” without a mark, of which other words are made.
    pub(super) fn is_after_burn(&self, at: usize) -> bool {
        let before = self.items.get(at).and_then(|item| item.from.checked_sub(1));
        before.is_some_and(|b| matches!(self.text.plain(b), "bong" | "phong"))
    }

    /// “bi tuong 2 nguoi”, “1 người cht”: people beside a word that is one letter away from death or injury, after an
    /// event that may kill or hurt.
    pub(super) fn is_hurt_misspelled(&self, at: usize) -> bool {
        const WORDS: [&str; 5] = ["chet", "thuong", "bong", "vong", "phong"];
        let Some(item) = self.items.get(at) else { return false };
        let hurts = self.event_before(at).iter().any(|(_, rule)| {
            self.text.book.events.get(*rule).is_some_and(|rule| rule.dead.is_some() || rule.hurt.is_some())
        });
        let like = |i: usize| {
            let plain = self.text.plain(i);
            plain.len() >= 3
                && WORDS
                    .iter()
                    .any(|word| *word != plain && super::super::syllable::one_edit_apart(word, plain))
        };
        let suffers = |i: usize| matches!(self.text.plain(i), "bi" | "lam");
        let behind = like(item.to) || suffers(item.to) && like(item.to + 1);
        let before = item.from.checked_sub(1).is_some_and(like);
        hurts && (behind || before)
    }

    /// Whether the words of an indicator right before tell of death or injury: people after them are dead or hurt.
    pub(super) fn is_after_death(&self, at: usize) -> bool {
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

    /// “1 vụ đuối nước chết 2 cháu”: an indicator of people told by cases and by people right after it.
    pub(super) fn take_people_of_case(&mut self, at: usize, figure: &Figure) -> bool {
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

    /// “bắt được 1 vụ trộm, 2 thằng”: people right after the case that a word for arrests before it governs.
    pub(super) fn take_caught(&mut self, at: usize, figure: &Figure) -> bool {
        let sentence = |i: &usize| !matches!(self.kind(*i), Kind::Sep(2 | 3));
        let arrest = (0..at).rev().take_while(sentence).find_map(|i| match self.kind(i) {
            Kind::Indicator(place, Strength::Generic) if self.pairing.figure_of(i).is_none() => {
                let entry = self.text.book.entries.get(*place)?;
                let people =
                    entry.quiet && entry.units.first() == Some(&Unit::Person) && entry.event.is_none();
                let word =
                    self.items.get(i).is_some_and(|item| matches!(self.text.plain(item.from), "bat" | "tom"));
                (people && word && !entry.units.contains(&Unit::Turn)).then_some((i, *place))
            }
            _ => None,
        });
        let Some((word, place)) = arrest.filter(|(_, place)| !self.claims.contains_key(place)) else {
            return false;
        };
        let governed = matches!(self.kind(word + 1), Kind::Figure(case) if case.unit == Unit::Case);
        let cases = (word..at).filter(|i| self.figure(*i).is_some_and(|f| f.unit == Unit::Case)).count();
        let aged = matches!(self.kind(at + 1), Kind::Noise("an age"));
        // “…, có 4 cháu đi bơi”: of whom something else is told.
        let alone = matches!(
            self.items.get(at + 1).map(|item| &item.kind),
            None | Some(Kind::Sep(_) | Kind::Close | Kind::And | Kind::Noise(_) | Kind::Indicator(..))
        );
        let near = (word..at).filter(|i| matches!(self.kind(*i), Kind::Sep(_))).count() <= 1
            && !(word..at).any(|i| self.figure(i).is_some_and(|f| f.unit == Unit::Person));
        if !governed || !alone || !near || cases != 1 || figure.approx || aged {
            return false;
        }
        self.claim(place, figure.value, at, Strength::Generic, None, Unit::Person);
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

    /// “họp dân 1 buổi, 48 người”: people told beside a meeting.
    pub(super) fn take_attendance(&mut self, at: usize, figure: &Figure) -> bool {
        let links = self.text.book.links.clone();
        let (Some(meetings), Some(people)) = (links.meetings, links.attendance) else { return false };
        let mut sentences = 0;
        // “họp dân 1 buổi⏎dự 72 người”: a line that begins so.
        let line = at.checked_sub(1).and_then(|b| self.items.get(b)).is_some_and(|item| {
            matches!(self.text.plain(item.from), "du" | "tham" | "gom")
                && matches!(at.checked_sub(2).map(|b| self.kind(b)), Some(Kind::Sep(3)))
        });
        let same = |i: &usize| {
            sentences += usize::from(*self.kind(*i) == Kind::Sep(3));
            sentences <= usize::from(figure.unit == Unit::Turn || line)
        };
        let near = (0..at).rev().take_while(same).find_map(|i| match self.kind(i) {
            Kind::Indicator(place, _) if !Self::flag(self.mentions, i) => Some(*place),
            _ => None,
        });
        // “buổi 1: 40 người, buổi 2: 55 người”
        let which = self.is_of_one(at);
        let named = self.claims.contains_key(&people);
        if near == Some(meetings) && named && which && self.are_parts_of(people) {
            return true;
        }
        if near == Some(meetings) && named && which {
            self.doubts.push(Doubt { count: Some(figure.value), ..Doubt::new(Why::Contradiction, at) });
            return true;
        }
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

    /// “buổi 2: 60 người”: whether one of several meetings is named right before the figure.
    fn is_of_one(&self, at: usize) -> bool {
        (0..at)
            .rev()
            .find(|i| !matches!(self.kind(*i), Kind::Colon | Kind::Word))
            .is_some_and(|i| *self.kind(i) == Kind::Noise("which case"))
    }

    /// “140 lượt người (buổi 1: 80 người, buổi 2: 60 người)”: whether the figures of the single meetings make up the one
    /// that was told.
    fn are_parts_of(&self, place: usize) -> bool {
        let told = self.claims.get(&place).and_then(|claims| claims.first()).map(|claim| claim.value);
        let parts = self.pairing.loose.iter().filter(|at| self.is_of_one(**at));
        let sum: i64 = parts.filter_map(|at| self.figure(*at)).map(|figure| figure.value).sum();
        told == Some(sum)
    }
}
