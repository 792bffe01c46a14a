//! Recorded dialogues: `tests/dialogues/*.txt`, each played on both databases, word for word.
//!
//! In a file, `# …` says what it is about; `@ TIME` starts another server at that time on the same database; `NAME < …`
//! is a text; `$ …` is something that an officer does. What comes of it stands below: `> …` the reply, `! NAME: …` a
//! text to somebody else, `= …` the commune's figures where they changed. `BINHYEN_WRITE_DIALOGUES=1` writes the files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use binhyen::crypto::Place;
use binhyen::db::sql::Sql;
use binhyen::domain::access::Role;
use binhyen::domain::indicator::Catalogue;
use binhyen::domain::intake::Fate;
use binhyen::flows::authenticate::Caller;
use binhyen::flows::intake::{self, Owner, Receipt, Verdict};
use binhyen::flows::months::{self, Desk, Turn};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};

use crate::support::TestDatabase;
use crate::support::world::{COMMUNE, World};

/// The people of the dialogues and their numbers.
const PEOPLE: [(&str, &str); 8] = [
    ("Ún", "0900000001"),
    ("Pành", "0900000002"),
    ("Hặc", "0900000003"),
    ("Phiến", "0900000004"),
    ("Mai", "0900000005"),
    ("Nam", "0900000099"),
    ("Bình", "0900000098"),
    ("Lạ", "0911111111"),
];

fn number(name: &str) -> &'static str {
    PEOPLE.iter().find(|(of, _)| *of == name).unwrap_or_else(|| panic!("nobody is called {name}")).1
}

fn name(number: &str) -> String {
    let local = number.replace("+84", "0");
    PEOPLE.iter().find(|(_, of)| *of == local).map_or(local, |(name, _)| (*name).to_owned())
}

struct Stage<'t> {
    test: &'t TestDatabase,
    world: World,
    now: chrono::DateTime<chrono::FixedOffset>,
    trusted: bool,
    texts: usize,
    shown: BTreeMap<i32, String>,
    /// What stands in the file below what is done.
    told: Vec<String>,
}

