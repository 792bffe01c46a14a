//! Bodies of requests: JSON, of a limited size, in a limited time, into a type that knows its fields.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::Site;
use super::error::{Code, FieldError, Problem};

/// The largest body of a request of the API, bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// A JSON body of type `T`. Fields that `T` does not know are refused where `T` says so, as all requests here do.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = check_head(request, MAX_BODY);
        let time = request.app_data::<web::Data<Site>>().map(|site| site.body_time).unwrap_or_default();
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            checked?;
            let payload = payload.await.map_err(|_| Problem::new(Code::BadRequest))?;
            let bytes = read(payload, MAX_BODY, time).await?;
            parse(&bytes).map(Json)
        })
    }
}

/// A JSON body of at most `LIMIT` bytes, as it came.
#[derive(Debug)]
pub struct RawJson<const LIMIT: usize>(pub Bytes);

impl<const LIMIT: usize> FromRequest for RawJson<LIMIT> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = check_head(request, LIMIT);
        let time = request.app_data::<web::Data<Site>>().map(|site| site.body_time).unwrap_or_default();
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            checked?;
            let payload = payload.await.map_err(|_| Problem::new(Code::BadRequest))?;
            read(payload, LIMIT, time).await.map(RawJson)
        })
    }
}

/// What the headers say already: a type that is not JSON, a compressed body, an announced length above the limit.
fn check_head(request: &HttpRequest, limit: usize) -> Result<(), Problem> {
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let plain = request.headers().get(header::CONTENT_ENCODING).is_none_or(|value| value == "identity");
    if !is_json || !plain {
        return Err(Problem::new(Code::UnsupportedMediaType));
    }
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) { Err(too_large(limit)) } else { Ok(()) }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Code::BodyTooLarge).detail(format!("The body may have {limit} bytes at most"))
}

/// Reads a body of at most `limit` bytes that arrives within `time`.
pub async fn read(payload: web::Payload, limit: usize, time: Duration) -> Result<Bytes, Problem> {
    match tokio::time::timeout(time, payload.to_bytes_limited(limit)).await {
        Ok(Ok(Ok(bytes))) => Ok(bytes),
        Ok(Ok(Err(error))) => Err(payload_problem(&error)),
        Ok(Err(_)) => Err(too_large(limit)),
        // The rest of the body may still come: the connection cannot be used for another request.
        Err(_) => Err(Problem::new(Code::RequestTimeout).header(header::CONNECTION, "close")),
    }
}

fn payload_problem(error: &actix_web::Error) -> Problem {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Problem::new(Code::BodyTooLarge),
        _ => Problem::new(Code::IncompleteBody),
    }
}

/// Reads JSON into `T`; the problem names the field where it can.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new(Code::InvalidUtf8))?;
    if holds_null(text) {
        return Err(Problem::new(Code::NullCharacter));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| json_problem(&error))?;
    reader.end().map_err(|error| Problem::new(Code::InvalidJson).detail(error.to_string()))?;
    Ok(value)
}

/// The problem with JSON that is not what it should be; names the field where it can.
pub(super) fn json_problem(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if error.inner().classify() != serde_json::error::Category::Data {
        return Problem::new(Code::InvalidJson).detail(error.inner().to_string());
    }
    let message = error.inner().to_string();
    let code = match message.split(' ').next() {
        Some("unknown") => "unknown_field",
        Some("missing") => "missing_field",
        Some("duplicate") => "duplicate_field",
        _ => "wrong_type",
    };
    let pointer = pointer(error.path());
    Problem::new(Code::ValidationFailed)
        .detail(format!("At “{pointer}”: {message}"))
        .errors(vec![FieldError::new(pointer.clone(), code, message)])
}

/// The JSON pointer (RFC 6901) of a path.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Whether U+0000 stands in a JSON text, as it is or escaped.
pub(super) fn holds_null(text: &str) -> bool {
    if text.contains('\0') {
        return true;
    }
    text.match_indices("\\u0000").any(|(at, _)| {
        // An even number of backslashes before it makes it a backslash and the letters “u0000”.
        let before = text.get(..at).unwrap_or_default();
        before.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is tested")]
    struct Example {
        id: String,
        values: std::collections::BTreeMap<String, i64>,
    }

    fn refusal(body: &[u8]) -> (&'static str, String) {
        let problem = parse::<Example>(body).unwrap_err();
        (problem.code().name(), problem.to_string())
    }

    #[test]
    fn a_wrong_field_is_named_by_its_pointer() {
        let (code, text) = refusal(br#"{"id":"a","values":{"T/C":"two"}}"#);
        assert_eq!(code, "validation_failed");
        assert!(text.contains("“/values/T~1C”"), "{text}");
        assert!(refusal(br#"{"id":"a","values":{"TC":2.5}}"#).1.contains("/values/TC"));
        assert!(refusal(br#"{"id":"a","values":{"TC":99999999999999999999}}"#).1.contains("/values/TC"));
        assert!(refusal(br#"{"id":"a","values":{},"valuse":1}"#).1.contains("unknown field"));
        assert!(refusal(br#"{"id":"a"}"#).1.contains("missing field"));
        assert!(refusal(br#"{"id":"a","id":"b","values":{}}"#).1.contains("duplicate field"));
    }

    #[test]
    fn what_is_no_json_is_told_apart_from_json_of_another_shape() {
        for body in [&b"{"[..], b"", b"TC2", br#"{"id":"a","values":{}} x"#] {
            assert_eq!(refusal(body).0, "invalid_json", "{body:?}");
        }
        assert_eq!(refusal(b"[]").0, "validation_failed");
        assert_eq!(refusal(b"{\"id\":\"\xff\",\"values\":{}}").0, "invalid_utf8");
        let deep = "[".repeat(60_000);
        assert_eq!(refusal(deep.as_bytes()).0, "validation_failed");
    }

    #[test]
    fn the_null_character_is_refused_in_every_spelling() {
        assert_eq!(refusal(br#"{"id":"a\u0000","values":{}}"#).0, "null_character");
        assert_eq!(refusal(b"{\"id\":\"a\0\",\"values\":{}}").0, "null_character");
        assert_eq!(refusal(br#"{"id":"\\\u0000","values":{}}"#).0, "null_character");
        assert!(parse::<Example>(br#"{"id":"\\u0000","values":{}}"#).is_ok());
    }
}
