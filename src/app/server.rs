//! A server: built from the settings, served on listeners that the caller bound, stopped by a word of the caller.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpServer, web};
use anyhow::Context;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::time::Instant;

use super::works::Works;
use super::{Installation, metrics_page};
use crate::config::{Http, Metrics, Settings};
use crate::documents::file_store::FileStore;
use crate::domain::form::Forms;
use crate::domain::indicator::Catalogue;
use crate::domain::period::Calendar;
use crate::flows::authenticate::{Lifetimes, Sessions};
use crate::flows::collect::Collecting;
use crate::flows::deliver::Planner;
use crate::flows::devices::Devices;
use crate::flows::intake::Intake;
use crate::flows::receive::Receiver;
use crate::flows::review::Reviews;
use crate::http::{self, Site};
use crate::telemetry;

/// How long everything may take when the server stops; the promise is 10 s.
const STOPPING: Duration = Duration::from_secs(9);
/// How long requests that are under way may take to end when the server stops.
const LAST_REQUESTS: Duration = Duration::from_secs(4);
const NOT_GIVEN_BACK: &str = "the node number was not given back; its lease runs out by itself";
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a connection may take to close.
const CLOSING: Duration = Duration::from_secs(2);
/// How long what was sent may be neither acknowledged nor read; then the connection is taken for dead. Without it a phone that
/// left the network would hold its connection for a quarter of an hour, and who never reads for ever.
const UNREAD: Duration = Duration::from_secs(40);
/// Connections that may wait until a worker takes them; the system may allow fewer (`net.core.somaxconn`).
const WAITING_CONNECTIONS: i32 = 4_096;
/// Connections that one worker holds at a time.
const CONNECTIONS: usize = 10_000;

/// A server that listens nowhere yet.
#[derive(Debug)]
pub struct App {
    installation: Installation,
    site: web::Data<Site>,
    works: Works,
    http: Http,
}

/// Where a server listens.
#[derive(Debug)]
pub struct Listeners {
    /// For everybody.
    pub web: TcpListener,
    /// For Prometheus.
    pub metrics: Option<TcpListener>,
}

impl Listeners {
    /// Binds the addresses of the settings. Metrics whose address is taken are left out, loudly: a second server on the
    /// machine must not fail for want of a page that nobody may be reading.
    pub fn bind(http: &Http, metrics: &Metrics) -> anyhow::Result<Listeners> {
        let address = http.listen;
        let web = listen(address)
            .with_context(|| format!("{address} cannot be listened on; set http.listen to a free address"))?;
        Ok(Listeners { web, metrics: metrics.listen.and_then(bind_metrics) })
    }
}

/// Listens with room for everybody who comes at once on the day that returns are due: the standard library's 128 make the
/// others try again a second later.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Those that are taken have it from the one that listens.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNREAD))?;
    socket.bind(&address.into())?;
    socket.listen(WAITING_CONNECTIONS)?;
    Ok(socket.into())
}

fn bind_metrics(address: SocketAddr) -> Option<TcpListener> {
    let listener = TcpListener::bind(address);
    if let Err(error) = &listener {
        tracing::warn!(%address, %error, "no metrics: set metrics.listen to a free address or to \"off\"");
    }
    listener.ok()
}

impl App {
    /// Opens the installation of `settings` and puts the server together.
    pub async fn build(settings: &Settings) -> anyhow::Result<App> {
        let installation = Installation::open(settings).await?;
        let sessions = Sessions::new(
            installation.db.clone(),
            Arc::clone(&installation.keys),
            Arc::clone(&installation.ids),
            Lifetimes::from(&settings.auth),
        );
        let works = Works::start(settings, &installation).await?;
        let devices = devices(settings, &installation, &works, &sessions);
        let catalogue = Arc::new(works.intake.context().rules.catalogue.clone());
        let calendar = Arc::new(settings.period.calendar().clone());
        let reviews = reviews(settings, &installation, &catalogue, &calendar)?;
        let collecting = Collecting {
            db: installation.db.clone(),
            keys: Arc::clone(&installation.keys),
            ids: Arc::clone(&installation.ids),
            clock: installation.clock,
            forms: Arc::new(Forms::shipped(&catalogue)?),
            intake: works.intake.clone(),
            reviews: reviews.clone(),
            files: reviews.files.clone(),
        };
        let syncing = works.syncing.clone();
        let site = Site {
            syncing,
            sms_number: settings.intake.sms_number.clone(),
            collecting,
            public_url: settings.http.public_url.clone(),
            trusted_proxies: settings.http.trusted_proxies.clone(),
            reviews,
            db: installation.db.clone(),
            clock: installation.clock,
            keys: Arc::clone(&installation.keys),
            catalogue,
            calendar,
            sessions,
            devices,
            body_time: Duration::from_secs(settings.http.request_seconds),
            receiver: Receiver {
                db: installation.db.clone(),
                intake: works.intake.clone(),
                clock: installation.clock,
                time: works.time.clone(),
            },
            intake: works.intake.clone(),
            gateways: works.gateways.clone(),
            phones: works.phones.clone(),
            reminders: Arc::clone(&works.reminders),
        };
        Ok(App { installation, site: web::Data::new(site), works, http: settings.http.clone() })
    }

