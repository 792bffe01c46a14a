//! `code,kind,parent,name,valid_from,valid_to,households,population`

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::{BadRow, Checked, ImportError, Imported, Mode, Rows, answer};
use crate::clock::Clock;
use crate::crypto::sha256;
use crate::db::log::{NewAudit, NewChange};
use crate::db::unit::{ALWAYS, FOREVER, Unit};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, log, unit};
use crate::documents::table::{self, Row};

const REQUIRED: [&str; 4] = ["code", "kind", "parent", "name"];
const OPTIONAL: [&str; 4] = ["valid_from", "valid_to", "households", "population"];
const KINDS: [&str; 7] = ["province", "district", "commune", "hamlet", "agency", "enterprise", "school"];

/// Imports the units of a file. A unit is known by code, kind and first day; one that is there already gets the name,
/// last day and sizes of its row (the former name is kept). A row that would move a unit elsewhere is refused: a unit
/// ends and another begins.
pub async fn import_units(
    db: &Db,
    ids: &SharedIds,
    clock: Clock,
    bytes: &[u8],
    mode: Mode,
) -> Result<Imported, ImportError> {
    let rows: Rows = Arc::new(table::read(bytes, &REQUIRED, &OPTIONAL)?);
    let ids = Arc::clone(ids);
    answer(db.write(move |conn| run(conn, &rows, &ids, clock, mode)).await?)
}

fn run(conn: &mut Conn, rows: &[Row], ids: &SharedIds, clock: Clock, mode: Mode) -> DbResult<Checked> {
    let mut bad = Vec::new();
    let wanted: Vec<Wanted> = rows.iter().filter_map(|row| wanted(row, &mut bad)).collect();
    let known = Known::load(conn, &wanted)?;
    let plan = plan(&wanted, known, ids, clock, &mut bad)?;
    if !bad.is_empty() {
        return Ok(Err(bad));
    }
    let unchanged = wanted.len() - plan.new.len() - plan.changed.len();
    let imported = Imported { added: plan.new.len(), changed: plan.changed.len(), unchanged };
    if mode == Mode::Write && imported.added + imported.changed > 0 {
        write(conn, &plan, clock)?;
    }
    Ok(Ok(imported))
}

/// A row, each cell understood.
#[derive(Debug, Clone)]
struct Wanted {
    line: u64,
    code: String,
    kind: String,
    parent: String,
    name: String,
    from: NaiveDate,
    to: NaiveDate,
    households: Option<i32>,
    population: Option<i32>,
}

fn wanted(row: &Row, bad: &mut Vec<BadRow>) -> Option<Wanted> {
    let before = bad.len();
    let mut refuse =
        |column, reason: &str| bad.push(BadRow { line: row.line, column, reason: reason.to_owned() });
    if let Some((column, reason)) = row.unfit() {
        refuse(column, reason);
        return None;
    }
    let (code, kind) = (row.get("code"), row.get("kind").to_lowercase());
    if !KINDS.contains(&kind.as_str()) {
        refuse("kind", &format!("must be one of {}", KINDS.join(", ")));
    }
    if let Err(reason) = check_code(code, &kind, row.get("parent")) {
        refuse("code", reason);
    }
    if row.get("name").is_empty() {
        refuse("name", "is empty");
    }
    let mut date = |column, default| match row.get(column) {
        "" => default,
        text => table::day(text).unwrap_or_else(|| {
            refuse(column, "write the day as 2026-07-01 or 01/07/2026");
            default
        }),
    };
    let (from, to) = (date("valid_from", ALWAYS), date("valid_to", FOREVER));
    if to < from {
        refuse("valid_to", "lies before valid_from");
    }
    let mut size = |column| match row.get(column) {
        "" => None,
        text => text.parse::<i32>().ok().filter(|n| (0..=10_000_000).contains(n)).or_else(|| {
            refuse(column, "must be a whole number from 0 to 10,000,000, or empty");
            None
        }),
    };
    let (households, population) = (size("households"), size("population"));
    let (code, parent, name) = (code.to_owned(), row.get("parent").to_owned(), row.get("name").to_owned());
    (bad.len() == before).then_some(Wanted {
        line: row.line,
        code,
        kind,
        parent,
        name,
        from,
        to,
        households,
        population,
    })
}

