//! What is to be done with a text or a submission.

use chrono::NaiveDate;

use super::situation::{Figures, OpenQuestion};
use crate::domain::ids::{PersonId, ReportId, UnitId};
use crate::domain::period::Period;
use crate::domain::template::TemplateKey;

/// What became of a message; kept on its row and shown to officers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A report was recorded.
    Recorded,
    /// The text was understood and changes nothing (already so, status, help, thanks).
    Answered,
    /// A question was asked.
    Asked,
    /// The figures are kept as a proposal for the officer (closed month, low trust).
    Proposed,
    /// Practice: nothing counts.
    Practised,
    /// Nobody is registered at the number, or may report for the hamlet.
    Refused,
    /// Urgent, passed to the officers.
    Urgent,
    /// Never kept (article 4.3): the words are purged at once.
    Purged,
    /// Not for us.
    Ignored,
}

impl Fate {
    /// Its name in the database and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Recorded => "recorded",
            Fate::Answered => "answered",
            Fate::Asked => "asked",
            Fate::Proposed => "proposed",
            Fate::Practised => "practised",
            Fate::Refused => "refused",
            Fate::Urgent => "urgent",
            Fate::Purged => "purged",
            Fate::Ignored => "ignored",
        }
    }
}

/// A version of a report to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// The hamlet.
    pub unit: UnitId,
    /// The month that it counts in.
    pub period: Period,
    /// The day of an incident; `None` for a month's return.
    pub day: Option<NaiveDate>,
    /// The report that it replaces, if any: the previous version of the chain.
    pub previous: Option<ReportId>,
    /// All that this version states, earlier figures that still hold included.
    pub values: Figures,
    /// Whether what it does not state is nothing.
    pub rest_zero: bool,
    /// Whether it is kept for the officer only and counts nothing until accepted.
    pub proposal: bool,
    /// Whether different people gave different figures, for the officer to see.
    pub flagged: bool,
    /// The figures that an addition added; `None` for other reports.
    pub added: Option<Figures>,
}

/// What happens to the sender's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionChange {
    /// It stays as it is, open or not.
    Keep,
    /// It is answered or overtaken.
    Close,
    /// A new one takes its place.
    Open(OpenQuestion),
}

/// Somebody else must know at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// Pass the sender's words to the officers on duty.
    Urgent,
    /// Tell the officers that somebody tried to report a matter of article 4.3, without the words.
    CallPolice,
}

/// A template and what fills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyParts {
    /// Which text of the catalogue.
    pub key: TemplateKey,
    /// Name and text of each placeholder, with marks; they are removed where the receiver wants none.
    pub fields: Vec<(&'static str, String)>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What becomes of the message.
    pub fate: Fate,
    /// The person who is taken to have sent it; of several at one number, the one that the text told.
    pub person: Option<PersonId>,
    /// The hamlet that it is about, where that is known.
    pub unit: Option<UnitId>,
    /// The version to be written, if any.
    pub report: Option<NewReport>,
    /// What happens to the sender's question.
    pub question: QuestionChange,
    /// The reply; `None` where none goes.
    pub reply: Option<ReplyParts>,
    /// Who else must know.
    pub alert: Option<Alert>,
}

/// What a submission does. A replay of the same client id is found before the rules are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmissionPlan {
    /// This version is to be written.
    Create(NewReport),
    /// Figures differ from what changed since the version that the client started from: nothing changes; both are
    /// shown. (The flow keeps the refused figures as a flagged proposal.)
    Conflict {
        /// The figures as they stand.
        stored: Figures,
        /// The version as it stands.
        version: i32,
        /// What the submission states, kept for the officer.
        kept: NewReport,
    },
}
