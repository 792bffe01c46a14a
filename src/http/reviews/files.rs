//! Files of reviews, up and down.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::time;
use crate::flows::review::{Attachment, Done, Purpose, ShownFile};
use crate::http::Site;
use crate::http::auth::Authenticated;
use crate::http::body;
use crate::http::error::{Problem, ProblemBody};
use crate::http::parameters::{self, Page, Query, bad};

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct AttachQuery {
    /// What the file is called, with its ending.
    name: String,
    /// The document of the file that it is (`submission`, `report`, `minutes` …); either this or `criterion`.
    document: Option<String>,
    /// The criterion that it supports.
    criterion: Option<String>,
}

impl AttachQuery {
    fn purpose(self) -> Result<(String, Purpose), Problem> {
        let purpose = match (self.document, self.criterion) {
            (Some(document), None) => Purpose::Document(document),
            (None, Some(criterion)) => Purpose::Criterion(criterion),
            _ => {
                return Err(bad(
                    "document",
                    "name either the document or the criterion that the file is for",
                ));
            }
        };
        if self.name.contains('\0') {
            return Err(bad("name", "it holds a character that cannot be stored"));
        }
        Ok((self.name, purpose))
    }
}

/// A file of a review.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct FileResponse {
    /// Its id.
    id: String,
    /// The document of the file that it is.
    document: Option<String>,
    /// The criterion that it supports.
    criterion: Option<String>,
    /// What it is called.
    name: String,
    /// Its type, as its content says.
    media_type: String,
    /// Bytes.
    size: i64,
    /// SHA-256 of its content.
    sha256: String,
    /// When it came.
    #[schema(format = DateTime)]
    at: String,
    /// When it was taken back.
    #[schema(format = DateTime)]
    withdrawn_at: Option<String>,
    /// Of an answer to who does something: whether the caller is practising, so that it would be so and nothing is stored.
    practice: bool,
}

impl From<ShownFile> for FileResponse {
    fn from(ShownFile { stored, name }: ShownFile) -> Self {
        FileResponse {
            id: stored.id.to_string(),
            document: stored.document,
            criterion: stored.criterion,
            name,
            media_type: stored.media_type,
            size: stored.size,
            sha256: stored.content.iter().map(|byte| format!("{byte:02x}")).collect(),
            at: time(stored.at),
            withdrawn_at: stored.withdrawn_at.map(time),
            practice: false,
        }
    }
}

/// Attaches a file: the body is its content. Its type is told by the content: PDF, JPEG, PNG, DOCX or XLSX without macros.
/// 201: kept on the disk; 200: the same file was there for the same purpose.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/evidence", tag = "reviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the review"), AttachQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 201, body = FileResponse),
    (status = 200, body = FileResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn attach_file(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
    Query(query): Query<AttachQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = parameters::id("id", &id)?;
    let (name, purpose) = query.purpose()?;
    // Whoever may not attach anything is told so before the content is read.
    site.reviews.show(&caller, id).await?;
    let bytes = body::read(payload, site.reviews.max_file, site.body_time * 2).await?;
    let attachment = Attachment { purpose, name, bytes: bytes.to_vec() };
    let Done { what: (file, new), practice } = site.reviews.attach(&caller, id, attachment).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(FileResponse { practice, ..FileResponse::from(file) }))
}

/// The files of a review, those that were taken back too.
#[utoipa::path(get, path = "/api/v1/reviews/{id}/evidence", tag = "reviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the review")), responses(
    (status = 200, body = Page<FileResponse>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn list_files(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<Page<FileResponse>>, Problem> {
    let files = site.reviews.attached(&caller, parameters::id("id", &id)?).await?;
    Ok(web::Json(Page { items: files.into_iter().map(FileResponse::from).collect(), next: None }))
}

/// The content of a file, to be saved and never shown by the browser.
#[utoipa::path(get, path = "/api/v1/reviews/{id}/evidence/{file}", tag = "reviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the review"),
        ("file" = String, Path, description = "The id of the file")), responses(
    (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn show_file(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = (parameters::id("id", &path.0)?, parameters::id("file", &path.1)?);
    let (shown, bytes) = site.reviews.attachment(&caller, id, file).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, shown.stored.media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&shown.name)))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(bytes))
}

/// Takes a file back: it stays in the list, marked.
#[utoipa::path(delete, path = "/api/v1/reviews/{id}/evidence/{file}", tag = "reviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the review"),
        ("file" = String, Path, description = "The id of the file")), responses(
    (status = 204),
    (status = 200, body = FileResponse, description = "The caller is practising: so it would be, and nothing has changed"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn withdraw_file(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = (parameters::id("id", &path.0)?, parameters::id("file", &path.1)?);
    match site.reviews.withdraw(&caller, id, file).await? {
        Done { practice: false, .. } => Ok(HttpResponse::NoContent().finish()),
        Done { what: file, practice } => {
            Ok(HttpResponse::Ok().json(FileResponse { practice, ..FileResponse::from(file) }))
        }
    }
}

/// To be saved under its name, every byte of which is escaped (RFC 6266, RFC 8187).
pub(in crate::http) fn disposition(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let escaped: String = name.bytes().map(escape).collect();
    format!("attachment; filename*=UTF-8''{escaped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_cannot_break_out_of_the_header() {
        let header = disposition("Biên bản \"1\"\r\nX: y.pdf");
        let expected = "attachment; filename*=UTF-8''Bi%C3%AAn%20b%E1%BA%A3n%20%221%22%0D%0AX%3A%20y.pdf";
        assert_eq!(header, expected);
    }
}
