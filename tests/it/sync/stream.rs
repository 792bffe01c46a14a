//! What changes is told at once to whom it concerns.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use binhyen::db::sql::Sql;
use binhyen::flows::authenticate::{Lifetimes, Sessions};
use reqwest::Response;
use serde_json::{Value, json};

use super::{Phone, Phones, incident, month, month_of};
use crate::support::TestDatabase;
use crate::web::office::{Office, refused};

/// Events as they come.
struct Events {
    answer: Response,
    text: String,
}

impl Events {
    /// Listens, and hears that it must pull.
    async fn of(office: &Office, phone: &Phone) -> Events {
        Events::by(office, &phone.token).await.expect("it may listen")
    }

    /// Listens with a token; `None` where that is refused.
    async fn by(office: &Office, token: &str) -> Option<Events> {
        let request = office.client.get(office.server.url("/api/v1/sync/stream")).bearer_auth(token);
        let answer = request.send().await.unwrap();
        if answer.status().as_u16() != 200 {
            return None;
        }
        assert!(answer.headers()["content-type"].to_str().unwrap().contains("text/event-stream"));
        let mut events = Events { answer, text: String::new() };
        for collection in ["reports", "report_status"] {
            assert_eq!(events.next().await, Some(json!({"collection": collection, "resync": true})));
        }
        Some(events)
    }

    /// The next event that is not a repeated word to pull; `None` when the connection has ended.
    async fn news(&mut self) -> Option<Value> {
        loop {
            let event = self.next().await?;
            if event["resync"] != true {
                return Some(event);
            }
        }
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(json) = event.strip_prefix("data: ") {
                    return Some(serde_json::from_str(json).unwrap());
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(60), self.answer.chunk()).await.unwrap();
            self.text += std::str::from_utf8(&chunk.ok()??).unwrap();
        }
    }
}

async fn what_changes_is_told_to_whom_it_concerns_and_the_cursor_goes_on_from_there(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let mut head = Events::of(office, &phones.head).await;
    let mut officer = Events::of(office, &phones.officer).await;
    // The watch has begun when somebody hears of something.
    phones.second.push(office, month("a1", &json!({"TC": 1}))).await;
    assert!(officer.next().await.is_some());
    phones.head.pull(office).await;
    phones.other.push(office, month_of("03847002", "2026-03", "b1", &json!({"TC": 1}))).await;
    phones.second.push(office, month("a2", &json!({"TC": 2}))).await;
    let mut seen = Vec::new();
    let after = loop {
        let event = head.news().await.unwrap();
        assert_eq!(event["collection"], "reports", "another's outcome is not told: {event}");
        seen.extend(event["documents"].as_array().unwrap().clone());
        if seen.last() == Some(&month("a2", &json!({"TC": 2}))) {
            break event["checkpoint"]["after"].as_str().unwrap().to_owned();
        }
    };
    assert!(seen.iter().all(|document| document["unit"] == "03847001"), "{seen:?}");
    phones.head.after = Some(after);
    let page = phones.head.pull_page(office, 10).await;
    assert_eq!((&page["documents"], &page["fresh"]), (&json!([]), &Value::Null));
    // The officer hears of both hamlets.
    let mut units = std::collections::BTreeSet::new();
    while units.len() < 2 {
        let event = officer.news().await.unwrap();
        let documents = event["documents"].as_array().unwrap().clone();
        units.extend(documents.iter().map(|document| document["unit"].as_str().unwrap().to_owned()));
    }
    // What became of the own rows.
    phones.head.push(office, month_of("03847001", "2026-02", "c1", &json!({"TC": 1}))).await;
    loop {
        let event = head.news().await.unwrap();
        if event["collection"] == "report_status" {
            assert_eq!(
                (&event["documents"][0]["id"], &event["documents"][0]["state"]),
                (&json!("c1"), &json!("taken"))
            );
            break;
        }
    }
}

async fn a_connection_ends_with_the_device_and_with_the_post(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let mut ended = Events::of(office, &phones.head).await;
    let mut moved = Events::of(office, &phones.other).await;
    let (_, me) = office.get("/api/v1/me", &phones.head.token).await;
    let path = format!("/api/v1/devices/{}", me["device"].as_str().unwrap());
    let request = office.client.delete(office.server.url(&path)).bearer_auth(&phones.head.token);
    assert!(request.send().await.unwrap().status().is_success());
    let unit = office.world.unit("03847003").await;
    let elsewhere = move |conn: &mut binhyen::db::Conn| {
        let query = Sql::new("UPDATE post SET unit_id = ").bind(unit);
        Ok(query
            .sql(" WHERE role = 'head' AND unit_id IN (SELECT id FROM unit WHERE code = '03847002')")
            .run(conn)?)
    };
    office.world.db.write(elsewhere).await.unwrap();
    while ended.next().await.is_some() {}
    while moved.next().await.is_some() {}
    refused(&phones.head.get(office, "stream").await, 401, "device_revoked");
    Events::of(office, &phones.other).await;
}

async fn few_connections_of_one_person_are_enough(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let mut open = Vec::new();
    for _ in 0..6 {
        open.push(Events::of(office, &phones.head).await);
    }
    let request = office.client.get(office.server.url("/api/v1/sync/stream")).bearer_auth(&phones.head.token);
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "60"));
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "too_many_requests");
    assert!(problem["detail"].as_str().unwrap().contains("close one"), "{problem}");
    Events::of(office, &phones.second).await;
    phones.second.push(office, incident("i1", "i1", "2026-03-10", &json!({"TC": 1}))).await;
    assert!(open[0].next().await.is_some());
    assert_eq!(phones.heads.office.server.terminate(), Some(0), "open connections do not hold the server");
}

async fn a_connection_ends_with_the_token_that_opened_it(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let world = &office.world;
    let mut long = Events::of(office, &phones.officer).await;
    let mut opened = None;
    // A busy machine may take longer to ask than a token lasts.
    for seconds in [2, 8, 32] {
        let lifetimes = Lifetimes { access: seconds * 1_000_000, ..Lifetimes::default() };
        let sessions = Sessions::new(world.db.clone(), world.keys.clone(), world.ids.clone(), lifetimes);
        let token = sessions.issue("commune", world.clock.real_micros()).await.unwrap().access_token;
        opened = Events::by(office, &token).await.map(|events| (events, token));
        if opened.is_some() {
            break;
        }
    }
    let (mut short, token) = opened.unwrap();
    while short.next().await.is_some() {}
    refused(&office.get("/api/v1/sync/stream", &token).await, 401, "token_expired");
    phones.head.push(office, month("a1", &json!({"TC": 1}))).await;
    assert_eq!(long.news().await.unwrap()["documents"], json!([month("a1", &json!({"TC": 1}))]));
}

async fn who_never_reads_does_not_hold_the_server_that_stops(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let address = office.server.url("");
    let mut held = Vec::new();
    for (path, times) in [("/api/v1/sync/stream", 1), ("/api/openapi.json", 100)] {
        let mut connection = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", phones.head.token);
        connection.write_all(request.repeat(times).as_bytes()).unwrap();
        held.push(connection);
    }
    // Others are served.
    Events::of(office, &phones.second).await;
    assert_eq!(phones.heads.office.server.terminate(), Some(0));
}

on_both!(
    a_connection_ends_with_the_token_that_opened_it,
    who_never_reads_does_not_hold_the_server_that_stops,
    what_changes_is_told_to_whom_it_concerns_and_the_cursor_goes_on_from_there,
    a_connection_ends_with_the_device_and_with_the_post,
    few_connections_of_one_person_are_enough,
);
