//! How the providers speak whose formats are fixed.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use binhyen::crypto::{SignatureMethod, hex};
use binhyen::sms::{DeliveryStatus, Request};
use serde_json::{Value, json};

use super::{Http, Kind, Speaks};
use crate::support::process::TOKEN;
use crate::support::sending::generic;
use crate::support::wire::{Heard, Reply};

/// What stands in the outbox where texts are handed to a provider.
const HANDED: Kind = Kind {
    settings: |_| String::new(),
    rest: None,
    error_inside: None,
    html_is_yes: None,
    idempotent: false,
    speaks: Speaks::Smpp,
    refused: "rejected",
    wrong: "misconfigured",
    open: "unknown",
};

/// Of a kind that says no only by the status.
fn no_such() -> Reply {
    unreachable!("no story asks for it")
}

/// Asks for a minute.
fn a_minute(body: &Value) -> Reply {
    Reply::Answer(429, vec![("Retry-After", "60".to_owned())], body.to_string())
}

fn sent_by_us(heard: &Heard, field: &str) -> String {
    let body: Value = serde_json::from_str(&heard.body).unwrap();
    body[field].as_str().unwrap_or("none").to_owned()
}

fn fields(fields: &[(&str, String)]) -> HashMap<String, String> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn esms_says(code: &str) -> Reply {
    Reply::json(200, &json!({"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": "words"}))
}

pub(super) const GENERIC: Kind = Kind {
    settings: |address| generic("test", &format!("{address}/send"), "parts_per_second = 1000"),
    rest: Some(60),
    error_inside: None,
    html_is_yes: Some(true),
    idempotent: true,
    speaks: Speaks::Http(Http {
        yes: |_, number| Reply::json(200, &json!({"id": format!("theirs-{number}")})),
        no: || Reply::status(400),
        busy: || Reply::Answer(429, vec![("Retry-After", "60".to_owned())], String::new()),
        wrong: || Reply::status(401),
        error_inside: no_such,
        report: |_, number, status| {
            let status = match status {
                DeliveryStatus::Sent => "sent",
                DeliveryStatus::Delivered => "delivered",
                DeliveryStatus::Failed => "failed",
                DeliveryStatus::Expired => "expired",
            };
            let body = json!({"id": format!("theirs-{number}"), "status": status}).to_string();
            Request {
                query: HashMap::from([("token".to_owned(), TOKEN.to_owned())]),
                content_type: "application/json".to_owned(),
                body: body.into_bytes(),
                ..Request::default()
            }
        },
    }),
    ..HANDED
};

pub(super) const ESMS: Kind = Kind {
    settings: |address| {
        format!(
            "[[gateways]]\nid = \"test\"\nkind = \"esms\"\napi_key = \"a\"\nsecret_key = \"s\"\nsend_url = \"{address}/send\"\n\
             public_url = \"https://antt.example\"\ninbound_token = \"{TOKEN}\"\nparts_per_second = 1000\n"
        )
    },
    rest: Some(60),
    error_inside: Some("out_of_credit"),
    html_is_yes: Some(false),
    idempotent: true,
    speaks: Speaks::Http(Http {
        yes: |_, number| Reply::json(200, &json!({"CodeResult": "100", "SMSID": format!("theirs-{number}")})),
        no: || esms_says("108"),
        busy: || a_minute(&json!({})),
        wrong: || esms_says("101"),
        error_inside: || esms_says("103"),
        report: |_, number, status| {
            let (status, success, failed) = match status {
                DeliveryStatus::Sent => ("7", "0", "0"),
                DeliveryStatus::Delivered => ("5", "1", "0"),
                DeliveryStatus::Failed => ("5", "0", "1"),
                DeliveryStatus::Expired => ("4", "0", "1"),
            };
            let query = fields(&[
                ("token", TOKEN.to_owned()),
                ("SMSID", format!("theirs-{number}")),
                ("SendStatus", status.to_owned()),
                ("SendSuccess", success.to_owned()),
                ("SendFailed", failed.to_owned()),
            ]);
            Request { query, ..Request::default() }
        },
    }),
    ..HANDED
};

