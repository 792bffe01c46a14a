//! What somebody puts right in the same breath.

use super::super::items::{Kind, Unit};
use super::super::reading::Why;
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
