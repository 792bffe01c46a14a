//! Heads log in with a code that comes as an SMS: the real program, over sockets, with a provider that takes the text.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::provider::Provider;
use crate::support::world::{HEAD, HEAD_OF_TWO, OTHER_HEAD, RETIRED};
use crate::web::office::{Answer, Office, refused};

/// A commune with a provider of SMS.
pub struct Heads {
    pub office: Office,
    pub provider: Provider,
}

impl Heads {
    pub async fn open(test: TestDatabase) -> Heads {
        Heads::open_with(test, |_| {}).await
    }

    /// With settings of its own.
    pub async fn open_with(test: TestDatabase, settings: impl Fn(&mut Command)) -> Heads {
        let provider = Provider::start();
        let office = Office::open_with(test, |command| {
            settings(command);
            command.env("BINHYEN__GATEWAYS__TEST__SEND_URL", provider.url());
            // A slow machine is no slow client.
            command.env("BINHYEN__HTTP__REQUEST_SECONDS", "60");
        });
        Heads { office: office.await, provider }
    }

    pub async fn ask(&self, phone: &str) -> Answer {
        self.office.post("/api/v1/auth/otp/request", "", &json!({"phone": phone})).await
    }

    pub async fn verify(&self, phone: &str, code: &str, device: &str) -> Answer {
        let body = json!({"phone": phone, "code": code, "device": {"id": device, "name": "Nokia G21"}});
        self.office.post("/api/v1/auth/otp/verify", "", &body).await
    }

    /// Asks for a code and reads it from the text that comes as the `number`th.
    pub async fn code(&self, phone: &str, number: usize) -> String {
        let (status, body) = self.ask(phone).await;
        assert_eq!((status.as_u16(), &body), (202, &json!({"expires_in": 300})));
        let text = self.provider.hear(number).await.remove(number - 1);
        assert_eq!(text["to"], format!("+84{}", &phone[1..]), "{text}");
        let words = text["text"].as_str().unwrap();
        let code: String = words.chars().filter(char::is_ascii_digit).take(6).collect();
        assert_eq!(words, format!("Ma dang nhap Binh Yen: {code}. Co gia tri 5 phut, khong dua cho ai."));
        code
    }

    /// Logs a head in; answers what the log-in gave.
    pub async fn log_in(&self, phone: &str, device: &str, number: usize) -> Value {
        let code = self.code(phone, number).await;
        let (status, opened) = self.verify(phone, &code, device).await;
        assert_eq!(status.as_u16(), 200, "{opened}");
        opened
    }

    pub async fn refresh(&self, token: &Value) -> Answer {
        self.office.post("/api/v1/auth/refresh", "", &json!({"refresh_token": token})).await
    }
}

/// The access token of an answer.
pub fn access(answer: &Value) -> &str {
    answer["access_token"].as_str().unwrap()
}

async fn a_head_logs_in_reports_and_sees_the_own_hamlet_only(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let opened = heads.log_in(HEAD, "phone-1", 1).await;
    let unit = json!({"code": "03847001", "name": "Bản Nà Mo", "kind": "hamlet", "commune": "03847"});
    assert_eq!(
        opened["person"],
        json!({"name": "Lò Văn Ún", "role": "head", "units": [unit], "practice": false})
    );
    let (office, token) = (&heads.office, access(&opened));
    let (_, me) = office.get("/api/v1/me", token).await;
    assert_eq!(
        (me["kind"].as_str(), &me["units"], &me["device"]),
        (Some("person"), &json!([unit]), &opened["device"])
    );

    let report = |id: &str, hamlet: &str| json!({"id": id, "unit": hamlet, "kind": "month", "period": "2026-03", "values": {"TC": 2}});
    let (status, created) = office.post("/api/v1/reports", token, &report("r-1", "03847001")).await;
    assert_eq!((status.as_u16(), created["outcome"].as_str()), (201, Some("created")), "{created}");
    refused(&office.post("/api/v1/reports", token, &report("r-2", "03847002")).await, 403, "forbidden");
    let (status, reports) = office.get("/api/v1/reports?unit=03847001&period=2026-03", token).await;
    assert_eq!(status.as_u16(), 200, "{reports}");
    assert_eq!(reports["items"][0]["source"], "app", "{reports}");
    assert!(reports["items"][0]["author"]["person"].is_string(), "{reports}");
    for path in
        ["/api/v1/reports?unit=03847002&period=2026-03", "/api/v1/communes/03847/indicators?period=2026-03"]
    {
        refused(&office.get(path, token).await, 403, "forbidden");
    }
    refused(&office.get("/api/v1/messages", token).await, 403, "forbidden");
    office.world.assert_consistent().await;
}

