//! Units: provinces, communes, hamlets and the other kinds, as of a day.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::{Bind, Sql, padded, pieces};
use crate::domain::ids::UnitId;

/// The first day of what has always been: kept instead of NULL, so that ranges compare.
pub const ALWAYS: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// The last day of what has no end.
pub const FOREVER: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// A unit as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Its code, which identifies it only together with a day.
    pub code: String,
    /// `province`, `district`, `commune`, `hamlet`, `agency`, `enterprise` or `school`.
    pub kind: String,
    /// The unit above it.
    pub parent_id: Option<UnitId>,
    /// The province that it lies in; its own id for a province.
    pub province_id: Option<UnitId>,
    /// The commune that it lies in; its own id for a commune.
    pub commune_id: Option<UnitId>,
    /// Its name today.
    pub name: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: NaiveDate,
    /// Households, where known.
    pub households: Option<i32>,
    /// People, where known.
    pub population: Option<i32>,
}

type Columns = (
    BigInt,
    Text,
    Text,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Text,
    Date,
    Date,
    Nullable<Integer>,
    Nullable<Integer>,
);

type Row = (
    i64,
    String,
    String,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    String,
    NaiveDate,
    NaiveDate,
    Option<i32>,
    Option<i32>,
);

const SELECT: &str = "SELECT id, code, kind, parent_id, province_id, commune_id, name, valid_from, valid_to, households, \
                      population FROM unit WHERE ";

fn unit(row: Row) -> Unit {
    let (
        id,
        code,
        kind,
        parent_id,
        province_id,
        commune_id,
        name,
        valid_from,
        valid_to,
        households,
        population,
    ) = row;
    Unit {
        id,
        code,
        kind,
        parent_id,
        province_id,
        commune_id,
        name,
        valid_from,
        valid_to,
        households,
        population,
    }
}

fn load(conn: &mut Conn, query: Sql<Columns>) -> DbResult<Vec<Unit>> {
    Ok(query.load::<Row>(conn)?.into_iter().map(unit).collect())
}

/// The unit with `code` that is valid on `day`. Codes of kinds differ in length, so there is at most one.
pub fn by_code(conn: &mut Conn, code: &str, day: NaiveDate) -> DbResult<Option<Unit>> {
    let query = Sql::new(SELECT)
        .sql("code = ")
        .bind(code)
        .sql(" AND valid_from <= ")
        .bind(day)
        .sql(" AND valid_to >= ")
        .bind(day);
    Ok(load(conn, query)?.pop())
}

/// Every unit that ever had one of `codes`.
pub fn by_codes(conn: &mut Conn, codes: &[String]) -> DbResult<Vec<Unit>> {
    let mut units = Vec::new();
    for list in padded(codes) {
        units.extend(load(conn, Sql::new(SELECT).sql("code IN (").list(list).sql(")"))?);
    }
    Ok(units)
}

/// The units with these ids, in no order.
pub fn by_ids(conn: &mut Conn, ids: &[UnitId]) -> DbResult<Vec<Unit>> {
    let mut units = Vec::new();
    for list in padded(ids) {
        units.extend(load(conn, Sql::new(SELECT).sql("id IN (").list(list).sql(")"))?);
    }
    units.sort_by_key(|unit| unit.id);
    units.dedup_by_key(|unit| unit.id);
    Ok(units)
}

/// The units right under `parent` (`None`: the provinces) that are valid on `day`, after the code `after`, by code.
pub fn children(
    conn: &mut Conn,
    parent: Option<UnitId>,
    day: NaiveDate,
    after: &str,
    limit: i64,
) -> DbResult<Vec<Unit>> {
    let query = match parent {
        Some(parent) => Sql::new(SELECT).sql("parent_id = ").bind(parent),
        None => Sql::new(SELECT).sql("kind = 'province'"),
    };
    let query = query.sql(" AND valid_from <= ").bind(day).sql(" AND valid_to >= ").bind(day);
    load(conn, query.sql(" AND code > ").bind(after).sql(" ORDER BY code LIMIT ").bind(limit))
}

/// The hamlets of a commune that are valid on some day of a span, by code.
pub fn hamlets(conn: &mut Conn, commune: UnitId, from: NaiveDate, to: NaiveDate) -> DbResult<Vec<Unit>> {
    let query = Sql::new(SELECT)
        .sql("commune_id = ")
        .bind(commune)
        .sql(" AND kind = 'hamlet' AND valid_from <= ")
        .bind(to);
    load(conn, query.sql(" AND valid_to >= ").bind(from).sql(" ORDER BY code"))
}

/// The hamlets of these communes that are valid on `day`.
pub fn hamlets_of(conn: &mut Conn, communes: &[UnitId], day: NaiveDate) -> DbResult<Vec<Unit>> {
    lying_in(conn, communes, "('hamlet')", day)
}

/// The units that lie in these communes and are reviewed there every year, valid on `day`.
pub fn reviewed_in(conn: &mut Conn, communes: &[UnitId], day: NaiveDate) -> DbResult<Vec<Unit>> {
    lying_in(conn, communes, "('hamlet', 'agency', 'enterprise', 'school')", day)
}

fn lying_in(
    conn: &mut Conn,
    communes: &[UnitId],
    kinds: &'static str,
    day: NaiveDate,
) -> DbResult<Vec<Unit>> {
    let mut units = Vec::new();
    for list in padded(communes) {
        let query = Sql::new(SELECT)
            .sql("commune_id IN (")
            .list(list)
            .sql(") AND kind IN ")
            .sql(kinds)
            .sql(" AND valid_from <= ")
            .bind(day);
        units.extend(load(conn, query.sql(" AND valid_to >= ").bind(day))?);
    }
    units.sort_by_key(|unit| unit.id);
    units.dedup_by_key(|unit| unit.id);
    Ok(units)
}

/// Inserts units.
pub fn insert(conn: &mut Conn, units: &[Unit]) -> DbResult<()> {
    let rows: Vec<[Bind; 11]> = units.iter().map(row).collect();
    for piece in pieces(&rows) {
        Sql::new(
            "INSERT INTO unit (id, code, kind, parent_id, province_id, commune_id, name, valid_from, valid_to, \
             households, population) VALUES ",
        )
        .rows(piece.iter().cloned())
        .run(conn)?;
    }
    Ok(())
}

fn row(u: &Unit) -> [Bind; 11] {
    [
        u.id.into(),
        u.code.as_str().into(),
        u.kind.as_str().into(),
        u.parent_id.into(),
        u.province_id.into(),
        u.commune_id.into(),
        u.name.as_str().into(),
        u.valid_from.into(),
        u.valid_to.into(),
        u.households.into(),
        u.population.into(),
    ]
}

/// Gives a unit the name, last day and sizes of `new`; a former name is kept as valid until `until`.
pub fn update(conn: &mut Conn, old: &Unit, new: &Unit, until: NaiveDate) -> DbResult<()> {
    if old.name != new.name {
        Sql::new("INSERT INTO unit_name (unit_id, valid_to, name) VALUES ")
            .rows([[old.id.into(), until.into(), old.name.as_str().into()]])
            .sql(" ON CONFLICT DO NOTHING")
            .run(conn)?;
    }
    Sql::new("UPDATE unit SET name = ")
        .bind(new.name.as_str())
        .sql(", valid_to = ")
        .bind(new.valid_to)
        .sql(", households = ")
        .bind(new.households)
        .sql(", population = ")
        .bind(new.population)
        .sql(" WHERE id = ")
        .bind(old.id)
        .run(conn)?;
    Ok(())
}
