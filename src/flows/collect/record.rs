//! A form that can be read becomes a report.

use chrono::NaiveDate;

use super::{Answered, CollectError, Collecting, Fate, Sent};
use crate::crypto::sha256;
use crate::db::Conn;
use crate::db::history::{self, Version};
use crate::db::unit::Unit;
use crate::domain::access::Action;
use crate::domain::form::{Answer, Collected, FieldKind, Form};
use crate::domain::intake::{About, Figures, Refusal, Submission, SubmissionKind};
use crate::domain::period::Period;
use crate::domain::reply::{Item, Words};
use crate::domain::sync::merged_key;
use crate::domain::template::key;
use crate::flows::authenticate::Caller;
use crate::flows::intake::{NewSubmission, SubmissionOutcome, SubmissionReceipt};
use crate::flows::look_up;
use crate::flows::permit::{Forbidden, permit};

/// Indicators that a meeting counts as: the meeting, and who came.
const MEETINGS: &str = "TTB";
const ATTENDANCE: &str = "TTN";

impl Collecting {
    /// Records a form that was read.
    pub(super) async fn record(
        &self,
        caller: &Caller,
        form: &Form,
        sent: &Sent,
        collected: &Collected,
    ) -> Result<Answered, CollectError> {
        let Some(kind) = kind(collected) else {
            return Ok(self.say(Fate::Refused, key::FORM_EMPTY, &[]));
        };
        let unit = self.unit(caller, collected, kind).await?;
        let report = Report {
            unit: &unit,
            kind,
            values: self.figures(form, collected),
            rest_zero: collected.entry.answers.get("rest_zero") == Some(&Answer::YesNo(true)),
            confirmed: collected.confirmed,
            note: note(form, collected),
        };
        self.submit(caller, sent, report).await
    }

    /// Submits what a form reports, under the form's id.
    pub(super) async fn submit(
        &self,
        caller: &Caller,
        sent: &Sent,
        report: Report<'_>,
    ) -> Result<Answered, CollectError> {
        let Report { unit, kind, values, rest_zero, confirmed, note } = report;
        let corrected = self.corrected(sent, unit, kind).await?;
        let submission = NewSubmission {
            client_id: sent.instance.id.clone(),
            content_digest: sha256(&[b"OpenRosa\0", &sent.xml]),
            report: Submission {
                unit: unit.id,
                kind,
                values,
                rest_zero,
                base_version: corrected.version,
                base_values: Figures::new(),
                confirmed,
                author: caller.person_id(),
                replaces: corrected.incident,
            },
            note,
            source: "openrosa",
            account_id: caller.account_id(),
            received_at: self.clock.now_micros(),
        };
        let receipt = self.intake.submit(submission).await?;
        if receipt.outcome == SubmissionOutcome::UnknownUnit {
            return Err(Forbidden(Action::SubmitReport.name()).into());
        }
        let report = receipt.report.map(|(id, _)| id).or(corrected.incident);
        Ok(Answered { report, ..self.told(unit, kind, &receipt) })
    }

    /// The unit that the form names, if the caller reports for it.
    async fn unit(
        &self,
        caller: &Caller,
        collected: &Collected,
        kind: SubmissionKind,
    ) -> Result<Unit, CollectError> {
        let forbidden = || Forbidden(Action::SubmitReport.name());
        let Some(Answer::Unit(code)) = collected.entry.answers.get("unit") else {
            return Err(forbidden().into());
        };
        let then = match kind {
            SubmissionKind::Month(period) => self.intake.context().rules.calendar.span(period).to,
            SubmissionKind::Incident(day) => day,
        };
        let today = look_up::unit(&self.db, code.clone(), self.clock.today()).await?;
        let unit = match today {
            Some(unit) => Some(unit),
            None => look_up::unit(&self.db, code.clone(), then).await?,
        };
        let unit =
            unit.filter(|unit| matches!(unit.kind.as_str(), "hamlet" | "commune")).ok_or_else(forbidden)?;
        permit(caller, Action::SubmitReport, &unit)?;
        Ok(unit)
    }

    /// What the form corrects, where it says that it does.
    async fn corrected(
        &self,
        sent: &Sent,
        unit: &Unit,
        kind: SubmissionKind,
    ) -> Result<Corrected, CollectError> {
        let Some(earlier) = sent.instance.deprecated_id.clone() else { return Ok(Corrected::default()) };
        // What an officer accepted goes on under a key of its own.
        let (id, accepted) = (earlier.clone(), merged_key(&earlier));
        let key = accepted.clone();
        let load = move |conn: &mut Conn| {
            let sent = history::chain_of_client(conn, &id)?;
            let waited = sent.iter().all(|version| version.proposal);
            if waited { history::chain_of_client(conn, &key) } else { Ok(sent) }
        };
        let chain = self.db.read(load).await?;
        let of_unit = |version: &&Version| version.unit_id == unit.id && !version.proposal;
        let is_sent = |key: &String| *key == earlier || *key == accepted;
        let sent_then = chain.iter().filter(of_unit).find(|v| v.client_id.as_ref().is_some_and(is_sent));
        let Some(sent_then) = sent_then else { return Ok(Corrected::default()) };
        Ok(match kind {
            SubmissionKind::Month(period) => Corrected {
                version: (sent_then.period == period.number() && sent_then.day.is_none())
                    .then_some(sent_then.version),
                incident: None,
            },
            SubmissionKind::Incident(_) => Corrected {
                version: None,
                incident: chain.iter().rfind(of_unit).filter(|v| v.day.is_some()).map(|v| v.id),
            },
        })
    }

