//! What a text tells: the figures by indicator, and the first doubt.

mod denials;
mod earlier;
mod echoes;
mod elsewhere;
mod events;
mod looks;
mod loose;
mod losses;
mod mediation;
mod merge;
mod moods;
mod parts;
mod people;
mod prepare;
mod questions;
mod results;
mod slips;
mod stance;
mod strays;
mod unclaimed;
mod unread;

pub(super) use stance::is_own;

use std::collections::BTreeMap;

use earlier::{mark_compared, mark_month_before, mark_replaced, mark_reported};
use echoes::{mark_both, mark_echoes, mark_mistaken, mark_where};
use mediation::mark_mediated;
use parts::{mark_parts, mark_sums};
use prepare::{causes, insides, mark_actors, mark_headers, mark_labels, mark_pending_and_gone, mentions};
use slips::mark_slips;

use super::attach::{Pairing, Surroundings, attach, need};
use super::items::{Figure, Item, Kind, Trouble, Unit};
use super::lexicon::Strength;
use super::reading::Why;
use super::steps::step;
use super::text::Text;
use super::wish::Wish;
use crate::domain::indicator::Kind as Counts;

/// A reason to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    pub why: Why,
    /// The item that raised it.
    pub item: Option<usize>,
    /// Places of the indicators that may be meant.
    pub candidates: Vec<usize>,
    pub count: Option<i64>,
}

impl Doubt {
    pub fn new(why: Why, item: usize) -> Self {
        Doubt { why, item: Some(item), candidates: Vec::new(), count: None }
    }
}

/// One telling of a figure of an indicator.
#[derive(Debug, Clone)]
struct Claim {
    value: i64,
    /// The item of the indicator or consequence.
    thing: usize,
    strength: Strength,
    /// In parentheses or after “trong đó”.
    inside: bool,
    /// For consequences and losses: the item of the event.
    event: Option<usize>,
    unit: Unit,
}

/// What a text tells.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// Figures by place of the indicator, in the order of the text.
    pub values: Vec<(usize, i64)>,
    pub doubt: Option<Doubt>,
    pub pairing: Pairing,
    /// For explanations: items of indicators that are only spoken of.
    pub mentions: Vec<bool>,
}

/// Reads the figures of `items`. In a correction casualties need no event beside them.
pub(super) fn tell(text: &Text, items: &[Item], wish: Wish) -> Story {
    let correcting = wish == Wish::Correct;
    let mut items = items.to_vec();
    let inside = insides(&items);
    settle(&mut items, text, wish);
    let mentions = mentions(&items, text, &inside);
    let flag = |all: &[bool], at: usize| all.get(at).copied().unwrap_or(false);
    let needed: Vec<i64> = items
        .iter()
        .enumerate()
        .map(|(at, item)| need(item, text.book, flag(&inside, at), flag(&mentions, at)))
        .collect();
    let causes = causes(&items);
    let pairing = attach(&items, text.book, &needed, &Surroundings { inside: &inside, barred: &causes });
    let mut teller = Teller {
        text,
        causes: &causes,
        items: &items,
        inside: &inside,
        mentions: &mentions,
        pairing: &pairing,
        correcting,
        claims: BTreeMap::new(),
        order: Vec::new(),
        doubts: Vec::new(),
        excused: vec![false; items.len()],
        explained: vec![false; items.len()],
    };
    teller.run();
    let values = teller.merge();
    teller.check_totals(&values);
    let doubt = teller.first_doubt();
    Story { values, doubt, pairing, mentions }
}

/// Settles what is no new figure, before figures and indicators find each other.
fn settle(items: &mut [Item], text: &Text, wish: Wish) {
    mark_echoes(items, text);
    mark_both(items, text);
    mark_slips(items, text);
    mark_headers(items);
    mark_mediated(items, text);
    mark_compared(items);
    mark_sums(items, text);
    mark_parts(items, text);
    mark_pending_and_gone(items, text);
    mark_actors(items, text);
    mark_labels(items, text);
    mark_where(items, text);
    mark_month_before(items);
    if wish == Wish::Correct {
        mark_replaced(items);
        mark_mistaken(items);
    }
    if wish != Wish::Report {
        mark_reported(items, text);
    }
}

