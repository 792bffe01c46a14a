//! Whether a text that the server starts by itself goes now, later or never.
//!
//! The questions are asked in a fixed order: has the receiver opted out? is the text stale? is it still needed? is it a
//! civil hour of a working day? is there money for it? Replies, codes and urgent texts are asked none of them.

use crate::domain::calendar::CivilCalendar;

/// Why a text is not sent, ever. It is kept with the reason and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// The receiver takes no more texts of this kind.
    OptedOut,
    /// It would come too late to be of use.
    Stale,
    /// What it asks for has been done.
    NotNeeded,
    /// The month's budget of the unit is used up.
    OverBudget,
}

impl Skip {
    /// Its name in the database and outside.
    pub fn name(self) -> &'static str {
        match self {
            Skip::OptedOut => "opted_out",
            Skip::Stale => "stale",
            Skip::NotNeeded => "not_needed",
            Skip::OverBudget => "over_budget",
        }
    }
}

/// What is known of a text before what stands behind it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Whether the receiver takes no more texts of this kind.
    pub opted_out: bool,
    /// Until when it is of use; `None`: always.
    pub not_after: Option<i64>,
}

/// The first two questions: whether it is worth asking whether the text is still needed.
pub fn is_pointless(known: Known, now: i64) -> Option<Skip> {
    if known.opted_out {
        Some(Skip::OptedOut)
    } else if known.not_after.is_some_and(|last| now > last) {
        Some(Skip::Stale)
    } else {
        None
    }
}

/// What becomes of a text that is still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes now.
    Send,
    /// It is asked again then.
    Later(i64),
    /// It never goes.
    Skip(Skip),
}

/// The last two questions. `left` is what may still be spent, đồng (`None`: anything), of which the text takes `cost`.
/// A text that costs nothing always has money.
pub fn decide(calendar: &CivilCalendar, now: i64, cost: i64, left: Option<i64>) -> Verdict {
    let next = calendar.next_allowed(now);
    if next > now {
        Verdict::Later(next)
    } else if cost > 0 && left.is_some_and(|left| left < cost) {
        Verdict::Skip(Skip::OverBudget)
    } else {
        Verdict::Send
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::calendar::Holidays;

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    #[test]
    fn the_receivers_wish_comes_before_the_time() {
        let known = |opted_out, not_after| Known { opted_out, not_after };
        assert_eq!(is_pointless(known(true, Some(1)), 2), Some(Skip::OptedOut));
        assert_eq!(is_pointless(known(false, Some(1)), 2), Some(Skip::Stale));
        assert_eq!(is_pointless(known(false, Some(2)), 2), None);
        assert_eq!(is_pointless(known(false, None), i64::MAX), None);
    }

    #[test]
    fn the_hour_comes_before_the_money() {
        let calendar = CivilCalendar::new(Holidays::shipped().unwrap(), Vec::new(), 7, 21);
        let (night, morning) = (at("2026-03-16T22:00:00+07:00"), at("2026-03-17T07:00:00+07:00"));
        assert_eq!(decide(&calendar, night, 350, Some(0)), Verdict::Later(morning));
        assert_eq!(decide(&calendar, morning, 350, Some(349)), Verdict::Skip(Skip::OverBudget));
        assert_eq!(decide(&calendar, morning, 350, Some(350)), Verdict::Send);
        assert_eq!(decide(&calendar, morning, 350, None), Verdict::Send);
        assert_eq!(
            decide(&calendar, morning, 0, Some(-10)),
            Verdict::Send,
            "what costs nothing is never too dear"
        );
    }
}
