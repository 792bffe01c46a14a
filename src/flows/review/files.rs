//! Files of a review: checked by their content, on the disk before they are promised, given to those who may read the review.

use super::assess::check_open;
use super::{Answer, Case, Done, Refused, ReviewError, Reviews, check_text, settle};
use crate::crypto::{Digest, Place, sha256};
use crate::db::log::{self, NewAudit};
use crate::db::review::evidence::{self, Evidence};
use crate::db::{Conn, DbResult};
use crate::documents::file_kind::FileKind;
use crate::domain::access::Action;
use crate::flows::authenticate::Caller;
use crate::flows::practice::practises;

/// Characters of the name of a file.
const LONGEST_NAME: usize = 200;
/// Files of one review, those that were taken back too.
const MOST_FILES: usize = 100;

/// The document that is the registration itself: every review may have it, whatever its scheme wants in the file.
pub const REGISTRATION: &str = "registration";

/// What a file is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// It is a document of the file, by its name in the scheme.
    Document(String),
    /// It supports the answer to a criterion.
    Criterion(String),
}

/// A file that somebody hands in.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What it is for.
    pub purpose: Purpose,
    /// What it is called.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A file with its name opened.
#[derive(Debug, Clone)]
pub struct ShownFile {
    /// As it is stored.
    pub stored: Evidence,
    /// Its name.
    pub name: String,
}

impl Reviews {
    /// Attaches a file. The same content for the same purpose is there once; `false`: it was there.
    pub async fn attach(
        &self,
        caller: &Caller,
        id: i64,
        attachment: Attachment,
    ) -> Answer<Done<(ShownFile, bool)>> {
        let kind = FileKind::of(&attachment.name, &attachment.bytes)?;
        let (tools, asking, purpose) = (self.clone(), *caller, attachment.purpose.clone());
        let name = attachment.name.clone();
        let check = move |conn: &mut Conn| {
            let case = tools.case(conn, &asking, Action::AssessReview, id);
            settle(case.and_then(|case| check(&case, &purpose, &name)))
        };
        self.db.read_snapshot(check).await??;
        let size = i64::try_from(attachment.bytes.len()).unwrap_or(i64::MAX);
        let (store, Attachment { purpose, name, bytes }) = (self.files.clone(), attachment);
        let content = if practises(&self.db, caller).await? {
            sha256(&[&bytes])
        } else {
            let kept = tokio::task::spawn_blocking(move || store.put(&bytes)).await;
            kept.map_err(|_| ReviewError::Interrupted)??
        };
        let (tools, asking) = (self.clone(), *caller);
        let write = move |conn: &mut Conn| {
            let new = NewFile { purpose: &purpose, name: &name, kind, content, size };
            tools.run_attachment(conn, &asking, id, &new)
        };
        self.act(caller, write).await
    }

    fn run_attachment(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        id: i64,
        new: &NewFile,
    ) -> Answer<(ShownFile, bool)> {
        let case = self.locked_case(conn, caller, Action::AssessReview, id)?;
        check(&case, new.purpose, new.name)?;
        let there = evidence::of_review(conn, id)?;
        if let Some(same) = there.iter().find(|file| new.is(file)) {
            return Ok((self.shown(same.clone())?, false));
        }
        if there.len() >= MOST_FILES {
            let advice = format!("a review has {MOST_FILES} files at most");
            return Err(ReviewError::Fields(vec![Refused::new("", "too_many", advice)]));
        }
        let row = self.next_id()?;
        let (document, criterion) = new.parts();
        let file = Evidence {
            id: row,
            review_id: id,
            document,
            criterion,
            content: new.content,
            name_cipher: self.keys.seal(Place { table: "evidence", row }, new.name.as_bytes())?,
            media_type: new.kind.media_type().to_owned(),
            size: new.size,
            author: caller.author(),
            at: self.clock.now_micros(),
            withdrawn_at: None,
        };
        evidence::insert(conn, &file)?;
        let rows = [&row.to_be_bytes()[..], &new.content].concat();
        self.log(conn, &[case.review], &caller.actor(), "attach_evidence", &rows)?;
        Ok((ShownFile { stored: file, name: new.name.to_owned() }, true))
    }

    /// The files of a review.
    pub async fn attached(&self, caller: &Caller, id: i64) -> Answer<Vec<ShownFile>> {
        let (tools, caller) = (self.clone(), *caller);
        let read = move |conn: &mut Conn| {
            let found = tools.case(conn, &caller, Action::ReadReviews, id);
            settle(found.and_then(|_| {
                let files = evidence::of_review(conn, id)?;
                files.into_iter().map(|file| tools.shown(file)).collect()
            }))
        };
        self.db.read_snapshot(read).await?
    }

