//! A text that tells several events, each with its day: every one is an incident of its own.

use chrono::NaiveDate;

use super::case::{Case, Reads, Target};
use super::plan::{Fate, Flag, NewReport, Plan, ReplyParts};
use super::record::{confirm_kind, incident_version, stated_by_return};
use super::settle::{check_days, which_hamlet};
use super::situation::{About, Figures, Hamlet, Person, QuestionKind};
use super::weigh;
use crate::domain::period::Period;
use crate::domain::reply::{DayItems, Item};
use crate::domain::shortcode::{Intent, MonthFrom, Reading, Why};
use crate::domain::template::{TemplateKey, key};

/// More events than this are not taken apart: no phone sends such a text.
const MOST_EVENTS: usize = 12;

/// What happened on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) day: NaiveDate,
    pub(super) values: Vec<(i32, i64)>,
}

/// The events of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Events {
    /// In the order of the text, each on a day of its own.
    pub(super) events: Vec<Event>,
    /// Whether the text says that nothing else happened: it is a month's return then.
    pub(super) rest_zero: bool,
}

impl Events {
    /// What all events together state in the month `period` of `case`'s calendar.
    pub(super) fn sum_in(&self, case: &Case<'_, '_>, period: Period) -> Vec<(i32, i64)> {
        let within = |event: &&Event| case.situation.calendar.containing(event.day) == period;
        sum(self.events.iter().filter(within))
    }
}

/// Whether a text that reads so may tell events of several days: the months of its days are to be looked up.
pub fn may_tell_days(reading: &Reading) -> bool {
    let told = match (reading.intent, reading.why) {
        (Intent::Report, _) => reading.month_from != MonthFrom::Named,
        // Read as one list it seems to contradict itself, or to be of two months; on days of their own it does not.
        (Intent::Ask, Some(Why::Contradiction | Why::TwoMonths)) => true,
        _ => false,
    };
    told && reading.day.is_none()
}

/// The events that the text tells, if it tells several, each clearly with its own day: cut before its days, or else
/// behind them, every piece must be a report of one day, and all of them together what the whole text says.
pub(super) fn told(case: &Case<'_, '_>, reader: &impl Reads) -> Option<Events> {
    let reading = case.reading;
    if !may_tell_days(reading) {
        return None;
    }
    let whole = reading.intent == Intent::Report;
    let days = reader.days(case.text, case.day);
    if !(2..=MOST_EVENTS).contains(&days.len()) {
        return None;
    }
    let end = case.text.len();
    let before = days.iter().skip(1).map(|mention| mention.start).chain([end]);
    let behind = days.iter().take(days.len() - 1).map(|mention| mention.end).chain([end]);
    let cuts: [Vec<usize>; 2] = [before.collect(), behind.collect()];
    let found = cuts.iter().find_map(|ends| pieces(case, reader, ends))?;
    let days: Vec<NaiveDate> = days.iter().map(|mention| mention.day).collect();
    let told: Vec<NaiveDate> = found.events.iter().map(|event| event.day).collect();
    let mut distinct = told.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let agrees = !whole || agree(&reading.values, &found.events);
    (days == told && distinct.len() == told.len() && agrees).then_some(found)
}

/// The pieces of the text that end at `ends`, each read by itself.
fn pieces(case: &Case<'_, '_>, reader: &impl Reads, ends: &[usize]) -> Option<Events> {
    let mut from = 0;
    let mut found = Events { events: Vec::new(), rest_zero: false };
    for end in ends {
        let reading = reader.read(case.text.get(from..*end)?, case.day);
        from = *end;
        found.rest_zero |= reading.rest_zero;
        found.events.push(event(reading)?);
    }
    Some(found)
}

fn event(reading: Reading) -> Option<Event> {
    let plain = reading.intent == Intent::Report && reading.month_from != MonthFrom::Named;
    let day = reading.day.filter(|_| plain && !reading.values.is_empty())?;
    Some(Event { day, values: reading.values })
}

