//! The current figures, each on its span of days.

use chrono::NaiveDate;

use super::DbResult;
use super::conn::Conn;
use super::insert::Inserts;
use super::sql::{Bind, Sql};
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
pub fn add(inserts: &mut Inserts, values: &[Value]) {
    let row = |v: &Value| -> [Bind; 7] {
        [
            v.unit_id.into(),
            v.period.into(),
            v.indicator_id.into(),
            v.day_from.into(),
            v.day_to.into(),
            v.commune_id.into(),
            v.figure.into(),
        ]
    };
    inserts.add(
        "INSERT INTO value (unit_id, period, indicator_id, day_from, day_to, commune_id, figure)",
        values.iter().map(row),
        " ON CONFLICT (unit_id, period, indicator_id, day_from, day_to) DO UPDATE SET figure = excluded.figure",
    );
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
