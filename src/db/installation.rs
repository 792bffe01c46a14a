//! The installation that a database belongs to, and the node numbers of the servers that run on it.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer};

use super::conn::Conn;
use super::sql::Sql;
use super::{DbError, DbResult, lock};
use crate::crypto::Digest;

/// Binds the database to the key with this fingerprint at the first start; later, whether it is the same key.
pub fn accept_key(conn: &mut Conn, fingerprint: &Digest, now: i64) -> DbResult<bool> {
    let query = || Sql::<(Binary,)>::new("SELECT key_fingerprint FROM installation WHERE id = 1");
    Sql::new("INSERT INTO installation (id, key_fingerprint, created_at) VALUES (1, ")
        .bind(*fingerprint)
        .sql(", ")
        .bind(now)
        .sql(") ON CONFLICT DO NOTHING")
        .run(conn)?;
    let (stored,) = query().get_result::<(Vec<u8>,)>(conn)?;
    Ok(stored == fingerprint)
}

/// Whether the database belongs to the key with this fingerprint.
pub fn is_key(conn: &mut Conn, fingerprint: &Digest) -> DbResult<bool> {
    let query = Sql::<(Binary,)>::new("SELECT key_fingerprint FROM installation WHERE id = 1");
    Ok(query.load::<(Vec<u8>,)>(conn)?.pop().is_some_and(|(stored,)| stored == fingerprint))
}

/// Whether the database belongs to a key already.
pub fn is_bound(conn: &mut Conn) -> DbResult<bool> {
    let (bound,) = Sql::<(BigInt,)>::new("SELECT count(*) FROM installation").get_result::<(i64,)>(conn)?;
    Ok(bound > 0)
}

/// Node numbers that ids have room for.
const NODES: i32 = 1_024;
/// Key under which servers take turns to lease a node number.
const NODE_LOCK: i64 = 0x6e_6f64;

/// Leases the lowest free node number for `holder` until `until`: the number, and the largest id that it is known to
/// have made. Times are microseconds UTC, real time.
pub fn lease_node(conn: &mut Conn, holder: i64, now: i64, until: i64) -> DbResult<(u16, i64)> {
    lock::units(conn, &[NODE_LOCK])?;
    let nodes =
        Sql::<(Integer, BigInt, BigInt)>::new("SELECT id, lease_until, last_id FROM node ORDER BY id")
            .load::<(i32, i64, i64)>(conn)?;
    let free = (0..NODES).find_map(|id| match nodes.iter().find(|node| node.0 == id) {
        Some((_, lease_until, last_id)) if *lease_until < now => Some((id, *last_id)),
        Some(_) => None,
        None => Some((id, 0)),
    });
    let (id, last_id) = free
        .ok_or(DbError::Corrupt("no node number is free: more than 1,024 servers started within a minute"))?;
    Sql::new("INSERT INTO node (id, holder, lease_until, last_id) VALUES ")
        .rows([[id.into(), holder.into(), until.into(), last_id.into()]])
        .sql(" ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until")
        .run(conn)?;
    Ok((u16::try_from(id).map_err(|_| DbError::Corrupt("a node number"))?, last_id))
}

/// Renews the lease of `holder`; false when another server has taken the number.
pub fn renew_node(conn: &mut Conn, holder: i64, until: i64, last_id: i64) -> DbResult<bool> {
    let renewed = Sql::new("UPDATE node SET lease_until = ")
        .bind(until)
        .sql(", last_id = ")
        .bind(last_id)
        .sql(" WHERE holder = ")
        .bind(holder)
        .run(conn)?;
    Ok(renewed == 1)
}
