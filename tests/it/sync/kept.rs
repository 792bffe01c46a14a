//! Rows that could not be taken, as officers see them.

use binhyen::db::Conn;
use binhyen::db::sql::Sql;
use binhyen::db::sync::forget;
use serde_json::{Value, json};

use super::{Phone, Phones, month, month_of};
use crate::otp::access;
use crate::support::TestDatabase;
use crate::web::office::{Office, PASSWORD, refused};

const KEPT: &str = "/api/v1/sync/kept";
const MINUTE: i64 = 60_000_000;

impl Phone {
    /// The kept rows that it sees, in order.
    async fn kept(&self, office: &Office, query: &str) -> Vec<Value> {
        let (status, page) = office.get(&format!("{KEPT}{query}"), &self.token).await;
        assert_eq!(status.as_u16(), 200, "{page}");
        page["items"].as_array().unwrap().clone()
    }
}

fn revs(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["rev"].as_str().unwrap()).collect()
}

fn row(document: Value) -> Value {
    json!({"newDocumentState": document})
}

async fn officers_see_rows_that_could_not_be_taken_fetch_them_and_mark_them(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let (office, officer) = (&phones.heads.office, &phones.officer);
    let mut unknown = month_of("03847001", "2026-02", "a1", &json!({"XX": 1}));
    unknown["note"] = json!("nhà ông Lò");
    let mut long = month_of("03847001", "2026-01", "a3", &json!({"TC": 1}));
    long["note"] = json!("o".repeat(20_000));
    let rows = [unknown, month_of("03847002", "2026-03", "a2", &json!({"TC": 1})), long].map(row);
    phones.head.post(office, &json!(rows)).await;
    phones.head.post(office, &json!([7])).await;

    let (_, first) = office.get(&format!("{KEPT}?limit=1"), &officer.token).await;
    let one = first["items"][0].clone();
    let told =
        ["document", "rev", "code", "person"].map(|field| one[field].as_str().unwrap_or_default().to_owned());
    assert_eq!(told, ["03847001:2026-02", "a1", "unknown_indicator", "Lò Văn Ún"]);
    let (_, me) = office.get("/api/v1/me", &phones.head.token).await;
    assert_eq!(one["device"], json!({"id": me["device"], "name": "Nokia G21"}));
    assert_eq!(one["about"]["errors"][0]["pointer"], "/values/XX", "{one}");
    assert_eq!(
        (&one["practice"], &one["mended"], &one["done_at"]),
        (&json!(false), &json!(false), &Value::Null)
    );
    assert!(one["at"].as_str().unwrap().starts_with("2026-03-16T01:00"), "{one}");
    let next = officer.kept(office, &format!("?after={}", first["next"].as_str().unwrap())).await;
    assert_eq!(revs(&next[..2]), ["a2", "a3"]);
    assert!(next[0]["detail"].as_str().unwrap().contains("post"), "{}", next[0]);
    assert_eq!((&next[1]["cut"], &next[0]["cut"]), (&json!(true), &json!(false)));
    assert_eq!((&next[2]["code"], &next[2]["document"]), (&json!("not_a_row"), &Value::Null));

    let path = format!("{KEPT}/{}", one["id"].as_str().unwrap());
    let got = office.client.get(office.server.url(&path)).bearer_auth(&officer.token).send().await.unwrap();
    let headers = got.headers().clone();
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"), "{headers:?}");
    assert_eq!(got.text().await.unwrap(), rows[0].to_string());
    let cut = office.get(&format!("{KEPT}/{}", next[1]["id"].as_str().unwrap()), &officer.token).await.1;
    assert_eq!(cut.as_str().unwrap(), &rows[2].to_string()[..16 * 1024]);

    let done = format!("{path}/done");
    office.add_account("neighbour", "commune", Some("04792"));
    let (_, neighbour) = office.log_in("neighbour", PASSWORD).await;
    let neighbour = access(&neighbour);
    assert_eq!(office.get(KEPT, neighbour).await.1["items"], json!([]));
    refused(&office.get(&path, neighbour).await, 404, "not_found");
    refused(&office.post(&done, neighbour, &json!({})).await, 404, "not_found");
    for address in [KEPT, &path] {
        refused(&office.get(address, &phones.head.token).await, 403, "forbidden");
        refused(&office.get(address, "nobody").await, 401, "invalid_token");
    }
    refused(&office.post(&done, &phones.head.token, &json!({})).await, 403, "forbidden");
    refused(&office.get(&format!("{KEPT}/1"), &officer.token).await, 404, "not_found");
    for wrong in ["/x", "?limit=501", "?after=x", "?open=true"] {
        refused(&office.get(&format!("{KEPT}{wrong}"), &officer.token).await, 400, "invalid_parameter");
    }

    for _ in 0..2 {
        assert_eq!(office.post(&done, &officer.token, &json!({})).await.0.as_u16(), 204);
    }
    assert_eq!(revs(&officer.kept(office, "?limit=2").await), ["a2", "a3"]);
    let settled = officer.kept(office, "?done=true").await;
    assert_eq!((revs(&settled), settled[0]["done_at"].is_string()), (vec!["a1"], true));
    let noted = "SELECT count(*) FROM audit WHERE action IN ('read_kept_row', 'settle_kept_row')";
    assert_eq!(office.world.number(noted).await, 3);
    let lists = office.world.number("SELECT count(*) FROM audit WHERE action = 'read_kept_rows'").await;
    assert_eq!(lists, 4, "names were read four times");
    office.world.assert_consistent().await;
}

