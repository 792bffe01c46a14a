use std::collections::HashMap;

use reqwest::StatusCode;

use super::*;
use crate::config::{Environment, GatewayKind, Settings as AllSettings};
use crate::crypto::{SignatureMethod, hex};
use crate::sms::{DeliveryReport, DeliveryStatus, Incoming, Part};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

mod presets;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
/// 2026-03-16T01:00:00Z
const NOW: i64 = 1_773_622_800;

/// The gateway `g` of these settings.
fn gateway(settings: &[(&str, &str)]) -> Generic {
    let env: Environment = settings
        .iter()
        .chain(&[("KIND", "generic")])
        .map(|(key, value)| (format!("BINHYEN__GATEWAYS__G__{key}"), (*value).to_owned()))
        .collect();
    let settings = AllSettings::load(None, env).unwrap_or_else(|problems| panic!("{problems}"));
    let GatewayKind::Generic(generic) = &settings.gateways[0].kind else { panic!() };
    Generic::new("g", generic, reqwest::Client::new())
}

fn plain() -> Generic {
    gateway(&[("INBOUND_TOKEN", "t"), ("SEND_URL", "http://h/send")])
}

fn request(content_type: &str, body: &str) -> Request {
    Request {
        target: "/gateways/g/inbound?token=t".to_owned(),
        query: HashMap::from([("token".to_owned(), "t".to_owned())]),
        content_type: content_type.to_owned(),
        body: body.as_bytes().to_vec(),
        received_at: NOW * 1_000_000,
        ..Request::default()
    }
}

/// A request whose fields stand in the address.
fn called(query: &[(&str, &str)]) -> Request {
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { query, target: "/gateways/g/inbound".to_owned(), body: Vec::new(), ..request("", "") }
}

fn text(gateway: &Generic, request: &Request) -> Result<Incoming, Refused> {
    let mut events = gateway.read(Door::Inbound, request)?;
    match events.pop() {
        Some(Event::Text(text)) if events.is_empty() => Ok(text),
        other => panic!("{other:?}"),
    }
}

fn report(gateway: &Generic, request: &Request) -> Result<Option<DeliveryReport>, Refused> {
    Ok(gateway.read(Door::Delivery, request)?.pop().map(|event| match event {
        Event::Report(report) => report,
        Event::Text(text) => panic!("{text:?}"),
    }))
}

fn written(gateway: &Generic, words: &str) -> Written {
    written_as_reply(gateway, words, None)
}

fn written_as_reply(gateway: &Generic, words: &str, reply_to: Option<&str>) -> Written {
    let text = Outgoing { id: 77, to: "+84912345678".to_owned(), text: words.to_owned() };
    Writer { gateway: "g", settings: &gateway.settings, text: &text, reply_to, now: NOW }.write().unwrap()
}

fn understood(gateway: &Generic, status: u16, body: &str) -> Result<Option<String>, SendError> {
    understand(&gateway.settings, StatusCode::from_u16(status).unwrap(), body.as_bytes())
}

fn answer_body(gateway: &Generic, door: Door) -> (u16, &'static str, String) {
    let taken = match door {
        Door::Inbound => Taken::Text { message: Some(5) },
        Door::Delivery => Taken::Report { known: true },
    };
    let answer = gateway.answer(door, &[taken]);
    (answer.status, answer.content_type, answer.body)
}

