//! What is told of another place: hamlets and communes beside, the country, what is only set against one's own.

use super::super::items::Kind;
use super::super::lexicon::Class;
use super::super::reading::Why;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// “toàn xã 5 vụ trộm”, “2 vụ trộm ở thôn bên”.
    pub(super) fn is_elsewhere(&self, at: usize, counted: &[usize]) -> bool {
        let stop = |i: usize| {
            matches!(self.kind(i), Kind::Sep(2 | 3) | Kind::Hamlet { aside: false, .. }) || self.is_own(i)
        };
        let cases = |thing: &&usize| self.is_of_cases(**thing);
        let mut all = counted.iter().filter(cases);
        let after = all.any(|thing| *thing > at && !(at + 1..*thing).any(stop));
        let near = (at.saturating_sub(4)..at).rev().take_while(|i| !matches!(self.kind(*i), Kind::Sep(_)));
        let before = near.into_iter().any(|i| counted.contains(&i) && self.is_of_cases(i));
        let people = self.items.get(at).is_some_and(|item| {
            item.from
                .checked_sub(1)
                .is_some_and(|b| matches!(self.text.plain(b), "nguoi" | "dan" | "ben" | "voi"))
        });
        (after || before) && !people
    }

    /// “thôn bên cạnh mất trộm nhiều chứ thôn Trung Tâm không …”: told of another place, against which the sender's own
    /// stands.
    pub(super) fn is_of_neighbour(&self, at: usize) -> bool {
        let clause = |i: &usize| !matches!(self.kind(*i), Kind::Sep(_) | Kind::Hamlet { aside: false, .. });
        let elsewhere = (0..at).rev().take_while(clause).any(|i| {
            self.items.get(i).is_some_and(|item| self.text.is(item.from, Class::Elsewhere).is_some())
        });
        let own =
            (at + 1..self.items.len()).take_while(|i| !matches!(self.kind(*i), Kind::Sep(2 | 3))).any(|i| {
                let hamlet = |at: usize| self.text.is(at, Class::Hamlet).is_some();
                let against = self.items.get(i).is_some_and(|item| {
                    hamlet(item.from)
                        && item
                            .from
                            .checked_sub(1)
                            .is_some_and(|b| matches!(self.text.plain(b), "chu" | "con" | "nhung" | "chua"))
                });
                matches!(self.kind(i), Kind::Hamlet { aside: false, .. }) || against || self.is_own(i)
            });
        elsewhere && own
    }

    /// “xã bên cạnh có 4 vụ trộm, thôn mình chỉ 1 vụ”: a figure of another place, against which one of the sender's own
    /// hamlet, called so, stands in another clause.
    pub(super) fn is_for_contrast(&self, at: usize) -> bool {
        let next = (at..self.items.len()).find(|i| matches!(self.kind(*i), Kind::Sep(_)));
        let Some(next) = next.filter(|next| *self.kind(*next) == Kind::Sep(1) && self.is_of_neighbour(at))
        else {
            return false;
        };
        let own = (next + 1..self.items.len())
            .take_while(|i| !matches!(self.kind(*i), Kind::Sep(_)))
            .find(|i| self.is_own(*i));
        own.is_some_and(|own| {
            self.pairing.pairs.iter().any(|pair| {
                pair.figure > own && !(own..pair.figure).any(|i| matches!(self.kind(i), Kind::Sep(_)))
            })
        })
    }

    /// “xã Tân An có 2 vụ trộm”, “bên thôn Đông 2 vụ trộm”: another place as the subject, and no hamlet of the sender before it.
    pub(super) fn of_another_commune(&self, counted: &[usize]) -> Option<Doubt> {
        const BEFORE: [&str; 8] = ["ben", "o", "tai", "tren", "duoi", "trong", "thay", "nghe"];
        let begins = |at: usize| {
            at.checked_sub(1).is_none_or(|b| match self.kind(b) {
                Kind::Sep(_) | Kind::Month(_) | Kind::Colon => true,
                Kind::Word => {
                    self.items.get(b).is_some_and(|item| BEFORE.contains(&self.text.plain(item.from)))
                }
                _ => false,
            })
        };
        let at_home = |at: usize| {
            (0..at).any(|i| matches!(self.kind(i), Kind::Hamlet { aside: false, .. }) || self.is_own(i))
        };
        (0..self.items.len()).find_map(|at| {
            let item = self.items.get(at)?;
            let beside = matches!(self.kind(at), Kind::Hamlet { aside: true, .. })
                && item.from.checked_sub(1).is_some_and(|b| self.text.plain(b) == "ben");
            let named = self.text.token(item.to).is_some_and(|token| token.upper && self.text.mixed_case)
                || matches!(self.text.plain(item.to), "co" | "xay");
            let greater = matches!(self.text.plain(item.from), "xa" | "huyen" | "tinh")
                && self.text.is(item.from, Class::Place).is_some()
                && named;
            if !(beside || greater && begins(at)) || at_home(at) {
                return None;
            }
            let near = at + 1..(at + 6).min(self.items.len());
            let told = near.clone().take_while(|i| {
                !matches!(self.kind(*i), Kind::Sep(_) | Kind::Colon | Kind::Hamlet { aside: false, .. })
            });
            let thing = told.into_iter().find(
                |i| matches!(self.kind(*i), Kind::Figure(figure) if figure.unit == super::Unit::Case),
            )?;
            let paired = self.pairing.pairs.iter().find(|pair| pair.figure == thing)?;
            counted.contains(&paired.thing).then(|| Doubt::new(Why::NotAReport, at))
        })
    }
}
