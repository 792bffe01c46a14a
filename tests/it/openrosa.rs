//! OpenRosa 1.0 as ODK Collect speaks it: headers, HEAD, multipart, statuses.

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::io::Write;

use crate::otp::{Heads, access};
use crate::support::TestDatabase;
use crate::support::world::{HEAD, HEAD_OF_TWO};
use crate::web::office::{Answer, PASSWORD, refused};

/// A head with ODK Collect.
pub struct Collect {
    pub heads: Heads,
    /// What stands before `/formList`.
    pub base: String,
    device: String,
    /// The head's access token, for what Collect does not do.
    pub token: String,
}

pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the picture";

pub fn instance(form: &str, id: &str, answers: &str) -> String {
    format!(
        "<?xml version='1.0' ?><data id=\"{form}\" version=\"v1\" xmlns:orx=\"http://openrosa.org/xforms\">{answers}\
         <orx:meta><orx:instanceID>uuid:{id}</orx:instanceID></orx:meta></data>"
    )
}

fn month(id: &str, answers: &str) -> String {
    instance("month", id, &format!("<unit>03847001</unit><period>2026-03-01</period>{answers}"))
}

pub fn edit_of(old: &str, xml: &str) -> String {
    xml.replace(
        "</orx:instanceID>",
        &format!("</orx:instanceID><orx:deprecatedID>uuid:{old}</orx:deprecatedID>"),
    )
}

impl Collect {
    pub async fn of(test: TestDatabase, phone: &str) -> Collect {
        Collect::with(Heads::open(test).await, phone).await
    }

    /// At `now`.
    pub async fn at(test: TestDatabase, phone: &str, now: &str) -> Collect {
        let heads = Heads::open_with(test, |command| _ = command.env("BINHYEN__CLOCK__FIXED", now)).await;
        Collect::with(heads, phone).await
    }

    async fn with(heads: Heads, phone: &str) -> Collect {
        let opened = heads.log_in(phone, "phone-1", 1).await;
        let token = access(&opened).to_owned();
        let (status, made) =
            heads.office.post("/api/v1/devices/openrosa", &token, &json!({"name": "Collect"})).await;
        assert_eq!(status.as_u16(), 201, "{made}");
        assert!(made["qr"].as_str().unwrap().contains("<svg"));
        let (base, device) =
            (made["address"].as_str().unwrap().to_owned(), made["device"].as_str().unwrap().to_owned());
        assert!(base.starts_with(&heads.office.server.url("/openrosa/t/")), "{base}");
        Collect { heads, base, device, token }
    }

    pub async fn get(&self, address: &str) -> (u16, String, reqwest::header::HeaderMap) {
        let request = self.heads.office.client.get(address).header("X-OpenRosa-Version", "1.0");
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        assert_eq!(headers["x-openrosa-version"], "1.0", "{address}");
        assert!(headers.contains_key("date"));
        (status, answer.text().await.unwrap(), headers)
    }

    pub async fn send(&self, form: Form) -> (u16, String) {
        let address = format!("{}/submission", self.base);
        let request =
            self.heads.office.client.post(address).header("X-OpenRosa-Version", "1.0").multipart(form);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["x-openrosa-version"], "1.0");
        assert!(answer.headers()["content-type"].to_str().unwrap().contains("text/xml"));
        let text = answer.text().await.unwrap();
        let (_, message) = text.split_once("<message>").unwrap_or_else(|| panic!("{text}"));
        (status, message.split_once("</message>").unwrap().0.to_owned())
    }

    pub async fn submit(&self, xml: &str) -> (u16, String) {
        self.send(form(xml)).await
    }

    pub async fn reports(&self, of: &str) -> Value {
        let path = format!("/api/v1/reports?unit={of}&period=2026-03");
        let (status, reports) = self.heads.office.get(&path, &self.token).await;
        assert_eq!(status.as_u16(), 200, "{reports}");
        reports["items"].clone()
    }
}

pub fn form(xml: &str) -> Form {
    let part = Part::text(xml.to_owned()).file_name("form.xml").mime_str("text/xml").unwrap();
    Form::new().part("xml_submission_file", part)
}

