//! The phone API of the SMSGate app: a phone with that app is a gateway, with nothing between.
//!
//! Formats and names are the app's. A phone shows its own token; what registers a phone is the gateway's private token.

pub(super) mod events;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::Site;
use super::body;
use super::error::{Code, Problem, ProblemBody};
use crate::clock::time_of;
use crate::db::gateway_phone::Phone;
use crate::flows::phone::{Credential, PhoneError};
use crate::sms::StatePatch;

/// The largest body that a phone may send, bytes: states of some hundred texts.
const MAX_BODY: usize = 256 * 1024;
/// States that are taken at a time.
const MAX_STATES: usize = 1_000;

/// A phone that wants to be a gateway.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct RegisterRequest {
    /// Its make.
    #[serde(default)]
    name: Option<String>,
}

/// What a phone gets once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct RegisterResponse {
    /// What the app knows itself by.
    id: String,
    /// The phone's token.
    token: String,
    /// A name to register another phone with.
    login: String,
    /// The password that goes with it.
    password: String,
}

/// The phone as the server knows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceResponse {
    /// The phone's address as the server sees it.
    external_ip: String,
    /// The phone, if it showed its token.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<DeviceBody>,
}

/// A registered phone.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceBody {
    /// What the app knows itself by.
    id: String,
    /// Its make.
    name: String,
    /// When it was registered.
    created_at: String,
    /// When it was heard of last.
    last_seen: String,
}

/// A code by which another phone can be registered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeResponse {
    /// Six digits.
    code: String,
    /// Until when they are good.
    valid_until: String,
}

/// Another password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PasswordRequest {
    /// The one so far.
    current_password: String,
    /// The new one, 8 to 200 characters.
    new_password: String,
}

