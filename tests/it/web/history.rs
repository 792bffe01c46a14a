//! What came before the system: accounts of a province, months of the past, and other review schemes, loaded from files.

use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};

use super::office::refused;
use super::reviews::{Review, id};
use crate::support::TestDatabase;
use crate::support::process::program;

/// The account gives sums only; the years of the file are made up so that they add up to it.
fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

const NOW: &str = "2026-11-20T08:00:00+07:00";

impl Review {
    fn import(&self, what: &str, file: &std::path::Path) -> Output {
        let mut command = program(&self.office.test);
        command.env("BINHYEN__CLOCK__FIXED", NOW).args(["import", what]).arg(file).output().unwrap()
    }

    /// Imports a text; what was said on standard output, or on standard error where it failed.
    fn import_text(&self, what: &str, text: &str) -> (bool, String) {
        let file = self.office.test.beside("import");
        std::fs::write(&file, text).unwrap();
        said(&self.import(what, &file))
    }
}

fn said(output: &Output) -> (bool, String) {
    let good = output.status.success();
    let said = if good { &output.stdout } else { &output.stderr };
    (good, String::from_utf8_lossy(said).into_owned())
}

async fn the_account_of_2012_to_2020_is_reproduced_from_imported_records(test: TestDatabase) {
    let year = Review::open(test, NOW, "").await;
    let file = fixture("programme_2012.csv");
    assert!(said(&year.import("programme", &file)).1.starts_with("107 added, 0 changed"));
    assert!(said(&year.import("programme", &file)).1.starts_with("0 added, 0 changed, 107 as they were"));
    let province = year.office.token("province", Some("14")).await;
    let path = "/api/v1/programme?province=14&from=2012&to=2020";
    let (status, account) = year.office.get(path, &province).await;
    assert_eq!(status.as_u16(), 200, "{account}");
    assert_eq!(
        account["meetings"],
        json!({"district": 11, "commune": 210, "hamlet": 2063, "agency": 518, "enterprise": 353, "school": 400})
    );
    assert_eq!(
        account["recognised"],
        json!({"hamlet": 3105, "commune": 540, "agency": 446, "enterprise": 290, "school": 522})
    );
    let share = &account["share"];
    assert_eq!(
        (&share["mean"], &share["target"], &share["reached"]),
        (&json!(70.0), &json!(70.0), &json!(true))
    );
    assert_eq!(account["criterion_19_2"], json!({"year": 2020, "met": 123, "of": 131}));
    let clearing = &account["clearing"];
    assert!(clearing["mean"].as_f64().unwrap() > 80.0 && clearing["reached"] == true, "{clearing}");
    assert_eq!(clearing["years"]["2012"], 82.0);
    let traffic = &account["traffic"];
    assert_eq!((&traffic["fell"], &traffic["compared"]), (&json!(7), &json!(8)), "{traffic}");
    assert_eq!(traffic["longest_run"], json!([2017, 2020]));
    assert_eq!(traffic["years"]["2016"]["fell"], false, "more were injured than in 2015");
    assert_eq!(account["recorded_years"], json!([]));
    refused(&year.office.get(path, &year.officer).await, 403, "forbidden");
    refused(
        &year.office.get("/api/v1/programme?province=14&from=2020&to=2012", &province).await,
        400,
        "invalid_parameter",
    );
    assert_eq!(year.office.world.verify().await.findings, []);
}

async fn records_of_the_system_carry_the_account_on(test: TestDatabase) {
    let year = Review::open(test, NOW, "").await;
    let review = year.register("03847001", 2026, "2026-03-10").await;
    year.bring_to_decision(std::slice::from_ref(&review)).await;
    year.recognise(std::slice::from_ref(&review), "2026-11-12").await;
    let (good, refusal) =
        year.import_text("programme", "year,unit,figure,value\n2026,14,recognised_hamlet,9\n");
    assert!(!good && refusal.contains("line 2, figure: the system holds reviews"), "{refusal}");
    let national = year.office.token("national", None).await;
    let (_, account) = year.office.get("/api/v1/programme?province=14&from=2025&to=2026", &national).await;
    assert_eq!(
        (&account["recognised"]["hamlet"], &account["share"]["mean"]),
        (&json!(1), &json!(100.0)),
        "{account}"
    );
    assert_eq!((&account["recorded_years"], &account["meetings"]["hamlet"]), (&json!([2026]), &Value::Null));
}

