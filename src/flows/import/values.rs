//! `import values FILE`: months of the past, `unit,period,indicator,value`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{BadRow, Checked, ImportError, Imported, Mode, Rows, answer};
use crate::clock::Clock;
use crate::crypto::sha256;
use crate::db::insert::Inserts;
use crate::db::log::{NewAudit, NewChange};
use crate::db::report::{CurrentReturn, NewVersion};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, lock, log, report, total, value};
use crate::documents::table::{self, Row};
use crate::domain::ids::UnitId;
use crate::domain::indicator::Catalogue;
use crate::domain::intake::{Figures, MonthState, Return};
use crate::domain::period::{Calendar, Period};
use crate::flows::intake::figures::{add_differences, figures, json, stated_rows};

const REQUIRED: [&str; 4] = ["unit", "period", "indicator", "value"];

/// What an import of values stands on.
#[derive(Debug, Clone)]
pub struct Values {
    /// Makes ids.
    pub ids: SharedIds,
    /// What time it is.
    pub clock: Clock,
    /// The indicators.
    pub catalogue: Catalogue,
    /// The calendar of months.
    pub calendar: Calendar,
}

/// Imports months of units: the rows of a unit and month are one return, and count as reports do. A month that has a
/// return or incidents already is refused unless it says the same: what was reported is corrected by reports.
pub async fn import_values(
    db: &Db,
    tools: Values,
    bytes: &[u8],
    mode: Mode,
) -> Result<Imported, ImportError> {
    let rows: Rows = Arc::new(table::read(bytes, &REQUIRED, &[])?);
    answer(db.write(move |conn| run(conn, &rows, &tools, mode)).await?)
}

type Key = (UnitId, Period);

/// A month as the file gives it, with its first line.
struct Month {
    line: u64,
    values: Figures,
}

fn run(conn: &mut Conn, rows: &[Row], tools: &Values, mode: Mode) -> DbResult<Checked> {
    let mut bad = Vec::new();
    let units = units(conn, rows)?;
    let mut months: BTreeMap<Key, Month> = BTreeMap::new();
    for row in rows {
        let Some((key, indicator, figure)) = cell(row, &units, tools, &mut bad) else { continue };
        let month = months.entry(key).or_insert_with(|| Month { line: row.line, values: Figures::new() });
        if month.values.insert(indicator, figure).is_some() {
            bad.push(refusal(row.line, "indicator", "the same figure stands in the file twice"));
        }
    }
    let ids: Vec<UnitId> =
        months.keys().map(|(unit, _)| *unit).collect::<BTreeSet<_>>().into_iter().collect();
    lock::units(conn, &ids)?;
    let unchanged = compare(conn, &mut months, &ids, &mut bad)?;
    refuse_closed(conn, &months, &units, &mut bad)?;
    if !bad.is_empty() {
        return Ok(Err(bad));
    }
    if mode == Mode::Write && !months.is_empty() {
        write(conn, &months, &units, tools)?;
    }
    Ok(Ok(Imported { added: months.len(), changed: 0, unchanged }))
}

fn refusal(line: u64, column: &'static str, reason: impl Into<String>) -> BadRow {
    BadRow { line, column, reason: reason.into() }
}

type Units = HashMap<String, Vec<Unit>>;

fn units(conn: &mut Conn, rows: &[Row]) -> DbResult<Units> {
    let codes: HashSet<String> = rows.iter().map(|row| row.get("unit").to_owned()).collect();
    let mut codes: Vec<String> = codes.into_iter().collect();
    codes.sort_unstable();
    let mut units = Units::new();
    for unit in unit::by_codes(conn, &codes)? {
        let same = units.entry(unit.code.clone()).or_default();
        if !same.iter().any(|other| other.id == unit.id) {
            same.push(unit);
        }
    }
    Ok(units)
}

fn cell(row: &Row, units: &Units, tools: &Values, bad: &mut Vec<BadRow>) -> Option<(Key, i32, i64)> {
    let mut refuse = |column, reason: &str| bad.push(refusal(row.line, column, reason));
    if let Some((column, reason)) = row.unfit() {
        refuse(column, reason);
        return None;
    }
    let Ok(period) = row.get("period").parse::<Period>() else {
        refuse("period", "write the month as 2024-03");
        return None;
    };
    let span = tools.calendar.span(period);
    if span.to >= tools.clock.today() {
        refuse("period", "the month is not over; months of the present are reported, not imported");
    }
    // The code means the unit that was there at the end of the month.
    let named = units.get(row.get("unit"));
    let then = |unit: &&Unit| unit.valid_from <= span.to && span.to <= unit.valid_to;
    let unit = named.and_then(|units| units.iter().find(then)).filter(|unit| reports(unit));
    if unit.is_none() {
        refuse("unit", "there is no hamlet or commune with this code at the end of that month");
    }
    let indicator = tools.catalogue.by_code(row.get("indicator"));
    if indicator.is_none() {
        refuse("indicator", "there is no indicator with this code");
    }
    let figure = row.get("value").parse::<i64>().ok().filter(|figure| *figure >= 0);
    let figure = figure.filter(|figure| indicator.is_none_or(|indicator| *figure <= indicator.max));
    if figure.is_none() {
        refuse("value", "a whole number from 0 to the largest that is believed in one report");
    }
    Some(((unit?.id, period), indicator?.id, figure?))
}

fn reports(unit: &Unit) -> bool {
    matches!(unit.kind.as_str(), "hamlet" | "commune") && unit.commune_id.is_some()
}

