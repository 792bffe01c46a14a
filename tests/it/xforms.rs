//! The XForms, judged by others: ODK Validate, and the engine of ODK Web Forms, which shows them, lets them be filled in
//! and sends what was filled in.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use binhyen::domain::form::xform::xform;
use binhyen::domain::form::{Asked, Form, Forms, Questionnaire};
use binhyen::domain::indicator::Catalogue;
use binhyen::domain::review::{Schemes, UnitKind};
use serde_json::{Value, json};

use crate::openrosa::{Collect, PNG};
use crate::otp::{Heads, access};
use crate::support::TestDatabase;
use crate::support::world::HEAD;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Puts the clients in place, once; answers where ODK Validate is.
fn clients() -> &'static Path {
    static VALIDATOR: OnceLock<PathBuf> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let output = Command::new(root().join("scripts/test-clients")).output().unwrap();
        assert!(output.status.success(), "scripts/test-clients: {}", String::from_utf8_lossy(&output.stderr));
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        target.join("tools/ODK_Validate.jar")
    })
}

/// What ODK Validate says of XForms: whether all are good, and its words.
fn validate(forms: &[(String, String)]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("java");
    command.arg("-jar").arg(clients());
    for (name, xml) in forms {
        let file = folder.path().join(format!("{name}.xml"));
        std::fs::write(&file, xml).unwrap();
        command.arg(file);
    }
    let output = command.output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for (name, _) in forms {
        assert!(said.contains(&format!("{name}.xml")), "{name} was not looked at: {said}");
    }
    (output.status.success(), said)
}

fn shipped() -> Vec<(String, String)> {
    let catalogue = Catalogue::shipped().unwrap();
    let forms = Forms::shipped(&catalogue).unwrap();
    let schemes = Schemes::shipped(&catalogue).unwrap();
    let scheme = schemes.for_year(2026).unwrap();
    let asked =
        UnitKind::ALL.map(|kind| Questionnaire { scheme, kind: scheme.of(kind).unwrap(), of: Asked::Police });
    let form = |form: &Form| form.with_criteria(forms.criteria(), &asked);
    forms.iter().map(form).map(|form| (form.code.clone(), xform(&form, forms.words(), "v1"))).collect()
}

#[test]
fn odk_validate_finds_nothing_wrong_with_any_form() {
    let forms = shipped();
    assert!(forms.len() >= 5);
    let (good, said) = validate(&forms);
    assert!(good, "{said}");
}

#[test]
fn odk_validate_would_find_what_is_wrong() {
    let (name, xml) = shipped().swap_remove(0);
    let cases = [
        ("no_such_field", xml.replace("ref=\"/data/note\"", "ref=\"/data/nothing\"")),
        ("no_rule", xml.replace("string-length(.)", "string-length(.")),
        ("no_such_table", xml.replace("<instance id=\"units\" src=\"jr://file-csv/units.csv\"/>", "")),
        ("cut_off", xml[..xml.len() / 2].to_owned()),
    ];
    for (wrong, broken) in cases {
        assert_ne!(broken, xml, "{wrong}");
        let (good, said) = validate(&[(format!("{name}_{wrong}"), broken)]);
        assert!(!good, "{wrong}: {said}");
    }
}

/// Fills in `form` at `base` with the engine of ODK Web Forms; answers what the program says.
fn fill_in(base: &str, form: &str, answers: &Value) -> Result<Value, String> {
    clients();
    let mut command = Command::new("node");
    command
        .current_dir(root().join("tests/clients"))
        .args(["xforms.mjs", base, form])
        .arg(answers.to_string());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(said);
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}")))
}

/// What stands at an address that the server named.
async fn fetch(address: &str) -> String {
    let answer = reqwest::get(address).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{address}");
    answer.text().await.unwrap()
}

