//! Files of reviews: what they are; their content is kept elsewhere under its digest.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::super::DbResult;
use super::super::conn::Conn;
use super::super::message::digest;
use super::super::sql::Sql;
use super::Author;
use crate::crypto::Digest;

/// A file of a review.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Its id.
    pub id: i64,
    /// The review.
    pub review_id: i64,
    /// The document of the file that it is.
    pub document: Option<String>,
    /// The criterion that it supports.
    pub criterion: Option<String>,
    /// SHA-256 of its content.
    pub content: Digest,
    /// Its name, sealed for (`evidence`, id).
    pub name_cipher: Vec<u8>,
    /// Its type, as its content says.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Who handed it in.
    pub author: Author,
    /// When, domain time.
    pub at: i64,
    /// When it was taken back, domain time.
    pub withdrawn_at: Option<i64>,
}

/// Inserts a file.
pub fn insert(conn: &mut Conn, e: &Evidence) -> DbResult<()> {
    Sql::new(
        "INSERT INTO evidence (id, review_id, document, criterion, content_hash, name_cipher, media_type, size, \
         account_id, person_id, at) VALUES ",
    )
    .rows([[
        e.id.into(),
        e.review_id.into(),
        e.document.clone().into(),
        e.criterion.clone().into(),
        e.content.into(),
        e.name_cipher.clone().into(),
        e.media_type.as_str().into(),
        e.size.into(),
        e.author.account_id.into(),
        e.author.person_id.into(),
        e.at.into(),
    ]])
    .run(conn)?;
    Ok(())
}

type Columns = (
    (BigInt, BigInt, Nullable<Text>, Nullable<Text>, Binary, Binary),
    (Text, BigInt, Nullable<BigInt>, Nullable<BigInt>, BigInt, Nullable<BigInt>),
);
type Row = (
    (i64, i64, Option<String>, Option<String>, Vec<u8>, Vec<u8>),
    (String, i64, Option<i64>, Option<i64>, i64, Option<i64>),
);

const SELECT: &str = "SELECT id, review_id, document, criterion, content_hash, name_cipher, media_type, size, account_id, \
                      person_id, at, withdrawn_at FROM evidence WHERE ";

fn load(conn: &mut Conn, query: Sql<Columns>) -> DbResult<Vec<Evidence>> {
    query.load::<Row>(conn)?.into_iter().map(evidence).collect()
}

fn evidence(row: Row) -> DbResult<Evidence> {
    let (
        (id, review_id, document, criterion, content, name_cipher),
        (media_type, size, account_id, person_id, at, withdrawn_at),
    ) = row;
    let author = Author { account_id, person_id };
    let content = digest(content)?;
    Ok(Evidence {
        id,
        review_id,
        document,
        criterion,
        content,
        name_cipher,
        media_type,
        size,
        author,
        at,
        withdrawn_at,
    })
}

/// The files of a review, those that were taken back too, the first first.
pub fn of_review(conn: &mut Conn, review_id: i64) -> DbResult<Vec<Evidence>> {
    load(conn, Sql::new(SELECT).sql("review_id = ").bind(review_id).sql(" ORDER BY id"))
}

/// Marks a file as taken back at `at` by the account `by`; false when it was so before.
pub fn withdraw(conn: &mut Conn, id: i64, by: Option<i64>, at: i64) -> DbResult<bool> {
    let changed = Sql::new("UPDATE evidence SET withdrawn_at = ")
        .bind(at)
        .sql(", withdrawn_by = ")
        .bind(by)
        .sql(" WHERE withdrawn_at IS NULL AND id = ")
        .bind(id)
        .run(conn)?;
    Ok(changed == 1)
}
