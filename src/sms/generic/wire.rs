//! What the requests of generic gateways' providers tell, and what is answered.

use super::fields::Fields;
use super::proof::Proved;
use crate::config::generic::{Delivery, DeliveryValue, FixedAnswer, Generic, Inbound};
use crate::crypto::{hex, sha256};
use crate::sms::{Answer, DeliveryReport, DeliveryStatus, Door, Event, Incoming, Part, Refused, Taken};

/// More than any phone sends; longer ones are programs at play.
const MAX_TEXT_CHARS: usize = 10_000;
/// Longer senders and ids are nonsense.
const MAX_FIELD_BYTES: usize = 200;

/// What came by `door`, or by the other one where the settings tell the two apart; nothing where it is neither.
pub(super) fn events(
    settings: &Generic,
    door: Door,
    fields: &Fields,
    proved: &Proved,
) -> Result<Vec<Event>, Refused> {
    let (inbound, delivery) = (&settings.inbound, &settings.delivery);
    let is_text = inbound.when.as_ref().map(|when| fields.fulfil(when));
    let is_report = delivery.when.as_ref().map(|when| fields.fulfil(when));
    let door = match (door, is_text, is_report) {
        (Door::Inbound, Some(false), Some(true)) => Door::Delivery,
        (Door::Delivery, Some(true), Some(false)) => Door::Inbound,
        (Door::Inbound, Some(false), _) | (Door::Delivery, _, Some(false)) => return Ok(Vec::new()),
        (door, _, _) => door,
    };
    match door {
        Door::Inbound => {
            let trusted =
                matches!(proved, Proved::Signed(_)) || (settings.is_ours() && settings.signature.is_none());
            let text = incoming(inbound, fields, proved)?;
            Ok(vec![Event::Text(Incoming { trusted, ..text })])
        }
        Door::Delivery => Ok(report(delivery, fields)?.map(Event::Report).into_iter().collect()),
    }
}

fn incoming(names: &Inbound, fields: &Fields, proved: &Proved) -> Result<Incoming, Refused> {
    let field = |name: &str| Ok(fields.get(name)?.filter(|text| !text.is_empty()));
    let (id, date, to) = (field(&names.id)?, field(&names.date)?, field(&names.to)?);
    let from =
        field(&names.from)?.ok_or(Refused::Malformed("the field from is missing: the sender's number"))?;
    let text = fields
        .get(&names.text)?
        .ok_or(Refused::Malformed("the field text is missing: the words of the SMS"))?;
    if [Some(&from), id.as_ref(), date.as_ref()]
        .into_iter()
        .flatten()
        .any(|text| text.len() > MAX_FIELD_BYTES)
    {
        return Err(Refused::Malformed("from, id and date are at most 200 bytes long"));
    }
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(Refused::TooLong);
    }
    let key = match (id, date, proved) {
        (Some(id), _, _) => Some(format!("id {id}")),
        (None, Some(date), _) => Some(digest_key(&from, &date, &text)),
        // A signature is of one request only.
        (None, None, Proved::Signed(signature)) => Some(format!("signature {signature}")),
        (None, None, Proved::Token) => None,
    };
    let to = to.filter(|to| to.len() <= MAX_FIELD_BYTES);
    Ok(Incoming { key, from, to, text, part: part(names, fields)?, trusted: false })
}

/// Without an id, the same sender, time and words are the same text.
fn digest_key(from: &str, date: &str, text: &str) -> String {
    let digest = sha256(&[from.as_bytes(), &[0], date.as_bytes(), &[0], text.as_bytes()]);
    format!("digest {}", hex(&digest))
}

