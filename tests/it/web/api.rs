//! Reports in, months out.

use binhyen::db::total::{Difference, add};
use serde_json::{Value, json};

use super::office::{Office, refused};
use crate::support::TestDatabase;
use crate::support::world::HEAD;

fn report(id: &str, hamlet: &str, values: Value) -> Value {
    json!({"id": id, "unit": hamlet, "kind": "month", "period": "2026-03", "values": values})
}

fn indicator<'v>(month: &'v Value, code: &str) -> &'v Value {
    month["indicators"].as_array().unwrap().iter().find(|i| i["code"] == code).unwrap()
}

async fn a_report_is_taken_once_and_is_in_the_months_of_commune_province_and_country(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    let sent = report("r-1", "03847001", json!({"TC": 2, "TTRA": 4}));
    let (status, created) = office.post("/api/v1/reports", &officer, &sent).await;
    assert_eq!(
        (status.as_u16(), created["outcome"].as_str(), created["version"].as_i64()),
        (201, Some("created"), Some(1)),
        "{created}"
    );
    let (status, replayed) = office.post("/api/v1/reports", &officer, &sent).await;
    assert_eq!((status.as_u16(), replayed["outcome"].as_str()), (200, Some("replayed")));
    assert_eq!(replayed["report"], created["report"]);
    let other = report("r-1", "03847001", json!({"TC": 3}));
    refused(&office.post("/api/v1/reports", &officer, &other).await, 409, "id_taken");
    let differing = report("r-2", "03847001", json!({"TC": 3}));
    let conflict = office.post("/api/v1/reports", &officer, &differing).await;
    refused(&conflict, 409, "version_conflict");
    assert_eq!(conflict.1["errors"][0]["pointer"], "/values/TC");
    let informed = json!({"id": "r-3", "unit": "03847001", "kind": "month", "period": "2026-03", "values": {"TC": 3},
        "base_version": 1});
    assert_eq!(office.post("/api/v1/reports", &officer, &informed).await.0.as_u16(), 201);

    let national = office.token("national", None).await;
    for (path, token) in [
        ("/api/v1/communes/03847/indicators?period=2026-03", &officer),
        ("/api/v1/provinces/14/indicators?period=2026-03", &national),
        ("/api/v1/indicators/national?period=2026-03", &national),
    ] {
        let (status, month) = office.get(path, token).await;
        assert_eq!(status.as_u16(), 200, "{month}");
        assert_eq!(indicator(&month, "TC")["value"], 3, "{path}");
        assert_eq!(indicator(&month, "TTRA")["value"], 4, "{path}");
        assert_eq!(indicator(&month, "CG")["value"], Value::Null, "not stated is not 0");
        let counts = [
            "hamlets_expected",
            "hamlets_reported",
            "hamlets_on_time",
            "hamlets_zero",
            "hamlets_missing_count",
        ];
        assert_eq!(counts.map(|name| month[name].as_i64().unwrap()), [3, 1, 0, 0, 2], "{path}");
        assert_eq!(month["completeness"], 33.33);
        assert_eq!((month["from"].as_str(), month["to"].as_str()), (Some("2026-02-15"), Some("2026-03-14")));
    }
    let (_, province) = office.get("/api/v1/provinces/14/indicators?period=2026-03", &national).await;
    assert_eq!(province["hamlets_missing"], json!(["03847002", "03847003"]));
    let rows = province["communes"].as_array().unwrap();
    let own = rows.iter().find(|row| row["code"] == "03847").unwrap();
    assert_eq!(
        (&indicator(own, "TC")["value"], &own["hamlets_missing"]),
        (&json!(3), &province["hamlets_missing"])
    );
    let silent = rows.iter().find(|row| row["code"] != "03847").unwrap();
    assert_eq!((&indicator(silent, "TC")["value"], &silent["completeness"]), (&Value::Null, &Value::Null));
    assert_eq!(office.world.verify().await.findings, []);
    assert_eq!(office.server.terminate(), Some(0));
}

