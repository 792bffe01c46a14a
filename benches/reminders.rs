//! How long reminders of a country take to plan: 90,000 hamlets, each with a head, none of which has reported.
//!
//! `cargo bench --bench reminders [-- sqlite|postgres]`. Prints lines for `docs/performance.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a bench that cannot go on stops, and prints what it measured"
)]

#[path = "load/country.rs"]
mod country;

#[path = "../tests/it/support/ports.rs"]
mod ports;

#[path = "../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the cluster of the tests, of which a bench needs little")]
mod postgres;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use binhyen::clock::Clock;
use binhyen::config::{Environment, Settings};
use binhyen::crypto::{Keys, Place};
use binhyen::db::person::{self, NewPerson, NewPost};
use binhyen::db::unit::{self, ALWAYS, FOREVER, Unit};
use binhyen::db::{Conn, Db, Target};
use binhyen::domain::access::Role;
use binhyen::domain::calendar::{CivilCalendar, Holidays};
use binhyen::domain::ids::IdMaker;
use binhyen::domain::indicator::Catalogue;
use binhyen::domain::period::Calendar;
use binhyen::domain::reminder::{Candidate, Post, Posts, Rules as ReminderRules, Terms, occasions, plan};
use binhyen::domain::review::Schemes;
use binhyen::domain::shortcode::Reader;
use binhyen::domain::template::Templates;
use binhyen::flows::deliver::Planner;
use binhyen::flows::intake::Rules;
use binhyen::flows::remind::Reminders;
use binhyen::sms::Gateways;
use chrono::{DateTime, NaiveDate};
use country::{HAMLETS, all_communes, hamlets_of};

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| {
        !wanted.iter().any(|a| a == "sqlite" || a == "postgres") || wanted.iter().any(|a| a == name)
    };
    pure();
    let folder = tempfile::tempdir().unwrap();
    if asked("sqlite") {
        let file = folder.path().join("reminders.db").display().to_string();
        measure("SQLite", Target::Sqlite(file));
    }
    if asked("postgres") {
        measure("PostgreSQL", Target::Postgres(postgres::shared().empty_database()));
    }
}

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
}

fn civil() -> CivilCalendar {
    CivilCalendar::new(Holidays::shipped().unwrap(), Vec::new(), 7, 21)
}

/// Deciding alone: which moments have come, who is told of what.
fn pure() {
    let catalogue = Catalogue::shipped().unwrap();
    let (calendar, schemes, civil) = (Calendar::ministry(), Schemes::shipped(&catalogue).unwrap(), civil());
    let rules = ReminderRules::shipped().unwrap();
    let terms = Terms { calendar: &calendar, schemes: &schemes, civil: &civil };
    let unit = |n: i64| Candidate {
        unit: n,
        commune: Some(-(n / HAMLETS) - 1),
        province: Some(-1_000_000),
        valid_to: FOREVER,
    };
    let candidates: Vec<Candidate> = (1..=90_000).map(unit).collect();
    let head = |n: i64| (n, Post { person: n, role: Role::Head, has_phone: true, stopped: n % 50 == 0 });
    let posts = Posts::new((1..=90_000).map(head));
    let began = Instant::now();
    let due = occasions(&rules, &terms, at("2026-03-12T07:59:00+07:00"), at("2026-03-12T08:00:00+07:00"));
    let moments = began.elapsed();
    let day = NaiveDate::from_ymd_opt(2026, 3, 12).unwrap();
    let rows: usize = due.iter().map(|occasion| plan(occasion, day, &candidates, &posts).len()).sum();
    println!("pure: moments {}, {rows} rows {}", millis(moments), millis(began.elapsed()));
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

fn measure(name: &str, target: Target) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let reminders = reminders(Db::open(target).unwrap());
        fill(&reminders).await;
        reminders.plan_due(at("2026-03-11T08:00:00+07:00")).await.unwrap();
        let now = at("2026-03-12T08:00:00+07:00");
        let look = Instant::now();
        let nothing = reminders.plan_due(now - 60_000_000).await.unwrap();
        let look = look.elapsed();
        let began = Instant::now();
        let plan = reminders.plan_due(now).await.unwrap();
        let all = began.elapsed();
        println!(
            "{name}: {} rows and {} texts planned in {}; a look when nothing is due ({} rows) {}",
            plan.rows,
            plan.texts,
            millis(all),
            nothing.rows,
            millis(look)
        );
    });
}

fn reminders(db: Db) -> Arc<Reminders> {
    let clock = Clock::fixed(at("2026-03-12T08:00:00+07:00"));
    let keys = Arc::new(Keys::from_bytes(&[7; 32]).unwrap());
    let catalogue = Catalogue::shipped().unwrap();
    let rules = Arc::new(Rules {
        reader: Reader::shipped().unwrap().into(),
        templates: Templates::shipped().unwrap(),
        calendar: Calendar::ministry(),
        catalogue,
    });
    let env = [
        ("BINHYEN__GATEWAYS__TEST__KIND", "generic"),
        ("BINHYEN__GATEWAYS__TEST__INBOUND_TOKEN", "secret-of-the-bench"),
        ("BINHYEN__GATEWAYS__TEST__SEND_URL", "http://127.0.0.1:9/"),
    ];
    let env: Environment = env.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let settings = Settings::load(None, env).unwrap();
    let gateways = Gateways::new(&settings.gateways, Duration::from_secs(1)).unwrap();
    let ids = Arc::new(Mutex::new(IdMaker::new(1, 0)));
    let planner = Planner { keys: Arc::clone(&keys), ids, clock, gateways };
    Arc::new(Reminders { db, keys, clock, rules, civil: civil(), planner, cost_per_part: 350 })
}

async fn fill(reminders: &Reminders) {
    let communes = reminders.db.read(all_communes).await.unwrap();
    let keys = Arc::clone(&reminders.keys);
    let hamlets: Vec<Unit> = communes.iter().flat_map(hamlets_of).collect();
    let fill = move |conn: &mut Conn| {
        unit::insert(conn, &hamlets)?;
        for (piece, hamlets) in hamlets.chunks(5_000).enumerate() {
            let number = |at: usize| format!("+849{:08}", piece * 5_000 + at);
            let person = |(at, hamlet): (usize, &Unit)| NewPerson {
                id: hamlet.id,
                name_cipher: keys.seal(Place { table: "person", row: hamlet.id }, b"Nguyen Van A").unwrap(),
                marks: false,
                number_index: keys.index("phone", &number(at)),
                number_cipher: keys
                    .seal(Place { table: "phone", row: hamlet.id }, number(at).as_bytes())
                    .unwrap(),
                created_at: 0,
            };
            let people: Vec<NewPerson> = hamlets.iter().enumerate().map(person).collect();
            person::insert(conn, &people)?;
            let post = |hamlet: &Unit| NewPost {
                id: hamlet.id,
                person_id: hamlet.id,
                unit_id: hamlet.id,
                role: "head",
                duty: None,
                valid_from: ALWAYS,
                valid_to: FOREVER,
            };
            person::insert_posts(conn, &hamlets.iter().map(post).collect::<Vec<_>>())?;
        }
        Ok(())
    };
    reminders.db.write(fill).await.unwrap();
}
