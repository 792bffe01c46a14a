//! Which unit went into which: the reorganisations of communes and hamlets.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Bool, Date, Text};

use super::DbResult;
use super::conn::Conn;
use super::figures::Area;
use super::sql::Sql;
use crate::domain::ids::UnitId;

/// A unit that went, wholly or in part, into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lineage {
    /// What is no more.
    pub from: UnitId,
    /// Where it went.
    pub to: UnitId,
    /// Whether its past counts for `to`: it went there whole, or mainly.
    pub main: bool,
    /// Whether it was split, so that what counts for `to` is not known exactly.
    pub split: bool,
    /// The first day of the new order.
    pub effective: NaiveDate,
}

/// Which communes went into those of `area` on a day after `day`.
pub fn into_area(conn: &mut Conn, area: Area, day: NaiveDate) -> DbResult<Vec<Lineage>> {
    // As an array PostgreSQL looks the communes up; joined, it reads all units in the order of their ids.
    let (begin, end) = if conn.is_postgres() { ("= ANY (ARRAY(", "))") } else { ("IN (", ")") };
    let query = Sql::<(BigInt, BigInt, Bool, Text, Date)>::new(
        "SELECT l.from_unit_id, l.to_unit_id, l.main_successor, l.extent, l.effective FROM unit_lineage l \
         WHERE l.effective > ",
    )
    .bind(day)
    .sql(" AND l.to_unit_id ")
    .sql(begin)
    .sql("SELECT u.id FROM unit u WHERE u.kind = 'commune'");
    let query = match area {
        Area::Commune(commune) => query.sql(" AND u.id = ").bind(commune),
        Area::Province(province) => query.sql(" AND u.province_id = ").bind(province),
        Area::Country => query,
    };
    let query = query.sql(end);
    let rows = query.load::<(i64, i64, bool, String, NaiveDate)>(conn)?;
    let line = |(from, to, main, extent, effective): (i64, i64, bool, String, NaiveDate)| Lineage {
        from,
        to,
        main,
        split: extent != "whole",
        effective,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// All steps that `unit` had a part in, with the decision of each.
pub fn of_unit(conn: &mut Conn, unit: UnitId) -> DbResult<Vec<(Lineage, String)>> {
    type Row = (i64, i64, bool, String, NaiveDate, String);
    let rows = Sql::<(BigInt, BigInt, Bool, Text, Date, Text)>::new(
        "SELECT from_unit_id, to_unit_id, main_successor, extent, effective, decision FROM unit_lineage \
         WHERE from_unit_id = ",
    )
    .bind(unit)
    .sql(" OR to_unit_id = ")
    .bind(unit)
    .sql(" ORDER BY effective, from_unit_id, to_unit_id")
    .load::<Row>(conn)?;
    let line = |(from, to, main, extent, effective, decision): Row| {
        (Lineage { from, to, main, split: extent != "whole", effective }, decision)
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Whether communes were merged on a day after `day`.
pub fn merged_after(conn: &mut Conn, day: NaiveDate) -> DbResult<bool> {
    let rows = Sql::<(Date,)>::new("SELECT effective FROM unit_lineage WHERE effective > ")
        .bind(day)
        .sql(" LIMIT 1")
        .load::<(NaiveDate,)>(conn)?;
    Ok(!rows.is_empty())
}
