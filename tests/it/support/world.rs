//! A small commune with its heads, and an intake that works on it at a fixed time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use binhyen::clock::Clock;
use binhyen::crypto::{Keys, Place};
use binhyen::db::sql::Sql;
use binhyen::db::{Db, SharedIds, unit};
use binhyen::domain::ids::{IdMaker, UnitId};
use binhyen::domain::indicator::Catalogue;
use binhyen::domain::intake::{Figures, Submission, SubmissionKind};
use binhyen::domain::period::Calendar;
use binhyen::domain::shortcode::Reader;
use binhyen::domain::template::Templates;
use binhyen::flows::import::{Mode, People, import_people, import_units};
use binhyen::flows::intake::{
    Context, Intake, NewSubmission, RawMessage, Receipt, Route, Rules, Spool, SubmissionReceipt,
};
use binhyen::flows::verify::{Verification, verify};
use chrono::DateTime;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable};

use super::TestDatabase;

/// The commune of the stories: Xã Mường Bú, with three hamlets.
pub const COMMUNE: &str = "03847";
/// Head of hamlet 001, Bản Nà Mo.
pub const HEAD: &str = "0900000001";
/// Head of hamlet 002, Bản Co Mạ.
pub const OTHER_HEAD: &str = "0900000002";
/// Head of both.
pub const HEAD_OF_TWO: &str = "0900000003";
/// Head of hamlet 003 until the end of 2025.
pub const RETIRED: &str = "0900000004";
/// Officer of the commune.
pub const OFFICER: &str = "0900000099";

const UNITS: &str = "code,kind,parent,name,valid_from,valid_to,households,population
03847001,hamlet,03847,Bản Nà Mo,,,76,310
03847002,hamlet,03847,Bản Co Mạ,,,98,402
03847003,hamlet,03847,Bản Pom,,,59,
";

const PEOPLE: &str = "name,phone,role,unit,from,to,marks
Lò Văn Ún,0900000001,head,03847001,,,
Quàng Thị Pành,0900000002,head,03847002,,,
Cà Văn Hặc,0900000003,head,03847001,,,
Cà Văn Hặc,0900000003,head,03847002,,,
Tòng Văn Phiến,0900000004,head,03847003,,2025-12-31,
Hoàng Minh Nam,0900000099,commune,03847,,,yes
";

/// Distinguishes the servers of one test: each makes ids of its own.
static NODES: Mutex<u16> = Mutex::new(0);

/// A server on a database, without its HTTP.
pub struct World {
    pub db: Db,
    pub intake: Intake,
    pub keys: Arc<Keys>,
    pub ids: SharedIds,
    pub clock: Clock,
    number: Mutex<u32>,
}

impl World {
    /// The commune, imported, at `now` (`2026-03-16T08:00:00+07:00`).
    pub async fn new(test: &TestDatabase, now: &str) -> World {
        let world = World::beside(test, now);
        import_units(&world.db, &world.ids, world.clock, UNITS.as_bytes(), Mode::Write).await.unwrap();
        world.import_people(PEOPLE).await;
        world
    }

    /// Another server on the same database, at `now`.
    pub fn beside(test: &TestDatabase, now: &str) -> World {
        let clock = Clock::fixed(DateTime::parse_from_rfc3339(now).unwrap().timestamp_micros());
        let keys = Arc::new(Keys::from_bytes(&[7; 32]).unwrap());
        let mut node = NODES.lock().unwrap();
        *node += 1;
        let ids: SharedIds = Arc::new(Mutex::new(IdMaker::new(*node, 0)));
        let catalogue = Catalogue::shipped().unwrap();
        let rules = Rules {
            reader: Reader::shipped().unwrap().into(),
            templates: Templates::shipped().unwrap(),
            calendar: Calendar::ministry(),
            catalogue,
        };
        let context = Context {
            rules: Arc::new(rules),
            keys: Arc::clone(&keys),
            ids: Arc::clone(&ids),
            clock,
            routes: HashMap::from([(
                "test".to_owned(),
                Route { cost_per_part: 350, default_commune: Some(COMMUNE.to_owned()), ..Route::default() },
            )]),
            planned: Arc::default(),
        };
        let spool = Spool::open(&test.beside(&format!("spool-{node}")), 1 << 20).unwrap();
        let db = test.open();
        let (intake, _) = Intake::start(&db, Arc::new(context), spool, 1_000);
        World { db, intake, keys, ids, clock, number: Mutex::new(0) }
    }

    pub async fn import_people(&self, table: &str) {
        let (keys, ids, clock) = (Arc::clone(&self.keys), Arc::clone(&self.ids), self.clock);
        import_people(&self.db, People { keys, ids, clock }, table.as_bytes(), Mode::Write).await.unwrap();
    }

    /// Texts `words` and answers what came back, empty where nothing did.
    pub async fn text(&self, from: &str, words: &str) -> String {
        let number = {
            let mut number = self.number.lock().unwrap();
            *number += 1;
            format!("{} {number}", self.clock.now_micros())
        };
        match self.receive(&number, from, words).await {
            Receipt::Stored(id) => self.reply(id).await,
            other => panic!("{other:?}"),
        }
    }