    /// The way in for texts and submissions.
    pub fn intake(&self) -> &Intake {
        &self.works.intake
    }

    /// What the server stands on.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Serves until `stop` is there, then takes no more, finishes what is under way, and gives the node number back.
    pub async fn serve(self, listeners: Listeners, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let (phones, live) = (self.site.phones.clone(), self.site.syncing.live().clone());
        let server = web_server(self.site, &self.http, listeners.web)?;
        let metrics = listeners.metrics.map(metrics_server).transpose()?;
        let handle = server.handle();
        let running = tokio::spawn(server);
        let must_stop = Arc::clone(&self.works.must_stop);
        tokio::select! {
            () = stop => {}
            () = must_stop.notified() => {}
        }
        let end = Instant::now() + STOPPING;
        // Connections of events would never end by themselves.
        phones.close();
        live.close();
        handle.stop(true).await;
        if let Some(metrics) = metrics {
            metrics.stop(false).await;
        }
        running.await.context("the web server ended badly")??;
        self.works.stop(end).await;
        // Nothing is lost by what fails here, and whoever told the server to stop must not be told that it failed.
        match tokio::time::timeout_at(end, self.installation.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "{NOT_GIVEN_BACK}"),
            Err(_) => tracing::warn!("{NOT_GIVEN_BACK}"),
        }
        Ok(())
    }
}

fn devices(settings: &Settings, installation: &Installation, works: &Works, sessions: &Sessions) -> Devices {
    let Installation { db, keys, ids, clock, .. } = installation.clone();
    let planner = Planner { keys, ids, clock, gateways: works.gateways.clone() };
    let context = works.intake.context();
    let texts = (Arc::new(context.rules.templates.clone()), Arc::clone(&context.planned));
    Devices::new(db, sessions, Lifetimes::from(&settings.auth), planner, texts)
}

fn reviews(
    settings: &Settings,
    installation: &Installation,
    catalogue: &Arc<Catalogue>,
    calendar: &Arc<Calendar>,
) -> anyhow::Result<Reviews> {
    Ok(Reviews {
        db: installation.db.clone(),
        keys: Arc::clone(&installation.keys),
        ids: Arc::clone(&installation.ids),
        clock: installation.clock,
        catalogue: Arc::clone(catalogue),
        calendar: Arc::clone(calendar),
        files: FileStore::open(&settings.evidence.dir)?,
        max_file: settings.evidence.max_bytes,
    })
}

fn web_server(
    site: web::Data<Site>,
    settings: &Http,
    listener: TcpListener,
) -> anyhow::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || http::application(site.clone()))
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(Duration::from_secs(settings.request_seconds))
        .client_disconnect_timeout(CLOSING)
        .max_connections(CONNECTIONS)
        .shutdown_timeout(LAST_REQUESTS.as_secs())
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

fn metrics_server(listener: TcpListener) -> anyhow::Result<actix_web::dev::ServerHandle> {
    let recorder = telemetry::metrics_recorder()?;
    let server = metrics_page::server(recorder, listener)?;
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}

/// Waits for SIGTERM or SIGINT.
pub async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn connections_that_nobody_reads_from_are_given_up_by_the_system() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (taken, _) = listener.accept().unwrap();
        assert_eq!(socket2::SockRef::from(&taken).tcp_user_timeout().unwrap(), Some(UNREAD));
    }
}
