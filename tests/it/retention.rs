//! How long words are kept: urgent ones go first, and what a head texted in vain stays for the officer to see.

use std::time::{Duration, Instant};

use binhyen::clock::Clock;
use binhyen::db::purge::forget_incoming;
use binhyen::documents::file_store::FileStore;
use binhyen::flows::collect::{Settled, forget_settled};
use binhyen::flows::purge::forget;
use serde_json::json;

use crate::openrosa::{Collect, PNG, form, instance, photo};
use crate::support::TestDatabase;
use crate::support::world::{HEAD, OTHER_HEAD, World};

const NOW: &str = "2026-03-16T08:00:00+07:00";
const MINUTE: i64 = 60_000_000;
const STRANGER: &str = "0911111111";

const WITH_WORDS: &str = "SELECT count(*) FROM message WHERE text_cipher IS NOT NULL";
const URGENT_WITH_WORDS: &str =
    "SELECT count(*) FROM message WHERE text_cipher IS NOT NULL AND fate = 'urgent'";
/// What registered people texted in vain.
const IN_VAIN_WITH_WORDS: &str = "SELECT count(*) FROM message WHERE text_cipher IS NOT NULL \
                                  AND person_id IS NOT NULL AND fate IN ('asked', 'ignored')";

/// Forgets up to `limit` texts, as if all were older than the set number of days.
async fn forget_some(world: &World, shown_since: i64, limit: i64) -> usize {
    let before = world.clock.real_micros() + MINUTE;
    world.db.write(move |conn| forget_incoming(conn, before, shown_since, limit)).await.unwrap()
}

async fn urgent_words_are_forgotten_first(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.text(HEAD, "ANTT T3 TC2").await;
    world.text(HEAD, "KHAN danh nhau o quan ba Lan").await;
    world.text(OTHER_HEAD, "ANTT T3 CB1").await;
    world.text(STRANGER, "KHAN co nguoi bi chem").await;
    assert_eq!((world.number(URGENT_WITH_WORDS).await, world.number(WITH_WORDS).await), (2, 4));
    assert_eq!(forget_some(&world, 0, 2).await, 2);
    assert_eq!((world.number(URGENT_WITH_WORDS).await, world.number(WITH_WORDS).await), (0, 2));
    assert_eq!(forget_some(&world, 0, 2).await, 2);
    assert_eq!(world.number(WITH_WORDS).await, 0);
    world.assert_consistent().await;
}

async fn what_heads_texted_in_vain_stays_for_thirty_days_however_few_are_set(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.text(HEAD, "ANTT T3 TC2").await;
    world.text(HEAD, "cam on").await;
    world.text(OTHER_HEAD, "TN 2").await;
    world.text(STRANGER, "chao anh").await;
    world.text(STRANGER, "TN 2").await;
    assert_eq!((world.number(IN_VAIN_WITH_WORDS).await, world.number(WITH_WORDS).await), (2, 5));
    // Ids hold milliseconds: what was stored in the present one is not yet older than no day at all.
    let limit = Instant::now() + Duration::from_secs(60);
    while world.number(WITH_WORDS).await > 2 && Instant::now() < limit {
        forget(&world.db, world.clock, 0).await.unwrap();
    }
    assert_eq!((world.number(IN_VAIN_WITH_WORDS).await, world.number(WITH_WORDS).await), (2, 2));
    assert_eq!(forget_some(&world, world.clock.real_micros() - MINUTE, 10).await, 0);
    // Once the thirty days are over too.
    assert_eq!(forget_some(&world, world.clock.real_micros() + MINUTE, 10).await, 2);
    assert_eq!(world.number(WITH_WORDS).await, 0);
}

/// Microseconds of a day.
const DAY: i64 = 24 * 60 * MINUTE;

async fn forms_that_an_officer_is_done_with_are_forgotten_with_their_photographs(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let office = &collect.heads.office;
    let other: Vec<u8> = [PNG, b" of something else"].concat();
    let census = |id: &str| form(&instance("census", id, "<people>40</people>"));
    let sent = census("a").part("1.png", photo("1.png", PNG)).part("2.png", photo("2.png", &other));
    assert_eq!(collect.send(sent).await.0, 201);
    assert_eq!(collect.send(census("b").part("2.png", photo("2.png", &other))).await.0, 201);
    let officer = office.token("commune", Some("03847")).await;
    let (_, kept) = office.get("/api/v1/forms/kept", &officer).await;
    let done = format!("/api/v1/forms/kept/{}/done", kept["items"][0]["id"].as_str().unwrap());
    assert_eq!(office.post(&done, &officer, &json!({})).await.0.as_u16(), 204);

    let files = FileStore::open(&office.test.beside("evidence")).unwrap();
    let digest = |bytes: &[u8]| binhyen::crypto::sha256(&[bytes]);
    let world = &office.world;
    let now = Clock::system().real_micros();
    let at = async |days: i64| forget_settled(&world.db, &files, now + days * DAY, 365).await.unwrap();
    assert_eq!(at(364).await, Settled { forgotten: 0, waiting: 0 });
    assert_eq!(world.number("SELECT count(*) FROM photo").await, 3);
    assert_eq!(at(366).await, Settled { forgotten: 1, waiting: 1 });
    // The other one waits, with the photograph that came with both.
    assert_eq!(world.number("SELECT count(*) FROM form_kept WHERE done_at IS NULL").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM form_kept").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM photo").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM attachment").await, 1);
    assert!(files.get(&digest(PNG)).is_err());
    assert_eq!(files.get(&digest(&other)).unwrap(), other);
    assert_eq!(at(3_650).await, Settled { forgotten: 0, waiting: 1 });
}

async fn a_photograph_that_something_else_has_stays_on_the_disk(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let office = &collect.heads.office;
    let census = form(&instance("census", "a", "<people>40</people>")).part("1.png", photo("1.png", PNG));
    assert_eq!(collect.send(census).await.0, 201);
    let officer = office.token("commune", Some("03847")).await;
    let (_, review) =
        office.post("/api/v1/reviews", &officer, &json!({"unit": "03847001", "year": 2026})).await;
    let path =
        format!("/api/v1/reviews/{}/evidence?document=minutes&name=a.png", review["id"].as_str().unwrap());
    let request = office.client.post(office.server.url(&path)).bearer_auth(&officer).body(PNG);
    assert_eq!(office.ask(request).await.0.as_u16(), 201);
    let (_, kept) = office.get("/api/v1/forms/kept", &officer).await;
    let done = format!("/api/v1/forms/kept/{}/done", kept["items"][0]["id"].as_str().unwrap());
    assert_eq!(office.post(&done, &officer, &json!({})).await.0.as_u16(), 204);
    let files = FileStore::open(&office.test.beside("evidence")).unwrap();
    let later = Clock::system().real_micros() + 366 * DAY;
    let settled = forget_settled(&office.world.db, &files, later, 365).await.unwrap();
    assert_eq!(settled, Settled { forgotten: 1, waiting: 0 });
    assert_eq!(office.world.number("SELECT count(*) FROM attachment").await, 0);
    assert_eq!(files.get(&binhyen::crypto::sha256(&[PNG])).unwrap(), PNG);
}

on_both!(
    urgent_words_are_forgotten_first,
    what_heads_texted_in_vain_stays_for_thirty_days_however_few_are_set,
    forms_that_an_officer_is_done_with_are_forgotten_with_their_photographs,
    a_photograph_that_something_else_has_stays_on_the_disk,
);
