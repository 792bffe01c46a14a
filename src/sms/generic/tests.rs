use std::collections::HashMap;

use reqwest::StatusCode;

use super::*;
use crate::config::{Environment, GatewayKind, Settings as AllSettings};
use crate::crypto::{SignatureMethod, hex};
use crate::sms::{DeliveryReport, DeliveryStatus, Incoming, Part};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

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

fn twilio() -> Generic {
    gateway(&[
        ("PRESET", "twilio"),
        ("USERNAME", "AC0123"),
        ("PASSWORD", "auth-token"),
        ("FROM", "+15550100"),
        ("PUBLIC_URL", "https://antt.example/"),
    ])
}

/// A request signed as Twilio's page “Security” describes: the address, then names and values sorted by name.
fn by_twilio(door: &str, fields: &[(&str, &str)]) -> Request {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let target = format!("/gateways/g/{door}");
    let words: String = sorted.iter().map(|(name, value)| format!("{name}{value}")).collect();
    let words = format!("https://antt.example{target}{words}");
    let signature = BASE64.encode(SignatureMethod::HmacSha1.sign(b"auth-token", words.as_bytes()));
    let body = serde_urlencoded::to_string(fields).unwrap();
    let headers = HashMap::from([("x-twilio-signature".to_owned(), signature)]);
    Request { target, headers, query: HashMap::new(), ..request(FORM, &body) }
}

#[test]
fn twilio_signs_texts_and_reports() {
    let fields = [
        ("ToCountry", "VN"),
        ("MessageSid", "SM1f0e8ae6ade43cb3c0ce4525424e404f"),
        ("SmsSid", "SM1f0e8ae6ade43cb3c0ce4525424e404f"),
        ("AccountSid", "AC0123"),
        ("From", "+84912345678"),
        ("To", "+15550100"),
        ("Body", "ANTT 3 TC2 mất xe & tiền"),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("ApiVersion", "2010-04-01"),
    ];
    let request = by_twilio("inbound", &fields);
    let taken = text(&twilio(), &request).unwrap();
    assert_eq!((taken.from.as_str(), taken.text.as_str()), ("+84912345678", "ANTT 3 TC2 mất xe & tiền"));
    assert_eq!(taken.key.as_deref(), Some("id SM1f0e8ae6ade43cb3c0ce4525424e404f"));
    assert_eq!((taken.to.as_deref(), taken.trusted), (Some("+15550100"), true));
    assert_eq!(answer_body(&twilio(), Door::Inbound), (200, "text/xml", "<Response/>".to_owned()));

    let changed = Request {
        body: String::from_utf8(request.body.clone()).unwrap().replace("TC2", "TC9").into(),
        ..request.clone()
    };
    assert_eq!(text(&twilio(), &changed), Err(Refused::Signature));
    let elsewhere = Request { target: "/gateways/g/inbound?x=1".to_owned(), ..request.clone() };
    assert_eq!(text(&twilio(), &elsewhere), Err(Refused::Signature));
    let unsigned = Request { headers: HashMap::new(), ..request };
    assert_eq!(text(&twilio(), &unsigned), Err(Refused::Signature));

    for (word, status) in [
        ("queued", None),
        ("sent", Some(DeliveryStatus::Sent)),
        ("delivered", Some(DeliveryStatus::Delivered)),
        ("undelivered", Some(DeliveryStatus::Failed)),
        ("never heard of", None),
    ] {
        let fields = [("MessageSid", "SM1"), ("MessageStatus", word), ("ErrorCode", "30003")];
        let report = report(&twilio(), &by_twilio("delivery", &fields)).unwrap();
        assert_eq!(report.as_ref().map(|report| report.status), status, "{word}");
        assert!(report.is_none_or(|report| report.id == "SM1" && report.reason.as_deref() == Some("30003")));
    }
}

