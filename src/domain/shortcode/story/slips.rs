//! What somebody puts right in the same breath.

use super::super::items::{Figure, Item, Kind, Unit};
use super::super::reading::Why;
use super::super::text::Text;
use super::super::token::Shape;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// “2 vụ, à nhầm 3 vụ”: the figure after a slip of the tongue takes the place of the one before; two slips, or
    /// a second thought (“hình như”), are for the clerk.
    pub(super) fn take_slips(&mut self) {
        let slips: Vec<usize> =
            (0..self.items.len()).filter(|at| matches!(self.kind(*at), Kind::Slip)).collect();
        let [slip] = slips.as_slice() else {
            if let Some(at) = slips.first() {
                self.doubts.push(Doubt::new(Why::Contradiction, *at));
            }
            return;
        };
        // “Thành thật xin lỗi. Thôn có 120 hộ”: only in the same sentence.
        let after = (*slip + 1..self.items.len())
            .take_while(|at| !matches!(self.kind(*at), Kind::Sep(3)))
            .find(|at| self.figure(*at).is_some());
        let Some(after) = after.filter(|at| self.pairing.loose.contains(at)) else { return };
        // “…, à quên 2 vụ, mà thôi chắc 1”
        let again =
            (after + 1..self.items.len()).take_while(|at| !matches!(self.kind(*at), Kind::Sep(3))).find(
                |at| self.pairing.loose.contains(at) && matches!(self.unit_of(*at), Unit::None | Unit::Case),
            );
        if let Some(again) = again.filter(|at| self.figure(*at).is_some()) {
            self.doubts.push(Doubt::new(Why::Contradiction, again));
        }
        let before = self
            .pairing
            .pairs
            .iter()
            .filter(|pair| pair.figure < *slip)
            .max_by_key(|pair| pair.figure)
            .copied();
        let alike = |figure: usize| {
            let unit = self.unit_of(after);
            matches!(unit, Unit::None) || unit == self.unit_of(figure) || self.unit_of(figure) == Unit::None
        };
        let before = before.filter(|pair| alike(pair.figure));
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
}

/// “họp 40 người, à nhầm 50 người”, “mất 3 triệu, à không 5 triệu”: people or a sum right behind a slip of the tongue take
/// the place of those told before it.
pub(super) fn mark_slips(items: &mut [Item], text: &Text) {
    // “nhắn sai 600 người”: what was wrong.
    let slip = |item: &Item| match item.kind {
        Kind::Slip => true,
        Kind::Mistake => item.to - item.from == 1,
        _ => false,
    };
    let mut slips = (0..items.len()).filter(|at| items.get(*at).is_some_and(slip));
    let (Some(at), None) = (slips.next(), slips.next()) else { return };
    let kind = |at: usize| items.get(at).map_or(&Kind::Word, |item| &item.kind);
    // “xin lỗi báo muộn, có 3 người …” is no slip.
    let talk = |at: &usize| matches!(kind(*at), Kind::Word | Kind::Sep(1) | Kind::Loss { .. });
    let Some(after) = (at + 1..at + 4).find(|i| !talk(i)) else { return };
    let figure = |i: &usize| matches!(kind(*i), Kind::Figure(_) | Kind::Money { .. });
    let sentence = |i: &usize| !matches!(kind(*i), Kind::Sep(2 | 3));
    let Some(before) = (0..at).rev().take_while(sentence).find(figure) else { return };
    // “2 khẩu súng, à nhầm 3 khẩu”; cases wait until it is known what they count.
    let unit = |at: usize| {
        let word = items.get(at).map(|item| item.from + 1)?;
        text.token(word).filter(|token| token.shape == Shape::Word).map(|token| token.plain.as_str())
    };
    let new = match (kind(before), kind(after)) {
        (Kind::Money { dong: 0.., denied: false }, Kind::Money { dong: 0.., denied: false }) => {
            kind(after).clone()
        }
        (Kind::Figure(old), Kind::Figure(new))
            if new.unit == Unit::Person && matches!(old.unit, Unit::Person | Unit::None)
                || old.unit != Unit::Case && unit(before).is_some() && unit(before) == unit(after) =>
        {
            Kind::Figure(Figure {
                value: new.value,
                unit: if old.unit == Unit::None { new.unit } else { old.unit },
                ..*new
            })
        }
        _ => return,
    };
    let named = |i: usize| figure(&i) || matches!(kind(i), Kind::Indicator(..) | Kind::Month(_) | Kind::Neg);
    let ended = !(after + 1..items.len()).take_while(|i| !matches!(kind(*i), Kind::Sep(_))).any(named);
    if let Some(item) = items.get_mut(before).filter(|_| ended) {
        item.kind = new;
        if let Some(item) = items.get_mut(after) {
            item.kind = Kind::Noise("what was meant");
        }
    }
}
