//! The web server: one list of routes, one table of errors, a short file per noun.
//!
//! A request passes, from the outside in: its id and log line ([`request_id`]), security headers, the rendering of
//! errors ([`error`]), compression, and at its address the question who makes it ([`auth`]) and a limit of time.

mod app_files;
mod app_settings;
mod attachments;
pub mod auth;
pub mod body;
mod costs;
mod devices;
mod docs;
pub mod error;
mod event_stream;
mod figures;
mod forms;
mod gateways;
mod health;
mod idempotency;
mod incidents;
mod indicators;
mod kept_forms;
mod limits;
mod me;
mod messages;
mod openrosa;
mod origin;
pub mod parameters;
mod periods;
mod phones;
mod photos;
mod programme;
mod proposals;
mod readings;
mod reminders;
mod reports;
pub mod request_id;
mod reviews;
mod route;
mod routes;
mod submissions;
mod sync;
mod synonyms;
mod table;
mod tokens;
mod units;
mod uploads;
pub mod waiting;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, Error, HttpRequest, ResponseError, web};

pub use docs::openapi;
pub use route::{Access, Route};
pub use table::ROUTES;

use crate::clock::Clock;
use crate::crypto::Keys;
use crate::db::Db;
use crate::domain::indicator::Catalogue;
use crate::domain::period::Calendar;
use crate::flows::authenticate::Sessions;
use crate::flows::collect::Collecting;
use crate::flows::devices::Devices;
use crate::flows::intake::Intake;
use crate::flows::phone::Phones;
use crate::flows::receive::Receiver;
use crate::flows::remind::Reminders;
use crate::flows::review::Reviews;
use crate::flows::sync::Syncing;
use crate::sms::Gateways;
use error::{Code, Problem};

/// What handlers share.
#[derive(Debug)]
pub struct Site {
    /// The database.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// Keys of names and texts.
    pub keys: Arc<Keys>,
    /// The indicators of the installation.
    pub catalogue: Arc<Catalogue>,
    /// The calendar of the installation.
    pub calendar: Arc<Calendar>,
    /// The log-ins.
    pub sessions: Sessions,
    /// The devices of people who report.
    pub devices: Devices,
    /// How long a client may take to send the body of a request.
    pub body_time: Duration,
    /// The way in for texts and submissions.
    pub intake: Intake,
    /// The way in for whatever gateways bring.
    pub receiver: Receiver,
    /// The gateways of the settings.
    pub gateways: Gateways,
    /// The phones that are gateways.
    pub phones: Phones,
    /// Who is reminded of what.
    pub reminders: Arc<Reminders>,
    /// The yearly reviews.
    pub reviews: Reviews,
    /// The number that reports are texted to, for the app.
    pub sms_number: Option<String>,
    /// The way in for forms of ODK Collect and its like.
    pub collecting: Collecting,
    /// What brings reports to phones and back.
    pub syncing: Syncing,
    /// The base of the addresses at which others reach the server, where it is set.
    pub public_url: Option<String>,
    /// The proxies whose word is taken for where a request comes from.
    pub trusted_proxies: Vec<IpAddr>,
}

/// The application for a worker of the server.
pub fn application(
    site: web::Data<Site>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(site)
        .configure(configure)
        .default_service(web::to(answer_not_found))
        .wrap(Compress::default())
        .wrap(from_fn(error::render_problems))
        .wrap(limits::security_headers())
        .wrap(from_fn(request_id::trace_request))
}

/// Puts every route at its address; other methods there are answered 405 with those that it takes.
fn configure(config: &mut web::ServiceConfig) {
    let mut paths: Vec<&'static str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    for path in paths {
        let at_path = ROUTES.iter().filter(|route| route.path == path);
        let resource = at_path.fold(web::resource(path), |resource, route| resource.route((route.handler)()));
        let resource = resource.default_service(web::to(answer_method_not_allowed));
        config.service(resource.wrap(from_fn(limits::limit_time)).wrap(from_fn(auth::authenticate)));
    }
}

/// The route of `method` at the address with this pattern.
pub fn find_route(method: &Method, pattern: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == pattern && route.method == *method)
}

async fn answer_not_found() -> Problem {
    Problem::new(Code::NotFound)
}

async fn answer_method_not_allowed(request: HttpRequest) -> Problem {
    let pattern = request.match_pattern().unwrap_or_default();
    let methods = ROUTES.iter().filter(|route| route.path == pattern).map(|route| route.method.as_str());
    let allowed = methods.collect::<Vec<_>>().join(", ");
    Problem::new(Code::MethodNotAllowed)
        .detail(format!("This address takes {allowed}"))
        .header(header::ALLOW, &allowed)
}

impl actix_web::Responder for Problem {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> actix_web::HttpResponse {
        self.error_response()
    }
}

#[cfg(test)]
mod tests;
