//! The one table of errors: code → status → title, and how an error becomes an answer.
//!
//! Every answer of 400 and above is a problem (RFC 9457, `application/problem+json`) with a stable `code`, whether it
//! comes from a handler, a middleware, an extractor or the router. Answers of 500 and above say nothing about the
//! inside of the server but the id under which its log tells more.

use std::borrow::Cow;
use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

use super::request_id::RequestId;
use crate::db::DbError;
use crate::flows::receive::ReceiveError;

macro_rules! codes {
    ($($variant:ident = $status:literal $name:literal $title:literal;)+) => {
        /// A stable name of what went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $title] $variant,)+
        }

        impl Code {
            /// All codes, in the order of their statuses.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The name that clients compare.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            fn row(self) -> (u16, &'static str) {
                match self { $(Code::$variant => ($status, $title),)+ }
            }
        }
    };
}

codes! {
    BadRequest = 400 "bad_request" "The request cannot be understood";
    InvalidJson = 400 "invalid_json" "The body is no JSON";
    InvalidUtf8 = 400 "invalid_utf8" "The body is no UTF-8";
    NullCharacter = 400 "null_character" "The request holds the character U+0000, which cannot be stored";
    IncompleteBody = 400 "incomplete_body" "The body ended before its announced length";
    InvalidParameter = 400 "invalid_parameter" "A parameter of the address is wrong";
    Unauthenticated = 401 "unauthenticated" "An access token is needed";
    InvalidToken = 401 "invalid_token" "The access token is not valid";
    TokenExpired = 401 "token_expired" "The access token has expired; use the refresh token";
    WrongCredentials = 401 "wrong_credentials" "The user name or the password is wrong";
    WrongCode = 401 "wrong_code" "The code is wrong or not good any more; ask for another";
    DeviceRevoked = 401 "device_revoked" "The device was ended; log in again";
    PostEnded = 401 "post_ended" "The holder of the device has no post any more";
    RefreshRefused = 401 "refresh_refused" "The refresh token is not valid any more; log in again";
    Forbidden = 403 "forbidden" "The account may not do this";
    NotFound = 404 "not_found" "There is nothing at this address";
    UnknownUnit = 404 "unknown_unit" "There is no such unit on that day, or the account may not see it";
    MethodNotAllowed = 405 "method_not_allowed" "The address does not take this method";
    RequestTimeout = 408 "request_timeout" "The request took too long to arrive";
    IdTaken = 409 "id_taken" "The id was used before for another content";
    VersionConflict = 409 "version_conflict" "Others changed the same figures since the version that the report started from";
    StepRefused = 409 "step_refused" "The review does not stand where this step begins, or something is lacking";
    ConfirmationNeeded = 409 "confirmation_needed" "The report contradicts what is stored; confirm it";
    ChooseUnit = 409 "choose_unit" "Several people share the number; say for which unit it is";
    OffsetMismatch = 409 "offset_mismatch" "The piece does not begin where the server's copy ends; go on from Upload-Offset";
    TooManyOpen = 409 "too_many_open" "Too many photographs are begun and not whole; finish them first";
    AlreadyDecided = 409 "already_decided" "An officer has decided about the proposal already";
    BodyTooLarge = 413 "body_too_large" "The body is larger than this address takes";
    TooManyRows = 413 "too_many_rows" "More rows than are taken at a time";
    UriTooLong = 414 "uri_too_long" "The address is too long";
    UnsupportedMediaType = 415 "unsupported_media_type" "The body must be application/json, uncompressed";
    ValidationFailed = 422 "validation_failed" "The content is not acceptable";
    NotReviewed = 422 "not_reviewed" "The unit is not reviewed in that year";
    FileRefused = 422 "file_refused" "The file is not taken";
    DigestMismatch = 422 "digest_mismatch" "What arrived does not agree with its SHA-256; send it again from the beginning";
    IdempotencyKeyReused = 422 "idempotency_key_reused" "The Idempotency-Key was used before for another request";
    TooManyAttempts = 429 "too_many_attempts" "Too many attempts; wait";
    TooManyRequests = 429 "too_many_requests" "Too much at a time; wait";
    HeadersTooLarge = 431 "headers_too_large" "The headers are too large";
    Internal = 500 "internal" "The server failed";
    NotSupported = 501 "not_supported" "This is not supported yet";
    Unavailable = 503 "unavailable" "The database cannot be reached; try again";
    Busy = 503 "busy" "The server has too much to do; try again";
    TimedOut = 504 "timed_out" "The server took too long to answer; try again";
}

impl Code {
    /// The status that goes with it.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What it means, in a line.
    pub fn title(self) -> &'static str {
        self.row().1
    }

    /// The code for an answer that the framework made with nothing but a status.
    fn of_status(status: StatusCode) -> Code {
        match status.as_u16() {
            401 => Code::Unauthenticated,
            403 => Code::Forbidden,
            404 => Code::NotFound,
            405 => Code::MethodNotAllowed,
            408 => Code::RequestTimeout,
            413 => Code::BodyTooLarge,
            414 => Code::UriTooLong,
            415 => Code::UnsupportedMediaType,
            422 => Code::ValidationFailed,
            429 => Code::TooManyAttempts,
            431 => Code::HeadersTooLarge,
            501 => Code::NotSupported,
            503 => Code::Busy,
            504 => Code::TimedOut,
            400..=499 => Code::BadRequest,
            _ => Code::Internal,
        }
    }
}

