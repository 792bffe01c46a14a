//! Photographs that came with reports.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::Site;
use super::auth::Authenticated;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::{self, Page};
use super::reviews::files::disposition;
use crate::clock::time_of;
use crate::crypto::hex;
use crate::db::photo::Photo;

/// A photograph.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PhotoResponse {
    /// Its id.
    id: String,
    /// What it is called.
    name: String,
    /// Its type, as its content says.
    media_type: String,
    /// Bytes.
    size: i64,
    /// SHA-256 of its content.
    sha256: String,
    /// How many bytes have come.
    received: i64,
    /// Whether it is whole; else the rest is still to come from the phone, and it cannot be fetched.
    complete: bool,
    /// When it came, or was announced.
    #[schema(format = DateTime)]
    at: String,
}

impl From<Photo> for PhotoResponse {
    fn from(photo: Photo) -> Self {
        let at = time_of(photo.at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        PhotoResponse {
            id: photo.id.to_string(),
            name: photo.name,
            media_type: photo.media_type,
            size: photo.size,
            sha256: hex(&photo.content),
            received: photo.received,
            complete: photo.complete,
            at,
        }
    }
}

/// The photographs of a report, those that are still on their way too.
#[utoipa::path(get, path = "/api/v1/reports/{id}/photos", tag = "reports", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of a version of the report")), responses(
    (status = 200, body = Page<PhotoResponse>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_photos(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<Page<PhotoResponse>>, Problem> {
    let found = site.collecting.photos(&caller, parameters::id("id", &id)?).await;
    let found =
        found.map_err(|error| Problem::internal(&error))?.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(web::Json(Page { items: found.into_iter().map(PhotoResponse::from).collect(), next: None }))
}

/// A photograph, to be saved and never shown by the browser by itself.
#[utoipa::path(get, path = "/api/v1/reports/{id}/photos/{file}", tag = "reports", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of a version of the report"),
        ("file" = String, Path, description = "The id of the photograph")), responses(
    (status = 200, body = Vec<u8>, content_type = "image/jpeg"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_photo(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = (parameters::id("id", &path.0)?, parameters::id("file", &path.1)?);
    let found = site.collecting.photo(&caller, id, file).await.map_err(|error| Problem::internal(&error))?;
    found.map(to_save).ok_or_else(|| Problem::new(Code::NotFound))
}

/// The answer with a photograph, which the browser saves and does not show.
pub(super) fn to_save((photo, bytes): (Photo, Vec<u8>)) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, photo.media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&photo.name)))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(bytes)
}
