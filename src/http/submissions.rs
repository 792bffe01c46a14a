//! Sending a report: `POST /api/v1/reports`.

pub(super) mod report;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::idempotency::{Given, IdempotencyKey, once};
use super::{Site, parameters};
use crate::crypto::{Digest, sha256};
use crate::db::unit::Unit;
use crate::domain::access::Action;
use crate::domain::indicator::Catalogue;
use crate::domain::intake::{Figures, Held, Refusal, Submission, SubmissionKind};
use crate::flows::authenticate::Caller;
use crate::flows::intake::{
    IntakeError, NewSubmission, SubmissionOutcome, SubmissionReceipt, name_of_doubt, refusal_name,
};
use crate::flows::look_up;
use crate::flows::permit::permit;
use report::{ReportRequest, check};

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
    /// Whether the caller is practising: so it would be, and nothing is stored.
    practice: bool,
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
        source: caller.source(),
        account_id: caller.account_id(),
        received_at: site.clock.now_micros(),
    };
    answer(request.id, site.intake.submit(submission).await?, &site.catalogue)
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
    let (report, practice) = (report.map(|id| id.to_string()), receipt.practice);
    let response = SubmissionResponse { id, outcome, report, version, practice };
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
