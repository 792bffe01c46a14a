//! What was filled in.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::{self, ACCEPTED_BYTES, Refusal};
use super::forms::templates;
use super::{collector, parts};
use crate::domain::template::key;
use crate::flows::collect::Fate;
use crate::http::Site;
use crate::http::body;
use crate::http::error::Code;

/// How much longer than another body this one may take: photographs over a poor network.
const PATIENCE: u32 = 2;

async fn take(site: &Site, request: &HttpRequest, payload: web::Payload) -> Result<HttpResponse, Refusal> {
    let caller = collector(site, request).await?;
    // A compressed body could unpack to anything; no client sends one.
    let plain = request.headers().get(header::CONTENT_ENCODING).is_none_or(|value| value == "identity");
    if !plain {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, key::FORM_BROKEN));
    }
    let read = body::read(payload, ACCEPTED_BYTES, site.body_time * PATIENCE).await;
    let body = read.map_err(|problem| match problem.code() {
        Code::BodyTooLarge => Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, key::FORM_TOO_LARGE),
        Code::RequestTimeout => Refusal::new(StatusCode::REQUEST_TIMEOUT, key::FORM_BROKEN),
        _ => Refusal::new(StatusCode::BAD_REQUEST, key::FORM_BROKEN),
    })?;
    let sent = parts::read(request.headers(), body).await?;
    let answered = site.collecting.take(&caller, sent).await?;
    let status = match answered.fate {
        Fate::Taken => StatusCode::CREATED,
        Fate::Contradicts => StatusCode::CONFLICT,
        Fate::Refused => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(answer::message(status, &answered.message))
}

/// Takes a filled-in form. 201: it is on disk, now or since an earlier time; the message is for the person.
#[utoipa::path(post, path = "/openrosa/submission", tag = "openrosa",
    request_body(content = Vec<u8>, description = "`xml_submission_file` and a part for each photograph", content_type = "multipart/form-data"),
    responses((status = 201, body = String, content_type = "text/xml"),
    (status = 400, body = String, content_type = "text/xml"), (status = 401, body = String, content_type = "text/xml"),
    (status = 403, body = String, content_type = "text/xml"), (status = 409, body = String, content_type = "text/xml"),
    (status = 413, body = String, content_type = "text/xml"), (status = 422, body = String, content_type = "text/xml")))]
pub(in crate::http) async fn submit_form(
    site: web::Data<Site>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    take(&site, &request, payload).await.unwrap_or_else(|refusal| refusal.answer(templates(&site)))
}

/// Takes a filled-in form, by the token of a device.
#[utoipa::path(post, path = "/openrosa/t/{token}/submission", tag = "openrosa",
    params(("token" = String, Path, description = "the token of a device")),
    request_body(content = Vec<u8>, description = "`xml_submission_file` and a part for each photograph", content_type = "multipart/form-data"),
    responses((status = 201, body = String, content_type = "text/xml"), (status = 400, body = String, content_type = "text/xml"),
    (status = 401, body = String, content_type = "text/xml"), (status = 403, body = String, content_type = "text/xml"),
    (status = 409, body = String, content_type = "text/xml"), (status = 413, body = String, content_type = "text/xml"),
    (status = 422, body = String, content_type = "text/xml")))]
pub(in crate::http) async fn submit_form_by_token(
    site: web::Data<Site>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    take(&site, &request, payload).await.unwrap_or_else(|refusal| refusal.answer(templates(&site)))
}
