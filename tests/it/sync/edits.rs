//! Edits: taken, merged, in conflict, asked about, kept for the officer.

use serde_json::{Value, json};

use super::{Phones, incident, month, month_of};
use crate::support::TestDatabase;
use crate::support::world::HEAD;

const VERSIONS: &str = "SELECT count(*) FROM report";

async fn an_edit_of_the_current_revision_is_the_next_version_and_a_replay_is_none(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    assert_eq!(phones.head.push(office, month("a1", &json!({"TC": 2}))).await, Vec::<Value>::new());
    assert_eq!(phones.head.push(office, month("a2", &json!({"TC": 3, "CG": 1}))).await, Vec::<Value>::new());
    assert_eq!(office.world.number(VERSIONS).await, 2);
    // The answer to the last push was lost: it comes again, twice, and together with another.
    let again = json!({"newDocumentState": month("a2", &json!({"TC": 3, "CG": 1})), "assumedMasterState": month("a1", &json!({"TC": 2}))});
    let (status, masters) = phones.head.post(office, &json!([again, again])).await;
    assert_eq!((status.as_u16(), masters), (200, json!([])));
    assert_eq!(office.world.number(VERSIONS).await, 2);
    phones.officer.pull(office).await;
    assert_eq!(phones.officer.documents["03847001:2026-03"], month("a2", &json!({"CG": 1, "TC": 3})));
    for rev in ["a1", "a2"] {
        assert_eq!(phones.head.fate(office, rev).await, ("taken".to_owned(), None));
    }
    let (_, stored) = office.get("/api/v1/reports/a2", &phones.officer.token).await;
    assert_eq!(stored["versions"][1]["source"], "app", "{stored}");
    office.world.assert_consistent().await;
}

async fn what_two_phones_changed_in_different_fields_is_brought_together(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, month("a1", &json!({"TC": 1, "CG": 1}))).await;
    phones.second.pull(office).await;
    phones.head.push(office, month("a2", &json!({"TC": 2, "CG": 1}))).await;
    let masters = phones.second.push(office, month("b1", &json!({"TC": 1, "CG": 4}))).await;
    let merged = month("b1~", &json!({"CG": 4, "TC": 2}));
    assert_eq!(masters, std::slice::from_ref(&merged));
    assert_eq!(phones.second.fate(office, "b1").await, ("merged".to_owned(), None));
    phones.head.pull(office).await;
    assert_eq!(phones.head.documents["03847001:2026-03"], merged);
    // The client goes on from what was merged.
    let masters = phones.second.push(office, month("b2", &json!({"TC": 5, "CG": 4}))).await;
    assert_eq!(masters, Vec::<Value>::new());
    // A replay of what was merged is answered as before.
    let row = json!({"newDocumentState": month("b1", &json!({"TC": 1, "CG": 4})), "assumedMasterState": month("a1", &json!({"TC": 1, "CG": 1}))});
    let (_, masters) = phones.second.post(office, &json!([row])).await;
    assert_eq!(masters, json!([month("b2", &json!({"CG": 4, "TC": 5}))]));
    assert_eq!(office.world.number(VERSIONS).await, 4);
    office.world.assert_consistent().await;
}

async fn what_two_phones_changed_in_the_same_field_is_kept_and_shown(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, month("a1", &json!({"TC": 1}))).await;
    phones.second.pull(office).await;
    phones.head.push(office, month("a2", &json!({"TC": 2}))).await;
    let masters = phones.second.push(office, month("b1", &json!({"TC": 3, "CG": 1}))).await;
    // The figure that only one changed is merged, the other one stays until somebody decides.
    assert_eq!(masters, [month("b1~", &json!({"CG": 1, "TC": 2}))]);
    let status = phones.second.statuses(office).await["b1"].clone();
    assert_eq!((&status["state"], &status["code"]), (&json!("conflict"), &json!("version_conflict")));
    assert_eq!(status["about"]["conflicts"], json!([{"code": "TC", "stored": 2, "given": 3}]), "{status}");
    assert_eq!(status["about"]["values"], json!({"CG": 1, "TC": 3}));
    let (_, reports) = office.get("/api/v1/reports/b1", &phones.officer.token).await;
    let proposal = &reports["versions"][0];
    assert_eq!((&proposal["proposal"], &proposal["values"]["TC"]), (&json!(true), &json!(3)), "{reports}");
    // Decided on the phone: the next edit states what holds.
    assert_eq!(
        phones.second.push(office, month("b2", &json!({"TC": 3, "CG": 1}))).await,
        Vec::<Value>::new()
    );
    phones.head.pull(office).await;
    assert_eq!(phones.head.documents, phones.second.documents);
    office.world.assert_consistent().await;
}

