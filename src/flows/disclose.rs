//! Showing what is personal: names, numbers and words are opened only for roles that may read them, and only after the
//! reading stands in the audit.

use crate::crypto::{CryptoError, Keys, Place, sha256};
use crate::db::history::{self, Version};
use crate::db::log::{self, NewAudit};
use crate::db::traffic::{self, Filter, Received, Sent, Whose};
use crate::db::unit::{self, Unit};
use crate::db::{Db, DbError, DbResult};
use crate::domain::access::Action;
use crate::domain::ids::ReportId;
use crate::flows::authenticate::Caller;
use crate::flows::permit::{Forbidden, permit, permit_somewhere};

/// Why something is not shown.
#[derive(Debug, thiserror::Error)]
pub enum DiscloseError {
    /// There is no such thing.
    #[error("there is no such thing")]
    NotFound,
    /// The caller may not see it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A sealed text could not be opened.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// Who reads, and with which keys.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// Where it stands.
    pub db: &'a Db,
    /// What opens it.
    pub keys: &'a Keys,
    /// Who reads.
    pub caller: &'a Caller,
    /// When, microseconds UTC, real time: for the audit.
    pub now: i64,
}

impl Reader<'_> {
    /// Writes the reading into the audit before anything is shown: `action` and what of.
    pub(super) async fn note(&self, action: &'static str, subject: String) -> DbResult<()> {
        let (actor, now) = (self.caller.actor(), self.now);
        let write = move |conn: &mut crate::db::Conn| {
            let digest = sha256(&[actor.as_bytes(), &[0], action.as_bytes(), &[0], subject.as_bytes()]);
            log::append(conn, now, &[], &NewAudit { actor: &actor, action, subject: &subject, digest })
        };
        self.db.write(write).await
    }

    fn open(&self, table: &'static str, row: i64, sealed: &[u8]) -> Result<String, CryptoError> {
        self.keys.open_text(Place { table, row }, sealed)
    }
}

/// A version of a report, opened as far as the caller may read it.
#[derive(Debug, Clone)]
pub struct ShownVersion {
    /// As it is stored.
    pub stored: Version,
    /// The name of the person who sent it; `None` where there is none, or the caller may not read it.
    pub person_name: Option<String>,
    /// The note.
    pub note: Option<String>,
}

/// A page of reports of a unit that the caller may read, each in its latest version, and one more than `limit`.
pub async fn reports(
    reader: Reader<'_>,
    of: &Unit,
    period: Option<i32>,
    after: ReportId,
    limit: usize,
) -> Result<Vec<ShownVersion>, DiscloseError> {
    permit(reader.caller, Action::ReadReports, of)?;
    let (id, limit) = (of.id, rows(limit));
    let versions = reader.db.read(move |conn| history::of_unit(conn, id, period, after, limit)).await?;
    open_versions(reader, of, versions).await
}

/// Every version of the report with this id, ours or its client's, and the unit that it is about.
pub async fn report(reader: Reader<'_>, id: String) -> Result<(Unit, Vec<ShownVersion>), DiscloseError> {
    let found = reader
        .db
        .read_snapshot(move |conn| {
            let mut versions = history::chain_of_client(conn, &id)?;
            if let (true, Ok(id)) = (versions.is_empty(), id.parse()) {
                versions = history::chain_of(conn, id)?;
            }
            let Some(first) = versions.first() else { return Ok(None) };
            let unit = unit::by_ids(conn, &[first.unit_id])?.pop();
            Ok(unit.map(|unit| (unit, versions)))
        })
        .await?;
    let (unit, versions) = found.ok_or(DiscloseError::NotFound)?;
    // Whoever may not read it does not learn that it is there.
    permit(reader.caller, Action::ReadReports, &unit).map_err(|_| DiscloseError::NotFound)?;
    let versions = open_versions(reader, &unit, versions).await?;
    Ok((unit, versions))
}

async fn open_versions(
    reader: Reader<'_>,
    of: &Unit,
    versions: Vec<Version>,
) -> Result<Vec<ShownVersion>, DiscloseError> {
    let names = permit(reader.caller, Action::ReadPeople, of).is_ok();
    let personal = |v: &Version| v.note_cipher.is_some() || (names && v.person.is_some());
    if versions.iter().any(personal) {
        reader.note("read_reports", format!("unit:{}", of.code)).await?;
    }
    let shown = |stored: Version| {
        let name = stored.person.as_ref().filter(|_| names);
        let person_name = name.map(|(id, sealed)| reader.open("person", *id, sealed)).transpose()?;
        let note = stored.note_cipher.as_ref().map(|sealed| reader.open("report", stored.id, sealed));
        Ok(ShownVersion { person_name, note: note.transpose()?, stored })
    };
    versions.into_iter().map(shown).collect()
}