async fn what_the_server_hands_out_is_valid_shown_filled_in_and_taken(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let opened = heads.log_in(HEAD, "phone-1", 1).await;
    let (_, made) =
        heads.office.post("/api/v1/devices/openrosa", access(&opened), &json!({"name": "Web Forms"})).await;
    let base = made["address"].as_str().unwrap();

    let list = fetch(&format!("{base}/formList")).await;
    let mut offered = Vec::new();
    for address in list.split("<downloadUrl>").skip(1).filter_map(|rest| rest.split('<').next()) {
        offered.push((address.rsplit('/').next().unwrap().to_owned(), fetch(address).await));
    }
    let (good, said) = validate(&offered);
    assert!(good, "{said}");

    let photo = json!({"name": "hiện trường.png", "type": "image/png", "base64": BASE64.encode(PNG)});
    let cases = [
        ("month", json!({"unit": "03847001", "period": "2026-03-01", "TC": "2", "note": "Yên <ổn> & vui"})),
        ("incident", json!({"unit": "03847001", "day": "2026-03-10", "CYGT": "1", "photo": photo})),
        ("meeting", json!({"unit": "03847001", "day": "2026-03-11", "attendance": "40", "topic": "fire"})),
    ];
    // The two forms of the yearly review have a story of their own.
    let codes: Vec<&str> = offered.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes[..3], cases.each_ref().map(|c| c.0));
    assert_eq!(codes[3..], ["registration", "assessment"]);
    for (form, answers) in &cases {
        let filled = fill_in(base, form, answers).unwrap();
        assert_eq!(filled["status"], 201, "{form}: {filled}");
        for name in answers.as_object().unwrap().keys() {
            let label = filled["shown"][name].as_str().unwrap_or_default();
            assert!(!label.is_empty(), "{form}: {name} is not shown: {filled}");
        }
    }
    let world = &heads.office.world;
    assert_eq!(world.number("SELECT count(*) FROM report WHERE source = 'openrosa'").await, 3);
    assert_eq!(world.number("SELECT count(*) FROM photo WHERE report_id IS NOT NULL").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM form_kept").await, 0);

    // What the form itself says must not be: the engine refuses it before anything is sent.
    let wrong = [
        ("month", json!({"unit": "03847001", "period": "2026-03-01", "TC": "51"})),
        ("month", json!({"period": "2026-03-01", "TC": "1"})),
        ("incident", json!({"unit": "03847001", "day": "2999-01-01", "TC": "1"})),
    ];
    for (form, answers) in wrong {
        let said = fill_in(base, form, &answers).unwrap_err();
        assert!(said.contains("the form is not valid"), "{form}: {said}");
    }
    world.assert_consistent().await;
}

async fn a_unit_registers_and_assesses_itself_in_web_forms(test: TestDatabase) {
    let collect = Collect::at(test, HEAD, "2026-11-05T08:00:00+07:00").await;
    let world = &collect.heads.office.world;
    let paper = json!({"name": "đăng ký.png", "type": "image/png", "base64": BASE64.encode(PNG)});
    let unit = json!({"unit": "03847001", "year": "2026"});
    let with = |more: Value| {
        let mut answers = unit.as_object().unwrap().clone();
        answers.extend(more.as_object().unwrap().clone());
        Value::Object(answers)
    };
    let registration = json!({"households": "76", "resolution_day": "2026-02-20", "photo": paper});
    let assessment = json!({
        "f_tt124_2021_hamlet_resolution_day": "2026-02-20",
        "f_tt124_2021_hamlet_team_rating": "houe0n_thue0nh",
        "f_tt124_2021_hamlet_serious_incidents": "0",
        "c_tt124_2021_hamlet_4_2": "met",
        "n_tt124_2021_hamlet_4_2": "theo biên bản <họp> & hồ sơ",
        "c_tt124_2021_hamlet_4_3e": "not_applicable",
    });
    for (form, answers) in [("registration", with(registration)), ("assessment", with(assessment.clone()))] {
        let filled = fill_in(&collect.base, form, &answers).unwrap();
        assert_eq!(filled["status"], 201, "{form}: {filled}");
        for name in answers.as_object().unwrap().keys() {
            let label = filled["shown"][name].as_str().unwrap_or_default();
            assert!(!label.is_empty(), "{form}: {name} is not shown: {filled}");
        }
    }
    for (query, expected) in [
        ("SELECT count(*) FROM review WHERE state = 'registered'", 1),
        ("SELECT count(*) FROM evidence WHERE document = 'registration'", 1),
        ("SELECT count(*) FROM report WHERE source = 'openrosa'", 1),
        ("SELECT count(*) FROM answer", 2),
        ("SELECT count(*) FROM answer WHERE note_cipher IS NOT NULL", 1),
        ("SELECT count(*) FROM review_fact WHERE name <> 'resolution_day'", 2),
        ("SELECT count(*) FROM form_kept", 0),
    ] {
        assert_eq!(world.number(query).await, expected, "{query}");
    }
    // Of a year before the scheme, or one too far, the engine asks nothing, and refuses what the form refuses.
    let said =
        fill_in(&collect.base, "registration", &json!({"unit": "03847001", "year": "1999"})).unwrap_err();
    assert!(said.contains("the form is not valid"), "{said}");
    let said = fill_in(&collect.base, "assessment", &json!({"year": "2026"})).unwrap_err();
    assert!(said.contains("the form is not valid"), "{said}");
    let irrelevant = json!({"unit": "03847001", "year": "2026", "n_tt124_2021_hamlet_4_4a": "không ai hỏi"});
    let filled = fill_in(&collect.base, "assessment", &irrelevant).unwrap();
    assert_eq!(filled["status"], 422, "a note without its answer is not sent: {filled}");
    world.assert_consistent().await;
}

on_both!(
    what_the_server_hands_out_is_valid_shown_filled_in_and_taken,
    a_unit_registers_and_assesses_itself_in_web_forms,
);