async fn rows_of_an_account_that_cannot_be_are_named(test: TestDatabase) {
    let year = Review::open(test, NOW, "").await;
    let rows = "year,unit,figure,value\n12,14,communes,1\n2012,99,communes,1\n2012,14,commune,1\n\
                2012,14,communes,1.5\n2013,14,communes,1\n2013,14,communes,2\n";
    let (good, refusal) = year.import_text("programme", rows);
    assert!(!good);
    for place in ["line 2, year", "line 3, unit", "line 4, figure", "line 5, value", "line 7, figure"] {
        assert!(refusal.contains(place), "{place}: {refusal}");
    }
    let list = program(&year.office.test).args(["import", "programme", "--list"]).output().unwrap();
    assert!(said(&list).1.contains("meetings_hamlet"));
    assert_eq!(year.office.world.number("SELECT count(*) FROM programme_figure").await, 0);
}

async fn another_scheme_is_a_file(test: TestDatabase) {
    let year = Review::open(test, NOW, "").await;
    let file = fixture("scheme_sample.toml");
    assert!(said(&year.import("scheme", &file)).1.starts_with("1 added"));
    assert!(said(&year.import("scheme", &file)).1.starts_with("0 added, 0 changed, 1 as"));
    let schemes = year.get("/api/v1/reviews/schemes").await;
    let span = |n: usize| (&schemes["items"][n]["code"], &schemes["items"][n]["last_year"]);
    assert_eq!(span(1), (&json!("tt124-2021"), &json!(2026)), "{schemes}");
    assert_eq!(span(2), (&json!("mau-2027"), &Value::Null));
    let sample = year.get("/api/v1/reviews/schemes/mau-2027").await;
    let hamlet = &sample["kinds"][0];
    assert!(hamlet["criteria"].as_array().unwrap().iter().any(|c| c["id"] == "tinh-1"));
    assert!(hamlet["facts"].as_array().unwrap().contains(&json!({"name": "fire_points", "kind": "number"})));
    let review = year.register("03847001", 2027, "2026-11-20").await;
    assert_eq!((&review["scheme"], &review["late"]), (&json!("mau-2027"), &json!(false)));
    let shares = year.shares(2027).await;
    assert_eq!(shares["checks"][1]["percent"], 75, "{shares}");
}

async fn a_scheme_never_changes_under_an_answer_and_its_mistakes_are_named(test: TestDatabase) {
    let year = Review::open(test, NOW, "").await;
    let sample = std::fs::read_to_string(fixture("scheme_sample.toml")).unwrap();
    let now = sample.replace("first_year = 2027", "first_year = 2026");
    let review = year.register("03847001", 2026, "2026-03-10").await;
    let path = format!("/api/v1/reviews/{}/assessment", id(&review));
    let (status, _) =
        year.office.post(&path, &year.officer, &json!({"answers": {"4.2": {"outcome": "met"}}})).await;
    assert_eq!(status.as_u16(), 200);
    let (good, refusal) = year.import_text("scheme", &now);
    assert!(!good && refusal.contains("1 reviews of 2026 were answered by tt124-2021"), "{refusal}");
    for (from, to, told) in [
        ("\"NGH\"", "\"ABC\"", "indicator ABC"),
        ("name = \"at_least\"", "name = \"at_most\"", "at_most"),
        ("first_year = 2027", "first_year = 2015", "belong to another scheme"),
        ("kind = \"agency\"", "kind = \"hamlet\"", "twice"),
    ] {
        let (good, refusal) = year.import_text("scheme", &sample.replacen(from, to, 1));
        assert!(!good && refusal.contains(told), "{from}: {refusal}");
    }
    assert_eq!(year.office.world.number("SELECT count(*) FROM review_scheme").await, 0);
}

