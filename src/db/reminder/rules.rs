//! The rules of reminders, in all their versions.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Integer, Text};

use super::super::DbResult;
use super::super::conn::Conn;
use super::super::sql::Sql;

/// The version that holds, its rules as JSON, and when it came; `None`: those that ship with the program.
pub fn current(conn: &mut Conn) -> DbResult<Option<(i32, String, i64)>> {
    let query = "SELECT version, rules, changed_at FROM reminder_rules ORDER BY version DESC LIMIT 1";
    Ok(Sql::<(Integer, Text, BigInt)>::new(query).load::<(i32, String, i64)>(conn)?.pop())
}

/// Adds a version; false where another has taken its number.
pub fn add(conn: &mut Conn, version: i32, rules: &str, at: i64, account_id: Option<i64>) -> DbResult<bool> {
    let added = Sql::new("INSERT INTO reminder_rules (version, rules, changed_at, account_id) VALUES ")
        .rows([[version.into(), rules.into(), at.into(), account_id.into()]])
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    Ok(added == 1)
}
