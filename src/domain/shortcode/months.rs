//! Months: with their number, by words, with a year, with a letter wrong.

use super::amounts::words;
use super::dates::{small, year_number};
use super::items::{Kind, MonthWord};
use super::lexicon::Class;
use super::text::Text;
use super::token::Shape;

pub(super) fn is_joint(text: &Text, at: usize) -> bool {
    ['/', '-', '.', '⁄'].into_iter().any(|c| text.is_sep(at, c))
}

/// “/2026”, “-2026”, “.26”, “năm 2026”, “ 2026” at `at`, behind a month: year and length.
pub(super) fn year_after(text: &Text, at: usize) -> Option<(i32, usize)> {
    let bare = year_number(text, at, false).filter(|year| (2020..2050).contains(year));
    if let Some(year) = bare.filter(|_| super::amounts::unit(text, at + 1).is_none()) {
        return Some((year, 1));
    }
    if is_joint(text, at) && text.token(at + 1).is_some_and(|t| !t.spaced || text.plain(at + 1).len() == 4) {
        let short = text.is_sep(at, '/') || text.is_sep(at, '⁄');
        return year_number(text, at + 1, short).map(|year| (year, 2));
    }
    let word = text.is(at, Class::Year)?;
    year_number(text, at + word, true).map(|year| (year, word + 1))
}

/// “thanh 6 co …” at the head of a text or after the hamlet: the month with a letter wrong.
fn torn_month(text: &Text, at: usize) -> Option<usize> {
    let head = at.checked_sub(1).is_none_or(|b| {
        matches!(text.token(b).map(|t| t.shape), Some(Shape::Newline | Shape::Sep(_)))
            || matches!(text.plain(b), "cao" | "bc" | "dinh" | "chinh")
    });
    let torn = matches!(
        text.plain(at),
        "thanh" | "than" | "thnag" | "tang" | "htang" | "thag" | "thangg" | "thamg" | "thabg"
    );
    let bare =
        text.token(at).is_some_and(|t| t.marks.is_bare() || t.marks.tone == 2 || (head && t.marks.tone == 1));
    let month = small(text, at + 1).is_some_and(|month| (1..=12).contains(&month));
    let counted = super::amounts::unit(text, at + 2)
        .is_some_and(|(unit, _)| at > 0 || unit != super::items::Unit::Thing)
        && text.is(at + 2, Class::Hamlet).is_none()
        || text.indicator(at + 2).is_some_and(|(.., len)| len < 2);
    let mediated = (at.saturating_sub(8)..at).any(|i| text.plain(i) == "giai");
    (head && torn && bare && month && !counted && !mediated).then_some(1)
}

/// “T3”, “tháng 3/2026”, “3/2026”, “tháng ba”, “tháng trước”; “tháng bảy âm” is none.
pub(super) fn month(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let (kind, len) = solar_month(text, at)?;
    let next = at + len;
    let lunar = text.plain(next) == "am"
        && text.token(next).is_some_and(|t| t.marks.tone == 0)
        && text.hits(next).iter().all(|hit| hit.len == 1);
    Some(if lunar { (Kind::Month(MonthWord::Bad), len + 1) } else { (kind, len) })
}

fn solar_month(text: &Text, at: usize) -> Option<(Kind, usize)> {
    if is_part_of_month(text, at) {
        return None;
    }
    if let Some(len) =
        text.is(at, Class::Month).or_else(|| letter_t(text, at)).or_else(|| torn_month(text, at))
    {
        let number = at + len;
        if let Some(found) = numbered_month(text, number, len) {
            return Some(found);
        }
        if text.plain(number) == "tu"
            && text.is(at, Class::Month).is_some()
            && text.number_word(number) == Some(4)
        {
            let (year, more) = year_after(text, number + 1).map_or((None, 0), |(y, l)| (Some(y), l));
            return Some((Kind::Month(MonthWord::Numbered(4, year)), len + 1 + more));
        }
        // “tháng tám một vụ”: the second number word counts.
        let split = |word: super::amounts::Amount| {
            let counted = super::amounts::unit(text, number + 2).is_some();
            let value = text.number_word(number).filter(|_| word.either && counted);
            value.map_or(word, |value| super::amounts::Amount { value, len: 1, either: false, ..word })
        };
        let word = words(text, number).map(split);
        if let Some(word) = word.filter(|w| !w.either && text.is(at, Class::Month).is_some()) {
            let next_is_month = text.is(at, Class::NextMonth).is_some() && !text.plain(number).is_empty();
            let meant =
                !next_is_month || text.token(number).is_some_and(|t| t.marks.is_bare() && !text.marked);
            if meant && next_is_month && word.len == 1 {
                return Some((Kind::Month(MonthWord::JuneOrNext), len + word.len));
            }
            if meant && (1..=12).contains(&word.value) {
                let (year, more) =
                    year_after(text, number + word.len).map_or((None, 0), |(y, l)| (Some(y), l));
                let month = u32::try_from(word.value).unwrap_or(0);
                return Some((Kind::Month(MonthWord::Numbered(month, year)), len + word.len + more));
            }
        }
    }
    let relative = [(Class::PrevMonth, -1), (Class::ThisMonth, 0)];
    for (class, offset) in relative {
        if let Some(len) = text.is(at, class) {
            return Some((Kind::Month(MonthWord::Relative(offset)), len));
        }
    }
    // 3/2026 and 03-2026 without a word
    let value = small(text, at)?;
    let (year, len) = year_after(text, at + 1).filter(|(_, len)| *len == 2)?;
    let four = text.plain(at + 2).len() == 4;
    four.then_some((numbered(value, Some(year)), 1 + len))
}

