use std::collections::HashMap;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::config::{Environment, GatewayKind, Settings as AllSettings};
use crate::crypto::{SignatureMethod, hex};
use crate::sms::{DeliveryStatus, Incoming};

const KEY: &str = "32 bytes that we made ourselves!";
const NOW: i64 = 1_773_622_800;

fn gateway(more: &[(&str, &str)]) -> Smsgate {
    let env: Environment = [
        ("KIND", "smsgate"),
        ("URL", "https://api.sms-gate.app/3rdparty/v1/"),
        ("USERNAME", "u"),
        ("PASSWORD", "p"),
        ("SIGNING_KEY", KEY),
    ]
    .iter()
    .chain(more)
    .map(|(key, value)| (format!("BINHYEN__GATEWAYS__S__{key}"), (*value).to_owned()))
    .collect();
    let settings = AllSettings::load(None, env).unwrap_or_else(|problems| panic!("{problems}"));
    let GatewayKind::Smsgate(smsgate) = &settings.gateways[0].kind else { panic!() };
    Smsgate::new(smsgate, reqwest::Client::new())
}

/// A webhook as the app signs it, at `stamp`.
fn signed_at(body: &Value, stamp: i64) -> Request {
    let body = body.to_string();
    let stamp = stamp.to_string();
    let signature =
        hex(&SignatureMethod::HmacSha256.sign(KEY.as_bytes(), format!("{body}{stamp}").as_bytes()));
    let headers = HashMap::from([("x-signature".to_owned(), signature), ("x-timestamp".to_owned(), stamp)]);
    Request { headers, body: body.into(), received_at: NOW * 1_000_000, ..Request::default() }
}

fn webhook(event: &str, id: &str, payload: Value) -> Value {
    json!({"deviceId": "ffffffffceb0b1db0000018e937c815b", "event": event, "id": id, "webhookId": "w1", "payload": payload})
}

fn received(id: &str, time: &str, words: &str) -> Value {
    let payload = json!({"messageId": "abc12345", "message": words, "sender": "+84912345678", "recipient": null,
        "simNumber": 1, "phoneNumber": "+84912345678", "receivedAt": time});
    webhook("sms:received", id, payload)
}

