//! Photographs: whose, how much of each is on the disk, and what it belongs to. The content lies in files.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::conn::Conn;
use super::message::digest;
use super::review::Author;
use super::sql::{Bind, Sql, padded, pieces};
use super::{DbError, DbResult};
use crate::crypto::Digest;
use crate::domain::ids::ReportId;

/// The content of a photograph that somebody sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id, and the name of its draft.
    pub id: i64,
    /// SHA-256 of the whole.
    pub content: Digest,
    /// Who sends it.
    pub author: Author,
    /// Its type.
    pub media_type: String,
    /// Bytes of the whole.
    pub size: i64,
    /// How many of them, from the first, are on the disk.
    pub received: i64,
    /// Microseconds UTC, real time: when a piece came last.
    pub seen_at: i64,
    /// When it was whole and agreed with its digest.
    pub finished_at: Option<i64>,
}

/// What a photograph belongs to.
#[derive(Debug, Clone)]
pub struct NewPhoto {
    /// Its id.
    pub id: i64,
    /// The report, by its first version.
    pub report: Option<ReportId>,
    /// The form of a client of OpenRosa.
    pub instance_id: Option<String>,
    /// What it is called.
    pub name: String,
    /// Microseconds UTC, domain time.
    pub at: i64,
}

/// A photograph of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// When it was sent, or announced; microseconds UTC, domain time.
    pub at: i64,
    /// SHA-256 of its content.
    pub content: Digest,
    /// Its type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// How many of them have come.
    pub received: i64,
    /// Whether all have.
    pub complete: bool,
}

type Columns =
    (BigInt, Binary, Nullable<BigInt>, Nullable<BigInt>, Text, BigInt, BigInt, BigInt, Nullable<BigInt>);
type Row = (i64, Vec<u8>, Option<i64>, Option<i64>, String, i64, i64, i64, Option<i64>);

const INSERT: &str = "INSERT INTO attachment (id, content_hash, person_id, account_id, media_type, size, received, \
                      seen_at, finished_at) VALUES ";
const SELECT: &str = "SELECT id, content_hash, person_id, account_id, media_type, size, received, seen_at, finished_at \
                      FROM attachment WHERE ";

fn row(a: &Attachment) -> [Bind; 9] {
    [
        a.id.into(),
        a.content.into(),
        a.author.person_id.into(),
        a.author.account_id.into(),
        a.media_type.as_str().into(),
        a.size.into(),
        a.received.into(),
        a.seen_at.into(),
        a.finished_at.into(),
    ]
}

fn attachment(row: Row) -> DbResult<Attachment> {
    let (id, content, person_id, account_id, media_type, size, received, seen_at, finished_at) = row;
    let author = Author { account_id, person_id };
    let content = digest(content)?;
    Ok(Attachment { id, content, author, media_type, size, received, seen_at, finished_at })
}

/// `person_id = …` or `account_id = …`.
fn of<ST>(query: Sql<ST>, author: Author) -> Sql<ST> {
    match (author.person_id, author.account_id) {
        (Some(person), _) => query.sql("person_id = ").bind(person),
        (None, account) => query.sql("account_id = ").bind(account),
    }
}

/// What `author` sends with this content, until the transaction ends nobody else's to change.
pub fn attachment_of(conn: &mut Conn, author: Author, content: &Digest) -> DbResult<Option<Attachment>> {
    let lock = if conn.is_postgres() { " FOR UPDATE" } else { "" };
    let query = of(Sql::<Columns>::new(SELECT), author).sql(" AND content_hash = ").bind(*content).sql(lock);
    query.load::<Row>(conn)?.pop().map(attachment).transpose()
}

/// The same without keeping others from changing it.
pub fn peek(conn: &mut Conn, author: Author, content: &Digest) -> DbResult<Option<Attachment>> {
    let query = of(Sql::<Columns>::new(SELECT), author).sql(" AND content_hash = ").bind(*content);
    query.load::<Row>(conn)?.pop().map(attachment).transpose()
}

/// How many that `author` began are not whole.
pub fn unfinished(conn: &mut Conn, author: Author) -> DbResult<i64> {
    let query =
        of(Sql::<(BigInt,)>::new("SELECT count(*) FROM attachment WHERE finished_at IS NULL AND "), author);
    Ok(query.get_result::<(i64,)>(conn)?.0)
}

/// Begins one; false where the author's is there already.
pub fn begin(conn: &mut Conn, new: &Attachment) -> DbResult<bool> {
    Ok(Sql::new(INSERT).rows([row(new)]).sql(" ON CONFLICT DO NOTHING").run(conn)? == 1)
}

/// Counts a piece that is on the disk; false where the attachment does not stand at `from` any more.
pub fn advance(conn: &mut Conn, id: i64, from: i64, to: i64, now: i64) -> DbResult<bool> {
    let changed = Sql::new("UPDATE attachment SET received = ")
        .bind(to)
        .sql(", seen_at = ")
        .bind(now)
        .sql(" WHERE finished_at IS NULL AND id = ")
        .bind(id)
        .sql(" AND received = ")
        .bind(from)
        .run(conn)?;
    Ok(changed == 1)
}

