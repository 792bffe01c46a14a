//! `name,phone,role,unit,from,to,marks`

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{BadRow, Checked, ImportError, Imported, Mode, Rows, answer};
use crate::clock::Clock;
use crate::crypto::{Digest, Keys, Place, sha256};
use crate::db::log::{NewAudit, NewChange};
use crate::db::person::{NewPerson, NewPost, StoredPerson, StoredPost};
use crate::db::unit::{ALWAYS, FOREVER, Unit};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, log, person, unit};
use crate::documents::table::{self, Row};
use crate::domain::access::Role;
use crate::domain::ids::PersonId;
use crate::domain::phone::Phone;

const REQUIRED: [&str; 4] = ["name", "phone", "role", "unit"];
const OPTIONAL: [&str; 3] = ["from", "to", "marks"];

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
/// post that is there already gets the last day of its row.
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
            Ok(unit) => people.take(w, unit, tools, &mut plan)?,
            Err(reason) => bad.push(BadRow { line: w.line, column: "unit", reason }),
        }
    }
    if !bad.is_empty() {
        return Ok(Err(bad));
    }
    if mode == Mode::Write && plan.imported.added + plan.imported.changed > 0 {
        write(conn, &plan, tools)?;
    }
    Ok(Ok(plan.imported))
}

/// A row, each cell understood.
#[derive(Debug, Clone)]
struct Wanted {
    line: u64,
    name: String,
    phone: Phone,
    number_index: Digest,
    role: Role,
    unit: String,
    from: NaiveDate,
    to: NaiveDate,
    marks: bool,
}

fn wanted(row: &Row, tools: &People, bad: &mut Vec<BadRow>) -> Option<Wanted> {
    let before = bad.len();
    let mut refuse = |column, reason: String| bad.push(BadRow { line: row.line, column, reason });
    if let Some(column) = row.too_long() {
        refuse(column, "longer than 1,000 bytes".to_owned());
        return None;
    }
    if row.get("name").is_empty() {
        refuse("name", "is empty".to_owned());
    }
    let phone =
        Phone::parse(&with_zero(row.get("phone"))).map_err(|error| refuse("phone", error.to_string())).ok();
    let role = Role::by_name(&row.get("role").to_lowercase());
    if role.is_none() {
        let names = "head, team, manager, commune, decider, province, national, auditor, admin";
        refuse("role", format!("must be one of {names}"));
    }
    let mut date = |column, default| match row.get(column) {
        "" => default,
        text => table::day(text).unwrap_or_else(|| {
            refuse(column, "write the day as 2026-07-01 or 01/07/2026".to_owned());
            default
        }),
    };
    let (from, to) = (date("from", ALWAYS), date("to", FOREVER));
    if to < from {
        refuse("to", "lies before from".to_owned());
    }
    let marks = match row.get("marks").to_lowercase().as_str() {
        "yes" => true,
        "" | "no" => false,
        _ => {
            refuse("marks", "must be yes, no or empty".to_owned());
            false
        }
    };
    let (phone, role) = (phone?, role?);
    let number_index = tools.keys.index("phone", phone.e164());
    let (name, unit) = (row.get("name").to_owned(), row.get("unit").to_owned());
    (bad.len() == before).then_some(Wanted {
        line: row.line,
        name,
        phone,
        number_index,
        role,
        unit,
        from,
        to,
        marks,
    })
}

/// Spreadsheets drop the zero in front of numbers that they take for figures.
fn with_zero(text: &str) -> String {
    let dropped = text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if dropped { format!("0{text}") } else { text.to_owned() }
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
}

#[derive(Default)]
struct Plan {
    people: Vec<NewPerson>,
    posts: Vec<NewPost>,
    /// Posts whose last day changes.
    ends: Vec<(i64, NaiveDate)>,
    imported: Imported,
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
        Ok(Directory { by_number })
    }

    fn take(&mut self, w: &Wanted, unit: &Unit, tools: &People, plan: &mut Plan) -> DbResult<()> {
        let people = self.by_number.entry(w.number_index).or_default();
        let at = match people.iter().position(|person| same_name(&person.name, &w.name)) {
            Some(at) => at,
            None => {
                let id = next_id(tools)?;
                plan.people.push(new_person(id, w, tools)?);
                people.push(StoredPerson {
                    id,
                    name: w.name.clone(),
                    name_cipher: Vec::new(),
                    posts: Vec::new(),
                });
                people.len() - 1
            }
        };
        let Some(person) = people.get_mut(at) else { return Ok(()) };
        let same = |post: &&mut StoredPost| {
            (post.unit_id, post.role.as_str(), post.valid_from) == (unit.id, w.role.name(), w.from)
        };
        match person.posts.iter_mut().find(same) {
            Some(post) if post.valid_to == w.to => plan.imported.unchanged += 1,
            Some(post) => {
                post.valid_to = w.to;
                plan.ends.push((post.id, w.to));
                plan.imported.changed += 1;
            }
            None => {
                let (id, role) = (next_id(tools)?, w.role.name());
                plan.posts.push(NewPost {
                    id,
                    person_id: person.id,
                    unit_id: unit.id,
                    role,
                    valid_from: w.from,
                    valid_to: w.to,
                });
                let role = role.to_owned();
                person.posts.push(StoredPost {
                    id,
                    unit_id: unit.id,
                    role,
                    valid_from: w.from,
                    valid_to: w.to,
                });
                plan.imported.added += 1;
            }
        }
        Ok(())
    }
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
        marks: w.marks,
        number_index: w.number_index,
        number_cipher: seal("phone", w.phone.e164())?,
        created_at: tools.clock.real_micros(),
    })
}

fn write(conn: &mut Conn, plan: &Plan, tools: &People) -> DbResult<()> {
    person::insert(conn, &plan.people)?;
    person::insert_posts(conn, &plan.posts)?;
    for (post, last_day) in &plan.ends {
        person::end_post(conn, *post, *last_day)?;
    }
    let change = |post: &NewPost| NewChange {
        entity: "post",
        entity_id: post.id,
        unit_id: Some(post.unit_id),
        commune_id: None,
    };
    let changes: Vec<NewChange> = plan.posts.iter().map(change).collect();
    let ids: Vec<u8> = plan
        .posts
        .iter()
        .flat_map(|post| [post.id, post.person_id, post.unit_id])
        .flat_map(i64::to_be_bytes)
        .collect();
    let audit = NewAudit { actor: "cli", action: "import_people", subject: "", digest: sha256(&[&ids]) };
    log::append(conn, tools.clock.real_micros(), &changes, &audit)
}
