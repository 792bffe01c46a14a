//! Days, ranges of days, periods that are no month.

use super::amounts::words;
use super::items::{Kind, MonthWord, Trouble};
use super::lexicon::Class;
use super::months::{bare_month, is_joint, month, year_after};
use super::text::Text;
use super::token::Shape;

/// The piece of time that begins at `at`: what it is and its length.
pub(super) fn time(text: &Text, at: usize, after_keyword: bool) -> Option<(Kind, usize)> {
    range(text, at)
        .or_else(|| month(text, at))
        .or_else(|| bad_period(text, at))
        .or_else(|| date(text, at))
        .or_else(|| super::hours::hour(text, at))
        .or_else(|| if after_keyword { bare_month(text, at) } else { None })
}

pub(super) fn small(text: &Text, at: usize) -> Option<u32> {
    let token = text.token(at).filter(|t| t.shape == Shape::Number && t.plain.len() <= 2)?;
    token.plain.parse().ok()
}

pub(super) fn year_number(text: &Text, at: usize, allow_short: bool) -> Option<i32> {
    let token = text.token(at).filter(|t| t.shape == Shape::Number)?;
    let value: i32 = token.plain.parse().ok()?;
    match token.plain.len() {
        4 if (2000..2200).contains(&value) => Some(value),
        2 if allow_short && (20..70).contains(&value) => Some(2000 + value),
        _ => None,
    }
}

/// Quarters, halves of years, lunar months, “6 tháng đầu năm”.
fn bad_period(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let bad = |len| Some((Kind::Trouble(Trouble::BadPeriod), len));
    if let Some(len) = text.is(at, Class::BadPeriod) {
        // “năm nay”, “trong năm” beside a month are talk; the scanner decides by the months named.
        return bad(len);
    }
    if let Some(len) = text.is(at, Class::Year).filter(|len| year_number(text, at + len, false).is_some()) {
        return bad(len + 1);
    }
    if let Some(len) = text.is(at, Class::Quarter) {
        let next = at + len;
        let number = small(text, next).is_some_and(|n| (1..=4).contains(&n))
            || text.number_word(next).is_some_and(|n| (1..=4).contains(&n))
            || matches!(text.plain(next), "i" | "ii" | "iii" | "iv" | "nay" | "truoc");
        return if number { bad(len + 1) } else { None };
    }
    let duration = super::amounts::amount(text, at).filter(|a| !a.either)?;
    let after = at + duration.len;
    // “bat 3 thang”: three fellows.
    if super::amounts::unit(text, after).is_some_and(|(unit, _)| unit == super::items::Unit::Person)
        || super::amounts::is_fellow(text, after)
    {
        return None;
    }
    let len = text.is(after, Class::Month).filter(|_| text.plain(after).starts_with("th"))?;
    if text.is(after, Class::BadPeriod).is_some() {
        return bad(duration.len + text.is(after, Class::BadPeriod).unwrap_or(len));
    }
    let sign = usize::from(text.is_sep(after + len, '=') || text.is_sep(after + len, ':'));
    let led = at.checked_sub(1).is_none_or(|b| {
        text.token(b).is_some_and(|t| matches!(t.shape, Shape::Newline | Shape::Sep(_)))
            || matches!(text.plain(b), "trong" | "suot" | "da")
    });
    // “hai tháng nay”
    let these = duration.value > 1
        && led
        && text.plain(after + len) == "nay"
        && text.token(after + len).is_none_or(|t| t.marks.tone == 0);
    if these {
        return bad(duration.len + len + 1);
    }
    let follows_number = text.token(after + len + sign).is_some_and(|t| t.shape == Shape::Number)
        || text.number_word(after + len).is_some()
        || text.is_any(after, &[Class::PrevMonth, Class::ThisMonth]).is_some();
    if follows_number {
        return None;
    }
    let years =
        matches!(text.plain(after + len), "dau" | "cuoi" | "qua" | "gan" | "lien" | "vua" | "nay" | "co");
    if years {
        bad(duration.len + len + 1)
    } else {
        Some((Kind::Noise("a span of months"), duration.len + len))
    }
}

