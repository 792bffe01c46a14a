//! Deaths, injuries and losses go to the event that they are told with.

use super::super::attach::Pair;
use super::super::items::{Kind, Unit};
use super::super::lexicon::{Consequence, Strength};
use super::super::reading::Why;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// The event that a consequence or loss at `at` is told with.
    pub(super) fn event_before(&self, at: usize) -> Vec<(usize, usize)> {
        let mut sentences = 0;
        let mut found = Vec::new();
        for earlier in (0..at).rev() {
            match self.kind(earlier) {
                Kind::Sep(3) => {
                    sentences += 1;
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
                        !Self::flag(self.mentions, earlier) && !zero && !Self::flag(&self.excused, earlier)
                    }) {
                        found.push((earlier, event));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// “2 người chết do tai nạn giao thông”: the event right after the consequence.
    pub(super) fn event_after(&self, at: usize) -> Option<(usize, usize)> {
        for later in at + 1..(at + 6).min(self.items.len()) {
            match self.kind(later) {
                Kind::Sep(_) => return None,
                Kind::Indicator(place, _)
                    if self.pairing.figure_of(later).is_none() || Self::flag(self.mentions, later) =>
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
            && (Self::flag(self.mentions, event) || self.event_before(thing).is_empty())
        {
            self.excuse(event);
            if let Some(place) = target {
                self.claim(place, value, thing, Strength::Generic, Some(event), Unit::Person);
            }
            return;
        }
        let events = self.event_before(thing);
        let unattached = || Doubt { count: Some(value), ..Doubt::new(Why::Unattached, thing) };
        let Some((event, rule)) = events.first().copied() else {
            if value > 0 {
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

    /// “1 vụ đuối nước chết 2 cháu”: where the dead are what is counted, the cases are not.
    fn drop_cases(&mut self, place: usize, event: usize) {
        let people =
            self.text.book.entries.get(place).is_some_and(|entry| entry.units.contains(&Unit::Person));
        if let Some(claims) = self.claims.get_mut(&place).filter(|_| people) {
            claims.retain(|claim| claim.thing != event || claim.unit != Unit::Case);
        }
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
            if self.pairing.pairs.iter().any(|pair| pair.figure == at) {
                continue;
            }
            match self.loss_word(at) {
                LossWord::Noise => {}
                LossWord::None => self.take_loss(at, dong, false, false),
                LossWord::Loss { all } => self.take_loss(at, dong, true, all),
            }
        }
    }

    /// The nearest word in the sentence before a sum that says what it is.
    pub(super) fn loss_word(&self, at: usize) -> LossWord {
        for earlier in (0..at).rev() {
            match self.kind(earlier) {
                Kind::MoneyNoise => return LossWord::Noise,
                Kind::Indicator(place, _) => {
                    let word = self.items.get(earlier).map_or("", |item| self.text.plain(item.from));
                    let fined = self
                        .text
                        .book
                        .entries
                        .get(*place)
                        .is_some_and(|entry| entry.quiet && entry.event.is_none());
                    if fined && matches!(word, "phat" | "xu") {
                        return LossWord::Noise;
                    }
                }
                Kind::Loss { all } => return LossWord::Loss { all: *all },
                Kind::Sep(2 | 3) | Kind::Money { .. } => break,
                _ => {}
            }
        }
        if matches!(self.kind(at + 1), Kind::MoneyNoise) {
            return LossWord::Noise;
        }
        LossWord::None
    }

    pub(super) fn take_loss(&mut self, at: usize, dong: i64, told: bool, all: bool) {
        let events = self.event_before(at);
        let doubt = |why| Doubt { count: Some(dong), ..Doubt::new(why, at) };
        let default = self.text.book.links.loss;
        let Some((event, rule)) = events.first().copied() else {
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
            _ => self.doubts.push(doubt(Why::Unattached)),
        }
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
