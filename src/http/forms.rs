//! The forms that people fill in, for clients that show them.

use actix_web::web;
use serde::Serialize;

use super::Site;
use super::auth::Authenticated;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::Page;
use crate::crypto::sha256;
use crate::domain::form::{Form, schema::schema};

/// A form in a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct FormResponse {
    /// Its name (`month`).
    code: String,
    /// Changes with whatever the form asks.
    version: String,
    /// What people call it.
    title: String,
    /// What it is for.
    about: String,
}

/// A form with its questions.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct FormDetail {
    #[serde(flatten)]
    form: FormResponse,
    /// The questions in their order: `name`, `label`, `kind`, `required` and what the kind needs; `only` where a question is
    /// for some kinds of unit, some years or one province, `after` where it follows from another, `asks` which criterion, note or fact it is.
    #[schema(value_type = Vec<Object>)]
    fields: serde_json::Value,
    /// JSON Schema of what may be sent.
    #[schema(value_type = Object)]
    schema: serde_json::Value,
}

impl From<&Form> for FormResponse {
    fn from(form: &Form) -> Self {
        let Form { code, title, about, .. } = form.clone();
        FormResponse { code, version: version(form), title, about }
    }
}

/// The version of a form: it changes exactly when the definition does, so nobody can forget to raise it.
pub(super) fn version(form: &Form) -> String {
    let definition = serde_json::to_vec(form).unwrap_or_default();
    let digest = sha256(&[b"form\0", &definition]);
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// The forms. A self-assessment asks for the criteria of the schemes that hold for the caller's units.
#[utoipa::path(get, path = "/api/v1/forms", tag = "catalogue", security(("bearer" = [])),
    responses((status = 200, body = Page<FormResponse>)))]
pub(super) async fn list_forms(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
) -> Result<web::Json<Page<FormResponse>>, Problem> {
    let forms = site.collecting.forms_for(&caller).await?;
    Ok(web::Json(Page { items: forms.iter().map(FormResponse::from).collect(), next: None }))
}

/// A form with its questions and the schema of what may be sent.
#[utoipa::path(get, path = "/api/v1/forms/{code}", tag = "catalogue", security(("bearer" = [])),
    params(("code" = String, Path, description = "The form: month, incident, registration, assessment, meeting")),
    responses((status = 200, body = FormDetail),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_form(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    code: web::Path<String>,
) -> Result<web::Json<FormDetail>, Problem> {
    let form = site.collecting.form_for(&caller, &code).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let fields = serde_json::to_value(&form.fields).map_err(|error| Problem::internal(&error))?;
    Ok(web::Json(FormDetail { form: (&form).into(), fields, schema: schema(&form) }))
}
