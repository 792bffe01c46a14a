//! Reminders: rules, runs, and whom each told of what.

pub mod facts;
pub mod list;
pub mod rules;
pub mod run;

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

use super::conn::Conn;
use super::message::digest;
use super::sql::{Bind, Sql, padded, pieces};
use super::{DbError, DbResult};
use crate::crypto::Digest;
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::reminder::{Matter, Receiver, Skip};

/// A row to be written.
#[derive(Debug, Clone)]
pub struct NewReminder {
    /// Its id.
    pub id: i64,
    /// The run that it is planned in.
    pub run_id: i64,
    /// The code of its rule.
    pub rule: String,
    /// What it reminds of.
    pub matter: Matter,
    /// The unit.
    pub unit_id: UnitId,
    /// The commune of the unit.
    pub commune_id: Option<UnitId>,
    /// The province of the unit.
    pub province_id: Option<UnitId>,
    /// The month or year.
    pub period: i32,
    /// Which step of its rule.
    pub step: i32,
    /// Who is told; `None`: there is nobody.
    pub receiver: Option<PersonId>,
    /// As what.
    pub audience: Receiver,
    /// In which sentence.
    pub sentence: &'static str,
    /// Whether the person may switch it off.
    pub stoppable: bool,
    /// The last day.
    pub due: NaiveDate,
    /// Its moment, microseconds UTC.
    pub at: i64,
    /// Until when it is of use, microseconds UTC.
    pub useful_until: i64,
    /// Blind index of the number that it goes to.
    pub number_index: Option<Digest>,
    /// Why it is not sent; `None`: it is to be sent.
    pub skip: Option<Skip>,
}

/// Inserts rows; one that is there already stays as it is.
pub fn insert(conn: &mut Conn, reminders: &[NewReminder]) -> DbResult<usize> {
    let mut inserted = 0;
    for piece in pieces(reminders) {
        inserted += Sql::new(
            "INSERT INTO reminder (id, run_id, rule, matter, unit_id, commune_id, province_id, period, step, receiver_id, \
             audience, sentence, stoppable, due, at, useful_until, number_index, state, reason) VALUES ",
        )
        .rows(piece.iter().map(row))
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    }
    Ok(inserted)
}

fn row(r: &NewReminder) -> [Bind; 19] {
    [
        r.id.into(),
        r.run_id.into(),
        r.rule.as_str().into(),
        r.matter.name().into(),
        r.unit_id.into(),
        r.commune_id.into(),
        r.province_id.into(),
        r.period.into(),
        r.step.into(),
        r.receiver.unwrap_or(0).into(),
        r.audience.name().into(),
        r.sentence.into(),
        r.stoppable.into(),
        r.due.into(),
        r.at.into(),
        r.useful_until.into(),
        Bind::Bytes(r.number_index.map(|index| index.to_vec())),
        if r.skip.is_some() { "skipped" } else { "planned" }.into(),
        Bind::Text(r.skip.map(|skip| skip.name().to_owned())),
    ]
}

/// A row that goes to a number.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: i64,
    /// The run that it was planned in.
    pub run_id: i64,
    /// The code of its rule.
    pub rule: String,
    /// What it reminds of.
    pub matter: Matter,
    /// The unit.
    pub unit_id: UnitId,
    /// The commune of the unit.
    pub commune_id: Option<UnitId>,
    /// The province of the unit.
    pub province_id: Option<UnitId>,
    /// The month or year.
    pub period: i32,
    /// Who is told.
    pub receiver: PersonId,
    /// As what.
    pub audience: Receiver,
    /// In which sentence.
    pub sentence: String,
    /// Whether the person may switch it off.
    pub stoppable: bool,
    /// The last day.
    pub due: NaiveDate,
    /// Its moment.
    pub at: i64,
    /// Until when it is of use.
    pub useful_until: i64,
}

type Columns = (
    (BigInt, BigInt, Text, Text, BigInt, Nullable<BigInt>, Nullable<BigInt>, Integer),
    (BigInt, Text, Text, Bool, Date, BigInt, BigInt),
);
type Row = (
    (i64, i64, String, String, i64, Option<i64>, Option<i64>, i32),
    (i64, String, String, bool, NaiveDate, i64, i64),
);

