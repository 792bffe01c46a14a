//! Indicators, codes, and the words of the grammar.

use super::super::amounts::{amount, money, unit};
use super::super::dates::time;
use super::super::items::{Kind, MonthWord, Unit};
use super::super::lexicon::{Class, Consequence, Meaning, Strength};
use super::super::negation;
use super::super::syllable::one_edit_apart;
use super::super::text::Text;
use super::super::token::Shape;
use super::{Piece, Scanner};

impl Scanner<'_, '_> {
    /// “không quá 3 vụ”, “chưa đến 5 vụ”: a limit, no denial.
    pub(super) fn limit(&mut self, at: usize) -> Option<Piece> {
        let len = self.text.is(at, Class::Approx)?;
        let denial = self.text.is(at, Class::Neg).is_some_and(|other| other < len);
        if !denial || amount(self.text, at + len).is_none() {
            return None;
        }
        self.approx = true;
        Some((Kind::Noise("about"), len))
    }

    /// “gia đình”, “phòng trọ”: a word of several syllables, which alone would mean something (“định”, “phòng”).
    pub(super) fn compound(&self, at: usize) -> Option<Piece> {
        let text = self.text;
        let len = text.is(at, Class::Common).filter(|len| *len >= 2)?;
        const MERE: [Class; 4] = [Class::Common, Class::Title, Class::UnitHouse, Class::UnitPerson];
        let means_more = text.hits(at).iter().any(|hit| {
            let mere = matches!(hit.meaning, Meaning::Class(class) if MERE.contains(&class));
            hit.len >= len && !mere
        });
        let goes_on = (1..len).any(|i| text.indicator(at + i).is_some_and(|(.., other)| i + other > len));
        // “đầu ngõ 5”
        let numbered = text.token(at + len).is_some_and(|t| matches!(t.shape, Shape::Number | Shape::Opaque))
            && text.is_any(at + len - 1, &[Class::Place, Class::Site, Class::Hamlet]).is_some();
        (!means_more && !goes_on && !numbered).then_some((Kind::Word, len))
    }

    pub(super) fn negation(&self, at: usize) -> Option<Piece> {
        negation::negation(self.text, at, &self.items)
    }

    pub(super) fn indicator(&self, at: usize) -> Option<Piece> {
        let named = self.text.indicator(at);
        if let Some((place, len)) = self.text.ambiguous(at)
            && named.is_none_or(|(_, strength, longer)| {
                longer < len || (longer == len && strength != Strength::Code)
            })
            && self.is_code_like(at, len)
        {
            return Some((Kind::Ambiguous(place), len));
        }
        let (place, strength, len) = named?;
        let longer_class = [
            Class::Dead,
            Class::Hurt,
            Class::LossAll,
            Class::Rest,
            Class::Keyword,
            Class::StopWhat,
            Class::Erase,
            Class::Secret,
            Class::Violence,
            Class::Plan,
            Class::Hedge,
            Class::Request,
        ];
        if self.text.is_any(at, &longer_class).is_some_and(|other| other > len) {
            return None;
        }
        // “phạt 2,5 triệu”: a fine, nobody is counted.
        if self.text.is(at, Class::MoneyNoise) == Some(len) && money(self.text, at + len).is_some() {
            return None;
        }
        let figure_next =
            self.text.token(at + 1).is_some_and(|t| matches!(t.shape, Shape::Number | Shape::Sep(':' | '=')));
        let spoken = self.text.is(at, Class::Rest).is_some() && !figure_next;
        if strength == Strength::Code && (spoken || !self.is_code_here(at)) {
            return None;
        }
        Some((Kind::Indicator(self.in_context(place), strength), len))
    }

    /// “vợ chồng … đánh nhau”: what the indicator means beside what stands before it in the clause.
    fn in_context(&self, place: usize) -> usize {
        let Some(context) = self.text.book.contexts.iter().find(|context| context.from == place) else {
            return place;
        };
        let clause = self.items.iter().rev().take(6).take_while(|item| {
            !matches!(item.kind, Kind::Sep(_) | Kind::Colon | Kind::Month(_) | Kind::Indicator(..))
        });
        let near = clause
            .into_iter()
            .any(|item| (item.from..item.to).any(|at| self.text.is(at, context.near).is_some()));
        if near { context.to } else { place }
    }