pub fn photo(name: &str, bytes: &[u8]) -> Part {
    Part::bytes(bytes.to_vec()).file_name(name.to_owned()).mime_str("image/png").unwrap()
}

/// The texts of an element, in order.
pub fn texts<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(open.as_str()).skip(1).map(|rest| rest.split(close.as_str()).next().unwrap()).collect()
}

async fn a_head_fetches_forms_fills_them_in_and_they_are_reports(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let (status, list, headers) = collect.get(&format!("{}/formList?deviceID=x", collect.base)).await;
    assert_eq!(status, 200, "{list}");
    assert!(headers["content-type"].to_str().unwrap().contains("text/xml"));
    assert_eq!(headers["x-openrosa-accept-content-length"], "10000000");
    assert_eq!(texts(&list, "formID"), ["month", "incident", "meeting", "registration", "assessment"]);
    for every in ["name", "version", "hash", "downloadUrl", "manifestUrl"] {
        assert_eq!(texts(&list, every).len(), 5, "{every}");
    }
    for (form, manifest) in texts(&list, "downloadUrl").into_iter().zip(texts(&list, "manifestUrl")) {
        assert!(form.starts_with(&collect.base), "{form}");
        assert_eq!(collect.get(form).await.0, 200, "{form}");
        let (_, manifest, _) = collect.get(manifest).await;
        assert_eq!(texts(&manifest, "filename"), ["units.csv", "people.csv"]);
        assert_eq!(texts(&manifest, "hash").len(), 2);
        let (_, units, _) = collect.get(texts(&manifest, "downloadUrl")[0]).await;
        assert_eq!(units, "name,label,kind,province\n03847001,Bản Nà Mo,hamlet,14\n");
        let (_, people, _) = collect.get(texts(&manifest, "downloadUrl")[1]).await;
        assert!(people.contains("Lò Văn Ún,03847001"), "{people}");
    }
    let (_, one, _) = collect.get(&format!("{}/formList?formID=incident", collect.base)).await;
    assert_eq!(texts(&one, "formID"), ["incident"]);

    let head = collect
        .heads
        .office
        .client
        .head(format!("{}/submission?deviceID=x", collect.base))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (head.status().as_u16(), &head.headers()["x-openrosa-version"]),
        (204, &"1.0".parse().unwrap())
    );

    let sent = month("a", "<TC>2</TC><CG/><note>Mất hai xe máy</note>");
    for _ in 0..2 {
        let (status, message) = collect.submit(&sent).await;
        assert_eq!((status, message.as_str()), (201, "Đã ghi tháng 3 (15/2-14/3), Bản Nà Mo."));
    }
    let incident = instance("incident", "b", "<unit>03847001</unit><day>2026-03-10</day><CYGT>1</CYGT>");
    let (status, message) = collect.submit(&incident).await;
    assert_eq!((status, message.as_str()), (201, "Đã ghi vụ ngày 10/3, tháng 3 (15/2-14/3), Bản Nà Mo."));
    let meeting = "<unit>03847001</unit><day>2026-03-11</day><attendance>40</attendance><topic>fire</topic>";
    let (status, _) = collect.submit(&instance("meeting", "c", meeting)).await;
    assert_eq!(status, 201);
    let reports = collect.reports("03847001").await;
    let told: Vec<(&str, &Value)> =
        reports.as_array().unwrap().iter().map(|r| (r["source"].as_str().unwrap(), &r["values"])).collect();
    let expected = [json!({"TC": 2}), json!({"CYGT": 1}), json!({"TTB": 1, "TTN": 40})];
    assert_eq!(told, expected.iter().map(|values| ("openrosa", values)).collect::<Vec<_>>());
    assert_eq!(reports[0]["client_id"], "uuid:a");
    collect.heads.office.world.assert_consistent().await;
}

