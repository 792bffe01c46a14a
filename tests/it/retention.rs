//! How long words are kept: urgent ones go first, and what a head texted in vain stays for the officer to see.

use std::time::{Duration, Instant};

use binhyen::db::purge::forget_incoming;
use binhyen::flows::purge::forget;

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

on_both!(
    urgent_words_are_forgotten_first,
    what_heads_texted_in_vain_stays_for_thirty_days_however_few_are_set,
);