impl Stage<'_> {
    async fn play(&mut self, line: &str) {
        self.told.push(line.to_owned());
        if let Some(time) = line.strip_prefix("@ ") {
            self.now = match time.strip_prefix('+').and_then(|hours| hours.strip_suffix('h')) {
                Some(hours) => self.now + chrono::Duration::hours(hours.parse().unwrap()),
                None => time.parse().unwrap_or_else(|_| panic!("no time: {time}")),
            };
            self.world = World::beside(self.test, &self.now.to_rfc3339());
        } else if let Some(order) = line.strip_prefix("$ ") {
            self.order(order).await;
            self.figures().await;
        } else if let Some((sender, words)) = line.split_once(" < ") {
            self.text(number(sender), &words.replace("\\n", "\n")).await;
            self.figures().await;
        }
    }

    async fn text(&mut self, sender: &str, words: &str) {
        self.texts += 1;
        let mut raw = self.world.raw(&format!("t{}", self.texts), sender, words);
        raw.trusted = self.trusted;
        let Receipt::Stored(id) = self.world.intake.receive(raw).await.unwrap() else { panic!("{words}") };
        let reply = self.world.reply(id).await;
        self.told.push(if reply.is_empty() { "> (–)".to_owned() } else { format!("> {reply}") });
        self.others(id, "alert").await;
    }

    /// Texts to others than the sender, or later ones.
    async fn others(&mut self, cause: i64, kind: &'static str) {
        let query = move |conn: &mut binhyen::db::Conn| {
            let query = Sql::<(BigInt, Binary, Nullable<Binary>)>::new(
                "SELECT id, receiver_cipher, text_cipher FROM outbox WHERE cause = ",
            );
            let query = query.bind(cause).sql(" AND kind = ").bind(kind).sql(" ORDER BY id");
            Ok(query.load::<(i64, Vec<u8>, Option<Vec<u8>>)>(conn)?)
        };
        for (row, receiver, words) in self.world.db.read(query).await.unwrap() {
            let open =
                |sealed: &[u8]| self.world.keys.open_text(Place { table: "outbox", row }, sealed).unwrap();
            self.told.push(format!("! {}: {}", name(&open(&receiver)), open(&words.unwrap())));
        }
    }

    /// The commune's figures, where they changed.
    async fn figures(&mut self) {
        let query = |conn: &mut binhyen::db::Conn| {
            let query = Sql::<(Integer, Integer, BigInt, BigInt)>::new(
                "SELECT period, indicator_id, figure, stated FROM total ORDER BY period, indicator_id",
            );
            Ok(query.load::<(i32, i32, i64, i64)>(conn)?)
        };
        let catalogue = Catalogue::shipped().unwrap();
        let mut months: BTreeMap<i32, Vec<String>> = BTreeMap::new();
        for (period, indicator, figure, stated) in self.world.db.read(query).await.unwrap() {
            let told = months.entry(period).or_default();
            match catalogue.by_id(indicator) {
                _ if stated == 0 => {}
                Some(indicator) => told.push(format!("{}{figure}", indicator.code)),
                None => told.push(format!("rest 0 in {stated}")),
            }
        }
        for (period, told) in months {
            let told = if told.is_empty() { "–".to_owned() } else { told.join(" ") };
            if self.shown.insert(period, told.clone()).as_ref() != Some(&told) {
                self.told.push(format!("= {period} {told}"));
            }
        }
    }

    /// What an officer, or the importer, does.
    async fn order(&mut self, order: &str) {
        let (verb, rest) = order.split_once(' ').unwrap_or((order, ""));
        match verb {
            "trusted" => self.trusted = rest == "yes",
            "people" => {
                let header = "name,phone,role,unit,from,to,marks,duty,practice,pin";
                self.world.import_people(&format!("{header}\n{rest}\n")).await;
            }
            "close" | "reopen" => self.turn(verb, rest).await,
            "accept" | "refuse" | "insist" => self.judge(verb).await,
            "attach" => self.attach(rest).await,
            _ => panic!("nobody can {verb}"),
        }
    }

    async fn turn(&mut self, verb: &str, period: &str) {
        let (turn, role) = match verb {
            "close" => (Turn::Close, Role::Commune),
            _ => (Turn::Reopen, Role::Province),
        };
        let today = self.world.clock.today();
        let commune = self
            .world
            .db
            .read(move |conn| binhyen::db::unit::by_code(conn, COMMUNE, today))
            .await
            .unwrap()
            .unwrap();
        let unit_id = if turn == Turn::Close { Some(commune.id) } else { commune.province_id };
        let rules = std::sync::Arc::clone(&self.world.intake.context().rules);
        let desk = Desk {
            db: &self.world.db,
            keys: &self.world.keys,
            ids: &self.world.ids,
            clock: self.world.clock,
            calendar: &rules.calendar,
            caller: &Caller::account(1, role, unit_id),
        };
        let state = months::turn(desk, &commune, period.parse().unwrap(), turn, Some("lý do")).await.unwrap();
        self.told.push(format!("{} {}", state.state, state.version));
    }

    /// Decides about the latest proposal that nobody has decided about.
    async fn judge(&mut self, verb: &str) {
        let latest =
            "SELECT max(id) FROM report WHERE proposal AND id NOT IN (SELECT proposal_id FROM verdict)";
        let id = self.world.number(latest).await;
        let commune = self.world.unit(COMMUNE).await;
        let caller = Caller::account(1, Role::Commune, Some(commune));
        let ruling = match verb {
            "refuse" => Verdict::Refuse,
            verb => Verdict::Accept { insist: verb == "insist" },
        };
        let context = self.world.intake.shared_context();
        match intake::judge(&self.world.db, &context, &caller, id, ruling).await {
            Ok(judged) => {
                self.told.push(format!("version {:?}", judged.report.map(|(_, version)| version)));
            }
            Err(error) => self.told.push(error.to_string()),
        }
        self.others(id, "decision").await;
    }

    /// Attaches a number to the person at another one.
    async fn attach(&mut self, rest: &str) {
        let (unknown, owner) = rest.split_once(' ').unwrap();
        let index = self.world.keys.index("phone", &number(unknown).replacen('0', "+84", 1));
        let find = move |conn: &mut binhyen::db::Conn| {
            let query = Sql::<(BigInt,)>::new("SELECT id FROM message WHERE sender_index = ")
                .bind(index)
                .sql(" ORDER BY id");
            Ok(query.load::<(i64,)>(conn)?)
        };
        let texts = self.world.db.read(find).await.unwrap();
        let (db, context) = (&self.world.db, self.world.intake.shared_context());
        let caller = Caller::account(1, Role::Admin, None);
        let owner = Owner::At(binhyen::domain::phone::Phone::parse(number(owner)).unwrap());
        let attached = intake::attach(db, &context, &caller, texts[0].0, owner).await.unwrap();
        self.told.push(format!("{} texts were read again", attached.texts));
        for (text,) in texts {
            self.others(text, "later_reply").await;
        }
    }

    /// How many texts came to which end.
    async fn fates(&mut self) {
        let query = |conn: &mut binhyen::db::Conn| {
            let query =
                Sql::<(Text, BigInt)>::new("SELECT fate, count(*) FROM message GROUP BY fate ORDER BY fate");
            Ok(query.load::<(String, i64)>(conn)?)
        };
        let fates = self.world.db.read(query).await.unwrap();
        let told = fates.iter().map(|(fate, count)| format!("{fate} {count}")).collect::<Vec<_>>();
        assert!(fates.iter().all(|(fate, _)| ALL_FATES.iter().any(|known| known.name() == fate)));
        self.told.push(format!("# {}", told.join(", ")));
    }
}

