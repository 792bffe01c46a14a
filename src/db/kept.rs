//! Texts of numbers that nobody was registered at, kept for the officer.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::{NewMessage, digest};
use super::sql::Sql;
use crate::crypto::Digest;
use crate::domain::ids::MessageId;

/// A kept text.
#[derive(Debug, Clone)]
pub struct KeptText {
    /// Its id.
    pub id: MessageId,
    /// The gateway that it came by.
    pub gateway: String,
    /// Digest of the gateway and its key for the text.
    pub dedupe_key: Digest,
    /// Blind index of the number.
    pub sender_index: Digest,
    /// The number, sealed for (`message`, id).
    pub sender_cipher: Vec<u8>,
    /// Keyed digest of the words.
    pub text_index: Digest,
    /// The words, sealed for (`message`, id); `None` once purged.
    pub text_cipher: Option<Vec<u8>>,
    /// When it was received, domain time.
    pub received_at: i64,
    /// Whether the number can be believed.
    pub trusted: bool,
}

type Columns = (BigInt, Text, Binary, Binary, Binary, Binary, Nullable<Binary>, BigInt, Bool);
type Row = (i64, String, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Option<Vec<u8>>, i64, bool);

const SELECT: &str = "SELECT id, gateway, dedupe_key, sender_index, sender_cipher, text_index, text_cipher, \
                      received_at, trusted FROM message WHERE person_id IS NULL AND ";

fn kept(row: Row) -> DbResult<KeptText> {
    let (id, gateway, dedupe_key, sender_index, sender_cipher, text_index, text_cipher, received_at, trusted) =
        row;
    Ok(KeptText {
        id,
        gateway,
        dedupe_key: digest(dedupe_key)?,
        sender_index: digest(sender_index)?,
        sender_cipher,
        text_index: digest(text_index)?,
        text_cipher,
        received_at,
        trusted,
    })
}

/// The text with this id, if its sender was unknown.
pub fn unknown_text(conn: &mut Conn, id: MessageId) -> DbResult<Option<KeptText>> {
    let mut rows = Sql::<Columns>::new(SELECT).sql("id = ").bind(id).load::<Row>(conn)?;
    rows.pop().map(kept).transpose()
}

/// The texts of a number after the id `since` that were kept unread and still have their words, oldest first.
pub fn unread(conn: &mut Conn, sender: Digest, since: MessageId, limit: i64) -> DbResult<Vec<KeptText>> {
    let query = Sql::<Columns>::new(SELECT).sql("sender_index = ").bind(sender).sql(" AND id > ").bind(since);
    let rows = query
        .sql(" AND fate = 'refused' AND text_cipher IS NOT NULL ORDER BY id LIMIT ")
        .bind(limit)
        .load::<Row>(conn)?;
    rows.into_iter().map(kept).collect()
}

/// Writes what became of a text that was read again.
pub fn settle(conn: &mut Conn, message: &NewMessage) -> DbResult<()> {
    let update = Sql::new("UPDATE message SET person_id = ")
        .bind(message.person_id)
        .sql(", unit_id = ")
        .bind(message.unit_id)
        .sql(", commune_id = ")
        .bind(message.commune_id)
        .sql(", intent = ")
        .bind(message.intent)
        .sql(", fate = ")
        .bind(message.fate)
        .sql(", why = ")
        .bind(message.why.map(str::to_owned))
        .sql(", reading = ")
        .bind(message.reading.as_str())
        .sql(", flags = ")
        .bind(message.flags.as_str())
        .sql(", report_id = ")
        .bind(message.report_id);
    let update = if message.text_cipher.is_none() { update.sql(", text_cipher = NULL") } else { update };
    update.sql(" WHERE id = ").bind(message.id).run(conn)?;
    Ok(())
}
