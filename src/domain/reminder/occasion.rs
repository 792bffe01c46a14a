//! When rules remind: moments, from the last days of steps and the days on which people may be texted.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate};

use super::rule::sentence;
use super::{Anchor, Matter, Receiver, Rule, Rules};
use crate::domain::calendar::{CivilCalendar, day_of, start_of};
use crate::domain::period::{Calendar, Period};
use crate::domain::review::{Schemes, UnitKind};
use crate::domain::template::TemplateKey;

/// What moments depend on.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The reporting months and when they are due.
    pub calendar: &'a Calendar,
    /// The yearly reviews and when their steps are due.
    pub schemes: &'a Schemes,
    /// The days and hours at which people may be texted.
    pub civil: &'a CivilCalendar,
}

/// A moment at which a rule reminds of a period of a kind of unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// The kind of unit.
    pub kind: UnitKind,
    /// Who is told.
    pub to: Receiver,
    /// In which sentence.
    pub text: TemplateKey,
    /// The month (`202603`) or the year of the review.
    pub period: i32,
    /// Which step of the rule: days from its anchor, or for cron the moment in minutes of the Unix epoch.
    pub step: i32,
    /// The last day of what is reminded of.
    pub due: NaiveDate,
    /// The day on which units must be there to owe it: the last of the month, or of the days that are assessed.
    pub counted_on: NaiveDate,
    /// When people may be told, microseconds UTC.
    pub at: i64,
}

/// The first and last day of a step, and the day on which units must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Deadline {
    opens: NaiveDate,
    due: NaiveDate,
    counted_on: NaiveDate,
}

/// Days that holidays move a reminder at most; Tết takes nine to eleven.
const LONGEST_DELAY: usize = 40;
const MINUTE: i64 = 60_000_000;
/// Steps lie at most so many days from their anchor, and an anchor so many before the last day.
const FARTHEST: i64 = 260;

/// Every occasion after `after` and up to `until` (microseconds UTC), in the order of their moments. Cutting a stretch
/// of time into pieces gives the same occasions.
pub fn occasions<'r>(rules: &'r Rules, terms: &Terms, after: i64, until: i64) -> Vec<Occasion<'r>> {
    let mut found = Vec::new();
    for standing in rules.iter() {
        for kind in standing.rule.kinds.iter().copied() {
            for period in periods(standing.rule.matter, after, until) {
                let from = after.max(standing.since);
                add(&mut found, &standing.rule, kind, period, terms, (from, until));
            }
        }
    }
    found.sort_by_key(|occasion| occasion.at);
    found
}

/// The periods whose steps may have a moment then.
fn periods(matter: Matter, after: i64, until: i64) -> Vec<i32> {
    let (first, last) = (day_of(after), day_of(until));
    if matter == Matter::Return {
        let months = i32::try_from(FARTHEST / 28).unwrap_or(0);
        let (first, last) = (Period::of_day(first).plus(-months), Period::of_day(last).plus(months));
        return (0..=last.months_since(first)).map(|months| first.plus(months).number()).collect();
    }
    (first.year() - 1..=last.year() + 1).collect()
}

fn add<'r>(
    found: &mut Vec<Occasion<'r>>,
    rule: &'r Rule,
    kind: UnitKind,
    period: i32,
    terms: &Terms,
    (after, until): (i64, i64),
) {
    let Some(deadline) = deadline(rule.matter, kind, period, terms) else { return };
    let anchor = if rule.anchor == Anchor::Due { deadline.due } else { deadline.opens };
    let counted_on = deadline.counted_on;
    let mut push = |to, text: &str, step, at| {
        if let Some(text) = sentence(text, rule.matter, to)
            && after < at
            && at <= until
        {
            found.push(Occasion { rule, kind, to, text, period, step, due: deadline.due, counted_on, at });
        }
    };
    for (days, to, text) in rule.steps() {
        // Days after an anchor within holidays count from their end, so that nobody is told at once of what was
        // only just reminded of.
        let from = if days > 0 { open_day(anchor, terms.civil) } else { anchor };
        let at = start_of(shifted(from, days)) + rule.hour.micros();
        push(to, text, days, allowed(at, terms.civil));
    }
    if let Some(Ok(schedule)) = rule.schedule() {
        let [first, last] = rule.within;
        let (from, to) = (start_of(shifted(anchor, first)), start_of(shifted(anchor, last + 1)));
        for at in fires(&schedule, from).take_while(|at| *at < to) {
            let step = i32::try_from(at / MINUTE).unwrap_or(i32::MAX);
            push(rule.to, &rule.text, step, allowed(at, terms.civil));
        }
    }
}

/// When a step of `period` opens and ends for a kind of unit; `None` where there is none.
fn deadline(matter: Matter, kind: UnitKind, period: i32, terms: &Terms) -> Option<Deadline> {
    if matter == Matter::Return {
        let period = Period::from_number(period).ok()?;
        let span = terms.calendar.span(period);
        return Some(Deadline {
            opens: span.from,
            due: terms.calendar.hamlet_due(period),
            counted_on: span.to,
        });
    }
    let scheme = terms.schemes.for_year(period)?.of(kind)?;
    let (opens, due) = match matter {
        Matter::Return | Matter::Registration => {
            (NaiveDate::from_ymd_opt(period, 1, 1)?, scheme.register_by.in_year(period))
        }
        Matter::Assessment | Matter::Decision => {
            (scheme.assess_from.in_year(period), scheme.decide_by.in_year(period))
        }
    };
    Some(Deadline { opens, due, counted_on: scheme.span(period).to })
}

/// The moment itself, or the same hour on the next day on which people may be texted.
fn allowed(at: i64, civil: &CivilCalendar) -> i64 {
    let (day, hour) = (day_of(at), at - start_of(day_of(at)));
    civil.next_allowed(start_of(open_day(day, civil)) + hour)
}

/// The day itself, or the next on which people may be texted.
fn open_day(day: NaiveDate, civil: &CivilCalendar) -> NaiveDate {
    day.iter_days().take(LONGEST_DELAY).find(|day| !civil.is_off(*day)).unwrap_or(day)
}

fn shifted(day: NaiveDate, days: i32) -> NaiveDate {
    let count = Days::new(u64::from(days.unsigned_abs()));
    let shifted = if days < 0 { day.checked_sub_days(count) } else { day.checked_add_days(count) };
    shifted.unwrap_or(day)
}

/// The moments of a cron expression from `from` on, microseconds UTC.
pub(super) fn fires(schedule: &cron::Schedule, from: i64) -> impl Iterator<Item = i64> {
    let zone = FixedOffset::east_opt(7 * 3_600);
    let before =
        DateTime::from_timestamp_micros(from - 1).zip(zone).map(|(at, zone)| at.with_timezone(&zone));
    let after = |before| schedule.after(&before).map(|at: DateTime<FixedOffset>| at.timestamp_micros());
    before.into_iter().flat_map(after)
}

#[cfg(test)]
mod tests;