/// Which part of a longer text it is, where the settings say where that stands and the request says so.
fn part(names: &Inbound, fields: &Fields) -> Result<Option<Part>, Refused> {
    let number = |name: &Option<String>| -> Result<Option<u16>, Refused> {
        let text = name.as_ref().map(|name| fields.get(name)).transpose()?.flatten();
        Ok(text.and_then(|text| text.parse().ok()))
    };
    let (reference, total) = (number(&names.part_reference)?, number(&names.part_total)?);
    let this = number(&names.part_number)?;
    let (Some(reference), Some(total), Some(this)) = (reference, total, this) else { return Ok(None) };
    let small = |number: u16| u8::try_from(number).ok();
    let part = small(total).zip(small(this)).map(|(total, number)| Part { reference, total, number });
    Ok(part.filter(|part| part.total > 1 && (1..=part.total).contains(&part.number)))
}

fn report(names: &Delivery, fields: &Fields) -> Result<Option<DeliveryReport>, Refused> {
    let id = fields.get(&names.id)?.filter(|id| !id.is_empty() && id.len() <= MAX_FIELD_BYTES);
    let id = id.ok_or(Refused::Malformed("the field id is missing: which text the report is about"))?;
    let word = fields.get(&names.status)?;
    let Some(status) = status(names, word.as_deref())? else { return Ok(None) };
    let reason =
        fields.get(&names.reason)?.filter(|reason| !reason.is_empty() && Some(reason) != word.as_ref());
    let failed = matches!(status, DeliveryStatus::Failed | DeliveryStatus::Expired);
    let reason = reason.or(word.filter(|_| failed && !names.values.is_empty()));
    let reason = reason.map(|reason| reason.chars().take(MAX_FIELD_BYTES).collect());
    Ok(Some(DeliveryReport { id, status, reason }))
}

/// What became of the text; `None` where the provider's word tells nothing that counts.
fn status(names: &Delivery, word: Option<&str>) -> Result<Option<DeliveryStatus>, Refused> {
    let wrong = Refused::Malformed("the field status must be sent, delivered, failed or expired");
    if names.values.is_empty() {
        return match word {
            Some("sent") => Ok(Some(DeliveryStatus::Sent)),
            Some("delivered") => Ok(Some(DeliveryStatus::Delivered)),
            Some("failed") => Ok(Some(DeliveryStatus::Failed)),
            Some("expired") => Ok(Some(DeliveryStatus::Expired)),
            _ => Err(wrong),
        };
    }
    let word = word.ok_or(Refused::Malformed("the state of the text is missing"))?;
    Ok(match names.meaning(word) {
        Some(DeliveryValue::Sent) => Some(DeliveryStatus::Sent),
        Some(DeliveryValue::Delivered) => Some(DeliveryStatus::Delivered),
        Some(DeliveryValue::Failed) => Some(DeliveryStatus::Failed),
        Some(DeliveryValue::Expired) => Some(DeliveryStatus::Expired),
        Some(DeliveryValue::Ignore) | None => None,
    })
}

/// What the settings say, or 202 with the text's id once it is durable, 200 for a delivery report.
pub(super) fn configured_answer(settings: &Generic, door: Door, taken: &[Taken]) -> Answer {
    let fixed = match taken.first() {
        Some(Taken::Text { .. }) => &settings.inbound.answer,
        Some(Taken::Report { .. }) => &settings.delivery.answer,
        None if door == Door::Inbound => &settings.inbound.answer,
        None => &settings.delivery.answer,
    };
    match fixed {
        Some(FixedAnswer { status, content_type, body }) => {
            Answer { status: *status, content_type, body: body.clone() }
        }
        None => answer(door, taken),
    }
}

/// The plain answer.
pub(in crate::sms) fn answer(door: Door, taken: &[Taken]) -> Answer {
    let body = match taken.first() {
        Some(Taken::Text { message }) => serde_json::json!({ "message": message.map(|id| id.to_string()) }),
        Some(Taken::Report { known }) => serde_json::json!({ "known": known }),
        None => serde_json::json!({}),
    };
    let status = if door == Door::Inbound { 202 } else { 200 };
    Answer { status, content_type: "application/json", body: body.to_string() }
}
