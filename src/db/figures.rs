//! What the figures of a month are made of, for a commune, a province or the country, a few set-wise queries each.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::{Sql, padded};
use super::tally;
use super::unit::Unit;
use crate::domain::ids::UnitId;
use crate::domain::indicator::IndicatorId;

/// Whose communes are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// One commune.
    Commune(UnitId),
    /// The communes of a province.
    Province(UnitId),
    /// All communes.
    Country,
}

/// A sum over hamlets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The commune; the province where the country is asked about (`None`: it lay in none).
    pub unit_id: Option<UnitId>,
    /// The indicator.
    pub indicator_id: IndicatorId,
    /// The sum.
    pub figure: i64,
    /// How many hamlets state one.
    pub stated: i64,
}

/// The totals of `period` in the communes of `area`, one per commune and indicator; for the country one per province
/// and indicator.
pub fn totals(conn: &mut Conn, area: Area, period: i32) -> DbResult<Vec<Total>> {
    match area {
        Area::Commune(commune) => totals_of(conn, &[commune], period),
        Area::Province(province) => load_totals(
            conn,
            // `CROSS JOIN` makes SQLite take the communes first, then their rows by the key of `total`.
            Sql::new(
                "SELECT t.commune_id, t.indicator_id, t.figure, t.stated FROM unit u CROSS JOIN total t \
                 WHERE u.kind = 'commune' AND u.province_id = ",
            )
            .bind(province)
            .sql(" AND t.commune_id = u.id AND t.period = ")
            .bind(period),
        ),
        Area::Country => country_totals(conn, &AS_THEY_WERE, period),
    }
}

/// Which communes of the country are summed up, by which province.
struct Grouping {
    province: &'static str,
    communes: &'static str,
    only: &'static str,
}

/// Every commune by its province; those of before the reform lie in none.
const AS_THEY_WERE: Grouping = Grouping { province: "u.province_id", communes: " FROM unit u", only: "" };
/// Those that lie in a province.
const PLACED: Grouping = Grouping { only: " AND u.province_id IS NOT NULL", ..AS_THEY_WERE };
/// Those that lie in none, by the province of their main successor, of which there is one.
const BY_SUCCESSOR: Grouping = Grouping {
    province: "s.province_id",
    communes: " FROM unit u LEFT JOIN unit_lineage l ON l.from_unit_id = u.id AND l.main_successor \
               LEFT JOIN unit s ON s.id = l.to_unit_id",
    only: " AND u.province_id IS NULL",
};

/// The totals of the country's communes, one per province and indicator.
fn country_totals(conn: &mut Conn, grouping: &Grouping, period: i32) -> DbResult<Vec<Total>> {
    if conn.is_postgres() {
        let sums = ", t.indicator_id, CAST(sum(t.figure) AS BIGINT), CAST(sum(t.stated) AS BIGINT)";
        return load_totals(conn, grouped(grouping, sums, period).sql(", t.indicator_id"));
    }
    let query: Sql<(Nullable<BigInt>, Binary)> =
        grouped(grouping, ", tally(t.indicator_id, t.figure, t.stated)", period);
    let mut totals = Vec::new();
    for (unit_id, bytes) in query.load::<(Option<i64>, Vec<u8>)>(conn)? {
        totals.extend(tally::read(&bytes)?.into_iter().map(|(indicator_id, figure, stated)| Total {
            unit_id,
            indicator_id,
            figure,
            stated,
        }));
    }
    Ok(totals)
}

fn grouped<ST>(grouping: &Grouping, sums: &'static str, period: i32) -> Sql<ST> {
    Sql::new("SELECT ")
        .sql(grouping.province)
        .sql(sums)
        .sql(grouping.communes)
        .sql(" CROSS JOIN total t WHERE u.kind = 'commune' AND t.commune_id = u.id AND t.period = ")
        .bind(period)
        .sql(grouping.only)
        .sql(" GROUP BY ")
        .sql(grouping.province)
}

/// The totals of `period` of these communes, one per commune and indicator.
pub fn totals_of(conn: &mut Conn, communes: &[UnitId], period: i32) -> DbResult<Vec<Total>> {
    let mut found = Vec::new();
    for list in padded(communes) {
        found.extend(load_totals(
            conn,
            Sql::new("SELECT commune_id, indicator_id, figure, stated FROM total WHERE period = ")
                .bind(period)
                .sql(" AND commune_id IN (")
                .list(list)
                .sql(")"),
        )?);
    }
    Ok(found)
}

type TotalColumns = (Nullable<BigInt>, Integer, BigInt, BigInt);

fn load_totals(conn: &mut Conn, query: Sql<TotalColumns>) -> DbResult<Vec<Total>> {
    let rows = query.load::<(Option<i64>, i32, i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(unit_id, indicator_id, figure, stated)| Total { unit_id, indicator_id, figure, stated })
        .collect())
}

/// Whether and how a hamlet that was to report did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HamletReturn {
    /// The commune.
    pub commune_id: UnitId,
    /// The hamlet's code.
    pub code: String,
    /// Whether its first return was on time; `None`: there is none.
    pub on_time: Option<bool>,
    /// Whether it says that nothing happened at all.
    pub zero: bool,
}

