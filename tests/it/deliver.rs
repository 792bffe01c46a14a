//! What is in the outbox reaches its provider once, however often it must be tried; what becomes of it is told back.

use std::collections::BTreeSet;
use std::time::Duration;

use binhyen::db::outbox;
use binhyen::db::outbox::fate::{self, Sent};
use binhyen::db::sql::Sql;
use binhyen::flows::deliver::{Round, Sender};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::ports::free_port;
use crate::support::process::TOKEN;
use crate::support::provider::{HELD, Provider};
use crate::support::sending::{SECOND, gateways, generic, sender_of};
use crate::support::world::{HEAD, OTHER_HEAD, World};
use crate::web::office::{Office, refused};

const NOW: &str = "2026-03-16T08:00:00+07:00";

/// A sender of `world` that posts to `url`, with a number of its own.
fn sender(world: &World, url: &str, holder: i64) -> Sender {
    sender_of(world, &gateways(&generic("test", url, "parts_per_second = 10000")), "test", holder)
}

/// State, tries and failure of every outgoing text, oldest first.
async fn outbox(world: &World) -> Vec<(String, i32, String)> {
    let query = |conn: &mut binhyen::db::Conn| {
        let query = Sql::<(Text, Integer, Nullable<Text>)>::new(
            "SELECT state, attempts, failure FROM outbox ORDER BY id",
        );
        Ok(query.load::<(String, i32, Option<String>)>(conn)?)
    };
    let rows = world.db.read(query).await.unwrap();
    rows.into_iter().map(|(state, tries, failure)| (state, tries, failure.unwrap_or_default())).collect()
}

async fn run(world: &World, statement: &'static str) {
    world.db.write(move |conn| Ok(Sql::new(statement).run(conn)?)).await.unwrap();
}

/// Lets the pauses pass.
async fn later(world: &World) {
    run(world, "UPDATE outbox SET next_at = 0").await;
    run(world, "UPDATE route SET probe_at = 0").await;
}

fn row(state: &str, tries: i32, failure: &str) -> (String, i32, String) {
    (state.to_owned(), tries, failure.to_owned())
}

async fn a_reply_is_posted_once_with_its_id_number_words_and_gateway(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let sender = sender(&world, provider.url(), 1);
    let words = world.text(HEAD, "ANTT 3 TC2").await;
    let id = world.number("SELECT id FROM outbox").await;

    assert_eq!(sender.send_due().await.unwrap().texts, 1);
    let text = json!({"id": id.to_string(), "to": "+84900000001", "text": words, "gateway": "test"});
    assert_eq!(provider.heard(), [text]);
    assert_eq!(outbox(&world).await, [row("accepted", 1, "")]);
    let known = world.number("SELECT count(*) FROM outbox WHERE provider_id = 'theirs-1' AND sent_at > 0");
    assert_eq!(known.await, 1);

    later(&world).await;
    assert_eq!(sender.send_due().await.unwrap(), Round::default());
    assert_eq!(provider.heard().len(), 1);
}

async fn a_busy_provider_is_tried_again_after_growing_pauses_and_not_for_ever(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let sender = sender(&world, provider.url(), 1);
    world.text(HEAD, "ANTT 3 TC2").await;
    provider.will_answer([503, 500, 429, 408, 502]);
    for (tries, pause, failure) in
        [(1, 5, "HTTP 503"), (2, 10, "HTTP 500"), (3, 15, "HTTP 429"), (4, 15, "HTTP 408")]
    {
        let before = world.clock.real_micros();
        assert_eq!(sender.send_due().await.unwrap(), Round { texts: 1, parts: 0, settled: 0 });
        let paused = world.number("SELECT next_at FROM outbox").await;
        let within = before + pause * SECOND..=world.clock.real_micros() + pause * SECOND;
        assert!(within.contains(&paused), "try {tries}");
        assert_eq!(outbox(&world).await, [row("queued", tries, &format!("not now: {failure}"))]);
        assert_eq!(sender.send_due().await.unwrap(), Round::default(), "nothing is due within the pause");
        later(&world).await;
    }
    sender.send_due().await.unwrap();
    assert_eq!(outbox(&world).await, [row("failed", 5, "not now: HTTP 502")]);
    later(&world).await;
    assert_eq!(sender.send_due().await.unwrap(), Round::default());
    let ids: BTreeSet<String> = provider.heard().iter().map(|text| text["id"].to_string()).collect();
    assert_eq!((provider.heard().len(), ids.len()), (5, 1), "one id for all tries");
}

