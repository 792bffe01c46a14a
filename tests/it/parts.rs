//! Texts that came in parts: one text in the end, whatever the order, the repetitions and the stops; what never becomes
//! whole is shown and counts nothing.

use std::time::Duration;

use binhyen::flows::intake::{Finished, RawMessage, Receipt};
use binhyen::sms::Part;

use crate::support::world::{HEAD, OTHER_HEAD, World};
use crate::support::{TestDatabase, play, postgres};

const NOW: &str = "2026-03-16T08:00:00+07:00";
const AT_ONCE: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(600);

/// A part of a text from `from`, under the gateway's key `key`.
fn part(
    world: &World,
    from: &str,
    key: &str,
    (reference, number, total): (u16, u8, u8),
    words: &str,
) -> RawMessage {
    RawMessage { part: Some(Part { reference, total, number }), ..world.raw(key, from, words) }
}

async fn receive(world: &World, raw: RawMessage) {
    assert_eq!(world.intake.receive(raw).await.unwrap(), Receipt::Part);
}

async fn messages(world: &World) -> i64 {
    world.number("SELECT count(*) FROM message").await
}

async fn parts_make_one_text_in_any_order_however_often_they_come(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let words = ["ANTT 3 T", "C2 CY", "GT1"];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (text, order) in (0_u16..).zip(orders) {
        for (came, at) in order.into_iter().enumerate() {
            let number = u8::try_from(at + 1).unwrap();
            let key = format!("{text} {number}");
            assert_eq!(messages(&world).await, i64::from(text), "{order:?} before {came}");
            for _ in 0..2 {
                receive(&world, part(&world, HEAD, &key, (text, number, 3), words[at])).await;
            }
        }
        assert_eq!(messages(&world).await, i64::from(text) + 1, "{order:?}");
    }
    assert_eq!(
        world.number("SELECT count(*) FROM message WHERE fate = 'recorded'").await,
        1,
        "the first; the others say the same"
    );
    assert_eq!(world.totals(202603).await.iter().map(|(_, figure, _)| *figure).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(world.number("SELECT count(*) FROM message_part WHERE raw_cipher IS NOT NULL").await, 0);
    assert_eq!(world.intake.finish_parts(AT_ONCE).await.unwrap(), Finished::default());
    world.assert_consistent().await;
}

async fn a_reference_that_comes_again_is_another_text(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    for (day, words) in [("a", "THEM T3 TC1"), ("b", "THEM T3 CYGT1")] {
        receive(&world, part(&world, HEAD, &format!("{day}1"), (7, 1, 2), words)).await;
        receive(&world, part(&world, HEAD, &format!("{day}2"), (7, 2, 2), " tai ban")).await;
    }
    assert_eq!(messages(&world).await, 2);
    // Two texts under one reference at the same time: the second piece with number 1 belongs to another text.
    receive(&world, part(&world, HEAD, "c1", (8, 1, 2), "chao ")).await;
    receive(&world, part(&world, HEAD, "d1", (8, 1, 2), "cam on ")).await;
    receive(&world, part(&world, HEAD, "d2", (8, 2, 2), "anh")).await;
    assert_eq!(messages(&world).await, 3);
    // Another sender, or another number of parts, is another text.
    receive(&world, part(&world, OTHER_HEAD, "e2", (8, 2, 2), "anh")).await;
    receive(&world, part(&world, HEAD, "f2", (8, 2, 3), "anh")).await;
    assert_eq!(messages(&world).await, 3);
    // Nobody waits for ever.
    let finished = Finished { complete: 0, incomplete: 3 };
    assert_eq!(world.intake.finish_parts(AT_ONCE).await.unwrap(), finished);
    assert_eq!(messages(&world).await, 6);
}

async fn a_text_whose_part_never_came_is_shown_asked_for_again_and_counts_nothing(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    receive(&world, part(&world, HEAD, "1", (7, 1, 3), "ANTT 3 TC2 ")).await;
    receive(&world, part(&world, HEAD, "3", (7, 3, 3), "CYGT1")).await;
    assert_eq!(world.intake.finish_parts(LONG).await.unwrap(), Finished::default(), "it is waited for");
    let finished = Finished { complete: 0, incomplete: 1 };
    assert_eq!(world.intake.finish_parts(AT_ONCE).await.unwrap(), finished);
    assert_eq!(world.intake.finish_parts(AT_ONCE).await.unwrap(), Finished::default());
    assert_eq!(world.number("SELECT count(*) FROM message WHERE fate = 'incomplete'").await, 1);
    let reply = world.reply(world.number("SELECT id FROM message").await).await;
    assert!(reply.starts_with("Tin dai den thieu phan"), "{reply}");
    assert_eq!(world.number("SELECT count(*) FROM report").await, 0);
    // The officer sees what came, and where something is missing.
    assert_eq!(world.words(world.number("SELECT id FROM message").await).await, "ANTT 3 TC2  [...] CYGT1");
    // What comes after that does not make it count.
    receive(&world, part(&world, HEAD, "1", (7, 1, 3), "ANTT 3 TC2 ")).await;
    assert_eq!(messages(&world).await, 1, "a part that is brought again");
    receive(&world, part(&world, HEAD, "2", (7, 2, 3), "CYGT2 ")).await;
    world.intake.finish_parts(AT_ONCE).await.unwrap();
    assert_eq!(world.number("SELECT count(*) FROM report").await, 0);
    world.assert_consistent().await;
}

async fn urgent_words_are_passed_on_although_a_part_is_missing(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    receive(&world, part(&world, HEAD, "1", (7, 1, 2), "KHAN CAP chay nha ong Tu")).await;
    world.intake.finish_parts(AT_ONCE).await.unwrap();
    assert_eq!(world.number("SELECT count(*) FROM message WHERE fate = 'urgent'").await, 1);
    assert!(world.number("SELECT count(*) FROM outbox").await > 1, "the officers were told");
}

async fn parts_that_reach_two_servers_make_one_text(test: TestDatabase) {
    let (one, two) = (World::new(&test, NOW).await, World::beside(&test, NOW));
    let texts = 20_u16;
    let mut posts = Vec::new();
    for reference in 0..texts {
        let from = if reference % 2 == 0 { HEAD } else { OTHER_HEAD };
        for (world, number) in [(&one, 1), (&two, 2), (&one, 2), (&two, 1)] {
            let raw = part(world, from, &format!("{reference} {number}"), (reference, number, 2), "chao ");
            posts.push(tokio::spawn({
                let intake = world.intake.clone();
                async move { intake.receive(raw).await.unwrap() }
            }));
        }
    }
    for post in posts {
        assert_eq!(post.await.unwrap(), Receipt::Part);
    }
    let (first, second) = tokio::join!(one.intake.finish_parts(AT_ONCE), two.intake.finish_parts(AT_ONCE));
    assert_eq!((first.unwrap().incomplete, second.unwrap().incomplete), (0, 0));
    assert_eq!(messages(&one).await, i64::from(texts));
    assert_eq!(one.number("SELECT count(*) FROM message_part").await, 2 * i64::from(texts));
}

on_both!(
    parts_make_one_text_in_any_order_however_often_they_come,
    a_reference_that_comes_again_is_another_text,
    a_text_whose_part_never_came_is_shown_asked_for_again_and_counts_nothing,
    urgent_words_are_passed_on_although_a_part_is_missing,
    parts_that_reach_two_servers_make_one_text,
);

#[test]
fn parts_that_come_while_the_database_is_away_wait_in_the_spool() {
    play(async {
        let cluster = postgres::Cluster::start();
        let test = TestDatabase::in_cluster(&cluster);
        let world = World::new(&test, NOW).await;
        receive(&world, part(&world, HEAD, "1", (7, 1, 2), "ANTT 3 T")).await;
        cluster.stop();
        let last = part(&world, HEAD, "2", (7, 2, 2), "C2");
        assert_eq!(world.intake.receive(last.clone()).await.unwrap(), Receipt::Spooled);
        assert_eq!(world.intake.receive(last).await.unwrap(), Receipt::Spooled);
        cluster.restart();
        while world.intake.replay_spool().await.is_err() {}
        assert_eq!(messages(&world).await, 1);
        assert_eq!(world.number("SELECT figure FROM total").await, 2);
        world.assert_consistent().await;
    });
}