async fn what_is_already_so_is_said_so_and_a_text_is_the_same_report(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    office.world.text(HEAD, "ANTT T3 TC2").await;
    let masters = phones.head.push(office, month("a1", &json!({"TC": 2}))).await;
    assert_eq!(masters.len(), 1);
    assert!(masters[0]["rev"].as_str().unwrap().starts_with('~'), "{masters:?}");
    assert_eq!(phones.head.fate(office, "a1").await, ("unchanged".to_owned(), None));
    // The same from another phone that never heard of it: counted once.
    phones.second.push(office, month("b1", &json!({"TC": 2}))).await;
    assert_eq!(office.world.number(VERSIONS).await, 1);
    assert_eq!(phones.head.push(office, month("a2", &json!({"TC": 3}))).await, Vec::<Value>::new());
    office.world.assert_consistent().await;
}

async fn the_same_row_from_two_phones_counts_once(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    let row = month("a1", &json!({"TC": 2}));
    assert_eq!(phones.head.push(office, row.clone()).await, Vec::<Value>::new());
    assert_eq!(phones.second.push(office, row).await, Vec::<Value>::new());
    assert_eq!(office.world.number(VERSIONS).await, 1);
    for phone in [&phones.head, &phones.second] {
        assert_eq!(phone.fate(office, "a1").await, ("taken".to_owned(), None));
    }
    // The same revision with another content is not the same row.
    let masters = phones.second.push(office, month("a1", &json!({"TC": 9}))).await;
    assert_eq!(masters, [month("a1", &json!({"TC": 2}))]);
    let statuses = phones.second.statuses(office).await;
    let taken = statuses.values().find(|status| status["code"] == "id_taken");
    assert_eq!(taken.unwrap()["state"], "quarantined", "{statuses:?}");
}

async fn what_must_be_confirmed_is_asked_and_taken_when_the_person_insists(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    for (period, rev) in [("2026-01", "o1"), ("2026-02", "o2")] {
        phones.head.push(office, month_of("03847001", period, rev, &json!({"TC": 1}))).await;
    }
    let doubtful = month("a1", &json!({"TC": 40}));
    assert_eq!(phones.head.push(office, doubtful.clone()).await, Vec::<Value>::new());
    assert_eq!(phones.head.fate(office, "a1").await, ("asked".to_owned(), Some("jump".to_owned())));
    let asked = phones.head.statuses(office).await["a1"].clone();
    assert!(asked["detail"].as_str().unwrap().contains("confirmed"), "{asked}");
    assert_eq!(asked["about"]["conflicts"], json!([{"code": "TC", "stored": 0, "given": 40}]));
    // Meanwhile somebody else reports the month: insisting is then a conflict, not an overwriting.
    phones.second.push(office, month("b1", &json!({"TC": 4}))).await;
    let mut insisted = month("a2", &json!({"TC": 40}));
    insisted["confirmed"] = json!(true);
    let masters = phones.head.push(office, insisted).await;
    assert_eq!(masters, [month("b1", &json!({"TC": 4}))]);
    assert_eq!(phones.head.fate(office, "a2").await.0, "conflict");
    let mut insisted = month("a3", &json!({"TC": 40}));
    insisted["confirmed"] = json!(true);
    assert_eq!(phones.head.push(office, insisted).await, Vec::<Value>::new());
    assert_eq!(phones.head.fate(office, "a3").await.0, "taken");
    // An incident that is like another one.
    let day = "2026-03-12";
    phones.head.push(office, incident("i1", "i1", day, &json!({"TC": 1}))).await;
    assert_eq!(
        phones.head.push(office, incident("i2", "i2", day, &json!({"TC": 1}))).await,
        Vec::<Value>::new()
    );
    assert_eq!(phones.head.fate(office, "i2").await, ("asked".to_owned(), Some("repeat".to_owned())));
    let mut second = incident("i2", "i2b", day, &json!({"TC": 1}));
    second["confirmed"] = json!(true);
    assert_eq!(phones.head.push(office, second).await, Vec::<Value>::new());
    phones.officer.pull(office).await;
    assert_eq!(phones.officer.documents["i2"], incident("i2", "i2b", day, &json!({"TC": 1})));
    office.world.assert_consistent().await;
}

