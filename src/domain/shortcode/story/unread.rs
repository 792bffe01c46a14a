//! Words that may be slips of such as change what is told.

use std::ops::Range;

use super::super::items::{Kind, Unit};
use super::super::lexicon::{Class, Meaning, Strength};
use super::super::reading::Why;
use super::super::syllable::{is_syllable, one_edit_apart};
use super::super::token::Shape;
use super::losses::LossWord;
use super::{Counts, Doubt, Teller};

impl Teller<'_, '_> {
    /// A word that nobody can be sure of, where nothing else is in doubt.
    pub(super) fn take_unread(&mut self) {
        if !self.doubts.is_empty() {
            return;
        }
        let of_token =
            |token: usize| self.items.iter().position(|item| item.from <= token && token < item.to);
        let unread = self.text.unread.first().and_then(|token| of_token(*token));
        let at = unread
            .or_else(|| self.half_denied())
            .or_else(|| self.denied_by_slip())
            .or_else(|| self.counted_by_slip())
            .or_else(|| self.lost_by_slip())
            .or_else(|| self.torn_code())
            .or_else(|| self.torn_sum())
            .or_else(|| self.torn_unit())
            .or_else(|| self.torn_answer())
            .or_else(|| self.lost_activity());
        if let Some(at) = at {
            self.doubts.push(Doubt::new(Why::Illegible, at));
        }
    }

    /// The items that are figures of something.
    fn taken(&self) -> Vec<bool> {
        let mut taken = vec![false; self.items.len()];
        for pair in &self.pairing.pairs {
            if let Some(slot) = taken.get_mut(pair.figure) {
                *slot = true;
            }
        }
        taken
    }

    /// The tokens of the clause around an item, so many before it and after it.
    fn around(&self, at: usize, before: usize, after: usize) -> Range<usize> {
        let parts = |i: &usize| {
            matches!(self.kind(*i), Kind::Sep(_) | Kind::Figure(_) | Kind::Money { .. } | Kind::Month(_))
        };
        let stop = (at.saturating_sub(before + 1)..at)
            .rev()
            .find(parts)
            .and_then(|i| self.items.get(i))
            .map_or(0, |item| item.to);
        let end = (at + 1..at + after + 2).find(parts).and_then(|i| self.items.get(i));
        let end = end.map_or(self.text.tokens.len(), |item| item.from);
        let (from, to) = self.items.get(at).map_or((0, 0), |item| (item.from, item.to));
        from.saturating_sub(before).max(stop)..(to + after).min(end)
    }

    /// “khong tom cap”, “ma uy thi khong nghe”: a denial that reached nothing, beside words that are a letter away from
    /// what it may deny.
    fn denied_by_slip(&self) -> Option<usize> {
        let told = |meaning: Meaning| match meaning {
            Meaning::Indicator(place, strength) => {
                strength != Strength::Weak
                    && self.text.book.entries.get(place).is_some_and(|entry| !entry.quiet)
            }
            Meaning::Class(Class::Dead | Class::Hurt) => true,
            _ => false,
        };
        let taken = self.taken();
        (0..self.items.len()).find(|at| {
            let denies = matches!(self.kind(*at), Kind::Neg | Kind::NegNoise);
            let paired = Self::flag(&taken, *at);
            let after = self.items.get(*at).map_or(0, |item| item.to);
            let after = after + usize::from(self.text.plain(after) == "co");
            // “không ai dính” says all that it says.
            let near = self.around(*at, 4, 4);
            let near = if *self.kind(*at) == Kind::NegNoise { after..near.end } else { near };
            let alone = |meaning: Meaning| match meaning {
                Meaning::Indicator(_, Strength::Weak) => false,
                Meaning::Indicator(..) => told(meaning),
                _ => false,
            };
            denies
                && !paired
                && (self.text.may_hide(near, told)
                    || (*self.kind(*at) == Kind::Neg && self.text.may_be(after, alone)))
        })
    }

