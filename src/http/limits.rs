//! What holds for every request: how long it may take, and what its answer may be used for.

use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::{DefaultHeaders, Next};
use actix_web::{Error, ResponseError};

use super::error::{Code, Problem};

/// How long a request may take altogether.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// Answers are read by programs, never shown in frames, never guessed at, and figures are never kept by caches.
pub(super) fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::X_FRAME_OPTIONS, "DENY"))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add((header::CACHE_CONTROL, "no-store"))
        .add((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
}

/// Middleware: gives up on a request that takes too long. What was handed to the writer is still done.
pub(super) async fn limit_time<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let asked = request.request().clone();
    match tokio::time::timeout(REQUEST_TIME, next.call(request)).await {
        Ok(answered) => Ok(answered?.map_into_left_body()),
        Err(_) => {
            let response = Problem::new(Code::TimedOut).error_response();
            Ok(ServiceResponse::new(asked, response).map_into_right_body())
        }
    }
}
