//! What is told as unsure, planned or denied in passing.

use super::super::items::{Kind, Unit};
use super::super::reading::Why;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// Figures after “hình như”, “dự kiến”, “mỗi buổi” are no account of what happened.
    pub(super) fn take_moods(&mut self) {
        for at in 0..self.items.len() {
            let why = match self.kind(at) {
                Kind::Each if self.is_only_one(at) => continue,
                Kind::Hedge | Kind::Each => Why::Vague,
                // “tuần sau lại đánh nhau 1 vụ”: the week after; nobody plans a crime.
                Kind::Plan if self.is_later_week(at) => continue,
                Kind::Plan => Why::NotAReport,
                // “suýt cháy nhà 1 vụ”: it did not happen.
                Kind::Cause if self.is_near_miss(at) => Why::Vague,
                _ => continue,
            };
            if why == Why::NotAReport && self.is_about_sending(at) {
                continue;
            }
            let near = matches!(self.kind(at), Kind::Each | Kind::Cause);
            let reach = (at..self.items.len())
                .take(if near { 4 } else { usize::MAX })
                .take_while(|i| !matches!(self.kind(*i), Kind::Sep(3)));
            let silent = |thing: usize| self.is_untold_consequence(thing);
            let counted = reach.into_iter().any(|i| {
                self.pairing.pairs.iter().any(|pair| pair.figure == i && !silent(pair.thing))
                    || self.claims.values().flatten().any(|claim| claim.thing == i)
            });
            if counted {
                self.doubts.push(Doubt::new(why, at));
            }
        }
        let rates = self.pairing.pairs.iter().map(|pair| pair.figure).filter(|figure| self.is_rate(*figure));
        let rates: Vec<Doubt> = rates.map(|figure| Doubt::new(Why::Vague, figure)).collect();
        self.doubts.extend(rates);
    }

    /// “tuần tra 2 buổi/tuần”, “tuần 2 buổi”: how often, not how many in the month.
    fn is_rate(&self, figure: usize) -> bool {
        let Some(item) = self.items.get(figure) else { return false };
        let Kind::Figure(counted) = &item.kind else { return false };
        if !matches!(counted.unit, Unit::Session | Unit::Patrol | Unit::Turn) {
            return false;
        }
        let span = |at: usize| matches!(self.text.plain(at), "tuan" | "ngay" | "dem");
        let one = matches!(self.text.plain(item.to), "mot" | "moi" | "1" | "hang");
        let each = (one || self.text.is_sep(item.to, '/')) && span(item.to + 1);
        // “tuần tra tuần 2 buổi”, no “tuần tra”
        let week = item.from.checked_sub(1).is_some_and(|b| self.text.plain(b) == "tuan")
            && figure.checked_sub(1).is_some_and(|before| *self.kind(before) == Kind::Word);
        each && !self.is_patrol_word(item.to + 1) || week
    }

    /// “… 2 buổi, hàng đêm tuần tra”: the word at `at` begins a patrol.
    fn is_patrol_word(&self, at: usize) -> bool {
        self.text.indicator(at).is_some()
    }

    /// “tháng 5 mỗi 1 vụ cãi nhau”: one and no more, where no cases are told before of which each could be meant.
    fn is_only_one(&self, at: usize) -> bool {
        let cases = |at: usize| self.figure(at).filter(|figure| figure.unit == Unit::Case);
        let word = self.items.get(at).is_some_and(|item| item.to - item.from == 1);
        word && cases(at + 1).is_some_and(|figure| figure.value == 1) && (0..at).all(|i| cases(i).is_none())
    }

    /// “mỗi vụ 1 người bị thương” beside fights: injuries of which nothing is recorded.
    fn is_untold_consequence(&self, thing: usize) -> bool {
        matches!(self.kind(thing), Kind::Consequence(_))
            && !self.claims.values().flatten().any(|claim| claim.thing == thing)
    }

    /// “lễ sắp tới nên tôi gửi sớm: tháng 4 …”: what is to come is said of the sending, before the report begins.
    fn is_about_sending(&self, at: usize) -> bool {
        let head =
            (at + 1..self.items.len()).take_while(|i| !matches!(self.kind(*i), Kind::Colon | Kind::Month(_)));
        let end = at + 1 + head.clone().count();
        let sent = |i: usize| {
            self.items.get(i).is_some_and(|item| {
                matches!(self.text.plain(item.from), "gui" | "bao" | "nhan" | "nop") && self.is_mere_talk(i)
            })
        };
        end < self.items.len() && head.clone().all(|i| self.is_mere_talk(i)) && head.clone().any(sent)
    }

    fn is_mere_talk(&self, at: usize) -> bool {
        matches!(self.kind(at), Kind::Word | Kind::Noise(_) | Kind::Cause | Kind::And | Kind::Sep(1))
    }

    pub(super) fn is_later_week(&self, at: usize) -> bool {
        let week = self.items.get(at).is_some_and(|item| self.text.plain(item.from) == "tuan");
        let next = (at + 1..self.items.len()).find_map(|i| match self.kind(i) {
            Kind::Indicator(place, _) => Some(*place),
            _ => None,
        });
        let crime =
            next.and_then(|place| self.text.book.entries.get(place)).is_some_and(|entry| !entry.quiet);
        week && crime
    }

    pub(super) fn is_near_miss(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| matches!(self.text.plain(item.from), "suyt" | "xem"))
            && matches!(self.kind(at + 1), Kind::Indicator(..))
    }

    /// “HGT K 1”: a denial between an indicator and its figure.
    pub(super) fn take_denials_between(&mut self) {
        for pair in self.pairing.pairs.clone() {
            let (from, to) = (pair.thing.min(pair.figure), pair.thing.max(pair.figure));
            let denied = (from..to).any(|i| {
                *self.kind(i) == Kind::NegNoise
                    || (*self.kind(i) == Kind::Neg && self.pairing.loose.contains(&i))
            });
            let apart = (from..to).any(|i| matches!(self.kind(i), Kind::Sep(_)));
            if denied && !apart {
                self.doubts.push(Doubt::new(Why::Contradiction, pair.thing));
            }
        }
    }

    /// “không mất trộ vụ nào”: a denial of something illegible.
    pub(super) fn take_illegible_denials(&mut self) {
        for at in 0..self.items.len() {
            let hidden = *self.kind(at) == Kind::NegNoise
                && self.items.get(at).is_some_and(|item| {
                    (item.from + 1..item.to + 1).any(|token| self.text.third_look(token).is_some())
                });
            if hidden {
                self.doubts.push(Doubt::new(Why::Illegible, at));
            }
            let denial = matches!(self.kind(at), Kind::NegNoise | Kind::Blanket { .. } | Kind::Neg);
            if denial
                && self.is_beside_stranger(at)
                && !self.pairing.pairs.iter().any(|pair| pair.figure == at)
            {
                self.doubts.push(Doubt::new(Why::Illegible, at));
            }
        }
    }
}
