//! The current figures, each on its span of days.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Integer};

use super::DbResult;
use super::conn::Conn;
use super::sql::{Bind, Sql, padded, pieces, wanted};
use crate::domain::ids::UnitId;
use crate::domain::indicator::IndicatorId;

/// A current figure on its span of days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    /// The unit.
    pub unit_id: UnitId,
    /// The period, as a number.
    pub period: i32,
    /// The indicator.
    pub indicator_id: IndicatorId,
    /// First day that it covers.
    pub day_from: NaiveDate,
    /// Last day that it covers.
    pub day_to: NaiveDate,
    /// The commune.
    pub commune_id: UnitId,
    /// The figure.
    pub figure: i64,
}

/// Makes these the current figures; give them sorted.
pub fn put(conn: &mut Conn, values: &[Value]) -> DbResult<()> {
    let rows: Vec<[Bind; 7]> = values
        .iter()
        .map(|v| {
            [
                v.unit_id.into(),
                v.period.into(),
                v.indicator_id.into(),
                v.day_from.into(),
                v.day_to.into(),
                v.commune_id.into(),
                v.figure.into(),
            ]
        })
        .collect();
    for piece in pieces(&rows) {
        Sql::new("INSERT INTO value (unit_id, period, indicator_id, day_from, day_to, commune_id, figure) VALUES ")
            .rows(piece.iter().cloned())
            .sql(" ON CONFLICT (unit_id, period, indicator_id, day_from, day_to) DO UPDATE SET figure = excluded.figure")
            .run(conn)?;
    }
    Ok(())
}

/// Takes back figures that a later version no longer states; the reports keep them.
pub fn withdraw(conn: &mut Conn, values: &[Value]) -> DbResult<()> {
    for v in values {
        Sql::new("DELETE FROM value WHERE unit_id = ")
            .bind(v.unit_id)
            .sql(" AND period = ")
            .bind(v.period)
            .sql(" AND indicator_id = ")
            .bind(v.indicator_id)
            .sql(" AND day_from = ")
            .bind(v.day_from)
            .sql(" AND day_to = ")
            .bind(v.day_to)
            .run(conn)?;
    }
    Ok(())
}

/// The highest figures of `indicators` that `units` had in the months since `since`.
pub fn highest(
    conn: &mut Conn,
    units: &[UnitId],
    indicators: &[IndicatorId],
    since: i32,
) -> DbResult<HashMap<(UnitId, IndicatorId), i64>> {
    let mut found = HashMap::new();
    for units in wanted(units) {
        for indicators in padded(indicators) {
            let rows = Sql::<(BigInt, Integer, BigInt)>::new(
                "SELECT v.unit_id, v.indicator_id, v.figure FROM (VALUES ",
            )
            .rows(units.clone())
            .sql(") AS wanted CROSS JOIN value v WHERE v.unit_id = wanted.column1 AND v.period >= ")
            .bind(since)
            .sql(" AND v.indicator_id IN (")
            .list(indicators)
            .sql(")")
            .load::<(i64, i32, i64)>(conn)?;
            for (unit, indicator, figure) in rows {
                let top = found.entry((unit, indicator)).or_insert(figure);
                *top = figure.max(*top);
            }
        }
    }
    Ok(found)
}