/// The rows of a run that go, or went, to a number; those that were skipped when they were planned are not among them.
pub fn of_number(conn: &mut Conn, run: i64, number: &Digest) -> DbResult<Vec<Stored>> {
    let rows = Sql::<Columns>::new(
        "SELECT id, run_id, rule, matter, unit_id, commune_id, province_id, period, receiver_id, audience, sentence, stoppable, \
         due, at, useful_until FROM reminder WHERE run_id = ",
    )
    .bind(run)
    .sql(" AND number_index = ")
    .bind(*number)
    .sql(" ORDER BY id")
    .load::<Row>(conn)?;
    rows.into_iter().map(stored).collect()
}

/// A number to which a run has something to say.
#[derive(Debug, Clone)]
pub struct Addressed {
    /// Blind index of the number.
    pub number_index: Digest,
    /// One of the people who have it.
    pub person: PersonId,
    /// The number, sealed for (`phone`, person); `None`: it was taken away.
    pub number_cipher: Option<Vec<u8>>,
    /// The commune of one of the units that it is told of.
    pub commune_id: Option<UnitId>,
    /// Until when something of it is of use.
    pub useful_until: i64,
}

/// The first `limit` numbers after `after` to which a run has something to say, in order.
pub fn addressed(conn: &mut Conn, run: i64, after: &[u8], limit: i64) -> DbResult<Vec<Addressed>> {
    type Row = (Vec<u8>, i64, Option<Vec<u8>>, Option<i64>, i64);
    let rows = Sql::<(Binary, BigInt, Nullable<Binary>, Nullable<BigInt>, BigInt)>::new(
        "SELECT r.number_index, r.person_id, f.number_cipher, r.commune_id, r.useful_until FROM \
         (SELECT number_index, min(receiver_id) AS person_id, min(commune_id) AS commune_id, \
         max(useful_until) AS useful_until FROM reminder WHERE run_id = ",
    )
    .bind(run)
    .sql(" AND state = 'planned' AND number_index > ")
    .bind(after.to_vec())
    // Where the page ends: else PostgreSQL would group the whole run for each page of it.
    .sql(" AND number_index <= (SELECT p.number_index FROM (SELECT number_index FROM reminder WHERE run_id = ")
    .bind(run)
    .sql(" AND state = 'planned' AND number_index > ")
    .bind(after.to_vec())
    .sql(" ORDER BY run_id, number_index LIMIT ")
    .bind(limit)
    .sql(") p ORDER BY p.number_index DESC LIMIT 1) GROUP BY number_index")
    .sql(") r LEFT JOIN phone f ON f.number_index = r.number_index AND f.person_id = r.person_id ORDER BY r.number_index")
    .load::<Row>(conn)?;
    let addressed = |(number, person, number_cipher, commune_id, useful_until): Row| {
        let number_index = digest(number)?;
        Ok(Addressed { number_index, person, number_cipher, commune_id, useful_until })
    };
    rows.into_iter().map(addressed).collect()
}

fn stored((head, tail): Row) -> DbResult<Stored> {
    let (id, run_id, rule, matter, unit_id, commune_id, province_id, period) = head;
    let (receiver, audience, sentence, stoppable, due, at, useful_until) = tail;
    Ok(Stored {
        id,
        run_id,
        rule,
        matter: Matter::by_name(&matter).ok_or(DbError::Corrupt("the matter of a reminder"))?,
        unit_id,
        commune_id,
        province_id,
        period,
        receiver,
        audience: Receiver::by_name(&audience).ok_or(DbError::Corrupt("the audience of a reminder"))?,
        sentence,
        stoppable,
        due,
        at,
        useful_until,
    })
}

/// Writes that these rows are in the text of their run and number, or why not.
pub fn settle(conn: &mut Conn, ids: &[i64], skip: Option<Skip>) -> DbResult<()> {
    for list in padded(ids) {
        Sql::new("UPDATE reminder SET state = ")
            .bind(if skip.is_some() { "skipped" } else { "told" })
            .sql(", reason = ")
            .bind(skip.map(|skip| skip.name().to_owned()))
            .sql(" WHERE id IN (")
            .list(list)
            .sql(")")
            .run(conn)?;
    }
    Ok(())
}

/// Forgets up to `limit` rows whose moment lies before `before`; how many.
pub fn forget(conn: &mut Conn, before: i64, limit: i64) -> DbResult<usize> {
    let rows = Sql::new("DELETE FROM reminder WHERE id IN (SELECT id FROM reminder WHERE at < ")
        .bind(before)
        .sql(" ORDER BY at LIMIT ")
        .bind(limit)
        .sql(")")
        .run(conn)?;
    Ok(rows)
}
