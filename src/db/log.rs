//! The change log and the audit chain, numbered in commit order.
//!
//! Both take their numbers from the one row of `log_head`, which a transaction locks last and holds until it commits.
//! Rows hold ids, codes and digests, never personal data, so that erasing a person breaks no chain.

mod together;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::conn::Conn;
use super::sql::{Bind, Sql, pieces};
use super::{DbError, DbResult};
use crate::crypto::{Digest, sha256};
use crate::domain::ids::UnitId;

/// Something that changed, for those who follow the log.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// What kind of thing (`report` …).
    pub entity: &'static str,
    /// Which one.
    pub entity_id: i64,
    /// The unit that it is about.
    pub unit_id: Option<UnitId>,
    /// The commune that it is about; of a `report_status` the client that it is for, since the log is read by this.
    pub commune_id: Option<UnitId>,
}

/// What a transaction did, for the audit.
#[derive(Debug, Clone)]
pub struct NewAudit<'a> {
    /// Who did it: `server`, `account:ID`, `person:ID`.
    pub actor: &'a str,
    /// What was done (`intake`, `read_messages`, `add_account` …).
    pub action: &'a str,
    /// To what, by ids and codes.
    pub subject: &'a str,
    /// Digest over the rows that were written.
    pub digest: Digest,
}

/// Appends `changes` and one audit link at `at` (microseconds UTC). Call it last in a transaction.
pub fn append(conn: &mut Conn, at: i64, changes: &[NewChange], audit: &NewAudit) -> DbResult<()> {
    let count = i64::try_from(changes.len()).map_err(|_| DbError::Corrupt("too many changes"))?;
    if let Conn::Postgres(conn) = conn {
        return together::append(conn, at, count, changes, audit);
    }
    let (last_change, number, previous) = Sql::<(BigInt, BigInt, Binary)>::new(
        "SELECT change_number, audit_number, hash FROM log_head WHERE id = 1",
    )
    .get_result::<(i64, i64, Vec<u8>)>(conn)?;
    let (first_change, last_change, number) = (last_change + 1, last_change + count, number + 1);
    insert_changes(conn, at, first_change, changes)?;
    let range = (count > 0).then_some((first_change, last_change));
    let hash = link(&previous, number, at, audit, range);
    Sql::new("INSERT INTO audit (number, at, actor, action, subject, first_change, last_change, digest, hash) VALUES ")
        .rows([[
            number.into(),
            at.into(),
            audit.actor.into(),
            audit.action.into(),
            audit.subject.into(),
            range.map(|(first, _)| first).into(),
            range.map(|(_, last)| last).into(),
            audit.digest.into(),
            hash.into(),
        ]])
        .run(conn)?;
    Sql::new("UPDATE log_head SET change_number = ")
        .bind(last_change)
        .sql(", audit_number = ")
        .bind(number)
        .sql(", hash = ")
        .bind(hash)
        .sql(" WHERE id = 1")
        .run(conn)?;
    Ok(())
}

fn insert_changes(conn: &mut Conn, at: i64, first: i64, changes: &[NewChange]) -> DbResult<()> {
    let rows: Vec<[Bind; 6]> = (first..)
        .zip(changes)
        .map(|(number, change)| {
            [
                number.into(),
                at.into(),
                change.entity.into(),
                change.entity_id.into(),
                change.unit_id.into(),
                change.commune_id.into(),
            ]
        })
        .collect();
    for piece in pieces(&rows) {
        Sql::new("INSERT INTO change (number, at, entity, entity_id, unit_id, commune_id) VALUES ")
            .rows(piece.iter().cloned())
            .run(conn)?;
    }
    Ok(())
}

/// The hash of a link: over the hash before it and everything that the link says.
fn link(previous: &[u8], number: i64, at: i64, audit: &NewAudit, changes: Option<(i64, i64)>) -> Digest {
    let (first, last) = changes.unwrap_or((0, 0));
    let numbers = [number, at, first, last].map(i64::to_be_bytes).concat();
    sha256(&[previous, &numbers, names(audit).as_bytes(), &[0], &audit.digest])
}

fn names(audit: &NewAudit) -> String {
    [audit.actor, audit.action, audit.subject].join("\0")
}

type AuditRow = (i64, i64, String, String, String, Option<i64>, Option<i64>, Vec<u8>, Vec<u8>);

/// Links that are checked at a time.
const LINKS: i64 = 5_000;

/// Checks the links after number `after`, whose hash is `previous` (the beginning: 0 and zeros). Answers the number
/// and hash of the last good link, and the number of the first broken one.
pub fn check_chain(conn: &mut Conn, after: i64, previous: Digest) -> DbResult<ChainCheck> {
    let rows = Sql::<(BigInt, BigInt, Text, Text, Text, Nullable<BigInt>, Nullable<BigInt>, Binary, Binary)>::new(
        "SELECT number, at, actor, action, subject, first_change, last_change, digest, hash FROM audit WHERE number > ",
    )
    .bind(after)
    .sql(" ORDER BY number LIMIT ")
    .bind(LINKS)
    .load::<AuditRow>(conn)?;
    let mut check = ChainCheck {
        last: after,
        hash: previous,
        broken: None,
        more: rows.len() == usize::try_from(LINKS).unwrap_or(0),
    };
    for (number, at, actor, action, subject, first, last, digest, hash) in rows {
        let digest = Digest::try_from(digest).map_err(|_| DbError::Corrupt("a digest in the audit"))?;
        let audit = NewAudit { actor: &actor, action: &action, subject: &subject, digest };
        let expected = link(&check.hash, number, at, &audit, first.zip(last));
        if number != check.last + 1 || expected.as_slice() != hash {
            check.broken = Some(number);
            return Ok(check);
        }
        (check.last, check.hash) = (number, expected);
    }
    Ok(check)
}

/// How far a check of the chain came.
#[derive(Debug, Clone, Copy)]
pub struct ChainCheck {
    /// The last good link.
    pub last: i64,
    /// Its hash.
    pub hash: Digest,
    /// The first broken link, if any.
    pub broken: Option<i64>,
    /// Whether links may follow.
    pub more: bool,
}

/// The numbers and the hash that the log's head says were given last: audit number and hash.
pub fn head(conn: &mut Conn) -> DbResult<(i64, Vec<u8>)> {
    Ok(Sql::<(BigInt, Binary)>::new("SELECT audit_number, hash FROM log_head WHERE id = 1")
        .get_result(conn)?)
}
