//! Incoming texts.

use std::collections::{HashMap, HashSet};

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Text};

use super::conn::Conn;
use super::insert::Inserts;
use super::sql::{Bind, Sql, padded};
use super::{DbError, DbResult};
use crate::crypto::Digest;
use crate::domain::ids::{MessageId, PersonId, ReportId, UnitId};

/// A text to be stored, with all that became of it.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Its id.
    pub id: MessageId,
    /// The gateway that it came by.
    pub gateway: String,
    /// Digest of the gateway and its key for the text; unique.
    pub dedupe_key: Digest,
    /// Blind index of the sender's number.
    pub sender_index: Digest,
    /// The sender's number, sealed.
    pub sender_cipher: Vec<u8>,
    /// Keyed digest of the text.
    pub text_index: Digest,
    /// The text, sealed; `None` once purged.
    pub text_cipher: Option<Vec<u8>>,
    /// When it was received, microseconds UTC, domain time.
    pub received_at: i64,
    /// When it was stored, microseconds UTC, real time.
    pub stored_at: i64,
    /// Whether the sender's number can be believed.
    pub trusted: bool,
    /// The registered sender.
    pub person_id: Option<PersonId>,
    /// The hamlet that it was about.
    pub unit_id: Option<UnitId>,
    /// The commune whose officers may see it.
    pub commune_id: Option<UnitId>,
    /// What the sender wanted.
    pub intent: &'static str,
    /// What became of it.
    pub fate: &'static str,
    /// Why a question was asked.
    pub why: Option<&'static str>,
    /// The reading as JSON.
    pub reading: String,
    /// Whether other people's names or numbers stand in it.
    pub personal: bool,
    /// What the officer should see beside it: names, separated by spaces.
    pub flags: String,
    /// The report that it made.
    pub report_id: Option<ReportId>,
}

/// Texts to be inserted. It fails as overtaken when one of the keys was taken since it was looked up.
pub fn add(inserts: &mut Inserts, messages: &[NewMessage]) {
    inserts.add_new(
        "INSERT INTO message (id, gateway, dedupe_key, sender_index, sender_cipher, text_index, text_cipher, \
         received_at, stored_at, trusted, person_id, unit_id, commune_id, intent, fate, why, reading, personal, \
         flags, report_id)",
        messages.iter().map(row),
    );
}

fn row(m: &NewMessage) -> [Bind; 20] {
    [
        m.id.into(),
        m.gateway.as_str().into(),
        m.dedupe_key.into(),
        m.sender_index.into(),
        m.sender_cipher.clone().into(),
        m.text_index.into(),
        m.text_cipher.clone().into(),
        m.received_at.into(),
        m.stored_at.into(),
        m.trusted.into(),
        m.person_id.into(),
        m.unit_id.into(),
        m.commune_id.into(),
        m.intent.into(),
        m.fate.into(),
        m.why.map(str::to_owned).into(),
        m.reading.as_str().into(),
        m.personal.into(),
        m.flags.as_str().into(),
        m.report_id.into(),
    ]
}

/// Which of `keys` are taken, and by which text: its id and its text's index.
pub fn taken(conn: &mut Conn, keys: &[Digest]) -> DbResult<HashMap<Digest, (MessageId, Digest)>> {
    let mut found = HashMap::new();
    for list in padded(keys) {
        let rows = Sql::<(Binary, BigInt, Binary)>::new(
            "SELECT dedupe_key, id, text_index FROM message WHERE dedupe_key IN (",
        )
        .list(list)
        .sql(")")
        .load::<(Vec<u8>, i64, Vec<u8>)>(conn)?;
        for (key, id, text) in rows {
            found.insert(digest(key)?, (id, digest(text)?));
        }
    }
    Ok(found)
}

/// Which of `senders`, unknown numbers, were told so since `since` (microseconds UTC).
pub fn refused_since(conn: &mut Conn, senders: &[Digest], since: i64) -> DbResult<HashSet<Digest>> {
    let mut found = HashSet::new();
    for list in padded(senders) {
        let rows = Sql::<(Binary,)>::new("SELECT DISTINCT sender_index FROM message WHERE sender_index IN (")
            .list(list)
            .sql(") AND fate = 'refused' AND received_at >= ")
            .bind(since)
            .load::<(Vec<u8>,)>(conn)?;
        for (sender,) in rows {
            found.insert(digest(sender)?);
        }
    }
    Ok(found)
}

/// The latest text of `sender` after the id `since`, if it was answered by a question and nothing has been recorded
/// since: its id, its sealed words and when it was received.
pub fn latest_asked(
    conn: &mut Conn,
    sender: Digest,
    since: MessageId,
) -> DbResult<Option<(MessageId, Vec<u8>, i64)>> {
    let mut rows = Sql::<(BigInt, Binary, BigInt, Text)>::new(
        "SELECT id, text_cipher, received_at, fate FROM message WHERE sender_index = ",
    )
    .bind(sender)
    .sql(" AND id > ")
    .bind(since)
    .sql(
        " AND fate IN ('asked', 'recorded', 'proposed', 'practised') AND text_cipher IS NOT NULL \
         ORDER BY id DESC LIMIT 1",
    )
    .load::<(i64, Vec<u8>, i64, String)>(conn)?;
    let asked = rows.pop().filter(|(.., fate)| fate == "asked");
    Ok(asked.map(|(id, words, received, _)| (id, words, received)))
}

/// A stored digest.
pub(super) fn digest(bytes: Vec<u8>) -> DbResult<Digest> {
    Digest::try_from(bytes).map_err(|_| DbError::Corrupt("a digest that is not 32 bytes long"))
}
