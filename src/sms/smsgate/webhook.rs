//! What phones with the SMSGate app tell: webhooks, one per event, signed with a key of the phone.
//!
//! The id of an incoming message is made of its content and may come twice for two texts; so a text is known by the
//! phone, the sender, its time and a digest of its words. An event that comes again is the phone's second try.

use chrono::DateTime;
use serde::Deserialize;

use crate::config::Secret;
use crate::crypto::{SignatureMethod, equal_secrets, hex, sha256};
use crate::sms::proof::{Seen, check_signature, check_time, told};
use crate::sms::{DeliveryReport, DeliveryStatus, Event, Incoming, Refused, Request};

/// More than any phone sends.
const MAX_TEXT_CHARS: usize = 10_000;
/// Longer senders and ids are nonsense.
const MAX_FIELD_BYTES: usize = 200;

/// How phones prove themselves.
#[derive(Debug, Default)]
pub(in crate::sms) struct Proof {
    /// The key of signatures.
    pub(in crate::sms) key: Option<Secret>,
    /// The token in the address.
    pub(in crate::sms) token: Option<Secret>,
    /// Whether the token does where there is no signature.
    pub(in crate::sms) accept_unsigned: bool,
    /// Events that were seen.
    pub(in crate::sms) seen: Seen,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WebhookRequest {
    #[serde(default)]
    device_id: String,
    event: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    payload: Payload,
}

/// What the payloads of all events hold that we look at.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    message_id: Option<String>,
    sender: Option<String>,
    recipient: Option<String>,
    /// The only number in events of older apps.
    phone_number: Option<String>,
    message: Option<String>,
    received_at: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    messages: Vec<Payload>,
}

/// What a webhook tells; nothing where it is of no interest.
pub(in crate::sms) fn read(proof: &Proof, request: &Request) -> Result<Vec<Event>, Refused> {
    let trusted = check(proof, request)?;
    let webhook: WebhookRequest = serde_json::from_slice(&request.body)
        .map_err(|_| Refused::Malformed("the body must be a webhook of the SMSGate app, in JSON"))?;
    let content = [&webhook.device_id, &webhook.event, &webhook.id];
    if content.into_iter().any(|field| field.len() > MAX_FIELD_BYTES || field.contains('\0')) {
        return Err(Refused::Malformed("deviceId, event and id are at most 200 bytes long"));
    }
    let events = events(&webhook, trusted)?;
    if trusted && !webhook.id.is_empty() {
        let id = sha256(&[webhook.device_id.as_bytes(), &[0], webhook.id.as_bytes()]);
        proof.seen.check(id, told(&events))?;
    }
    Ok(events)
}

/// The phone that a webhook is from, as it says.
pub(in crate::sms) fn device(request: &Request) -> Option<String> {
    let webhook: WebhookRequest = serde_json::from_slice(&request.body).ok()?;
    Some(webhook.device_id).filter(|id| !id.is_empty())
}

/// Whether the request is signed, where it need not be.
fn check(proof: &Proof, request: &Request) -> Result<bool, Refused> {
    let header = |name: &str| request.headers.get(name).map_or("", |value| value.trim());
    let (signature, stamp) = (header("x-signature"), header("x-timestamp"));
    if signature.is_empty() && proof.accept_unsigned {
        let given = request.query.get("token").map_or("", String::as_str);
        let expected = proof.token.as_ref().ok_or(Refused::Token)?;
        let equal = equal_secrets(given.as_bytes(), expected.reveal().as_bytes());
        return if equal { Ok(false) } else { Err(Refused::Token) };
    }
    let key = proof.key.as_ref().ok_or(Refused::Signature)?;
    let words = [&request.body, stamp.as_bytes()].concat();
    let expected = hex(&SignatureMethod::HmacSha256.sign(key.reveal().as_bytes(), &words));
    check_signature(&signature.to_ascii_lowercase(), &expected)?;
    let seconds: i64 = stamp.parse().map_err(|_| Refused::Stale)?;
    check_time(seconds.saturating_mul(1_000_000), request.received_at)?;
    Ok(true)
}

fn events(webhook: &WebhookRequest, trusted: bool) -> Result<Vec<Event>, Refused> {
    let payload = &webhook.payload;
    let report = |status, reason: Option<String>| Ok(report(payload, status, reason)?.into_iter().collect());
    match webhook.event.as_str() {
        "sms:received" => Ok(vec![text(webhook, payload, trusted)?]),
        "sms:batch:received" => {
            payload.messages.iter().map(|payload| text(webhook, payload, trusted)).collect()
        }
        "sms:sent" => report(DeliveryStatus::Sent, None),
        "sms:delivered" => report(DeliveryStatus::Delivered, None),
        "sms:failed" => report(DeliveryStatus::Failed, payload.reason.clone()),
        "sms:cancelled" => report(DeliveryStatus::Failed, Some("cancelled on the phone".to_owned())),
        "mms:received" | "mms:downloaded" | "mms:batch:received" | "mms:batch:downloaded" => {
            // Pictures are no reports; the officer of the phone may look.
            tracing::warn!(event = webhook.event, "an MMS came in; only SMS are taken");
            Ok(Vec::new())
        }
        _ => Ok(Vec::new()),
    }
}

fn text(webhook: &WebhookRequest, payload: &Payload, trusted: bool) -> Result<Event, Refused> {
    let number = payload.sender.as_ref().or(payload.phone_number.as_ref());
    let from = number.filter(|from| !from.is_empty() && from.len() <= MAX_FIELD_BYTES);
    let from =
        from.ok_or(Refused::Malformed("payload.sender is missing or too long: the sender's number"))?;
    let text = payload.message.as_ref();
    let text = text.ok_or(Refused::Malformed("payload.message is missing: the words of the SMS"))?;
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(Refused::TooLong);
    }
    if text.contains('\0') || from.contains('\0') {
        return Err(Refused::Nul);
    }
    let to = payload.recipient.clone().filter(|to| to.len() <= MAX_FIELD_BYTES);
    Ok(Event::Text(Incoming {
        key: key(webhook, payload, from, text),
        from: from.clone(),
        to,
        text: text.clone(),
        part: None,
        trusted,
    }))
}

/// The phone, the sender, the time and the words; the event where there is no time.
fn key(webhook: &WebhookRequest, payload: &Payload, from: &str, text: &str) -> Option<String> {
    let time = payload.received_at.as_deref().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    match time {
        Some(time) => {
            let time = time.timestamp_micros().to_be_bytes();
            let device = webhook.device_id.as_bytes();
            let digest = sha256(&[device, &[0], from.as_bytes(), &[0], &time, text.as_bytes()]);
            Some(format!("digest {}", hex(&digest)))
        }
        None if webhook.id.is_empty() => None,
        None => Some(format!("event {} {}", webhook.device_id, webhook.id)),
    }
}

fn report(
    payload: &Payload,
    status: DeliveryStatus,
    reason: Option<String>,
) -> Result<Option<Event>, Refused> {
    let id = payload.message_id.clone().filter(|id| !id.is_empty() && id.len() <= MAX_FIELD_BYTES);
    let id = id.ok_or(Refused::Malformed("payload.messageId is missing: which text it is about"))?;
    let reason = reason.map(|reason| reason.chars().filter(|c| *c != '\0').take(MAX_FIELD_BYTES).collect());
    Ok(Some(Event::Report(DeliveryReport { id, status, reason })))
}
