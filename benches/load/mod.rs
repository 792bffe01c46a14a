//! A load client of our own: keep-alive connections that send prepared requests as fast as answers come.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a run gave.
#[derive(Debug, Clone)]
pub struct Run {
    /// Answers a second.
    pub per_second: f64,
    /// Median time of an answer.
    pub p50: Duration,
    /// Time within which 99 of 100 answers came.
    pub p99: Duration,
    /// Answers that were not 2xx.
    pub refused: usize,
}

/// Sends every request once over `connections` connections.
pub async fn drive(address: SocketAddr, connections: usize, requests: Vec<Vec<u8>>) -> Run {
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    let clients: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(client(address, Arc::clone(&requests), Arc::clone(&next))))
        .collect();
    let (mut times, mut refused) = (Vec::with_capacity(requests.len()), 0);
    for client in clients {
        for (time, good) in client.await.expect("a client") {
            times.push(time);
            refused += usize::from(!good);
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Run { per_second: times.len() as f64 / seconds, p50: at(0.5), p99: at(0.99), refused }
}

async fn client(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
) -> Vec<(Duration, bool)> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let mut buffer = vec![0; 16 * 1024];
    let mut answers = Vec::new();
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let begin = Instant::now();
        stream.write_all(request).await.expect("a request");
        let good = read_answer(&mut stream, &mut buffer).await;
        answers.push((begin.elapsed(), good));
    }
    answers
}

/// Reads one answer; whether it was 2xx.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> bool {
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
        let read = stream.read(&mut buffer[filled..]).await.expect("an answer");
        assert!(read > 0, "the server closed the connection");
        filled += read;
        if let Some(end) = whole(&buffer[..filled]) {
            assert_eq!(end, filled, "one answer to one request");
            return buffer.starts_with(b"HTTP/1.1 2");
        }
    }
}

/// Where an answer ends, once it is whole.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let end = head + length.map_or(0, |length| length.trim().parse().expect("a length"));
    (bytes.len() >= end).then_some(end)
}

/// A POST request with a JSON body.
pub fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A GET request with an access token.
pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
}
