//! Words that may be slips of such as change what is told.

use super::super::items::Kind;
use super::super::reading::Why;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// A word that nobody can be sure of, where nothing else is in doubt.
    pub(super) fn take_unread(&mut self) {
        if !self.doubts.is_empty() {
            return;
        }
        let of_token =
            |token: usize| self.items.iter().position(|item| item.from <= token && token < item.to);
        let unread = self.text.unread.first().and_then(|token| of_token(*token));
        if let Some(at) = unread.or_else(|| self.half_denied()) {
            self.doubts.push(Doubt::new(Why::Illegible, at));
        }
    }

    /// “khong oc nguoi chet”, “khong ai i thuong”: a denial that reached nothing, with a word that nobody knows before
    /// what it may deny.
    fn half_denied(&self) -> Option<usize> {
        (0..self.items.len()).find(|at| {
            let denies = matches!(self.kind(*at), Kind::Neg | Kind::NegNoise);
            let paired = self.pairing.pairs.iter().any(|pair| pair.figure == *at);
            if !denies || paired {
                return false;
            }
            let clause: Vec<usize> = (*at + 1..self.items.len())
                .take(6)
                .take_while(|i| !matches!(self.kind(*i), Kind::Sep(_)))
                .collect();
            let told =
                clause.iter().any(|i| matches!(self.kind(*i), Kind::Consequence(_) | Kind::Indicator(..)));
            told && clause.iter().any(|i| {
                self.items
                    .get(*i)
                    .is_some_and(|item| (item.from..item.to).any(|token| self.text.is_unknown(token)))
            })
        })
    }
}
