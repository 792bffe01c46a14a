//! A phone with the SMSGate app is a gateway: a client written from the app's documentation registers, is told of texts,
//! fetches them, says what became of them, and hands over what came in, all by TLS.

use std::process::Command;
use std::time::Duration;

use binhyen::crypto::{SignatureMethod, hex};
use binhyen::db::sql::Sql;
use diesel::RunQueryDsl;
use diesel::sql_types::{Nullable, Text};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::process::program;
use crate::support::tls::Tls;
use crate::support::world::{HEAD, OTHER_HEAD};
use crate::web::office::Office;

const PRIVATE_TOKEN: &str = "0123456789abcdef0123456789abcdef";
const HEAD_E164: &str = "+84900000001";

/// An office whose gateway `p` is a phone.
struct Station {
    office: Office,
    tls: Tls,
    client: reqwest::Client,
}

fn settings(command: &mut Command, public_url: &str) {
    for (key, value) in [
        ("KIND", "smsgate_phone"),
        ("PRIVATE_TOKEN", PRIVATE_TOKEN),
        ("PUBLIC_URL", public_url),
        ("KEEPALIVE_SECONDS", "1"),
    ] {
        command.env(format!("BINHYEN__GATEWAYS__P__{key}"), value);
    }
}

impl Station {
    async fn open(test: TestDatabase) -> Station {
        let tls = Tls::listen().await;
        let url = tls.url();
        let office = Office::open_with(test, |command| settings(command, &url)).await;
        tls.hand_on_to(&office.server.url(""));
        let client = tls.client();
        Station { office, tls, client }
    }

    /// A request of the app.
    fn request(&self, method: Method, path: &str, authorization: &str) -> RequestBuilder {
        let url = format!("{}/gateways/p/mobile/v1{path}", self.tls.url());
        let request = self.client.request(method, url);
        if authorization.is_empty() { request } else { request.header("Authorization", authorization) }
    }

    async fn ask(&self, request: RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn try_to_register(&self, authorization: &str) -> (u16, Value) {
        let body = json!({"name": "Samsung/a05", "pushToken": null,
            "simCards": [{"slotIndex": 0, "simNumber": 1, "phoneNumber": "+84900000098", "carrierName": "Viettel"}]});
        self.ask(self.request(Method::POST, "/device", authorization).json(&body)).await
    }

    async fn register(&self) -> App<'_> {
        let (status, body) = self.try_to_register(&format!("Bearer {PRIVATE_TOKEN}")).await;
        assert_eq!(status, 201, "{body}");
        App::new(self, &body)
    }

    /// State and failure of every outgoing text by the phone, oldest first.
    async fn outbox(&self) -> Vec<(String, Option<String>)> {
        let query = |conn: &mut binhyen::db::Conn| {
            let query = Sql::<(Text, Nullable<Text>)>::new(
                "SELECT state, failure FROM outbox WHERE gateway = 'p' ORDER BY id",
            );
            Ok(query.load::<(String, Option<String>)>(conn)?)
        };
        self.office.world.db.read(query).await.unwrap()
    }

    async fn state(&self) -> String {
        self.outbox().await.pop().unwrap().0
    }

    async fn run(&self, statement: &'static str) {
        self.office.world.db.write(move |conn| Ok(Sql::new(statement).run(conn)?)).await.unwrap();
    }

    /// A text that came in and was stored, so that a reply is due.
    async fn texted(&self, key: &str, from: &str, words: &str) {
        let world = &self.office.world;
        let raw = world.raw(key, from, words);
        let raw = binhyen::flows::intake::RawMessage { gateway: "p".to_owned(), ..raw };
        world.intake.receive(raw).await.unwrap();
    }

    fn program(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = program(&self.office.test);
        settings(&mut command, &self.tls.url());
        let output = command.args(arguments).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }
}

/// The app on a registered phone.
struct App<'s> {
    station: &'s Station,
    id: String,
    token: String,
    login: String,
    password: String,
}

