//! Photographs in pieces: announced by the digest of their content for a report, sent piece by piece, each on the disk before
//! it is promised, and kept when the whole agrees with its digest. Whatever is cut off goes on where the disk ends.

use super::Collecting;
use crate::clock::Clock;
use crate::crypto::{Digest, sha256};
use crate::db::history::{self, Version};
use crate::db::log::{self, NewAudit};
use crate::db::photo::{self, Attachment, NewPhoto};
use crate::db::{Conn, Db, DbError, DbResult, unit};
use crate::documents::file_draft::Drafts;
use crate::documents::file_kind::FileKind;
use crate::documents::file_store::{FileStore, StoreError};
use crate::domain::access::Action;
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;
use crate::flows::practice::practises;

/// Bytes of a photograph.
pub const MOST_BYTES: i64 = 10 * 1024 * 1024;
/// Bytes of a piece.
pub const MOST_PIECE: usize = 256 * 1024;
/// Photographs that somebody has begun to send and that are not whole.
pub const MOST_OPEN: usize = 20;
/// Photographs of a report.
pub const MOST_PHOTOS: usize = 20;

/// A photograph that somebody is going to send.
#[derive(Debug, Clone)]
pub struct Announced {
    /// SHA-256 of its content.
    pub content: Digest,
    /// Bytes.
    pub size: i64,
    /// What it will be.
    pub kind: FileKind,
    /// The report that it belongs to: the id that its client gave it, or the id of one of its versions.
    pub report: String,
    /// What it is called.
    pub name: String,
}

/// Why a photograph or a piece of it is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// There is no such report, or the caller does not report for its unit or is practising: nothing of that is kept.
    #[error("there is no report with this id for which the caller reports; send the report first")]
    NoReport,
    /// The caller has announced nothing with this digest.
    #[error("no photograph with this digest was announced; POST /api/v1/attachments first")]
    Unannounced,
    /// It was announced otherwise before.
    #[error("a photograph with this digest was announced with {size} bytes as {media_type}")]
    Differs {
        /// The bytes announced then.
        size: i64,
        /// The type announced then.
        media_type: String,
    },
    /// Too many are begun.
    #[error("{MOST_OPEN} photographs are begun and not whole; finish them first")]
    TooManyOpen,
    /// The report has its photographs.
    #[error("a report has {MOST_PHOTOS} photographs at most")]
    TooManyPhotos,
    /// The piece does not begin where the server's copy ends.
    #[error("the server has {0} bytes; go on from there")]
    Offset(i64),
    /// The piece goes beyond what was announced.
    #[error("the piece goes beyond the {0} bytes that were announced")]
    TooLong(i64),
    /// The whole does not agree with its digest; it was thrown away.
    #[error(
        "what arrived does not agree with its SHA-256 and was thrown away; send it again from the beginning"
    )]
    Digest,
    /// The whole is no such photograph; it was thrown away.
    #[error("the content is not the {0} that was announced; it was thrown away")]
    Kind(String),
    /// It cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The thread that writes files ended.
    #[error("writing a file was interrupted")]
    Interrupted,
}

/// What the author's photographs are found by.
impl Collecting {
    /// Begins a photograph, or tells how much of it is there; `true`: it is new to its report. The report is there before
    /// its photographs, so nothing is kept that belongs to nothing.
    pub async fn announce(
        &self,
        caller: &Caller,
        announced: Announced,
    ) -> Result<(Attachment, bool), UploadError> {
        if practises(&self.db, caller).await? {
            return Err(UploadError::NoReport);
        }
        let begun = Attachment {
            id: self.new_id()?,
            content: announced.content,
            author: caller.author(),
            media_type: announced.kind.media_type().to_owned(),
            size: announced.size,
            received: 0,
            seen_at: self.clock.real_micros(),
            finished_at: None,
        };
        let photo = NewPhoto {
            id: self.new_id()?,
            report: None,
            instance_id: None,
            name: announced.name,
            at: self.clock.now_micros(),
        };
        let (caller, report) = (*caller, announced.report);
        let write = move |conn: &mut Conn| settle(begin(conn, &caller, &report, &begun, &photo));
        self.db.write(write).await?
    }

    /// How much of the caller's photograph with this digest is there.
    pub async fn upload(&self, caller: &Caller, content: Digest) -> Result<Attachment, UploadError> {
        let author = caller.author();
        let found = self.db.read(move |conn| photo::peek(conn, author, &content)).await?;
        found.ok_or(UploadError::Unannounced)
    }