async fn a_provider_that_is_down_gets_the_text_when_it_is_back(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let closed = free_port();
    world.text(HEAD, "ANTT 3 TC2").await;
    sender(&world, &format!("http://127.0.0.1:{closed}/send"), 1).send_due().await.unwrap();
    assert_eq!(outbox(&world).await, [row("queued", 1, "not now: no connection")]);

    let provider = Provider::start();
    later(&world).await;
    sender(&world, provider.url(), 1).send_due().await.unwrap();
    assert_eq!(outbox(&world).await, [row("accepted", 2, "")]);
    assert_eq!(provider.heard().len(), 1);
}

async fn what_a_provider_refuses_is_not_tried_again(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let sender = sender(&world, provider.url(), 1);
    world.text(HEAD, "ANTT 3 TC2").await;
    provider.will_answer([400]);
    sender.send_due().await.unwrap();
    assert_eq!(outbox(&world).await, [row("failed", 1, "rejected: HTTP 400")]);
    later(&world).await;
    assert_eq!(sender.send_due().await.unwrap(), Round::default());
    assert_eq!(provider.heard().len(), 1);
}

async fn a_gateway_with_wrong_credentials_says_so_and_sends_when_they_are_right(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let sender = sender(&world, provider.url(), 1);
    world.text(HEAD, "ANTT 3 TC2").await;
    provider.will_answer([401, 403, 302, 200]);
    for status in [401, 403, 302] {
        sender.send_due().await.unwrap();
        // The text is not to blame: no try is counted against it.
        let failure = format!("the gateway is not set up: HTTP {status}");
        assert_eq!(outbox(&world).await, [row("queued", 0, &failure)]);
        assert_eq!(sender.send_due().await.unwrap(), Round::default(), "the route is paused");
        later(&world).await;
    }
    sender.send_due().await.unwrap();
    assert_eq!(outbox(&world).await, [row("accepted", 1, "")]);
}

async fn a_text_whose_sender_died_goes_again_under_the_same_id_when_the_lease_is_over(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    world.text(HEAD, "ANTT 3 TC2").await;
    let now = world.clock.real_micros();
    let lease = move |conn: &mut binhyen::db::Conn| outbox::lease(conn, "test", 7, now, now + SECOND * 60, 4);
    let leased = world.db.write(lease).await.unwrap();
    assert_eq!((leased.len(), leased[0].interrupted), (1, false));

    let other = sender(&world, provider.url(), 8);
    assert_eq!(other.send_due().await.unwrap(), Round::default(), "the lease holds");
    run(&world, "UPDATE outbox SET lease_until = 1").await;
    assert_eq!(other.send_due().await.unwrap().texts, 1);
    assert_eq!(provider.heard()[0]["id"], leased[0].id.to_string());

    // The first was only slow: what it has to say comes too late.
    let id = leased[0].id;
    let late = move |conn: &mut binhyen::db::Conn| {
        fate::mark(conn, 7, now, id, &Sent::Failed { reason: "rejected", failure: "late".to_owned() })
    };
    world.db.write(late).await.unwrap();
    assert_eq!(outbox(&world).await, [row("accepted", 1, "")]);
}

