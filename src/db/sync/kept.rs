//! Rows that could not be taken, for officers.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};

use crate::db::DbResult;
use crate::db::conn::Conn;
use crate::db::sql::Sql;
use crate::domain::ids::{PersonId, UnitId};

/// A row that was kept.
#[derive(Debug, Clone)]
pub struct KeptRow {
    /// Its id.
    pub id: i64,
    /// The document that it names; empty where it names none.
    pub document: String,
    /// What its client knows it by in `report_status`.
    pub rev: String,
    /// Why it could not be taken.
    pub why: String,
    /// What its client was told, as JSON.
    pub told: String,
    /// How long it was when it came, bytes.
    pub length: i32,
    /// Whether who sent it was practising then.
    pub practice: bool,
    /// When it came, microseconds UTC, domain time.
    pub at: i64,
    /// Whether the client brought the same document again and that was taken.
    pub mended: bool,
    /// When an officer was done with it, real time.
    pub done_at: Option<i64>,
    /// The person who sent it, and the sealed name.
    pub person: Option<(PersonId, Vec<u8>)>,
    /// The account that sent it.
    pub account: Option<String>,
    /// The device that it came from: its id and what it is called.
    pub device: Option<(i64, String)>,
}

type Columns = (
    (BigInt, Text, Text, Text, Text, Integer, Bool, BigInt),
    (
        Bool,
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<Binary>,
        Nullable<Text>,
        Nullable<BigInt>,
        Nullable<Text>,
    ),
);
type Row = (
    (i64, String, String, String, String, i32, bool, i64),
    (bool, Option<i64>, Option<i64>, Option<Vec<u8>>, Option<String>, Option<i64>, Option<String>),
);

const COLUMNS: &str = "SELECT q.id, COALESCE(o.document, ''), COALESCE(o.rev, ''), q.why, COALESCE(o.body, '{}'), q.length, \
                       q.practice, q.at, ";
const WHOSE: &str = ", q.done_at, p.id, p.name_cipher, a.username, d.id, d.name";
const FROM: &str = " FROM sync_quarantine q LEFT JOIN sync_outcome o ON o.id = q.outcome_id LEFT JOIN person p ON p.id = q.client_id \
                    LEFT JOIN account a ON a.id = q.client_id LEFT JOIN device d ON d.id = q.device_id WHERE ";
/// A later edit of the document by the same client was taken, or waits for an officer elsewhere.
const MENDED: &str = "EXISTS (SELECT 1 FROM sync_outcome m WHERE m.client_id = q.client_id AND m.document = o.document \
                      AND o.document <> '' AND m.id >= q.outcome_id AND (m.state IN ('taken', 'unchanged', 'merged', \
                      'conflict', 'proposed') OR (q.practice AND m.state = 'practised')))";

/// Only what people and accounts of a unit or of those under it sent; a person has no unit of the own, but posts.
fn in_area<ST>(query: Sql<ST>, area: Option<UnitId>) -> Sql<ST> {
    let Some(unit) = area else { return query };
    let lies = |query: Sql<ST>| {
        let query = query.sql("(u.id = ").bind(unit).sql(" OR u.commune_id = ").bind(unit);
        query.sql(" OR u.province_id = ").bind(unit).sql(")")
    };
    let people = " AND q.client_id IN (SELECT h.person_id FROM post h JOIN unit u ON u.id = h.unit_id WHERE ";
    let accounts = " UNION SELECT b.id FROM account b JOIN unit u ON u.id = b.unit_id WHERE ";
    lies(lies(query.sql(people)).sql(accounts)).sql(")")
}

/// Up to `limit` rows of an area that were kept, after the id `after`, the first first. `done`: those that nobody needs to
/// look at any more, since an officer is done with them or they were mended; else those that wait.
pub fn kept(
    conn: &mut Conn,
    area: Option<UnitId>,
    done: bool,
    after: i64,
    limit: i64,
) -> DbResult<Vec<KeptRow>> {
    let query = Sql::<Columns>::new(COLUMNS).sql(MENDED).sql(WHOSE).sql(FROM).sql("q.id > ").bind(after);
    let query = match done {
        true => query.sql(" AND (q.done_at IS NOT NULL OR ").sql(MENDED).sql(")"),
        false => query.sql(" AND q.done_at IS NULL AND NOT ").sql(MENDED),
    };
    let rows = in_area(query, area).sql(" ORDER BY q.id LIMIT ").bind(limit).load::<Row>(conn)?;
    Ok(rows.into_iter().map(kept_row).collect())
}

fn kept_row((head, rest): Row) -> KeptRow {
    let (id, document, rev, why, told, length, practice, at) = head;
    let (mended, done_at, person, name, account, device, called) = rest;
    KeptRow {
        id,
        document,
        rev,
        why,
        told,
        length,
        practice,
        at,
        mended,
        done_at,
        person: person.zip(name),
        account,
        device: device.zip(called),
    }
}

/// A kept row of an area as it came, sealed for (`sync_quarantine`, id).
pub fn kept_content(conn: &mut Conn, area: Option<UnitId>, id: i64) -> DbResult<Option<Vec<u8>>> {
    let query = Sql::<(Binary,)>::new("SELECT q.content_cipher").sql(FROM).sql("q.id = ").bind(id);
    let rows = in_area(query, area).load::<(Vec<u8>,)>(conn)?;
    Ok(rows.into_iter().next().map(|(content,)| content))
}

/// Notes that the account `by` is done with a kept row; false where somebody was before.
pub fn set_done(conn: &mut Conn, id: i64, by: Option<i64>, now: i64) -> DbResult<bool> {
    let update = Sql::new("UPDATE sync_quarantine SET done_at = ").bind(now).sql(", done_by = ").bind(by);
    Ok(update.sql(" WHERE done_at IS NULL AND id = ").bind(id).run(conn)? == 1)
}
