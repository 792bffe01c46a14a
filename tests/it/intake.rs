//! Texts and submissions become reports, totals and replies: once, in order, in versions.

use binhyen::db::sql::Sql;
use binhyen::flows::intake::{Receipt, SubmissionOutcome};

use crate::support::TestDatabase;
use crate::support::world::{COMMUNE, HEAD, HEAD_OF_TWO, OFFICER, OTHER_HEAD, RETIRED, World};

const NOW: &str = "2026-03-16T08:00:00+07:00";
/// The catalogue's numbers of theft and of attendance.
const TC: i32 = 1;
/// Counts the hamlets whose return says that the rest is nothing.
const REST: i32 = 0;
const TTN: i32 = 43;

async fn a_text_becomes_a_report_a_total_and_a_reply(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let reply = world.text(HEAD, "ANTT 3 TC2 TNV1 TNB1").await;
    assert!(reply.contains("thang 3 (15/2-14/3)") && reply.contains("Na Mo"), "{reply}");
    assert_eq!(world.totals(202603).await, [(TC, 2, 1), (20, 1, 1), (22, 1, 1)]);
    assert_eq!(world.number("SELECT count(*) FROM report").await, 1);
    world.assert_consistent().await;
}

async fn the_hamlets_of_a_commune_add_up(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.text(HEAD, "ANTT 3 TC2").await;
    world.text(OTHER_HEAD, "ANTT 3 TC3 CB1").await;
    assert_eq!(world.totals(202603).await, [(TC, 5, 2), (9, 1, 1)]);
    world.assert_consistent().await;
}

async fn the_same_message_again_is_answered_and_not_counted(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let first = world.receive("m1", HEAD, "ANTT 3 TC2").await;
    let Receipt::Stored(id) = first else { panic!("{first:?}") };
    assert_eq!(world.receive("m1", HEAD, "ANTT 3 TC2").await, Receipt::Replayed(id));
    assert_eq!(world.totals(202603).await, [(TC, 2, 1)]);
    assert_eq!(world.number("SELECT count(*) FROM message").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM outbox").await, 1);
}

async fn the_same_message_at_once_from_two_servers_is_counted_once(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let second = World::beside(&test, NOW);
    let receipts = futures(20, |n| {
        let server = if n % 2 == 0 { &world } else { &second };
        server.receive("m1", HEAD, "THEM T3 TC2")
    })
    .await;
    let stored = receipts.iter().filter(|receipt| matches!(receipt, Receipt::Stored(_))).count();
    assert_eq!(stored, 1, "{receipts:?}");
    assert_eq!(world.totals(202603).await, [(TC, 2, 1)]);
    world.assert_consistent().await;
}

async fn a_key_with_other_words_is_kept_and_not_counted(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.receive("m1", HEAD, "ANTT 3 TC2").await;
    let other = world.receive("m1", HEAD, "ANTT 3 TC9").await;
    let Receipt::Stored(id) = other else { panic!("{other:?}") };
    assert_eq!(world.receive("m1", HEAD, "ANTT 3 TC9").await, Receipt::Replayed(id));
    assert_eq!(world.reply(id).await, "");
    assert_eq!(world.totals(202603).await, [(TC, 2, 1)]);
    assert_eq!(world.number("SELECT count(*) FROM message WHERE fate = 'conflicting'").await, 1);
}

async fn a_correction_makes_a_new_version_and_the_old_one_stays(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.text(HEAD, "ANTT 3 TC2 CB1").await;
    let reply = world.text(HEAD, "SUA T3 TC1").await;
    assert!(reply.contains('1') && reply.contains('2'), "old and new: {reply}");
    assert_eq!(world.totals(202603).await, [(TC, 1, 1), (9, 1, 1)]);
    assert_eq!(world.number("SELECT count(*) FROM report").await, 2);
    assert_eq!(world.number("SELECT count(DISTINCT version) FROM report").await, 2);
    world.assert_consistent().await;
}

async fn a_question_is_answered_by_the_next_text(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.text(HEAD, "ANTT 3 TC2").await;
    let question = world.text(HEAD, "ANTT 3 TC3").await;
    assert!(question.contains('1') && question.contains('2'), "{question}");
    assert_eq!(world.totals(202603).await, [(TC, 2, 1)], "nothing changes until the answer");
    world.text(HEAD, "2").await;
    assert_eq!(world.totals(202603).await, [(TC, 5, 1)]);
    assert_eq!(world.number("SELECT count(*) FROM question").await, 0);
    world.assert_consistent().await;
}

async fn an_open_question_survives_a_restart(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.text(HEAD_OF_TWO, "ANTT 3 TC2").await;
    drop(world);
    let world = World::beside(&test, "2026-03-16T09:00:00+07:00");
    world.text(HEAD_OF_TWO, "2").await;
    let unit = world.unit("03847002").await;
    let of_unit = move |conn: &mut binhyen::db::Conn| {
        use diesel::RunQueryDsl;
        use diesel::sql_types::BigInt;
        let query = Sql::<(BigInt,)>::new("SELECT count(*) FROM month_return WHERE unit_id = ").bind(unit);
        Ok(query.get_result::<(i64,)>(conn)?.0)
    };
    assert_eq!(world.db.read(of_unit).await.unwrap(), 1);
}

async fn a_zero_report_after_figures_is_asked_about(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.text(HEAD, "ANTT 3 TC2").await;
    world.text(HEAD, "ANTT 3 0").await;
    assert_eq!(world.totals(202603).await, [(TC, 2, 1)]);
    world.text(HEAD, "OK").await;
    assert_eq!(world.totals(202603).await, [(REST, 0, 1), (TC, 0, 1)]);
    world.assert_consistent().await;
}

async fn an_unknown_number_is_answered_once_a_day_and_its_texts_are_kept(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    assert!(!world.text("0911111111", "ANTT 3 TC2").await.is_empty());
    assert_eq!(world.text("0911111111", "ANTT 3 TC3").await, "");
    assert_eq!(world.number("SELECT count(*) FROM message WHERE fate = 'refused'").await, 2);
    assert_eq!(world.number("SELECT count(*) FROM report").await, 0);
    let tomorrow = World::beside(&test, "2026-03-17T08:00:00+07:00");
    assert!(!tomorrow.text("0911111111", "ANTT 3 TC2").await.is_empty());
}

async fn machines_are_never_answered(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    for sender in ["VIETTEL", "1414", "+12025550123"] {
        assert_eq!(world.text(sender, "ANTT 3 TC2").await, "", "{sender}");
    }
    assert_eq!(world.number("SELECT count(*) FROM message").await, 3);
}

async fn a_retired_head_is_told_whom_to_turn_to(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    assert!(!world.text(RETIRED, "ANTT 3 TC2").await.is_empty());
    assert_eq!(world.number("SELECT count(*) FROM report").await, 0);
    world.text(RETIRED, "ANTT 12/2025 TC2").await;
    assert_eq!(world.number("SELECT count(*) FROM report WHERE period = 202512").await, 1);
}

async fn urgent_words_reach_the_officer_at_once(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let words = "KHAN danh nhau o quan ba Lan";
    let Receipt::Stored(id) = world.receive("u1", HEAD, words).await else { panic!() };
    let alerts = world.sent_for(id, "alert").await;
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].contains(words) && alerts[0].contains("0900000001"), "{alerts:?}");
    assert!(world.reply(id).await.contains("113"));
    assert_ne!(OFFICER, HEAD);
}

