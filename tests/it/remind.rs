//! Reminders: the right people on the right days, once, until it is done.

mod commune;
mod once;
mod rehearse;
mod rules;
mod year;

use binhyen::db::sql::Sql;
use binhyen::flows::remind::Plan;

use crate::support::TestDatabase;
use commune::{Commune, PEOPLE, UNITS};

const NA_MO: &str = "0900000001: Ban Na Mo chua bao cao thang 5 (15/4-14/5), han 15/5. Neu khong co gi, soan ANTT T5 0. Thoi nhan: soan THOI NHAC.";

async fn a_head_is_reminded_until_the_return_is_there(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, PEOPLE).await;
    assert_eq!(commune.at("2026-05-11T20:00:00+07:00").await, [""; 0]);
    let first = commune.at("2026-05-12T08:00:00+07:00").await;
    assert_eq!(first.len(), 3, "{first:#?}");
    assert_eq!(first[0], NA_MO);
    assert_eq!(commune.at("2026-05-12T08:00:10+07:00").await, [""; 0], "once");

    commune.report("03847001", "2026-05", "2026-05-13T09:00:00+07:00").await;
    let second = commune.at("2026-05-15T08:00:00+07:00").await;
    assert_eq!(second.len(), 2, "{second:#?}");
    assert!(second.iter().all(|text| text.contains("han hom nay") && !text.contains("Na Mo")), "{second:#?}");
}

async fn what_is_done_between_planning_and_sending_is_not_reminded_of(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, PEOPLE).await;
    let now = "2026-05-12T08:00:00+07:00";
    assert_eq!(commune.plan(now).await, Plan { runs: 1, rows: 3, texts: 3 });
    commune.report("03847001", "2026-05", "2026-05-12T08:00:01+07:00").await;
    let sent = commune.send("2026-05-12T08:00:02+07:00").await;
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert_eq!(commune.fates().await, ["skipped done 1", "told 2"]);
    assert_eq!(commune.world.number("SELECT count(*) FROM outbox WHERE reason = 'not_needed'").await, 1);
}

async fn who_stopped_has_no_number_or_no_head_is_noted(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, "").await;
    let people = "name,phone,role,unit,from,to\nLò Văn Ún,0900000001,head,03847001,,\n\
        Quàng Thị Pành,0900000002,head,03847002,,\nTòng Văn Phiến,0900000004,head,03847003,,2025-12-31\n\
        Hoàng Minh Nam,0900000099,commune,03847,,\n";
    commune.world.import_people(people).await;
    commune
        .run(
            "UPDATE person SET reminders_stopped_at = 1 WHERE id IN (SELECT p.person_id FROM post p \
             JOIN unit u ON u.id = p.unit_id WHERE u.code = '03847001')",
        )
        .await;
    commune
        .run(
            "DELETE FROM phone WHERE person_id IN (SELECT p.person_id FROM post p \
             JOIN unit u ON u.id = p.unit_id WHERE u.code = '03847002')",
        )
        .await;
    let others = "SELECT count(*) FROM person WHERE reminders_stopped_at IS NOT NULL";
    assert_eq!(commune.world.number(others).await, 1);
    assert_eq!(commune.at("2026-05-12T08:00:00+07:00").await, [""; 0]);
    assert_eq!(commune.fates().await, ["skipped no_phone 1", "skipped nobody 1", "skipped stopped 1"]);
    // The officer's list holds all three, whatever the heads wish.
    let list = commune.at("2026-05-16T08:00:00+07:00").await;
    assert_eq!(
        list,
        [
            "0900000099: Thang 5 (15/4-14/5), da qua han 15/5: 3 noi chua bao cao: Ban Na Mo, Ban Co Ma, Ban Pom."
        ]
    );
}

async fn an_officer_who_stopped_gets_the_statutory_list_all_the_same(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, PEOPLE).await;
    commune.run("UPDATE person SET reminders_stopped_at = 1").await;
    assert_eq!(commune.at("2026-05-15T08:00:00+07:00").await, [""; 0]);
    let list = commune.at("2026-05-16T08:00:00+07:00").await;
    assert_eq!(list.len(), 1, "{list:#?}");
    assert!(list[0].starts_with("0900000099: Thang 5"), "{list:#?}");
}

async fn after_a_time_down_one_text_comes_of_what_is_still_of_use(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, PEOPLE).await;
    let sent = commune.at("2026-05-17T06:00:00+07:00").await;
    assert_eq!(sent, [""; 0], "not at six in the morning");
    // The hour that it was put off for passes.
    commune.run("UPDATE outbox SET next_at = 0").await;
    let sent = commune.send("2026-05-17T07:00:00+07:00").await;
    assert_eq!(sent.len(), 4, "a text for each head and the list: {sent:#?}");
    // Of three reminders of each head one is too late and one is overtaken by the last.
    assert_eq!(commune.fates().await, ["skipped late 3", "skipped overtaken 3", "told 6"]);
}

