//! With PostgreSQL away, texts are taken all the same and stored when it is back: once, in order, none missing.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use binhyen::crypto::sha256;
use binhyen::flows::intake::{RawMessage, Receipt};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::process::{Server, program};
use crate::support::world::{HEAD, OTHER_HEAD, World};
use crate::support::{TestDatabase, play, ports, postgres};
use crate::web::office::{Office, refused};

/// The catalogue's numbers of theft and of gambling.
const TC: i32 = 1;
const CB: i32 = 9;

/// A server on a cluster of its own.
async fn office(cluster: &postgres::Cluster, settings: impl Fn(&mut Command)) -> Office {
    Office::open_with(TestDatabase::in_cluster(cluster), settings).await
}

async fn text(office: &Office, url: &str, id: &str, from: &str, words: &str) -> (StatusCode, Value) {
    let body = json!({"id": id, "from": from, "text": words});
    office.ask(office.client.post(url).json(&body)).await
}

async fn readiness(office: &Office, server: &Server) -> (u16, String) {
    let (status, body) = office.ask(office.client.get(server.url("/readyz"))).await;
    (status.as_u16(), body["status"].as_str().unwrap_or("not ready").to_owned())
}

/// Asks the server until it says that nothing waits any more.
async fn until_ready(office: &Office, server: &Server) {
    let ready = async { while readiness(office, server).await != (200, "ready".to_owned()) {} };
    tokio::time::timeout(Duration::from_secs(60), ready).await.expect("the spool is stored within a minute");
}

/// Posts and answers the status and what `Retry-After` says.
async fn retry_after(request: reqwest::RequestBuilder) -> (u16, Option<String>) {
    let answer = request.send().await.unwrap();
    let seconds = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), seconds)
}

#[test]
fn texts_that_come_while_the_database_is_away_are_stored_once_and_in_order_when_it_is_back() {
    play(async {
        let cluster = postgres::Cluster::start();
        let office = office(&cluster, |_| {}).await;
        let officer = office.token("commune", Some("03847")).await;
        let url = office.server.inbound();
        assert_eq!(text(&office, &url, "before", OTHER_HEAD, "ANTT 3 CB1").await.0, 202);

        cluster.stop();
        let mut texts = vec![
            ("h1", HEAD, "ANTT 3 TC1".to_owned()),
            ("o1", OTHER_HEAD, "SUA T3 CB2".to_owned()),
            ("keyless", "0911000001", "THEM T3 TC7".to_owned()),
        ];
        for figure in 2..=6 {
            texts.push((["h2", "h3", "h4", "h5", "h6"][figure - 2], HEAD, format!("SUA T3 TC{figure}")));
        }
        for (id, from, words) in &texts {
            let (status, body) = text(&office, &url, id, from, words).await;
            assert_eq!((status.as_u16(), &body), (202, &json!({"message": null})), "{id}");
        }
        assert_eq!(readiness(&office, &office.server).await, (200, "degraded".to_owned()));
        assert_eq!(office.ask(office.client.get(office.server.url("/healthz"))).await.0, 200);
        let report =
            json!({"id": "r", "unit": "03847001", "kind": "month", "period": "2026-03", "values": {"TC": 1}});
        let answer = office.post("/api/v1/reports", &officer, &report).await;
        refused(&answer, 503, "unavailable");
        let request = office.client.post(office.server.url("/api/v1/reports")).bearer_auth(&officer);
        let (status, seconds) = retry_after(request.json(&report)).await;
        assert_eq!(status, 503);
        assert!(seconds.is_some_and(|seconds| seconds.parse::<u32>().unwrap() > 0));

        cluster.restart();
        until_ready(&office, &office.server).await;
        let stored = texts.len() + 1;
        let count = || office.world.number("SELECT count(*) FROM message");
        assert_eq!(usize::try_from(count().await).unwrap(), stored);
        // The last correction of each head counts: none overtook another.
        assert_eq!(office.world.totals(202603).await, [(TC, 6, 1), (CB, 2, 1)]);

        // The gateway sends everything again, as it may.
        for (id, from, words) in &texts {
            let (status, body) = text(&office, &url, id, from, words).await;
            assert_eq!(status, 202);
            assert!(body["message"].is_string(), "{body}");
        }
        assert_eq!(usize::try_from(count().await).unwrap(), stored);
        assert_eq!(
            office.post("/api/v1/reports", &officer, &report).await.0,
            409,
            "the server works as before"
        );
        office.world.assert_consistent().await;
        assert_eq!(office.server.terminate(), Some(0));
    });
}

