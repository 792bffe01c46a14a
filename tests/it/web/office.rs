//! A commune with its hamlets, a running server, and accounts at it.

use std::io::Write;
use std::process::{Command, Stdio};

use binhyen::crypto::Keys;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::TestDatabase;
use crate::support::process::{Server, program};
use crate::support::world::World;

/// Half past eight on the day on which hamlets are due.
pub const NOW: &str = "2026-03-16T08:00:00+07:00";
pub const PASSWORD: &str = "mật khẩu dài";

/// A server with the commune of the stories in its database.
pub struct Office {
    pub world: World,
    pub server: Server,
    pub client: reqwest::Client,
    pub test: TestDatabase,
}

/// An answer: status, JSON body.
pub type Answer = (StatusCode, Value);

impl Office {
    pub async fn open(test: TestDatabase) -> Office {
        Office::open_with(test, |_| {}).await
    }

    /// With settings of its own.
    pub async fn open_with(test: TestDatabase, settings: impl Fn(&mut Command)) -> Office {
        // The world and the program share the key, so that each reads what the other sealed.
        std::fs::write(test.beside("data.key"), "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n").unwrap();
        let key = Keys::load_or_make(&test.beside("data.key")).unwrap();
        assert_eq!(key.fingerprint(), Keys::from_bytes(&[7; 32]).unwrap().fingerprint());
        let world = World::new(&test, NOW).await;
        let mut command = program(&test);
        settings(&mut command);
        Office { world, server: Server::start(command), client: reqwest::Client::new(), test }
    }

    /// Makes an account, as an administrator does.
    pub fn add_account(&self, username: &str, role: &str, unit: Option<&str>) {
        let mut command = program(&self.test);
        command.args(["user", "add", "--username", username, "--role", role]);
        command.args(unit.into_iter().flat_map(|unit| ["--unit", unit]));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        writeln!(process.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        assert!(process.wait().unwrap().success());
    }

    /// Makes an account and logs in.
    pub async fn token(&self, role: &str, unit: Option<&str>) -> String {
        self.add_account(role, role, unit);
        let (status, body) = self.log_in(role, PASSWORD).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn log_in(&self, username: &str, password: &str) -> Answer {
        let body = serde_json::json!({"username": username, "password": password});
        self.post("/api/v1/auth/token", "", &body).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask(self.client.request(Method::GET, self.server.url(path)).bearer_auth(token)).await
    }

    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.ask(self.client.post(self.server.url(path)).bearer_auth(token).json(body)).await
    }

    pub async fn ask(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// Fails unless the answer is a problem with this status and code.
#[track_caller]
pub fn refused((got, body): &Answer, status: u16, code: &str) {
    assert_eq!((got.as_u16(), body["code"].as_str()), (status, Some(code)), "{body}");
    assert!(body["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{body}");
}
