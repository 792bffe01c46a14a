//! Taking in texts and submissions: each is durable, read, decided, recorded, totalled and answered in one
//! transaction that it shares with whatever else was waiting.
//!
//! [`Intake::receive`] and [`Intake::submit`] answer after the commit. When the database is away, texts are kept in
//! the [`spool`](Spool); submissions are refused with [`IntakeError::Unavailable`], their clients try again.

mod again;
mod alert;
mod batch;
mod board;
mod current_reader;
pub(crate) mod figures;
mod judge;
mod ledger;
mod line;
mod parts;
mod prepare;
mod queue;
mod rows;
mod spool;

use std::collections::HashMap;
use std::sync::Arc;

pub use again::{AttachError, Attached, Owner, attach};
pub use current_reader::CurrentReader;
pub use judge::{JudgeError, Judged, Verdict, judge};
pub use parts::Finished;
pub(crate) use prepare::dedupe_key;
pub use queue::Intake;
pub use rows::{Assumed, NewRow, RowReceipt, name as name_of_doubt, refusal_name};
pub use spool::{Spool, SpoolError};

use crate::clock::Clock;
use crate::crypto::{CryptoError, Digest, Keys};
use crate::db::{DbError, SharedIds};
use crate::domain::ids::{MessageId, PersonId, ReportId, UnitId};
use crate::domain::indicator::Catalogue;
use crate::domain::intake::{About, Held, Refusal, Submission};
use crate::domain::period::Calendar;
use crate::domain::template::Templates;
use crate::sms::Part;

/// What intake decides by.
#[derive(Debug)]
pub struct Rules {
    /// The indicators of the installation.
    pub catalogue: Catalogue,
    /// The calendar of the installation.
    pub calendar: Calendar,
    /// What reads texts.
    pub reader: CurrentReader,
    /// Every text that goes to a person.
    pub templates: Templates,
}

/// What intake needs to know of a gateway.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// Price of one SMS part, đồng.
    pub cost_per_part: i64,
    /// Where alerts go whose sender is unknown: the code of a commune.
    pub default_commune: Option<String>,
    /// Whether replies may go back in the answer to the request that brought the text; they are held for that.
    pub replies_in_answer: bool,
}

/// All that intake works with.
#[derive(Debug)]
pub struct Context {
    /// What it decides by.
    pub rules: Arc<Rules>,
    /// Keys of phones and texts.
    pub keys: Arc<Keys>,
    /// Where ids come from.
    pub ids: SharedIds,
    /// What time it is.
    pub clock: Clock,
    /// The gateways by id.
    pub routes: HashMap<String, Route>,
    /// Told when texts have been planned, so that senders need not wait.
    pub planned: Arc<tokio::sync::Notify>,
}

impl Context {
    /// What `parts` SMS parts cost by a gateway, đồng.
    pub fn cost(&self, gateway: &str, parts: i32) -> i64 {
        self.routes.get(gateway).map_or(0, |route| route.cost_per_part) * i64::from(parts)
    }
}

/// The blind index of a person's PIN.
pub(crate) fn pin_index(keys: &Keys, person: PersonId, pin: &str) -> Digest {
    keys.index("pin", &format!("{person}\0{pin}"))
}

/// A text as a gateway hands it over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RawMessage {
    /// The gateway.
    pub gateway: String,
    /// What the gateway knows the text by: the same key again is the same text again. `None`: the gateway gave
    /// neither id nor time, so nothing is ever dropped.
    pub dedupe_key: Option<String>,
    /// The sender as the gateway wrote it.
    pub sender: String,
    /// The words.
    pub text: String,
    /// When the server received it: microseconds UTC, domain time.
    pub received_at: i64,
    /// Whether the provider signed it, or the gateway is ours.
    pub trusted: bool,
    /// Which part of a longer text it is; the others are awaited.
    #[serde(default)]
    pub part: Option<Part>,
    /// Whether parts of it never came: it is shown and counts nothing.
    #[serde(default)]
    pub incomplete: bool,
}

/// What became of a text that was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It is stored under this id.
    Stored(MessageId),
    /// It was there before, under this id; nothing changed.
    Replayed(MessageId),
    /// It is on disk in the spool and will be stored when the database is back.
    Spooled,
    /// It is a part, on disk, of a text that is not complete or was completed by it.
    Part,
}

/// A report by JSON, sync or form, checked against the catalogue.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// The id that the client gave it.
    pub client_id: String,
    /// Digest of its content: the same id with another content is refused.
    pub content_digest: Digest,
    /// What it reports.
    pub report: Submission,
    /// A note for the officers.
    pub note: Option<String>,
    /// `app`, `web`, `openrosa`, `api` or `import`.
    pub source: &'static str,
    /// The account that sent it.
    pub account_id: Option<i64>,
    /// When the server received it: microseconds UTC, domain time.
    pub received_at: i64,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionReceipt {
    /// How it is answered.
    pub outcome: SubmissionOutcome,
    /// The version that it made, or that the same id made before, and its number in the chain.
    pub report: Option<(ReportId, i32)>,
    /// Figures on which it and what is stored disagree.
    pub conflicts: Vec<Held>,
    /// Whether who sent it is practising: so it would be, and nothing of it is kept.
    pub practice: bool,
}

/// How a submission is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionOutcome {
    /// It is a new version of a report.
    Created,
    /// All of it was already so.
    Unchanged,
    /// The same id with the same content was there before.
    Replayed,
    /// The id was used for another content.
    IdTaken,
    /// Some figures were changed by others since the version that the client knew. Both are kept.
    Conflict,
    /// The person must confirm first; nothing changes.
    Unconfirmed(About),
    /// It waits for the officer, since the month is closed.
    Proposed,
    /// It cannot be a report.
    Refused(Refusal),
    /// There is no such unit.
    UnknownUnit,
}

/// Why a text or submission was not taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// More is waiting than the queue holds; try again in a second.
    #[error("more reports are waiting than the server can hold")]
    Busy,
    /// The database is away, and so is room in the spool.
    #[error("neither the database nor the spool takes anything at the moment")]
    Unavailable,
    /// The database refused it.
    #[error(transparent)]
    Db(#[from] DbError),
    /// It could not be sealed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// A text or submission on its way to the writer.
#[derive(Debug, Clone)]
enum Item {
    Text(Arc<prepare::PreparedText>),
    Submission(Arc<NewSubmission>),
    Row(Arc<NewRow>),
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Text(Receipt),
    Submission(SubmissionReceipt),
    Row(RowReceipt),
}

/// Who an item is decided for, once that is known.
type Author = Option<PersonId>;
/// The commune of a unit, by unit.
type Communes = HashMap<UnitId, UnitId>;