#[test]
fn json_and_form_fields_are_read_alike() {
    let json = request(JSON, r#"{"id":17,"from":"0912345678","text":"ANTT 3 TC2"}"#);
    let form = request(FORM, "id=17&from=0912345678&text=ANTT+3+TC2");
    let text = text(&plain(), &json).unwrap();
    assert_eq!(Ok(text.clone()), super::tests::text(&plain(), &form));
    assert_eq!((text.key.as_deref(), text.text.as_str(), text.trusted), (Some("id 17"), "ANTT 3 TC2", true));
}

#[test]
fn without_an_id_the_time_makes_the_key_and_without_both_there_is_none() {
    let with = |date: &str| text(&plain(), &request(FORM, &format!("from=1&text=a{date}"))).unwrap().key;
    assert_eq!(with("&date=2026-03-16T08:00:00Z"), with("&date=2026-03-16T08:00:00Z"));
    assert_ne!(with("&date=2026-03-16T08:00:00Z"), with("&date=2026-03-16T08:00:01Z"));
    assert_eq!(with(""), None);
}

#[test]
fn what_cannot_be_a_text_is_refused_with_what_to_do() {
    let long = format!(r#"{{"from":"1","text":"{}"}}"#, "a".repeat(10_001));
    let cases = [
        (r#"{"text":"a"}"#, Refused::Malformed("the field from is missing: the sender's number")),
        (r#"{"from":"1"}"#, Refused::Malformed("the field text is missing: the words of the SMS")),
        (r#"{"from":"1","text":["a"]}"#, Refused::Malformed("the fields must be texts or numbers")),
        (r#"{"from":"1","text":"a\u0000b"}"#, Refused::Nul),
        (&long, Refused::TooLong),
    ];
    for (body, refused) in cases {
        assert_eq!(text(&plain(), &request(JSON, body)), Err(refused));
    }
    for body in ["", "[]", "{", "\u{0}"] {
        assert!(matches!(text(&plain(), &request(JSON, body)), Err(Refused::Malformed(_))), "{body}");
    }
    let invalid = Request { body: vec![b'{', 0xff], ..request(JSON, "") };
    assert!(matches!(text(&plain(), &invalid), Err(Refused::Malformed(_))));
    let unknown = Request { query: HashMap::new(), ..request(JSON, "{") };
    assert_eq!(text(&plain(), &unknown), Err(Refused::Token), "nothing is read of strangers");
}

#[test]
fn delivery_reports_name_their_text_and_what_became_of_it() {
    let body = r#"{"id":"7","status":"failed","reason":"no such number"}"#;
    let report = report(&plain(), &request(JSON, body)).unwrap().unwrap();
    assert_eq!((report.id.as_str(), report.status), ("7", DeliveryStatus::Failed));
    assert_eq!(report.reason.as_deref(), Some("no such number"));
    for bad in [r#"{"status":"sent"}"#, r#"{"id":"7"}"#, r#"{"id":"7","status":"eaten"}"#] {
        let refused = super::tests::report(&plain(), &request(JSON, bad));
        assert!(matches!(refused, Err(Refused::Malformed(_))), "{bad}");
    }
}

#[test]
fn the_plain_form_is_written_and_its_answer_read() {
    let written = written(&plain(), "a \"b\"\n\u{1}ợ");
    let body = r#"{"id":"77","to":"+84912345678","text":"a \"b\"\n\u0001ợ","gateway":"g"}"#;
    assert_eq!(written.body, Some((JSON, body.to_owned())));
    assert_eq!((written.url.as_str(), written.by_get), ("http://h/send", false));
    assert!(plain().is_idempotent());
    for (body, id) in
        [(r#"{"id":"abc"}"#, Some("abc")), (r#"{"id":12}"#, Some("12")), ("<html>", None), ("", None)]
    {
        assert_eq!(understood(&plain(), 202, body), Ok(id.map(str::to_owned)), "{body}");
    }
    assert!(matches!(understood(&plain(), 503, "{}"), Err(SendError::Transient { .. })));
}

#[test]
fn templates_escape_by_what_they_are_written_in() {
    let words = "<a&b> \"c\" ợ+1%";
    let form = gateway(&[
        ("SEND_URL", "http://h/{{to_local}}?q={{text}}"),
        ("SEND__FORMAT", "form"),
        ("SEND__BODY", "m={{text}}&u={{unicode}}"),
        ("SEND__HEADERS__X_WORDS", "{{text}}"),
    ]);
    let escaped = "%3Ca%26b%3E%20%22c%22%20%E1%BB%A3%2B1%25";
    let written = super::tests::written(&form, words);
    assert_eq!(written.url, format!("http://h/0912345678?q={escaped}"));
    assert_eq!(written.body, Some((FORM, format!("m={escaped}&u=1"))));
    let xml = gateway(&[
        ("SEND_URL", "http://h/"),
        ("SEND__FORMAT", "xml"),
        ("SEND__BODY", "<m to=\"{{to}}\">{{text}}</m>"),
    ]);
    let body = "<m to=\"+84912345678\">&lt;a&amp;b&gt; &quot;c&quot; ợ+1%</m>";
    assert_eq!(super::tests::written(&xml, words).body.unwrap().1, body);
    assert!(!xml.is_idempotent(), "a form of somebody else's promises nothing");
}

#[test]
fn a_text_in_the_address_goes_by_get() {
    let gateway = gateway(&[("SEND_URL", "http://h/?to={{to_no_plus}}&m={{text}}"), ("SEND__METHOD", "GET")]);
    let written = written(&gateway, "a b");
    assert_eq!(written.url, "http://h/?to=84912345678&m=a%20b");
    assert_eq!((written.by_get, written.body), (true, None));
}

#[test]
fn unsigned_requests_are_taken_with_low_trust_only_where_the_settings_say_so() {
    let with = |accept: &str| {
        gateway(&[
            ("INBOUND_TOKEN", "t"),
            ("SECRET", "k"),
            ("ACCEPT_UNSIGNED", accept),
            ("SIGNATURE__METHOD", "hmac-sha256"),
            ("SIGNATURE__OVER", "{{body}}"),
            ("SIGNATURE__AT", "header:X-Signature"),
        ])
    };
    let body = r#"{"from":"0912345678","text":"TC2"}"#;
    let unsigned = request(JSON, body);
    assert_eq!(text(&with("false"), &unsigned), Err(Refused::Signature));
    assert!(!text(&with("true"), &unsigned).unwrap().trusted);
    let signature = hex(&SignatureMethod::HmacSha256.sign(b"k", body.as_bytes()));
    let signed = |signature: &str| {
        let headers = HashMap::from([("x-signature".to_owned(), signature.to_owned())]);
        Request { headers, query: HashMap::new(), ..request(JSON, body) }
    };
    let taken = text(&with("true"), &signed(&signature.to_uppercase())).unwrap();
    assert!(taken.trusted);
    assert_eq!(
        taken.key,
        Some(format!("signature {signature}")),
        "the same signed request again is the same text"
    );
    assert_eq!(text(&with("true"), &signed("00")), Err(Refused::Signature), "a wrong one is worse than none");
}
