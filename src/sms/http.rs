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
    if error.is_builder() {
        SendError::Misconfigured { detail: "the address or a header cannot be written".to_owned() }
    } else if error.is_connect() {
        SendError::Transient { detail, pause: None }
    } else {
        SendError::Unknown { detail }
    }
}

/// The status of an answer and its body, cut short where it is longer than anything that is read.
pub(super) async fn read_answer(mut answer: reqwest::Response) -> (reqwest::StatusCode, Vec<u8>) {
    let (status, mut body) = (answer.status(), Vec::new());
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            body.clear();
            break;
        }
    }
    (status, body)
}

/// `text` as it may stand in XML; what XML cannot hold at all becomes a space.
pub(super) fn escape_xml(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => written += "&amp;",
            '<' => written += "&lt;",
            '>' => written += "&gt;",
            '"' => written += "&quot;",
            '\'' => written += "&#39;",
            '\t' | '\n' | '\r' => written.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => written.push(' '),
            c => written.push(c),
        }
    }
    written
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
