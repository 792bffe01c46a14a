//! Clients that send what they should not, too much, too slowly, or hang up.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::office::{Office, refused};
use crate::support::TestDatabase;
use crate::support::process::{Server, TOKEN, program};

/// A body, the status and code of its refusal, and the pointer to the field that is wrong.
type Case = (Vec<u8>, u16, &'static str, &'static str);

fn unreadable() -> Vec<Case> {
    let note = |note: &[u8]| {
        let head =
            br#"{"id":"h","unit":"03847001","kind":"month","period":"2026-03","values":{"TC":1},"note":""#;
        [head, note, b"\"}"].concat()
    };
    vec![
        (b"{".to_vec(), 400, "invalid_json", ""),
        (b"".to_vec(), 400, "invalid_json", ""),
        (b"TC2".to_vec(), 400, "invalid_json", ""),
        (note(b"a\\u0000"), 400, "null_character", ""),
        (note(b"\xff"), 400, "invalid_utf8", ""),
        (vec![b' '; 70_000], 413, "body_too_large", ""),
    ]
}

fn wrong_fields() -> Vec<Case> {
    let good = |change: Value| {
        let mut body =
            json!({"id": "h", "unit": "03847001", "kind": "month", "period": "2026-03", "values": {"TC": 1}});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        serde_json::to_vec(&body).unwrap()
    };
    let changes = [
        (json!({"valeus": 1}), "/valeus"),
        (json!({"values": {"TC": "two"}}), "/values/TC"),
        (json!({"values": {"TC": -1}}), "/values/TC"),
        (json!({"values": {"TC": 51}}), "/values/TC"),
        (json!({"values": {"TC": 1e300}}), "/values/TC"),
        (json!({"values": {"XYZ": 1}}), "/values/XYZ"),
        (json!({"values": [1]}), "/values"),
        (json!({"unit": "99999001"}), "/unit"),
        (json!({"unit": "14"}), "/unit"),
        (json!({"values": {}}), "/values"),
        (json!({"period": "2027-03"}), "/period"),
        (json!({"period": "2019-03"}), "/period"),
        (json!({"period": null, "kind": "incident", "day": "2026-12-31"}), "/day"),
    ];
    changes.map(|(change, pointer)| (good(change), 422, "validation_failed", pointer)).into()
}

async fn every_bad_report_is_refused_with_a_problem_that_says_what_to_do(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    for (body, status, code, pointer) in unreadable().into_iter().chain(wrong_fields()) {
        let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        let request = office.client.post(office.server.url("/api/v1/reports")).bearer_auth(&officer);
        let answer = office.ask(request.header("content-type", "application/json").body(body)).await;
        assert_eq!(
            (answer.0.as_u16(), answer.1["code"].as_str()),
            (status, Some(code)),
            "{shown}: {}",
            answer.1
        );
        assert_eq!(answer.1["errors"][0]["pointer"].as_str().unwrap_or(""), pointer, "{shown}: {}", answer.1);
    }
    let form = office.client.post(office.server.url("/api/v1/reports")).bearer_auth(&officer).body("id=1");
    refused(&office.ask(form).await, 415, "unsupported_media_type");
    let neighbour = office.token("head", Some("03847002")).await;
    let foreign =
        json!({"id": "h", "unit": "03847001", "kind": "month", "period": "2026-03", "values": {"TC": 1}});
    refused(&office.post("/api/v1/reports", &neighbour, &foreign).await, 403, "forbidden");
    assert_eq!(office.world.number("SELECT count(*) FROM report").await, 0);
    assert_eq!(office.server.terminate(), Some(0));
}

/// `host:port` of the server.
fn address(office: &Office) -> String {
    office.server.url("").trim_start_matches("http://").to_owned()
}

