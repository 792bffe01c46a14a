//! What is to be done with a report by app, form or API.

use super::plan::{Flag, NewReport, Outcome, Refusal, SubmissionPlan};
use super::situation::{About, Figures, Held, MonthState, Situation, Submission, SubmissionKind};
use super::weigh;
use crate::domain::indicator::{IndicatorId, Reporter};
use crate::domain::period::Period;

/// What is to be done with `submission`. Who may report for the unit is settled before; so is a replay of the same id.
pub fn decide_submission(situation: &Situation<'_>, submission: &Submission) -> SubmissionPlan {
    let period = match submission.kind {
        SubmissionKind::Month(period) => period,
        SubmissionKind::Incident(day) => situation.calendar.containing(day),
    };
    if let Some(refusal) = refusal(situation, submission, period) {
        return only(Outcome::Refused(refusal));
    }
    let nothing = MonthState::default();
    let state = situation.months.get(&(submission.unit, period)).unwrap_or(&nothing);
    let mut plan = match submission.kind {
        SubmissionKind::Month(_) => month(situation, submission, state, period),
        SubmissionKind::Incident(_) => incident(situation, submission, state, period),
    };
    let of_commune = |id: &IndicatorId| {
        situation.catalogue.by_id(*id).is_some_and(|indicator| indicator.reporter == Reporter::Commune)
    };
    if submission.values.keys().any(of_commune) {
        plan.flags.push(Flag::CommuneOnly);
    }
    plan
}

fn only(outcome: Outcome) -> SubmissionPlan {
    SubmissionPlan { outcome, report: None, proposal: None, conflicts: Vec::new(), flags: Vec::new() }
}

fn refusal(situation: &Situation<'_>, submission: &Submission, period: Period) -> Option<Refusal> {
    let ahead = period.months_since(situation.calendar.containing(situation.today));
    match submission.kind {
        SubmissionKind::Incident(day) if day > situation.today => Some(Refusal::FutureDay),
        _ if ahead > 1 => Some(Refusal::TooFarAhead),
        _ if ahead < -12 => Some(Refusal::TooFarBack),
        _ if submission.values.is_empty() && !submission.rest_zero => Some(Refusal::Empty),
        _ => None,
    }
}

fn month(
    situation: &Situation<'_>,
    submission: &Submission,
    state: &MonthState,
    period: Period,
) -> SubmissionPlan {
    let stored = state.month_return.as_ref();
    let current = stored.is_some_and(|stored| submission.base_version == Some(stored.version));
    let merge = Merge::of(state, submission, current || state.closed);
    if !merge.writes && merge.conflicts.is_empty() {
        return only(Outcome::Unchanged);
    }
    if let Some((about, conflicts)) = doubt(situation, submission, state, &merge, current) {
        return SubmissionPlan { conflicts, ..only(Outcome::Unconfirmed(about)) };
    }
    let version = |values: Figures, proposal: bool| NewReport {
        unit: submission.unit,
        period,
        day: None,
        previous: stored.map(|stored| stored.report),
        values,
        rest_zero: merge.rest_zero,
        proposal,
        flagged: !merge.conflicts.is_empty(),
        added: None,
    };
    if state.closed {
        let proposal = Some(version(merge.values.clone(), true));
        return SubmissionPlan { proposal, ..only(Outcome::Proposed) };
    }
    let report = merge.writes.then(|| version(merge.values.clone(), false));
    if merge.conflicts.is_empty() {
        return SubmissionPlan { report, ..only(Outcome::Created) };
    }
    let mut insisted = merge.values.clone();
    insisted.extend(merge.conflicts.iter().map(|held| (held.indicator, held.given)));
    let other_author = stored.and_then(|stored| stored.author) != submission.author;
    let mut flags = vec![Flag::Conflict];
    if other_author && submission.author.is_some() {
        flags.push(Flag::TwoPeople);
    }
    SubmissionPlan {
        outcome: Outcome::Conflict,
        report,
        proposal: Some(version(insisted, true)),
        conflicts: merge.conflicts,
        flags,
    }
}

/// A submission merged into what is stored.
struct Merge {
    values: Figures,
    rest_zero: bool,
    writes: bool,
    conflicts: Vec<Held>,
}

impl Merge {
    /// `insists`: the client knew the current version, so that what it states replaces what is stored. Otherwise what
    /// was not changed since the client's version is taken, what the client did not change stays, and what both
    /// changed is a conflict.
    fn of(state: &MonthState, submission: &Submission, insists: bool) -> Merge {
        let stored = state.month_return.as_ref();
        let mut values = stored.map(|stored| stored.values.clone()).unwrap_or_default();
        let was_rest_zero = stored.is_some_and(|stored| stored.rest_zero);
        let rest_zero = was_rest_zero || submission.rest_zero;
        let mut writes = stored.is_none() || rest_zero != was_rest_zero;
        let mut conflicts = Vec::new();
        let unstated = contradicted(state, submission).into_iter().map(|held| (held.indicator, 0));
        let given: Vec<(IndicatorId, i64)> =
            submission.values.iter().map(|(id, figure)| (*id, *figure)).chain(unstated).collect();
        for (id, given) in given {
            let (now, base) = (values.get(&id).copied(), submission.base_values.get(&id).copied());
            match now {
                Some(now) if now == given => {}
                Some(now) if !insists && now != base.unwrap_or(now.wrapping_add(1)) => {
                    if base != Some(given) {
                        conflicts.push(Held { indicator: id, stored: now, given });
                    }
                }
                _ => {
                    values.insert(id, given);
                    writes = true;
                }
            }
        }
        Merge { values, rest_zero, writes, conflicts }
    }
}