    fn figures(&self, form: &Form, collected: &Collected) -> Figures {
        let catalogue = &self.intake.context().rules.catalogue;
        let mut figures: Vec<(&str, i64)> = collected.entry.figures(form).collect();
        if form.code == "meeting" {
            figures.push((MEETINGS, 1));
            if let Some(Answer::Number(people)) = collected.entry.answers.get("attendance") {
                figures.push((ATTENDANCE, *people));
            }
        }
        let known = |(code, figure): (&str, i64)| Some((catalogue.by_code(code)?.id, figure));
        figures.into_iter().filter_map(known).collect()
    }

    /// What is said to whoever sent the form.
    fn told(&self, unit: &Unit, kind: SubmissionKind, receipt: &SubmissionReceipt) -> Answered {
        let words = self.words();
        let (calendar, templates) = (words.calendar, words.templates);
        let (period, day) = match kind {
            SubmissionKind::Month(period) => (period, None),
            SubmissionKind::Incident(day) => (calendar.containing(day), Some(day)),
        };
        let about = about(&words, unit, period, day);
        let held: Vec<Item> =
            receipt.conflicts.iter().map(|h| Item::Held(h.indicator, h.stored, h.given)).collect();
        let with_held = |fate, key| {
            let reply = words.reply_with(key, about.clone(), "held", &held, "");
            Answered { fate, message: templates.render(reply.key, &reply.fields, true), report: None }
        };
        match receipt.outcome {
            SubmissionOutcome::Created | SubmissionOutcome::Replayed => {
                let key = if day.is_some() { key::FORM_INCIDENT } else { key::FORM_RECORDED };
                self.say(Fate::Taken, key, &about)
            }
            SubmissionOutcome::Unchanged => self.say(Fate::Taken, key::FORM_UNCHANGED, &about),
            SubmissionOutcome::Proposed => self.say(Fate::Taken, key::FORM_PROPOSED, &about),
            SubmissionOutcome::Conflict => with_held(Fate::Taken, key::FORM_CONFLICT),
            SubmissionOutcome::Unconfirmed(About::Repeat) if day.is_some() => {
                self.say(Fate::Contradicts, key::FORM_REPEAT, &about)
            }
            SubmissionOutcome::Unconfirmed(_) => with_held(Fate::Contradicts, key::FORM_CONFIRM),
            SubmissionOutcome::IdTaken => self.say(Fate::Contradicts, key::FORM_ID_TAKEN, &[]),
            SubmissionOutcome::Refused(Refusal::Empty) => self.say(Fate::Refused, key::FORM_EMPTY, &[]),
            SubmissionOutcome::Refused(Refusal::NoSuchIncident) => {
                self.say(Fate::Refused, key::FORM_NO_INCIDENT, &[])
            }
            SubmissionOutcome::Refused(Refusal::TooFarAhead | Refusal::TooFarBack | Refusal::FutureDay)
            | SubmissionOutcome::UnknownUnit => self.say(Fate::Refused, key::FORM_FAR, &about),
        }
    }
}

/// What a form reports.
pub(super) struct Report<'u> {
    pub(super) unit: &'u Unit,
    pub(super) kind: SubmissionKind,
    pub(super) values: Figures,
    pub(super) rest_zero: bool,
    /// Whether the person insists on the figures.
    pub(super) confirmed: bool,
    pub(super) note: Option<String>,
}

/// The version of a month's return, or the incident, that a form corrects.
#[derive(Debug, Clone, Copy, Default)]
struct Corrected {
    version: Option<i32>,
    incident: Option<i64>,
}

/// What the form covers.
fn kind(collected: &Collected) -> Option<SubmissionKind> {
    let answer = |name| collected.entry.answers.get(name);
    match (answer("period"), answer("day")) {
        (Some(Answer::Period(period)), _) => Some(SubmissionKind::Month(*period)),
        (_, Some(Answer::Day(day))) => Some(SubmissionKind::Incident(*day)),
        _ => None,
    }
}

/// The note, and before it what was chosen, which is no figure.
fn note(form: &Form, collected: &Collected) -> Option<String> {
    let mut parts = Vec::new();
    for field in &form.fields {
        match (&field.kind, collected.entry.answers.get(&field.name)) {
            (FieldKind::Choice { choices }, Some(Answer::Choice(name))) => {
                let label = choices.iter().find(|choice| choice.name == *name).map(|choice| &choice.label);
                parts.extend(label.map(|label| format!("{}: {label}", field.label)));
            }
            (FieldKind::Text { .. }, Some(Answer::Text(text))) => parts.push(text.clone()),
            _ => {}
        }
    }
    if parts.is_empty() { None } else { Some(parts.join("\n")) }
}

/// What the answer is about; the day only of an incident.
fn about(
    words: &Words<'_>,
    unit: &Unit,
    period: Period,
    day: Option<NaiveDate>,
) -> Vec<(&'static str, String)> {
    let day = day.map(|day| ("day", words.day(day)));
    day.into_iter().chain([("month", words.month(period)), ("hamlet", words.name(&unit.name))]).collect()
}
