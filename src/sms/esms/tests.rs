use reqwest::StatusCode;
use serde_json::json;

use super::*;
use crate::config::{Environment, GatewayKind, Settings as AllSettings};
use crate::crypto::{SignatureMethod, hex};
use crate::sms::DeliveryStatus;

fn gateway(more: &[(&str, &str)]) -> Esms {
    let env: Environment = [
        ("KIND", "esms"),
        ("API_KEY", "api"),
        ("SECRET_KEY", "secret"),
        ("PRIVATE_KEY", "private"),
        ("PUBLIC_URL", "https://antt.example"),
        ("INBOUND_TOKEN", "un/guessable"),
    ]
    .iter()
    .chain(more)
    .map(|(key, value)| (format!("BINHYEN__GATEWAYS__E__{key}"), (*value).to_owned()))
    .collect();
    let settings = AllSettings::load(None, env).unwrap_or_else(|problems| panic!("{problems}"));
    let GatewayKind::Esms(esms) = &settings.gateways[0].kind else { panic!() };
    Esms::new("e", esms, reqwest::Client::new())
}

fn called(fields: &[(&str, &str)]) -> Request {
    Request {
        target: format!("/gateways/e/inbound?{}", serde_urlencoded::to_string(fields).unwrap()),
        query: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..Request::default()
    }
}

/// A text to the short code, signed as the page “Receive MO” says.
fn signed<'a>(sender: &'a str, smsid: &'a str, content: &'a str) -> Vec<(&'static str, String)> {
    let time = "20260316080000";
    let sign = hex(&SignatureMethod::Md5.sign(b"", format!("cp7{smsid}{content}{time}private").as_bytes()));
    vec![
        ("sender", sender.to_owned()),
        ("content", content.to_owned()),
        ("serviceNumber", "8079".to_owned()),
        ("keyword", "ANTT".to_owned()),
        ("sign", sign.to_uppercase()),
        ("cpid", "cp7".to_owned()),
        ("smsid", smsid.to_owned()),
        ("receiverTime", time.to_owned()),
    ]
}

