//! Figures with their units, sums of money, and what only looks like a figure.

use super::super::amounts::{Amount, digits, money, thousands, unit, words};
use super::super::items::{Figure, Kind, Trouble, Unit};
use super::super::lexicon::{Class, Meaning, Strength};
use super::super::token::Shape;
use super::{Piece, Scanner};

impl Scanner<'_, '_> {
    pub(super) fn sum_of_money(&self, at: usize) -> Option<Piece> {
        if thousands(self.text, at).is_some() {
            return None;
        }
        let (dong, len) = money(self.text, at)?;
        // “60 nghìn một ký”: a price.
        if let Some(each) = self.is_for_each(at + len) {
            return Some((Kind::Noise("a price"), len + each));
        }
        if self.is_after_vague(at) || self.is_after_torn_number(at) {
            return Some((Kind::Money { dong: -1, denied: true }, len));
        }
        Some((Kind::Money { dong, denied: self.denied }, len))
    }

    /// “một ký”, “/kg” behind a sum: the length of what it is the price of.
    fn is_for_each(&self, at: usize) -> Option<usize> {
        const GOODS: [&str; 16] = [
            "ky", "ki", "kg", "can", "ta", "tan", "lit", "yen", "bao", "met", "khoi", "chi", "cong", "suat",
            "qua", "trai",
        ];
        let one = matches!(self.text.plain(at), "mot" | "1") || self.text.is_sep(at, '/');
        // “12.500đ/m2”
        let square =
            self.text.is_sep(at, '/') && self.text.plain(at + 1) == "m" && self.text.plain(at + 2) == "2";
        (one && GOODS.contains(&self.text.plain(at + 1))).then_some(2).or(square.then_some(3))
    }