fn sum<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<(i32, i64)> {
    let mut sums: Vec<(i32, i64)> = Vec::new();
    for (id, figure) in events.flat_map(|event| &event.values) {
        match sums.iter_mut().find(|(summed, _)| summed == id) {
            Some((_, sum)) => *sum = sum.saturating_add(*figure),
            None => sums.push((*id, *figure)),
        }
    }
    sums
}

/// Whether the whole text says the sum of its events, or, of a thing that it tells of each day alike, that thing once.
fn agree(whole: &[(i32, i64)], events: &[Event]) -> bool {
    let sums = sum(events.iter());
    let alike = |id: i32, figure: i64| {
        let mut told = events.iter().flat_map(|event| &event.values).filter(|(of, _)| *of == id);
        told.all(|(_, of_day)| *of_day == figure)
    };
    sums.len() == whole.len()
        && sums.iter().all(|(id, sum)| {
            whole.iter().any(|(of, figure)| of == id && (figure == sum || alike(*id, *figure)))
        })
}

/// Records every event with its day, or asks about the first that is doubtful.
pub(super) fn record(case: &Case<'_, '_>, told: &Events) -> Result<Plan, Box<Plan>> {
    let days: Vec<NaiveDate> = told.events.iter().map(|event| event.day).collect();
    check_days(case, &days)?;
    let latest = days.iter().copied().max().unwrap_or(case.day);
    let period = case.situation.calendar.containing(latest);
    let (person, hamlet) = which_hamlet(case, period, None)?;
    let denied = case.settled.denied.contains(&About::Repeat);
    let events: Vec<&Event> =
        told.events.iter().filter(|event| !(denied && is_known(case, hamlet, event))).collect();
    if let Some(plan) = events.iter().find_map(|event| doubt(case, person, hamlet, event)) {
        return Err(Box::new(plan));
    }
    let plan = if events.is_empty() {
        let target = Target { person, hamlet, period };
        super::record::kept(case, target)
    } else {
        written(case, person, hamlet, &events)
    };
    Ok(Plan { person: Some(person.id), unit: Some(hamlet.id), ..plan })
}

/// Whether the hamlet has the very same event already.
fn is_known(case: &Case<'_, '_>, hamlet: &Hamlet, event: &Event) -> bool {
    let state = case.state(hamlet.id, case.situation.calendar.containing(event.day));
    let values: Figures = event.values.iter().copied().collect();
    !state.closed && state.incidents.iter().any(|known| known.day == event.day && known.values == values)
}

/// The same event again, or a figure ten times the highest: asked before anything is written.
fn doubt(case: &Case<'_, '_>, person: &Person, hamlet: &Hamlet, event: &Event) -> Option<Plan> {
    let period = case.situation.calendar.containing(event.day);
    let target = Target { person, hamlet, period };
    let confirmed = |about| case.settled.confirmed.contains(&about);
    let items = plain(&event.values);
    if !confirmed(About::Repeat) && is_known(case, hamlet, event) {
        let (day, hamlet) = (case.words.day(event.day), case.words.name(&hamlet.name));
        let fields = vec![("day", day), ("hamlet", hamlet)];
        let reply = case.words.reply_with(key::CONFIRM_REPEAT_INCIDENT, fields, "values", &items, "");
        return Some(case.asked(reply, confirm_kind(case, target, About::Repeat)));
    }
    let highest = |id| case.situation.highest.get(&(hamlet.id, id)).copied();
    let jumps = event.values.iter().any(|(id, figure)| weigh::is_jump(*figure, highest(*id)));
    if !confirmed(About::Jump) && !case.state(hamlet.id, period).closed && jumps {
        let reply = case.words.reply_with(key::CONFIRM_JUMP, case.place(target), "values", &items, "");
        return Some(case.asked(reply, confirm_kind(case, target, About::Jump)));
    }
    None
}

fn plain(values: &[(i32, i64)]) -> Vec<Item> {
    values.iter().map(|(id, figure)| Item::Plain(*id, *figure)).collect()
}

