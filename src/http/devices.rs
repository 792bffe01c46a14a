//! Devices of people who report: a code by SMS, tokens for it, the list, and ending one.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::origin::address;
use super::parameters::{self, Page, Query};
use super::tokens::TokenResponse;
use super::{Site, me};
use crate::clock::time_of;
use crate::db::device::HeldPost;
use crate::domain::log_in;
use crate::domain::phone::Phone;
use crate::flows::authenticate::{Caller, Who};
use crate::flows::devices::{DeviceError, Now, OpeningDevice, ShownDevice};

/// Characters of a device's id and name.
const LONGEST_ID: usize = 64;
const LONGEST_NAME: usize = 64;
/// Devices in a page, and the most that may be asked for.
const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 500;

impl Site {
    /// When a request about devices is made.
    pub(super) fn now(&self) -> Now {
        Now { real: self.clock.real_micros(), today: self.clock.today() }
    }
}

impl From<DeviceError> for Problem {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::TooMany(seconds) => Problem::new(Code::TooManyAttempts)
                .detail(format!("Too many codes were asked for or tried; try again in {seconds} seconds"))
                .retry_after(seconds),
            DeviceError::WrongCode => Problem::new(Code::WrongCode),
            DeviceError::ChooseUnit(posts) => choose_unit(&posts),
            DeviceError::RefreshRefused => Problem::new(Code::RefreshRefused),
            DeviceError::Ended => Problem::new(Code::DeviceRevoked),
            DeviceError::PostEnded => Problem::new(Code::PostEnded),
            DeviceError::NotFound => Problem::new(Code::NotFound),
            DeviceError::Forbidden(error) => error.into(),
            DeviceError::Auth(error) => error.into(),
            DeviceError::Db(error) => error.into(),
            DeviceError::Crypto(_) => Problem::internal(&error),
        }
    }
}

fn choose_unit(posts: &[HeldPost]) -> Problem {
    let mut errors: Vec<FieldError> = posts
        .iter()
        .map(|post| FieldError::new("/unit", "choice", format!("{} {}", post.code, post.name)))
        .collect();
    errors.dedup();
    Problem::new(Code::ChooseUnit).errors(errors)
}

/// Whose telephone it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeRequest {
    /// The number, in any usual spelling.
    phone: String,
}

/// A code may be on its way.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CodeResponse {
    /// Seconds that a code is good.
    expires_in: i64,
}

/// Sends a code to log in with, if somebody who reports has this number. The answer is the same for every number.
#[utoipa::path(post, path = "/api/v1/auth/otp/request", tag = "auth", request_body = CodeRequest, responses(
    (status = 202, body = CodeResponse),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn request_code(
    site: web::Data<Site>,
    request: HttpRequest,
    Json(body): Json<CodeRequest>,
) -> Result<HttpResponse, Problem> {
    let phone = phone(&body.phone).map_err(refused)?;
    site.devices.send_code(&phone, address(&site, &request), site.now()).await?;
    Ok(HttpResponse::Accepted().json(CodeResponse { expires_in: log_in::GOOD_FOR / 1_000_000 }))
}

/// A code with the device that is to be logged in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyRequest {
    /// The number that the code came to.
    phone: String,
    /// The code.
    code: String,
    /// The device.
    device: DeviceRequest,
    /// The code of a unit, where several people share the number.
    #[serde(default)]
    unit: Option<String>,
}

/// What a client says of itself.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DeviceRequest {
    /// Made once by the client, a UUID for example. Logging in again with the same id ends the log-in before.
    id: String,
    /// What the person sees in the list.
    #[serde(default)]
    name: String,
}

/// A device that was logged in.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct OpenedResponse {
    #[serde(flatten)]
    tokens: TokenResponse,
    /// The id of the device.
    device: String,
    /// Who logged in.
    person: me::PersonResponse,
}

