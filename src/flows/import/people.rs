//! `name,phone,role,unit,from,to,marks,duty,practice,pin`

mod row;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use row::{Wanted, wanted};

use super::{BadRow, Checked, ImportError, Imported, Mode, Rows, answer};
use crate::clock::Clock;
use crate::crypto::{Digest, Keys, Place, sha256};
use crate::db::log::{NewAudit, NewChange};
use crate::db::person::{NewPerson, NewPost, StoredPerson, StoredPost};
use crate::db::unit::{ALWAYS, Unit};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, log, person, unit};
use crate::documents::table::{self, Row};
use crate::domain::access::Role;
use crate::domain::ids::{PersonId, UnitId};
use crate::flows::intake::pin_index;

const REQUIRED: [&str; 4] = ["name", "phone", "role", "unit"];
const OPTIONAL: [&str; 6] = ["from", "to", "marks", "duty", "practice", "pin"];

/// What an import of people works with.
#[derive(Debug, Clone)]
pub struct People {
    /// Keys of phones and names.
    pub keys: Arc<Keys>,
    /// Where ids come from.
    pub ids: SharedIds,
    /// What day it is.
    pub clock: Clock,
}

/// Imports the people of a file. A person is known by number and name; several rows give one person several posts. A
/// post that is there already gets the last day and the hours of duty of its row, its holder the wish for marks, the
/// practice mode and the PIN; an empty cell wishes nothing.
pub async fn import_people(
    db: &Db,
    tools: People,
    bytes: &[u8],
    mode: Mode,
) -> Result<Imported, ImportError> {
    let rows: Rows = Arc::new(table::read(bytes, &REQUIRED, &OPTIONAL)?);
    answer(db.write(move |conn| run(conn, &rows, &tools, mode)).await?)
}

fn run(conn: &mut Conn, rows: &[Row], tools: &People, mode: Mode) -> DbResult<Checked> {
    let mut bad = Vec::new();
    let wanted: Vec<Wanted> = rows.iter().filter_map(|row| wanted(row, tools, &mut bad)).collect();
    let codes: Vec<String> = wanted.iter().map(|w| w.unit.clone()).collect();
    let units = unit::by_codes(conn, &codes)?;
    let numbers: Vec<Digest> = wanted.iter().map(|w| w.number_index).collect();
    let mut people = Directory::load(conn, tools, &numbers)?;
    let mut plan = Plan::default();
    for w in &wanted {
        match unit_of(&units, w, tools.clock.today()) {
            Ok(unit) => people.take(w, unit, tools, &mut plan, &mut bad)?,
            Err(reason) => bad.push(BadRow { line: w.line, column: "unit", reason }),
        }
    }
    // Only now, since one row may end what another follows.
    bad.extend(wanted.iter().filter(|w| people.overlaps(w)).map(|w| BadRow {
        line: w.line,
        column: "from",
        reason: "the person holds this post already in that time; end the other first".to_owned(),
    }));
    if !bad.is_empty() {
        return Ok(Err(bad));
    }
    if mode == Mode::Write && plan.imported.added + plan.imported.changed > 0 {
        write(conn, &plan, tools)?;
    }
    Ok(Ok(plan.imported))
}

fn unit_of<'u>(units: &'u [Unit], w: &Wanted, today: NaiveDate) -> Result<&'u Unit, String> {
    let day = if w.from == ALWAYS { today.min(w.to) } else { w.from };
    let valid = |unit: &&Unit| unit.code == w.unit && unit.valid_from <= day && day <= unit.valid_to;
    let unit = units.iter().find(valid).ok_or_else(|| format!("there is no unit “{}” on {day}", w.unit))?;
    let fits: &[&str] = match w.role {
        Role::Head | Role::Team => &["hamlet"],
        Role::Manager => &["agency", "enterprise", "school"],
        Role::Commune => &["commune"],
        Role::Decider => &["commune", "province"],
        Role::Province => &["province"],
        Role::National | Role::Auditor | Role::Admin => return Ok(unit),
    };
    if fits.contains(&unit.kind.as_str()) {
        Ok(unit)
    } else {
        Err(format!(
            "{} is a {}; the role {} is held at a {}",
            w.unit,
            unit.kind,
            w.role.name(),
            fits.join(", ")
        ))
    }
}

