//! Photographs in pieces, so that a poor network need carry none of it twice.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::Site;
use super::auth::Authenticated;
use super::body::{self, Json};
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::parameters::bad;
use crate::crypto::{Digest, hex};
use crate::db::photo::Attachment;
use crate::documents::file_kind::FileKind;
use crate::flows::collect::{Announced, MOST_BYTES, MOST_PIECE, UploadError};

/// Characters of a report's id.
const LONGEST_ID: usize = 128;
/// Characters of a name.
const LONGEST_NAME: usize = 200;
/// How much longer than another body a piece may take to come.
const PATIENCE: u32 = 2;
/// Where a piece begins, and where the server's copy ends.
const OFFSET: &str = "Upload-Offset";

/// A photograph that is going to be sent.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnnounceRequest {
    /// SHA-256 of its content, 64 hexadecimal digits.
    sha256: String,
    /// Bytes, 10 MiB at most.
    size: i64,
    /// `image/jpeg` or `image/png`.
    kind: String,
    /// The report that it belongs to, which is there: the id that its client gave it, or the id of a version.
    report: String,
    /// What it is called.
    #[serde(default)]
    name: Option<String>,
}

/// How much of a photograph is there.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct UploadResponse {
    /// SHA-256 of its content.
    sha256: String,
    /// Bytes of the whole.
    size: i64,
    /// `image/jpeg` or `image/png`.
    kind: String,
    /// How many bytes are on the server's disk: the next piece begins here.
    offset: i64,
    /// Whether it is whole and agrees with its digest.
    complete: bool,
    /// How many bytes a piece may have.
    largest_piece: usize,
}

impl From<Attachment> for UploadResponse {
    fn from(attachment: Attachment) -> Self {
        UploadResponse {
            sha256: hex(&attachment.content),
            size: attachment.size,
            kind: attachment.media_type,
            offset: attachment.received,
            complete: attachment.finished_at.is_some(),
            largest_piece: MOST_PIECE,
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let detail = error.to_string();
        let field = |pointer: &str, code| {
            let error = FieldError::new(pointer, code, detail.clone());
            Problem::new(Code::ValidationFailed).detail(detail.clone()).errors(vec![error])
        };
        match error {
            UploadError::NoReport | UploadError::Unannounced => Problem::new(Code::NotFound).detail(detail),
            UploadError::Differs { .. } => field("/size", "announced_otherwise"),
            UploadError::TooManyPhotos => field("/report", "too_many"),
            UploadError::TooLong(_) => field("", "too_long"),
            UploadError::TooManyOpen => Problem::new(Code::TooManyOpen).detail(detail),
            UploadError::Offset(there) => Problem::new(Code::OffsetMismatch)
                .detail(detail)
                .header(HeaderName::from_static("upload-offset"), &there.to_string()),
            UploadError::Digest => Problem::new(Code::DigestMismatch).detail(detail),
            UploadError::Kind(_) => Problem::new(Code::FileRefused).detail(detail),
            UploadError::Db(error) => error.into(),
            UploadError::Store(_) | UploadError::Interrupted => Problem::internal(&error),
        }
    }
}

fn check(request: AnnounceRequest) -> Result<Announced, Vec<FieldError>> {
    let mut errors = Vec::new();
    let content = digest(&request.sha256);
    if content.is_none() {
        errors.push(FieldError::new("/sha256", "bad_digest", "64 digits and letters from a to f"));
    }
    if !(1..=MOST_BYTES).contains(&request.size) {
        errors.push(FieldError::new("/size", "bad_size", format!("1 to {MOST_BYTES} bytes; scale it down")));
    }
    let kind = FileKind::photograph(&request.kind);
    if kind.is_none() {
        errors.push(FieldError::new("/kind", "unknown_kind", "image/jpeg or image/png"));
    }
    if request.report.is_empty() || request.report.len() > LONGEST_ID {
        errors.push(FieldError::new("/report", "bad_id", format!("1 to {LONGEST_ID} characters")));
    }
    let name = request.name.unwrap_or_default();
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let advice = format!("{LONGEST_NAME} characters at most, on one line");
        errors.push(FieldError::new("/name", "bad_name", advice));
    }
    match (content, kind) {
        (Some(content), Some(kind)) if errors.is_empty() => {
            let name = if name.is_empty() { format!("photo.{}", kind.extension()) } else { name };
            Ok(Announced { content, size: request.size, kind, report: request.report, name })
        }
        _ => Err(errors),
    }
}

/// The digest that is written so.
fn digest(text: &str) -> Option<Digest> {
    let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
    let mut digest = Digest::default();
    let pairs = text.as_bytes().chunks_exact(2);
    if text.len() != 2 * digest.len() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(pairs) {
        let [high, low] = *pair else { return None };
        *byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    }
    Some(digest)
}

