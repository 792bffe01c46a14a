//! Sentences that count and ask: whether it is so, not what came of a report.

use super::super::items::Kind;
use super::super::lexicon::Class;
use super::super::reading::Why;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// “có phải 2 vụ trộm không”.
    fn is_asked_whether(&self, from: usize, to: usize) -> bool {
        let tokens = || from..to;
        tokens().any(|i| self.text.plain(i) == "co" && self.text.plain(i + 1) == "phai")
            && tokens()
                .any(|i| self.text.is(i, Class::Neg).is_some() && self.text.is(i + 1, Class::Blank).is_none())
    }

    /// “… 2 vụ trộm?”, “có phải 2 vụ trộm không”: a sentence that counts and asks, but not about the report itself.
    pub(super) fn asked(&self, counted: &[usize]) -> Option<Doubt> {
        if let Some(last) = counted.last()
            && self.is_asked_whether(0, self.text.tokens.len())
        {
            return Some(Doubt::new(Why::NotAReport, *last));
        }
        if let Some(at) = self.ends_in_yet(counted) {
            return Some(Doubt::new(Why::NotAReport, at));
        }
        if let Some(at) = self.ends_in_no(counted) {
            return Some(Doubt::new(Why::NotAReport, at));
        }
        let mark = |at: &usize| self.items.get(*at).is_some_and(|item| self.text.is_sep(item.from, '?'));
        (0..self.items.len()).filter(mark).find_map(|at| {
            let from = (0..at).rev().find(|i| matches!(self.kind(*i), Kind::Sep(3))).map_or(0, |i| i + 1);
            let last = counted.iter().copied().filter(|thing| (from..at).contains(thing)).max()?;
            let tokens = self.items.get(last)?.to..self.items.get(at)?.from;
            let of_report = tokens.clone().any(|i| {
                self.text.is(i, Class::Status).is_some_and(|len| len >= 2)
                    || self.text.is(i, Class::Help).is_some_and(|len| len >= 2)
                    || matches!(self.text.plain(i), "chua" | "nhan" | "gui" | "soan")
            });
            let apart = (last..at).any(|i| matches!(self.kind(i), Kind::Sep(_)));
            (!(of_report && apart)).then(|| Doubt::new(Why::NotAReport, last))
        })
    }

    /// “có thật … 2 vụ trộm không”, “tháng 6 có 1 vụ giết người không các anh”: what is counted and then a “không” that
    /// denies nothing, at the end of the sentence.
    fn ends_in_no(&self, counted: &[usize]) -> Option<usize> {
        (0..self.items.len()).find(|at| {
            let paired = self.pairing.pairs.iter().any(|pair| pair.figure == *at);
            // “tìm 3 đêm không thấy” asks nothing.
            let sought = self.items.get(*at).is_some_and(|item| self.text.plain(item.to - 1) == "thay");
            *self.kind(*at) == Kind::Neg
                && !sought
                && !paired
                && self.is_last_word(*at)
                && (0..*at).rev().take_while(|i| !is_break(self.kind(*i))).any(|i| counted.contains(&i))
        })
    }

    /// “kiểm tra giúp tôi xem tháng 7 đã ghi 2 vụ trộm chưa”: what is counted between “đã” and a last “chưa”.
    fn ends_in_yet(&self, counted: &[usize]) -> Option<usize> {
        let word = |at: usize, plain: &str| {
            self.items.get(at).is_some_and(|item| self.text.plain(item.from) == plain)
        };
        let yet = (0..self.items.len()).rev().find(|at| word(*at, "chua"))?;
        let clause = (0..yet).rev().take_while(|i| !is_break(self.kind(*i)));
        let thing = clause.clone().find(|i| counted.contains(i))?;
        let begun = clause.filter(|i| *i < thing).any(|i| word(i, "da"));
        (begun && self.is_last_word(yet)).then_some(yet)
    }

    /// Whether nothing but words of politeness follows in the sentence.
    fn is_last_word(&self, at: usize) -> bool {
        let end = |at: usize| at >= self.items.len() || matches!(self.kind(at), Kind::Sep(3));
        let polite = |at: usize| {
            self.items.get(at).is_some_and(|item| {
                self.text.is(item.from, Class::Polite).is_some()
                    || matches!(self.text.plain(item.from), "cac" | "may")
                    || matches!(self.kind(at), Kind::Noise(_) | Kind::Sep(_))
            })
        };
        (at + 1..=self.items.len()).find(|i| end(*i) || !polite(*i)).is_some_and(end)
    }

    /// “t7 có trộm không”, “mai họp không anh”: where nothing is counted, the last thing told is denied by a last “không”,
    /// behind “có”, or it is the only one, with no month and no hamlet beside it.
    pub(super) fn asks_whether_any(&self) -> Option<usize> {
        let things = || self.claims.values().flatten().map(|claim| claim.thing);
        let thing = &things().max()?;
        let no = self.pairing.figure_of(*thing).filter(|no| no > thing && self.is_last_word(*no))?;
        let item = self.items.get(no)?;
        let bare = *self.kind(no) == Kind::Neg && item.to - item.from == 1;
        let before = (0..*thing).rev().take_while(|i| !is_break(self.kind(*i))).take(3);
        let has = before
            .chain(thing + 1..no)
            .filter_map(|i| self.items.get(i))
            .any(|item| self.text.plain(item.from) == "co");
        let placed = things().count() > 1
            || self
                .items
                .iter()
                .any(|item| matches!(item.kind, Kind::Month(_) | Kind::Hamlet { .. } | Kind::Keyword));
        (bare && (has || !placed)).then_some(no)
    }
}

/// Where a new matter begins, to which a “không” may belong.
fn is_break(kind: &Kind) -> bool {
    matches!(kind, Kind::Sep(_) | Kind::Colon | Kind::Rest | Kind::Neg | Kind::Blanket { .. } | Kind::And)
}
