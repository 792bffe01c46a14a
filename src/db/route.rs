//! Where the routes of outgoing texts stand: shared by all servers, so that a pause, a pace and an incident hold for all.

use std::collections::BTreeMap;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use crate::domain::ids::floor_at;
use crate::domain::outbound::route::{RouteState, Trouble};

/// A route. Times are microseconds UTC, the database server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The gateway.
    pub gateway: String,
    /// Whether it is open.
    pub state: RouteState,
    /// What the provider said when it was paused.
    pub detail: Option<String>,
    /// Until when its pace is used up.
    pub paid_until: i64,
    /// When a text went last.
    pub sent_at: Option<i64>,
    /// The money left with the provider, đồng, and when it said so.
    pub balance: Option<(i64, i64)>,
}

type Columns = (
    (Text, Nullable<Text>, Nullable<Text>, BigInt, Integer, Integer, BigInt),
    (BigInt, BigInt, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>),
);
type Row = (
    (String, Option<String>, Option<String>, i64, i32, i32, i64),
    (i64, i64, Option<i64>, Option<i64>, Option<i64>),
);

const SELECT: &str = "SELECT gateway, trouble, detail, since, failures, probes, probe_at, rest_until, paid_until, \
                      sent_at, balance, balance_at FROM route";

fn route((head, tail): Row) -> Route {
    let (gateway, trouble, detail, since, failures, probes, probe_at) = head;
    let (rest_until, paid_until, sent_at, balance, balance_at) = tail;
    let trouble = trouble.as_deref().and_then(Trouble::by_name);
    Route {
        gateway,
        state: RouteState { trouble, since, failures, probes, probe_at, rest_until },
        detail,
        paid_until,
        sent_at,
        balance: balance.zip(balance_at),
    }
}

/// All routes that have ever been used.
pub fn all(conn: &mut Conn) -> DbResult<BTreeMap<String, Route>> {
    let rows = Sql::<Columns>::new(SELECT).load::<Row>(conn)?;
    Ok(rows.into_iter().map(|row| (row.0.0.clone(), route(row))).collect())
}

/// The route by `gateway`, if it has ever been used.
pub fn find(conn: &mut Conn, gateway: &str) -> DbResult<Option<Route>> {
    load(conn, gateway, false)
}

fn load(conn: &mut Conn, gateway: &str, lock: bool) -> DbResult<Option<Route>> {
    let lock = if lock && conn.is_postgres() { " FOR UPDATE" } else { "" };
    let query = Sql::<Columns>::new(SELECT).sql(" WHERE gateway = ").bind(gateway).sql(lock);
    Ok(query.load::<Row>(conn)?.into_iter().next().map(route))
}

/// The route by `gateway`, made at `now` if it is new; nobody else changes it until the transaction ends.
pub fn lock(conn: &mut Conn, gateway: &str, now: i64) -> DbResult<Route> {
    if let Some(route) = load(conn, gateway, true)? {
        return Ok(route);
    }
    Sql::new(
        "INSERT INTO route (gateway, since, failures, probes, probe_at, rest_until, paid_until) VALUES (",
    )
    .bind(gateway)
    .sql(", ")
    .bind(now)
    .sql(", 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING")
    .run(conn)?;
    load(conn, gateway, true)?.ok_or(super::DbError::Overtaken)
}

/// Writes a route that [`lock`] gave: all but what phones and providers tell.
pub fn store(conn: &mut Conn, route: &Route) -> DbResult<()> {
    let state = &route.state;
    Sql::new("UPDATE route SET trouble = ")
        .bind(state.trouble.map(|trouble| trouble.name().to_owned()))
        .sql(", detail = ")
        .bind(route.detail.clone())
        .sql(", since = ")
        .bind(state.since)
        .sql(", failures = ")
        .bind(state.failures)
        .sql(", probes = ")
        .bind(state.probes)
        .sql(", probe_at = ")
        .bind(state.probe_at)
        .sql(", rest_until = ")
        .bind(state.rest_until)
        .sql(", paid_until = ")
        .bind(route.paid_until)
        .sql(", sent_at = ")
        .bind(route.sent_at)
        .sql(" WHERE gateway = ")
        .bind(route.gateway.as_str())
        .run(conn)?;
    Ok(())
}

/// A paused route is tried at once when the next text is due: its settings may have been changed.
pub fn try_again(conn: &mut Conn, gateway: &str) -> DbResult<()> {
    Sql::new("UPDATE route SET probe_at = 0, probes = 0, rest_until = 0 WHERE gateway = ")
        .bind(gateway)
        .run(conn)?;
    Ok(())
}

/// The provider behind `gateway` said at `now` how much money is left.
pub fn note_balance(conn: &mut Conn, gateway: &str, balance: i64, now: i64) -> DbResult<()> {
    lock(conn, gateway, now)?;
    Sql::new("UPDATE route SET balance = ")
        .bind(balance)
        .sql(", balance_at = ")
        .bind(now)
        .sql(" WHERE gateway = ")
        .bind(gateway)
        .run(conn)?;
    Ok(())
}

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// Counts the texts that came in during `hour` (hours since 1970 UTC), by gateway, and keeps the counts. Counting again
/// changes nothing but what came since.
pub fn count_hour(conn: &mut Conn, hour: i64) -> DbResult<()> {
    let (from, to) = (floor_at(hour * HOUR / 1_000), floor_at((hour + 1) * HOUR / 1_000));
    let counts = Sql::<(Text, BigInt)>::new("SELECT gateway, count(*) FROM message WHERE id >= ")
        .bind(from)
        .sql(" AND id < ")
        .bind(to)
        .sql(" GROUP BY gateway ORDER BY gateway")
        .load::<(String, i64)>(conn)?;
    for (gateway, texts) in counts {
        Sql::new("INSERT INTO route_hour (gateway, hour, texts) VALUES (")
            .bind(gateway)
            .sql(", ")
            .bind(hour)
            .sql(", ")
            .bind(texts)
            .sql(") ON CONFLICT (gateway, hour) DO UPDATE SET texts = excluded.texts")
            .run(conn)?;
    }
    Ok(())
}

/// How many texts came in by `gateway`, by hour; hours without any are left out.
pub fn hours(conn: &mut Conn, gateway: &str) -> DbResult<BTreeMap<i64, i64>> {
    let rows = Sql::<(BigInt, BigInt)>::new("SELECT hour, texts FROM route_hour WHERE gateway = ")
        .bind(gateway)
        .load::<(i64, i64)>(conn)?;
    Ok(rows.into_iter().collect())
}

/// Forgets counts of hours before `hour`, and delivery reports that no text was found for before `now` − 1 h.
pub fn forget(conn: &mut Conn, hour: i64, now: i64) -> DbResult<()> {
    Sql::new("DELETE FROM route_hour WHERE hour < ").bind(hour).run(conn)?;
    Sql::new("DELETE FROM early_receipt WHERE received_at < ").bind(now - HOUR).run(conn)?;
    Ok(())
}

/// The database server's time, microseconds UTC; `None` for the embedded database, whose servers share a clock.
pub fn server_time(conn: &mut Conn) -> DbResult<Option<i64>> {
    if !conn.is_postgres() {
        return Ok(None);
    }
    let query = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
    Ok(Some(Sql::<(BigInt,)>::new(query).get_result::<(i64,)>(conn)?.0))
}