fn request(fields: &[(&'static str, String)]) -> Request {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    called(&fields)
}

fn text(gateway: &Esms, request: &Request) -> Result<Incoming, Refused> {
    match gateway.read(Door::Inbound, request)?.pop() {
        Some(Event::Text(text)) => Ok(text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_goes_out_with_our_id_and_a_secret_address_for_reports() {
    let gateway = gateway(&[]);
    let text = Outgoing { id: 77, to: "+84912345678".to_owned(), text: "Đã nhận".to_owned() };
    let body = wire::outgoing(&gateway.settings, gateway.callback.as_deref(), &text).unwrap();
    let expected = json!({
        "ApiKey": "api", "SecretKey": "secret", "Phone": "0912345678", "Content": "Đã nhận", "SmsType": "8",
        "IsUnicode": "1", "Sandbox": "0", "RequestId": "77",
        "CallbackUrl": "https://antt.example/gateways/e/t/un%2Fguessable/delivery",
    });
    assert_eq!(serde_json::to_value(&body).unwrap(), expected);
    let named = super::tests::gateway(&[("BRANDNAME", "CA Xa"), ("SANDBOX", "true")]);
    let plain = Outgoing { text: "Da nhan".to_owned(), ..text };
    let body = serde_json::to_value(wire::outgoing(&named.settings, None, &plain).unwrap()).unwrap();
    assert_eq!(
        (&body["SmsType"], &body["Brandname"], &body["IsUnicode"], &body["Sandbox"]),
        (&json!("2"), &json!("CA Xa"), &json!("0"), &json!("1"))
    );
    assert!(body.get("CallbackUrl").is_none());
}

#[test]
fn answers_say_whether_to_try_again() {
    let said = |code: &str| {
        let body =
            json!({"CodeResult": code, "CountRegenerate": 0, "SMSID": "d8e0f1", "ErrorMessage": "words"});
        wire::understand(StatusCode::OK, body.to_string().as_bytes())
    };
    assert_eq!(said("100"), Ok(Some("d8e0f1".to_owned())));
    assert_eq!(said("124"), Ok(None), "the same RequestId again is no second text");
    assert_eq!(said("103"), Err(SendError::OutOfCredit { detail: "CodeResult 103 words".to_owned() }));
    for code in ["101", "104", "118", "140"] {
        assert!(matches!(said(code), Err(SendError::Misconfigured { .. })), "{code}");
    }
    for code in ["108", "146", "177", "555"] {
        assert!(matches!(said(code), Err(SendError::Rejected { .. })), "{code}");
    }
    assert!(matches!(said("99"), Err(SendError::Transient { .. })));
    let number = wire::understand(StatusCode::OK, br#"{"CodeResult":100,"SMSID":"x"}"#);
    assert_eq!(number, Ok(Some("x".to_owned())));
    for html in ["<html>", "", "[]", "{}"] {
        let unclear = wire::understand(StatusCode::OK, html.as_bytes());
        assert!(matches!(unclear, Err(SendError::Unknown { .. })), "{html}");
        let away = wire::understand(StatusCode::BAD_GATEWAY, html.as_bytes());
        assert!(matches!(away, Err(SendError::Transient { .. })), "{html}");
    }
}

#[test]
fn reports_are_known_by_the_token_and_a_failed_text_may_end_with_5() {
    let gateway = gateway(&[]);
    let report = |status: &str, success: &str, failed: &str| {
        let request = called(&[
            ("token", "un/guessable"),
            ("SMSID", "d8e0f1"),
            ("SendFailed", failed),
            ("SendStatus", status),
            ("SendSuccess", success),
            ("TotalPrice", "350"),
            ("RequestId", "77"),
            ("TypeId", "8"),
        ]);
        match gateway.read(Door::Delivery, &request).unwrap().pop() {
            Some(Event::Report(report)) => Some((report.id, report.status)),
            other => other.map(|event| panic!("{event:?}")),
        }
    };
    let ours = |status| Some(("77".to_owned(), status));
    assert_eq!(report("5", "1", "0"), ours(DeliveryStatus::Delivered));
    assert_eq!(report("5", "0", "1"), ours(DeliveryStatus::Failed));
    assert_eq!(report("4", "0", "0"), ours(DeliveryStatus::Failed));
    assert_eq!(report("7", "0", "0"), ours(DeliveryStatus::Sent));
    assert_eq!((report("1", "0", "0"), report("2", "0", "0")), (None, None));
    let theirs =
        called(&[("token", "un/guessable"), ("SMSID", "d8e0f1"), ("SendStatus", "5"), ("SendSuccess", "1")]);
    assert!(
        matches!(&gateway.read(Door::Delivery, &theirs).unwrap()[..], [Event::Report(r)] if r.id == "d8e0f1")
    );
    for stranger in
        [vec![("SMSID", "d8e0f1"), ("SendStatus", "5")], vec![("token", "x"), ("SMSID", "d8e0f1")]]
    {
        assert_eq!(gateway.read(Door::Delivery, &called(&stranger)), Err(Refused::Token));
    }
    for bad in [
        vec![("token", "un/guessable"), ("SendStatus", "5")],
        vec![("token", "un/guessable"), ("SMSID", "1")],
    ] {
        assert!(matches!(gateway.read(Door::Delivery, &called(&bad)), Err(Refused::Malformed(_))));
    }
}

#[test]
fn a_text_to_the_short_code_is_signed_and_known_by_its_id() {
    let gateway = gateway(&[]);
    let taken = text(&gateway, &request(&signed("84912345678", "5511", "ANTT 3 TC2 mất xe"))).unwrap();
    assert_eq!(
        (taken.key.as_deref(), taken.from.as_str(), taken.trusted),
        (Some("id 5511"), "84912345678", true)
    );
    assert_eq!((taken.text.as_str(), taken.to.as_deref()), ("ANTT 3 TC2 mất xe", Some("8079")));
    let again = text(&gateway, &request(&signed("84912345678", "5511", "ANTT 3 TC2 mất xe"))).unwrap();
    assert_eq!(again, taken, "a second try is the same text");
}

#[test]
fn a_signature_is_good_for_its_request_only() {
    let gateway = gateway(&[]);
    let fields = signed("84912345678", "5511", "ANTT 3 TC2");
    text(&gateway, &request(&fields)).unwrap();
    let with = |changes: &[(&str, &str)]| {
        let mut fields = fields.clone();
        for (name, value) in changes {
            fields
                .iter_mut()
                .filter(|field| field.0 == *name)
                .for_each(|field| field.1 = (*value).to_owned());
        }
        text(&gateway, &request(&fields))
    };
    assert_eq!(with(&[("content", "ANTT 3 TC0")]), Err(Refused::Signature));
    assert_eq!(with(&[("sign", "")]), Err(Refused::Signature));
    assert_eq!(with(&[("sign", "00")]), Err(Refused::Signature));
    // Neither the sender nor the border between the fields is signed.
    assert_eq!(with(&[("sender", "84999999999")]), Err(Refused::Replayed));
    assert_eq!(with(&[("smsid", "5511A"), ("content", "NTT 3 TC2")]), Err(Refused::Replayed));
}

#[test]
fn unsigned_texts_have_low_trust_and_need_the_token() {
    let lenient = gateway(&[("ACCEPT_UNSIGNED", "true")]);
    let fields = [("token", "un/guessable"), ("sender", "84912345678"), ("content", "TC2"), ("smsid", "1")];
    assert!(!text(&lenient, &called(&fields)).unwrap().trusted);
    assert_eq!(text(&lenient, &called(&fields[1..])), Err(Refused::Token));
    assert_eq!(text(&gateway(&[]), &called(&fields)), Err(Refused::Signature));
    for missing in 1..4 {
        let mut fields = fields.to_vec();
        fields[missing].1 = "";
        let read = text(&lenient, &called(&fields));
        assert_eq!(read.is_ok(), missing == 2, "an empty text is a text: {read:?}");
    }
}

#[test]
fn the_reply_goes_back_as_xml_that_nothing_breaks() {
    let gateway = gateway(&[]);
    let taken = text(&gateway, &request(&signed("84912345678", "5511", "ANTT 3 TC2"))).unwrap();
    let answer = gateway.reply_in_answer(&taken, Some("Da nhan <3 & \"cam on\"\u{1}"));
    let body = "<ClientResponse><Message>Da nhan &lt;3 &amp; &quot;cam on&quot; </Message><Smsid>5511</Smsid>\
                <Receiver>84912345678</Receiver></ClientResponse>";
    assert_eq!((answer.status, answer.body.as_str()), (200, body));
    assert_eq!(gateway.reply_in_answer(&taken, None).body, "");
    assert_eq!(gateway.answer(Door::Delivery, &[]), gateway.reply_in_answer(&taken, None));
}