async fn whoever_holds_two_posts_reports_for_both(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let opened = heads.log_in(HEAD_OF_TWO, "phone-1", 1).await;
    for (id, hamlet) in [("r-1", "03847001"), ("r-2", "03847002")] {
        let report =
            json!({"id": id, "unit": hamlet, "kind": "month", "period": "2026-03", "values": {"TC": 1}});
        let (status, created) = heads.office.post("/api/v1/reports", access(&opened), &report).await;
        assert_eq!(status.as_u16(), 201, "{created}");
    }
}

async fn every_number_is_answered_alike_and_only_who_has_a_post_gets_a_text(test: TestDatabase) {
    let heads = Heads::open(test).await;
    for unknown in ["0987654321", RETIRED, "+84 987 654 322"] {
        let (status, body) = heads.ask(unknown).await;
        assert_eq!((status.as_u16(), &body), (202, &json!({"expires_in": 300})), "{unknown}");
        refused(&heads.verify(unknown, "123456", "phone-1").await, 401, "wrong_code");
    }
    // The first text that goes is the one to the head: nothing went before it.
    heads.code(HEAD, 1).await;
    for again in ["0987654321", HEAD] {
        let answer = heads.ask(again).await;
        refused(&answer, 429, "too_many_attempts");
    }
    for wrong in ["113", "abc", "", "02439999999", "+1 202 555 0100"] {
        let answer = heads.ask(wrong).await;
        refused(&answer, 422, "validation_failed");
        assert_eq!(answer.1["errors"][0]["pointer"], "/phone");
    }
    // A code is no text of a commune: no officer reads it.
    let officer = heads.office.token("commune", Some("03847")).await;
    let (_, texts) = heads.office.get("/api/v1/messages?direction=out", &officer).await;
    assert_eq!(texts["items"], json!([]));
}

async fn a_code_is_good_once_and_for_five_tries(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let code = heads.code(HEAD, 1).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for guess in [wrong, "12", "", wrong] {
        refused(&heads.verify(HEAD, guess, "phone-1").await, 401, "wrong_code");
    }
    // Another number's code is no code.
    refused(&heads.verify(OTHER_HEAD, &code, "phone-1").await, 401, "wrong_code");
    let spaced = format!(" {} {}", &code[..3], &code[3..]);
    assert_eq!(heads.verify(HEAD, &spaced, "phone-1").await.0.as_u16(), 200);
    refused(&heads.verify(HEAD, &code, "phone-2").await, 401, "wrong_code");

    let code = heads.code(OTHER_HEAD, 2).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        refused(&heads.verify(OTHER_HEAD, wrong, "phone-1").await, 401, "wrong_code");
    }
    refused(&heads.verify(OTHER_HEAD, &code, "phone-1").await, 401, "wrong_code");
    let stored = "SELECT count(*) FROM device";
    assert_eq!(heads.office.world.number(stored).await, 1);
    let body = json!({"phone": HEAD, "code": code, "device": {"id": "a b", "name": ""}});
    let answer = heads.office.post("/api/v1/auth/otp/verify", "", &body).await;
    refused(&answer, 422, "validation_failed");
    assert_eq!(answer.1["errors"][0]["pointer"], "/device/id");
}

