//! `GET /metrics` for Prometheus, on a listener of its own.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::PrometheusHandle;

/// How often old samples are folded together.
const UPKEEP: Duration = Duration::from_secs(5);

/// The server of the page.
pub(super) fn server(recorder: PrometheusHandle, listener: TcpListener) -> std::io::Result<Server> {
    tokio::spawn(keep_up(recorder.clone()));
    let page = move || {
        App::new().app_data(web::Data::new(recorder.clone())).route("/metrics", web::get().to(show_metrics))
    };
    Ok(HttpServer::new(page).workers(1).shutdown_timeout(1).disable_signals().listen(listener)?.run())
}

/// Runs as long as the reactor does.
async fn keep_up(recorder: PrometheusHandle) {
    loop {
        recorder.run_upkeep();
        tokio::time::sleep(UPKEEP).await;
    }
}

async fn show_metrics(recorder: web::Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(recorder.render())
}
