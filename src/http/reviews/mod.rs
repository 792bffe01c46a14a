//! The yearly review: registrations, assessments, files, decisions, lists, shares.

pub(super) mod assessments;
pub(super) mod decisions;
pub(super) mod files;
pub(super) mod registrations;
pub(super) mod schemes;
pub(super) mod shares;

use actix_web::http::StatusCode;
use chrono::{NaiveDate, SecondsFormat};
use serde::Serialize;

use super::error::{Code, FieldError, Problem};
use super::idempotency::Given;
use super::{Site, units};
use crate::clock::time_of;
use crate::crypto::{Digest, sha256};
use crate::db::review::Review;
use crate::db::unit::Unit;
use crate::domain::review::steps::Decision;
use crate::flows::review::ReviewError;

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        let told = error.to_string();
        match error {
            ReviewError::NotFound => Problem::new(Code::NotFound),
            ReviewError::Forbidden(error) => error.into(),
            ReviewError::Level(_) => Problem::new(Code::Forbidden).detail(told),
            ReviewError::UnknownUnit => Problem::new(Code::UnknownUnit),
            ReviewError::NoScheme(_) | ReviewError::NotCovered(_) | ReviewError::Ineligible(_) => {
                Problem::new(Code::NotReviewed).detail(told)
            }
            ReviewError::NotNow { .. } | ReviewError::NotMet { .. } => {
                Problem::new(Code::StepRefused).detail(told)
            }
            ReviewError::Fields(refused) => {
                let error = |r: crate::flows::review::Refused| FieldError::new(r.pointer, r.code, r.advice);
                let errors: Vec<FieldError> = refused.into_iter().map(error).collect();
                let first = errors.first().map(|error| format!("{}: {}", error.pointer, error.detail));
                Problem::new(Code::ValidationFailed).detail(first.unwrap_or_default()).errors(errors)
            }
            ReviewError::BadFile(_) => Problem::new(Code::FileRefused).detail(told),
            ReviewError::Store(_) | ReviewError::Crypto(_) | ReviewError::Interrupted => {
                Problem::internal(&told)
            }
            ReviewError::Db(error) => error.into(),
        }
    }
}

/// A decision on paper.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DecisionResponse {
    /// Its number.
    number: String,
    /// The day on which it was signed.
    day: NaiveDate,
    /// Who signed.
    signer: String,
}

impl From<Decision> for DecisionResponse {
    fn from(decision: Decision) -> Self {
        DecisionResponse { number: decision.number, day: decision.day, signer: decision.signer }
    }
}

/// Where a review stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ReviewResponse {
    /// Its id.
    id: String,
    /// The code of the unit.
    unit: String,
    /// The kind of the unit.
    kind: &'static str,
    /// The year.
    year: i32,
    /// The code of the scheme.
    scheme: String,
    /// `registered`, `assessed`, `filed`, `returned`, `accepted`, `recognised`, `refused` or `revoked`.
    state: &'static str,
    /// When the unit registered.
    registered_on: NaiveDate,
    /// Whether that was after the deadline.
    late: bool,
    /// The decision that holds.
    decision: Option<DecisionResponse>,
    /// How many steps were taken.
    version: i32,
    /// When the last one was.
    #[schema(format = DateTime)]
    changed_at: String,
    /// Of an answer to who does something: whether the caller is practising, so that it would be so and nothing is stored.
    practice: bool,
}

impl ReviewResponse {
    fn new(review: Review, unit: String) -> Self {
        ReviewResponse {
            id: review.id.to_string(),
            unit,
            kind: review.kind.name(),
            year: review.year,
            scheme: review.scheme,
            state: review.state.name(),
            registered_on: review.registered_on,
            late: review.late,
            decision: review.decision.map(DecisionResponse::from),
            version: review.version,
            changed_at: time(review.changed_at),
            practice: false,
        }
    }
}

fn time(micros: i64) -> String {
    time_of(micros).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The unit of `unit=` on the last day of a year or today, whichever comes first.
async fn area(site: &Site, code: Option<&str>, year: i32) -> Result<Option<Unit>, Problem> {
    let Some(code) = code else { return Ok(None) };
    let today = site.clock.today();
    match units::find(site, code, today).await {
        Ok(unit) => Ok(Some(unit)),
        Err(problem) => {
            let then = NaiveDate::from_ymd_opt(year, 12, 31).filter(|day| *day < today).ok_or(problem)?;
            units::find(site, code, then).await.map(Some)
        }
    }
}

/// A year of the query.
fn year(year: i32) -> Result<i32, Problem> {
    let fits = (2000..2200).contains(&year);
    if fits {
        Ok(year)
    } else {
        Err(super::parameters::bad("year", "a year is written YYYY, for example 2026"))
    }
}

/// Digest of a request, independent of the order and spacing of its JSON.
fn request_digest(what: &str, request: &impl Serialize) -> Result<Digest, Problem> {
    let text = serde_json::to_vec(request).map_err(|error| Problem::internal(&error))?;
    Ok(sha256(&[what.as_bytes(), &[0], &text]))
}

fn given(status: StatusCode, response: &impl Serialize) -> Result<Given, Problem> {
    let body = serde_json::to_string(response).map_err(|error| Problem::internal(&error))?;
    Ok(Given { status, body })
}
