//! The yearly review by forms of ODK Collect: a unit registers, and assesses itself by the criteria of its scheme.

use binhyen::flows::import::{Mode, import_units};
use serde_json::{Value, json};

use crate::openrosa::{Collect, PNG, edit_of, form, instance, photo, texts};
use crate::otp::{Heads, access};
use crate::support::TestDatabase;
use crate::support::process::program;
use crate::support::world::{HEAD, HEAD_OF_TWO};
use crate::web::office::{Office, PASSWORD, refused};
use crate::web::reviews::PDF;

const MARCH: &str = "2026-03-16T08:00:00+07:00";
const NOVEMBER: &str = "2026-11-05T08:00:00+07:00";
/// What a hamlet answers of TT 124/2021, without what only the police confirm.
const OWN: [&str; 13] = [
    "4_1_1", "4_1_2", "4_1_3", "4_2", "4_3e", "4_3g", "4_4a", "4_4b", "4_4c_1", "4_4c_2", "4_4c_3", "4_4d",
    "4_5",
];

fn registration(id: &str, unit: &str, year: i32, more: &str) -> String {
    instance("registration", id, &format!("<unit>{unit}</unit><year>{year}</year>{more}"))
}

fn assessment(id: &str, answers: &str) -> String {
    instance("assessment", id, &format!("<unit>03847001</unit><year>2026</year>{answers}"))
}

/// An answer, or a note, or a fact of a hamlet by TT 124/2021.
fn hamlet(kind: char, name: &str, text: &str) -> String {
    format!("<{kind}_tt124_2021_hamlet_{name}>{text}</{kind}_tt124_2021_hamlet_{name}>")
}

fn answered(names: &[&str]) -> String {
    names.iter().map(|name| hamlet('c', name, "met") + &hamlet('n', name, "theo hồ sơ")).collect()
}

/// The review of a unit of 2026 as officers see it, with its steps.
async fn review(office: &Office, officer: &str, unit: &str) -> Value {
    let (_, list) = office.get(&format!("/api/v1/reviews?unit={unit}&year=2026"), officer).await;
    let listed = list["items"].as_array().unwrap().iter().find(|listed| listed["unit"] == unit).unwrap();
    match listed["review"].as_str() {
        Some(id) => office.get(&format!("/api/v1/reviews/{id}"), officer).await.1,
        None => listed.clone(),
    }
}

