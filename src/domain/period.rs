//! Reporting months and the days they cover.
//!
//! The police month runs from the 15th to the 14th and bears the name of the month in which it ends. That is a
//! setting of the installation, dated, never a constant.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

/// A reporting month, labelled `YYYY-MM`. Which days it covers is the [`Calendar`]'s business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i32,
    month: u32,
}

/// A first and a last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first day that belongs to the span.
    pub from: NaiveDate,
    /// The last day that belongs to the span.
    pub to: NaiveDate,
}

impl Span {
    /// Whether `day` lies in the span.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether the two spans share a day.
    pub fn overlaps(&self, other: &Span) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// Why a text is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a period is written YYYY-MM, for example 2026-03, between 2000-01 and 2199-12")]
pub struct BadPeriod;

impl Period {
    /// The period of a year (2000–2199) and a month (1–12).
    pub fn new(year: i32, month: u32) -> Result<Self, BadPeriod> {
        if (2000..2200).contains(&year) && (1..=12).contains(&month) {
            Ok(Period { year, month })
        } else {
            Err(BadPeriod)
        }
    }

    /// The calendar month that `day` lies in.
    pub fn of_day(day: NaiveDate) -> Self {
        Period { year: day.year(), month: day.month() }
    }

    /// The year of the label.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month of the label, 1 to 12.
    pub fn month(self) -> u32 {
        self.month
    }

    /// `months` later, or earlier when negative.
    pub fn plus(self, months: i32) -> Self {
        let index = self.index() + months;
        let month = u32::try_from(index.rem_euclid(12)).unwrap_or(0) + 1;
        Period { year: index.div_euclid(12), month }
    }

    /// How many months `self` lies after `other` (negative: before).
    pub fn months_since(self, other: Period) -> i32 {
        self.index() - other.index()
    }

    /// The number kept in the database: `202603` for March 2026.
    pub fn number(self) -> i32 {
        self.year * 100 + i32::try_from(self.month).unwrap_or(0)
    }

    /// The period of a number from the database.
    pub fn from_number(number: i32) -> Result<Self, BadPeriod> {
        Period::new(number / 100, u32::try_from(number % 100).unwrap_or(0))
    }

    fn index(self) -> i32 {
        self.year * 12 + i32::try_from(self.month).unwrap_or(1) - 1
    }

    fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Period {
    type Err = BadPeriod;

    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        let (year, month) = text.split_once('-').ok_or(BadPeriod)?;
        if year.len() != 4 || month.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return Err(BadPeriod);
        }
        Period::new(year.parse().map_err(|_| BadPeriod)?, month.parse().map_err(|_| BadPeriod)?)
    }
}

/// From which period on months begin on which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarRow {
    /// The first period to which the row applies; `None` for the first row, which applies from the beginning.
    pub from: Option<Period>,
    /// The day of the month (1–28) on which a reporting month begins; 1 gives calendar months.
    pub start_day: u32,
}

/// The calendar of the installation: where months begin and when they are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    rows: Vec<CalendarRow>,
    hamlet_due_day: u32,
    commune_due_day: u32,
}

/// Why settings are no calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCalendar {
    /// A day outside 1–28.
    #[error("days of the calendar lie between 1 and 28, not {0}")]
    Day(u32),
    /// Rows not in the order of their periods, or a first row with a period, or a later one without.
    #[error("calendar rows must be in the order of `from`, and only the first has none")]
    Order,
}

impl Calendar {
    /// A calendar of `rows` in ascending order; a hamlet's return is due on the first `hamlet_due_day` after the
    /// month's end, a commune's on the first `commune_due_day`.
    pub fn new(
        rows: Vec<CalendarRow>,
        hamlet_due_day: u32,
        commune_due_day: u32,
    ) -> Result<Self, BadCalendar> {
        let days = rows.iter().map(|row| row.start_day).chain([hamlet_due_day, commune_due_day]);
        if let Some(day) = days.into_iter().find(|day| !(1..=28).contains(day)) {
            return Err(BadCalendar::Day(day));
        }
        let first_is_open = rows.first().is_some_and(|row| row.from.is_none());
        let ascending =
            rows.windows(2).all(|pair| matches!(pair, [a, b] if b.from.is_some() && a.from < b.from));
        if !first_is_open || !ascending {
            return Err(BadCalendar::Order);
        }
        Ok(Calendar { rows, hamlet_due_day, commune_due_day })
    }

    /// The default of the Ministry's statistics: months from the 15th to the 14th, due on the 15th and the 16th.
    pub fn ministry() -> Self {
        Calendar {
            rows: vec![CalendarRow { from: None, start_day: 15 }],
            hamlet_due_day: 15,
            commune_due_day: 16,
        }
    }

