//! Closing a commune's month and opening it again.

use actix_web::web;
use serde::{Deserialize, Serialize};

use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::{Site, parameters, units};
use crate::flows::authenticate::Caller;
use crate::flows::months::{self, Desk, MonthError, Turn};

/// Characters of a reason.
const LONGEST_REASON: usize = 500;

/// Why a month is closed.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CloseRequest {
    /// Why, where there is something to say.
    #[serde(default)]
    reason: Option<String>,
}

/// Why a month is opened again.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReopenRequest {
    /// Why: 1 to 500 characters.
    reason: String,
}

/// The state of a month.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PeriodResponse {
    /// The code of the commune.
    commune: String,
    /// The month.
    period: String,
    /// `open`, `closed`, or `revised`: closed, and changed since it was closed for the first time.
    state: String,
    /// How often it was closed or revised.
    version: i32,
}

impl From<MonthError> for Problem {
    fn from(error: MonthError) -> Self {
        match error {
            MonthError::NoCommune(_) | MonthError::NotEnded(_) => {
                Problem::new(Code::ValidationFailed).detail(error.to_string())
            }
            MonthError::Forbidden(error) => error.into(),
            MonthError::Crypto(error) => Problem::internal(&error),
            MonthError::Db(error) => error.into(),
        }
    }
}

/// Closes a month: reports that come later are kept as proposals for the officer. Closing a closed month changes
/// nothing.
#[utoipa::path(post, path = "/api/v1/periods/{commune}/{period}/close", tag = "periods", request_body = CloseRequest,
    params(("commune" = String, Path, description = "Its code"), ("period" = String, Path, description = "YYYY-MM")),
    security(("bearer" = [])), responses(
    (status = 200, body = PeriodResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn close_period(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    path: web::Path<(String, String)>,
    Json(body): Json<CloseRequest>,
) -> Result<web::Json<PeriodResponse>, Problem> {
    let reason = body.reason.as_deref().map(|reason| checked(reason, 0)).transpose()?;
    turn(&site, &caller, &path, Turn::Close, reason.filter(|reason| !reason.is_empty())).await
}

/// Opens a closed month again: an exception, with its reason.
#[utoipa::path(post, path = "/api/v1/periods/{commune}/{period}/reopen", tag = "periods", request_body = ReopenRequest,
    params(("commune" = String, Path, description = "Its code"), ("period" = String, Path, description = "YYYY-MM")),
    security(("bearer" = [])), responses(
    (status = 200, body = PeriodResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn reopen_period(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    path: web::Path<(String, String)>,
    Json(body): Json<ReopenRequest>,
) -> Result<web::Json<PeriodResponse>, Problem> {
    let reason = checked(&body.reason, 1)?;
    turn(&site, &caller, &path, Turn::Reopen, Some(reason)).await
}

fn checked(reason: &str, least: usize) -> Result<&str, Problem> {
    let reason = reason.trim();
    if (least..=LONGEST_REASON).contains(&reason.chars().count()) {
        return Ok(reason);
    }
    let detail = format!("{least} to {LONGEST_REASON} characters");
    let error = FieldError::new("/reason", "wrong_length", detail);
    Err(Problem::new(Code::ValidationFailed).errors(vec![error]))
}

async fn turn(
    site: &Site,
    caller: &Caller,
    (commune, period): &(String, String),
    turn: Turn,
    reason: Option<&str>,
) -> Result<web::Json<PeriodResponse>, Problem> {
    let period = parameters::period(period)?;
    let unit = units::find(site, commune, site.calendar.span(period).to).await?;
    let desk = Desk {
        db: &site.db,
        keys: &site.keys,
        ids: &site.intake.context().ids,
        clock: site.clock,
        calendar: &site.calendar,
        caller,
    };
    let state = months::turn(desk, &unit, period, turn, reason).await?;
    Ok(web::Json(PeriodResponse {
        commune: unit.code,
        period: period.to_string(),
        state: state.state,
        version: state.version,
    }))
}
