//! The presets, by the payloads that their providers' pages print.

use super::*;

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
