//! What clients of OpenRosa sent, beside the reports that it made: forms that could not be read, photographs.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::{Bind, Sql, padded, pieces};
use crate::crypto::Digest;
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

/// A photograph that came with a form.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its id.
    pub id: i64,
    /// What the client knows the form by.
    pub instance_id: String,
    /// The name that the form gives it.
    pub name: String,
    /// Digest of its content, under which it is stored.
    pub content: Digest,
    /// Its type, as its content says.
    pub media_type: &'static str,
    /// Bytes.
    pub size: i64,
    /// Who sent it: a person …
    pub person_id: Option<PersonId>,
    /// … or an account.
    pub account_id: Option<i64>,
    /// Microseconds UTC, domain time.
    pub at: i64,
}

/// Remembers photographs; the same content of the same form is there once.
pub fn insert_files(conn: &mut Conn, files: &[NewFile]) -> DbResult<()> {
    let row = |f: &NewFile| -> [Bind; 9] {
        [
            f.id.into(),
            f.instance_id.as_str().into(),
            f.name.as_str().into(),
            f.content.into(),
            f.media_type.into(),
            f.size.into(),
            f.person_id.into(),
            f.account_id.into(),
            f.at.into(),
        ]
    };
    for piece in pieces(files) {
        Sql::new(
            "INSERT INTO form_file (id, instance_id, name, content_hash, media_type, size, person_id, account_id, at) VALUES ",
        )
        .rows(piece.iter().map(row))
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    }
    Ok(())
}

/// A photograph as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its id.
    pub id: i64,
    /// What the client knows the form by.
    pub instance_id: String,
    /// The name that the form gives it.
    pub name: String,
    /// Digest of its content.
    pub content: Digest,
    /// Its type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Who sent it: a person …
    pub person_id: Option<PersonId>,
    /// … or an account.
    pub account_id: Option<i64>,
    /// When, microseconds UTC, domain time.
    pub at: i64,
}

/// The photographs of these forms, the first first.
pub fn files(conn: &mut Conn, instances: &[String]) -> DbResult<Vec<File>> {
    type Row = (i64, String, String, Vec<u8>, String, i64, Option<i64>, Option<i64>, i64);
    let mut found = Vec::new();
    for list in padded(instances) {
        let rows = Sql::<(BigInt, Text, Text, Binary, Text, BigInt, Nullable<BigInt>, Nullable<BigInt>, BigInt)>::new(
            "SELECT id, instance_id, name, content_hash, media_type, size, person_id, account_id, at FROM form_file \
             WHERE instance_id IN (",
        )
        .list(list)
        .sql(") ORDER BY id")
        .load::<Row>(conn)?;
        for (id, instance_id, name, content, media_type, size, person_id, account_id, at) in rows {
            let content = digest(content)?;
            found.push(File { id, instance_id, name, content, media_type, size, person_id, account_id, at });
        }
    }
    Ok(found)
}
