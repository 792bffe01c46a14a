//! Documents: the current version of each return and incident, at the place in the log where it became current.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

use super::wanted_rows;
use crate::db::DbResult;
use crate::db::conn::Conn;
use crate::db::sql::{Bind, Sql, padded, wanted};
use crate::domain::ids::{ReportId, UnitId};

/// A return or an incident in its current version, or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The number of the change that made the version; 0 where it was not asked for.
    pub number: i64,
    /// The version.
    pub report: ReportId,
    /// The first version of the chain.
    pub chain: ReportId,
    /// What the first version is stored under.
    pub first_key: Option<String>,
    /// What the version is stored under.
    pub key: Option<String>,
    /// The unit.
    pub unit_id: UnitId,
    /// The commune that it lies in.
    pub commune_id: UnitId,
    /// Its code.
    pub unit: String,
    /// The period, as a number.
    pub period: i32,
    /// The day of an incident.
    pub day: Option<NaiveDate>,
    /// What it states, as JSON.
    pub stated: String,
    /// Whether the rest is nothing.
    pub rest_zero: bool,
}

impl Document {
    /// Whether it was taken back: no other version states nothing at all.
    pub fn is_taken_back(&self) -> bool {
        self.stated == "{}" && !self.rest_zero
    }
}

type Columns = (
    (BigInt, BigInt, BigInt, Nullable<Text>, Nullable<Text>),
    (BigInt, BigInt, Text, Integer, Nullable<Date>, Text, Bool),
);
type Row = (
    (i64, i64, i64, Option<String>, Option<String>),
    (i64, i64, String, i32, Option<NaiveDate>, String, bool),
);

fn document(((number, report, chain, first_key, key), rest): Row) -> Document {
    let (unit_id, commune_id, unit, period, day, stated, rest_zero) = rest;
    Document {
        number,
        report,
        chain,
        first_key,
        key,
        unit_id,
        commune_id,
        unit,
        period,
        day,
        stated,
        rest_zero,
    }
}

fn load(conn: &mut Conn, query: Sql<Columns>) -> DbResult<Vec<Document>> {
    Ok(query.load::<Row>(conn)?.into_iter().map(document).collect())
}

/// The epoch of the log, and the number of its last change.
pub fn head(conn: &mut Conn) -> DbResult<(i64, i64)> {
    let head = Sql::<(BigInt, BigInt)>::new("SELECT epoch, change_number FROM log_head WHERE id = 1");
    Ok(head.get_result::<(i64, i64)>(conn)?)
}

/// Up to where the log is read, and how many documents at most.
#[derive(Debug, Clone, Copy)]
pub struct Follow {
    /// The commune.
    pub commune: UnitId,
    /// The number of the last change that is looked at.
    pub until: i64,
    /// Documents at most.
    pub limit: i64,
}

/// A unit, and the number after which its changes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// The number.
    pub after: i64,
}

const SELECT: &str = "SELECT c.number, r.id, r.chain_id, f.client_id, r.client_id, r.unit_id, r.commune_id, u.code, r.period, r.day, r.stated, \
                      r.rest_zero FROM change c";
const JOIN: &str = " JOIN report r ON r.id = c.entity_id JOIN report f ON f.id = r.chain_id JOIN unit u ON u.id = r.unit_id \
                    LEFT JOIN month_return m ON m.unit_id = r.unit_id AND m.period = r.period AND r.day IS NULL \
                    LEFT JOIN incident i ON i.chain_id = r.chain_id WHERE c.entity = 'report' AND r.proposal = ";
/// A version that is not the current one any more is told by the change that made the current one.
const CURRENT: &str = " AND (m.report_id = r.id OR i.report_id = r.id OR (r.stated = '{}' AND NOT r.rest_zero \
                       AND m.report_id IS NULL AND i.report_id IS NULL))";

/// Pairs, so that only the index over both answers: by the number alone the whole country's log would be read.
fn range(query: Sql<Columns>, follow: Follow, after: i64) -> Sql<Columns> {
    query
        .sql(" AND (c.commune_id, c.number) > (")
        .bind(follow.commune)
        .sql(", ")
        .bind(after)
        .sql(") AND (c.commune_id, c.number) <= (")
        .bind(follow.commune)
        .sql(", ")
        .bind(follow.until)
        .sql(")")
}

const ORDER: &str = " ORDER BY c.commune_id, c.number LIMIT ";

/// The documents of a commune and of the units in it that changed after `after`, in the order of their changes.
pub fn of_commune(conn: &mut Conn, follow: Follow, after: i64) -> DbResult<Vec<Document>> {
    let query = Sql::new(SELECT).sql(JOIN).bind(false).sql(CURRENT);
    load(conn, range(query, follow, after).sql(ORDER).bind(follow.limit))
}