    /// Hands over a text under the gateway's key `key`.
    pub async fn receive(&self, key: &str, from: &str, words: &str) -> Receipt {
        self.intake.receive(self.raw(key, from, words)).await.unwrap()
    }

    pub fn raw(&self, key: &str, from: &str, words: &str) -> RawMessage {
        RawMessage {
            gateway: "test".to_owned(),
            dedupe_key: Some(key.to_owned()),
            sender: from.to_owned(),
            text: words.to_owned(),
            received_at: self.clock.now_micros(),
            trusted: true,
            part: None,
            incomplete: false,
        }
    }

    /// The reply to a message.
    pub async fn reply(&self, message: i64) -> String {
        self.sent_for(message, "reply").await.pop().unwrap_or_default()
    }

    /// The texts of one kind that a message made.
    pub async fn sent_for(&self, message: i64, kind: &'static str) -> Vec<String> {
        let keys = Arc::clone(&self.keys);
        let query = move |conn: &mut binhyen::db::Conn| {
            let query =
                Sql::<(BigInt, Nullable<Binary>)>::new("SELECT id, text_cipher FROM outbox WHERE cause = ");
            let query = query.bind(message).sql(" AND kind = ").bind(kind).sql(" ORDER BY id");
            Ok(query.load::<(i64, Option<Vec<u8>>)>(conn)?)
        };
        let open = |(row, sealed): (i64, Option<Vec<u8>>)| {
            keys.open_text(Place { table: "outbox", row }, &sealed.unwrap()).unwrap()
        };
        self.db.read(query).await.unwrap().into_iter().map(open).collect()
    }

    /// Numbers out of the database.
    pub async fn numbers(&self, query: &'static str) -> Vec<i64> {
        let load = move |conn: &mut binhyen::db::Conn| Ok(Sql::<(BigInt,)>::new(query).load::<(i64,)>(conn)?);
        self.db.read(load).await.unwrap().into_iter().map(|(number,)| number).collect()
    }

    /// The words of a message.
    pub async fn words(&self, message: i64) -> String {
        let query = move |conn: &mut binhyen::db::Conn| {
            let query = Sql::<(Binary,)>::new("SELECT text_cipher FROM message WHERE id = ").bind(message);
            Ok(query.get_result::<(Vec<u8>,)>(conn)?.0)
        };
        let sealed = self.db.read(query).await.unwrap();
        self.keys.open_text(Place { table: "message", row: message }, &sealed).unwrap()
    }

    /// A number out of the database.
    pub async fn number(&self, query: &'static str) -> i64 {
        self.db
            .read(move |conn| Ok(Sql::<(BigInt,)>::new(query).get_result::<(i64,)>(conn)?))
            .await
            .unwrap()
            .0
    }

    pub async fn unit(&self, code: &'static str) -> UnitId {
        let today = self.clock.today();
        self.db.read(move |conn| unit::by_code(conn, code, today)).await.unwrap().unwrap().id
    }

    /// Submits a month's return for a hamlet.
    pub async fn submit(
        &self,
        id: &str,
        unit: UnitId,
        period: &str,
        values: &[(i32, i64)],
    ) -> SubmissionReceipt {
        self.intake.submit(self.submission(id, unit, period, values)).await.unwrap()
    }

    pub fn submission(&self, id: &str, unit: UnitId, period: &str, values: &[(i32, i64)]) -> NewSubmission {
        NewSubmission {
            client_id: id.to_owned(),
            content_digest: binhyen::crypto::sha256(&[format!("{unit} {period} {values:?}").as_bytes()]),
            report: Submission {
                unit,
                kind: SubmissionKind::Month(period.parse().unwrap()),
                values: values.iter().copied().collect(),
                rest_zero: false,
                base_version: None,
                base_values: Figures::new(),
                confirmed: false,
                author: None,
                replaces: None,
            },
            note: None,
            source: "api",
            account_id: None,
            received_at: self.clock.now_micros(),
        }
    }

    /// The commune's totals of a month, by indicator: figure and how many hamlets state one.
    pub async fn totals(&self, period: i32) -> Vec<(i32, i64, i64)> {
        use diesel::sql_types::Integer;
        let query = move |conn: &mut binhyen::db::Conn| {
            let query = Sql::<(Integer, BigInt, BigInt)>::new(
                "SELECT indicator_id, figure, stated FROM total WHERE period = ",
            );
            Ok(query.bind(period).sql(" ORDER BY indicator_id").load::<(i32, i64, i64)>(conn)?)
        };
        self.db.read(query).await.unwrap()
    }

    pub async fn verify(&self) -> Verification {
        let rules = &self.intake.context().rules;
        verify(&self.db, &rules.catalogue, &rules.calendar, |_| {}).await.unwrap()
    }

    /// Fails when the figures are not what the reports give, or the audit chain is broken.
    pub async fn assert_consistent(&self) {
        let verification = self.verify().await;
        assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
        assert!(verification.audit_links > 0);
    }
}
