//! A commune whose reminders are planned and sent at moments of the story's choice.

use std::sync::{Arc, Mutex};

use binhyen::clock::{Clock, start_of_day_in_vietnam};
use binhyen::db::reminder::run::{self, Run};
use binhyen::db::review::{self, Author, NewStep, Review};
use binhyen::db::sql::Sql;
use binhyen::domain::calendar::{CivilCalendar, Holidays, Notice};
use binhyen::domain::review::{State, UnitKind};
use binhyen::flows::deliver::{Cause, Causes, SendingRules};
use binhyen::flows::import::{Mode, import_units};
use binhyen::flows::intake::SubmissionOutcome;
use binhyen::flows::remind::{KIND, Plan, Reminders};
use binhyen::sms::Gateways;
use chrono::{DateTime, NaiveDate};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::support::TestDatabase;
use crate::support::provider::Provider;
use crate::support::sending::{gateways, generic, planner_of, sender_of};
use crate::support::world::World;

/// Three hamlets …
pub const UNITS: &str = "code,kind,parent,name
03847001,hamlet,03847,Bản Nà Mo
03847002,hamlet,03847,Bản Co Mạ
03847003,hamlet,03847,Bản Pom
";
/// … each with a head, and an officer.
pub const PEOPLE: &str = "name,phone,role,unit,from,to
Lò Văn Ún,0900000001,head,03847001,,
Quàng Thị Pành,0900000002,head,03847002,,
Cà Văn Hặc,0900000003,head,03847003,,
Hoàng Minh Nam,0900000099,commune,03847,,
";

/// A commune, and a provider that hears what it is texted.
pub struct Commune {
    pub world: World,
    pub provider: Provider,
    gateways: Gateways,
    heard: Mutex<usize>,
    _test: TestDatabase,
}

pub fn micros(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
}

impl Commune {
    /// The commune with its units and people; reminders begin with the day of `from`.
    pub async fn new(test: TestDatabase, from: &str, units: &str, people: &str) -> Commune {
        let world = World::beside(&test, from);
        import_units(&world.db, &world.ids, world.clock, units.as_bytes(), Mode::Write).await.unwrap();
        if !people.is_empty() {
            world.import_people(people).await;
        }
        let provider = Provider::start();
        let settings = generic("test", provider.url(), "parts_per_second = 1000\ncost_per_part = 350");
        let gateways = gateways(&settings);
        let commune = Commune { world, provider, gateways, heard: Mutex::new(0), _test: test };
        assert_eq!(commune.plan(from).await.rows, 0);
        commune
    }

    /// A server at `now`.
    pub fn server(&self, now: &str) -> Arc<Reminders> {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let tet = Notice { from: day("2026-02-14"), to: day("2026-02-22"), off: true };
        let clock = Clock::fixed(micros(now));
        let mut planner = planner_of(&self.world, &self.gateways);
        planner.clock = clock;
        Arc::new(Reminders {
            db: self.world.db.clone(),
            keys: Arc::clone(&self.world.keys),
            clock,
            rules: Arc::clone(&self.world.intake.context().rules),
            civil: CivilCalendar::new(Holidays::shipped().unwrap(), vec![tet], 7, 21),
            planner,
            cost_per_part: 350,
        })
    }

    /// Plans what is due at `now`.
    pub async fn plan(&self, now: &str) -> Plan {
        self.server(now).plan_due(micros(now)).await.unwrap()
    }

    /// Sends what may go at `now`; what was heard, by number.
    pub async fn send(&self, now: &str) -> Vec<String> {
        let reminders = self.server(now);
        let mut sender = sender_of(&self.world, &self.gateways, "test", 1);
        sender.clock = reminders.clock;
        let calendar = reminders.civil.clone();
        let cause: Arc<dyn Cause> = reminders;
        let causes = Causes::from([(KIND, cause)]);
        sender.rules = Arc::new(SendingRules { calendar, causes, monthly_budget: None });
        loop {
            let round = sender.send_due().await.unwrap();
            if round.texts + round.settled == 0 {
                break;
            }
        }
        let heard = self.provider.heard();
        let mut before = self.heard.lock().unwrap();
        let mut new: Vec<String> = heard[*before..]
            .iter()
            .map(|text| {
                let number = text["to"].as_str().unwrap().replace("+84", "0");
                format!("{number}: {}", text["text"].as_str().unwrap())
            })
            .collect();
        *before = heard.len();
        new.sort();
        new
    }

