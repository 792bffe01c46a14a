//! What clients of OpenRosa sent and could not be read.

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use crate::domain::ids::PersonId;

/// A filled-in form that could not be read.
#[derive(Debug, Clone)]
pub struct NewKept {
    /// Its id.
    pub id: i64,
    /// What the client knows it by.
    pub instance_id: String,
    /// The form that it names.
    pub form: String,
    /// The version that it names.
    pub version: String,
    /// Who sent it: a person …
    pub person_id: Option<PersonId>,
    /// … or an account.
    pub account_id: Option<i64>,
    /// The XML as it came, sealed for (`form_kept`, id).
    pub content_cipher: Vec<u8>,
    /// What could not be read: names of fields.
    pub why: String,
    /// Microseconds UTC, domain time.
    pub at: i64,
}

/// Keeps a form; one that came before stays as it is.
pub fn keep(conn: &mut Conn, new: &NewKept) -> DbResult<()> {
    Sql::new(
        "INSERT INTO form_kept (id, instance_id, form, version, person_id, account_id, content_cipher, why, at) VALUES ",
    )
    .rows([[
        new.id.into(),
        new.instance_id.as_str().into(),
        new.form.as_str().into(),
        new.version.as_str().into(),
        new.person_id.into(),
        new.account_id.into(),
        new.content_cipher.clone().into(),
        new.why.as_str().into(),
        new.at.into(),
    ]])
    .sql(" ON CONFLICT DO NOTHING")
    .run(conn)?;
    Ok(())
}
