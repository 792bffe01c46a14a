//! What officers do about months, proposals, unknown numbers and words.

use serde_json::{Value, json};

use super::office::{Office, refused};
use crate::support::TestDatabase;
use crate::support::world::{HEAD, HEAD_OF_TWO, OTHER_HEAD};

async fn a_closed_month_takes_reports_as_proposals_until_an_officer_decides(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    let province = office.token("province", Some("14")).await;
    office.world.text(HEAD, "T3 TC2").await;

    let close = "/api/v1/periods/03847/2026-03/close";
    refused(&office.post(close, &province, &json!({})).await, 403, "forbidden");
    let running = office.post("/api/v1/periods/03847/2026-04/close", &officer, &json!({})).await;
    refused(&running, 422, "validation_failed");
    let foreign = office.post("/api/v1/periods/04792/2026-03/close", &officer, &json!({})).await;
    refused(&foreign, 403, "forbidden");
    refused(
        &office.post("/api/v1/periods/03847/2026-3/close", &officer, &json!({})).await,
        400,
        "invalid_parameter",
    );
    refused(
        &office.post("/api/v1/periods/03847001/2026-03/close", &officer, &json!({})).await,
        403,
        "forbidden",
    );
    for _ in 0..2 {
        let (status, closed) = office.post(close, &officer, &json!({"reason": "đủ các bản"})).await;
        assert_eq!(
            (status.as_u16(), &closed["state"], &closed["version"]),
            (200, &json!("closed"), &json!(1))
        );
    }

    office.world.text(HEAD, "SUA T3 TC3").await;
    office.world.text(HEAD, "SUA T3 TC4").await;
    let (_, reports) = office.get("/api/v1/reports?unit=03847001&period=2026-03", &officer).await;
    let proposals: Vec<&Value> =
        reports["items"].as_array().unwrap().iter().filter(|report| report["proposal"] == true).collect();
    assert_eq!(proposals.len(), 2, "{reports}");
    assert_eq!(proposals[0]["decided"], Value::Null);
    let address =
        |at: usize, what: &str| format!("/api/v1/reports/{}/{what}", proposals[at]["id"].as_str().unwrap());

    refused(&office.post(&address(0, "accept"), &province, &json!({})).await, 403, "forbidden");
    let (status, accepted) = office.post(&address(0, "accept"), &officer, &json!({})).await;
    assert_eq!(
        (status.as_u16(), &accepted["outcome"], &accepted["version"]),
        (200, &json!("accepted"), &json!(2))
    );
    refused(&office.post(&address(0, "refuse"), &officer, &json!({})).await, 409, "already_decided");
    let stale = office.post(&address(1, "accept"), &officer, &json!({})).await;
    refused(&stale, 409, "version_conflict");
    assert_eq!(stale.1["errors"][0]["pointer"], "/values/TC");
    let (status, _) = office.post(&address(1, "accept"), &officer, &json!({"insist": true})).await;
    assert_eq!(status.as_u16(), 200);
    refused(&office.post("/api/v1/reports/1/accept", &officer, &json!({})).await, 404, "not_found");

    let month = "/api/v1/communes/03847/indicators?period=2026-03";
    let (_, shown) = office.get(month, &officer).await;
    assert_eq!((&shown["state"], &shown["version"]), (&json!("revised"), &json!(3)));
    let theft = shown["indicators"].as_array().unwrap().iter().find(|i| i["code"] == "TC").unwrap();
    assert_eq!(theft["value"], 4);
    let (_, report) =
        office.get(&format!("/api/v1/reports/{}", accepted["report"].as_str().unwrap()), &officer).await;
    let sources: Vec<&str> = report["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["source"].as_str().unwrap())
        .collect();
    assert_eq!(sources, ["sms", "officer", "officer"]);

    let reopen = "/api/v1/periods/03847/2026-03/reopen";
    refused(&office.post(reopen, &officer, &json!({"reason": "nhầm"})).await, 403, "forbidden");
    refused(&office.post(reopen, &province, &json!({"reason": " "})).await, 422, "validation_failed");
    let (status, opened) = office.post(reopen, &province, &json!({"reason": "thiếu một bản"})).await;
    assert_eq!((status.as_u16(), &opened["state"], &opened["version"]), (200, &json!("open"), &json!(3)));
    office.world.text(OTHER_HEAD, "T3 CB1").await;
    let (_, again) = office.post(close, &officer, &json!({})).await;
    assert_eq!((&again["state"], &again["version"]), (&json!("revised"), &json!(4)));
    assert_eq!(office.world.verify().await.findings, []);
}

async fn an_unknown_number_is_attached_and_its_texts_are_read_again(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    let admin = office.token("admin", None).await;
    office.world.text("0911111111", "T3 TC2").await;
    office.world.text("0911111111", "THEM T3 CB1").await;
    let (_, texts) = office.get("/api/v1/messages?direction=in&state=refused", &admin).await;
    let id = texts["items"][0]["id"].as_str().unwrap().to_owned();
    let address = format!("/api/v1/messages/{id}/attach");
    refused(&office.post(&address, &officer, &json!({})).await, 422, "validation_failed");
    refused(
        &office.post(&address, &officer, &json!({"phone": "0922222222"})).await,
        422,
        "validation_failed",
    );
    refused(&office.post(&address, &officer, &json!({"person": "17"})).await, 422, "validation_failed");
    let (status, attached) = office.post(&address, &officer, &json!({"phone": HEAD})).await;
    assert_eq!((status.as_u16(), &attached["read_again"]), (200, &json!(2)), "{attached}");
    assert_eq!(office.world.totals(202603).await, [(1, 2, 1), (9, 1, 1)]);
    refused(&office.post(&address, &officer, &json!({"phone": HEAD})).await, 404, "not_found");
    assert_eq!(office.world.number("SELECT count(*) FROM outbox WHERE kind = 'later_reply'").await, 2);
    assert_eq!(office.world.verify().await.findings, []);
}

async fn different_figures_of_different_people_are_flagged_for_the_officer(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    office.world.text(HEAD, "T3 TC2").await;
    office.world.text(HEAD_OF_TWO, "thon Na Mo T3 TC4").await;
    office.world.text(HEAD_OF_TWO, "1").await;
    let (_, texts) = office.get("/api/v1/messages?direction=in", &officer).await;
    let flags: Vec<&Value> = texts["items"].as_array().unwrap().iter().map(|text| &text["flags"]).collect();
    assert_eq!(flags, [&json!(["two_people"]), &json!(["two_people"]), &json!([])]);
    let (_, reports) = office.get("/api/v1/reports?unit=03847001&period=2026-03", &officer).await;
    assert_eq!(reports["items"][0]["flagged"], true, "{reports}");
}

async fn words_of_the_installation_are_read_at_once_and_ambiguous_ones_are_refused(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    let admin = office.token("admin", None).await;
    let read = json!({"text": "T3: 2 vu phăng tặc", "received": "2026-03-16"});
    let (_, before) = office.post("/api/v1/readings", &officer, &read).await;
    assert_eq!(before["values"], json!({}));
    let words = |phrase: &str| json!({"items": [{"indicator": "TC", "phrase": phrase}]});
    refused(&put(&office, &officer, &words("phăng tặc")).await, 403, "forbidden");
    for taken in ["đánh bạc", "vụ", "tn", "hai", "CB", "...", "danh bac"] {
        let refusal = put(&office, &admin, &words(taken)).await;
        refused(&refusal, 422, "validation_failed");
        assert!(refusal.1["detail"].as_str().unwrap().contains(taken), "{taken}: {}", refusal.1);
    }
    let (status, kept) = put(&office, &admin, &words("phăng tặc")).await;
    assert_eq!((status.as_u16(), &kept), (200, &words("phăng tặc")));
    let (_, after) = office.post("/api/v1/readings", &officer, &read).await;
    assert_eq!(after["values"], json!({"TC": 2}), "{after}");
    let (_, listed) = office.get("/api/v1/synonyms", &officer).await;
    assert_eq!(listed, kept);
}

async fn put(office: &Office, token: &str, body: &Value) -> super::office::Answer {
    let address = office.server.url("/api/v1/synonyms");
    office.ask(office.client.put(address).bearer_auth(token).json(body)).await
}

on_both!(
    a_closed_month_takes_reports_as_proposals_until_an_officer_decides,
    an_unknown_number_is_attached_and_its_texts_are_read_again,
    different_figures_of_different_people_are_flagged_for_the_officer,
    words_of_the_installation_are_read_at_once_and_ambiguous_ones_are_refused,
);