/// The people at the numbers of the file, those that the file adds included.
struct Directory {
    by_number: HashMap<Digest, Vec<StoredPerson>>,
    /// The posts of the rows so far.
    seen: HashSet<(PersonId, UnitId, Role, NaiveDate)>,
    /// The wishes of the rows so far, by person and column.
    wishes: HashMap<(PersonId, &'static str), String>,
}

#[derive(Default)]
struct Plan {
    people: Vec<NewPerson>,
    posts: Vec<NewPost>,
    /// Posts whose last day changes: post, unit, day.
    ends: Vec<(i64, UnitId, NaiveDate)>,
    /// Posts whose hours of duty change: post, unit, hours.
    duties: Vec<(i64, UnitId, String)>,
    /// What else changes for people.
    wishes: Vec<(PersonId, Wish)>,
    imported: Imported,
}

/// What a row changes for its person.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Marks(bool),
    Practice(bool),
    Pin(Digest),
}

impl Directory {
    fn load(conn: &mut Conn, tools: &People, numbers: &[Digest]) -> DbResult<Self> {
        let mut by_number: HashMap<Digest, Vec<StoredPerson>> = HashMap::new();
        for (number, mut stored) in person::stored(conn, numbers)? {
            let place = Place { table: "person", row: stored.id };
            let name = tools.keys.open_text(place, &stored.name_cipher);
            stored.name = name.map_err(|_| DbError::Corrupt("a name"))?;
            by_number.entry(number).or_default().push(stored);
        }
        Ok(Directory { by_number, seen: HashSet::new(), wishes: HashMap::new() })
    }

    fn take(
        &mut self,
        w: &Wanted,
        unit: &Unit,
        tools: &People,
        plan: &mut Plan,
        bad: &mut Vec<BadRow>,
    ) -> DbResult<()> {
        let mut refuse =
            |column, reason: &str| bad.push(BadRow { line: w.line, column, reason: reason.to_owned() });
        let Some(person) = person_of(self.by_number.entry(w.number_index).or_default(), w, tools, plan)?
        else {
            return Ok(());
        };
        if !self.seen.insert((person.id, unit.id, w.role, w.from)) {
            refuse("unit", "the same post of the same person stands in the file twice");
            return Ok(());
        }
        let said = [
            ("marks", w.marks.map(|marks| marks.to_string())),
            ("practice", w.practice.map(|practice| practice.to_string())),
            ("pin", w.pin.clone()),
        ];
        for (column, said) in said {
            let Some(said) = said else { continue };
            if self.wishes.insert((person.id, column), said.clone()).is_some_and(|earlier| earlier != said) {
                refuse(column, "another row says otherwise of the same person");
            }
        }
        let wishes = wishes(person, w, &tools.keys);
        let wished = !wishes.is_empty();
        plan.wishes.extend(wishes.into_iter().map(|wish| (person.id, wish)));
        take_post(person, w, unit, tools, plan, wished)
    }
}

impl Directory {
    /// Whether the post of a row meets another that the same person holds in the same role at the same unit.
    fn overlaps(&self, w: &Wanted) -> bool {
        let people = self.by_number.get(&w.number_index).into_iter().flatten();
        let posts = people.filter(|person| same_name(&person.name, &w.name)).flat_map(|person| &person.posts);
        let (mine, others): (Vec<&StoredPost>, Vec<&StoredPost>) =
            posts.filter(|post| post.role == w.role.name()).partition(|post| post.valid_from == w.from);
        mine.iter().any(|mine| {
            others.iter().any(|other| {
                other.unit_id == mine.unit_id
                    && other.valid_from <= mine.valid_to
                    && mine.valid_from <= other.valid_to
            })
        })
    }
}

/// What the row changes for its person.
fn wishes(person: &mut StoredPerson, w: &Wanted, keys: &Keys) -> Vec<Wish> {
    let mut wishes = Vec::new();
    if let Some(marks) = w.marks.filter(|marks| *marks != person.marks) {
        person.marks = marks;
        wishes.push(Wish::Marks(marks));
    }
    if let Some(practice) = w.practice.filter(|practice| *practice != person.practice) {
        person.practice = practice;
        wishes.push(Wish::Practice(practice));
    }
    let pin = w.pin.as_ref().map(|pin| pin_index(keys, person.id, pin));
    if let Some(pin) = pin.filter(|pin| Some(*pin) != person.pin_index) {
        person.pin_index = Some(pin);
        wishes.push(Wish::Pin(pin));
    }
    wishes
}

