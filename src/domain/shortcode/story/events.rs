//! Deaths, injuries and losses go to the event that they are told with.

use super::super::attach::Pair;
use super::super::items::{Kind, Unit};
use super::super::lexicon::{Class, Consequence, Strength};
use super::super::reading::Why;
use super::{Doubt, Teller};
use crate::domain::indicator::Kind as Counts;

impl Teller<'_, '_> {
    /// The event that a consequence or loss at `at` is told with.
    pub(super) fn event_before(&self, at: usize) -> Vec<(usize, usize)> {
        let mut sentences = 0;
        let mut found = Vec::new();
        // A line that tells only what became of the event (“- Chết: 0”) does not part the next line from it.
        let mut consequence = false;
        for earlier in (0..at).rev() {
            match self.kind(earlier) {
                Kind::Consequence(_) => consequence = true,
                // A new line and the number of a list end one sentence.
                Kind::Sep(3) if matches!(self.kind(earlier + 1), Kind::Sep(3)) => {}
                Kind::Sep(3) => {
                    sentences += usize::from(!consequence || sentences == 0);
                    consequence = false;
                    if sentences > 1 || !found.is_empty() {
                        break;
                    }
                }
                Kind::Indicator(_, Strength::Weak) if self.pairing.figure_of(earlier).is_none() => {}
                Kind::Indicator(place, _) => {
                    let event = self.text.book.entries.get(*place).and_then(|entry| entry.event);
                    let zero =
                        self.pairing.figure_of(earlier).is_some_and(|f| self.value_of(f, earlier) == Ok(0));
                    if let Some(event) = event.filter(|_| {
                        !Self::flag(self.mentions, earlier) && !zero && !self.is_settled(earlier, *place)
                    }) {
                        found.push((earlier, event));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// Whether the event needs no figure since it was denied; in a correction it is only named.
    fn is_settled(&self, at: usize, place: usize) -> bool {
        let told = |all: &Vec<super::Claim>| all.iter().any(|claim| claim.thing == at);
        Self::flag(&self.excused, at) && !(self.correcting && !self.claims.get(&place).is_some_and(told))
    }

    /// “Trộm cắp: 2 vụ. Mất 2 xe máy. Tổng thiệt hại: 35 triệu.”: the only kind of event in the text that can lead to
    /// it, some sentences before.
    fn only_event(&self, at: usize, what: Consequence) -> Vec<(usize, usize)> {
        let told = |pair: &&Pair| self.value_of(pair.figure, pair.thing).is_ok_and(|value| value > 0);
        let mut found: Vec<(usize, usize)> = Vec::new();
        for pair in self.pairing.pairs.iter().filter(told) {
            let Kind::Indicator(place, strength) = self.kind(pair.thing) else { continue };
            let Some(entry) = self.text.book.entries.get(*place) else { continue };
            if *strength == Strength::Code || pair.thing > at {
                return Vec::new();
            }
            match entry.event.map(|event| (event, self.target(event, what))) {
                Some((event, Some(Some(_)))) => found.push((pair.thing, event)),
                Some((_, Some(None))) => return Vec::new(),
                _ => {}
            }
        }
        let first = found.first().map(|(_, event)| *event);
        if found.iter().any(|(_, event)| Some(*event) != first) { Vec::new() } else { found }
    }

    /// “2 người chết do tai nạn giao thông”, “… trong 1 vụ tai nạn”: the event right after the consequence.
    pub(super) fn event_after(&self, at: usize) -> Option<(usize, usize)> {
        let led = self.is_led_to_cause(at);
        for later in at + 1..(at + 6).min(self.items.len()) {
            match self.kind(later) {
                Kind::Sep(_) => return None,
                Kind::Indicator(place, _)
                    if self
                        .pairing
                        .figure_of(later)
                        .is_none_or(|figure| led && figure > at && figure < later)
                        || Self::flag(self.mentions, later) =>
                {
                    return self
                        .text
                        .book
                        .entries
                        .get(*place)
                        .and_then(|entry| entry.event)
                        .map(|event| (later, event));
                }
                Kind::Indicator(..) => return None,
                _ => {}
            }
        }
        None
    }

    /// Whether “trong”, “do”, “vì” stands right behind the item, so that what follows is the event that it came of.
    fn is_led_to_cause(&self, at: usize) -> bool {
        self.items.get(at + 1).is_some_and(|item| {
            item.kind == Kind::Cause || matches!(self.text.plain(item.from), "trong" | "do" | "vi" | "boi")
        })
    }

    /// “…, 1 người chết do 1 vụ đánh nhau”: cases are told as its cause that it is not counted with.
    fn is_of_other_case(&self, at: usize) -> bool {
        let clause = |i: &usize| !matches!(self.kind(*i), Kind::Sep(_));
        let case = |i: usize| self.unit_of(i) == Unit::Case;
        self.is_led_to_cause(at) && (at + 1..self.items.len()).take(4).take_while(clause).any(case)
    }

    pub(super) fn target(&self, event: usize, what: Consequence) -> Option<Option<usize>> {
        let rule = self.text.book.events.get(event)?;
        let target = match what {
            Consequence::Dead => rule.dead,
            Consequence::Hurt => rule.hurt,
            Consequence::Loss => rule.loss,
        };
        if target.is_some() || rule.silent.contains(&what) { Some(target) } else { None }
    }

    pub(super) fn take_consequence(&mut self, thing: usize, figure: usize, what: Consequence) {
        let value = match self.value_of(figure, thing) {
            Ok(value) => value,
            Err(why) => {
                self.doubts.push(Doubt::new(why, figure));
                return;
            }
        };
        if let Some((event, rule)) = self.event_after(thing)
            && let Some(target) = self.target(rule, what)
            && (Self::flag(self.mentions, event)
                || self.is_led_to_cause(thing)
                || self.event_before(thing).is_empty())
        {
            self.excuse(event);
            if let Some(place) = target {
                self.claim(place, value, thing, Strength::Generic, Some(event), Unit::Person);
            }
            return;
        }
        let events = self.event_before(thing);
        let events = if events.is_empty() { self.only_event(thing, what) } else { events };
        let unattached = || Doubt { count: Some(value), ..Doubt::new(Why::Unattached, thing) };
        if value > 0 && self.is_of_other_case(thing) {
            self.doubts.push(unattached());
            return;
        }
        let Some((event, rule)) = events.first().copied() else {
            if value > 0 && !self.is_of_nature(thing) {
                self.doubts.push(unattached());
            }
            return;
        };
        let separate = (event..thing).any(|at| matches!(self.kind(at), Kind::Sep(_)));
        let rival = events.get(1).is_some_and(|(other, other_rule)| {
            let own = self.target(*other_rule, what).flatten();
            let between = (*other..event).any(|at| matches!(self.kind(at), Kind::Consequence(_)));
            own.is_some() && own != self.target(rule, what).flatten() && !between
        });
        match self.target(rule, what) {
            Some(_) if separate && rival && value > 0 => self.doubts.push(unattached()),
            Some(Some(place)) => {
                if self.correcting {
                    self.excuse(event);
                }
                self.drop_cases(place, event);
                self.claim(place, value, thing, Strength::Generic, Some(event), Unit::Person);
            }
            Some(None) => {}
            None if value == 0 => {}
            None => self.doubts.push(unattached()),
        }
    }

    /// “3 người bị thương do tôn bay”: nothing that is counted hurt them.
    fn is_of_nature(&self, at: usize) -> bool {
        let sentence = |i: &usize| !matches!(self.kind(*i), Kind::Sep(3));
        let near = (0..at).rev().take_while(sentence).chain((at..self.items.len()).take_while(sentence));
        near.filter_map(|i| self.items.get(i))
            .any(|item| (item.from..item.to).any(|token| self.text.is(token, Class::Nature).is_some()))
    }

    /// “1 vụ đuối nước chết 2 cháu”: where the dead are what is counted, the cases are not.
    fn drop_cases(&mut self, place: usize, event: usize) {
        let people =
            self.text.book.entries.get(place).is_some_and(|entry| entry.units.contains(&Unit::Person));
        if let Some(claims) = self.claims.get_mut(&place).filter(|_| people) {
            claims.retain(|claim| claim.thing != event || claim.unit != Unit::Case);
        }
    }

    /// “2 người chết: 1 do tai nạn, …”: the figure counts people that died of it, not cases.
    pub(super) fn is_cause_of_people(&self, figure: usize, thing: usize) -> bool {
        let people = matches!(self.unit_of(figure), Unit::None | Unit::Person | Unit::Instance);
        let talk = |at: &usize| matches!(self.kind(*at), Kind::Noise(_));
        let next = (figure + 1..thing).find(|at| !talk(at));
        let event = match self.kind(thing) {
            Kind::Indicator(place, strength) => {
                *strength != Strength::Code
                    && self.text.book.entries.get(*place).is_some_and(|entry| entry.event.is_some())
            }
            _ => false,
        };
        let of = next.and_then(|at| self.items.get(at)).is_some_and(|item| {
            item.kind == Kind::Cause && matches!(self.text.plain(item.from), "do" | "vi" | "bi")
        });
        people && event && of && figure < thing
    }

    /// “3 đối tượng dính …”: people of whom nothing is said that makes them count.
    pub(super) fn is_mere_people(&self, place: usize, thing: usize) -> bool {
        let people = self.text.book.entries.get(place).is_some_and(|entry| {
            entry.quiet && entry.units.first() == Some(&Unit::Person) && !entry.units.contains(&Unit::Turn)
        });
        let near = |at: &usize| !matches!(self.kind(*at), Kind::Sep(3));
        let range = (0..thing).rev().take_while(near).chain((thing + 1..self.items.len()).take_while(near));
        // “đánh bạc 1 vụ/5 đối tượng”: the offenders of the case told right before.
        let of_case = (0..thing)
            .rev()
            .take(9)
            .take_while(|at| {
                matches!(
                    self.kind(*at),
                    Kind::Sep(1) | Kind::Open | Kind::Figure(_) | Kind::Noise(_) | Kind::Indicator(..)
                ) || (*self.kind(*at) == Kind::Word && Self::flag(self.inside, *at))
            })
            .any(|at| {
                let coded = matches!(self.kind(at), Kind::Indicator(_, Strength::Code));
                self.unit_of(at) == Unit::Case || coded && self.pairing.figure_of(at).is_some()
            });
        people
            && !of_case
            && !range
                .filter_map(|at| self.items.get(at))
                .any(|item| (item.from..item.to).any(|token| self.text.is(token, Class::Handled).is_some()))
    }

    /// Sums of money told with events.
    pub(super) fn take_losses(&mut self) {
        for at in 0..self.items.len() {
            if matches!(self.kind(at), Kind::Money { dong: -1, .. })
                && !matches!(self.loss_word(at), LossWord::Noise)
            {
                self.doubts.push(Doubt::new(Why::Vague, at));
            }
            let Kind::Money { dong, denied: false } = *self.kind(at) else { continue };
            if self.pairing.pairs.iter().any(|pair| pair.figure == at) || self.is_part_of_sum(at, dong) {
                continue;
            }
            match self.loss_word(at) {
                LossWord::Noise => {}
                // “Nhà cô Ba bay 500 nghìn.”: by itself no word of a sentence of its own says that it is a loss.
                LossWord::None if self.is_sentence_of_its_own(at) => {
                    self.doubts.push(Doubt { count: Some(dong), ..Doubt::new(Why::NoIndicator, at) });
                }
                LossWord::None => self.take_loss(at, dong, false, false),
                LossWord::Loss { all } => self.take_loss(at, dong, true, all),
            }
        }
    }

    /// “mất 45 triệu, trong đó 1 vụ mất 20 triệu”: a part of the sum before it.
    fn is_part_of_sum(&self, at: usize, dong: i64) -> bool {
        let sentence = |i: &usize| !matches!(self.kind(*i), Kind::Sep(2 | 3));
        let mut part = false;
        for earlier in (0..at).rev().take_while(sentence) {
            match self.kind(earlier) {
                Kind::Part => part = true,
                Kind::Money { dong: whole, .. } => return part && *whole >= dong,
                _ => {}
            }
        }
        false
    }

    /// Whether the sum stands in a sentence that names no event, behind several words.
    fn is_sentence_of_its_own(&self, at: usize) -> bool {
        let part = |i: &usize| !matches!(self.kind(*i), Kind::Sep(3));
        let before: Vec<usize> = (0..at).rev().take_while(part).collect();
        let first = before.len() < at;
        let named = |i: &usize| {
            matches!(
                self.kind(*i),
                Kind::Indicator(..) | Kind::Figure(_) | Kind::Total | Kind::Colon | Kind::Month(_)
            )
        };
        let words = before.iter().filter(|i| *self.kind(**i) == Kind::Word).count();
        first && words >= 3 && !before.iter().any(named)
    }

    /// The nearest word in the sentence before a sum that says what it is.
    pub(super) fn loss_word(&self, at: usize) -> LossWord {
        for earlier in (0..at).rev() {
            match self.kind(earlier) {
                // “lừa cọc mua xe 5tr”: what is paid in a fraud is lost.
                Kind::MoneyNoise if self.is_paid_in_fraud(earlier) => {}
                Kind::MoneyNoise => return LossWord::Noise,
                Kind::Indicator(place, _) => {
                    let fine = self.items.get(earlier).is_some_and(|item| {
                        (item.from..item.to).any(|token| matches!(self.text.plain(token), "phat" | "xu"))
                    });
                    let fined = self
                        .text
                        .book
                        .entries
                        .get(*place)
                        .is_some_and(|entry| entry.quiet && entry.event.is_none());
                    if fined && fine {
                        return LossWord::Noise;
                    }
                }
                // “suýt mất 100 triệu”, “định lấy 100 triệu”
                Kind::Loss { .. }
                    if earlier.checked_sub(1).and_then(|b| self.items.get(b)).is_some_and(|item| {
                        matches!(self.text.plain(item.from), "suyt" | "xem" | "dinh")
                    }) =>
                {
                    return LossWord::Noise;
                }
                Kind::Loss { all } => return LossWord::Loss { all: *all },
                Kind::Sep(2 | 3) | Kind::Money { .. } => break,
                _ => {}
            }
        }
        let fine = self.items.get(at + 1).is_some_and(|item| self.text.plain(item.from) == "phat");
        if fine || matches!(self.kind(at + 1), Kind::MoneyNoise) {
            return LossWord::Noise;
        }
        LossWord::None
    }

    /// “thiệt hại do cháy: 65 triệu”: the event that the sum is said to come of.
    fn event_of_cause(&self, at: usize) -> Option<(usize, usize)> {
        let earlier = (0..at)
            .rev()
            .find(|i| !matches!(self.kind(*i), Kind::Word | Kind::Noise(_) | Kind::Colon))
            .filter(|i| Self::flag(self.causes, *i))?;
        let Kind::Indicator(place, _) = self.kind(earlier) else { return None };
        let event = self.text.book.entries.get(*place)?.event?;
        Some((earlier, event))
    }

    /// Whether none of the events that are told loses money by its nature.
    fn is_no_loss(&self, events: &[(usize, usize)], at: usize) -> bool {
        let clause = |from: usize| !(from..at).any(|i| matches!(self.kind(i), Kind::Sep(_)));
        let near: Vec<_> = events.iter().filter(|(event, _)| clause(*event)).collect();
        let asked = if near.is_empty() { events.iter().collect() } else { near };
        asked.iter().all(|(_, rule)| self.text.book.events.get(*rule).is_some_and(|rule| !rule.bare_loss))
    }

    /// Whether the word at `at` says what the victim of a fraud paid for.
    fn is_paid_in_fraud(&self, at: usize) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let paid = self.text.is(item.from, Class::Paid) == Some(item.to - item.from);
        let event =
            self.event_before(at).first().copied().and_then(|(_, rule)| self.text.book.events.get(rule));
        paid && event.is_some_and(|rule| rule.pays)
    }

    pub(super) fn take_loss(&mut self, at: usize, dong: i64, told: bool, all: bool) {
        let events = match self.event_of_cause(at) {
            Some(event) => vec![event],
            None => self.event_before(at),
        };
        let events = if events.is_empty() { self.only_event(at, Consequence::Loss) } else { events };
        let doubt = |why| Doubt { count: Some(dong), ..Doubt::new(why, at) };
        let default = self.text.book.links.loss;
        let Some((event, rule)) = events.first().copied() else {
            // “đính chính: thiệt hại do vụ cháy là 180 triệu”
            if let Some((thing, place)) = self.named_loss(at) {
                self.excuse(thing);
                self.claim(place, dong, thing, Strength::Specific, None, Unit::None);
                return;
            }
            match default {
                Some(place) if all || (self.correcting && told) => {
                    self.claim(place, dong, at, Strength::Specific, None, Unit::None);
                }
                _ => self.doubts.push(doubt(if told { Why::Unattached } else { Why::NoIndicator })),
            }
            return;
        };
        let bare = self.text.book.events.get(rule).is_some_and(|rule| rule.bare_loss);
        let total = (event..at).any(|i| matches!(self.kind(i), Kind::Total))
            || (at.saturating_sub(4)..at).any(|i| matches!(self.kind(i), Kind::Total));
        let targets: Vec<Option<usize>> = self
            .events_told()
            .into_iter()
            .filter_map(|rule| self.target(rule, Consequence::Loss).flatten())
            .map(Some)
            .collect();
        let split = total && targets.iter().any(|target| Some(*target) != targets.first().copied());
        match self.target(rule, Consequence::Loss) {
            _ if split => self.doubts.push(doubt(Why::Unattached)),
            Some(Some(place)) if told || bare => {
                // “tháng 9 thiệt hại vụ trộm là 15 triệu, không phải 51 triệu”
                if self.correcting {
                    self.excuse(event);
                }
                self.claim(
                    place,
                    dong,
                    at,
                    if total { Strength::Generic } else { Strength::Specific },
                    Some(event),
                    Unit::None,
                );
            }
            Some(None) if told => {}
            // “đánh nhau vì nợ 3 triệu”: no sum that such an event loses.
            _ if !told && self.is_no_loss(&events, at) => {}
            _ => self.doubts.push(doubt(Why::Unattached)),
        }
    }

    /// The indicator of money that the clause of a sum names before it, and its place.
    fn named_loss(&self, at: usize) -> Option<(usize, usize)> {
        let clause =
            |i: &usize| !matches!(self.kind(*i), Kind::Sep(_) | Kind::Figure(_) | Kind::Money { .. });
        let thing =
            (0..at).rev().take_while(clause).find(|i| matches!(self.kind(*i), Kind::Indicator(..)))?;
        let Kind::Indicator(place, _) = self.kind(thing) else { return None };
        let money = self.text.book.entries.get(*place)?.kind == Counts::Money;
        (money && self.pairing.figure_of(thing).is_none()).then_some((thing, *place))
    }

    /// The rules of the events that are told with a figure above 0.
    pub(super) fn events_told(&self) -> Vec<usize> {
        let told = |pair: &Pair| match self.kind(pair.thing) {
            Kind::Indicator(place, _) if self.value_of(pair.figure, pair.thing) != Ok(0) => {
                self.text.book.entries.get(*place).and_then(|entry| entry.event)
            }
            _ => None,
        };
        self.pairing.pairs.iter().filter_map(told).collect()
    }
}

pub(super) enum LossWord {
    None,
    Noise,
    Loss { all: bool },
}