/// What counts although the submission says that the rest is nothing.
fn contradicted(state: &MonthState, submission: &Submission) -> Vec<Held> {
    if !submission.rest_zero {
        return Vec::new();
    }
    let ids = weigh::counting(state).into_iter().filter(|id| !submission.values.contains_key(id));
    ids.filter_map(|indicator| {
        let stored = state.effective(indicator).filter(|figure| *figure > 0)?;
        Some(Held { indicator, stored, given: 0 })
    })
    .collect()
}

/// What the person must confirm: nothing over figures, a return lower than the month's incidents, a figure ten times
/// the highest. `conflicts` shows both figures.
fn doubt(
    situation: &Situation<'_>,
    submission: &Submission,
    state: &MonthState,
    merge: &Merge,
    current: bool,
) -> Option<(About, Vec<Held>)> {
    if submission.confirmed || state.closed {
        return None;
    }
    // Who knew the current version has seen its figures; incidents may have come from others.
    let returned = |id: &IndicatorId| {
        current && state.month_return.as_ref().is_some_and(|stored| stored.values.contains_key(id))
    };
    let zero: Vec<Held> =
        contradicted(state, submission).into_iter().filter(|held| !returned(&held.indicator)).collect();
    if !zero.is_empty() {
        return Some((About::Zero, zero));
    }
    let stated = |id: &IndicatorId| state.month_return.as_ref().is_some_and(|r| r.values.contains_key(id));
    let lower: Vec<Held> = held_where(state, submission, |id, stored, given| !stated(&id) && given < stored);
    if !lower.is_empty() {
        return Some((About::Lower, lower));
    }
    let jump = held_where(state, submission, |id, stored, given| {
        let highest = situation.highest.get(&(submission.unit, id)).copied();
        stored != given && merge.values.get(&id) == Some(&given) && weigh::is_jump(given, highest)
    });
    if jump.is_empty() { None } else { Some((About::Jump, jump)) }
}

/// The submitted figures for which `doubtful(indicator, what counts, given)` holds.
fn held_where(
    state: &MonthState,
    submission: &Submission,
    doubtful: impl Fn(IndicatorId, i64, i64) -> bool,
) -> Vec<Held> {
    let all = submission.values.iter().map(|(indicator, given)| Held {
        indicator: *indicator,
        stored: state.effective(*indicator).unwrap_or(0),
        given: *given,
    });
    all.filter(|held| doubtful(held.indicator, held.stored, held.given)).collect()
}

fn incident(
    situation: &Situation<'_>,
    submission: &Submission,
    state: &MonthState,
    period: Period,
) -> SubmissionPlan {
    let SubmissionKind::Incident(day) = submission.kind else { return only(Outcome::Unchanged) };
    if submission.values.is_empty() {
        return only(Outcome::Refused(Refusal::Empty));
    }
    let replaces = submission.replaces;
    let old = state.incidents.iter().find(|incident| Some(incident.report) == replaces);
    if replaces.is_some() && old.is_none() {
        return only(Outcome::Refused(Refusal::NoSuchIncident));
    }
    let same = |incident: &super::Incident| incident.day == day && incident.values == submission.values;
    if old.is_some_and(same) {
        return only(Outcome::Unchanged);
    }
    if !submission.confirmed && !state.closed {
        if state.incidents.iter().any(same) {
            return only(Outcome::Unconfirmed(About::Repeat));
        }
        let highest = |id| situation.highest.get(&(submission.unit, id)).copied();
        let jumps = held_where(state, submission, |id, _, given| weigh::is_jump(given, highest(id)));
        if !jumps.is_empty() {
            return SubmissionPlan { conflicts: jumps, ..only(Outcome::Unconfirmed(About::Jump)) };
        }
    }
    let report = NewReport {
        unit: submission.unit,
        period,
        day: Some(day),
        previous: replaces,
        values: submission.values.clone(),
        rest_zero: false,
        proposal: state.closed,
        flagged: false,
        added: None,
    };
    if state.closed {
        return SubmissionPlan { proposal: Some(report), ..only(Outcome::Proposed) };
    }
    let covered = |id: &IndicatorId| {
        state.month_return.as_ref().is_some_and(|stored| stored.rest_zero || stored.values.contains_key(id))
    };
    let after = submission.values.keys().any(covered);
    let flags = if after { vec![Flag::AfterReturn] } else { Vec::new() };
    SubmissionPlan { report: Some(report), flags, ..only(Outcome::Created) }
}
