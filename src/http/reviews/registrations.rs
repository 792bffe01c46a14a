//! Registrations, lists, and a review with its steps.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{DecisionResponse, ReviewResponse, area, given, request_digest, time, year};
use crate::db::unit::{ALWAYS, FOREVER};
use crate::domain::review::{State, UnitKind};
use crate::flows::review::{Done, ListRequest, ListedUnit, Registration, ShownStep};
use crate::http::Site;
use crate::http::auth::Authenticated;
use crate::http::body::Json;
use crate::http::error::{Problem, ProblemBody};
use crate::http::idempotency::{IdempotencyKey, once};
use crate::http::parameters::{self, Page, Query, bad};

const USUAL_PAGE: u32 = 200;
const LARGEST_PAGE: u32 = 1_000;

/// A registration.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct RegistrationRequest {
    /// The code of the unit.
    unit: String,
    /// The year of the review.
    year: i32,
    /// The day on which the paper was handed in, not today; for officers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    registered_on: Option<NaiveDate>,
}

/// Registers a unit for the standard of a year. 201: registered; 200: it was there. A registration after the deadline is
/// taken and marked `late`.
#[utoipa::path(post, path = "/api/v1/reviews", tag = "reviews", security(("bearer" = [])),
    request_body = RegistrationRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again is answered as before")),
    responses(
    (status = 201, body = ReviewResponse),
    (status = 200, body = ReviewResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn register_unit(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Json(request): Json<RegistrationRequest>,
) -> Result<HttpResponse, Problem> {
    let digest = request_digest("POST /api/v1/reviews", &request)?;
    let work = async {
        let unit = parameters::unit_code(&request.unit)?;
        let registration =
            Registration { unit: unit.clone(), year: year(request.year)?, on: request.registered_on };
        let Done { what: registered, practice } = site.reviews.register(&caller, registration).await?;
        let status = if registered.new { StatusCode::CREATED } else { StatusCode::OK };
        given(status, &ReviewResponse { practice, ..ReviewResponse::new(registered.review, unit) })
    };
    once(&site, &caller, key, digest, work).await
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ListQuery {
    /// The code of a province, a commune or any other unit; left out: the whole country, for those who belong to it.
    unit: Option<String>,
    /// The year of the review.
    year: i32,
    /// `hamlet`, `commune`, `agency`, `enterprise` or `school`.
    kind: Option<String>,
    /// Only reviews that stand there; `open`: units that have not registered; `recognised`: the list of those recognised.
    state: Option<String>,
    /// The cursor of the page before.
    after: Option<String>,
    /// How many, 200 by default, 1,000 at most.
    limit: Option<u32>,
}

/// A unit that the standard covers, with its review.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct ListedResponse {
    /// The code of the unit.
    unit: String,
    /// Its name.
    name: String,
    /// Its kind.
    kind: String,
    /// The code of the commune that it lies in.
    commune: Option<String>,
    /// The code of the scheme by which its review goes, or would go: that of its province where that has one.
    scheme: String,
    /// The id of its review; null: it has not registered.
    review: Option<String>,
    /// Where it stands; `open`: it has not registered.
    state: &'static str,
    /// When it registered.
    registered_on: Option<NaiveDate>,
    /// Whether that was after the deadline.
    late: bool,
    /// The decision that holds.
    decision: Option<DecisionResponse>,
    /// Its first day, where it has not always been.
    began_on: Option<NaiveDate>,
    /// Its last day, where it has one: a unit that ended before the last day that is assessed counts no more.
    ends_on: Option<NaiveDate>,
}

impl From<ListedUnit> for ListedResponse {
    fn from(ListedUnit { listed, scheme }: ListedUnit) -> Self {
        let review = listed.review;
        ListedResponse {
            unit: listed.code,
            name: listed.name,
            kind: listed.kind,
            commune: listed.commune,
            scheme,
            review: review.as_ref().map(|review| review.id.to_string()),
            state: review.as_ref().map_or(State::Open, |review| review.state).name(),
            registered_on: review.as_ref().map(|review| review.registered_on),
            late: review.as_ref().is_some_and(|review| review.late),
            decision: review.and_then(|review| review.decision).map(DecisionResponse::from),
            began_on: Some(listed.valid_from).filter(|day| *day > ALWAYS),
            ends_on: Some(listed.valid_to).filter(|day| *day < FOREVER),
        }
    }
}

/// The units that the standard covers in a year, with their reviews, by code.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "reviews", security(("bearer" = [])), params(ListQuery), responses(
    (status = 200, body = Page<ListedResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn list_reviews(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListQuery>,
) -> Result<web::Json<Page<ListedResponse>>, Problem> {
    let kind = query.kind.as_deref().map(|name| {
        UnitKind::by_name(name).ok_or_else(|| bad("kind", "hamlet, commune, agency, enterprise or school"))
    });
    let state = query.state.as_deref().map(|name| {
        let names = State::ALL.map(State::name).join(", ");
        State::by_name(name).ok_or_else(|| bad("state", &format!("one of {names}")))
    });
    let limit = parameters::limit(query.limit, USUAL_PAGE, LARGEST_PAGE)?;
    let year = year(query.year)?;
    let request = ListRequest {
        kind: kind.transpose()?,
        state: state.transpose()?,
        after: query.after.as_deref().map(parameters::unit_code).transpose()?.unwrap_or_default(),
        unit: area(&site, query.unit.as_deref(), year).await?,
        year,
        limit,
    };
    let items = site.reviews.list(&caller, request).await?;
    let items = items.into_iter().map(ListedResponse::from).collect();
    Ok(web::Json(Page::cut(items, limit, |listed: &ListedResponse| listed.unit.clone())))
}

/// A review with its steps.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct ReviewWithStepsResponse {
    #[serde(flatten)]
    review: ReviewResponse,
    /// The name of the unit.
    name: String,
    /// What was done, the first first.
    steps: Vec<StepResponse>,
}

/// A step.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ReviewStepResponse)]
struct StepResponse {
    /// Its number, from 1.
    number: i32,
    /// `register`, `assess`, `file`, `return`, `accept`, `recognise`, `refuse` or `revoke`.
    step: String,
    /// Where the review stood after it.
    state: String,
    /// The user name of the account that took it.
    account: Option<String>,
    /// The person who took it by a text.
    person: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Why.
    reason: Option<String>,
    /// The decision.
    decision: Option<DecisionResponse>,
}

impl From<ShownStep> for StepResponse {
    fn from(ShownStep { stored, reason }: ShownStep) -> Self {
        StepResponse {
            number: stored.number,
            step: stored.step,
            state: stored.state,
            account: stored.account,
            person: stored.person_id.map(|id| id.to_string()),
            at: time(stored.at),
            reason,
            decision: stored.decision.map(DecisionResponse::from),
        }
    }
}

/// A review with every step that was taken.
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "reviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the review")), responses(
    (status = 200, body = ReviewWithStepsResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn show_review(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<ReviewWithStepsResponse>, Problem> {
    let shown = site.reviews.show(&caller, parameters::id("id", &id)?).await?;
    Ok(web::Json(ReviewWithStepsResponse {
        review: ReviewResponse::new(shown.review, shown.unit.code),
        name: shown.unit.name,
        steps: shown.steps.into_iter().map(StepResponse::from).collect(),
    }))
}