async fn what_is_of_no_use_any_more_is_noted_and_not_sent(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, PEOPLE).await;
    assert_eq!(commune.at("2026-06-05T08:00:00+07:00").await, [""; 0]);
    let fates = commune.fates().await;
    assert!(fates.contains(&"skipped late 12".to_owned()), "{fates:?}");
    assert!(fates.iter().all(|fate| !fate.starts_with("told")), "{fates:?}");
}

async fn a_number_of_two_people_gets_one_text(test: TestDatabase) {
    let people = "name,phone,role,unit,from,to\nLò Văn Ún,0900000001,head,03847001,,\n\
        Quàng Thị Pành,0900000001,head,03847002,,\nCà Văn Hặc,0900000003,head,03847003,,\n";
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, people).await;
    let sent = commune.at("2026-05-12T08:00:00+07:00").await;
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert!(sent[0].starts_with("0900000001: Ban Na Mo, Ban Co Ma chua bao cao"), "{sent:#?}");
}

async fn a_hamlet_that_ended_in_mid_year_is_reminded_of_no_more(test: TestDatabase) {
    let units = "code,kind,parent,name,valid_from,valid_to\n03847001,hamlet,03847,Bản Nà Mo,,2026-06-14\n\
        03847002,hamlet,03847,Bản Co Mạ,,2026-06-30\n03847003,hamlet,03847,Bản Pom,2026-07-01,\n";
    let people = PEOPLE.replace("03847003,,", "03847003,2026-07-01,");
    let commune = Commune::new(test, "2026-05-31T00:00:00+07:00", units, &people).await;
    // June (15/5-14/6) is owed by the two that were there on the 14th; one has no head any more to ask.
    assert_eq!(commune.at("2026-06-12T08:00:00+07:00").await.len(), 2);
    let on_the_day = commune.at("2026-06-15T08:00:00+07:00").await;
    assert_eq!(on_the_day.len(), 1, "{on_the_day:#?}");
    assert!(on_the_day[0].starts_with("0900000002: Ban Co Ma"));
    assert!(commune.fates().await.contains(&"skipped unit_ended 1".to_owned()));
    let list = commune.at("2026-06-16T08:00:00+07:00").await;
    assert!(list.iter().any(|text| text.contains("2 noi chua bao cao: Ban Na Mo, Ban Co Ma.")), "{list:#?}");
    // July (15/6-14/7) is owed by the new one only.
    let july = commune.at("2026-07-12T08:00:00+07:00").await;
    assert_eq!(july.len(), 1, "{july:#?}");
    assert!(july[0].starts_with("0900000003: Ban Pom chua bao cao thang 7"), "{july:#?}");
}

async fn a_closed_month_is_reminded_of_no_more(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, PEOPLE).await;
    commune
        .run("INSERT INTO month_state (period, commune_id, state, version, changed_at) VALUES (202605, 2003847, 'closed', 1, 1)")
        .await;
    assert_eq!(commune.at("2026-05-12T08:00:00+07:00").await, [""; 0]);
}

async fn a_hundred_rows_of_a_run_are_settled_in_its_text(test: TestDatabase) {
    let mut units = "code,kind,parent,name\n".to_owned();
    units.extend((1..=120).map(|n| format!("03847{n:03},hamlet,03847,Bản số {n}\n")));
    let commune = Commune::new(test, "2026-05-15T00:00:00+07:00", &units, PEOPLE).await;
    // Reminders begin on a whole day: that of eight o'clock is made up for.
    assert_eq!(commune.at("2026-05-15T12:00:00+07:00").await.len(), 3);
    let list = commune.at("2026-05-16T08:00:00+07:00").await;
    let to_officer = list.iter().find(|text| text.starts_with("0900000099")).unwrap();
    assert!(to_officer.contains("120 noi chua bao cao: Ban so 1, Ban so 2"), "{to_officer}");
    assert!(to_officer.ends_with("noi nua."), "{to_officer}");
    let told = "SELECT count(*) FROM reminder WHERE state = 'told' AND audience = 'supervisor'";
    assert_eq!(commune.world.number(told).await, 120);
}

on_both!(
    a_head_is_reminded_until_the_return_is_there,
    what_is_done_between_planning_and_sending_is_not_reminded_of,
    who_stopped_has_no_number_or_no_head_is_noted,
    an_officer_who_stopped_gets_the_statutory_list_all_the_same,
    after_a_time_down_one_text_comes_of_what_is_still_of_use,
    what_is_of_no_use_any_more_is_noted_and_not_sent,
    a_number_of_two_people_gets_one_text,
    a_hamlet_that_ended_in_mid_year_is_reminded_of_no_more,
    a_closed_month_is_reminded_of_no_more,
    a_hundred_rows_of_a_run_are_settled_in_its_text,
);

/// A statement on the database of a commune.
async fn run(db: &binhyen::db::Db, statement: &'static str) {
    db.write(move |conn| Ok(Sql::new(statement).run(conn)?)).await.unwrap();
}
