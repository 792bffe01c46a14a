//! What officers decided about reports that were kept as proposals.

use diesel::RunQueryDsl;
use diesel::sql_types::{Binary, Bool, Text};

use super::conn::Conn;
use super::sql::{Bind, Sql};
use super::{DbError, DbResult};
use crate::crypto::Digest;
use crate::domain::ids::{MessageId, ReportId, UnitId};

/// A decision.
#[derive(Debug, Clone, Copy)]
pub struct NewVerdict {
    /// The proposal.
    pub proposal_id: ReportId,
    /// Whether it was accepted.
    pub accepted: bool,
    /// The version that it made, if it was.
    pub report_id: Option<ReportId>,
    /// Who decided.
    pub account_id: Option<i64>,
    /// When, microseconds UTC.
    pub at: i64,
}

/// Keeps a decision; fails as overtaken where there is one.
pub fn insert(conn: &mut Conn, new: &NewVerdict) -> DbResult<()> {
    let row: [Bind; 5] = [
        new.proposal_id.into(),
        new.accepted.into(),
        new.report_id.into(),
        new.account_id.into(),
        new.at.into(),
    ];
    let written = Sql::new("INSERT INTO verdict (proposal_id, accepted, report_id, account_id, at) VALUES ")
        .rows([row])
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    if written == 1 { Ok(()) } else { Err(DbError::Overtaken) }
}

/// Whether a proposal was accepted; `None`: nobody has decided.
pub fn find(conn: &mut Conn, proposal: ReportId) -> DbResult<Option<bool>> {
    let mut rows = Sql::<(Bool,)>::new("SELECT accepted FROM verdict WHERE proposal_id = ")
        .bind(proposal)
        .load::<(bool,)>(conn)?;
    Ok(rows.pop().map(|(accepted,)| accepted))
}

/// What the month's return of a unit stated when the version `before` was made, as JSON, and whether the rest was
/// nothing.
pub fn base(
    conn: &mut Conn,
    unit: UnitId,
    period: i32,
    before: ReportId,
) -> DbResult<Option<(String, bool)>> {
    let mut rows = Sql::<(Text, Bool)>::new(
        "SELECT stated, rest_zero FROM report WHERE kind = 'month' AND NOT proposal AND unit_id = ",
    )
    .bind(unit)
    .sql(" AND period = ")
    .bind(period)
    .sql(" AND id < ")
    .bind(before)
    .sql(" ORDER BY id DESC LIMIT 1")
    .load::<(String, bool)>(conn)?;
    Ok(rows.pop())
}

/// Who is told what became of a text: its gateway, the sealed number for (`message`, id) and its blind index.
pub fn sender(conn: &mut Conn, message: MessageId) -> DbResult<Option<(String, Vec<u8>, Digest)>> {
    let mut rows = Sql::<(Text, Binary, Binary)>::new(
        "SELECT gateway, sender_cipher, sender_index FROM message WHERE id = ",
    )
    .bind(message)
    .load::<(String, Vec<u8>, Vec<u8>)>(conn)?;
    let Some((gateway, sealed, index)) = rows.pop() else { return Ok(None) };
    Ok(Some((gateway, sealed, super::message::digest(index)?)))
}

/// Whether a person wants texts with marks.
pub fn wants_marks(conn: &mut Conn, person: i64) -> DbResult<bool> {
    let mut rows =
        Sql::<(Bool,)>::new("SELECT marks FROM person WHERE id = ").bind(person).load::<(bool,)>(conn)?;
    Ok(rows.pop().is_some_and(|(marks,)| marks))
}