pub(super) const SMSGATE: Kind = Kind {
    settings: |address| {
        format!(
            "[[gateways]]\nid = \"test\"\nkind = \"smsgate\"\nurl = \"{address}/3rdparty/v1\"\nusername = \"u\"\npassword = \"p\"\n\
             signing_key = \"k\"\nparts_per_second = 1000\n"
        )
    },
    rest: Some(60),
    error_inside: None,
    html_is_yes: Some(false),
    idempotent: true,
    speaks: Speaks::Http(Http {
        yes: |heard, _| Reply::json(202, &json!({"id": sent_by_us(heard, "id"), "state": "Pending"})),
        no: || Reply::json(400, &json!({"message": "no number"})),
        busy: || a_minute(&json!({})),
        wrong: || Reply::status(401),
        error_inside: no_such,
        report: |heard, number, status| {
            let event = match status {
                DeliveryStatus::Sent => "sms:sent",
                DeliveryStatus::Delivered => "sms:delivered",
                DeliveryStatus::Failed => "sms:failed",
                DeliveryStatus::Expired => "sms:cancelled",
            };
            let payload = json!({"messageId": sent_by_us(heard, "id"), "recipient": "+84900000001"});
            let body = json!({"deviceId": "d", "event": event, "id": format!("{event} {number}"), "payload": payload});
            let body = body.to_string();
            let signature = hex(&SignatureMethod::HmacSha256.sign(b"k", format!("{body}0").as_bytes()));
            let headers = fields(&[("x-signature", signature), ("x-timestamp", "0".to_owned())]);
            Request { headers, body: body.into_bytes(), ..Request::default() }
        },
    }),
    ..HANDED
};

const ACCOUNT: &str = "username = \"u\"\npassword = \"p\"\nsecret = \"s\"\nfrom = \"+15550100\"\n\
                       public_url = \"https://antt.example\"\nparts_per_second = 1000\n";

fn preset(name: &str, address: &str) -> String {
    format!(
        "[[gateways]]\nid = \"test\"\nkind = \"generic\"\npreset = \"{name}\"\nsend_url = \"{address}/send\"\n{ACCOUNT}"
    )
}

pub(super) const TWILIO: Kind = Kind {
    settings: |address| preset("twilio", address),
    rest: Some(60),
    error_inside: Some("rejected"),
    html_is_yes: Some(false),
    idempotent: false,
    speaks: Speaks::Http(Http {
        yes: |_, number| Reply::json(201, &json!({"sid": format!("theirs-{number}"), "status": "queued"})),
        no: || Reply::json(400, &json!({"code": 21_211, "message": "no", "status": 400})),
        busy: || a_minute(&json!({"code": 20_429, "message": "no", "status": 429})),
        wrong: || Reply::json(401, &json!({"code": 20_003, "message": "no", "status": 401})),
        error_inside: || Reply::json(200, &json!({"code": 21_610, "message": "no"})),
        report: |_, number, status| {
            let status = match status {
                DeliveryStatus::Sent => "sent",
                DeliveryStatus::Delivered => "delivered",
                DeliveryStatus::Failed | DeliveryStatus::Expired => "undelivered",
            };
            let target = "/gateways/test/delivery".to_owned();
            let words = format!("https://antt.example{target}MessageSidtheirs-{number}MessageStatus{status}");
            let signature = BASE64.encode(SignatureMethod::HmacSha1.sign(b"p", words.as_bytes()));
            Request {
                target,
                headers: fields(&[("x-twilio-signature", signature)]),
                content_type: "application/x-www-form-urlencoded".to_owned(),
                body: format!("MessageSid=theirs-{number}&MessageStatus={status}").into_bytes(),
                ..Request::default()
            }
        },
    }),
    ..HANDED
};

fn vonage_says(status: &str) -> Reply {
    Reply::json(200, &json!({"message-count": "1", "messages": [{"status": status, "error-text": "no"}]}))
}

