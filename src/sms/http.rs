//! What gateways that speak HTTP share: the client, and what a failed request means.

use std::time::Duration;

use super::SendError;

/// The longest answer of a provider that is read.
pub(super) const MAX_ANSWER: usize = 64 * 1024;

/// A client that gives up after `timeout` and follows no redirects: a provider that moves must be told of.
pub fn client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(timeout)
        .connect_timeout(Duration::from_secs(5).min(timeout))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("binhyen/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// What it means that a request failed: a connection that was never made certainly sent nothing.
pub(super) fn failed(error: &reqwest::Error) -> SendError {
    // The address may hold a secret; it stays out of logs.
    let detail = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    }
    .to_owned();
    if error.is_connect() {
        SendError::Transient { detail, pause: None }
    } else {
        SendError::Unknown { detail }
    }
}

/// What a status of an answer means, where the provider has no words of its own.
pub(super) fn status(status: reqwest::StatusCode) -> Result<(), SendError> {
    let detail = format!("HTTP {}", status.as_u16());
    match status.as_u16() {
        200..=299 => Ok(()),
        401..=405 => Err(SendError::Misconfigured { detail }),
        408 | 425 | 429 => Err(SendError::Transient { detail, pause: None }),
        400..=499 => Err(SendError::Rejected { detail }),
        300..=399 => Err(SendError::Misconfigured { detail }),
        _ => Err(SendError::Transient { detail, pause: None }),
    }
}
