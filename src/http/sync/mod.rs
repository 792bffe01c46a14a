//! Sync in the shape of RxDB's replication: `GET` brings what changed since a cursor, `POST` takes edits and answers the
//! documents with which the client must go on. [`stream`] tells at once what changes.

pub(super) mod kept;
mod rows;
pub(super) mod stream;

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Site;
use super::auth::Authenticated;
use super::body::RawJson;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::{self, Query};
use crate::clock::time_of;
use crate::crypto::{hex, sha256};
use crate::flows::sync::{Page, Shown, ShownStatus, SyncError};

/// Documents of an answer.
const USUAL: u32 = 200;
const MOST: u32 = 1_000;
/// Bytes of a push at most.
const MAX_PUSH: usize = 512 * 1024;
/// Rows of a push at most.
const MOST_ROWS: usize = 200;

/// The names of the collections.
const REPORTS: &str = "reports";
const STATUS: &str = "report_status";

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PullQuery {
    /// The `checkpoint.after` of the answer before; left out: from the beginning.
    after: Option<String>,
    /// How many documents, 200 by default, 1000 at most.
    limit: Option<u32>,
}

/// Where a client stands.
#[derive(Serialize, utoipa::ToSchema)]
struct Checkpoint {
    /// Give it as `after`.
    after: String,
}

/// What changed.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PullResponse<T> {
    /// The documents, in the order of their changes; fewer than the limit are the last ones.
    documents: Vec<T>,
    /// Where the client stands now.
    checkpoint: Checkpoint,
    /// Whether `after` is none of this server's for this caller, so that these are the first documents of all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fresh: bool,
}

/// A return of a month or an incident. Everything in it is what a client wrote; what the server says of it stands in
/// `report_status`.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DocumentResponse {
    /// `UNIT:YYYY-MM` of a return; of an incident the id that its client gave it.
    id: String,
    /// The revision: written by the client anew at each edit. The server's own hold a `~`.
    rev: String,
    /// `month` or `incident`.
    kind: &'static str,
    /// The code of the unit.
    unit: String,
    /// The month of a return, `YYYY-MM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    /// The day of an incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    /// Figures by code of the indicator.
    values: BTreeMap<String, i64>,
    /// Whether everything that is left out is 0.
    rest_zero: bool,
    /// Whether it was taken back, or belongs to a unit that is not the caller's any more.
    #[serde(rename = "_deleted")]
    deleted: bool,
}

impl From<Shown> for DocumentResponse {
    fn from(shown: Shown) -> Self {
        let Shown { id, rev, unit, period, day, values, rest_zero, deleted } = shown;
        let kind = if day.is_some() { "incident" } else { "month" };
        let period = period.map(|period| period.to_string());
        DocumentResponse { id, rev, kind, unit, period, day, values, rest_zero, deleted }
    }
}

/// What became of a pushed revision.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct StatusResponse {
    /// The revision.
    id: String,
    /// The document.
    document: String,
    /// `taken`, `unchanged`, `merged`, `conflict`, `proposed`, `asked`, `practised` or `quarantined`.
    state: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'static str,
    /// When the server decided, by its own clock.
    at: String,
    /// `unit`, `period` or `day`, the `values` that were stated, `conflicts` (code, stored, given), `errors` of fields.
    #[schema(value_type = Object)]
    about: Box<RawValue>,
    /// Always false.
    #[serde(rename = "_deleted")]
    deleted: bool,
}

impl TryFrom<ShownStatus> for StatusResponse {
    type Error = Problem;

    fn try_from(shown: ShownStatus) -> Result<Self, Problem> {
        let detail = advice(&shown.state, shown.code.as_deref());
        let at = time_of(shown.at).to_rfc3339();
        let about = RawValue::from_string(shown.body).map_err(|error| Problem::internal(&error))?;
        let ShownStatus { id, document, state, code, .. } = shown;
        Ok(StatusResponse { id, document, state, code, detail, at, about, deleted: false })
    }
}

/// What a client is to do about a state.
fn advice(state: &str, code: Option<&str>) -> &'static str {
    match (state, code) {
        ("merged", _) => "go on with the document of the server, which holds both changes",
        ("unchanged", _) => "the server had all of it already",
        ("conflict", _) => {
            "others changed the same figures; both versions are kept: show “conflicts”, and state what holds in another edit"
        }
        ("proposed", _) => "the month is closed; an officer decides",
        ("asked", _) => {
            "show what it contradicts, and edit it again, with “confirmed”: true where the person insists"
        }
        ("quarantined", Some("not_your_unit")) => "the person does not report for this unit today",
        ("quarantined", Some("cannot_delete")) => "a report cannot be deleted; edit it",
        ("quarantined", Some("id_taken")) => {
            "the revision was used before for another content; write another for each edit"
        }
        ("quarantined", Some("too_large" | "null_character")) => "it is kept as it came, as far as it fits",
        ("quarantined", _) => "it counts nothing and is kept as it came; mend it in another edit",
        _ => "",
    }
}

