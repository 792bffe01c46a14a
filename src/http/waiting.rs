//! What the server answers before its database is there.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpResponse, web};

use super::error::{self, Code, Problem};
use super::limits::security_headers;
use super::{health, request_id};

/// The application while the database is not there yet: the process lives, and everything else is told to come back.
pub fn waiting_application() -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .route("/healthz", web::get().to(health::show_liveness))
        .default_service(web::to(answer_come_back))
        .wrap(from_fn(error::render_problems))
        .wrap(security_headers())
        .wrap(from_fn(request_id::trace_request))
}

async fn answer_come_back() -> Result<HttpResponse, Problem> {
    Err(Problem::new(Code::Unavailable))
}