    /// Plans and sends at `now`.
    pub async fn at(&self, now: &str) -> Vec<String> {
        self.plan(now).await;
        self.send(now).await
    }

    /// A hamlet's return arrives.
    pub async fn report(&self, code: &str, period: &str, at: &str) {
        let unit = self.unit(code).await;
        let id = format!("{code} {period}");
        let mut submission = self.world.submission(&id, unit, period, &[(1, 1)]);
        submission.received_at = micros(at);
        let receipt = self.world.intake.submit(submission).await.unwrap();
        assert_eq!(receipt.outcome, SubmissionOutcome::Created, "{id}");
    }

    /// A unit's review comes to stand at `state`.
    pub async fn review(&self, code: &str, year: i32, state: State, day: &str) {
        let unit_id = self.unit(code).await;
        let ids = Arc::clone(&self.world.ids);
        let day: NaiveDate = day.parse().unwrap();
        let at = start_of_day_in_vietnam(day) + 12 * 3_600_000_000;
        let code = code.to_owned();
        self.world
            .db
            .write(move |conn| {
                let next = || ids.lock().unwrap().next(at / 1_000);
                let old = review::of_units(conn, &[unit_id], year)?.pop();
                let kind = if code.len() == 8 { UnitKind::Hamlet } else { UnitKind::Commune };
                let kind = if code.starts_with("TH") { UnitKind::School } else { kind };
                let review = Review {
                    id: old.as_ref().map_or_else(next, |old| old.id),
                    unit_id,
                    year,
                    kind,
                    commune_id: None,
                    province_id: None,
                    scheme: "tt124-2021".to_owned(),
                    state,
                    version: old.as_ref().map_or(1, |old| old.version + 1),
                    registered_on: day,
                    late: false,
                    decision: None,
                    changed_at: at,
                };
                review::put(conn, std::slice::from_ref(&review))?;
                let step = NewStep {
                    id: next(),
                    review_id: review.id,
                    number: review.version,
                    step: "step",
                    state,
                    author: Author::default(),
                    at,
                    reason_cipher: None,
                    decision: None,
                };
                review::insert_steps(conn, &[step])
            })
            .await
            .unwrap();
    }

    async fn unit(&self, code: &str) -> i64 {
        let code = code.to_owned();
        let query = move |conn: &mut binhyen::db::Conn| {
            let query =
                Sql::<(BigInt,)>::new("SELECT id FROM unit WHERE valid_to > '2026-01-01' AND code = ");
            Ok(query.bind(code.as_str()).get_result::<(i64,)>(conn)?.0)
        };
        self.world.db.read(query).await.unwrap()
    }

    /// How many rows met which fate.
    pub async fn fates(&self) -> Vec<String> {
        let query = |conn: &mut binhyen::db::Conn| {
            let query = Sql::<(Text, Nullable<Text>, BigInt)>::new(
                "SELECT state, reason, count(*) FROM reminder GROUP BY state, reason",
            );
            Ok(query.load::<(String, Option<String>, i64)>(conn)?)
        };
        let rows = self.world.db.read(query).await.unwrap();
        let told = |(state, reason, count): (String, Option<String>, i64)| {
            format!("{state} {}{count}", reason.map(|reason| format!("{reason} ")).unwrap_or_default())
        };
        let mut fates: Vec<String> = rows.into_iter().map(told).collect();
        fates.sort();
        fates
    }

    pub async fn run(&self, statement: &'static str) {
        super::run(&self.world.db, statement).await;
    }

    /// The last run.
    pub async fn last_run(&self) -> Run {
        self.world.db.read(run::last).await.unwrap().unwrap()
    }
}