#[test]
fn twilio_is_sent_a_form_and_says_no_by_code() {
    let written = written(&twilio(), "Đã nhận");
    assert_eq!(written.url, "https://api.twilio.com/2010-04-01/Accounts/AC0123/Messages.json");
    assert_eq!(
        written.headers,
        [("Authorization".to_owned(), format!("Basic {}", BASE64.encode("AC0123:auth-token")))]
    );
    let callback = "https%3A%2F%2Fantt.example%2Fgateways%2Fg%2Fdelivery";
    let body = format!(
        "To=%2B84912345678&From=%2B15550100&Body=%C4%90%C3%A3%20nh%E1%BA%ADn&StatusCallback={callback}"
    );
    assert_eq!(written.body, Some((FORM, body)));
    let taken = r#"{"sid":"SM22","status":"queued","error_code":null}"#;
    assert_eq!(understood(&twilio(), 201, taken), Ok(Some("SM22".to_owned())));
    let no = |status, code: u32| {
        understood(&twilio(), status, &format!(r#"{{"code":{code},"message":"no","status":{status}}}"#))
    };
    assert!(matches!(no(400, 21_211), Err(SendError::Rejected { .. })));
    assert!(matches!(no(401, 20_003), Err(SendError::Misconfigured { .. })));
    assert!(matches!(no(429, 20_429), Err(SendError::Transient { .. })));
    assert!(matches!(no(400, 99_999), Err(SendError::Rejected { .. })));
    assert!(!twilio().is_idempotent());
}

fn vonage() -> Generic {
    gateway(&[
        ("PRESET", "vonage"),
        ("USERNAME", "abcd1234"),
        ("PASSWORD", "api-secret"),
        ("SECRET", "signature-secret"),
        ("FROM", "ANTT"),
        ("PUBLIC_URL", "https://antt.example"),
        ("INBOUND_TOKEN", "path token"),
    ])
}

/// A request signed by MD5 as the page “Signing messages” describes.
fn by_vonage(fields: &[(&str, &str)], method: &str) -> Request {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let words: String =
        sorted.iter().map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_"))).collect();
    let sig = hex(&SignatureMethod::Md5.sign(b"", format!("{words}signature-secret").as_bytes()));
    let mut fields = fields.to_vec();
    fields.push(("sig", &sig));
    let json = || serde_json::to_string(&fields.iter().copied().collect::<HashMap<_, _>>()).unwrap();
    match method {
        "GET" => called(&fields),
        JSON => Request { query: HashMap::new(), ..request(JSON, &json()) },
        _ => {
            Request { query: HashMap::new(), ..request(FORM, &serde_urlencoded::to_string(&fields).unwrap()) }
        }
    }
}

#[test]
fn vonage_signs_in_every_form_and_hands_over_parts() {
    let now = NOW.to_string();
    let fields = [
        ("msisdn", "84912345678"),
        ("to", "84900000000"),
        ("messageId", "0B00000127FDBC63"),
        ("text", "TC2 & a=b"),
        ("type", "unicode"),
        ("keyword", "TC2"),
        ("message-timestamp", "2026-03-16 01:00:00"),
        ("timestamp", &now),
        ("nonce", "38e34d0a"),
        ("concat", "true"),
        ("concat-ref", "17"),
        ("concat-total", "2"),
        ("concat-part", "1"),
    ];
    for method in ["GET", JSON, FORM] {
        let taken = text(&vonage(), &by_vonage(&fields, method)).unwrap();
        assert_eq!((taken.text.as_str(), taken.trusted), ("TC2 & a=b", true), "{method}");
        assert_eq!(taken.part, Some(Part { reference: 17, total: 2, number: 1 }));
        assert_eq!(taken.key.as_deref(), Some("id 0B00000127FDBC63"));
    }
    assert_eq!(answer_body(&vonage(), Door::Inbound), (200, "text/plain", String::new()));
}

#[test]
fn a_signed_time_stamp_may_be_five_minutes_off() {
    for (offset, taken) in [(0, true), (299, true), (-300, true), (301, false), (-86_400, false)] {
        let stamp = (NOW + offset).to_string();
        let fields = [
            ("msisdn", "84912345678"),
            ("messageId", "1"),
            ("text", "TC2"),
            ("type", "text"),
            ("timestamp", stamp.as_str()),
        ];
        let read = text(&vonage(), &by_vonage(&fields, FORM));
        assert_eq!(read.is_ok(), taken, "{offset}: {read:?}");
        assert!(taken || read == Err(Refused::Stale));
    }
    let unstamped = [("msisdn", "84912345678"), ("messageId", "1"), ("text", "TC2"), ("type", "text")];
    assert_eq!(text(&vonage(), &by_vonage(&unstamped, FORM)), Err(Refused::Stale));
}

#[test]
fn vonage_tells_what_became_of_texts_and_says_no_with_200() {
    let now = NOW.to_string();
    for (word, status) in [
        ("delivered", Some(DeliveryStatus::Delivered)),
        ("expired", Some(DeliveryStatus::Expired)),
        ("rejected", Some(DeliveryStatus::Failed)),
        ("buffered", None),
    ] {
        let fields = [
            ("msisdn", "84912345678"),
            ("messageId", "M1"),
            ("status", word),
            ("err-code", "5"),
            ("timestamp", &now),
        ];
        let report = report(&vonage(), &by_vonage(&fields, "GET")).unwrap();
        assert_eq!(report.map(|report| report.status), status, "{word}");
    }
    let body = written(&vonage(), "Đã nhận").body.unwrap().1;
    assert!(body.contains("&type=unicode&client-ref=77&"), "{body}");
    assert!(
        body.ends_with("callback=https%3A%2F%2Fantt.example%2Fgateways%2Fg%2Ft%2Fpath%2520token%2Fdelivery"),
        "{body}"
    );
    assert!(written(&vonage(), "Da nhan").body.unwrap().1.contains("&type=text&"));
    let said = |status: &str| {
        let body = format!(
            r#"{{"message-count":"1","messages":[{{"to":"84912345678","message-id":"M1","status":"{status}","error-text":"x"}}]}}"#
        );
        understood(&vonage(), 200, &body)
    };
    assert_eq!(said("0"), Ok(Some("M1".to_owned())));
    assert!(matches!(said("1"), Err(SendError::Transient { .. })));
    assert!(matches!(said("4"), Err(SendError::Misconfigured { .. })));
    assert!(matches!(said("9"), Err(SendError::OutOfCredit { .. })));
    assert!(matches!(said("99"), Err(SendError::Rejected { .. })));
    assert!(matches!(understood(&vonage(), 200, "<html>log in</html>"), Err(SendError::Unknown { .. })));
    assert!(matches!(understood(&vonage(), 200, "{}"), Err(SendError::Unknown { .. })));
}

fn vcom() -> Generic {
    gateway(&[
        ("PRESET", "vcom"),
        ("USERNAME", "client7"),
        ("SECRET", "secure-key"),
        ("FROM", "7068"),
        ("KEYWORD", "ANTT"),
    ])
}

fn by_vcom(request_id: &str, phone: &str, message: &str, kind: &str) -> Request {
    let words = format!("client7{request_id}{phone}secure-key20260316080000");
    let checksum = BASE64.encode(SignatureMethod::Sha256.sign(b"", words.as_bytes()));
    let body = serde_json::json!({
        "type": kind, "client_id": "client7", "request_id": request_id, "service_id": "7068", "command_code": "ANTT",
        "message": message, "telco": "VT", "phone": phone, "time": "20260316080000", "checksum": checksum,
    });
    Request { query: HashMap::new(), ..request(JSON, &body.to_string()) }
}

#[test]
fn vcom_signs_and_is_always_answered_200() {
    let gateway = vcom();
    let taken = text(&gateway, &by_vcom("9001", "84912345678", "ANTT 3 TC2", "new")).unwrap();
    assert_eq!(
        (taken.from.as_str(), taken.to.as_deref(), taken.trusted),
        ("84912345678", Some("7068"), true)
    );
    let again = text(&gateway, &by_vcom("9001", "84912345678", "ANTT 3 TC2", "new")).unwrap();
    assert_eq!(again.key, taken.key, "its second try is the same text");
    let recovered = text(&gateway, &by_vcom("9001", "84912345678", "ANTT 3 TC2", "recovery")).unwrap();
    assert_eq!(recovered, taken, "what it hands over again is no forgery");
    let (status, kind, body) = answer_body(&gateway, Door::Inbound);
    assert_eq!((status, kind), (200, JSON));
    assert_eq!(body, r#"{"data":{"code":200,"status":"success","message":""}}"#);
    assert_eq!(gateway.read(Door::Inbound, &by_vcom("9002", "84912345678", "x", "test")), Ok(Vec::new()));
}

#[test]
fn a_signature_that_leaves_out_the_words_is_good_for_one_request_only() {
    let gateway = vcom();
    let true_one = by_vcom("9001", "84912345678", "ANTT 3 TC2", "new");
    text(&gateway, &true_one).unwrap();
    let body = String::from_utf8(true_one.body.clone()).unwrap();
    let other_words = Request { body: body.replace("TC2", "TC0").into(), ..true_one.clone() };
    assert_eq!(text(&gateway, &other_words), Err(Refused::Replayed));
    // The checksum runs fields together: a digit may move from one to the next.
    let moved = body.replace("\"9001\"", "\"90018\"").replace("\"84912345678\"", "\"4912345678\"");
    assert_eq!(text(&gateway, &Request { body: moved.into(), ..true_one }), Err(Refused::Replayed));
}

#[test]
fn vcom_is_sent_replies_with_a_checksum_and_free_of_charge() {
    let body: serde_json::Value = serde_json::from_str(&written(&vcom(), "Da nhan").body.unwrap().1).unwrap();
    assert_eq!(body["request_id"], "77", "where it answers nothing");
    let taken = text(&vcom(), &by_vcom("9001", "84912345678", "ANTT 3 TC2", "new")).unwrap();
    let reference = vcom().reference(&taken);
    assert_eq!(reference.as_deref(), Some("9001"));
    assert_eq!(twilio().reference(&taken), None);
    let reply = written_as_reply(&vcom(), "Da nhan", reference.as_deref()).body.unwrap().1;
    let body: serde_json::Value = serde_json::from_str(&reply).unwrap();
    assert_eq!(
        (&body["request_id"], &body["mt_code"]),
        (&serde_json::json!("9001"), &serde_json::json!("77"))
    );
    let words = format!("client7900177secure-key{NOW}");
    assert_eq!(body["checksum"], BASE64.encode(SignatureMethod::Sha256.sign(b"", words.as_bytes())));
    assert_eq!(
        (&body["is_charged"], &body["service_id"]),
        (&serde_json::json!(0), &serde_json::json!("7068"))
    );
    assert_eq!(
        understood(&vcom(), 200, r#"{"data":{"code":200,"status":"success","message":""}}"#),
        Ok(None)
    );
    assert!(matches!(
        understood(&vcom(), 200, r#"{"errors":{"code":104}}"#),
        Err(SendError::Misconfigured { .. })
    ));
    assert!(matches!(
        understood(&vcom(), 200, r#"{"errors":{"code":555}}"#),
        Err(SendError::Rejected { .. })
    ));
}

fn speedsms() -> Generic {
    gateway(&[("PRESET", "speedsms"), ("PASSWORD", "access-token"), ("INBOUND_TOKEN", "t")])
}

#[test]
fn speedsms_brings_texts_and_reports_to_one_address_with_low_trust() {
    let incoming =
        request(JSON, r#"{"type":"incoming","tranId":"31","phone":"84912345678","content":"ANTT 3 TC2"}"#);
    let delivered = request(JSON, r#"{"type":"report","tranId":32,"phone":"84912345678","status":0}"#);
    for door in [Door::Inbound, Door::Delivery] {
        let events = speedsms().read(door, &incoming).unwrap();
        assert!(matches!(&events[..], [Event::Text(text)] if text.text == "ANTT 3 TC2" && !text.trusted));
        let events = speedsms().read(door, &delivered).unwrap();
        assert!(
            matches!(&events[..], [Event::Report(report)] if report.id == "32" && report.status == DeliveryStatus::Delivered)
        );
    }
    for (status, becomes) in
        [(5, None), (63, None), (64, Some(DeliveryStatus::Failed)), (255, Some(DeliveryStatus::Failed))]
    {
        let body = format!(r#"{{"type":"report","tranId":"32","status":{status}}}"#);
        let report = report(&speedsms(), &request(JSON, &body)).unwrap();
        assert_eq!(report.as_ref().map(|report| report.status), becomes, "{status}");
        assert!(report.is_none_or(|report| report.reason == Some(status.to_string())));
    }
    assert_eq!(speedsms().read(Door::Inbound, &request(JSON, r#"{"type":"news"}"#)), Ok(Vec::new()));
    let stranger = Request { query: HashMap::new(), ..incoming };
    assert_eq!(text(&speedsms(), &stranger), Err(Refused::Token));
}

#[test]
fn speedsms_is_sent_json_and_says_no_with_200() {
    let written = written(&speedsms(), "Da nhan");
    let authorization = format!("Basic {}", BASE64.encode("access-token:x"));
    assert_eq!(written.headers, [("Authorization".to_owned(), authorization)]);
    assert_eq!(written.body.unwrap().1, r#"{"to":["84912345678"],"content":"Da nhan","sms_type":2}"#);
    let taken = r#"{"status":"success","code":"00","data":{"tranId":2669209,"totalSMS":1,"totalPrice":250,"invalidPhone":[]}}"#;
    assert_eq!(understood(&speedsms(), 200, taken), Ok(Some("2669209".to_owned())));
    let no = |code: &str| {
        understood(&speedsms(), 200, &format!(r#"{{"status":"error","code":"{code}","message":"no"}}"#))
    };
    assert!(matches!(no("300"), Err(SendError::OutOfCredit { .. })));
    assert!(matches!(no("007"), Err(SendError::Misconfigured { .. })));
    assert!(matches!(no("105"), Err(SendError::Rejected { .. })));
    assert!(matches!(no("500"), Err(SendError::Transient { .. })));
    assert!(matches!(understood(&speedsms(), 429, ""), Err(SendError::Transient { .. })));
}

#[test]
fn what_was_made_for_rapidpro_works_with_its_field_names() {
    let gateway = gateway(&[
        ("PRESET", "rapidpro"),
        ("SEND_URL", "https://aggregator.example/send"),
        ("INBOUND_TOKEN", "t"),
        ("FROM", "+84900000000"),
    ]);
    let sender =
        request(FORM, "sender=%2B84912345678&text=ANTT+3+TC2&time=2026-03-16T08%3A00%3A00%2B07%3A00");
    let from = request(FORM, "from=%2B84912345678&text=ANTT+3+TC2&date=2026-03-16T08%3A00%3A00%2B07%3A00");
    assert_eq!(text(&gateway, &sender), text(&gateway, &from));
    let by_address = called(&[("token", "t"), ("from", "84912345678"), ("text", "TC2")]);
    assert_eq!(text(&gateway, &by_address).unwrap().key, None, "neither id nor time: never dropped");
    let failed = called(&[("token", "t"), ("status", "failed"), ("uuid", "77")]);
    let report = report(&gateway, &failed).unwrap().unwrap();
    assert_eq!((report.id.as_str(), report.status), ("77", DeliveryStatus::Failed));
    let body = written(&gateway, "Da nhan").body.unwrap().1;
    assert_eq!(
        body,
        "id=77&text=Da%20nhan&to=%2B84912345678&to_no_plus=84912345678&from=%2B84900000000&channel=g"
    );
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