async fn a_slow_answer_holds_up_no_other_text(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    world.text(HEAD, "ANTT 3 TC2").await;
    world.text(OTHER_HEAD, "ANTT 3 TC2").await;
    provider.will_answer([200, HELD]);
    let sender = sender(&world, provider.url(), 1);
    let round = tokio::spawn(async move { sender.send_due().await.unwrap() });
    provider.hear(2).await;
    let accepted = async {
        while world.number("SELECT count(*) FROM outbox WHERE provider_id = 'theirs-1'").await == 0 {}
    };
    tokio::time::timeout(Duration::from_secs(60), accepted).await.expect("marked while the other waits");
    // Its delivery report, under the provider's id, finds it.
    let report = |conn: &mut binhyen::db::Conn| {
        fate::deliver(conn, "test", "theirs-1", fate::Delivery::Delivered, None, 1)
    };
    assert!(world.db.write(report).await.unwrap().is_some());
    provider.release();
    assert_eq!(round.await.unwrap().texts, 2);
    let mut states: Vec<String> = outbox(&world).await.into_iter().map(|text| text.0).collect();
    states.sort();
    assert_eq!(states, ["accepted", "delivered"]);
}

async fn two_senders_never_send_one_text_twice(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let second = World::beside(&test, NOW);
    let texts = 40;
    for number in 0..texts {
        // Each of these numbers is told once that nobody knows it.
        world.text(&format!("09110000{number:02}"), "ANTT 3 TC2").await;
    }
    assert_eq!(world.number("SELECT count(*) FROM outbox").await, 40);
    let empty = |sender: Sender| async move { while sender.send_due().await.unwrap().texts > 0 {} };
    tokio::join!(
        empty(sender(&world, provider.url(), 1)),
        empty(sender(&second, provider.url(), 2)),
        empty(sender(&second, provider.url(), 3)),
    );
    let ids: BTreeSet<String> = provider.heard().iter().map(|text| text["id"].to_string()).collect();
    assert_eq!((provider.heard().len(), ids.len()), (texts, texts));
    let waiting = world.number("SELECT count(*) FROM outbox WHERE state <> 'accepted'");
    assert_eq!(waiting.await, 0);
}

async fn a_purged_text_is_not_sent_empty(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    world.text(HEAD, "ANTT 3 TC2").await;
    run(&world, "UPDATE outbox SET text_cipher = NULL").await;
    sender(&world, provider.url(), 1).send_due().await.unwrap();
    assert_eq!(outbox(&world).await, [row("failed", 1, "the text was purged or cannot be decrypted")]);
    assert_eq!(provider.heard(), Vec::<Value>::new());
}

/// Posts a delivery report about a text.
async fn report(office: &Office, fields: Value) -> (StatusCode, Value) {
    let url = office.server.url(&format!("/gateways/test/delivery?token={TOKEN}"));
    office.ask(office.client.post(url).json(&fields)).await
}

/// Texts to a running server whose provider is `provider`, and waits until the reply is marked as sent.
async fn texted(office: &Office, provider: &Provider, number: usize) {
    let body = json!({"id": format!("m{number}"), "from": HEAD, "text": "THEM T3 TC1"});
    let answer = office.ask(office.client.post(office.server.inbound()).json(&body)).await;
    assert_eq!(answer.0, 202, "{}", answer.1);
    provider.hear(number).await;
    let sent = async {
        while outbox(&office.world).await.iter().filter(|text| text.0 != "queued").count() < number {}
    };
    tokio::time::timeout(Duration::from_secs(60), sent).await.unwrap();
}

async fn delivery_reports_only_raise_what_is_known_of_a_text(test: TestDatabase) {
    let provider = Provider::start();
    let office = Office::open_with(test, |command| {
        command.env("BINHYEN__GATEWAYS__TEST__SEND_URL", provider.url());
    })
    .await;
    texted(&office, &provider, 1).await;
    let ours = provider.heard()[0]["id"].clone();
    for (fields, state) in [
        (json!({"id": "theirs-1", "status": "sent"}), row("sent", 1, "")),
        (json!({"id": ours, "status": "delivered"}), row("delivered", 1, "")),
        (json!({"id": ours, "status": "delivered"}), row("delivered", 1, "")),
        (json!({"id": "theirs-1", "status": "sent"}), row("delivered", 1, "")),
        (json!({"id": "theirs-1", "status": "failed", "reason": "late"}), row("delivered", 1, "")),
    ] {
        let answer = report(&office, fields.clone()).await;
        assert_eq!((answer.0.as_u16(), &answer.1["known"]), (200, &Value::Bool(true)), "{fields}");
        assert_eq!(outbox(&office.world).await, [state], "{fields}");
    }
    texted(&office, &provider, 2).await;
    let failed = json!({"id": "theirs-2", "status": "failed", "reason": "no such number"});
    report(&office, failed).await;
    assert_eq!(outbox(&office.world).await[1], row("failed", 1, "no such number"));
    assert_eq!(office.server.terminate(), Some(0));
    assert_eq!(provider.heard().len(), 2, "each reply went out once");
}

