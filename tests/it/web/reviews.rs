//! The yearly review as officers, heads and deciders do it.

use std::collections::BTreeMap;

use binhyen::flows::import::{Mode, import_units};
use serde_json::{Value, json};

use super::office::{Answer, Office, refused};
use crate::support::TestDatabase;

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
pub const DOCUMENTS: [&str; 3] = ["submission", "report", "minutes"];

/// An office in a year of reviews, with those who take part.
pub struct Review {
    pub office: Office,
    pub officer: String,
    pub decider: String,
}

impl Review {
    /// At `now`, with further units.
    pub async fn open(test: TestDatabase, now: &'static str, units: &str) -> Review {
        let office = Office::open_with(test, |command| {
            command.env("BINHYEN__CLOCK__FIXED", now).env("BINHYEN__EVIDENCE__MAX_BYTES", "65536");
        })
        .await;
        let table = format!("code,kind,parent,name,valid_from,valid_to,households,population\n{units}");
        let world = &office.world;
        import_units(&world.db, &world.ids, world.clock, table.as_bytes(), Mode::Write).await.unwrap();
        let officer = office.token("commune", Some("03847")).await;
        let decider = office.token("decider", Some("03847")).await;
        Review { office, officer, decider }
    }

    pub async fn register(&self, unit: &str, year: i32, on: &str) -> Value {
        let body = json!({"unit": unit, "year": year, "registered_on": on});
        let (status, review) = self.office.post("/api/v1/reviews", &self.officer, &body).await;
        assert_eq!(status.as_u16(), 201, "{unit}: {review}");
        review
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.office.get(path, &self.officer).await;
        assert_eq!(status.as_u16(), 200, "{path}: {body}");
        body
    }

    /// Answers every criterion “met”, as the officer with the papers on the desk does.
    pub async fn answer_all(&self, review: &Value) {
        let assessment = self.get(&format!("/api/v1/reviews/{}/assessment", id(review))).await;
        let criteria = assessment["criteria"].as_array().unwrap();
        let answer = |criterion: &Value| {
            let note = if criterion["bare"] == true { Value::Null } else { json!("theo hồ sơ") };
            (criterion["id"].as_str().unwrap().to_owned(), json!({"outcome": "met", "note": note}))
        };
        let answers: BTreeMap<String, Value> = criteria.iter().map(answer).collect();
        let path = format!("/api/v1/reviews/{}/assessment", id(review));
        let (status, after) = self.office.post(&path, &self.officer, &json!({"answers": answers})).await;
        assert_eq!((status.as_u16(), &after["review"]["state"]), (200, &json!("assessed")), "{after}");
    }

    pub async fn attach(&self, review: &Value, query: &str, content: &[u8]) -> Answer {
        let path = format!("/api/v1/reviews/{}/evidence?{query}", id(review));
        let request = self.office.client.post(self.office.server.url(&path)).bearer_auth(&self.officer);
        self.office.ask(request.body(content.to_vec())).await
    }

    /// Brings reviews to where the decider has accepted their files.
    pub async fn bring_to_decision(&self, reviews: &[Value]) {
        for review in reviews {
            self.answer_all(review).await;
            for document in DOCUMENTS {
                let (status, file) =
                    self.attach(review, &format!("document={document}&name=a.pdf"), PDF).await;
                assert_eq!(status.as_u16(), 201, "{file}");
            }
            let path = format!("/api/v1/reviews/{}/file", id(review));
            let (status, filed) = self.office.post(&path, &self.officer, &json!({})).await;
            assert_eq!((status.as_u16(), &filed["state"]), (200, &json!("filed")), "{filed}");
        }
        let accepted = self.decide(reviews, json!({"step": "accept"})).await;
        assert_eq!(accepted.0.as_u16(), 200, "{}", accepted.1);
    }

    pub async fn decide(&self, reviews: &[Value], mut what: Value) -> Answer {
        what["reviews"] = reviews.iter().map(id).collect();
        self.office.post("/api/v1/reviews/decisions", &self.decider, &what).await
    }

    pub async fn recognise(&self, reviews: &[Value], day: &str) {
        let decision =
            json!({"step": "recognise", "number": "125/QĐ-UBND", "day": day, "signer": "Lò Thị Chủ"});
        let (status, decided) = self.decide(reviews, decision).await;
        assert_eq!((status.as_u16(), &decided["state"]), (200, &json!("recognised")), "{decided}");
    }

