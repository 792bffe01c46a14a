//! What officers decide about reports that are kept for them.

use actix_web::web;
use serde::{Deserialize, Serialize};

use super::Site;
use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::parameters;
use crate::domain::indicator::Catalogue;
use crate::domain::intake::Held;
use crate::flows::intake::{JudgeError, Verdict, judge};

/// How a proposal is accepted.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptRequest {
    /// Whether it counts even where the figures that it changes have changed since it came.
    #[serde(default)]
    insist: bool,
}

/// How a proposal is refused.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefuseRequest {}

/// What came of a proposal.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct JudgementResponse {
    /// The proposal.
    proposal: String,
    /// `accepted` or `refused`.
    outcome: &'static str,
    /// The version that it made.
    report: Option<String>,
    /// The number of that version.
    version: Option<i32>,
}

fn problem(error: JudgeError, catalogue: &Catalogue) -> Problem {
    match error {
        JudgeError::NotFound => Problem::new(Code::NotFound),
        JudgeError::Decided { .. } => Problem::new(Code::AlreadyDecided).detail(error.to_string()),
        JudgeError::Differs(held) => {
            let field = |held: &Held| {
                let code = catalogue
                    .by_id(held.indicator)
                    .map_or_else(|| held.indicator.to_string(), |indicator| indicator.code.clone());
                let detail = format!("stands at {}, proposed {}", held.stored, held.given);
                FieldError::new(format!("/values/{code}"), "changed_since", detail)
            };
            Problem::new(Code::VersionConflict)
                .detail("Look at the figures as they are now, then accept with insist, or refuse")
                .errors(held.iter().map(field).collect())
        }
        JudgeError::Db(error) => error.into(),
    }
}

/// Accepts a proposal: it makes the next version, and a closed month is revised by it. The sender is told by SMS.
#[utoipa::path(post, path = "/api/v1/reports/{id}/accept", tag = "reports", request_body = AcceptRequest,
    params(("id" = String, Path, description = "The id of the proposal")), security(("bearer" = [])), responses(
    (status = 200, body = JudgementResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn accept_report(
    site: web::Data<Site>,
    caller: Authenticated,
    id: web::Path<String>,
    Json(body): Json<AcceptRequest>,
) -> Result<web::Json<JudgementResponse>, Problem> {
    decide(&site, caller, &id, Verdict::Accept { insist: body.insist }).await
}

/// Refuses a proposal: nothing changes. The sender is told by SMS.
#[utoipa::path(post, path = "/api/v1/reports/{id}/refuse", tag = "reports", request_body = RefuseRequest,
    params(("id" = String, Path, description = "The id of the proposal")), security(("bearer" = [])), responses(
    (status = 200, body = JudgementResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn refuse_report(
    site: web::Data<Site>,
    caller: Authenticated,
    id: web::Path<String>,
    Json(RefuseRequest {}): Json<RefuseRequest>,
) -> Result<web::Json<JudgementResponse>, Problem> {
    decide(&site, caller, &id, Verdict::Refuse).await
}

async fn decide(
    site: &Site,
    Authenticated(caller): Authenticated,
    id: &str,
    ruling: Verdict,
) -> Result<web::Json<JudgementResponse>, Problem> {
    let proposal = parameters::id("id", id).map_err(|_| Problem::new(Code::NotFound))?;
    let context = site.intake.shared_context();
    let judged = judge(&site.db, &context, &caller, proposal, ruling).await;
    let judged = judged.map_err(|error| problem(error, &site.catalogue))?;
    // Texts may have been planned.
    context.planned.notify_waiters();
    Ok(web::Json(JudgementResponse {
        proposal: id.to_owned(),
        outcome: if matches!(ruling, Verdict::Refuse) { "refused" } else { "accepted" },
        report: judged.report.map(|(report, _)| report.to_string()),
        version: judged.report.map(|(_, version)| version),
    }))
}
