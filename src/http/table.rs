//! The table of routes: every address, who may use it, and what answers.

use actix_web::web;

use super::route::Access::{Open, Token};
use super::route::Route;
use super::{
    app_files, app_settings, attachments, costs, devices, docs, figures, forms, gateways, health, incidents,
    indicators, kept_forms, me, messages, openrosa, periods, phones, photos, programme, proposals, readings,
    reminders, reports, reviews, routes, submissions, sync, synonyms, tokens, units, uploads,
};
use crate::domain::access::Action;

/// Everything that can be asked of the server.
pub static ROUTES: &[Route] = &[
    Route::get("/healthz", Open, || web::get().to(health::show_liveness)),
    Route::get("/readyz", Open, || web::get().to(health::show_readiness)),
    Route::get("/", Open, || web::get().to(app_files::show_start)),
    Route::get("/app", Open, || web::get().to(app_files::redirect_to_app)),
    Route::get("/app/{file:.*}", Open, || web::get().to(app_files::show_app_file)),
    Route::get("/api/v1/app", Token(Action::ReadCatalogue), || {
        web::get().to(app_settings::show_app_settings)
    }),
    Route::get("/api/openapi.json", Open, || web::get().to(docs::show_openapi)),
    Route::get("/api/docs", Open, || web::get().to(docs::redirect_to_docs)),
    Route::get("/api/docs/{file:.*}", Open, || web::get().to(docs::show_docs)),
    Route::post("/gateways/{id}/inbound", Open, || web::post().to(gateways::receive_text)),
    Route::get("/gateways/{id}/inbound", Open, || web::get().to(gateways::receive_text)),
    Route::post("/gateways/{id}/delivery", Open, || web::post().to(gateways::receive_delivery)),
    Route::get("/gateways/{id}/delivery", Open, || web::get().to(gateways::receive_delivery)),
    Route::post("/gateways/{id}/t/{token}/inbound", Open, || web::post().to(gateways::receive_text_by_path)),
    Route::get("/gateways/{id}/t/{token}/inbound", Open, || web::get().to(gateways::receive_text_by_path)),
    Route::post("/gateways/{id}/t/{token}/delivery", Open, || {
        web::post().to(gateways::receive_delivery_by_path)
    }),
    Route::get("/gateways/{id}/t/{token}/delivery", Open, || {
        web::get().to(gateways::receive_delivery_by_path)
    }),
    Route::post("/gateways/{id}/mobile/v1/device", Open, || web::post().to(phones::register_phone)),
    Route::get("/gateways/{id}/mobile/v1/device", Open, || web::get().to(phones::show_phone)),
    Route::patch("/gateways/{id}/mobile/v1/device", Open, || web::patch().to(phones::update_phone)),
    Route::get("/gateways/{id}/mobile/v1/message", Open, || web::get().to(phones::list_texts)),
    Route::patch("/gateways/{id}/mobile/v1/message", Open, || web::patch().to(phones::report_states)),
    Route::get("/gateways/{id}/mobile/v1/webhooks", Open, || web::get().to(phones::list_webhooks)),
    Route::get("/gateways/{id}/mobile/v1/settings", Open, || web::get().to(phones::show_settings)),
    Route::get("/gateways/{id}/mobile/v1/user/code", Open, || web::get().to(phones::create_code)),
    Route::patch("/gateways/{id}/mobile/v1/user/password", Open, || web::patch().to(phones::change_password)),
    Route::get("/gateways/{id}/mobile/v1/events", Open, || web::get().to(phones::events::stream_events)),
    Route::post("/api/v1/auth/token", Open, || web::post().to(tokens::create_token)),
    Route::post("/api/v1/auth/refresh", Open, || web::post().to(tokens::refresh_token)),
    Route::post("/api/v1/auth/otp/request", Open, || web::post().to(devices::request_code)),
    Route::post("/api/v1/auth/otp/verify", Open, || web::post().to(devices::verify_code)),
    Route::get("/api/v1/me", Token(Action::ReadCatalogue), || web::get().to(me::show_me)),
    Route::get("/api/v1/devices", Token(Action::ManageDevices), || web::get().to(devices::list_devices)),
    Route::post("/api/v1/devices/openrosa", Token(Action::ManageDevices), || {
        web::post().to(openrosa::enrol_collector)
    }),
    Route::delete("/api/v1/devices/{id}", Token(Action::ManageDevices), || {
        web::delete().to(devices::end_device)
    }),
    Route::get("/openrosa/formList", Open, || web::get().to(openrosa::list_xforms)),
    Route::head("/openrosa/formList", Open, || web::head().to(openrosa::probe_list)),
    Route::get("/openrosa/forms/{code}", Open, || web::get().to(openrosa::show_xform)),
    Route::get("/openrosa/forms/{code}/manifest", Open, || web::get().to(openrosa::show_manifest)),
    Route::get("/openrosa/forms/{code}/media/{file}", Open, || web::get().to(openrosa::show_media)),
    Route::head("/openrosa/submission", Open, || web::head().to(openrosa::probe_submission)),
    Route::post("/openrosa/submission", Open, || web::post().to(openrosa::submit_form)),
    Route::get("/openrosa/t/{token}/formList", Open, || web::get().to(openrosa::list_xforms_by_token)),
    Route::head("/openrosa/t/{token}/formList", Open, || web::head().to(openrosa::probe_list_by_token)),
    Route::get("/openrosa/t/{token}/forms/{code}", Open, || web::get().to(openrosa::show_xform_by_token)),
    Route::get("/openrosa/t/{token}/forms/{code}/manifest", Open, || {
        web::get().to(openrosa::show_manifest_by_token)
    }),
    Route::get("/openrosa/t/{token}/forms/{code}/media/{file}", Open, || {
        web::get().to(openrosa::show_media_by_token)
    }),
    Route::head("/openrosa/t/{token}/submission", Open, || {
        web::head().to(openrosa::probe_submission_by_token)
    }),
    Route::post("/openrosa/t/{token}/submission", Open, || web::post().to(openrosa::submit_form_by_token)),
    Route::get("/api/v1/indicators", Token(Action::ReadCatalogue), || {
        web::get().to(indicators::list_indicators)
    }),
    Route::get("/api/v1/indicators/national", Token(Action::ReadFigures), || {
        web::get().to(figures::show_country_month)
    }),
    Route::get("/api/v1/communes/{code}/indicators", Token(Action::ReadFigures), || {
        web::get().to(figures::show_commune_month)
    }),
    Route::get("/api/v1/provinces/{code}/indicators", Token(Action::ReadFigures), || {
        web::get().to(figures::show_province_month)
    }),
    Route::get("/api/v1/forms", Token(Action::ReadCatalogue), || web::get().to(forms::list_forms)),
    Route::get("/api/v1/forms/kept", Token(Action::JudgeReports), || {
        web::get().to(kept_forms::list_kept_forms)
    }),
    Route::get("/api/v1/forms/kept/{id}", Token(Action::JudgeReports), || {
        web::get().to(kept_forms::show_kept_form)
    }),
    Route::get("/api/v1/forms/kept/{id}/photos", Token(Action::JudgeReports), || {
        web::get().to(kept_forms::list_kept_photos)
    }),
    Route::get("/api/v1/forms/kept/{id}/photos/{file}", Token(Action::JudgeReports), || {
        web::get().to(kept_forms::show_kept_photo)
    }),
    Route::post("/api/v1/forms/kept/{id}/done", Token(Action::JudgeReports), || {
        web::post().to(kept_forms::settle_kept_form)
    }),
    Route::get("/api/v1/forms/{code}", Token(Action::ReadCatalogue), || web::get().to(forms::show_form)),
    Route::get("/api/v1/units", Token(Action::ReadCatalogue), || web::get().to(units::list_units)),
    Route::get("/api/v1/units/{code}", Token(Action::ReadCatalogue), || web::get().to(units::show_unit)),
    Route::get("/api/v1/reports", Token(Action::ReadReports), || web::get().to(reports::list_reports)),
    Route::post("/api/v1/reports", Token(Action::SubmitReport), || {
        web::post().to(submissions::submit_report)
    }),
    Route::get("/api/v1/reports/{id}", Token(Action::ReadReports), || web::get().to(reports::show_report)),
    Route::post("/api/v1/attachments", Token(Action::SubmitReport), || {
        web::post().to(uploads::announce_photo)
    }),
    Route::get("/api/v1/attachments/{sha256}", Token(Action::SubmitReport), || {
        web::get().to(uploads::show_upload)
    }),
    Route::patch("/api/v1/attachments/{sha256}", Token(Action::SubmitReport), || {
        web::patch().to(uploads::take_piece)
    }),
    Route::get("/api/v1/reports/{id}/photos", Token(Action::ReadReports), || {
        web::get().to(photos::list_photos)
    }),
    Route::get("/api/v1/reports/{id}/photos/{file}", Token(Action::ReadReports), || {
        web::get().to(photos::show_photo)
    }),
    Route::post("/api/v1/reports/{id}/accept", Token(Action::JudgeReports), || {
        web::post().to(proposals::accept_report)
    }),
    Route::post("/api/v1/reports/{id}/refuse", Token(Action::JudgeReports), || {
        web::post().to(proposals::refuse_report)
    }),
    Route::get("/api/v1/sync/stream", Token(Action::ReadReports), || {
        web::get().to(sync::stream::stream_changes)
    }),
    Route::get("/api/v1/sync/kept", Token(Action::JudgeReports), || {
        web::get().to(sync::kept::list_kept_rows)
    }),
    Route::get("/api/v1/sync/kept/{id}", Token(Action::JudgeReports), || {
        web::get().to(sync::kept::show_kept_row)
    }),
    Route::post("/api/v1/sync/kept/{id}/done", Token(Action::JudgeReports), || {
        web::post().to(sync::kept::settle_kept_row)
    }),
    Route::get("/api/v1/sync/{collection}", Token(Action::ReadReports), || {
        web::get().to(sync::pull_documents)
    }),
    Route::post("/api/v1/sync/{collection}", Token(Action::SubmitReport), || {
        web::post().to(sync::push_documents)
    }),
    Route::post("/api/v1/periods/{commune}/{period}/close", Token(Action::CloseMonth), || {
        web::post().to(periods::close_period)
    }),
    Route::post("/api/v1/periods/{commune}/{period}/reopen", Token(Action::ReopenMonth), || {
        web::post().to(periods::reopen_period)
    }),
    Route::post("/api/v1/messages/{id}/attach", Token(Action::ManagePeople), || {
        web::post().to(attachments::attach_number)
    }),
    Route::get("/api/v1/synonyms", Token(Action::ReadCatalogue), || web::get().to(synonyms::list_synonyms)),
    Route::put("/api/v1/synonyms", Token(Action::ManageSettings), || {
        web::put().to(synonyms::replace_synonyms)
    }),
    Route::post("/api/v1/readings", Token(Action::ReadMessages), || web::post().to(readings::create_reading)),
    Route::get("/api/v1/reminders", Token(Action::ReadDelivery), || web::get().to(reminders::list_reminders)),
    Route::get("/api/v1/reminders/rules", Token(Action::ManageReminders), || {
        web::get().to(reminders::show_rules)
    }),
    Route::put("/api/v1/reminders/rules", Token(Action::ManageReminders), || {
        web::put().to(reminders::replace_rules)
    }),
    Route::post("/api/v1/reminders/preview", Token(Action::ManageReminders), || {
        web::post().to(reminders::preview_reminders)
    }),
    Route::get("/api/v1/messages", Token(Action::ReadDelivery), || web::get().to(messages::list_messages)),
    Route::get("/api/v1/incidents", Token(Action::ReadReports), || web::get().to(incidents::list_incidents)),
    Route::get("/api/v1/incidents/{id}", Token(Action::ReadReports), || {
        web::get().to(incidents::show_incident)
    }),
    Route::patch("/api/v1/incidents/{id}", Token(Action::JudgeReports), || {
        web::patch().to(incidents::judge_incident)
    }),
    Route::get("/api/v1/programme", Token(Action::ReadReviews), || web::get().to(programme::show_programme)),
    Route::get("/api/v1/reviews", Token(Action::ReadReviews), || {
        web::get().to(reviews::registrations::list_reviews)
    }),
    Route::post("/api/v1/reviews", Token(Action::AssessReview), || {
        web::post().to(reviews::registrations::register_unit)
    }),
    Route::get("/api/v1/reviews/schemes", Token(Action::ReadCatalogue), || {
        web::get().to(reviews::schemes::list_schemes)
    }),
    Route::get("/api/v1/reviews/schemes/{code}", Token(Action::ReadCatalogue), || {
        web::get().to(reviews::schemes::show_scheme)
    }),
    Route::get("/api/v1/reviews/shares", Token(Action::ReadReviews), || {
        web::get().to(reviews::shares::show_shares)
    }),
    Route::post("/api/v1/reviews/decisions", Token(Action::DecideReview), || {
        web::post().to(reviews::decisions::decide_reviews)
    }),
    Route::get("/api/v1/reviews/{id}", Token(Action::ReadReviews), || {
        web::get().to(reviews::registrations::show_review)
    }),
    Route::get("/api/v1/reviews/{id}/assessment", Token(Action::ReadReviews), || {
        web::get().to(reviews::assessments::show_assessment)
    }),
    Route::post("/api/v1/reviews/{id}/assessment", Token(Action::AssessReview), || {
        web::post().to(reviews::assessments::assess_unit)
    }),
    Route::post("/api/v1/reviews/{id}/file", Token(Action::AssessReview), || {
        web::post().to(reviews::decisions::file_review)
    }),
    Route::get("/api/v1/reviews/{id}/certificate", Token(Action::ReadReviews), || {
        web::get().to(reviews::decisions::show_certificate)
    }),
    Route::get("/api/v1/reviews/{id}/evidence", Token(Action::ReadReviews), || {
        web::get().to(reviews::files::list_files)
    }),
    Route::post("/api/v1/reviews/{id}/evidence", Token(Action::AssessReview), || {
        web::post().to(reviews::files::attach_file)
    }),
    Route::get("/api/v1/reviews/{id}/evidence/{file}", Token(Action::ReadReviews), || {
        web::get().to(reviews::files::show_file)
    }),
    Route::delete("/api/v1/reviews/{id}/evidence/{file}", Token(Action::AssessReview), || {
        web::delete().to(reviews::files::withdraw_file)
    }),
    Route::get("/api/v1/messages/costs", Token(Action::ReadDelivery), || web::get().to(costs::list_costs)),
    Route::get("/api/v1/messages/budgets/{code}", Token(Action::ReadDelivery), || {
        web::get().to(costs::show_budget)
    }),
    Route::put("/api/v1/messages/budgets/{code}", Token(Action::ManageSettings), || {
        web::put().to(costs::set_budget)
    }),
    Route::get("/api/v1/gateways", Token(Action::ManageSettings), || web::get().to(routes::list_gateways)),
    Route::post("/api/v1/gateways/{id}/probe", Token(Action::ManageSettings), || {
        web::post().to(routes::probe_gateway)
    }),
];