    pub async fn shares(&self, year: i32) -> Value {
        self.get(&format!("/api/v1/reviews/shares?unit=03847&year={year}")).await
    }
}

pub fn id(review: &Value) -> &str {
    review["id"].as_str().unwrap()
}

fn hamlets(numbers: std::ops::RangeInclusive<u32>) -> String {
    numbers.map(|n| format!("03847{n:03},hamlet,03847,Bản {n},,,50,\n")).collect()
}

fn check<'v>(shares: &'v Value, criterion: &str) -> &'v Value {
    shares["checks"].as_array().unwrap().iter().find(|check| check["criterion"] == criterion).unwrap()
}

async fn under_tt_23_sixteen_of_25_hamlets_fail_and_18_pass(test: TestDatabase) {
    let year = Review::open(test, "2026-03-16T08:00:00+07:00", &hamlets(4..=25)).await;
    let mut reviews = Vec::new();
    for n in 1..=18 {
        reviews.push(year.register(&format!("03847{n:03}"), 2020, "2020-03-15").await);
    }
    assert_eq!((&reviews[0]["scheme"], &reviews[0]["late"]), (&json!("tt23-2012"), &json!(false)));
    year.bring_to_decision(&reviews).await;
    year.recognise(&reviews[..16], "2020-11-20").await;
    let shares = year.shares(2020).await;
    let six_four = check(&shares, "6.4");
    assert_eq!(
        (&six_four["part"], &six_four["whole"], &six_four["met"], &six_four["lacking"]),
        (&json!(16), &json!(25), &json!(false), &json!(2)),
        "{shares}"
    );
    assert_eq!((&shares["met"], &shares["criterion_19_2"]), (&json!(false), &json!(false)));
    year.recognise(&reviews[16..], "2020-11-21").await;
    let shares = year.shares(2020).await;
    assert_eq!(
        (&check(&shares, "6.4")["met"], &shares["criterion_19_2"]),
        (&json!(true), &json!(true)),
        "{shares}"
    );
    let province = year.office.token("province", Some("14")).await;
    let (_, shares) = year.office.get("/api/v1/reviews/shares?unit=14&year=2020", &province).await;
    let row = shares["rows"].as_array().unwrap().iter().find(|row| row["code"] == "03847").unwrap();
    assert_eq!((&row["met"], &row["kinds"]["hamlet"]["recognised"]), (&json!(true), &json!(18)));
    assert_eq!(shares["kinds"]["hamlet"], json!({"eligible": 25, "registered": 18, "recognised": 18}));
}

async fn under_tt_124_all_kinds_are_pooled_and_all_must_register(test: TestDatabase) {
    let others = "truong-1,school,03847,Trường THCS,,,,\ntruong-2,school,03847,Trường THPT,,,,\n\
                  co-quan-1,agency,03847,Trạm y tế,,,,\nct-1,enterprise,03847,Công ty chè,,,,\nct-2,enterprise,03847,Công ty mía,,,,\n";
    let units = format!("{}{others}", hamlets(4..=20));
    let year = Review::open(test, "2026-11-20T08:00:00+07:00", &units).await;
    let mut codes: Vec<String> =
        ["truong-1", "truong-2", "co-quan-1", "ct-1", "ct-2"].map(str::to_owned).to_vec();
    codes.extend((1..=19).map(|n| format!("03847{n:03}")));
    let mut reviews = Vec::new();
    for code in &codes {
        reviews.push(year.register(code, 2026, "2026-03-31").await);
    }
    year.bring_to_decision(&reviews[..18]).await;
    year.recognise(&reviews[..16], "2026-11-12").await;
    let shares = year.shares(2026).await;
    assert_eq!(check(&shares, "5.4(1)")["met"], false, "one hamlet has not registered: {shares}");
    year.register("03847020", 2026, "2026-04-01").await;
    let shares = year.shares(2026).await;
    assert_eq!(shares["pooled"], json!({"eligible": 25, "registered": 25, "recognised": 16}));
    assert_eq!(
        (&check(&shares, "5.4(1)")["met"], &check(&shares, "5.4(2)")["met"]),
        (&json!(true), &json!(false))
    );
    // 13 of 20 hamlets alone are 65 %; with the five others 18 of 25 are 72 %.
    year.recognise(&reviews[16..18], "2026-11-12").await;
    let shares = year.shares(2026).await;
    assert_eq!(shares["kinds"]["hamlet"]["recognised"], 13);
    assert_eq!((&shares["met"], &shares["criterion_19_2"]), (&json!(true), &Value::Null), "{shares}");
    let list = year.get("/api/v1/reviews?unit=03847&year=2026&kind=school&state=recognised").await;
    let listed: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|u| u["unit"].as_str().unwrap()).collect();
    assert_eq!(listed, ["truong-1", "truong-2"]);
    assert_eq!(list["items"][0]["decision"]["number"], "125/QĐ-UBND");
}

