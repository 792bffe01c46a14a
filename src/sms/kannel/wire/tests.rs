use super::*;
use crate::config::Secret;

/// A `get-url` as the real Kannel 1.4.5 called it.
fn called(query: &str) -> Request {
    Request { target: format!("/gateways/k/inbound?token=t&{query}"), ..Request::default() }
}

fn words_of(query: &str) -> String {
    incoming(&called(&format!("id=a&sender=1&{query}"))).unwrap().text
}

#[test]
fn a_text_is_read_with_its_id_sender_receiver_and_words() {
    let text = incoming(&called(
        "id=a2777449-eef5-46f4-837a-64d4b3c39f3e&ts=1795544425&sender=%2B84900000001&to=8088\
         &message=ANTT+3+TC2+%5Bx%5D&coding=0&charset=UTF-8&udh=",
    ));
    let text = text.unwrap();
    assert_eq!(text.key.as_deref(), Some("id a2777449-eef5-46f4-837a-64d4b3c39f3e"));
    assert_eq!((text.from.as_str(), text.to.as_deref()), ("+84900000001", Some("8088")));
    assert_eq!((text.text.as_str(), text.part), ("ANTT 3 TC2 [x]", None));
}

#[test]
fn words_with_marks_are_read_in_every_form_that_kannel_gives_them() {
    // With mo-recode: UTF-8. Without: UTF-16, named or not. From some operators: one octet for a letter.
    assert_eq!(words_of("message=%E1%BA%A5a+b&coding=0&charset=UTF-8"), "ấa b");
    assert_eq!(words_of("message=%1E%A5%00a%00%20%00b&coding=2&charset=UTF-16BE"), "ấa b");
    assert_eq!(words_of("message=%1E%A5%00a%00%20%00b&coding=2"), "ấa b");
    assert_eq!(words_of("message=%1E%A5%00a%00+%00b&coding=2&charset="), "ấa b");
    assert_eq!(words_of("message=%D8%3D%DE%00&coding=2"), "😀");
    assert_eq!(words_of("message=%E0+%E9&coding=0&charset=ISO-8859-1"), "à é");
    assert_eq!(words_of("message=%80+%93&coding=0&charset=windows-1252"), "€ “");
    assert_eq!(words_of("message=caf%E9&coding=1"), "café");
    assert_eq!(words_of("message=ch%C3%A1y&coding=1"), "cháy");
    assert_eq!(words_of("message=chay&charset=no-such-thing"), "chay");
    assert_eq!(words_of("message="), "");
}

#[test]
fn torn_letters_are_kept_as_such_and_nul_is_dropped() {
    assert_eq!(words_of("message=%00a%D8&coding=2"), "a\u{fffd}");
    assert_eq!(words_of("message=%D8%3D%00a&coding=2"), "\u{fffd}a");
    assert_eq!(words_of("message=a%00b%00"), "ab");
    assert_eq!(words_of("message=%00a%00%00&coding=2"), "a");
}

#[test]
fn a_post_url_brings_the_words_as_its_body() {
    let headers = [
        ("content-type", "text/plain; charset=\"UTF-16BE\""),
        ("x-kannel-to", "8088"),
        ("x-kannel-time", "2026-11-24 18:21:24"),
        ("x-kannel-smsc", "fake"),
        ("x-kannel-coding", "2"),
        ("x-kannel-udh", "%05%00%03%07%02%01"),
    ];
    let request = Request {
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: b"\x1e\xa5\x00a".to_vec(),
        ..called("id=%2B1&sender=0900000001")
    };
    let text = incoming(&request).unwrap();
    assert_eq!((text.text.as_str(), text.to.as_deref()), ("ấa", Some("8088")));
    assert_eq!(text.part.map(|part| (part.reference, part.total, part.number)), Some((7, 2, 1)));
    assert_eq!(text.key.as_deref(), Some("id +1"));
}

#[test]
fn without_an_id_sender_time_and_words_tell_texts_apart() {
    let key = |query: &str| incoming(&called(query)).unwrap().key;
    assert_eq!(key("sender=1&message=a"), None);
    let first = key("sender=1&message=a&ts=1");
    assert!(first.is_some());
    assert_eq!(first, key("ts=1&message=a&sender=1"));
    for other in ["sender=1&message=a&ts=2", "sender=2&message=a&ts=1", "sender=1&message=b&ts=1"] {
        assert_ne!(first, key(other));
    }
}