struct Teller<'a, 'b> {
    text: &'a Text<'b>,
    items: &'a [Item],
    inside: &'a [bool],
    mentions: &'a [bool],
    /// Events that only say what deaths, injuries or losses are of.
    causes: &'a [bool],
    pairing: &'a Pairing,
    correcting: bool,
    claims: BTreeMap<usize, Vec<Claim>>,
    order: Vec<usize>,
    doubts: Vec<Doubt>,
    /// Indicators that need no figure after all.
    excused: Vec<bool>,
    /// Figures that are explained after all.
    explained: Vec<bool>,
}

impl Teller<'_, '_> {
    pub(super) fn kind(&self, at: usize) -> &Kind {
        step();
        self.items.get(at).map_or(&Kind::Word, |item| &item.kind)
    }

    pub(super) fn run(&mut self) {
        self.take_troubles();
        let pairs = self.pairing.pairs.clone();
        let mut things: Vec<(usize, usize)> = pairs.iter().map(|pair| (pair.thing, pair.figure)).collect();
        things.sort_unstable();
        for (thing, figure) in &things {
            self.take(*thing, *figure);
        }
        self.spread_denials();
        self.take_slips();
        for (thing, figure) in &things {
            if let Kind::Consequence(what) = self.kind(*thing).clone() {
                self.take_consequence(*thing, *figure, what);
            }
        }
        self.take_losses();
        self.take_loose();
        self.take_moods();
        self.take_illegible_denials();
        self.take_denials_between();
        self.take_unclaimed();
        self.take_stances();
        self.take_unread();
        let matters =
            |item: &usize| !matches!(self.kind(*item), Kind::Vague(_)) && !self.is_unrecorded(*item);
        if let Some(item) = self.pairing.unsure.filter(matters) {
            let mut doubt = Doubt::new(Why::Contradiction, item);
            doubt.count = self.figure(item).map(|figure| figure.value);
            self.doubts.push(doubt);
        }
    }

    pub(super) fn figure(&self, at: usize) -> Option<&Figure> {
        match self.kind(at) {
            Kind::Figure(figure) => Some(figure),
            _ => None,
        }
    }

    pub(super) fn flag(all: &[bool], at: usize) -> bool {
        all.get(at).copied().unwrap_or(false)
    }

    pub(super) fn take_troubles(&mut self) {
        let strange = super::strange::strange_code(self.text, self.items)
            .or_else(|| super::strange::strange_verb(self.text, self.items));
        if let Some(at) = strange {
            self.doubts.push(Doubt::new(Why::UnknownCode, at));
        }
        for (at, item) in self.items.iter().enumerate() {
            let why = match &item.kind {
                Kind::Trouble(Trouble::Negative) => Why::Absurd,
                Kind::Trouble(Trouble::Illegible) => Why::Illegible,
                Kind::Trouble(Trouble::TwoFigures) => Why::Contradiction,
                Kind::Trouble(Trouble::UnknownCode) => Why::UnknownCode,
                _ => continue,
            };
            self.doubts.push(Doubt::new(why, at));
        }
    }

    /// Takes the figure of an indicator, an ambiguous word, or what became of mediation.
    pub(super) fn take(&mut self, thing: usize, figure: usize) {
        if self.is_wished(thing, figure) {
            return;
        }
        if self.is_for_contrast(figure) {
            return self.excuse(thing);
        }
        if self.is_taken_off(figure) {
            return self.doubts.push(Doubt::new(Why::DifferenceOnly, thing));
        }
        let value = match self.value_of(figure, thing) {
            Ok(value) => value,
            Err(Why::Vague) if Self::flag(self.mentions, thing) || self.is_of_neighbour(figure) => return,
            Err(why) => {
                let mut doubt = Doubt::new(why, figure);
                doubt.candidates = self.places(thing);
                self.doubts.push(doubt);
                return;
            }
        };
        match self.kind(thing).clone() {
            Kind::Indicator(place, _) if self.is_cause_of_people(figure, thing) => {
                let doubt = Doubt::new(Why::NoCount, thing);
                self.doubts.push(Doubt { candidates: vec![place], count: Some(value), ..doubt });
            }
            Kind::Indicator(place, Strength::Weak) if self.is_mere_people(place, thing) => {
                self.doubts.push(Doubt { count: Some(value), ..Doubt::new(Why::NoIndicator, thing) });
            }
            Kind::Indicator(place, strength) => {
                self.claim(place, value, thing, strength, None, self.unit_of(figure))
            }
            Kind::Ambiguous(_) => self.take_ambiguous(thing, figure, value),
            Kind::Succeeded => self.take_mediation(self.text.book.links.succeeded, value, thing),
            Kind::Failed => self.take_mediation(self.text.book.links.failed, value, thing),
            Kind::Casualties => self.doubts.push(Doubt::new(Why::AmbiguousWord, thing)),
            _ => {}
        }
    }

