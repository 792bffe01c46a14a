//! Many who listen to what changes, while reports come in: how late they hear of it, what it costs, and what others feel.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use binhyen::clock::Clock;
use binhyen::crypto::Keys;
use binhyen::db::account::{self, NewAccount};
use binhyen::db::sql::Sql;
use binhyen::db::{Conn, Db, DbResult, SharedIds, Target};
use binhyen::domain::ids::{IdMaker, UnitId};
use binhyen::flows::authenticate::{Lifetimes, Sessions};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::load::get;
use crate::server::{Server, program};

/// Connections of one account, as many as it may have.
const OF_ONE: usize = 6;
/// How many listen.
const LISTENERS: [usize; 3] = [0, 1_000, 4_000];
/// Reports that come, and how many a second: a country of 90,000 hamlets on the day they are due sends about 10.
const REPORTS: usize = 600;
const PER_SECOND: u64 = 30;
/// Seconds that are looked at while nothing happens.
const QUIET: u64 = 10;

/// Officers of communes, each with a hamlet and a token.
pub struct Officers {
    communes: Vec<String>,
    tokens: Vec<String>,
}

impl Officers {
    /// Makes them, beside the program: it would take seconds for each.
    pub async fn make(folder: &Path, url: &str) -> Officers {
        let db = Db::open_unmigrated(match url.strip_prefix("sqlite://") {
            Some(file) => Target::Sqlite(file.to_owned()),
            None => Target::Postgres(url.to_owned()),
        });
        let clock = Clock::system();
        let wanted = LISTENERS[LISTENERS.len() - 1] / OF_ONE + 1;
        let communes = db.read(move |conn| communes(conn, wanted)).await.unwrap();
        import_hamlets(folder, url, &communes);
        let keys = Arc::new(Keys::load_or_make(&folder.join("bench.key")).unwrap());
        let ids: SharedIds = Arc::new(Mutex::new(IdMaker::new(1_000, 0)));
        let now = clock.real_micros();
        let accounts: Vec<NewAccount> = communes
            .iter()
            .map(|(unit, code)| NewAccount {
                id: ids.lock().unwrap().next(now / 1_000),
                username: format!("officer-{code}"),
                // Nobody logs in by it.
                password_hash: "-".to_owned(),
                role: "commune",
                unit_id: Some(*unit),
                created_at: now,
            })
            .collect();
        let add =
            move |conn: &mut Conn| accounts.iter().try_for_each(|new| account::insert(conn, new).map(|_| ()));
        db.write(add).await.unwrap();
        let sessions = Sessions::new(db, keys, ids, Lifetimes::default());
        let mut tokens = Vec::new();
        for (_, code) in &communes {
            tokens.push(sessions.issue(&format!("officer-{code}"), now).await.unwrap().access_token);
        }
        Officers { communes: communes.into_iter().map(|(_, code)| code).collect(), tokens }
    }
}

fn communes(conn: &mut Conn, wanted: usize) -> DbResult<Vec<(UnitId, String)>> {
    let query = Sql::<(BigInt, Text)>::new(
        "SELECT id, code FROM unit WHERE kind = 'commune' AND valid_from <= '2026-03-16' AND valid_to > '2026-03-16' \
         ORDER BY code LIMIT ",
    );
    Ok(query.bind(i64::try_from(wanted).unwrap()).load::<(i64, String)>(conn)?)
}

