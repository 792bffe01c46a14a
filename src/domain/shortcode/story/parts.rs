//! “2 vụ lừa đảo: một vụ mất 80 triệu, một vụ mất 15 triệu”, “bắt 2 đối tượng, một đứa 17 tuổi, một đứa 20 tuổi”: the
//! parts of a figure told before are no new figures.

use super::super::items::{Figure, Item, Kind, Unit};
use super::super::lexicon::{Class, Strength};
use super::super::steps::step;
use super::super::text::Text;

/// What a figure becomes that is a part of the one before it.
pub(super) const PART: Kind = Kind::Noise("a part");

/// The most parts that anybody tells one by one.
const MOST: i64 = 12;

/// Marks the figures that are the parts of a figure before them: as many, and nothing else is named among them.
pub(super) fn mark_parts(items: &mut [Item], text: &Text) {
    let mut at = 0;
    while at < items.len() {
        let whole = match items.get(at).map(|item| &item.kind) {
            Some(Kind::Figure(figure)) if is_whole(figure) => *figure,
            _ => {
                at += 1;
                continue;
            }
        };
        let named = named_beside(items, at);
        let parts = match named {
            Some((place, strength)) => Parts { items, text, whole, place, strength }.after(at),
            None => Vec::new(),
        };
        settle(items, &parts, named.map(|(place, _)| place), text);
        at = parts.last().copied().unwrap_or(at) + 1;
    }
}

/// The parts count nothing, and what names them up to the end of the last one's clause is no other event.
fn settle(items: &mut [Item], parts: &[usize], own: Option<usize>, text: &Text) {
    let (Some(first), Some(last)) = (parts.first().copied(), parts.last().copied()) else { return };
    let mut ended = false;
    for (at, item) in items.iter_mut().enumerate().skip(first) {
        ended |= at > last && matches!(item.kind, Kind::Sep(_));
        match item.kind {
            _ if ended => break,
            Kind::Figure(_) | Kind::Word | Kind::Noise(_) if parts.contains(&at) => item.kind = PART,
            Kind::Indicator(place, _)
                if own == Some(place) || text.book.entries.get(place).is_some_and(|entry| !entry.quiet) =>
            {
                item.kind = Kind::Noise("what a part was");
            }
            _ => {}
        }
    }
}

fn is_whole(figure: &Figure) -> bool {
    matches!(figure.unit, Unit::Case | Unit::Person)
        && (2..=MOST).contains(&figure.value)
        && !(figure.total || figure.denied || figure.approx || figure.difference)
}

/// The indicator that stands in the clause of the figure, the nearest first behind it.
fn named_beside(items: &[Item], at: usize) -> Option<(usize, Strength)> {
    let named = |item: &Item| match item.kind {
        Kind::Indicator(place, strength) if strength != Strength::Code => Some((place, strength)),
        _ => None,
    };
    let clause = |item: &&Item| !matches!(item.kind, Kind::Sep(_) | Kind::Colon | Kind::Figure(_));
    let behind = items.iter().skip(at + 1).take(4).take_while(clause).find_map(named);
    behind.or_else(|| items.iter().take(at).rev().take(4).take_while(clause).find_map(named))
}

/// “1 vụ trộm, 1 vụ cướp nữa là 2 vụ”, “…, 2 vụ cả thảy”: the sum of those told before, whose clause names nothing for it.
pub(super) fn mark_sums(items: &mut [Item], text: &Text) {
    for at in 2..items.len() {
        let cases = matches!(items.get(at).map(|item| &item.kind),
            Some(Kind::Figure(f)) if matches!(f.unit, Unit::Case | Unit::None) && f.value > 1 && !f.total);
        if !(cases && is_called_sum(items, at, text)) {
            continue;
        }
        let clause = || items.iter().take(at).rev().take_while(|item| !matches!(item.kind, Kind::Sep(_)));
        let names = clause().any(|item| matches!(item.kind, Kind::Indicator(..) | Kind::Ambiguous(_)));
        let counted = |item: &Item| matches!(item.kind, Kind::Figure(figure) if figure.unit == Unit::Case);
        let told = items.iter().take(at).filter(|item| counted(item)).count();
        if told > 1
            && (!names || clause().any(counted))
            && let Some(Kind::Figure(figure)) = items.get_mut(at).map(|item| &mut item.kind)
        {
            figure.total = true;
        }
    }
}

/// Whether a word of sums ends the clause right behind the figure, or “nữa là” stands before it.
fn is_called_sum(items: &[Item], at: usize, text: &Text) -> bool {
    let ends = |at: usize| items.get(at).is_none_or(|item| matches!(item.kind, Kind::Sep(_) | Kind::Close));
    let talk = |at: usize| {
        items
            .get(at)
            .is_some_and(|item| item.kind == Kind::Word && text.is(item.from, Class::Polite).is_some())
    };
    let behind = matches!(items.get(at + 1).map(|item| &item.kind), Some(Kind::Total))
        && (ends(at + 2) || talk(at + 2) && ends(at + 3));
    let first = items.get(at).map_or(0, |item| item.from);
    let word = |back: usize| first.checked_sub(back).map_or("", |at| text.plain(at));
    behind || (word(1) == "la" && word(2) == "nua")
}

