//! The tables beside a form: the units that the caller reports for, and the people who report there.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::{self, Refusal};
use super::collector;
use super::forms::templates;
use crate::domain::template::key;
use crate::flows::authenticate::Caller;
use crate::flows::collect::{Choosable, Reporter};
use crate::http::Site;

/// The tables of every form.
pub(super) const FILES: [&str; 2] = ["units.csv", "people.csv"];

/// A table of the form `code` as CSV; `None` where there is no such table.
pub(super) async fn table(
    site: &Site,
    caller: &Caller,
    code: &str,
    name: &str,
) -> Result<Option<String>, Refusal> {
    let (columns, rows): (&[&str], Vec<Vec<String>>) = match name {
        "units.csv" => {
            let units = site.collecting.units(caller, code).await?;
            let row = |of: Choosable| vec![of.unit.code, of.unit.name, of.unit.kind, of.province];
            (&["name", "label", "kind", "province"], units.into_iter().map(row).collect())
        }
        "people.csv" => {
            let people = site.collecting.people(caller, code).await?;
            let row = |person: Reporter| vec![person.id, person.name, person.unit];
            (&["name", "label", "unit"], people.into_iter().map(row).collect())
        }
        _ => return Ok(None),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written =
        writer.write_record(columns).and_then(|()| rows.iter().try_for_each(|row| writer.write_record(row)));
    written.map_err(|error| Refusal::failed(&error))?;
    let bytes = writer.into_inner().map_err(|error| Refusal::failed(&error))?;
    String::from_utf8(bytes).map(Some).map_err(|error| Refusal::failed(&error))
}

async fn show(site: &Site, request: &HttpRequest) -> Result<HttpResponse, Refusal> {
    let caller = collector(site, request).await?;
    let name = request.match_info().get("file").unwrap_or_default();
    let code = request.match_info().get("code").unwrap_or_default();
    let table = table(site, &caller, code, name).await?;
    let table = table.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, key::FORM_BROKEN))?;
    let mut response = answer::headers(HttpResponse::Ok());
    response.insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"));
    Ok(response.body(table))
}

/// A table of a form: `units.csv`, `people.csv`.
#[utoipa::path(get, path = "/openrosa/forms/{code}/media/{file}", tag = "openrosa",
    params(("code" = String, Path, description = "the form"), ("file" = String, Path, description = "the table")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 404)))]
pub(in crate::http) async fn show_media(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    show(&site, &request).await.unwrap_or_else(|refusal| refusal.answer(templates(&site)))
}

/// A table of a form, by the token of a device.
#[utoipa::path(get, path = "/openrosa/t/{token}/forms/{code}/media/{file}", tag = "openrosa",
    params(("token" = String, Path, description = "the token of a device"), ("code" = String, Path, description = "the form"),
    ("file" = String, Path, description = "the table")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 404)))]
pub(in crate::http) async fn show_media_by_token(
    site: web::Data<Site>,
    request: HttpRequest,
) -> HttpResponse {
    show(&site, &request).await.unwrap_or_else(|refusal| refusal.answer(templates(&site)))
}
