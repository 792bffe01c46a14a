//! What became of pushed rows, and the rows that could not be taken.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::wanted_rows;
use crate::db::DbResult;
use crate::db::conn::Conn;
use crate::db::insert::Inserts;
use crate::db::sql::{Bind, Sql};
use crate::domain::ids::{ReportId, floor_at};

/// What became of a pushed revision.
#[derive(Debug, Clone)]
pub struct NewOutcome {
    /// Its id.
    pub id: i64,
    /// Whose: the id of the person or account.
    pub client: i64,
    /// The revision.
    pub rev: String,
    /// The document.
    pub document: String,
    /// What became of it.
    pub state: &'static str,
    /// Why, where it was not taken as it came.
    pub code: Option<String>,
    /// What is shown, as JSON.
    pub body: String,
    /// The version that it grew from.
    pub base: Option<ReportId>,
    /// The version that it made.
    pub report: Option<ReportId>,
    /// When, microseconds UTC, domain time.
    pub at: i64,
}

/// A row that could not be taken.
#[derive(Debug, Clone)]
pub struct NewQuarantined {
    /// Its id.
    pub id: i64,
    /// Whose.
    pub client: i64,
    /// What the client is told of it.
    pub outcome: i64,
    /// As it came, sealed for (`sync_quarantine`, id); cut where it is too long.
    pub content_cipher: Vec<u8>,
    /// How long it was, bytes.
    pub length: i32,
    /// Why it is here.
    pub why: String,
    /// The device that it came from.
    pub device: Option<i64>,
    /// Whether who sent it was practising.
    pub practice: bool,
    /// When, microseconds UTC, domain time.
    pub at: i64,
}

/// Outcomes and rows to be kept. A revision that is judged again has its outcome changed.
pub fn add(inserts: &mut Inserts, outcomes: &[NewOutcome], rows: &[NewQuarantined]) {
    let outcome = |o: &NewOutcome| -> [Bind; 10] {
        [
            o.id.into(),
            o.client.into(),
            o.rev.as_str().into(),
            o.document.as_str().into(),
            o.state.into(),
            o.code.clone().into(),
            o.body.as_str().into(),
            o.base.into(),
            o.report.into(),
            o.at.into(),
        ]
    };
    inserts.add(
        "INSERT INTO sync_outcome (id, client_id, rev, document, state, code, body, base_report_id, report_id, at)",
        outcomes.iter().map(outcome),
        " ON CONFLICT (id) DO UPDATE SET state = excluded.state, code = excluded.code, body = excluded.body, \
         base_report_id = excluded.base_report_id, report_id = excluded.report_id, at = excluded.at",
    );
    let row = |q: &NewQuarantined| -> [Bind; 9] {
        [
            q.id.into(),
            q.client.into(),
            q.outcome.into(),
            q.content_cipher.clone().into(),
            q.length.into(),
            q.why.as_str().into(),
            q.at.into(),
            q.device.into(),
            q.practice.into(),
        ]
    };
    inserts.add(
        "INSERT INTO sync_quarantine (id, client_id, outcome_id, content_cipher, length, why, at, device_id, practice)",
        rows.iter().map(row),
        "",
    );
}

/// An outcome that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOutcome {
    /// Its id.
    pub id: i64,
    /// Whose.
    pub client: i64,
    /// The revision.
    pub rev: String,
    /// What became of it.
    pub state: String,
    /// Why.
    pub code: Option<String>,
    /// What is shown, as JSON.
    pub body: String,
    /// The version that the revision grew from.
    pub base: Option<ReportId>,
}