    /// Ambiguous short codes count only as codes: in capitals, or beside a figure.
    pub(super) fn is_code_like(&self, at: usize, len: usize) -> bool {
        let Some(token) = self.text.token(at) else { return false };
        let entry_is_word = len > 1 || token.plain.len() > 3;
        let beside = self.beside_figure(at);
        entry_is_word
            || self.ends_code_list(at)
            || (beside && self.text.is(at, Class::Polite).is_none())
            || (token.caps && self.text.mixed_case && token.plain.len() >= 2 && beside)
    }

    /// “T2 TC3, MT”: a short code without a figure, between codes or at their end.
    fn ends_code_list(&self, at: usize) -> bool {
        let ended = self.text.token(at + 1).is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep(_)));
        let only_codes = self.items.iter().all(|item| {
            matches!(
                item.kind,
                Kind::Keyword
                    | Kind::Month(_)
                    | Kind::Hamlet { .. }
                    | Kind::Figure(_)
                    | Kind::Money { .. }
                    | Kind::Sep(_)
                    | Kind::Colon
                    | Kind::Noise("a joint")
                    | Kind::Indicator(_, Strength::Code)
            )
        });
        let coded = self.items.iter().any(|item| matches!(item.kind, Kind::Indicator(_, Strength::Code)));
        let polite = self.text.is(at, Class::Polite).is_some() && self.text.mixed_case;
        ended && only_codes && coded && !polite
    }

    pub(super) fn beside_figure(&self, at: usize) -> bool {
        let skip = usize::from([':', '=', '-', '.', '('].into_iter().any(|c| self.text.is_sep(at + 1, c)));
        let next = self.text.token(at + 1 + skip).is_some_and(|t| {
            t.shape == Shape::Number
                || (t.shape == Shape::Word
                    && matches!(t.plain.as_str(), "o" | "l")
                    && !self.is_preposition(at + 1 + skip))
        });
        next || matches!(self.last(), Some(Kind::Figure(figure)) if figure.unit == Unit::None)
    }

    /// A word that is spelled like a code is one in capitals, beside a figure, or where no word is spelled so.
    pub(super) fn is_code_here(&self, at: usize) -> bool {
        let Some(token) = self.text.token(at) else { return false };
        let vowels = token.plain.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        let negated = self.text.is(at + 1, Class::Neg).is_some() || matches!(self.last(), Some(Kind::Neg));
        let unit = matches!(self.last(), Some(Kind::Figure(figure)) if figure.unit == Unit::Case);
        // “TC2⏎CB1⏎TRU”: cut off behind other codes, on a line of its own.
        let cut_off = token.caps
            && self.text.token(at + 1).is_none()
            && at
                .checked_sub(1)
                .is_some_and(|b| self.text.token(b).is_some_and(|t| t.shape == Shape::Newline))
            && self.items.iter().any(|i| matches!(i.kind, Kind::Indicator(_, Strength::Code)));
        cut_off
            || token.caps && !vowels
            || self.beside_figure(at)
            || negated
            || unit
            || (token.caps && self.text.mixed_case)
            || !vowels
                && self.text.code(at + 1).is_some()
                && self.items.iter().any(|i| i.kind == Kind::Keyword)
            || !vowels && token.plain.len() > 2
            || (self.text.number_word(at + 1).is_some() && !is_double(self.text.plain(at + 1)))
    }

    /// “bà Nhâm 22 phiếu”: a name behind what people are called by, no “nhầm” without its tone.
    pub(super) fn is_of_person(&self, at: usize) -> bool {
        let called = at.checked_sub(1).is_some_and(|b| {
            matches!(
                self.text.plain(b),
                "ong" | "ba" | "anh" | "chi" | "co" | "chu" | "bac" | "di" | "mo" | "cau"
            )
        });
        called && self.text.is_name(at) && self.text.token(at).is_some_and(|t| !t.caps && !t.marks.is_bare())
    }

    /// “ANTY T3 MTTC2”: the keyword with a slip, at the head and before a month.
    pub(super) fn torn_keyword(&self, at: usize) -> Option<Piece> {
        let token = self.text.token(at).filter(|_| at == 0 && self.text.is_unknown(at))?;
        let torn = token.plain.len() >= 3 && one_edit_apart("antt", &token.plain);
        let month = matches!(time(self.text, 1, true), Some((Kind::Month(MonthWord::Numbered(..)), _)));
        (torn && month).then_some((Kind::Keyword, 1))
    }

    /// “mấy vụ”: a number that nobody tells.
    fn how_many(&self, at: usize) -> Option<Piece> {
        let text = self.text;
        let len = text.is(at, Class::HowMany)?;
        let unit = unit(text, at + len).map(|(unit, more)| (unit, len + more));
        let spelled = text.token(at).is_some_and(|t| !t.marks.is_bare());
        let loud = text.indicator(at + len).and_then(|(place, ..)| text.book.entries.get(place));
        // “máy phát” is no “mấy phạt”.
        let counted = unit.is_some_and(|(unit, _)| !matches!(unit, Unit::Thing | Unit::House))
            || loud.is_some_and(|entry| spelled || !entry.quiet);
        Some(if counted {
            (Kind::Vague(unit.map_or(Unit::None, |u| u.0)), unit.map_or(len, |u| u.1))
        } else {
            (Kind::Word, len)
        })
    }

    pub(super) fn phrase(&mut self, at: usize) -> Option<Piece> {
        let text = self.text;
        if let Some(piece) = self.how_many(at) {
            return Some(piece);
        }
        // “hon me” is “hôn mê”, no “hơn”.
        let hurt = text.is_any(at, &[Class::Hurt, Class::Dead, Class::Calm]).unwrap_or(0);
        if let Some(len) = text.is(at, Class::Approx).filter(|len| *len >= hurt) {
            let place =
                at.checked_sub(1).is_some_and(|b| text.is_any(b, &[Class::Hamlet, Class::Place]).is_some());
            if amount(text, at + len).is_some() && !place {
                self.approx = true;
                return Some((Kind::Noise("about"), len));
            }
            if text.is(at, Class::Up).is_none() {
                return Some((Kind::Word, len));
            }
        }
        if let Some(len) = text.is_any(at, &[Class::Up, Class::Down]).filter(|len| *len >= hurt) {
            let bare = text.plain(at) == "hon" && len == 1;
            if bare && text.is_any(at + 1, &[Class::PrevMonth, Class::Month, Class::Than]).is_none() {
                return Some((Kind::Word, len));
            }
            let reached = matches!(text.plain(at + len), "con" | "xuong" | "len");
            let kind = if text.is(at, Class::Up).is_some() { Kind::Up } else { Kind::Down };
            return Some(if reached { (Kind::Word, len + 1) } else { (kind, len) });
        }
        let vague = |b: usize| {
            text.is_any(b, &[Class::Vague, Class::HowMany]).is_some() || text.number_word(b).is_some()
        };
        // “Trieu Thi Mui” is a name.
        let name = text.mixed_case && (at..at + 2).all(|i| text.token(i).is_some_and(|t| t.upper));
        let spoken = at.checked_sub(1).is_some_and(vague) || text.plain(at) == "trieu" && !name;
        if let Some(len) = text.is_any(at, &[Class::Million, Class::Billion]).filter(|_| spoken) {
            // “mấy triệu”: a sum of which no figure could be read.
            return Some((Kind::Money { dong: -1, denied: true }, len));
        }
        let mut best: Option<Piece> = None;
        for (class, kind) in simple_classes() {
            if let Some(len) = text.is(at, class)
                && best.as_ref().is_none_or(|(_, longest)| len > *longest)
            {
                best = Some((kind, len));
            }
        }
        match best {
            Some((Kind::Succeeded | Kind::Failed, len)) if !negation::after_mediation(text, &self.items) => {
                let becomes = text.is(at, Class::Becomes).is_some();
                Some((if becomes { Kind::Becomes } else { Kind::Word }, len))
            }
            Some((Kind::Vague(_), len)) => {
                let unit = unit(text, at + len);
                Some((Kind::Vague(unit.map_or(Unit::None, |u| u.0)), len + unit.map_or(0, |u| u.1)))
            }
            // “bt” is “bị thương” beside people after an accident, else “bình thường”.
            Some((Kind::Consequence(_), len))
                if text.is(at, Class::Calm) == Some(len) && !self.hurts_people(at, len) =>
            {
                Some((Kind::Calm, len))
            }
            // “công an huyện về bắt …”: who came, not what it is about.
            Some((Kind::Topic, 1)) if text.plain(at) == "ve" && is_police(text, at) => Some((Kind::Word, 1)),
            // “mat tam muoi trieu”: “tám mươi”, no “mất tầm”; but “thiet hai muoi lam trieu” is “thiệt hại”.
            Some((kind @ Kind::Loss { .. }, len))
                if len > 1
                    && text.number_word(at + len - 1).is_some()
                    && text.number_word(at + len).is_some()
                    && text.plain(at + len - 1) != "hai" =>
            {
                Some((kind, len - 1))
            }
            // “đang tuần tra”: only the word that is no “now” is taken.
            Some((kind, len)) if text.is(at, Class::NotNow) == Some(len) => Some((kind, len.min(1))),
            other => other,
        }
    }

    /// Whether people are counted right beside a word of `len` tokens in the sentence of an event that hurts them; a bare
    /// figure counts them too, if no code told the event.
    fn hurts_people(&self, at: usize, len: usize) -> bool {
        let mut sentence =
            self.items.iter().rev().map(|item| &item.kind).take_while(|kind| **kind != Kind::Sep(3));
        let told = sentence.find_map(|kind| match kind {
            Kind::Indicator(place, strength) => Some((self.text.book.entries.get(*place)?.event?, *strength)),
            _ => None,
        });
        let Some((event, strength)) = told else { return false };
        let hurts = self.text.book.events.get(event).is_some_and(|rule| rule.hurt.is_some());
        let bare = strength != Strength::Code;
        let people = |unit: Unit| unit == Unit::Person || bare && unit == Unit::None;
        let before = matches!(self.last(), Some(Kind::Figure(figure)) if people(figure.unit));
        let after = at + len + usize::from(self.text.is_sep(at + len, ':'));
        let behind = amount(self.text, after).map(|figure| after + figure.len).is_some_and(|next| {
            let ended =
                self.text.token(next).is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep(_)));
            bare && ended || unit(self.text, next).is_some_and(|(unit, _)| unit == Unit::Person)
        });
        hurts && (before || behind)
    }
}

