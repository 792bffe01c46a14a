//! What was understood of one text, by itself: nothing that is stored is known here.

use chrono::NaiveDate;

use crate::domain::indicator::IndicatorId;
use crate::domain::period::Period;

/// What the sender wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Counts for a month.
    Report,
    /// Nothing happened in the month.
    Zero,
    /// Replace the named values of an earlier report.
    Correct,
    /// Add to the values already reported.
    Add,
    /// Something is happening now, police needed.
    Urgent,
    /// What have I reported?
    Status,
    /// How do I write?
    Help,
    /// Yes, to a question of the server.
    Yes,
    /// No, to a question of the server.
    No,
    /// No more reminders.
    Stop,
    /// Nobody could be sure what is meant: record nothing, ask back.
    Ask,
    /// Not for us.
    Ignore,
}

impl Intent {
    /// The name of the intent in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Intent::Report => "report",
            Intent::Zero => "zero",
            Intent::Correct => "correct",
            Intent::Add => "add",
            Intent::Urgent => "urgent",
            Intent::Status => "status",
            Intent::Help => "help",
            Intent::Yes => "yes",
            Intent::No => "no",
            Intent::Stop => "stop",
            Intent::Ask => "ask",
            Intent::Ignore => "ignore",
        }
    }
}

/// Why a text is answered by a question. The names are part of the contract (`binhyen sms read`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// A word or code that may mean several indicators (“TN 2”).
    AmbiguousWord,
    /// A thing is named, but not how many.
    NoCount,
    /// A figure, but not of what.
    NoIndicator,
    /// “vài vụ”, “nhiều”, “1 hoặc 2”.
    Vague,
    /// Figures that exclude each other.
    Contradiction,
    /// A code that exists nowhere and no word explains.
    UnknownCode,
    /// Two different months for one list.
    TwoMonths,
    /// Figures of two hamlets.
    TwoHamlets,
    /// A month that does not exist, or a quarter, a year, a lunar month.
    BadMonth,
    /// A figure above the largest believable one, or negative, or with decimals.
    Absurd,
    /// Characters where a figure should be, other scripts, remains of programs.
    Illegible,
    /// Only a difference to another month.
    DifferenceOnly,
    /// Keyword and month, or “SUA” and “THEM”, with nothing else.
    Nothing,
    /// A death or loss that fits no event told.
    Unattached,
    /// Matters of article 4.3 a–đ, never kept: “gọi trực tiếp công an xã”.
    CallPolice,
    /// Neither report nor advertising.
    NotAReport,
}

impl Why {
    /// The name of the reason in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Why::AmbiguousWord => "ambiguous_word",
            Why::NoCount => "no_count",
            Why::NoIndicator => "no_indicator",
            Why::Vague => "vague",
            Why::Contradiction => "contradiction",
            Why::UnknownCode => "unknown_code",
            Why::TwoMonths => "two_months",
            Why::TwoHamlets => "two_hamlets",
            Why::BadMonth => "bad_month",
            Why::Absurd => "absurd",
            Why::Illegible => "illegible",
            Why::DifferenceOnly => "difference_only",
            Why::Nothing => "nothing",
            Why::Unattached => "unattached",
            Why::CallPolice => "call_police",
            Why::NotAReport => "not_a_report",
        }
    }
}

/// What made the period of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthFrom {
    /// The text names no month.
    Nothing,
    /// The text names the month, or a range of days that ends in it.
    Named,
    /// Only the day of an event: the period is that day's calendar month; at intake the day decides.
    Day,
}

/// A hamlet as the text names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HamletMention {
    /// The name or number after the word for hamlet, folded to lower-case ASCII (“na mo”, “5”); or an 8-digit code.
    pub name: String,
}

/// What was understood of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What the sender wants.
    pub intent: Intent,
    /// The month named, `None` where none is; only with report, zero, correct, add, status.
    pub period: Option<Period>,
    /// What made the period.
    pub month_from: MonthFrom,
    /// Figures by indicator in the order of the text, each indicator once. Money in đồng.
    pub values: Vec<(IndicatorId, i64)>,
    /// The day of the event, where the text tells exactly one.
    pub day: Option<NaiveDate>,
    /// Whether every event is told with its day, no month is named and nothing is closed (“còn lại không”): an
    /// incident rather than a month's return.
    pub incident: bool,
    /// Whether the text says that the rest is nothing (“còn lại không có gì”); true for zero.
    pub rest_zero: bool,
    /// Why a question must be asked; `Some` exactly with [`Intent::Ask`].
    pub why: Option<Why>,
    /// The piece of the text that raised the question, as it was typed; empty where none can be named.
    pub doubt: String,
    /// What the doubtful piece may mean, best first; the question offers them.
    pub candidates: Vec<IndicatorId>,
    /// Figure told with the doubtful piece, so that the answer “1” can be completed to a report.
    pub doubt_count: Option<i64>,
    /// With [`Intent::Ask`]: the figures that are sure all the same, for the right example that goes back with the
    /// question. Nothing of it is recorded.
    pub partly: Vec<(IndicatorId, i64)>,
    /// With [`Intent::Ask`]: the month that is sure all the same.
    pub partly_month: Option<Period>,
    /// The hamlet that the text names, if any.
    pub hamlet: Option<HamletMention>,
    /// The sender's PIN (“MA 1234”), if the text carries one.
    pub pin: Option<String>,
    /// Whether other people's names or ID numbers seem to stand in the text.
    pub personal: bool,
}

impl Reading {
    /// A reading of nothing but an intent.
    pub fn of(intent: Intent) -> Self {
        Reading {
            intent,
            period: None,
            month_from: MonthFrom::Nothing,
            values: Vec::new(),
            day: None,
            incident: false,
            rest_zero: intent == Intent::Zero,
            why: None,
            doubt: String::new(),
            candidates: Vec::new(),
            doubt_count: None,
            partly: Vec::new(),
            partly_month: None,
            hamlet: None,
            pin: None,
            personal: false,
        }
    }
}
