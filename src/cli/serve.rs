//! `binhyen serve`: runs everything until SIGTERM or SIGINT.

use std::pin::pin;
use std::process::ExitCode;

use anyhow::Context;

use super::terminal::{complain, say};
use crate::app::{App, Listeners, interrupted, wait_for_database};
use crate::config::Settings;
use crate::telemetry;

pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    telemetry::start_logs(settings.log.format, &settings.log.level)?;
    actix_web::rt::System::new().block_on(serve(settings))?;
    Ok(super::DONE)
}

async fn serve(settings: &Settings) -> anyhow::Result<()> {
    warn_of_fixed_clock(settings);
    let listeners = Listeners::bind(&settings.http, &settings.metrics)?;
    let address = listeners.web.local_addr().context("the address of the server")?;
    // One wait for both: a signal that comes in between is not lost.
    let mut stop = pin!(async {
        if let Err(error) = interrupted().await {
            tracing::error!(%error, "signals cannot be waited for; stopping");
        }
    });
    tokio::select! {
        () = &mut stop => return Ok(()),
        waited = wait_for_database(settings, &listeners.web) => waited?,
    }
    let app = App::build(settings).await?;
    say(&format!("listening on http://{address}"))?;
    app.serve(listeners, stop).await
}

/// Deadlines and months that stand still must not go unnoticed.
fn warn_of_fixed_clock(settings: &Settings) {
    let clock = settings.clock.clock();
    if clock.is_fixed() {
        let warning = format!(
            "clock.fixed is set: for months, deadlines and what is late it stays {} (rehearsals and tests only)",
            clock.today()
        );
        complain(&format!("binhyen: WARNING: {warning}"));
        tracing::warn!("{warning}");
    }
}
