//! Sending a report: `POST /api/v1/reports`.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::idempotency::{Given, IdempotencyKey, once};
use super::{Site, parameters};
use crate::crypto::{Digest, sha256};
use crate::db::unit::Unit;
use crate::domain::access::Action;
use crate::domain::indicator::{Catalogue, Indicator};
use crate::domain::intake::{Figures, Held, Refusal, Submission, SubmissionKind};
use crate::domain::period::Period;
use crate::flows::authenticate::Caller;
use crate::flows::intake::{
    IntakeError, NewSubmission, SubmissionOutcome, SubmissionReceipt, name_of_doubt, refusal_name,
};
use crate::flows::look_up;
use crate::flows::permit::permit;

/// Characters of a report's id.
const LONGEST_ID: usize = 64;
/// Characters of a note.
const LONGEST_NOTE: usize = 1_000;

/// A report of a hamlet (or of what a commune itself counts).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportRequest {
    /// Made by the client, a UUID for example: the same id again with the same content changes nothing.
    pub(super) id: String,
    /// The code of the unit.
    pub(super) unit: String,
    /// `month`: the account of a month; `incident`: an event on a day.
    pub(super) kind: ReportKind,
    /// The month of an account, `YYYY-MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) period: Option<String>,
    /// The day of an incident, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) day: Option<String>,
    /// Figures by code of the indicator; what is left out is not stated, which is not 0.
    pub(super) values: BTreeMap<String, i64>,
    /// Whether everything that is left out is 0.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) rest_zero: bool,
    /// A note for the officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    /// The version of the month's account that the client started from; left out: it knew of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base_version: Option<i32>,
    /// Whether the person was shown what the report contradicts, and insists.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) confirmed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What a report covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReportKind {
    /// The account of a month.
    Month,
    /// An event on a day.
    Incident,
}

/// What became of a report.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SubmissionResponse {
    /// The id that the client gave it.
    id: String,
    /// `created`, `unchanged` (all of it was already so), `replayed`, or `proposed` (the month is closed: an officer
    /// decides).
    outcome: &'static str,
    /// The id of the version that it made.
    report: Option<String>,
    /// The number of that version.
    version: Option<i32>,
}

/// Sends a report. 201: a new version; 200: the same id with the same content was there before, or all of it was
/// already so; 409: the id was used for another content, others changed the same figures meanwhile, or the report
/// contradicts what is stored and must be confirmed.
#[utoipa::path(post, path = "/api/v1/reports", tag = "reports", security(("bearer" = [])), request_body = ReportRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again is answered as before")),
    responses(
    (status = 201, body = SubmissionResponse),
    (status = 200, body = SubmissionResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn submit_report(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Json(request): Json<ReportRequest>,
) -> Result<HttpResponse, Problem> {
    let content = content_digest(&request)?;
    once(&site, &caller, key, content, submit(&site, &caller, request, content)).await
}

async fn submit(
    site: &Site,
    caller: &Caller,
    request: ReportRequest,
    content_digest: Digest,
) -> Result<Given, Problem> {
    let checked = check(&request, &site.catalogue).map_err(|errors| {
        let first = errors.first().map(|error| format!("{}: {}", error.pointer, error.detail));
        Problem::new(Code::ValidationFailed).detail(first.unwrap_or_default()).errors(errors)
    })?;
    let unit = reporting_unit(site, &request.unit, checked.kind).await?;
    permit(caller, Action::SubmitReport, &unit)?;
    let submission = NewSubmission {
        client_id: request.id.clone(),
        content_digest,
        report: Submission {
            unit: unit.id,
            kind: checked.kind,
            values: checked.values,
            rest_zero: request.rest_zero,
            base_version: request.base_version,
            // The flow looks up what that version stated.
            base_values: Figures::new(),
            confirmed: request.confirmed,
            author: caller.person_id(),
            replaces: None,
        },
        note: request.note,
        source: if caller.person_id().is_some() { "app" } else { "api" },
        account_id: caller.account_id(),
        received_at: site.clock.now_micros(),
    };
    answer(request.id, site.intake.submit(submission).await?, &site.catalogue)
}

/// What a report says, in the program's own types.
pub(super) struct Checked {
    /// What it covers.
    pub(super) kind: SubmissionKind,
    /// What it states.
    pub(super) values: Figures,
}

/// Checks what a report says by itself.
pub(super) fn check(request: &ReportRequest, catalogue: &Catalogue) -> Result<Checked, Vec<FieldError>> {
    let mut errors = Vec::new();
    check_texts(request, &mut errors);
    let kind = check_kind(request).map_err(|error| errors.push(error)).ok();
    let mut values = Figures::new();
    for (code, figure) in &request.values {
        match check_value(code, *figure, catalogue) {
            Ok(indicator) => drop(values.insert(indicator.id, *figure)),
            Err(error) => errors.push(error),
        }
    }
    match kind {
        Some(kind) if errors.is_empty() => Ok(Checked { kind, values }),
        _ => Err(errors),
    }
}

fn check_texts(request: &ReportRequest, errors: &mut Vec<FieldError>) {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    if request.id.is_empty() || request.id.len() > LONGEST_ID || !request.id.bytes().all(plain) {
        let advice = format!("1 to {LONGEST_ID} letters, digits, “-”, “_”, “.”, “:”");
        errors.push(FieldError::new("/id", "bad_id", advice));
    }
    if request.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        let advice = format!("{LONGEST_NOTE} characters at most");
        errors.push(FieldError::new("/note", "too_long", advice));
    }
    if request.base_version.is_some_and(|version| version < 1) {
        errors.push(FieldError::new(
            "/base_version",
            "bad_version",
            "versions are counted from 1; leave it out for none",
        ));
    }
}

fn check_kind(request: &ReportRequest) -> Result<SubmissionKind, FieldError> {
    match (request.kind, &request.period, &request.day) {
        (ReportKind::Month, Some(period), None) => {
            let period = period.parse::<Period>();
            period
                .map(SubmissionKind::Month)
                .map_err(|error| FieldError::new("/period", "bad_period", error.to_string()))
        }
        (ReportKind::Incident, None, Some(day)) => {
            parameters::day("day", day).map(SubmissionKind::Incident).map_err(|_| {
                FieldError::new("/day", "bad_day", "a day is written YYYY-MM-DD, for example 2026-03-12")
            })
        }
        (ReportKind::Month, None, _) => {
            Err(FieldError::new("/period", "missing_field", "a month's report names its period"))
        }
        (ReportKind::Month, _, Some(_)) => {
            Err(FieldError::new("/day", "unknown_field", "a month's report has no day"))
        }
        (ReportKind::Incident, _, None) => {
            Err(FieldError::new("/day", "missing_field", "an incident names its day"))
        }
        (ReportKind::Incident, Some(_), _) => {
            Err(FieldError::new("/period", "unknown_field", "an incident counts in the month of its day"))
        }
    }
}

fn check_value<'a>(code: &str, figure: i64, catalogue: &'a Catalogue) -> Result<&'a Indicator, FieldError> {
    let error = |name, advice: String| {
        FieldError::new(format!("/values/{}", code.replace('~', "~0").replace('/', "~1")), name, advice)
    };
    let Some(indicator) = catalogue.by_code(code) else {
        return Err(error(
            "unknown_indicator",
            "there is no indicator with this code; GET /api/v1/indicators lists them".to_owned(),
        ));
    };
    if figure < 0 {
        return Err(error("negative", "a figure is 0 or more".to_owned()));
    }
    if figure > indicator.max {
        return Err(error("absurd", format!("{} at most is believed in one report", indicator.max)));
    }
    Ok(indicator)
}

