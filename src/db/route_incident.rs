//! What is or was wrong with routes. An incident is open once per gateway and kind, and told once.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;

/// An incident of a route. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its id.
    pub id: i64,
    /// The gateway.
    pub gateway: String,
    /// What kind of trouble it is.
    pub kind: String,
    /// What was seen, for administrators.
    pub detail: String,
    /// When it began.
    pub opened_at: i64,
    /// When the administrators were told.
    pub alerted_at: Option<i64>,
}

/// Opens an incident under `id`, unless one of this kind is open already; answers whether it is new.
pub fn open(conn: &mut Conn, id: i64, gateway: &str, kind: &str, detail: &str, now: i64) -> DbResult<bool> {
    let rows = Sql::new("INSERT INTO route_incident (id, gateway, kind, detail, opened_at) VALUES (")
        .bind(id)
        .sql(", ")
        .bind(gateway)
        .sql(", ")
        .bind(kind)
        .sql(", ")
        .bind(detail)
        .sql(", ")
        .bind(now)
        .sql(") ON CONFLICT DO NOTHING")
        .run(conn)?;
    Ok(rows == 1)
}

/// Closes the open incident of this kind; answers whether there was one.
pub fn close(conn: &mut Conn, gateway: &str, kind: &str, now: i64) -> DbResult<bool> {
    let rows = Sql::new("UPDATE route_incident SET closed_at = ")
        .bind(now)
        .sql(" WHERE closed_at IS NULL AND gateway = ")
        .bind(gateway)
        .sql(" AND kind = ")
        .bind(kind)
        .run(conn)?;
    Ok(rows > 0)
}

/// The open incidents, the oldest first.
pub fn all_open(conn: &mut Conn) -> DbResult<Vec<Incident>> {
    type Row = (i64, String, String, String, i64, Option<i64>);
    let rows = Sql::<(BigInt, Text, Text, Text, BigInt, Nullable<BigInt>)>::new(
        "SELECT id, gateway, kind, detail, opened_at, alerted_at FROM route_incident WHERE closed_at IS NULL \
         ORDER BY opened_at, id",
    )
    .load::<Row>(conn)?;
    let incident = |(id, gateway, kind, detail, opened_at, alerted_at): Row| Incident {
        id,
        gateway,
        kind,
        detail,
        opened_at,
        alerted_at,
    };
    Ok(rows.into_iter().map(incident).collect())
}

/// Notes that the administrators are told of an incident; answers whether they had not been.
pub fn alert(conn: &mut Conn, id: i64, now: i64) -> DbResult<bool> {
    let rows = Sql::new("UPDATE route_incident SET alerted_at = ")
        .bind(now)
        .sql(" WHERE alerted_at IS NULL AND id = ")
        .bind(id)
        .run(conn)?;
    Ok(rows == 1)
}
