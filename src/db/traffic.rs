//! Texts in and out as they are shown to officers, newest first.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use crate::domain::ids::{PersonId, ReportId, UnitId};

/// Whose texts are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of one commune.
    Commune(UnitId),
    /// Those of the communes of a province.
    Province(UnitId),
    /// All, also those that belong to no commune.
    Everyone,
}

/// Which texts are asked for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Whose.
    pub whose: Whose,
    /// What became of them; `None`: whatever.
    pub state: Option<String>,
    /// Only those with a smaller id.
    pub before: i64,
    /// How many.
    pub limit: i64,
}

/// An incoming text.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its id.
    pub id: i64,
    /// The gateway.
    pub gateway: String,
    /// The number, sealed for (`message`, id).
    pub sender_cipher: Vec<u8>,
    /// The words, sealed for (`message`, id); `None` once purged.
    pub text_cipher: Option<Vec<u8>>,
    /// When it was received.
    pub received_at: i64,
    /// Whether the number can be believed.
    pub trusted: bool,
    /// The registered sender and the sealed name.
    pub person: Option<(PersonId, Vec<u8>)>,
    /// The codes of the hamlet and the commune.
    pub unit: Option<String>,
    /// The commune.
    pub commune: Option<String>,
    /// What the sender wanted.
    pub intent: String,
    /// What became of it.
    pub fate: String,
    /// Why a question was asked.
    pub why: Option<String>,
    /// The reading as JSON.
    pub reading: String,
    /// Whether other people's names or numbers stand in it.
    pub personal: bool,
    /// What the officer should see beside it: names, separated by spaces.
    pub flags: String,
    /// The report that it made.
    pub report_id: Option<ReportId>,
}

/// An outgoing text.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its id.
    pub id: i64,
    /// What made it.
    pub cause: i64,
    /// What it is to its cause.
    pub kind: String,
    /// The number, sealed for (`outbox`, id).
    pub receiver_cipher: Vec<u8>,
    /// The words, sealed for (`outbox`, id).
    pub text_cipher: Option<Vec<u8>>,
    /// The gateway.
    pub gateway: String,
    /// The commune.
    pub commune: Option<String>,
    /// How far it is.
    pub state: String,
    /// SMS parts.
    pub parts: i32,
    /// What it costs, đồng.
    pub cost: i64,
    /// When it was planned.
    pub created_at: i64,
    /// How often it was tried.
    pub attempts: i32,
    /// When the gateway took it.
    pub sent_at: Option<i64>,
    /// When it reached the phone.
    pub delivered_at: Option<i64>,
    /// The stable name of the reason why it did not.
    pub reason: Option<String>,
    /// What the provider said.
    pub failure: Option<String>,
}

/// Incoming texts.
pub fn received(conn: &mut Conn, filter: &Filter) -> DbResult<Vec<Received>> {
    type Columns = (
        (BigInt, Text, Binary, Nullable<Binary>, BigInt, Bool, Nullable<BigInt>, Nullable<Binary>),
        (Nullable<Text>, Nullable<Text>, Text, Text, Nullable<Text>, Text, Bool, Text, Nullable<BigInt>),
    );
    type Row = (
        (i64, String, Vec<u8>, Option<Vec<u8>>, i64, bool, Option<i64>, Option<Vec<u8>>),
        (Option<String>, Option<String>, String, String, Option<String>, String, bool, String, Option<i64>),
    );
    let query = Sql::<Columns>::new(
        "SELECT m.id, m.gateway, m.sender_cipher, m.text_cipher, m.received_at, m.trusted, m.person_id, p.name_cipher, \
         u.code, c.code, m.intent, m.fate, m.why, m.reading, m.personal, m.flags, m.report_id FROM message m \
         LEFT JOIN person p ON p.id = m.person_id LEFT JOIN unit u ON u.id = m.unit_id \
         LEFT JOIN unit c ON c.id = m.commune_id WHERE m.id < ",
    )
    .bind(filter.before);
    let query = match filter.whose {
        Whose::Commune(commune) => query.sql(" AND m.commune_id = ").bind(commune),
        Whose::Province(province) => query.sql(" AND c.province_id = ").bind(province),
        Whose::Everyone => query,
    };
    let query = match &filter.state {
        Some(state) => query.sql(" AND m.fate = ").bind(state.as_str()),
        None => query,
    };
    let rows = query.sql(" ORDER BY m.id DESC LIMIT ").bind(filter.limit).load::<Row>(conn)?;
    let text = |(head, tail): Row| {
        let (id, gateway, sender_cipher, text_cipher, received_at, trusted, person_id, name_cipher) = head;
        let (unit, commune, intent, fate, why, reading, personal, flags, report_id) = tail;
        let person = person_id.zip(name_cipher);
        Received {
            id,
            gateway,
            sender_cipher,
            text_cipher,
            received_at,
            trusted,
            person,
            unit,
            commune,
            intent,
            fate,
            why,
            reading,
            personal,
            flags,
            report_id,
        }
    };
    Ok(rows.into_iter().map(text).collect())
}

/// Outgoing texts.
pub fn sent(conn: &mut Conn, filter: &Filter) -> DbResult<Vec<Sent>> {
    type Columns = (
        (BigInt, BigInt, Text, Binary, Nullable<Binary>, Text, Nullable<Text>, Text),
        (
            Integer,
            BigInt,
            BigInt,
            Integer,
            Nullable<BigInt>,
            Nullable<BigInt>,
            Nullable<Text>,
            Nullable<Text>,
        ),
    );
    type Row = (
        (i64, i64, String, Vec<u8>, Option<Vec<u8>>, String, Option<String>, String),
        (i32, i64, i64, i32, Option<i64>, Option<i64>, Option<String>, Option<String>),
    );
    let query = Sql::<Columns>::new(
        "SELECT o.id, o.cause, o.kind, o.receiver_cipher, o.text_cipher, o.gateway, c.code, o.state, o.parts, o.cost, \
         o.created_at, o.attempts, o.sent_at, o.delivered_at, o.reason, o.failure FROM outbox o \
         LEFT JOIN unit c ON c.id = o.commune_id WHERE o.id < ",
    )
    .bind(filter.before);
    let query = match filter.whose {
        Whose::Commune(commune) => query.sql(" AND o.commune_id = ").bind(commune),
        Whose::Province(province) => query.sql(" AND c.province_id = ").bind(province),
        Whose::Everyone => query,
    };
    let query = match &filter.state {
        Some(state) => query.sql(" AND o.state = ").bind(state.as_str()),
        None => query,
    };
    let rows = query.sql(" ORDER BY o.id DESC LIMIT ").bind(filter.limit).load::<Row>(conn)?;
    let text = |(head, tail): Row| {
        let (id, cause, kind, receiver_cipher, text_cipher, gateway, commune, state) = head;
        let (parts, cost, created_at, attempts, sent_at, delivered_at, reason, failure) = tail;
        Sent {
            id,
            cause,
            kind,
            receiver_cipher,
            text_cipher,
            gateway,
            commune,
            state,
            parts,
            cost,
            created_at,
            attempts,
            sent_at,
            delivered_at,
            reason,
            failure,
        }
    };
    Ok(rows.into_iter().map(text).collect())
}
