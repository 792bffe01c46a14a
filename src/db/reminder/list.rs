//! Reminders as they are shown: what was and will be sent, and why not.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Date, Integer, Nullable, Text};

use super::super::DbResult;
use super::super::conn::Conn;
use super::super::sql::Sql;
use super::super::traffic::Whose;
use crate::domain::ids::PersonId;

/// Which reminders are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// Whose.
    pub whose: Whose,
    /// Their moments lie from here on, microseconds UTC …
    pub from: i64,
    /// … and before this.
    pub to: i64,
    /// Only those with a larger id.
    pub after: i64,
    /// How many.
    pub limit: i64,
}

/// A reminder, with its text.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: i64,
    /// The code of its rule.
    pub rule: String,
    /// What it reminds of.
    pub matter: String,
    /// The code of the unit.
    pub unit: String,
    /// The name of the unit.
    pub unit_name: String,
    /// The month or year.
    pub period: i32,
    /// Which step of its rule.
    pub step: i32,
    /// Who is told, and the name, sealed for (`person`, id).
    pub receiver: Option<(PersonId, Vec<u8>)>,
    /// As what.
    pub audience: String,
    /// The last day.
    pub due: NaiveDate,
    /// Its moment.
    pub at: i64,
    /// `planned`, `told` (it is in the text) or `skipped`.
    pub state: String,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// The text that it goes in.
    pub text: Option<ListedText>,
}

/// A text of reminders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedText {
    /// Its id.
    pub id: i64,
    /// How far it is.
    pub state: String,
    /// Why it did not go.
    pub reason: Option<String>,
    /// When the gateway took it.
    pub sent_at: Option<i64>,
}

type Columns = (
    (BigInt, Text, Text, Text, Text, Integer, Integer, BigInt, Nullable<Binary>),
    (
        Text,
        Date,
        BigInt,
        Text,
        Nullable<Text>,
        Nullable<BigInt>,
        Nullable<Text>,
        Nullable<Text>,
        Nullable<BigInt>,
    ),
);
type Row = (
    (i64, String, String, String, String, i32, i32, i64, Option<Vec<u8>>),
    (
        String,
        NaiveDate,
        i64,
        String,
        Option<String>,
        Option<i64>,
        Option<String>,
        Option<String>,
        Option<i64>,
    ),
);

/// Reminders in the order of their ids.
pub fn list(conn: &mut Conn, filter: &Filter) -> DbResult<Vec<Listed>> {
    let query = Sql::<Columns>::new(
        "SELECT r.id, r.rule, r.matter, u.code, u.name, r.period, r.step, r.receiver_id, p.name_cipher, r.audience, r.due, \
         r.at, r.state, r.reason, o.id, o.state, o.reason, o.sent_at FROM reminder r JOIN unit u ON u.id = r.unit_id \
         LEFT JOIN person p ON p.id = r.receiver_id \
         LEFT JOIN outbox o ON o.receiver_index = r.number_index AND o.cause = r.run_id AND o.kind = 'reminder' \
         WHERE r.at >= ",
    )
    .bind(filter.from)
    .sql(" AND r.at < ")
    .bind(filter.to)
    .sql(" AND r.id > ")
    .bind(filter.after);
    let query = match filter.whose {
        Whose::Commune(commune) => query.sql(" AND r.commune_id = ").bind(commune),
        Whose::Province(province) => query.sql(" AND r.province_id = ").bind(province),
        Whose::Everyone => query,
    };
    let rows = query.sql(" ORDER BY r.id LIMIT ").bind(filter.limit).load::<Row>(conn)?;
    Ok(rows.into_iter().map(listed).collect())
}

fn listed((head, tail): Row) -> Listed {
    let (id, rule, matter, unit, unit_name, period, step, receiver, name) = head;
    let (audience, due, at, state, reason, text_id, text_state, text_reason, sent_at) = tail;
    let text = text_id.zip(text_state);
    let text = text.map(|(id, state)| ListedText { id, state, reason: text_reason, sent_at });
    let receiver = name.map(|name| (receiver, name));
    Listed {
        id,
        rule,
        matter,
        unit,
        unit_name,
        period,
        step,
        receiver,
        audience,
        due,
        at,
        state,
        reason,
        text,
    }
}