    /// The days that `period` covers.
    pub fn span(&self, period: Period) -> Span {
        let to = self.begin(period.plus(1)).checked_sub_days(Days::new(1)).unwrap_or_default();
        Span { from: self.begin(period), to }
    }

    /// The period that `day` belongs to.
    pub fn containing(&self, day: NaiveDate) -> Period {
        let label = Period::of_day(day);
        [label.plus(-1), label, label.plus(1)]
            .into_iter()
            .find(|period| self.span(*period).contains(day))
            .unwrap_or(label)
    }

    /// The latest period that has ended on `today`, or ends within five days of it: the one that a report means
    /// which names no month (`INTAKE`: “Which month, when the text names none”).
    pub fn reportable(&self, today: NaiveDate) -> Period {
        self.containing(today.checked_add_days(Days::new(6)).unwrap_or(today)).plus(-1)
    }

    /// The last day on which a hamlet's return of `period` is on time.
    pub fn hamlet_due(&self, period: Period) -> NaiveDate {
        first_day_numbered(self.hamlet_due_day, self.span(period).to)
    }

    /// The last day on which a commune's account of `period` is on time.
    pub fn commune_due(&self, period: Period) -> NaiveDate {
        first_day_numbered(self.commune_due_day, self.span(period).to)
    }

    /// Day `start_day` of the month before the label; the 1st of the label's own month when months are calendar months.
    fn begin(&self, period: Period) -> NaiveDate {
        let row = self.rows.iter().rev().find(|row| row.from.is_none_or(|from| from <= period));
        let start_day = row.map_or(1, |row| row.start_day);
        let month = if start_day == 1 { period } else { period.plus(-1) };
        NaiveDate::from_ymd_opt(month.year, month.month, start_day).unwrap_or_default()
    }
}

/// The first day after `after` whose day of the month is `number`.
fn first_day_numbered(number: u32, after: NaiveDate) -> NaiveDate {
    let label = Period::of_day(after);
    let this_month = label.first_day().with_day(number).unwrap_or(after);
    if this_month > after {
        this_month
    } else {
        this_month.checked_add_months(Months::new(1)).unwrap_or(this_month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn the_police_month_bears_the_name_of_the_month_in_which_it_ends() {
        let calendar = Calendar::ministry();
        let march = calendar.span(period("2026-03"));
        assert_eq!((march.from, march.to), (day("2026-02-15"), day("2026-03-14")));
        assert_eq!(calendar.containing(day("2026-03-14")), period("2026-03"));
        assert_eq!(calendar.containing(day("2026-03-15")), period("2026-04"));
        assert_eq!(calendar.containing(day("2026-12-15")), period("2027-01"));
        assert_eq!(calendar.hamlet_due(period("2026-03")), day("2026-03-15"));
        assert_eq!(calendar.commune_due(period("2026-03")), day("2026-03-16"));
    }

    #[test]
    fn a_start_on_the_first_gives_calendar_months() {
        let rows = vec![CalendarRow { from: None, start_day: 1 }];
        let calendar = Calendar::new(rows, 3, 5).unwrap();
        let march = calendar.span(period("2026-03"));
        assert_eq!((march.from, march.to), (day("2026-03-01"), day("2026-03-31")));
        assert_eq!(calendar.hamlet_due(period("2026-03")), day("2026-04-03"));
    }

    #[test]
    fn months_meet_without_gap_where_the_calendar_changes() {
        let rows = vec![
            CalendarRow { from: None, start_day: 15 },
            CalendarRow { from: Some(period("2027-01")), start_day: 1 },
        ];
        let calendar = Calendar::new(rows, 15, 16).unwrap();
        for months in 0..24 {
            let here = period("2026-01").plus(months);
            let next = calendar.span(here.plus(1));
            assert_eq!(calendar.span(here).to.succ_opt().unwrap(), next.from, "{here}");
        }
        assert_eq!(calendar.containing(day("2026-12-31")), period("2026-12"));
    }

    #[test]
    fn a_report_without_a_month_means_the_latest_month_that_ended_or_is_about_to() {
        let calendar = Calendar::ministry();
        assert_eq!(calendar.reportable(day("2026-03-08")), period("2026-02"));
        assert_eq!(calendar.reportable(day("2026-03-09")), period("2026-03"));
        assert_eq!(calendar.reportable(day("2026-03-20")), period("2026-03"));
    }

    #[test]
    fn periods_count_across_years() {
        assert_eq!(period("2026-01").plus(-1), period("2025-12"));
        assert_eq!(period("2025-12").plus(14), period("2027-02"));
        assert_eq!(period("2026-03").months_since(period("2025-12")), 3);
        assert_eq!(Period::from_number(202603), Ok(period("2026-03")));
        for bad in ["2026-3", "2026-13", "26-03", "2026-00", "2026-+1", "", "2026-03-01"] {
            assert_eq!(bad.parse::<Period>(), Err(BadPeriod), "{bad}");
        }
    }
}
