//! Accounts: log-ins of officers and administrators.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::conn::Conn;
use super::sql::Sql;
use super::{DbError, DbResult};
use crate::domain::ids::UnitId;

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: i64,
    /// The name that is typed, lower case; unique.
    pub username: String,
    /// The password, as a PHC string.
    pub password_hash: String,
    /// The name of its role.
    pub role: &'static str,
    /// The unit of the role; `None`: the whole country.
    pub unit_id: Option<UnitId>,
    /// Microseconds UTC, real time.
    pub created_at: i64,
}

/// An account as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: i64,
    /// The name that is typed.
    pub username: String,
    /// The password, as a PHC string.
    pub password_hash: String,
    /// The name of its role.
    pub role: String,
    /// The unit of the role; `None`: the whole country.
    pub unit_id: Option<UnitId>,
    /// Since when it may not be used, microseconds UTC.
    pub disabled_at: Option<i64>,
}

type Columns = (BigInt, Text, Text, Text, Nullable<BigInt>, Nullable<BigInt>);
type Row = (i64, String, String, String, Option<i64>, Option<i64>);

const SELECT: &str = "SELECT id, username, password_hash, role, unit_id, disabled_at FROM account WHERE ";

fn one(conn: &mut Conn, query: Sql<Columns>) -> DbResult<Option<Account>> {
    let row = query.load::<Row>(conn)?.pop();
    Ok(row.map(|(id, username, password_hash, role, unit_id, disabled_at)| Account {
        id,
        username,
        password_hash,
        role,
        unit_id,
        disabled_at,
    }))
}

/// Inserts an account; false when the name is taken.
pub fn insert(conn: &mut Conn, account: &NewAccount) -> DbResult<bool> {
    let written = Sql::new(
        "INSERT INTO account (id, username, password_hash, role, unit_id, created_at, password_changed_at) VALUES ",
    )
    .rows([[
        account.id.into(),
        account.username.as_str().into(),
        account.password_hash.as_str().into(),
        account.role.into(),
        account.unit_id.into(),
        account.created_at.into(),
        account.created_at.into(),
    ]])
    .sql(" ON CONFLICT DO NOTHING")
    .run(conn)?;
    Ok(written == 1)
}

/// The account with this name.
pub fn by_username(conn: &mut Conn, username: &str) -> DbResult<Option<Account>> {
    one(conn, Sql::new(SELECT).sql("username = ").bind(username))
}

/// The account with this id.
pub fn by_id(conn: &mut Conn, id: i64) -> DbResult<Option<Account>> {
    one(conn, Sql::new(SELECT).sql("id = ").bind(id))
}

/// Gives the account another password at `now`.
pub fn set_password(conn: &mut Conn, id: i64, password_hash: &str, now: i64) -> DbResult<()> {
    let changed = Sql::new("UPDATE account SET password_hash = ")
        .bind(password_hash)
        .sql(", password_changed_at = ")
        .bind(now)
        .sql(" WHERE id = ")
        .bind(id)
        .run(conn)?;
    if changed == 1 { Ok(()) } else { Err(DbError::Corrupt("an account that is not there")) }
}