    /// A figure with its unit; whether it is a count at all is settled later.
    pub(super) fn figure(&mut self, at: usize) -> Option<Piece> {
        if let Some(piece) = self.letter_figure(at).or_else(|| self.implied_one(at)) {
            return Some(piece);
        }
        let first =
            thousands(self.text, at).or_else(|| digits(self.text, at)).or_else(|| words(self.text, at))?;
        // “nam vien” is “nằm viện”, no “năm viên”.
        let said = self.text.is_any(at, &[Class::Hurt, Class::Dead, Class::Calm]).unwrap_or(0);
        // “vu sau ngay 19” is “sau ngày”.
        let later = self.text.plain(at) == "sau"
            && self.text.is(at + 1, Class::Day).is_some()
            && self.text.token(at + 2).is_some_and(|t| t.shape == Shape::Number);
        // “bi bon trom lay mat …” is “bọn trộm”.
        let gang = self.text.plain(at) == "bon"
            && first.len == 1
            && self.text.token(at).is_some_and(|t| t.marks.is_bare())
            && self.text.indicator(at + 1).is_some()
            && unit(self.text, at + 1).is_none();
        if first.in_words && (said > first.len || later || gang) {
            return None;
        }
        if let Some(piece) = self.spoiled(at, &first) {
            return Some(piece);
        }
        if first.in_words && self.is_after_vague(at) {
            let (unit, len) = unit(self.text, at + first.len).unwrap_or((Unit::None, 0));
            return Some((Kind::Vague(unit), first.len + len));
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
        if let Some((what, len)) = self.share_or_age(next) {
            return Some((Kind::Noise(what), next + len - at));
        }
        self.figure_with_unit(at, next, &first)
    }

    /// The figure `first` that stands from `at` to `next`, with the unit behind it.
    fn figure_with_unit(&self, at: usize, next: usize, first: &Amount) -> Option<Piece> {
        let counted = self.text.indicator(next);
        // “MTY1 phát hiện”, “BLGD1 tuần tra”: a figure glued to its code has no unit, whatever word follows.
        let coded = self.is_glued_to_code(at, next);
        if coded && first.thousandths.is_none() {
            return Some((Kind::Figure(Figure::of(first.value, Unit::None)), next - at));
        }
        // “ANTT 1 TRU3”: a code with its figure is no unit.
        let coded_next = self.text.code(next).is_some()
            && self.text.token(next + 1).is_some_and(|t| t.shape == Shape::Number);
        // “To 12 bo sung them”: what the sender wants is no unit.
        let wish = self.text.is_any(next, &[Class::Add, Class::Fix]).unwrap_or(0);
        let here = unit(self.text, next)
            .filter(|(_, len)| !coded_next && wish <= *len && self.text.is(next, Class::NotThat).is_none());
        // “tuan tra 4 ca do 2 to thuc hien” is no “cá độ”.
        let patrols = self.text.book.links.patrols;
        let shifts = matches!(self.last(), Some(Kind::Indicator(place, _)) if Some(*place) == patrols);
        let unit_here = here.filter(|(unit, len)| {
            shifts && *unit == Unit::Patrol || counted.is_none_or(|(.., longer)| longer < *len)
        });
        // “63 người dự”: the phrase of the indicator begins with the unit.
        let absorbed = here.filter(|(unit, _)| {
            counted
                .and_then(|(place, ..)| self.text.book.entries.get(place))
                .is_some_and(|e| e.units.contains(unit))
        });
        // “2 xe máy tông nhau”: the phrase of the indicator begins with what the figure counts, which are no cases.
        let others = here.filter(|(unit, len)| absorbed.is_none() && self.counts_others(next, *unit, *len));
        // “tc 1 nha anh”: a code has its own unit.
        let foreign = unit_here.filter(|(unit, _)| self.is_foreign_to_code(*unit));
        let unit_here = if foreign.is_some() { None } else { unit_here };
        // “ba cây súng” are no “ba cây”: the phrase that ends inside a longer one with the unit is none.
        let longer = absorbed.and(counted).map_or(0, |(.., len)| first.len + len);
        let phrase = self.text.indicator(at).is_some_and(|(.., len)| len > first.len && len >= longer);
        // “co ba bi lua” is “bà”: nobody counts right before “bị”.
        let lady = self.text.plain(at) == "ba" && first.len == 1 && self.text.plain(next) == "bi";
        if first.in_words && (phrase || lady) {
            return None;
        }
        let loud =
            counted.and_then(|(place, ..)| self.text.book.entries.get(place)).is_some_and(|e| !e.quiet);
        // “một trăm hai mươi ngời dự”: such a number is one whatever follows.
        let large = first.value > 12
            && first.len > 1
            && self.text.plain(next) != "tet"
            && self.text.plain(at) != "chuc";
        if first.in_words
            && !large
            && !self.is_number_here(at, next, unit_here.is_some() || absorbed.is_some() || loud)
        {
            return None;
        }
        let measure = self.text.is(next, Class::UnitMeasure);
        // “2 tuần tra 12 ca” are no two weeks.
        let measured = measure.is_some_and(|len| counted.is_none_or(|(.., longer)| longer <= len))
            && here.is_none_or(|(u, _)| u == Unit::Thing);
        if measured || (first.thousandths.is_some() && unit_here.is_some_and(|(u, _)| u == Unit::Thing)) {
            let len = self.text.is(next, Class::UnitMeasure).unwrap_or(0);
            return Some((Kind::Noise("a measure"), next + len - at));
        }
        let (unit, len) = unit_here
            .or_else(|| absorbed.or(others).map(|(unit, _)| (unit, 0)))
            .unwrap_or_else(|| (self.unit_of_stranger(next, counted.is_some() || foreign.is_some()), 0));
        if let Some((what, more)) = self.households_or_days(next + len, unit) {
            return Some((Kind::Noise(what), next + len + more - at));
        }
        let half =
            self.text.is(next, Class::Half).is_some() || self.text.is(next + len, Class::Half).is_some();
        let mut figure = Figure::of(first.value, unit);
        figure.total = self.total;
        figure.denied = self.denied;
        figure.difference = self.difference;
        figure.approx = self.approx;
        figure.thousandths = if half { Some(first.value.saturating_mul(1_000)) } else { first.thousandths };
        Some((Kind::Figure(figure), next + len - at))
    }

    /// A share, an age or a span of years: what it is and its length after the number.
    fn share_or_age(&self, next: usize) -> Option<(&'static str, usize)> {
        let escape = self.text.token(next + 1).is_some_and(|t| t.shape == Shape::Number && !t.spaced);
        if self.text.is_sep(next, '%') && !escape {
            return Some(("a share", 1));
        }
        if let Some(len) = self.text.is(next, Class::UnitAge) {
            return Some(("an age", len));
        }
        self.is_span_of_years(next).then_some(("a span of years", 1))
    }

    /// Whether the phrase of an indicator of cases at `next` begins with what the figure counts (“xe máy tông nhau”).
    fn counts_others(&self, next: usize, unit: Unit, len: usize) -> bool {
        let counted = self.text.indicator(next).and_then(|(place, ..)| self.text.book.entries.get(place));
        (len >= 2 || self.text.indicator(next + len).is_some())
            && counted.is_some_and(|entry| entry.units.contains(&Unit::Case))
            && !self.is_foreign_to_code(unit)
            && !matches!(self.text.plain(next), "soi" | "xoi" | "song" | "chieu" | "tu")
            && matches!(unit, Unit::Thing | Unit::Person | Unit::House)
    }

    /// “60 hộ dự” (households at a meeting are no people), “2 hôm trước”: what it is and the length after the unit.
    fn households_or_days(&self, after: usize, unit: Unit) -> Option<(&'static str, usize)> {
        match (unit, self.text.plain(after)) {
            // “85 hộ dự họp dân 1 buổi”: the meeting stands free.
            (Unit::House, "du") => Some(("households", 1)),
            (Unit::House, "tham") if matches!(self.text.plain(after + 1), "du" | "gia") => {
                Some(("households", 2))
            }
            (Unit::House, "tham" | "den" | "cu" | "ve") => Some(("households", 0)),
            (Unit::Patrol, "truoc" | "sau" | "nay") => Some(("a span of days", 1)),
            _ => None,
        }
    }

    /// “máy mua 3 năm rồi”, “đã 2 năm nay”.
    fn is_span_of_years(&self, next: usize) -> bool {
        let spelled = self.text.token(next).is_some_and(|t| !t.marks.is_bare());
        let follows =
            matches!(self.text.plain(next + 1), "roi" | "nay" | "truoc" | "tu" | "lien" | "qua" | "");
        let led = next.checked_sub(2).is_some_and(|b| {
            matches!(self.text.plain(b), "da" | "hon" | "gan" | "suot" | "duoc" | "khoang" | "may")
        });
        let ends =
            self.text.token(next + 1).is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep(_)));
        self.text.is(next, Class::Year) == Some(1) && (spelled || follows || led && ends)
    }

    /// Whether the figure stands right after a code that is not told in `unit`.
    fn is_foreign_to_code(&self, unit: Unit) -> bool {
        let place = match self.items.last().map(|item| &item.kind) {
            Some(Kind::Indicator(place, Strength::Code)) => *place,
            _ => return false,
        };
        unit == Unit::House
            && self.text.book.entries.get(place).is_some_and(|entry| !entry.units.contains(&unit))
    }

    /// A figure that is negative, or torn by a slip in a word of money or number beside it.
    fn spoiled(&self, at: usize, first: &Amount) -> Option<Piece> {
        if at.checked_sub(1).is_some_and(|before| self.text.plain(before) == "am") {
            return Some((Kind::Trouble(Trouble::Negative), first.len));
        }
        let next = at + first.len;
        let near_money = ["trieu", "nghin"]
            .iter()
            .any(|word| super::super::syllable::one_edit_apart(word, self.text.plain(next)));
        if near_money && self.text.hits(next).iter().all(|hit| hit.meaning == Meaning::Class(Class::Common)) {
            return Some((Kind::Trouble(Trouble::Illegible), next + 1 - at));
        }
        let torn = at.checked_sub(1).is_some_and(|b| {
            self.text.token(b).is_some_and(|t| t.word.is_none())
                && super::super::syllable::one_edit_apart("muoi", self.text.plain(b))
        });
        if first.in_words && (torn || self.is_after_torn_digit(at)) {
            return Some((Kind::Trouble(Trouble::Illegible), first.len));
        }
        None
    }

    /// What stands after a figure without a unit: a word that nobody knows, or nothing in particular.
    pub(super) fn unit_of_stranger(&self, next: usize, counted: bool) -> Unit {
        let month = self.text.plain(next) == "t"
            && self.text.token(next + 1).is_some_and(|t| t.shape == Shape::Number);
        if month || self.text.code(next).is_some() || self.text.is(next, Class::NotThat).is_some() {
            return Unit::None;
        }
        if self.text.plain(next).len() == 1 && self.text.is_sep(next + 1, ')') {
            return Unit::None;
        }
        if self.text.is(next, Class::Noise).is_some() && !counted {
            return Unit::Thing;
        }
        let stranger = self.text.token(next).is_some_and(|t| t.shape == Shape::Word && t.spaced)
            && !counted
            && self.text.hits(next).iter().all(|hit| hit.meaning == Meaning::Class(Class::Common));
        if stranger { Unit::Stranger } else { Unit::None }
    }

    /// Whether the figure from `at` to `next` is written to its code (“TC1”, “TC=1”).
    fn is_glued_to_code(&self, at: usize, next: usize) -> bool {
        let mut before = self.items.iter().rev().filter(|item| !matches!(item.kind, Kind::Colon));
        matches!(before.next().map(|item| &item.kind), Some(Kind::Indicator(_, Strength::Code)))
            && self.text.token(at).is_some_and(|t| !t.spaced)
            && self.text.is(next, Class::UnitCase).is_none()
    }

    /// “có vụ cháy”: one, by the singular.
    pub(super) fn implied_one(&self, at: usize) -> Option<Piece> {
        let len = self.text.is(at, Class::UnitCase)?;
        let has = at.checked_sub(1).is_some_and(|before| {
            let plain = self.text.plain(before);
            let back = |i: usize| before.checked_sub(i).map_or("", |b| self.text.plain(b));
            // “có mỗi vụ”, “chỉ có vụ”, “có duy nhất vụ”
            let only =
                plain == "moi" && matches!(back(1), "co" | "chi") || plain == "nhat" && back(1) == "duy";
            only || plain == "co"
                || (plain == "ra" && before.checked_sub(1).is_some_and(|b| self.text.plain(b) == "xay"))
        });
        let named = (at + len..at + len + 2).any(|i| self.text.indicator(i).is_some());
        // “không có vụ khác”
        let has = has && !matches!(self.last(), Some(Kind::Neg));
        // “lác đác có vụ mất trộm”
        let vague = self.items.iter().rev().take(3).any(|item| matches!(item.kind, Kind::Vague(_)));
        let has = has && !vague;
        if !has || !named || self.text.indicator(at).is_some_and(|(.., longer)| longer > len + 1) {
            return None;
        }
        let mut figure = Figure::of(1, Unit::Case);
        figure.implied = true;
        Some((Kind::Figure(figure), len))
    }

    /// “3-4 vụ”, “1 2 vụ”, “1 hoặc 2 vụ”, “hai ba vụ”, and “2/2 vụ” of results.
    pub(super) fn either(&self, at: usize, next: usize, first: &Amount) -> Option<Piece> {
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
        // “từ 2 đến 4 vụ”
        let span = at.checked_sub(1).is_some_and(|b| self.text.plain(b) == "tu")
            && matches!(self.text.plain(next), "den" | "toi")
            && digits(self.text, next + 1)
                .is_some_and(|second| self.text.is(next + 1 + second.len, Class::UnitCase).is_some());
        let word = self.text.is(next, Class::Either).or(span.then_some(1));
        let skip = if joint { 1 } else { word.unwrap_or(0) };
        let second = digits(self.text, next + skip)
            .or_else(|| if word.is_some() { words(self.text, next + skip) } else { None });
        let second = second.filter(|second| second.thousandths.is_none())?;
        let end = next + skip + second.len;
        let named_here = self.text.indicator(end).map_or(0, |(.., len)| len);
        let counted = unit(self.text, end).map(|(unit, len)| (unit, if named_here >= len { 0 } else { len }));
        if self.text.is_sep(next, '/') && joint {
            let (unit, len) = counted.unwrap_or((Unit::None, 0));
            let share = first.value != second.value;
            return Some((Kind::Figure(Figure { share, ..Figure::of(first.value, unit) }), end + len - at));
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
    pub(super) fn is_number_here(&self, at: usize, next: usize, counted: bool) -> bool {
        if counted {
            // “sau vụ trộm” is “after the theft” as well as “six thefts”.
            return self.total
                || !(self.text.plain(at) == "sau"
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
        // “tai nan mot bi thuong mot”
        let follows = matches!(self.text.plain(at), "mot" | "hai" | "khong")
            && (self.text.is_any(next, &[Class::Dead, Class::Hurt]).is_some()
                || self.text.indicator(next).is_some());
        named && (ended || code || follows)
    }

    /// “vài chục”, “mấy trăm”.
    fn is_after_vague(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| {
            // “ghe may 27tr” is “máy”: nobody says “mấy 27 triệu”.
            let machine = self.text.plain(before) == "may"
                && self.text.token(before).is_some_and(|t| t.marks.is_bare())
                && self.text.token(at).is_some_and(|t| t.shape == Shape::Number);
            !machine && self.text.is_any(before, &[Class::Vague, Class::HowMany]).is_some()
        })
    }
}
