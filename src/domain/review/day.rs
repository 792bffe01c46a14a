//! Days of a review's year, as schemes write them: `Y-03-31` is 31 March of that year, `Y-1-11-01` 1 November of the
//! year before.

use std::str::FromStr;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::period::Span;

/// A day relative to the year of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct YearDay {
    years_back: i32,
    month: u32,
    day: u32,
}

/// Why a text is no day of a review's year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a day as Y-MM-DD, or Y-1-MM-DD for the year before; it must be a day of every year")]
pub struct BadYearDay;

impl YearDay {
    /// The day in `year`.
    pub fn in_year(self, year: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year - self.years_back, self.month, self.day).unwrap_or_default()
    }
}

/// The days from `from` to `to` of `year`, both included.
pub fn span(from: YearDay, to: YearDay, year: i32) -> Span {
    Span { from: from.in_year(year), to: to.in_year(year) }
}

impl FromStr for YearDay {
    type Err = BadYearDay;

    fn from_str(text: &str) -> Result<Self, BadYearDay> {
        let rest = text.strip_prefix("Y-").ok_or(BadYearDay)?;
        let numbers: Vec<u32> =
            rest.split('-').map(|piece| piece.parse().map_err(|_| BadYearDay)).collect::<Result<_, _>>()?;
        let (back, month, day) = match numbers.as_slice() {
            [month, day] => (0, *month, *day),
            [back @ 1..=3, month, day] => (*back, *month, *day),
            _ => return Err(BadYearDay),
        };
        // 2023 has no 29 February: a day that some years lack is no day of a scheme.
        NaiveDate::from_ymd_opt(2023, month, day).ok_or(BadYearDay)?;
        Ok(YearDay { years_back: i32::try_from(back).map_err(|_| BadYearDay)?, month, day })
    }
}

impl TryFrom<String> for YearDay {
    type Error = BadYearDay;

    fn try_from(text: String) -> Result<Self, BadYearDay> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lies_in_the_year_of_the_review_or_before_it() {
        let day = |text: &str| text.parse::<YearDay>().unwrap().in_year(2026).to_string();
        assert_eq!(day("Y-03-31"), "2026-03-31");
        assert_eq!(day("Y-1-11-01"), "2025-11-01");
        for bad in ["", "2026-03-31", "Y-02-29", "Y-13-01", "Y-9-01-01", "Y-03", "Y--1-03-31"] {
            assert_eq!(bad.parse::<YearDay>(), Err(BadYearDay), "{bad}");
        }
    }
}
