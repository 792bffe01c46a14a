//! Logging in: tokens for a password, new tokens for a refresh token.

use actix_web::{HttpRequest, web};
use serde::{Deserialize, Serialize};

use super::Site;
use super::body::Json;
use super::error::{Problem, ProblemBody};
use super::origin::address;
use crate::flows::authenticate::Tokens;
use crate::flows::devices::Devices;

/// What a person types.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenRequest {
    /// The name of the account.
    username: String,
    /// Its password.
    #[schema(format = Password)]
    password: String,
    /// The code of an authenticator app, for accounts that have one; none has yet.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "accounts with a second factor come with a later version; the contract has the field"
    )]
    totp: Option<String>,
}

/// A refresh token to be exchanged.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshRequest {
    /// The one that the last log-in or exchange gave; it is good once.
    refresh_token: String,
}

/// What a log-in or an exchange gives.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TokenResponse {
    /// For `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// For one exchange at `/api/v1/auth/refresh`.
    refresh_token: String,
}

impl From<Tokens> for TokenResponse {
    fn from(tokens: Tokens) -> Self {
        TokenResponse {
            access_token: tokens.access_token,
            token_type: "Bearer",
            expires_in: tokens.expires_in,
            refresh_token: tokens.refresh_token,
        }
    }
}

/// Logs in. Attempts are limited by user name and by address.
#[utoipa::path(post, path = "/api/v1/auth/token", tag = "auth", request_body = TokenRequest, responses(
    (status = 200, body = TokenResponse),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn create_token(
    site: web::Data<Site>,
    request: HttpRequest,
    Json(body): Json<TokenRequest>,
) -> Result<web::Json<TokenResponse>, Problem> {
    let now = site.clock.real_micros();
    let tokens = site.sessions.open(&body.username, body.password, address(&site, &request), now).await?;
    Ok(web::Json(tokens.into()))
}

/// Exchanges a refresh token, of an account or a device. One that comes a second time ends all tokens of its log-in; that
/// of a device is taken again within an hour, as long as the one that replaced it was not used.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "auth", request_body = RefreshRequest, responses(
    (status = 200, body = TokenResponse),
    (status = 401, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn refresh_token(
    site: web::Data<Site>,
    Json(body): Json<RefreshRequest>,
) -> Result<web::Json<TokenResponse>, Problem> {
    let tokens = if Devices::is_refresh_token(&body.refresh_token) {
        site.devices.refresh(&body.refresh_token, site.now()).await?
    } else {
        site.sessions.refresh(&body.refresh_token, site.clock.real_micros()).await?
    };
    Ok(web::Json(tokens.into()))
}
