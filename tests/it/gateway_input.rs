//! Whatever a gateway posts is answered with 202 or with a problem that says what to do, and hurts nothing else.

use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::process::TOKEN;
use crate::support::world::HEAD;
use crate::web::office::Office;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Posts `body`; an answer other than 202 must be a problem with words for the administrator.
async fn post(office: &Office, content_type: &str, body: Vec<u8>) -> (u16, Value) {
    let shown = String::from_utf8_lossy(&body[..body.len().min(100)]).into_owned();
    let request = office.client.post(office.server.inbound()).header("content-type", content_type);
    let answer = request.body(body).send().await.unwrap_or_else(|error| panic!("{shown}: {error}"));
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let body: Value = answer.json().await.unwrap();
    if status != 202 {
        assert_eq!(kind, "application/problem+json", "{shown}");
        assert!(body["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{shown}: {body}");
        assert!(!body.to_string().contains(TOKEN), "{shown}: {body}");
    }
    (status, body)
}

fn text(words: &str) -> Vec<u8> {
    json!({"from": HEAD, "text": words}).to_string().into_bytes()
}

async fn what_is_no_text_is_refused_with_what_to_do(test: TestDatabase) {
    let office = Office::open(test).await;
    let long_id = json!({"id": "x".repeat(201), "from": HEAD, "text": "TC2"}).to_string();
    let cases: Vec<(&str, &[u8], u16, &str)> = vec![
        (JSON, b"", 400, "bad_request"),
        (JSON, b"{", 400, "bad_request"),
        (JSON, b"[]", 400, "bad_request"),
        (JSON, b"\"TC2\"", 400, "bad_request"),
        (JSON, b"TC2", 400, "bad_request"),
        (JSON, b"{\"from\":\"0900000001\",\"text\":\"TC2\"} x", 400, "bad_request"),
        (JSON, br#"{"text":"TC2"}"#, 400, "bad_request"),
        (JSON, br#"{"from":"","text":"TC2"}"#, 400, "bad_request"),
        (JSON, br#"{"from":null,"text":"TC2"}"#, 400, "bad_request"),
        (JSON, br#"{"from":"0900000001"}"#, 400, "bad_request"),
        (JSON, br#"{"from":"0900000001","text":null}"#, 400, "bad_request"),
        (JSON, br#"{"from":"0900000001","text":["TC2"]}"#, 400, "bad_request"),
        (JSON, br#"{"from":"0900000001","text":{"a":1}}"#, 400, "bad_request"),
        (JSON, br#"{"from":"0900000001","text":true}"#, 400, "bad_request"),
        (JSON, br#"{"from":"0900000001","text":"\ud83d"}"#, 400, "bad_request"),
        (JSON, br#"{"from":"0900000001","text":"a\u0000b"}"#, 400, "null_character"),
        (JSON, br#"{"id":"\u0000","from":"0900000001","text":"TC2"}"#, 400, "null_character"),
        (JSON, b"{\"from\":\"0900000001\",\"text\":\"\xff\xfe\"}", 400, "bad_request"),
        (JSON, b"\x1f\x8b\x08\x00\x00", 400, "bad_request"),
        (JSON, long_id.as_bytes(), 400, "bad_request"),
        (FORM, b"", 400, "bad_request"),
        (FORM, b"from=0900000001", 400, "bad_request"),
        (FORM, b"from=0900000001&text=a%00b", 400, "null_character"),
        (FORM, b"from=0900000001&text=\xff", 400, "bad_request"),
        (FORM, br#"{"from":"0900000001","text":"TC2"}"#, 400, "bad_request"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--", 400, "bad_request"),
        ("", b"from=0900000001&text=TC2", 400, "bad_request"),
    ];
    for (content_type, body, status, code) in cases {
        let (got, problem) = post(&office, content_type, body.to_vec()).await;
        let shown = String::from_utf8_lossy(body);
        assert_eq!((got, problem["code"].as_str()), (status, Some(code)), "{shown}: {problem}");
    }
    let deep = "[".repeat(100_000).into_bytes();
    assert_eq!(post(&office, JSON, deep).await.0, 400);
    for large in [text(&"a".repeat(10_001)), text(&"a".repeat(140_000)), vec![b' '; 3_000_000]] {
        let (status, problem) = post(&office, JSON, large).await;
        assert_eq!((status, problem["code"].as_str()), (413, Some("body_too_large")), "{problem}");
    }
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 0);
    assert_eq!(post(&office, JSON, text("ANTT 3 TC2")).await.0, 202, "the server is none the worse");
    assert_eq!(office.server.terminate(), Some(0));
}

async fn strange_texts_are_kept_and_none_stops_the_next(test: TestDatabase) {
    let office = Office::open(test).await;
    let words = [
        String::new(),
        " \t\r\n".to_owned(),
        "😀👍🏽👨‍👩‍👧".to_owned(),
        "a".repeat(10_000),
        "😀".repeat(10_000),
        "TC2 ".repeat(2_500),
        "9".repeat(10_000),
        "ANTT 3 TC99999999999999999999999999".to_owned(),
        "a\u{301}".repeat(5_000),
        "\u{202e}\u{feff}\u{200d}\u{fffd}".to_owned(),
        "'; DROP TABLE message; --".to_owned(),
        "<script>alert(1)</script> {{1}} %s %n ${x} \\u0000".to_owned(),
    ];
    for words in &words {
        let (status, body) = post(&office, JSON, text(words)).await;
        assert_eq!(status, 202, "{body}");
        assert!(body["message"].is_string(), "{body}");
    }
    // A text may be a number, fields may come as a form and beside the address, senders may be no telephones.
    let mut taken = words.len();
    for (content_type, body) in [
        (JSON, br#"{"from":900000001,"text":123}"#.to_vec()),
        ("Application/JSON; charset=utf-8", text("chao")),
        ("text/plain", text("chao")),
        (FORM, b"from=0900000001&text=ch%C3%A0o+%F0%9F%98%80".to_vec()),
        (FORM, b"from=0900000001&text=".to_vec()),
        (JSON, br#"{"from":"VIETTEL","text":"Chuc mung"}"#.to_vec()),
        (JSON, br#"{"from":"+1 555 0100","text":"TC2","to":"8088","date":"now","more":null}"#.to_vec()),
    ] {
        assert_eq!(post(&office, content_type, body).await.0, 202);
        taken += 1;
    }
    let stored = office.world.number("SELECT count(*) FROM message").await;
    assert_eq!(usize::try_from(stored).unwrap(), taken);
    assert_eq!(office.world.verify().await.findings, []);
    assert_eq!(office.server.terminate(), Some(0));
}

async fn a_gateway_proves_itself_before_anything_is_read(test: TestDatabase) {
    let office = Office::open(test).await;
    let upper = TOKEN.to_uppercase();
    for (path, status) in [
        ("/gateways/test/inbound".to_owned(), 403),
        ("/gateways/test/inbound?token=".to_owned(), 403),
        (format!("/gateways/test/inbound?token={upper}"), 403),
        (format!("/gateways/test/inbound?token={TOKEN}x"), 403),
        (format!("/gateways/test/inbound?Token={TOKEN}"), 403),
        (format!("/gateways/other/inbound?token={TOKEN}"), 404),
        (format!("/gateways/{}/inbound?token={TOKEN}", "x".repeat(500)), 404),
        (format!("/gateways/%00/inbound?token={TOKEN}"), 404),
        (format!("/gateways/test/outbound?token={TOKEN}"), 404),
    ] {
        for body in [text("ANTT 3 TC2"), b"{".to_vec()] {
            let (got, problem) = office.ask(office.client.post(office.server.url(&path)).body(body)).await;
            assert_eq!(got.as_u16(), status, "{path}: {problem}");
            assert!(problem["code"].is_string(), "{path}: {problem}");
        }
    }
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 0);
    assert_eq!(office.server.terminate(), Some(0));
}

async fn the_same_id_at_once_is_one_text(test: TestDatabase) {
    let office = Office::open(test).await;
    let body = json!({"id": "m1", "from": HEAD, "text": "THEM T3 TC2"});
    let posts: Vec<_> = (0..20)
        .map(|_| tokio::spawn(office.client.post(office.server.inbound()).json(&body).send()))
        .collect();
    let mut messages = Vec::new();
    for post in posts {
        let answer = post.await.unwrap().unwrap();
        assert_eq!(answer.status(), 202);
        messages.push(answer.json::<Value>().await.unwrap()["message"].clone());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 1);
    assert_eq!(office.world.number("SELECT figure FROM total").await, 2);
    office.world.assert_consistent().await;
    assert_eq!(office.server.terminate(), Some(0));
}

async fn without_an_id_the_time_tells_texts_apart(test: TestDatabase) {
    let office = Office::open(test).await;
    let dated = |date: &str| json!({"from": HEAD, "text": "THEM T3 TC1", "date": date}).to_string();
    let mut messages = Vec::new();
    for date in ["2026-03-16 08:00:00", "2026-03-16 08:00:00", "2026-03-16 08:00:01"] {
        messages.push(post(&office, JSON, dated(date).into_bytes()).await.1["message"].clone());
    }
    assert_eq!(messages[0], messages[1]);
    assert_ne!(messages[1], messages[2]);
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 2);
    assert_eq!(office.server.terminate(), Some(0));
}

on_both!(
    what_is_no_text_is_refused_with_what_to_do,
    strange_texts_are_kept_and_none_stops_the_next,
    a_gateway_proves_itself_before_anything_is_read,
    the_same_id_at_once_is_one_text,
    without_an_id_the_time_tells_texts_apart,
);
