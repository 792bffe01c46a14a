//! The wire format of Kannel: what it calls us with, and what it is called with.

use std::collections::HashMap;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::config::KannelSending;
use crate::crypto::sha256;
use crate::domain::message::Encoding;
use crate::sms::{DeliveryReport, DeliveryStatus, Incoming, Outgoing, Refused, Request, SendError, udh};

/// Reports that are asked for: delivered 1, failed 2, accepted by the operator 8, rejected by it 16; not 4, “queued”.
const DLR_MASK: u8 = 1 | 2 | 8 | 16;
/// More than any phone sends, even in 255 parts.
const MAX_TEXT_CHARS: usize = 40_000;
/// Longer numbers and ids are nonsense.
const MAX_FIELD_BYTES: usize = 200;
/// How much of Kannel's words is kept as a reason.
const MAX_REASON: usize = 200;

/// Fields of an address as octets: what a text holds need not be UTF-8.
struct Fields<'r> {
    query: HashMap<String, Vec<u8>>,
    request: &'r Request,
}

impl<'r> Fields<'r> {
    fn of(request: &'r Request) -> Self {
        let query = request.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (String::from_utf8_lossy(&decoded(name)).into_owned(), decoded(value))
        };
        Fields { query: pairs.map(pair).collect(), request }
    }

    /// A field of the address, or what a `post-url` puts into a header instead.
    fn text(&self, name: &str, header: &str) -> Option<String> {
        let of_header = || self.request.headers.get(header).cloned();
        let given = self.query.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
        given.or_else(of_header).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The words as octets: in the address, or as the body of a `post-url`.
    fn words(&self) -> Result<Vec<u8>, Refused> {
        let missing = Refused::Malformed("the field message is missing: the words of the SMS (message=%b)");
        match self.query.get("message") {
            Some(words) => Ok(words.clone()),
            None if self.request.headers.keys().any(|name| name.starts_with("x-kannel-")) => {
                Ok(self.request.body.clone())
            }
            None => Err(missing),
        }
    }

    fn charset(&self) -> Option<String> {
        let of_body = || {
            let kind = self.request.headers.get("content-type")?;
            let (_, charset) = kind.split_once("charset=")?;
            Some(charset.trim_matches(|c: char| c == '"' || c == ' ').to_owned())
        };
        let given = self.query.get("charset").map(|value| String::from_utf8_lossy(value).into_owned());
        given.or_else(of_body).filter(|charset| !charset.is_empty())
    }

    fn udh(&self) -> Vec<u8> {
        let of_header = || self.request.headers.get("x-kannel-udh").map(|header| decoded(header));
        self.query.get("udh").cloned().or_else(of_header).unwrap_or_default()
    }
}

fn decoded(text: &str) -> Vec<u8> {
    percent_decode(text.replace('+', " ").as_bytes()).collect()
}

/// The text that a `get-url` or `post-url` brings.
pub(super) fn incoming(request: &Request) -> Result<Incoming, Refused> {
    let fields = Fields::of(request);
    let from = fields.text("sender", "x-kannel-from");
    let from =
        from.ok_or(Refused::Malformed("the field sender is missing: the sender's number (sender=%p)"))?;
    let id = fields.text("id", "x-kannel-id");
    let at = fields.text("ts", "x-kannel-time");
    if [Some(&from), id.as_ref(), at.as_ref()]
        .into_iter()
        .flatten()
        .any(|field| field.len() > MAX_FIELD_BYTES)
    {
        return Err(Refused::Malformed("sender, id and ts are at most 200 bytes long"));
    }
    let coding = fields.text("coding", "x-kannel-coding");
    let octets = fields.words()?;
    // U+0000 is no letter; phones put it at the end of texts.
    let text = words(&octets, coding.as_deref(), fields.charset().as_deref()).replace('\0', "");
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(Refused::TooLong);
    }
    let header = udh::read(&fields.udh());
    if header.national {
        tracing::warn!("a text came in a national alphabet that is not read; some of its letters are wrong");
    }
    let timed =
        || at.as_deref().map(|at| digest_key(&from, at, header.part.map_or(0, |part| part.number), &octets));
    let key = id.map(|id| format!("id {id}")).or_else(timed);
    Ok(Incoming { key, to: fields.text("to", "x-kannel-to"), text, part: header.part, trusted: true, from })
}

/// Without an id, the same sender, time and octets are the same text.
fn digest_key(from: &str, at: &str, number: u8, octets: &[u8]) -> String {
    let digest = sha256(&[from.as_bytes(), &[0], at.as_bytes(), &[0, number, 0], octets]);
    digest.iter().fold(String::from("digest "), |key, byte| key + &format!("{byte:02x}"))
}