async fn several_people_at_one_number_say_for_which_unit(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let table = "name,phone,role,unit\nLò Thị Hặc,0900000001,team,03847003\n";
    heads.office.world.import_people(table).await;
    let code = heads.code(HEAD, 1).await;
    let asked = heads.verify(HEAD, &code, "phone-1").await;
    refused(&asked, 409, "choose_unit");
    let choices: Vec<&str> =
        asked.1["errors"].as_array().unwrap().iter().map(|error| error["detail"].as_str().unwrap()).collect();
    assert_eq!(choices, ["03847001 Bản Nà Mo", "03847003 Bản Pom"]);
    let body =
        json!({"phone": HEAD, "code": code, "unit": "03847003", "device": {"id": "phone-1", "name": ""}});
    let (status, opened) = heads.office.post("/api/v1/auth/otp/verify", "", &body).await;
    assert_eq!((status.as_u16(), opened["person"]["name"].as_str()), (200, Some("Lò Thị Hặc")), "{opened}");
    assert_eq!(opened["person"]["role"], "team");
}

async fn a_lost_answer_may_be_asked_for_again_and_a_stolen_token_ends_the_device(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let opened = heads.log_in(HEAD, "phone-1", 1).await;
    let first = &opened["refresh_token"];
    // The answer is lost; the same token again gives another pair, and the lost one is good no more.
    let (_, lost) = heads.refresh(first).await;
    let (status, second) = heads.refresh(first).await;
    assert_eq!(status.as_u16(), 200, "{second}");
    assert_eq!(heads.office.get("/api/v1/units", access(&second)).await.0.as_u16(), 200);
    let (status, third) = heads.refresh(&second["refresh_token"]).await;
    assert_eq!(status.as_u16(), 200, "{third}");
    // Whoever brings one of an earlier exchange has it from somewhere.
    refused(&heads.refresh(&lost["refresh_token"]).await, 401, "device_revoked");
    refused(&heads.refresh(&third["refresh_token"]).await, 401, "device_revoked");
    refused(&heads.office.get("/api/v1/units", access(&third)).await, 401, "device_revoked");
    for made_up in ["d.", "d.AAAA", "never given"] {
        refused(&heads.refresh(&json!(made_up)).await, 401, "refresh_refused");
    }
}

async fn a_device_that_is_ended_from_afar_is_out_at_once(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let opened = heads.log_in(HEAD, "phone-1", 1).await;
    let other = heads.log_in(OTHER_HEAD, "phone-2", 2).await;
    let office = &heads.office;
    let (_, own) = office.get("/api/v1/devices", access(&opened)).await;
    assert_eq!(own["items"].as_array().unwrap().len(), 1, "{own}");
    let device = &own["items"][0];
    assert_eq!(
        (&device["id"], &device["current"], device["person"].as_str(), device["name"].as_str()),
        (&opened["device"], &json!(true), Some("Lò Văn Ún"), Some("Nokia G21"))
    );
    let path = format!("/api/v1/devices/{}", opened["device"].as_str().unwrap());
    let delete = |token: String| {
        let request = office.client.delete(office.server.url(&path)).bearer_auth(token);
        office.ask(request)
    };
    refused(&delete(access(&other).to_owned()).await, 404, "not_found");
    let neighbour = office.token("commune", Some("04792")).await;
    refused(&delete(neighbour).await, 404, "not_found");
    office.add_account("officer", "commune", Some("03847"));
    let (_, officer) = office.log_in("officer", crate::web::office::PASSWORD).await;
    let officer = access(&officer).to_owned();
    let (_, area) = office.get("/api/v1/devices?limit=1", &officer).await;
    let (_, rest) =
        office.get(&format!("/api/v1/devices?after={}", area["next"].as_str().unwrap()), &officer).await;
    assert_eq!(area["items"][0]["units"][0]["code"], "03847001", "{area}");
    assert_eq!(rest["items"][0]["person"], "Quàng Thị Pành", "{rest}");
    for _ in 0..2 {
        assert_eq!(delete(officer.clone()).await.0.as_u16(), 204);
    }
    refused(&office.get("/api/v1/units", access(&opened)).await, 401, "device_revoked");
    refused(&heads.refresh(&opened["refresh_token"]).await, 401, "device_revoked");
    assert_eq!(office.get("/api/v1/units", access(&other)).await.0.as_u16(), 200);
    let (_, area) = office.get("/api/v1/devices", &officer).await;
    assert_eq!(area["items"][0]["revoked_why"], "revoked", "{area}");
    office.world.assert_consistent().await;
}