async fn what_must_not_be_texted_is_not_kept(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let words = "trong ban co nguoi tuyen truyen dao la trai phep, loi keo dan theo ta dao";
    world.text(HEAD, words).await;
    assert_eq!(
        world.number("SELECT count(*) FROM message WHERE fate = 'purged' AND text_cipher IS NULL").await,
        1
    );
}

async fn a_submission_is_known_by_its_id_and_content(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let unit = world.unit("03847001").await;
    let first = world.submit("r1", unit, "2026-03", &[(TC, 2)]).await;
    assert_eq!(first.outcome, SubmissionOutcome::Created);
    let again = world.submit("r1", unit, "2026-03", &[(TC, 2)]).await;
    assert_eq!((again.outcome, again.report), (SubmissionOutcome::Replayed, first.report));
    let other = world.submit("r1", unit, "2026-03", &[(TC, 3)]).await;
    assert_eq!(other.outcome, SubmissionOutcome::IdTaken);
    assert_eq!(world.totals(202603).await, [(TC, 2, 1)]);
    let nowhere = world.submit("r2", 1, "2026-03", &[(TC, 3)]).await;
    assert_eq!(nowhere.outcome, SubmissionOutcome::UnknownUnit);
}

async fn a_stale_version_that_differs_is_a_conflict_and_both_are_kept(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let unit = world.unit("03847001").await;
    world.text(HEAD, "ANTT 3 TC2").await;
    let conflict = world.submit("r1", unit, "2026-03", &[(TC, 4)]).await;
    assert_eq!(conflict.outcome, SubmissionOutcome::Conflict);
    assert_eq!(world.totals(202603).await, [(TC, 2, 1)]);
    assert!(world.number("SELECT count(*) FROM report WHERE proposal").await >= 1);
    world.assert_consistent().await;
}