fn is_police(text: &Text, at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map_or("", |b| text.plain(b));
    before(1) == "an" && before(2) == "cong"
        || matches!(before(1), "huyen" | "xa" | "tinh" | "phuong") && before(2) == "an" && before(3) == "cong"
}

/// Number words that without marks are other words too (“trừ sâu”).
fn is_double(plain: &str) -> bool {
    matches!(plain, "sau" | "nam" | "tu" | "bay")
}

/// Phrases that are one kind of piece whatever stands around them, the first of equal length winning.
fn simple_classes() -> [(Class, Kind); 37] {
    [
        (Class::LossAll, Kind::Loss { all: true }),
        (Class::Dead, Kind::Consequence(Consequence::Dead)),
        (Class::Hurt, Kind::Consequence(Consequence::Hurt)),
        (Class::Casualties, Kind::Casualties),
        (Class::NotThat, Kind::NotThat),
        (Class::Slip, Kind::Slip),
        (Class::Mistake, Kind::Mistake),
        (Class::Fix, Kind::Fix),
        (Class::Add, Kind::Add),
        (Class::Erase, Kind::Erase),
        (Class::AsBefore, Kind::AsBefore),
        (Class::Keyword, Kind::Keyword),
        (Class::Failed, Kind::Failed),
        (Class::Succeeded, Kind::Succeeded),
        (Class::Becomes, Kind::Becomes),
        (Class::MoneyNoise, Kind::MoneyNoise),
        (Class::Loss, Kind::Loss { all: false }),
        (Class::Total, Kind::Total),
        (Class::Part, Kind::Part),
        (Class::Keep, Kind::Keep),
        (Class::Done, Kind::Done),
        (Class::Than, Kind::Than),
        (Class::Vague, Kind::Vague(Unit::None)),
        (Class::Hedge, Kind::Hedge),
        (Class::Plan, Kind::Plan),
        (Class::Each, Kind::Each),
        (Class::Rest, Kind::Rest),
        (Class::Calm, Kind::Calm),
        (Class::And, Kind::And),
        (Class::Either, Kind::And),
        (Class::Cause, Kind::Cause),
        (Class::Topic, Kind::Topic),
        (Class::NextMonth, Kind::Noise("a month to come")),
        (Class::WithinMonth, Kind::Noise("within the month")),
        (Class::NotNow, Kind::Word),
        (Class::Signature, Kind::Word),
        (Class::Address, Kind::Word),
    ]
}
