//! Rows that clients of sync push: each is an edit of a document that grew from some revision of it. An edit of the current
//! revision replaces it; others may have changed the document meanwhile, and then both are brought together by field.

mod decide;
mod known;

use chrono::NaiveDate;

use super::NewSubmission;
use super::board::Board;
use super::ledger::Ledger;
use crate::db::DbResult;
use crate::db::sync::Made;
use crate::domain::ids::ReportId;
use crate::domain::intake::{self, About, Figures, Held, NewReport, Refusal, Submission, SubmissionKind};
use crate::domain::period::Period;
use crate::domain::sync::State;
use decide::decide;
pub(super) use known::KnownRows;

/// A row as a client pushed it, checked against the catalogue.
#[derive(Debug, Clone)]
pub struct NewRow {
    /// What it reports; its `client_id` is the [key](crate::domain::sync::key) of document and revision.
    pub submission: NewSubmission,
    /// Whose it is: the id of the person or account.
    pub client: i64,
    /// The code of the unit.
    pub unit: String,
    /// The document.
    pub document: String,
    /// The revision.
    pub rev: String,
    /// What the client takes for the server's state.
    pub assumed: Option<Assumed>,
    /// Revisions of the client that this one grew from and whose fate it does not know, latest first.
    pub before: Vec<String>,
}

/// What a client takes for the server's state of a document.
#[derive(Debug, Clone, Default)]
pub struct Assumed {
    /// The revision.
    pub rev: String,
    /// What it states.
    pub values: Figures,
    /// The day of an incident.
    pub day: Option<NaiveDate>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReceipt {
    /// What became of it. One that is quarantined is not stored yet.
    pub state: State,
    /// Why, where it was not taken as it came.
    pub code: Option<&'static str>,
    /// Figures on which it and what is stored disagree.
    pub conflicts: Vec<Held>,
    /// The current version of its document.
    pub current: Option<ReportId>,
}

impl NewRow {
    fn is_incident(&self) -> bool {
        matches!(self.submission.report.kind, SubmissionKind::Incident(_))
    }

    /// What the row's version is stored under.
    pub(super) fn key(&self) -> &str {
        &self.submission.client_id
    }

    /// The revisions that it may have grown from, the one that the server gave first.
    fn ancestors(&self) -> impl Iterator<Item = &String> {
        self.assumed.iter().map(|assumed| &assumed.rev).chain(&self.before)
    }
}

/// Records a row, unless it cannot be a report.
pub(super) fn record_row(
    known: &mut KnownRows,
    board: &mut Board,
    ledger: &mut Ledger,
    row: &NewRow,
    practises: bool,
) -> DbResult<RowReceipt> {
    let unit = row.submission.report.unit;
    if !board.knows(unit) {
        return Ok(quarantined("unknown_unit"));
    }
    if let Some(earlier) = known.earlier(row).cloned() {
        return replay(known, board, ledger, row, &earlier);
    }
    let decided = decide(known, board, row)?;
    if let intake::Outcome::Refused(refusal) = decided.plan.outcome {
        return Ok(quarantined(refusal_name(refusal)));
    }
    let exact = decided.plan.report.as_ref().is_none_or(|report| is_exact(report, &row.submission.report));
    let (state, code) = state(decided.plan.outcome, exact);
    let conflicts = decided.plan.conflicts.clone();
    let state = if practises { State::Practised } else { state };
    let mut receipt = RowReceipt { state, code, conflicts, current: None };
    let mut made = None;
    if !practises {
        made = ledger.add_row(board, row, decided.plan, exact)?;
        for made in ledger.made_of(row) {
            known.add(made);
        }
    }
    receipt.current = current(board, row, decided.chain.or(made));
    ledger.tell_outcome(known.outcome(row), row, &receipt, (decided.base, made))?;
    Ok(receipt)
}

fn quarantined(code: &'static str) -> RowReceipt {
    RowReceipt { state: State::Quarantined, code: Some(code), conflicts: Vec::new(), current: None }
}

/// The same revision again: the client did not hear what became of it.
fn replay(
    known: &KnownRows,
    board: &Board,
    ledger: &mut Ledger,
    row: &NewRow,
    earlier: &Made,
) -> DbResult<RowReceipt> {
    // What an officer accepted goes on in a chain of its own.
    let accepted = if earlier.proposal { known.chain(row) } else { None };
    let chain = Some(accepted.unwrap_or(earlier.chain));
    if earlier.content != Some(row.submission.content_digest) {
        let current = current(board, row, chain).filter(|_| earlier.unit_id == row.submission.report.unit);
        return Ok(RowReceipt { current, ..quarantined("id_taken") });
    }
    let before = known.outcome(row).and_then(|outcome| State::by_name(&outcome.state));
    let merged = earlier.key.as_deref() != Some(row.key());
    let state = match before {
        Some(state) => state,
        None if earlier.proposal => State::Conflict,
        None if merged => State::Merged,
        None => State::Taken,
    };
    let current = current(board, row, chain);
    let receipt = RowReceipt { state, code: None, conflicts: Vec::new(), current };
    if before.is_none() {
        ledger.tell_outcome(None, row, &receipt, (None, Some(earlier.id)))?;
    }
    Ok(receipt)
}

/// The current version of the row's document.
fn current(board: &Board, row: &NewRow, chain: Option<ReportId>) -> Option<ReportId> {
    let state = board.months.get(&(row.submission.report.unit, period(board, row)))?;
    if !row.is_incident() {
        return state.month_return.as_ref().map(|current| current.report);
    }
    let of_chain = |report: &ReportId| board.chains.get(report).map(|chain| chain.id) == chain;
    state.incidents.iter().map(|incident| incident.report).find(of_chain)
}

fn period(board: &Board, row: &NewRow) -> Period {
    match row.submission.report.kind {
        SubmissionKind::Month(period) => period,
        SubmissionKind::Incident(day) => board.containing(day),
    }
}

/// Whether a version states what the client stated and nothing else.
fn is_exact(report: &NewReport, given: &Submission) -> bool {
    let day = match given.kind {
        SubmissionKind::Month(_) => None,
        SubmissionKind::Incident(day) => Some(day),
    };
    report.values == given.values && report.rest_zero == given.rest_zero && report.day == day
}

fn state(outcome: intake::Outcome, exact: bool) -> (State, Option<&'static str>) {
    match outcome {
        intake::Outcome::Created if exact => (State::Taken, None),
        intake::Outcome::Created => (State::Merged, None),
        intake::Outcome::Unchanged => (State::Unchanged, None),
        intake::Outcome::Conflict => (State::Conflict, Some("version_conflict")),
        intake::Outcome::Unconfirmed(about) => (State::Asked, Some(name(about))),
        intake::Outcome::Proposed => (State::Proposed, Some("month_closed")),
        intake::Outcome::Refused(refusal) => (State::Quarantined, Some(refusal_name(refusal))),
    }
}

/// What a person is asked about, in a word.
pub fn name(about: About) -> &'static str {
    match about {
        About::Zero => "zero",
        About::Lower => "lower",
        About::Jump => "jump",
        About::Repeat => "repeat",
        About::Included => "included",
        About::Cancel => "cancel",
    }
}

/// Why something cannot be a report, in a word.
pub fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::TooFarAhead => "too_far_ahead",
        Refusal::TooFarBack => "too_far_back",
        Refusal::FutureDay => "future_day",
        Refusal::Empty => "empty",
        Refusal::NoSuchIncident => "no_such_incident",
    }
}
