//! Answers that were given to requests with an `Idempotency-Key`.

use diesel::RunQueryDsl;
use diesel::sql_types::{Binary, Integer, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::Sql;
use crate::crypto::Digest;

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Digest of the request.
    pub request_digest: Digest,
    /// The status.
    pub status: i32,
    /// The body, JSON.
    pub body: String,
}

/// The answer that `account_id` got under `key` since `since` (microseconds UTC).
pub fn find(conn: &mut Conn, account_id: i64, key: &str, since: i64) -> DbResult<Option<Answer>> {
    let mut rows = Sql::<(Binary, Integer, Text)>::new(
        "SELECT request_digest, status, body FROM idempotency WHERE account_id = ",
    )
    .bind(account_id)
    .sql(" AND idempotency_key = ")
    .bind(key)
    .sql(" AND created_at >= ")
    .bind(since)
    .load::<(Vec<u8>, i32, String)>(conn)?;
    let Some((request, status, body)) = rows.pop() else { return Ok(None) };
    Ok(Some(Answer { request_digest: digest(request)?, status, body }))
}

/// Keeps an answer given at `now`, unless there is one, and forgets those of the account from before `since`.
pub fn keep(
    conn: &mut Conn,
    account_id: i64,
    key: &str,
    answer: &Answer,
    since: i64,
    now: i64,
) -> DbResult<()> {
    Sql::new("DELETE FROM idempotency WHERE account_id = ")
        .bind(account_id)
        .sql(" AND created_at < ")
        .bind(since)
        .run(conn)?;
    Sql::new("INSERT INTO idempotency (account_id, idempotency_key, request_digest, status, body, created_at) VALUES ")
        .rows([[
            account_id.into(),
            key.into(),
            answer.request_digest.into(),
            answer.status.into(),
            answer.body.as_str().into(),
            now.into(),
        ]])
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    Ok(())
}
