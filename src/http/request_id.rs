//! The id of each request: in its log lines, in its answer (`x-request-id`) and in its problems.
//!
//! A client may give one, which is kept when it is short and plain. Logs name the route and the path, never the query:
//! tokens of gateways stand there.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use tracing::Instrument;

use crate::crypto::random_bytes;

/// The header that carries it.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an id that a client may give.
const MAX_LENGTH: usize = 64;

/// What a request is known by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The client's id where it is short and plain, else a fresh one.
    fn of(request: &ServiceRequest) -> Self {
        let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        match given.filter(|id| is_plain(id)) {
            Some(id) => RequestId(id.to_owned()),
            None => RequestId(fresh()),
        }
    }
}

fn is_plain(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !id.is_empty() && id.len() <= MAX_LENGTH && id.bytes().all(plain)
}

fn fresh() -> String {
    // Without randomness a request still deserves an answer; its log lines are found by time and path.
    random_bytes::<12>().map_or_else(
        |_| "unnumbered".to_owned(),
        |bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    )
}

/// Middleware, the outermost one: names the request, opens its span, logs and counts its answer.
pub async fn trace_request<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = RequestId::of(&request);
    let span = tracing::info_span!("request", id = id.as_str(), method = %request.method(), path = shown_path(&request));
    request.extensions_mut().insert(id.clone());
    let started = Instant::now();
    let result = next.call(request).instrument(span.clone()).await;
    span.in_scope(|| match result {
        Ok(mut response) => {
            note(&response, started);
            if let Ok(value) = HeaderValue::from_str(id.as_str()) {
                response.headers_mut().insert(HEADER, value);
            }
            Ok(response)
        }
        Err(error) => Err(error),
    })
}

/// The path as it may be logged: without the query, and without what stands after `/t/`, a token in OpenRosa's
/// addresses.
fn shown_path(request: &ServiceRequest) -> String {
    redacted(request.path())
}

fn redacted(path: &str) -> String {
    let mut after_t = false;
    let shown: Vec<&str> = path
        .split('/')
        .map(|segment| {
            let shown = if after_t { "…" } else { segment };
            after_t = segment == "t";
            shown
        })
        .collect();
    shown.join("/")
}

fn note<B>(response: &ServiceResponse<B>, started: Instant) {
    let status = response.status();
    let elapsed = started.elapsed();
    // The pattern, not the path: a label per unit or id would grow without end.
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let labels = [("route", route), ("status", status.as_str().to_owned())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels).record(elapsed.as_secs_f64());
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    if status.is_server_error() {
        tracing::warn!(status = status.as_u16(), micros, "answered");
    } else {
        tracing::debug!(status = status.as_u16(), micros, "answered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_ids_are_taken_from_clients() {
        for good in ["a", "0f-3.A_", &"x".repeat(64)] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", "a b", "a\nb", "é", &"x".repeat(65)] {
            assert!(!is_plain(bad), "{bad}");
        }
        assert_ne!(fresh(), fresh());
    }

    #[test]
    fn tokens_in_paths_are_not_logged() {
        assert_eq!(redacted("/openrosa/t/SECRET/submission"), "/openrosa/t/…/submission");
        assert_eq!(redacted("/gateways/phone1/inbound"), "/gateways/phone1/inbound");
    }
}