#[test]
fn what_is_no_text_is_refused_with_what_is_missing() {
    let long = format!("sender=1&message={}", "a".repeat(MAX_TEXT_CHARS + 1));
    let id = format!("sender=1&message=a&id={}", "x".repeat(MAX_FIELD_BYTES + 1));
    assert_eq!(incoming(&called(&long)), Err(Refused::TooLong));
    for query in ["", "message=a", "sender=&message=a", "sender=1", &id] {
        assert!(matches!(incoming(&called(query)), Err(Refused::Malformed(_))), "{query}");
    }
}

#[test]
fn delivery_reports_name_our_id_and_only_failures_a_reason() {
    let report = |query: &str| delivery(&called(query));
    let told = |query: &str| report(query).unwrap().map(|report| (report.status, report.reason));
    assert_eq!(report("id=5&status=1&reply=").unwrap().unwrap().id, "5");
    assert_eq!(told("id=5&status=1&reply=id:1+stat:DELIVRD"), Some((DeliveryStatus::Delivered, None)));
    assert_eq!(told("id=5&status=8&reply=ACK%2F"), Some((DeliveryStatus::Sent, None)));
    let refused = Some((DeliveryStatus::Failed, Some("NACK/1025/no route".to_owned())));
    assert_eq!(told("id=5&status=16&reply=NACK%2F1025%2Fno+route"), refused);
    assert_eq!(told("id=5&status=2&reply=id:1+stat:EXPIRED").unwrap().0, DeliveryStatus::Expired);
    assert_eq!(told("id=5&status=2"), Some((DeliveryStatus::Failed, None)));
    assert_eq!(told("id=5&status=4"), None);
    for query in ["status=1", "id=&status=1", "id=5", "id=5&status=x", "id=5&status=300"] {
        assert!(report(query).is_err(), "{query}");
    }
}

fn sending() -> KannelSending {
    KannelSending {
        send_url: "http://k:13013/cgi-bin/sendsms".to_owned(),
        username: "bình".to_owned(),
        password: Secret::new("a&b"),
        from: Some("8088".to_owned()),
        public_url: Some("https://h/x".to_owned()),
    }
}

fn outgoing(text: &str) -> Outgoing {
    Outgoing { id: 5, to: "+84900000001".to_owned(), text: text.to_owned() }
}

#[test]
fn a_text_is_handed_over_with_every_letter_and_the_address_of_its_report() {
    let plain = send_address("k", &sending(), Some("t/1"), &outgoing("a [b]"));
    assert_eq!(
        plain,
        "http://k:13013/cgi-bin/sendsms?username=b%C3%ACnh&password=a%26b&to=%2B84900000001&from=8088&coding=0\
         &charset=UTF%2D8&text=a%20%5Bb%5D&dlr%2Dmask=27"
            .replace("dlr%2D", "dlr-")
            + "&dlr-url=https%3A%2F%2Fh%2Fx%2Fgateways%2Fk%2Fdelivery%3Ftoken%3Dt%25%252F1%26id%3D5%26status%3D%25d%26reply%3D%25A"
    );
    let marked = send_address("k", &sending(), None, &outgoing("ấa😀"));
    assert!(marked.ends_with("&coding=2&text=%1E%A5%00a%D8%3D%DE%00"), "{marked}");
    let routed = KannelSending { send_url: "http://k/sendsms?smsc=a".to_owned(), from: None, ..sending() };
    let routed = send_address("k", &routed, None, &outgoing("a"));
    assert!(routed.starts_with("http://k/sendsms?smsc=a&username="), "{routed}");
    assert!(!routed.contains("from="), "{routed}");
}

#[test]
fn only_the_words_of_kannel_mean_that_a_text_was_accepted() {
    assert_eq!(accepted(202, "0: Accepted for delivery"), Ok(()));
    assert_eq!(accepted(202, "3: Queued for later delivery"), Ok(()));
    assert!(matches!(accepted(200, "<html>Welcome</html>"), Err(SendError::Unknown { .. })));
    assert!(matches!(accepted(202, ""), Err(SendError::Unknown { .. })));
    assert!(matches!(
        accepted(403, "Authorization failed for sendsms"),
        Err(SendError::Misconfigured { .. })
    ));
    assert!(matches!(accepted(404, "Not found"), Err(SendError::Misconfigured { .. })));
    let unroutable = accepted(404, "Not routable. Do not try again.");
    let detail = "HTTP 404 Not routable. Do not try again.".to_owned();
    assert_eq!(unroutable, Err(SendError::Rejected { detail }));
    assert!(matches!(
        accepted(400, "Empty receiver number not allowed, rejected"),
        Err(SendError::Rejected { .. })
    ));
    assert!(matches!(accepted(503, "Temporal failure, try again later."), Err(SendError::Transient { .. })));
    assert!(matches!(accepted(302, ""), Err(SendError::Misconfigured { .. })));
}
