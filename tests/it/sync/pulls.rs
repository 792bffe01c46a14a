//! What changed since a cursor.

use serde_json::{Value, json};

use super::{Phone, Phones, incident, month, month_of};
use crate::support::TestDatabase;
use crate::support::world::{HEAD, OTHER_HEAD};

async fn a_phone_gets_everything_once_page_by_page_and_then_only_what_is_new(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    office.world.text(HEAD, "ANTT T3 TC2").await;
    office.world.text(OTHER_HEAD, "ANTT T3 CG1").await;
    for (number, period) in ["2025-11", "2025-12", "2026-01", "2026-02"].into_iter().enumerate() {
        phones
            .head
            .push(office, month_of("03847001", period, &format!("m{number}"), &json!({"TC": 1})))
            .await;
    }
    phones.head.push(office, incident("i1", "i1", "2026-03-10", &json!({"TC": 1}))).await;
    let mut fresh = Phone { token: phones.officer.token.clone(), ..Phone::default() };
    assert_eq!(fresh.pull(office).await, 7);
    assert_eq!(fresh.documents.len(), 7);
    assert_eq!(fresh.pull(office).await, 0);
    // A head has the own hamlet only.
    let mut head = Phone { token: phones.head.token.clone(), ..Phone::default() };
    assert_eq!(head.pull(office).await, 6);
    assert!(head.documents.values().all(|document| document["unit"] == "03847001"));
    // Changed twice since: it comes once, as it is last.
    phones.head.push(office, month_of("03847001", "2026-02", "n1", &json!({"TC": 2}))).await;
    phones.head.push(office, month_of("03847001", "2026-02", "n2", &json!({"TC": 3}))).await;
    let page = head.pull_page(office, 100).await;
    assert_eq!(page["documents"], json!([month_of("03847001", "2026-02", "n2", &json!({"TC": 3}))]));
    assert_eq!(page["fresh"], Value::Null);
    let mut other = Phone { token: phones.other.token.clone(), ..Phone::default() };
    assert_eq!(other.pull(office).await, 1);
}

async fn an_answer_that_the_phone_has_already_is_not_sent_again(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, month("a1", &json!({"TC": 1}))).await;
    phones.head.pull(office).await;
    let ask = |tag: Option<String>| {
        let path = format!("/api/v1/sync/reports?after={}", phones.head.after.as_ref().unwrap());
        let request = office.client.get(office.server.url(&path)).bearer_auth(&phones.head.token);
        let request = request.header("accept-encoding", "gzip");
        match tag {
            Some(tag) => request.header("if-none-match", tag).send(),
            None => request.send(),
        }
    };
    let first = ask(None).await.unwrap();
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(first.status().as_u16(), 200);
    // Another hamlet reports: nothing new for this phone, and the answer is the same.
    office.world.text(OTHER_HEAD, "ANTT T3 TC2").await;
    let again = ask(Some(tag.clone())).await.unwrap();
    assert_eq!((again.status().as_u16(), again.headers()["etag"].to_str().unwrap()), (304, tag.as_str()));
    assert_eq!(again.bytes().await.unwrap().len(), 0);
    office.world.text(HEAD, "ANTT T3 CG2").await;
    assert_eq!(ask(Some(tag)).await.unwrap().status().as_u16(), 200);
}

async fn what_was_taken_back_is_deleted_on_phones_and_may_come_again(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    office.world.text(HEAD, "ANTT T3 TC2").await;
    phones.head.pull(office).await;
    assert_eq!(phones.head.documents.len(), 1);
    office.world.text(HEAD, "HUY").await;
    office.world.text(HEAD, "OK").await;
    assert_eq!(office.world.number("SELECT count(*) FROM month_return").await, 0);
    let page = phones.head.pull_page(office, 10).await;
    assert_eq!(page["documents"][0]["_deleted"], true, "{page}");
    assert_eq!(phones.head.documents.len(), 0);
    assert_eq!(phones.other.pull(office).await, 0);
    let masters = phones.head.push(office, month("a1", &json!({"TC": 3}))).await;
    assert_eq!(masters, Vec::<Value>::new());
    phones.second.pull(office).await;
    assert_eq!(phones.second.documents["03847001:2026-03"], month("a1", &json!({"TC": 3})));
    office.world.assert_consistent().await;
}

async fn answers_are_compressed_for_a_phone_that_can_read_them(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    for (number, period) in ["2025-12", "2026-01", "2026-02", "2026-03"].into_iter().enumerate() {
        phones
            .head
            .push(office, month_of("03847001", period, &format!("m{number}"), &json!({"TC": 1})))
            .await;
    }
    let (_, plain) = phones.head.get(office, "reports").await;
    let request =
        office.client.get(office.server.url("/api/v1/sync/reports")).bearer_auth(&phones.head.token);
    let answer = request.header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let bytes = answer.bytes().await.unwrap();
    assert!(bytes.len() < plain.to_string().len() / 2, "{} bytes", bytes.len());
    let read: Value = serde_json::from_reader(flate2::read::GzDecoder::new(&bytes[..])).unwrap();
    assert_eq!(read, plain);
}

on_both!(
    answers_are_compressed_for_a_phone_that_can_read_them,
    a_phone_gets_everything_once_page_by_page_and_then_only_what_is_new,
    an_answer_that_the_phone_has_already_is_not_sent_again,
    what_was_taken_back_is_deleted_on_phones_and_may_come_again,
);
