//! OpenRosa 1.0 for ODK Collect, KoboCollect and Enketo: the list of forms, the forms with their tables, and what was
//! filled in. Each address stands twice: with a password (Basic, over TLS only), and with a device's token in it.
//!
//! Collect wants exact statuses: 204 to `HEAD`, 201 to `POST`, and shows the `<message>` of any other answer. So answers
//! here are XML, errors too.

mod answer;
mod enrol;
mod forms;
mod media;
mod parts;
mod submission;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

pub(super) use enrol::*;
pub(super) use forms::*;
pub(super) use media::*;
pub(super) use submission::*;

use super::Site;
use super::origin::address;
use crate::domain::template::key;
use crate::flows::authenticate::{AuthError, Caller};
use answer::Refusal;

/// Characters of a user name and password in Basic.
const LONGEST_BASIC: usize = 2_048;

/// Who calls: by the token of the address, else by user name and password.
async fn collector(site: &Site, request: &HttpRequest) -> Result<Caller, Refusal> {
    if let Some(token) = request.match_info().get("token") {
        return Ok(site.devices.collector(token, site.now()).await?);
    }
    if !site.public_url.as_deref().is_some_and(|url| url.starts_with("https://")) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, key::FORM_NO_TLS));
    }
    let log_in = || Refusal::new(StatusCode::UNAUTHORIZED, key::FORM_LOG_IN).challenge();
    let (username, password) = basic(request.headers()).ok_or_else(log_in)?;
    let checked =
        site.sessions.check(&username, password, address(site, request), site.clock.real_micros()).await;
    match checked {
        Err(AuthError::WrongCredentials) => Err(log_in()),
        Err(AuthError::TooMany(seconds)) => {
            Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, key::FORM_LATER).retry_after(seconds))
        }
        Err(AuthError::Busy) => Err(Refusal::later()),
        Err(error) => Err(Refusal::failed(&error)),
        Ok(caller) => Ok(caller),
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > LONGEST_BASIC {
        return None;
    }
    let decoded = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
    let (username, password) = decoded.split_once(':')?;
    let null = decoded.contains('\0');
    (!null).then(|| (username.to_owned(), password.to_owned()))
}

/// The address under which the client reached `/openrosa`, with its token: clients want whole addresses.
fn base(site: &Site, request: &HttpRequest) -> String {
    let root = root(site, request);
    match request.match_info().get("token") {
        Some(token) => format!("{root}/openrosa/t/{token}"),
        None => format!("{root}/openrosa"),
    }
}

/// The address of the server: that of the settings, else the one that the client used.
fn root(site: &Site, request: &HttpRequest) -> String {
    if let Some(url) = &site.public_url {
        return url.clone();
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    let host = if !host.is_empty() && host.bytes().all(plain) { host } else { "localhost" };
    format!("http://{host}")
}

/// Answers `HEAD`: an empty body tells whether the caller is let in, and how much may be sent.
async fn answer_head(site: &Site, request: &HttpRequest) -> HttpResponse {
    match collector(site, request).await {
        Ok(_) => answer::headers(HttpResponse::NoContent()).finish(),
        Err(refusal) => refusal.without_body(),
    }
}

/// Whether the client may send a form or fetch the list.
#[utoipa::path(method(head), path = "/openrosa/submission", tag = "openrosa", responses(
    (status = 204, description = "X-OpenRosa-Accept-Content-Length says how many bytes may be sent at once"),
    (status = 401, description = "User name and password are needed"), (status = 403, description = "No TLS")))]
pub(super) async fn probe_submission(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    answer_head(&site, &request).await
}

/// Whether the client may send a form, by the token of a device.
#[utoipa::path(method(head), path = "/openrosa/t/{token}/submission", tag = "openrosa",
    params(("token" = String, Path, description = "the token of a device")),
    responses((status = 204), (status = 401, description = "The token is unknown, or its device was ended")))]
pub(super) async fn probe_submission_by_token(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    answer_head(&site, &request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_user_name_and_a_password_are_read_from_basic() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            basic(&headers)
        };
        let encoded = BASE64.encode("lan:mật:khẩu");
        assert_eq!(read(&format!("Basic {encoded}")), Some(("lan".to_owned(), "mật:khẩu".to_owned())));
        assert_eq!(read(&format!("Bearer {encoded}")), None);
        for wrong in ["Basic", "Basic !", &format!("Basic {}", BASE64.encode("lan"))] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read(&format!("Basic {}", BASE64.encode("a:\0"))), None);
        assert_eq!(read(&format!("Basic {}", BASE64.encode(format!("a:{}", "x".repeat(5_000))))), None);
    }
}