/// Exchanges a code for the tokens of a device. The refresh token goes to `/api/v1/auth/refresh`, as that of an account.
#[utoipa::path(post, path = "/api/v1/auth/otp/verify", tag = "auth", request_body = VerifyRequest, responses(
    (status = 200, body = OpenedResponse),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn verify_code(
    site: web::Data<Site>,
    request: HttpRequest,
    Json(body): Json<VerifyRequest>,
) -> Result<web::Json<OpenedResponse>, Problem> {
    let phone = phone(&body.phone).map_err(refused)?;
    let device = opening(body.device, body.unit).map_err(refused)?;
    let opened = site.devices.open(&phone, &body.code, device, address(&site, &request), site.now()).await?;
    Ok(web::Json(OpenedResponse {
        tokens: opened.tokens.into(),
        device: opened.device.to_string(),
        person: me::PersonResponse::new(opened.name, &opened.rights),
    }))
}

fn refused(error: FieldError) -> Problem {
    Problem::new(Code::ValidationFailed).detail(error.detail.clone()).errors(vec![error])
}

fn phone(text: &str) -> Result<Phone, FieldError> {
    Phone::parse(text).map_err(|error| FieldError::new("/phone", "bad_phone", error.to_string()))
}

fn opening(device: DeviceRequest, unit: Option<String>) -> Result<OpeningDevice, FieldError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    let DeviceRequest { id, name } = device;
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(plain) {
        let advice = format!("1 to {LONGEST_ID} letters, digits, “-”, “_”, “.”, “:”");
        return Err(FieldError::new("/device/id", "bad_id", advice));
    }
    Ok(OpeningDevice { client_id: id, name: device_name(&name, "/device/name")?, unit })
}

/// A name that can be shown in a list.
pub(super) fn device_name(name: &str, pointer: &str) -> Result<String, FieldError> {
    let name = name.trim();
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let advice = format!("{LONGEST_NAME} characters at most, without line breaks");
        return Err(FieldError::new(pointer, "bad_name", advice));
    }
    Ok(name.to_owned())
}

/// A device in the list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DeviceResponse {
    /// Its id.
    id: String,
    /// What the client calls itself.
    name: String,
    /// `app`, or `openrosa` for ODK Collect and its like.
    kind: String,
    /// The name of its holder.
    person: String,
    /// The units that its holder reports for today.
    units: Vec<me::UnitResponse>,
    /// When it was logged in.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was heard of last.
    #[schema(format = DateTime)]
    seen_at: String,
    /// When it is logged out, unless it is used.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When it was ended.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    /// Why: `revoked` by an officer, `logged_out`, `replaced` by another log-in, `reused`: its token was stolen.
    revoked_why: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

fn time(micros: i64) -> String {
    time_of(micros).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

impl DeviceResponse {
    fn new(shown: ShownDevice, caller: &Caller) -> Self {
        let device = shown.device;
        DeviceResponse {
            id: device.id.to_string(),
            name: device.name,
            kind: device.kind,
            person: shown.name,
            units: me::units(&shown.posts),
            created_at: time(device.created_at),
            seen_at: time(device.seen_at),
            expires_at: time(device.expires_at),
            revoked_at: device.ended_at.map(time),
            revoked_why: device.ended_why,
            current: matches!(caller.who, Who::Person { device: own, .. } if own == device.id),
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// The cursor of the page before.
    after: Option<String>,
    /// Devices in a page.
    limit: Option<u32>,
}

/// The own devices; for officers and administrators those of the people of their area.
#[utoipa::path(get, path = "/api/v1/devices", tag = "devices", security(("bearer" = [])), params(ListQuery), responses(
    (status = 200, body = Page<DeviceResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_devices(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListQuery>,
) -> Result<web::Json<Page<DeviceResponse>>, Problem> {
    let after = query.after.as_deref().map(|after| parameters::id("after", after)).transpose()?.unwrap_or(0);
    let limit = parameters::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let found = site.devices.list(&caller, after, limit, site.now()).await?;
    let items = found.into_iter().map(|shown| DeviceResponse::new(shown, &caller)).collect();
    Ok(web::Json(Page::cut(items, limit, |item| item.id.clone())))
}

/// Ends a device: lost, stolen, or logged out. It is out at once.
#[utoipa::path(delete, path = "/api/v1/devices/{id}", tag = "devices", security(("bearer" = [])),
    params(("id" = String, Path, description = "The device")), responses(
    (status = 204, description = "It is ended, now or before"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn end_device(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    site.devices.end(&caller, parameters::id("id", &id)?, site.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
