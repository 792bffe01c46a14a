//! The only file that reads the clock.
//!
//! There are two times. *Domain time* decides months, deadlines and what is late; `clock.fixed` freezes it for
//! rehearsals and tests. *Real time* makes ids, leases, tokens and time-outs, and is never frozen.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Asia::Ho_Chi_Minh;

/// What time it is. Times are microseconds UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    fixed: Option<i64>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Clock { fixed: None }
    }

    /// A clock whose domain time stands still at `micros`.
    pub fn fixed(micros: i64) -> Self {
        Clock { fixed: Some(micros) }
    }

    /// Whether domain time stands still.
    pub fn is_fixed(&self) -> bool {
        self.fixed.is_some()
    }

    /// Domain time.
    pub fn now_micros(&self) -> i64 {
        self.fixed.unwrap_or_else(|| self.real_micros())
    }

    /// The day of domain time in Vietnam.
    pub fn today(&self) -> NaiveDate {
        day_in_vietnam(self.now_micros())
    }

    /// Real time.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn real_micros(&self) -> i64 {
        Utc::now().timestamp_micros()
    }
}

/// The day in Vietnam at `micros`.
pub fn day_in_vietnam(micros: i64) -> NaiveDate {
    time_of(micros).with_timezone(&Ho_Chi_Minh).date_naive()
}

/// The first microsecond of `day` in Vietnam.
pub fn start_of_day_in_vietnam(day: NaiveDate) -> i64 {
    let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
    // Vietnam has no summer time, so midnight exists once every day.
    midnight.and_local_timezone(Ho_Chi_Minh).earliest().map_or(0, |time| time.timestamp_micros())
}

/// `micros` as a time, for printing.
pub fn time_of(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_midnight_in_vietnam() {
        let late_on_the_14th = "2026-03-14T16:59:59Z".parse::<DateTime<Utc>>().unwrap().timestamp_micros();
        assert_eq!(day_in_vietnam(late_on_the_14th).to_string(), "2026-03-14");
        assert_eq!(day_in_vietnam(late_on_the_14th + 1_000_000).to_string(), "2026-03-15");
        assert_eq!(start_of_day_in_vietnam("2026-03-15".parse().unwrap()), late_on_the_14th + 1_000_000);
    }

    #[test]
    fn a_fixed_clock_freezes_the_domain_but_not_ids() {
        let clock = Clock::fixed(5);
        assert_eq!(clock.now_micros(), 5);
        assert!(clock.real_micros() > 5);
    }
}
