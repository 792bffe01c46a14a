//! The list of forms, and the forms.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::{self, Refusal};
use super::{answer_head, base, collector, media};
use crate::crypto::{SignatureMethod, hex};
use crate::domain::form::Form;
use crate::domain::form::xform::{escape, xform};
use crate::domain::template::{Templates, key};
use crate::flows::authenticate::Caller;
use crate::flows::collect::OFFERED;
use crate::http::Site;
use crate::http::forms::version;

/// The form with this code, where it is offered to these clients.
async fn offered(site: &Site, caller: &Caller, code: &str) -> Result<Form, Refusal> {
    let code = OFFERED.iter().find(|offered| **offered == code).ok_or_else(not_found)?;
    site.collecting.form_for(caller, code).await?.ok_or_else(not_found)
}

fn xml_of(site: &Site, form: &Form) -> String {
    xform(form, site.collecting.forms.words(), &version(form))
}

/// The digest by which a client sees that a file has changed.
pub(super) fn md5(text: &str) -> String {
    format!("md5:{}", hex(&SignatureMethod::Md5.sign(b"", text.as_bytes())))
}

pub(super) fn templates(site: &Site) -> &Templates {
    &site.intake.context().rules.templates
}

fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, key::FORM_BROKEN)
}

/// Answers with the document of whoever is let in.
macro_rules! answer_with {
    ($site:expr, $request:expr, $make:expr) => {
        match collector(&$site, &$request).await {
            Ok(caller) => $make(caller).await.unwrap_or_else(|refusal| refusal.answer(templates(&$site))),
            Err(refusal) => refusal.answer(templates(&$site)),
        }
    };
}

async fn list(site: &Site, request: &HttpRequest, caller: Caller) -> Result<HttpResponse, Refusal> {
    let base = base(site, request);
    let wanted: Option<String> =
        web::Query::<Vec<(String, String)>>::from_query(request.query_string()).ok().and_then(|query| {
            query.into_inner().into_iter().find(|(name, _)| name == "formID").map(|(_, id)| id)
        });
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">\n",
    );
    let forms = site.collecting.forms_for(&caller).await?;
    let offered = OFFERED.iter().filter_map(|code| forms.iter().find(|form| form.code == *code));
    for form in offered.filter(|form| wanted.as_ref().is_none_or(|wanted| *wanted == form.code)) {
        let (code, address) = (escape(&form.code), escape(&format!("{base}/forms/{}", form.code)));
        // Writing to a String cannot fail.
        let _ = writeln!(
            xml,
            "<xform><formID>{code}</formID><name>{}</name><version>{}</version><hash>{}</hash>\
             <descriptionText>{}</descriptionText><downloadUrl>{address}</downloadUrl>\
             <manifestUrl>{address}/manifest</manifestUrl></xform>",
            escape(&form.title),
            escape(&version(form)),
            md5(&xml_of(site, form)),
            escape(&form.about),
        );
    }
    xml.push_str("</xforms>\n");
    Ok(answer::document(xml))
}

async fn form(site: &Site, request: &HttpRequest, caller: Caller) -> Result<HttpResponse, Refusal> {
    let code = request.match_info().get("code").unwrap_or_default();
    let form = offered(site, &caller, code).await?;
    Ok(answer::document(xml_of(site, &form)))
}

async fn manifest(site: &Site, request: &HttpRequest, caller: Caller) -> Result<HttpResponse, Refusal> {
    let code = request.match_info().get("code").unwrap_or_default();
    let form = offered(site, &caller, code).await?;
    let address = escape(&format!("{}/forms/{}/media", base(site, request), form.code));
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">\n",
    );
    for name in media::FILES {
        let table = media::table(site, &caller, &form.code, name).await?.unwrap_or_default();
        let _ = writeln!(
            xml,
            "<mediaFile><filename>{name}</filename><hash>{}</hash><downloadUrl>{address}/{name}</downloadUrl></mediaFile>",
            md5(&table)
        );
    }
    xml.push_str("</manifest>\n");
    Ok(answer::document(xml))
}

/// The forms that may be filled in.
#[utoipa::path(get, path = "/openrosa/formList", tag = "openrosa", responses(
    (status = 200, body = String, content_type = "text/xml"), (status = 401, description = "User name and password are needed")))]
pub(in crate::http) async fn list_xforms(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    answer_with!(site, request, |caller| list(&site, &request, caller))
}

/// The forms that may be filled in, by the token of a device.
#[utoipa::path(get, path = "/openrosa/t/{token}/formList", tag = "openrosa",
    params(("token" = String, Path, description = "the token of a device")), responses(
    (status = 200, body = String, content_type = "text/xml"), (status = 401, description = "The token is unknown, or its device was ended")))]
pub(in crate::http) async fn list_xforms_by_token(
    site: web::Data<Site>,
    request: HttpRequest,
) -> HttpResponse {
    answer_with!(site, request, |caller| list(&site, &request, caller))
}

/// Whether the list may be fetched: Enketo asks so for a log-in.
#[utoipa::path(method(head), path = "/openrosa/formList", tag = "openrosa", responses((status = 204), (status = 401)))]
pub(in crate::http) async fn probe_list(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    answer_head(&site, &request).await
}

/// Whether the list may be fetched, by the token of a device.
#[utoipa::path(method(head), path = "/openrosa/t/{token}/formList", tag = "openrosa",
    params(("token" = String, Path, description = "the token of a device")), responses((status = 204), (status = 401)))]
pub(in crate::http) async fn probe_list_by_token(
    site: web::Data<Site>,
    request: HttpRequest,
) -> HttpResponse {
    answer_head(&site, &request).await
}

/// A form as XForm.
#[utoipa::path(get, path = "/openrosa/forms/{code}", tag = "openrosa",
    params(("code" = String, Path, description = "the form")), responses(
    (status = 200, body = String, content_type = "text/xml"), (status = 404)))]
pub(in crate::http) async fn show_xform(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    answer_with!(site, request, |caller| form(&site, &request, caller))
}

/// A form as XForm, by the token of a device.
#[utoipa::path(get, path = "/openrosa/t/{token}/forms/{code}", tag = "openrosa",
    params(("token" = String, Path, description = "the token of a device"), ("code" = String, Path, description = "the form")),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 404)))]
pub(in crate::http) async fn show_xform_by_token(
    site: web::Data<Site>,
    request: HttpRequest,
) -> HttpResponse {
    answer_with!(site, request, |caller| form(&site, &request, caller))
}

/// The tables that a form needs.
#[utoipa::path(get, path = "/openrosa/forms/{code}/manifest", tag = "openrosa",
    params(("code" = String, Path, description = "the form")), responses(
    (status = 200, body = String, content_type = "text/xml"), (status = 404)))]
pub(in crate::http) async fn show_manifest(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    answer_with!(site, request, |caller| manifest(&site, &request, caller))
}

/// The tables that a form needs, by the token of a device.
#[utoipa::path(get, path = "/openrosa/t/{token}/forms/{code}/manifest", tag = "openrosa",
    params(("token" = String, Path, description = "the token of a device"), ("code" = String, Path, description = "the form")),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 404)))]
pub(in crate::http) async fn show_manifest_by_token(
    site: web::Data<Site>,
    request: HttpRequest,
) -> HttpResponse {
    answer_with!(site, request, |caller| manifest(&site, &request, caller))
}
