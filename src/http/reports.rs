//! Reports with every version: what was stated, by whom, when and how.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::auth::Authenticated;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::{self, Page, Query};
use super::{Site, units};
use crate::clock::time_of;
use crate::domain::indicator::{Catalogue, IndicatorId};
use crate::domain::period::Period;
use crate::flows::authenticate::Caller;
use crate::flows::disclose::{self, DiscloseError, Reader, ShownVersion};
use crate::flows::figures::View;

const USUAL_PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 500;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// The code of a hamlet, or of a commune for all of its hamlets.
    unit: String,
    /// Only this month, `YYYY-MM`.
    period: Option<String>,
    /// `now` (default): the code is one of today; `then`: of the end of the period, which must be given.
    view: Option<String>,
    /// The cursor of the page before.
    after: Option<String>,
    /// How many, 100 by default, 500 at most.
    limit: Option<u32>,
}

/// A version of a report.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct VersionResponse {
    /// Its id.
    id: String,
    /// The id that its client gave it.
    client_id: Option<String>,
    /// The id of the report: of its first version.
    report: String,
    /// Its number, from 1.
    version: i32,
    /// The code of the unit.
    unit: String,
    /// `month` or `incident`.
    kind: &'static str,
    /// The month that it counts in.
    period: String,
    /// The day of an incident.
    day: Option<NaiveDate>,
    /// What it states, by code.
    values: BTreeMap<String, i64>,
    /// Whether the rest is nothing.
    rest_zero: bool,
    /// Whether it waits for the officer and counts nothing until then. One that states nothing takes a report back.
    proposal: bool,
    /// Of a proposal: the version that it would replace; null: none, it is new.
    replaces: Option<String>,
    /// What an officer decided about a proposal: `accepted`, `refused`, or null.
    decided: Option<&'static str>,
    /// Whether different people gave different figures.
    flagged: bool,
    /// How it came: `sms`, `app`, `web`, `openrosa`, `api`, `import`, or `officer`: a proposal that was accepted.
    source: String,
    /// Who sent it.
    author: AuthorResponse,
    /// The text that it came by.
    message: Option<String>,
    /// A note for the officers.
    note: Option<String>,
    /// When the server received it.
    #[schema(format = DateTime)]
    received_at: String,
}

/// Who sent it.
#[derive(Serialize, utoipa::ToSchema)]
struct AuthorResponse {
    /// The person.
    person: Option<String>,
    /// The person's name, for those who may read names.
    name: Option<String>,
    /// The user name of the account.
    account: Option<String>,
}

/// A report with all its versions.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct HistoryResponse {
    /// The id of the report: of its first version.
    id: String,
    /// The code of the unit.
    unit: String,
    /// Oldest first.
    versions: Vec<VersionResponse>,
}

impl VersionResponse {
    fn new(shown: ShownVersion, catalogue: &Catalogue) -> Result<Self, Problem> {
        let ShownVersion { stored, person_name, note } = shown;
        let period = Period::from_number(stored.period).map_err(|error| Problem::internal(&error))?;
        Ok(VersionResponse {
            id: stored.id.to_string(),
            client_id: stored.client_id,
            report: stored.chain_id.to_string(),
            version: stored.version,
            unit: stored.unit_code,
            kind: if stored.day.is_some() { "incident" } else { "month" },
            period: period.to_string(),
            day: stored.day,
            values: values(&stored.stated, catalogue)?,
            rest_zero: stored.rest_zero,
            proposal: stored.proposal,
            replaces: stored.replaces.map(|id| id.to_string()),
            decided: stored.accepted.map(|accepted| if accepted { "accepted" } else { "refused" }),
            flagged: stored.flagged,
            source: stored.source,
            author: AuthorResponse {
                person: stored.person.map(|(id, _)| id.to_string()),
                name: person_name,
                account: stored.account.map(|(_, username)| username),
            },
            message: stored.message_id.map(|id| id.to_string()),
            note,
            received_at: time_of(stored.received_at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        })
    }
}

/// What a version states, by code.
pub(super) fn values(stated: &str, catalogue: &Catalogue) -> Result<BTreeMap<String, i64>, Problem> {
    let figures: BTreeMap<IndicatorId, i64> =
        serde_json::from_str(stated).map_err(|error| Problem::internal(&error))?;
    let coded = figures.into_iter().map(|(id, figure)| {
        // An indicator that has left the catalogue keeps its number.
        (catalogue.by_id(id).map_or_else(|| id.to_string(), |indicator| indicator.code.clone()), figure)
    });
    Ok(coded.collect())
}

impl From<DiscloseError> for Problem {
    fn from(error: DiscloseError) -> Self {
        match error {
            DiscloseError::NotFound => Problem::new(Code::NotFound),
            DiscloseError::Forbidden(error) => error.into(),
            DiscloseError::Db(error) => error.into(),
            DiscloseError::Crypto(error) => Problem::internal(&error),
        }
    }
}

/// The caller as a reader of what is personal.
pub(super) fn reader<'a>(site: &'a Site, caller: &'a Caller) -> Reader<'a> {
    Reader { db: &site.db, keys: &site.keys, caller, now: site.clock.real_micros() }
}

/// Reports of a hamlet, or of the hamlets of a commune, each in its latest version.
#[utoipa::path(get, path = "/api/v1/reports", tag = "reports", security(("bearer" = [])), params(ListQuery), responses(
    (status = 200, body = Page<VersionResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_reports(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListQuery>,
) -> Result<web::Json<Page<VersionResponse>>, Problem> {
    let period = query.period.as_deref().map(parameters::period).transpose()?;
    let day = match (parameters::view(query.view.as_deref())?, period) {
        (View::Now, _) => site.clock.today(),
        (View::Then, Some(period)) => site.calendar.span(period).to,
        (View::Then, None) => return Err(parameters::bad("view", "then needs a period")),
    };
    let limit = parameters::limit(query.limit, USUAL_PAGE, LARGEST_PAGE)?;
    let after = query.after.as_deref().map(|after| parameters::id("after", after)).transpose()?.unwrap_or(0);
    let unit = units::find(&site, &query.unit, day).await?;
    let number = period.map(Period::number);
    let found = disclose::reports(reader(&site, &caller), &unit, number, after, limit).await?;
    let items = found.into_iter().map(|shown| VersionResponse::new(shown, &site.catalogue));
    let items = items.collect::<Result<Vec<_>, _>>()?;
    Ok(web::Json(Page::cut(items, limit, |version| version.id.clone())))
}

/// A report with all its versions, by the id of one of them or the id that a client gave.
#[utoipa::path(get, path = "/api/v1/reports/{id}", tag = "reports", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of a version, or the one that a client gave")), responses(
    (status = 200, body = HistoryResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_report(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<HistoryResponse>, Problem> {
    if id.contains('\0') || id.len() > 128 {
        return Err(Problem::new(Code::NotFound));
    }
    let (unit, versions) = disclose::report(reader(&site, &caller), id.into_inner()).await?;
    let first = versions.first().map(|version| version.stored.chain_id.to_string()).unwrap_or_default();
    let versions = versions.into_iter().map(|shown| VersionResponse::new(shown, &site.catalogue));
    Ok(web::Json(HistoryResponse {
        id: first,
        unit: unit.code,
        versions: versions.collect::<Result<_, _>>()?,
    }))
}