/// Leaves out months that are there with the same figures, and refuses those that are there with others.
fn compare(
    conn: &mut Conn,
    months: &mut BTreeMap<Key, Month>,
    units: &[UnitId],
    bad: &mut Vec<BadRow>,
) -> DbResult<usize> {
    let periods: BTreeSet<i32> = months.keys().map(|(_, period)| period.number()).collect();
    let key = |unit, number| Period::from_number(number).map(|period| (unit, period));
    let mut unchanged = 0;
    for there in report::returns(conn, units, &periods)? {
        let key = key(there.unit_id, there.period).map_err(|_| DbError::Corrupt("a period"))?;
        let stated = figures(&there.stated)?;
        match months.get(&key) {
            Some(month) if month.values == stated => {
                months.remove(&key);
                unchanged += 1;
            }
            Some(month) => bad.push(refusal(
                month.line,
                "period",
                format!("{} has a return with other figures; correct it by a report", key.1),
            )),
            None => {}
        }
    }
    for there in report::incidents(conn, units, &periods)? {
        let key = key(there.unit_id, there.period).map_err(|_| DbError::Corrupt("a period"))?;
        if let Some(month) = months.get(&key) {
            let reason = format!("{} has incidents told with their days; report the month instead", key.1);
            bad.push(refusal(month.line, "period", reason));
        }
    }
    Ok(unchanged)
}

fn communes(units: &Units) -> HashMap<UnitId, UnitId> {
    units.values().flatten().filter_map(|unit| Some((unit.id, unit.commune_id?))).collect()
}

/// A closed month changes by its commune's revision only.
fn refuse_closed(
    conn: &mut Conn,
    months: &BTreeMap<Key, Month>,
    units: &Units,
    bad: &mut Vec<BadRow>,
) -> DbResult<()> {
    let communes = communes(units);
    let distinct: BTreeSet<UnitId> = communes.values().copied().collect();
    let distinct: Vec<UnitId> = distinct.into_iter().collect();
    let periods: BTreeSet<i32> = months.keys().map(|(_, period)| period.number()).collect();
    let closed: HashSet<(UnitId, i32)> = report::closed(conn, &distinct, &periods)?.into_iter().collect();
    for ((unit, period), month) in months {
        let key = communes.get(unit).map(|commune| (*commune, period.number()));
        if key.is_some_and(|key| closed.contains(&key)) {
            bad.push(refusal(
                month.line,
                "period",
                format!("{period} is closed; its commune opens it again first"),
            ));
        }
    }
    Ok(())
}

fn write(conn: &mut Conn, months: &BTreeMap<Key, Month>, units: &Units, tools: &Values) -> DbResult<()> {
    let communes = communes(units);
    let (mut versions, mut returns, mut rows, mut changes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut differences = BTreeMap::new();
    let now = tools.clock.real_micros();
    for (key, month) in months {
        let Some(commune) = communes.get(&key.0).copied() else { continue };
        let id = tools.ids.lock().map_err(|_| DbError::Stopped)?.next(now / 1_000);
        let state = state(id, &month.values);
        versions.push(version(id, *key, commune, &month.values, (tools.clock.now_micros(), now)));
        let stated = i32::try_from(month.values.len()).unwrap_or(i32::MAX);
        returns.push((current(id, *key, tools.clock.now_micros()), commune, stated));
        rows.extend(stated_rows((*key, commune), tools.calendar.span(key.1), &state));
        add_differences(&tools.catalogue, (*key, commune), &MonthState::default(), &state, &mut differences);
        changes.push(NewChange {
            entity: "report",
            entity_id: id,
            unit_id: Some(key.0),
            commune_id: Some(commune),
        });
    }
    rows.sort_unstable();
    let mut inserts = Inserts::default();
    report::add(&mut inserts, &versions);
    report::add_returns(&mut inserts, &returns);
    value::add(&mut inserts, &rows);
    total::add_to(&mut inserts, &differences);
    inserts.run(conn)?;
    let digest: Vec<u8> =
        versions.iter().flat_map(|v| [&v.id.to_be_bytes()[..], v.stated.as_bytes()].concat()).collect();
    let audit = NewAudit { actor: "cli", action: "import_values", subject: "", digest: sha256(&[&digest]) };
    log::append(conn, now, &changes, &audit)
}

fn state(report: i64, values: &Figures) -> MonthState {
    let month_return = Return { report, version: 1, values: values.clone(), rest_zero: false, author: None };
    MonthState { month_return: Some(month_return), ..MonthState::default() }
}

fn version(
    id: i64,
    (unit_id, period): Key,
    commune_id: UnitId,
    values: &Figures,
    (received_at, stored_at): (i64, i64),
) -> NewVersion {
    NewVersion {
        id,
        chain_id: id,
        version: 1,
        unit_id,
        commune_id,
        period: period.number(),
        day: None,
        stated: json(values),
        rest_zero: false,
        added: None,
        proposal: false,
        flagged: false,
        source: "import",
        person_id: None,
        account_id: None,
        message_id: None,
        client_id: None,
        content_digest: None,
        note_cipher: None,
        received_at,
        stored_at,
        replaces: None,
    }
}

/// History was reported in time as far as anybody knows.
fn current(id: i64, (unit_id, period): Key, received_at: i64) -> CurrentReturn {
    CurrentReturn {
        unit_id,
        period: period.number(),
        report_id: id,
        chain_id: id,
        version: 1,
        rest_zero: false,
        stated: String::new(),
        person_id: None,
        first_received_at: received_at,
        on_time: true,
    }
}