    /// “2 nguoi luu ttu”, “3 rối tượng”: a figure that counted nothing, beside words that are a letter away from what it
    /// may count.
    fn counted_by_slip(&self) -> Option<usize> {
        let apart = self.pairing.pairs.iter().filter(|pair| {
            let (from, to) = (pair.figure.min(pair.thing), pair.figure.max(pair.thing));
            (from..to).any(|i| matches!(self.kind(i), Kind::Sep(2 | 3)))
        });
        self.pairing.loose.iter().copied().chain(apart.map(|pair| pair.figure)).find(|at| {
            let Some(figure) = self.figure(*at).filter(|_| !Self::flag(&self.explained, *at)) else {
                return false;
            };
            let counts = |meaning: Meaning| match meaning {
                Meaning::Indicator(place, _) => self
                    .text
                    .book
                    .entries
                    .get(place)
                    .is_some_and(|entry| figure.unit != Unit::None && entry.units.contains(&figure.unit)),
                _ => false,
            };
            let mut before = self.items.get(*at).map_or(0, |item| item.from).saturating_sub(1);
            while matches!(self.text.plain(before), "duoc" | "giu" | "gon" | "nong" | "qua") {
                before = before.saturating_sub(1);
            }
            let caught = |meaning: Meaning| match meaning {
                Meaning::Indicator(place, Strength::Generic) => {
                    counts(meaning) && self.text.book.entries.get(place).is_some_and(|entry| entry.quiet)
                }
                _ => false,
            };
            // “thu giữ 12 hộp pháo hoa”
            let seized = at.checked_sub(1).is_some_and(|b| *self.kind(b) == Kind::MoneyNoise);
            !figure.total
                && !seized
                && (self.text.may_hide(self.around(*at, 4, 3), counts)
                    || (figure.unit == Unit::Person && self.text.may_be(before, caught)))
        })
    }

    /// “ANTT 9 2T 1TTB”, “t8 gc l cb O”: letters without a vowel that nobody knows, among codes.
    fn torn_code(&self) -> Option<usize> {
        let coded = self.items.iter().any(|item| matches!(item.kind, Kind::Indicator(_, Strength::Code)));
        (0..self.items.len()).find(|at| {
            let Some(item) = self.items.get(*at).filter(|_| coded) else { return false };
            let Some(token) = self.text.token(item.from).filter(|_| self.text.is_unknown(item.from)) else {
                return false;
            };
            let beside = |i: Option<usize>| {
                i.is_some_and(|i| {
                    matches!(self.kind(i), Kind::Figure(_) | Kind::Indicator(_, Strength::Code))
                })
            };
            *self.kind(*at) == Kind::Word
                && token.plain.len() <= 5
                && !token.plain.contains(['a', 'e', 'i', 'o', 'u', 'y'])
                && (beside(at.checked_sub(1)) || beside(Some(at + 1)))
        })
    }

    /// “10 đm”, “3,5 trisu”: letters behind a figure of which no word can be made.
    fn torn_unit(&self) -> Option<usize> {
        (0..self.items.len()).find(|at| {
            let Some(item) = self.items.get(*at) else { return false };
            let number = |token: usize| {
                self.text.token(token).is_some_and(|t| t.shape == Shape::Number)
                    || self.text.number_word(token).is_some()
            };
            let counts =
                matches!(self.kind(*at), Kind::Figure(_) | Kind::Money { .. } | Kind::Noise(_) | Kind::Word)
                    && item.to.checked_sub(1).is_some_and(number);
            let torn = self.text.token(item.to).is_some_and(|next| {
                next.plain.len() >= 2 && !next.upper && next.spaced && !is_syllable(&next.plain)
            });
            counts && torn && self.text.is_unknown(item.to)
        })
    }

    /// “Hoa giai thanh: mt”: a word for the figure of what stands before the colon.
    fn torn_answer(&self) -> Option<usize> {
        (1..self.items.len()).find(|at| {
            let asked = matches!(
                self.kind(at - 1),
                Kind::Indicator(..) | Kind::Succeeded | Kind::Failed | Kind::Consequence(_)
            );
            let alone = matches!(self.kind(at + 1), Kind::Word)
                && self.items.get(at + 2).is_none_or(|item| matches!(item.kind, Kind::Sep(_)));
            *self.kind(*at) == Kind::Colon
                && asked
                && alone
                && self.items.get(at + 1).is_some()
                && self.pairing.figure_of(at - 1).is_none()
        })
    }