/// A day: “ngày 12/3”, “hôm 21”, “24/3/2026”, “ngày 5 tháng 3”.
fn date(text: &Text, at: usize) -> Option<(Kind, usize)> {
    if let Some((days, len)) = days_ago(text, at) {
        return Some((Kind::DayAgo(days), len));
    }
    let word = text.is(at, Class::Day).unwrap_or(0);
    let mut next = at + word;
    if word > 0 && text.is(next, Class::Day).is_some() {
        next += text.is(next, Class::Day).unwrap_or(0);
    }
    let day = small(text, next).or_else(|| {
        let mung = word > 0 && matches!(text.plain(next - 1), "mung" | "mong");
        words(text, next).filter(|w| mung && !w.either).and_then(|w| u32::try_from(w.value).ok())
    });
    let day = day.filter(|day| (1..=31).contains(day))?;
    let joined =
        text.token(next + 1).is_some_and(|t| !t.spaced) && text.token(next + 2).is_some_and(|t| !t.spaced);
    let slash = text.is_sep(next + 1, '/') || text.is_sep(next + 1, '⁄');
    if joined
        && (slash || (word > 0 && is_joint(text, next + 1)))
        && let Some(month) = small(text, next + 2).filter(|month| (1..=12).contains(month))
    {
        let (year, more) = year_after(text, next + 3).map_or((None, 0), |(year, len)| (Some(year), len));
        return Some((Kind::Date { day, month: Some(month), year }, next + 3 + more - at));
    }
    // “đêm 12 giờ 10”
    if word == 0 || text.is(next + 1, Class::UnitHour).is_some() {
        return None;
    }
    if super::amounts::unit(text, next + 1).is_some_and(|(unit, _)| unit == super::items::Unit::Case) {
        return None;
    }
    if let Some(len) = text.is(next + 1, Class::Month)
        && let Some(month) = small(text, next + 1 + len).filter(|month| (1..=12).contains(month))
    {
        let end = next + 2 + len;
        let (year, more) = year_after(text, end).map_or((None, 0), |(year, len)| (Some(year), len));
        return Some((Kind::Date { day, month: Some(month), year }, end + more - at));
    }
    // “đêm 20 rạng 21”
    let dawn = match (text.plain(next + 1), text.plain(next + 2)) {
        ("rang", "sang") if small(text, next + 3).is_some() => 3,
        ("rang", _) if small(text, next + 2).is_some() => 2,
        _ => 0,
    };
    Some((Kind::Date { day, month: None, year: None }, next + 1 + dawn - at))
}

fn days_ago(text: &Text, at: usize) -> Option<(i64, usize)> {
    let days = [(Class::Yesterday, 1), (Class::Today, 0), (Class::DayBefore, -1)];
    days.into_iter().find_map(|(class, ago)| text.is(at, class).map(|len| (ago, len)))
}

/// “từ 15/2 đến 14/3”, “15/9 - 14/10”: the month in which the range ends.
fn range(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let from = text.is(at, Class::From).unwrap_or(0);
    let (first, first_len) = day_of_range(text, at + from)?;
    let mut next = at + from + first_len;
    if let Some(len) = text.is(next, Class::Until) {
        next += len;
    } else if ['-', '–', '—', '→'].into_iter().any(|c| text.is_sep(next, c)) {
        next += 1;
        next += usize::from(text.is_sep(next, '>'));
    } else {
        return None;
    }
    let (last, last_len) = day_of_range(text, next)?;
    let (_, month, year) = last;
    let month = month?;
    if from == 0 && first.1.is_none() {
        return None;
    }
    Some((Kind::Month(MonthWord::RangeEnd(month, year)), next + last_len - at))
}

type DayParts = (u32, Option<u32>, Option<i32>);

fn day_of_range(text: &Text, at: usize) -> Option<(DayParts, usize)> {
    match date(text, at) {
        Some((Kind::Date { day, month, year }, len)) => return Some(((day, month, year), len)),
        Some(_) => return None,
        None => {}
    }
    let day = small(text, at).filter(|day| (1..=31).contains(day))?;
    if let Some(len) = text.is(at + 1, Class::Month)
        && let Some(month) = small(text, at + 1 + len).filter(|month| (1..=12).contains(month))
    {
        let end = at + 2 + len;
        let (year, more) = year_after(text, end).map_or((None, 0), |(year, len)| (Some(year), len));
        return Some(((day, Some(month), year), end + more - at));
    }
    let bounded = text.is_any(at + 1, &[Class::Until]).is_some() || text.is_sep(at + 1, '-');
    bounded.then_some(((day, None, None), 1))
}
