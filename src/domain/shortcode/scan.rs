//! From tokens and phrases to pieces, left to right.

use super::amounts::{Amount, amount, digits, money, unit, words};
use super::dates::time;
use super::items::{Figure, Item, Kind, Trouble, Unit};
use super::lexicon::{Class, Consequence, Strength};
use super::places::{hamlet, number_noise};
use super::text::Text;
use super::token::Shape;

/// The pieces of `text`.
pub(super) fn scan(text: &Text) -> Vec<Item> {
    let mut scanner = Scanner {
        text,
        items: Vec::new(),
        total: false,
        denied: false,
        difference: false,
        approx: false,
        listed: 0,
    };
    let mut at = 0;
    while at < text.tokens.len() {
        let (kind, len) = scanner.piece(at);
        let len = len.max(1);
        let kind = scanner.of_animals(kind);
        scanner.remember(&kind);
        scanner.items.push(Item { kind, from: at, to: at + len });
        at += len;
    }
    scanner.items
}

struct Scanner<'t, 'b> {
    text: &'t Text<'b>,
    items: Vec<Item>,
    total: bool,
    denied: bool,
    difference: bool,
    approx: bool,
    /// The number of the last list item (“2. Đánh nhau”).
    listed: u32,
}

type Piece = (Kind, usize);

impl Scanner<'_, '_> {
    fn piece(&mut self, at: usize) -> Piece {
        let Some(token) = self.text.token(at) else { return (Kind::Word, 1) };
        match token.shape {
            Shape::Newline => return (Kind::Sep(3), 1),
            Shape::Sep(c) => return self.separator(at, c),
            Shape::Foreign => return (Kind::Trouble(Trouble::Illegible), 1),
            Shape::Unsure => return (Kind::Trouble(Trouble::UnknownCode), 1),
            Shape::Opaque => return number_noise(self.text, at).unwrap_or_else(|| (self.opaque(at), 1)),
            Shape::Word | Shape::Number => {}
        }
        self.noise(at)
            .or_else(|| number_noise(self.text, at))
            .or_else(|| {
                if self.is_result_fraction(at) { None } else { time(self.text, at, self.after_keyword(at)) }
            })
            .or_else(|| self.list_number(at))
            .or_else(|| self.place(at))
            .or_else(|| self.sum_of_money(at))
            .or_else(|| self.figure(at))
            .or_else(|| self.negation(at))
            .or_else(|| self.indicator(at))
            .or_else(|| self.phrase(at))
            .unwrap_or((Kind::Word, 1))
    }

    /// What a piece means for those that follow it.
    fn remember(&mut self, kind: &Kind) {
        match kind {
            Kind::Total => self.total = true,
            Kind::NotThat => self.denied = true,
            Kind::Up | Kind::Down => self.difference = true,
            Kind::Colon => self.difference = false,
            Kind::Sep(level) => {
                self.difference = false;
                self.denied = false;
                self.total = self.total && *level < 2;
            }
            Kind::Figure(_) | Kind::Money { .. } => {
                self.total = false;
                self.denied = false;
                self.difference = false;
                self.approx = false;
            }
            _ => {}
        }
    }

    /// “3 con trâu chết”: animals have no indicator.
    fn of_animals(&self, kind: Kind) -> Kind {
        let things = self
            .items
            .iter()
            .rev()
            .take(2)
            .any(|item| matches!(&item.kind, Kind::Figure(figure) if figure.unit == Unit::Thing));
        if matches!(kind, Kind::Consequence(_)) && things { Kind::Word } else { kind }
    }

    fn last(&self) -> Option<&Kind> {
        self.items.last().map(|item| &item.kind)
    }

