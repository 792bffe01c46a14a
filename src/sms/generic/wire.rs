//! The wire format of generic gateways.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::crypto::sha256;
use crate::sms::{Answer, DeliveryReport, DeliveryStatus, Door, Incoming, Outgoing, Refused, Request, Taken};

/// More than any phone sends; longer ones are programs at play.
const MAX_TEXT_CHARS: usize = 10_000;
/// Longer senders and ids are nonsense.
const MAX_FIELD_BYTES: usize = 200;

#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct OutgoingWire<'a> {
    id: String,
    to: &'a str,
    text: &'a str,
    gateway: &'a str,
}

pub(super) fn outgoing<'a>(gateway: &'a str, text: &'a Outgoing) -> OutgoingWire<'a> {
    OutgoingWire { id: text.id.to_string(), to: &text.to, text: &text.text, gateway }
}

/// The `id` of an answer, text or number.
pub(super) fn provider_id(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    field_text(answer.get("id")?).filter(|id| !id.is_empty() && id.len() <= MAX_FIELD_BYTES)
}

pub(super) fn incoming(request: &Request) -> Result<Incoming, Refused> {
    let fields = fields(request)?;
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let from = field("from").ok_or(Refused::Malformed("the field from is missing: the sender's number"))?;
    let text =
        fields.get("text").ok_or(Refused::Malformed("the field text is missing: the words of the SMS"))?;
    let too_long = |name| field(name).is_some_and(|text| text.len() > MAX_FIELD_BYTES);
    if too_long("from") || too_long("id") || too_long("date") {
        return Err(Refused::Malformed("from, id and date are at most 200 bytes long"));
    }
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(Refused::TooLong);
    }
    if fields.values().any(|value| value.contains('\0')) {
        return Err(Refused::Nul);
    }
    let timed = || field("date").map(|date| digest_key(from, date, text));
    let key = field("id").map(|id| format!("id {id}")).or_else(timed);
    let to = field("to").map(str::to_owned);
    Ok(Incoming { key, from: from.to_owned(), to, text: text.clone(), part: None, trusted: true })
}

/// Without an id, the same sender, time and words are the same text.
fn digest_key(from: &str, date: &str, text: &str) -> String {
    let digest = sha256(&[from.as_bytes(), &[0], date.as_bytes(), &[0], text.as_bytes()]);
    digest.iter().fold(String::from("digest "), |key, byte| key + &format!("{byte:02x}"))
}

pub(super) fn delivery(request: &Request) -> Result<DeliveryReport, Refused> {
    let fields = fields(request)?;
    let id = fields.get("id").filter(|id| !id.is_empty() && id.len() <= MAX_FIELD_BYTES);
    let id = id.ok_or(Refused::Malformed("the field id is missing: which text the report is about"))?;
    let status = match fields.get("status").map(String::as_str) {
        Some("sent") => DeliveryStatus::Sent,
        Some("delivered") => DeliveryStatus::Delivered,
        Some("failed") => DeliveryStatus::Failed,
        Some("expired") => DeliveryStatus::Expired,
        _ => return Err(Refused::Malformed("the field status must be sent, delivered, failed or expired")),
    };
    let reason = fields.get("reason").filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| reason.chars().filter(|c| *c != '\0').take(MAX_FIELD_BYTES).collect());
    Ok(DeliveryReport { id: id.clone(), status, reason })
}

/// 202 with the text's id once it is durable; 200 for a delivery report.
pub(in crate::sms) fn answer(door: Door, taken: &[Taken]) -> Answer {
    let body = match taken.first() {
        Some(Taken::Text { message }) => serde_json::json!({ "message": message.map(|id| id.to_string()) }),
        Some(Taken::Report { known }) => serde_json::json!({ "known": known }),
        None => serde_json::json!({}),
    };
    let status = if door == Door::Inbound { 202 } else { 200 };
    Answer { status, content_type: "application/json", body: body.to_string() }
}

/// The fields of a JSON object or a form; those of the address stand in for what the body does not give.
fn fields(request: &Request) -> Result<HashMap<String, String>, Refused> {
    let mut fields = request.query.clone();
    fields.extend(match request.content_type.as_str() {
        "application/x-www-form-urlencoded" => form(&request.body)?,
        _ if request.body.is_empty() => HashMap::new(),
        _ => json(&request.body)?,
    });
    Ok(fields)
}