async fn a_month_is_compared_with_the_month_before_and_the_same_month_of_last_year(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    let commune = office.world.unit("03847").await;
    // Theft: 3 a year ago, 0 a month ago, 2 now. Robbery: stated only a year ago. Cleared: 1 of 2.
    let totals = [(202503, 1, 3), (202602, 1, 0), (202603, 1, 2), (202503, 2, 1), (202603, 18, 1)];
    let cells =
        totals.map(|(period, id, figure)| ((period, commune, id), Difference { figure, stated: 1 })).into();
    office.world.db.write(move |conn| add(conn, &cells)).await.unwrap();
    let (_, month) = office.get("/api/v1/communes/03847/indicators?period=2026-03", &officer).await;
    let theft = indicator(&month, "TC");
    assert_eq!(
        *theft,
        json!({"code": "TC", "value": 2, "stated": 1, "previous": 0, "same_month_last_year": 3, "change": 2,
            "change_percent": null, "change_from_last_year": -1, "change_from_last_year_percent": -33.33})
    );
    let robbery = indicator(&month, "CG");
    assert_eq!(
        (&robbery["value"], &robbery["same_month_last_year"], &robbery["change"]),
        (&Value::Null, &json!(1), &Value::Null)
    );
    let rate =
        month["rates"].as_array().unwrap().iter().find(|rate| rate["code"] == "clearing_rate").unwrap();
    assert_eq!((&rate["value"], &rate["previous"]), (&json!(50.0), &Value::Null));
}

async fn the_past_of_communes_that_were_merged_counts_for_their_successor(test: TestDatabase) {
    let office = Office::open(test).await;
    let national = office.token("national", None).await;
    // Xã Mường Bú of today took in Mường Bú, Mường Chùm and Tạ Bú of before 2025-07-01.
    let db = &office.world.db;
    let lineage = db.read(|conn| {
        let commune = binhyen::db::unit::by_code(conn, "03847", "2026-03-16".parse().unwrap())?.unwrap();
        binhyen::db::lineage::of_unit(conn, commune.id)
    });
    let former: Vec<i64> = lineage.await.unwrap().into_iter().map(|(line, _)| line.from).collect();
    assert!(former.len() > 1);
    let count = i64::try_from(former.len()).unwrap();
    let cells = former.into_iter().map(|id| ((202506, id, 1), Difference { figure: 2, stated: 1 })).collect();
    db.write(move |conn| add(conn, &cells)).await.unwrap();
    for path in ["communes/03847/indicators", "provinces/14/indicators", "indicators/national"] {
        let (status, month) = office.get(&format!("/api/v1/{path}?period=2025-06"), &national).await;
        assert_eq!((status.as_u16(), &indicator(&month, "TC")["value"]), (200, &json!(2 * count)), "{path}");
    }
    let (_, country) = office.get("/api/v1/indicators/national?period=2025-06", &national).await;
    let row = country["provinces"].as_array().unwrap().iter().find(|row| row["code"] == "14").unwrap();
    assert_eq!(indicator(row, "TC")["value"], 2 * count);
    let (_, then) = office.get("/api/v1/communes/03847/indicators?period=2025-06&view=then", &national).await;
    let own = &indicator(&then, "TC")["value"];
    assert!(then["code"] == "unknown_unit" || *own == json!(2) || own.is_null(), "{then}");
}

async fn an_idempotency_key_belongs_to_one_request(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    let send = |key: &str, body: Value| {
        let request = office.client.post(office.server.url("/api/v1/reports")).bearer_auth(&officer);
        office.ask(request.header("idempotency-key", key.to_owned()).json(&body))
    };
    let sent = report("i-1", "03847001", json!({"TC": 1}));
    let (status, first) = send("k1", sent.clone()).await;
    assert_eq!(status.as_u16(), 201);
    let (status, again) = send("k1", sent).await;
    assert_eq!((status.as_u16(), again), (200, first));
    refused(&send("k1", report("i-2", "03847002", json!({"TC": 1}))).await, 422, "idempotency_key_reused");
    refused(&send("a b", report("i-3", "03847002", json!({"TC": 1}))).await, 400, "bad_request");
    assert_eq!(office.world.number("SELECT count(*) FROM report").await, 1);
}