    /// Whether only a keyword (and separators) stands right before `at`.
    fn after_keyword(&self, at: usize) -> bool {
        let mut before =
            self.items.iter().rev().skip_while(|i| matches!(i.kind, Kind::Sep(1 | 2 | 3) | Kind::Colon));
        match before.next().map(|item| &item.kind) {
            Some(Kind::Keyword) => true,
            Some(Kind::Fix | Kind::Add) => {
                self.text.code(at + 1).is_some()
                    || self.text.token(at + 1).is_some_and(|t| t.shape == Shape::Number)
                        && self.text.code(at + 2).is_some()
            }
            _ => false,
        }
    }

    /// “làm rõ 2/2 vụ”: two of two, not the second of February.
    fn is_result_fraction(&self, at: usize) -> bool {
        let quiet = match self.last() {
            Some(Kind::Indicator(place, _)) => {
                self.text.book.entries.get(*place).is_some_and(|entry| entry.quiet)
            }
            _ => false,
        };
        let fraction =
            self.text.is_sep(at + 1, '/') && self.text.token(at).is_some_and(|t| t.shape == Shape::Number);
        fraction && (quiet || self.text.is(at + 3, Class::UnitCase).is_some())
    }

    fn noise(&self, at: usize) -> Option<Piece> {
        let len = self.text.is(at, Class::Noise)?;
        let others = self
            .text
            .hits(at)
            .iter()
            .filter(|hit| hit.meaning != super::lexicon::Meaning::Class(Class::Noise));
        let longest = others.map(|hit| hit.len).max().unwrap_or(0);
        (len >= longest).then_some((Kind::Noise("talk"), len))
    }

    fn separator(&self, at: usize, c: char) -> Piece {
        let token = self.text.token(at);
        let spaced = token.is_some_and(|t| t.spaced);
        let next = self.text.token(at + 1);
        let number_glued = next.is_some_and(|t| t.shape == Shape::Number && !t.spaced);
        let after_code = matches!(self.last(), Some(Kind::Indicator(_, Strength::Code) | Kind::Ambiguous(_)));
        let kind = match c {
            '-' | '−' | '–' | '—' | '‐' if spaced && number_glued => Kind::Trouble(Trouble::Negative),
            '-' | '−' | '–' | '—' | '‐' => {
                if spaced && !after_code {
                    Kind::Sep(1)
                } else {
                    Kind::Noise("a joint")
                }
            }
            '.' if number_glued && after_code => Kind::Noise("a joint"),
            '.' | '!' | '。' | '…' => Kind::Sep(3),
            '?' | '#' | '*' | '%' | '$' | '@' | '^' | '~' | '{' | '}' if after_code => {
                Kind::Trouble(Trouble::Illegible)
            }
            '?' => Kind::Sep(3),
            ';' | '•' | '·' => Kind::Sep(2),
            ',' | '/' | '+' | '|' | '\\' | '&' | '、' => Kind::Sep(1),
            ':' | '=' => Kind::Colon,
            '>' | '→' => Kind::Becomes,
            '(' | '[' => Kind::Open,
            ')' | ']' => Kind::Close,
            _ => Kind::Noise("a sign"),
        };
        (kind, 1)
    }