async fn incidents_are_edited_merged_and_never_deleted(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, incident("i1", "i1", "2026-03-10", &json!({"TC": 1}))).await;
    phones.second.pull(office).await;
    assert_eq!(
        phones.head.push(office, incident("i1", "a2", "2026-03-11", &json!({"TC": 1}))).await,
        Vec::<Value>::new()
    );
    let masters =
        phones.second.push(office, incident("i1", "b1", "2026-03-10", &json!({"TC": 1, "CG": 1}))).await;
    assert_eq!(masters, [incident("i1", "b1~", "2026-03-11", &json!({"CG": 1, "TC": 1}))]);
    phones.head.pull(office).await;
    assert_eq!(phones.head.documents["i1"], masters[0]);
    phones.head.push(office, incident("i1", "a3", "2026-03-11", &json!({"TC": 2, "CG": 1}))).await;
    let masters =
        phones.second.push(office, incident("i1", "b2", "2026-03-11", &json!({"TC": 3, "CG": 1}))).await;
    assert_eq!(masters, [incident("i1", "a3", "2026-03-11", &json!({"CG": 1, "TC": 2}))]);
    assert_eq!(phones.second.fate(office, "b2").await.0, "conflict");
    let mut deleted = masters[0].clone();
    (deleted["_deleted"], deleted["rev"]) = (json!(true), json!("b3"));
    assert_eq!(phones.second.push(office, deleted).await, masters);
    assert_eq!(
        phones.second.fate(office, "b3").await,
        ("quarantined".to_owned(), Some("cannot_delete".to_owned()))
    );
    assert_eq!(office.world.number("SELECT count(*) FROM incident").await, 1);
    office.world.assert_consistent().await;
}

async fn edits_whose_answers_were_lost_are_no_conflict_with_oneself(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, month("a1", &json!({"TC": 1}))).await;
    let first = phones.head.documents.clone();
    phones.head.push(office, month("a2", &json!({"TC": 2}))).await;
    // The phone did not hear that, and the person went on.
    phones.head.documents = first;
    let mut next = month("a3", &json!({"TC": 3}));
    next["before"] = json!(["a2", "a1"]);
    assert_eq!(phones.head.push(office, next).await, Vec::<Value>::new());
    assert_eq!(phones.head.fate(office, "a3").await.0, "taken");
    let mut next = incident("i1", "i1b", "2026-03-10", &json!({"TC": 2}));
    next["before"] = json!(["i1"]);
    phones.head.push(office, incident("i1", "i1", "2026-03-10", &json!({"TC": 1}))).await;
    phones.head.documents.remove("i1");
    assert_eq!(phones.head.push(office, next).await, Vec::<Value>::new());
    assert_eq!(office.world.number("SELECT count(*) FROM incident").await, 1);
    // What was merged without the phone hearing of it, which went on from its own.
    phones.second.pull(office).await;
    phones.second.push(office, month("b1", &json!({"TC": 3, "CG": 4}))).await;
    let held = phones.head.documents.clone();
    phones.head.push(office, month("a4", &json!({"TC": 4}))).await;
    phones.head.documents = held;
    let mut next = month("a5", &json!({"TC": 5}));
    next["before"] = json!(["a4", "a3"]);
    let masters = phones.head.push(office, next).await;
    assert_eq!(masters, [month("a5~", &json!({"CG": 4, "TC": 5}))]);
    assert_eq!(phones.head.fate(office, "a5").await.0, "merged");
    office.world.assert_consistent().await;
}

async fn a_closed_month_keeps_an_edit_for_the_officer(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let office = &phones.heads.office;
    phones.head.push(office, month("a1", &json!({"TC": 1}))).await;
    let (status, closed) =
        office.post("/api/v1/periods/03847/2026-03/close", &phones.officer.token, &json!({})).await;
    assert!(status.is_success(), "{closed}");
    let masters = phones.head.push(office, month("a2", &json!({"TC": 2}))).await;
    assert_eq!(masters, [month("a1", &json!({"TC": 1}))]);
    assert_eq!(
        phones.head.fate(office, "a2").await,
        ("proposed".to_owned(), Some("month_closed".to_owned()))
    );
    office.world.assert_consistent().await;
}

