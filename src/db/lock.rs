//! Locks that keep two servers on one PostgreSQL from deciding about the same hamlet or sender at once.
//!
//! SQLite needs none: its only writer holds the database.

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;

use super::DbResult;
use super::conn::Conn;
use super::sql::{Bind, Sql, pieces};
use crate::crypto::Digest;
use crate::domain::ids::UnitId;

/// Locks numbers until the transaction ends. Call it once, before [`units`]: senders have negative keys, so all
/// transactions take their locks in one ascending order.
pub fn senders(conn: &mut Conn, senders: &[Digest]) -> DbResult<()> {
    let keys = senders
        .iter()
        .filter_map(|digest| digest.first_chunk::<8>())
        .map(|bytes| i64::from_be_bytes(*bytes) | i64::MIN);
    take(conn, keys.collect())
}

/// Locks units until the transaction ends.
pub fn units(conn: &mut Conn, units: &[UnitId]) -> DbResult<()> {
    take(conn, units.to_vec())
}

fn take(conn: &mut Conn, mut keys: Vec<i64>) -> DbResult<()> {
    if !conn.is_postgres() {
        return Ok(());
    }
    keys.sort_unstable();
    keys.dedup();
    for piece in pieces(&keys) {
        // The rows of VALUES are locked one after the other, as they stand.
        Sql::<(BigInt,)>::new("SELECT count(*) FROM (SELECT pg_advisory_xact_lock(k) FROM (VALUES ")
            .rows(piece.iter().map(|key| [Bind::from(*key)]))
            .sql(") AS keys (k) OFFSET 0) AS locked")
            .get_result::<(i64,)>(conn)?;
    }
    Ok(())
}