pub(super) const VONAGE: Kind = Kind {
    settings: |address| preset("vonage", address),
    rest: Some(60),
    error_inside: Some("out_of_credit"),
    html_is_yes: Some(false),
    idempotent: false,
    speaks: Speaks::Http(Http {
        yes: |_, number| {
            let taken = json!({"status": "0", "message-id": format!("theirs-{number}")});
            Reply::json(200, &json!({"message-count": "1", "messages": [taken]}))
        },
        no: || vonage_says("6"),
        busy: || a_minute(&json!({})),
        wrong: || vonage_says("4"),
        error_inside: || vonage_says("9"),
        report: |_, number, status| {
            let status = match status {
                DeliveryStatus::Sent => "accepted",
                DeliveryStatus::Delivered => "delivered",
                DeliveryStatus::Failed => "failed",
                DeliveryStatus::Expired => "expired",
            };
            let words = format!("&messageId=theirs-{number}&status={status}&timestamp=0s");
            let query = fields(&[
                ("messageId", format!("theirs-{number}")),
                ("status", status.to_owned()),
                ("timestamp", "0".to_owned()),
                ("sig", hex(&SignatureMethod::Md5.sign(b"", words.as_bytes()))),
            ]);
            Request { query, ..Request::default() }
        },
    }),
    ..HANDED
};

pub(super) const KANNEL: Kind = Kind {
    settings: |address| {
        format!(
            "[[gateways]]\nid = \"test\"\nkind = \"kannel\"\nsend_url = \"{address}/cgi-bin/sendsms\"\nusername = \"u\"\n\
             password = \"p\"\ninbound_token = \"{TOKEN}\"\npublic_url = \"https://antt.example\"\n"
        )
    },
    // Kannel asks for nothing; it is left alone for a moment.
    rest: Some(5),
    error_inside: Some("unknown"),
    html_is_yes: Some(false),
    idempotent: false,
    speaks: Speaks::Http(Http {
        yes: |_, _| Reply::Answer(202, Vec::new(), "0: Accepted for delivery".to_owned()),
        no: || Reply::Answer(400, Vec::new(), "Missing receiver".to_owned()),
        busy: || a_minute(&json!({})),
        wrong: || Reply::Answer(403, Vec::new(), "Authorization failed for sendsms".to_owned()),
        error_inside: || Reply::Answer(202, Vec::new(), "9: none of its answers".to_owned()),
        report: |heard, number, status| {
            // The text is known by what we put into the address of its report.
            let (_, after) = heard.target.split_once("id%3D").unwrap_or(("", ""));
            let ours: String = after.chars().take_while(char::is_ascii_digit).collect();
            let id = if ours.is_empty() { number.to_string() } else { ours };
            let code = match status {
                DeliveryStatus::Delivered => 1,
                DeliveryStatus::Failed | DeliveryStatus::Expired => 2,
                DeliveryStatus::Sent => 8,
            };
            let target = format!("/gateways/test/delivery?token={TOKEN}&id={id}&status={code}&reply=");
            Request { target, query: fields(&[("token", TOKEN.to_owned())]), ..Request::default() }
        },
    }),
    ..HANDED
};

pub(super) const SMPP: Kind = Kind {
    settings: |address| {
        let (host, port) = address.split_once(':').unwrap();
        format!(
            "[[gateways]]\nid = \"test\"\nkind = \"smpp\"\nhost = \"{host}\"\nport = {port}\nsystem_id = \"binhyen\"\n\
             password = \"geheim\"\nsource = \"8088\"\nparts_per_second = 1000\n"
        )
    },
    // An SMSC that throttles names no time either.
    rest: Some(5),
    error_inside: None,
    html_is_yes: None,
    idempotent: false,
    speaks: Speaks::Smpp,
    ..HANDED
};

/// What the phone gateway's key and token are.
pub(super) const PHONE_KEY: &str = "k";
pub(super) const PHONE_TOKEN: &str = "0123456789abcdef";

/// A phone with the SMSGate app, which nobody hands anything: it comes for its texts.
pub(super) const PHONE: Kind = Kind {
    settings: |_| {
        format!(
            "[[gateways]]\nid = \"test\"\nkind = \"smsgate_phone\"\nprivate_token = \"{PHONE_TOKEN}\"\n\
             signing_key = \"{PHONE_KEY}\"\npublic_url = \"https://antt.example\"\nparts_per_second = 1000\n"
        )
    },
    // A phone without a network keeps what it fetched; there is nothing to ask for.
    rest: None,
    error_inside: None,
    html_is_yes: None,
    idempotent: true,
    speaks: Speaks::Phone,
    // What a phone says of a text is a report, and a phone that may not fetch does not know that there are any.
    refused: "failed",
    wrong: "",
    open: "",
};
