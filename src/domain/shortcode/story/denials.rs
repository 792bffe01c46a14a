//! How far a denial reaches.

use super::super::items::{Kind, Unit};
use super::Teller;

impl Teller<'_, '_> {
    /// “không có trộm cắp, đánh nhau, cờ bạc”: a denial reaches the whole list.
    pub(super) fn spread_denials(&mut self) {
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
                        // Results and activities are not among the crimes denied.
                        let quiet = self.text.book.entries.get(place).is_some_and(|entry| entry.quiet);
                        // “trộm cắp có một vụ mất chó, cháy nổ không”: what is counted is not denied.
                        let told = self.claims.get(&place).is_some_and(|all| all.iter().any(|c| c.value > 0));
                        // “có trộm vặt, cờ bạc không”: there was a theft.
                        let had = !forward && at.checked_sub(1).is_some_and(|b| self.is_there(b));
                        if quiet
                            || told
                            || had
                            || self.pairing.figure_of(at).is_some()
                            || Self::flag(self.mentions, at)
                        {
                            break;
                        }
                        gap = 0;
                        self.excuse(at);
                        self.claim(place, 0, at, strength, None, Unit::None);
                    }
                    // “không có cướp có mỗi vụ đánh bài”: what there is, is not denied.
                    Some(Kind::Word) if forward && self.is_there(at) => break,
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

    /// “có”, “chỉ”, “nhưng”: what follows is told, not denied.
    fn is_there(&self, at: usize) -> bool {
        self.items
            .get(at)
            .is_some_and(|item| matches!(self.text.plain(item.from), "co" | "chi" | "nhung" | "moi" | "duy"))
    }
}
