//! Answers in the XML of OpenRosa, with the headers that its clients look for.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::db::DbError;
use crate::documents::instance::BadInstance;
use crate::domain::form::xform::escape;
use crate::domain::template::{TemplateKey, Templates, key};
use crate::flows::collect::CollectError;
use crate::flows::devices::DeviceError;
use crate::flows::intake::IntakeError;
use crate::flows::review::ReviewError;
use crate::http::error::Verbatim;

/// The type of every answer.
pub(super) const XML: &str = "text/xml; charset=utf-8";
/// Bytes that may be sent at once; clients cut what is more into several.
pub(super) const ACCEPTED_BYTES: usize = 10_000_000;

/// Seconds after which a client may try again.
const RETRY_SECONDS: u32 = 30;

/// The headers of every answer.
pub(super) fn headers(mut builder: HttpResponseBuilder) -> HttpResponseBuilder {
    builder.insert_header((HeaderName::from_static("x-openrosa-version"), "1.0"));
    let accepted = HeaderName::from_static("x-openrosa-accept-content-length");
    builder.insert_header((accepted, ACCEPTED_BYTES.to_string()));
    builder
}

/// An XML document.
pub(super) fn document(xml: String) -> HttpResponse {
    headers(HttpResponse::Ok()).content_type(XML).body(xml)
}

/// A message for the person, with a status.
pub(super) fn message(status: StatusCode, text: &str) -> HttpResponse {
    let mut response = headers(HttpResponseBuilder::new(status)).content_type(XML).body(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">\
         <message>{}</message></OpenRosaResponse>\n",
        escape(text)
    ));
    response.extensions_mut().insert(Verbatim);
    response
}

/// Why somebody is not served.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    status: StatusCode,
    key: TemplateKey,
    challenge: bool,
    retry_after: Option<u32>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, key: TemplateKey) -> Self {
        Refusal { status, key, challenge: false, retry_after: None }
    }

    /// The client may try again later.
    pub(super) fn later() -> Self {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, key::FORM_LATER).retry_after(RETRY_SECONDS)
    }

    /// A failure of the server, logged here.
    pub(super) fn failed(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "the request failed");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, key::FORM_LATER)
    }

    /// With the question for user name and password.
    pub(super) fn challenge(self) -> Self {
        Refusal { challenge: true, ..self }
    }

    pub(super) fn retry_after(self, seconds: u32) -> Self {
        Refusal { retry_after: Some(seconds), ..self }
    }

    /// The answer, in the words of the catalogue.
    pub(super) fn answer(&self, templates: &Templates) -> HttpResponse {
        self.with_headers(message(self.status, &templates.render(self.key, &[], true)))
    }

    /// The answer to `HEAD`.
    pub(super) fn without_body(&self) -> HttpResponse {
        let mut response = headers(HttpResponseBuilder::new(self.status)).finish();
        response.extensions_mut().insert(Verbatim);
        self.with_headers(response)
    }

    fn with_headers(&self, mut response: HttpResponse) -> HttpResponse {
        if self.challenge {
            let question = header::HeaderValue::from_static("Basic realm=\"Binh Yen\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, question);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        }
        response
    }
}

impl From<DeviceError> for Refusal {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Ended | DeviceError::PostEnded => {
                Refusal::new(StatusCode::UNAUTHORIZED, key::FORM_DEVICE_ENDED)
            }
            DeviceError::Db(error) => error.into(),
            DeviceError::Auth(_) | DeviceError::Crypto(_) => Refusal::failed(&error),
            DeviceError::TooMany(_)
            | DeviceError::WrongCode
            | DeviceError::ChooseUnit(_)
            | DeviceError::RefreshRefused
            | DeviceError::NotFound
            | DeviceError::Forbidden(_) => Refusal::new(StatusCode::UNAUTHORIZED, key::FORM_LOG_IN),
        }
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) | DbError::Collision | DbError::Overtaken => {
                tracing::error!(%error, "the database did not answer");
                Refusal::later()
            }
            DbError::Query(_) | DbError::Corrupt(_) | DbError::Stopped => Refusal::failed(&error),
        }
    }
}

impl From<BadInstance> for Refusal {
    fn from(error: BadInstance) -> Self {
        match error {
            BadInstance::TooLarge | BadInstance::TooMany => {
                Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, key::FORM_TOO_LARGE)
            }
            BadInstance::Xml | BadInstance::Entities | BadInstance::Character | BadInstance::Nameless => {
                tracing::warn!(%error, "a form is refused");
                Refusal::new(StatusCode::BAD_REQUEST, key::FORM_BROKEN)
            }
        }
    }
}

impl From<ReviewError> for Refusal {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Forbidden(_) | ReviewError::UnknownUnit | ReviewError::NotFound => {
                Refusal::new(StatusCode::FORBIDDEN, key::FORM_OTHER_UNIT)
            }
            ReviewError::BadFile(_) => Refusal::new(StatusCode::BAD_REQUEST, key::FORM_FILE),
            ReviewError::Db(error) => error.into(),
            // What a person can do about a form is told where it is taken.
            _ => Refusal::failed(&error),
        }
    }
}

impl From<CollectError> for Refusal {
    fn from(error: CollectError) -> Self {
        match error {
            CollectError::Instance(error) => error.into(),
            CollectError::File(_) => Refusal::new(StatusCode::BAD_REQUEST, key::FORM_FILE),
            CollectError::Review(error) => error.into(),
            CollectError::Forbidden(_) => Refusal::new(StatusCode::FORBIDDEN, key::FORM_OTHER_UNIT),
            CollectError::Intake(IntakeError::Busy | IntakeError::Unavailable) => Refusal::later(),
            CollectError::Intake(IntakeError::Db(error)) | CollectError::Db(error) => error.into(),
            CollectError::Intake(IntakeError::Crypto(_))
            | CollectError::Store(_)
            | CollectError::Crypto(_)
            | CollectError::Interrupted => Refusal::failed(&error),
        }
    }
}
