//! Sums of money that are told with events: losses, and what only looks like one.

use super::super::items::{Kind, Unit};
use super::super::lexicon::{Class, Consequence, Strength};
use super::super::reading::Why;
use super::super::scenes::tells;
use super::{Doubt, Teller};
use crate::domain::indicator::Kind as Counts;

/// What the words before a sum say of it.
pub(super) enum LossWord {
    None,
    Noise,
    Loss { all: bool },
}

impl Teller<'_, '_> {
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
                _ if self.is_part_of_sum(at, dong) => {}
                // “Nhà cô Ba bay 500 nghìn.”: by itself no word of a sentence of its own says that it is a loss.
                LossWord::None if self.is_sentence_of_its_own(at) => {
                    self.doubts.push(Doubt { count: Some(dong), ..Doubt::new(Why::NoIndicator, at) });
                }
                LossWord::None => self.take_loss(at, dong, false, false),
                LossWord::Loss { all } => self.take_loss(at, dong, true, all),
            }
        }
    }

    /// “cả hai mất hết 35 triệu”: a sum of several cases, told in the clause before it.
    fn is_of_both(&self, at: usize) -> bool {
        let clause = |i: &usize| !matches!(self.kind(*i), Kind::Sep(_));
        let from =
            (0..at).rev().take_while(clause).last().and_then(|i| self.items.get(i)).map(|item| item.from);
        let to = self.items.get(at).map_or(0, |item| item.from);
        (from.unwrap_or(to)..to).any(|token| {
            let number = self.text.number_word(token + 1).or_else(|| self.text.token(token + 1)?.number());
            self.text.plain(token) == "ca" && number.is_some_and(|number| number >= 2)
        })
    }

    /// “giá lợn hơi 65k”: “giá” alone at the head of a clause.
    fn is_price(&self, at: usize) -> bool {
        let alone = self
            .items
            .get(at)
            .is_some_and(|item| item.to - item.from == 1 && self.text.plain(item.from) == "gia");
        let head = at.checked_sub(1).is_none_or(|b| matches!(self.kind(b), Kind::Sep(_)));
        alone && head
    }

    /// Whether only a word for the worth of a thing stands before the sum.
    fn is_worth(&self, at: usize) -> bool {
        let from = self.items.get(at).map_or(0, |item| item.from);
        (1..=2).filter_map(|back| from.checked_sub(back)).any(|b| {
            matches!(
                (self.text.plain(b), self.text.plain(b + 1)),
                ("tri", "gia") | ("co", "gia") | ("dang", "gia")
            )
        })
    }

    /// Whether “thiệt hại” told a loss of the event in a clause before, and this sum stands in another one without a word for it.
    fn is_counted_loss(&self, place: usize, event: usize, at: usize) -> bool {
        let damage = |i: usize| {
            self.items.get(i).is_some_and(|item| {
                matches!(item.kind, Kind::Loss { .. }) && self.text.plain(item.from) == "thiet"
            })
        };
        let parts = |from: usize| {
            (from..at).any(|i| matches!(self.kind(i), Kind::Sep(1) | Kind::And))
                && !(from..at).any(|i| *self.kind(i) == super::parts::PART)
        };
        self.claims.get(&place).into_iter().flatten().any(|claim| {
            claim.event == Some(event)
                && claim.thing < at
                && (claim.thing.saturating_sub(4)..claim.thing).any(damage)
                && parts(claim.thing)
        })
    }

    /// “mất 45 triệu, trong đó 1 vụ mất 20 triệu”, “17 triệu (vụ đầu 12 triệu, vụ sau 5 triệu)”: whether the sum is a part
    /// of one before it; parts that do not make up the whole are a doubt.
    fn is_part_of_sum(&mut self, at: usize, dong: i64) -> bool {
        let Some((lead, whole)) = self.whole_of(at) else { return false };
        let opened = *self.kind(lead) == Kind::Open;
        let ends = |i: &usize| match self.kind(*i) {
            Kind::Close => opened,
            kind => matches!(kind, Kind::Sep(2 | 3)),
        };
        let sums = (lead..self.items.len()).take_while(|i| !ends(i)).filter_map(|i| match self.kind(i) {
            Kind::Money { dong, denied: false } if !matches!(self.loss_word(i), LossWord::Noise) => {
                Some(*dong)
            }
            _ => None,
        });
        let (told, count) = sums.fold((0_i64, 0), |(sum, count), dong| (sum.saturating_add(dong), count + 1));
        let led = *self.kind(lead) == Kind::Part;
        let named = self.names_other_loss(lead, at);
        let fits = if count == 1 || led { told <= whole } else { told == whole };
        match (fits, named) {
            (true, false) => true,
            (true, true) => count > 1 && told == whole,
            (false, false) if opened || led => {
                self.doubts.push(Doubt { count: Some(dong), ..Doubt::new(Why::Contradiction, at) });
                true
            }
            _ => false,
        }
    }

    /// What begins the parts among which the sum at `at` stands (“(”, “:”, “trong đó”), and the sum before it that they are
    /// of.
    fn whole_of(&self, at: usize) -> Option<(usize, i64)> {
        let talk = |i: &usize| matches!(self.kind(*i), Kind::Word | Kind::Noise(_) | Kind::Sep(1));
        let sentence = |i: &usize| !matches!(self.kind(*i), Kind::Sep(2 | 3) | Kind::Close);
        let sum = |at: Option<usize>| match at.map(|at| self.kind(at)) {
            Some(Kind::Money { dong, denied: false }) => Some(*dong),
            _ => None,
        };
        for lead in (0..at).rev().take_while(sentence) {
            let mut before = (0..lead).rev();
            match self.kind(lead) {
                Kind::Part => {
                    let mut before = before.take_while(sentence);
                    let whole = before.find(|i| matches!(self.kind(*i), Kind::Money { .. }));
                    return sum(whole).map(|whole| (lead, whole));
                }
                Kind::Open | Kind::Colon => {
                    if let Some(whole) = sum(before.find(|i| !talk(i))) {
                        return Some((lead, whole));
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Whether an event with losses stands between `lead` and `at` that is none of those told before `lead`.
    fn names_other_loss(&self, lead: usize, at: usize) -> bool {
        let place = |i: usize| match self.kind(i) {
            Kind::Indicator(place, _) => Some(*place),
            _ => None,
        };
        let loses = |place: &usize| {
            let event = self.text.book.entries.get(*place).and_then(|entry| entry.event);
            event.and_then(|event| self.target(event, Consequence::Loss)).flatten().is_some()
        };
        let told: Vec<usize> = (lead..at).filter_map(place).filter(loses).collect();
        if told.is_empty() {
            return false;
        }
        let before: Vec<usize> =
            self.event_before(lead).into_iter().filter_map(|(item, _)| place(item)).collect();
        told.iter().any(|place| !before.contains(place))
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
                // “giá ngô 8k”: at the head of its clause it is a price in the market.
                Kind::Loss { .. } if self.is_price(earlier) => return LossWord::Noise,
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
        let events = if events.is_empty() && told { self.event_summed_up(at) } else { events };
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
        let split = (total || self.is_of_both(at))
            && targets.iter().any(|target| Some(*target) != targets.first().copied());
        let worth = self.is_worth(at);
        match self.target(rule, Consequence::Loss) {
            _ if split => self.doubts.push(doubt(Why::Unattached)),
            // “đánh nhau tranh cái micro trị giá 300 nghìn”: what a thing is worth is lost only by those who lose things.
            _ if worth && !bare => {}
            // “thiệt hại 250 triệu, bà con … được 18 triệu”: whose is it?
            Some(Some(place)) if !told && self.is_counted_loss(place, event, at) => {
                self.doubts.push(doubt(Why::NoIndicator));
            }
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

    /// “kẻ gian cắt khóa lấy đi con xe trị giá 22 triệu. Cả tháng 1 có mỗi 1 vụ trộm”: the only event of the text, one case
    /// behind the sentence of the sum, whose words tell that very event.
    fn event_summed_up(&self, at: usize) -> Vec<(usize, usize)> {
        let part = |i: &usize| !matches!(self.kind(*i), Kind::Sep(3));
        let event = |i: usize| match self.kind(i) {
            Kind::Indicator(place, strength) if *strength != Strength::Code => {
                Some((*place, self.text.book.entries.get(*place)?.event?))
            }
            _ => None,
        };
        let mut events = (0..self.items.len()).filter_map(|i| event(i).map(|(place, rule)| (i, place, rule)));
        let (Some((thing, place, rule)), None) = (events.next(), events.next()) else { return Vec::new() };
        let once = self.pairing.figure_of(thing).is_some_and(|figure| self.value_of(figure, thing) == Ok(1));
        let sentence: Vec<usize> =
            (0..at).rev().take_while(part).chain((at..self.items.len()).take_while(part)).collect();
        let apart = thing > at && !sentence.contains(&thing);
        if once && apart && tells(self.items, &sentence, place, self.text) {
            vec![(thing, rule)]
        } else {
            Vec::new()
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
}