fn answer(status: StatusCode, attachment: Attachment) -> HttpResponse {
    let offset = attachment.received.to_string();
    HttpResponse::build(status).insert_header((OFFSET, offset)).json(UploadResponse::from(attachment))
}

/// Announces a photograph of a report by its digest, and tells how much of it is there: the same again goes on where it was cut
/// off. 201: it is new to the report; 200: it was announced before, or is there as a whole.
#[utoipa::path(post, path = "/api/v1/attachments", tag = "reports", security(("bearer" = [])), request_body = AnnounceRequest,
    responses(
    (status = 201, body = UploadResponse),
    (status = 200, body = UploadResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "There is no such report of the caller's units"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "Too many are begun"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn announce_photo(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Json(request): Json<AnnounceRequest>,
) -> Result<HttpResponse, Problem> {
    let announced = check(request).map_err(|errors| {
        let first = errors.first().map(|error| format!("{}: {}", error.pointer, error.detail));
        Problem::new(Code::ValidationFailed).detail(first.unwrap_or_default()).errors(errors)
    })?;
    let (attachment, new) = site.collecting.announce(&caller, announced).await?;
    Ok(answer(if new { StatusCode::CREATED } else { StatusCode::OK }, attachment))
}

/// How much is there of a photograph that the caller announced.
#[utoipa::path(get, path = "/api/v1/attachments/{sha256}", tag = "reports", security(("bearer" = [])),
    params(("sha256" = String, Path, description = "SHA-256 of its content")), responses(
    (status = 200, body = UploadResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_upload(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    sha256: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let content = digest(&sha256).ok_or_else(|| Problem::from(UploadError::Unannounced))?;
    Ok(answer(StatusCode::OK, site.collecting.upload(&caller, content).await?))
}

/// Takes the piece that begins at `Upload-Offset`. 200: it is on the disk; what comes next begins at `offset`. The last one makes
/// it whole: then it is compared with its digest, and thrown away where they differ.
#[utoipa::path(patch, path = "/api/v1/attachments/{sha256}", tag = "reports", security(("bearer" = [])),
    params(("sha256" = String, Path, description = "SHA-256 of its content"),
        ("Upload-Offset" = i64, Header, description = "Where the piece begins")),
    request_body(content = Vec<u8>, description = "The piece, 256 KiB at most", content_type = "application/octet-stream"), responses(
    (status = 200, body = UploadResponse),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "The piece does not begin where the copy ends; go on from Upload-Offset"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "The whole does not agree with its digest, or is no photograph")))]
pub(super) async fn take_piece(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    request: HttpRequest,
    sha256: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let content = digest(&sha256).ok_or_else(|| Problem::from(UploadError::Unannounced))?;
    let offset = offset(&request)?;
    check_type(&request)?;
    // Whoever announced nothing is told so before anything is read.
    site.collecting.upload(&caller, content).await?;
    let piece = body::read(payload, MOST_PIECE, site.body_time * PATIENCE).await?;
    if piece.is_empty() {
        return Err(Problem::new(Code::BadRequest).detail("The piece is empty"));
    }
    let attachment = site.collecting.take_piece(&caller, content, offset, piece.to_vec()).await?;
    Ok(answer(StatusCode::OK, attachment))
}

fn offset(request: &HttpRequest) -> Result<i64, Problem> {
    let given = request.headers().get(OFFSET).and_then(|value| value.to_str().ok());
    let offset = given.and_then(|text| text.parse().ok()).filter(|offset| (0..=MOST_BYTES).contains(offset));
    offset.ok_or_else(|| bad(OFFSET, "a header with the number of bytes before the piece"))
}

/// A piece is bytes as they are; a compressed body could unpack to anything.
fn check_type(request: &HttpRequest) -> Result<(), Problem> {
    let value = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let plain = value(header::CONTENT_ENCODING).is_none_or(|value| value == "identity");
    let bytes = matches!(
        value(header::CONTENT_TYPE),
        Some("application/octet-stream" | "application/offset+octet-stream")
    );
    let advice = "A piece is application/octet-stream, uncompressed";
    if plain && bytes { Ok(()) } else { Err(Problem::new(Code::UnsupportedMediaType).detail(advice)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_in_one_way() {
        let text = "00ff".repeat(16);
        assert_eq!(digest(&text).map(|digest| hex(&digest)), Some(text.clone()));
        for wrong in
            ["", "00", &text.to_uppercase(), &text.replace('f', "g"), &format!("{text}00"), &"é".repeat(32)]
        {
            assert_eq!(digest(wrong), None, "{wrong}");
        }
    }
}
