//! The wire format of the SMSGate app's phone API.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::time_of;
use crate::config::{Secret, SmsgatePhone as Settings};
use crate::domain::ids::made_at;
use crate::sms::generic::percent;
use crate::sms::{DeliveryReport, DeliveryStatus, Outgoing};

/// Events that the phone tells us of. Older apps do not know more.
const EVENTS: [&str; 6] =
    ["sms:received", "sms:sent", "sms:delivered", "sms:failed", "system:ping", "app:started"];
/// How often the phone says that it is there, seconds.
const PING_SECONDS: u32 = 600;
/// How often the phone tries to hand over what came in; the pauses double, so this is some days.
const RETRIES: u32 = 15;
/// The longest reason of a failure that is kept.
const MAX_REASON: usize = 200;

/// A text as a phone pulls it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pulled {
    id: String,
    /// Where older apps look for the words.
    message: String,
    text_message: Words,
    phone_numbers: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    sim_number: Option<u8>,
    with_delivery_report: bool,
    is_encrypted: bool,
    created_at: String,
}

#[derive(Debug, Serialize)]
struct Words {
    text: String,
}

/// `text` for a phone.
pub fn pulled(text: Outgoing, sim_number: Option<u8>) -> Pulled {
    let made = time_of(made_at(text.id).saturating_mul(1_000));
    Pulled {
        id: text.id.to_string(),
        message: text.text.clone(),
        text_message: Words { text: text.text },
        phone_numbers: [text.to],
        sim_number,
        with_delivery_report: true,
        is_encrypted: false,
        created_at: made.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
    }
}

/// How far a text is on the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum PhoneState {
    /// The phone has it.
    Pending,
    /// The phone is told to send it no more.
    Cancelling,
    /// The phone did not send it.
    Cancelled,
    /// The phone has given it to the SIM.
    Processed,
    /// It left the phone.
    Sent,
    /// It reached the receiver's phone.
    Delivered,
    /// It did not go.
    Failed,
}

/// What a phone tells of a text.
#[derive(Debug, Clone, Deserialize)]
pub struct StatePatch {
    /// Our id of it.
    pub id: String,
    /// How far it is.
    pub state: PhoneState,
    /// The same for each receiver; there is one.
    #[serde(default)]
    recipients: Vec<Recipient>,
}

#[derive(Debug, Clone, Deserialize)]
struct Recipient {
    error: Option<String>,
}

impl StatePatch {
    /// Whether the phone has taken the text upon itself.
    pub fn is_accepted(&self) -> bool {
        matches!(self.state, PhoneState::Processed | PhoneState::Sent | PhoneState::Delivered)
    }

    /// The report that it is, beyond the phone's having it.
    pub fn report(&self) -> Option<DeliveryReport> {
        let error = self.recipients.iter().find_map(|recipient| recipient.error.clone());
        let error =
            error.map(|error| error.chars().filter(|c| *c != '\0').take(MAX_REASON).collect::<String>());
        let (status, reason) = match self.state {
            PhoneState::Pending | PhoneState::Cancelling | PhoneState::Processed => return None,
            PhoneState::Sent => (DeliveryStatus::Sent, None),
            PhoneState::Delivered => (DeliveryStatus::Delivered, None),
            PhoneState::Failed => (DeliveryStatus::Failed, error),
            PhoneState::Cancelled => {
                (DeliveryStatus::Failed, error.or_else(|| Some("cancelled on the phone".to_owned())))
            }
        };
        Some(DeliveryReport { id: self.id.clone(), status, reason })
    }
}

pub(super) fn webhooks(id: &str, settings: &Settings) -> Value {
    let base = &settings.public_url;
    let url = match settings.inbound_token.as_ref().filter(|_| settings.accept_unsigned) {
        Some(token) => format!("{base}/gateways/{id}/t/{}/inbound", percent(token.reveal())),
        None => format!("{base}/gateways/{id}/inbound"),
    };
    let hook = |event: &&str| json!({"id": format!("binhyen-{}", event.replace(':', "-")), "url": url, "event": event});
    EVENTS.iter().map(hook).collect()
}

pub(super) fn app_settings(key: &Secret) -> Value {
    json!({
        "gateway": {"notification_channel": "SSE_ONLY"},
        "webhooks": {"signing_key": key.reveal(), "retry_count": RETRIES},
        "ping": {"interval_seconds": PING_SECONDS},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_for_old_and_new_apps() {
        let text = Outgoing { id: 77, to: "+84912345678".to_owned(), text: "Đã nhận".to_owned() };
        let written = serde_json::to_value(pulled(text, Some(2))).unwrap();
        let expected = json!({"id": "77", "message": "Đã nhận", "textMessage": {"text": "Đã nhận"},
            "phoneNumbers": ["+84912345678"], "simNumber": 2, "withDeliveryReport": true, "isEncrypted": false,
            "createdAt": "2025-01-01T00:00:00.000Z"});
        assert_eq!(written, expected);
    }

    #[test]
    fn states_tell_what_became_of_a_text() {
        let patch = |state: &str| {
            let text = format!(
                r#"{{"id":"77","state":"{state}","recipients":[{{"phoneNumber":"+84912345678","state":"{state}","error":"no service"}}],
                "states":{{"Pending":"2026-03-16T08:00:00.000+07:00"}}}}"#
            );
            serde_json::from_str::<StatePatch>(&text).unwrap()
        };
        let told = |state: &str| {
            let patch = patch(state);
            (patch.is_accepted(), patch.report().map(|report| (report.status, report.reason)))
        };
        assert_eq!(told("Pending"), (false, None));
        assert_eq!(told("Processed"), (true, None));
        assert_eq!(told("Sent"), (true, Some((DeliveryStatus::Sent, None))));
        assert_eq!(told("Delivered"), (true, Some((DeliveryStatus::Delivered, None))));
        assert_eq!(told("Failed"), (false, Some((DeliveryStatus::Failed, Some("no service".to_owned())))));
        assert!(matches!(told("Cancelled"), (false, Some((DeliveryStatus::Failed, Some(_))))));
        assert!(serde_json::from_str::<StatePatch>(r#"{"id":"1","state":"Eaten"}"#).is_err());
    }
}
