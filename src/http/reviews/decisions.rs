//! Files handed in, decisions, certificates.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{DecisionResponse, ReviewResponse, given, request_digest};
use crate::domain::review::Step;
use crate::domain::review::steps::Decision;
use crate::flows::review::Done;
use crate::http::Site;
use crate::http::auth::Authenticated;
use crate::http::body::Json;
use crate::http::error::{Problem, ProblemBody};
use crate::http::idempotency::{IdempotencyKey, once};
use crate::http::parameters;

/// Hands in the file of a review: every document of the scheme must be there.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/file", tag = "reviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the review")), responses(
    (status = 200, body = ReviewResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn file_review(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<ReviewResponse>, Problem> {
    let id = parameters::id("id", &id)?;
    let Done { what: review, practice } = site.reviews.file(&caller, id).await?;
    let shown = site.reviews.show(&caller, id).await?;
    Ok(web::Json(ReviewResponse { practice, ..ReviewResponse::new(review, shown.unit.code) }))
}

/// What is decided of one or many reviews, all of them or none.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct DecisionRequest {
    /// The ids of the reviews, 500 at most.
    reviews: Vec<String>,
    /// `return`, `accept`, `recognise`, `refuse` or `revoke`.
    step: StepName,
    /// Why: for return, refuse, revoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The number of the decision: for recognise, revoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// The day on which it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signer: Option<String>,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum StepName {
    Return,
    Accept,
    Recognise,
    Refuse,
    Revoke,
}

impl DecisionRequest {
    fn step(&self, today: NaiveDate) -> Step {
        let reason = self.reason.clone().unwrap_or_default();
        // What is left out is empty, and refused as such by its name.
        let decision = Decision {
            number: self.number.clone().filter(|_| self.day.is_some()).unwrap_or_default(),
            day: self.day.unwrap_or(today),
            signer: self.signer.clone().unwrap_or_default(),
        };
        match self.step {
            StepName::Return => Step::Return { reason },
            StepName::Accept => Step::Accept,
            StepName::Recognise => Step::Recognise(decision),
            StepName::Refuse => Step::Refuse { reason },
            StepName::Revoke => Step::Revoke { reason, decision },
        }
    }
}

/// The reviews after a decision.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct DecidedResponse {
    /// Their ids.
    reviews: Vec<String>,
    /// Where they stand.
    state: Option<&'static str>,
    /// Whether the caller is practising: so it would be, and nothing is stored.
    practice: bool,
}

/// Returns, accepts, recognises, refuses or revokes: one decision for one or many reviews.
#[utoipa::path(post, path = "/api/v1/reviews/decisions", tag = "reviews", security(("bearer" = [])),
    request_body = DecisionRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again is answered as before")),
    responses(
    (status = 200, body = DecidedResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn decide_reviews(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Json(request): Json<DecisionRequest>,
) -> Result<HttpResponse, Problem> {
    let digest = request_digest("POST /api/v1/reviews/decisions", &request)?;
    let work = async {
        let ids = request.reviews.iter().map(|id| parameters::id("reviews", id));
        let ids = ids.collect::<Result<Vec<i64>, _>>()?;
        let step = request.step(site.clock.today());
        let Done { what: decided, practice } = site.reviews.decide(&caller, ids, step).await?;
        let response = DecidedResponse {
            practice,
            state: decided.first().map(|review| review.state.name()),
            reviews: decided.into_iter().map(|review| review.id.to_string()).collect(),
        };
        given(StatusCode::OK, &response)
    };
    once(&site, &caller, key, digest, work).await
}

/// What the certificate of a recognised unit says.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct CertificateResponse {
    /// What is certified.
    title: &'static str,
    /// The year.
    year: i32,
    /// The regulation.
    regulation: String,
    /// The code of the unit.
    unit: String,
    /// Its name.
    name: String,
    /// Its kind.
    kind: &'static str,
    /// The name of the commune that it lies in.
    commune: Option<String>,
    /// The name of the province that it lies in.
    province: Option<String>,
    /// The decision.
    decision: DecisionResponse,
}

/// What the certificate of a recognised unit says; 409 for a unit that is not recognised, or not any more.
#[utoipa::path(get, path = "/api/v1/reviews/{id}/certificate", tag = "reviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the review")), responses(
    (status = 200, body = CertificateResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn show_certificate(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<CertificateResponse>, Problem> {
    let certificate = site.reviews.certificate(&caller, parameters::id("id", &id)?).await?;
    Ok(web::Json(CertificateResponse {
        title: "Đạt tiêu chuẩn “An toàn về an ninh, trật tự”",
        year: certificate.review.year,
        regulation: certificate.regulation,
        unit: certificate.unit.code,
        name: certificate.unit.name,
        kind: certificate.review.kind.name(),
        commune: certificate.commune.map(|unit| unit.name),
        province: certificate.province.map(|unit| unit.name),
        decision: certificate.decision.into(),
    }))
}
