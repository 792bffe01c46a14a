//! Keys that sign access tokens, encrypted.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary};

use super::conn::Conn;
use super::sql::Sql;
use super::{DbResult, lock};

/// A key: it signs until it retires and verifies until it expires. Times are microseconds UTC, real time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id, the `kid` of tokens.
    pub id: i64,
    /// The secret, sealed for (`signing_key`, id).
    pub secret_cipher: Vec<u8>,
    /// When it was made.
    pub created_at: i64,
    /// When it stops signing.
    pub retires_at: i64,
    /// When the last token that it signed is worthless.
    pub expires_at: i64,
}

/// Key under which servers take turns to make a signing key.
const SIGNING_LOCK: i64 = 0x6b_6579;

/// The keys that still verify at `now`, newest first.
pub fn usable(conn: &mut Conn, now: i64) -> DbResult<Vec<SigningKey>> {
    let rows = Sql::<(BigInt, Binary, BigInt, BigInt, BigInt)>::new(
        "SELECT id, secret_cipher, created_at, retires_at, expires_at FROM signing_key WHERE expires_at > ",
    )
    .bind(now)
    .sql(" ORDER BY created_at DESC, id DESC")
    .load::<(i64, Vec<u8>, i64, i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, secret_cipher, created_at, retires_at, expires_at)| SigningKey {
            id,
            secret_cipher,
            created_at,
            retires_at,
            expires_at,
        })
        .collect())
}

/// Adds `key` unless there is one that signs at its time of making, and forgets the keys that have expired by then.
/// Within a transaction that writes.
pub fn add_where_missing(conn: &mut Conn, key: &SigningKey) -> DbResult<()> {
    lock::units(conn, &[SIGNING_LOCK])?;
    if usable(conn, key.created_at)?.iter().any(|other| other.retires_at > key.created_at) {
        return Ok(());
    }
    Sql::new("DELETE FROM signing_key WHERE expires_at <= ").bind(key.created_at).run(conn)?;
    Sql::new("INSERT INTO signing_key (id, secret_cipher, created_at, retires_at, expires_at) VALUES ")
        .rows([[
            key.id.into(),
            key.secret_cipher.clone().into(),
            key.created_at.into(),
            key.retires_at.into(),
            key.expires_at.into(),
        ]])
        .run(conn)?;
    Ok(())
}
