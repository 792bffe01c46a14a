//! Taking a report back, and taking that back again. Nothing is deleted: a version that states nothing, or what the
//! version before it stated, follows the one that was wrong.

use super::answer::Asked;
use super::case::{Case, Reads, Target};
use super::decide;
use super::plan::{Fate, NewReport, Plan, QuestionChange};
use super::record::{confirm_kind, kept, standing_reply};
use super::settle::{no_post, posts_at, which_hamlet};
use super::situation::{About, Figures, Hamlet, MonthState, Person, Return, Trust, Undo};
use super::weigh;
use crate::domain::period::Period;
use crate::domain::shortcode::{Intent, Why};
use crate::domain::template::key;

/// Whether the text wants to take an earlier one back and says nothing else.
pub(super) fn is_wanted(case: &Case<'_, '_>, reader: &impl Reads) -> bool {
    case.reading.intent == Intent::Ask
        && case.reading.why == Some(Why::Nothing)
        && reader.read_answer(case.text, case.day).erase
}

/// What is to be taken back, and what stands in its place.
struct Cancelled<'s> {
    target: Target<'s>,
    /// Of the month of `target`, and of others where one text told events of several months.
    reports: Vec<NewReport>,
    /// Whether it takes back what took something back.
    restores: bool,
}

/// Asks whether the month's return that the text names, or else the sender's latest report, is to be taken back.
pub(super) fn ask(case: &Case<'_, '_>, reader: &impl Reads) -> Plan {
    let cancelled = match found(case, reader) {
        Ok(Some(cancelled)) => cancelled,
        Ok(None) => return decide::ask(case),
        Err(plan) => return *plan,
    };
    let target = cancelled.target;
    let after = applied(case, target, &cancelled.reports);
    let key = if cancelled.restores { key::CONFIRM_RESTORE } else { key::CONFIRM_CANCEL };
    let reply = standing_reply(case, key, case.place(target), &after);
    let plan = case.asked(reply, confirm_kind(case, target, About::Cancel));
    Plan { person: Some(target.person.id), unit: Some(target.hamlet.id), ..plan }
}

impl<R: Reads> Asked<'_, '_, '_, R> {
    /// The sender says yes: it is taken back, if it still stands.
    pub(super) fn cancelled(&self) -> Plan {
        let reading = self.read_again();
        let case = self.case_of(&self.open.text, &reading, Default::default());
        let plan = match found(&case, self.reader) {
            Ok(Some(cancelled)) => written(&case, cancelled),
            Ok(None) => decide::ask(&case),
            Err(plan) => *plan,
        };
        match plan.question {
            QuestionChange::Keep => Plan { question: QuestionChange::Close, ..plan },
            _ => plan,
        }
    }
}

fn found<'s>(case: &Case<'s, '_>, reader: &impl Reads) -> Result<Option<Cancelled<'s>>, Box<Plan>> {
    match reader.read_answer(case.text, case.day).period {
        Some(period) => whole_month(case, period).map(Some),
        None => latest(case),
    }
}

/// The return of a month, as a whole.
fn whole_month<'s>(case: &Case<'s, '_>, period: Period) -> Result<Cancelled<'s>, Box<Plan>> {
    let (person, hamlet) = which_hamlet(case, period, Some(period))?;
    let target = Target { person, hamlet, period };
    let Some(stored) = case.state(hamlet.id, period).month_return.as_ref() else {
        return Err(Box::new(kept(case, target)));
    };
    let report = version(case, target, (stored.report, None), None);
    Ok(Cancelled { target, reports: vec![report], restores: false })
}

/// The latest report of the people at the number, as long as nobody has changed it since.
fn latest<'s>(case: &Case<'s, '_>) -> Result<Option<Cancelled<'s>>, Box<Plan>> {
    let reports = case.people.iter().filter_map(|person| Some((*person, person.last_report.as_ref()?)));
    let Some((person, last)) = reports.max_by_key(|(_, report)| report.at) else { return Ok(None) };
    let Some(first) = last.undo.last() else { return Ok(None) };
    let Some(hamlet) = hamlet_of(case, person, last.unit, last.period) else { return Err(no_post(case)) };
    if !last.undo.iter().all(|undo| stands(case, hamlet, undo)) {
        return Ok(None);
    }
    let target = Target { person, hamlet, period: first.period };
    let taken_back = |undo: &Undo| {
        let target = Target { period: undo.period, ..target };
        version(case, target, (undo.report, undo.day), undo.before.clone())
    };
    let reports = last.undo.iter().map(taken_back).collect();
    Ok(Some(Cancelled { target, reports, restores: first.took_back }))
}

