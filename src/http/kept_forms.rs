//! Forms of ODK Collect and its like that could not be read, for the officer.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::Site;
use super::auth::Authenticated;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::{self, Page, Query};
use super::photos::{PhotoResponse, to_save};
use super::reviews::files::disposition;
use crate::clock::time_of;
use crate::flows::collect::ShownKept;

/// Forms in a page, and the most that may be asked for.
const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 500;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct KeptQuery {
    /// Those that an officer is done with; else those that wait.
    #[serde(default)]
    done: bool,
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
}

/// A form that could not be read.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct KeptResponse {
    /// Its id.
    id: String,
    /// The form that it names.
    form: String,
    /// The version that it names.
    version: String,
    /// What the client knows it by.
    instance_id: String,
    /// What could not be read: `form` where there is no such form any more, else the names of the questions.
    why: String,
    /// The name of the person who sent it.
    person: Option<String>,
    /// The account that sent it.
    account: Option<String>,
    /// When it came.
    #[schema(format = DateTime)]
    at: String,
    /// When an officer was done with it.
    #[schema(format = DateTime)]
    done_at: Option<String>,
}

impl From<ShownKept> for KeptResponse {
    fn from(ShownKept { stored, name }: ShownKept) -> Self {
        let time = |micros| time_of(micros).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        KeptResponse {
            id: stored.id.to_string(),
            form: stored.form,
            version: stored.version,
            instance_id: stored.instance_id,
            why: stored.why,
            person: name,
            account: stored.account,
            at: time(stored.at),
            done_at: stored.done_at.map(time),
        }
    }
}

/// Filled-in forms of the area that could not be read and were kept as they came, the first first.
#[utoipa::path(get, path = "/api/v1/forms/kept", tag = "reports", security(("bearer" = [])), params(KeptQuery), responses(
    (status = 200, body = Page<KeptResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_kept_forms(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<KeptQuery>,
) -> Result<web::Json<Page<KeptResponse>>, Problem> {
    let limit = parameters::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let after = query.after.as_deref().map(|after| parameters::id("after", after)).transpose()?.unwrap_or(0);
    let found = site.collecting.kept_forms(&caller, query.done, after, limit).await;
    let items =
        found.map_err(|error| Problem::internal(&error))?.into_iter().map(KeptResponse::from).collect();
    Ok(web::Json(Page::cut(items, limit, |kept: &KeptResponse| kept.id.clone())))
}

/// A form as it came, to be saved and never shown by the browser.
#[utoipa::path(get, path = "/api/v1/forms/kept/{id}", tag = "reports", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the kept form")), responses(
    (status = 200, body = String, content_type = "text/xml"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_kept_form(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parameters::id("id", &id)?;
    let found = site.collecting.kept_form(&caller, id).await.map_err(|error| Problem::internal(&error))?;
    let xml = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(as_it_came("text/xml; charset=utf-8", &format!("form-{id}.xml"), xml))
}

/// The answer with what somebody sent, to be saved and never run by the browser.
pub(super) fn as_it_came(media_type: &'static str, name: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition(name)))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ))
        .body(body)
}

/// The photographs that came with a kept form.
#[utoipa::path(get, path = "/api/v1/forms/kept/{id}/photos", tag = "reports", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the kept form")), responses(
    (status = 200, body = Page<PhotoResponse>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_kept_photos(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<Page<PhotoResponse>>, Problem> {
    let found = site.collecting.kept_photos(&caller, parameters::id("id", &id)?).await;
    let found = found.map_err(|error| Problem::internal(&error))?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(web::Json(Page { items: found.into_iter().map(PhotoResponse::from).collect(), next: None }))
}

/// A photograph of a kept form, to be saved and never shown by the browser by itself.
#[utoipa::path(get, path = "/api/v1/forms/kept/{id}/photos/{file}", tag = "reports", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the kept form"),
        ("file" = String, Path, description = "The id of the photograph")), responses(
    (status = 200, body = Vec<u8>, content_type = "image/jpeg"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_kept_photo(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = (parameters::id("id", &path.0)?, parameters::id("file", &path.1)?);
    let found = site.collecting.kept_photo(&caller, id, file).await;
    let found = found.map_err(|error| Problem::internal(&error))?;
    found.map(to_save).ok_or_else(|| Problem::new(Code::NotFound))
}

/// Marks a kept form as dealt with. It stays, and is listed with `done=true`.
#[utoipa::path(post, path = "/api/v1/forms/kept/{id}/done", tag = "reports", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the kept form")), responses(
    (status = 204, description = "It is marked, now or since before"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn settle_kept_form(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parameters::id("id", &id)?;
    let found = site.collecting.settle_kept_form(&caller, id).await;
    let found = found.map_err(|error| Problem::internal(&error))?;
    if found { Ok(HttpResponse::NoContent().finish()) } else { Err(Problem::new(Code::NotFound)) }
}
