//! How long sync takes over HTTP: the first one of a commune of 30 hamlets and 24 months, one with nothing new, and 1,000
//! phones at once, each of which pulls and pushes a return. Then what it costs that 1,000 and 4,000 listen while reports come in.
//!
//! `cargo bench --bench sync [-- sqlite|postgres] [listen]`; `listen`: only those who listen. Prints a table for `docs/performance.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on stops, and prints what it measured"
)]

#[path = "load/account.rs"]
mod account;
#[path = "load/listeners.rs"]
mod listeners;
#[allow(dead_code, reason = "a bench needs a part of it")]
mod load;
#[path = "load/server.rs"]
mod server;

#[path = "../tests/it/support/ports.rs"]
mod ports;

#[path = "../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the cluster of the tests, of which a bench needs little")]
mod postgres;

use std::path::Path;
use std::time::Instant;

use account::account;
use load::{drive, get};
use serde_json::{Value, json};
use server::{Server, program};

const COMMUNE: &str = "03847";
const HAMLETS: usize = 30;
const MONTHS: usize = 24;
const PHONES: usize = 1_000;
/// Documents of an answer.
const PAGE: usize = 500;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| {
        !wanted.iter().any(|a| a == "sqlite" || a == "postgres") || wanted.iter().any(|a| a == name)
    };
    let folder = tempfile::tempdir().unwrap();
    if asked("sqlite") {
        let file = folder.path().join("sync.db").display().to_string();
        run("SQLite", folder.path(), &format!("sqlite://{file}"), &wanted);
    }
    if asked("postgres") {
        run("PostgreSQL", folder.path(), &postgres::shared().empty_database(), &wanted);
    }
}

fn run(name: &str, folder: &Path, url: &str, wanted: &[String]) {
    println!("\n## {name}\n");
    fill(folder, url);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    if !wanted.iter().any(|a| a == "listen") {
        measure(folder, url, &runtime);
    }
    runtime.block_on(listeners::measure(folder, url));
}

fn measure(folder: &Path, url: &str, runtime: &tokio::runtime::Runtime) {
    let token = account(folder, url, &["--role", "commune", "--unit", COMMUNE]);
    let server = Server::start(folder, url);
    let client = reqwest::Client::new();
    let base = format!("http://{}", server.address);
    // The first request of all pays for whatever is done once.
    runtime.block_on(pull(&client, &base, &token));
    let mut first = Vec::new();
    let mut after = String::new();
    for _ in 0..10 {
        let begin = Instant::now();
        let (documents, last) = runtime.block_on(pull(&client, &base, &token));
        first.push(begin.elapsed().as_secs_f64() * 1e3);
        assert_eq!(documents, HAMLETS * MONTHS);
        after = last;
    }
    first.sort_by(f64::total_cmp);
    println!(
        "first sync, {} documents: p50 {:.1} ms, longest {:.1} ms",
        HAMLETS * MONTHS,
        first[5],
        first[9]
    );
    let empty = get(&format!("/api/v1/sync/reports?limit={PAGE}&after={after}"), &token);
    let run = runtime.block_on(drive(server.address, 1, vec![empty.clone(); 200]));
    println!(
        "nothing new: p50 {:.2} ms, p99 {:.2} ms",
        run.p50.as_secs_f64() * 1e3,
        run.p99.as_secs_f64() * 1e3
    );
    let before = server.processor_time();
    let run = runtime.block_on(drive(server.address, PHONES, vec![empty; PHONES]));
    println!(
        "{PHONES} phones at once, nothing new: {:.0}/s, p50 {:.0} ms, p99 {:.0} ms, processor time {:.2} ms each, refused {}",
        run.per_second,
        run.p50.as_secs_f64() * 1e3,
        run.p99.as_secs_f64() * 1e3,
        (server.processor_time() - before).as_secs_f64() * 1e3 / PHONES as f64,
        run.refused
    );
    let pushes = (0..PHONES).map(|number| push(number, &token)).collect();
    let run = runtime.block_on(drive(server.address, PHONES, pushes));
    println!(
        "{PHONES} phones at once, an edit each: {:.0}/s, p50 {:.0} ms, p99 {:.0} ms, refused {}",
        run.per_second,
        run.p50.as_secs_f64() * 1e3,
        run.p99.as_secs_f64() * 1e3,
        run.refused
    );
    println!("resident {} MB", server.resident());
}

/// A commune's hamlets and their history, by the program's own import.
fn fill(folder: &Path, url: &str) {
    let hamlets: Vec<String> = (1..=HAMLETS).map(|n| format!("{COMMUNE}{n:03}")).collect();
    let units: String = hamlets.iter().map(|code| format!("{code},hamlet,{COMMUNE},Bản {code}\n")).collect();
    let months: Vec<String> =
        (0..MONTHS).map(|n| format!("{}-{:02}", 2024 + (n + 3) / 12, (n + 3) % 12 + 1)).collect();
    let mut values = String::new();
    for code in &hamlets {
        for month in &months {
            for (number, indicator) in ["TC", "CG", "TTRA"].iter().enumerate() {
                values += &format!("{code},{month},{indicator},{number}\n");
            }
        }
    }
    for (what, table) in [
        ("units", format!("code,kind,parent,name\n{units}")),
        ("values", format!("unit,period,indicator,value\n{values}")),
    ] {
        let file = folder.join(what);
        std::fs::write(&file, table).unwrap();
        let output = program(folder, url).args(["import", what]).arg(&file).output().unwrap();
        assert!(output.status.success(), "import {what}");
    }
}

/// Everything from the beginning: how many documents, and where the client stands then.
async fn pull(client: &reqwest::Client, base: &str, token: &str) -> (usize, String) {
    let (mut documents, mut after) = (0, String::new());
    loop {
        let cursor = if after.is_empty() { String::new() } else { format!("&after={after}") };
        let request =
            client.get(format!("{base}/api/v1/sync/reports?limit={PAGE}{cursor}")).bearer_auth(token);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        let count = page["documents"].as_array().unwrap().len();
        documents += count;
        after = page["checkpoint"]["after"].as_str().unwrap().to_owned();
        if count < PAGE {
            return (documents, after);
        }
    }
}

/// An incident of a hamlet.
fn push(number: usize, token: &str) -> Vec<u8> {
    let (hamlet, day) = (1 + number % HAMLETS, 1 + number / HAMLETS % 14);
    let id = format!("bench-{number}");
    // No two of a hamlet and day are alike.
    let values = json!({"TC": 1 + number / HAMLETS / 14, "CG": 1 + number / HAMLETS / 14});
    let document = json!({"id": id, "rev": id, "kind": "incident", "unit": format!("{COMMUNE}{hamlet:03}"),
        "day": format!("2026-03-{day:02}"), "values": values, "rest_zero": false, "_deleted": false});
    let body = json!([{"newDocumentState": document}]).to_string();
    format!(
        "POST /api/v1/sync/reports HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
