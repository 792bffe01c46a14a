//! The wire format of eSMS.vn (developers.esms.vn).

use serde::Serialize;
use serde_json::{Value, json};

use crate::config::Esms as Settings;
use crate::crypto::{SignatureMethod, hex};
use crate::domain::message::Encoding;
use crate::sms::balance::dong;
use crate::sms::generic::percent;
use crate::sms::http::{escape_xml, status};
use crate::sms::proof::check_signature;
use crate::sms::{Answer, DeliveryReport, DeliveryStatus, Incoming, Outgoing, Refused, Request, SendError};

/// A text that bears the name of a firm or office.
const TYPE_BRANDNAME: &str = "2";
/// A text from a fixed number.
const TYPE_FIXED_NUMBER: &str = "8";
/// More than any phone sends.
const MAX_TEXT_CHARS: usize = 10_000;
/// Longer senders and ids are nonsense.
const MAX_FIELD_BYTES: usize = 200;

/// A text to be sent; everything is a string.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OutgoingWire<'a> {
    api_key: &'a str,
    secret_key: &'a str,
    phone: String,
    content: &'a str,
    sms_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    brandname: Option<&'a str>,
    is_unicode: &'static str,
    sandbox: &'static str,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<&'a str>,
}

/// `None` where the settings have no keys.
pub(super) fn outgoing<'a>(
    settings: &'a Settings,
    callback: Option<&'a str>,
    text: &'a Outgoing,
) -> Option<OutgoingWire<'a>> {
    let flag = |flag: bool| if flag { "1" } else { "0" };
    let brandname = settings.brandname.as_deref();
    Some(OutgoingWire {
        api_key: settings.api_key.as_ref()?.reveal(),
        secret_key: settings.secret_key.as_ref()?.reveal(),
        phone: text.to.strip_prefix("+84").map_or_else(|| text.to.clone(), |rest| format!("0{rest}")),
        content: &text.text,
        sms_type: if brandname.is_some() { TYPE_BRANDNAME } else { TYPE_FIXED_NUMBER },
        brandname,
        is_unicode: flag(Encoding::of(&text.text) == Encoding::Ucs2),
        sandbox: flag(settings.sandbox),
        request_id: text.id.to_string(),
        callback_url: callback,
    })
}

/// The address for delivery reports. eSMS hangs its fields behind a `?`, so the token stands in the path.
pub(super) fn callback(id: &str, settings: &Settings) -> Option<String> {
    let (base, token) = settings.public_url.as_ref().zip(settings.inbound_token.as_ref())?;
    Some(format!("{base}/gateways/{id}/t/{}/delivery", percent(token.reveal())))
}

/// What an answer means: eSMS's id of the text, or why it does not go.
pub(super) fn understand(http: reqwest::StatusCode, body: &[u8]) -> Result<Option<String>, SendError> {
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    let field = |name: &str| answer.as_ref().and_then(|answer| answer.get(name)).and_then(text_of);
    let Some(code) = field("CodeResult") else {
        status(http)?;
        return Err(SendError::Unknown { detail: "an answer that cannot be understood".to_owned() });
    };
    let words: String = field("ErrorMessage").unwrap_or_default().chars().take(100).collect();
    let detail = format!("CodeResult {code} {words}").trim_end().to_owned();
    match code.as_str() {
        "100" => Ok(field("SMSID").filter(|id| !id.is_empty() && id.len() <= MAX_FIELD_BYTES)),
        // It was taken before, under the same RequestId.
        "124" => Ok(None),
        "103" => Err(SendError::OutOfCredit { detail }),
        // Keys, name, kind of text, address of this server.
        "101" | "104" | "118" | "140" => Err(SendError::Misconfigured { detail }),
        // “Lỗi không xác định, thử lại sau”
        "99" => Err(SendError::Transient { detail, pause: None }),
        _ => Err(SendError::Rejected { detail }),
    }
}

/// What asks for the balance (`GetBalance_json`); `None` where the settings have no keys.
pub(super) fn question(settings: &Settings) -> Option<Value> {
    let (api_key, secret_key) = settings.api_key.as_ref().zip(settings.secret_key.as_ref())?;
    Some(json!({"ApiKey": api_key.reveal(), "SecretKey": secret_key.reveal()}))
}