fn import_hamlets(folder: &Path, url: &str, communes: &[(UnitId, String)]) {
    let rows: String =
        communes.iter().map(|(_, code)| format!("{code}901,hamlet,{code},Bản {code}\n")).collect();
    let file = folder.join("listened.csv");
    std::fs::write(&file, format!("code,kind,parent,name\n{rows}")).unwrap();
    let output = program(folder, url).args(["import", "units"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Measures with few and many who listen, a server each.
pub async fn measure(folder: &Path, url: &str) {
    let officers = Officers::make(folder, url).await;
    println!(
        "\n| listen | memory each | nothing happens: looks, processor | report to event p50, p99 | events | looks while reports come | others p50, p99 |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (round, count) in LISTENERS.into_iter().enumerate() {
        measure_with(&Measured::start(folder, url), &officers, (round, count)).await;
    }
}

/// A server that counts.
struct Measured {
    server: Server,
    metrics: SocketAddr,
}

impl Measured {
    fn start(folder: &Path, url: &str) -> Measured {
        let metrics = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = program(folder, url);
        command.env("BINHYEN__METRICS__LISTEN", metrics.to_string());
        Measured { server: Server::start_as(command), metrics }
    }

    /// How often the log was looked at.
    async fn looks(&self) -> f64 {
        let page =
            reqwest::get(format!("http://{}/metrics", self.metrics)).await.unwrap().text().await.unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix("sync_looks "));
        line.map_or(0.0, |number| number.trim().parse().unwrap())
    }
}

async fn measure_with(measured: &Measured, officers: &Officers, (round, count): (usize, usize)) {
    let server = &measured.server;
    // What the first ones cost is paid once.
    let (events, mut heard) = mpsc::unbounded_channel();
    let first = listen(server.address, &officers.tokens[officers.tokens.len() - 1], events.clone()).await;
    push(server.address, officers, (round, REPORTS)).await;
    let before = server.resident();
    let mut open = Vec::new();
    for number in 0..count {
        open.push(listen(server.address, &officers.tokens[number / OF_ONE], events.clone()).await);
    }
    let each = (server.resident() - before) as f64 * 1024.0 / count.max(1) as f64;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (looks, used) = (measured.looks().await, server.processor_time());
    tokio::time::sleep(Duration::from_secs(QUIET)).await;
    let idle_looks = (measured.looks().await - looks) / QUIET as f64;
    let idle = (server.processor_time() - used).as_secs_f64() / QUIET as f64 * 100.0;

    while heard.try_recv().is_ok() {}
    let probe = tokio::spawn(others(server.address, officers.tokens[0].clone()));
    let (begin, looks) = (Instant::now(), measured.looks().await);
    let answered = reports(server.address, officers, (round, count)).await;
    let looks = (measured.looks().await - looks) / begin.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_secs(3)).await;
    probe.abort();
    let others = probe.await.err().map(|_| OTHERS.lock().unwrap().split_off(0)).unwrap_or_default();
    let mut late = Vec::new();
    while let Ok((rev, at)) = heard.try_recv() {
        if let Some(answer) = answered.get(&rev) {
            late.push(at.saturating_duration_since(*answer).as_secs_f64() * 1e3);
        }
    }
    let missing = if count == 0 { 0 } else { REPORTS * OF_ONE - late.len() };
    println!(
        "| {count} | {each:.1} KiB | {idle_looks:.1}/s, {idle:.1} % | {:.0}, {:.0} ms | {} (missing {missing}) | {looks:.1}/s | {:.1}, {:.1} ms |",
        at(&mut late, 0.5),
        at(&mut late, 0.99),
        late.len(),
        at(&mut others.clone(), 0.5),
        at(&mut others.clone(), 0.99),
    );
    first.abort();
    open.iter().for_each(tokio::task::JoinHandle::abort);
}

/// What requests of others took, milliseconds.
static OTHERS: Mutex<Vec<f64>> = Mutex::new(Vec::new());

/// Asks again and again for what is new.
async fn others(address: SocketAddr, token: String) {
    let request = get("/api/v1/sync/reports?limit=1", &token);
    let mut connection = TcpStream::connect(address).await.unwrap();
    let mut answer = vec![0; 64 * 1024];
    let mut every = tokio::time::interval(Duration::from_millis(20));
    loop {
        every.tick().await;
        let begin = Instant::now();
        connection.write_all(&request).await.unwrap();
        assert!(connection.read(&mut answer).await.unwrap() > 0);
        OTHERS.lock().unwrap().push(begin.elapsed().as_secs_f64() * 1e3);
    }
}

/// Reports that come at their pace; when each was answered.
async fn reports(
    address: SocketAddr,
    officers: &Officers,
    (round, count): (usize, usize),
) -> HashMap<String, Instant> {
    let listened = (count / OF_ONE).max(1);
    let mut every = tokio::time::interval(Duration::from_micros(1_000_000 / PER_SECOND));
    let mut answered = HashMap::new();
    let mut under_way = tokio::task::JoinSet::new();
    for number in 0..REPORTS {
        every.tick().await;
        let request = report(officers, number % listened, &format!("l-{round}-{number}"));
        under_way.spawn(async move { (format!("l-{round}-{number}"), send(address, request).await) });
    }
    while let Some(done) = under_way.join_next().await {
        let (rev, at) = done.unwrap();
        answered.insert(rev, at);
    }
    answered
}

async fn push(address: SocketAddr, officers: &Officers, (round, number): (usize, usize)) {
    send(address, report(officers, officers.communes.len() - 1, &format!("l-{round}-{number}"))).await;
}

/// An incident in the hamlet of an officer's commune, pushed by the officer.
fn report(officers: &Officers, whose: usize, rev: &str) -> Vec<u8> {
    let document = json!({"id": rev, "rev": rev, "kind": "incident", "unit": format!("{}901", officers.communes[whose]),
        "day": "2026-03-10", "values": {"TC": 1}, "rest_zero": false, "confirmed": true, "_deleted": false});
    let body = json!([{"newDocumentState": document}]).to_string();
    format!(
        "POST /api/v1/sync/reports HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        officers.tokens[whose],
        body.len()
    )
    .into_bytes()
}

/// Sends a request over a connection of its own; when it was answered.
async fn send(address: SocketAddr, request: Vec<u8>) -> Instant {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(&request).await.unwrap();
    let mut answer = vec![0; 16 * 1024];
    let read = connection.read(&mut answer).await.unwrap();
    let at = Instant::now();
    assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..read]));
    at
}

/// Listens; says which revisions it heard of and when.
async fn listen(
    address: SocketAddr,
    token: &str,
    events: mpsc::UnboundedSender<(String, Instant)>,
) -> tokio::task::JoinHandle<()> {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(&get("/api/v1/sync/stream", token)).await.unwrap();
    let mut chunk = vec![0; 4_096];
    let read = connection.read(&mut chunk).await.unwrap();
    assert!(chunk[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&chunk[..read]));
    tokio::spawn(async move {
        let mut text = String::new();
        while let Ok(read @ 1..) = connection.read(&mut chunk).await {
            text += &String::from_utf8_lossy(&chunk[..read]);
            let whole = text.rfind("\n\n").map_or(0, |end| end + 2);
            let rest = text.split_off(whole);
            for event in text.split("\n\n").filter(|event| event.contains("\"reports\"")) {
                for rev in event.split("\"rev\":\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                    let _ = events.send((rev.to_owned(), Instant::now()));
                }
            }
            text = rest;
        }
    })
}

/// The value below which a share of them lies.
fn at(sorted: &mut [f64], share: f64) -> f64 {
    sorted.sort_by(f64::total_cmp);
    sorted.get(((sorted.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(0.0)
}
