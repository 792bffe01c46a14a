//! Whether a route is well: judged from its own past, since every commune's traffic is another.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};

/// Hours of a day.
const DAY: i64 = 24;
/// Viet Nam is seven hours ahead of UTC.
const OFFSET: i64 = 7;
/// Shorter pasts say nothing of what is usual.
const SHORTEST_PAST: i64 = 14 * DAY;
/// Nothing shorter is called a silence.
const SHORTEST_SILENCE: i64 = 3;
/// So many texts that should have come and did not are no accident.
const MISSED: i64 = 10;
/// How long the money should last.
const DAYS_LEFT: i64 = 7;

/// How many texts came in each hour (hours since 1970 UTC) in which any came.
pub type Hours = BTreeMap<i64, i64>;

/// For how many hours a route that brings texts has been silent, if that is longer than is usual for it: `hour` is the
/// current one. Unusual is a silence half as long again as the longest one before, or one in which, by the same days
/// and hours of the months before, at least ten texts should have come.
pub fn unusual_silence(past: &Hours, hour: i64) -> Option<i64> {
    let (first, last) = (*past.keys().next()?, *past.keys().next_back()?);
    let silent = hour - last - 1;
    if silent < SHORTEST_SILENCE || last - first < SHORTEST_PAST {
        return None;
    }
    let longest = longest_gap(past);
    let too_long = silent > (longest + longest / 2).max(longest + 2);
    (too_long || missed(past, first, last, hour) >= MISSED).then_some(silent)
}

/// The most hours without a text between two with some.
fn longest_gap(past: &Hours) -> i64 {
    past.keys().zip(past.keys().skip(1)).map(|(one, next)| next - one - 1).max().unwrap_or(0)
}

/// How many texts should have come since the hour `last`: for every hour the fewer of those that came at the same hour
/// of the same day one and two months before; half, where only one of these months is known.
fn missed(past: &Hours, first: i64, last: i64, hour: i64) -> i64 {
    let expected = |hour: i64| {
        let mut before =
            (1..=2).filter_map(|months| months_before(hour, months)).filter(|then| *then >= first);
        let count = |then: i64| past.get(&then).copied().unwrap_or(0);
        match (before.next(), before.next()) {
            (Some(one), Some(two)) => count(one).min(count(two)),
            (Some(one), None) => count(one) / 2,
            (None, _) => 0,
        }
    };
    (last + 1..hour).map(expected).sum()
}

/// The same hour of the same day, `months` before.
fn months_before(hour: i64, months: u32) -> Option<i64> {
    let local = hour + OFFSET;
    let day = NaiveDate::from_epoch_days(i32::try_from(local.div_euclid(DAY)).ok()?)?;
    let then = day.checked_sub_months(Months::new(months))?;
    Some(i64::from(then.to_epoch_days()) * DAY + local.rem_euclid(DAY) - OFFSET)
}

/// For how many days `balance` lasts, đồng, if that is less than a week at what was spent in the last 30 days.
pub fn days_left_if_few(balance: i64, spent_in_30_days: i64) -> Option<i64> {
    let days = if spent_in_30_days > 0 { balance.max(0) * 30 / spent_in_30_days } else { i64::MAX };
    (balance <= 0 || days < DAYS_LEFT).then_some(days.min(DAYS_LEFT))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hour of 2026-01-01 00:00 in Viet Nam.
    const NEW_YEAR: i64 = 490_889;

    /// A month in which texts come from 7 to 20 o'clock, `busy` of them an hour on the 15th and one on other days.
    fn month(start: NaiveDate, days: u64, busy: i64) -> Hours {
        let mut hours = Hours::new();
        for day in start.iter_days().take(usize::try_from(days).unwrap()) {
            for hour in 7..20 {
                let at = i64::from(day.to_epoch_days()) * DAY + hour - OFFSET;
                hours.insert(at, if day.format("%d").to_string() == "15" { busy } else { 1 });
            }
        }
        hours
    }

    fn at(text: &str, hour: i64) -> i64 {
        i64::from(text.parse::<NaiveDate>().unwrap().to_epoch_days()) * DAY + hour - OFFSET
    }

    #[test]
    fn a_night_is_usual_and_a_day_without_a_text_is_not() {
        assert_eq!(at("2026-01-01", 0), NEW_YEAR);
        let past = month("2026-01-01".parse().unwrap(), 30, 1);
        assert_eq!(unusual_silence(&past, at("2026-01-31", 7)), None);
        assert_eq!(unusual_silence(&past, at("2026-01-31", 9)), None);
        assert_eq!(unusual_silence(&past, at("2026-01-31", 13)), Some(17));
    }

    #[test]
    fn a_silent_morning_is_unusual_on_the_day_on_which_everybody_reports() {
        let mut past = month("2026-01-01".parse().unwrap(), 73, 40);
        // A day without a text in every week has made long silences usual.
        past.retain(|hour, _| (hour + OFFSET).div_euclid(DAY) % 7 != 5);
        let last = *past.keys().next_back().unwrap();
        assert_eq!((last + OFFSET).div_euclid(DAY) * DAY, at("2026-03-14", 0) + OFFSET, "until the 14th");
        assert_eq!(unusual_silence(&past, at("2026-03-15", 8)), Some(12));
        assert_eq!(unusual_silence(&past, at("2026-03-15", 7)), None, "nothing is missed before seven");
    }

    #[test]
    fn a_route_without_a_past_is_not_judged() {
        assert_eq!(unusual_silence(&Hours::new(), 1_000), None);
        let past = month("2026-01-01".parse().unwrap(), 10, 1);
        assert_eq!(unusual_silence(&past, at("2026-02-20", 12)), None);
    }

    #[test]
    fn money_is_short_when_it_lasts_less_than_a_week() {
        assert_eq!(days_left_if_few(100_000, 300_000), None);
        assert_eq!(days_left_if_few(60_000, 300_000), Some(6));
        assert_eq!(days_left_if_few(0, 0), Some(7));
        assert_eq!(days_left_if_few(1, 0), None);
        assert_eq!(days_left_if_few(-5, 300), Some(0));
    }
}
