//! What clients of OpenRosa sent and could not be read.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::photo;
use super::sql::{Sql, padded};
use crate::crypto::Digest;
use crate::domain::ids::{PersonId, UnitId, floor_at};

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

/// A form that was kept, as officers see it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its id.
    pub id: i64,
    /// What the client knows it by.
    pub instance_id: String,
    /// The form that it names.
    pub form: String,
    /// The version that it names.
    pub version: String,
    /// What could not be read.
    pub why: String,
    /// When it came, microseconds UTC, domain time.
    pub at: i64,
    /// When an officer was done with it, real time.
    pub done_at: Option<i64>,
    /// The person who sent it, and the sealed name.
    pub person: Option<(PersonId, Vec<u8>)>,
    /// The account that sent it.
    pub account: Option<String>,
}

type Columns = (
    (BigInt, Text, Text, Text, Text, BigInt),
    (Nullable<BigInt>, Nullable<BigInt>, Nullable<Binary>, Nullable<Text>),
);
type Row =
    ((i64, String, String, String, String, i64), (Option<i64>, Option<i64>, Option<Vec<u8>>, Option<String>));

const FROM: &str = " FROM form_kept k LEFT JOIN person p ON p.id = k.person_id LEFT JOIN account a ON a.id = k.account_id WHERE ";

/// Only what people and accounts of a unit or of those under it sent; a person has no unit of the own, but posts.
fn in_area<ST>(query: Sql<ST>, area: Option<UnitId>) -> Sql<ST> {
    let Some(unit) = area else { return query };
    let lies = |query: Sql<ST>| {
        let query = query.sql("(u.id = ").bind(unit).sql(" OR u.commune_id = ").bind(unit);
        query.sql(" OR u.province_id = ").bind(unit).sql("))")
    };
    let posts = " AND (EXISTS (SELECT 1 FROM post h JOIN unit u ON u.id = h.unit_id WHERE h.person_id = k.person_id AND ";
    let accounts = lies(query.sql(posts)).sql(" OR EXISTS (SELECT 1 FROM unit u WHERE u.id = a.unit_id AND ");
    lies(accounts).sql(")")
}

/// Up to `limit` kept forms of an area after the id `after`, the first first; `done`: whether an officer is done with them.
pub fn list(
    conn: &mut Conn,
    area: Option<UnitId>,
    done: bool,
    after: i64,
    limit: i64,
) -> DbResult<Vec<Kept>> {
    let query = Sql::<Columns>::new(
        "SELECT k.id, k.instance_id, k.form, k.version, k.why, k.at, k.done_at, p.id, p.name_cipher, a.username",
    )
    .sql(FROM)
    .sql(if done { "k.done_at IS NOT NULL AND k.id > " } else { "k.done_at IS NULL AND k.id > " })
    .bind(after);
    let rows = in_area(query, area).sql(" ORDER BY k.id LIMIT ").bind(limit).load::<Row>(conn)?;
    let kept = |((id, instance_id, form, version, why, at), (done_at, person, name, account)): Row| Kept {
        id,
        instance_id,
        form,
        version,
        why,
        at,
        done_at,
        person: person.zip(name),
        account,
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// The XML of a kept form of an area, sealed for (`form_kept`, id).
pub fn content(conn: &mut Conn, area: Option<UnitId>, id: i64) -> DbResult<Option<Vec<u8>>> {
    let query = Sql::<(Binary,)>::new("SELECT k.content_cipher").sql(FROM).sql("k.id = ").bind(id);
    let rows = in_area(query, area).load::<(Vec<u8>,)>(conn)?;
    Ok(rows.into_iter().next().map(|(content,)| content))
}

/// Notes that the account `by` is done with a kept form; false where somebody was before.
pub fn set_done(conn: &mut Conn, id: i64, by: Option<i64>, now: i64) -> DbResult<bool> {
    let update = Sql::new("UPDATE form_kept SET done_at = ").bind(now).sql(", done_by = ").bind(by);
    Ok(update.sql(" WHERE done_at IS NULL AND id = ").bind(id).run(conn)? == 1)
}

/// Forgets up to `limit` forms that somebody was done with before `before` (microseconds UTC, real time), with their
/// photographs. Answers how many, and the digests of photographs that belonged to nothing else of whoever sent them.
pub fn forget(conn: &mut Conn, before: i64, limit: i64) -> DbResult<(usize, Vec<Digest>)> {
    let done = Sql::<(BigInt,)>::new("SELECT id FROM form_kept WHERE done_at IS NOT NULL AND done_at < ")
        .bind(before);
    let ids = done.sql(" ORDER BY id LIMIT ").bind(limit).load::<(i64,)>(conn)?;
    let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    let contents = photo::forget_of_kept_forms(conn, &ids)?;
    let mut forgotten = 0;
    for list in padded(&ids) {
        forgotten += Sql::new("DELETE FROM form_kept WHERE id IN (").list(list).sql(")").run(conn)?;
    }
    Ok((forgotten, contents))
}

/// How many forms that came before `before` (microseconds UTC, real time) still wait for somebody.
pub fn waiting(conn: &mut Conn, before: i64) -> DbResult<i64> {
    let query = Sql::<(BigInt,)>::new("SELECT count(*) FROM form_kept WHERE done_at IS NULL AND id < ");
    Ok(query.bind(floor_at(before / 1_000)).get_result::<(i64,)>(conn)?.0)
}
