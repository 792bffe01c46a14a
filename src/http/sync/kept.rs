//! Rows that could not be taken, for the officer; the list has the ways of that of kept forms.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::clock::time_of;
use crate::flows::sync::{MOST_KEPT, ShownRow};
use crate::http::Site;
use crate::http::auth::Authenticated;
use crate::http::error::{Code, Problem, ProblemBody};
use crate::http::kept_forms::as_it_came;
use crate::http::parameters::{self, Page, Query};

/// Rows in a page, and the most that may be asked for.
const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 500;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct KeptRowQuery {
    /// Those that an officer is done with or that were mended on the phone; else those that wait.
    #[serde(default)]
    done: bool,
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
}

/// The device that a row came from.
#[derive(Serialize, utoipa::ToSchema)]
struct KeptDevice {
    /// Its id, as in `GET /api/v1/devices`.
    id: String,
    /// What its person calls it.
    name: String,
}

/// A row that a phone pushed and that could not be taken.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct KeptRowResponse {
    /// Its id.
    id: String,
    /// The document that it names: `UNIT:YYYY-MM` of a return; null where that cannot be told.
    document: Option<String>,
    /// What the phone knows it by, the `id` in its `report_status`.
    rev: String,
    /// Why it was not taken, as the phone was told.
    code: String,
    /// What the officer is to do.
    detail: &'static str,
    /// `errors` of fields, as the phone was told.
    #[schema(value_type = Object)]
    about: Box<RawValue>,
    /// The name of the person who sent it.
    person: Option<String>,
    /// The account that sent it.
    account: Option<String>,
    /// The device that it came from.
    device: Option<KeptDevice>,
    /// Whether the person was practising: such a row would not have counted.
    practice: bool,
    /// How long it was, bytes.
    bytes: i32,
    /// Whether it was too long to be kept whole.
    cut: bool,
    /// When it came.
    #[schema(format = DateTime)]
    at: String,
    /// Whether the phone brought the document again since, and that was taken.
    mended: bool,
    /// When an officer was done with it.
    #[schema(format = DateTime)]
    done_at: Option<String>,
}

impl TryFrom<ShownRow> for KeptRowResponse {
    type Error = Problem;

    fn try_from(ShownRow { stored, name }: ShownRow) -> Result<Self, Problem> {
        let time = |micros| time_of(micros).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let about = RawValue::from_string(stored.told).map_err(|error| Problem::internal(&error))?;
        Ok(KeptRowResponse {
            id: stored.id.to_string(),
            document: Some(stored.document).filter(|document| !document.is_empty()),
            rev: stored.rev,
            detail: advice(&stored.why),
            code: stored.why,
            about,
            person: name,
            account: stored.account,
            device: stored.device.map(|(id, name)| KeptDevice { id: id.to_string(), name }),
            practice: stored.practice,
            bytes: stored.length,
            cut: usize::try_from(stored.length).is_ok_and(|length| length > MOST_KEPT),
            at: time(stored.at),
            mended: stored.mended,
            done_at: stored.done_at.map(time),
        })
    }
}

/// What an officer is to do about a row; the phone is told the same reason in other words.
fn advice(code: &str) -> &'static str {
    match code {
        "not_your_unit" | "cannot_report" => {
            "The person had no post at the unit when it came: see whether the post is right; report at the desk what holds"
        }
        "too_far_ahead" | "future_day" => {
            "The month or day had not begun: ask which one is meant; the clock of the phone may be wrong"
        }
        "too_far_back" => {
            "The month is too long ago for a phone: ask the person, and report at the desk what holds"
        }
        "cannot_delete" => "The person wants a report gone: ask why, and mend the report at the desk",
        "id_taken" => {
            "The phone used a revision twice, with another content: see whether the report holds what is meant"
        }
        "absurd" => "A figure is beyond all measure: ask the person",
        _ => "Read it, and let the person mend it on the phone, or report at the desk what holds",
    }
}

/// Rows of the people of the area that phones pushed and that could not be taken, kept as they came, the first first.
///
/// A row that its phone brought again, and that was taken then, waits no more.
#[utoipa::path(get, path = "/api/v1/sync/kept", tag = "sync", security(("bearer" = [])), params(KeptRowQuery), responses(
    (status = 200, body = Page<KeptRowResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn list_kept_rows(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<KeptRowQuery>,
) -> Result<web::Json<Page<KeptRowResponse>>, Problem> {
    let limit = parameters::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let after = query.after.as_deref().map(|after| parameters::id("after", after)).transpose()?.unwrap_or(0);
    let found = site.syncing.kept_rows(&caller, query.done, after, limit).await?;
    let items = found.into_iter().map(KeptRowResponse::try_from).collect::<Result<_, _>>()?;
    Ok(web::Json(Page::cut(items, limit, |kept: &KeptRowResponse| kept.id.clone())))
}

/// A row as it came, to be saved and never shown by the browser.
#[utoipa::path(get, path = "/api/v1/sync/kept/{id}", tag = "sync", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the kept row")), responses(
    (status = 200, description = "JSON as the phone sent it; cut where the list says so", body = String, content_type = "application/json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn show_kept_row(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parameters::id("id", &id)?;
    let row = site.syncing.kept_row(&caller, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(as_it_came("application/json", &format!("row-{id}.json"), row))
}

/// Marks a kept row as dealt with. It stays, and is listed with `done=true`.
#[utoipa::path(post, path = "/api/v1/sync/kept/{id}/done", tag = "sync", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the kept row")), responses(
    (status = 204, description = "It is marked, now or since before"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn settle_kept_row(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = site.syncing.settle_kept_row(&caller, parameters::id("id", &id)?).await?;
    if found { Ok(HttpResponse::NoContent().finish()) } else { Err(Problem::new(Code::NotFound)) }
}