async fn an_edit_is_the_next_version_of_what_it_corrects(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    assert_eq!(collect.submit(&month("a", "<TC>2</TC>")).await.0, 201);
    for _ in 0..2 {
        assert_eq!(collect.submit(&edit_of("a", &month("a2", "<TC>3</TC>"))).await.0, 201);
    }
    let told = |id: &str, day: &str, crashes: u32| {
        instance("incident", id, &format!("<unit>03847001</unit><day>{day}</day><CYGT>{crashes}</CYGT>"))
    };
    assert_eq!(collect.submit(&told("b", "2026-03-10", 1)).await.0, 201);
    assert_eq!(collect.submit(&edit_of("b", &told("b2", "2026-03-11", 2))).await.0, 201);
    assert_eq!(collect.submit(&edit_of("b2", &told("b3", "2026-03-11", 3))).await.0, 201);
    let (status, message) = collect.submit(&edit_of("b3", &told("b4", "2026-02-01", 3))).await;
    assert_eq!(status, 422, "{message}");
    let reports = collect.reports("03847001").await;
    let versions: Vec<(i64, &Value)> =
        reports.as_array().unwrap().iter().map(|r| (r["version"].as_i64().unwrap(), &r["values"])).collect();
    assert_eq!(versions, [(2, &json!({"TC": 3})), (3, &json!({"CYGT": 3}))]);
    collect.heads.office.world.assert_consistent().await;
}

async fn an_edit_of_an_incident_of_a_closed_month_changes_it_once_an_officer_accepts(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let office = &collect.heads.office;
    let officer = office.token("commune", Some("03847")).await;
    let told = |id: &str, crashes: u32| {
        instance("incident", id, &format!("<unit>03847001</unit><day>2026-03-10</day><CYGT>{crashes}</CYGT>"))
    };
    assert_eq!(collect.submit(&told("a", 1)).await.0, 201);
    let (status, _) = office.post("/api/v1/periods/03847/2026-03/close", &officer, &json!({})).await;
    assert_eq!(status.as_u16(), 200);
    let accept = async |client_id: &str| {
        let waiting = collect.reports("03847001").await;
        let sent = |row: &&Value| row["client_id"] == client_id;
        let proposal = waiting.as_array().unwrap().iter().find(sent).unwrap().clone();
        let path = format!("/api/v1/reports/{}/accept", proposal["id"].as_str().unwrap());
        let (status, made) = office.post(&path, &officer, &json!({})).await;
        assert_eq!(status.as_u16(), 200, "{made}");
        (proposal["replaces"].is_string(), made["version"].clone())
    };
    let counted = "SELECT figure FROM total WHERE period = 202603 AND figure > 0";
    let (status, message) = collect.submit(&edit_of("a", &told("a2", 3))).await;
    assert!(status == 201 && message.contains("đã chốt"), "{message}");
    assert_eq!(office.world.numbers(counted).await, [1]);
    assert_eq!(accept("uuid:a2").await, (true, json!(2)));
    assert_eq!(office.world.numbers(counted).await, [3]);

    // One that came after the month was closed is edited like any other once it counts.
    assert_eq!(collect.submit(&told("b", 5)).await.0, 201);
    assert_eq!(accept("uuid:b").await, (false, json!(1)));
    assert_eq!(collect.submit(&edit_of("b", &told("b2", 6))).await.0, 201);
    assert_eq!(accept("uuid:b2").await, (true, json!(2)));
    assert_eq!(office.world.numbers(counted).await, [9]);
    assert_eq!(office.world.number("SELECT count(*) FROM incident").await, 2);
    office.world.assert_consistent().await;
}

