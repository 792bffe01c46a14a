//! What `verify` compares: a commune's reports on one side, its current figures and totals on the other.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use super::total::{Difference, TotalKey};
use super::value::Value;
use crate::domain::ids::{ReportId, UnitId};

/// The communes that have figures of any kind, after `after`, at most `limit`.
pub fn communes(conn: &mut Conn, after: UnitId, limit: i64) -> DbResult<Vec<UnitId>> {
    let rows = Sql::<(BigInt,)>::new("SELECT id FROM unit WHERE kind IN ('commune', 'district') AND id > ")
        .bind(after)
        .sql(
            " AND (EXISTS (SELECT 1 FROM change WHERE change.commune_id = unit.id) \
             OR EXISTS (SELECT 1 FROM month_return r JOIN unit h ON h.id = r.unit_id WHERE h.commune_id = unit.id)) \
             ORDER BY id LIMIT ",
        )
        .bind(limit)
        .load::<(i64,)>(conn)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// A version of a report as `verify` needs it.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its id.
    pub id: ReportId,
    /// Its chain.
    pub chain_id: ReportId,
    /// Its number.
    pub version: i32,
    /// Its unit.
    pub unit_id: UnitId,
    /// Its period, as a number.
    pub period: i32,
    /// The day of an incident.
    pub day: Option<NaiveDate>,
    /// What it states, as JSON.
    pub stated: String,
    /// Whether the rest is nothing.
    pub rest_zero: bool,
}

/// Every version of every report of a commune that counts, chain by chain, oldest first.
pub fn versions(conn: &mut Conn, commune: UnitId) -> DbResult<Vec<Version>> {
    type Row = (i64, i64, i32, i64, i32, Option<NaiveDate>, String, bool);
    let rows = Sql::<(BigInt, BigInt, Integer, BigInt, Integer, Nullable<Date>, Text, Bool)>::new(
        "SELECT r.id, r.chain_id, r.version, r.unit_id, r.period, r.day, r.stated, r.rest_zero FROM report r \
         JOIN unit u ON u.id = r.unit_id WHERE NOT r.proposal AND u.commune_id = ",
    )
    .bind(commune)
    .sql(" ORDER BY r.chain_id, r.version")
    .load::<Row>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, chain_id, version, unit_id, period, day, stated, rest_zero)| Version {
            id,
            chain_id,
            version,
            unit_id,
            period,
            day,
            stated,
            rest_zero,
        })
        .collect())
}

/// The current figures of a commune's units, sorted.
pub fn values(conn: &mut Conn, commune: UnitId) -> DbResult<Vec<Value>> {
    type Row = (i64, i32, i32, NaiveDate, NaiveDate, i64, i64);
    let rows = Sql::<(BigInt, Integer, Integer, Date, Date, BigInt, BigInt)>::new(
        "SELECT v.unit_id, v.period, v.indicator_id, v.day_from, v.day_to, v.commune_id, v.figure FROM value v \
         JOIN unit u ON u.id = v.unit_id WHERE u.commune_id = ",
    )
    .bind(commune)
    .load::<Row>(conn)?;
    let mut values: Vec<Value> = rows
        .into_iter()
        .map(|(unit_id, period, indicator_id, day_from, day_to, commune_id, figure)| Value {
            unit_id,
            period,
            indicator_id,
            day_from,
            day_to,
            commune_id,
            figure,
        })
        .collect();
    values.sort_unstable();
    Ok(values)
}

/// The totals of a commune that are not nothing, in key order.
pub fn totals(conn: &mut Conn, commune: UnitId) -> DbResult<Vec<(TotalKey, Difference)>> {
    let rows = Sql::<(Integer, Integer, BigInt, BigInt)>::new(
        "SELECT period, indicator_id, figure, stated FROM total WHERE (figure <> 0 OR stated <> 0) AND commune_id = ",
    )
    .bind(commune)
    .sql(" ORDER BY period, indicator_id")
    .load::<(i32, i32, i64, i64)>(conn)?;
    let key =
        |(period, indicator, figure, stated)| ((period, commune, indicator), Difference { figure, stated });
    Ok(rows.into_iter().map(key).collect())
}

/// The current returns of a commune: unit, period, report, version.
pub fn returns(conn: &mut Conn, commune: UnitId) -> DbResult<Vec<(UnitId, i32, ReportId, i32)>> {
    Ok(Sql::<(BigInt, Integer, BigInt, Integer)>::new(
        "SELECT r.unit_id, r.period, r.report_id, r.version FROM month_return r JOIN unit u ON u.id = r.unit_id \
         WHERE u.commune_id = ",
    )
    .bind(commune)
    .sql(" ORDER BY r.unit_id, r.period")
    .load(conn)?)
}
