//! What the figures of a month are made of, for a commune, a province or the country, a few set-wise queries each.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};

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

/// The totals of three periods in the communes of a commune or province, one per commune and indicator. A commune is one
/// row: of a province there would be twenty thousand. For the country see [`country_totals`].
pub fn totals(conn: &mut Conn, area: Area, periods: [i32; 3]) -> DbResult<[Vec<Total>; 3]> {
    let packed = if conn.is_postgres() { PACKED_BY_POSTGRES } else { PACKED_BY_SQLITE };
    let mut query = Sql::<(BigInt, PackedColumn, PackedColumn, PackedColumn)>::new("SELECT u.id");
    for period in periods {
        query = query.sql(packed).bind(period).sql(")");
    }
    let query = query.sql(" FROM unit u WHERE u.kind = 'commune' AND ");
    let query = match area {
        Area::Commune(commune) => query.sql("u.id = ").bind(commune),
        Area::Province(province) => query.sql("u.province_id = ").bind(province),
        Area::Country => query.sql("u.province_id IS NOT NULL"),
    };
    let [mut this, mut previous, mut last_year] = [Vec::new(), Vec::new(), Vec::new()];
    for (commune, a, b, c) in query.load::<(i64, Packed, Packed, Packed)>(conn)? {
        unpack(&mut this, Some(commune), a)?;
        unpack(&mut previous, Some(commune), b)?;
        unpack(&mut last_year, Some(commune), c)?;
    }
    Ok([this, previous, last_year])
}

type PackedColumn = Nullable<Binary>;
type Packed = Option<Vec<u8>>;

/// The totals of a commune and period in the form that [`tally::read`] knows. What stands in a correlated subquery is
/// looked up commune by commune, whatever PostgreSQL knows of the table.
const PACKED_BY_POSTGRES: &str = ", (SELECT string_agg(int8send(t.indicator_id) || int8send(t.figure) || int8send(t.stated), ''::bytea) \
                                  FROM total t WHERE t.commune_id = u.id AND t.period = ";
const PACKED_BY_SQLITE: &str = ", (SELECT tally(t.indicator_id, t.figure, t.stated) FROM total t WHERE t.commune_id = u.id AND t.period = ";

fn unpack(totals: &mut Vec<Total>, unit_id: Option<UnitId>, packed: Packed) -> DbResult<()> {
    let sums = tally::read(&packed.unwrap_or_default())?;
    let total = |(indicator_id, figure, stated)| Total { unit_id, indicator_id, figure, stated };
    totals.extend(sums.into_iter().map(total));
    Ok(())
}

