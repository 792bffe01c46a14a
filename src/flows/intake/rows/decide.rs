//! What is to be done with a row: by the rules of all reports where it grew from the current version, else brought together
//! with what others changed.

use chrono::NaiveDate;

use super::known::{Base, KnownRows};
use super::{Assumed, NewRow, current};
use crate::db::DbResult;
use crate::domain::ids::ReportId;
use crate::domain::indicator::Catalogue;
use crate::domain::intake::{
    self, Held, NewReport, Submission, SubmissionKind, SubmissionPlan, decide_submission,
};
use crate::domain::period::Period;
use crate::domain::sync::{Event, merge_events};
use crate::flows::intake::board::Board;

/// What is to be done with a row, and the version that it grew from.
pub(super) struct Decided {
    pub(super) plan: SubmissionPlan,
    pub(super) base: Option<ReportId>,
    /// The incident that it changes.
    pub(super) chain: Option<ReportId>,
}

/// What is to be done with a row.
pub(super) fn decide(known: &KnownRows, board: &Board, row: &NewRow) -> DbResult<Decided> {
    match row.submission.report.kind {
        SubmissionKind::Month(period) => decide_month(known, board, row, period),
        SubmissionKind::Incident(day) => decide_incident(known, board, row, day),
    }
}

fn decide_month(known: &KnownRows, board: &Board, row: &NewRow, period: Period) -> DbResult<Decided> {
    let (situation, mut submission) = board.situation_of_submission(&row.submission);
    let stored =
        situation.months.get(&(submission.unit, period)).and_then(|month| month.month_return.as_ref());
    let base = known.latest_base(row, stored.map(|stored| stored.report));
    if let Some(base) = base {
        let current = stored.filter(|stored| base.is(Some(stored.report)));
        submission.base_version = current.map(|stored| stored.version);
        submission.base_values = base.event(situation.catalogue)?.0;
    } else if let Some(assumed) = known.unheard_of(row) {
        submission.base_values = assumed.values.clone();
    }
    let base = base.map(|base| base.made.id);
    Ok(Decided { plan: decide_submission(&situation, &submission), base, chain: None })
}

fn decide_incident(known: &KnownRows, board: &Board, row: &NewRow, day: NaiveDate) -> DbResult<Decided> {
    let (situation, mut submission) = board.situation_of_submission(&row.submission);
    let Some(chain) = known.chain(row) else {
        return Ok(Decided { plan: decide_submission(&situation, &submission), base: None, chain: None });
    };
    let now = current(board, row, Some(chain));
    submission.replaces = now.or(Some(chain));
    let base = known.latest_base(row, now);
    let decided = |plan| Ok(Decided { plan, base: base.map(|base| base.made.id), chain: Some(chain) });
    let is_current = base.is_some_and(|base| base.is(now));
    let period = board.containing(day);
    let stored = situation.months.get(&(submission.unit, period));
    let stored =
        stored.and_then(|state| state.incidents.iter().find(|incident| Some(incident.report) == now));
    let Some(stored) = stored.filter(|_| !is_current) else {
        return decided(decide_submission(&situation, &submission));
    };
    let given = Event { day, values: submission.values.clone() };
    let stands = Event { day: stored.day, values: stored.values.clone() };
    let base_event = base_event(situation.catalogue, base, known.unheard_of(row))?;
    match merge_events(base_event.as_ref(), &given, &stands) {
        Ok(merged) if board.containing(merged.day) == period => {
            submission.kind = SubmissionKind::Incident(merged.day);
            submission.values = merged.values;
            decided(decide_submission(&situation, &submission))
        }
        Ok(_) => decided(both_kept(&submission, &given, (stored.report, period), Vec::new())),
        Err(held) => decided(both_kept(&submission, &given, (stored.report, period), held)),
    }
}

fn base_event(
    catalogue: &Catalogue,
    base: Option<Base<'_>>,
    assumed: Option<&Assumed>,
) -> DbResult<Option<Event>> {
    if let Some(base) = base {
        let (values, day) = base.event(catalogue)?;
        return Ok(day.map(|day| Event { day, values }));
    }
    Ok(assumed.and_then(|assumed| Some(Event { day: assumed.day?, values: assumed.values.clone() })))
}

/// What was stored stays, and what was given is kept for the officer.
fn both_kept(
    submission: &Submission,
    given: &Event,
    (stored, period): (ReportId, Period),
    conflicts: Vec<Held>,
) -> SubmissionPlan {
    let proposal = NewReport {
        unit: submission.unit,
        period,
        day: Some(given.day),
        previous: Some(stored),
        values: given.values.clone(),
        rest_zero: false,
        proposal: true,
        flagged: true,
        added: None,
    };
    SubmissionPlan {
        outcome: intake::Outcome::Conflict,
        report: None,
        proposal: Some(proposal),
        conflicts,
        flags: vec![intake::Flag::Conflict],
    }
}