#[test]
fn spooled_texts_outlive_their_server() {
    play(async {
        let cluster = postgres::Cluster::start();
        let office = office(&cluster, |_| {}).await;
        let url = office.server.inbound();
        cluster.stop();
        for (id, words) in [("1", "ANTT 3 TC1"), ("2", "SUA T3 TC2"), ("3", "SUA T3 TC3")] {
            assert_eq!(text(&office, &url, id, HEAD, words).await.0, 202);
        }
        let Office { world, server, client, test } = office;
        server.kill();
        cluster.restart();
        let server = Server::start(program(&test));
        let office = Office { world, server, client, test };
        until_ready(&office, &office.server).await;
        assert_eq!(office.world.number("SELECT count(*) FROM message").await, 3);
        assert_eq!(office.world.totals(202603).await, [(TC, 3, 1)]);
        office.world.assert_consistent().await;
        assert_eq!(office.server.terminate(), Some(0));
    });
}

#[test]
fn a_full_spool_tells_gateways_to_come_back_and_keeps_what_it_took() {
    play(async {
        let cluster = postgres::Cluster::start();
        let small = |command: &mut Command| {
            command.env("BINHYEN__INTAKE__SPOOL_MAX_BYTES", "65536");
        };
        let office = office(&cluster, small).await;
        let url = office.server.inbound();
        cluster.stop();
        let words = "chao ".repeat(2_000);
        let mut taken = 0;
        while text(&office, &url, &taken.to_string(), HEAD, &words).await.0 == 202 {
            taken += 1;
            assert!(taken < 20, "the spool is never full");
        }
        assert!(taken >= 2, "{taken}");
        refused(&text(&office, &url, "more", HEAD, &words).await, 503, "unavailable");
        let more = json!({"id": "more", "from": HEAD, "text": words});
        let (status, seconds) = retry_after(office.client.post(&url).json(&more)).await;
        assert!(status == 503 && seconds.is_some());
        assert_eq!(readiness(&office, &office.server).await.0, 503, "a balancer may send texts elsewhere");

        cluster.restart();
        until_ready(&office, &office.server).await;
        assert_eq!(office.world.number("SELECT count(*) FROM message").await, taken);
        assert_eq!(text(&office, &url, "more", HEAD, &words).await.0, 202);
        assert_eq!(office.world.number("SELECT count(*) FROM message").await, taken + 1);
        assert_eq!(office.server.terminate(), Some(0));
    });
}

#[test]
fn a_server_stops_when_told_although_the_database_is_away() {
    play(async {
        let cluster = postgres::Cluster::start();
        let office = office(&cluster, |_| {}).await;
        cluster.stop();
        assert_eq!(text(&office, &office.server.inbound(), "1", HEAD, "ANTT 3 TC1").await.0, 202);
        assert_eq!(office.server.terminate(), Some(0));
        cluster.restart();
        let server = Server::start(program(&office.test));
        let ready = async { while office.world.number("SELECT count(*) FROM message").await == 0 {} };
        tokio::time::timeout(Duration::from_secs(60), ready).await.expect("the next server stores it");
        assert_eq!(server.terminate(), Some(0));
    });
}

/// Texts of each sender.
const TEXTS: usize = 30;
/// Senders at once.
const SENDERS: usize = 10;

/// Sends the texts of one sender, each until it is acknowledged, counting in `acknowledged`.
async fn send_all(client: reqwest::Client, url: String, sender: usize, acknowledged: Arc<AtomicUsize>) {
    for number in 0..TEXTS {
        let body = json!({
            "id": format!("{sender}-{number}"), "from": format!("09120000{sender:02}"), "text": format!("THEM T3 TC{number}"),
        });
        while client.post(&url).json(&body).send().await.unwrap().status() != 202 {}
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_database_killed_in_the_middle_loses_nothing_and_doubles_nothing() {
    play(async {
        let cluster = postgres::Cluster::start();
        let office = office(&cluster, |_| {}).await;
        let acknowledged = Arc::<AtomicUsize>::default();
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let (client, url) = (office.client.clone(), office.server.inbound());
                tokio::spawn(send_all(client, url, sender, Arc::clone(&acknowledged)))
            })
            .collect();
        let reached = async |count| {
            while acknowledged.load(Ordering::Relaxed) < count {
                tokio::task::yield_now().await;
            }
        };
        reached(60).await;
        cluster.stop();
        reached(150).await;
        cluster.restart();
        for sender in senders {
            sender.await.unwrap();
        }
        until_ready(&office, &office.server).await;
        let stored = office.world.number("SELECT count(*) FROM message").await;
        assert_eq!(usize::try_from(stored).unwrap(), SENDERS * TEXTS);
        let wrong = office.world.number("SELECT count(*) FROM message WHERE fate = 'conflicting'").await;
        assert_eq!(wrong, 0);
        assert_eq!(office.world.verify().await.findings, []);
        assert_eq!(office.server.terminate(), Some(0));
    });
}