/// The balance of an answer, đồng; `None` where it is an error: those say a balance of 0.
pub(super) fn balance(body: &[u8]) -> Option<i64> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let field = |name: &str| answer.get(name).and_then(text_of);
    field("CodeResponse").filter(|code| code == "100")?;
    dong(&field("Balance")?, 1)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn field<'r>(request: &'r Request, name: &str) -> Result<&'r str, Refused> {
    let value = request.query.get(name).map_or("", String::as_str);
    if value.contains('\0') { Err(Refused::Nul) } else { Ok(value) }
}

/// A delivery report; `None` while the text is on its way.
pub(super) fn report(request: &Request) -> Result<Option<DeliveryReport>, Refused> {
    let (ours, theirs) = (field(request, "RequestId")?, field(request, "SMSID")?);
    let id = if ours.is_empty() { theirs } else { ours };
    if id.is_empty() || id.len() > MAX_FIELD_BYTES {
        return Err(Refused::Malformed("RequestId and SMSID are missing: which text the report is about"));
    }
    let count = |name| field(request, name).map(|text| text.parse::<u32>().unwrap_or(0));
    let (sent, failed) = (count("SendSuccess")?, count("SendFailed")?);
    let (status, reason) = match field(request, "SendStatus")? {
        // Also a text that failed ends with 5.
        "5" if sent == 0 && failed > 0 => {
            (DeliveryStatus::Failed, Some("SendStatus 5, SendFailed".to_owned()))
        }
        "5" => (DeliveryStatus::Delivered, None),
        "4" => (DeliveryStatus::Failed, Some("SendStatus 4, rejected".to_owned())),
        "7" => (DeliveryStatus::Sent, None),
        "" => return Err(Refused::Malformed("SendStatus is missing: what became of the text")),
        _ => return Ok(None),
    };
    Ok(Some(DeliveryReport { id: id.to_owned(), status, reason }))
}

/// A text to the short code.
pub(super) fn incoming(request: &Request) -> Result<Incoming, Refused> {
    let (from, text, id) = (field(request, "sender")?, field(request, "content")?, field(request, "smsid")?);
    if from.is_empty() || from.len() > MAX_FIELD_BYTES {
        return Err(Refused::Malformed("sender is missing or too long: the sender's number"));
    }
    if id.is_empty() || id.len() > MAX_FIELD_BYTES {
        return Err(Refused::Malformed("smsid is missing or too long: the id of the text"));
    }
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(Refused::TooLong);
    }
    let to =
        Some(field(request, "serviceNumber")?).filter(|to| !to.is_empty() && to.len() <= MAX_FIELD_BYTES);
    Ok(Incoming {
        key: Some(key(id)),
        from: from.to_owned(),
        to: to.map(str::to_owned),
        text: text.to_owned(),
        part: None,
        trusted: false,
    })
}

fn key(id: &str) -> String {
    format!("id {id}")
}

/// Checks `sign`: MD5 over cpid, smsid, content, receiverTime and the private key, in hexadecimal digits.
pub(super) fn check_sign(request: &Request, private_key: &str, sign: &str) -> Result<String, Refused> {
    let mut words = String::new();
    for name in ["cpid", "smsid", "content", "receiverTime"] {
        words += field(request, name)?;
    }
    words += private_key;
    let sign = sign.to_ascii_lowercase();
    check_signature(&sign, &hex(&SignatureMethod::Md5.sign(b"", words.as_bytes())))?;
    Ok(sign)
}

/// The answer that takes the reply along.
pub(super) fn reply(text: &Incoming, reply: Option<&str>) -> Answer {
    let Some(words) = reply else { return nothing() };
    let id = text.key.as_deref().and_then(|key| key.strip_prefix("id ")).unwrap_or_default();
    let body = format!(
        "<ClientResponse><Message>{}</Message><Smsid>{}</Smsid><Receiver>{}</Receiver></ClientResponse>",
        escape_xml(words),
        escape_xml(id),
        escape_xml(&text.from)
    );
    Answer { status: 200, content_type: "text/xml; charset=utf-8", body }
}

/// The answer without a reply.
pub(super) fn nothing() -> Answer {
    Answer { status: 200, content_type: "text/plain; charset=utf-8", body: String::new() }
}
