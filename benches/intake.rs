//! How many texts a second the server takes, with everything on (reading, encryption, totals, change log, audit,
//! reply), beside what the same machine does at the same time with a server that answers at once and with one that
//! commits text by text. Program and yardstick take turns in short rounds; the medians of their ratios are told, since a
//! machine that others use is never the same for long.
//!
//! `cargo bench --bench intake [-- TEXTS] [sqlite] [postgres] [two-servers] [month-end] [flat]`, 20,000 texts by default.
//! `two-servers`: two servers on one PostgreSQL as well. `month-end`: 90,000 hamlets with a text each as well, alone
//! with 0 texts. `flat`: only the cost of a text with a hundred months behind it, a million texts, beside that of one
//! with none.
//! Prints lines for `docs/performance.md`.

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
#[path = "load/past.rs"]
mod past;
#[path = "load/server.rs"]
mod server;
#[path = "load/yardstick.rs"]
mod yardstick;

#[path = "../tests/it/support/ports.rs"]
mod ports;

#[path = "../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the cluster of the tests, of which a bench needs little")]
mod postgres;

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use binhyen::db::Target;
use load::{Run, drive, post};
use server::{Server, program};
use tokio::runtime::Runtime;

/// Connections of the crowd.
const CROWD: usize = 256;
/// Texts of a single sender after the other, in a round.
const SINGLE: usize = 200;
/// Rounds in which yardstick and program take turns.
const ROUNDS: usize = 5;
/// Hamlets of the country.
const COUNTRY: usize = 90_000;
/// Hamlets of the installation with a past, and months of it: a million texts.
const HAMLETS: usize = 10_000;
const MONTHS: usize = 100;
/// Where the server takes texts.
const INBOUND: &str = "/gateways/bench/inbound?token=secret";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    let both = !asked("sqlite") && !asked("postgres");
    let texts = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(20_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    if texts > 0 {
        let at_once = runtime.block_on(drive(yardstick::at_once(), CROWD, requests("/", texts, 0)));
        print("answers at once", CROWD, &at_once);
    }
    let folder = tempfile::tempdir().unwrap();
    let cluster = postgres::Cluster::start();
    let file = |name: &str| folder.path().join(name).display().to_string();
    for (name, wanted) in [("SQLite", "sqlite"), ("PostgreSQL", "postgres")] {
        if !both && !asked(wanted) {
            continue;
        }
        println!("\n## {name}\n");
        let is_sqlite = name == "SQLite";
        let url = |database: &str| {
            if is_sqlite { format!("sqlite://{}", file(database)) } else { cluster.empty_database() }
        };
        let yardstick = if is_sqlite {
            Target::Sqlite(file("yardstick.db"))
        } else {
            Target::Postgres(cluster.empty_database())
        };
        if asked("flat") {
            let target = if is_sqlite {
                Target::Sqlite(file("flat.db"))
            } else {
                Target::Postgres(cluster.empty_database())
            };
            flat(&runtime, folder.path(), target, yardstick);
            continue;
        }
        if texts > 0 {
            compare(&runtime, folder.path(), &url("bench.db"), texts, yardstick);
        }
        if !is_sqlite && asked("two-servers") {
            two_servers(&runtime, folder.path(), &url(""), texts);
        }
        if asked("month-end") {
            month_end(&runtime, folder.path(), &url("country.db"));
        }
    }
}