/// The person of a row, planned where nobody of that name is at that number.
fn person_of<'p>(
    people: &'p mut Vec<StoredPerson>,
    w: &Wanted,
    tools: &People,
    plan: &mut Plan,
) -> DbResult<Option<&'p mut StoredPerson>> {
    let at = match people.iter().position(|person| same_name(&person.name, &w.name)) {
        Some(at) => at,
        None => {
            let (id, name, marks) = (next_id(tools)?, w.name.clone(), w.marks.unwrap_or(false));
            plan.people.push(new_person(id, w, tools)?);
            people.push(StoredPerson {
                id,
                name,
                name_cipher: Vec::new(),
                marks,
                practice: false,
                pin_index: None,
                posts: Vec::new(),
            });
            people.len() - 1
        }
    };
    Ok(people.get_mut(at))
}

/// Plans the post of a row; `wished` says that the row changed what its holder wishes.
fn take_post(
    person: &mut StoredPerson,
    w: &Wanted,
    unit: &Unit,
    tools: &People,
    plan: &mut Plan,
    wished: bool,
) -> DbResult<()> {
    let same = |post: &&mut StoredPost| {
        (post.unit_id, post.role.as_str(), post.valid_from) == (unit.id, w.role.name(), w.from)
    };
    match person.posts.iter_mut().find(same) {
        Some(post) if post.valid_to == w.to && !wished && (w.duty.is_none() || w.duty == post.duty) => {
            plan.imported.unchanged += 1;
        }
        Some(post) => {
            if post.valid_to != w.to {
                post.valid_to = w.to;
                plan.ends.push((post.id, unit.id, w.to));
            }
            if let Some(duty) = w.duty.clone().filter(|duty| Some(duty) != post.duty.as_ref()) {
                post.duty = Some(duty.clone());
                plan.duties.push((post.id, unit.id, duty));
            }
            plan.imported.changed += 1;
        }
        None => {
            let (id, role) = (next_id(tools)?, w.role.name());
            let (unit_id, valid_from, valid_to) = (unit.id, w.from, w.to);
            let duty = w.duty.clone();
            person.posts.push(StoredPost {
                id,
                unit_id,
                role: role.to_owned(),
                valid_from,
                valid_to,
                duty: duty.clone(),
            });
            plan.posts.push(NewPost { id, person_id: person.id, unit_id, role, valid_from, valid_to, duty });
            plan.imported.added += 1;
        }
    }
    Ok(())
}

fn same_name(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    plain(a) == plain(b)
}

fn next_id(tools: &People) -> DbResult<i64> {
    Ok(tools.ids.lock().map_err(|_| DbError::Stopped)?.next(tools.clock.real_micros() / 1_000))
}

fn new_person(id: PersonId, w: &Wanted, tools: &People) -> DbResult<NewPerson> {
    let seal = |table, plain: &str| {
        let sealed = tools.keys.seal(Place { table, row: id }, plain.as_bytes());
        sealed.map_err(|_| DbError::Corrupt("a text that cannot be sealed"))
    };
    Ok(NewPerson {
        id,
        name_cipher: seal("person", &w.name)?,
        marks: w.marks.unwrap_or(false),
        number_index: w.number_index,
        number_cipher: seal("phone", w.phone.e164())?,
        created_at: tools.clock.real_micros(),
    })
}

fn write(conn: &mut Conn, plan: &Plan, tools: &People) -> DbResult<()> {
    person::insert(conn, &plan.people)?;
    person::insert_posts(conn, &plan.posts)?;
    for (post, _, last_day) in &plan.ends {
        person::end_post(conn, *post, *last_day)?;
    }
    for (post, _, duty) in &plan.duties {
        person::set_duty(conn, *post, duty)?;
    }
    for (who, wish) in &plan.wishes {
        match wish {
            Wish::Marks(marks) => person::set_marks(conn, *who, *marks)?,
            Wish::Practice(practice) => person::set_practice(conn, *who, *practice)?,
            Wish::Pin(pin) => person::set_pin(conn, *who, *pin)?,
        }
    }
    let change = |(post, unit): (i64, UnitId)| NewChange {
        entity: "post",
        entity_id: post,
        unit_id: Some(unit),
        commune_id: None,
    };
    let posts = plan.posts.iter().map(|post| (post.id, post.unit_id));
    let ends = plan.ends.iter().map(|(post, unit, _)| (*post, *unit));
    let duties = plan.duties.iter().map(|(post, unit, _)| (*post, *unit));
    let changes: Vec<NewChange> = posts.chain(ends).chain(duties).map(change).collect();
    let all = format!("{:?} {:?} {:?} {:?}", plan.posts, plan.ends, plan.duties, plan.wishes);
    let digest = sha256(&[all.as_bytes()]);
    let audit = NewAudit { actor: "cli", action: "import_people", subject: "", digest };
    log::append(conn, tools.clock.real_micros(), &changes, &audit)
}