fn text(number: usize, announced: Option<usize>) -> Vec<u8> {
    let body = format!(r#"{{"id":"gone-{number}","from":"0900000001","text":"THEM T3 TTRA1"}}"#);
    let length = announced.unwrap_or(body.len());
    format!(
        "POST /gateways/test/inbound?token={TOKEN} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// 5,000 bytes announced, some 60 sent.
async fn clients_that_announce_more_than_they_send_leave_no_trace(test: TestDatabase) {
    let office = Office::open(test).await;
    for number in 0..100 {
        let mut stream = TcpStream::connect(address(&office)).await.unwrap();
        stream.write_all(&text(number, Some(5_000))).await.unwrap();
        drop(stream);
    }
    let alive = office.ask(office.client.get(office.server.url("/healthz"))).await;
    assert_eq!(alive.0.as_u16(), 200);
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 0);
    assert_eq!(office.server.terminate(), Some(0));
}

async fn complete_texts_of_clients_that_hang_up_at_once_are_stored_at_most_once_and_sent_again(
    test: TestDatabase,
) {
    let mut office = Office::open(test).await;
    for number in 0..300 {
        let mut stream = TcpStream::connect(address(&office)).await.unwrap();
        stream.write_all(&text(number, None)).await.unwrap();
        drop(stream);
    }
    let alive = office.ask(office.client.get(office.server.url("/readyz"))).await;
    assert_eq!(alive.0.as_u16(), 200);
    // Stopping finishes what has begun. Connections that nobody had looked at yet are closed: nothing was acknowledged
    // to these clients, so their gateways send again.
    assert_eq!(office.server.terminate(), Some(0));
    assert!(office.world.number("SELECT count(*) FROM message").await <= 300);
    office.server = Server::start(program(&office.test));
    for number in 0..300 {
        let mut stream = TcpStream::connect(address(&office)).await.unwrap();
        stream.write_all(&text(number, None)).await.unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(status, *b"HTTP/1.1 202");
    }
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 300);
    assert_eq!(office.world.verify().await.findings, []);
    assert_eq!(office.server.terminate(), Some(0));
}

/// What the server sends until it closes the connection.
async fn heard(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.unwrap();
    String::from_utf8_lossy(&heard).into_owned()
}

async fn slow_senders_are_cut_off(test: TestDatabase) {
    let office = Office::open_with(test, |command| {
        command.env("BINHYEN__HTTP__REQUEST_SECONDS", "1");
    })
    .await;
    let begin = Instant::now();
    let mut slow_head = TcpStream::connect(address(&office)).await.unwrap();
    slow_head.write_all(b"POST /gateways/test/inbound HTTP/1.1\r\nhost: t").await.unwrap();
    let mut slow_body = TcpStream::connect(address(&office)).await.unwrap();
    slow_body.write_all(&text(1, Some(5_000))).await.unwrap();
    let (head, body) = tokio::join!(heard(&mut slow_head), heard(&mut slow_body));
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
    assert!(body.starts_with("HTTP/1.1 408") && body.contains("request_timeout"), "{body}");
    assert!(begin.elapsed() < Duration::from_secs(30));
    assert_eq!(office.ask(office.client.get(office.server.url("/healthz"))).await.0.as_u16(), 200);
    assert_eq!(office.server.terminate(), Some(0));
}

async fn a_wrong_token_of_a_gateway_is_refused(test: TestDatabase) {
    let office = Office::open(test).await;
    let url = office.server.url("/gateways/test/inbound?token=wrong");
    let text = json!({"id": "1", "from": "0900000001", "text": "TC2"});
    refused(&office.ask(office.client.post(url).json(&text)).await, 403, "forbidden");
    let nowhere = office.server.url("/gateways/none/inbound?token=x");
    refused(&office.ask(office.client.post(nowhere).json(&text)).await, 404, "not_found");
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 0);
}

/// On the day that returns are due more phones come at once than the server looks at in a moment. While it looks at none
/// the system must take them all: whoever is turned away tries again after a second.
async fn hundreds_who_come_at_once_need_not_try_again(test: TestDatabase) {
    let office = Office::open(test).await;
    let address = office.server.url("").replace("http://", "");
    office.server.signal("-STOP");
    let mut phones = Vec::new();
    for number in 0..300 {
        let connect = tokio::time::timeout(Duration::from_secs(10), TcpStream::connect(&address)).await;
        phones.push(connect.unwrap_or_else(|_| panic!("number {number} is turned away")).unwrap());
    }
    office.server.signal("-CONT");
    for mut phone in phones {
        phone.write_all(b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        phone.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(office.server.terminate(), Some(0));
}

on_both!(
    hundreds_who_come_at_once_need_not_try_again,
    every_bad_report_is_refused_with_a_problem_that_says_what_to_do,
    clients_that_announce_more_than_they_send_leave_no_trace,
    complete_texts_of_clients_that_hang_up_at_once_are_stored_at_most_once_and_sent_again,
    slow_senders_are_cut_off,
    a_wrong_token_of_a_gateway_is_refused,
);