    /// A run of letters and digits of which nothing could be made: an age (“u42t”), a model after a thing, or trouble.
    fn opaque(&self, at: usize) -> Kind {
        let plain = self.text.plain(at);
        let digits = plain.trim_start_matches('u').trim_end_matches('t');
        if !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Kind::Noise("an age");
        }
        let letters = plain.bytes().take_while(u8::is_ascii_alphabetic).count();
        let coded = self
            .items
            .iter()
            .any(|item| matches!(item.kind, Kind::Keyword | Kind::Indicator(_, Strength::Code)));
        if letters >= 3
            && !coded
            && self.text.book.code_at(plain.get(..letters).unwrap_or_default()).is_none()
        {
            return Kind::Noise("the name of a model");
        }
        Kind::Trouble(Trouble::Illegible)
    }

    /// “1. Mất trộm: 1 vụ”: the number of a list, at the beginning of a line or sentence, counting up from 1.
    fn list_number(&mut self, at: usize) -> Option<Piece> {
        let value: u32 = self
            .text
            .token(at)
            .filter(|t| t.shape == Shape::Number && t.plain.len() <= 2)?
            .plain
            .parse()
            .ok()?;
        let begins =
            matches!(self.last(), None | Some(Kind::Sep(2 | 3) | Kind::Month(_) | Kind::Hamlet { .. }));
        let mark = ['.', ')', '/', '-'].into_iter().any(|c| self.text.is_sep(at + 1, c));
        let named = self.text.token(at + 2).is_some_and(|t| t.shape == Shape::Word);
        let joined = self.text.token(at + 1).is_some_and(|t| !t.spaced);
        if begins
            && mark
            && named
            && joined
            && value == self.listed + 1
            && (self.text.indicator(at + 2).is_some() || unit(self.text, at + 2).is_none())
        {
            self.listed = value;
            return Some((Kind::Sep(3), 2));
        }
        None
    }

    fn place(&self, at: usize) -> Option<Piece> {
        let head = self
            .items
            .iter()
            .all(|item| matches!(item.kind, Kind::Word | Kind::Noise(_) | Kind::Sep(_) | Kind::Open))
            && self.items.len() <= 4;
        let aside = at.checked_sub(1).is_some_and(|before| self.text.is(before, Class::Aside).is_some());
        // An indicator's phrase may begin with the same word (“tổ chức đánh bạc”).
        if self.text.indicator(at).is_some_and(|(_, _, len)| len >= 2) {
            return None;
        }
        hamlet(self.text, at, head, aside).filter(|(kind, _)| *kind != Kind::Word)
    }

    fn sum_of_money(&self, at: usize) -> Option<Piece> {
        let (dong, len) = money(self.text, at)?;
        Some((Kind::Money { dong, denied: self.denied }, len))
    }

    /// A figure with its unit; whether it is a count at all is settled later.
    fn figure(&mut self, at: usize) -> Option<Piece> {
        if let Some(piece) = self.letter_figure(at).or_else(|| self.implied_one(at)) {
            return Some(piece);
        }
        let first = digits(self.text, at).or_else(|| words(self.text, at))?;
        if at.checked_sub(1).is_some_and(|before| self.text.plain(before) == "am") {
            return Some((Kind::Trouble(Trouble::Negative), first.len));
        }
        let mut next = at + first.len;
        match self.told_twice(next, &first) {
            Some(Ok(len)) => next += len,
            Some(Err(trouble)) => return Some((Kind::Trouble(trouble), first.len + 3)),
            None => {}
        }
        if let Some(piece) = self.either(at, next, &first) {
            return Some(piece);
        }
        if self.text.is_sep(next, '%') {
            return Some((Kind::Noise("a share"), next + 1 - at));
        }
        if let Some(len) = self.text.is(next, Class::UnitAge) {
            return Some((Kind::Noise("an age"), next + len - at));
        }
        let counted = self.text.indicator(next);
        let here = unit(self.text, next).filter(|_| self.text.is(next, Class::NotThat).is_none());
        let unit_here = here.filter(|(_, len)| counted.is_none_or(|(.., longer)| longer < *len));
        // “63 người dự”: the phrase of the indicator begins with the unit.
        let absorbed = here.filter(|(unit, _)| {
            counted
                .and_then(|(place, ..)| self.text.book.entries.get(place))
                .is_some_and(|e| e.units.contains(unit))
        });
        let phrase = self.text.indicator(at).is_some_and(|(.., len)| len > first.len);
        if first.in_words && phrase {
            return None;
        }
        if first.in_words && !self.is_number_here(at, next, unit_here.is_some() || counted.is_some()) {
            return None;
        }
        let measured = self.text.is(next, Class::UnitMeasure).is_some()
            && unit_here.is_none_or(|(u, _)| u == Unit::Thing);
        if measured || (first.thousandths.is_some() && unit_here.is_some_and(|(u, _)| u == Unit::Thing)) {
            let len = self.text.is(next, Class::UnitMeasure).unwrap_or(0);
            return Some((Kind::Noise("a measure"), next + len - at));
        }
        let (unit, len) = unit_here
            .or_else(|| absorbed.map(|(unit, _)| (unit, 0)))
            .unwrap_or_else(|| (self.unit_of_stranger(next, counted.is_some()), 0));
        let mut figure = Figure::of(first.value, unit);
        figure.total = self.total;
        figure.denied = self.denied;
        figure.difference = self.difference;
        figure.approx = self.approx;
        figure.thousandths = first.thousandths;
        Some((Kind::Figure(figure), next + len - at))
    }

    /// What stands after a figure without a unit: a word that nobody knows, or nothing in particular.
    fn unit_of_stranger(&self, next: usize, counted: bool) -> Unit {
        let month = self.text.plain(next) == "t"
            && self.text.token(next + 1).is_some_and(|t| t.shape == Shape::Number);
        if month || self.text.code(next).is_some() || self.text.is(next, Class::NotThat).is_some() {
            return Unit::None;
        }
        let stranger = self.text.token(next).is_some_and(|t| t.shape == Shape::Word && t.spaced)
            && !counted
            && self
                .text
                .hits(next)
                .iter()
                .all(|hit| hit.meaning == super::lexicon::Meaning::Class(Class::Common));
        if stranger { Unit::Stranger } else { Unit::None }
    }

    /// “o”, “O”, “l” after a code, and “o vụ”.
    fn letter_figure(&self, at: usize) -> Option<Piece> {
        let token = self
            .text
            .token(at)
            .filter(|t| t.shape == Shape::Word && t.plain.len() == 1 && t.marks.is_bare())?;
        let value = match token.plain.as_str() {
            "o" => 0,
            "l" | "i" => 1,
            _ => return None,
        };
        if let Some(len) = self.text.is(at + 1, Class::UnitCase).filter(|_| value == 0) {
            return Some((Kind::Figure(Figure::of(0, Unit::Case)), 1 + len));
        }
        let mut before =
            self.items.iter().rev().filter(|item| !matches!(item.kind, Kind::Noise(_) | Kind::Colon));
        let last = before.next().map(|i| &i.kind);
        let ends = self.text.token(at + 1).is_none();
        let beside_code = matches!(last, Some(Kind::Indicator(_, Strength::Code)))
            || (ends && value == 0 && matches!(last, Some(Kind::Month(_) | Kind::Keyword)));
        beside_code.then_some((Kind::Figure(Figure::of(value, Unit::None)), 1))
    }

    /// “có vụ cháy”: one, by the singular.
    fn implied_one(&self, at: usize) -> Option<Piece> {
        let len = self.text.is(at, Class::UnitCase)?;
        let has = at.checked_sub(1).is_some_and(|before| self.text.plain(before) == "co");
        let named = (at + len..at + len + 2).any(|i| self.text.indicator(i).is_some());
        if !has || !named || self.text.indicator(at).is_some_and(|(.., longer)| longer > len + 1) {
            return None;
        }
        let mut figure = Figure::of(1, Unit::Case);
        figure.implied = true;
        Some((Kind::Figure(figure), len))
    }

    /// “2 (hai)”, “ba (3)”: the length of the second telling, or trouble where the two differ.
    fn told_twice(&self, next: usize, first: &Amount) -> Option<Result<usize, Trouble>> {
        if !self.text.is_sep(next, '(') {
            return None;
        }
        let second = if first.in_words { digits(self.text, next + 1) } else { words(self.text, next + 1) }?;
        if !self.text.is_sep(next + 1 + second.len, ')') {
            return None;
        }
        Some(if second.value == first.value { Ok(second.len + 2) } else { Err(Trouble::TwoFigures) })
    }

    /// “3-4 vụ”, “1 2 vụ”, “1 hoặc 2 vụ”, “hai ba vụ”, and “2/2 vụ” of results.
    fn either(&self, at: usize, next: usize, first: &Amount) -> Option<Piece> {
        if first.either {
            let unit = unit(self.text, next)?;
            return Some((Kind::Vague(unit.0), next + unit.1 - at));
        }
        let glued = |i: usize| self.text.token(i).is_some_and(|t| !t.spaced);
        let joint = ['-', '–', '~', '/'].into_iter().any(|c| self.text.is_sep(next, c))
            && glued(next)
            && glued(next + 1);
        let range = digits(self.text, next + 1).is_some_and(|second| second.value > first.value);
        let joint = joint || range && self.text.is_sep(next, '-') && !glued(next) && !glued(next + 1);
        let word = self.text.is(next, Class::Either);
        let skip = if joint { 1 } else { word.unwrap_or(0) };
        let second = digits(self.text, next + skip)
            .or_else(|| if word.is_some() { words(self.text, next + skip) } else { None });
        let second = second.filter(|second| second.thousandths.is_none())?;
        let end = next + skip + second.len;
        let counted = unit(self.text, end);
        if self.text.is_sep(next, '/') && joint {
            let (unit, len) = counted.unwrap_or((Unit::None, 0));
            return Some((Kind::Figure(Figure::of(first.value, unit)), end + len - at));
        }
        let beside = second.value == first.value + 1 && counted.is_some() && skip == 0 && !first.in_words;
        let named = counted.is_some()
            || self.text.indicator(end).is_some()
            || word.is_some()
            || (joint && glued(next));
        if (skip > 0 && named) || beside {
            let (unit, len) = counted.unwrap_or((Unit::None, 0));
            return Some((Kind::Vague(unit), end + len - at));
        }
        None
    }

    /// Whether number words stand for a number here: before what they count, or right after an indicator and before
    /// the end of a clause.
    fn is_number_here(&self, at: usize, next: usize, counted: bool) -> bool {
        if counted {
            // “sau vụ trộm” is “after the theft” as well as “six thefts”.
            return !(self.text.plain(at) == "sau"
                && self.text.token(at).is_some_and(|t| t.marks.is_bare())
                && self.text.is(next, Class::UnitCase).is_some());
        }
        let ended = match self.text.token(next) {
            None => true,
            Some(token) => matches!(token.shape, Shape::Newline | Shape::Sep(_)),
        };
        let after = self.items.iter().rev().find(|item| !matches!(item.kind, Kind::Colon | Kind::Noise(_)));
        let named = after.is_some_and(|item| {
            matches!(
                item.kind,
                Kind::Indicator(..)
                    | Kind::Ambiguous(_)
                    | Kind::Consequence(_)
                    | Kind::Succeeded
                    | Kind::Failed
            )
        });
        let code = after.is_some_and(|item| matches!(item.kind, Kind::Indicator(_, Strength::Code)));
        named && (ended || code)
    }

    fn negation(&self, at: usize) -> Option<Piece> {
        super::negation::negation(self.text, at, self.items.last().map(|item| &item.kind), &self.items)
    }

    fn indicator(&self, at: usize) -> Option<Piece> {
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
            Class::NotNow,
            Class::Rest,
            Class::Keyword,
            Class::StopWhat,
            Class::Erase,
            Class::Secret,
        ];
        if self.text.is_any(at, &longer_class).is_some_and(|other| other > len) {
            return None;
        }
        let spoken = self.text.is(at, Class::Rest).is_some() && !self.beside_figure(at);
        if strength == Strength::Code && (spoken || !self.is_code_here(at, place)) {
            return None;
        }
        Some((Kind::Indicator(place, strength), len))
    }

    /// Ambiguous short codes count only as codes: in capitals, or beside a figure.
    fn is_code_like(&self, at: usize, len: usize) -> bool {
        let Some(token) = self.text.token(at) else { return false };
        let entry_is_word = len > 1 || token.plain.len() > 3;
        let beside = self.beside_figure(at);
        entry_is_word
            || (beside && self.text.is(at, Class::Polite).is_none())
            || (token.caps && self.text.mixed_case && token.plain.len() >= 2 && beside)
    }

    fn beside_figure(&self, at: usize) -> bool {
        let skip = usize::from([':', '=', '-', '.', '('].into_iter().any(|c| self.text.is_sep(at + 1, c)));
        let next = self.text.token(at + 1 + skip).is_some_and(|t| {
            t.shape == Shape::Number || (t.shape == Shape::Word && matches!(t.plain.as_str(), "o" | "l"))
        });
        next || matches!(self.last(), Some(Kind::Figure(figure)) if figure.unit == Unit::None)
    }

    /// A word that is spelled like a code is one in capitals, beside a figure, or where no word is spelled so.
    fn is_code_here(&self, at: usize, place: usize) -> bool {
        let Some(token) = self.text.token(at) else { return false };
        let vowels = token.plain.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        let negated = self.text.is(at + 1, Class::Neg).is_some() || matches!(self.last(), Some(Kind::Neg));
        let unit = matches!(self.last(), Some(Kind::Figure(figure)) if figure.unit == Unit::Case);
        let _ = place;
        token.caps && !vowels
            || self.beside_figure(at)
            || negated
            || unit
            || (token.caps && self.text.mixed_case)
            || !vowels && token.plain.len() > 2
            || self.text.number_word(at + 1).is_some()
    }

    fn phrase(&mut self, at: usize) -> Option<Piece> {
        let text = self.text;
        if let Some(len) = text.is(at, Class::HowMany) {
            let unit = unit(text, at + len).map(|(unit, more)| (unit, len + more));
            let spelled = text.token(at).is_some_and(|t| !t.marks.is_bare());
            let loud = text.indicator(at + len).and_then(|(place, ..)| text.book.entries.get(place));
            // “máy phát” is no “mấy phạt”.
            let counted = unit.is_some_and(|(unit, _)| !matches!(unit, Unit::Thing | Unit::House))
                || loud.is_some_and(|entry| spelled || !entry.quiet);
            return Some(if counted {
                (Kind::Vague(unit.map_or(Unit::None, |u| u.0)), unit.map_or(len, |u| u.1))
            } else {
                (Kind::Word, len)
            });
        }
        if let Some(len) = text.is(at, Class::Approx) {
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
        if let Some(len) = text.is_any(at, &[Class::Up, Class::Down]) {
            let bare = text.plain(at) == "hon" && len == 1;
            if bare && text.is_any(at + 1, &[Class::PrevMonth, Class::Month, Class::Than]).is_none() {
                return Some((Kind::Word, len));
            }
            let reached = matches!(text.plain(at + len), "con" | "xuong" | "len");
            let kind = if text.is(at, Class::Up).is_some() { Kind::Up } else { Kind::Down };
            return Some(if reached { (Kind::Word, len + 1) } else { (kind, len) });
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
            Some((Kind::Succeeded | Kind::Failed, len))
                if !super::negation::after_mediation(text, &self.items) =>
            {
                let becomes = text.is(at, Class::Becomes).is_some();
                Some((if becomes { Kind::Becomes } else { Kind::Word }, len))
            }
            Some((Kind::Vague(_), len)) => {
                let unit = unit(text, at + len);
                Some((Kind::Vague(unit.map_or(Unit::None, |u| u.0)), len + unit.map_or(0, |u| u.1)))
            }
            other => other,
        }
    }
}

/// Phrases that are one kind of piece whatever stands around them, the first of equal length winning.
fn simple_classes() -> [(Class, Kind); 34] {
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
