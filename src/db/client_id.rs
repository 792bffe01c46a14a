//! The ids that clients give their submissions.

use std::collections::HashMap;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::{Sql, padded};
use crate::crypto::Digest;
use crate::domain::ids::ReportId;

/// The report that a client's id made.
#[derive(Debug, Clone, Copy)]
pub struct TakenId {
    /// The report.
    pub id: ReportId,
    /// Its number in the chain.
    pub version: i32,
    /// Digest of what the client sent.
    pub content: Option<Digest>,
}

/// Which client ids are taken, by which report with which content.
pub fn taken(conn: &mut Conn, client_ids: &[String]) -> DbResult<HashMap<String, TakenId>> {
    type Row = (Option<String>, i64, i32, Option<Vec<u8>>);
    let mut found = HashMap::new();
    for list in padded(client_ids) {
        let rows = Sql::<(Nullable<Text>, BigInt, Integer, Nullable<Binary>)>::new(
            "SELECT client_id, id, version, content_digest FROM report WHERE client_id IN (",
        )
        .list(list)
        .sql(")")
        .load::<Row>(conn)?;
        for (client_id, id, version, content) in rows {
            if let Some(client_id) = client_id {
                found.insert(client_id, TakenId { id, version, content: content.map(digest).transpose()? });
            }
        }
    }
    Ok(found)
}