/// What changed since a cursor.
///
/// `reports`: returns and incidents of the caller's units, each in its current version. `report_status`: what became of what
/// the caller pushed. Units that are not the caller's any more come as deleted, new ones with all they have.
#[utoipa::path(get, path = "/api/v1/sync/{collection}", tag = "sync", security(("bearer" = [])),
    params(("collection" = String, Path, description = "reports or report_status"), PullQuery), responses(
    (status = 200, body = PullResponse<DocumentResponse>),
    (status = 304, description = "The answer is the one that If-None-Match names"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn pull_documents(
    site: web::Data<Site>,
    request: HttpRequest,
    Authenticated(caller): Authenticated,
    collection: web::Path<String>,
    Query(query): Query<PullQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = parameters::limit(query.limit, USUAL, MOST)?;
    match collection.as_str() {
        REPORTS => {
            let page = site.syncing.pull(&caller, query.after, limit).await?;
            tagged(&request, &response(page, |shown| Ok(DocumentResponse::from(shown)))?)
        }
        STATUS => {
            let page = site.syncing.pull_status(&caller, query.after, limit).await?;
            tagged(&request, &response(page, StatusResponse::try_from)?)
        }
        _ => Err(no_collection()),
    }
}

fn no_collection() -> Problem {
    Problem::new(Code::NotFound).detail("The collections are reports and report_status")
}

fn response<S, T>(page: Page<S>, show: impl Fn(S) -> Result<T, Problem>) -> Result<PullResponse<T>, Problem> {
    let documents = page.documents.into_iter().map(show).collect::<Result<Vec<T>, Problem>>()?;
    Ok(PullResponse { documents, checkpoint: Checkpoint { after: page.cursor }, fresh: page.fresh })
}

/// An answer with a tag by which a client that has it already gets none.
fn tagged(request: &HttpRequest, response: &impl Serialize) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(response).map_err(|error| Problem::internal(&error))?;
    let tag: String = hex(&sha256(&[&body])).chars().take(32).collect();
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut answer = if known.is_some_and(|known| known.contains(&tag)) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    // Weak: the bytes that travel may be compressed.
    answer.insert_header((header::ETAG, format!("W/\"{tag}\"")));
    Ok(if known.is_some_and(|known| known.contains(&tag)) {
        answer.finish()
    } else {
        answer.content_type("application/json").body(body)
    })
}

/// Takes edits, 200 at most: `[{newDocumentState, assumedMasterState?}]`.
///
/// Answers the documents with which the client must go on, since what it pushed is not what the server has now: an array,
/// mostly empty. A row that cannot be taken is no error: it is kept as it came, and `report_status` says so.
#[utoipa::path(post, path = "/api/v1/sync/{collection}", tag = "sync", security(("bearer" = [])),
    request_body(content = Vec<Object>),
    params(("collection" = String, Path, description = "reports")), responses(
    (status = 200, body = Vec<DocumentResponse>),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn push_documents(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    collection: web::Path<String>,
    body: Result<RawJson<MAX_PUSH>, Problem>,
) -> Result<web::Json<Vec<DocumentResponse>>, Problem> {
    match collection.as_str() {
        REPORTS => {}
        STATUS => {
            return Err(Problem::new(Code::Forbidden).detail("What became of reports is the server's to say"));
        }
        _ => return Err(no_collection()),
    }
    let RawJson(bytes) = body.map_err(in_pieces)?;
    let rows = rows::read(&bytes, MOST_ROWS)?;
    let rows = rows.into_iter().map(|row| rows::check(row, &site.catalogue)).collect();
    let pushed = site.syncing.push(&caller, rows).await?;
    Ok(web::Json(pushed.masters.into_iter().map(DocumentResponse::from).collect()))
}

/// Says how a push that is too large can be sent.
fn in_pieces(problem: Problem) -> Problem {
    if problem.code() != Code::BodyTooLarge {
        return problem;
    }
    let detail = format!("Push {MOST_ROWS} rows at most at a time, {MAX_PUSH} bytes in all");
    problem.detail(detail)
}

impl From<SyncError> for Problem {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Forbidden(error) => Problem::from(error)
                .detail("Phones hold the reports of a commune or of the own units, not more"),
            SyncError::Intake(error) => error.into(),
            SyncError::TooMany(seconds) => Problem::new(Code::TooManyRequests)
                .detail(format!("Too many rows in a short time; again in {seconds} seconds"))
                .retry_after(seconds),
            SyncError::ListensTwice(seconds) => Problem::new(Code::TooManyRequests)
                .detail("You listen by as many connections as one person may have; close one")
                .retry_after(seconds),
            SyncError::Full(seconds) => Problem::new(Code::Busy)
                .detail("As many listen as this server can serve; pull instead, and listen later")
                .retry_after(seconds),
            SyncError::Db(error) => error.into(),
            SyncError::Crypto(_) => Problem::internal(&error),
        }
    }
}