struct Parts<'a, 'b> {
    items: &'a [Item],
    text: &'a Text<'b>,
    whole: Figure,
    place: usize,
    strength: Strength,
}

impl Parts<'_, '_> {
    /// The items of the parts that follow the whole at `at`; none if what follows is no such list.
    fn after(&self, at: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let (mut sum, mut apart, mut listed, mut opened) = (0, false, false, false);
        for (i, item) in self.items.iter().enumerate().skip(at + 1) {
            step();
            match &item.kind {
                Kind::Sep(_) if sum == self.whole.value => break,
                Kind::Sep(_) => apart = true,
                Kind::Colon | Kind::Open | Kind::Part => {
                    (apart, listed) = (true, true);
                    opened |= item.kind == Kind::Open;
                }
                Kind::Close if opened && sum < self.whole.value => return Vec::new(),
                Kind::Word | Kind::Noise(_) if self.is_one_by_name(i, listed || !found.is_empty()) => {
                    sum += 1;
                    found.push(i);
                }
                Kind::Figure(figure) if self.is_part(figure, i, !found.is_empty()) => {
                    sum += figure.value;
                    found.push(i);
                }
                Kind::Figure(figure) if figure.unit == Unit::Case && sum == 0 => return Vec::new(),
                Kind::Indicator(..) if !apart => {}
                // “tranh chấp 3 vụ, hai vụ hòa giải thành, …”: these figures count what came of it.
                Kind::Indicator(..) if sum > 0 && !opened && self.counts_from_before(i) => return Vec::new(),
                // “3 vụ mất trộm (1 vụ lấy đồng hồ nước, …)”: whatever they were, they are its parts.
                Kind::Indicator(place, strength)
                    if !(self.allows(*place, *strength, listed) || opened && *strength != Strength::Code) =>
                {
                    return Vec::new();
                }
                Kind::Consequence(_) if apart && self.whole.unit == Unit::Person => return Vec::new(),
                Kind::Month(_) | Kind::Ambiguous(_) | Kind::Trouble(_) | Kind::Slip => return Vec::new(),
                _ => {}
            }
            if sum > self.whole.value {
                return Vec::new();
            }
        }
        if sum == self.whole.value && found.len() > 1 { found } else { Vec::new() }
    }

    /// “vụ thứ nhất …, vụ kia 30 triệu”: one of the cases without a number, at the beginning of its clause.
    fn is_one_by_name(&self, at: usize, goes_on: bool) -> bool {
        let before = at.checked_sub(1).and_then(|b| self.items.get(b)).map(|item| &item.kind);
        let begins = matches!(
            before,
            Some(Kind::Sep(_) | Kind::And | Kind::Rest | Kind::Colon | Kind::Open | Kind::Part)
        );
        self.whole.unit == Unit::Case
            && begins
            && self.items.get(at).is_some_and(|item| {
                self.text.is(item.from, Class::FirstOf).is_some()
                    || goes_on && self.text.is(item.from, Class::OneOf).is_some()
            })
    }

    /// Whether the figure at `at` may be one part: of the same kind, at the beginning of its clause.
    fn is_part(&self, figure: &Figure, at: usize, goes_on: bool) -> bool {
        if figure.total || figure.denied || figure.approx || figure.difference || figure.value == 0 {
            return false;
        }
        let before = at.checked_sub(1).and_then(|b| self.items.get(b)).map(|item| &item.kind);
        let begins = matches!(before, Some(Kind::Sep(_) | Kind::Colon | Kind::Open | Kind::And | Kind::Part));
        match self.whole.unit {
            Unit::Case => begins && figure.unit == Unit::Case,
            _ => {
                let next = self.items.get(at + 1).map(|item| &item.kind);
                let told = figure.unit == Unit::Person || matches!(next, Some(Kind::Word | Kind::Noise(_)));
                let people = matches!(figure.unit, Unit::Person | Unit::None | Unit::Stranger);
                people && told && (begins || goes_on) && !self.is_counted(at)
            }
        }
    }

    /// Whether what came of the cases stands at `at` without a figure behind it.
    fn counts_from_before(&self, at: usize) -> bool {
        let quiet = match self.items.get(at).map(|item| &item.kind) {
            Some(Kind::Indicator(place, _)) => {
                self.text.book.entries.get(*place).is_some_and(|entry| entry.quiet)
            }
            _ => false,
        };
        quiet
            && self.whole.unit == Unit::Case
            && !matches!(self.items.get(at + 1).map(|item| &item.kind), Some(Kind::Figure(_)))
    }

    /// Whether a unit of something else stands right behind the figure.
    fn is_counted(&self, at: usize) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let unit = super::super::amounts::unit(self.text, item.to).map(|(unit, _)| unit);
        unit.is_some_and(|unit| unit != Unit::Person)
    }

    /// Whether an indicator may stand among the parts: activities and results, a word that says little, the same one
    /// again in a list.
    fn allows(&self, place: usize, strength: Strength, listed: bool) -> bool {
        let same = place == self.place && (listed || self.strength != Strength::Specific);
        if self.whole.unit == Unit::Person {
            return same;
        }
        let quiet = self.text.book.entries.get(place).is_some_and(|entry| entry.quiet);
        quiet || strength == Strength::Weak || same
    }
}
