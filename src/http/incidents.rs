//! Incidents, and what the police say of them.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::parameters::{self, Page, Query, bad};
use super::reports::values;
use super::{Site, units};
use crate::clock::time_of;
use crate::db::review::incident::{Judgement, PastJudgement};
use crate::domain::indicator::Catalogue;
use crate::domain::review::Severity;
use crate::flows::judge::{self, Change, JudgeError, ShownIncident};

/// The most days that a list of incidents may cover.
const MOST_DAYS: i64 = 800;

impl From<JudgeError> for Problem {
    fn from(error: JudgeError) -> Self {
        match error {
            JudgeError::NotFound => Problem::new(Code::NotFound),
            JudgeError::Forbidden(error) => error.into(),
            JudgeError::Db(error) => error.into(),
        }
    }
}

/// An incident with what the police said of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct IncidentResponse {
    /// The id of its report.
    id: String,
    /// The code of the unit.
    unit: String,
    /// The day.
    day: NaiveDate,
    /// What it states, by code.
    values: BTreeMap<String, i64>,
    #[serde(flatten)]
    judgement: JudgementResponse,
    /// What was said of it, the first first; only where one incident is asked for.
    history: Vec<PastResponse>,
}

/// What the police say.
#[derive(Serialize, utoipa::ToSchema)]
struct JudgementResponse {
    /// `less`, `serious`, `very_serious`, `extremely_serious`; null: not said.
    severity: Option<&'static str>,
    /// Bất khả kháng: nobody could have prevented it.
    unavoidable: bool,
    /// Found, stopped and reported in time.
    prevented: bool,
}

/// What was said before.
#[derive(Serialize, utoipa::ToSchema)]
struct PastResponse {
    /// Its number, from 1.
    version: i32,
    #[serde(flatten)]
    judgement: JudgementResponse,
    /// By which account.
    account: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

impl From<Judgement> for JudgementResponse {
    fn from(judgement: Judgement) -> Self {
        JudgementResponse {
            severity: judgement.severity.map(Severity::name),
            unavoidable: judgement.unavoidable,
            prevented: judgement.prevented,
        }
    }
}

impl From<PastJudgement> for PastResponse {
    fn from(past: PastJudgement) -> Self {
        PastResponse {
            version: past.version,
            judgement: past.judgement.into(),
            account: past.account,
            at: time_of(past.at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        }
    }
}

impl IncidentResponse {
    fn new(shown: ShownIncident, catalogue: &Catalogue) -> Result<Self, Problem> {
        Ok(IncidentResponse {
            id: shown.incident.chain_id.to_string(),
            unit: shown.unit,
            day: shown.incident.day,
            values: values(&shown.incident.stated, catalogue)?,
            judgement: shown.incident.judgement.into(),
            history: shown.history.into_iter().map(PastResponse::from).collect(),
        })
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// The code of a hamlet, or of a commune for all of its hamlets.
    unit: String,
    /// The first day, `YYYY-MM-DD`.
    from: String,
    /// The last day.
    to: String,
    /// Only those of which nobody has said how grave they are.
    #[serde(default)]
    unjudged: bool,
}

/// The incidents of a hamlet or of the hamlets of a commune, by day.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "reports", security(("bearer" = [])), params(ListQuery), responses(
    (status = 200, body = Page<IncidentResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_incidents(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListQuery>,
) -> Result<web::Json<Page<IncidentResponse>>, Problem> {
    let days = (parameters::day("from", &query.from)?, parameters::day("to", &query.to)?);
    if !(0..MOST_DAYS).contains(&(days.1 - days.0).num_days()) {
        return Err(bad("to", &format!("it lies after from, {MOST_DAYS} days at most")));
    }
    let unit = units::find(&site, &query.unit, site.clock.today()).await?;
    let found = judge::incidents(&site.db, &site.calendar, &caller, &unit, days, query.unjudged).await?;
    let items = found.into_iter().map(|shown| IncidentResponse::new(shown, &site.catalogue));
    Ok(web::Json(Page { items: items.collect::<Result<_, _>>()?, next: None }))
}

/// An incident with everything that the police said of it.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "reports", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the report, or of one of its versions")), responses(
    (status = 200, body = IncidentResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_incident(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<IncidentResponse>, Problem> {
    let shown = judge::incident(&site.db, &caller, parameters::id("id", &id)?).await?;
    IncidentResponse::new(shown, &site.catalogue).map(web::Json)
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JudgementRequest {
    /// `less`, `serious`, `very_serious`, `extremely_serious` (Penal Code, article 9), or null: not known after all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    severity: Option<Option<String>>,
    /// Bất khả kháng.
    unavoidable: Option<bool>,
    /// Found, stopped and reported in time.
    prevented: Option<bool>,
}

/// Tells null from what is left out.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Says how grave an incident is, and what excuses it. Every version is kept.
#[utoipa::path(patch, path = "/api/v1/incidents/{id}", tag = "reports", security(("bearer" = [])),
    request_body = JudgementRequest,
    params(("id" = String, Path, description = "The id of the report, or of one of its versions")), responses(
    (status = 200, body = IncidentResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn judge_incident(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
    Json(request): Json<JudgementRequest>,
) -> Result<web::Json<IncidentResponse>, Problem> {
    let severity = match request.severity {
        None => None,
        Some(None) => Some(None),
        Some(Some(name)) => Some(Some(Severity::by_name(&name).ok_or_else(unknown_severity)?)),
    };
    let change = Change { severity, unavoidable: request.unavoidable, prevented: request.prevented };
    let id = parameters::id("id", &id)?;
    let shown = judge::judge(&site.db, site.clock, &caller, id, change).await?;
    IncidentResponse::new(shown, &site.catalogue).map(web::Json)
}

fn unknown_severity() -> Problem {
    let names = Severity::ALL.map(Severity::name).join(", ");
    let error = FieldError::new("/severity", "unknown_severity", format!("one of {names}, or null"));
    Problem::new(Code::ValidationFailed).detail(error.detail.clone()).errors(vec![error])
}
