//! Several tellings of one thing: one figure, or a contradiction; sums that are told must be right.

use super::super::items::{Kind, Unit};
use super::super::lexicon::Strength;
use super::super::reading::Why;
use super::parts::PART;
use super::{Claim, Doubt, Teller};
use crate::domain::indicator::Kind as Counts;

impl Teller<'_, '_> {
    /// One figure for each indicator, or a contradiction.
    pub(super) fn merge(&mut self) -> Vec<(usize, i64)> {
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

    pub(super) fn one_value(&self, place: usize, claims: &[Claim]) -> Option<i64> {
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
        // “trộm đào 1 vụ, trộm quất 1 vụ, cộng 2 vụ trộm”: the sum of what is told.
        if let [parts @ .., last] = claims
            && self.is_total(last.thing)
        {
            let told: i64 = parts.iter().map(|claim| claim.value).sum();
            return (told == last.value).then_some(last.value);
        }
        let whole = claims.iter().filter(|claim| !claim.inside).count();
        let inner: i64 = claims.iter().filter(|claim| claim.inside).map(|claim| claim.value).sum();
        // “TC3 (hai vụ trộm)”: the same thing named again, no part of it.
        if whole == 1 && self.is_named_again(claims) {
            return None;
        }
        if whole == 1 && inner > 0 && !first.inside {
            return (inner <= first.value).then_some(first.value);
        }
        let others: i64 = rest.iter().map(|claim| claim.value).sum();
        let listed = rest.first().is_some_and(|second| self.lists(first.thing, second.thing));
        // “mất trộm hai vụ, một vụ trộm chó, một vụ trộm gà”: the kind first, then what it was.
        let kinds = first.strength == Strength::Generic
            && self.signature(first.thing).1.is_empty()
            && rest.len() > 1
            && rest.iter().all(|claim| claim.strength == Strength::Specific && claim.unit == first.unit);
        if listed && others <= first.value {
            return Some(first.value);
        }
        if others == first.value && (kinds || self.is_told_one_by_one(claims)) {
            return Some(first.value);
        }
        let code = claims.iter().any(|claim| claim.strength == Strength::Code);
        if code {
            return claims.iter().all(|claim| claim.value == first.value).then_some(first.value);
        }
        self.sum_of_tellings(claims)
    }

    fn is_total(&self, thing: usize) -> bool {
        self.pairing
            .figure_of(thing)
            .and_then(|figure| self.figure(figure))
            .is_some_and(|figure| figure.total)
    }

    /// “3 vụ trộm: …”, “3 vụ (…”, “3 vụ trong đó …”: whether what stands between the first telling with its figure and
    /// the second begins a list of its parts; the colon of “trộm gà: 1 vụ” does not.
    fn lists(&self, first: usize, second: usize) -> bool {
        let figure = |thing: usize| self.pairing.figure_of(thing).unwrap_or(thing);
        let from = first.max(figure(first));
        let to = second.min(figure(second));
        let mut open = false;
        let mut part = false;
        for at in from + 1..to {
            match self.kind(at) {
                Kind::Open => open = true,
                Kind::Close => open = false,
                Kind::Colon | Kind::Part => part = true,
                Kind::Sep(2 | 3) => part = false,
                _ => {}
            }
        }
        open || part
    }

    /// Whether a figure in parentheses, without “trong đó”, names the same kind with another number.
    fn is_named_again(&self, claims: &[Claim]) -> bool {
        let [first, second] = claims else { return false };
        let part = (first.thing..second.thing).any(|at| matches!(self.kind(at), Kind::Part));
        let plain = second.strength == Strength::Generic && self.signature(second.thing).1.is_empty();
        second.inside && !first.inside && plain && !part && second.value != first.value
    }

    /// “hai vụ mất trộm, một vụ là nhà chị Năm …, một vụ là …”: the whole, then one case after the other.
    fn is_told_one_by_one(&self, claims: &[Claim]) -> bool {
        let [first, rest @ ..] = claims else { return false };
        let ones = rest.iter().all(|claim| {
            let figure = self.pairing.figure_of(claim.thing).filter(|figure| *figure < claim.thing);
            let next = figure.and_then(|figure| self.items.get(figure + 1));
            claim.value == 1
                && claim.unit == Unit::Case
                && next.is_some_and(|item| {
                    matches!(self.text.plain(item.from), "la" | "o" | "ben" | "cua" | "tai")
                })
        });
        first.strength == Strength::Generic && rest.len() > 1 && ones
    }

    /// Consequences and losses: those of different events add up; within one event they must agree, sums of money
    /// add up unless one is told as the sum.
    pub(super) fn sum_of_events(&self, place: usize, claims: &[Claim]) -> Option<i64> {
        let money = self.text.book.entries.get(place).is_some_and(|entry| entry.kind == Counts::Money);
        let own: Vec<&Claim> = claims.iter().filter(|claim| claim.event.is_none()).collect();
        let parts: Vec<&Claim> = claims.iter().filter(|claim| claim.event.is_some()).collect();
        let grand: Vec<&Claim> =
            parts.iter().copied().filter(|claim| money && claim.strength == Strength::Generic).collect();
        let mut sum = 0_i64;
        let mut seen: Vec<(Option<usize>, i64)> = Vec::new();
        let mut last = 0;
        for claim in parts.iter().filter(|claim| !(money && claim.strength == Strength::Generic)) {
            // “1 vụ mất 5 triệu, 1 vụ mất 5 triệu”
            let apart = (last.min(claim.thing)..claim.thing).any(|at| *self.kind(at) == PART);
            last = claim.thing;
            let same_event = !apart && seen.iter().any(|(event, _)| *event == claim.event);
            let repeated = !apart && seen.contains(&(claim.event, claim.value));
            // “bị thương 3 người, trong đó 1 người gãy chân”
            let part = !money
                && claim.inside
                && parts.first().is_some_and(|whole| {
                    !whole.inside
                        && whole.event == claim.event
                        && claim.value <= whole.value
                        && seen.len() == 1
                });
            if repeated || part {
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
    pub(super) fn sum_of_tellings(&self, claims: &[Claim]) -> Option<i64> {
        let place = claims.first().and_then(|claim| match self.kind(claim.thing) {
            Kind::Indicator(place, _) => Some(*place),
            _ => None,
        });
        if claims.iter().any(|claim| self.is_stray_number(claim)) {
            return None;
        }
        let mut sum = 0_i64;
        let mut seen: Vec<(Vec<String>, Vec<String>, Strength, i64)> = Vec::new();
        for claim in claims {
            let (phrase, detail) = self.signature(claim.thing);
            let one_more = !seen.is_empty() && self.is_one_more(claim.thing);
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
                if one_more {
                    break;
                }
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

    /// “1 vụ trộm ở trạm 35 mất xe”: a bare number behind a word that it may belong to, or with words between it and what
    /// it would count, beside other figures of the kind.
    fn is_stray_number(&self, claim: &Claim) -> bool {
        if self.is_counted_before(claim) {
            return true;
        }
        if claim.unit != Unit::None || claim.strength == Strength::Code {
            return false;
        }
        let Some(figure) = self.pairing.figure_of(claim.thing).filter(|figure| *figure < claim.thing) else {
            return false;
        };
        let value = self.figure(figure).map_or(0, |figure| figure.value);
        let named = figure.checked_sub(1).is_some_and(|before| match self.kind(before) {
            Kind::Sep(_) | Kind::And | Kind::Colon | Kind::Open | Kind::Close | Kind::Part => false,
            // “trộm lốp 9 mất xe” may be a “lớp 9”, “trộm gà 1 mất xe” is another case.
            Kind::Indicator(..) => claim.strength == Strength::Weak && value > 2,
            // “1 trộm xe ở chợ 1 trộm gà”
            _ => claim.strength == Strength::Weak || value > 1,
        });
        let apart = (figure + 1..claim.thing).any(|at| !matches!(self.kind(at), Kind::Colon));
        named || apart
    }

    /// “bắt 2 đối tượng hôm rằm 15”: the figure right before the word counts what another word of the kind told, so the one
    /// behind it counts something else.
    fn is_counted_before(&self, claim: &Claim) -> bool {
        if claim.strength != Strength::Weak || claim.unit == Unit::Weapon {
            return false;
        }
        let behind = self.pairing.figure_of(claim.thing).is_some_and(|figure| figure > claim.thing);
        let before = claim.thing.checked_sub(1).filter(|before| self.figure(*before).is_some());
        let of = |figure: usize| self.pairing.pairs.iter().find(|pair| pair.figure == figure);
        let told = before.and_then(of).map(|pair| self.places(pair.thing));
        behind && told.is_some_and(|told| told == self.places(claim.thing))
    }

    /// “…, ở chợ đánh nhau 1 vụ nữa”: a word of the clause says that it is another one.
    fn is_one_more(&self, thing: usize) -> bool {
        let in_clause = |at: &usize| !matches!(self.kind(*at), Kind::Sep(_));
        let before = (0..thing).rev().take_while(in_clause).filter(|at| thing - at <= 4);
        let after = (thing..self.items.len()).take_while(in_clause);
        before.chain(after).filter_map(|at| self.items.get(at)).any(|item| {
            (item.from..item.to).any(|token| matches!(self.text.plain(token), "nua" | "tiep" | "khac"))
        })
    }

    /// The words of an indicator and those right after it, which tell one event from another.
    pub(super) fn signature(&self, thing: usize) -> (Vec<String>, Vec<String>) {
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
        // “ngày 5/6 trộm 1 vụ, ngày 18/6 trộm 1 vụ”
        for before in self.items.iter().take(thing).rev().take(5) {
            match &before.kind {
                Kind::Date { day, .. } => detail.push(day.to_string()),
                Kind::Sep(_) => break,
                _ => {}
            }
        }
        (words(item.from, item.to), detail)
    }

    /// Sums that are told must be the sum of what is told.
    pub(super) fn check_totals(&mut self, values: &[(usize, i64)]) {
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
}