fn json(body: &[u8]) -> Result<HashMap<String, String>, Refused> {
    let wrong = Refused::Malformed(
        "the body must be a JSON object in UTF-8 with the fields id, from, to, text, date",
    );
    let Ok(Value::Object(object)) = serde_json::from_slice(body) else { return Err(wrong) };
    let mut fields = HashMap::new();
    for (name, value) in &object {
        match field_text(value) {
            Some(text) => fields.insert(name.clone(), text),
            None if value.is_null() => None,
            None => return Err(Refused::Malformed("the fields must be texts or numbers")),
        };
    }
    Ok(fields)
}

fn form(body: &[u8]) -> Result<HashMap<String, String>, Refused> {
    let text = std::str::from_utf8(body).map_err(|_| Refused::Malformed("the form fields must be UTF-8"))?;
    serde_urlencoded::from_str(text).map_err(|_| Refused::Malformed("the form fields cannot be read"))
}

fn field_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json_request(body: &str) -> Request {
        Request { content_type: "application/json".to_owned(), body: body.into(), ..Request::default() }
    }

    fn form_request(body: &str) -> Request {
        let content_type = "application/x-www-form-urlencoded".to_owned();
        Request { content_type, body: body.into(), ..Request::default() }
    }

    #[test]
    fn json_and_form_fields_are_read_alike() {
        let json =
            incoming(&json_request(r#"{"id":17,"from":"0912345678","text":"ANTT 3 TC2","to":"8088"}"#))
                .unwrap();
        let form = incoming(&form_request("id=17&from=0912345678&text=ANTT+3+TC2&to=8088")).unwrap();
        assert_eq!(json, form);
        assert_eq!(json.key.as_deref(), Some("id 17"));
        assert_eq!(json.text, "ANTT 3 TC2");
    }

    #[test]
    fn without_an_id_the_time_makes_the_key_and_without_both_there_is_none() {
        let with = |date: &str| incoming(&form_request(&format!("from=1&text=a{date}"))).unwrap().key;
        assert_eq!(with("&date=2026-03-16T08:00:00Z"), with("&date=2026-03-16T08:00:00Z"));
        assert_ne!(with("&date=2026-03-16T08:00:00Z"), with("&date=2026-03-16T08:00:01Z"));
        assert_eq!(with(""), None);
    }

    #[test]
    fn what_cannot_be_a_text_is_refused_with_what_to_do() {
        let long = format!(r#"{{"from":"1","text":"{}"}}"#, "a".repeat(MAX_TEXT_CHARS + 1));
        let cases = [
            (r#"{"text":"a"}"#, Refused::Malformed("the field from is missing: the sender's number")),
            (r#"{"from":"1"}"#, Refused::Malformed("the field text is missing: the words of the SMS")),
            (r#"{"from":"1","text":["a"]}"#, Refused::Malformed("the fields must be texts or numbers")),
            (r#"{"from":"1","text":"a\u0000b"}"#, Refused::Nul),
            (&long, Refused::TooLong),
        ];
        for (body, refused) in cases {
            assert_eq!(incoming(&json_request(body)), Err(refused));
        }
        for body in ["", "[]", "{", "\u{0}"] {
            assert!(matches!(incoming(&json_request(body)), Err(Refused::Malformed(_))), "{body}");
        }
        let invalid = Request { body: vec![b'{', 0xff], ..json_request("") };
        assert!(matches!(incoming(&invalid), Err(Refused::Malformed(_))));
    }

    #[test]
    fn delivery_reports_name_their_text_and_what_became_of_it() {
        let report =
            delivery(&json_request(r#"{"id":"7","status":"failed","reason":"no such number"}"#)).unwrap();
        assert_eq!((report.id.as_str(), report.status), ("7", DeliveryStatus::Failed));
        assert_eq!(report.reason.as_deref(), Some("no such number"));
        for bad in [r#"{"status":"sent"}"#, r#"{"id":"7"}"#, r#"{"id":"7","status":"eaten"}"#] {
            assert!(matches!(delivery(&json_request(bad)), Err(Refused::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn a_providers_id_is_text_or_number_and_may_be_missing() {
        assert_eq!(provider_id(br#"{"id":"abc"}"#).as_deref(), Some("abc"));
        assert_eq!(provider_id(br#"{"id":12}"#).as_deref(), Some("12"));
        assert_eq!(provider_id(b"<html>"), None);
        assert_eq!(provider_id(b""), None);
    }
}
