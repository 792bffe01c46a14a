//! The wire format of the SMSGate project's server.

use serde::Serialize;
use serde_json::Value;

use crate::config::Smsgate as Settings;
use crate::sms::http::status;
use crate::sms::{Outgoing, SendError};

/// A text to be sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutgoingWire<'a> {
    /// Ours: the server takes one id once.
    id: String,
    text_message: Words<'a>,
    phone_numbers: [&'a str; 1],
    with_delivery_report: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sim_number: Option<u8>,
}

#[derive(Debug, Serialize)]
struct Words<'a> {
    text: &'a str,
}

pub(super) fn outgoing<'a>(settings: &'a Settings, text: &'a Outgoing) -> OutgoingWire<'a> {
    OutgoingWire {
        id: text.id.to_string(),
        text_message: Words { text: &text.text },
        phone_numbers: [&text.to],
        with_delivery_report: true,
        device_id: settings.device_id.as_deref(),
        sim_number: settings.sim_number,
    }
}

/// Where texts are posted to.
pub(super) fn address(settings: &Settings) -> Option<String> {
    // The server knows the lengths of numbers of some countries only.
    settings.url.as_ref().map(|url| format!("{url}/messages?skipPhoneValidation=true"))
}

/// What an answer means: the server's id of the text, which is ours, or why it does not go.
pub(super) fn understand(http: reqwest::StatusCode, body: &[u8]) -> Result<Option<String>, SendError> {
    if http == reqwest::StatusCode::CONFLICT {
        // It has a text with this id.
        return Ok(None);
    }
    status(http)?;
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    let id = answer.as_ref().and_then(|answer| answer.get("id")).and_then(Value::as_str);
    match id {
        Some(id) => Ok(Some(id.to_owned()).filter(|id| !id.is_empty() && id.len() <= 200)),
        None => Err(SendError::Unknown { detail: "an answer that cannot be understood".to_owned() }),
    }
}
