//! When people may be texted: the hours of the day, the public holidays and Tết.
//!
//! This holds for texts that the server starts by itself, never for replies, codes and urgent texts. Holidays are data
//! (`config/holidays.toml`); days that are announced year by year are given as [`Notice`]s and override it. Holidays
//! move texts only, never the ends of months and spans.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;

/// Microseconds of an hour and a day.
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// Viet Nam is seven hours ahead of UTC, all year, since 1975.
const OFFSET: i64 = 7 * HOUR;
/// The longest that is looked ahead for a day on which people may be texted.
const LONGEST_SEARCH: u32 = 400;

/// When people may be texted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CivilCalendar {
    holidays: Holidays,
    notices: Vec<Notice>,
    from_hour: u32,
    to_hour: u32,
}

/// Days that were announced: off, or worked although they would be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Whether they are off.
    pub off: bool,
}

/// The public holidays by rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    fixed: Vec<Fixed>,
    tet: Tet,
    #[serde(deserialize_with = "lunar_years")]
    lunar: BTreeMap<i32, LunarYear>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    name: String,
    month: u32,
    day: u32,
    #[serde(default)]
    beside: bool,
    from: Option<toml::value::Datetime>,
    to: Option<toml::value::Datetime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tet {
    days_before: u64,
    days_after: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct LunarYear {
    tet: NaiveDate,
    hung_kings: NaiveDate,
}

/// Why a file holds no holidays.
#[derive(Debug, thiserror::Error)]
#[error("the holidays cannot be read: {0}")]
pub struct BadHolidays(#[from] toml::de::Error);

impl CivilCalendar {
    /// The calendar with these `holidays`, in whose place `notices` stand, and the hours from `from_hour` (included) to
    /// `to_hour` (excluded) on other days.
    pub fn new(holidays: Holidays, notices: Vec<Notice>, from_hour: u32, to_hour: u32) -> Self {
        CivilCalendar { holidays, notices, from_hour, to_hour }
    }

    /// Whether people may be texted at `at` (microseconds UTC).
    pub fn allows(&self, at: i64) -> bool {
        let (day, hour) = (day_of(at), (at + OFFSET).rem_euclid(DAY) / HOUR);
        (i64::from(self.from_hour)..i64::from(self.to_hour)).contains(&hour) && !self.is_off(day)
    }

    /// The first moment from `at` on at which people may be texted, microseconds UTC: `at` itself where that is one.
    pub fn next_allowed(&self, at: i64) -> i64 {
        if self.allows(at) {
            return at;
        }
        let first = start_of(day_of(at)) + i64::from(self.from_hour) * HOUR;
        let mornings = (0..=i64::from(LONGEST_SEARCH)).map(|days| first + days * DAY);
        let next = mornings.filter(|morning| *morning > at).find(|morning| self.allows(*morning));
        // Only notices that call more than a year off lead here; then nothing is sent for that long.
        next.unwrap_or(first + i64::from(LONGEST_SEARCH) * DAY)
    }

    /// Whether nobody is texted on `day` at all.
    pub fn is_off(&self, day: NaiveDate) -> bool {
        let announced = self.notices.iter().rev().find(|notice| (notice.from..=notice.to).contains(&day));
        match announced {
            Some(notice) => notice.off,
            None => {
                self.holidays.name_of(day).is_some() || self.holidays.is_lunar_holiday(day, &self.notices)
            }
        }
    }
}

impl Holidays {
    /// The holidays that ship with the program (`config/holidays.toml`).
    pub fn shipped() -> Result<Self, BadHolidays> {
        Ok(toml::from_str(include_str!("../../config/holidays.toml"))?)
    }

    /// The first day of the lunar year, where the table reaches so far.
    pub fn tet(&self, year: i32) -> Option<NaiveDate> {
        self.lunar.get(&year).map(|lunar| lunar.tet)
    }

    /// The name of the holiday that is on `day` in every year, if one is.
    pub fn name_of(&self, day: NaiveDate) -> Option<&str> {
        self.fixed.iter().find(|fixed| fixed.is_on(day)).map(|fixed| fixed.name.as_str())
    }

    /// The Hùng Kings' day or one around Tết; a notice about days off that touches the default days of Tết stands in
    /// the place of all of them.
    fn is_lunar_holiday(&self, day: NaiveDate, notices: &[Notice]) -> bool {
        let Some(lunar) = self.lunar.get(&day.year()) else { return false };
        let (first, last) = (
            lunar.tet.checked_sub_days(Days::new(self.tet.days_before)).unwrap_or(lunar.tet),
            lunar.tet.checked_add_days(Days::new(self.tet.days_after)).unwrap_or(lunar.tet),
        );
        let announced =
            || notices.iter().any(|notice| notice.off && notice.from <= last && notice.to >= first);
        day == lunar.hung_kings || ((first..=last).contains(&day) && !announced())
    }
}

impl Fixed {
    fn is_on(&self, day: NaiveDate) -> bool {
        let Some(own) = NaiveDate::from_ymd_opt(day.year(), self.month, self.day) else { return false };
        let valid = self.from.as_ref().and_then(date_of).is_none_or(|from| own >= from)
            && self.to.as_ref().and_then(date_of).is_none_or(|to| own <= to);
        valid && (day == own || (self.beside && Some(day) == beside(own)))
    }
}

/// The day before, or the one after where the one before is off anyway.
fn beside(day: NaiveDate) -> Option<NaiveDate> {
    let before = day.pred_opt()?;
    if matches!(before.weekday(), Weekday::Sat | Weekday::Sun) { day.succ_opt() } else { Some(before) }
}

/// The day in Viet Nam at `at`.
pub fn day_of(at: i64) -> NaiveDate {
    let days = i32::try_from((at + OFFSET).div_euclid(DAY)).unwrap_or(0);
    NaiveDate::from_epoch_days(days).unwrap_or_default()
}

/// The first microsecond of `day` in Viet Nam.
pub fn start_of(day: NaiveDate) -> i64 {
    i64::from(day.to_epoch_days()) * DAY - OFFSET
}

fn date_of(datetime: &toml::value::Datetime) -> Option<NaiveDate> {
    let date = datetime.date?;
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

/// The keys of a table are texts; the years are numbers.
fn lunar_years<'de, D: serde::Deserializer<'de>>(input: D) -> Result<BTreeMap<i32, LunarYear>, D::Error> {
    use serde::de::Error;
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        tet: toml::value::Datetime,
        hung_kings: toml::value::Datetime,
    }
    let mut years = BTreeMap::new();
    for (year, written) in BTreeMap::<String, Written>::deserialize(input)? {
        let year = year.parse().map_err(|_| D::Error::custom("a year is a number"))?;
        let days = date_of(&written.tet).zip(date_of(&written.hung_kings));
        let (tet, hung_kings) = days.ok_or_else(|| D::Error::custom("a day is written 2026-02-17"))?;
        years.insert(year, LunarYear { tet, hung_kings });
    }
    Ok(years)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    fn calendar(notices: &[(&str, &str, bool)]) -> CivilCalendar {
        let notice =
            |(from, to, off): &(&str, &str, bool)| Notice { from: day(from), to: day(to), off: *off };
        CivilCalendar::new(Holidays::shipped().unwrap(), notices.iter().map(notice).collect(), 7, 21)
    }

    #[test]
    fn tet_is_computed_at_utc_plus_seven() {
        let holidays = Holidays::shipped().unwrap();
        // 2030: a day before China's.
        for first in ["2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-02"] {
            assert_eq!(holidays.tet(day(first).year()), Some(day(first)));
        }
    }

    #[test]
    fn lunar_years_have_twelve_or_thirteen_moons_and_the_kings_day_lies_within_the_third() {
        let holidays = Holidays::shipped().unwrap();
        let years: Vec<(&i32, &LunarYear)> = holidays.lunar.iter().collect();
        assert!(years.len() >= 50);
        for pair in years.windows(2) {
            let length = (pair[1].1.tet - pair[0].1.tet).num_days();
            assert!([353, 354, 355, 383, 384, 385].contains(&length), "{}: {length}", pair[0].0);
            let kings = (pair[0].1.hung_kings - pair[0].1.tet).num_days();
            // Two months and nine days, or three where one of them is doubled.
            assert!((67..=69).contains(&kings) || (96..=99).contains(&kings), "{}: {kings}", pair[0].0);
            assert_eq!((pair[0].1.tet.year(), pair[1].0 - pair[0].0), (*pair[0].0, 1));
        }
    }

    #[test]
    fn the_days_off_of_2026_are_those_of_the_law() {
        let calendar = calendar(&[]);
        let first = day("2026-01-01");
        let off: Vec<String> = first
            .iter_days()
            .take_while(|day| day.year() == 2026)
            .filter(|day| calendar.is_off(*day))
            .map(|day| day.format("%m-%d").to_string())
            .collect();
        let expected = [
            "01-01", "02-15", "02-16", "02-17", "02-18", "02-19", "02-20", "02-21", "02-22", "04-26",
            "04-30", "05-01", "09-01", "09-02", "11-24",
        ];
        assert_eq!(off, expected);
        assert!(!calendar.is_off(day("2025-11-24")), "a holiday since 2026-07-01");
        assert_eq!(calendar.holidays.name_of(day("2026-04-30")), Some("Ngày Chiến thắng"));
        assert!(calendar.is_off(day("2024-09-03")), "1 September 2024 was a Sunday");
    }

    #[test]
    fn an_announced_tet_stands_in_the_place_of_the_default_and_a_day_may_be_worked() {
        let announced = calendar(&[("2026-02-14", "2026-02-20", true), ("2026-05-01", "2026-05-01", false)]);
        for (text, off) in [
            ("2026-02-13", false),
            ("2026-02-14", true),
            ("2026-02-20", true),
            ("2026-02-21", false),
            ("2026-04-30", true),
            ("2026-05-01", false),
            ("2027-02-04", true),
        ] {
            assert_eq!(announced.is_off(day(text)), off, "{text}");
        }
    }

    #[test]
    fn people_are_texted_from_seven_to_nine_in_the_evening() {
        let calendar = calendar(&[]);
        for (now, next) in [
            ("2026-03-16T06:59:59.999999+07:00", "2026-03-16T07:00:00+07:00"),
            ("2026-03-16T07:00:00+07:00", "2026-03-16T07:00:00+07:00"),
            ("2026-03-16T20:59:59+07:00", "2026-03-16T20:59:59+07:00"),
            ("2026-03-16T21:00:00+07:00", "2026-03-17T07:00:00+07:00"),
            ("2026-02-14T21:00:00+07:00", "2026-02-23T07:00:00+07:00"),
            ("2026-12-31T23:00:00+07:00", "2027-01-02T07:00:00+07:00"),
        ] {
            assert_eq!(calendar.next_allowed(at(now)), at(next), "{now}");
        }
    }

    #[test]
    fn a_year_that_is_called_off_ends_the_search() {
        let calendar = calendar(&[("2026-01-01", "2036-01-01", true)]);
        assert!(calendar.next_allowed(at("2026-03-16T08:00:00+07:00")) > at("2027-03-16T08:00:00+07:00"));
    }

    #[test]
    fn a_file_with_something_else_in_it_is_refused() {
        let shipped = include_str!("../../config/holidays.toml");
        for (from, to) in [("beside = true", "besides = true"), ("2030 = ", "thirty = "), ("[tet]", "[tett]")]
        {
            assert!(toml::from_str::<Holidays>(&shipped.replacen(from, to, 1)).is_err(), "{to}");
        }
    }

    proptest! {
        #[test]
        fn the_next_allowed_moment_is_the_first_one(
            seconds in 1_700_000_000_i64..2_900_000_000,
            off in proptest::collection::vec((0_u64..500, 0_u64..12, any::<bool>()), 0..4),
            hours in (0_u32..12, 13_u32..=24),
        ) {
            let start = day_of(seconds * 1_000_000);
            let notices = off.iter().map(|(from, length, off)| {
                let from = start.checked_add_days(Days::new(*from)).unwrap();
                Notice { from, to: from.checked_add_days(Days::new(*length)).unwrap(), off: *off }
            });
            let calendar =
                CivilCalendar::new(Holidays::shipped().unwrap(), notices.collect(), hours.0, hours.1);
            let now = seconds * 1_000_000;
            let next = calendar.next_allowed(now);
            prop_assert!(next >= now && calendar.allows(next));
            prop_assert_eq!(calendar.next_allowed(next), next);
            // Nothing before it was allowed: it is now, or the opening of the first open day.
            if next > now {
                prop_assert!(!calendar.allows(now) && !calendar.allows(next - 1));
                let between = (1..24).map(|piece| now + (next - now) / 24 * piece);
                prop_assert!(between.into_iter().all(|moment| !calendar.allows(moment)));
            }
        }

        #[test]
        fn a_day_in_viet_nam_begins_seven_hours_before_it_does_at_greenwich(seconds in 0_i64..4_000_000_000) {
            let day = day_of(seconds * 1_000_000);
            prop_assert!(start_of(day) <= seconds * 1_000_000 && seconds * 1_000_000 < start_of(day) + DAY);
        }
    }
}
