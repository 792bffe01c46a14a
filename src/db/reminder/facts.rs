//! What reminders depend on, set-wise: open steps, posts and numbers of a province; what is still so for single rows.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Date, Nullable, Text};

use super::super::conn::Conn;
use super::super::message::digest;
use super::super::sql::{Sql, padded};
use super::super::{DbError, DbResult};
use crate::crypto::Digest;
use crate::domain::access::Role;
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::reminder::Candidate;
use crate::domain::review::{State, UnitKind};

/// Units that must be there for what is asked.
#[derive(Debug, Clone, Copy)]
pub struct Owing {
    /// The kind.
    pub kind: UnitKind,
    /// The province that they lie in.
    pub province: UnitId,
    /// The day on which they must be there.
    pub counted_on: NaiveDate,
    /// They must have begun by this day too.
    pub today: NaiveDate,
    /// What is so at this moment, microseconds UTC.
    pub at: i64,
}

type CandidateColumns = (BigInt, Nullable<BigInt>, Nullable<BigInt>, Date);
type CandidateRow = (i64, Option<i64>, Option<i64>, NaiveDate);

fn candidate((unit, commune, province, valid_to): CandidateRow) -> Candidate {
    Candidate { unit, commune, province, valid_to }
}

fn owing<ST>(query: Sql<ST>, owing: &Owing) -> Sql<ST> {
    query
        .sql(" WHERE u.province_id = ")
        .bind(owing.province)
        .sql(" AND u.kind = ")
        .bind(owing.kind.name())
        .sql(" AND u.valid_from <= ")
        .bind(owing.counted_on.min(owing.today))
        .sql(" AND u.valid_to >= ")
        .bind(owing.counted_on)
}

/// The units whose return of `period` is missing while the month is open in their commune, by code.
pub fn open_returns(conn: &mut Conn, units: &Owing, period: i32) -> DbResult<Vec<Candidate>> {
    let query = Sql::<CandidateColumns>::new(
        "SELECT u.id, u.commune_id, u.province_id, u.valid_to FROM unit u \
         LEFT JOIN month_return r ON r.unit_id = u.id AND r.period = ",
    )
    .bind(period)
    .sql(" AND r.first_received_at <= ")
    .bind(units.at)
    .sql(" LEFT JOIN month_state s ON s.period = ")
    .bind(period)
    .sql(" AND s.commune_id = u.commune_id AND s.state <> 'open' AND s.changed_at <= ")
    .bind(units.at);
    let query =
        owing(query, units).sql(" AND r.unit_id IS NULL AND s.commune_id IS NULL ORDER BY u.code, u.id");
    Ok(query.load::<CandidateRow>(conn)?.into_iter().map(candidate).collect())
}

/// The units with the state of their review of `year`, by code.
pub fn reviews(conn: &mut Conn, units: &Owing, year: i32) -> DbResult<Vec<(Candidate, State)>> {
    type Row = (i64, Option<i64>, Option<i64>, NaiveDate, Option<String>);
    let query = Sql::<(BigInt, Nullable<BigInt>, Nullable<BigInt>, Date, Nullable<Text>)>::new(
        "SELECT u.id, u.commune_id, u.province_id, u.valid_to, (SELECT s.state FROM review_step s \
         WHERE s.review_id = r.id AND s.at <= ",
    )
    .bind(units.at)
    .sql(" ORDER BY s.number DESC LIMIT 1) FROM unit u LEFT JOIN review r ON r.unit_id = u.id AND r.year = ")
    .bind(year);
    let rows = owing(query, units).sql(" ORDER BY u.code, u.id").load::<Row>(conn)?;
    let with_state = |(unit, commune, province, valid_to, state): Row| {
        let state = state_of(state.as_deref())?;
        Ok((candidate((unit, commune, province, valid_to)), state))
    };
    rows.into_iter().map(with_state).collect()
}

/// Units without a review have not registered.
fn state_of(name: Option<&str>) -> DbResult<State> {
    let state = name.map_or(Some(State::Open), State::by_name);
    state.ok_or(DbError::Corrupt("the state of a review"))
}

/// Somebody with a post, and the oldest number.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Where.
    pub unit: UnitId,
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// Whether the person wants no reminders.
    pub stopped: bool,
    /// Whether the person wants texts with marks.
    pub marks: bool,
    /// The blind index of the number and the number, sealed for (`phone`, person).
    pub number: Option<(Digest, Vec<u8>)>,
}

/// Who holds a post on `day` in a province and the units in it.
pub fn holders(conn: &mut Conn, province: UnitId, day: NaiveDate) -> DbResult<Vec<Holder>> {
    type Row = (i64, i64, String, bool, bool, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);
    let mut rows = Sql::<(BigInt, BigInt, Text, Bool, Bool, Nullable<BigInt>, Nullable<Binary>, Nullable<Binary>)>::new(
        "SELECT p.unit_id, p.person_id, p.role, person.reminders_stopped_at IS NOT NULL, person.marks, phone.created_at, \
         phone.number_index, phone.number_cipher FROM unit u JOIN post p ON p.unit_id = u.id \
         JOIN person ON person.id = p.person_id LEFT JOIN phone ON phone.person_id = p.person_id WHERE u.province_id = ",
    )
    .bind(province)
    .sql(" AND p.valid_from <= ")
    .bind(day)
    .sql(" AND p.valid_to >= ")
    .bind(day)
    .load::<Row>(conn)?;
    // Of several numbers the oldest counts: the first row of each post.
    rows.sort_by(|a, b| (a.0, a.1, &a.2, a.5, &a.6).cmp(&(b.0, b.1, &b.2, b.5, &b.6)));
    rows.dedup_by(|a, b| (a.0, a.1, &a.2) == (b.0, b.1, &b.2));
    rows.into_iter().filter_map(holder).collect()
}