fn steps(review: &Value) -> Vec<&str> {
    review["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect()
}

async fn stored(office: &Office, officer: &str, review: &Value, what: &str) -> Value {
    let path = format!("/api/v1/reviews/{}/{what}", review["id"].as_str().unwrap());
    let (status, body) = office.get(&path, officer).await;
    assert_eq!(status.as_u16(), 200, "{body}");
    body
}

async fn a_head_registers_once_with_households_day_and_photograph(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let office = &collect.heads.office;
    let officer = office.token("commune", Some("03847")).await;
    let facts = "<households>76</households><resolution_day>2026-02-20</resolution_day><photo>1.png</photo>";
    let xml = registration("a", "03847001", 2026, facts);
    let told = "Đã đăng ký An toàn về ANTT năm 2026 cho Bản Nà Mo, đúng hạn 31/3. Nếu sai, soạn HUY DK 2026. \
                Đã ghi tháng 3 (15/2-14/3), Bản Nà Mo.";
    for _ in 0..2 {
        let sent = form(&xml).part("1.png", photo("1.png", PNG));
        assert_eq!(collect.send(sent).await, (201, told.to_owned()));
    }
    let registered = review(office, &officer, "03847001").await;
    assert_eq!((&registered["state"], &registered["late"]), (&json!("registered"), &json!(false)));
    let step = &registered["steps"][0];
    assert_eq!(
        (&step["reason"], step["person"].is_string()),
        (&json!("OpenRosa: uuid:a"), true),
        "{registered}"
    );
    let assessed = stored(office, &officer, &registered, "assessment").await;
    assert_eq!(assessed["facts"], json!({"resolution_day": "2026-02-20"}));
    let files = stored(office, &officer, &registered, "evidence").await;
    assert_eq!(files["items"].as_array().unwrap().len(), 1, "{files}");
    assert_eq!(
        (&files["items"][0]["document"], &files["items"][0]["name"]),
        (&json!("registration"), &json!("1.png"))
    );
    let reports = collect.reports("03847001").await;
    assert_eq!((&reports[0]["values"], &reports[0]["source"]), (&json!({"HDK": 76}), &json!("openrosa")));

    // Another form says that it was there; the same id with other words is none of the two.
    let (status, message) = collect.submit(&registration("b", "03847001", 2026, "")).await;
    let already = "Bản Nà Mo đã đăng ký An toàn về ANTT năm 2026 từ ngày 16/3, không cần gửi lại.";
    assert_eq!((status, message.as_str()), (201, already));
    let other = registration("a", "03847001", 2026, "<households>70</households>");
    assert_eq!(collect.submit(&other).await.0, 409);
    let other = registration("b", "03847001", 2026, "<households>76</households>");
    assert_eq!(collect.submit(&other).await.0, 409);
    // What was taken back by a text stays so when the form comes again, and a new form registers anew.
    assert!(office.world.text(HEAD, "HUY DK 2026").await.starts_with("Da huy"));
    assert_eq!(collect.submit(&xml).await, (201, told.to_owned()));
    assert_eq!(review(office, &officer, "03847001").await["state"], "open");
    assert_eq!(collect.submit(&registration("c", "03847001", 2026, "")).await.0, 201);
    let again = review(office, &officer, "03847001").await;
    assert_eq!(steps(&again), ["register", "withdraw", "register"]);
    let world = &office.world;
    assert_eq!(world.number("SELECT count(*) FROM report").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM form_kept").await, 0);
    world.assert_consistent().await;
}

async fn an_edit_corrects_the_facts_or_registers_in_the_place_of_the_other(test: TestDatabase) {
    let collect = Collect::at(test, HEAD_OF_TWO, NOVEMBER).await;
    let office = &collect.heads.office;
    let officer = office.token("commune", Some("03847")).await;
    let day = |day: &str| format!("<resolution_day>{day}</resolution_day>");
    let first = registration("a", "03847001", 2026, &day("2026-02-20"));
    let (status, message) = collect.submit(&first).await;
    assert_eq!(status, 201);
    assert!(message.contains("cho Bản Nà Mo, muộn, hạn 31/3"), "{message}");
    let second = edit_of("a", &registration("a2", "03847001", 2026, &day("2026-02-21")));
    let (status, message) = collect.submit(&second).await;
    assert!(status == 201 && message.contains("Đã đăng ký"), "{message}");
    let registered = review(office, &officer, "03847001").await;
    assert_eq!(steps(&registered), ["register"]);
    let facts = stored(office, &officer, &registered, "assessment").await["facts"].clone();
    assert_eq!(facts, json!({"resolution_day": "2026-02-21"}));
    // The first form, sent again after all, brings nothing back.
    assert_eq!(collect.submit(&first).await.0, 201);
    assert_eq!(stored(office, &officer, &registered, "assessment").await["facts"], facts);

    let moved = edit_of("a2", &registration("a3", "03847002", 2026, &day("2026-02-21")));
    for _ in 0..2 {
        let (status, message) = collect.submit(&moved).await;
        let told = "Đã đăng ký An toàn về ANTT năm 2026 cho Bản Co Mạ, muộn, hạn 31/3. Đăng ký gửi trước (Bản Nà Mo) đã hủy.";
        assert_eq!((status, message.as_str()), (201, told));
    }
    let left = review(office, &officer, "03847001").await;
    assert_eq!((&left["state"], steps(&left)), (&json!("open"), vec!["register", "withdraw"]));
    assert_eq!(left["steps"][1]["reason"], "OpenRosa: uuid:a3");

    // With what an officer has gone on with, the form does nothing any more.
    let registered = review(office, &officer, "03847002").await;
    let assessed = stored(office, &officer, &registered, "assessment").await;
    let outcome = |criterion: &Value| {
        let note = if criterion["bare"] == true { Value::Null } else { json!("theo hồ sơ") };
        (criterion["id"].as_str().unwrap().to_owned(), json!({"outcome": "met", "note": note}))
    };
    let answers: serde_json::Map<String, Value> =
        assessed["criteria"].as_array().unwrap().iter().map(outcome).collect();
    let path = format!("/api/v1/reviews/{}/assessment", registered["id"].as_str().unwrap());
    assert_eq!(office.post(&path, &officer, &json!({"answers": answers})).await.0.as_u16(), 200);
    let back = edit_of("a3", &registration("a4", "03847001", 2026, ""));
    let (status, message) = collect.submit(&back).await;
    assert!(status == 201 && message.contains("(Bản Co Mạ) không hủy được"), "{message}");
    assert_eq!(review(office, &officer, "03847002").await["state"], "assessed");
    assert_eq!(review(office, &officer, "03847001").await["state"], "registered");
    office.world.assert_consistent().await;
}

async fn a_registration_that_cannot_be_is_told_and_nothing_is_stored(test: TestDatabase) {
    let collect = Collect::at(test, HEAD, "2026-11-20T08:00:00+07:00").await;
    let office = &collect.heads.office;
    let over = "Chưa ghi: việc xét An toàn về ANTT năm 2026 của Bản Nà Mo đã hết hạn, hoặc hồ sơ đã nộp. Xin hỏi công an xã.";
    let none = "Chưa ghi: Bản Nà Mo không đăng ký được An toàn về ANTT năm 2090. Xin xem lại năm, hoặc hỏi công an xã.";
    let households = "<households>76</households>";
    let cases = [
        (registration("a", "03847001", 2026, households), 422, over),
        (registration("b", "03847001", 2090, households), 422, none),
        (registration("c", "03847002", 2027, ""), 403, "Chưa ghi: anh chị không báo cáo cho đơn vị đã chọn."),
        (registration("d", "99999999", 2027, ""), 403, "Chưa ghi: anh chị không báo cáo cho đơn vị đã chọn."),
    ];
    for (xml, expected, told) in cases {
        let (status, message) = collect.submit(&xml).await;
        assert_eq!(status, expected, "{message}: {xml}");
        assert!(message.starts_with(told), "{message}");
    }
    let world = &office.world;
    assert_eq!(world.number("SELECT count(*) FROM report").await, 0);
    // What the form would never let through is kept as it came.
    for (id, year, more) in
        [("e", 1999, ""), ("f", 2027, "<households>9000</households>"), ("g", 2027, "<old>1</old>")]
    {
        let (status, message) = collect.submit(&registration(id, "03847001", year, more)).await;
        assert_eq!(status, 201);
        assert!(message.starts_with("Đã nhận và giữ lại"), "{message}");
    }
    assert_eq!(world.number("SELECT count(*) FROM form_kept").await, 3);
    assert_eq!(world.number("SELECT count(*) FROM review").await, 0);
    // From November on the next year's days run.
    let (status, message) = collect.submit(&registration("h", "03847001", 2027, "")).await;
    assert!(status == 201 && message.contains("đúng hạn 31/3"), "{message}");
    world.assert_consistent().await;
}

async fn what_contradicts_the_figures_registers_nothing_until_the_person_insists(test: TestDatabase) {
    let collect = Collect::of(test, HEAD_OF_TWO).await;
    let world = &collect.heads.office.world;
    let month = |id: &str, more: &str| {
        instance("month", id, &format!("<unit>03847001</unit><period>2026-03-01</period>{more}"))
    };
    assert_eq!(collect.submit(&month("a", "<HDK>76</HDK>")).await.0, 201);
    // Ten times as many as in the month before: nothing is registered before the person has looked again.
    let earlier = month("z", "<HDK>7</HDK>").replace("2026-03-01", "2026-02-01");
    let other = |xml: String| xml.replace("03847001", "03847002");
    assert_eq!(collect.submit(&other(earlier)).await.0, 201);
    let jump = |id: &str, more: &str| {
        other(registration(id, "03847001", 2026, &format!("<households>98</households>{more}")))
    };
    let (status, message) = collect.submit(&jump("c", "")).await;
    assert!(status == 409 && message.starts_with("Chưa ghi tháng 3"), "{message}");
    assert_eq!(world.number("SELECT count(*) FROM review").await, 0);
    assert_eq!(collect.submit(&jump("d", "<confirmed>true</confirmed>")).await.0, 201);
    assert_eq!(world.number("SELECT count(*) FROM review").await, 1);
    // Another figure than the one that was reported: both are kept, and the unit has registered.
    let (status, message) =
        collect.submit(&registration("b", "03847001", 2026, "<households>75</households>")).await;
    assert_eq!(status, 201);
    assert!(message.contains("Đã đăng ký") && message.contains("đã báo 76, nay 75"), "{message}");
    assert_eq!(world.number("SELECT count(*) FROM review").await, 2);
    world.assert_consistent().await;
}

async fn nothing_counts_of_those_who_practise(test: TestDatabase) {
    let collect = Collect::at(test, HEAD, NOVEMBER).await;
    let office = &collect.heads.office;
    let practice = "name,phone,role,unit,practice\nLò Văn Ún,0900000001,head,03847001,yes\n";
    office.world.import_people(practice).await;
    let xml = registration("a", "03847001", 2026, "<households>76</households><photo>1.png</photo>");
    for _ in 0..2 {
        let (status, message) = collect.send(form(&xml).part("1.png", photo("1.png", PNG))).await;
        assert_eq!(status, 201);
        assert!(message.starts_with("(TẬP) Đã đăng ký"), "{message}");
    }
    let event = "<unit>03847001</unit><day>2026-11-04</day><TC>1</TC><photo>1.png</photo>";
    let event = form(&instance("incident", "i", event)).part("1.png", photo("1.png", PNG));
    let (status, message) = collect.send(event).await;
    assert!(status == 201 && message.starts_with("(TẬP) Đã ghi"), "{message}");
    let (status, message) = collect.submit(&instance("census", "k", "<people>40</people>")).await;
    assert!(status == 201 && message.starts_with("(TẬP) Đã nhận"), "{message}");
    for table in ["review", "review_form", "report", "evidence", "photo", "form_kept"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(office.world.number(count.leak()).await, 0, "{table}");
    }
    let officer = office.token("commune", Some("03847")).await;
    let body = json!({"unit": "03847001", "year": 2026, "registered_on": "2026-03-10"});
    assert_eq!(office.post("/api/v1/reviews", &officer, &body).await.0.as_u16(), 201);
    let (status, message) = collect.submit(&assessment("b", &answered(&["4_2"]))).await;
    assert_eq!(status, 201);
    assert!(message.starts_with("(TẬP) Đã ghi tự đánh giá"), "{message}");
    assert_eq!(office.world.number("SELECT count(*) FROM answer").await, 0);
}

async fn by_the_api_nothing_counts_either_and_every_answer_says_so(test: TestDatabase) {
    let heads = Heads::open_with(test, |command| _ = command.env("BINHYEN__CLOCK__FIXED", NOVEMBER)).await;
    let office = &heads.office;
    let practice = |practice: &str| {
        format!("name,phone,role,unit,practice\nLò Văn Ún,0900000001,head,03847001,{practice}\n")
    };
    office.world.import_people(&practice("yes")).await;
    let opened = heads.log_in(HEAD, "phone-1", 1).await;
    let head = access(&opened);
    let registration = json!({"unit": "03847001", "year": 2026});
    for _ in 0..2 {
        let (status, told) = office.post("/api/v1/reviews", head, &registration).await;
        let of = (status.as_u16(), &told["state"], &told["practice"]);
        assert_eq!(of, (201, &json!("registered"), &json!(true)), "{told}");
    }
    for nothing in [
        "SELECT count(*) FROM review",
        "SELECT count(*) FROM review_step",
        "SELECT count(*) FROM change WHERE entity = 'review'",
        "SELECT count(*) FROM audit WHERE action LIKE 'review%'",
    ] {
        assert_eq!(office.world.number(nothing).await, 0, "{nothing}");
    }
    let report =
        json!({"id": "r", "unit": "03847001", "kind": "month", "period": "2026-10", "values": {"TC": 1}});
    let (_, told) = office.post("/api/v1/reports", head, &report).await;
    assert_eq!((&told["outcome"], &told["practice"]), (&json!("created"), &json!(true)));

    // What others have registered is answered, and stands as it stood.
    let officer = office.token("commune", Some("03847")).await;
    let (_, real) = office.post("/api/v1/reviews", &officer, &registration).await;
    assert_eq!((&real["state"], &real["practice"]), (&json!("registered"), &json!(false)), "{real}");
    let path = |what: &str| format!("/api/v1/reviews/{}/{what}", real["id"].as_str().unwrap());
    let answers = json!({"answers": {"4.2": {"outcome": "met", "note": "theo hồ sơ"}}, "facts": {"team_disciplined": 0}});
    let (status, told) = office.post(&path("assessment"), head, &answers).await;
    assert_eq!((status.as_u16(), &told["review"]["practice"]), (200, &json!(true)), "{told}");
    assert_eq!(told["facts"], json!({"team_disciplined": 0}));
    assert_eq!(stored(office, &officer, &real, "assessment").await["facts"], json!({}));
    let bare = json!({"answers": {"4.3a": {"outcome": "met"}}});
    refused(&office.post(&path("assessment"), head, &bare).await, 422, "validation_failed");
    let attach = async |token: &str| {
        let path = office.server.url(&path("evidence?document=minutes&name=a.pdf"));
        office.ask(office.client.post(path).bearer_auth(token).body(PDF)).await
    };
    let (status, told) = attach(head).await;
    assert_eq!((status.as_u16(), &told["practice"]), (201, &json!(true)), "{told}");
    assert_eq!(std::fs::read_dir(office.test.beside("evidence")).unwrap().count(), 0);
    refused(&office.post(&path("file"), head, &json!({})).await, 409, "step_refused");
    let (_, file) = attach(&officer).await;
    let file = office.server.url(&path(&format!("evidence/{}", file["id"].as_str().unwrap())));
    let (status, told) = office.ask(office.client.delete(file).bearer_auth(head)).await;
    assert_eq!((status.as_u16(), &told["practice"]), (200, &json!(true)), "{told}");
    assert!(told["withdrawn_at"].is_string());
    let files = stored(office, &officer, &real, "evidence").await;
    assert_eq!(files["items"].as_array().map(|files| files.len()), Some(1), "{files}");
    assert_eq!(
        (&files["items"][0]["withdrawn_at"], &files["items"][0]["practice"]),
        (&Value::Null, &json!(false))
    );

    office.world.import_people(&practice("no")).await;
    let (_, told) = office.post(&path("assessment"), head, &answers).await;
    assert_eq!(told["review"]["practice"], false, "{told}");
    assert_eq!(stored(office, &officer, &real, "assessment").await["facts"], json!({"team_disciplined": 0}));
    office.world.assert_consistent().await;
}

/// A head with a form on 5 November, whose hamlet an officer registered in March.
async fn assessing(test: TestDatabase, now: &str) -> (Collect, String) {
    let collect = Collect::at(test, HEAD, now).await;
    let officer = collect.heads.office.token("commune", Some("03847")).await;
    let body = json!({"unit": "03847001", "year": 2026, "registered_on": "2026-03-10"});
    assert_eq!(collect.heads.office.post("/api/v1/reviews", &officer, &body).await.0.as_u16(), 201);
    (collect, officer)
}

async fn a_unit_assesses_itself_by_the_criteria_of_its_scheme(test: TestDatabase) {
    let (collect, officer) = assessing(test, NOVEMBER).await;
    let office = &collect.heads.office;
    let (_, xform, _) = collect.get(&format!("{}/forms/assessment", collect.base)).await;
    for name in OWN {
        assert!(xform.contains(&format!("ref=\"/data/c_tt124_2021_hamlet_{name}\"")), "{name}");
    }
    assert!(!xform.contains("hamlet_4_3a") && !xform.contains("_commune_"), "{xform}");
    let facts = [
        hamlet('f', "resolution_day", "2026-02-20"),
        hamlet('f', "team_rating", "houe0n_thue0nh"),
        hamlet('f', "team_disciplined", "0"),
    ];
    let first =
        assessment("a", &(facts.concat() + &answered(&["4_2", "4_3e"]) + &hamlet('c', "4_1_2", "met")));
    for _ in 0..2 {
        let told = "Đã ghi tự đánh giá năm 2026 của Bản Nà Mo, còn 10 tiêu chí chưa trả lời.";
        assert_eq!(collect.submit(&first).await, (201, told.to_owned()));
    }
    let registered = review(office, &officer, "03847001").await;
    let assessed = stored(office, &officer, &registered, "assessment").await;
    let facts = json!({"resolution_day": "2026-02-20", "team_rating": "hoàn thành", "team_disciplined": 0});
    assert_eq!(assessed["facts"], facts);
    let of = |assessed: &Value, id: &str| {
        assessed["criteria"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap().clone()
    };
    assert_eq!(of(&assessed, "4.2")["answer"]["note"], "theo hồ sơ");
    assert_eq!(of(&assessed, "4.5")["proposal"], "met");
    assert_eq!(office.world.number("SELECT count(*) FROM answer").await, 3);

    // Against the figures only with a reason; an edit is the next version; the first form brings nothing back.
    let against = edit_of("a", &assessment("b", &hamlet('c', "4_1_2", "not_met")));
    let (status, message) = collect.submit(&against).await;
    assert_eq!(status, 409);
    assert!(message.contains("tiêu chí 4.1(2) khác với số liệu đã báo"), "{message}");
    let reasoned = hamlet('c', "4_1_2", "not_met") + &hamlet('n', "4_1_2", "bản đăng ký nộp muộn");
    assert_eq!(collect.submit(&edit_of("a", &assessment("b2", &reasoned))).await.0, 201);
    assert_eq!(collect.submit(&first).await.0, 201);
    let assessed = stored(office, &officer, &registered, "assessment").await;
    let answer = of(&assessed, "4.1(2)")["answer"].clone();
    assert_eq!((&answer["outcome"], &answer["version"]), (&json!("not_met"), &json!(2)), "{answer}");
    assert_eq!(collect.submit(&assessment("a", &answered(&["4_4a"]))).await.0, 409);

    let told = "Đã ghi tự đánh giá năm 2026 của Bản Nà Mo, đã trả lời đủ các tiêu chí.";
    assert_eq!(collect.submit(&assessment("c", &answered(&OWN))).await, (201, told.to_owned()));
    assert_eq!(review(office, &officer, "03847001").await["state"], "registered");
    let bare: serde_json::Map<String, Value> = ["4.3a", "4.3b", "4.3c", "4.3d", "4.3đ"]
        .map(|id| (id.to_owned(), json!({"outcome": "met"})))
        .into_iter()
        .collect();
    let path = format!("/api/v1/reviews/{}/assessment", registered["id"].as_str().unwrap());
    assert_eq!(office.post(&path, &officer, &json!({"answers": bare})).await.0.as_u16(), 200);
    let whole = review(office, &officer, "03847001").await;
    assert_eq!((&whole["state"], steps(&whole)), (&json!("assessed"), vec!["register", "assess"]));
    office.world.assert_consistent().await;
}

async fn a_self_assessment_that_cannot_be_is_told_or_kept(test: TestDatabase) {
    let (collect, officer) = assessing(test, NOVEMBER).await;
    let office = &collect.heads.office;
    let one = answered(&["4_2"]);
    let police = hamlet('c', "4_3a", "met");
    let described = format!("{police}{}", hamlet('n', "4_3a", "một chuyện"));
    let of = |xml: String, from: &str, to: &str| xml.replace(from, to);
    let cases = [
        (assessment("a", ""), 422, "Chưa ghi: mẫu chưa trả lời tiêu chí nào."),
        (assessment("b", &police), 422, "Chưa ghi Bản Nà Mo: tiêu chí 4.3a chỉ công an xã xác nhận"),
        (assessment("c", &described), 422, "Chưa ghi Bản Nà Mo: tiêu chí 4.3a chỉ công an xã xác nhận"),
        (of(assessment("d", &one), "2026</year>", "2025</year>"), 422, "Chưa ghi: Bản Nà Mo chưa đăng ký"),
        (of(assessment("e", &one), "03847001", "03847002"), 403, "Chưa ghi: anh chị không báo cáo"),
    ];
    for (xml, expected, told) in cases {
        let (status, message) = collect.submit(&xml).await;
        assert_eq!(status, expected, "{message}: {xml}");
        assert!(message.starts_with(told), "{message}");
    }
    assert_eq!(office.world.number("SELECT count(*) FROM form_kept").await, 0);
    // What an older form asked, or another regulation, or a note to nothing, is for a person to look at.
    let unread = [
        (assessment("f", &(one.clone() + &hamlet('c', "4_9", "met"))), "c_tt124_2021_hamlet_4_9"),
        (
            assessment("g", "<c_tt23_2012_hamlet_paper>met</c_tt23_2012_hamlet_paper>"),
            "c_tt23_2012_hamlet_paper",
        ),
        (assessment("h", &hamlet('n', "4_2", "lời")), "n_tt124_2021_hamlet_4_2"),
        (assessment("i", &hamlet('c', "4_2", "maybe")), "c_tt124_2021_hamlet_4_2"),
        (assessment("j", &one).replace("2026</year>", "99</year>"), "unit year"),
    ];
    for (xml, _) in &unread {
        let (status, message) = collect.submit(xml).await;
        assert_eq!(status, 201, "{message}");
        assert!(message.starts_with("Đã nhận và giữ lại"), "{message}");
    }
    let (_, kept) = office.get("/api/v1/forms/kept", &officer).await;
    let why: Vec<&str> =
        kept["items"].as_array().unwrap().iter().map(|kept| kept["why"].as_str().unwrap()).collect();
    assert_eq!(why, unread.each_ref().map(|(_, why)| *why));
    assert_eq!(office.world.number("SELECT count(*) FROM answer").await, 0);

    // With those who decide nothing can be changed.
    let registered = review(office, &officer, "03847001").await;
    let world = &office.world;
    let id = registered["id"].as_str().unwrap().parse::<i64>().unwrap();
    let filed = move |conn: &mut binhyen::db::Conn| {
        let mut review = binhyen::db::review::by_ids(conn, &[id])?.pop().unwrap();
        review.state = binhyen::domain::review::State::Filed;
        review.version += 1;
        binhyen::db::review::put(conn, &[review])
    };
    world.db.write(filed).await.unwrap();
    for xml in [
        assessment("k", &one),
        registration("l", "03847001", 2026, "<resolution_day>2026-02-20</resolution_day>"),
    ] {
        let (status, message) = collect.submit(&xml).await;
        assert_eq!(status, 409, "{message}");
        assert!(
            message.starts_with("Chưa ghi: việc xét An toàn về ANTT năm 2026 của Bản Nà Mo"),
            "{message}"
        );
    }
    assert_eq!(world.number("SELECT count(*) FROM review_form").await, 0);
}

async fn facts_are_taken_all_year_and_criteria_when_the_days_are_over(test: TestDatabase) {
    let (collect, officer) = assessing(test, MARCH).await;
    let office = &collect.heads.office;
    let fact = hamlet('f', "resolution_day", "2026-02-20");
    assert_eq!(collect.submit(&assessment("a", &fact)).await.0, 201);
    let (status, message) = collect.submit(&assessment("b", &(fact + &answered(&["4_2"])))).await;
    assert_eq!(status, 422);
    assert!(message.starts_with("Chưa ghi Bản Nà Mo: tiêu chí chỉ trả lời từ ngày 1/11"), "{message}");
    let registered = review(office, &officer, "03847001").await;
    let assessed = stored(office, &officer, &registered, "assessment").await;
    assert_eq!(assessed["facts"], json!({"resolution_day": "2026-02-20"}));
    assert_eq!(office.world.number("SELECT count(*) FROM answer").await, 0);
}

async fn what_a_province_adds_is_asked_and_forms_filled_in_before_are_taken(test: TestDatabase) {
    let (collect, officer) = assessing(test, NOVEMBER).await;
    let office = &collect.heads.office;
    let address = format!("{}/forms/assessment", collect.base);
    let (_, before, _) = collect.get(&address).await;
    let (_, list, _) = collect.get(&format!("{}/formList?formID=assessment", collect.base)).await;
    let additions = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/scheme_additions.toml");
    let output = program(&office.test)
        .env("BINHYEN__CLOCK__FIXED", NOVEMBER)
        .args(["import", "scheme", additions])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!before.contains("tinh_1"));
    assert!(collect.get(&address).await.1.contains("ref=\"/data/c_mau_tinh_2026_hamlet_tinh_1\""));
    let (_, newer, _) = collect.get(&format!("{}/formList?formID=assessment", collect.base)).await;
    assert_ne!(texts(&newer, "version"), texts(&list, "version"));
    let added = "<c_mau_tinh_2026_hamlet_tinh_1>not_applicable</c_mau_tinh_2026_hamlet_tinh_1>";
    for (id, answers, left) in [("a", answered(&["4_2"]), 13), ("b", added.to_owned(), 12)] {
        let (status, message) = collect.submit(&assessment(id, &answers)).await;
        assert_eq!(status, 201);
        assert!(message.contains(&format!("còn {left} tiêu chí")), "{message}");
    }
    let registered = review(office, &officer, "03847001").await;
    assert_eq!(registered["scheme"], "mau-tinh-2026");
    // What the app is given is the same form.
    let (_, shown) = office.get("/api/v1/forms/assessment", &collect.token).await;
    let field = shown["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["name"] == "c_mau_tinh_2026_hamlet_tinh_1")
        .unwrap();
    assert_eq!(
        (&field["kind"], &field["asks"]),
        (&json!("choice"), &json!({"criterion": "tinh-1"})),
        "{field}"
    );
    assert_eq!(
        shown["schema"]["properties"]["c_tt124_2021_hamlet_4_2"]["enum"],
        json!(["met", "not_met", "not_applicable"])
    );
}

async fn who_has_posts_in_two_provinces_is_asked_by_the_scheme_of_each(test: TestDatabase) {
    let collect = Collect::at(test, HEAD, NOVEMBER).await;
    let office = &collect.heads.office;
    let world = &office.world;
    let units =
        "code,kind,parent,name,valid_from,valid_to,households,population\n04792001,hamlet,04792,Tổ 1,,,60,\n";
    import_units(&world.db, &world.ids, world.clock, units.as_bytes(), Mode::Write).await.unwrap();
    let posts =
        "name,phone,role,unit\nLò Văn Ún,0900000001,head,03847001\nLò Văn Ún,0900000001,head,04792001\n";
    world.import_people(posts).await;
    let additions = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/scheme_additions.toml");
    let import = program(&office.test).args(["import", "scheme", additions]).output().unwrap();
    assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));

    let (_, xform, _) = collect.get(&format!("{}/forms/assessment", collect.base)).await;
    let relevant = |name: &str| {
        let bind = xform.split_once(&format!("<bind nodeset=\"/data/{name}\"")).unwrap().1;
        bind.split_once("/>").unwrap().0.to_owned()
    };
    let of_14 = "instance('units')/root/item[name = /data/unit]/province = '14'";
    assert!(relevant("c_mau_tinh_2026_hamlet_tinh_1").contains(of_14), "{xform}");
    assert!(!relevant("c_tt124_2021_hamlet_4_2").contains("province"), "{xform}");
    let (_, table, _) = collect.get(&format!("{}/forms/assessment/media/units.csv", collect.base)).await;
    assert!(table.contains(",hamlet,14\n04792001,Tổ 1,hamlet,25\n"), "{table}");
    let (_, shown) = office.get("/api/v1/forms/assessment", &collect.token).await;
    let field = |name: &str| {
        shown["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap()["only"]
            .clone()
    };
    assert_eq!(field("c_mau_tinh_2026_hamlet_tinh_1")["province"], "14");
    assert_eq!(field("c_tt124_2021_hamlet_4_2")["province"], Value::Null);

    // By which scheme a unit goes is told before it has registered and after.
    let scheme = async |unit: &str| {
        let path = format!("/api/v1/reviews?unit={unit}&year=2026");
        office.get(&path, &collect.token).await.1["items"][0]["scheme"].clone()
    };
    assert_eq!(
        (scheme("03847001").await, scheme("04792001").await),
        (json!("mau-tinh-2026"), json!("tt124-2021"))
    );
    for unit in ["03847001", "04792001"] {
        assert_eq!(collect.submit(&registration(unit, unit, 2026, "")).await.0, 201);
    }
    assert_eq!(
        (scheme("03847001").await, scheme("04792001").await),
        (json!("mau-tinh-2026"), json!("tt124-2021"))
    );
    let added = "<c_mau_tinh_2026_hamlet_tinh_1>met</c_mau_tinh_2026_hamlet_tinh_1>";
    for (id, unit, told) in [("a", "03847001", "Đã ghi tự đánh giá"), ("b", "04792001", "Đã nhận và giữ lại")]
    {
        let (status, message) = collect.submit(&assessment(id, added).replace("03847001", unit)).await;
        assert!(status == 201 && message.starts_with(told), "{message}");
    }
}

async fn an_officer_registers_schools_and_is_asked_for_every_kind(test: TestDatabase) {
    let office = Office::open_with(test, |command| {
        command
            .env("BINHYEN__HTTP__PUBLIC_URL", "https://binhyen.example.vn/")
            .env("BINHYEN__CLOCK__FIXED", NOVEMBER);
    });
    let office = office.await;
    let units = "code,kind,parent,name,valid_from,valid_to,households,population\n03847901,school,03847,Trường THCS Mường,,,,\n";
    let world = &office.world;
    import_units(&world.db, &world.ids, world.clock, units.as_bytes(), Mode::Write).await.unwrap();
    office.add_account("officer", "commune", Some("03847"));
    let ask = async |path: &str| {
        let request = office.client.get(office.server.url(path)).basic_auth("officer", Some(PASSWORD));
        request.send().await.unwrap().text().await.unwrap()
    };
    let send = async |xml: String| {
        let request = office.client.post(office.server.url("/openrosa/submission")).multipart(form(&xml));
        let answer = request.basic_auth("officer", Some(PASSWORD)).send().await.unwrap();
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        (status, texts(&text, "message")[0].to_owned())
    };
    let listed = ask("/openrosa/forms/registration/media/units.csv").await;
    assert!(listed.contains("03847901,Trường THCS Mường,school"), "{listed}");
    assert!(!ask("/openrosa/forms/month/media/units.csv").await.contains("03847901"));
    let xform = ask("/openrosa/forms/assessment").await;
    for name in ["school_7_2", "hamlet_4_3a", "commune_5_4_1", "agency_6_2", "enterprise_6_2"] {
        assert!(xform.contains(&format!("ref=\"/data/c_tt124_2021_{name}\"")), "{name}");
    }
    let told = "Đã đăng ký An toàn về ANTT năm 2026 cho Trường THCS Mường, muộn, hạn 31/3.";
    assert_eq!(send(registration("a", "03847901", 2026, "")).await, (201, told.to_owned()));
    // A school has no households.
    let (status, message) = send(registration("b", "03847901", 2026, "<households>5</households>")).await;
    assert!(status == 201 && message.starts_with("Đã nhận và giữ lại"), "{message}");
    let answer = "<c_tt124_2021_school_7_2>met</c_tt124_2021_school_7_2>";
    let school = |id: &str, answer: &str| assessment(id, answer).replace("03847001", "03847901");
    let (status, message) = send(school("c", answer)).await;
    assert!(status == 422 && message.contains("từ ngày 16/11"), "{message}");
    // What is asked of hamlets is not asked of a school.
    let (status, message) = send(school("d", &answered(&["4_2"]))).await;
    assert!(status == 201 && message.starts_with("Đã nhận và giữ lại"), "{message}");
    assert_eq!(send(registration("e", "03847001", 2026, "")).await.0, 201);
    assert_eq!(send(assessment("f", &hamlet('c', "4_3a", "met"))).await.0, 201);
    assert_eq!(office.world.number("SELECT count(*) FROM answer WHERE criterion = '4.3a'").await, 1);
}

on_both!(
    a_head_registers_once_with_households_day_and_photograph,
    an_edit_corrects_the_facts_or_registers_in_the_place_of_the_other,
    a_registration_that_cannot_be_is_told_and_nothing_is_stored,
    what_contradicts_the_figures_registers_nothing_until_the_person_insists,
    nothing_counts_of_those_who_practise,
    by_the_api_nothing_counts_either_and_every_answer_says_so,
    a_unit_assesses_itself_by_the_criteria_of_its_scheme,
    a_self_assessment_that_cannot_be_is_told_or_kept,
    facts_are_taken_all_year_and_criteria_when_the_days_are_over,
    what_a_province_adds_is_asked_and_forms_filled_in_before_are_taken,
    who_has_posts_in_two_provinces_is_asked_by_the_scheme_of_each,
    an_officer_registers_schools_and_is_asked_for_every_kind,
);
