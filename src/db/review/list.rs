//! Units with their reviews of a year, page by page.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

use super::super::conn::Conn;
use super::super::figures::Area;
use super::super::sql::Sql;
use super::super::{DbError, DbResult};
use super::count::{Spans, on_some_day, within};
use super::decision;
use crate::domain::ids::UnitId;
use crate::domain::review::steps::Decision;
use crate::domain::review::{State, UnitKind};

/// Which units.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Where; `None` together with `unit`.
    pub area: Area,
    /// One unit alone.
    pub unit: Option<UnitId>,
    /// The year.
    pub year: i32,
    /// The days over which each kind is assessed.
    pub spans: Spans,
    /// Only this kind.
    pub kind: Option<UnitKind>,
    /// Only this state.
    pub state: Option<State>,
    /// After this code.
    pub after: String,
    /// At most so many.
    pub limit: i64,
}

/// A unit with its review.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its first day.
    pub valid_from: NaiveDate,
    /// Its last day.
    pub valid_to: NaiveDate,
    /// The code of the commune that it lies in.
    pub commune: Option<String>,
    /// The code of the province that it lies in.
    pub province: Option<String>,
    /// Its review, if there is one.
    pub review: Option<Standing>,
}

/// Where a review stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its id.
    pub id: i64,
    /// The code of the scheme by which it goes.
    pub scheme: String,
    /// Where it stands.
    pub state: State,
    /// When the unit registered.
    pub registered_on: NaiveDate,
    /// Whether that was after the deadline.
    pub late: bool,
    /// The decision that holds.
    pub decision: Option<Decision>,
}

type Columns = (
    (Text, Text, Text, Date, Date, Nullable<Text>),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Date>, Nullable<Bool>),
    (Nullable<Text>, Nullable<Date>, Nullable<Text>),
    (Nullable<Text>, Nullable<Text>),
);
type Row = (
    (String, String, String, NaiveDate, NaiveDate, Option<String>),
    (Option<i64>, Option<String>, Option<NaiveDate>, Option<bool>),
    (Option<String>, Option<NaiveDate>, Option<String>),
    (Option<String>, Option<String>),
);

/// The units that the filter lets through, by code.
pub fn units(conn: &mut Conn, filter: &Filter) -> DbResult<Vec<Listed>> {
    let query = Sql::<Columns>::new(
        "SELECT u.code, u.name, u.kind, u.valid_from, u.valid_to, c.code, r.id, r.state, r.registered_on, r.late, \
         r.decision_number, r.decision_day, r.decision_signer, p.code, r.scheme FROM unit u \
         LEFT JOIN unit c ON c.id = u.commune_id LEFT JOIN unit p ON p.id = u.province_id LEFT JOIN review r ON r.unit_id = u.id AND r.year = ",
    )
    .bind(filter.year)
    .sql(" WHERE ");
    let query = match filter.unit {
        Some(unit) => query.sql("u.id = ").bind(unit),
        None => within(query, filter.area),
    };
    let query = on_some_day(query, &filter.spans);
    let query = match filter.kind {
        Some(kind) => query.sql(" AND u.kind = ").bind(kind.name()),
        None => query,
    };
    let query = match filter.state {
        Some(State::Open) => query.sql(" AND r.id IS NULL"),
        Some(state) => query.sql(" AND r.state = ").bind(state.name()),
        None => query,
    };
    let query = query.sql(" AND u.code > ").bind(filter.after.as_str());
    let rows = query.sql(" ORDER BY u.code LIMIT ").bind(filter.limit).load::<Row>(conn)?;
    rows.into_iter().map(listed).collect()
}

fn listed(row: Row) -> DbResult<Listed> {
    let (
        (code, name, kind, valid_from, valid_to, commune),
        (id, state, registered_on, late),
        (number, day, signer),
        (province, scheme),
    ) = row;
    let review = match (id.zip(scheme), state, registered_on, late) {
        (Some((id, scheme)), Some(state), Some(registered_on), Some(late)) => Some(Standing {
            id,
            scheme,
            state: State::by_name(&state).ok_or(DbError::Corrupt("the state of a review"))?,
            registered_on,
            late,
            decision: decision(number, day, signer),
        }),
        _ => None,
    };
    Ok(Listed { code, name, kind, valid_from, valid_to, commune, province, review })
}

/// Reviews with an answer, counted by year and province.
#[derive(Debug)]
pub struct Answered {
    /// The year.
    pub year: i32,
    /// The scheme by which they were answered.
    pub scheme: String,
    /// The code of the province in which the units lie.
    pub province: Option<String>,
    /// How many.
    pub count: i64,
}

/// The reviews that have an answer, from a year on.
pub fn answered(conn: &mut Conn, from_year: i32) -> DbResult<Vec<Answered>> {
    let rows = Sql::<(Integer, Text, Nullable<Text>, BigInt)>::new(
        "SELECT r.year, r.scheme, p.code, count(*) FROM review r LEFT JOIN unit p ON p.id = r.province_id \
         WHERE EXISTS (SELECT 1 FROM answer a WHERE a.review_id = r.id) AND r.year >= ",
    )
    .bind(from_year)
    .sql(" GROUP BY r.year, r.scheme, p.code ORDER BY r.year, r.scheme, p.code")
    .load::<(i32, String, Option<String>, i64)>(conn)?;
    let answered = |(year, scheme, province, count)| Answered { year, scheme, province, count };
    Ok(rows.into_iter().map(answered).collect())
}

/// Puts the reviews of these years that have no answer yet under another scheme: those of the province with this code, or
/// of the country.
pub fn move_to_scheme(
    conn: &mut Conn,
    scheme: &str,
    (from, to): (i32, i32),
    province: Option<&str>,
) -> DbResult<usize> {
    let mut query = Sql::new("UPDATE review SET scheme = ")
        .bind(scheme)
        .sql(" WHERE year >= ")
        .bind(from)
        .sql(" AND year <= ")
        .bind(to)
        .sql(" AND scheme <> ")
        .bind(scheme)
        .sql(" AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.review_id = review.id)");
    if let Some(code) = province {
        query = query.sql(" AND province_id IN (SELECT p.id FROM unit p WHERE p.code = ").bind(code).sql(")");
    }
    Ok(query.run(conn)?)
}
