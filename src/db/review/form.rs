//! Forms about reviews that clients of OpenRosa sent and that were taken.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool};

use super::super::DbResult;
use super::super::conn::Conn;
use super::super::message::digest;
use super::super::sql::Sql;
use crate::crypto::Digest;

/// A form that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenForm {
    /// What the client knows it by.
    pub instance_id: String,
    /// Digest of what the client sent.
    pub content: Digest,
    /// The review that it is about.
    pub review_id: i64,
    /// Whether this form, or one that it corrects, registered the unit.
    pub registered: bool,
    /// When it was taken, microseconds UTC, domain time.
    pub at: i64,
}

/// The form that a client knows by this id.
pub fn taken(conn: &mut Conn, instance_id: &str) -> DbResult<Option<TakenForm>> {
    let query = Sql::<(Binary, BigInt, Bool, BigInt)>::new(
        "SELECT content_digest, review_id, registered, at FROM review_form WHERE instance_id = ",
    );
    let row = query.bind(instance_id).load::<(Vec<u8>, i64, bool, i64)>(conn)?.pop();
    let form = |(content, review_id, registered, at)| {
        let (instance_id, content) = (instance_id.to_owned(), digest(content)?);
        Ok(TakenForm { instance_id, content, review_id, registered, at })
    };
    row.map(form).transpose()
}

/// Notes a form as taken.
pub fn take(conn: &mut Conn, form: &TakenForm) -> DbResult<()> {
    Sql::new("INSERT INTO review_form (instance_id, content_digest, review_id, registered, at) VALUES ")
        .rows([[
            form.instance_id.as_str().into(),
            form.content.into(),
            form.review_id.into(),
            form.registered.into(),
            form.at.into(),
        ]])
        .run(conn)?;
    Ok(())
}
