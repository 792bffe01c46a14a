//! A provider on a bare socket: it may answer anything, or nothing, or half, and remembers what it heard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    pub method: String,
    /// The path and the query.
    pub target: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

/// What it does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Answers.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Answers when it is released.
    Held(Box<Reply>),
    /// Hangs up without a word.
    HangUp,
    /// Promises a body and hangs up in its middle.
    Midway,
    /// Never answers, and keeps the connection.
    Silence,
}

impl Reply {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Reply {
        Reply::Answer(status, vec![("Content-Type", "application/json".to_owned())], body.to_string())
    }

    /// An answer without a body.
    pub fn status(status: u16) -> Reply {
        Reply::Answer(status, Vec::new(), String::new())
    }
}

type Answering = Box<dyn Fn(&Heard, usize) -> Reply + Send + Sync>;

struct Desk {
    heard: Mutex<Vec<Heard>>,
    answer: Answering,
    came: Notify,
    released: Notify,
}

/// A running provider.
pub struct Wire {
    desk: Arc<Desk>,
    address: String,
}

impl Wire {
    /// Starts one that does what `answer` says to each request, which is told its number, from 1.
    pub async fn start(answer: impl Fn(&Heard, usize) -> Reply + Send + Sync + 'static) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (heard, came, released) = Default::default();
        let desk = Arc::new(Desk { heard, answer: Box::new(answer), came, released });
        let serving = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&serving)));
            }
        });
        Wire { desk, address }
    }

    /// `http://HOST:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.desk.heard.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub async fn hear(&self, count: usize) -> Vec<Heard> {
        loop {
            let came = self.desk.came.notified();
            let heard = self.heard();
            if heard.len() >= count {
                return heard;
            }
            came.await;
        }
    }

    /// Answers the request that is held.
    pub fn release(&self) {
        self.desk.released.notify_one();
    }
}

async fn serve(mut socket: TcpStream, desk: Arc<Desk>) {
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut socket, &mut buffer).await {
        let number = {
            let mut heard = desk.heard.lock().unwrap();
            heard.push(request.clone());
            heard.len()
        };
        desk.came.notify_waiters();
        let mut reply = (desk.answer)(&request, number);
        if let Reply::Held(then) = reply {
            desk.released.notified().await;
            reply = *then;
        }
        let written = match reply {
            Reply::Answer(status, headers, body) => {
                let headers: String =
                    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
                socket.write_all((head + &body).as_bytes()).await
            }
            Reply::Midway => {
                let half = "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"id\":\"th";
                let _ = socket.write_all(half.as_bytes()).await;
                return;
            }
            Reply::Silence => std::future::pending().await,
            Reply::HangUp | Reply::Held(_) => return,
        };
        if written.is_err() {
            return;
        }
    }
}

/// The next request of a connection; `None` when it is closed.
async fn read(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Heard> {
    loop {
        if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let mut lines = head.split("\r\n");
            let mut first = lines.next()?.split(' ');
            let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
            let headers: HashMap<String, String> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
                .collect();
            let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
            while buffer.len() < end + 4 + length {
                more(socket, buffer).await?;
            }
            let body = String::from_utf8_lossy(&buffer[end + 4..end + 4 + length]).into_owned();
            buffer.drain(..end + 4 + length);
            return Some(Heard { method, target, headers, body });
        }
        more(socket, buffer).await?;
    }
}

async fn more(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 8192];
    let count = socket.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
    buffer.extend_from_slice(&chunk[..count]);
    Some(())
}