    /// “tuan tra 4 em”, “tuần tra hai mơi ca”: an activity without a figure, with a number or its unit behind it.
    fn lost_activity(&self) -> Option<usize> {
        (0..self.items.len()).find(|at| {
            let Kind::Indicator(place, strength) = self.kind(*at) else { return false };
            let activity = self.text.book.entries.get(*place).is_some_and(|entry| {
                entry.units.iter().any(|unit| matches!(unit, Unit::Session | Unit::Patrol))
            });
            let bare = activity
                && *strength != Strength::Weak
                && self.pairing.figure_of(*at).is_none()
                && !self.claims.contains_key(place);
            let next = at
                + 1
                + usize::from(self.items.get(at + 1).is_some_and(|item| {
                    item.kind == Kind::Word && matches!(self.text.plain(item.from), "duoc" | "dc")
                }));
            let odd = self.figure(next).is_some_and(|figure| {
                matches!(figure.unit, Unit::Person | Unit::Thing | Unit::Stranger | Unit::None)
            }) && self.pairing.loose.contains(&next);
            let Some(item) = self.items.get(*at).filter(|_| bare) else { return false };
            let unit = (item.to + 1..item.to + 4)
                .take_while(|i| self.text.token(*i).is_some_and(|t| t.shape == Shape::Word))
                .any(|i| {
                    self.text.is_any(i, &[Class::UnitPatrol, Class::UnitSession]).is_some()
                        && (item.to..i).any(|i| self.text.number_word(i).is_some())
                });
            odd || unit
        })
    }

    /// “mất 20t”, “THTS1,5y”, “2 triệu ưỡi”, “chín triệu hi”: an amount with a torn word behind it.
    fn torn_sum(&self) -> Option<usize> {
        let money = |at: usize| match self.kind(at) {
            Kind::Money { .. } | Kind::Loss { .. } => true,
            Kind::Indicator(place, _) => {
                self.text.book.entries.get(*place).is_some_and(|entry| entry.kind == Counts::Money)
            }
            _ => false,
        };
        (0..self.items.len()).find(|at| {
            let Some(item) = self.items.get(*at) else { return false };
            let Some(last) = item.to.checked_sub(1).and_then(|last| self.text.token(last)) else {
                return false;
            };
            let Some(next) = self.text.token(item.to).filter(|t| t.shape == Shape::Word) else {
                return false;
            };
            let glued = !next.spaced
                && matches!(next.plain.as_str(), "t" | "y" | "r")
                && last.shape == Shape::Number
                && self.text.token(item.to + 1).is_none_or(|t| t.shape != Shape::Number);
            let lost = (at.saturating_sub(4)..=*at).any(money);
            let half = matches!(self.kind(*at), Kind::Money { .. })
                && (one_edit_apart("ruoi", &next.plain)
                    || (last.shape == Shape::Word
                        && matches!(next.plain.as_str(), "hi" | "ha" | "ba" | "na")))
                && self
                    .text
                    .hits(item.to)
                    .iter()
                    .all(|hit| matches!(hit.meaning, Meaning::Class(Class::Common)));
            (glued && lost) || half
        })
    }

    /// “thit hại 30 triệu”: money behind words that are a letter away from a loss.
    fn lost_by_slip(&self) -> Option<usize> {
        let loss = |meaning: Meaning| matches!(meaning, Meaning::Class(Class::Loss | Class::LossAll));
        (0..self.items.len()).find(|at| {
            let Kind::Money { dong, .. } = self.kind(*at) else { return false };
            let told = self.claims.values().flatten().any(|claim| claim.value == *dong);
            // “xã hỗ trợ gia đình 3 triệu” says what the sum is.
            let known = told || matches!(self.loss_word(*at), LossWord::Noise);
            !known && self.text.may_hide(self.around(*at, 3, 0), loss)
        })
    }

    /// “khong oc nguoi chet”, “khong ai i thuong”: a denial that reached nothing, with a word that nobody knows before
    /// what it may deny.
    fn half_denied(&self) -> Option<usize> {
        let taken = self.taken();
        (0..self.items.len()).find(|at| {
            let denies = matches!(self.kind(*at), Kind::Neg | Kind::NegNoise);
            let paired = Self::flag(&taken, *at);
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
