//! Sums over the days of a review. A month's count cannot be cut: where a month lies across the first or last day of
//! the review, the sum is a range, and the month is named.

use chrono::NaiveDate;

use super::account::{Account, Month};
use crate::domain::indicator::IndicatorId;
use crate::domain::period::{Period, Span};

/// A sum over a span of days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    /// What surely lies in the span.
    pub low: i64,
    /// What lies in it at most.
    pub high: i64,
    /// Months that lie across the first or last day and of which something has no known day.
    pub straddling: Vec<Straddle>,
    /// Months in the span without a return: nobody said that nothing happened.
    pub missing: Vec<Period>,
}

/// A month of which nobody knows how much lies in the span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Straddle {
    /// The month.
    pub period: Period,
    /// The last day before, or the first day after which it lies: the boundary that it crosses.
    pub boundary: NaiveDate,
    /// How much of its count has no known day.
    pub undated: i64,
}

impl Sum {
    /// Whether the sum is one number.
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }

    /// The two together.
    #[must_use]
    pub fn and(mut self, other: Sum) -> Sum {
        self.low = self.low.saturating_add(other.low);
        self.high = self.high.saturating_add(other.high);
        for straddle in other.straddling {
            let same = |s: &&mut Straddle| s.period == straddle.period && s.boundary == straddle.boundary;
            match self.straddling.iter_mut().find(same) {
                Some(known) => known.undated = known.undated.saturating_add(straddle.undated),
                None => self.straddling.push(straddle),
            }
        }
        self.missing.extend(other.missing);
        self.missing.sort_unstable();
        self.missing.dedup();
        self
    }
}

/// The sum of `indicators` over the days of `span`, of all `accounts`.
pub fn sum(accounts: &[Account], indicators: &[IndicatorId], span: Span) -> Sum {
    let months = accounts.iter().flat_map(|account| &account.months);
    months
        .filter(|month| month.span.overlaps(&span))
        .flat_map(|month| indicators.iter().map(move |indicator| part(month, *indicator, span)))
        .fold(Sum::default(), Sum::and)
}

/// The last figure that a return states for `indicator` in a month that ends in `span`: running figures such as HDK,
/// which “the rest is nothing” does not take back.
pub fn last(account: &Account, indicator: IndicatorId, span: Span) -> Option<i64> {
    let months = account.months.iter().filter(|month| span.contains(month.span.to));
    months.rev().find_map(|month| month.returned.as_ref()?.stated.get(&indicator).copied())
}

/// How much of a month's count of `indicator` lies in `span`.
fn part(month: &Month, indicator: IndicatorId, span: Span) -> Sum {
    let inside = month.dated(indicator, |day| span.contains(day)).unwrap_or(0);
    let missing = if month.returned.is_none() { vec![month.period] } else { Vec::new() };
    let Some(count) = month.returned(indicator) else {
        return Sum { low: inside, high: inside, missing, ..Sum::default() };
    };
    let within = span.contains(month.span.from) && span.contains(month.span.to);
    if within {
        return Sum { low: count, high: count, ..Sum::default() };
    }
    // Of `count` cases, `inside` and `outside` are known by their day; a return that counts fewer than were told one
    // by one leaves open which of them it means.
    let outside = month.dated(indicator, |day| !span.contains(day)).unwrap_or(0);
    let low = inside.min(count.saturating_sub(outside)).max(0);
    let high = count.saturating_sub(outside).max(inside.min(count));
    let undated = high.saturating_sub(low);
    let straddling = if undated > 0 {
        vec![Straddle { period: month.period, boundary: crossed(month.span, span), undated }]
    } else {
        Vec::new()
    };
    Sum { low, high, straddling, missing: Vec::new() }
}