async fn reports_and_texts_are_shown_with_who_when_and_how_and_every_reading_is_in_the_audit(
    test: TestDatabase,
) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    let province = office.token("province", Some("14")).await;
    let reply = office.world.text(HEAD, "ANTT T3 TC2").await;
    let audits = || office.world.number("SELECT count(*) FROM audit WHERE action LIKE 'read_%'");
    let before = audits().await;

    let (_, reports) = office.get("/api/v1/reports?unit=03847001&period=2026-03", &officer).await;
    let latest = &reports["items"][0];
    assert_eq!(
        (&latest["source"], &latest["values"], &latest["author"]["name"]),
        (&json!("sms"), &json!({"TC": 2}), &json!("Lò Văn Ún")),
        "{reports}"
    );
    assert_eq!(latest["unit"], "03847001");
    let (_, of_commune) = office.get("/api/v1/reports?unit=03847", &officer).await;
    assert_eq!(of_commune["items"], reports["items"]);
    let path = format!("/api/v1/reports/{}", latest["id"].as_str().unwrap());
    let (status, history) = office.get(&path, &officer).await;
    assert_eq!(
        (status.as_u16(), &history["unit"], history["versions"].as_array().unwrap().len()),
        (200, &json!("03847001"), 1)
    );

    let (_, texts) = office.get("/api/v1/messages", &officer).await;
    let texts = texts["items"].as_array().unwrap();
    assert_eq!(texts.iter().map(|t| t["direction"].as_str().unwrap()).collect::<Vec<_>>(), ["out", "in"]);
    assert_eq!(
        (texts[0]["text"].as_str(), texts[0]["cost"].as_i64()),
        (Some(reply.as_str()), Some(350)),
        "{texts:?}"
    );
    assert_eq!(
        (texts[1]["text"].as_str(), texts[1]["number"].as_str()),
        (Some("ANTT T3 TC2"), Some("+84900000001"))
    );
    assert_eq!(
        (texts[1]["name"].as_str(), texts[1]["state"].as_str()),
        (Some("Lò Văn Ún"), Some("recorded"))
    );
    assert_eq!(audits().await - before, 4);

    let (_, seen) = office.get("/api/v1/messages?direction=out&state=queued", &province).await;
    let seen = &seen["items"][0];
    assert_eq!(
        (&seen["state"], &seen["text"], &seen["number"]),
        (&json!("queued"), &Value::Null, &Value::Null),
        "{seen}"
    );
    let neighbour = office.token("decider", Some("04792")).await;
    refused(&office.get(&path, &neighbour).await, 404, "not_found");
    refused(&office.get("/api/v1/reports?unit=03847001", &neighbour).await, 403, "forbidden");
}

async fn units_are_those_of_a_day_page_by_page(test: TestDatabase) {
    let office = Office::open(test).await;
    let officer = office.token("commune", Some("03847")).await;
    let (_, provinces) = office.get("/api/v1/units", &officer).await;
    assert_eq!(provinces["items"].as_array().unwrap().len(), 34);
    let (_, first) = office.get("/api/v1/units?parent=03847&limit=2", &officer).await;
    assert_eq!(first["next"], "03847002");
    let (_, second) = office.get("/api/v1/units?parent=03847&limit=2&after=03847002", &officer).await;
    assert_eq!((&second["next"], &second["items"][0]["code"]), (&Value::Null, &json!("03847003")));
    let (_, unit) = office.get("/api/v1/units/03847001", &officer).await;
    assert_eq!(
        (&unit["name"], &unit["parent"], &unit["province"]),
        (&json!("Bản Nà Mo"), &json!("03847"), &json!("14"))
    );
    let (_, merged) = office.get("/api/v1/units/03847", &officer).await;
    assert!(merged["lineage"].as_array().unwrap().len() > 1, "{merged}");
    let (_, then) = office.get("/api/v1/units?at=2025-06-30", &officer).await;
    assert_eq!(then["items"], json!([]), "the provinces of before the reform are not known");
}

on_both!(
    a_report_is_taken_once_and_is_in_the_months_of_commune_province_and_country,
    a_month_is_compared_with_the_month_before_and_the_same_month_of_last_year,
    the_past_of_communes_that_were_merged_counts_for_their_successor,
    an_idempotency_key_belongs_to_one_request,
    reports_and_texts_are_shown_with_who_when_and_how_and_every_reading_is_in_the_audit,
    units_are_those_of_a_day_page_by_page,
);
