//! Reports as they are shown: every version, who sent it, when and how.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use crate::domain::ids::{PersonId, ReportId, UnitId};

/// A version of a report as it is stored.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its id.
    pub id: ReportId,
    /// The id of the first version of the chain.
    pub chain_id: ReportId,
    /// Its number in the chain, from 1.
    pub version: i32,
    /// The unit.
    pub unit_id: UnitId,
    /// Its code.
    pub unit_code: String,
    /// The period, as a number.
    pub period: i32,
    /// The day of an incident.
    pub day: Option<NaiveDate>,
    /// What it states, as JSON.
    pub stated: String,
    /// Whether the rest is nothing.
    pub rest_zero: bool,
    /// Whether it waits for the officer.
    pub proposal: bool,
    /// Whether different people gave different figures.
    pub flagged: bool,
    /// How it came.
    pub source: String,
    /// The id that its client gave it.
    pub client_id: Option<String>,
    /// The note, sealed for (`report`, id).
    pub note_cipher: Option<Vec<u8>>,
    /// When it was received.
    pub received_at: i64,
    /// The person who sent it, and the sealed name.
    pub person: Option<(PersonId, Vec<u8>)>,
    /// The account that sent it, and its user name.
    pub account: Option<(i64, String)>,
    /// The text that it came by.
    pub message_id: Option<i64>,
    /// Of a proposal: whether an officer accepted it; `None`: nobody has decided.
    pub accepted: Option<bool>,
    /// Of a proposal: the version that it would replace.
    pub replaces: Option<ReportId>,
}

type Columns = (
    (BigInt, BigInt, Integer, BigInt, Integer, Nullable<Date>, Text),
    (Bool, Bool, Bool, Text, Nullable<Text>, Nullable<Binary>, BigInt),
    (
        Nullable<BigInt>,
        Nullable<Binary>,
        Nullable<BigInt>,
        Nullable<Text>,
        Nullable<BigInt>,
        Text,
        Nullable<Bool>,
        Nullable<BigInt>,
    ),
);
type Row = (
    (i64, i64, i32, i64, i32, Option<NaiveDate>, String),
    (bool, bool, bool, String, Option<String>, Option<Vec<u8>>, i64),
    (
        Option<i64>,
        Option<Vec<u8>>,
        Option<i64>,
        Option<String>,
        Option<i64>,
        String,
        Option<bool>,
        Option<i64>,
    ),
);

const SELECT: &str = "SELECT r.id, r.chain_id, r.version, r.unit_id, r.period, r.day, r.stated, r.rest_zero, r.proposal, \
                      r.flagged, r.source, r.client_id, r.note_cipher, r.received_at, r.person_id, p.name_cipher, \
                      r.account_id, a.username, r.message_id, u.code, d.accepted, r.replaces FROM report r JOIN unit u ON u.id = r.unit_id LEFT JOIN person p ON p.id = r.person_id \
                      LEFT JOIN account a ON a.id = r.account_id LEFT JOIN verdict d ON d.proposal_id = r.id WHERE ";

fn version(row: Row) -> Version {
    let (
        (id, chain_id, version, unit_id, period, day, stated),
        (rest_zero, proposal, flagged, source, client_id, note_cipher, received_at),
        (person_id, name_cipher, account_id, username, message_id, unit_code, accepted, replaces),
    ) = row;
    Version {
        id,
        chain_id,
        version,
        unit_id,
        unit_code,
        period,
        day,
        stated,
        rest_zero,
        proposal,
        flagged,
        source,
        client_id,
        note_cipher,
        received_at,
        person: person_id.zip(name_cipher),
        account: account_id.zip(username),
        message_id,
        accepted,
        replaces,
    }
}

fn load(conn: &mut Conn, query: Sql<Columns>) -> DbResult<Vec<Version>> {
    Ok(query.load::<Row>(conn)?.into_iter().map(version).collect())
}

/// The latest version of every report of a unit, or of the units in a commune, after the id `after`, in the order of
/// ids, of one period where one is given.
pub fn of_unit(
    conn: &mut Conn,
    unit: UnitId,
    period: Option<i32>,
    after: ReportId,
    limit: i64,
) -> DbResult<Vec<Version>> {
    let query = Sql::new(SELECT)
        .sql("r.unit_id IN (SELECT id FROM unit WHERE id = ")
        .bind(unit)
        .sql(" OR commune_id = ")
        .bind(unit)
        .sql(") AND r.id > ")
        .bind(after);
    let query = match period {
        Some(period) => query.sql(" AND r.period = ").bind(period),
        None => query,
    };
    let latest = " AND r.version = (SELECT max(v.version) FROM report v WHERE v.chain_id = r.chain_id) ORDER BY r.id LIMIT ";
    load(conn, query.sql(latest).bind(limit))
}

/// Every version, oldest first, of the report that has a version with this id.
pub fn chain_of(conn: &mut Conn, id: ReportId) -> DbResult<Vec<Version>> {
    let chain = Sql::new(SELECT).sql("r.chain_id = (SELECT chain_id FROM report WHERE id = ").bind(id);
    load(conn, chain.sql(") ORDER BY r.version"))
}

/// Every version, oldest first, of the report of which a client gave a version this id.
pub fn chain_of_client(conn: &mut Conn, client_id: &str) -> DbResult<Vec<Version>> {
    let chain =
        Sql::new(SELECT).sql("r.chain_id = (SELECT chain_id FROM report WHERE client_id = ").bind(client_id);
    load(conn, chain.sql(") ORDER BY r.version"))
}
