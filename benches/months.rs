//! How long the questions about a month take over HTTP, on 1.2 million totals and 90,000 hamlets: a commune's, a
//! province's, the country's.
//!
//! `cargo bench --bench months [-- sqlite|postgres]`. Prints a table for `docs/performance.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a bench that cannot go on stops, and prints what it measured"
)]

#[path = "load/account.rs"]
mod account;
#[path = "load/country.rs"]
mod country;
#[allow(dead_code, reason = "a bench needs a part of it")]
mod load;
#[path = "load/server.rs"]
mod server;

#[path = "../tests/it/support/ports.rs"]
mod ports;

#[path = "../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the cluster of the tests, of which a bench needs little")]
mod postgres;

use std::collections::BTreeMap;
use std::path::Path;

use account::account;
use binhyen::db::report::{CurrentReturn, put_returns};
use binhyen::db::sql::Sql;
use binhyen::db::total::{Difference, add};
use binhyen::db::unit::{self, Unit};
use binhyen::db::{Db, Target};
use binhyen::domain::ids::UnitId;
use country::{all_communes, hamlets_of};
use load::{drive, get};
use server::Server;

/// Eight months of 3,321 communes × 45 indicators are 1.2 million totals.
const PERIODS: [i32; 8] = [202503, 202509, 202510, 202511, 202512, 202601, 202602, 202603];
const INDICATORS: i32 = 45;
/// Times that each question is asked.
const TIMES: usize = 60;
/// The province with the most communes, and one of its communes: Thanh Hóa, 166.
const PROVINCE: &str = "38";
const COMMUNE: &str = "14758";

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| {
        !wanted.iter().any(|a| a == "sqlite" || a == "postgres") || wanted.iter().any(|a| a == name)
    };
    let folder = tempfile::tempdir().unwrap();
    if asked("sqlite") {
        let file = folder.path().join("months.db").display().to_string();
        measure("SQLite", folder.path(), &format!("sqlite://{file}"), Target::Sqlite(file));
    }
    if asked("postgres") {
        let url = postgres::shared().empty_database();
        measure("PostgreSQL", folder.path(), &url, Target::Postgres(url.clone()));
    }
}

fn measure(name: &str, folder: &Path, url: &str, target: Target) {
    println!("\n## {name}\n");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let db = Db::open(target).unwrap();
    runtime.block_on(fill(&db));
    if name == "PostgreSQL" {
        // As autovacuum does within a minute of a load.
        runtime.block_on(db.write(|conn| Ok(Sql::new("ANALYZE").run(conn)?))).unwrap();
    }
    drop(db);
    let token = account(folder, url, &["--role", "national"]);
    let server = Server::start(folder, url);
    let questions = [
        ("a commune's month", format!("/api/v1/communes/{COMMUNE}/indicators?period=2026-03")),
        ("a province's month", format!("/api/v1/provinces/{PROVINCE}/indicators?period=2026-03")),
        ("the country's month", "/api/v1/indicators/national?period=2026-03".to_owned()),
    ];
    for (what, path) in questions {
        let requests = vec![get(&path, &token); TIMES];
        let before = server.processor_time();
        let run = runtime.block_on(drive(server.address, 1, requests));
        let times = u32::try_from(TIMES).unwrap();
        println!(
            "{what}: p50 {:.1} ms, p99 {:.1} ms, processor time {:.1} ms, refused {}",
            run.p50.as_secs_f64() * 1e3,
            run.p99.as_secs_f64() * 1e3,
            ((server.processor_time() - before) / times).as_secs_f64() * 1e3,
            run.refused
        );
    }
    println!("resident {} MB", server.resident());
}

async fn fill(db: &Db) {
    let communes = db.read(all_communes).await.unwrap();
    let hamlets: Vec<Unit> = communes.iter().flat_map(hamlets_of).collect();
    let rows = hamlets.clone();
    db.write(move |conn| unit::insert(conn, &rows)).await.unwrap();
    for period in PERIODS {
        let (communes, hamlets) = (communes.clone(), hamlets.clone());
        db.write(move |conn| {
            let cells = communes.iter().flat_map(|commune| {
                (1..=INDICATORS).map(move |indicator| {
                    let figure = (commune.id + i64::from(indicator)) % 20;
                    ((period, commune.id, indicator), Difference { figure, stated: 1 + figure % 20 })
                })
            });
            add(conn, &cells.collect::<BTreeMap<_, _>>())?;
            let returns: Vec<_> =
                hamlets.iter().filter(|h| h.id % 9 != 0).map(|h| returned(h, period)).collect();
            put_returns(conn, &returns)
        })
        .await
        .unwrap();
    }
}

fn returned(hamlet: &Unit, period: i32) -> (CurrentReturn, UnitId, i32) {
    let current = CurrentReturn {
        unit_id: hamlet.id,
        period,
        report_id: 1,
        chain_id: 1,
        version: 1,
        rest_zero: hamlet.id % 3 == 0,
        stated: String::new(),
        person_id: None,
        first_received_at: 0,
        on_time: hamlet.id % 5 != 0,
    };
    (current, hamlet.commune_id.unwrap(), i32::try_from(hamlet.id % 4).unwrap())
}