/// Whether nobody has changed since what the version made.
fn stands(case: &Case<'_, '_>, hamlet: &Hamlet, undo: &Undo) -> bool {
    let state = case.state(hamlet.id, undo.period);
    let current = |report: i64| report == undo.report;
    match (undo.day, undo.took_back) {
        (None, true) => state.month_return.is_none() && undo.before.is_some(),
        (None, false) => state.month_return.as_ref().is_some_and(|stored| current(stored.report)),
        (Some(_), true) => undo.before.is_some(),
        (Some(_), false) => state.incidents.iter().any(|incident| current(incident.report)),
    }
}

fn hamlet_of<'s>(case: &Case<'s, '_>, person: &Person, unit: i64, period: Period) -> Option<&'s Hamlet> {
    let posts = posts_at(case, period);
    posts.into_iter().find(|(of, hamlet)| of.id == person.id && hamlet.id == unit).map(|(_, hamlet)| hamlet)
}

/// The version that follows `previous`: it states `before`, or nothing at all. It waits for the officer where the
/// month is closed, or the number can be forged and a figure would fall.
fn version(
    case: &Case<'_, '_>,
    target: Target<'_>,
    (previous, day): (i64, Option<chrono::NaiveDate>),
    before: Option<(Figures, bool)>,
) -> NewReport {
    let (values, rest_zero) = before.unwrap_or_default();
    let state = case.state(target.hamlet.id, target.period);
    let mut report = NewReport {
        unit: target.hamlet.id,
        period: target.period,
        day,
        previous: Some(previous),
        values,
        rest_zero,
        proposal: state.closed,
        flagged: false,
        added: None,
    };
    let unsure = case.situation.trust == Trust::Low && case.by_pin.is_none();
    let after = after(state, &report);
    let falls = |id: &i32| after.effective(*id).unwrap_or(0) < state.effective(*id).unwrap_or(0);
    report.proposal |= unsure && weigh::counting(state).iter().any(falls);
    report
}

fn written(case: &Case<'_, '_>, cancelled: Cancelled<'_>) -> Plan {
    let Cancelled { target, reports, restores } = cancelled;
    let month = |proposal: bool| reports.iter().find(|report| report.proposal == proposal).map(|r| r.period);
    let (waiting, done) = (month(true), month(false));
    let closed = waiting.is_some_and(|period| case.state(target.hamlet.id, period).closed);
    let (key, told) = match (waiting, done) {
        (Some(_), Some(done)) if closed => (key::CANCELLED_PART, done),
        (Some(waiting), _) if closed => (key::CLOSED, waiting),
        (Some(waiting), _) => (key::LOW_TRUST, waiting),
        (None, _) if restores => (key::RECORDED, target.period),
        (None, _) => (key::CANCELLED, target.period),
    };
    let fate = if waiting.is_some() { Fate::Proposed } else { Fate::Recorded };
    let told = Target { period: told, ..target };
    let mut fields = case.place(told);
    if key == key::CANCELLED_PART {
        fields.extend(waiting.map(|period| ("waiting", case.words.month(period))));
    }
    let reply = standing_reply(case, key, fields, &applied(case, told, &reports));
    let plan = case.answered(fate, reply);
    Plan { person: Some(target.person.id), unit: Some(target.hamlet.id), reports, ..plan }
}

/// The month of `target` as it is once `reports` are current.
fn applied(case: &Case<'_, '_>, target: Target<'_>, reports: &[NewReport]) -> MonthState {
    let state = case.state(target.hamlet.id, target.period).clone();
    reports
        .iter()
        .filter(|report| report.period == target.period)
        .fold(state, |state, report| after(&state, report))
}

/// A month as it is once `report` is current.
fn after(state: &MonthState, report: &NewReport) -> MonthState {
    let mut after = state.clone();
    let Some(day) = report.day else {
        after.month_return = (!report.takes_back()).then(|| Return {
            report: 0,
            version: 0,
            values: report.values.clone(),
            rest_zero: report.rest_zero,
            author: None,
        });
        return after;
    };
    after.incidents.retain(|incident| Some(incident.report) != report.previous);
    if !report.takes_back() {
        after.incidents.push(super::Incident { report: 0, day, values: report.values.clone() });
    }
    after
}