/// Begins one anew.
pub fn start_over(conn: &mut Conn, id: i64, now: i64) -> DbResult<()> {
    Sql::new("UPDATE attachment SET received = 0, seen_at = ")
        .bind(now)
        .sql(" WHERE finished_at IS NULL AND id = ")
        .bind(id)
        .run(conn)?;
    Ok(())
}

/// Notes that one is whole and kept.
pub fn finish(conn: &mut Conn, id: i64, now: i64) -> DbResult<()> {
    Sql::new("UPDATE attachment SET received = size, seen_at = ")
        .bind(now)
        .sql(", finished_at = ")
        .bind(now)
        .sql(" WHERE finished_at IS NULL AND id = ")
        .bind(id)
        .run(conn)?;
    Ok(())
}

/// Forgets those of `ids` that are not whole, and that anything waits for them.
pub fn forget(conn: &mut Conn, ids: &[i64]) -> DbResult<usize> {
    let lock = if conn.is_postgres() { ") FOR UPDATE" } else { ")" };
    let mut forgotten = 0;
    for list in padded(ids) {
        // None of them may become whole between the two deletions.
        let unfinished =
            Sql::<(BigInt,)>::new("SELECT id FROM attachment WHERE finished_at IS NULL AND id IN (");
        let rows = unfinished.list(list).sql(lock).load::<(i64,)>(conn)?;
        let locked: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
        for list in padded(&locked) {
            Sql::new("DELETE FROM photo WHERE attachment_id IN (").list(list.clone()).sql(")").run(conn)?;
            forgotten += Sql::new("DELETE FROM attachment WHERE id IN (").list(list).sql(")").run(conn)?;
        }
    }
    Ok(forgotten)
}