async fn a_province_adds_criteria_for_its_own_units(test: TestDatabase) {
    let year = Review::open(test, NOW, "").await;
    let before = year.register("03847001", 2026, "2026-03-10").await;
    assert_eq!(before["scheme"], "tt124-2021");
    let additions = std::fs::read_to_string(fixture("scheme_additions.toml")).unwrap();
    assert!(year.import_text("scheme", &additions).1.starts_with("1 added"));
    assert!(year.import_text("scheme", &additions).1.starts_with("0 added, 0 changed, 1 as"));
    // What had no answer goes on with them, and what registers from now on begins with them.
    let path = format!("/api/v1/reviews/{}", id(&before));
    assert_eq!(year.get(&path).await["scheme"], "mau-tinh-2026");
    let review = year.register("03847002", 2026, "2026-03-11").await;
    assert_eq!(review["scheme"], "mau-tinh-2026");
    let shown = year.get("/api/v1/reviews/schemes/mau-tinh-2026").await;
    assert_eq!((&shown["province"], &shown["first_year"]), (&json!("14"), &json!(2026)), "{shown}");
    let path = format!("{path}/assessment");
    let answers = json!({"answers": {"tinh-1": {"outcome": "met"}, "4.2": {"outcome": "met"}}});
    assert_eq!(year.office.post(&path, &year.officer, &answers).await.0.as_u16(), 200);
    for (from, to, told) in [
        ("tinh-1", "tinh-2", "1 reviews of 2026 were answered by mau-tinh-2026"),
        ("province = \"14\"", "province = \"99\"", "no province with the code 99"),
        ("adds_to = \"tt124-2021\"", "adds_to = \"tt999\"", "no scheme tt999"),
        ("id = \"tinh-1\"", "id = \"4.2\"", "criterion 4.2 stands there twice"),
        ("mau-tinh-2026", "mau-tinh-khac", "belong to another"),
    ] {
        let (good, refusal) = year.import_text("scheme", &additions.replacen(from, to, 1));
        assert!(!good && refusal.contains(told), "{from}: {refusal}");
    }
    // The country's scheme under answered additions does not change either.
    let sample = std::fs::read_to_string(fixture("scheme_sample.toml")).unwrap();
    let (good, refusal) =
        year.import_text("scheme", &sample.replace("first_year = 2027", "first_year = 2026"));
    assert!(!good && refusal.contains("were answered by mau-tinh-2026"), "{refusal}");
}

async fn months_of_the_past_are_taken_once_and_count(test: TestDatabase) {
    let year = Review::open(test, NOW, "").await;
    let table = "unit,period,indicator,value\n03847001,2026-01,TC,2\n03847001,2026-01,TTRA,4\n03847002,2026-01,TC,1\n\
                 03847,2026-01,KP,2\n";
    assert_eq!(year.import_text("values", table), (true, "3 added, 0 changed, 0 as they were\n".to_owned()));
    assert_eq!(year.import_text("values", table).1, "0 added, 0 changed, 3 as they were\n");
    let month = year.get("/api/v1/communes/03847/indicators?period=2026-01").await;
    let value = |code: &str| {
        month["indicators"].as_array().unwrap().iter().find(|i| i["code"] == code).unwrap()["value"].clone()
    };
    assert_eq!((value("TC"), value("TTRA"), value("CG")), (json!(3), json!(4), Value::Null), "{month}");
    let national = year.office.token("national", None).await;
    let (_, account) = year.office.get("/api/v1/programme?province=14&from=2026&to=2026", &national).await;
    assert_eq!(account["clearing"]["years"]["2026"], 66.67, "2 of 3: {account}");
    assert_eq!(year.office.world.verify().await.findings, []);
    let bad = "unit,period,indicator,value\n03847001,2026-01,TC,3\n03847009,2026-01,TC,1\n03847001,2026-12,TC,1\n\
               03847001,2025-12,XX,1\n03847001,2025-12,TC,-1\n03847002,2025-12,TC,1\n03847002,2025-12,TC,1\n";
    let (good, refusal) = year.import_text("values", bad);
    assert!(!good);
    for place in [
        "line 2, period",
        "line 3, unit",
        "line 4, period",
        "line 5, indicator",
        "line 6, value",
        "line 8, indicator",
    ] {
        assert!(refusal.contains(place), "{place}: {refusal}");
    }
    assert_eq!(year.office.world.number("SELECT count(*) FROM report").await, 3);
}

on_both!(
    the_account_of_2012_to_2020_is_reproduced_from_imported_records,
    records_of_the_system_carry_the_account_on,
    rows_of_an_account_that_cannot_be_are_named,
    another_scheme_is_a_file,
    a_province_adds_criteria_for_its_own_units,
    a_scheme_never_changes_under_an_answer_and_its_mistakes_are_named,
    months_of_the_past_are_taken_once_and_count,
);