    /// Takes the piece that begins at `offset`; the last one makes it whole. A piece of one that is whole changes nothing.
    pub async fn take_piece(
        &self,
        caller: &Caller,
        content: Digest,
        offset: i64,
        piece: Vec<u8>,
    ) -> Result<Attachment, UploadError> {
        let found = self.upload(caller, content).await?;
        if found.finished_at.is_some() {
            return Ok(found);
        }
        if offset != found.received {
            return Err(UploadError::Offset(found.received));
        }
        let end = offset.saturating_add(i64::try_from(piece.len()).unwrap_or(i64::MAX));
        if end > found.size {
            return Err(UploadError::TooLong(found.size));
        }
        let (id, now) = (found.id, self.clock.real_micros());
        if !self.in_drafts(move |drafts, _| drafts.write(id, offset.cast_unsigned(), &piece)).await? {
            // The disk lost what the database knows of.
            self.db.write(move |conn| photo::start_over(conn, id, now)).await?;
            return self.whole_or(caller, content, UploadError::Offset(0)).await;
        }
        if end == found.size {
            match self.finish(&found).await {
                Ok(()) => {}
                Err(UploadError::Digest) => return self.whole_or(caller, content, UploadError::Digest).await,
                Err(error) => return Err(error),
            }
        } else {
            self.db.write(move |conn| photo::advance(conn, id, offset, end, now)).await?;
        }
        let there = self.upload(caller, content).await?;
        if there.received >= end { Ok(there) } else { Err(UploadError::Offset(there.received)) }
    }

    /// Another request may have brought the same piece at the same time and finished: then all is well.
    async fn whole_or(
        &self,
        caller: &Caller,
        content: Digest,
        error: UploadError,
    ) -> Result<Attachment, UploadError> {
        let there = self.upload(caller, content).await?;
        if there.finished_at.is_some() { Ok(there) } else { Err(error) }
    }

    /// Keeps the whole, or throws it away.
    async fn finish(&self, found: &Attachment) -> Result<(), UploadError> {
        let (id, now, wanted) = (found.id, self.clock.real_micros(), found.clone());
        let kept = self.in_drafts(move |drafts, store| keep(drafts, store, &wanted)).await?;
        match kept {
            Kept::Whole => self.db.write(move |conn| photo::finish(conn, id, now)).await?,
            Kept::Otherwise => self.db.write(move |conn| photo::start_over(conn, id, now)).await?,
            Kept::Refused => drop(self.db.write(move |conn| photo::forget(conn, &[id])).await?),
        }
        self.in_drafts(move |drafts, _| drafts.remove(id)).await?;
        match kept {
            Kept::Whole => Ok(()),
            Kept::Otherwise => Err(UploadError::Digest),
            Kept::Refused => Err(UploadError::Kind(found.media_type.clone())),
        }
    }

    /// Does something with files, where it holds nobody up.
    async fn in_drafts<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Drafts, &FileStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, UploadError> {
        let store = self.files.clone();
        let worked = tokio::task::spawn_blocking(move || work(&store.drafts()?, &store)).await;
        Ok(worked.map_err(|_| UploadError::Interrupted)??)
    }
}

/// What became of a draft.
#[derive(Clone, Copy)]
enum Kept {
    Whole,
    Otherwise,
    Refused,
}

fn keep(drafts: &Drafts, store: &FileStore, wanted: &Attachment) -> Result<Kept, StoreError> {
    let bytes = drafts.read(wanted.id, wanted.size.cast_unsigned())?;
    if sha256(&[&bytes]) != wanted.content {
        return Ok(Kept::Otherwise);
    }
    match FileKind::of_content(&bytes) {
        Ok(kind) if kind.media_type() == wanted.media_type => store.put(&bytes).map(|_| Kept::Whole),
        _ => Ok(Kept::Refused),
    }
}

