//! What is told, but is no account of what happened here and in this month: rumours and jokes, other places, other
//! years, questions, alternatives, denials of a figure.

use super::super::items::{Kind, Unit};
use super::super::lexicon::{Class, Meaning};
use super::super::reading::Why;
use super::super::text::Text;
use super::super::token::Shape;
use super::{Doubt, Teller};

/// Classes whose phrases are looked for at the beginning of items.
const STANCES: [Class; 7] =
    [Class::Doubted, Class::Trial, Class::Elsewhere, Class::LongAgo, Class::Tag, Class::Either, Class::Erase];

impl Teller<'_, '_> {
    /// Doubts about everything that is told beside a word that takes it back or moves it elsewhere.
    pub(super) fn take_stances(&mut self) {
        let counted = self.counted();
        let mut doubts: Vec<Doubt> = self.denied(&counted).into_iter().collect();
        if counted.is_empty() {
            doubts.extend(self.asks_whether_any().map(|at| Doubt::new(Why::NotAReport, at)));
            self.doubts.extend(doubts);
            return;
        }
        for (at, item) in self.items.iter().enumerate() {
            if !is_talk(&item.kind) && item.kind != Kind::Plan {
                continue;
            }
            if self.is_years_ago(at) && self.is_long_ago(at, &counted) {
                doubts.push(Doubt::new(Why::NotAReport, at));
            }
            for hit in self.text.hits(item.from) {
                let (Meaning::Class(class), len) = (hit.meaning, hit.len) else { continue };
                if item.from + len < item.to || !STANCES.contains(&class) {
                    continue;
                }
                if self.is_taken_back(class, at, len, &counted) {
                    let why = if class == Class::Doubted { Why::Vague } else { Why::NotAReport };
                    doubts.push(Doubt::new(why, at));
                }
            }
        }
        doubts.extend(self.asked(&counted));
        doubts.extend(self.of_another_commune(&counted));
        doubts.extend(self.warned_of(&counted));
        doubts.extend(self.said_for_nothing(&counted));
        self.doubts.extend(doubts);
    }

    /// Items of indicators with a figure above 0, in their order.
    fn counted(&self) -> Vec<usize> {
        let claims = self.claims.values().flatten().filter(|claim| claim.value > 0);
        let mut found: Vec<usize> = claims.map(|claim| claim.thing).collect();
        found.sort_unstable();
        found
    }

    fn is_taken_back(&self, class: Class, at: usize, len: usize, counted: &[usize]) -> bool {
        match class {
            Class::Doubted => self.is_doubted(at, counted),
            Class::Trial => self.is_edge(at, len),
            Class::Elsewhere => self.is_elsewhere(at, counted),
            Class::LongAgo => self.is_long_ago(at, counted),
            Class::Tag => self.in_sentence(at, counted).0 && !self.goes_on(at, len),
            Class::Either => self.is_alternative(at, counted),
            Class::Erase => {
                let figure = (at + 1..at + 3).any(|i| matches!(self.kind(i), Kind::Figure(_)));
                len == 1 && (figure || counted.first().is_some_and(|first| *first < at))
            }
            _ => false,
        }
    }

    /// Whether something counted stands before, or after `at` in its sentence.
    fn in_sentence(&self, at: usize, counted: &[usize]) -> (bool, bool) {
        let ended = |from: usize, to: usize| (from..to).any(|i| matches!(self.kind(i), Kind::Sep(3)));
        let before = counted.iter().any(|thing| *thing < at && !ended(*thing, at));
        let after = counted.iter().any(|thing| *thing > at && !ended(at, *thing));
        (before, after)
    }

    fn in_clause(&self, at: usize, counted: &[usize]) -> bool {
        counted.iter().any(|thing| {
            let (from, to) = (at.min(*thing), at.max(*thing));
            !(from..to).any(|i| matches!(self.kind(i), Kind::Sep(_)))
        })
    }