type HolderRow = (i64, i64, String, bool, bool, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);

fn holder((unit, person, role, stopped, marks, _, index, cipher): HolderRow) -> Option<DbResult<Holder>> {
    let role = Role::by_name(&role)?;
    let number = index.zip(cipher).map(|(index, cipher)| digest(index).map(|index| (index, cipher)));
    let holder = |number| Holder { unit, person, role, stopped, marks, number };
    Some(number.transpose().map(holder))
}

/// Which of these units have a return of `period`.
pub fn returned(conn: &mut Conn, units: &[UnitId], period: i32) -> DbResult<HashSet<UnitId>> {
    let mut found = HashSet::new();
    for list in padded(units) {
        let query = Sql::<(BigInt,)>::new("SELECT unit_id FROM month_return WHERE period = ").bind(period);
        let rows = query.sql(" AND unit_id IN (").list(list).sql(")").load::<(i64,)>(conn)?;
        found.extend(rows.into_iter().map(|(unit,)| unit));
    }
    Ok(found)
}

/// In which of these communes the month is not open any more.
pub fn closed(conn: &mut Conn, communes: &[UnitId], period: i32) -> DbResult<HashSet<UnitId>> {
    let mut found = HashSet::new();
    for list in padded(communes) {
        let query = Sql::<(BigInt,)>::new("SELECT commune_id FROM month_state WHERE period = ").bind(period);
        let query = query.sql(" AND state <> 'open' AND commune_id IN (").list(list).sql(")");
        found.extend(query.load::<(i64,)>(conn)?.into_iter().map(|(commune,)| commune));
    }
    Ok(found)
}

/// Where the reviews of `year` of these units stand, those that have one.
pub fn review_states(conn: &mut Conn, units: &[UnitId], year: i32) -> DbResult<HashMap<UnitId, State>> {
    let mut found = HashMap::new();
    for list in padded(units) {
        let query = Sql::<(BigInt, Text)>::new("SELECT unit_id, state FROM review WHERE year = ").bind(year);
        let rows = query.sql(" AND unit_id IN (").list(list).sql(")").load::<(i64, String)>(conn)?;
        for (unit, state) in rows {
            found.insert(unit, state_of(Some(&state))?);
        }
    }
    Ok(found)
}

/// The posts of these people on `day`: person and unit.
pub fn posts_of(
    conn: &mut Conn,
    people: &[PersonId],
    day: NaiveDate,
) -> DbResult<HashSet<(PersonId, UnitId)>> {
    let mut found = HashSet::new();
    for list in padded(people) {
        let query = Sql::<(BigInt, BigInt)>::new(
            "SELECT person_id, unit_id FROM post WHERE role IN ('head', 'team', 'manager', 'commune', 'decider', 'province') \
             AND valid_from <= ",
        );
        let query = query.bind(day).sql(" AND valid_to >= ").bind(day).sql(" AND person_id IN (").list(list);
        found.extend(query.sql(")").load::<(i64, i64)>(conn)?);
    }
    Ok(found)
}

/// What a person wants of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// No reminders.
    pub stopped: bool,
    /// Marks.
    pub marks: bool,
}

/// The wishes of those of these people who have the number `number`.
pub fn wishes(conn: &mut Conn, people: &[PersonId], number: &Digest) -> DbResult<HashMap<PersonId, Wishes>> {
    let mut found = HashMap::new();
    for list in padded(people) {
        let query = Sql::<(BigInt, Bool, Bool)>::new(
            "SELECT p.id, p.reminders_stopped_at IS NOT NULL, p.marks FROM person p \
             JOIN phone f ON f.person_id = p.id WHERE f.number_index = ",
        );
        let query = query.bind(*number).sql(" AND p.id IN (").list(list).sql(")");
        let rows = query.load::<(i64, bool, bool)>(conn)?;
        found.extend(rows.into_iter().map(|(person, stopped, marks)| (person, Wishes { stopped, marks })));
    }
    Ok(found)
}

/// How many people hold a post of one of these roles on `day`.
pub fn count_holders(conn: &mut Conn, roles: &[Role], day: NaiveDate) -> DbResult<i64> {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let mut count = 0;
    for list in padded(&names) {
        let query = Sql::<(BigInt,)>::new("SELECT count(DISTINCT person_id) FROM post WHERE role IN (");
        let query = query.list(list).sql(") AND valid_from <= ").bind(day).sql(" AND valid_to >= ").bind(day);
        count += query.get_result::<(i64,)>(conn)?.0;
    }
    Ok(count)
}
