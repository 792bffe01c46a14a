//! Answers to criteria and the facts behind them, in all their versions.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};

use super::super::DbResult;
use super::super::conn::Conn;
use super::super::sql::{Bind, Sql, pieces};
use super::Author;

/// An answer to be written.
#[derive(Debug, Clone)]
pub struct NewAnswer {
    /// Its id.
    pub id: i64,
    /// The review.
    pub review_id: i64,
    /// The criterion.
    pub criterion: String,
    /// Its number, from 1.
    pub version: i32,
    /// `met`, `not_met` or `not_applicable`.
    pub outcome: &'static str,
    /// The note, sealed for (`answer`, id).
    pub note_cipher: Option<Vec<u8>>,
    /// What the program proposed, with its figures, as JSON.
    pub proposed: String,
    /// Who concluded it.
    pub author: Author,
    /// When, domain time.
    pub at: i64,
}

/// Inserts answers.
pub fn insert(conn: &mut Conn, answers: &[NewAnswer]) -> DbResult<()> {
    let rows: Vec<[Bind; 10]> = answers
        .iter()
        .map(|a| {
            [
                a.id.into(),
                a.review_id.into(),
                a.criterion.as_str().into(),
                a.version.into(),
                a.outcome.into(),
                a.note_cipher.clone().into(),
                a.proposed.as_str().into(),
                a.author.account_id.into(),
                a.author.person_id.into(),
                a.at.into(),
            ]
        })
        .collect();
    for piece in pieces(&rows) {
        Sql::new(
            "INSERT INTO answer (id, review_id, criterion, version, outcome, note_cipher, proposed, account_id, \
             person_id, at) VALUES ",
        )
        .rows(piece.iter().cloned())
        .run(conn)?;
    }
    Ok(())
}

/// An answer as it is stored.
#[derive(Debug, Clone)]
pub struct StoredAnswer {
    /// Its id.
    pub id: i64,
    /// The criterion.
    pub criterion: String,
    /// Its number, from 1.
    pub version: i32,
    /// `met`, `not_met` or `not_applicable`.
    pub outcome: String,
    /// The note, sealed for (`answer`, id).
    pub note_cipher: Option<Vec<u8>>,
    /// The user name of the account that concluded it.
    pub account: Option<String>,
    /// When, domain time.
    pub at: i64,
}

/// The last answer to each criterion of a review.
pub fn last(conn: &mut Conn, review_id: i64) -> DbResult<Vec<StoredAnswer>> {
    type Row = (i64, String, i32, String, Option<Vec<u8>>, Option<String>, i64);
    let rows = Sql::<(BigInt, Text, Integer, Text, Nullable<Binary>, Nullable<Text>, BigInt)>::new(
        "SELECT a.id, a.criterion, a.version, a.outcome, a.note_cipher, c.username, a.at FROM answer a \
             LEFT JOIN account c ON c.id = a.account_id WHERE a.review_id = ",
    )
    .bind(review_id)
    .sql(
        " AND a.version = (SELECT max(l.version) FROM answer l WHERE l.review_id = a.review_id \
             AND l.criterion = a.criterion)",
    )
    .load::<Row>(conn)?;
    let answer = |(id, criterion, version, outcome, note_cipher, account, at): Row| StoredAnswer {
        id,
        criterion,
        version,
        outcome,
        note_cipher,
        account,
        at,
    };
    Ok(rows.into_iter().map(answer).collect())
}

/// How many criteria of each of these reviews were last answered “not met”.
pub fn not_met(conn: &mut Conn, reviews: &[i64]) -> DbResult<Vec<(i64, String)>> {
    let mut found = Vec::new();
    for list in super::super::sql::padded(reviews) {
        found.extend(
            Sql::<(BigInt, Text)>::new(
                "SELECT a.review_id, a.criterion FROM answer a WHERE a.review_id IN (",
            )
            .list(list)
            .sql(
                ") AND a.outcome = 'not_met' AND a.version = (SELECT max(l.version) FROM answer l \
                     WHERE l.review_id = a.review_id AND l.criterion = a.criterion) ORDER BY a.criterion",
            )
            .load::<(i64, String)>(conn)?,
        );
    }
    Ok(found)
}

/// A fact to be written.
#[derive(Debug, Clone)]
pub struct NewFact {
    /// The review.
    pub review_id: i64,
    /// Its name.
    pub name: String,
    /// Its number, from 1.
    pub version: i32,
    /// What it is, as JSON.
    pub content: String,
    /// Who entered it.
    pub author: Author,
    /// When, domain time.
    pub at: i64,
}

/// Inserts facts.
pub fn insert_facts(conn: &mut Conn, facts: &[NewFact]) -> DbResult<()> {
    let rows: Vec<[Bind; 7]> = facts
        .iter()
        .map(|f| {
            [
                f.review_id.into(),
                f.name.as_str().into(),
                f.version.into(),
                f.content.as_str().into(),
                f.author.account_id.into(),
                f.author.person_id.into(),
                f.at.into(),
            ]
        })
        .collect();
    for piece in pieces(&rows) {
        Sql::new(
            "INSERT INTO review_fact (review_id, name, version, content, account_id, person_id, at) VALUES ",
        )
        .rows(piece.iter().cloned())
        .run(conn)?;
    }
    Ok(())
}

/// The last version of each fact of a review: name, number, JSON.
pub fn last_facts(conn: &mut Conn, review_id: i64) -> DbResult<Vec<(String, i32, String)>> {
    Ok(Sql::<(Text, Integer, Text)>::new(
        "SELECT f.name, f.version, f.content FROM review_fact f WHERE f.review_id = ",
    )
    .bind(review_id)
    .sql(
        " AND f.version = (SELECT max(l.version) FROM review_fact l WHERE l.review_id = f.review_id AND l.name = f.name) \
         ORDER BY f.name",
    )
    .load(conn)?)
}
