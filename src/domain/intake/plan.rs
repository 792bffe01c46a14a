//! What is to be done with a text or a submission.

use chrono::NaiveDate;

use super::situation::{About, Figures, Held, OpenQuestion};
use crate::domain::ids::{PersonId, ReportId, UnitId};
use crate::domain::period::Period;
use crate::domain::review::UnitKind;
use crate::domain::template::TemplateKey;

/// What became of a message; kept on its row and shown to officers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A report was recorded, or what the text says of the yearly review.
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
    /// A part of it never came: it counts nothing, and the sender was asked to send it again.
    Incomplete,
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
            Fate::Incomplete => "incomplete",
        }
    }
}

/// A version of a report to be written. One that states nothing takes the report back.
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

impl NewReport {
    /// Whether it takes the report back: no other report states nothing at all.
    pub fn takes_back(&self) -> bool {
        self.values.is_empty() && !self.rest_zero
    }
}

/// What a text does to the yearly review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewStep {
    /// The unit registers for a year.
    Register {
        /// The unit.
        unit: UnitId,
        /// Its kind.
        kind: UnitKind,
        /// The year.
        year: i32,
        /// The code of the scheme.
        scheme: String,
        /// Whether the last day of registration has passed.
        late: bool,
    },
    /// The registration is taken back.
    Withdraw {
        /// The unit.
        unit: UnitId,
        /// The year.
        year: i32,
    },
    /// So many households live there.
    Households {
        /// The unit.
        unit: UnitId,
        /// The year.
        year: i32,
        /// How many.
        count: i64,
    },
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
    /// Whether “(TAP)” stands in front.
    pub practice: bool,
}

/// Something that the officer should see beside the text or report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Different people gave different figures for one hamlet and month.
    TwoPeople,
    /// A stale version of the app met figures that had changed.
    Conflict,
    /// Other people's names or numbers seem to stand in the text: its words are for the commune's officers only.
    Personal,
    /// Figures that only communes report were told: kept, not totalled.
    CommuneOnly,
    /// An incident came after the month's return.
    AfterReturn,
}

impl Flag {
    /// Its name in the database and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Flag::TwoPeople => "two_people",
            Flag::Conflict => "conflict",
            Flag::Personal => "personal",
            Flag::CommuneOnly => "commune_only",
            Flag::AfterReturn => "after_return",
        }
    }
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
    /// The versions to be written: none, one, or one for each event of a text that tells several with their days.
    pub reports: Vec<NewReport>,
    /// What happens to the sender's question.
    pub question: QuestionChange,
    /// The reply; `None` where none goes.
    pub reply: Option<ReplyParts>,
    /// Who else must know.
    pub alert: Option<Alert>,
    /// What the officer should see.
    pub flags: Vec<Flag>,
    /// Whether the sender takes no more reminders.
    pub stop_reminders: bool,
    /// What it does to the yearly review.
    pub review: Option<ReviewStep>,
}

impl Plan {
    /// A plan that does nothing but set the fate of the message.
    pub fn of(fate: Fate) -> Self {
        Plan {
            fate,
            person: None,
            unit: None,
            reports: Vec::new(),
            question: QuestionChange::Keep,
            reply: None,
            alert: None,
            flags: Vec::new(),
            stop_reminders: false,
            review: None,
        }
    }
}

/// What is to be done with a submission. A replay of the same client id is found before the rules are asked. Whoever shows it to a person has the conflicting figures side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionPlan {
    /// How it is answered.
    pub outcome: Outcome,
    /// The version to be written, if any.
    pub report: Option<NewReport>,
    /// What is kept for the officer beside it, if anything; always a proposal.
    pub proposal: Option<NewReport>,
    /// Figures on which the submission and what is stored disagree (`stored`, `given`).
    pub conflicts: Vec<Held>,
    /// What the officer should see.
    pub flags: Vec<Flag>,
}

/// How a submission is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A version was made.
    Created,
    /// All of it was already so.
    Unchanged,
    /// Some figures were changed by others since the client's version: both are kept. What does not conflict is taken.
    Conflict,
    /// The person must confirm first: nothing, a lower figure or an absurd jump over what is stored; nothing changes.
    Unconfirmed(About),
    /// The month is closed: kept for the officer.
    Proposed,
    /// It cannot be a report.
    Refused(Refusal),
}

/// Why a submission is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More than one month ahead of the running one.
    #[error("the month has not begun and is more than one ahead")]
    TooFarAhead,
    /// More than twelve months back.
    #[error("the month lies more than 12 back")]
    TooFarBack,
    /// An incident that is yet to happen.
    #[error("the day of the incident has not come")]
    FutureDay,
    /// Neither figures nor the statement that nothing happened.
    #[error("the report states nothing")]
    Empty,
    /// The incident that it corrects is none of that unit and month, or was taken back.
    #[error("the incident that it corrects is none of that unit and month; take it back and tell it anew")]
    NoSuchIncident,
}
