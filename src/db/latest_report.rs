//! The latest report of a person, and what takes it back.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use crate::crypto::Digest;
use crate::domain::ids::{MessageId, PersonId, ReportId, UnitId, growth_in};

/// The latest report of a person.
#[derive(Debug, Clone)]
pub struct LatestReport {
    /// Its id.
    pub id: ReportId,
    /// The text that made it.
    pub message_id: Option<MessageId>,
    /// Its unit.
    pub unit_id: UnitId,
    /// Its period, as a number.
    pub period: i32,
    /// When it was received.
    pub received_at: i64,
    /// What it added, as JSON, where it was an addition.
    pub added: Option<String>,
    /// Keyed digest of the text that made it.
    pub text_index: Option<Digest>,
}

/// A version, with what the version before it stated.
#[derive(Debug, Clone)]
pub struct MadeVersion {
    /// Its id.
    pub id: ReportId,
    /// Its chain.
    pub chain_id: ReportId,
    /// Its number.
    pub version: i32,
    /// Its unit.
    pub unit_id: UnitId,
    /// Its period, as a number.
    pub period: i32,
    /// The day of an incident.
    pub day: Option<NaiveDate>,
    /// What it states, as JSON.
    pub stated: String,
    /// Whether the rest is nothing.
    pub rest_zero: bool,
    /// What the version before it stated, and whether the rest was nothing.
    pub before: Option<(String, bool)>,
    /// When the first version of the chain was received.
    pub first_received_at: i64,
}

/// The versions that count and that the same text made as `report`, the latest of `person`; without a text, that one.
pub fn made_together(
    conn: &mut Conn,
    person: PersonId,
    report: ReportId,
    message: Option<MessageId>,
) -> DbResult<Vec<MadeVersion>> {
    type Row = (i64, i64, i32, i64, i32, Option<NaiveDate>, String, bool, Option<String>, Option<bool>, i64);
    let query = Sql::<(
        BigInt,
        BigInt,
        Integer,
        BigInt,
        Integer,
        Nullable<Date>,
        Text,
        Bool,
        Nullable<Text>,
        Nullable<Bool>,
        BigInt,
    )>::new(
        "SELECT r.id, r.chain_id, r.version, r.unit_id, r.period, r.day, r.stated, r.rest_zero, b.stated, b.rest_zero, \
         f.received_at FROM report r JOIN report f ON f.chain_id = r.chain_id AND f.version = 1 \
         LEFT JOIN report b ON b.chain_id = r.chain_id AND b.version = r.version - 1 \
         WHERE NOT r.proposal AND r.person_id = ",
    )
    .bind(person);
    // One text makes its versions within a moment.
    let query = match message {
        Some(message) => query
            .sql(" AND r.id > ")
            .bind(report - growth_in(TOGETHER_MS))
            .sql(" AND r.message_id = ")
            .bind(message),
        None => query.sql(" AND r.id = ").bind(report),
    };
    let rows = query.sql(" ORDER BY r.id").load::<Row>(conn)?;
    let made = |(
        id,
        chain_id,
        version,
        unit_id,
        period,
        day,
        stated,
        rest_zero,
        before,
        before_rest,
        first_received_at,
    )| MadeVersion {
        id,
        chain_id,
        version,
        unit_id,
        period,
        day,
        stated,
        rest_zero,
        before: Option::zip(before, before_rest),
        first_received_at,
    };
    Ok(rows.into_iter().map(made).collect())
}

/// Versions of one text are made within so many milliseconds.
const TOGETHER_MS: i64 = 60_000;
