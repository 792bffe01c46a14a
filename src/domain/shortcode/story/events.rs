//! Deaths, injuries and losses go to the event that they are told with.

use super::super::attach::Pair;
use super::super::items::{Kind, Unit};
use super::super::lexicon::{Class, Consequence, Strength};
use super::super::reading::Why;
use super::{Doubt, Teller};

/// How many pieces before a death, injury or loss its event may stand: more than anybody says in a sentence.
const FARTHEST: usize = 100;

impl Teller<'_, '_> {
    /// The event that a consequence or loss at `at` is told with.
    pub(super) fn event_before(&self, at: usize) -> Vec<(usize, usize)> {
        let mut sentences = 0;
        let mut found = Vec::new();
        // A line that tells only what became of the event (“- Chết: 0”) does not part the next line from it.
        let mut consequence = false;
        for earlier in (at.saturating_sub(FARTHEST)..at).rev() {
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
        Self::flag(&self.excused, at) && (!self.correcting || self.claims.get(&place).is_some_and(told))
    }

    /// “Trộm cắp: 2 vụ. Mất 2 xe máy. Tổng thiệt hại: 35 triệu.”: the only kind of event in the text that can lead to
    /// it, some sentences before.
    pub(super) fn only_event(&self, at: usize, what: Consequence) -> Vec<(usize, usize)> {
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
