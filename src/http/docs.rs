//! The description of the API (OpenAPI 3.1) and a page to try it, served by this server alone.

use std::sync::{Arc, OnceLock};

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::Config;

use super::error::{Code, Problem};
use super::{
    app_files, app_settings, attachments, costs, devices, figures, forms, gateways, health, incidents,
    indicators, kept_forms, me, messages, openrosa, periods, phones, photos, programme, proposals, readings,
    reminders, reports, reviews, routes, submissions, sync, synonyms, tokens, units, uploads,
};

/// Where the description is.
const DOCUMENT: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(title = "Bình Yên", description = "Hamlet heads report security-and-order incidents; communes get their \
        monthly indicators. Errors are `application/problem+json` with a stable `code`; lists are \
        `{\"items\": […], \"next\": cursor or null}`; periods are written `YYYY-MM`; ids and unit codes are text."),
    paths(
        health::show_liveness,
        health::show_readiness,
        app_files::show_start,
        app_files::redirect_to_app,
        app_files::show_app_file,
        app_settings::show_app_settings,
        show_openapi,
        redirect_to_docs,
        show_docs,
        gateways::receive_text,
        gateways::receive_delivery,
        gateways::receive_text_by_path,
        gateways::receive_delivery_by_path,
        phones::register_phone,
        phones::show_phone,
        phones::update_phone,
        phones::list_texts,
        phones::report_states,
        phones::list_webhooks,
        phones::show_settings,
        phones::create_code,
        phones::change_password,
        phones::events::stream_events,
        tokens::create_token,
        tokens::refresh_token,
        devices::request_code,
        devices::verify_code,
        devices::list_devices,
        devices::end_device,
        me::show_me,
        openrosa::enrol_collector,
        openrosa::list_xforms,
        openrosa::probe_list,
        openrosa::show_xform,
        openrosa::show_manifest,
        openrosa::show_media,
        openrosa::probe_submission,
        openrosa::submit_form,
        openrosa::list_xforms_by_token,
        openrosa::probe_list_by_token,
        openrosa::show_xform_by_token,
        openrosa::show_manifest_by_token,
        openrosa::show_media_by_token,
        openrosa::probe_submission_by_token,
        openrosa::submit_form_by_token,
        indicators::list_indicators,
        figures::show_country_month,
        figures::show_commune_month,
        figures::show_province_month,
        kept_forms::list_kept_forms,
        kept_forms::show_kept_form,
        kept_forms::list_kept_photos,
        kept_forms::show_kept_photo,
        kept_forms::settle_kept_form,
        forms::list_forms,
        forms::show_form,
        units::list_units,
        units::show_unit,
        submissions::submit_report,
        proposals::accept_report,
        proposals::refuse_report,
        sync::pull_documents,
        sync::push_documents,
        sync::stream::stream_changes,
        sync::kept::list_kept_rows,
        sync::kept::show_kept_row,
        sync::kept::settle_kept_row,
        periods::close_period,
        periods::reopen_period,
        attachments::attach_number,
        synonyms::list_synonyms,
        synonyms::replace_synonyms,
        readings::create_reading,
        reports::list_reports,
        reports::show_report,
        uploads::announce_photo,
        uploads::show_upload,
        uploads::take_piece,
        photos::list_photos,
        photos::show_photo,
        reminders::list_reminders,
        reminders::show_rules,
        reminders::replace_rules,
        reminders::preview_reminders,
        messages::list_messages,
        incidents::list_incidents,
        incidents::show_incident,
        incidents::judge_incident,
        programme::show_programme,
        reviews::registrations::list_reviews,
        reviews::registrations::register_unit,
        reviews::schemes::list_schemes,
        reviews::schemes::show_scheme,
        reviews::shares::show_shares,
        reviews::decisions::decide_reviews,
        reviews::registrations::show_review,
        reviews::assessments::show_assessment,
        reviews::assessments::assess_unit,
        reviews::decisions::file_review,
        reviews::decisions::show_certificate,
        reviews::files::list_files,
        reviews::files::attach_file,
        reviews::files::show_file,
        reviews::files::withdraw_file,
        costs::list_costs,
        costs::show_budget,
        costs::set_budget,
        routes::list_gateways,
        routes::probe_gateway,
    ),
    modifiers(&Bearer)
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The OpenAPI document of this version.
pub fn openapi() -> Document {
    Description::openapi()
}

/// The description of the API.
#[utoipa::path(get, path = "/api/openapi.json", tag = "health", responses((status = 200, body = Object)))]
pub(super) async fn show_openapi() -> HttpResponse {
    static TEXT: OnceLock<Result<String, String>> = OnceLock::new();
    match TEXT.get_or_init(|| openapi().to_json().map_err(|error| error.to_string())) {
        Ok(text) => HttpResponse::Ok().content_type("application/json").body(text.as_str()),
        Err(error) => actix_web::ResponseError::error_response(&Problem::internal(error)),
    }
}

/// Leads to the page to try the API.
///
/// The page lies in a folder, since it asks for its files by relative addresses.
#[utoipa::path(get, path = "/api/docs", tag = "health", responses((status = 308)))]
pub(super) async fn redirect_to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/api/docs/")).finish()
}

/// A page to try the API, and its files.
#[utoipa::path(get, path = "/api/docs/{file}", tag = "health",
    params(("file" = String, Path, description = "A file of the page; empty for the page itself")),
    responses((status = 200, content_type = "text/html"), (status = 404)))]
pub(super) async fn show_docs(file: web::Path<String>) -> Result<HttpResponse, Problem> {
    // Without this the page would ask a foreign host to check the document.
    let config = Config::new([DOCUMENT]).validator_url("none").persist_authorization(false);
    let served = utoipa_swagger_ui::serve(&file, Arc::new(config));
    let served =
        served.map_err(|error| Problem::internal(&error))?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let mut response = HttpResponse::Ok();
    if served.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(response
        .content_type(served.content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .body(served.bytes.into_owned()))
}

/// Everything from this server; the page writes styles into its elements and draws with inlined pictures.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           frame-ancestors 'none'";
