//! What is already there when a text or a submission arrives.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::register::Reviewed;
use crate::domain::ids::{PersonId, ReportId, UnitId};
use crate::domain::indicator::{Catalogue, IndicatorId};
use crate::domain::period::{Calendar, Period, Span};
use crate::domain::template::Templates;

/// Figures by indicator: what is *stated*. An indicator that is not in it is not stated, which is not zero.
pub type Figures = BTreeMap<IndicatorId, i64>;

/// A unit that reports, as of the day of receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hamlet {
    /// The unit.
    pub id: UnitId,
    /// Its code (`04792001`).
    pub code: String,
    /// Its name with marks (“Thôn Nà Mo”).
    pub name: String,
}

/// A registered person at the number that the text came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// The hamlets for which the person holds, on the day of receipt, a post that reports.
    pub hamlets: Vec<Hamlet>,
    /// Hamlets of posts that have ended, with the days of the post: reports for months that the post touched are
    /// still taken.
    pub former: Vec<(Hamlet, Span)>,
    /// Whether the person wants texts with marks.
    pub marks: bool,
    /// Whether the person is practising: same replies with “(TAP)” in front, nothing counts.
    pub practice: bool,
    /// The latest report of this person, if any.
    pub last_report: Option<LastReport>,
}

/// The latest report that a person sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastReport {
    /// For which hamlet.
    pub unit: UnitId,
    /// For which month.
    pub period: Period,
    /// When it was received, microseconds UTC.
    pub at: i64,
    /// Whether it was an addition, and of which figures: the same addition again within 24 hours is asked about.
    pub added: Option<Figures>,
    /// Whether the text at hand equals the text that made it (same digest).
    pub same_text: bool,
    /// What takes back every version that the same text made, the latest last; needed for texts that take something
    /// back only.
    pub undo: Vec<Undo>,
}

/// What takes back a version that a person's latest text made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The version.
    pub report: ReportId,
    /// Its month.
    pub period: Period,
    /// The day of an incident.
    pub day: Option<NaiveDate>,
    /// Whether that version took something back itself.
    pub took_back: bool,
    /// What the version before it stated, and whether the rest was nothing; `None` where there was none.
    pub before: Option<(Figures, bool)>,
}

/// Who sent a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// Nobody is registered at the number. `answered_today`: the one answer a day has been given.
    Unknown {
        /// Whether the number got its answer today.
        answered_today: bool,
    },
    /// One person is registered at the number, or several share it and the text carries the PIN of this one.
    Known(Person),
    /// Several people share the number and no PIN fits: the hamlet that the text names tells who it is, else it is
    /// asked for. No person is in it twice.
    Shared(Vec<Person>),
}

/// The sender's latest text within 24 hours that was answered by a question or not understood: help is made to fit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The text.
    pub text: String,
    /// When it was received, microseconds UTC.
    pub received: i64,
}

/// How far the sender's number can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Signed by the provider, or the gateway is ours.
    High,
    /// Can be forged: may not lower a figure or touch a closed month.
    Low,
}

/// A month's return as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The current version.
    pub report: ReportId,
    /// Its number in the chain, from 1.
    pub version: i32,
    /// What it states.
    pub values: Figures,
    /// Whether what it does not state is nothing.
    pub rest_zero: bool,
    /// The person who sent the current version; `None` for accounts and imports.
    pub author: Option<PersonId>,
}

/// An incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The current version.
    pub report: ReportId,
    /// The day it happened.
    pub day: NaiveDate,
    /// What it states.
    pub values: Figures,
}

/// All that is stored for one hamlet and month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthState {
    /// The return, if there is one.
    pub month_return: Option<Return>,
    /// The incidents of the month.
    pub incidents: Vec<Incident>,
    /// Whether the commune has closed the month.
    pub closed: bool,
}