async fn a_row_that_was_mended_on_the_phone_waits_no_more(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, month_of("03847001", "2026-01", "a0", &json!({"TC": 1}))).await;
    phones.head.push(office, month("a1", &json!({"TC": 1, "XX": 1}))).await;
    phones.head.push(office, month_of("03847001", "2026-02", "b1", &json!({"XX": 1}))).await;
    let both = || async { revs(&phones.officer.kept(office, "").await).join(" ") };
    assert_eq!(both().await, "a1 b1");
    // What is asked about is not there yet, and what another phone says of the month mends nothing of this row.
    phones.head.documents.remove("03847001:2026-03");
    phones.head.push(office, month("a2", &json!({"TC": 40}))).await;
    assert_eq!(phones.head.fate(office, "a2").await.0, "asked");
    phones.second.push(office, month_of("03847001", "2026-02", "c1", &json!({"CG": 1}))).await;
    let both = || async { revs(&phones.officer.kept(office, "").await).join(" ") };
    assert_eq!(both().await, "a1 b1");
    let mut mended = month("a3", &json!({"TC": 40}));
    mended["confirmed"] = json!(true);
    phones.head.push(office, mended).await;
    let waiting = phones.officer.kept(office, "").await;
    assert_eq!(revs(&waiting), ["b1"]);
    let done = phones.officer.kept(office, "?done=true").await;
    assert_eq!(
        (revs(&done), &done[0]["mended"], &done[0]["done_at"]),
        (vec!["a1"], &json!(true), &Value::Null)
    );
    // Good ones that came before do not make a bad one good.
    phones.head.push(office, month_of("03847001", "2026-01", "a4", &json!({"XX": 1}))).await;
    let waiting = phones.officer.kept(office, "").await;
    assert_eq!(revs(&waiting), ["b1", "a4"]);
    // The same revision once more, which can be taken today: the post is there now.
    phones.head.push(office, month_of("03847002", "2026-03", "d1", &json!({"TC": 1}))).await;
    assert_eq!(phones.officer.kept(office, "").await.len(), 3);
    let unit = office.world.unit("03847002").await;
    let moved = move |conn: &mut Conn| {
        let query = Sql::new("UPDATE post SET unit_id = ").bind(unit);
        Ok(query.sql(" WHERE id = (SELECT min(id) FROM post WHERE role = 'head')").run(conn)?)
    };
    assert_eq!(office.world.db.write(moved).await.unwrap(), 1);
    phones.head.documents.clear();
    phones.head.push(office, month_of("03847002", "2026-03", "d1", &json!({"TC": 1}))).await;
    assert_eq!(phones.head.fate(office, "d1").await.0, "taken");
    assert_eq!(revs(&phones.officer.kept(office, "").await), ["b1", "a4"]);
}

async fn rows_of_accounts_and_of_who_practises_say_so(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.officer.push(office, month("o1", &json!({"XX": 1}))).await;
    let practise = |conn: &mut Conn| {
        let query = Sql::new("UPDATE person SET practice = ").bind(true);
        Ok(query.sql(" WHERE id = (SELECT min(id) FROM person)").run(conn)?)
    };
    assert_eq!(office.world.db.write(practise).await.unwrap(), 1);
    phones.head.push(office, month("a1", &json!({"XX": 1}))).await;
    let waiting = phones.officer.kept(office, "").await;
    assert_eq!(revs(&waiting), ["o1", "a1"]);
    let (own, tried) = (&waiting[0], &waiting[1]);
    assert_eq!(
        (&own["account"], &own["person"], &own["device"]),
        (&json!("commune"), &Value::Null, &Value::Null)
    );
    assert_eq!((&own["practice"], &tried["practice"]), (&json!(false), &json!(true)));
    // Mended while practising: nothing counts, and nothing waits either.
    phones.head.documents.clear();
    phones.head.push(office, month("a2", &json!({"TC": 1}))).await;
    assert_eq!(phones.head.fate(office, "a2").await.0, "practised");
    assert_eq!(revs(&phones.officer.kept(office, "").await), ["o1"]);
    assert_eq!(office.world.number("SELECT count(*) FROM report").await, 0);
}

async fn sealed_rows_are_forgotten_in_time_whether_somebody_looked_or_not(test: TestDatabase) {
    let phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let rows: Vec<Value> = (0..5).map(|n| row(month(&format!("a{n}"), &json!({"XX": n})))).collect();
    phones.head.post(office, &json!(rows)).await;
    let world = &office.world;
    let now = world.clock.real_micros();
    let forget_before =
        |before: i64| async move { world.db.write(move |conn| forget(conn, before, 3)).await.unwrap() };
    assert_eq!(forget_before(now - 10 * MINUTE).await, 0);
    assert_eq!((forget_before(now + MINUTE).await, forget_before(now + MINUTE).await), (6, 4));
    for table in ["SELECT count(*) FROM sync_quarantine", "SELECT count(*) FROM sync_outcome"] {
        assert_eq!(world.number(table).await, 0);
    }
    assert_eq!(phones.officer.kept(office, "").await.len(), 0);
    world.assert_consistent().await;
}

on_both!(
    officers_see_rows_that_could_not_be_taken_fetch_them_and_mark_them,
    a_row_that_was_mended_on_the_phone_waits_no_more,
    rows_of_accounts_and_of_who_practises_say_so,
    sealed_rows_are_forgotten_in_time_whether_somebody_looked_or_not,
);
