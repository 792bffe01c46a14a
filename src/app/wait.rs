//! Waiting for a database that is not there yet: after a power cut, servers start in any order.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::HttpServer;

use crate::config::Settings;
use crate::db::{Db, DbError, Target};
use crate::http::waiting;

/// Pauses between tries: the first one, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// Comes back when PostgreSQL takes connections. Meanwhile `listener` says that the process lives and is not ready. The
/// embedded database is always there.
pub async fn wait_for_database(settings: &Settings, listener: &TcpListener) -> anyhow::Result<()> {
    let target = Target::from(&settings.database.url);
    if !matches!(target, Target::Postgres(_)) {
        return Ok(());
    }
    let db = Db::open_with(target, 1, 1);
    let Err(reason) = db.reach().await else { return Ok(()) };
    let server = HttpServer::new(waiting::waiting_application)
        .workers(1)
        .disable_signals()
        .listen(listener.try_clone()?)?
        .run();
    let handle = server.handle();
    let running = tokio::spawn(server);
    keep_trying(&db, settings, reason).await;
    handle.stop(true).await;
    running.await??;
    Ok(())
}

async fn keep_trying(db: &Db, settings: &Settings, mut reason: DbError) {
    let (mut pause, longest) = PAUSES;
    loop {
        let (url, seconds) = (&settings.database.url, pause.as_secs_f64());
        tracing::warn!(%reason, %url, seconds, "waiting for the database; check database.url if it is there");
        tokio::time::sleep(pause).await;
        match db.reach().await {
            Ok(()) => return,
            Err(error) => reason = error,
        }
        pause = (pause * 2).min(longest);
    }
}