async fn a_commune_of_30_hamlets_goes_through_its_year(test: TestDatabase) {
    let year = Review::open(test, "2026-11-14T08:00:00+07:00", &hamlets(4..=30)).await;
    let mut reviews = Vec::new();
    for n in 1..=30 {
        reviews.push(year.register(&format!("03847{n:03}"), 2026, "2026-03-20").await);
    }
    year.bring_to_decision(&reviews).await;
    let returned = year.decide(&reviews[29..], json!({"step": "return", "reason": "thiếu chữ ký"})).await;
    assert_eq!(returned.1["state"], "returned");
    year.recognise(&reviews[..21], "2026-11-13").await;
    let refusal = json!({"step": "refuse", "reason": "chưa đạt điểm b khoản 4"});
    assert_eq!(year.decide(&reviews[21..29], refusal).await.0.as_u16(), 200);
    assert_eq!(check(&year.shares(2026).await, "5.4(2)")["met"], true, "21 of 30 are 70 %");

    let certificate = year.get(&format!("/api/v1/reviews/{}/certificate", id(&reviews[0]))).await;
    assert_eq!(
        (&certificate["name"], &certificate["decision"]["signer"], &certificate["commune"]),
        (&json!("Bản Nà Mo"), &json!("Lò Thị Chủ"), &json!("Xã Mường Bú"))
    );
    let revocation = json!({"step": "revoke", "reason": "phát hiện khai sai", "number": "9/QĐ-UBND", "day": "2026-11-14",
        "signer": "Lò Thị Chủ"});
    assert_eq!(year.decide(&reviews[..1], revocation).await.1["state"], "revoked");
    let path = format!("/api/v1/reviews/{}", id(&reviews[0]));
    refused(&year.office.get(&format!("{path}/certificate"), &year.officer).await, 409, "step_refused");
    assert_eq!(check(&year.shares(2026).await, "5.4(2)")["lacking"], 1);
    let shown = year.get(&path).await;
    let steps: Vec<&str> =
        shown["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["register", "assess", "file", "accept", "recognise", "revoke"]);
    assert_eq!(
        (
            &shown["steps"][5]["reason"],
            &shown["steps"][5]["account"],
            &shown["steps"][4]["decision"]["number"]
        ),
        (&json!("phát hiện khai sai"), &json!("decider"), &json!("125/QĐ-UBND"))
    );
    // The one that came back goes again: a new answer, the file, the decision.
    year.bring_back(&reviews[29]).await;
    assert_eq!(year.office.world.number("SELECT count(*) FROM review").await, 30);
    assert_eq!(year.office.world.verify().await.findings, []);
}

impl Review {
    async fn bring_back(&self, review: &Value) {
        let path = format!("/api/v1/reviews/{}", id(review));
        let answers = json!({"answers": {"4.2": {"outcome": "met", "note": "đã bổ sung chữ ký"}}});
        let (_, assessed) = self.office.post(&format!("{path}/assessment"), &self.officer, &answers).await;
        assert_eq!(assessed["review"]["state"], "assessed", "{assessed}");
        let (_, filed) = self.office.post(&format!("{path}/file"), &self.officer, &json!({})).await;
        assert_eq!(filed["state"], "filed", "{filed}");
    }
}

/// The figure `name` of a criterion: low, high.
fn figure(assessment: &Value, criterion: &str, name: &str) -> (i64, i64, Value) {
    let criteria = assessment["criteria"].as_array().unwrap();
    let criterion = criteria.iter().find(|c| c["id"] == criterion).unwrap();
    let figures = criterion["figures"].as_array().unwrap();
    let now = &figures.iter().find(|figure| figure["name"] == name).unwrap()["now"];
    (now["low"].as_i64().unwrap(), now["high"].as_i64().unwrap(), now["boundary"].clone())
}

async fn days_at_the_ends_of_the_years_count_on_their_side(test: TestDatabase) {
    let year = Review::open(test, "2026-11-25T08:00:00+07:00", "").await;
    for (hamlet, day) in [
        ("03847001", "2026-10-31"),
        ("03847001", "2026-11-01"),
        ("03847002", "2026-11-14"),
        ("03847002", "2026-11-15"),
        ("03847002", "2026-11-16"),
    ] {
        let sent = json!({"id": format!("{hamlet}{day}"), "unit": hamlet, "kind": "incident", "day": day,
            "values": {"KKDN": 1}});
        let (status, answer) = year.office.post("/api/v1/reports", &year.officer, &sent).await;
        assert_eq!(status.as_u16(), 201, "{answer}");
    }
    let hamlet = year.register("03847001", 2026, "2026-11-25").await;
    assert_eq!(hamlet["late"], true);
    let path = format!("/api/v1/reviews/{}/assessment", id(&hamlet));
    let before = year.get(&path).await;
    assert_eq!((&before["from"], &before["to"]), (&json!("2025-11-01"), &json!("2026-10-31")));
    assert_eq!(figure(&before, "4.3g", "KKDN"), (1, 1, json!([])), "31 October counts, 1 November does not");

    let commune = year.register("03847", 2026, "2026-11-25").await;
    let own = format!("/api/v1/reviews/{}/assessment", id(&commune));
    let sum = figure(&year.get(&own).await, "5.2/4.3g", "KKDN");
    assert_eq!((sum.0, sum.1), (4, 4), "14 and 15 November count, 16 November does not");

    // The month's return counts four: two of them have no day, and the month lies across 31 October.
    let sent = json!({"id": "m", "unit": "03847001", "kind": "month", "period": "2026-11", "values": {"KKDN": 4},
        "confirmed": true});
    let (status, answer) = year.office.post("/api/v1/reports", &year.officer, &sent).await;
    assert_eq!(status.as_u16(), 201, "{answer}");
    let (low, high, boundary) = figure(&year.get(&path).await, "4.3g", "KKDN");
    assert_eq!((low, high), (1, 3));
    assert_eq!(
        (&boundary[0]["period"], &boundary[0]["day"], &boundary[0]["undated"]),
        (&json!("2026-11"), &json!("2026-10-31"), &json!(2))
    );
    assert_eq!(boundary[0]["words"], "2 trường hợp không rõ ngày nằm vắt qua 31/10/2026");
}

async fn the_police_say_how_grave_an_incident_is_and_every_word_of_it_is_kept(test: TestDatabase) {
    let year = Review::open(test, "2026-11-25T08:00:00+07:00", "").await;
    let sent =
        json!({"id": "i", "unit": "03847001", "kind": "incident", "day": "2026-06-01", "values": {"CG": 1}});
    let (_, report) = year.office.post("/api/v1/reports", &year.officer, &sent).await;
    let path = format!("/api/v1/incidents/{}", report["report"].as_str().unwrap());
    let review = year.register("03847001", 2026, "2026-03-01").await;
    let proposal = async || {
        let assessment = year.get(&format!("/api/v1/reviews/{}/assessment", id(&review))).await;
        let criteria = assessment["criteria"].as_array().unwrap().clone();
        criteria.into_iter().find(|c| c["id"] == "4.4b").unwrap()
    };
    assert_eq!(proposal().await["proposal"], "open");
    assert!(proposal().await["doubts"].as_array().unwrap().contains(&json!("severity")));
    let list = year.get("/api/v1/incidents?unit=03847&from=2026-01-01&to=2026-11-25&unjudged=true").await;
    assert_eq!(list["items"][0]["unit"], "03847001", "{list}");

    let patch = async |token: &str, body: Value| {
        let request = year.office.client.patch(year.office.server.url(&path)).bearer_auth(token);
        year.office.ask(request.json(&body)).await
    };
    assert_eq!(patch(&year.officer, json!({"severity": "serious"})).await.1["severity"], "serious");
    assert_eq!(proposal().await["proposal"], "not_met");
    let (_, judged) = patch(&year.officer, json!({"prevented": true})).await;
    assert_eq!((&judged["severity"], judged["history"].as_array().unwrap().len()), (&json!("serious"), 2));
    assert_ne!(proposal().await["proposal"], "not_met");
    let (_, same) = patch(&year.officer, json!({"prevented": true})).await;
    assert_eq!(same["history"].as_array().unwrap().len(), 2, "nothing changed");
    refused(&patch(&year.officer, json!({"severity": "grave"})).await, 422, "validation_failed");
    refused(&patch(&year.decider, json!({"severity": "less"})).await, 403, "forbidden");
    let list = year.get("/api/v1/incidents?unit=03847001&from=2026-01-01&to=2026-11-25&unjudged=true").await;
    assert_eq!(list["items"], json!([]));
    assert_eq!(year.office.world.verify().await.findings, []);
}

async fn what_cannot_be_is_refused_with_what_to_do(test: TestDatabase) {
    let units = "03847050,hamlet,03847,Bản Đã Sáp Nhập,,2026-06-30,40,\n";
    let year = Review::open(test, "2026-11-25T08:00:00+07:00", units).await;
    let register = async |unit: &str, year_of: i32, on: Option<&str>| {
        let body = json!({"unit": unit, "year": year_of, "registered_on": on});
        year.office.post("/api/v1/reviews", &year.officer, &body).await
    };
    let dissolved = register("03847050", 2026, Some("2026-03-01")).await;
    refused(&dissolved, 422, "not_reviewed");
    assert!(dissolved.1["detail"].as_str().unwrap().contains("2026-06-30"), "{}", dissolved.1);
    assert_eq!(year.shares(2026).await["dissolved"][0]["unit"], "03847050");
    refused(&register("03847001", 2011, None).await, 422, "not_reviewed");
    refused(&register("03847001", 1999, None).await, 400, "invalid_parameter");
    refused(&register("03847001", 2028, None).await, 422, "not_reviewed");
    refused(&register("03847001", 2026, Some("2026-11-26")).await, 422, "not_reviewed");
    refused(&register("04792001", 2026, None).await, 404, "unknown_unit");
    refused(&register("14", 2026, None).await, 403, "forbidden");

    let review = year.register("03847001", 2026, "2026-03-01").await;
    let again = register("03847001", 2026, None).await;
    assert_eq!((again.0.as_u16(), &again.1["id"]), (200, &review["id"]));
    bad_files(&year, &review).await;
    bad_decisions(&year, &review).await;
    bad_answers(&year, &review).await;
    let neighbour = year.office.token("team", Some("03847002")).await;
    let path = format!("/api/v1/reviews/{}", id(&review));
    refused(&year.office.get(&path, &neighbour).await, 404, "not_found");
    refused(&year.office.post(&format!("{path}/file"), &neighbour, &json!({})).await, 404, "not_found");
}

async fn bad_files(year: &Review, review: &Value) {
    let program = [&b"MZ\x90\x00"[..], &[0; 400]].concat();
    let cases: [(&str, &[u8], u16, &str); 8] = [
        ("document=minutes&name=a.pdf", &program, 422, "file_refused"),
        ("document=minutes&name=a.exe", &program, 422, "file_refused"),
        ("document=minutes&name=a.png", PDF, 422, "file_refused"),
        ("document=minutes&name=a.pdf", b"", 422, "file_refused"),
        ("document=photo&name=a.pdf", PDF, 422, "validation_failed"),
        ("criterion=4.3a&name=a.pdf", PDF, 422, "validation_failed"),
        ("document=minutes&criterion=4.2&name=a.pdf", PDF, 400, "invalid_parameter"),
        ("document=minutes&name=a.pdf", &[0; 70_000], 413, "body_too_large"),
    ];
    for (query, content, status, code) in cases {
        refused(&year.attach(review, query, content).await, status, code);
    }
    let (status, file) = year.attach(review, "document=minutes&name=bi%C3%AAn%20b%E1%BA%A3n.pdf", PDF).await;
    assert_eq!((status.as_u16(), &file["media_type"]), (201, &json!("application/pdf")), "{file}");
    assert_eq!(year.attach(review, "document=minutes&name=b.pdf", PDF).await.0.as_u16(), 200);
    let path = format!("/api/v1/reviews/{}/evidence/{}", id(review), id(&file));
    let office = &year.office;
    let answer = office.client.get(office.server.url(&path)).bearer_auth(&year.officer).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-disposition"), "attachment; filename*=UTF-8''bi%C3%AAn%20b%E1%BA%A3n.pdf");
    assert_eq!(
        (header("x-content-type-options"), header("content-type")),
        ("nosniff".into(), "application/pdf".into())
    );
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(answer.bytes().await.unwrap(), PDF);
    let gone = office.client.delete(office.server.url(&path)).bearer_auth(&year.officer);
    assert_eq!(office.ask(gone).await.0.as_u16(), 204);
    refused(&office.get(&path, &year.officer).await, 404, "not_found");
    let files = year.get(&format!("/api/v1/reviews/{}/evidence", id(review))).await;
    assert!(files["items"][0]["withdrawn_at"].is_string(), "it stays, marked: {files}");
}

async fn bad_decisions(year: &Review, review: &Value) {
    let one = std::slice::from_ref(review);
    let decision = |number: &str, day: &str, signer: &str| json!({"step": "recognise", "number": number, "day": day, "signer": signer});
    let cases = [
        (json!({"step": "recognise"}), 422, "validation_failed"),
        (decision("", "2026-11-13", "A"), 422, "validation_failed"),
        (decision("1/QĐ", "2026-11-13", " "), 422, "validation_failed"),
        (json!({"step": "refuse"}), 422, "validation_failed"),
        (json!({"step": "forget"}), 422, "validation_failed"),
        (decision("1/QĐ", "2026-11-13", "A"), 409, "step_refused"),
        (json!({"step": "accept"}), 409, "step_refused"),
    ];
    for (what, status, code) in cases {
        refused(&year.decide(one, what).await, status, code);
    }
    refused(&year.decide(&[], json!({"step": "accept"})).await, 422, "validation_failed");
    let twice = [review.clone(), review.clone()];
    refused(&year.decide(&twice, json!({"step": "accept"})).await, 422, "validation_failed");
    let body = json!({"step": "accept", "reviews": [id(review)]});
    year.office.add_account("chutich-tinh", "decider", Some("14"));
    let (_, log_in) = year.office.log_in("chutich-tinh", super::office::PASSWORD).await;
    let province = log_in["access_token"].as_str().unwrap();
    refused(&year.office.post("/api/v1/reviews/decisions", province, &body).await, 403, "forbidden");
}

async fn bad_answers(year: &Review, review: &Value) {
    let path = format!("/api/v1/reviews/{}/assessment", id(review));
    let head = year.office.token("head", Some("03847001")).await;
    let cases = [
        (&head, json!({"answers": {"4.3a": {"outcome": "met"}}}), "/answers/4.3a"),
        (&year.officer, json!({"answers": {"4.3a": {"outcome": "met", "note": "x"}}}), "/answers/4.3a/note"),
        (&year.officer, json!({"answers": {"9.9": {"outcome": "met"}}}), "/answers/9.9"),
        (&year.officer, json!({"facts": {"serious_incidents": -1}}), "/facts/serious_incidents"),
        (&year.officer, json!({"answers": {"4.1(2)": {"outcome": "not_met"}}}), "/answers/4.1(2)/note"),
        (&year.officer, json!({"answers": {"4.2": {"outcome": "perhaps"}}}), "/answers/4.2/outcome"),
    ];
    for (token, body, pointer) in cases {
        let answer = year.office.post(&path, token, &body).await;
        refused(&answer, 422, "validation_failed");
        assert_eq!(answer.1["errors"][0]["pointer"], pointer, "{}", answer.1);
    }
    let (status, partly) = year
        .office
        .post(
            &path,
            &head,
            &json!({"answers": {"4.2": {"outcome": "met"}}, "facts": {"team_disciplined": 0}}),
        )
        .await;
    assert_eq!((status.as_u16(), &partly["review"]["state"]), (200, &json!("registered")), "{partly}");
    assert_eq!(partly["unanswered"].as_array().unwrap().len(), 17);
    let file = format!("/api/v1/reviews/{}/file", id(review));
    refused(&year.office.post(&file, &year.officer, &json!({})).await, 409, "step_refused");
}

on_both!(
    under_tt_23_sixteen_of_25_hamlets_fail_and_18_pass,
    under_tt_124_all_kinds_are_pooled_and_all_must_register,
    a_commune_of_30_hamlets_goes_through_its_year,
    days_at_the_ends_of_the_years_count_on_their_side,
    the_police_say_how_grave_an_incident_is_and_every_word_of_it_is_kept,
    what_cannot_be_is_refused_with_what_to_do,
);
