//! The parts of a submission: the form as XML, and a file for each photograph.

use actix_multipart::Multipart;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::Bytes;
use futures_util::{StreamExt, stream};

use super::answer::Refusal;
use crate::documents::instance;
use crate::domain::template::key;
use crate::flows::collect::{Attached, Sent};

/// Parts of one request, at most; Collect cuts what has more than a hundred files.
const MOST_PARTS: usize = 110;
/// Characters of the name of a file.
const LONGEST_NAME: usize = 200;
/// The part that holds the form.
const FORM: &str = "xml_submission_file";
/// The part that says that more files will come.
const INCOMPLETE: &str = "*isIncomplete*";

fn broken() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, key::FORM_BROKEN)
}

fn too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, key::FORM_TOO_LARGE)
}

/// Reads the parts of a body that has arrived as a whole.
pub(super) async fn read(headers: &HeaderMap, body: Bytes) -> Result<Sent, Refusal> {
    let length = body.len();
    let whole = stream::once(async move { Ok::<_, PayloadError>(body) });
    let mut parts = Multipart::new(headers, Box::pin(whole));
    let (mut xml, mut files) = (None, Vec::new());
    for _ in 0..MOST_PARTS {
        let Some(part) = parts.next().await else {
            let xml: Vec<u8> = xml.ok_or_else(broken)?;
            return Ok(Sent { instance: instance::read(&xml)?, xml, files });
        };
        let mut part = part.map_err(|_| broken())?;
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        let limit = if name == FORM { instance::MAX_BYTES } else { length };
        let bytes = part.bytes(limit).await.map_err(|_| too_large())?.map_err(|_| broken())?;
        match name.as_str() {
            FORM if xml.is_some() => return Err(broken()),
            FORM => xml = Some(bytes.to_vec()),
            INCOMPLETE => {}
            _ => files.push(attached(file.unwrap_or(name), &bytes)?),
        }
    }
    Err(too_large())
}

fn attached(name: String, bytes: &Bytes) -> Result<Attached, Refusal> {
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(broken());
    }
    Ok(Attached { name, bytes: bytes.to_vec() })
}