impl MonthState {
    /// The figure of `indicator` that counts: the return's if stated, else 0 if the return says that the rest is
    /// nothing, else the sum of the incidents that state it, else `None` (not stated).
    pub fn effective(&self, indicator: IndicatorId) -> Option<i64> {
        let stated = self.month_return.as_ref().and_then(|r| r.values.get(&indicator).copied());
        stated.or_else(|| self.month_return.as_ref().filter(|r| r.rest_zero).map(|_| 0)).or_else(|| {
            let told = || self.incidents.iter().filter_map(|incident| incident.values.get(&indicator));
            told().next().map(|_| told().sum())
        })
    }
}

/// A figure that is held until the sender says what to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Held {
    /// The indicator.
    pub indicator: IndicatorId,
    /// What counted when the question was asked.
    pub stored: i64,
    /// What the text said.
    pub given: i64,
}

/// What a yes or no is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// “Nothing happened” over figures.
    Zero,
    /// A return lower than the incidents of its month.
    Lower,
    /// A figure ten times the hamlet's highest.
    Jump,
    /// The same addition, or the same incident, again.
    Repeat,
    /// An incident after the return: is it already in it?
    Included,
    /// The latest text, or a month's return, taken back.
    Cancel,
}

/// What the open question is about; its holdings are what the answer needs. Kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QuestionKind {
    /// Which of several hamlets? The answer is a number of the list, a code or a name.
    WhichHamlet {
        /// The hamlets in the order of the list that was texted.
        hamlets: Vec<UnitId>,
        /// The month, if an earlier question settled it.
        period: Option<i32>,
    },
    /// Which month? The answer is a number of the list, or names the month.
    WhichMonth {
        /// The months offered (numbers as in [`Period::number`]).
        periods: Vec<i32>,
        /// The hamlet, if an earlier question settled it.
        unit: Option<UnitId>,
    },
    /// The month already has other figures: 1 replaces, 2 adds.
    ReplaceOrAdd {
        /// The hamlet.
        unit: UnitId,
        /// The month.
        period: i32,
        /// The figures that differ.
        held: Vec<Held>,
    },
    /// “Nothing happened” or a lower figure over figures or incidents, an absurd jump, a repeated addition, an
    /// incident that may be in the return: yes does it, no drops it.
    Confirm {
        /// The hamlet.
        unit: UnitId,
        /// The month.
        period: i32,
        /// What is asked.
        about: About,
        /// What the sender has already said yes to for the same text.
        confirmed: Vec<About>,
    },
    /// Which indicator, or how many? The answer is a number of the list, a code, a word, or a count.
    Reading {
        /// What the doubtful piece may mean, in the order of the list that was texted.
        candidates: Vec<IndicatorId>,
        /// The count told with it.
        count: Option<i64>,
    },
    /// How many households has a hamlet that has registered for the yearly review? The answer is a count.
    Households {
        /// The hamlet.
        unit: UnitId,
        /// The year.
        year: i32,
    },
}

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// What it is about.
    pub kind: QuestionKind,
    /// The text that raised it, completed by earlier answers: its answer completes it further and it is read again.
    pub text: String,
    /// When that text was received, microseconds UTC.
    pub received: i64,
    /// When the question lapses, microseconds UTC.
    pub expires: i64,
    /// The person whose PIN stood in that text, or in an answer about it: it need not be repeated.
    pub pin: Option<PersonId>,
}

impl OpenQuestion {
    /// The months that its answer may be about, as numbers: those it holds, or, where the answer may name any or the
    /// text is read again, the twelve back and the two ahead of it.
    pub fn periods(&self) -> Vec<i32> {
        match &self.kind {
            QuestionKind::ReplaceOrAdd { period, .. } => vec![*period],
            QuestionKind::Households { .. } => Vec::new(),
            // The text may tell events of several months.
            QuestionKind::Confirm { .. }
            | QuestionKind::WhichHamlet { .. }
            | QuestionKind::WhichMonth { .. }
            | QuestionKind::Reading { .. } => {
                let month = Period::of_day(day_of(self.received));
                let around = (-13..=2).map(|months| month.plus(months).number());
                around.chain(self.kind.period()).collect()
            }
        }
    }
}