async fn one_bad_item_hurts_only_itself(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let unit = world.unit("03847001").await;
    // PostgreSQL takes no U+0000 in a text; SQLite does.
    let bad = world.submission("bad\0id", unit, "2026-02", &[(TC, 1)]);
    let (bad, receipts) = tokio::join!(
        world.intake.submit(bad),
        futures(10, |n| {
            let raw = world.raw(&format!("m{n}"), if n == 0 { HEAD } else { OTHER_HEAD }, "THEM T3 TC1 CB1");
            world.intake.receive(raw)
        })
    );
    assert_eq!(bad.is_err(), test.url().starts_with("postgres"));
    assert!(receipts.iter().all(|receipt| matches!(receipt, Ok(Receipt::Stored(_)))), "{receipts:?}");
    world.assert_consistent().await;
}

async fn two_servers_and_one_hamlet_agree_after_a_thousand_changes(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let second = World::beside(&test, NOW);
    let unit = world.unit("03847001").await;
    for round in 0..10 {
        futures(100, |n| {
            let server = if n % 2 == 0 { &world } else { &second };
            async move {
                if n % 4 == 0 {
                    let id = format!("r{round} {n}");
                    server.submit(&id, unit, "2026-03", &[(TC, n.try_into().unwrap()), (TTN, 7)]).await;
                } else {
                    let sender = if n % 4 == 1 { HEAD } else { HEAD_OF_TWO };
                    let words = format!("SUA T3 thon Na Mo TC{} CB{}", n % 9, round);
                    server.receive(&format!("{round} {n}"), sender, &words).await;
                }
            }
        })
        .await;
    }
    assert_eq!(world.number("SELECT count(*) FROM message").await, 750);
    assert!(world.number("SELECT count(DISTINCT version) FROM report").await > 100);
    world.assert_consistent().await;
    second.assert_consistent().await;
}

async fn verify_names_what_was_tampered_with(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    world.text(HEAD, "ANTT 3 TC2").await;
    world.text(OTHER_HEAD, "ANTT 3 TC1").await;
    for tampering in [
        "UPDATE total SET figure = 9",
        "UPDATE value SET figure = 8",
        "UPDATE month_return SET report_id = 1 WHERE unit_id = (SELECT min(unit_id) FROM month_return)",
        "UPDATE audit SET actor = 'nobody' WHERE number = 2",
    ] {
        let before = world.verify().await.findings.len();
        world.db.write(move |conn| Ok(Sql::new(tampering).run(conn)?)).await.unwrap();
        assert!(world.verify().await.findings.len() > before, "{tampering}");
    }
}

async fn changes_are_numbered_without_gaps_in_commit_order(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    futures(30, |n| world.intake.receive(world.raw(&n.to_string(), HEAD, "THEM T3 TC1"))).await;
    let changes = world.number("SELECT count(*) FROM change").await;
    assert_eq!(world.number("SELECT max(number) FROM change").await, changes);
    assert_eq!(world.number("SELECT change_number FROM log_head").await, changes);
    assert_eq!(COMMUNE.len(), 5);
}

/// Runs `count` futures side by side.
async fn futures<F: Future>(count: usize, make: impl Fn(usize) -> F) -> Vec<F::Output> {
    let mut running: Vec<_> = (0..count).map(|n| Box::pin(make(n))).collect();
    let mut done: Vec<Option<F::Output>> = (0..count).map(|_| None).collect();
    std::future::poll_fn(move |context| {
        let mut waiting = false;
        for (future, slot) in running.iter_mut().zip(&mut done) {
            if slot.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(output) => *slot = Some(output),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(done.iter_mut().filter_map(Option::take).collect())
    })
    .await
}

on_both!(
    a_text_becomes_a_report_a_total_and_a_reply,
    the_hamlets_of_a_commune_add_up,
    the_same_message_again_is_answered_and_not_counted,
    the_same_message_at_once_from_two_servers_is_counted_once,
    a_key_with_other_words_is_kept_and_not_counted,
    a_correction_makes_a_new_version_and_the_old_one_stays,
    a_question_is_answered_by_the_next_text,
    an_open_question_survives_a_restart,
    a_zero_report_after_figures_is_asked_about,
    an_unknown_number_is_answered_once_a_day_and_its_texts_are_kept,
    machines_are_never_answered,
    a_retired_head_is_told_whom_to_turn_to,
    urgent_words_reach_the_officer_at_once,
    what_must_not_be_texted_is_not_kept,
    a_submission_is_known_by_its_id_and_content,
    a_stale_version_that_differs_is_a_conflict_and_both_are_kept,
    one_bad_item_hurts_only_itself,
    two_servers_and_one_hamlet_agree_after_a_thousand_changes,
    verify_names_what_was_tampered_with,
    changes_are_numbered_without_gaps_in_commit_order,
);
