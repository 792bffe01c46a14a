//! What a rule must be like to hold.

use std::collections::BTreeSet;

use super::rule::{fitting, sentence};
use super::{Matter, Receiver, Rule};
use crate::domain::review::UnitKind;

/// A rule that cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rule “{rule}”: {why}")]
pub struct BadRule {
    /// Its code.
    pub rule: String,
    /// Why.
    pub why: Why,
}

/// Why a rule cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// More rules than anybody can look through.
    #[error("there are more than {MOST_RULES} rules")]
    TooMany,
    /// A code that is taken.
    #[error("its code stands there twice")]
    Twice,
    /// A code that cannot be one.
    #[error("a code has 1 to {LONGEST_CODE} small letters, digits and _")]
    Code,
    /// No or endless words.
    #[error("`about` says in 1 to {LONGEST_ABOUT} characters what it is for")]
    About,
    /// No kinds of unit, one twice, or one that owes no return.
    #[error("give each kind of unit once; a return is owed by hamlets only")]
    Kinds,
    /// Neither days nor a cron expression, or both.
    #[error("give either days or cron, not both and not neither")]
    NoTime,
    /// Too many steps, one twice, or too far away.
    #[error("give at most {MOST_STEPS} days, each once, from -120 to 120")]
    Days,
    /// Days around the anchor that end before they begin.
    #[error("`within` is a first and a last day from -120 to 120")]
    Within,
    /// No cron expression.
    #[error("write cron as minute hour day month weekday, for example 0 8 16 * * ({0})")]
    Cron(CronFault),
    /// It would remind without end.
    #[error(
        "it would remind {moments} times a year; at most {MOST_MOMENTS} times, and not twice within 20 hours"
    )]
    TooOften {
        /// How often.
        moments: usize,
    },
    /// A sentence that does not fit.
    #[error("`text` must be a sentence for this matter and receiver: {}", fitting(*.0, *.1))]
    Text(Matter, Receiver),
    /// Useful for ever.
    #[error("useful_days lie between 0 and {MOST_USEFUL}")]
    Useful,
}

/// What the library says of a cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct CronFault {
    pub(super) said: String,
}

/// The most rules, steps of a rule, and characters of a rule's words.
pub(super) const MOST_RULES: usize = 40;
const MOST_STEPS: usize = 12;
const LONGEST_CODE: usize = 40;
const LONGEST_ABOUT: usize = 300;
/// Days that a step may lie from its anchor, and a reminder may be late.
const DAYS: std::ops::RangeInclusive<i32> = -120..=120;
const MOST_USEFUL: u32 = 30;
/// Two moments of a rule lie at least so far apart, microseconds, and there are at most so many in a year.
const SHORTEST_GAP: i64 = 20 * 3_600_000_000;
const MOST_MOMENTS: usize = 120;
/// Counting the moments of a cron expression one by one ends here.
const MOST_COUNTED: usize = 10_000;
/// Counted over the year that follows this moment, 2026-01-01 in Viet Nam, and a day.
const COUNTED_FROM: i64 = 1_767_200_400_000_000;
const COUNTED: i64 = 367 * 86_400_000_000;

impl Rule {
    /// Why it cannot hold, if so.
    pub(super) fn check(&self) -> Result<(), Why> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if self.code.is_empty() || self.code.len() > LONGEST_CODE || !self.code.bytes().all(plain) {
            return Err(Why::Code);
        }
        let about = self.about.trim().chars().count();
        if about == 0 || about > LONGEST_ABOUT || self.about.chars().any(char::is_control) {
            return Err(Why::About);
        }
        self.check_kinds()?;
        self.check_times()?;
        if self.useful_days > MOST_USEFUL {
            return Err(Why::Useful);
        }
        for (to, text) in self.sentences() {
            sentence(text, self.matter, to).ok_or(Why::Text(self.matter, to))?;
        }
        Ok(())
    }

    fn sentences(&self) -> impl Iterator<Item = (Receiver, &str)> {
        let own = std::iter::once((self.to, self.text.as_str()));
        own.chain(self.escalate.iter().map(|step| (step.to, step.text.as_str())))
    }

    fn check_kinds(&self) -> Result<(), Why> {
        let kinds: BTreeSet<UnitKind> = self.kinds.iter().copied().collect();
        let fits = |kind: &UnitKind| self.matter != Matter::Return || *kind == UnitKind::Hamlet;
        let good = !kinds.is_empty() && kinds.len() == self.kinds.len() && kinds.iter().all(fits);
        if good { Ok(()) } else { Err(Why::Kinds) }
    }

    fn check_times(&self) -> Result<(), Why> {
        if self.days.is_empty() == self.cron.is_none() {
            return Err(Why::NoTime);
        }
        let steps: Vec<(i32, Receiver)> = self.steps().map(|(days, to, _)| (days, to)).collect();
        let distinct: BTreeSet<_> = steps.iter().collect();
        let near = steps.iter().all(|(days, _)| DAYS.contains(days));
        if steps.len() > MOST_STEPS || distinct.len() != steps.len() || !near {
            return Err(Why::Days);
        }
        let [first, last] = self.within;
        if first > last || !DAYS.contains(&first) || !DAYS.contains(&last) {
            return Err(Why::Within);
        }
        match self.schedule() {
            None => Ok(()),
            Some(Err(fault)) => Err(Why::Cron(fault)),
            Some(Ok(schedule)) => check_pace(&schedule),
        }
    }
}

/// The moments of a year, microseconds UTC.
fn moments(schedule: &cron::Schedule) -> impl Iterator<Item = i64> {
    let end = COUNTED_FROM + COUNTED;
    super::occasion::fires(schedule, COUNTED_FROM).take_while(move |at| *at < end)
}

fn check_pace(schedule: &cron::Schedule) -> Result<(), Why> {
    let first: Vec<i64> = moments(schedule).take(MOST_MOMENTS + 1).collect();
    let close = |pair: &[i64]| matches!(pair, [a, b] if b - a < SHORTEST_GAP);
    if first.len() > MOST_MOMENTS || first.windows(2).any(close) {
        return Err(Why::TooOften { moments: moments_a_year(schedule) });
    }
    Ok(())
}

/// How many moments a cron expression has in a year; where there are very many, as many as the first of them foretell.
pub(super) fn moments_a_year(schedule: &cron::Schedule) -> usize {
    let first: Vec<i64> = moments(schedule).take(MOST_COUNTED).collect();
    match (first.first(), first.last()) {
        (Some(from), Some(to)) if first.len() == MOST_COUNTED && to > from => {
            let gaps = i64::try_from(MOST_COUNTED).unwrap_or(1) - 1;
            usize::try_from(gaps.saturating_mul(COUNTED / 1_000_000) / ((to - from) / 1_000_000).max(1))
                .unwrap_or(usize::MAX)
        }
        _ => first.len(),
    }
}