fn begin(
    conn: &mut Conn,
    caller: &Caller,
    report: &str,
    begun: &Attachment,
    photo: &NewPhoto,
) -> Result<(Attachment, bool), UploadError> {
    let first = report_of(conn, caller, report)?;
    let photos = photo::of_report(conn, first.chain_id)?;
    let same = photos.iter().any(|photo| photo.content == begun.content);
    if !same && photos.len() >= MOST_PHOTOS {
        return Err(UploadError::TooManyPhotos);
    }
    let known = photo::attachment_of(conn, begun.author, &begun.content)?;
    if known.is_none() && reaches(photo::unfinished(conn, begun.author)?, MOST_OPEN) {
        return Err(UploadError::TooManyOpen);
    }
    let there = match known {
        Some(known) => known,
        None if photo::begin(conn, begun)? => begun.clone(),
        // Two requests announced it at once: the other one's row is there now.
        None => photo::attachment_of(conn, begun.author, &begun.content)?.ok_or(DbError::Overtaken)?,
    };
    if (there.size, &there.media_type) != (begun.size, &begun.media_type) {
        return Err(UploadError::Differs { size: there.size, media_type: there.media_type });
    }
    let photo = NewPhoto { report: Some(first.chain_id), ..photo.clone() };
    let new = photo::attach(conn, there.id, &photo)?;
    if new {
        let (actor, subject) = (caller.actor(), format!("report:{}", first.chain_id));
        let digest = sha256(&[b"attach_photo\0", &photo.id.to_be_bytes(), &begun.content]);
        let audit = NewAudit { actor: &actor, action: "attach_photo", subject: &subject, digest };
        log::append(conn, begun.seen_at, &[], &audit)?;
    }
    Ok((there, new))
}

fn reaches(count: i64, most: usize) -> bool {
    usize::try_from(count).is_ok_and(|count| count >= most)
}

/// The first version of the report, if the caller reports for its unit.
fn report_of(conn: &mut Conn, caller: &Caller, id: &str) -> Result<Version, UploadError> {
    let mut chain = history::chain_of_client(conn, id)?;
    if let (true, Ok(id)) = (chain.is_empty(), id.parse()) {
        chain = history::chain_of(conn, id)?;
    }
    let first = chain.into_iter().next().ok_or(UploadError::NoReport)?;
    let of = unit::by_ids(conn, &[first.unit_id])?.pop().ok_or(UploadError::NoReport)?;
    permit(caller, Action::SubmitReport, &of).map_err(|_| UploadError::NoReport)?;
    Ok(first)
}

/// A refusal ends the transaction without a change, a failure of the database undoes it.
fn settle<T>(answer: Result<T, UploadError>) -> DbResult<Result<T, UploadError>> {
    match answer {
        Err(UploadError::Db(error)) => Err(error),
        answer => Ok(answer),
    }
}

/// Microseconds of a day.
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// Rows forgotten in one transaction.
const PIECE: i64 = 250;

/// Forgets photographs that are not whole and of which no piece has come for `days`, and throws drafts away that belong to
/// nothing. Whoever announces one again begins anew. Failures are logged; the next run goes on.
pub async fn drop_unfinished(db: &Db, files: &FileStore, clock: Clock, days: u32) {
    match forget_unfinished(db, files, clock, days).await {
        Ok(drafts) => tracing::info!(drafts, "photographs that were begun and given up are thrown away"),
        Err(error) => {
            tracing::error!(%error, "unfinished photographs cannot be thrown away; the next run tries again")
        }
    }
}

async fn forget_unfinished(
    db: &Db,
    files: &FileStore,
    clock: Clock,
    days: u32,
) -> Result<usize, UploadError> {
    let before = clock.real_micros() - i64::from(days) * DAY;
    let forget = move |conn: &mut Conn| {
        let stale = photo::stale(conn, before, PIECE)?;
        photo::forget(conn, &stale)
    };
    while db.write(forget).await? > 0 {}
    let store = files.clone();
    let listed = tokio::task::spawn_blocking(move || store.drafts()?.list()).await;
    let listed = listed.map_err(|_| UploadError::Interrupted)??;
    let asked = listed.clone();
    // A draft is made after its row: what has none will never have one.
    let wanted = db.read(move |conn| photo::still_unfinished(conn, &asked)).await?;
    let (store, lost) = (files.clone(), listed.into_iter().filter(|id| !wanted.contains(id)));
    let lost: Vec<i64> = lost.collect();
    let remove = move || -> Result<usize, StoreError> {
        let drafts = store.drafts()?;
        lost.iter().try_for_each(|id| drafts.remove(*id))?;
        Ok(lost.len())
    };
    Ok(tokio::task::spawn_blocking(remove).await.map_err(|_| UploadError::Interrupted)??)
}