/// The unit that reports: by its code of today, else by its code of the time that the report is about.
async fn reporting_unit(site: &Site, code: &str, kind: SubmissionKind) -> Result<Unit, Problem> {
    let unknown = || {
        let error = FieldError::new("/unit", "unknown_unit", "there is no such unit on that day");
        Problem::new(Code::ValidationFailed).detail("There is no such unit on that day").errors(vec![error])
    };
    let code = parameters::unit_code(code).map_err(|_| unknown())?;
    let then = match kind {
        SubmissionKind::Month(period) => site.calendar.span(period).to,
        SubmissionKind::Incident(day) => day,
    };
    let unit = match look_up::unit(&site.db, code.clone(), site.clock.today()).await? {
        Some(unit) => unit,
        None => look_up::unit(&site.db, code, then).await?.ok_or_else(unknown)?,
    };
    if matches!(unit.kind.as_str(), "hamlet" | "commune") {
        return Ok(unit);
    }
    let error = FieldError::new("/unit", "cannot_report", "hamlets and communes report");
    Err(Problem::new(Code::ValidationFailed).errors(vec![error]))
}

/// Digest of all that the report says, independent of the order and spacing of its JSON.
fn content_digest(request: &ReportRequest) -> Result<Digest, Problem> {
    let text = serde_json::to_vec(request).map_err(|error| Problem::internal(&error))?;
    Ok(sha256(&[b"POST /api/v1/reports\0", &text]))
}

