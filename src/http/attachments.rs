//! Telling to whom an unknown number belongs.

use actix_web::web;
use serde::{Deserialize, Serialize};

use super::Site;
use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::parameters;
use crate::domain::phone::Phone;
use crate::flows::intake::{AttachError, Owner, attach};

/// To whom the number that sent a text belongs: either of the two.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachRequest {
    /// The id of a person.
    #[serde(default)]
    person: Option<String>,
    /// Another number, at which exactly one person is registered.
    #[serde(default)]
    phone: Option<String>,
}

/// What came of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AttachResponse {
    /// The person.
    person: String,
    /// How many kept texts of the number were read again.
    read_again: usize,
}

impl From<AttachError> for Problem {
    fn from(error: AttachError) -> Self {
        match error {
            AttachError::NoText => Problem::new(Code::NotFound).detail(error.to_string()),
            AttachError::NoPerson | AttachError::NotOne => {
                Problem::new(Code::ValidationFailed).detail(error.to_string())
            }
            AttachError::Db(error) => error.into(),
        }
    }
}

/// Attaches the unknown number that sent a text to a person, and reads again what it has sent.
#[utoipa::path(post, path = "/api/v1/messages/{id}/attach", tag = "messages", request_body = AttachRequest,
    params(("id" = String, Path, description = "The id of a text of the number")), security(("bearer" = [])), responses(
    (status = 200, body = AttachResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn attach_number(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
    Json(body): Json<AttachRequest>,
) -> Result<web::Json<AttachResponse>, Problem> {
    let message = parameters::id("id", &id).map_err(|_| Problem::new(Code::NotFound))?;
    let owner = owner(&body)?;
    let context = site.intake.shared_context();
    let attached = attach(&site.db, &context, &caller, message, owner).await?;
    context.planned.notify_waiters();
    Ok(web::Json(AttachResponse { person: attached.person.to_string(), read_again: attached.texts }))
}

fn owner(body: &AttachRequest) -> Result<Owner, Problem> {
    let wrong = |pointer: &str, detail: String| {
        let error = FieldError::new(pointer, "invalid", detail);
        Problem::new(Code::ValidationFailed).errors(vec![error])
    };
    match (&body.person, &body.phone) {
        (Some(person), None) => {
            let id = parameters::id("person", person);
            id.map(Owner::Person).map_err(|_| wrong("/person", "an id is a whole number".to_owned()))
        }
        (None, Some(phone)) => {
            Phone::parse(phone).map(Owner::At).map_err(|error| wrong("/phone", error.to_string()))
        }
        _ => Err(wrong("", "give either person or phone".to_owned())),
    }
}
