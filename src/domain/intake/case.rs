//! A text on its way to a plan: what it says, who may have sent it, and what earlier answers have settled.

use chrono::NaiveDate;

use super::plan::{Fate, Flag, Plan, QuestionChange, ReplyParts};
use super::situation::{About, Figures, Hamlet, MonthState, OpenQuestion, Person, QuestionKind, Situation};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::indicator::{IndicatorId, Reporter};
use crate::domain::period::Period;
use crate::domain::reply::Words;
use crate::domain::shortcode::{DayMention, HamletMention, Reading};

/// A question lives 24 hours.
const QUESTION_LIFE: i64 = 24 * 3_600_000_000;

/// What reads texts: a text is read again when an answer completes it.
pub trait Reads {
    /// What the text says by itself, received on `day`.
    fn read(&self, text: &str, day: NaiveDate) -> Reading;

    /// What the text says as an answer, received on `day`.
    fn read_answer(&self, text: &str, day: NaiveDate) -> Said;

    /// The days that the text, received on `day`, tells, in its order.
    fn days(&self, text: &str, day: NaiveDate) -> Vec<DayMention>;
}

/// What a text says if it is an answer; each is `None` where it says nothing of the kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Yes or no.
    pub yes: Option<bool>,
    /// The only number in it.
    pub number: Option<i64>,
    /// Whether the number bears a unit (“2 vụ”): a count, and no number of a list.
    pub counted: bool,
    /// The month that it names.
    pub period: Option<Period>,
    /// The hamlet that it names.
    pub hamlet: Option<HamletMention>,
    /// The one indicator that it names.
    pub indicator: Option<IndicatorId>,
    /// Replace (true) or add (false).
    pub replace: Option<bool>,
    /// An earlier text is to be taken back.
    pub erase: bool,
}

/// What earlier answers have settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) unit: Option<UnitId>,
    pub(super) period: Option<Period>,
    pub(super) confirmed: Vec<About>,
    /// What the sender said no to, where the rest of the text still counts.
    pub(super) denied: Vec<About>,
}

/// A text on its way to a plan.
#[derive(Debug, Clone)]
pub(super) struct Case<'s, 't> {
    pub(super) situation: &'s Situation<'s>,
    pub(super) words: Words<'s>,
    /// Who may have sent it.
    pub(super) people: Vec<&'s Person>,
    /// The text that is decided; of an answer, the text that raised the question, completed.
    pub(super) text: &'t str,
    pub(super) reading: &'t Reading,
    /// When that text was received, microseconds UTC.
    pub(super) received: i64,
    /// The day of that in Viet Nam.
    pub(super) day: NaiveDate,
    pub(super) settled: Settled,
    /// Whether an answer completed the text, so that it is not the one that was sent just now.
    pub(super) answered: bool,
    /// The person whose PIN stands in the text, or stood in the one that raised the question.
    pub(super) by_pin: Option<PersonId>,
}

/// Who reports, for which hamlet and month.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'s> {
    pub(super) person: &'s Person,
    pub(super) hamlet: &'s Hamlet,
    pub(super) period: Period,
}

impl<'s> Case<'s, '_> {
    /// What is stored for the hamlet's month.
    pub(super) fn state(&self, unit: UnitId, period: Period) -> &'s MonthState {
        static NOTHING: MonthState = MonthState { month_return: None, incidents: Vec::new(), closed: false };
        self.situation.months.get(&(unit, period)).unwrap_or(&NOTHING)
    }

    /// The figures of the text.
    pub(super) fn values(&self) -> Figures {
        self.reading.values.iter().copied().collect()
    }

    /// The fields of a month and a hamlet.
    pub(super) fn place(&self, target: Target<'_>) -> Vec<(&'static str, String)> {
        let (month, hamlet) = (self.words.month(target.period), self.words.name(&target.hamlet.name));
        vec![("month", month), ("hamlet", hamlet)]
    }

    /// A plan that answers and changes nothing.
    pub(super) fn answered(&self, fate: Fate, reply: ReplyParts) -> Plan {
        Plan { reply: Some(reply), flags: self.flags(), ..Plan::of(fate) }
    }

    /// A plan that asks, with the question that the next text answers.
    pub(super) fn asked(&self, reply: ReplyParts, kind: QuestionKind) -> Plan {
        let question = OpenQuestion {
            kind,
            text: self.text.to_owned(),
            received: self.received,
            expires: self.situation.now.saturating_add(QUESTION_LIFE),
            pin: self.by_pin,
        };
        Plan { question: QuestionChange::Open(question), ..self.answered(Fate::Asked, reply) }
    }

    /// What the officer should see of the text itself.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let of_commune = |(id, _): &(IndicatorId, i64)| {
            self.situation.catalogue.by_id(*id).is_some_and(|i| i.reporter == Reporter::Commune)
        };
        let mut flags = Vec::new();
        if self.reading.personal {
            flags.push(Flag::Personal);
        }
        if self.reading.values.iter().any(of_commune) {
            flags.push(Flag::CommuneOnly);
        }
        flags
    }

    /// Whom to turn to, in words.
    pub(super) fn contact(&self) -> String {
        let known = self.situation.contact.trim();
        if known.is_empty() { "công an xã".to_owned() } else { self.words.name(known) }
    }
}
