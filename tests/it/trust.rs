//! How far the number of a sender is believed: by how the gateway proves itself, or as its settings say.

use serde_json::json;

use crate::support::TestDatabase;
use crate::support::process::TOKEN;
use crate::support::world::HEAD;
use crate::web::office::Office;

/// An office with a gateway `low` whose senders could be forged, beside the one that is its own.
async fn open(test: TestDatabase) -> Office {
    Office::open_with(test, |command| {
        for (key, value) in [("KIND", "generic"), ("INBOUND_TOKEN", TOKEN), ("TRUST", "low")] {
            command.env(format!("BINHYEN__GATEWAYS__LOW__{key}"), value);
        }
    })
    .await
}

async fn text(office: &Office, gateway: &str, id: &str, words: &str) {
    let url = office.server.url(&format!("/gateways/{gateway}/t/{TOKEN}/inbound"));
    let body = json!({"id": id, "from": HEAD, "text": words});
    let answer = office.ask(office.client.post(url).json(&body)).await;
    assert_eq!(answer.0, 202, "{}", answer.1);
}

async fn figure(office: &Office) -> i64 {
    office.world.number("SELECT figure FROM total WHERE indicator_id <> 0").await
}

async fn a_number_that_could_be_forged_lowers_no_figure(test: TestDatabase) {
    let office = open(test).await;
    text(&office, "low", "1", "ANTT T3 TC3").await;
    assert_eq!(figure(&office).await, 3, "what is new counts");
    text(&office, "low", "2", "SUA T3 TC1").await;
    assert_eq!(figure(&office).await, 3, "the officer decides");
    assert_eq!(office.world.number("SELECT count(*) FROM message WHERE trusted").await, 0);
    text(&office, "test", "3", "SUA T3 TC1").await;
    assert_eq!(figure(&office).await, 1, "from one's own gateway it is believed");
    office.world.assert_consistent().await;
    assert_eq!(office.server.terminate(), Some(0));
}

async fn the_trust_is_shown_beside_the_text(test: TestDatabase) {
    let office = open(test).await;
    text(&office, "low", "1", "ANTT T3 TC3").await;
    text(&office, "test", "1", "ANTT T3 TC3").await;
    let officer = office.token("commune", Some("03847")).await;
    let (status, list) = office.get("/api/v1/messages?direction=in", &officer).await;
    assert_eq!(status, 200, "{list}");
    let shown: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|m| (&m["gateway"], &m["trusted"])).collect();
    assert_eq!(shown, [(&json!("test"), &json!(true)), (&json!("low"), &json!(false))]);
    assert_eq!(office.server.terminate(), Some(0));
}

on_both!(a_number_that_could_be_forged_lowers_no_figure, the_trust_is_shown_beside_the_text);
