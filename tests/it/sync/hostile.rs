//! Rows that cannot be taken hold up no other, and requests that cannot be are refused with what to do.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{Phones, incident, month, month_of};
use crate::support::TestDatabase;
use crate::web::office::refused;

async fn a_row_that_cannot_be_taken_is_kept_and_told_and_the_others_go_through(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let mut rows = Vec::new();
    let mut add = |document: Value| rows.push(json!({"newDocumentState": document}));
    add(month("good", &json!({"TC": 1})));
    add(month_of("03847001", "2026-02", "unknown", &json!({"XX": 1})));
    add(month_of("03847001", "2026-02", "absurd", &json!({"TC": 99_999_999_999_i64})));
    add(month_of("03847001", "2027-03", "clock", &json!({"TC": 1})));
    add(month_of("03847001", "2020-03", "old", &json!({"TC": 1})));
    add(incident("tomorrow", "tomorrow", "2027-03-12", &json!({"TC": 1})));
    add(month_of("03847001", "2026-02", "empty", &json!({})));
    add(month_of("03847002", "2026-03", "foreign", &json!({"TC": 1})));
    add(month_of("99999999", "2026-03", "nowhere", &json!({"TC": 1})));
    let mut other_id = month_of("03847001", "2026-02", "other-id", &json!({"TC": 1}));
    other_id["id"] = json!("03847001:2026-01");
    add(other_id);
    let mut nul = month_of("03847001", "2026-02", "nul", &json!({"TC": 1}));
    nul["note"] = json!("a\0b");
    add(nul);
    let mut long = month_of("03847001", "2026-02", "long", &json!({"TC": 1}));
    long["note"] = json!("ô".repeat(9_000));
    add(long);
    let mut deep: Value = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let mut strange = month_of("03847001", "2026-02", "strange", &json!({"TC": 1}));
    strange["values"] = deep;
    add(strange);
    rows.extend([json!(7), json!({}), json!({"newDocumentState": {"id": 7}}), json!(null)]);
    add_last(&mut rows);
    let count = rows.len();
    let (status, masters) = phones.head.post(office, &json!(rows)).await;
    assert_eq!((status.as_u16(), &masters), (200, &json!([])));
    let statuses = phones.head.statuses(office).await;
    assert_eq!(statuses.len(), count, "{statuses:#?}");
    let code = |rev: &str| statuses[rev]["code"].as_str().unwrap_or(statuses[rev]["state"].as_str().unwrap());
    for (rev, expected) in [
        ("good", "taken"),
        ("last", "taken"),
        ("unknown", "unknown_indicator"),
        ("absurd", "absurd"),
        ("clock", "too_far_ahead"),
        ("old", "too_far_back"),
        ("tomorrow", "future_day"),
        ("empty", "empty"),
        ("foreign", "not_your_unit"),
        ("nowhere", "not_your_unit"),
        ("other-id", "bad_id"),
        ("nul", "null_character"),
        ("long", "too_large"),
        ("strange", "wrong_type"),
    ] {
        assert_eq!(code(rev), expected, "{rev}");
    }
    assert_eq!(statuses["unknown"]["about"]["errors"][0]["pointer"], "/values/XX");
    assert!(statuses["unknown"]["detail"].as_str().unwrap().contains("mend"));
    let world = &office.world;
    assert_eq!(world.number("SELECT count(*) FROM sync_quarantine").await, i64::try_from(count).unwrap() - 2);
    assert_eq!(world.number("SELECT count(*) FROM report").await, 2);
    // The same push again: nothing is kept or told twice.
    phones.head.post(office, &json!(rows)).await;
    assert_eq!(world.number("SELECT count(*) FROM sync_quarantine").await, i64::try_from(count).unwrap() - 2);
    assert_eq!(phones.head.statuses(office).await, statuses);
    // Nobody else is told.
    assert_eq!(phones.second.statuses(office).await.len(), 0);
    assert_eq!(phones.officer.statuses(office).await.len(), 0);
    world.assert_consistent().await;
}