impl QuestionKind {
    /// The month that it is about, if that is settled.
    fn period(&self) -> Option<i32> {
        match self {
            QuestionKind::ReplaceOrAdd { period, .. } | QuestionKind::Confirm { period, .. } => Some(*period),
            QuestionKind::WhichHamlet { period, .. } => *period,
            QuestionKind::WhichMonth { .. }
            | QuestionKind::Reading { .. }
            | QuestionKind::Households { .. } => None,
        }
    }
}

/// The day in Viet Nam (UTC+7, no summer time) of a time in microseconds UTC.
pub(super) fn day_of(micros: i64) -> NaiveDate {
    let days = (micros + 7 * 3_600_000_000).div_euclid(24 * 3_600_000_000);
    let day = i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days);
    day.unwrap_or_default()
}

/// Everything that the rules need to know.
#[derive(Debug)]
pub struct Situation<'a> {
    /// When the text was received, microseconds UTC.
    pub now: i64,
    /// The day of receipt in Asia/Ho_Chi_Minh.
    pub today: NaiveDate,
    /// The installation's calendar.
    pub calendar: &'a Calendar,
    /// The installation's indicators.
    pub catalogue: &'a Catalogue,
    /// Who sent it.
    pub sender: Sender,
    /// How far the number can be believed.
    pub trust: Trust,
    /// Whether the text carries the sender's PIN, which lifts low trust.
    pub pin_given: bool,
    /// How often the very same text came from the number within the hour before: machines in a loop are not answered.
    pub repeats: usize,
    /// Whether the text equals one that the server sent to the number within 24 hours: a machine that sends back.
    pub echo: bool,
    /// The question that waits for this sender's answer; expired ones are not given.
    pub question: Option<OpenQuestion>,
    /// What is stored, for every hamlet of the sender and every month that may be meant: the months from 13 back to
    /// 2 ahead. A pair that is missing has nothing stored.
    pub months: &'a HashMap<(UnitId, Period), MonthState>,
    /// The highest figure of each hamlet and indicator in the last 24 months; missing where there is none.
    pub highest: &'a HashMap<(UnitId, IndicatorId), i64>,
    /// Every text that can go out.
    pub templates: &'a Templates,
    /// The sender's latest text that was not understood; needed for help only.
    pub mistake: Option<Mistake>,
    /// The other hamlets of the sender's communes, to tell a neighbour's name from a word that is noise; needed only
    /// where the reading names a hamlet.
    pub neighbours: &'a [Hamlet],
    /// Whom to turn to: the police of the sender's commune, with a telephone number if known; empty when unknown.
    pub contact: &'a str,
    /// Whom an urgent text reaches, in words (“Công an xã Mường Hoa, anh Nam”); needed for urgent texts only.
    pub on_duty: &'a [String],
    /// The yearly review of the sender's units; needed for texts about it only.
    pub reviewed: Option<&'a Reviewed>,
}

/// What a submission covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionKind {
    /// A hamlet's account of a month.
    Month(Period),
    /// An event on a day.
    Incident(NaiveDate),
}

/// A report by JSON, sync or form: figures by code are already checked against the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The hamlet.
    pub unit: UnitId,
    /// What it covers.
    pub kind: SubmissionKind,
    /// What it states.
    pub values: Figures,
    /// Whether what is not stated is nothing.
    pub rest_zero: bool,
    /// The version of the month's return that the client started from; `None`: it knew of none.
    pub base_version: Option<i32>,
    /// What that version stated; empty where the client knew of none.
    pub base_values: Figures,
    /// Whether the person was shown the difference to what is stored and insists.
    pub confirmed: bool,
    /// The person, where the sender is a head with an account or device.
    pub author: Option<PersonId>,
    /// The current version of the incident that it corrects; `None`: it tells of another event.
    pub replaces: Option<ReportId>,
}