fn check_code(code: &str, kind: &str, parent: &str) -> Result<(), &'static str> {
    let digits = |length| code.len() == length && code.bytes().all(|b| b.is_ascii_digit());
    match kind {
        "province" if !digits(2) => {
            Err("a province's code has 2 digits; format the column as text to keep zeros")
        }
        "district" if !digits(3) => {
            Err("a district's code has 3 digits; format the column as text to keep zeros")
        }
        "commune" if !digits(5) => {
            Err("a commune's code has 5 digits; format the column as text to keep zeros")
        }
        "hamlet" if !digits(8) || !code.starts_with(parent) || parent.len() != 5 => {
            Err("a hamlet's code is its commune's code (the column parent) and 3 digits, as 04792001")
        }
        _ if code.is_empty()
            || code.len() > 32
            || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') =>
        {
            Err("must be 1 to 32 letters without marks, digits and hyphens")
        }
        _ => Ok(()),
    }
}

type Identity = (String, String, NaiveDate);

/// The units that rows may mean, as themselves or as parents.
struct Known {
    units: HashMap<Identity, Unit>,
    by_code: HashMap<String, Vec<Unit>>,
}

impl Known {
    fn load(conn: &mut Conn, wanted: &[Wanted]) -> DbResult<Self> {
        let codes: HashSet<String> = wanted.iter().flat_map(|w| [w.code.clone(), w.parent.clone()]).collect();
        let mut codes: Vec<String> = codes.into_iter().collect();
        codes.sort_unstable();
        let mut known = Known { units: HashMap::new(), by_code: HashMap::new() };
        for unit in unit::by_codes(conn, &codes)? {
            known.add(unit);
        }
        Ok(known)
    }

    fn add(&mut self, unit: Unit) {
        self.units.insert((unit.code.clone(), unit.kind.clone(), unit.valid_from), unit.clone());
        let same_code = self.by_code.entry(unit.code.clone()).or_default();
        same_code.retain(|other| other.id != unit.id);
        same_code.push(unit);
    }

    fn parent(&self, code: &str, day: NaiveDate) -> Option<&Unit> {
        self.by_code.get(code)?.iter().find(|unit| unit.valid_from <= day && day <= unit.valid_to)
    }
}

#[derive(Default)]
struct Plan {
    new: Vec<Unit>,
    /// The unit as it was and as it will be.
    changed: Vec<(Unit, Unit)>,
}

