//! Texts about the yearly review: a hamlet registers, takes that back, or tells its households.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::case::Case;
use super::plan::{Fate, Plan, ReviewStep};
use super::settle::{current_posts, which_hamlet};
use super::situation::{Hamlet, QuestionKind, Trust};
use crate::domain::ids::UnitId;
use crate::domain::period::Span;
use crate::domain::review::by_text::{Wanted, Wish, Year, wanted};
use crate::domain::review::registration::{due_words, is_late};
use crate::domain::review::{KindScheme, Scheme, Schemes, State, UnitKind};
use crate::domain::template::{TemplateKey, key};

/// More households than any hamlet has.
const MOST_HOUSEHOLDS: i64 = 9_999;

/// What is stored of the yearly review of the sender's units.
#[derive(Debug, Clone, Default)]
pub struct Reviewed {
    /// The schemes of the installation.
    pub schemes: Arc<Schemes>,
    /// The units.
    pub units: HashMap<UnitId, ReviewedUnit>,
}

/// A unit, as the yearly review knows it.
#[derive(Debug, Clone)]
pub struct ReviewedUnit {
    /// Its kind.
    pub kind: Option<UnitKind>,
    /// The code of its province, by which its scheme is found.
    pub province: Option<String>,
    /// The days on which it is there.
    pub valid: Span,
    /// Its households, where they are known.
    pub households: Option<i64>,
    /// Where its reviews stand, by year, and the day of registration.
    pub reviews: HashMap<i32, (State, NaiveDate)>,
}

/// What the text wants of the yearly review, where all of it is explained by that. Urgent texts and those that must not be
/// kept never come here.
pub(super) fn read(case: &Case<'_, '_>) -> Option<Wanted> {
    let wanted = wanted(case.text)?;
    let posts = case
        .people
        .iter()
        .flat_map(|person| person.hamlets.iter().chain(person.former.iter().map(|(hamlet, _)| hamlet)));
    let hamlets = posts.chain(case.situation.neighbours);
    wanted
        .is_explained(hamlets.flat_map(|hamlet| [hamlet.name.as_str(), hamlet.code.as_str()]))
        .then_some(wanted)
}

/// What becomes of it.
pub(super) fn decide(case: &Case<'_, '_>, wanted: &Wanted) -> Plan {
    if case.reading.pin.is_some() && !case.situation.pin_given && !case.answered {
        return case
            .answered(Fate::Refused, case.words.reply(key::PIN_WRONG, vec![("contact", case.contact())]));
    }
    let period = case.situation.calendar.reportable(case.day);
    if current_posts(&case.people).is_empty() {
        let reply = case.words.reply(key::REVIEW_NO_POST, vec![("contact", case.contact())]);
        return case.answered(Fate::Refused, reply);
    }
    let (person, hamlet) = match which_hamlet(case, period, None) {
        Ok(post) => post,
        Err(plan) => return *plan,
    };
    let plan = Desk { case, hamlet }.decide(wanted);
    Plan { person: Some(person.id), unit: Some(hamlet.id), ..plan }
}

/// The answer to “how many households?”.
pub(super) fn told_households(case: &Case<'_, '_>, unit: UnitId, year: i32, count: i64) -> Option<Plan> {
    let (person, hamlet) = current_posts(&case.people).into_iter().find(|(_, hamlet)| hamlet.id == unit)?;
    let plan = Desk { case, hamlet }.households(year, count);
    Some(Plan { person: Some(person.id), unit: Some(hamlet.id), ..plan })
}

struct Desk<'c, 's, 't> {
    case: &'c Case<'s, 't>,
    hamlet: &'s Hamlet,
}