/// The totals of the country's communes, one per province and indicator; those of before the reform lie in none.
pub fn country_totals(conn: &mut Conn, period: i32) -> DbResult<Vec<Total>> {
    sum_up(conn, &AS_THEY_WERE, period)
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

fn sum_up(conn: &mut Conn, grouping: &Grouping, period: i32) -> DbResult<Vec<Total>> {
    if conn.is_postgres() {
        let sums = ", t.indicator_id, CAST(sum(t.figure) AS BIGINT), CAST(sum(t.stated) AS BIGINT)";
        return load_totals(conn, grouped(grouping, sums, period).sql(", t.indicator_id"));
    }
    let query: Sql<(Nullable<BigInt>, PackedColumn)> =
        grouped(grouping, ", tally(t.indicator_id, t.figure, t.stated)", period);
    let mut totals = Vec::new();
    for (unit_id, packed) in query.load::<(Option<i64>, Packed)>(conn)? {
        unpack(&mut totals, unit_id, packed)?;
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

/// How many hamlets of a commune were to report, and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HamletReturns {
    /// The commune.
    pub commune_id: UnitId,
    /// Hamlets that are valid on the day.
    pub expected: i64,
    /// Those with a return.
    pub reported: i64,
    /// Those whose first return was on time.
    pub on_time: i64,
    /// Those that say that nothing happened at all.
    pub zero: i64,
    /// The codes of those without a return, in order.
    pub missing: Vec<String>,
}

/// The hamlets of a commune or province that are valid on `day`, with their returns of `period`, by commune.
pub fn hamlets(conn: &mut Conn, area: Area, period: i32, day: NaiveDate) -> DbResult<Vec<HamletReturns>> {
    type Row = (Option<i64>, i64, i64, i64, i64, Option<String>);
    // Without OFFSET, PostgreSQL would rather read the month of the whole country.
    let (begin, end) = if conn.is_postgres() {
        (
            " LEFT JOIN LATERAL (SELECT * FROM month_return r WHERE r.unit_id = h.id AND r.period = ",
            " OFFSET 0) r ON true",
        )
    } else {
        (" LEFT JOIN month_return r ON r.unit_id = h.id AND r.period = ", "")
    };
    let query = Sql::<(Nullable<BigInt>, BigInt, BigInt, BigInt, BigInt, Nullable<Text>)>::new(
        "SELECT h.commune_id, count(*), count(r.unit_id), count(CASE WHEN r.on_time THEN 1 END), \
         count(CASE WHEN r.rest_zero AND r.stated_count = 0 THEN 1 END), \
         string_agg(CASE WHEN r.unit_id IS NULL THEN h.code END, ' ') FROM unit h",
    )
    .sql(begin)
    .bind(period)
    .sql(end)
    .sql(" WHERE h.kind = 'hamlet' AND h.valid_from <= ")
    .bind(day)
    .sql(" AND h.valid_to >= ")
    .bind(day);
    let query = match area {
        Area::Commune(commune) => query.sql(" AND h.commune_id = ").bind(commune),
        Area::Province(province) => query.sql(" AND h.province_id = ").bind(province),
        Area::Country => query,
    };
    let rows = query.sql(" GROUP BY h.commune_id").load::<Row>(conn)?;
    let of_commune = |(commune_id, expected, reported, on_time, zero, missing): Row| {
        let mut missing: Vec<String> =
            missing.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect();
        missing.sort_unstable();
        Some(HamletReturns { commune_id: commune_id?, expected, reported, on_time, zero, missing })
    };
    Ok(rows.into_iter().filter_map(of_commune).collect())
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

type CountColumns = (Nullable<BigInt>, BigInt, BigInt, BigInt, BigInt);
type CountRow = (Option<i64>, i64, i64, i64, i64);

/// The hamlets of the country that are valid on `day`, with their returns of `period`, counted by province.
///
/// To join every hamlet to its return would take two to six times as long: the hamlets are counted by province, the
/// returns by commune, less the returns of units that are no hamlet on the day, which are few.
pub fn hamlet_counts(conn: &mut Conn, period: i32, day: NaiveDate) -> DbResult<Vec<HamletCount>> {
    let parts = Sql::<CountColumns>::new(
        "SELECT province_id, count(*), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM unit \
         WHERE kind = 'hamlet' AND valid_from <= ",
    )
    .bind(day)
    .sql(" AND valid_to >= ")
    .bind(day)
    .sql(
        " GROUP BY province_id UNION ALL SELECT u.province_id, 0, r.reported, r.on_time, r.zero FROM \
         (SELECT commune_id, count(*) AS reported, count(CASE WHEN on_time THEN 1 END) AS on_time, \
          count(CASE WHEN rest_zero AND stated_count = 0 THEN 1 END) AS zero FROM month_return WHERE period = ",
    )
    .bind(period)
    .sql(" GROUP BY commune_id) r JOIN unit u ON u.id = r.commune_id")
    .sql(
        " UNION ALL SELECT c.province_id, 0, -count(*), -count(CASE WHEN r.on_time THEN 1 END), \
         -count(CASE WHEN r.rest_zero AND r.stated_count = 0 THEN 1 END) FROM \
         (SELECT id FROM unit WHERE kind IN ('agency', 'enterprise', 'school') \
          UNION ALL SELECT id FROM unit WHERE kind = 'hamlet' AND NOT (valid_from <= ",
    )
    .bind(day)
    .sql(" AND valid_to >= ")
    .bind(day)
    .sql(")) h CROSS JOIN month_return r CROSS JOIN unit c WHERE r.unit_id = h.id AND r.period = ")
    .bind(period)
    .sql(" AND c.id = r.commune_id GROUP BY c.province_id");
    let mut counts: BTreeMap<Option<UnitId>, HamletCount> = BTreeMap::new();
    for (province_id, expected, reported, on_time, zero) in parts.load::<CountRow>(conn)? {
        let count = counts.entry(province_id).or_default();
        *count = HamletCount {
            province_id,
            expected: count.expected + expected,
            reported: count.reported + reported,
            on_time: count.on_time + on_time,
            zero: count.zero + zero,
        };
    }
    Ok(counts.into_values().collect())
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

/// As [`country_totals`], with the communes that were merged since counting for the province of their main
/// successor.
pub fn country_totals_by_successor(conn: &mut Conn, period: i32) -> DbResult<Vec<Total>> {
    let mut totals = sum_up(conn, &PLACED, period)?;
    totals.extend(sum_up(conn, &BY_SUCCESSOR, period)?);
    Ok(totals)
}
