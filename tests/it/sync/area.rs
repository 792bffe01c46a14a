//! Whose documents a phone holds when posts end and begin, and whose cursors are good.

use binhyen::db::Conn;
use binhyen::db::sql::Sql;
use serde_json::{Value, json};

use super::{Phone, Phones, month, month_of};
use crate::support::TestDatabase;
use crate::web::office::{Office, refused};

/// The first post at a hamlet, that of its head, goes to another.
async fn move_post(office: &Office, from: &'static str, to: &'static str) {
    let (from, to) = (office.world.unit(from).await, office.world.unit(to).await);
    let moved = move |conn: &mut Conn| {
        let query = Sql::new("UPDATE post SET unit_id = ").bind(to);
        let query = query.sql(" WHERE id = (SELECT min(id) FROM post WHERE role = 'head' AND valid_to > '2026-12-31' AND unit_id = ");
        Ok(query.bind(from).sql(")").run(conn)?)
    };
    assert_eq!(office.world.db.write(moved).await.unwrap(), 1);
}

async fn who_gets_another_hamlet_drops_the_first_and_gets_all_of_the_other(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    for (number, period) in ["2025-12", "2026-01", "2026-02", "2026-03"].into_iter().enumerate() {
        phones
            .head
            .push(office, month_of("03847001", period, &format!("a{number}"), &json!({"TC": 1})))
            .await;
        phones
            .other
            .push(office, month_of("03847002", period, &format!("b{number}"), &json!({"CG": 1})))
            .await;
    }
    phones.head.pull(office).await;
    assert_eq!(phones.head.documents.len(), 4);
    // The phone is off when it happens, and the first hamlet goes on without it.
    move_post(office, "03847001", "03847003").await;
    let page = phones.head.pull_page(office, 3).await;
    let ids = |page: &Value| -> Vec<String> {
        page["documents"].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&page), ["03847001:2025-12", "03847001:2026-01", "03847001:2026-02"]);
    assert!(
        page["documents"]
            .as_array()
            .unwrap()
            .iter()
            .all(|d| d["_deleted"] == true && d["values"] == json!({}))
    );
    phones.head.pull(office).await;
    assert_eq!(phones.head.documents.len(), 0);
    let (_, masters) =
        phones.head.post(office, &json!([{"newDocumentState": month("a9", &json!({"TC": 5}))}])).await;
    assert_eq!(masters, json!([]));
    assert_eq!(phones.head.fate(office, "a9").await.1.as_deref(), Some("not_your_unit"));
    // Back again, and to another hamlet with a past.
    move_post(office, "03847003", "03847002").await;
    assert_eq!(phones.head.pull(office).await, 4);
    assert!(phones.head.documents.values().all(|document| document["unit"] == "03847002"));
}

async fn a_post_that_ended_ends_the_sync(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, month("a1", &json!({"TC": 1}))).await;
    let end = |conn: &mut Conn| Ok(Sql::new("UPDATE post SET valid_to = '2026-03-15'").run(conn)?);
    office.world.db.write(end).await.unwrap();
    refused(&phones.head.get(office, "reports").await, 401, "post_ended");
    let row = json!([{"newDocumentState": month("a2", &json!({"TC": 2}))}]);
    refused(&phones.head.post(office, &row).await, 401, "post_ended");
}

async fn a_cursor_that_is_none_of_ours_begins_anew_and_shows_nothing_of_others(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, month("a1", &json!({"TC": 1}))).await;
    phones.other.push(office, month_of("03847002", "2026-03", "b1", &json!({"CG": 1}))).await;
    for phone in [&mut phones.head, &mut phones.other, &mut phones.officer] {
        phone.pull(office).await;
    }
    let (_, statuses) = phones.head.get(office, "report_status").await;
    let own = phones.head.after.clone().unwrap();
    let mut tampered = own.clone();
    tampered.replace_range(8..9, if &own[8..9] == "A" { "B" } else { "A" });
    let cut = own.split('.').next().unwrap().to_owned();
    let elsewhere = statuses["checkpoint"]["after"].as_str().unwrap().to_owned();
    let others = [phones.other.after.clone().unwrap(), phones.officer.after.clone().unwrap()];
    let long = "A".repeat(9_000);
    for cursor in
        [tampered, cut, elsewhere, "x".to_owned(), String::new(), ".".to_owned(), "7".to_owned(), long]
            .into_iter()
            .chain(others)
    {
        let mut phone = Phone { after: Some(cursor.clone()), ..phones.head.clone() };
        let page = phone.pull_page(office, 10).await;
        assert_eq!(page["fresh"], true, "{cursor}");
        assert_eq!(page["documents"], json!([month("a1", &json!({"TC": 1}))]), "{cursor}");
    }
    // The log was put back to an earlier state, as by a backup that was restored.
    let back = |conn: &mut Conn| Ok(Sql::new("UPDATE log_head SET epoch = 2").run(conn)?);
    office.world.db.write(back).await.unwrap();
    let page = phones.head.pull_page(office, 10).await;
    assert_eq!((&page["fresh"], page["documents"].as_array().unwrap().len()), (&json!(true), 1));
    let page = phones.head.pull_page(office, 10).await;
    assert_eq!((&page["fresh"], page["documents"].as_array().unwrap().len()), (&Value::Null, 0));
}

async fn who_supervises_a_province_has_no_phone_that_holds_it(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let province = office.token("province", Some("14")).await;
    refused(&office.get("/api/v1/sync/reports", &province).await, 403, "forbidden");
    refused(&office.post("/api/v1/sync/reports", &province, &json!([])).await, 403, "forbidden");
    let neighbour = office.token("decider", Some("04792")).await;
    let (status, page) = office.get("/api/v1/sync/reports", &neighbour).await;
    assert_eq!((status.as_u16(), &page["documents"]), (200, &json!([])));
    refused(&office.get("/api/v1/sync/reports", "nobody").await, 401, "invalid_token");
    refused(&office.post("/api/v1/sync/reports", "nobody", &json!([])).await, 401, "invalid_token");
}

async fn a_device_that_was_ended_brings_nothing_and_another_one_can(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.pull(office).await;
    let (_, me) = office.get("/api/v1/me", &phones.head.token).await;
    let path = format!("/api/v1/devices/{}", me["device"].as_str().unwrap());
    let request = office.client.delete(office.server.url(&path)).bearer_auth(&phones.officer.token);
    assert!(request.send().await.unwrap().status().is_success());
    let row = month("a1", &json!({"TC": 1}));
    refused(&phones.head.post(office, &json!([{"newDocumentState": row}])).await, 401, "device_revoked");
    for question in ["reports", "report_status", "stream"] {
        refused(&phones.head.get(office, question).await, 401, "device_revoked");
    }
    let world = &office.world;
    for table in ["SELECT count(*) FROM report", "SELECT count(*) FROM sync_quarantine"] {
        assert_eq!(world.number(table).await, 0);
    }
    assert_eq!(phones.second.push(office, row).await, Vec::<Value>::new());
    assert_eq!(phones.second.fate(office, "a1").await.0, "taken");
}

on_both!(
    a_device_that_was_ended_brings_nothing_and_another_one_can,
    who_gets_another_hamlet_drops_the_first_and_gets_all_of_the_other,
    a_post_that_ended_ends_the_sync,
    a_cursor_that_is_none_of_ours_begins_anew_and_shows_nothing_of_others,
    who_supervises_a_province_has_no_phone_that_holds_it,
);
