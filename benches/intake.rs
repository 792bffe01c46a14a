//! How many texts a second the server takes, with everything on (reading, encryption, totals, change log, audit,
//! reply), beside what the same machine does in the same run with a server that answers at once and with one that
//! commits text by text.
//!
//! `cargo bench --bench intake [-- TEXTS]`, 20,000 texts by default. Prints a table for `docs/performance.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a bench stops at the first surprise and prints what it measured"
)]

#[allow(dead_code, reason = "a bench needs a part of it")]
mod load;
#[path = "load/yardstick.rs"]
mod yardstick;

#[path = "../tests/it/support/ports.rs"]
mod ports;

#[path = "../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the cluster of the tests, of which a bench needs little")]
mod postgres;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use binhyen::db::Target;
use load::{Run, drive, post};

const BINARY: &str = env!("CARGO_BIN_EXE_binhyen");
/// Connections of the crowd.
const CROWD: usize = 256;
/// Texts of a single sender after the other.
const SINGLE: usize = 1_000;

fn main() {
    let texts = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(20_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let at_once = runtime.block_on(drive(yardstick::at_once(), CROWD, requests("/", texts * 2, 0)));
    print("answers at once", CROWD, &at_once);
    let folder = tempfile::tempdir().unwrap();
    let cluster = postgres::Cluster::start();
    let databases = [
        ("SQLite", format!("sqlite://{}", folder.path().join("bench.db").display())),
        ("PostgreSQL", cluster.empty_database()),
    ];
    for (name, url) in databases {
        println!("\n## {name}\n");
        let yardstick_target = match name {
            "SQLite" => Target::Sqlite(folder.path().join("yardstick.db").display().to_string()),
            _ => Target::Postgres(cluster.empty_database()),
        };
        let one_by_one = yardstick::one_by_one(yardstick_target);
        let crowd = runtime.block_on(drive(one_by_one, CROWD, requests("/", texts.min(10_000), 0)));
        print("one transaction per text", CROWD, &crowd);
        let single = runtime.block_on(drive(one_by_one, 1, requests("/", SINGLE, 0)));
        print("one transaction per text", 1, &single);
        measure(&runtime, folder.path(), &url, texts, (&crowd, &single));
    }
}

fn measure(
    runtime: &tokio::runtime::Runtime,
    folder: &Path,
    url: &str,
    texts: usize,
    yardstick: (&Run, &Run),
) {
    prepare(folder, url, texts + SINGLE);
    let begin = Instant::now();
    let server = Server::start(folder, url);
    println!("start to listening {:.2} s, idle {} MB", begin.elapsed().as_secs_f64(), server.resident());
    let path = "/gateways/bench/inbound?token=secret";
    let crowd = runtime.block_on(drive(server.address, CROWD, requests(path, texts, 0)));
    print("binhyen", CROWD, &crowd);
    println!("resident under load {} MB", server.resident());
    let single = runtime.block_on(drive(server.address, 1, requests(path, SINGLE, texts)));
    print("binhyen", 1, &single);
    println!(
        "crowd {:.2} × the yardstick, p50 of a single sender {:.2} × the yardstick's",
        crowd.per_second / yardstick.0.per_second,
        single.p50.as_secs_f64() / yardstick.1.p50.as_secs_f64(),
    );
    drop(server);
    let verified = program(folder, url).arg("verify").status().unwrap();
    println!("verify: {verified}");
}

fn print(what: &str, connections: usize, run: &Run) {
    println!(
        "{what}, {connections} connections: {:.0} /s, p50 {:.2} ms, p99 {:.2} ms, refused {}",
        run.per_second,
        run.p50.as_secs_f64() * 1e3,
        run.p99.as_secs_f64() * 1e3,
        run.refused
    );
}

/// Texts of as many hamlets, ten figures each.
fn requests(path: &str, texts: usize, first: usize) -> Vec<Vec<u8>> {
    (first..first + texts)
        .map(|n| {
            let (a, b) = (n % 4, n % 3);
            let text = format!(
                "ANTT 3 TC{a} CYGT{b} CB1 TNV{b} TNB{a} VCGT2 MTTC1 HGT1 TTRA{} TTN{}",
                4 + a,
                40 + n % 20
            );
            post(path, &format!(r#"{{"id":"b{n}","from":"{}","text":"{text}"}}"#, phone(n)))
        })
        .collect()
}

fn phone(n: usize) -> String {
    format!("09{:08}", n)
}

/// Migrates, and imports hamlets with a head each, spread over the communes.
fn prepare(folder: &Path, url: &str, hamlets: usize) {
    let communes: Vec<&str> = include_str!("../config/units/communes_2025-07-01.csv")
        .lines()
        .filter(|line| line.contains(",commune,"))
        .filter_map(|line| line.split(',').next())
        .collect();
    let code = |n: usize| format!("{}{:03}", communes[n % communes.len()], n / communes.len() + 1);
    let parent = |n: usize| communes[n % communes.len()];
    let units: String =
        (0..hamlets).map(|n| format!("{},hamlet,{},Thôn {n}\n", code(n), parent(n))).collect();
    let people: String = (0..hamlets).map(|n| format!("Người {n},{},head,{}\n", phone(n), code(n))).collect();
    std::fs::write(folder.join("units.csv"), format!("code,kind,parent,name\n{units}")).unwrap();
    std::fs::write(folder.join("people.csv"), format!("name,phone,role,unit\n{people}")).unwrap();
    for what in ["units", "people"] {
        let file = folder.join(format!("{what}.csv"));
        let status =
            program(folder, url).args(["import", what]).arg(file).stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "import {what}");
    }
}

fn program(folder: &Path, url: &str) -> Command {
    let mut command = Command::new(BINARY);
    command
        .env("BINHYEN__DATABASE__URL", url)
        .env("BINHYEN__KEYS__FILE", folder.join("bench.key"))
        .env("BINHYEN__INTAKE__SPOOL_DIR", folder.join("spool"))
        .env("BINHYEN__HTTP__LISTEN", "127.0.0.1:0")
        .env("BINHYEN__METRICS__LISTEN", "off")
        .env("BINHYEN__LOG__LEVEL", "warn")
        .env("BINHYEN__CLOCK__FIXED", "2026-03-16T08:00:00+07:00")
        .env("BINHYEN__GATEWAYS__BENCH__KIND", "generic")
        .env("BINHYEN__GATEWAYS__BENCH__INBOUND_TOKEN", "secret")
        .stderr(Stdio::inherit());
    command
}

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(folder: &Path, url: &str) -> Self {
        let mut process = program(folder, url).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| line.unwrap().strip_prefix("listening on http://").map(str::to_owned))
            .expect("the server's address");
        Server { process, address: address.parse().unwrap() }
    }

    /// Resident memory in MB.
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