/// The day of `span`, its first or its last, that `month` crosses.
fn crossed(month: Span, span: Span) -> NaiveDate {
    if month.contains(span.to) && month.to > span.to { span.to } else { span.from }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::account::{Event, Returned};
    use super::*;
    use crate::domain::period::Calendar;

    const THEFT: IndicatorId = 1;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn month(label: &str, returned: Option<i64>, days: &[&str]) -> Month {
        let period: Period = label.parse().unwrap();
        let event = |text: &&str| Event {
            day: day(text),
            stated: BTreeMap::from([(THEFT, 1)]),
            severity: None,
            unavoidable: false,
            prevented: false,
        };
        let stated = |count| Returned { stated: BTreeMap::from([(THEFT, count)]), rest_zero: false };
        let incidents = days.iter().map(event).collect();
        Month { period, span: Calendar::ministry().span(period), returned: returned.map(stated), incidents }
    }

    fn of(months: Vec<Month>, from: &str, to: &str) -> Sum {
        sum(&[Account { months }], &[THEFT], Span { from: day(from), to: day(to) })
    }

    #[test]
    fn a_month_inside_counts_as_it_was_returned() {
        let sum = of(vec![month("2026-03", Some(2), &["2026-03-01"])], "2025-11-01", "2026-10-31");
        assert_eq!((sum.low, sum.high, sum.straddling.len()), (2, 2, 0));
    }

    #[test]
    fn a_month_across_the_first_of_november_is_a_range_and_is_named() {
        // 15/10 to 14/11: the hamlets' year ends on 31/10.
        let crossing = || month("2026-11", Some(3), &["2026-10-31", "2026-11-01"]);
        let ending = of(vec![crossing()], "2025-11-01", "2026-10-31");
        assert_eq!((ending.low, ending.high), (1, 2));
        let straddle =
            Straddle { period: "2026-11".parse().unwrap(), boundary: day("2026-10-31"), undated: 1 };
        assert_eq!(ending.straddling, [straddle]);
        let beginning = of(vec![crossing()], "2026-11-01", "2027-10-31");
        assert_eq!((beginning.low, beginning.high), (1, 2));
        assert_eq!(beginning.straddling.first().unwrap().boundary, day("2026-11-01"));
    }

    #[test]
    fn the_14th_15th_and_16th_of_november_are_three_different_days() {
        // The communes' year ends on 15/11; the police month ends on 14/11, the next begins on 15/11.
        let year = |day: &str, label: &str| of(vec![month(label, None, &[day])], "2025-11-16", "2026-11-15");
        assert_eq!(year("2026-11-14", "2026-11").low, 1);
        assert_eq!(year("2026-11-15", "2026-12").low, 1);
        assert_eq!(year("2026-11-16", "2026-12").low, 0);
        let returned = of(vec![month("2026-12", Some(2), &["2026-11-16"])], "2025-11-16", "2026-11-15");
        assert_eq!((returned.low, returned.high), (0, 1));
        let all_dated =
            of(vec![month("2026-12", Some(2), &["2026-11-15", "2026-11-16"])], "2025-11-16", "2026-11-15");
        assert!(all_dated.is_exact() && all_dated.straddling.is_empty());
    }

    #[test]
    fn a_return_that_counts_fewer_than_were_told_is_a_range_too() {
        let sum =
            of(vec![month("2026-11", Some(1), &["2026-10-30", "2026-11-02"])], "2025-11-01", "2026-10-31");
        assert_eq!((sum.low, sum.high), (0, 1));
    }

    #[test]
    fn a_month_without_a_return_is_named_and_its_incidents_count() {
        let sum = of(vec![month("2026-03", None, &["2026-03-01"])], "2025-11-01", "2026-10-31");
        assert_eq!((sum.low, sum.missing.len()), (1, 1));
    }

    proptest! {
        #[test]
        fn the_years_together_hold_what_was_counted(count in 0_i64..9, inside in 0_usize..4, outside in 0_usize..4) {
            let days: Vec<&str> =
                std::iter::repeat_n("2026-10-20", inside).chain(std::iter::repeat_n("2026-11-05", outside)).collect();
            let crossing = || vec![month("2026-11", Some(count), &days)];
            let before = of(crossing(), "2025-11-01", "2026-10-31");
            let after = of(crossing(), "2026-11-01", "2027-10-31");
            prop_assert!(before.low + after.low <= count && count <= before.high + after.high);
            prop_assert!(before.low <= before.high && 0 <= before.low);
            prop_assert_eq!(before.is_exact(), before.straddling.is_empty());
        }
    }
}