/// Every hamlet of `area` that is valid on `day`, with its return of `period`.
pub fn hamlets(conn: &mut Conn, area: Area, period: i32, day: NaiveDate) -> DbResult<Vec<HamletReturn>> {
    type Row = (Option<i64>, String, Option<bool>, Option<bool>);
    let query = Sql::<(Nullable<BigInt>, Text, Nullable<Bool>, Nullable<Bool>)>::new(
        "SELECT h.commune_id, h.code, r.on_time, r.rest_zero AND r.stated_count = 0 FROM unit h \
         LEFT JOIN month_return r ON r.unit_id = h.id AND r.period = ",
    )
    .bind(period)
    .sql(" WHERE h.kind = 'hamlet' AND h.valid_from <= ")
    .bind(day)
    .sql(" AND h.valid_to >= ")
    .bind(day);
    let query = match area {
        Area::Commune(commune) => query.sql(" AND h.commune_id = ").bind(commune),
        Area::Province(province) => query.sql(" AND h.province_id = ").bind(province),
        Area::Country => query,
    };
    let rows = query.sql(" ORDER BY h.code").load::<Row>(conn)?;
    let hamlet = |(commune_id, code, on_time, zero): Row| {
        Some(HamletReturn { commune_id: commune_id?, code, on_time, zero: zero.unwrap_or(false) })
    };
    Ok(rows.into_iter().filter_map(hamlet).collect())
}

/// How many hamlets of a province were to report, and did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HamletCount {
    /// The province.
    pub province_id: Option<UnitId>,
    /// Hamlets that are valid on the day.
    pub expected: i64,
    /// Those with a return.
    pub reported: i64,
    /// Those whose first return was on time.
    pub on_time: i64,
    /// Those that say that nothing happened.
    pub zero: i64,
}

/// The hamlets of the country that are valid on `day`, with their returns of `period`, counted by province.
pub fn hamlet_counts(conn: &mut Conn, period: i32, day: NaiveDate) -> DbResult<Vec<HamletCount>> {
    type Row = (Option<i64>, i64, i64, i64, i64);
    let rows = Sql::<(Nullable<BigInt>, BigInt, BigInt, BigInt, BigInt)>::new(
        "SELECT h.province_id, count(*), count(r.unit_id), count(CASE WHEN r.on_time THEN 1 END), \
         count(CASE WHEN r.rest_zero AND r.stated_count = 0 THEN 1 END) FROM unit h \
         LEFT JOIN month_return r ON r.unit_id = h.id AND r.period = ",
    )
    .bind(period)
    .sql(" WHERE h.kind = 'hamlet' AND h.valid_from <= ")
    .bind(day)
    .sql(" AND h.valid_to >= ")
    .bind(day)
    .sql(" GROUP BY h.province_id")
    .load::<Row>(conn)?;
    let count = |(province_id, expected, reported, on_time, zero)| HamletCount {
        province_id,
        expected,
        reported,
        on_time,
        zero,
    };
    Ok(rows.into_iter().map(count).collect())
}

/// The state of a commune's month, where it is not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthState {
    /// The commune.
    pub commune_id: UnitId,
    /// The province of the commune.
    pub province_id: Option<UnitId>,
    /// `closed` or `revised`.
    pub state: String,
    /// How often it was closed or revised.
    pub version: i32,
}

/// The months of `period` in `area` that were ever closed.
pub fn month_states(conn: &mut Conn, area: Area, period: i32) -> DbResult<Vec<MonthState>> {
    let query = Sql::<(BigInt, Nullable<BigInt>, Text, Integer)>::new(
        "SELECT s.commune_id, u.province_id, s.state, s.version FROM month_state s JOIN unit u ON u.id = s.commune_id \
         WHERE s.period = ",
    )
    .bind(period);
    let query = match area {
        Area::Commune(commune) => query.sql(" AND s.commune_id = ").bind(commune),
        Area::Province(province) => query.sql(" AND u.province_id = ").bind(province),
        Area::Country => query,
    };
    let rows = query.load::<(i64, Option<i64>, String, i32)>(conn)?;
    let state =
        |(commune_id, province_id, state, version)| MonthState { commune_id, province_id, state, version };
    Ok(rows.into_iter().map(state).collect())
}

/// The communes of a province that are valid on `day`, by code.
pub fn communes(conn: &mut Conn, province: UnitId, day: NaiveDate) -> DbResult<Vec<Unit>> {
    super::unit::children(conn, Some(province), day, "", i64::from(i32::MAX))
        .map(|units| units.into_iter().filter(|unit| unit.kind == "commune").collect())
}

/// How many communes each of these provinces has on `day`.
pub fn commune_counts(
    conn: &mut Conn,
    provinces: &[Unit],
    day: NaiveDate,
) -> DbResult<HashMap<UnitId, usize>> {
    let ids: Vec<UnitId> = provinces.iter().map(|province| province.id).collect();
    let mut counts = HashMap::new();
    for list in padded(&ids) {
        let rows = Sql::<(BigInt, BigInt)>::new(
            "SELECT province_id, count(*) FROM unit WHERE kind = 'commune' AND province_id IN (",
        )
        .list(list)
        .sql(") AND valid_from <= ")
        .bind(day)
        .sql(" AND valid_to >= ")
        .bind(day)
        .sql(" GROUP BY province_id")
        .load::<(i64, i64)>(conn)?;
        counts.extend(
            rows.into_iter().map(|(province, count)| (province, usize::try_from(count).unwrap_or(0))),
        );
    }
    Ok(counts)
}

/// As [`totals`] of the country, with the communes that were merged since counting for the province of their main
/// successor.
pub fn country_totals_by_successor(conn: &mut Conn, period: i32) -> DbResult<Vec<Total>> {
    let mut totals = country_totals(conn, &PLACED, period)?;
    totals.extend(country_totals(conn, &BY_SUCCESSOR, period)?);
    Ok(totals)
}