const ALL_FATES: [Fate; 9] = [
    Fate::Recorded,
    Fate::Answered,
    Fate::Asked,
    Fate::Proposed,
    Fate::Practised,
    Fate::Refused,
    Fate::Urgent,
    Fate::Purged,
    Fate::Ignored,
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dialogues")
}

async fn every_recorded_dialogue_goes_as_it_was_recorded(make: fn() -> TestDatabase) {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 15, "the dialogues are missing");
    let mut wrong = Vec::new();
    for file in files {
        let recorded = std::fs::read_to_string(&file).unwrap();
        let played = play(&recorded, make()).await;
        if played != recorded {
            if std::env::var("BINHYEN_WRITE_DIALOGUES").is_ok() {
                std::fs::write(&file, &played).unwrap();
            } else {
                wrong.push(format!("{}:\n{played}", file.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "BINHYEN_WRITE_DIALOGUES=1 cargo test dialogue writes what is played now:\n{}",
        wrong.join("\n")
    );
}

/// The dialogue as it goes now.
async fn play(recorded: &str, test: TestDatabase) -> String {
    let now = "2026-03-16T08:00:00+07:00";
    let world = World::new(&test, now).await;
    let mut stage = Stage {
        test: &test,
        world,
        now: now.parse().unwrap(),
        trusted: true,
        texts: 0,
        shown: BTreeMap::new(),
        told: Vec::new(),
    };
    let mut lines = recorded.lines();
    let title = lines.next().unwrap();
    assert!(title.starts_with("# "), "the first line says what the dialogue is about: {title}");
    stage.told.push(title.to_owned());
    for line in lines.filter(|line| line.contains(" < ") || line.starts_with("@ ") || line.starts_with("$ "))
    {
        stage.play(line).await;
    }
    stage.fates().await;
    stage.world.assert_consistent().await;
    stage.told.join("\n") + "\n"
}

mod every_recorded_dialogue {
    use crate::support::TestDatabase;

    #[test]
    fn sqlite() {
        crate::support::play(super::every_recorded_dialogue_goes_as_it_was_recorded(TestDatabase::sqlite));
    }

    #[test]
    fn postgres() {
        crate::support::play(super::every_recorded_dialogue_goes_as_it_was_recorded(TestDatabase::postgres));
    }
}