impl<'s> App<'s> {
    fn new(station: &'s Station, registered: &Value) -> App<'s> {
        let field = |name: &str| registered[name].as_str().unwrap().to_owned();
        App {
            station,
            id: field("id"),
            token: field("token"),
            login: field("login"),
            password: field("password"),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.station.request(method, path, &format!("Bearer {}", self.token))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.station.ask(self.request(Method::GET, path)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn patch(&self, path: &str, body: &Value) -> u16 {
        self.station.ask(self.request(Method::PATCH, path).json(body)).await.0
    }

    async fn pull(&self) -> Vec<Value> {
        self.get("/message?order=fifo").await.as_array().unwrap().clone()
    }

    /// Asks for texts until there are some, as an app does: what was planned just now may be due in a moment only, since
    /// servers go by the database's clock as well as they know it.
    async fn pull_some(&self) -> Vec<Value> {
        let some = async {
            loop {
                let texts = self.pull().await;
                if !texts.is_empty() {
                    return texts;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), some).await.expect("there are texts")
    }

    async fn tell(&self, id: &str, state: &str, error: Option<&str>) {
        let body = json!([{"id": id, "state": state,
            "recipients": [{"phoneNumber": HEAD_E164, "state": state, "error": error}],
            "states": {"Pending": "2026-03-16T08:00:00.000+07:00", state: "2026-03-16T08:00:01.000+07:00"}}]);
        assert_eq!(self.patch("/message", &body).await, 204, "{state}");
    }

    async fn listen(&self) -> Events {
        let answer = self.request(Method::GET, "/events").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Events { answer, text: String::new() }
    }

    /// Hands over what came in, as a webhook signed now.
    async fn hand_over(&self, event: &str, id: &str, payload: Value) -> (u16, Value) {
        let key = self.get("/settings").await["webhooks"]["signing_key"].as_str().unwrap().to_owned();
        let hooks = self.get("/webhooks").await;
        let hook = hooks.as_array().unwrap().iter().find(|hook| hook["event"] == event).unwrap().clone();
        let body = json!({"deviceId": self.id, "event": event, "id": id, "webhookId": hook["id"], "payload": payload});
        let body = body.to_string();
        let stamp = (self.station.office.world.clock.real_micros() / 1_000_000).to_string();
        let signature =
            hex(&SignatureMethod::HmacSha256.sign(key.as_bytes(), format!("{body}{stamp}").as_bytes()));
        let request = self.station.client.post(hook["url"].as_str().unwrap());
        let request = request.header("Content-Type", "application/json").header("X-Timestamp", stamp);
        self.station.ask(request.header("X-Signature", signature).body(body)).await
    }

    async fn received(&self, id: &str, words: &str, time: &str) -> (u16, Value) {
        let payload = json!({"messageId": "12345678", "message": words, "sender": HEAD_E164, "recipient": null,
            "simNumber": 1, "phoneNumber": HEAD_E164, "receivedAt": time});
        self.hand_over("sms:received", id, payload).await
    }
}

/// Server-sent events, as they come.
struct Events {
    answer: Response,
    text: String,
}

impl Events {
    /// The next event or comment; `None` when the connection has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(event);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(60), self.answer.chunk()).await.unwrap();
            self.text += std::str::from_utf8(&chunk.ok()??).unwrap();
        }
    }

    /// Waits for the event `name`; answers how many other things came before it.
    async fn wait_for(&mut self, name: &str) {
        while let Some(event) = self.next().await {
            if event.starts_with(&format!("event: {name}\ndata: ")) {
                return;
            }
        }
        panic!("the connection ended before {name}");
    }
}

async fn a_phone_alone_brings_texts_and_takes_their_replies_to_the_end(test: TestDatabase) {
    let station = Station::open(test).await;
    let app = station.register().await;
    let tokens =
        station.office.world.number("SELECT count(*) FROM gateway_phone WHERE length(token_index) = 32");
    assert_eq!(tokens.await, 1, "a digest of the token is kept, not the token");
    assert_eq!(app.patch("/device", &json!({"id": app.id, "pushToken": "x", "simCards": []})).await, 204);
    let device = app.get("/device").await;
    assert_eq!((&device["device"]["id"], &device["device"]["name"]), (&json!(app.id), &json!("Samsung/a05")));
    assert_eq!(app.get("/settings").await["gateway"]["notification_channel"], "SSE_ONLY");
    assert_eq!(app.pull().await, Vec::<Value>::new());

    let mut events = app.listen().await;
    events.wait_for("SettingsUpdated").await;
    events.wait_for("WebhooksUpdated").await;
    while events.next().await.unwrap() != ":keepalive" {}

    let (status, body) = app.received("e1", "ANTT 3 TC2", "2026-03-16T08:00:00.000+07:00").await;
    assert_eq!(status, 202, "{body}");
    events.wait_for("MessageEnqueued").await;
    let texts = app.pull_some().await;
    let message = station.office.world.number("SELECT id FROM message").await;
    let words = station.office.world.reply(message).await;
    let [text] = &texts[..] else { panic!("{texts:?}") };
    assert_eq!((&text["textMessage"]["text"], &text["phoneNumbers"]), (&json!(words), &json!([HEAD_E164])));
    assert_eq!(text["withDeliveryReport"], true);
    assert_eq!(app.pull().await, texts, "given again until the phone says something of it");

    let id = text["id"].as_str().unwrap();
    app.tell(id, "Pending", None).await;
    assert_eq!((station.state().await.as_str(), app.pull().await.len()), ("queued", 1));
    for (state, becomes) in [
        ("Processed", "accepted"),
        ("Sent", "sent"),
        ("Processed", "sent"),
        ("Delivered", "delivered"),
        ("Sent", "delivered"),
        ("Failed", "delivered"),
    ] {
        app.tell(id, state, Some("late")).await;
        assert_eq!(station.state().await, becomes, "{state}");
        assert_eq!(app.pull().await, Vec::<Value>::new());
    }
    assert_eq!(station.office.world.number("SELECT count(*) FROM outbox WHERE attempts = 1").await, 1);

    // A server that stops ends the connection, and does not wait for the phone to do so.
    assert_eq!(station.office.server.terminate(), Some(0));
    while events.next().await.is_some() {}
}

async fn what_came_in_counts_once_however_often_the_phone_hands_it_over(test: TestDatabase) {
    let station = Station::open(test).await;
    let app = station.register().await;
    let first = app.received("e1", "THEM T3 TC1", "2026-03-16T08:00:00.000+07:00").await;
    let again = app.received("e1", "THEM T3 TC1", "2026-03-16T08:00:00.000+07:00").await;
    let second_way = app.received("e2", "THEM T3 TC1", "2026-03-16T01:00:00Z").await;
    assert_eq!((first.0, &again, &second_way), (202, &first, &first));
    assert_eq!(station.office.world.number("SELECT figure FROM total").await, 1);
    let other_words = app.received("e1", "THEM T3 TC9", "2026-03-16T08:00:00.000+07:00").await;
    assert_eq!(other_words.0, 403, "an event has one content: {}", other_words.1);
    // Equal words a minute later are another text, about which the server asks.
    let later = app.received("e3", "THEM T3 TC1", "2026-03-16T08:01:00.000+07:00").await;
    assert!(later.0 == 202 && later.1 != first.1, "{later:?}");
    assert_eq!(station.office.world.number("SELECT count(*) FROM message").await, 2);
    assert_eq!(station.office.world.number("SELECT count(*) FROM message WHERE trusted").await, 2);

    // What became of texts may come by webhook too.
    let id = app.pull_some().await[0]["id"].as_str().unwrap().to_owned();
    let payload = json!({"messageId": id, "recipient": HEAD_E164, "simNumber": 1, "failedAt": "2026-03-16T08:00:02Z",
        "reason": "RESULT_ERROR_GENERIC_FAILURE"});
    assert_eq!(app.hand_over("sms:failed", "e4", payload).await.0, 202);
    let failed = ("failed".to_owned(), Some("RESULT_ERROR_GENERIC_FAILURE".to_owned()));
    assert_eq!(station.outbox().await[0], failed);
    station.office.world.assert_consistent().await;
    assert_eq!(station.office.server.terminate(), Some(0));
}

async fn texts_lie_with_one_phone_and_a_lost_phone_leaves_them_unknown(test: TestDatabase) {
    let station = Station::open(test).await;
    let (first, second) = (station.register().await, station.register().await);
    station.texted("1", HEAD, "ANTT 3 TC2").await;
    let held = first.pull_some().await;
    assert_eq!(held.len(), 1);
    assert_eq!(second.pull().await, Vec::<Value>::new(), "it lies with the first");
    station.texted("2", OTHER_HEAD, "ANTT 3 TC2").await;
    assert_eq!(second.pull_some().await.len(), 1);
    assert_eq!(first.pull().await, held);

    let (done, said) = station.program(&["gateway", "phones", "p"]);
    assert!(done && said.contains(&first.id) && said.contains("Samsung/a05"), "{said}");
    let (done, said) = station.program(&["gateway", "dismiss", "p", &first.id]);
    assert!(done, "{said}");
    assert!(!station.program(&["gateway", "dismiss", "p", &first.id]).0);
    assert_eq!(station.ask(first.request(Method::GET, "/message")).await.0, 401);

    // A day later.
    station.run("UPDATE outbox SET lease_until = 1 WHERE gateway = 'p'").await;
    assert_eq!(second.pull().await.len(), 1, "its own comes again, the other's does not");
    let states: Vec<String> = station.outbox().await.into_iter().map(|text| text.0).collect();
    assert_eq!(states, ["unknown", "queued"]);
    first_came_back_too_late(&station, &held).await;
    assert_eq!(station.office.server.terminate(), Some(0));
}

/// A report settles what was unknown.
async fn first_came_back_too_late(station: &Station, held: &[Value]) {
    let app = station.register().await;
    app.tell(held[0]["id"].as_str().unwrap(), "Delivered", None).await;
    assert_eq!(station.outbox().await[0].0, "delivered");
}

async fn another_phone_registers_by_code_or_password(test: TestDatabase) {
    let station = Station::open(test).await;
    let first = station.register().await;
    let code = first.get("/user/code").await["code"].as_str().unwrap().to_owned();
    assert_eq!(code.len(), 6);
    assert_eq!(station.try_to_register("Code 12345").await.0, 401);
    let (status, second) = station.try_to_register(&format!("Code {code}")).await;
    assert_eq!(status, 201);
    assert_eq!(station.try_to_register(&format!("Code {code}")).await.0, 401, "a code is good once");
    assert_eq!(App::new(&station, &second).pull().await, Vec::<Value>::new());

    let basic = |password: &str| {
        use base64::Engine;
        let shown = format!("{}:{password}", first.login);
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(shown))
    };
    assert_eq!(station.try_to_register(&basic(&first.password)).await.0, 201);
    let change = |old: &str, new: &str| json!({"currentPassword": old, "newPassword": new});
    assert_eq!(first.patch("/user/password", &change("wrong", "another password")).await, 401);
    assert_eq!(first.patch("/user/password", &change(&first.password, "short")).await, 422);
    assert_eq!(first.patch("/user/password", &change(&first.password, "another password")).await, 204);
    assert_eq!(station.try_to_register(&basic(&first.password)).await.0, 401);
    assert_eq!(station.try_to_register(&basic("another password")).await.0, 201);
    assert_eq!(station.office.server.terminate(), Some(0));
}

async fn strangers_and_nonsense_are_refused_and_guessing_is_stopped(test: TestDatabase) {
    let station = Station::open(test).await;
    let app = station.register().await;
    for (method, path) in [
        (Method::PATCH, "/device"),
        (Method::GET, "/message"),
        (Method::PATCH, "/message"),
        (Method::GET, "/webhooks"),
        (Method::GET, "/settings"),
        (Method::GET, "/user/code"),
        (Method::PATCH, "/user/password"),
        (Method::GET, "/events"),
    ] {
        for authorization in
            ["", "Bearer nobody's", "Basic x", "Code 123456", &format!("Bearer {PRIVATE_TOKEN}")]
        {
            let (status, body) =
                station.ask(station.request(method.clone(), path, authorization).json(&json!({}))).await;
            assert_eq!(
                (status, &body["code"]),
                (401, &json!("invalid_token")),
                "{method} {path} {authorization}"
            );
        }
    }
    let without = station.ask(station.request(Method::GET, "/device", "")).await;
    assert_eq!((without.0, &without.1["externalIp"]), (200, &json!("127.0.0.1")));
    for gateway in ["test", "none"] {
        let url = format!("{}/gateways/{gateway}/mobile/v1/device", station.tls.url());
        let request = station.client.post(url).bearer_auth(PRIVATE_TOKEN).json(&json!({}));
        assert_eq!(station.ask(request).await.0, 404, "{gateway}");
    }
    for (body, status) in [
        ("[", 400),
        ("{}", 422),
        ("[{}]", 422),
        (r#"[{"id":"1","state":"Eaten"}]"#, 422),
        ("[\"\\u0000\"]", 400),
    ] {
        let request = app.request(Method::PATCH, "/message").body(body);
        assert_eq!(station.ask(request).await.0, status, "{body}");
    }
    for id in ["999", "-1", "9223372036854775808", "x"] {
        app.tell(id, "Delivered", None).await;
    }
    let many: Vec<Value> = (0..1_001).map(|id| json!({"id": id.to_string(), "state": "Sent"})).collect();
    assert_eq!(app.patch("/message", &json!(many)).await, 413);
    assert_eq!(station.office.world.number("SELECT count(*) FROM outbox").await, 0);

    let mut last = 401;
    for _ in 0..30 {
        last = station.try_to_register("Code 000000").await.0;
    }
    assert_eq!(last, 429);
    assert_eq!(app.pull().await, Vec::<Value>::new(), "registered phones are served all the same");
    assert_eq!(station.office.server.terminate(), Some(0));
}

async fn enrolling_shows_address_and_token_as_text_and_pictures(test: TestDatabase) {
    let station = Station::open(test).await;
    let folder = tempfile::tempdir().unwrap();
    let (done, said) = station.program(&["gateway", "enroll", "p", "--svg", folder.path().to_str().unwrap()]);
    assert!(done, "{said}");
    assert!(said.contains(&format!("{}/gateways/p/mobile/v1", station.tls.url())), "{said}");
    assert!(said.contains(PRIVATE_TOKEN) && said.contains('█'), "{said}");
    for name in ["p-address.svg", "p-token.svg"] {
        let picture = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(picture.contains("<svg"), "{picture}");
    }
    let (done, said) = station.program(&["gateway", "enroll", "test"]);
    assert!(!done && said.contains("smsgate_phone"), "{said}");
    assert_eq!(station.office.server.terminate(), Some(0));
}

on_both!(
    a_phone_alone_brings_texts_and_takes_their_replies_to_the_end,
    what_came_in_counts_once_however_often_the_phone_hands_it_over,
    texts_lie_with_one_phone_and_a_lost_phone_leaves_them_unknown,
    another_phone_registers_by_code_or_password,
    strangers_and_nonsense_are_refused_and_guessing_is_stopped,
    enrolling_shows_address_and_token_as_text_and_pictures,
);
