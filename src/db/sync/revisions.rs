//! The versions that revisions made.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

use crate::crypto::Digest;
use crate::db::DbResult;
use crate::db::conn::Conn;
use crate::db::message::digest;
use crate::db::sql::{Sql, padded};
use crate::domain::ids::{ReportId, UnitId};

/// A version that a revision made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The version.
    pub id: ReportId,
    /// The first version of its chain.
    pub chain: ReportId,
    /// Its number in the chain.
    pub version: i32,
    /// What it is stored under.
    pub key: Option<String>,
    /// Digest of what the client sent.
    pub content: Option<Digest>,
    /// The unit.
    pub unit_id: UnitId,
    /// The day of an incident.
    pub day: Option<NaiveDate>,
    /// What it states, as JSON.
    pub stated: String,
    /// Whether it waits for the officer.
    pub proposal: bool,
}

type Columns =
    (BigInt, BigInt, Integer, Nullable<Text>, Nullable<Binary>, BigInt, Nullable<Date>, Text, Bool);
type Row = (i64, i64, i32, Option<String>, Option<Vec<u8>>, i64, Option<NaiveDate>, String, bool);

const SELECT: &str = "SELECT id, chain_id, version, client_id, content_digest, unit_id, day, stated, proposal FROM report WHERE ";

/// The versions that are stored under these keys or have these ids.
pub fn made(conn: &mut Conn, keys: &[String], ids: &[ReportId]) -> DbResult<Vec<Made>> {
    let mut rows = Vec::new();
    for list in padded(keys) {
        let query = Sql::<Columns>::new(SELECT).sql("client_id IN (").list(list).sql(")");
        rows.extend(query.load::<Row>(conn)?);
    }
    for list in padded(ids) {
        rows.extend(Sql::<Columns>::new(SELECT).sql("id IN (").list(list).sql(")").load::<Row>(conn)?);
    }
    rows.into_iter()
        .map(|(id, chain, version, key, content, unit_id, day, stated, proposal)| {
            let content = content.map(digest).transpose()?;
            Ok(Made { id, chain, version, key, content, unit_id, day, stated, proposal })
        })
        .collect()
}