/// A text, opened as far as the caller may read it.
#[derive(Debug, Clone)]
pub enum ShownText {
    /// An incoming one.
    In {
        /// As it is stored.
        stored: Received,
        /// Number, name and words.
        opened: Opened,
    },
    /// An outgoing one.
    Out {
        /// As it is stored.
        stored: Sent,
        /// Number and words.
        opened: Opened,
    },
}

impl ShownText {
    /// Its id.
    pub fn id(&self) -> i64 {
        match self {
            ShownText::In { stored, .. } => stored.id,
            ShownText::Out { stored, .. } => stored.id,
        }
    }
}

/// What is personal about a text; all `None` where the caller may not read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// The telephone number.
    pub number: Option<String>,
    /// The name of the registered sender.
    pub name: Option<String>,
    /// The words; `None` as well once they are purged.
    pub words: Option<String>,
}

/// Which directions are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Texts that came in.
    In,
    /// Texts that went out.
    Out,
    /// Both.
    Both,
}

/// A page of texts that the caller may see, newest first, and one more than `limit`.
pub async fn texts(
    reader: Reader<'_>,
    direction: Direction,
    state: Option<String>,
    before: i64,
    limit: usize,
) -> Result<Vec<ShownText>, DiscloseError> {
    permit_somewhere(reader.caller, Action::ReadDelivery)?;
    let filter = Filter { whose: whose(reader.db, reader.caller).await?, state, before, limit: rows(limit) };
    let (received, sent) = reader
        .db
        .read_snapshot(move |conn| {
            let received = match direction {
                Direction::In | Direction::Both => traffic::received(conn, &filter)?,
                Direction::Out => Vec::new(),
            };
            let sent = match direction {
                Direction::Out | Direction::Both => traffic::sent(conn, &filter)?,
                Direction::In => Vec::new(),
            };
            Ok((received, sent))
        })
        .await?;
    let words = permit_somewhere(reader.caller, Action::ReadMessages).is_ok();
    let mut shown = open_texts(reader, words, received, sent)?;
    shown.sort_by_key(|text| std::cmp::Reverse(text.id()));
    shown.truncate(limit + 1);
    if let (true, Some(newest), Some(oldest)) = (words, shown.first(), shown.last()) {
        reader.note("read_messages", format!("messages:{}-{}", oldest.id(), newest.id())).await?;
    }
    Ok(shown)
}

/// Whose texts the caller may see: those of the own commune or province, or all.
pub(super) async fn whose(db: &Db, caller: &Caller) -> Result<Whose, DiscloseError> {
    let Some(own) = caller.unit_id else { return Ok(Whose::Everyone) };
    let unit: Option<Unit> = db.read(move |conn| Ok(unit::by_ids(conn, &[own])?.pop())).await?;
    match unit.as_ref().map(|unit| unit.kind.as_str()) {
        Some("commune") => Ok(Whose::Commune(own)),
        Some("province") => Ok(Whose::Province(own)),
        _ => Err(Forbidden(Action::ReadDelivery.name()).into()),
    }
}

fn open_texts(
    reader: Reader<'_>,
    words: bool,
    received: Vec<Received>,
    sent: Vec<Sent>,
) -> Result<Vec<ShownText>, DiscloseError> {
    let mut shown = Vec::with_capacity(received.len() + sent.len());
    for stored in received {
        let opened = if words { open_received(reader, &stored)? } else { Opened::default() };
        shown.push(ShownText::In { stored, opened });
    }
    for stored in sent {
        let opened = if words { open_sent(reader, &stored)? } else { Opened::default() };
        shown.push(ShownText::Out { stored, opened });
    }
    Ok(shown)
}

fn open_received(reader: Reader<'_>, text: &Received) -> Result<Opened, CryptoError> {
    let open = |sealed: &Vec<u8>| reader.open("message", text.id, sealed);
    let name = text.person.as_ref().map(|(id, sealed)| reader.open("person", *id, sealed));
    Ok(Opened {
        number: Some(open(&text.sender_cipher)?),
        name: name.transpose()?,
        words: text.text_cipher.as_ref().map(open).transpose()?,
    })
}

fn open_sent(reader: Reader<'_>, text: &Sent) -> Result<Opened, CryptoError> {
    let open = |sealed: &Vec<u8>| reader.open("outbox", text.id, sealed);
    let words = text.text_cipher.as_ref().map(open).transpose()?;
    Ok(Opened { number: Some(open(&text.receiver_cipher)?), name: None, words })
}

/// One more than a page, so that it is seen whether another follows.
fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1
}