    /// A file with its content; that it was read stands in the audit first.
    pub async fn attachment(&self, caller: &Caller, id: i64, file: i64) -> Answer<(ShownFile, Vec<u8>)> {
        let files = self.attached(caller, id).await?;
        let found =
            files.into_iter().find(|shown| shown.stored.id == file && shown.stored.withdrawn_at.is_none());
        let shown = found.ok_or(ReviewError::NotFound)?;
        self.note_reading(caller.actor(), format!("evidence:{file}")).await?;
        let (store, digest): (_, Digest) = (self.files.clone(), shown.stored.content);
        let read = tokio::task::spawn_blocking(move || store.get(&digest)).await;
        Ok((shown, read.map_err(|_| ReviewError::Interrupted)??))
    }

    async fn note_reading(&self, actor: String, subject: String) -> DbResult<()> {
        let now = self.clock.real_micros();
        let write = move |conn: &mut Conn| {
            let digest = sha256(&[actor.as_bytes(), &[0], subject.as_bytes()]);
            let audit = NewAudit { actor: &actor, action: "read_evidence", subject: &subject, digest };
            log::append(conn, now, &[], &audit)
        };
        self.db.write(write).await
    }

    /// Takes a file back: it stays, marked, and counts no more.
    pub async fn withdraw(&self, caller: &Caller, id: i64, file: i64) -> Answer<Done<ShownFile>> {
        let (tools, asking) = (self.clone(), *caller);
        self.act(caller, move |conn| tools.run_withdrawal(conn, &asking, id, file)).await
    }

    fn run_withdrawal(&self, conn: &mut Conn, caller: &Caller, id: i64, file: i64) -> Answer<ShownFile> {
        let case = self.locked_case(conn, caller, Action::AssessReview, id)?;
        check_open(&case)?;
        if !evidence::of_review(conn, id)?.iter().any(|there| there.id == file) {
            return Err(ReviewError::NotFound);
        }
        if evidence::withdraw(conn, file, caller.account_id(), self.clock.now_micros())? {
            let rows = file.to_be_bytes();
            self.log(conn, &[case.review], &caller.actor(), "withdraw_evidence", &rows)?;
        }
        let withdrawn = evidence::of_review(conn, id)?.into_iter().find(|there| there.id == file);
        self.shown(withdrawn.ok_or(ReviewError::NotFound)?)
    }

    fn shown(&self, stored: Evidence) -> Answer<ShownFile> {
        let name = self.open("evidence", stored.id, Some(&stored.name_cipher))?.unwrap_or_default();
        Ok(ShownFile { stored, name })
    }
}

/// A file whose content is kept.
struct NewFile<'a> {
    purpose: &'a Purpose,
    name: &'a str,
    kind: FileKind,
    content: Digest,
    size: i64,
}

impl NewFile<'_> {
    /// The names of document and criterion, one of which it is for.
    fn parts(&self) -> (Option<String>, Option<String>) {
        match self.purpose {
            Purpose::Document(name) => (Some(name.clone()), None),
            Purpose::Criterion(id) => (None, Some(id.clone())),
        }
    }

    fn is(&self, there: &Evidence) -> bool {
        let same = (there.document.clone(), there.criterion.clone()) == self.parts();
        same && there.content == self.content && there.withdrawn_at.is_none()
    }
}

fn check(case: &Case, purpose: &Purpose, name: &str) -> Answer<()> {
    // Files come and go only while the file is with the unit.
    check_open(case)?;
    let kind = case.kind()?;
    let mut refused = Vec::new();
    check_text("/name", name, LONGEST_NAME, &mut refused);
    match purpose {
        Purpose::Document(name) if name == REGISTRATION => {}
        Purpose::Document(name) if kind.file.iter().any(|document| document.name == *name) => {}
        Purpose::Document(_) => {
            let names = kind.file.iter().map(|document| document.name.as_str());
            let names: Vec<&str> = names.chain([REGISTRATION]).collect();
            refused.push(Refused::new(
                "/document",
                "unknown_document",
                format!("one of {}", names.join(", ")),
            ));
        }
        Purpose::Criterion(id) => match kind.criterion(id) {
            Some(criterion) if criterion.bare => {
                let advice = "matters of this criterion are never described here; it takes no files";
                refused.push(Refused::new("/criterion", "never_described", advice));
            }
            Some(_) => {}
            None => {
                let advice = "the scheme has no criterion with this id for this kind of unit";
                refused.push(Refused::new("/criterion", "unknown_criterion", advice));
            }
        },
    }
    if refused.is_empty() { Ok(()) } else { Err(ReviewError::Fields(refused)) }
}