/// Up to `limit` that are not whole and of which no piece has come since `before`; until the transaction ends none comes.
pub fn stale(conn: &mut Conn, before: i64, limit: i64) -> DbResult<Vec<i64>> {
    let query = Sql::<(BigInt,)>::new("SELECT id FROM attachment WHERE finished_at IS NULL AND seen_at < ")
        .bind(before);
    let lock = if conn.is_postgres() { " FOR UPDATE" } else { "" };
    let rows = query.sql(" ORDER BY seen_at LIMIT ").bind(limit).sql(lock).load::<(i64,)>(conn)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those of `ids` that are not whole.
pub fn still_unfinished(conn: &mut Conn, ids: &[i64]) -> DbResult<Vec<i64>> {
    let mut found = Vec::new();
    for list in padded(ids) {
        let query = Sql::<(BigInt,)>::new("SELECT id FROM attachment WHERE finished_at IS NULL AND id IN (");
        found.extend(query.list(list).sql(")").load::<(i64,)>(conn)?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// Says that an attachment belongs to something; false where it was known.
pub fn attach(conn: &mut Conn, attachment: i64, new: &NewPhoto) -> DbResult<bool> {
    Ok(attach_all(conn, &[(attachment, new.clone())])? == 1)
}

fn attach_all(conn: &mut Conn, photos: &[(i64, NewPhoto)]) -> DbResult<usize> {
    let row = |(attachment, p): &(i64, NewPhoto)| -> [Bind; 6] {
        let instance = p.instance_id.clone();
        [
            p.id.into(),
            (*attachment).into(),
            p.report.into(),
            instance.into(),
            p.name.as_str().into(),
            p.at.into(),
        ]
    };
    let mut written = 0;
    for piece in pieces(photos) {
        written +=
            Sql::new("INSERT INTO photo (id, attachment_id, report_id, instance_id, name, at) VALUES ")
                .rows(piece.iter().map(row))
                .sql(" ON CONFLICT DO NOTHING")
                .run(conn)?;
    }
    Ok(written)
}

/// Remembers photographs of one author that came whole and are kept, with what each belongs to. The same content is
/// there once.
pub fn keep_whole(
    conn: &mut Conn,
    author: Author,
    whole: &[(Attachment, NewPhoto)],
    now: i64,
) -> DbResult<()> {
    let attachments: Vec<&Attachment> = whole.iter().map(|(attachment, _)| attachment).collect();
    for piece in pieces(&attachments) {
        Sql::new(INSERT).rows(piece.iter().map(|a| row(a))).sql(" ON CONFLICT DO NOTHING").run(conn)?;
    }
    let contents: Vec<Vec<u8>> = attachments.iter().map(|attachment| attachment.content.to_vec()).collect();
    let mut ids = Vec::with_capacity(whole.len());
    for list in padded(&contents) {
        // What the author was sending in pieces is whole now.
        let begun = Sql::new("UPDATE attachment SET received = size, finished_at = ").bind(now);
        let begun = of(begun.sql(" WHERE finished_at IS NULL AND "), author);
        begun.sql(" AND content_hash IN (").list(list.clone()).sql(")").run(conn)?;
        let known =
            of(Sql::<(BigInt, Binary)>::new("SELECT id, content_hash FROM attachment WHERE "), author);
        ids.extend(known.sql(" AND content_hash IN (").list(list).sql(")").load::<(i64, Vec<u8>)>(conn)?);
    }
    let mut photos = Vec::with_capacity(whole.len());
    for (attachment, photo) in whole {
        let id = ids.iter().find(|(_, content)| *content == attachment.content);
        let (id, _) = id.ok_or(DbError::Corrupt("an attachment vanished while it was written"))?;
        photos.push((*id, photo.clone()));
    }
    attach_all(conn, &photos).map(drop)
}

/// Forgets the photographs of kept forms; answers the digests of those that belonged to nothing else of whoever sent them.
pub fn forget_of_kept_forms(conn: &mut Conn, kept: &[i64]) -> DbResult<Vec<Digest>> {
    let mut photos = Vec::new();
    for list in padded(kept) {
        let query = Sql::<(BigInt, BigInt)>::new(
            "SELECT p.id, a.id FROM photo p JOIN attachment a ON a.id = p.attachment_id",
        );
        let query = query.sql(OF_KEPT).sql("p.report_id IS NULL AND k.id IN (").list(list).sql(")");
        photos.extend(query.load::<(i64, i64)>(conn)?);
    }
    let (photos, attachments): (Vec<i64>, Vec<i64>) = photos.into_iter().unzip();
    for list in padded(&photos) {
        Sql::new("DELETE FROM photo WHERE id IN (").list(list).sql(")").run(conn)?;
    }
    let mut gone = Vec::new();
    for list in padded(&attachments) {
        let unused = "NOT EXISTS (SELECT 1 FROM photo p WHERE p.attachment_id = attachment.id) AND id IN (";
        let query = Sql::<(Binary,)>::new("SELECT content_hash FROM attachment WHERE ").sql(unused);
        gone.extend(query.list(list.clone()).sql(")").load::<(Vec<u8>,)>(conn)?);
        Sql::new("DELETE FROM attachment WHERE ").sql(unused).list(list).sql(")").run(conn)?;
    }
    gone.into_iter().map(|(content,)| digest(content)).collect()
}

/// Whether a photograph or a file of a review has this content.
pub fn is_used(conn: &mut Conn, content: &Digest) -> DbResult<bool> {
    let query = Sql::<(BigInt,)>::new("SELECT id FROM attachment WHERE content_hash = ").bind(*content);
    let query = query.sql(" UNION ALL SELECT id FROM evidence WHERE content_hash = ").bind(*content);
    Ok(!query.sql(" LIMIT 1").load::<(i64,)>(conn)?.is_empty())
}

type PhotoColumns = (BigInt, Text, BigInt, Binary, Text, BigInt, BigInt, Nullable<BigInt>);

/// Somebody else may have used the id of a kept form for another one.
const OF_KEPT: &str = " JOIN form_kept k ON k.instance_id = p.instance_id \
                       AND (k.person_id = a.person_id OR k.account_id = a.account_id) WHERE ";
const PHOTOS: &str = "SELECT p.id, p.name, p.at, a.content_hash, a.media_type, a.size, a.received, a.finished_at \
                      FROM photo p JOIN attachment a ON a.id = p.attachment_id";

/// The photographs of the report with this first version, also those that have not come as a whole, the first first. Those
/// that came while it waited for an officer are of it.
pub fn of_report(conn: &mut Conn, report: ReportId) -> DbResult<Vec<Photo>> {
    // What an officer accepted is stored under the key of what was proposed and a `~` (`domain::sync`).
    let proposed = " UNION ALL SELECT g.id FROM report f JOIN report g ON g.client_id = substr(f.client_id, 1, length(f.client_id) - 1) \
                    WHERE f.client_id LIKE '%~' AND f.id = ";
    let query = Sql::new(PHOTOS).sql(" WHERE p.report_id IN (SELECT CAST(").bind(report).sql(" AS BIGINT)");
    load(conn, query.sql(proposed).bind(report).sql(")"))
}

/// The photographs that came with the kept form `kept` from whoever sent it, the first first.
pub fn of_kept_form(conn: &mut Conn, kept: i64) -> DbResult<Vec<Photo>> {
    load(conn, Sql::new(PHOTOS).sql(OF_KEPT).sql("k.id = ").bind(kept))
}

fn load(conn: &mut Conn, query: Sql<PhotoColumns>) -> DbResult<Vec<Photo>> {
    type Row = (i64, String, i64, Vec<u8>, String, i64, i64, Option<i64>);
    let rows = query.sql(" ORDER BY p.id").load::<Row>(conn)?;
    let photo = |(id, name, at, content, media_type, size, received, finished_at): Row| {
        let (content, complete) = (digest(content)?, finished_at.is_some());
        Ok(Photo { id, name, at, content, media_type, size, received, complete })
    };
    rows.into_iter().map(photo).collect()
}
