//! What gateways that speak HTTP share: the client, and what a failed request means.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

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

/// How long a busy provider asks to be left alone (`Retry-After`, in seconds or as a date). A date counts from the answer's own date, so that no clock is asked.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let wish = text(RETRY_AFTER)?.trim();
    if let Ok(seconds) = wish.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| chrono::DateTime::parse_from_rfc2822(text).ok();
    (date(wish)? - date(text(DATE)?)?).to_std().ok()
}

/// What a status of an answer means, where the provider has no words of its own.
pub(super) fn status(status: reqwest::StatusCode) -> Result<(), SendError> {
    let detail = format!("HTTP {}", status.as_u16());
    match status.as_u16() {
        200..=299 => Ok(()),
        402 => Err(SendError::OutOfCredit { detail }),
        401..=405 => Err(SendError::Misconfigured { detail }),
        408 | 425 | 429 => Err(SendError::Transient { detail, pause: None }),
        400..=499 => Err(SendError::Rejected { detail }),
        300..=399 => Err(SendError::Misconfigured { detail }),
        _ => Err(SendError::Transient { detail, pause: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_says_in_seconds_or_by_a_date_how_long_it_wants_to_be_left_alone() {
        let headers = |pairs: &[(reqwest::header::HeaderName, &str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
        };
        let date = (DATE, "Sun, 15 Mar 2026 01:00:00 GMT");
        for (wish, pause) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 15 Mar 2026 01:01:30 GMT", Some(90)),
            ("Sun, 15 Mar 2026 00:00:00 GMT", None),
            ("soon", None),
            ("-5", None),
        ] {
            let found = retry_after(&headers(&[date.clone(), (RETRY_AFTER, wish)]));
            assert_eq!(found, pause.map(Duration::from_secs), "{wish}");
        }
        assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "Sun, 15 Mar 2026 01:01:30 GMT")])), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
