//! Whether a unit can be registered for a year, and whether it does so in time.

use chrono::{Datelike, NaiveDate};

use super::scheme::KindScheme;
use crate::domain::period::Span;

/// Why a unit cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ineligible {
    /// It ended before the last day that is assessed.
    #[error(
        "the unit ended on {0}, before the last day that is assessed; register the unit that it went into"
    )]
    Dissolved(NaiveDate),
    /// It began after the last day that is assessed.
    #[error("the unit began on {0}, after the last day that is assessed")]
    NotYet(NaiveDate),
    /// The year has not begun.
    #[error("the year of this review begins on {0}")]
    TooEarly(NaiveDate),
    /// A registration of a day that has not come.
    #[error("the registration bears a day that has not come")]
    Future,
}

/// Whether a registration on the day `on` is late, of a unit that is there on the days of `valid`.
pub fn is_late(
    scheme: &KindScheme,
    year: i32,
    valid: Span,
    on: NaiveDate,
    today: NaiveDate,
) -> Result<bool, Ineligible> {
    let span = scheme.span(year);
    if valid.to < span.to {
        return Err(Ineligible::Dissolved(valid.to));
    }
    if valid.from > span.to {
        return Err(Ineligible::NotYet(valid.from));
    }
    if on > today {
        return Err(Ineligible::Future);
    }
    if on < span.from {
        return Err(Ineligible::TooEarly(span.from));
    }
    Ok(on > scheme.register_by.in_year(year))
}

/// Whether a registration for `year` is in time, and the last day, in words.
pub fn due_words(scheme: &KindScheme, year: i32, late: bool) -> String {
    let by = scheme.register_by.in_year(year);
    format!("{} {}/{}", if late { "muộn, hạn" } else { "đúng hạn" }, by.day(), by.month())
}

#[cfg(test)]
mod tests {
    use super::super::{Schemes, UnitKind};
    use super::*;
    use crate::domain::indicator::Catalogue;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn late(from: &str, to: &str, on: &str) -> Result<bool, Ineligible> {
        let schemes = Schemes::shipped(&Catalogue::shipped().unwrap()).unwrap();
        let scheme = schemes.for_year(2026).unwrap().of(UnitKind::Hamlet).unwrap();
        is_late(scheme, 2026, Span { from: day(from), to: day(to) }, day(on), day("2026-12-01"))
    }

    #[test]
    fn the_last_day_of_quarter_one_is_in_time_and_the_next_is_late() {
        assert_eq!(late("1900-01-01", "9999-12-31", "2026-03-31"), Ok(false));
        assert_eq!(late("1900-01-01", "9999-12-31", "2026-04-01"), Ok(true));
    }

    #[test]
    fn a_unit_counts_when_it_is_there_on_the_last_day_that_is_assessed() {
        assert_eq!(late("2026-07-01", "2026-10-31", "2026-07-02"), Ok(true));
        let ended = late("1900-01-01", "2026-10-30", "2026-03-01");
        assert_eq!(ended, Err(Ineligible::Dissolved(day("2026-10-30"))));
        assert_eq!(
            late("2026-11-01", "9999-12-31", "2026-11-02"),
            Err(Ineligible::NotYet(day("2026-11-01")))
        );
    }

    #[test]
    fn nobody_registers_before_the_year_or_in_the_future() {
        assert_eq!(
            late("1900-01-01", "9999-12-31", "2025-10-31"),
            Err(Ineligible::TooEarly(day("2025-11-01")))
        );
        assert_eq!(late("1900-01-01", "9999-12-31", "2026-12-02"), Err(Ineligible::Future));
    }
}