impl Desk<'_, '_, '_> {
    fn decide(&self, wanted: &Wanted) -> Plan {
        let Some(year) = self.year(wanted) else { return self.impossible(self.case.day.year()) };
        match wanted.what {
            Wish::Register => self.register(year),
            Wish::Withdraw => self.withdraw(year),
            Wish::Households(count) => self.households(year, count),
        }
    }

    /// The year that the text names, else the one whose days are assessed now.
    fn year(&self, wanted: &Wanted) -> Option<i32> {
        let today = self.case.day;
        match wanted.year {
            Some(Year::Named(year)) => Some(year),
            Some(Year::Relative(years)) => Some(today.year() + years),
            None => [today.year() + 1, today.year()]
                .into_iter()
                .find(|year| self.of_kind(*year).is_some_and(|kind| kind.span(*year).contains(today))),
        }
    }

    fn unit(&self) -> Option<&ReviewedUnit> {
        self.case.situation.reviewed?.units.get(&self.hamlet.id)
    }

    fn scheme(&self, year: i32) -> Option<&Scheme> {
        self.case.situation.reviewed?.schemes.in_province(year, self.unit()?.province.as_deref())
    }

    fn of_kind(&self, year: i32) -> Option<&KindScheme> {
        self.scheme(year)?.of(self.unit()?.kind?)
    }

    fn register(&self, year: i32) -> Plan {
        let (Some(scheme), Some(kind), Some(unit)) = (self.scheme(year), self.of_kind(year), self.unit())
        else {
            return self.impossible(year);
        };
        if let Some((_, day)) = unit.reviews.get(&year).filter(|(state, _)| *state != State::Open) {
            let fields = vec![("day", self.case.words.day(*day))];
            return self.says(Fate::Answered, key::REVIEW_ALREADY, year, fields);
        }
        if kind.decide_by.in_year(year) < self.case.day {
            return self.says(Fate::Refused, key::REVIEW_OVER, year, vec![("contact", self.case.contact())]);
        }
        let Ok(late) = is_late(kind, year, unit.valid, self.case.day, self.case.day) else {
            return self.impossible(year);
        };
        let fields = vec![("due", due_words(kind, year, late))];
        let asks = unit.households.is_none() && unit.kind == Some(UnitKind::Hamlet);
        let plan = if asks {
            let reply = self.reply(key::REVIEW_REGISTERED_HOUSEHOLDS, year, fields);
            Plan {
                fate: Fate::Recorded,
                ..self.case.asked(reply, QuestionKind::Households { unit: self.hamlet.id, year })
            }
        } else {
            self.says(Fate::Recorded, key::REVIEW_REGISTERED, year, fields)
        };
        let step = ReviewStep::Register {
            unit: self.hamlet.id,
            kind: kind.kind,
            year,
            scheme: scheme.code.clone(),
            late,
        };
        Plan { review: Some(step), ..plan }
    }

    fn withdraw(&self, year: i32) -> Plan {
        let state = self.unit().and_then(|unit| unit.reviews.get(&year)).map(|(state, _)| *state);
        let unsure = self.case.situation.trust == Trust::Low && self.case.by_pin.is_none();
        if state != Some(State::Registered) || unsure {
            let contact = vec![("contact", self.case.contact())];
            return self.says(Fate::Answered, key::REVIEW_NOT_WITHDRAWN, year, contact);
        }
        let plan = self.says(Fate::Recorded, key::REVIEW_WITHDRAWN, year, Vec::new());
        Plan { review: Some(ReviewStep::Withdraw { unit: self.hamlet.id, year }), ..plan }
    }

    fn households(&self, year: i32, count: i64) -> Plan {
        if !(1..=MOST_HOUSEHOLDS).contains(&count) {
            let choices = ("choices", "HO và số hộ, ví dụ HO 152".to_owned());
            let reply = self.case.words.reply(key::ANSWER_UNCLEAR, vec![choices]);
            return self.case.answered(Fate::Asked, reply);
        }
        let state = self.unit().and_then(|unit| unit.reviews.get(&year)).map(|(state, _)| *state);
        let told = ("count", count.to_string());
        match state {
            Some(State::Registered | State::Assessed | State::Returned) => {
                let plan = self.says(Fate::Recorded, key::REVIEW_HOUSEHOLDS, year, vec![told]);
                Plan { review: Some(ReviewStep::Households { unit: self.hamlet.id, year, count }), ..plan }
            }
            None | Some(State::Open) => {
                self.says(Fate::Answered, key::REVIEW_HOUSEHOLDS_NOT_YET, year, vec![told])
            }
            Some(_) => {
                self.says(Fate::Refused, key::REVIEW_OVER, year, vec![("contact", self.case.contact())])
            }
        }
    }

    /// There is no scheme, or the unit is not there when the year is assessed, or the year has not begun.
    fn impossible(&self, year: i32) -> Plan {
        self.says(Fate::Refused, key::REVIEW_IMPOSSIBLE, year, vec![("contact", self.case.contact())])
    }

    fn says(&self, fate: Fate, key: TemplateKey, year: i32, more: Vec<(&'static str, String)>) -> Plan {
        self.case.answered(fate, self.reply(key, year, more))
    }

    fn reply(
        &self,
        key: TemplateKey,
        year: i32,
        more: Vec<(&'static str, String)>,
    ) -> super::plan::ReplyParts {
        let mut fields =
            vec![("hamlet", self.case.words.name(&self.hamlet.name)), ("year", year.to_string())];
        fields.extend(more);
        self.case.words.reply(key, fields)
    }
}
