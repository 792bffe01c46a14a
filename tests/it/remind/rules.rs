//! Rules and reminders over the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::web::office::{Answer, Office, refused};

async fn put(office: &Office, token: &str, body: &Value) -> Answer {
    let request = office.client.request(Method::PUT, office.server.url("/api/v1/reminders/rules"));
    office.ask(request.bearer_auth(token).json(body)).await
}

async fn rules_are_read_tried_and_changed_by_who_manages_the_country(test: TestDatabase) {
    let office = Office::open(test).await;
    let (admin, officer) = (office.token("admin", None).await, office.token("commune", Some("03847")).await);
    let (status, shipped) = office.get("/api/v1/reminders/rules", &admin).await;
    assert_eq!((status.as_u16(), shipped["version"].as_i64()), (200, Some(0)), "{shipped}");
    let mut rules = shipped["rules"].clone();
    assert_eq!(rules.as_array().unwrap().len(), 7);

    let preview = json!({"day": "2026-05-12"});
    let (status, before) = office.post("/api/v1/reminders/preview", &officer, &preview).await;
    assert_eq!(status.as_u16(), 200, "{before}");
    let run = &before["runs"][0];
    assert_eq!((run["texts"].as_i64(), run["people"].as_i64()), (Some(3), Some(3)), "{before}");
    assert!(
        run["summary"].as_str().unwrap().starts_with("2026-05-12 08:00: 3 people, 4 reminders, 3 texts"),
        "{before}"
    );

    rules[0]["days"] = json!([-1]);
    let tried = json!({"day": "2026-05-12", "rules": rules});
    let (_, after) = office.post("/api/v1/reminders/preview", &officer, &tried).await;
    assert_eq!(after["runs"], json!([]), "{after}");

    let body = json!({"version": 0, "rules": rules});
    refused(&put(&office, &officer, &body).await, 403, "forbidden");
    let (status, changed) = put(&office, &admin, &body).await;
    assert_eq!((status.as_u16(), changed["version"].as_i64()), (200, Some(1)), "{changed}");
    assert_eq!(changed["rules"], rules);
    refused(&put(&office, &admin, &body).await, 409, "version_conflict");
    assert!(office.world.verify().await.findings.is_empty());
}

async fn rules_that_would_text_everyone_every_minute_are_refused_with_the_count(test: TestDatabase) {
    let office = Office::open(test).await;
    let admin = office.token("admin", None).await;
    let (_, shipped) = office.get("/api/v1/reminders/rules", &admin).await;
    let mut rules = shipped["rules"].clone();
    rules[0]["days"] = json!([]);
    rules[0]["cron"] = json!("* * * * *");
    let answer = put(&office, &admin, &json!({"version": 0, "rules": rules})).await;
    refused(&answer, 422, "validation_failed");
    let detail = answer.1["detail"].as_str().unwrap();
    assert!(detail.contains("528480 times a year") && detail.contains("4 people"), "{detail}");
    rules[0]["cron"] = json!("at eight");
    refused(&put(&office, &admin, &json!({"version": 0, "rules": rules})).await, 422, "validation_failed");
    rules[0]["colour"] = json!("red");
    refused(&put(&office, &admin, &json!({"version": 0, "rules": rules})).await, 422, "validation_failed");
}

async fn a_day_shows_what_was_sent_what_was_not_and_why(test: TestDatabase) {
    // The server's first look is at eight o'clock on the 16th, the day after the last day.
    let office = Office::open_with(test, |command| {
        command.env("BINHYEN__OUTBOUND__REMINDERS", "true");
        command.env("BINHYEN__GATEWAYS__TEST__SEND_URL", "http://127.0.0.1:9/");
    })
    .await;
    let officer = office.token("commune", Some("03847")).await;
    // The office was imported before the server started, so its first round is planned by now or soon.
    let shown = loop {
        let (status, shown) = office.get("/api/v1/reminders?due=2026-03-16", &officer).await;
        assert_eq!(status.as_u16(), 200, "{shown}");
        if !shown["items"].as_array().unwrap().is_empty() && shown["expected"] == json!([]) {
            break shown;
        }
    };
    let items = shown["items"].as_array().unwrap();
    let of = |rule: &str| items.iter().filter(|item| item["rule"] == rule).count();
    assert_eq!((of("return"), of("return_list")), (5, 3), "{shown}");
    let nobody = items.iter().find(|item| item["reason"] == "nobody").unwrap();
    assert_eq!((&nobody["unit"], &nobody["state"]), (&json!("03847003"), &json!("skipped")));
    assert!(items.iter().any(|item| item["name"] == "Lò Văn Ún" && item["period"] == "2026-03"), "{shown}");

    let (_, page) = office.get("/api/v1/reminders?due=2026-03-16&limit=3", &officer).await;
    let next = page["next"].as_str().unwrap();
    let (_, second) =
        office.get(&format!("/api/v1/reminders?due=2026-03-16&limit=100&after={next}"), &officer).await;
    assert_eq!(second["items"].as_array().unwrap().len(), items.len() - 3, "{second}");

    let (_, ahead) = office.get("/api/v1/reminders?due=2026-04-12", &officer).await;
    assert_eq!(ahead["expected"][0]["texts"], 3, "{ahead}");
    let auditor = office.token("auditor", None).await;
    refused(&office.get("/api/v1/reminders?due=2026-03-16", &auditor).await, 403, "forbidden");
    refused(&office.get("/api/v1/reminders?due=16.3.2026", &officer).await, 400, "invalid_parameter");
}

on_both!(
    rules_are_read_tried_and_changed_by_who_manages_the_country,
    rules_that_would_text_everyone_every_minute_are_refused_with_the_count,
    a_day_shows_what_was_sent_what_was_not_and_why,
);