/// What became before of these revisions, each with its client.
pub fn known(conn: &mut Conn, revisions: &[(i64, String)]) -> DbResult<Vec<KnownOutcome>> {
    type Row = (i64, i64, String, String, Option<String>, String, Option<i64>);
    let rows = revisions.iter().map(|(client, rev)| [(*client).into(), rev.as_str().into()]).collect();
    let mut found = Vec::new();
    for wanted in wanted_rows(rows, &[Bind::Big(None), Bind::Text(None)]) {
        let rows = Sql::<(BigInt, BigInt, Text, Text, Nullable<Text>, Text, Nullable<BigInt>)>::new(
            "SELECT o.id, o.client_id, o.rev, o.state, o.code, o.body, o.base_report_id FROM (VALUES ",
        )
        .rows(wanted)
        .sql(
            ") AS wanted CROSS JOIN sync_outcome o WHERE o.client_id = wanted.column1 AND o.rev = wanted.column2",
        )
        .load::<Row>(conn)?;
        found.extend(rows.into_iter().map(|(id, client, rev, state, code, body, base)| KnownOutcome {
            id,
            client,
            rev,
            state,
            code,
            body,
            base,
        }));
    }
    Ok(found)
}

/// A row of the collection `report_status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Whose.
    pub client: i64,
    /// The number of the change that told of it.
    pub number: i64,
    /// The id of its row.
    pub id: i64,
    /// The revision.
    pub rev: String,
    /// The document.
    pub document: String,
    /// What became of it.
    pub state: String,
    /// Why.
    pub code: Option<String>,
    /// What is shown, as JSON.
    pub body: String,
    /// When, microseconds UTC.
    pub at: i64,
}

/// What became of the revisions of `client`, told after the number `after` and up to `until`, in that order.
pub fn since(conn: &mut Conn, client: i64, (after, until): (i64, i64), limit: i64) -> DbResult<Vec<Status>> {
    let query = Sql::new(STATUS)
        .sql(" AND (c.commune_id, c.number) > (")
        .bind(client)
        .sql(", ")
        .bind(after)
        .sql(") AND (c.commune_id, c.number) <= (")
        .bind(client)
        .sql(", ")
        .bind(until)
        .sql(") ORDER BY c.commune_id, c.number LIMIT ")
        .bind(limit);
    load(conn, query)
}

/// What was told to whomever after one number and up to another.
pub fn told(conn: &mut Conn, (after, until): (i64, i64)) -> DbResult<Vec<Status>> {
    let query = Sql::new(STATUS).sql(" AND c.number > ").bind(after).sql(" AND c.number <= ").bind(until);
    load(conn, query)
}

type Columns = (BigInt, BigInt, BigInt, Text, Text, Text, Nullable<Text>, Text, BigInt);

const STATUS: &str = "SELECT c.number, o.client_id, o.id, o.rev, o.document, o.state, o.code, o.body, o.at FROM change c \
                      JOIN sync_outcome o ON o.id = c.entity_id WHERE c.entity = 'report_status'";

fn load(conn: &mut Conn, query: Sql<Columns>) -> DbResult<Vec<Status>> {
    type Row = (i64, i64, i64, String, String, String, Option<String>, String, i64);
    let status = |(number, client, id, rev, document, state, code, body, at)| Status {
        number,
        client,
        id,
        rev,
        document,
        state,
        code,
        body,
        at,
    };
    Ok(query.load::<Row>(conn)?.into_iter().map(status).collect())
}

/// How many rows of `client` are kept that could not be taken.
pub fn quarantined(conn: &mut Conn, client: i64) -> DbResult<i64> {
    let count = Sql::<(BigInt,)>::new("SELECT count(*) FROM sync_quarantine WHERE client_id = ").bind(client);
    Ok(count.get_result::<(i64,)>(conn)?.0)
}

/// Drops up to `limit` outcomes, and rows that could not be taken, that came before `before` (microseconds UTC, real time).
pub fn forget(conn: &mut Conn, before: i64, limit: i64) -> DbResult<usize> {
    let mut dropped = 0;
    for text in [
        "DELETE FROM sync_outcome WHERE id IN (SELECT id FROM sync_outcome WHERE id < ",
        "DELETE FROM sync_quarantine WHERE id IN (SELECT id FROM sync_quarantine WHERE id < ",
    ] {
        let query = Sql::new(text).bind(floor_at(before / 1_000)).sql(" ORDER BY id LIMIT ").bind(limit);
        dropped += query.sql(")").run(conn)?;
    }
    Ok(dropped)
}