fn written(case: &Case<'_, '_>, person: &Person, hamlet: &Hamlet, events: &[&Event]) -> Plan {
    let calendar = case.situation.calendar;
    let reports: Vec<NewReport> = events
        .iter()
        .map(|event| {
            let period = calendar.containing(event.day);
            let closed = case.state(hamlet.id, period).closed;
            incident_version(hamlet.id, period, event.day, event.values.iter().copied().collect(), closed)
        })
        .collect();
    let proposed = reports.iter().all(|report| report.proposal);
    let fate = if proposed { Fate::Proposed } else { Fate::Recorded };
    // The return of a month may count some of them already.
    let mut plan = match included(case, person, hamlet, events).first() {
        None => case.answered(fate, recorded_reply(case, hamlet, events)),
        Some(month) => {
            let reply = month.reply(case, key::CONFIRM_INCLUDED, None);
            let mut plan = case.asked(reply, confirm_kind(case, month.target, About::Included));
            plan.fate = fate;
            plan.flags.push(Flag::AfterReturn);
            plan
        }
    };
    plan.reports = reports;
    plan
}

/// A month whose return may count events of the text already.
struct Included<'p> {
    target: Target<'p>,
    days: Vec<NaiveDate>,
    /// What the return states of what they tell.
    stated: Vec<Item>,
}

impl Included<'_> {
    fn reply(&self, case: &Case<'_, '_>, key: TemplateKey, before: Option<String>) -> ReplyParts {
        let days: Vec<String> = self.days.iter().map(|day| case.words.day(*day)).collect();
        let mut fields = case.place(self.target);
        fields.push(("day", days.join(", ")));
        fields.extend(before.map(|before| ("before", before)));
        case.words.reply_with(key, fields, "values", &self.stated, "")
    }
}

/// The open months whose returns may count some of the events already, in the order of the text.
fn included<'p>(
    case: &Case<'_, '_>,
    person: &'p Person,
    hamlet: &'p Hamlet,
    events: &[&Event],
) -> Vec<Included<'p>> {
    let calendar = case.situation.calendar;
    let mut months: Vec<Included<'p>> = Vec::new();
    for event in events {
        let period = calendar.containing(event.day);
        let target = Target { person, hamlet, period };
        let of_month = || events.iter().copied().filter(|other| calendar.containing(other.day) == period);
        let stated = stated_by_return(case, target, &sum(of_month()));
        let known = months.iter().any(|month| month.target.period == period);
        if !known && !stated.is_empty() && !case.state(hamlet.id, period).closed {
            let days = of_month().map(|event| event.day).collect();
            months.push(Included { target, days, stated });
        }
    }
    months
}

/// Asks about the month after that of `target` whose return may count events of the text already; `before` says what has
/// become of that one.
pub(super) fn ask_next(
    case: &Case<'_, '_>,
    target: Target<'_>,
    told: &Events,
    before: String,
) -> Option<(ReplyParts, QuestionKind)> {
    let events: Vec<&Event> = told.events.iter().collect();
    let months = included(case, target.person, target.hamlet, &events);
    let next = months.iter().skip_while(|month| month.target.period != target.period).nth(1)?;
    let reply = next.reply(case, key::CONFIRM_INCLUDED_NEXT, Some(before));
    Some((reply, confirm_kind(case, next.target, About::Included)))
}

/// Every event with its day and figures, month by month.
fn recorded_reply(case: &Case<'_, '_>, hamlet: &Hamlet, events: &[&Event]) -> ReplyParts {
    let mut events = events.to_vec();
    events.sort_by_key(|event| event.day);
    let items: Vec<DayItems> = events
        .iter()
        .map(|event| {
            let period = case.situation.calendar.containing(event.day);
            let closed = case.state(hamlet.id, period).closed;
            DayItems { day: event.day, period, closed, items: plain(&event.values) }
        })
        .collect();
    let fields = vec![("hamlet", case.words.name(&hamlet.name))];
    case.words.reply_with_days(key::RECORDED_INCIDENTS, fields, &items)
}