/// The documents of some units of a commune that changed after the number at each, in the order of their changes.
pub fn of_units(conn: &mut Conn, follow: Follow, places: &[Place]) -> DbResult<Vec<Document>> {
    let Some(query) = within(places) else { return Ok(Vec::new()) };
    let first = places.iter().map(|place| place.after).min().unwrap_or(0);
    let query = query.sql(JOIN).bind(false).sql(CURRENT);
    load(conn, range(of_wanted(query), follow, first).sql(ORDER).bind(follow.limit))
}

/// The documents that changed after one number and up to another, whosesoever, in no order.
pub fn changed(conn: &mut Conn, (after, until): (i64, i64)) -> DbResult<Vec<Document>> {
    let query = Sql::new(SELECT).sql(JOIN).bind(false).sql(CURRENT).sql(" AND c.number > ").bind(after);
    load(conn, query.sql(" AND c.number <= ").bind(until))
}

/// Under whom changes stand in the log after one number and up to another: communes, and clients of `report_status`.
pub fn touched(conn: &mut Conn, (after, until): (i64, i64)) -> DbResult<Vec<i64>> {
    let query = Sql::<(Nullable<BigInt>,)>::new("SELECT DISTINCT commune_id FROM change WHERE number > ");
    let rows = query.bind(after).sql(" AND number <= ").bind(until).load::<(Option<i64>,)>(conn)?;
    Ok(rows.into_iter().filter_map(|(whose,)| whose).collect())
}

/// The first versions of all that was ever reported for a unit of a commune, or for all of them, after `after`: what a client
/// may hold that must not any more.
pub fn gone(conn: &mut Conn, follow: Follow, after: i64, unit: Option<UnitId>) -> DbResult<Vec<Document>> {
    let mut query = Sql::new(SELECT).sql(JOIN).bind(false).sql(" AND r.version = 1");
    if let Some(unit) = unit {
        query = query.sql(" AND c.unit_id = ").bind(unit);
    }
    load(conn, range(query, follow, after).sql(ORDER).bind(follow.limit))
}

/// The log, read with the few units of a person beside it.
fn within(places: &[Place]) -> Option<Sql<Columns>> {
    let rows = places.iter().map(|place| [place.unit.into(), place.after.into()]).collect();
    let wanted = wanted_rows(rows, &[Bind::Big(None), Bind::Big(None)]).into_iter().next()?;
    Some(Sql::new(SELECT).sql(" CROSS JOIN (VALUES ").rows(wanted).sql(") AS wanted"))
}

fn of_wanted(query: Sql<Columns>) -> Sql<Columns> {
    query.sql(" AND c.unit_id = wanted.column1 AND c.number > wanted.column2")
}

const BARE: &str = "SELECT CAST(0 AS BIGINT), r.id, r.chain_id, f.client_id, r.client_id, r.unit_id, r.commune_id, u.code, r.period, r.day, \
                    r.stated, r.rest_zero FROM ";
const BARE_JOIN: &str = " JOIN report f ON f.id = r.chain_id JOIN unit u ON u.id = r.unit_id";

/// These versions.
pub fn current(conn: &mut Conn, reports: &[ReportId]) -> DbResult<Vec<Document>> {
    let mut found = Vec::new();
    for list in padded(reports) {
        let query = Sql::new(BARE).sql("report r").sql(BARE_JOIN).sql(" WHERE r.id IN (").list(list).sql(")");
        found.extend(load(conn, query)?);
    }
    Ok(found)
}

/// The current versions of the incidents with these chains.
pub fn incidents(conn: &mut Conn, chains: &[ReportId]) -> DbResult<Vec<Document>> {
    let mut found = Vec::new();
    for wanted in wanted(chains) {
        let query = Sql::new(BARE)
            .sql("(VALUES ")
            .rows(wanted)
            .sql(") AS wanted CROSS JOIN incident i JOIN report r ON r.id = i.report_id")
            .sql(BARE_JOIN)
            .sql(" WHERE i.chain_id = wanted.column1");
        found.extend(load(conn, query)?);
    }
    Ok(found)
}

/// The current returns of these units and periods.
pub fn months(conn: &mut Conn, of: &[(UnitId, i32)]) -> DbResult<Vec<Document>> {
    let rows = of.iter().map(|(unit, period)| [(*unit).into(), (*period).into()]).collect();
    let mut found = Vec::new();
    for wanted in wanted_rows(rows, &[Bind::Big(None), Bind::Int(None)]) {
        let query = Sql::new(BARE)
            .sql("(VALUES ")
            .rows(wanted)
            .sql(") AS wanted CROSS JOIN month_return m JOIN report r ON r.id = m.report_id")
            .sql(BARE_JOIN)
            .sql(" WHERE m.unit_id = wanted.column1 AND m.period = wanted.column2");
        found.extend(load(conn, query)?);
    }
    Ok(found)
}