    /// “đùa thôi”, “chưa xác minh”; “gì đó” only right after what is counted (“vì chuyện gì đó” says nothing of it).
    fn is_doubted(&self, at: usize, counted: &[usize]) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let (before, after) = self.in_sentence(at, counted);
        match self.text.plain(item.from) {
            "gi" | "chi" => at.checked_sub(1).is_some_and(|b| {
                matches!(self.kind(b), Kind::Figure(_) | Kind::Indicator(..) | Kind::Ambiguous(_))
            }),
            // “họp dân 1 buổi để xem lại quy ước”: what it was for.
            "de" if self.is_of_activity(at, counted) => false,
            "thi" | "tro" | "do" => before && self.ends_clause(at),
            _ => before || after || self.is_alone(at),
        }
    }

    /// Whether the clause before `at` counts meetings or patrols.
    fn is_of_activity(&self, at: usize, counted: &[usize]) -> bool {
        let clause = |i: &usize| !matches!(self.kind(*i), Kind::Sep(_));
        let thing = (0..at).rev().take_while(clause).find(|i| counted.contains(i));
        match thing.map(|thing| self.kind(thing)) {
            Some(Kind::Indicator(place, _)) => self
                .text
                .book
                .entries
                .get(*place)
                .is_some_and(|e| matches!(e.units.first(), Some(Unit::Session | Unit::Patrol))),
            _ => false,
        }
    }

    /// Whether nothing but talk follows up to the end of the clause.
    fn ends_clause(&self, at: usize) -> bool {
        let mut rest = (at + 1..self.items.len()).take_while(|i| !matches!(self.kind(*i), Kind::Sep(_)));
        let known = |i: usize| {
            self.items.get(i).is_some_and(|item| {
                self.text.is(item.from, Class::Polite).is_some()
                    || at + 4 > i && self.text.is(item.from, Class::Doubted).is_none()
            })
        };
        rest.all(known)
    }

    /// Whether the sentence of `at` counts nothing: it speaks of the whole text.
    fn is_alone(&self, at: usize) -> bool {
        let part = |i: &usize| !matches!(self.kind(*i), Kind::Sep(3));
        let before = (0..at).rev().take_while(part);
        let after = (at..self.items.len()).take_while(part);
        before.chain(after).all(|i| is_talk(self.kind(i)) || matches!(self.kind(i), Kind::Sep(_)))
    }

    /// Whether only signs stand before or after the phrase.
    fn is_edge(&self, at: usize, len: usize) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let word =
            |i: usize| self.text.token(i).is_some_and(|t| !matches!(t.shape, Shape::Sep(_) | Shape::Newline));
        let last = (item.from + len..self.text.tokens.len())
            .all(|i| !word(i) || self.text.is(i, Class::Polite).is_some());
        let first = !(0..item.from).any(|i| word(i) && self.text.is(i, Class::Polite).is_none());
        first || last
    }

    /// Whether the indicator at `thing` counts cases: people come from everywhere.
    pub(super) fn is_of_cases(&self, thing: usize) -> bool {
        match self.kind(thing) {
            Kind::Indicator(place, _) => self
                .text
                .book
                .entries
                .get(*place)
                .is_some_and(|entry| entry.units.contains(&super::Unit::Case)),
            _ => true,
        }
    }

    /// “phòng chống 2 vụ trộm”, “ngăn chặn 2 vụ”: what is warned of or prevented right after the word.
    fn warned_of(&self, counted: &[usize]) -> Option<Doubt> {
        self.pairing.pairs.iter().find_map(|pair| {
            let before = pair.figure.checked_sub(1)?;
            let item = self.items.get(before)?;
            let warned = *self.kind(before) == Kind::Topic
                && matches!(self.text.plain(item.to - 1), "chong" | "ngua" | "tranh" | "chan" | "phong")
                || *self.kind(before) == Kind::Cause && self.text.plain(item.from) == "nghi";
            // “2 vụ nghi trộm”
            let suspected = (pair.figure + 1 == pair.thing.saturating_sub(1))
                && *self.kind(pair.thing - 1) == Kind::Cause
                && self.items.get(pair.thing - 1).is_some_and(|item| self.text.plain(item.from) == "nghi");
            ((warned || suspected) && self.is_of_cases(pair.thing) && counted.contains(&pair.thing))
                .then(|| Doubt::new(Why::Vague, before))
        })
    }

    /// “có 2 vụ trộm đâu”, “TC2 nhầm”: a last word that takes back what stands before it.
    fn said_for_nothing(&self, counted: &[usize]) -> Option<Doubt> {
        let last = (0..self.items.len()).rev().find(|at| {
            !matches!(self.kind(*at), Kind::Sep(_))
                && self.items.get(*at).is_some_and(|item| {
                    self.text.is(item.from, Class::Polite).is_none() || self.text.plain(item.from) == "dau"
                })
        })?;
        let item = self.items.get(last)?;
        let from = (0..last).rev().find(|i| matches!(self.kind(*i), Kind::Sep(_))).map_or(0, |i| i + 1);
        let told = counted.iter().any(|thing| (from..last).contains(thing));
        let denied = (from..last).any(|i| {
            matches!(self.kind(i), Kind::Neg | Kind::NegNoise | Kind::Blanket { .. } | Kind::NotThat)
        });
        // “ở tiệm gội đầu” is no “đâu”.
        let spelled =
            self.text.token(item.from).is_some_and(|token| !token.marks.is_bare() && token.marks.tone == 0);
        let nowhere = self.text.plain(item.from) == "dau" && spelled && !denied;
        let beside = last
            .checked_sub(1)
            .is_some_and(|b| matches!(self.kind(b), Kind::Figure(_) | Kind::Indicator(..)));
        let mistaken = *self.kind(last) == Kind::Mistake && item.to - item.from == 1 && beside;
        (told && (nowhere || mistaken)).then(|| Doubt::new(Why::Contradiction, last))
    }

    /// “thôn tôi”, “ấp mình”: the sender's own hamlet.
    pub(super) fn is_own(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| is_own(self.text, item.from))
    }

    /// “2 vụ trộm năm ngoái”; “so với năm ngoái” only compares.
    fn is_long_ago(&self, at: usize, counted: &[usize]) -> bool {
        let compared = (at.saturating_sub(5)..at)
            .any(|i| matches!(self.kind(i), Kind::Than | Kind::Up | Kind::Down | Kind::Done));
        let span = at.checked_sub(1).is_some_and(|b| matches!(self.kind(b), Kind::Figure(_)));
        let cases: Vec<usize> = counted.iter().copied().filter(|thing| self.is_of_cases(*thing)).collect();
        // “đánh nhau 1 vụ vì mâu thuẫn từ năm ngoái”: only its cause is old.
        let caused = |thing: &usize| {
            (*thing..at).any(|i| {
                *self.kind(i) == Kind::Cause
                    && self.items.get(i).is_some_and(|item| self.text.plain(item.from) != "tu")
            })
        };
        let cases: Vec<usize> = cases.into_iter().filter(|thing| !caused(thing)).collect();
        !compared && !span && self.in_clause(at, &cases)
    }

    /// “10 năm trước”, “cách đây 5 năm”.
    fn is_years_ago(&self, at: usize) -> bool {
        let Some(item) = self.items.get(at).filter(|item| item.kind == Kind::Noise("a span of years")) else {
            return false;
        };
        let back = |n: usize| item.from.checked_sub(n).map_or("", |i| self.text.plain(i));
        self.text.plain(item.to) == "truoc" || (back(1) == "day" && back(2) == "cach")
    }

    /// “1 vụ trộm hay là cướp”, “TC2 hoặc CB2”: one of two, nobody knows which.
    fn is_alternative(&self, at: usize, counted: &[usize]) -> bool {
        let clause = |i: &usize| !matches!(self.kind(*i), Kind::Sep(2 | 3));
        let told = |i: usize| match self.kind(i) {
            Kind::Indicator(place, _) => Some(*place),
            _ => None,
        };
        let before = (0..at).rev().take(6).take_while(clause).find_map(|i| told(i).map(|place| (i, place)));
        let after = (at + 1..self.items.len())
            .take(6)
            .take_while(clause)
            .find_map(|i| told(i).map(|place| (i, place)));
        match (before, after) {
            (Some((thing, one)), Some((next, other))) => {
                one != other && counted.contains(&thing) && !Self::flag(self.mentions, next)
            }
            _ => false,
        }
    }

    /// Whether something is counted after the phrase in the same sentence.
    fn goes_on(&self, at: usize, len: usize) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let end = item.from + len;
        self.items
            .iter()
            .filter(|item| item.from >= end)
            .take_while(|item| !matches!(item.kind, Kind::Sep(_)))
            .any(|item| matches!(item.kind, Kind::Figure(_) | Kind::Indicator(..)))
    }

    /// “làm gì có 2 vụ trộm”, “không TC2”: a denial right before a figure that is not its own.
    fn denied(&self, counted: &[usize]) -> Option<Doubt> {
        let paired = |i: usize| self.pairing.pairs.iter().any(|pair| pair.figure == i);
        let all = |i: usize| {
            counted.contains(&i)
                || self.pairing.pairs.iter().any(|pair| pair.figure == i && counted.contains(&pair.thing))
        };
        (0..self.items.len()).find_map(|at| {
            let loose = matches!(self.kind(at), Kind::Neg | Kind::NegNoise | Kind::NotThat) && !paired(at);
            let next = (at + 1..at + 3).find(|i| !matches!(self.kind(*i), Kind::Noise(_)))?;
            let code = matches!(self.kind(next), Kind::Figure(_))
                || matches!(self.kind(next), Kind::Indicator(_, super::Strength::Code));
            // “không phải là không có trộm mà là …”
            let twice = *self.kind(at) == Kind::NotThat
                && (at + 1..self.items.len())
                    .take_while(|i| !matches!(self.kind(*i), Kind::Sep(_) | Kind::Figure(_)))
                    .any(|i| *self.kind(i) == Kind::Neg && paired(i));
            (twice || (loose && code && all(next))).then(|| Doubt::new(Why::Contradiction, at))
        })
    }
}

/// Whether an item counts and names nothing.
fn is_talk(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Word
            | Kind::Noise(_)
            | Kind::And
            | Kind::Hedge
            | Kind::Vague(_)
            | Kind::Hamlet { aside: true, .. }
            | Kind::NegNoise
            | Kind::Neg
            | Kind::Cause
            | Kind::Topic
            | Kind::Erase
            | Kind::Rest
            | Kind::Trouble(super::Trouble::BadPeriod)
    )
}

/// “thôn tôi”, “ấp mình”: a word for a hamlet and one for the sender.
pub(in super::super) fn is_own(text: &Text, at: usize) -> bool {
    text.is(at, Class::Hamlet).is_some_and(|len| {
        matches!(
            text.plain(at + len),
            "toi" | "tui" | "em" | "e" | "minh" | "ta" | "con" | "chau" | "chung" | "tao" | "t" | "nha"
        )
    })
}
