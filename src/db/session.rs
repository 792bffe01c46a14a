//! Refresh tokens, hashed. All that grew from one log-in are a family.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable};

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use crate::crypto::Digest;

/// A refresh token to be remembered.
#[derive(Debug, Clone, Copy)]
pub struct NewSession {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub account_id: i64,
    /// The log-in that it grew from.
    pub family: i64,
    /// Digest of the token.
    pub token_hash: Digest,
    /// Microseconds UTC, real time.
    pub created_at: i64,
    /// When it lapses.
    pub expires_at: i64,
}

/// A refresh token as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub account_id: i64,
    /// The log-in that it grew from.
    pub family: i64,
    /// When it lapses.
    pub expires_at: i64,
    /// When it was exchanged for another.
    pub used_at: Option<i64>,
    /// When its family was revoked.
    pub revoked_at: Option<i64>,
}

/// Remembers a token.
pub fn insert(conn: &mut Conn, session: &NewSession) -> DbResult<()> {
    Sql::new("INSERT INTO session (id, account_id, family, token_hash, created_at, expires_at) VALUES ")
        .rows([[
            session.id.into(),
            session.account_id.into(),
            session.family.into(),
            session.token_hash.into(),
            session.created_at.into(),
            session.expires_at.into(),
        ]])
        .run(conn)?;
    Ok(())
}

/// The session of the token with this digest; on PostgreSQL its row stays locked until the transaction ends, so that
/// two that bring one token come one after the other.
pub fn by_hash(conn: &mut Conn, token_hash: Digest) -> DbResult<Option<Session>> {
    type Row = (i64, i64, i64, i64, Option<i64>, Option<i64>);
    let found = Sql::<(BigInt, BigInt, BigInt, BigInt, Nullable<BigInt>, Nullable<BigInt>)>::new(
        "SELECT id, account_id, family, expires_at, used_at, revoked_at FROM session WHERE token_hash = ",
    )
    .bind(token_hash)
    .sql(if conn.is_postgres() { " FOR UPDATE" } else { "" })
    .load::<Row>(conn)?
    .pop();
    Ok(found.map(|(id, account_id, family, expires_at, used_at, revoked_at)| Session {
        id,
        account_id,
        family,
        expires_at,
        used_at,
        revoked_at,
    }))
}

/// Marks the token as exchanged.
pub fn mark_used(conn: &mut Conn, id: i64, now: i64) -> DbResult<()> {
    Sql::new("UPDATE session SET used_at = ").bind(now).sql(" WHERE id = ").bind(id).run(conn)?;
    Ok(())
}

/// Revokes every token of a log-in.
pub fn revoke_family(conn: &mut Conn, family: i64, now: i64) -> DbResult<()> {
    Sql::new("UPDATE session SET revoked_at = ")
        .bind(now)
        .sql(" WHERE revoked_at IS NULL AND family = ")
        .bind(family)
        .run(conn)?;
    Ok(())
}

/// Revokes every token of an account.
pub fn revoke_account(conn: &mut Conn, account_id: i64, now: i64) -> DbResult<()> {
    Sql::new("UPDATE session SET revoked_at = ")
        .bind(now)
        .sql(" WHERE revoked_at IS NULL AND account_id = ")
        .bind(account_id)
        .run(conn)?;
    Ok(())
}

/// Forgets the tokens of an account that lapsed before `before`.
pub fn forget_lapsed(conn: &mut Conn, account_id: i64, before: i64) -> DbResult<()> {
    Sql::new("DELETE FROM session WHERE account_id = ")
        .bind(account_id)
        .sql(" AND expires_at < ")
        .bind(before)
        .run(conn)?;
    Ok(())
}