async fn delivery_reports_that_make_no_sense_change_nothing(test: TestDatabase) {
    let provider = Provider::start();
    let office = Office::open_with(test, |command| {
        command.env("BINHYEN__GATEWAYS__TEST__SEND_URL", provider.url());
    })
    .await;
    texted(&office, &provider, 1).await;
    for unknown in [json!("nobody's"), json!(12), json!("9223372036854775808"), json!("-1")] {
        let answer = report(&office, json!({"id": unknown, "status": "failed"})).await;
        assert_eq!((answer.0.as_u16(), &answer.1["known"]), (200, &Value::Bool(false)), "{unknown}");
    }
    for bad in [
        json!({"status": "failed"}),
        json!({"id": "theirs-1"}),
        json!({"id": "theirs-1", "status": "eaten"}),
        json!({"id": ["theirs-1"], "status": "failed"}),
        json!({"id": "x".repeat(201), "status": "failed"}),
        json!([]),
    ] {
        refused(&report(&office, bad).await, 400, "bad_request");
    }
    let fields = json!({"id": "theirs-1", "status": "failed"});
    for (path, status, code) in [
        ("/gateways/test/delivery?token=wrong", 403, "forbidden"),
        ("/gateways/test/delivery", 403, "forbidden"),
        ("/gateways/none/delivery?token=x", 404, "not_found"),
    ] {
        let answer = office.ask(office.client.post(office.server.url(path)).json(&fields)).await;
        refused(&answer, status, code);
    }
    assert_eq!(outbox(&office.world).await, [row("accepted", 1, "")]);
    assert_eq!(office.server.terminate(), Some(0));
}

async fn a_report_of_one_gateway_says_nothing_of_anothers_texts(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    world.text(HEAD, "ANTT 3 TC2").await;
    sender(&world, provider.url(), 1).send_due().await.unwrap();
    let other = |conn: &mut binhyen::db::Conn| {
        let id = Sql::<(BigInt,)>::new("SELECT id FROM outbox").get_result::<(i64,)>(conn)?.0.to_string();
        let by_ours = fate::deliver(conn, "other", &id, fate::Delivery::Failed, None, 1)?;
        let by_theirs = fate::deliver(conn, "other", "theirs-1", fate::Delivery::Failed, None, 1)?;
        Ok((by_ours.is_some(), by_theirs.is_some()))
    };
    assert_eq!(world.db.write(other).await.unwrap(), (false, false));
    assert_eq!(outbox(&world).await, [row("accepted", 1, "")]);
}

on_both!(
    a_reply_is_posted_once_with_its_id_number_words_and_gateway,
    a_busy_provider_is_tried_again_after_growing_pauses_and_not_for_ever,
    a_provider_that_is_down_gets_the_text_when_it_is_back,
    what_a_provider_refuses_is_not_tried_again,
    a_gateway_with_wrong_credentials_says_so_and_sends_when_they_are_right,
    a_text_whose_sender_died_goes_again_under_the_same_id_when_the_lease_is_over,
    a_slow_answer_holds_up_no_other_text,
    two_senders_never_send_one_text_twice,
    a_purged_text_is_not_sent_empty,
    delivery_reports_only_raise_what_is_known_of_a_text,
    delivery_reports_that_make_no_sense_change_nothing,
    a_report_of_one_gateway_says_nothing_of_anothers_texts,
);