/// Lets the officer accept the one proposal that nobody has decided about; the version that it made.
async fn accept(phones: &Phones) -> Value {
    let office = &phones.heads.office;
    let (_, list) = office.get("/api/v1/reports?unit=03847001&period=2026-03", &phones.officer.token).await;
    let open = |row: &&Value| row["proposal"] == true && row["decided"].is_null();
    let waiting: Vec<&Value> = list["items"].as_array().unwrap().iter().filter(open).collect();
    assert_eq!(waiting.len(), 1, "{list}");
    let path = format!("/api/v1/reports/{}/accept", waiting[0]["id"].as_str().unwrap());
    let (status, made) = office.post(&path, &phones.officer.token, &json!({})).await;
    assert!(status.is_success(), "{made}");
    made
}

async fn an_incident_that_an_officer_accepts_stays_the_document_of_its_phone(test: TestDatabase) {
    let mut phones = Phones::open(test).await;
    let day = "2026-03-12";
    let given = incident("i1", "i1", day, &json!({"TC": 1}));
    {
        let office = &phones.heads.office;
        phones.head.push(office, incident("i0", "i0", "2026-03-02", &json!({"CG": 1}))).await;
        office.post("/api/v1/periods/03847/2026-03/close", &phones.officer.token, &json!({})).await;
        assert_eq!(phones.head.push(office, given.clone()).await, Vec::<Value>::new());
        assert_eq!(phones.head.fate(office, "i1").await.0, "proposed");
        let photo = json!({"report": "i1", "sha256": "ab".repeat(32), "size": 5, "kind": "image/jpeg"});
        let (status, begun) = office.post("/api/v1/attachments", &phones.head.token, &photo).await;
        assert!(status.is_success(), "{begun}");
    }
    let made = accept(&phones).await;
    let office = &phones.heads.office;
    phones.head.pull(office).await;
    let accepted = incident("i1", "i1~", day, &json!({"TC": 1}));
    assert_eq!(phones.head.documents.len(), 2, "{:?}", phones.head.documents);
    assert_eq!(phones.head.documents["i1"], accepted);
    // Its photographs came while it waited.
    let path = format!("/api/v1/reports/{}/photos", made["report"].as_str().unwrap());
    let (_, photos) = office.get(&path, &phones.officer.token).await;
    assert_eq!(photos["items"].as_array().map(Vec::len), Some(1), "{photos}");
    // The same row again, from a phone that never heard what became of it.
    let (_, masters) = phones.head.post(office, &json!([{"newDocumentState": given}])).await;
    assert_eq!(masters, json!([accepted]));
    // An edit of it is one, whether the phone heard of that or not.
    let masters = phones.head.push(office, incident("i1", "i1b", day, &json!({"TC": 2}))).await;
    assert_eq!(masters, std::slice::from_ref(&accepted));
    accept(&phones).await;
    let office = &phones.heads.office;
    phones.head.pull(office).await;
    assert_eq!(phones.head.documents["i1"], incident("i1", "i1b~", day, &json!({"TC": 2})));
    let deaf = json!({"newDocumentState": incident("i1", "i1c", day, &json!({"TC": 1, "CG": 3})), "assumedMasterState": given});
    let (_, masters) = phones.head.post(office, &json!([deaf])).await;
    assert_eq!(masters, json!([incident("i1", "i1b~", day, &json!({"TC": 2}))]));
    accept(&phones).await;
    let office = &phones.heads.office;
    phones.second.pull(office).await;
    assert_eq!(phones.second.documents.len(), 2, "{:?}", phones.second.documents);
    assert_eq!(phones.second.documents["i1"], incident("i1", "i1c~", day, &json!({"CG": 3, "TC": 2})));
    assert_eq!(office.world.number("SELECT count(*) FROM incident").await, 2);
    office.world.assert_consistent().await;
}

on_both!(
    an_edit_of_the_current_revision_is_the_next_version_and_a_replay_is_none,
    what_two_phones_changed_in_different_fields_is_brought_together,
    what_two_phones_changed_in_the_same_field_is_kept_and_shown,
    what_is_already_so_is_said_so_and_a_text_is_the_same_report,
    the_same_row_from_two_phones_counts_once,
    what_must_be_confirmed_is_asked_and_taken_when_the_person_insists,
    incidents_are_edited_merged_and_never_deleted,
    edits_whose_answers_were_lost_are_no_conflict_with_oneself,
    a_closed_month_keeps_an_edit_for_the_officer,
    an_incident_that_an_officer_accepts_stays_the_document_of_its_phone,
);
