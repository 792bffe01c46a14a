//! Reviews: where each stands, and every step that led there.

pub mod answer;
pub mod count;
pub mod evidence;
pub mod form;
pub mod incident;
pub mod list;
pub mod programme;
pub mod scheme;

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

use super::conn::Conn;
use super::sql::{Bind, Sql, padded, pieces};
use super::{DbError, DbResult};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::review::steps::Decision;
use crate::domain::review::{State, UnitKind};

/// Who did something: an account, or a person by a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Author {
    /// The account.
    pub account_id: Option<i64>,
    /// The person.
    pub person_id: Option<PersonId>,
}

/// The review of a unit and year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: i64,
    /// The unit.
    pub unit_id: UnitId,
    /// The year.
    pub year: i32,
    /// The kind of the unit.
    pub kind: UnitKind,
    /// The commune that the unit lies in.
    pub commune_id: Option<UnitId>,
    /// The province that the unit lies in.
    pub province_id: Option<UnitId>,
    /// The code of its scheme.
    pub scheme: String,
    /// Where it stands.
    pub state: State,
    /// How many steps were taken.
    pub version: i32,
    /// When the unit registered.
    pub registered_on: NaiveDate,
    /// Whether that was after the deadline.
    pub late: bool,
    /// The decision that holds: of the recognition, or of its revocation.
    pub decision: Option<Decision>,
    /// When its last step was taken, domain time.
    pub changed_at: i64,
}

pub(super) type Columns = (
    (BigInt, BigInt, Integer, Text, Nullable<BigInt>, Nullable<BigInt>, Text, Text),
    (Integer, Date, Bool, Nullable<Text>, Nullable<Date>, Nullable<Text>, BigInt),
);
pub(super) type Row = (
    (i64, i64, i32, String, Option<i64>, Option<i64>, String, String),
    (i32, NaiveDate, bool, Option<String>, Option<NaiveDate>, Option<String>, i64),
);

const SELECT: &str = "SELECT r.id, r.unit_id, r.year, r.kind, r.commune_id, r.province_id, r.scheme, r.state, r.version, \
                      r.registered_on, r.late, r.decision_number, r.decision_day, r.decision_signer, r.changed_at \
                      FROM review r WHERE ";

pub(super) fn review(row: Row) -> DbResult<Review> {
    let (
        (id, unit_id, year, kind, commune_id, province_id, scheme, state),
        (version, registered_on, late, number, day, signer, changed_at),
    ) = row;
    Ok(Review {
        id,
        unit_id,
        year,
        kind: UnitKind::by_name(&kind).ok_or(DbError::Corrupt("the kind of a review"))?,
        commune_id,
        province_id,
        scheme,
        state: State::by_name(&state).ok_or(DbError::Corrupt("the state of a review"))?,
        version,
        registered_on,
        late,
        decision: decision(number, day, signer),
        changed_at,
    })
}

fn decision(number: Option<String>, day: Option<NaiveDate>, signer: Option<String>) -> Option<Decision> {
    Some(Decision { number: number?, day: day?, signer: signer? })
}

fn load(conn: &mut Conn, query: Sql<Columns>) -> DbResult<Vec<Review>> {
    query.load::<Row>(conn)?.into_iter().map(review).collect()
}

/// The reviews of these units in `year`.
pub fn of_units(conn: &mut Conn, units: &[UnitId], year: i32) -> DbResult<Vec<Review>> {
    let mut found = Vec::new();
    for list in padded(units) {
        let query = Sql::new(SELECT).sql("r.year = ").bind(year).sql(" AND r.unit_id IN (").list(list);
        found.extend(load(conn, query.sql(")"))?);
    }
    Ok(found)
}

/// The reviews with these ids.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> DbResult<Vec<Review>> {
    let mut found = Vec::new();
    for list in padded(ids) {
        found.extend(load(conn, Sql::new(SELECT).sql("r.id IN (").list(list).sql(")"))?);
    }
    Ok(found)
}

/// Writes reviews as they stand after a step. Fails as overtaken when another step was taken meanwhile.
pub fn put(conn: &mut Conn, reviews: &[Review]) -> DbResult<()> {
    let rows: Vec<[Bind; 15]> = reviews.iter().map(row).collect();
    let mut written = 0;
    for piece in pieces(&rows) {
        written += Sql::new(
            "INSERT INTO review (id, unit_id, year, kind, commune_id, province_id, scheme, state, version, \
             registered_on, late, decision_number, decision_day, decision_signer, changed_at) VALUES ",
        )
        .rows(piece.iter().cloned())
        .sql(
            " ON CONFLICT (id) DO UPDATE SET scheme = excluded.scheme, state = excluded.state, \
             version = excluded.version, registered_on = excluded.registered_on, late = excluded.late, \
             decision_number = excluded.decision_number, \
             decision_day = excluded.decision_day, decision_signer = excluded.decision_signer, \
             changed_at = excluded.changed_at WHERE review.version = excluded.version - 1",
        )
        .run(conn)?;
    }
    if written == reviews.len() { Ok(()) } else { Err(DbError::Overtaken) }
}