fn add_last(rows: &mut Vec<Value>) {
    rows.push(json!({"newDocumentState": month_of("03847001", "2026-01", "last", &json!({"TC": 1}))}));
}

async fn a_push_that_is_too_large_says_how_it_can_be_sent(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let row = |n: usize| json!({"newDocumentState": month(&format!("r{n}"), &json!({"TC": 1}))});
    let rows: Vec<Value> = (0..201).map(row).collect();
    let answer = phones.head.post(office, &json!(rows)).await;
    refused(&answer, 413, "too_many_rows");
    assert!(answer.1["detail"].as_str().unwrap().contains("200"), "{}", answer.1);
    let rows: Vec<Value> = (0..10_000).map(row).collect();
    let answer = phones.head.post(office, &json!(rows)).await;
    refused(&answer, 413, "body_too_large");
    assert!(answer.1["detail"].as_str().unwrap().contains("200 rows"), "{}", answer.1);
    assert_eq!(office.world.number("SELECT count(*) FROM report").await, 0);
}

async fn requests_that_cannot_be_are_refused(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    refused(&phones.head.post(office, &json!({"newDocumentState": {}})).await, 422, "validation_failed");
    refused(&phones.head.get(office, "photos").await, 404, "not_found");
    refused(&office.post("/api/v1/sync/photos", &phones.head.token, &json!([])).await, 404, "not_found");
    refused(
        &office.post("/api/v1/sync/report_status", &phones.head.token, &json!([])).await,
        403,
        "forbidden",
    );
    for query in ["reports?limit=0", "reports?limit=1001", "reports?limit=x", "reports?since=7"] {
        refused(&phones.head.get(office, query).await, 400, "invalid_parameter");
    }
    let raw = |body: &'static str, kind: &'static str| {
        let request =
            office.client.post(office.server.url("/api/v1/sync/reports")).bearer_auth(&phones.head.token);
        office.ask(request.header("content-type", kind).body(body))
    };
    refused(&raw("[", "application/json").await, 400, "invalid_json");
    refused(&raw("[]", "text/plain").await, 415, "unsupported_media_type");
    assert_eq!(raw("[]", "application/json").await.1, json!([]));
}

async fn a_client_that_goes_wrong_is_told_to_wait(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let rows: Vec<Value> = (0..200).map(|n| json!(n)).collect();
    for _ in 0..10 {
        assert_eq!(phones.head.post(office, &json!(rows)).await.0.as_u16(), 200);
    }
    let request =
        office.client.post(office.server.url("/api/v1/sync/reports")).bearer_auth(&phones.head.token);
    let answer = request.json(&json!([])).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 429);
    assert!(answer.headers()["retry-after"].to_str().unwrap().parse::<u32>().unwrap() <= 60);
    assert_eq!(phones.second.post(office, &json!([])).await.0.as_u16(), 200);
    // The same rubbish ten times is kept once.
    assert_eq!(office.world.number("SELECT count(*) FROM sync_quarantine").await, 200);
}

async fn a_push_that_swells_is_refused_before_it_does(test: TestDatabase) {
    // Made before anything is connected: on a busy machine that takes longer than connections are kept.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 50_000_000]).unwrap();
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let request =
        office.client.post(office.server.url("/api/v1/sync/reports")).bearer_auth(&phones.head.token);
    let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
    refused(&office.ask(request.body(bomb.finish().unwrap())).await, 415, "unsupported_media_type");
    assert_eq!(office.world.number("SELECT count(*) FROM sync_quarantine").await, 0);
}

on_both!(
    a_push_that_swells_is_refused_before_it_does,
    a_row_that_cannot_be_taken_is_kept_and_told_and_the_others_go_through,
    a_push_that_is_too_large_says_how_it_can_be_sent,
    requests_that_cannot_be_are_refused,
    a_client_that_goes_wrong_is_told_to_wait,
);