/// “đầu tháng 1 vụ đánh nhau, cuối tháng 1 vụ nữa”: the number counts.
fn is_part_of_month(text: &Text, at: usize) -> bool {
    let part = at.checked_sub(1).is_some_and(|b| matches!(text.plain(b), "dau" | "giua" | "cuoi"));
    let counted = text.is_any(at + 2, &[Class::UnitCase, Class::UnitPerson]).is_some();
    part && text.is(at, Class::Month) == Some(1) && small(text, at + 1).is_some() && counted
}

fn letter_t(text: &Text, at: usize) -> Option<usize> {
    let token = text.token(at)?;
    let bare = token.shape == Shape::Word && token.plain == "t";
    // “T.10”
    let glued = |i: usize| text.token(i).is_some_and(|t| !t.spaced);
    let dot = text.is_sep(at + 1, '.') && glued(at + 1) && glued(at + 2);
    // “T=12”, “T: 8”
    let sign = usize::from(dot || text.is_sep(at + 1, '=') || text.is_sep(at + 1, ':') && glued(at + 1));
    (bare && text.token(at + 1 + sign).is_some_and(|t| t.shape == Shape::Number && t.plain.len() <= 2))
        .then_some(1)
}

pub(super) fn numbered(value: u32, year: Option<i32>) -> Kind {
    if (1..=12).contains(&value) {
        Kind::Month(MonthWord::Numbered(value, year))
    } else {
        Kind::Month(MonthWord::Bad)
    }
}

fn numbered_month(text: &Text, at: usize, len: usize) -> Option<(Kind, usize)> {
    // “tháng: 3”, “tháng số 3”
    let skip = if text.is_sep(at, ':') || text.is_sep(at, '.') || text.is_sep(at, '=') {
        1
    } else {
        text.is(at, Class::NumberSign).unwrap_or(0)
    };
    let token = text.token(at + skip).filter(|t| t.shape == Shape::Number)?;
    if token.plain.len() > 2 {
        return (token.plain.len() == 3).then_some((Kind::Month(MonthWord::Bad), len + skip + 1));
    }
    let value = small(text, at + skip)?;
    let (year, more) = year_after(text, at + skip + 1).map_or((None, 0), |(year, len)| (Some(year), len));
    if let Some((year, more)) =
        dashed_year(text, at + skip + 1).filter(|_| more == 0 && text.plain(at - 1) == "t")
    {
        return Some((numbered(value, Some(year)), len + skip + 1 + more));
    }
    if more == 0 && second_month(text, at + skip + 1) {
        return Some((Kind::Month(MonthWord::Bad), len + skip + 1));
    }
    let known_bad_year = more == 0
        && text.is_sep(at + skip + 1, '/')
        && text
            .token(at + skip + 2)
            .is_some_and(|t| t.shape == Shape::Number && !t.spaced && t.plain.len() == 4);
    if known_bad_year {
        return Some((Kind::Month(MonthWord::Bad), len + skip + 3));
    }
    if more == 0
        && let Some((years, words)) =
            super::days::spoken_year(text, at + skip + 1).filter(|_| (1..=12).contains(&value))
    {
        return Some((Kind::Month(MonthWord::OfYear(value, years)), len + skip + 1 + words));
    }
    Some((numbered(value, year), len + skip + 1 + more))
}

/// “t12-26”: a year of two digits, glued by a dash to the month, that is none itself and counts nothing.
fn dashed_year(text: &Text, at: usize) -> Option<(i32, usize)> {
    let glued = |i: usize| text.token(i).is_some_and(|t| !t.spaced);
    let dash = text.is_sep(at, '-') && glued(at) && glued(at + 1);
    let counted = super::amounts::unit(text, at + 2).is_some();
    year_number(text, at + 1, true).filter(|_| dash && !counted).map(|year| (year, 2))
}

/// “tháng 5-6”, “tháng 5, 6”, “tháng 5 và 6”: another month of the same word.
fn second_month(text: &Text, at: usize) -> bool {
    let glued = text.token(at).is_some_and(|t| !t.spaced);
    let sign = ['-', ',', '+', '&', '/', '~'].into_iter().any(|c| text.is_sep(at, c)) && glued;
    let joined = if sign { Some(1) } else { text.is(at, Class::And) };
    let Some(next) = joined.map(|len| at + len) else { return false };
    let month = small(text, next).is_some_and(|month| (1..=12).contains(&month));
    let counted = super::amounts::unit(text, next + 1).is_some()
        || text.indicator(next + 1).is_some()
        || text.ambiguous(next + 1).is_some()
        || text.is_sep(next + 1, '/');
    month && !counted && !text.is_sep(next + 1, '.')
}

/// A bare number from 1 to 12 right after the keyword; not where a counted thing follows.
pub(super) fn bare_month(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let value = small(text, at).filter(|value| (1..=12).contains(value))?;
    let counted = super::amounts::unit(text, at + 1).is_some()
        && text.indicator(at + 1).is_none_or(|(.., len)| len < 2);
    if counted
        || text.is_sep(at + 1, '/') && year_after(text, at + 1).is_none() && small(text, at + 2).is_some()
    {
        return None;
    }
    let fraction = is_joint(text, at + 1)
        && !text.is_sep(at + 1, '/')
        && text.token(at + 1).is_some_and(|t| !t.spaced)
        && text.token(at + 2).is_some_and(|t| !t.spaced && t.shape == Shape::Number)
        && year_after(text, at + 1).is_none();
    if fraction
        || text.is_sep(at + 1, ',')
            && text.token(at + 2).is_some_and(|t| !t.spaced && t.shape == Shape::Number)
    {
        return None;
    }
    let (year, more) = year_after(text, at + 1).map_or((None, 0), |(year, len)| (Some(year), len));
    Some((Kind::Month(MonthWord::Numbered(value, year)), 1 + more))
}