/// The words that `octets` mean. With `mo-recode` Kannel hands over UTF-8 or another alphabet that it names; without,
/// texts with marks come as UTF-16, most significant octet first (`coding` 2).
fn words(octets: &[u8], coding: Option<&str>, charset: Option<&str>) -> String {
    let named = charset.and_then(|charset| encoding_rs::Encoding::for_label(charset.as_bytes()));
    let encoding = match (coding, named) {
        (_, Some(encoding)) => encoding,
        (Some("2"), None) => encoding_rs::UTF_16BE,
        // Neither a letter nor a name: what phones and modems write if they are not asked.
        (_, None) if std::str::from_utf8(octets).is_err() => encoding_rs::WINDOWS_1252,
        (_, None) => encoding_rs::UTF_8,
    };
    encoding.decode_without_bom_handling(octets).0.into_owned()
}

/// What a `dlr-url` tells; nothing where it tells of a state that is none of ours.
pub(super) fn delivery(request: &Request) -> Result<Option<DeliveryReport>, Refused> {
    let fields = Fields::of(request);
    let id = fields.text("id", "").filter(|id| id.len() <= MAX_FIELD_BYTES);
    let id = id.ok_or(Refused::Malformed("the field id is missing: which text the report is about"))?;
    let status = fields.text("status", "").and_then(|status| status.parse::<u8>().ok());
    let status = status.ok_or(Refused::Malformed("the field status is missing: status=%d"))?;
    let reply = fields.text("reply", "");
    let expired = reply.as_deref().is_some_and(|reply| reply.to_ascii_uppercase().contains("STAT:EXPIRED"));
    let status = match status {
        1 => DeliveryStatus::Delivered,
        2 if expired => DeliveryStatus::Expired,
        2 | 16 => DeliveryStatus::Failed,
        8 => DeliveryStatus::Sent,
        _ => return Ok(None),
    };
    let went = matches!(status, DeliveryStatus::Delivered | DeliveryStatus::Sent);
    let reason = reply.filter(|_| !went).map(|reply| shortened(&reply));
    Ok(Some(DeliveryReport { id, status, reason }))
}

fn shortened(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(MAX_REASON).collect()
}

/// The address by which `sendsms` is called.
pub(super) fn send_address(
    gateway: &str,
    to: &KannelSending,
    token: Option<&str>,
    text: &Outgoing,
) -> String {
    let mut fields: Vec<(&str, Vec<u8>)> = vec![
        ("username", to.username.as_bytes().to_vec()),
        ("password", to.password.reveal().as_bytes().to_vec()),
        ("to", text.to.as_bytes().to_vec()),
    ];
    fields.extend(to.from.as_ref().map(|from| ("from", from.as_bytes().to_vec())));
    // Without `coding` Kannel silently sends question marks for letters with marks.
    match Encoding::of(&text.text) {
        Encoding::Gsm7 => fields.extend([
            ("coding", b"0".to_vec()),
            ("charset", b"UTF-8".to_vec()),
            ("text", text.text.as_bytes().to_vec()),
        ]),
        Encoding::Ucs2 => fields.extend([
            ("coding", b"2".to_vec()),
            ("text", text.text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ]),
    }
    if let (Some(base), Some(token)) = (&to.public_url, token) {
        fields.push(("dlr-mask", DLR_MASK.to_string().into_bytes()));
        fields.push(("dlr-url", report_address(base, gateway, token, text.id).into_bytes()));
    }
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let joint = if to.send_url.contains('?') { '&' } else { '?' };
    format!("{}{joint}{}", to.send_url, fields.join("&"))
}

/// Where the delivery report of a text goes; Kannel fills in what stands behind `%`.
fn report_address(base: &str, gateway: &str, token: &str, id: i64) -> String {
    // In an octet written as %XX Kannel would see one of its own escapes; it reads %% as %.
    let token = encoded(token.as_bytes()).replace('%', "%%");
    format!("{base}/gateways/{gateway}/delivery?token={token}&id={id}&status=%d&reply=%A")
}

fn encoded(octets: &[u8]) -> String {
    percent_encode(octets, NON_ALPHANUMERIC).to_string()
}

/// What an answer of `sendsms` means.
pub(super) fn accepted(status: u16, said: &str) -> Result<(), SendError> {
    let detail = format!("HTTP {status} {}", shortened(said.trim()));
    let number = said.trim_start().split(':').next().unwrap_or_default();
    match status {
        // 0: accepted, 3: queued for later.
        200 | 202 if number == "0" || number == "3" => Ok(()),
        // Whatever answered, it was not Kannel: a proxy's page, for example.
        200..=299 => Err(SendError::Unknown { detail }),
        // “Not routable. Do not try again.”
        404 if said.contains("routable") => Err(SendError::Rejected { detail }),
        300..=399 | 401..=405 => Err(SendError::Misconfigured { detail }),
        408 | 425 | 429 => Err(SendError::Transient { detail, pause: Some(Duration::from_secs(5)) }),
        400..=499 => Err(SendError::Rejected { detail }),
        _ => Err(SendError::Transient { detail, pause: None }),
    }
}

#[cfg(test)]
mod tests;
