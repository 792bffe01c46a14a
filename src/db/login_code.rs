//! Codes to log in with, sent by SMS: one row per number, known or not.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::Sql;
use crate::crypto::Digest;

/// The code that was sent last to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogInCode {
    /// Keyed digest of number and code.
    pub code_index: Digest,
    /// When it was asked for: microseconds UTC, real time.
    pub asked_at: i64,
    /// Until when it is good.
    pub expires_at: i64,
    /// How many wrong ones were tried since.
    pub tries: i32,
    /// When the day began within which codes are counted.
    pub day_from: i64,
    /// How many were asked for since.
    pub day_count: i32,
}

/// The code of a number; on PostgreSQL its row stays locked until the transaction ends, so that guesses come one after
/// the other.
pub fn find(conn: &mut Conn, number_index: Digest) -> DbResult<Option<LogInCode>> {
    type Row = (Vec<u8>, i64, i64, i32, i64, i32);
    let found = Sql::<(Binary, BigInt, BigInt, Integer, BigInt, Integer)>::new(
        "SELECT code_index, asked_at, expires_at, tries, day_from, day_count FROM login_code WHERE number_index = ",
    )
    .bind(number_index)
    .sql(if conn.is_postgres() { " FOR UPDATE" } else { "" })
    .load::<Row>(conn)?
    .pop();
    let code = |(code, asked_at, expires_at, tries, day_from, day_count): Row| {
        let code_index = digest(code)?;
        Ok(LogInCode { code_index, asked_at, expires_at, tries, day_from, day_count })
    };
    found.map(code).transpose()
}

/// Puts the code of a number in the place of the one before.
pub fn put(conn: &mut Conn, number_index: Digest, code: &LogInCode) -> DbResult<()> {
    Sql::new(
        "INSERT INTO login_code (number_index, code_index, asked_at, expires_at, tries, day_from, day_count) VALUES ",
    )
    .rows([[
        number_index.into(),
        code.code_index.into(),
        code.asked_at.into(),
        code.expires_at.into(),
        code.tries.into(),
        code.day_from.into(),
        code.day_count.into(),
    ]])
    .sql(
        " ON CONFLICT (number_index) DO UPDATE SET code_index = excluded.code_index, asked_at = excluded.asked_at, \
         expires_at = excluded.expires_at, tries = excluded.tries, day_from = excluded.day_from, \
         day_count = excluded.day_count",
    )
    .run(conn)?;
    Ok(())
}

/// Drops what was asked for before `before`.
pub fn forget(conn: &mut Conn, before: i64) -> DbResult<usize> {
    Ok(Sql::new("DELETE FROM login_code WHERE asked_at < ").bind(before).run(conn)?)
}