fn row(r: &Review) -> [Bind; 15] {
    let decision = r.decision.as_ref();
    [
        r.id.into(),
        r.unit_id.into(),
        r.year.into(),
        r.kind.name().into(),
        r.commune_id.into(),
        r.province_id.into(),
        r.scheme.as_str().into(),
        r.state.name().into(),
        r.version.into(),
        r.registered_on.into(),
        r.late.into(),
        decision.map(|d| d.number.clone()).into(),
        decision.map(|d| d.day).into(),
        decision.map(|d| d.signer.clone()).into(),
        r.changed_at.into(),
    ]
}

/// A step as it is written and never changed.
#[derive(Debug, Clone)]
pub struct NewStep {
    /// Its id.
    pub id: i64,
    /// The review.
    pub review_id: i64,
    /// Its number, from 1.
    pub number: i32,
    /// Its name.
    pub step: &'static str,
    /// The state after it.
    pub state: State,
    /// Who took it.
    pub author: Author,
    /// When, domain time.
    pub at: i64,
    /// The reason, sealed for (`review_step`, id).
    pub reason_cipher: Option<Vec<u8>>,
    /// The decision.
    pub decision: Option<Decision>,
}

/// Inserts steps.
pub fn insert_steps(conn: &mut Conn, steps: &[NewStep]) -> DbResult<()> {
    let rows: Vec<[Bind; 12]> = steps
        .iter()
        .map(|s| {
            let decision = s.decision.as_ref();
            [
                s.id.into(),
                s.review_id.into(),
                s.number.into(),
                s.step.into(),
                s.state.name().into(),
                s.author.account_id.into(),
                s.author.person_id.into(),
                s.at.into(),
                s.reason_cipher.clone().into(),
                decision.map(|d| d.number.clone()).into(),
                decision.map(|d| d.day).into(),
                decision.map(|d| d.signer.clone()).into(),
            ]
        })
        .collect();
    for piece in pieces(&rows) {
        Sql::new(
            "INSERT INTO review_step (id, review_id, number, step, state, account_id, person_id, at, reason_cipher, \
             decision_number, decision_day, decision_signer) VALUES ",
        )
        .rows(piece.iter().cloned())
        .run(conn)?;
    }
    Ok(())
}

/// A step as it is stored.
#[derive(Debug, Clone)]
pub struct StoredStep {
    /// Its id.
    pub id: i64,
    /// Its number, from 1.
    pub number: i32,
    /// Its name.
    pub step: String,
    /// The state after it.
    pub state: String,
    /// The user name of the account that took it.
    pub account: Option<String>,
    /// The person who took it by a text.
    pub person_id: Option<PersonId>,
    /// When, domain time.
    pub at: i64,
    /// The reason, sealed for (`review_step`, id).
    pub reason_cipher: Option<Vec<u8>>,
    /// The decision.
    pub decision: Option<Decision>,
}

/// The steps of a review, the first first.
pub fn steps(conn: &mut Conn, review_id: i64) -> DbResult<Vec<StoredStep>> {
    type Columns = (
        (BigInt, Integer, Text, Text, Nullable<Text>, Nullable<BigInt>, BigInt),
        (Nullable<Binary>, Nullable<Text>, Nullable<Date>, Nullable<Text>),
    );
    type Row = (
        (i64, i32, String, String, Option<String>, Option<i64>, i64),
        (Option<Vec<u8>>, Option<String>, Option<NaiveDate>, Option<String>),
    );
    let rows = Sql::<Columns>::new(
        "SELECT s.id, s.number, s.step, s.state, a.username, s.person_id, s.at, s.reason_cipher, s.decision_number, \
         s.decision_day, s.decision_signer FROM review_step s LEFT JOIN account a ON a.id = s.account_id \
         WHERE s.review_id = ",
    )
    .bind(review_id)
    .sql(" ORDER BY s.number")
    .load::<Row>(conn)?;
    let step =
        |((id, number, step, state, account, person_id, at), (reason_cipher, dn, day, signer)): Row| {
            let decision = decision(dn, day, signer);
            StoredStep { id, number, step, state, account, person_id, at, reason_cipher, decision }
        };
    Ok(rows.into_iter().map(step).collect())
}
