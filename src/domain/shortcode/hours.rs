//! Hours and minutes, which are never counts.

use super::amounts::words;
use super::dates::small;
use super::items::{Kind, Trouble};
use super::lexicon::Class;
use super::text::Text;
use super::token::Shape;

/// “16h”, “22h30”, “2h30 sáng”, “15:40”, “lúc 20 giờ”, “45 phút”.
pub(super) fn hour(text: &Text, at: usize) -> Option<(Kind, usize)> {
    if let Some(len) = text.is(at + 1, Class::UnitMinute).filter(|_| text.plain(at + 1) != "p") {
        return small(text, at).map(|_| (Kind::Noise("minutes"), 1 + len));
    }
    let noise = |len| Some((Kind::Noise("an hour"), len));
    let Some(hour) = small(text, at).filter(|hour| *hour <= 24) else {
        return hour_in_words(text, at).and_then(noise);
    };
    if let Some(len) = text.is(at + 1, Class::UnitHour) {
        // “29h-882.10” is a plate.
        if text.is_sep(at + 1 + len, '-')
            && text.token(at + 2 + len).is_some_and(|t| t.plain.len() >= 3 && t.shape == Shape::Number)
        {
            return None;
        }
        let end = at + 1 + len;
        return minutes(text, end).map_or(noise(1 + len), |found| match found {
            Some(more) => noise(1 + len + more),
            None => Some((Kind::Trouble(Trouble::Illegible), 2 + len)),
        });
    }
    // “từ 22 đến 24 giờ”
    if let Some(until) = text.is(at + 1, Class::Until)
        && small(text, at + 1 + until).is_some_and(|hour| hour <= 24)
        && let Some(len) = text.is(at + 2 + until, Class::UnitHour)
    {
        return noise(2 + until + len);
    }
    // “2 rưỡi sáng”, “2.30 sáng”
    let half = text.is(at + 1, Class::Half);
    let point = (text.is_sep(at + 1, '.') && is_minute(text, at + 2)).then_some(2);
    if let Some(len) = half.or(point)
        && let Some(part) = text.is(at + 1 + len, Class::DayPart)
    {
        return noise(1 + len + part);
    }
    let clock = text.is_sep(at + 1, ':')
        && text.token(at + 1).is_some_and(|t| !t.spaced)
        && text.token(at + 2).is_some_and(|t| !t.spaced && t.plain.len() == 2)
        && small(text, at + 2).is_some_and(|minute| minute < 60)
        && hour <= 24;
    if clock { noise(3) } else { None }
}

fn is_minute(text: &Text, at: usize) -> bool {
    text.token(at).is_some_and(|t| t.plain.len() == 2) && small(text, at).is_some_and(|minute| minute < 60)
}

/// “hai giờ ba mươi”
fn hour_in_words(text: &Text, at: usize) -> Option<usize> {
    (1..=3).find(|n| text.is(at + n, Class::UnitHour).is_some())?;
    let hour = words(text, at).filter(|hour| !hour.either && hour.value <= 24)?;
    let unit = text.is(at + hour.len, Class::UnitHour).filter(|_| text.plain(at + hour.len).len() > 1)?;
    let end = at + hour.len + unit;
    Some(hour.len + unit + minutes(text, end).flatten().unwrap_or(0))
}

/// “ba mươi” behind an hour, with nothing counted behind it.
fn minutes_in_words(text: &Text, at: usize) -> Option<usize> {
    let found = words(text, at).filter(|word| !word.either && (10..60).contains(&word.value))?;
    let end = at + found.len;
    let counts = super::amounts::unit(text, end).is_some() || super::amounts::money(text, at).is_some();
    match text.is(end, Class::DayPart) {
        Some(part) if !tells_patrols(text, at) => Some(found.len + part),
        _ => (!counts).then_some(found.len),
    }
}

/// The minutes behind an hour: their length, or nothing where they may be a count (“tuần tra từ 22 giờ 10 đêm”).
fn minutes(text: &Text, at: usize) -> Option<Option<usize>> {
    let Some(token) = text.token(at).filter(|t| t.shape == Shape::Number && t.plain.len() <= 2) else {
        return minutes_in_words(text, at).map(Some);
    };
    let named = text.is(at + 1, Class::UnitMinute);
    if !token.spaced || named.is_some() {
        return Some(Some(1 + named.unwrap_or(0)));
    }
    // “2 giờ sáng 30/7”
    if !is_minute(text, at) || text.is_sep(at + 1, '/') {
        return None;
    }
    let unit = super::amounts::unit(text, at + 1);
    if let Some(part) = text.is(at + 1, Class::DayPart) {
        let nights = unit.is_some() && !token.plain.starts_with('0') && small(text, at) <= Some(31);
        return Some((!nights || !tells_patrols(text, at)).then_some(1 + part));
    }
    // “lúc 2 giờ 30 anh Tuấn …”, “… 30 nhà ông Tư”
    let of_somebody = unit.is_some_and(|(_, len)| {
        let title = |i: usize| text.is(i, Class::UnitPerson).is_some();
        let named = |i: usize| text.token(i).is_some_and(|t| t.upper);
        title(at + 1) && named(at + 1 + len) || !title(at + 1) && title(at + 1 + len) && named(at + 2 + len)
    });
    let counts = unit.is_some() && !token.plain.starts_with('0') && !of_somebody
        || text.code(at + 1).is_some()
        || super::amounts::money(text, at).is_some();
    (!counts).then_some(Some(1))
}

/// Whether patrols are told in the clause of the token `at`.
fn tells_patrols(text: &Text, at: usize) -> bool {
    let patrols = text.book.links.patrols;
    let in_clause =
        |i: &usize| text.token(*i).is_some_and(|t| !matches!(t.shape, Shape::Newline | Shape::Sep(_)));
    let told = |i: usize| patrols.is_some() && text.indicator(i).map(|(place, ..)| place) == patrols;
    (0..at).rev().take_while(in_clause).any(told) || (at..text.tokens.len()).take_while(in_clause).any(told)
}
