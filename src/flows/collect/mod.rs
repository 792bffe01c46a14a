//! Taking in forms that were filled in with ODK Collect and its like: read by today's definition, turned into the same
//! reports and steps of the review that texts and apps make, and kept where they cannot be read. And photographs, whoever sends them: with a form as a
//! whole, or in pieces.

mod files;
mod forms;
mod kept;
mod photos;
mod record;
mod reviewed;
mod settled;
mod tables;
mod upload;

use std::sync::Arc;

pub use files::Attached;
pub use kept::ShownKept;
pub use settled::{Settled, drop_settled, forget_settled};
pub use tables::{Choosable, Reporter};
pub use upload::{Announced, MOST_BYTES, MOST_OPEN, MOST_PHOTOS, MOST_PIECE, UploadError, drop_unfinished};

use crate::clock::Clock;
use crate::crypto::{CryptoError, Keys, Place};
use crate::db::collected::{self, NewKept};
use crate::db::{Db, DbError, DbResult, SharedIds};
use crate::documents::file_kind::{BadFile, FileKind};
use crate::documents::file_store::{FileStore, StoreError};
use crate::documents::instance::{BadInstance, Instance};
use crate::domain::form::{Collected, Form, Forms};
use crate::domain::ids::ReportId;
use crate::domain::reply::Words;
use crate::domain::template::{PRACTICE, TemplateKey, key};
use crate::flows::authenticate::Caller;
use crate::flows::intake::{Intake, IntakeError};
use crate::flows::permit::Forbidden;
use crate::flows::practice::practises;
use crate::flows::review::{ReviewError, Reviews};
use forms::{ASSESSMENT, REGISTRATION};

/// The forms that become reports or steps of the yearly review, and so are offered to these clients.
pub const OFFERED: [&str; 5] = ["month", "incident", "meeting", REGISTRATION, ASSESSMENT];

/// A form as a client sent it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// What it says.
    pub instance: Instance,
    /// The same as it came.
    pub xml: Vec<u8>,
    /// What came beside it.
    pub files: Vec<Attached>,
}

/// How a form is answered, with the words for whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What became of it.
    pub fate: Fate,
    /// What is said, with marks.
    pub message: String,
    /// The version that it made or left as it was.
    pub report: Option<ReportId>,
}

/// What became of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is on disk, as a report, for the officer, or as it came: the client is done with it.
    Taken,
    /// Nothing was stored; the person must look at it again.
    Contradicts,
    /// Nothing was stored; it cannot be a report.
    Refused,
}

/// Why a form was not answered.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// It is no filled-in form.
    #[error(transparent)]
    Instance(#[from] BadInstance),
    /// A file beside it is no photograph.
    #[error(transparent)]
    File(#[from] BadFile),
    /// The caller does not report for the unit.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The review does not take it.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// The queue or the database does not take it now.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A file cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be sealed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The thread that writes files ended.
    #[error("writing a file was interrupted")]
    Interrupted,
}

/// What taking in forms works with; cheap to clone.
#[derive(Debug, Clone)]
pub struct Collecting {
    /// Where everything is.
    pub db: Db,
    /// Keys of names and texts.
    pub keys: Arc<Keys>,
    /// Where ids come from.
    pub ids: SharedIds,
    /// What time it is.
    pub clock: Clock,
    /// The forms of the installation.
    pub forms: Arc<Forms>,
    /// The way in for reports.
    pub intake: Intake,
    /// The way in for the yearly review.
    pub reviews: Reviews,
    /// Where photographs are kept.
    pub files: FileStore,
}

impl Collecting {
    /// Takes a form in the name of `caller`. The same form again (by its instanceID) is answered alike and counted once.
    /// Of who practises nothing is kept.
    pub async fn take(&self, caller: &Caller, sent: Sent) -> Result<Answered, CollectError> {
        let mut answered = self.take_form(caller, sent).await?;
        if answered.fate == Fate::Taken && practises(&self.db, caller).await? {
            answered.message.insert_str(0, PRACTICE);
        }
        Ok(answered)
    }

    async fn take_form(&self, caller: &Caller, sent: Sent) -> Result<Answered, CollectError> {
        let kinds = files::check(&sent.files)?;
        let form =
            OFFERED.iter().find(|code| **code == sent.instance.form).and_then(|code| self.forms.get(code));
        let Some(form) = form else { return self.keep(caller, sent, kinds, "form".to_owned()).await };
        if form.code == ASSESSMENT {
            return self.assess(caller, form, sent, kinds).await;
        }
        match Collected::read(form, &sent.instance.answers) {
            Ok(read) if form.code == REGISTRATION => self.register(caller, sent, kinds, &read).await,
            Ok(read) => self.report(caller, form, sent, kinds, &read).await,
            Err(bad) => {
                let fields: Vec<String> = bad.0.into_iter().map(|(name, _)| name).collect();
                self.keep(caller, sent, kinds, fields.join(" ")).await
            }
        }
    }

    /// Takes a report, and keeps its photographs.
    async fn report(
        &self,
        caller: &Caller,
        form: &Form,
        sent: Sent,
        kinds: Vec<FileKind>,
        collected: &Collected,
    ) -> Result<Answered, CollectError> {
        let answered = self.record(caller, form, &sent, collected).await?;
        if answered.fate == Fate::Taken && !practises(&self.db, caller).await? {
            self.store(caller, &sent, kinds, answered.report).await?;
        }
        Ok(answered)
    }

    /// Keeps a form that cannot be read as it came.
    async fn keep(
        &self,
        caller: &Caller,
        sent: Sent,
        kinds: Vec<FileKind>,
        why: String,
    ) -> Result<Answered, CollectError> {
        if practises(&self.db, caller).await? {
            return Ok(self.say(Fate::Taken, key::FORM_KEPT, &[]));
        }
        let id = self.new_id()?;
        let kept = NewKept {
            id,
            instance_id: sent.instance.id.clone(),
            form: sent.instance.form.clone(),
            version: sent.instance.version.clone(),
            person_id: caller.person_id(),
            account_id: caller.account_id(),
            content_cipher: self.keys.seal(Place { table: "form_kept", row: id }, &sent.xml)?,
            why: why.chars().take(1_000).collect(),
            at: self.clock.now_micros(),
        };
        tracing::warn!(
            form = kept.form,
            version = kept.version,
            why = kept.why,
            "a form that cannot be read is kept"
        );
        self.db.write(move |conn| collected::keep(conn, &kept)).await?;
        self.store(caller, &sent, kinds, None).await?;
        Ok(self.say(Fate::Taken, key::FORM_KEPT, &[]))
    }

    fn words(&self) -> Words<'_> {
        let rules = &self.intake.context().rules;
        Words {
            catalogue: &rules.catalogue,
            calendar: &rules.calendar,
            templates: &rules.templates,
            today: self.clock.today(),
        }
    }

    fn say(&self, fate: Fate, key: TemplateKey, fields: &[(&'static str, String)]) -> Answered {
        let templates = &self.intake.context().rules.templates;
        Answered { fate, message: templates.render(key, fields, true), report: None }
    }

    fn new_id(&self) -> DbResult<i64> {
        let mut ids = self.ids.lock().map_err(|_| DbError::Stopped)?;
        Ok(ids.next(self.clock.real_micros() / 1_000))
    }
}