async fn photographs_are_kept_once_by_their_content_also_in_several_goes(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let xml =
        instance("incident", "a", "<unit>03847001</unit><day>2026-03-10</day><TC>1</TC><photo>1.png</photo>");
    let first = form(&xml).part("1.png", photo("1.png", PNG)).text("*isIncomplete*", "yes");
    assert_eq!(collect.send(first).await.0, 201);
    let rest =
        form(&xml).part("1.png", photo("1.png", PNG)).part("2.png", photo("2.png", &[PNG, b"!"].concat()));
    assert_eq!(collect.send(rest).await.0, 201);
    let world = &collect.heads.office.world;
    assert_eq!(world.number("SELECT count(*) FROM photo").await, 2);
    assert_eq!(world.number("SELECT count(*) FROM report").await, 1);
    let kept = walk(&collect.heads.office.test.beside("evidence"));
    assert_eq!(kept, 2);
    let office = &collect.heads.office;
    let report = collect.reports("03847001").await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/reports/{report}/photos");
    let (_, photos) = office.get(&path, &collect.token).await;
    let names: Vec<&str> =
        photos["items"].as_array().unwrap().iter().map(|photo| photo["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["1.png", "2.png"], "{photos}");
    let address = office.server.url(&format!("{path}/{}", photos["items"][0]["id"].as_str().unwrap()));
    let got = office.client.get(address).bearer_auth(&collect.token).send().await.unwrap();
    assert_eq!((got.status().as_u16(), &got.headers()["content-type"]), (200, &"image/png".parse().unwrap()));
    assert_eq!(got.bytes().await.unwrap(), PNG);
    let neighbour = office.token("commune", Some("04792")).await;
    refused(&office.get(&path, &neighbour).await, 404, "not_found");
    refused(&office.get(&format!("{path}/1"), &collect.token).await, 404, "not_found");
    // An edit that brings nothing but a photograph, and the old ones with it.
    let edit = edit_of("a", &xml.replace("uuid:a", "uuid:a2"));
    let third = [PNG, b"?"].concat();
    let edit = form(&edit).part("1.png", photo("1.png", PNG)).part("3.png", photo("3.png", &third));
    assert_eq!(collect.send(edit).await.0, 201);
    let (_, photos) = office.get(&path, &collect.token).await;
    let names: Vec<&str> =
        photos["items"].as_array().unwrap().iter().map(|photo| photo["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["1.png", "2.png", "3.png"], "{photos}");
    let program = form(&xml.replace("uuid:a", "uuid:b")).part("a.png", photo("a.png", b"MZ\x90 a program"));
    let (status, message) = collect.send(program).await;
    assert_eq!(
        (status, message.as_str()),
        (400, "Chưa ghi: tệp kèm theo không phải ảnh JPEG hoặc PNG. Xin chụp lại.")
    );
    assert_eq!(world.number("SELECT count(*) FROM report").await, 1);
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

async fn what_contradicts_is_told_and_taken_when_the_person_insists(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    assert_eq!(collect.submit(&month("a", "<TC>2</TC>")).await.0, 201);
    // Another form, which does not know of the first: both figures are kept.
    let (status, message) = collect.submit(&month("b", "<TC>3</TC>")).await;
    assert_eq!(status, 201);
    assert!(message.contains("đã báo 2, nay 3"), "{message}");
    let nothing = month("c", "<rest_zero>true</rest_zero><TC>2</TC>");
    assert_eq!(collect.submit(&nothing).await.0, 201);
    let incident = |id: &str, more: &str| {
        instance("incident", id, &format!("<unit>03847001</unit><day>2026-03-12</day><CG>1</CG>{more}"))
    };
    assert_eq!(collect.submit(&incident("d", "")).await.0, 201);
    let (status, message) = collect.submit(&incident("e", "")).await;
    assert_eq!(status, 409, "{message}");
    assert!(message.contains("vụ như vậy đã báo"), "{message}");
    assert_eq!(collect.submit(&incident("e2", "<confirmed>true</confirmed>")).await.0, 201);
    let cases = [
        (month("f", ""), 422),
        (month("g", "<TC>1</TC>").replace("2026-03-01", "2027-03-01"), 422),
        (instance("incident", "h", "<unit>03847001</unit><day>2026-12-31</day><TC>1</TC>"), 422),
        (month("a", "<TC>9</TC>"), 409),
    ];
    for (xml, expected) in cases {
        let (status, message) = collect.submit(&xml).await;
        assert_eq!(status, expected, "{message}: {xml}");
        assert!(message.starts_with("Chưa ghi"), "{message}");
    }
    collect.heads.office.world.assert_consistent().await;
}

async fn a_form_long_gone_is_read_where_it_can_be_and_kept_where_not(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    assert_eq!(collect.submit(&month("a", "<OLD/><TC>1</TC>")).await.0, 201);
    for _ in 0..2 {
        let (status, message) = collect.submit(&month("b", "<OLD>5</OLD><TC>7</TC>")).await;
        assert_eq!(status, 201);
        assert!(message.starts_with("Đã nhận và giữ lại"), "{message}");
    }
    let gone = instance("census", "c", "<people>40</people>");
    assert_eq!(collect.submit(&gone).await.0, 201);
    let world = &collect.heads.office.world;
    assert_eq!(world.number("SELECT count(*) FROM form_kept").await, 2);
    assert_eq!(collect.reports("03847001").await[0]["values"], json!({"TC": 1}));
}

async fn officers_see_kept_forms_of_their_area_fetch_them_and_mark_them(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let gone =
        [instance("census", "a", "<people>40</people>"), instance("census", "b", "<people>41</people>")];
    let with_photo = form(&gone[0]).part("1.png", photo("1.png", PNG));
    assert_eq!(collect.send(with_photo).await.0, 201);
    assert_eq!(collect.submit(&gone[1]).await.0, 201);
    let office = &collect.heads.office;
    let officer = office.token("commune", Some("03847")).await;
    let (_, first) = office.get("/api/v1/forms/kept?limit=1", &officer).await;
    let one = first["items"][0].clone();
    let told = ["form", "version", "why", "person", "instance_id"].map(|field| one[field].as_str().unwrap());
    assert_eq!(told, ["census", "v1", "form", "Lò Văn Ún", "uuid:a"]);
    let next = format!("/api/v1/forms/kept?after={}", first["next"].as_str().unwrap());
    let (_, second) = office.get(&next, &officer).await;
    assert_eq!((&second["items"][0]["instance_id"], &second["next"]), (&json!("uuid:b"), &Value::Null));

    let path = format!("/api/v1/forms/kept/{}", one["id"].as_str().unwrap());
    let got = office.client.get(office.server.url(&path)).bearer_auth(&officer).send().await.unwrap();
    let headers = got.headers().clone();
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"), "{headers:?}");
    assert_eq!(got.text().await.unwrap(), gone[0]);

    let (_, photos) = office.get(&format!("{path}/photos"), &officer).await;
    let picture = format!("{path}/photos/{}", photos["items"][0]["id"].as_str().unwrap());
    let got = office.client.get(office.server.url(&picture)).bearer_auth(&officer).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), PNG);
    let other = format!("/api/v1/forms/kept/{}/photos", second["items"][0]["id"].as_str().unwrap());
    assert_eq!(office.get(&other, &officer).await.1["items"], json!([]));

    office.add_account("neighbour", "commune", Some("04792"));
    let neighbour = office.log_in("neighbour", PASSWORD).await.1;
    let neighbour = access(&neighbour);
    for of_others in [format!("{path}/photos"), picture] {
        refused(&office.get(&of_others, neighbour).await, 404, "not_found");
    }
    let done = format!("{path}/done");
    refused(&office.get(&path, neighbour).await, 404, "not_found");
    refused(&office.post(&done, neighbour, &json!({})).await, 404, "not_found");
    assert_eq!(office.get("/api/v1/forms/kept", neighbour).await.1["items"], json!([]));
    for list in ["/api/v1/forms/kept", &path] {
        refused(&office.get(list, &collect.token).await, 403, "forbidden");
    }
    refused(&office.get("/api/v1/forms/kept/1", &officer).await, 404, "not_found");
    refused(&office.get("/api/v1/forms/kept/x", &officer).await, 400, "invalid_parameter");
    refused(&office.get("/api/v1/forms/kept?limit=501", &officer).await, 400, "invalid_parameter");

    for _ in 0..2 {
        assert_eq!(office.post(&done, &officer, &json!({})).await.0.as_u16(), 204);
    }
    let (_, waiting) = office.get("/api/v1/forms/kept", &officer).await;
    let (_, settled) = office.get("/api/v1/forms/kept?done=true", &officer).await;
    let ids = |list: &Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|kept| kept["instance_id"].to_string()).collect()
    };
    assert_eq!(
        (ids(&waiting), ids(&settled)),
        (vec!["\"uuid:b\"".to_owned()], vec!["\"uuid:a\"".to_owned()])
    );
    assert!(settled["items"][0]["done_at"].is_string());
    let noted = office
        .world
        .number("SELECT count(*) FROM audit WHERE action IN ('read_kept_form', 'settle_kept_form')");
    assert_eq!(noted.await, 2);
    office.world.assert_consistent().await;
}

async fn whoever_has_no_right_is_told_so_and_nothing_is_stored(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let office = &collect.heads.office;
    let (status, message) = collect.submit(&month("a", "<TC>1</TC>").replace("03847001", "03847002")).await;
    assert_eq!(status, 403, "{message}");
    let nobody = month("b", "<TC>1</TC>").replace("03847001", "99999999");
    assert_eq!(collect.submit(&nobody).await.0, 403);
    for wrong in ["x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(500)] {
        let (status, body, _) =
            collect.get(&office.server.url(&format!("/openrosa/t/{wrong}/formList"))).await;
        assert_eq!(status, 401, "{body}");
        assert!(body.contains("<message>Địa chỉ hoặc mật khẩu không đúng"), "{body}");
    }
    // A password over plain HTTP is not even looked at.
    office.add_account("officer", "commune", Some("03847"));
    let plain =
        office.client.get(office.server.url("/openrosa/formList")).basic_auth("officer", Some(PASSWORD));
    assert_eq!(plain.send().await.unwrap().status().as_u16(), 403);

    let path = format!("/api/v1/devices/{}", collect.device);
    let ended = office.ask(office.client.delete(office.server.url(&path)).bearer_auth(&collect.token)).await;
    assert_eq!(ended.0.as_u16(), 204);
    let (status, message) = collect.submit(&month("c", "<TC>1</TC>")).await;
    assert_eq!(
        (status, message.as_str()),
        (401, "Máy này không còn quyền báo cáo. Bản gửi còn trong máy, xin hỏi công an xã.")
    );
    let head = office.client.head(format!("{}/submission", collect.base)).send().await.unwrap();
    assert_eq!(head.status().as_u16(), 401);
    assert_eq!(office.world.number("SELECT count(*) FROM report").await, 0);
}

async fn bombs_and_what_is_cut_are_refused(test: TestDatabase) {
    let collect = Collect::of(test, HEAD).await;
    let office = &collect.heads.office;
    let laughs = month("a", "<TC>1</TC>").replace("<data", "<!DOCTYPE data [<!ENTITY a \"ha\">]><data");
    let deep = month("b", &"<a>".repeat(50_000));
    let wide = month("c", &"<a/>".repeat(50_000));
    let large = month("d", &format!("<note>{}</note>", "a".repeat(300_000)));
    for (bomb, expected) in
        [(laughs, 400), (deep, 413), (wide, 413), (large, 413), (String::from("TC2"), 400)]
    {
        let (status, message) = collect.submit(&bomb).await;
        assert_eq!(status, expected, "{message}");
    }
    let address = format!("{}/submission", collect.base);
    let kind = "multipart/form-data; boundary=B";
    let body = |xml: &str| {
        format!(
            "--B\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"a.xml\"\r\nContent-Type: text/xml\r\n\r\n{xml}\r\n--B--\r\n"
        )
    };
    let whole = body(&month("e", "<TC>1</TC>"));
    // The server hangs up on whoever it does not listen to: each gets a connection of its own.
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let post = |body: Vec<u8>| client.post(&address).header("Content-Type", kind).body(body);
    for cut in [10, 80, whole.len() / 2, whole.len() - 20] {
        let answer = post(whole.as_bytes()[..cut].to_vec()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 400, "cut at {cut}");
    }
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 50_000_000]).unwrap();
    let answer = post(bomb.finish().unwrap()).header("Content-Encoding", "gzip").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 415);
    let answer = post(vec![b' '; 10_000_001]).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 413);
    let answer = client.post(&address).body("TC2").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    assert_eq!(office.world.number("SELECT count(*) FROM report").await, 0);
    // The same, whole, in pieces of unknown length.
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
        whole.as_bytes().chunks(50).map(|piece| Ok(piece.to_vec())).collect();
    let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let answer = client.post(&address).header("Content-Type", kind).body(chunked).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
}