/// Asks `path` until the server answers this status.
async fn until_status(server: &Server, path: &str, status: u16) {
    let client = reqwest::Client::new();
    let answers = async || match client.get(server.url(path)).send().await {
        Ok(answer) => answer.status().as_u16() == status,
        Err(_) => false,
    };
    let asked = async { while !answers().await {} };
    tokio::time::timeout(Duration::from_secs(60), asked).await.expect("the status within a minute");
}

#[test]
fn a_server_waits_for_a_database_that_is_not_there_yet() {
    play(async {
        let cluster = postgres::Cluster::start();
        let test = TestDatabase::in_cluster(&cluster);
        cluster.stop();
        let server = Server::begin(program(&test), ports::free_port());
        until_status(&server, "/healthz", 200).await;
        until_status(&server, "/readyz", 503).await;
        cluster.restart();
        until_status(&server, "/readyz", 200).await;
        assert_eq!(server.terminate(), Some(0));
    });
}

#[test]
fn a_server_that_waits_for_its_database_stops_when_told() {
    play(async {
        let cluster = postgres::Cluster::start();
        let test = TestDatabase::in_cluster(&cluster);
        cluster.stop();
        let server = Server::begin(program(&test), ports::free_port());
        until_status(&server, "/healthz", 200).await;
        assert_eq!(server.terminate(), Some(0));
    });
}

/// A whole record of a spool that no key opens.
fn foreign_record() -> Vec<u8> {
    let body = b"sealed by somebody else";
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[..], &sha256(&[body])[..8], body].concat()
}

#[test]
fn a_spooled_text_that_nobody_can_store_is_set_aside_and_holds_up_no_other() {
    play(async {
        let cluster = postgres::Cluster::start();
        let office = office(&cluster, |_| {}).await;
        cluster.stop();
        assert_eq!(text(&office, &office.server.inbound(), "1", HEAD, "ANTT 3 TC1").await.0, 202);
        let Office { world, server, client, test } = office;
        server.kill();
        let spool = test.beside("spool").join("texts");
        let kept = std::fs::read(&spool).unwrap();
        std::fs::write(&spool, [foreign_record(), kept].concat()).unwrap();
        cluster.restart();
        let office = Office { world, server: Server::start(program(&test)), client, test };
        until_ready(&office, &office.server).await;
        assert_eq!(office.world.number("SELECT count(*) FROM message").await, 1);
        assert_eq!(office.world.totals(202603).await, [(TC, 1, 1)]);
        assert_eq!(std::fs::read(spool.with_extension("aside")).unwrap(), foreign_record());
        assert_eq!(office.server.terminate(), Some(0));
    });
}

#[test]
fn a_spooled_text_that_the_database_refuses_is_set_aside_and_holds_up_no_other() {
    play(async {
        let cluster = postgres::Cluster::start();
        let test = TestDatabase::in_cluster(&cluster);
        let world = World::new(&test, "2026-03-16T08:00:00+07:00").await;
        cluster.stop();
        // The ways in refuse such a character; PostgreSQL does so too.
        let strange = RawMessage { gateway: "a\0b".to_owned(), ..world.raw("1", HEAD, "ANTT 3 TC1") };
        for raw in [strange, world.raw("2", HEAD, "ANTT 3 TC2")] {
            assert!(matches!(world.intake.receive(raw).await, Ok(Receipt::Spooled)));
        }
        cluster.restart();
        let replayed = async {
            while world.intake.is_degraded() {
                drop(world.intake.replay_spool().await);
            }
        };
        tokio::time::timeout(Duration::from_secs(60), replayed)
            .await
            .expect("the spool is empty in a minute");
        assert_eq!(world.number("SELECT count(*) FROM message").await, 1);
        assert_eq!(world.totals(202603).await, [(TC, 2, 1)]);
    });
}
