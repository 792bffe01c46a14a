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
use crate::db::collected::File;

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
    /// When it came.
    #[schema(format = DateTime)]
    at: String,
}

impl From<File> for PhotoResponse {
    fn from(file: File) -> Self {
        let at = time_of(file.at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        PhotoResponse {
            id: file.id.to_string(),
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            at,
        }
    }
}

/// The photographs that came with any version of a report.
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
    let (file, bytes) = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&file.name)))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(bytes))
}