/// Registers a phone by the gateway's private token (Bearer), or by password (Basic) or code (Code) of another one.
#[utoipa::path(post, path = "/gateways/{id}/mobile/v1/device", tag = "phones",
    params(("id" = String, Path, description = "the gateway")), request_body = RegisterRequest,
    responses((status = 201, body = RegisterResponse),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn register_phone(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    site.phones.gateway(&id)?;
    let credential = credential(&request).ok_or(PhoneError::Unauthenticated)?;
    let new: RegisterRequest = read(&site, payload).await?;
    let name = new.name.unwrap_or_default();
    let registered = site.phones.register(&id, &credential, &name).await?;
    Ok(HttpResponse::Created().json(RegisterResponse {
        id: registered.device_id,
        token: registered.token,
        login: registered.login,
        password: registered.password,
    }))
}

/// Tells a phone its address and, with its token, what is known of it.
#[utoipa::path(get, path = "/gateways/{id}/mobile/v1/device", tag = "phones",
    params(("id" = String, Path, description = "the gateway")),
    responses((status = 200, body = DeviceResponse),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_phone(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    site.phones.gateway(&id)?;
    let phone = match request.headers().contains_key(header::AUTHORIZATION) {
        true => Some(phone(&site, &request, &id).await?),
        false => None,
    };
    let external_ip = request.connection_info().realip_remote_addr().unwrap_or_default().to_owned();
    let device = phone.map(|phone| DeviceBody {
        id: phone.device_id,
        name: phone.name,
        created_at: time_of(phone.created_at).to_rfc3339(),
        last_seen: time_of(phone.seen_at).to_rfc3339(),
    });
    Ok(HttpResponse::Ok().json(DeviceResponse { external_ip, device }))
}

/// Takes what a phone says of itself; nothing of it is kept but its name.
#[utoipa::path(patch, path = "/gateways/{id}/mobile/v1/device", tag = "phones",
    params(("id" = String, Path, description = "the gateway")), request_body = RegisterRequest,
    responses((status = 204), (status = 401, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn update_phone(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let phone = phone(&site, &request, &id).await?;
    let changed: RegisterRequest = read(&site, payload).await?;
    if let Some(name) = changed.name.filter(|name| !name.is_empty()) {
        site.phones.rename(&phone, &name).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Gives a phone the texts that it is to send. They are given again until it says what became of them.
#[utoipa::path(get, path = "/gateways/{id}/mobile/v1/message", tag = "phones",
    params(("id" = String, Path, description = "the gateway"),
    ("order" = Option<String>, Query, description = "what the app asks for; texts come in the order of their urgency")),
    responses((status = 200, body = Vec<Object>),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_texts(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let phone = phone(&site, &request, &id).await?;
    Ok(HttpResponse::Ok().json(site.phones.pull(&phone).await?))
}

/// Takes from a phone what became of texts. States only rise; texts that are not known change nothing.
#[utoipa::path(patch, path = "/gateways/{id}/mobile/v1/message", tag = "phones",
    params(("id" = String, Path, description = "the gateway")), request_body = Vec<Object>,
    responses((status = 204), (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn report_states(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let phone = phone(&site, &request, &id).await?;
    let states: Vec<StatePatch> = read(&site, payload).await?;
    if states.len() > MAX_STATES {
        let advice = format!("At most {MAX_STATES} states are taken at a time");
        return Err(Problem::new(Code::BodyTooLarge).detail(advice));
    }
    site.phones.report(&phone, states).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Tells a phone which addresses of this server to call, and for what.
#[utoipa::path(get, path = "/gateways/{id}/mobile/v1/webhooks", tag = "phones",
    params(("id" = String, Path, description = "the gateway")),
    responses((status = 200, body = Vec<Object>),
    (status = 401, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_webhooks(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    phone(&site, &request, &id).await?;
    Ok(HttpResponse::Ok().json(site.phones.gateway(&id)?.webhooks()))
}

/// Tells a phone its settings, the key of its webhooks among them.
#[utoipa::path(get, path = "/gateways/{id}/mobile/v1/settings", tag = "phones",
    params(("id" = String, Path, description = "the gateway")),
    responses((status = 200, body = Object),
    (status = 401, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_settings(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    phone(&site, &request, &id).await?;
    Ok(HttpResponse::Ok().json(site.phones.gateway(&id)?.app_settings()))
}

/// Gives a phone a code by which another one can be registered within five minutes.
#[utoipa::path(get, path = "/gateways/{id}/mobile/v1/user/code", tag = "phones",
    params(("id" = String, Path, description = "the gateway")),
    responses((status = 200, body = CodeResponse),
    (status = 401, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn create_code(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let phone = phone(&site, &request, &id).await?;
    let (code, until) = site.phones.new_code(&phone).await?;
    Ok(HttpResponse::Ok().json(CodeResponse { code, valid_until: time_of(until).to_rfc3339() }))
}

/// Changes the password of a phone.
#[utoipa::path(patch, path = "/gateways/{id}/mobile/v1/user/password", tag = "phones",
    params(("id" = String, Path, description = "the gateway")), request_body = PasswordRequest,
    responses((status = 204), (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn change_password(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let phone = phone(&site, &request, &id).await?;
    let PasswordRequest { current_password, new_password } = read(&site, payload).await?;
    site.phones.change_password(&phone, &current_password, &new_password).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The phone whose token the request shows.
async fn phone(site: &Site, request: &HttpRequest, gateway: &str) -> Result<Phone, Problem> {
    site.phones.gateway(gateway)?;
    match credential(request) {
        Some(Credential::Token(token)) => Ok(site.phones.by_token(gateway, &token).await?),
        _ => Err(PhoneError::Unauthenticated.into()),
    }
}

/// What the request shows: `Bearer TOKEN`, `Basic …` or `Code 123456`.
fn credential(request: &HttpRequest) -> Option<Credential> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, shown) = value.split_once(' ')?;
    let shown = shown.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Credential::Token(shown.to_owned()));
    }
    if scheme.eq_ignore_ascii_case("code") {
        return Some(Credential::Code(shown.to_owned()));
    }
    let decoded = BASE64.decode(shown).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (login, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(Credential::Password { login: login.to_owned(), password: password.to_owned() })
}

/// A body in JSON, with fields of newer apps passed over.
async fn read<T: serde::de::DeserializeOwned>(site: &Site, payload: web::Payload) -> Result<T, Problem> {
    let bytes = body::read(payload, MAX_BODY, site.body_time).await?;
    body::parse(&bytes)
}

impl From<PhoneError> for Problem {
    fn from(error: PhoneError) -> Self {
        let detail = error.to_string();
        match error {
            PhoneError::NoGateway => Problem::new(Code::NotFound).detail(detail),
            PhoneError::Unauthenticated => Problem::new(Code::InvalidToken).detail(detail),
            PhoneError::TooMany(seconds) => {
                Problem::new(Code::TooManyAttempts).detail(detail).retry_after(seconds)
            }
            PhoneError::BadPassword => Problem::new(Code::ValidationFailed).detail(detail),
            PhoneError::Full => Problem::new(Code::Busy),
            PhoneError::Db(error) => error.into(),
            PhoneError::Crypto(error) => Problem::internal(&error),
        }
    }
}