    /// “báo dư 1 vụ trộm”, “rút lại 1 vụ trộm”: by how much less, not how many.
    fn is_taken_off(&self, figure: usize) -> bool {
        let Some(before) = figure.checked_sub(1).and_then(|before| self.items.get(before)) else {
            return false;
        };
        let over = (before.from..before.to).any(|at| matches!(self.text.plain(at), "du" | "thua"));
        self.figure(figure).is_some_and(|figure| figure.unit != Unit::None)
            && (before.kind == Kind::Erase || before.kind == Kind::Mistake && over)
    }

    pub(super) fn unit_of(&self, figure: usize) -> Unit {
        self.figure(figure).map_or(Unit::None, |figure| figure.unit)
    }

    pub(super) fn places(&self, thing: usize) -> Vec<usize> {
        match self.kind(thing) {
            Kind::Indicator(place, _) => vec![*place],
            Kind::Ambiguous(place) => self.text.book.ambiguous.get(*place).cloned().unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The number that a figure gives to a thing, money in đồng.
    pub(super) fn value_of(&self, figure: usize, thing: usize) -> Result<i64, Why> {
        let money = match self.kind(thing) {
            Kind::Indicator(place, _) => {
                self.text.book.entries.get(*place).is_some_and(|e| e.kind == Counts::Money)
            }
            _ => false,
        };
        match self.kind(figure) {
            Kind::Neg => Ok(0),
            Kind::Money { dong, .. } => Ok(*dong),
            Kind::Figure(figure) if money => match figure.thousandths {
                Some(thousandths) => thousandths.checked_mul(1_000).ok_or(Why::Absurd),
                None if figure.value >= 100_000 => Ok(figure.value),
                None => Ok(figure.value * 1_000_000),
            },
            Kind::Figure(figure) if figure.thousandths.is_some() => Err(Why::Absurd),
            Kind::Figure(figure) if figure.approx || figure.share && !self.is_quiet(thing) => Err(Why::Vague),
            Kind::Figure(figure) => Ok(figure.value),
            _ => Err(Why::Vague),
        }
    }

    /// Whether a thing is work done or its result, of which a part of a whole may be told (“làm rõ 2/3 vụ”).
    fn is_quiet(&self, thing: usize) -> bool {
        match self.kind(thing) {
            Kind::Indicator(place, _) => self.text.book.entries.get(*place).is_some_and(|entry| entry.quiet),
            kind => matches!(kind, Kind::Succeeded | Kind::Failed),
        }
    }

    pub(super) fn claim(
        &mut self,
        place: usize,
        value: i64,
        thing: usize,
        strength: Strength,
        event: Option<usize>,
        unit: Unit,
    ) {
        let max = self.text.book.entries.get(place).map_or(0, |entry| entry.max);
        if value > max || value < 0 {
            let mut doubt = Doubt::new(Why::Absurd, thing);
            doubt.candidates = vec![place];
            self.doubts.push(doubt);
        }
        if !self.order.contains(&place) {
            self.order.push(place);
        }
        let inside = Self::flag(self.inside, thing);
        self.claims.entry(place).or_default().push(Claim { value, thing, strength, inside, event, unit });
    }

    pub(super) fn excuse(&mut self, at: usize) {
        if let Some(slot) = self.excused.get_mut(at) {
            *slot = true;
        }
    }

    pub(super) fn explain(&mut self, at: usize) {
        if let Some(slot) = self.explained.get_mut(at) {
            *slot = true;
        }
    }

    pub(super) fn first_doubt(&self) -> Option<Doubt> {
        let rank = |doubt: &Doubt| match doubt.why {
            Why::Illegible | Why::Absurd => 0,
            Why::AmbiguousWord | Why::UnknownCode => 1,
            Why::Vague | Why::DifferenceOnly => 2,
            Why::NoCount => 3,
            _ => 4,
        };
        self.doubts.iter().min_by_key(|doubt| (rank(doubt), doubt.item)).cloned()
    }
}