async fn when_the_post_ends_the_device_stops_and_the_next_head_logs_in(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let opened = heads.log_in(HEAD, "phone-1", 1).await;
    let table = "name,phone,role,unit,from,to\nLò Văn Ún,0900000001,head,03847001,,2026-03-15\n\
                 Lò Thị Hoa,0900000007,head,03847001,2026-03-16,\n";
    heads.office.world.import_people(table).await;
    refused(&heads.office.get("/api/v1/units", access(&opened)).await, 401, "post_ended");
    refused(&heads.refresh(&opened["refresh_token"]).await, 401, "post_ended");
    let next = heads.log_in("0900000007", "phone-1", 2).await;
    assert_eq!(next["person"]["name"], "Lò Thị Hoa");
    let report =
        json!({"id": "r-1", "unit": "03847001", "kind": "month", "period": "2026-03", "values": {"TC": 1}});
    assert_eq!(heads.office.post("/api/v1/reports", access(&next), &report).await.0.as_u16(), 201);
}

async fn what_a_practising_head_reports_is_answered_and_counts_nothing(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let table = "name,phone,role,unit,practice\nTòng Thị Mai,0900000008,head,03847003,yes\n";
    heads.office.world.import_people(table).await;
    let opened = heads.log_in("0900000008", "phone-1", 1).await;
    assert_eq!(opened["person"]["practice"], true, "{opened}");
    let report =
        json!({"id": "r-1", "unit": "03847003", "kind": "month", "period": "2026-03", "values": {"TC": 1}});
    let (status, answer) = heads.office.post("/api/v1/reports", access(&opened), &report).await;
    assert_eq!((status.as_u16(), answer["outcome"].as_str()), (201, Some("created")), "{answer}");
    assert_eq!(answer["practice"], true);
    assert_eq!(heads.office.world.number("SELECT count(*) FROM report").await, 0);
}

async fn a_person_has_five_devices_and_logging_in_again_ends_the_one_before(test: TestDatabase) {
    let heads = Heads::open(test).await;
    let world = &heads.office.world;
    let again = "UPDATE login_code SET day_count = 1, asked_at = 0, day_from = 0";
    let mut last = Value::Null;
    for (number, device) in ["a", "b", "c", "d", "e", "f", "f"].into_iter().enumerate() {
        world.db.write(move |conn| Ok(binhyen::db::sql::Sql::new(again).run(conn)?)).await.unwrap();
        last = heads.log_in(HEAD, device, number + 1).await;
    }
    let (_, list) = heads.office.get("/api/v1/devices", access(&last)).await;
    let why: Vec<Option<&str>> =
        list["items"].as_array().unwrap().iter().map(|item| item["revoked_why"].as_str()).collect();
    let gone = Some("replaced");
    assert_eq!(why, [gone, None, None, None, None, gone, None]);
}

on_both!(
    a_head_logs_in_reports_and_sees_the_own_hamlet_only,
    whoever_holds_two_posts_reports_for_both,
    every_number_is_answered_alike_and_only_who_has_a_post_gets_a_text,
    a_code_is_good_once_and_for_five_tries,
    several_people_at_one_number_say_for_which_unit,
    a_lost_answer_may_be_asked_for_again_and_a_stolen_token_ends_the_device,
    a_device_that_is_ended_from_afar_is_out_at_once,
    when_the_post_ends_the_device_stops_and_the_next_head_logs_in,
    what_a_practising_head_reports_is_answered_and_counts_nothing,
    a_person_has_five_devices_and_logging_in_again_ends_the_one_before,
);