fn plan(
    wanted: &[Wanted],
    mut known: Known,
    ids: &SharedIds,
    clock: Clock,
    bad: &mut Vec<BadRow>,
) -> DbResult<Plan> {
    let mut plan = Plan::default();
    let mut seen = HashSet::new();
    // What the file makes of each unit, to be looked at when all rows are known: one may end what another follows.
    let mut made: Vec<(&Wanted, Unit, &'static str)> = Vec::new();
    // Parents may stand after their children: higher kinds first.
    let mut order: Vec<&Wanted> = wanted.iter().collect();
    order.sort_by_key(|w| KINDS.iter().position(|kind| *kind == w.kind));
    for w in order {
        let mut refuse =
            |column, reason: &str| bad.push(BadRow { line: w.line, column, reason: reason.to_owned() });
        let identity = (w.code.clone(), w.kind.clone(), w.from);
        if !seen.insert(identity.clone()) {
            refuse("code", "the same unit stands in the file twice");
            continue;
        }
        let day = if w.from == ALWAYS { clock.today().min(w.to) } else { w.from };
        let parent = known.parent(&w.parent, day).cloned();
        if let Err(reason) = check_parent(w, parent.as_ref()) {
            refuse("parent", &reason);
            continue;
        }
        let id = match known.units.get(&identity) {
            Some(unit) => unit.id,
            None => ids.lock().map_err(|_| DbError::Stopped)?.next(clock.real_micros() / 1_000),
        };
        let unit = unit_of(w, id, parent.as_ref());
        match known.units.get(&identity) {
            Some(old) if old.parent_id != unit.parent_id => {
                refuse(
                    "parent",
                    "the unit is there under another parent; end it (valid_to) and add the new one from that day",
                );
            }
            Some(old) if *old == unit => {}
            Some(old) => {
                made.push((w, unit.clone(), "valid_to"));
                plan.changed.push((old.clone(), unit.clone()));
            }
            None => {
                made.push((w, unit.clone(), "valid_from"));
                plan.new.push(unit.clone());
            }
        }
        known.add(unit);
    }
    bad.extend(made.iter().filter_map(|(w, unit, column)| overlap(&known, w, unit, column)));
    Ok(plan)
}

/// A code names one unit at a time, whatever its kind: texts and reports give nothing but the code.
fn overlap(known: &Known, w: &Wanted, unit: &Unit, column: &'static str) -> Option<BadRow> {
    let meets = |other: &&Unit| {
        other.id != unit.id && other.valid_from <= unit.valid_to && unit.valid_from <= other.valid_to
    };
    let other = known.by_code.get(&unit.code)?.iter().find(meets)?;
    let column = if other.kind == unit.kind { column } else { "code" };
    let reason = format!(
        "a {} with this code, “{}”, is valid in the same time; end that one first",
        other.kind, other.name
    );
    Some(BadRow { line: w.line, column, reason })
}

fn check_parent(w: &Wanted, parent: Option<&Unit>) -> Result<(), String> {
    let allowed: &[&str] = match w.kind.as_str() {
        "province" if w.parent.is_empty() => return Ok(()),
        "province" => return Err("a province has no parent; leave the cell empty".to_owned()),
        "district" => &["province"],
        "commune" => &["province", "district"],
        "hamlet" => &["commune"],
        _ => &["commune", "province"],
    };
    match parent {
        Some(parent) if allowed.contains(&parent.kind.as_str()) => Ok(()),
        Some(parent) => {
            Err(format!("{} is a {}; a {} lies in a {}", w.parent, parent.kind, w.kind, allowed.join(" or ")))
        }
        None => Err(format!("there is no unit “{}” at that time", w.parent)),
    }
}

fn unit_of(w: &Wanted, id: i64, parent: Option<&Unit>) -> Unit {
    let own = |kind: &str| (w.kind == kind).then_some(id);
    Unit {
        id,
        code: w.code.clone(),
        kind: w.kind.clone(),
        parent_id: parent.map(|parent| parent.id),
        province_id: own("province").or(parent.and_then(|parent| parent.province_id)),
        commune_id: own("commune").or(parent.and_then(|parent| parent.commune_id)),
        name: w.name.clone(),
        valid_from: w.from,
        valid_to: w.to,
        households: w.households,
        population: w.population,
    }
}

fn write(conn: &mut Conn, plan: &Plan, clock: Clock) -> DbResult<()> {
    unit::insert(conn, &plan.new)?;
    let yesterday = clock.today().pred_opt().unwrap_or_default();
    for (old, new) in &plan.changed {
        unit::update(conn, old, new, yesterday)?;
    }
    let written = || plan.new.iter().chain(plan.changed.iter().map(|(_, new)| new));
    let change = |unit: &Unit| NewChange {
        entity: "unit",
        entity_id: unit.id,
        unit_id: Some(unit.id),
        commune_id: unit.commune_id,
    };
    let changes: Vec<NewChange> = written().map(change).collect();
    let rows: Vec<u8> = written().flat_map(|unit| format!("{unit:?}").into_bytes()).collect();
    let audit = NewAudit { actor: "cli", action: "import_units", subject: "", digest: sha256(&[&rows]) };
    log::append(conn, clock.real_micros(), &changes, &audit)
}
