//! How many units the standard covers, and where their reviews stand, counted by the database.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::super::conn::Conn;
use super::super::figures::Area;
use super::super::sql::Sql;
use super::super::{DbError, DbResult};
use crate::domain::ids::UnitId;
use crate::domain::period::Span;
use crate::domain::review::{State, UnitKind};

/// The days over which each kind of unit is assessed.
pub type Spans = Vec<(UnitKind, Span)>;

/// How many units of a kind stand at a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateCount {
    /// The commune; the province where the country is asked about (`None`: the unit lies in none).
    pub unit_id: Option<UnitId>,
    /// The kind.
    pub kind: UnitKind,
    /// The state; units without a review are open.
    pub state: State,
    /// How many.
    pub count: i64,
}

/// The units of `area` that are there on the last day of their span, by commune (the country: by province), kind and state.
pub fn states(conn: &mut Conn, area: Area, spans: &Spans, year: i32) -> DbResult<Vec<StateCount>> {
    let group = if area == Area::Country { "u.province_id" } else { "u.commune_id" };
    let query = Sql::<(Nullable<BigInt>, Text, Nullable<Text>, BigInt)>::new("SELECT ")
        .sql(group)
        .sql(", u.kind, r.state, count(*) FROM unit u LEFT JOIN review r ON r.unit_id = u.id AND r.year = ")
        .bind(year)
        .sql(" WHERE ");
    let query = on_last_day(within(query, area), spans);
    let rows = query.sql(" GROUP BY ").sql(group).sql(", u.kind, r.state").load::<(
        Option<i64>,
        String,
        Option<String>,
        i64,
    )>(conn)?;
    rows.into_iter().map(state_count).collect()
}

fn state_count(
    (unit_id, kind, state, count): (Option<i64>, String, Option<String>, i64),
) -> DbResult<StateCount> {
    let state = state.as_deref().map_or(Some(State::Open), State::by_name);
    Ok(StateCount {
        unit_id,
        kind: UnitKind::by_name(&kind).ok_or(DbError::Corrupt("the kind of a unit"))?,
        state: state.ok_or(DbError::Corrupt("the state of a review"))?,
        count,
    })
}

/// Cuts a query on `unit u` down to an area.
pub(super) fn within<ST>(query: Sql<ST>, area: Area) -> Sql<ST> {
    match area {
        Area::Commune(commune) => query.sql("u.commune_id = ").bind(commune),
        Area::Province(province) => query.sql("u.province_id = ").bind(province),
        Area::Country => query.sql("1 = 1"),
    }
}

/// … to units that are there on the last day of the span of their kind.
fn on_last_day<ST>(query: Sql<ST>, spans: &Spans) -> Sql<ST> {
    each_kind(query, spans, |query, span| {
        query.sql(" AND u.valid_from <= ").bind(span.to).sql(" AND u.valid_to >= ").bind(span.to)
    })
}

/// … to units that are there on some day of the span of their kind.
pub(super) fn on_some_day<ST>(query: Sql<ST>, spans: &Spans) -> Sql<ST> {
    each_kind(query, spans, |query, span| {
        query.sql(" AND u.valid_from <= ").bind(span.to).sql(" AND u.valid_to >= ").bind(span.from)
    })
}

/// … to units that ended within the span of their kind.
fn ended<ST>(query: Sql<ST>, spans: &Spans) -> Sql<ST> {
    each_kind(query, spans, |query, span| {
        query.sql(" AND u.valid_to >= ").bind(span.from).sql(" AND u.valid_to < ").bind(span.to)
    })
}

fn each_kind<ST>(query: Sql<ST>, spans: &Spans, days: impl Fn(Sql<ST>, &Span) -> Sql<ST>) -> Sql<ST> {
    let mut query = query.sql(" AND (1 = 0");
    for (kind, span) in spans {
        query = days(query.sql(" OR (u.kind = ").bind(kind.name()), span).sql(")");
    }
    query.sql(")")
}

/// A unit that ended within the days that are assessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its last day.
    pub last_day: NaiveDate,
}

/// The units of `area` that ended within the days over which they would have been assessed, by code.
pub fn ended_in(conn: &mut Conn, area: Area, spans: &Spans) -> DbResult<Vec<Ended>> {
    type Row = (String, String, String, NaiveDate);
    let query = Sql::<(Text, Text, Text, diesel::sql_types::Date)>::new(
        "SELECT u.code, u.name, u.kind, u.valid_to FROM unit u WHERE ",
    );
    let rows = ended(within(query, area), spans).sql(" ORDER BY u.code").load::<Row>(conn)?;
    Ok(rows.into_iter().map(|(code, name, kind, last_day)| Ended { code, name, kind, last_day }).collect())
}
