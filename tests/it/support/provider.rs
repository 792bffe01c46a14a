//! A provider of SMS: takes what is posted to it, answers as it is told, and remembers everything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::Value;
use tokio::sync::Notify;

#[derive(Default)]
struct Desk {
    heard: Mutex<Vec<Value>>,
    /// Answers for the next requests; when there are none left, 200 with an id of the provider's own.
    answers: Mutex<VecDeque<u16>>,
    /// What 2xx says instead of an id of the provider's own.
    says: Mutex<Option<Value>>,
    came: Notify,
    released: Notify,
}

/// Instead of a status: the answer, 200, waits until it is released.
pub const HELD: u16 = 0;

/// A running provider, gone when it is dropped.
pub struct Provider {
    desk: Arc<Desk>,
    url: String,
    server: ServerHandle,
}

impl Provider {
    /// Starts one; needs the reactor of [`super::play`].
    pub fn start() -> Provider {
        let desk = Arc::<Desk>::default();
        let data = web::Data::from(Arc::clone(&desk));
        let server =
            HttpServer::new(move || App::new().app_data(data.clone()).route("/send", web::post().to(take)))
                .workers(1)
                .disable_signals()
                .bind("127.0.0.1:0")
                .unwrap();
        let url = format!("http://{}/send", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Provider { desk, url, server: handle }
    }

    /// What `send_url` must be.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers the next requests with these statuses.
    pub fn will_answer(&self, statuses: impl IntoIterator<Item = u16>) {
        self.desk.answers.lock().unwrap().extend(statuses);
    }

    /// Answers 2xx with these words from now on.
    pub fn will_say(&self, words: Value) {
        *self.desk.says.lock().unwrap() = Some(words);
    }

    /// Answers the requests that were held.
    pub fn release(&self) {
        self.desk.released.notify_one();
    }

    /// All that was posted so far.
    pub fn heard(&self) -> Vec<Value> {
        self.desk.heard.lock().unwrap().clone()
    }

    /// Waits until `count` texts have been posted, and answers them.
    pub async fn hear(&self, count: usize) -> Vec<Value> {
        loop {
            let came = self.desk.came.notified();
            let heard = self.heard();
            if heard.len() >= count {
                return heard;
            }
            came.await;
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

async fn take(desk: web::Data<Desk>, text: web::Json<Value>) -> HttpResponse {
    let number = {
        let mut heard = desk.heard.lock().unwrap();
        heard.push(text.into_inner());
        heard.len()
    };
    let status = desk.answers.lock().unwrap().pop_front().unwrap_or(200);
    desk.came.notify_waiters();
    let status = if status == HELD {
        desk.released.notified().await;
        200
    } else {
        status
    };
    let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if status < 300 {
        let said = desk.says.lock().unwrap().clone();
        answer.json(said.unwrap_or_else(|| serde_json::json!({"id": format!("theirs-{number}")})))
    } else {
        answer.finish()
    }
}