fn text(gateway: &Smsgate, body: &Value) -> Result<Incoming, Refused> {
    match gateway.read(&signed_at(body, NOW))?.pop() {
        Some(Event::Text(text)) => Ok(text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_goes_out_under_our_id() {
    let text = Outgoing { id: 77, to: "+84912345678".to_owned(), text: "Đã nhận".to_owned() };
    let gateway = gateway(&[("DEVICE_ID", "d1"), ("SIM_NUMBER", "2")]);
    let expected = json!({"id": "77", "textMessage": {"text": "Đã nhận"}, "phoneNumbers": ["+84912345678"],
        "withDeliveryReport": true, "deviceId": "d1", "simNumber": 2});
    assert_eq!(serde_json::to_value(wire::outgoing(&gateway.settings, &text)).unwrap(), expected);
    let address = wire::address(&gateway.settings).unwrap();
    assert_eq!(address, "https://api.sms-gate.app/3rdparty/v1/messages?skipPhoneValidation=true");
}

#[test]
fn answers_say_whether_to_try_again() {
    let said =
        |status: u16, body: &str| wire::understand(StatusCode::from_u16(status).unwrap(), body.as_bytes());
    let taken = r#"{"id":"77","deviceId":"d1","state":"Pending","recipients":[{"phoneNumber":"+84912345678","state":"Pending"}],"states":{}}"#;
    assert_eq!(said(202, taken), Ok(Some("77".to_owned())));
    assert_eq!(said(409, r#"{"message":"duplicate id"}"#), Ok(None), "the same id again is no second text");
    assert!(matches!(said(400, "{}"), Err(SendError::Rejected { .. })));
    assert!(matches!(said(401, "{}"), Err(SendError::Misconfigured { .. })));
    assert!(matches!(said(503, "{}"), Err(SendError::Transient { .. })));
    assert!(matches!(said(200, "<html>"), Err(SendError::Unknown { .. })));
}

#[test]
fn a_signed_text_is_taken_and_known_by_phone_sender_time_and_words() {
    let gateway = gateway(&[]);
    let first = text(&gateway, &received("e1", "2026-03-16T08:00:00.000+07:00", "ANTT 3 TC2")).unwrap();
    assert_eq!(
        (first.from.as_str(), first.text.as_str(), first.trusted),
        ("+84912345678", "ANTT 3 TC2", true)
    );
    // The same text by the app's second way of noticing it, its time written in another zone.
    let twice = text(&gateway, &received("e2", "2026-03-16T01:00:00Z", "ANTT 3 TC2")).unwrap();
    assert_eq!(twice.key, first.key);
    let later = text(&gateway, &received("e3", "2026-03-16T08:00:01.000+07:00", "ANTT 3 TC2")).unwrap();
    assert_ne!(later.key, first.key, "equal words at another time are another text");
    let other = text(&gateway, &received("e4", "2026-03-16T08:00:00.000+07:00", "ANTT 3 TC3")).unwrap();
    assert_ne!(other.key, first.key);
}

#[test]
fn an_event_is_good_for_one_content_only() {
    let gateway = gateway(&[]);
    let event = received("e1", "2026-03-16T08:00:00.000+07:00", "ANTT 3 TC2");
    assert_eq!(text(&gateway, &event), text(&gateway, &event), "a second try, signed anew");
    let changed = received("e1", "2026-03-16T08:00:00.000+07:00", "ANTT 3 TC9");
    assert_eq!(text(&gateway, &changed), Err(Refused::Replayed));
}

#[test]
fn older_apps_and_missing_times_are_understood() {
    let gateway = gateway(&[]);
    let old = webhook("sms:received", "e1", json!({"message": "TC2", "phoneNumber": "0912345678"}));
    let taken = text(&gateway, &old).unwrap();
    assert_eq!(taken.from, "0912345678");
    assert_eq!(taken.key.as_deref(), Some("event ffffffffceb0b1db0000018e937c815b e1"));
    for payload in
        [json!({"message": "TC2"}), json!({"sender": "0912345678"}), json!({"sender": "", "message": "x"})]
    {
        assert!(matches!(text(&gateway, &webhook("sms:received", "", payload)), Err(Refused::Malformed(_))));
    }
    let nul = webhook("sms:received", "", json!({"sender": "1", "message": "a\u{0}b"}));
    assert_eq!(text(&gateway, &nul), Err(Refused::Nul));
    let long = webhook("sms:received", "", json!({"sender": "1", "message": "a".repeat(10_001)}));
    assert_eq!(text(&gateway, &long), Err(Refused::TooLong));
}

#[test]
fn every_event_is_answered_and_those_that_tell_something_are_taken() {
    let gateway = gateway(&[]);
    let about = |reason: &str| json!({"messageId": "77", "recipient": "+84912345678", "sender": null, "simNumber": null, "reason": reason});
    for (event, status, reason) in [
        ("sms:sent", DeliveryStatus::Sent, None),
        ("sms:delivered", DeliveryStatus::Delivered, None),
        ("sms:failed", DeliveryStatus::Failed, Some("RESULT_ERROR_NO_SERVICE")),
        ("sms:cancelled", DeliveryStatus::Failed, Some("cancelled on the phone")),
    ] {
        let events =
            gateway.read(&signed_at(&webhook(event, event, about("RESULT_ERROR_NO_SERVICE")), NOW)).unwrap();
        let [Event::Report(report)] = &events[..] else { panic!("{event}: {events:?}") };
        assert_eq!(
            (report.id.as_str(), report.status, report.reason.as_deref()),
            ("77", status, reason),
            "{event}"
        );
    }
    for (event, payload) in [
        ("system:ping", json!({"health": {"status": "pass"}})),
        ("app:started", json!({"simCards": []})),
        ("sms:data-received", json!({"data": "AA==", "sender": "1", "receivedAt": "2026-03-16T01:00:00Z"})),
        ("mms:received", json!({"sender": "1", "subject": "x"})),
        ("something:new", json!({})),
    ] {
        assert_eq!(gateway.read(&signed_at(&webhook(event, event, payload), NOW)), Ok(Vec::new()), "{event}");
    }
    let batch = json!({"messages": [
        {"messageId": "a", "message": "TC1", "sender": "+84911111111", "receivedAt": "2026-03-16T01:00:00Z"},
        {"messageId": "b", "message": "TC2", "sender": "+84922222222", "receivedAt": "2026-03-16T01:00:00Z"},
    ]});
    assert_eq!(gateway.read(&signed_at(&webhook("sms:batch:received", "b1", batch), NOW)).unwrap().len(), 2);
}

#[test]
fn what_is_not_signed_just_now_with_the_key_is_refused() {
    let gateway = gateway(&[]);
    let body = received("e1", "2026-03-16T08:00:00.000+07:00", "ANTT 3 TC2");
    for (offset, refused) in
        [(0, None), (-300, None), (300, None), (301, Some(Refused::Stale)), (-86_400, Some(Refused::Stale))]
    {
        assert_eq!(gateway.read(&signed_at(&body, NOW + offset)).err(), refused, "{offset}");
    }
    let good = signed_at(&body, NOW);
    let with = |name: &str, value: &str| {
        let mut request = good.clone();
        request.headers.insert(name.to_owned(), value.to_owned());
        gateway.read(&request)
    };
    assert_eq!(with("x-timestamp", &(NOW + 1).to_string()), Err(Refused::Signature));
    assert_eq!(with("x-signature", ""), Err(Refused::Signature));
    assert_eq!(with("x-signature", "00"), Err(Refused::Signature));
    let changed = Request { body: [&good.body[..], b" "].concat(), ..good.clone() };
    assert_eq!(gateway.read(&changed), Err(Refused::Signature));
}

#[test]
fn unsigned_webhooks_have_low_trust_and_need_the_token() {
    let gateway = gateway(&[("ACCEPT_UNSIGNED", "true"), ("INBOUND_TOKEN", "t")]);
    let body = received("e1", "2026-03-16T08:00:00.000+07:00", "ANTT 3 TC2").to_string().into_bytes();
    let unsigned =
        Request { body, query: HashMap::from([("token".to_owned(), "t".to_owned())]), ..Request::default() };
    let events = gateway.read(&unsigned).unwrap();
    assert!(matches!(&events[..], [Event::Text(text)] if !text.trusted));
    assert_eq!(gateway.read(&Request { query: HashMap::new(), ..unsigned.clone() }), Err(Refused::Token));
    let headers = HashMap::from([("x-signature".to_owned(), "00".to_owned())]);
    assert_eq!(
        gateway.read(&Request { headers, ..unsigned }),
        Err(Refused::Signature),
        "a wrong one is worse than none"
    );
}