/// What is wrong with one field of the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where it stands, a JSON pointer (RFC 6901).
    pub pointer: String,
    /// A stable name of what is wrong.
    pub code: &'static str,
    /// What to do about it.
    pub detail: String,
}

impl FieldError {
    /// An error at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        FieldError { pointer: pointer.into(), code, detail: detail.into() }
    }
}

/// An answer that says what went wrong.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Seconds after which a client may try again when the database is away or the server is full.
const RETRY_SECONDS: u32 = 5;

impl Problem {
    /// The problem `code`, with its title as the detail.
    pub fn new(code: Code) -> Self {
        let problem = Problem { code, detail: Cow::Borrowed(""), errors: Vec::new(), headers: Vec::new() };
        match code.status() {
            StatusCode::UNAUTHORIZED => problem.header(header::WWW_AUTHENTICATE, "Bearer"),
            StatusCode::SERVICE_UNAVAILABLE => problem.retry_after(RETRY_SECONDS),
            _ => problem,
        }
    }

    /// With words for the person who reads it: what to do. Never shown for 500 and above.
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With what is wrong with single fields.
    pub fn errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// What is wrong with single fields.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// With a header.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// To be tried again after `seconds`.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.headers.retain(|(name, _)| name != header::RETRY_AFTER);
        self.header(header::RETRY_AFTER, &seconds.to_string())
    }

    /// A failure of the server, logged here, once; the answer carries the request id only.
    pub fn internal(error: &dyn fmt::Display) -> Self {
        tracing::error!(%error, "the request failed");
        Problem::new(Code::Internal)
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The answer for the request `id`.
    fn respond(&self, id: &str) -> HttpResponse {
        let status = self.code.status();
        let detail =
            if self.detail.is_empty() || status.is_server_error() { self.code.title() } else { &self.detail };
        let mut response = HttpResponseBuilder::new(status);
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        let body = ProblemBody {
            r#type: format!("urn:binhyen:problem:{}", self.code.name()),
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code.name(),
            detail,
            request_id: id,
            errors: &self.errors,
        };
        response.body(serde_json::to_vec(&body).unwrap_or_default())
    }
}

/// The body of a problem, as it is documented.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// A name for the kind of problem, no address to be fetched.
    r#type: String,
    /// The kind of problem in a line.
    title: &'a str,
    /// The status of the answer.
    status: u16,
    /// The stable name that clients compare.
    code: &'a str,
    /// What happened and what to do.
    detail: &'a str,
    /// The id under which the server's log tells more.
    request_id: &'a str,
    /// What is wrong with single fields.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// The body is written by [`render_problems`], which knows the request's id.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.code.status());
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Intake(error) => error.into(),
            ReceiveError::Database(error) => error.into(),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        let code = match &error {
            DbError::Unavailable(_) => Code::Unavailable,
            DbError::Collision | DbError::Overtaken => Code::Busy,
            DbError::Query(_) | DbError::Corrupt(_) | DbError::Stopped => Code::Internal,
        };
        tracing::error!(%error, "the database did not answer");
        Problem::new(code)
    }
}

/// Put into the extensions of an answer whose body is right as it is: providers want their own bodies, or none.
#[derive(Debug, Clone, Copy)]
pub struct Verbatim;

/// Middleware: writes the body of every error, whoever made it.
pub async fn render_problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.response().extensions().get::<Verbatim>().is_some() {
        return Ok(response);
    }
    let problem = response.response().extensions().get::<Problem>().cloned();
    Ok(response.into_response(problem_response(problem, status, &id)))
}

fn problem_response(problem: Option<Problem>, status: StatusCode, id: &RequestId) -> HttpResponse {
    problem.unwrap_or_else(|| Problem::new(Code::of_status(status))).respond(id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_snake_case_and_have_an_error_status() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        for code in Code::ALL {
            assert!(code.name().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code:?}");
        }
    }

    #[actix_web::test]
    async fn an_answer_of_500_says_nothing_but_the_request_id() {
        let problem = Problem::new(Code::Internal).detail("secret");
        let body = actix_web::body::to_bytes(problem.respond("r1").into_body()).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(!body.contains("secret"), "{body}");
        assert!(body.contains(r#""request_id":"r1""#), "{body}");
    }

    #[test]
    fn an_unknown_status_still_has_a_code_of_its_class() {
        assert_eq!(Code::of_status(StatusCode::IM_A_TEAPOT), Code::BadRequest);
        assert_eq!(Code::of_status(StatusCode::BAD_GATEWAY), Code::Internal);
    }
}