/// Program and yardstick in turns.
fn compare(runtime: &Runtime, folder: &Path, url: &str, texts: usize, yardstick: Target) {
    let crowd = texts / ROUNDS;
    prepare(folder, url, ROUNDS * (crowd + SINGLE));
    let begin = Instant::now();
    let server = Server::start(folder, url);
    println!("start to listening {:.2} s, idle {} MB", begin.elapsed().as_secs_f64(), server.resident());
    let one_by_one = yardstick::one_by_one(yardstick);
    let (mut crowds, mut singles) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let first = round * (crowd + SINGLE);
        let theirs = runtime.block_on(drive(one_by_one, CROWD, requests("/", crowd / 2, 0)));
        print("one transaction per text", CROWD, &theirs);
        let before = server.processor_time();
        let ours = runtime.block_on(drive(server.address, CROWD, requests(INBOUND, crowd, first)));
        print("binhyen", CROWD, &ours);
        let spent = (server.processor_time() - before).as_secs_f64() / crowd as f64;
        println!("  processor time of the server {:.0} µs a text", spent * 1e6);
        crowds.push(ours.per_second / theirs.per_second);
        let theirs = runtime.block_on(drive(one_by_one, 1, requests("/", SINGLE, 0)));
        print("one transaction per text", 1, &theirs);
        let ours = runtime.block_on(drive(server.address, 1, requests(INBOUND, SINGLE, first + crowd)));
        print("binhyen", 1, &ours);
        singles.push(ours.p50.as_secs_f64() / theirs.p50.as_secs_f64());
    }
    println!("resident under load {} MB", server.resident());
    println!(
        "median of {ROUNDS} rounds: crowd {:.2} × the yardstick, p50 of a single sender {:.2} × the yardstick's",
        median(crowds),
        median(singles)
    );
    drop(server);
    verify(folder, url);
}

/// What a text costs with nothing behind it, and with a million others.
fn flat(runtime: &Runtime, folder: &Path, target: Target, yardstick: Target) {
    let url = match &target {
        Target::Sqlite(file) => format!("sqlite://{file}"),
        Target::Postgres(url) => url.clone(),
    };
    prepare(folder, &url, HAMLETS);
    let one_by_one = yardstick::one_by_one(yardstick);
    let mut first = 0;
    for months in [0, MONTHS] {
        if months > 0 {
            let begin = Instant::now();
            runtime.block_on(past::fill(target.clone(), months));
            println!(
                "{} texts were put behind it in {:.0} s",
                HAMLETS * months,
                begin.elapsed().as_secs_f64()
            );
        }
        let server = Server::start(folder, &url);
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let theirs = runtime.block_on(drive(one_by_one, CROWD, requests("/", 500, 0)));
            let before = server.processor_time();
            let ours = runtime.block_on(drive(server.address, CROWD, requests(INBOUND, 1_000, first)));
            let spent = (server.processor_time() - before).as_secs_f64() / 1_000.0;
            first += 1_000;
            ratios.push(ours.per_second / theirs.per_second);
            print(&format!("{months} months behind it, {:.0} µs a text, binhyen", spent * 1e6), CROWD, &ours);
        }
        println!("{months} months behind it: {:.2} × the yardstick", median(ratios));
    }
}

/// Two servers on one database, each with half of the crowd.
fn two_servers(runtime: &Runtime, folder: &Path, url: &str, texts: usize) {
    println!("\ntwo servers:");
    prepare(folder, url, texts);
    let servers = [Server::start(folder, url), Server::start(folder, url)];
    let begin = Instant::now();
    let (one, other) = runtime.block_on(async {
        let half =
            |server: &Server, first| drive(server.address, CROWD / 2, requests(INBOUND, texts / 2, first));
        tokio::join!(half(&servers[0], 0), half(&servers[1], texts / 2))
    });
    println!("together {:.0} /s", (texts / 2 * 2) as f64 / begin.elapsed().as_secs_f64());
    print("one", CROWD / 2, &one);
    print("the other", CROWD / 2, &other);
    drop(servers);
    verify(folder, url);
}

/// A text of every hamlet of the country.
fn month_end(runtime: &Runtime, folder: &Path, url: &str) {
    println!("\na country's month end:");
    prepare(folder, url, COUNTRY);
    let server = Server::start(folder, url);
    let begin = Instant::now();
    let run = runtime.block_on(drive(server.address, CROWD, requests(INBOUND, COUNTRY, 0)));
    println!("{COUNTRY} texts in {:.1} s, resident {} MB", begin.elapsed().as_secs_f64(), server.resident());
    print("binhyen", CROWD, &run);
    drop(server);
    verify(folder, url);
}

fn verify(folder: &Path, url: &str) {
    let output = program(folder, url).arg("verify").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("verify: {}, {}", said.lines().last().unwrap_or_default(), output.status);
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_unstable_by(f64::total_cmp);
    ratios[ratios.len() / 2]
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
