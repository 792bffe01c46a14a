//! What a text tells: the figures by indicator, and the first doubt.

use std::collections::BTreeMap;

use super::attach::{Pairing, attach, need};
use super::items::{Figure, Item, Kind, Trouble, Unit};
use super::lexicon::{Consequence, Strength};
use super::reading::Why;
use super::text::Text;
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

/// Reads the figures of `items`. `correcting`: in a correction casualties need no event beside them.
pub(super) fn tell(text: &Text, items: &[Item], correcting: bool) -> Story {
    let mut items = items.to_vec();
    let inside = insides(&items);
    mark_headers(&mut items);
    if correcting {
        mark_replaced(&mut items);
    }
    let mentions = mentions(&items, text, &inside);
    let flag = |all: &[bool], at: usize| all.get(at).copied().unwrap_or(false);
    let needed: Vec<i64> = items
        .iter()
        .enumerate()
        .map(|(at, item)| need(item, text.book, flag(&inside, at), flag(&mentions, at)))
        .collect();
    let pairing = attach(&items, text.book, &needed, &inside);
    let mut teller = Teller {
        text,
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

/// Which items stand in parentheses or after “trong đó”, to the end of the sentence.
fn insides(items: &[Item]) -> Vec<bool> {
    let mut depth = 0_i32;
    let mut part = false;
    items
        .iter()
        .map(|item| {
            match &item.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = (depth - 1).max(0),
                Kind::Part => part = true,
                Kind::Sep(level) if *level >= 2 => part = false,
                _ => {}
            }
            depth > 0 || part
        })
        .collect()
}

/// “có 5 vụ: …”, “4 vụ gồm …”: a figure of cases before a list is their sum.
fn mark_headers(items: &mut [Item]) {
    let mut named = false;
    for at in 0..items.len() {
        let lists = matches!(items.get(at + 1).map(|i| &i.kind), Some(Kind::Colon | Kind::Part | Kind::Open))
            || (matches!(items.get(at + 1).map(|i| &i.kind), Some(Kind::Sep(1)))
                && matches!(items.get(at + 2).map(|i| &i.kind), Some(Kind::Part)));
        let Some(item) = items.get_mut(at) else { continue };
        match &mut item.kind {
            Kind::Indicator(..) | Kind::Ambiguous(_) => named = true,
            Kind::Sep(_) => named = false,
            Kind::Figure(figure) if figure.unit == Unit::Case && lists && !named => figure.total = true,
            _ => {}
        }
    }
}

/// “từ 2 thành 3”, “2 -> 3”: in a correction the first figure is what was wrong.
fn mark_replaced(items: &mut [Item]) {
    for at in 0..items.len() {
        let mut after =
            items.iter().skip(at + 1).filter(|item| !matches!(item.kind, Kind::Noise(_) | Kind::Word));
        let becomes = matches!(after.next().map(|i| &i.kind), Some(Kind::Becomes));
        let figure = matches!(after.next().map(|i| &i.kind), Some(Kind::Figure(_)));
        if let (true, Some(Item { kind: Kind::Figure(old), .. })) = (becomes && figure, items.get_mut(at)) {
            old.denied = true;
        }
    }
}

/// Which indicators are only spoken of: what a tip or a meeting is about, what something came of.
fn mentions(items: &[Item], text: &Text, inside: &[bool]) -> Vec<bool> {
    let quiet = |kind: &Kind| match kind {
        Kind::Indicator(place, _) => {
            let links = &text.book.links;
            Some(*place) == links.meetings
                || text.book.entries.get(*place).is_some_and(|e| e.units.contains(&Unit::Tip))
        }
        _ => false,
    };
    let aside = neighbours(items, text);
    let mut found = vec![false; items.len()];
    for at in 0..items.len() {
        let Some(Kind::Indicator(place, strength)) = items.get(at).map(|i| &i.kind) else { continue };
        if *strength == Strength::Code {
            continue;
        }
        let _ = place;
        let counted = matches!(
            items.get(at + 1).map(|i| &i.kind),
            Some(Kind::Figure(_) | Kind::Colon | Kind::Neg | Kind::Vague(_))
        );
        let mut back = at;
        let mut before = None;
        while let Some(previous) = back.checked_sub(1) {
            back = previous;
            match items.get(previous).map(|i| &i.kind) {
                Some(Kind::Noise(_)) => {}
                other => {
                    before = other;
                    break;
                }
            }
        }
        let before_that = back.checked_sub(1).and_then(|b| items.get(b)).map(|i| &i.kind);
        let starts = matches!(
            before_that,
            None | Some(Kind::Sep(_) | Kind::Colon | Kind::Month(_) | Kind::Hamlet { .. } | Kind::Keyword)
        );
        let mention = match before {
            Some(Kind::Cause) => true,
            _ if aside.get(at).copied().unwrap_or(false) => true,
            Some(Kind::Topic) => {
                !(starts && (counted || matches!(items.get(at + 1).map(|i| &i.kind), Some(Kind::Word))))
                    && !counted
                    || !starts
            }
            Some(kind @ Kind::Indicator(..)) => quiet(kind) && !counted,
            Some(Kind::Sep(1) | Kind::And) => {
                let earlier = (0..back)
                    .rev()
                    .find(|b| !matches!(items.get(*b).map(|i| &i.kind), Some(Kind::Word | Kind::Noise(_))));
                earlier.is_some_and(|b| found.get(b).copied().unwrap_or(false))
                    && !counted
                    && !inside.get(at).copied().unwrap_or(false)
            }
            _ => false,
        };
        if let Some(slot) = found.get_mut(at) {
            *slot = mention;
        }
    }
    found
}

/// What is told of a neighbouring hamlet only for contrast (“bên xóm Hạ họ mất trộm liên miên chứ …”).
fn neighbours(items: &[Item], text: &Text) -> Vec<bool> {
    let mut aside = false;
    items
        .iter()
        .map(|item| {
            match &item.kind {
                Kind::Hamlet { aside: true, name } => {
                    let beside = item.from.checked_sub(1).is_some_and(|b| text.plain(b) == "ben");
                    aside = !name.is_empty() && beside;
                }
                Kind::Hamlet { aside: false, .. } | Kind::Month(_) | Kind::Sep(2 | 3) => aside = false,
                _ => {}
            }
            aside
        })
        .collect()
}

struct Teller<'a, 'b> {
    text: &'a Text<'b>,
    items: &'a [Item],
    inside: &'a [bool],
    mentions: &'a [bool],
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
    fn kind(&self, at: usize) -> &Kind {
        self.items.get(at).map_or(&Kind::Word, |item| &item.kind)
    }

    fn run(&mut self) {
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
        self.take_unclaimed();
        let vague = |item: &usize| !matches!(self.kind(*item), Kind::Vague(_));
        if let Some(item) = self.pairing.unsure.filter(vague) {
            let mut doubt = Doubt::new(Why::Contradiction, item);
            doubt.count = self.figure(item).map(|figure| figure.value);
            self.doubts.push(doubt);
        }
    }

    fn figure(&self, at: usize) -> Option<&Figure> {
        match self.kind(at) {
            Kind::Figure(figure) => Some(figure),
            _ => None,
        }
    }

    fn flag(all: &[bool], at: usize) -> bool {
        all.get(at).copied().unwrap_or(false)
    }

    fn take_troubles(&mut self) {
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
    fn take(&mut self, thing: usize, figure: usize) {
        let value = match self.value_of(figure, thing) {
            Ok(value) => value,
            Err(Why::Vague) if Self::flag(self.mentions, thing) => return,
            Err(why) => {
                let mut doubt = Doubt::new(why, figure);
                doubt.candidates = self.places(thing);
                self.doubts.push(doubt);
                return;
            }
        };
        match self.kind(thing).clone() {
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

    fn unit_of(&self, figure: usize) -> Unit {
        self.figure(figure).map_or(Unit::None, |figure| figure.unit)
    }

    fn places(&self, thing: usize) -> Vec<usize> {
        match self.kind(thing) {
            Kind::Indicator(place, _) => vec![*place],
            Kind::Ambiguous(place) => self.text.book.ambiguous.get(*place).cloned().unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The number that a figure gives to a thing, money in đồng.
    fn value_of(&self, figure: usize, thing: usize) -> Result<i64, Why> {
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
            Kind::Figure(figure) if figure.approx => Err(Why::Vague),
            Kind::Figure(figure) => Ok(figure.value),
            _ => Err(Why::Vague),
        }
    }

    fn claim(
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

    /// “hòa giải 2 vụ thành”, “hòa giải 3 vụ thành 2”; anything else ambiguous is asked about.
    fn take_ambiguous(&mut self, thing: usize, figure: usize, value: i64) {
        let places = self.places(thing);
        let links = &self.text.book.links;
        let mediation = !places.is_empty() && places.iter().all(|place| links.mediation.contains(place));
        if mediation {
            let until = (figure.max(thing) + 1..self.items.len()).take(8);
            for at in until {
                match self.kind(at) {
                    Kind::Sep(3) => break,
                    Kind::Succeeded | Kind::Failed => {
                        let place =
                            if *self.kind(at) == Kind::Succeeded { links.succeeded } else { links.failed };
                        if self.pairing.figure_of(at).is_none()
                            && let Some(place) = place
                        {
                            self.claim(place, value, thing, Strength::Generic, None, Unit::None);
                        }
                        return;
                    }
                    Kind::Figure(_) if self.pairing.loose.contains(&at) => return,
                    _ => {}
                }
            }
        }
        let mut doubt = Doubt::new(Why::AmbiguousWord, thing);
        doubt.candidates = places;
        doubt.count = Some(value);
        self.doubts.push(doubt);
    }

    fn take_mediation(&mut self, place: Option<usize>, value: i64, thing: usize) {
        let links = self.text.book.links.clone();
        let told = (0..thing)
            .rev()
            .take(14)
            .any(|at| self.places(at).iter().any(|place| links.mediation.contains(place)));
        match place {
            Some(place) if told => self.claim(place, value, thing, Strength::Generic, None, Unit::None),
            _ => self.doubts.push(Doubt::new(Why::NoIndicator, thing)),
        }
    }

    /// “không có trộm cắp, đánh nhau, cờ bạc”: a denial reaches the whole list.
    fn spread_denials(&mut self) {
        let denied: Vec<(usize, bool)> = self
            .pairing
            .pairs
            .iter()
            .filter(|pair| *self.kind(pair.figure) == Kind::Neg)
            .map(|pair| (pair.thing, pair.thing > pair.figure))
            .collect();
        for (thing, forward) in denied {
            let mut at = thing;
            let mut gap = 0;
            while let Some(next) = if forward { Some(at + 1) } else { at.checked_sub(1) } {
                at = next;
                match self.items.get(at).map(|item| item.kind.clone()) {
                    Some(Kind::Indicator(place, strength)) => {
                        if self.pairing.figure_of(at).is_some() || Self::flag(self.mentions, at) {
                            break;
                        }
                        gap = 0;
                        self.excuse(at);
                        self.claim(place, 0, at, strength, None, Unit::None);
                    }
                    Some(Kind::Sep(1) | Kind::And) => gap += 1,
                    Some(Kind::Word | Kind::Noise(_) | Kind::Topic) if forward => gap += 1,
                    _ => break,
                }
                if gap > 3 {
                    break;
                }
            }
        }
    }

    fn excuse(&mut self, at: usize) {
        if let Some(slot) = self.excused.get_mut(at) {
            *slot = true;
        }
    }

    fn explain(&mut self, at: usize) {
        if let Some(slot) = self.explained.get_mut(at) {
            *slot = true;
        }
    }

    /// “2 vụ, à nhầm 3 vụ”: the figure after a slip of the tongue takes the place of the one before; two slips, or
    /// a second thought (“hình như”), are for the clerk.
    fn take_slips(&mut self) {
        let slips: Vec<usize> =
            (0..self.items.len()).filter(|at| matches!(self.kind(*at), Kind::Slip)).collect();
        let [slip] = slips.as_slice() else {
            if let Some(at) = slips.first() {
                self.doubts.push(Doubt::new(Why::Contradiction, *at));
            }
            return;
        };
        let after = (*slip + 1..self.items.len()).find(|at| self.figure(*at).is_some());
        let Some(after) = after.filter(|at| self.pairing.loose.contains(at)) else { return };
        let before = self
            .pairing
            .pairs
            .iter()
            .filter(|pair| pair.figure < *slip)
            .max_by_key(|pair| pair.figure)
            .copied();
        let value = self.figure(after).map(|figure| figure.value);
        if let (Some(pair), Some(value)) = (before, value) {
            for claims in self.claims.values_mut() {
                for claim in claims.iter_mut().filter(|claim| claim.thing == pair.thing) {
                    claim.value = value;
                }
            }
            self.explain(after);
        }
    }

    /// The event that a consequence or loss at `at` is told with.
    fn event_before(&self, at: usize) -> Vec<(usize, usize)> {
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
    fn event_after(&self, at: usize) -> Option<(usize, usize)> {
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

    fn target(&self, event: usize, what: Consequence) -> Option<Option<usize>> {
        let rule = self.text.book.events.get(event)?;
        let target = match what {
            Consequence::Dead => rule.dead,
            Consequence::Hurt => rule.hurt,
            Consequence::Loss => rule.loss,
        };
        if target.is_some() || rule.silent.contains(&what) { Some(target) } else { None }
    }

    fn take_consequence(&mut self, thing: usize, figure: usize, what: Consequence) {
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
                self.claim(place, value, thing, Strength::Generic, Some(event), Unit::Person);
            }
            Some(None) => {}
            None if value == 0 => {}
            None => self.doubts.push(unattached()),
        }
    }

    /// Sums of money told with events.
    fn take_losses(&mut self) {
        for at in 0..self.items.len() {
            let Kind::Money { dong, denied: false } = *self.kind(at) else { continue };
            if self.pairing.pairs.iter().any(|pair| pair.figure == at) {
                continue;
            }
            match self.loss_word(at) {
                LossWord::Noise => {}
                LossWord::None => self.take_loss(at, dong, false, false),
                LossWord::Loss { all, total } => self.take_loss(at, dong, true, all || total && false),
            }
        }
    }

    /// The nearest word in the sentence before a sum that says what it is.
    fn loss_word(&self, at: usize) -> LossWord {
        let mut total = false;
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
                Kind::Loss { all } => {
                    let before = earlier.checked_sub(1).map(|b| self.kind(b).clone());
                    return LossWord::Loss { all: *all, total: total || before == Some(Kind::Total) };
                }
                Kind::Total => total = true,
                Kind::Sep(2 | 3) | Kind::Money { .. } => break,
                _ => {}
            }
        }
        if matches!(self.kind(at + 1), Kind::MoneyNoise) {
            return LossWord::Noise;
        }
        LossWord::None
    }

    fn take_loss(&mut self, at: usize, dong: i64, told: bool, all: bool) {
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
    fn events_told(&self) -> Vec<usize> {
        let told = |pair: &super::attach::Pair| match self.kind(pair.thing) {
            Kind::Indicator(place, _) if self.value_of(pair.figure, pair.thing) != Ok(0) => {
                self.text.book.entries.get(*place).and_then(|entry| entry.event)
            }
            _ => None,
        };
        self.pairing.pairs.iter().filter_map(told).collect()
    }

    /// Figures that count nothing named: parts of what was told, people at a meeting, things; otherwise a doubt.
    fn take_loose(&mut self) {
        for at in self.pairing.loose.clone() {
            if Self::flag(&self.explained, at) {
                continue;
            }
            match self.kind(at).clone() {
                Kind::Vague(unit) => {
                    if !matches!(unit, Unit::None | Unit::Thing | Unit::House | Unit::Person | Unit::Stranger)
                    {
                        self.doubts.push(Doubt::new(Why::Vague, at));
                    }
                }
                Kind::Figure(figure) if figure.total => {}
                Kind::Figure(figure) => self.take_loose_figure(at, &figure),
                _ => {}
            }
        }
    }

    fn take_loose_figure(&mut self, at: usize, figure: &Figure) {
        match figure.unit {
            Unit::Thing | Unit::House => return,
            Unit::Stranger if !self.begins_clause(at) => return,
            Unit::Person | Unit::Turn if self.take_attendance(at, figure) => return,
            Unit::Person => return,
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

    fn begins_clause(&self, at: usize) -> bool {
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
    fn take_attendance(&mut self, at: usize, figure: &Figure) -> bool {
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
    fn is_part(&self, at: usize) -> bool {
        let named = |pair: &&super::attach::Pair| {
            pair.figure < at && matches!(self.kind(pair.thing), Kind::Indicator(..))
        };
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
            run == whole && whole > 0 && self.pairing.loose.iter().filter(|i| **i > start).count() > 1
        }
    }

    /// “2 vụ, 1 trộm gà 1 đánh bạc”: the sum before the list, without a word that says so.
    fn is_header(&self, at: usize, figure: &Figure) -> bool {
        let later: Vec<i64> = self
            .pairing
            .pairs
            .iter()
            .filter(|pair| pair.figure > at && matches!(self.kind(pair.thing), Kind::Indicator(..)))
            .filter_map(|pair| self.figure(pair.figure))
            .map(|figure| figure.value)
            .collect();
        let first = self.pairing.pairs.iter().all(|pair| pair.figure > at);
        let apart = matches!(self.kind(at + 1), Kind::Sep(_));
        figure.unit == Unit::Case
            && first
            && apart
            && later.len() > 1
            && later.iter().sum::<i64>() == figure.value
    }

    /// A word that would have to be a slip, beside a figure that counts nothing else.
    fn take_second_look(&mut self, at: usize, figure: &Figure) -> bool {
        if figure.unit != Unit::Case || figure.approx || figure.thousandths.is_some() {
            return false;
        }
        let found = self.second_look(at);
        if let Some((place, thing)) = found {
            if self
                .text
                .book
                .entries
                .get(place)
                .is_some_and(|entry| entry.units.contains(&figure.unit) && !entry.quiet)
            {
                self.claim(place, figure.value, thing, Strength::Specific, None, figure.unit);
                return true;
            }
        }
        false
    }

    fn second_look(&self, at: usize) -> Option<(usize, usize)> {
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

    /// Indicators without a figure.
    fn take_unclaimed(&mut self) {
        for at in 0..self.items.len() {
            let claimed = self.pairing.figure_of(at).is_some() || Self::flag(&self.excused, at);
            if claimed || Self::flag(self.mentions, at) {
                continue;
            }
            match self.kind(at).clone() {
                Kind::Indicator(place, strength) => self.take_unclaimed_indicator(at, place, strength),
                Kind::Consequence(what) => self.take_unclaimed_consequence(at, what),
                _ => {}
            }
        }
    }

    fn take_unclaimed_indicator(&mut self, at: usize, place: usize, strength: Strength) {
        let quiet = self.text.book.entries.get(place).is_some_and(|entry| entry.quiet);
        if (strength == Strength::Weak || quiet) && strength != Strength::Code {
            return;
        }
        if self.claims.contains_key(&place) && strength != Strength::Code {
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
        let mut doubt = Doubt::new(why, at);
        doubt.candidates = vec![place];
        self.doubts.push(doubt);
    }

    /// “1 vụ tai nạn chết người”: how many?
    fn take_unclaimed_consequence(&mut self, at: usize, what: Consequence) {
        let Some((event, rule)) = self.event_before(at).first().copied() else { return };
        let Some(Some(place)) = self.target(rule, what) else { return };
        let own = matches!(self.kind(event), Kind::Indicator(owner, _) if *owner == place);
        let core = self.items.get(at).is_some_and(|item| {
            matches!(self.text.plain(item.from), "chet" | "tu" | "bi" | "lam")
                && (item.from..item.to).any(|t| matches!(self.text.plain(t), "chet" | "vong" | "thuong"))
        });
        let same_clause = !(event..at).any(|i| matches!(self.kind(i), Kind::Sep(2 | 3)));
        let animal = (at + 1..at + 3).any(|i| self.figure(i).is_some_and(|f| f.unit == Unit::Thing))
            || at.checked_sub(1).and_then(|b| self.figure(b)).is_some_and(|f| f.unit == Unit::Thing);
        if !own && core && same_clause && !animal && !self.claims.contains_key(&place) {
            let mut doubt = Doubt::new(Why::NoCount, at);
            doubt.candidates = vec![place];
            self.doubts.push(doubt);
        }
    }

    /// One figure for each indicator, or a contradiction.
    fn merge(&mut self) -> Vec<(usize, i64)> {
        let mut values = Vec::new();
        for place in self.order.clone() {
            let claims = self.claims.get(&place).cloned().unwrap_or_default();
            match self.one_value(place, &claims) {
                Some(value) => values.push((place, value)),
                None => {
                    let item = claims.last().map_or(0, |claim| claim.thing);
                    let mut doubt = Doubt::new(Why::Contradiction, item);
                    doubt.candidates = vec![place];
                    self.doubts.push(doubt);
                }
            }
        }
        values
    }

    fn one_value(&self, place: usize, claims: &[Claim]) -> Option<i64> {
        let [first, rest @ ..] = claims else { return None };
        if rest.is_empty() {
            return Some(first.value);
        }
        if claims.iter().all(|claim| claim.value == 0) {
            return Some(0);
        }
        if claims.iter().any(|claim| claim.value == 0) {
            return None;
        }
        if claims.iter().any(|claim| claim.event.is_some()) {
            return self.sum_of_events(place, claims);
        }
        let whole = claims.iter().filter(|claim| !claim.inside).count();
        let inner: i64 = claims.iter().filter(|claim| claim.inside).map(|claim| claim.value).sum();
        if whole == 1 && inner > 0 && !first.inside {
            return (inner <= first.value).then_some(first.value);
        }
        let others: i64 = rest.iter().map(|claim| claim.value).sum();
        let listed = (first.thing..rest.first().map_or(0, |claim| claim.thing))
            .any(|at| matches!(self.kind(at), Kind::Colon | Kind::Open | Kind::Part));
        if others == first.value && listed {
            return Some(first.value);
        }
        let code = claims.iter().any(|claim| claim.strength == Strength::Code);
        if code {
            return claims.iter().all(|claim| claim.value == first.value).then_some(first.value);
        }
        self.sum_of_tellings(claims)
    }

    /// Consequences and losses: those of different events add up; within one event they must agree, sums of money
    /// add up unless one is told as the sum.
    fn sum_of_events(&self, place: usize, claims: &[Claim]) -> Option<i64> {
        let money = self.text.book.entries.get(place).is_some_and(|entry| entry.kind == Counts::Money);
        let own: Vec<&Claim> = claims.iter().filter(|claim| claim.event.is_none()).collect();
        let parts: Vec<&Claim> = claims.iter().filter(|claim| claim.event.is_some()).collect();
        let grand: Vec<&Claim> =
            parts.iter().copied().filter(|claim| money && claim.strength == Strength::Generic).collect();
        let mut sum = 0_i64;
        let mut seen: Vec<(Option<usize>, i64)> = Vec::new();
        for claim in parts.iter().filter(|claim| !(money && claim.strength == Strength::Generic)) {
            let same_event = seen.iter().any(|(event, _)| *event == claim.event);
            let repeated = seen.contains(&(claim.event, claim.value));
            if repeated {
                continue;
            }
            if same_event && !money {
                let between = seen.last().map_or(0, |_| claim.thing);
                let new_part = (0..between)
                    .rev()
                    .take_while(|at| !matches!(self.kind(*at), Kind::Consequence(_)))
                    .any(|at| self.pairing.loose.contains(&at));
                if !new_part {
                    return None;
                }
            }
            seen.push((claim.event, claim.value));
            sum = sum.checked_add(claim.value)?;
        }
        if let [total] = grand.as_slice() {
            sum = if seen.is_empty() || sum == total.value { total.value } else { return None };
        } else if grand.len() > 1 {
            return None;
        }
        // DNC told as a case and as deaths: the deaths count. A code beside the words must agree.
        match own.as_slice() {
            [] => Some(sum),
            [one] if one.unit == Unit::Case && one.strength != Strength::Code => Some(sum),
            all => all.iter().all(|claim| claim.value == sum).then_some(sum),
        }
    }

    /// Tellings of one kind: plainly different events add up.
    fn sum_of_tellings(&self, claims: &[Claim]) -> Option<i64> {
        let place = claims.first().and_then(|claim| match self.kind(claim.thing) {
            Kind::Indicator(place, _) => Some(*place),
            _ => None,
        });
        let mut sum = 0_i64;
        let mut seen: Vec<(Vec<String>, Vec<String>, Strength, i64)> = Vec::new();
        for claim in claims {
            let (phrase, detail) = self.signature(claim.thing);
            for (other_phrase, other_detail, other_strength, other_value) in &seen {
                let same = *other_phrase == phrase && *other_detail == detail;
                let plain = |strength: Strength, detail: &[String]| {
                    strength == Strength::Generic && detail.is_empty()
                };
                let earlier_is_whole = plain(*other_strength, other_detail) && *other_value >= claim.value;
                let both_plain = plain(*other_strength, other_detail) && plain(claim.strength, &detail);
                let weapons = place
                    .and_then(|p| self.text.book.entries.get(p))
                    .is_some_and(|e| e.units.contains(&Unit::Weapon));
                if same || (!weapons && (earlier_is_whole || both_plain)) {
                    return None;
                }
            }
            seen.push((phrase, detail, claim.strength, claim.value));
            sum = sum.checked_add(claim.value)?;
        }
        let max =
            place.and_then(|place| self.text.book.entries.get(place)).map_or(i64::MAX, |entry| entry.max);
        (sum <= max).then_some(sum)
    }

    /// The words of an indicator and those right after it, which tell one event from another.
    fn signature(&self, thing: usize) -> (Vec<String>, Vec<String>) {
        let words =
            |from: usize, to: usize| (from..to).map(|at| self.text.plain(at).to_owned()).collect::<Vec<_>>();
        let Some(item) = self.items.get(thing) else { return (Vec::new(), Vec::new()) };
        let mut detail = Vec::new();
        for next in self.items.iter().skip(thing + 1).take(5) {
            match &next.kind {
                Kind::Word | Kind::Noise(_) | Kind::Hamlet { .. } => detail.extend(words(next.from, next.to)),
                Kind::Date { day, .. } => detail.push(day.to_string()),
                Kind::Figure(figure) if figure.unit == Unit::Case => {}
                _ => break,
            }
        }
        (words(item.from, item.to), detail)
    }

    /// Sums that are told must be the sum of what is told.
    fn check_totals(&mut self, values: &[(usize, i64)]) {
        let is_case = |place: usize| {
            self.text
                .book
                .entries
                .get(place)
                .is_some_and(|e| e.units.contains(&Unit::Case) && !e.quiet && e.kind == Counts::Count)
        };
        let sum = |keep: &dyn Fn(&Claim) -> bool| -> i64 {
            values
                .iter()
                .filter(|(place, _)| is_case(*place))
                .filter(|(place, _)| self.claims.get(place).is_some_and(|claims| claims.iter().any(keep)))
                .map(|(_, value)| value)
                .sum()
        };
        let mut wrong = Vec::new();
        for at in self.pairing.loose.iter().copied() {
            let Some(figure) = self.figure(at).filter(|figure| figure.total) else { continue };
            if !matches!(figure.unit, Unit::Case | Unit::None) {
                continue;
            }
            let all = sum(&|_| true);
            let before = sum(&|claim| claim.thing < at);
            let after = sum(&|claim| claim.thing > at);
            if ![all, before, after].contains(&figure.value) || values.is_empty() {
                let why = if values.is_empty() { Why::NoIndicator } else { Why::Contradiction };
                wrong.push(Doubt { count: Some(figure.value), ..Doubt::new(why, at) });
            }
        }
        self.doubts.extend(wrong);
    }

    fn first_doubt(&self) -> Option<Doubt> {
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

enum LossWord {
    None,
    Noise,
    Loss { all: bool, total: bool },
}
