//! A reply at a short code names the text that it answers, as the provider wants it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use binhyen::crypto::SignatureMethod;
use serde_json::json;

use crate::support::TestDatabase;
use crate::support::provider::Provider;
use crate::web::office::Office;

async fn a_reply_carries_the_request_id_of_its_text_and_a_checksum(test: TestDatabase) {
    let provider = Provider::start();
    provider.will_say(json!({"data": {"code": 200, "status": "success", "message": ""}}));
    let office = Office::open_with(test, |command| {
        for (key, value) in [
            ("KIND", "generic"),
            ("PRESET", "vcom"),
            ("USERNAME", "client7"),
            ("SECRET", "secure-key"),
            ("FROM", "7068"),
            ("KEYWORD", "ANTT"),
            ("SEND_URL", provider.url()),
        ] {
            command.env(format!("BINHYEN__GATEWAYS__V__{key}"), value);
        }
    })
    .await;
    let base64 = |words: &str| BASE64.encode(SignatureMethod::Sha256.sign(b"", words.as_bytes()));
    let body = json!({
        "type": "new", "client_id": "client7", "request_id": "9001", "service_id": "7068", "command_code": "ANTT",
        "message": "ANTT 3 TC2", "telco": "VT", "phone": "84900000001", "time": "20260316080000",
        "checksum": base64("client7900184900000001secure-key20260316080000"),
    });
    let answer = office.ask(office.client.post(office.server.url("/gateways/v/inbound")).json(&body)).await;
    assert_eq!((answer.0.as_u16(), &answer.1["data"]["status"]), (200, &json!("success")));

    let reply = provider.hear(1).await.remove(0);
    let id = office.world.number("SELECT id FROM outbox").await;
    assert_eq!((&reply["request_id"], &reply["mt_code"]), (&json!("9001"), &json!(id.to_string())));
    assert_eq!((&reply["command_code"], &reply["is_charged"]), (&json!("ANTT"), &json!(0)));
    let time = reply["time"].as_str().unwrap();
    assert_eq!(reply["checksum"], base64(&format!("client79001{id}secure-key{time}")));

    let forged = json!({"type": "new", "request_id": "9002", "phone": "84900000001", "message": "TC9", "checksum": "x"});
    let answer = office.ask(office.client.post(office.server.url("/gateways/v/inbound")).json(&forged)).await;
    assert_eq!(answer.0, 403);
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 1);
    assert_eq!(office.server.terminate(), Some(0));
}

on_both!(a_reply_carries_the_request_id_of_its_text_and_a_checksum);
