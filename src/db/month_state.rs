//! Whether a commune's month is open, closed or revised, and why that was changed.

use diesel::RunQueryDsl;
use diesel::sql_types::{Integer, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::{Bind, Sql};
use crate::domain::ids::UnitId;

/// The state of a month and how often it was closed or revised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    /// `open`, `closed` or `revised`.
    pub state: String,
    /// How often it was closed or revised; 0: never.
    pub version: i32,
}

/// The state of a commune's month.
pub fn find(conn: &mut Conn, commune: UnitId, period: i32) -> DbResult<StoredState> {
    let mut rows = Sql::<(Text, Integer)>::new("SELECT state, version FROM month_state WHERE period = ")
        .bind(period)
        .sql(" AND commune_id = ")
        .bind(commune)
        .load::<(String, i32)>(conn)?;
    let stored = rows.pop().map(|(state, version)| StoredState { state, version });
    Ok(stored.unwrap_or_else(|| StoredState { state: "open".to_owned(), version: 0 }))
}

/// A change of a month's state.
#[derive(Debug, Clone)]
pub struct NewMonthChange {
    /// Its id.
    pub id: i64,
    /// The period, as a number.
    pub period: i32,
    /// The commune.
    pub commune_id: UnitId,
    /// The new state.
    pub state: &'static str,
    /// The new version.
    pub version: i32,
    /// Why, sealed for (`month_change`, id).
    pub reason_cipher: Option<Vec<u8>>,
    /// Who did it.
    pub account_id: Option<i64>,
    /// When, microseconds UTC.
    pub at: i64,
}

/// Makes the change and keeps it.
pub fn change(conn: &mut Conn, new: &NewMonthChange) -> DbResult<()> {
    let state: [Bind; 6] = [
        new.period.into(),
        new.commune_id.into(),
        new.state.into(),
        new.version.into(),
        new.at.into(),
        new.account_id.into(),
    ];
    Sql::new("INSERT INTO month_state (period, commune_id, state, version, changed_at, account_id) VALUES ")
        .rows([state])
        .sql(
            " ON CONFLICT (period, commune_id) DO UPDATE SET state = excluded.state, version = excluded.version, \
             changed_at = excluded.changed_at, account_id = excluded.account_id",
        )
        .run(conn)?;
    let kept: [Bind; 8] = [
        new.id.into(),
        new.period.into(),
        new.commune_id.into(),
        new.state.into(),
        new.version.into(),
        new.reason_cipher.clone().into(),
        new.account_id.into(),
        new.at.into(),
    ];
    Sql::new(
        "INSERT INTO month_change (id, period, commune_id, state, version, reason_cipher, account_id, at) VALUES ",
    )
    .rows([kept])
    .run(conn)?;
    Ok(())
}