async fn an_officer_enrols_a_head_and_reports_with_a_password_behind_tls(test: TestDatabase) {
    let provider = crate::support::provider::Provider::start();
    let office = crate::web::office::Office::open_with(test, |command| {
        command.env("BINHYEN__HTTP__PUBLIC_URL", "https://binhyen.example.vn/");
    });
    let office = office.await;
    let officer = office.token("commune", Some("03847")).await;
    let enrol = |token: String, body: Value| {
        let office = &office;
        async move { office.post("/api/v1/devices/openrosa", &token, &body).await }
    };
    let (status, made): Answer =
        enrol(officer.clone(), json!({"phone": HEAD_OF_TWO, "name": "Máy của bản"})).await;
    assert_eq!(status.as_u16(), 201, "{made}");
    assert!(
        made["address"].as_str().unwrap().starts_with("https://binhyen.example.vn/openrosa/t/"),
        "{made}"
    );
    let (_, devices) = office.get("/api/v1/devices", &officer).await;
    assert_eq!(
        (devices["items"][0]["kind"].as_str(), devices["items"][0]["person"].as_str()),
        (Some("openrosa"), Some("Cà Văn Hặc"))
    );
    refused(&enrol(officer.clone(), json!({"phone": "0987654321"})).await, 404, "not_found");
    refused(&enrol(officer.clone(), json!({})).await, 404, "not_found");
    refused(&enrol(officer, json!({"phone": "113"})).await, 422, "validation_failed");

    let bare = office.client.get(office.server.url("/openrosa/formList")).send().await.unwrap();
    assert_eq!(bare.status().as_u16(), 401);
    assert!(bare.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic realm="));
    let ask = |password: &'static str| {
        office
            .client
            .get(office.server.url("/openrosa/formList"))
            .basic_auth("commune", Some(password))
            .send()
    };
    assert_eq!(ask("wrong").await.unwrap().status().as_u16(), 401);
    let list = ask(PASSWORD).await.unwrap();
    assert_eq!(list.status().as_u16(), 200);
    let list = list.text().await.unwrap();
    assert!(
        list.contains("<downloadUrl>https://binhyen.example.vn/openrosa/forms/month</downloadUrl>"),
        "{list}"
    );
    let units = office.client.get(office.server.url("/openrosa/forms/month/media/units.csv"));
    let units = units.basic_auth("commune", Some(PASSWORD)).send().await.unwrap().text().await.unwrap();
    assert_eq!(units.lines().count(), 5, "{units}");
    let sent =
        office.client.post(office.server.url("/openrosa/submission")).basic_auth("commune", Some(PASSWORD));
    let sent = sent.multipart(form(&month("a", "<TC>1</TC>"))).send().await.unwrap();
    assert_eq!(sent.status().as_u16(), 201);
    drop(provider);
}

on_both!(
    a_head_fetches_forms_fills_them_in_and_they_are_reports,
    an_edit_is_the_next_version_of_what_it_corrects,
    an_edit_of_an_incident_of_a_closed_month_changes_it_once_an_officer_accepts,
    photographs_are_kept_once_by_their_content_also_in_several_goes,
    what_contradicts_is_told_and_taken_when_the_person_insists,
    a_form_long_gone_is_read_where_it_can_be_and_kept_where_not,
    officers_see_kept_forms_of_their_area_fetch_them_and_mark_them,
    whoever_has_no_right_is_told_so_and_nothing_is_stored,
    bombs_and_what_is_cut_are_refused,
    an_officer_enrols_a_head_and_reports_with_a_password_behind_tls,
);