fn answer(id: String, receipt: SubmissionReceipt, catalogue: &Catalogue) -> Result<Given, Problem> {
    let (status, outcome) = match receipt.outcome {
        SubmissionOutcome::Created => (StatusCode::CREATED, "created"),
        SubmissionOutcome::Proposed => (StatusCode::CREATED, "proposed"),
        SubmissionOutcome::Unchanged => (StatusCode::OK, "unchanged"),
        SubmissionOutcome::Replayed => (StatusCode::OK, "replayed"),
        SubmissionOutcome::IdTaken => return Err(Problem::new(Code::IdTaken)),
        SubmissionOutcome::Conflict => {
            let errors = conflicts(&receipt.conflicts, catalogue);
            return Err(Problem::new(Code::VersionConflict).errors(errors));
        }
        SubmissionOutcome::Unconfirmed(about) => {
            let about = name_of_doubt(about);
            let detail = format!(
                "The report contradicts what is stored ({about}); show the difference and send it again under another id with \
                 \"confirmed\": true"
            );
            let mut errors = conflicts(&receipt.conflicts, catalogue);
            errors.push(FieldError::new("/confirmed", about, "whether the person insists"));
            return Err(Problem::new(Code::ConfirmationNeeded).detail(detail).errors(errors));
        }
        SubmissionOutcome::Refused(refusal) => {
            let pointer = match refusal {
                Refusal::TooFarAhead | Refusal::TooFarBack => "/period",
                Refusal::FutureDay | Refusal::NoSuchIncident => "/day",
                Refusal::Empty => "/values",
            };
            let error = FieldError::new(pointer, refusal_name(refusal), refusal.to_string());
            return Err(Problem::new(Code::ValidationFailed).detail(refusal.to_string()).errors(vec![error]));
        }
        SubmissionOutcome::UnknownUnit => return Err(Problem::new(Code::UnknownUnit)),
    };
    let (report, version) = receipt.report.unzip();
    let response = SubmissionResponse { id, outcome, report: report.map(|id| id.to_string()), version };
    let body = serde_json::to_string(&response).map_err(|error| Problem::internal(&error))?;
    Ok(Given { status, body })
}

fn conflicts(held: &[Held], catalogue: &Catalogue) -> Vec<FieldError> {
    let error = |held: &Held| {
        let code = &catalogue.by_id(held.indicator)?.code;
        let detail = format!("stored: {}; given: {}", held.stored, held.given);
        Some(FieldError::new(format!("/values/{code}"), "conflict", detail))
    };
    held.iter().filter_map(error).collect()
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Busy => Problem::new(Code::Busy).retry_after(1),
            IntakeError::Unavailable => Problem::new(Code::Unavailable),
            IntakeError::Db(error) => error.into(),
            IntakeError::Crypto(_) => Problem::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(change: impl Fn(&mut ReportRequest)) -> ReportRequest {
        let mut request = ReportRequest {
            id: "a-1".to_owned(),
            unit: "03847001".to_owned(),
            kind: ReportKind::Month,
            period: Some("2026-03".to_owned()),
            day: None,
            values: BTreeMap::from([("TC".to_owned(), 2)]),
            rest_zero: false,
            note: None,
            base_version: None,
            confirmed: false,
        };
        change(&mut request);
        request
    }

    fn refusals(change: impl Fn(&mut ReportRequest)) -> Vec<(String, &'static str)> {
        let errors = check(&request(change), &Catalogue::shipped().unwrap()).err().unwrap_or_default();
        errors.into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let all = refusals(|r| {
            r.id = "a b".to_owned();
            r.period = Some("2026-13".to_owned());
            r.values = BTreeMap::from([("XX".to_owned(), 1), ("TC".to_owned(), -1), ("CG".to_owned(), 51)]);
            r.note = Some("x".repeat(1_001));
        });
        let expected = [
            ("/id", "bad_id"),
            ("/note", "too_long"),
            ("/period", "bad_period"),
            ("/values/CG", "absurd"),
            ("/values/TC", "negative"),
            ("/values/XX", "unknown_indicator"),
        ];
        assert_eq!(all, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn a_month_has_a_period_and_an_incident_a_day() {
        assert_eq!(refusals(|_| ()), []);
        assert_eq!(refusals(|r| r.period = None), [("/period".to_owned(), "missing_field")]);
        assert_eq!(
            refusals(|r| r.day = Some("2026-03-01".to_owned())),
            [("/day".to_owned(), "unknown_field")]
        );
        assert_eq!(refusals(|r| r.kind = ReportKind::Incident), [("/day".to_owned(), "missing_field")]);
        let incident = |day: &str| {
            refusals(|r| {
                r.kind = ReportKind::Incident;
                r.period = None;
                r.day = Some(day.to_owned());
            })
        };
        assert_eq!(incident("2026-03-01"), []);
        assert_eq!(incident("2026-02-30"), [("/day".to_owned(), "bad_day")]);
    }

    #[test]
    fn the_digest_is_of_the_content_not_of_its_spelling() {
        let parse = |text: &str| serde_json::from_str::<ReportRequest>(text).unwrap();
        let a = parse(r#"{"id":"1","unit":"u","kind":"month","period":"2026-03","values":{"TC":2,"CG":1}}"#);
        let b = parse(
            r#"{"values":{"CG":1,"TC":2},"period":"2026-03", "kind":"month","unit":"u","id":"1","note":null}"#,
        );
        let c = parse(r#"{"id":"1","unit":"u","kind":"month","period":"2026-03","values":{"TC":3,"CG":1}}"#);
        assert_eq!(content_digest(&a).unwrap(), content_digest(&b).unwrap());
        assert_ne!(content_digest(&a).unwrap(), content_digest(&c).unwrap());
    }
}
