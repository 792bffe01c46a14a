//! What was spent on texts by month, gateway and commune, and what may be spent. Money is whole đồng, months are YYYYMM.

use std::collections::BTreeMap;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::{Bind, Sql, padded, pieces};
use super::started::Payer;
use super::traffic::Whose;
use crate::domain::ids::UnitId;

/// What went and what it cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Texts.
    pub texts: i64,
    /// SMS parts.
    pub parts: i64,
    /// What they cost.
    pub cost: i64,
}

/// Adds to what was spent in `month` by `gateway`, by commune (0: none), in the order of the communes, so that two
/// transactions never wait for each other in a circle.
pub fn add(conn: &mut Conn, month: i32, gateway: &str, spent: &BTreeMap<UnitId, Spent>) -> DbResult<()> {
    let row = |(unit, spent): (&UnitId, &Spent)| -> [Bind; 6] {
        [
            month.into(),
            gateway.into(),
            (*unit).into(),
            spent.texts.into(),
            spent.parts.into(),
            spent.cost.into(),
        ]
    };
    let rows: Vec<[Bind; 6]> = spent.iter().map(row).collect();
    for piece in pieces(&rows) {
        Sql::new("INSERT INTO spending (month, gateway, unit_id, texts, parts, cost) VALUES ")
            .rows(piece.iter().cloned())
            .sql(
                " ON CONFLICT (month, gateway, unit_id) DO UPDATE SET texts = spending.texts + excluded.texts, \
                 parts = spending.parts + excluded.parts, cost = spending.cost + excluded.cost",
            )
            .run(conn)?;
    }
    Ok(())
}

/// What `payer` spent in `month`.
pub fn spent(conn: &mut Conn, payer: Payer, month: i32) -> DbResult<i64> {
    let query = Sql::<(Nullable<BigInt>,)>::new("SELECT CAST(sum(s.cost) AS BIGINT)");
    Ok(from_spending(query, payer, month).get_result::<(Option<i64>,)>(conn)?.0.unwrap_or(0))
}

/// The rest of a query that sums `s.cost` over what `payer` spent in `month`.
fn from_spending<ST>(query: Sql<ST>, payer: Payer, month: i32) -> Sql<ST> {
    let query =
        query.sql(" FROM spending s LEFT JOIN unit u ON u.id = s.unit_id WHERE s.month = ").bind(month);
    match payer {
        Payer::Commune(commune) => query.sql(" AND s.unit_id = ").bind(commune),
        Payer::Province(province) => query.sql(" AND u.province_id = ").bind(province),
        Payer::Everyone => query,
    }
}

/// What `payer` spent in `month`, đồng, and what the started texts cost that are being sent right now, without `ids`. One
/// look at both: a text that is marked in between two would be in neither.
pub fn spent_or_under_way(conn: &mut Conn, payer: Payer, month: i32, ids: &[i64]) -> DbResult<i64> {
    let query = Sql::<(BigInt,)>::new("SELECT CAST(COALESCE((SELECT sum(s.cost)");
    let query = from_spending(query, payer, month).sql(
        "), 0) + COALESCE((SELECT sum(o.cost) FROM outbox o LEFT JOIN unit u ON u.id = o.commune_id \
         WHERE o.state = 'queued' AND o.lease_holder IS NOT NULL AND o.lane = 1",
    );
    let query = match payer {
        Payer::Commune(commune) => query.sql(" AND o.commune_id = ").bind(commune),
        Payer::Province(province) => query.sql(" AND u.province_id = ").bind(province),
        Payer::Everyone => query,
    };
    let query = match padded(ids).next() {
        Some(ids) => query.sql(" AND o.id NOT IN (").list(ids).sql(")"),
        None => query,
    };
    Ok(query.sql("), 0) AS BIGINT)").get_result::<(i64,)>(conn)?.0)
}

/// What went by a gateway in `month`, in all.
pub fn by_gateway(conn: &mut Conn, gateway: &str, month: i32) -> DbResult<i64> {
    let query =
        Sql::<(Nullable<BigInt>,)>::new("SELECT CAST(sum(cost) AS BIGINT) FROM spending WHERE month = ")
            .bind(month)
            .sql(" AND gateway = ")
            .bind(gateway);
    Ok(query.get_result::<(Option<i64>,)>(conn)?.0.unwrap_or(0))
}

/// A line of the account of costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The month.
    pub month: i32,
    /// The gateway.
    pub gateway: String,
    /// Code and name of the commune; `None`: texts that belong to none.
    pub commune: Option<(String, String)>,
    /// What went.
    pub spent: Spent,
}

/// The account of the months `from` to `to`, by month, commune and gateway.
pub fn account(conn: &mut Conn, whose: Whose, from: i32, to: i32) -> DbResult<Vec<Line>> {
    type Row = (i32, String, Option<String>, Option<String>, i64, i64, i64);
    let query = Sql::<(Integer, Text, Nullable<Text>, Nullable<Text>, BigInt, BigInt, BigInt)>::new(
        "SELECT s.month, s.gateway, u.code, u.name, s.texts, s.parts, s.cost FROM spending s \
         LEFT JOIN unit u ON u.id = s.unit_id WHERE s.month >= ",
    )
    .bind(from)
    .sql(" AND s.month <= ")
    .bind(to);
    let query = match whose {
        Whose::Commune(commune) => query.sql(" AND s.unit_id = ").bind(commune),
        Whose::Province(province) => query.sql(" AND u.province_id = ").bind(province),
        Whose::Everyone => query,
    };
    let rows = query.sql(" ORDER BY s.month, u.code, s.gateway").load::<Row>(conn)?;
    let line = |(month, gateway, code, name, texts, parts, cost): Row| Line {
        month,
        gateway,
        commune: code.zip(name),
        spent: Spent { texts, parts, cost },
    };
    Ok(rows.into_iter().map(line).collect())
}

/// What a unit may spend in `month`: of the amounts set for that month or earlier ones the latest; `None`: anything.
/// The row stays locked until the transaction ends, so that two servers never spend the same money.
pub fn budget(conn: &mut Conn, unit: UnitId, month: i32) -> DbResult<Option<i64>> {
    let rows = Sql::<(Nullable<BigInt>,)>::new("SELECT amount FROM budget WHERE unit_id = ")
        .bind(unit)
        .sql(" AND month <= ")
        .bind(month)
        .sql(" ORDER BY month DESC LIMIT 1")
        .load::<(Option<i64>,)>(conn)?;
    Ok(rows.into_iter().next().and_then(|(amount,)| amount))
}

/// Locks the budgets of units until the transaction ends, so that two servers never spend the same money.
pub fn lock_budgets(conn: &mut Conn, units: &[UnitId]) -> DbResult<()> {
    if !conn.is_postgres() {
        return Ok(());
    }
    let mut units = units.to_vec();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        Sql::<(Integer,)>::new("SELECT month FROM budget WHERE unit_id = ")
            .bind(unit)
            .sql(" ORDER BY month FOR UPDATE")
            .load::<(i32,)>(conn)?;
    }
    Ok(())
}

/// Sets what a unit may spend in a month, from `month` on; `None`: anything.
pub fn set_budget(conn: &mut Conn, unit: UnitId, month: i32, amount: Option<i64>) -> DbResult<()> {
    Sql::new("INSERT INTO budget (unit_id, month, amount) VALUES (")
        .bind(unit)
        .sql(", ")
        .bind(month)
        .sql(", ")
        .bind(amount)
        .sql(") ON CONFLICT (unit_id, month) DO UPDATE SET amount = excluded.amount")
        .run(conn)?;
    Ok(())
}
