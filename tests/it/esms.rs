//! eSMS brings texts to a short code and takes the reply out of the answer; what no answer took goes the ordinary way.

use binhyen::crypto::{SignatureMethod, hex};
use binhyen::db::sql::Sql;
use diesel::RunQueryDsl;
use diesel::sql_types::{Integer, Nullable, Text};
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::provider::Provider;
use crate::support::world::HEAD;
use crate::web::office::Office;

/// An office with a gateway `e` at eSMS, which is played by `provider`.
async fn open(test: TestDatabase, provider: &Provider) -> Office {
    provider.will_say(json!({"CodeResult": "100", "CountRegenerate": 0, "SMSID": "theirs-1"}));
    Office::open_with(test, |command| {
        for (key, value) in [
            ("KIND", "esms"),
            ("API_KEY", "api"),
            ("SECRET_KEY", "secret"),
            ("PRIVATE_KEY", "private"),
            ("PUBLIC_URL", "https://antt.example"),
            ("INBOUND_TOKEN", "un-guessable"),
            ("SEND_URL", provider.url()),
        ] {
            command.env(format!("BINHYEN__GATEWAYS__E__{key}"), value);
        }
    })
    .await
}

/// What eSMS calls when somebody texts to the short code.
fn call(sender: &str, smsid: &str, content: &str) -> String {
    let time = "20260316080000";
    let sign = hex(&SignatureMethod::Md5.sign(b"", format!("cp7{smsid}{content}{time}private").as_bytes()));
    let fields = [
        ("sender", sender),
        ("content", content),
        ("serviceNumber", "8079"),
        ("keyword", "ANTT"),
        ("sign", &sign),
        ("cpid", "cp7"),
        ("smsid", smsid),
        ("receiverTime", time),
    ];
    format!("/gateways/e/inbound?{}", serde_urlencoded::to_string(fields).unwrap())
}

async fn get(office: &Office, path: &str) -> (u16, String) {
    let answer = office.client.get(office.server.url(path)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// State, tries and provider's id of every outgoing text, oldest first.
async fn outbox(office: &Office) -> Vec<(String, i32, Option<String>)> {
    let query = |conn: &mut binhyen::db::Conn| {
        let query = Sql::<(Text, Integer, Nullable<Text>)>::new(
            "SELECT state, attempts, provider_id FROM outbox ORDER BY id",
        );
        Ok(query.load::<(String, i32, Option<String>)>(conn)?)
    };
    office.world.db.read(query).await.unwrap()
}

async fn the_reply_goes_in_the_answer_once_and_again_for_a_second_try(test: TestDatabase) {
    let provider = Provider::start();
    let office = open(test, &provider).await;
    let call = call("84900000001", "5511", "ANTT 3 TC2");
    let (status, answer) = get(&office, &call).await;
    assert_eq!(status, 200);
    let message = office.world.number("SELECT id FROM message").await;
    let words = office.world.reply(message).await;
    let escaped =
        words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let expected = format!(
        "<ClientResponse><Message>{escaped}</Message><Smsid>5511</Smsid><Receiver>84900000001</Receiver></ClientResponse>"
    );
    assert!(!words.is_empty());
    assert_eq!(answer, expected);
    let accepted = [("accepted".to_owned(), 1, Some("in the answer".to_owned()))];
    assert_eq!(outbox(&office).await, accepted);

    assert_eq!(get(&office, &call).await, (200, expected), "the same text again gets the same reply");
    assert_eq!(outbox(&office).await, accepted);
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 1);
    assert_eq!(office.world.number("SELECT figure FROM total").await, 2);
    assert_eq!(office.server.terminate(), Some(0));
    assert_eq!(provider.heard(), Vec::<Value>::new(), "nothing went the ordinary way");
}

async fn a_reply_that_no_answer_took_goes_the_ordinary_way_with_its_id(test: TestDatabase) {
    let provider = Provider::start();
    let office = open(test, &provider).await;
    // As if eSMS had hung up before the answer: the text is stored and its reply waits.
    let world = &office.world;
    let raw = binhyen::flows::intake::RawMessage {
        gateway: "e".to_owned(),
        ..world.raw("id 1", HEAD, "ANTT 3 TC2")
    };
    world.intake.receive(raw).await.unwrap();
    let sent = provider.hear(1).await;
    let id = world.number("SELECT id FROM outbox").await;
    assert_eq!(sent[0]["RequestId"], id.to_string());
    assert_eq!((&sent[0]["Phone"], &sent[0]["SmsType"]), (&json!("0900000001"), &json!("8")));
    let callback =
        sent[0]["CallbackUrl"].as_str().unwrap().strip_prefix("https://antt.example").unwrap().to_owned();
    while outbox(&office).await[0].0 == "queued" {
        tokio::task::yield_now().await;
    }

    let report = format!(
        "{callback}?SMSID=theirs-1&SendStatus=5&SendSuccess=1&SendFailed=0&RequestId={id}&TotalPrice=350"
    );
    assert_eq!(get(&office, &report).await, (200, String::new()));
    assert_eq!(outbox(&office).await, [("delivered".to_owned(), 1, Some("theirs-1".to_owned()))]);
    let stranger = report.replace("un-guessable", "guessed");
    assert_eq!(get(&office, &stranger).await.0, 403);
    // The text comes again: its reply has gone, and goes in no answer.
    assert_eq!(office.server.terminate(), Some(0));
}

async fn a_text_that_is_not_signed_is_not_taken(test: TestDatabase) {
    let provider = Provider::start();
    let office = open(test, &provider).await;
    let good = call("84900000001", "5511", "ANTT 3 TC2");
    for bad in
        [good.replace("TC2", "TC9"), good.replace("sign=", "sgn="), good.replace("smsid=5511", "smsid=5512")]
    {
        assert_eq!(get(&office, &bad).await.0, 403, "{bad}");
    }
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 0);
    assert_eq!(get(&office, &good).await.0, 200);
    assert_eq!(
        get(&office, &good.replace("84900000001", "84900000002")).await.0,
        403,
        "another sender, same signature"
    );
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 1);
    assert_eq!(office.server.terminate(), Some(0));
}

on_both!(
    the_reply_goes_in_the_answer_once_and_again_for_a_second_try,
    a_reply_that_no_answer_took_goes_the_ordinary_way_with_its_id,
    a_text_that_is_not_signed_is_not_taken,
);
