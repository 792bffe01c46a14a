//! What a report does once its sender, hamlet and month are known.

use chrono::NaiveDate;

use super::case::{Case, Target};
use super::plan::{Fate, Flag, NewReport, Plan, QuestionChange};
use super::situation::{About, Figures, Held, MonthState, QuestionKind, Trust};
use super::weigh::{self, Arrival, Next, Weighed};
use crate::domain::ids::UnitId;
use crate::domain::indicator::IndicatorId;
use crate::domain::period::Period;
use crate::domain::reply::Item;
use crate::domain::shortcode::{Intent, Reading};
use crate::domain::template::{TemplateKey, key};

/// An addition that equals the last one is asked about within this time.
const REPEAT_WITHIN: i64 = 24 * 3_600_000_000;
/// What a report without figures says.
const NOTHING: &str = "không có vụ việc gì";
/// What a report says of everything that it does not name.
const REST: &str = ", còn lại không";

/// What the report of `case` does.
pub(super) fn record(case: &Case<'_, '_>, target: Target<'_>) -> Plan {
    if case.reading.incident && case.reading.intent == Intent::Report {
        return record_incident(case, target);
    }
    let state = case.state(target.hamlet.id, target.period);
    let arrival = Arrival {
        intent: case.reading.intent,
        values: &case.reading.values,
        rest_zero: case.reading.rest_zero || case.reading.intent == Intent::Zero,
        repeated: is_repeated(case, target),
        confirmed: &case.settled.confirmed,
    };
    let highest = |id| case.situation.highest.get(&(target.hamlet.id, id)).copied();
    match weigh::weigh(state, &arrival, highest) {
        Weighed::Unchanged(told) => unchanged(case, target, &told, arrival.rest_zero),
        Weighed::Confirm(about, items) => confirm(case, target, about, &items),
        Weighed::Next(next) if next.writes => write(case, target, next),
        Weighed::Next(next) => hold(case, target, &next.held),
    }
}

/// Whether the text is an addition that equals the sender's last one, within 24 hours.
fn is_repeated(case: &Case<'_, '_>, target: Target<'_>) -> bool {
    target.person.last_report.as_ref().is_some_and(|last| {
        // Once an answer has completed the text, the texts cannot be compared any more: its figures are.
        let same = if case.answered {
            (last.unit, last.period) == (target.hamlet.id, target.period)
                && last.added.as_ref() == Some(&case.values())
        } else {
            last.added.is_some() && last.same_text
        };
        same && case.situation.now.saturating_sub(last.at) < REPEAT_WITHIN
    })
}

fn unchanged(case: &Case<'_, '_>, target: Target<'_>, told: &[Item], rest_zero: bool) -> Plan {
    let month = target.period;
    let as_addition = Reading {
        intent: Intent::Add,
        period: Some(month),
        values: case.reading.values.first().map(|(id, _)| (*id, 1)).into_iter().collect(),
        ..Reading::of(Intent::Add)
    };
    let mut fields = case.place(target);
    fields.push(("example", case.words.example(&as_addition)));
    let reply = with_figures(case, key::UNCHANGED, fields, told, rest_zero);
    case.answered(Fate::Answered, reply)
}

/// A reply with a list of figures, “còn lại không” behind it, or “không có vụ việc gì” alone.
fn with_figures(
    case: &Case<'_, '_>,
    key: TemplateKey,
    mut fields: Vec<(&'static str, String)>,
    items: &[Item],
    rest_zero: bool,
) -> super::plan::ReplyParts {
    if items.is_empty() {
        fields.push(("values", if rest_zero { NOTHING } else { "chưa có số" }.to_owned()));
        return case.words.reply(key, fields);
    }
    case.words.reply_with(key, fields, "values", items, if rest_zero { REST } else { "" })
}

fn confirm(case: &Case<'_, '_>, target: Target<'_>, about: About, items: &[Item]) -> Plan {
    let (key, list) = match about {
        About::Zero => (key::CONFIRM_ZERO, "values"),
        About::Lower => (key::CONFIRM_LOWER, "held"),
        About::Jump => (key::CONFIRM_JUMP, "values"),
        About::Cancel => (key::CONFIRM_CANCEL, "values"),
        About::Repeat | About::Included => (key::CONFIRM_REPEAT, "values"),
    };
    let reply = case.words.reply_with(key, case.place(target), list, items, "");
    case.asked(reply, confirm_kind(case, target, about))
}

/// What the answer to a question about yes or no needs.
pub(super) fn confirm_kind(case: &Case<'_, '_>, target: Target<'_>, about: About) -> QuestionKind {
    QuestionKind::Confirm {
        unit: target.hamlet.id,
        period: target.period.number(),
        about,
        confirmed: case.settled.confirmed.clone(),
    }
}

/// Nothing is new but what differs: it is held, and the sender asked.
fn hold(case: &Case<'_, '_>, target: Target<'_>, held: &[Held]) -> Plan {
    let reply = case.words.reply_with(key::REPLACE_OR_ADD, case.place(target), "held", &held_items(held), "");
    let mut plan = case.asked(reply, replace_or_add(target, held));
    plan.flags.extend(two_people(case, target));
    plan
}

fn held_items(held: &[Held]) -> Vec<Item> {
    held.iter().map(|held| Item::Held(held.indicator, held.stored, held.given)).collect()
}

fn replace_or_add(target: Target<'_>, held: &[Held]) -> QuestionKind {
    QuestionKind::ReplaceOrAdd { unit: target.hamlet.id, period: target.period.number(), held: held.to_vec() }
}

/// Somebody else made the version that differs.
fn two_people(case: &Case<'_, '_>, target: Target<'_>) -> Option<Flag> {
    let stored = case.state(target.hamlet.id, target.period).month_return.as_ref()?;
    stored.author.filter(|author| *author != target.person.id).map(|_| Flag::TwoPeople)
}

/// Writes the next version of the month's return, and asks about what is held.
pub(super) fn write(case: &Case<'_, '_>, target: Target<'_>, mut next: Next) -> Plan {
    if let Some(plan) = beyond_belief(case, &next) {
        return plan;
    }
    let state = case.state(target.hamlet.id, target.period);
    let low = !state.closed && lowers_without_trust(case, state, &next);
    if low {
        // The officer decides about the whole text.
        for held in std::mem::take(&mut next.held) {
            next.values.insert(held.indicator, held.given);
            next.told.push(Item::Changed(held.indicator, held.stored, held.given));
        }
    }
    let flag = two_people(case, target).filter(|_| !next.held.is_empty() || changes_figures(state, &next));
    let report = NewReport {
        unit: target.hamlet.id,
        period: target.period,
        day: None,
        previous: state.month_return.as_ref().map(|stored| stored.report),
        values: next.values,
        rest_zero: next.rest_zero,
        proposal: low || state.closed,
        flagged: flag.is_some(),
        added: next.added,
    };
    let rest_zero = case.reading.rest_zero || case.reading.intent == Intent::Zero;
    let key = match (state.closed, low) {
        (true, _) => key::CLOSED,
        (_, true) => key::LOW_TRUST,
        _ => key::RECORDED,
    };
    let mut plan = if next.held.is_empty() {
        let reply = with_figures(case, key, case.place(target), &next.told, rest_zero);
        case.answered(if report.proposal { Fate::Proposed } else { Fate::Recorded }, reply)
    } else {
        let mut fields = case.place(target);
        fields.push(("values", case.words.list(&next.told)));
        let items = held_items(&next.held);
        let reply = case.words.reply_with(key::RECORDED_REPLACE_OR_ADD, fields, "held", &items, "");
        Plan { fate: Fate::Recorded, ..case.asked(reply, replace_or_add(target, &next.held)) }
    };
    plan.reports.push(report);
    plan.flags.extend(flag);
    plan
}

/// An addition that makes a figure larger than is believed of one report: nothing is written.
fn beyond_belief(case: &Case<'_, '_>, next: &Next) -> Option<Plan> {
    let added = next.added.as_ref()?;
    let max = |id: &i32| case.situation.catalogue.by_id(*id).map_or(i64::MAX, |indicator| indicator.max);
    let (id, sum) = next.values.iter().find(|(id, sum)| added.contains_key(id) && **sum > max(id))?;
    let doubt = format!("{} {sum}", case.words.short_name_of(*id));
    let fields = vec![("doubt", case.words.doubt(&doubt)), ("example", case.words.correction_example())];
    let plan = case.answered(Fate::Asked, case.words.reply(key::ASK_ABSURD, fields));
    Some(Plan { question: QuestionChange::Close, ..plan })
}

/// Whether a figure that counts becomes another, rather than that figures come to it.
fn changes_figures(state: &MonthState, next: &Next) -> bool {
    next.values.iter().any(|(id, figure)| state.effective(*id).is_some_and(|old| old != *figure))
}

/// Whether a number that can be forged would lower a figure.
fn lowers_without_trust(case: &Case<'_, '_>, state: &MonthState, next: &Next) -> bool {
    if case.situation.trust == Trust::High || case.by_pin.is_some() {
        return false;
    }
    let after = |id| next.values.get(&id).copied().or(if next.rest_zero { Some(0) } else { None });
    weigh::counting(state).into_iter().any(|id| {
        let old = state.effective(id).unwrap_or(0);
        after(id).is_some_and(|new| new < old)
    })
}

/// An event told with its day: it stays on record with its day; after the return it is asked whether it is in it.
fn record_incident(case: &Case<'_, '_>, target: Target<'_>) -> Plan {
    let Some(day) = case.reading.day else { return Plan::of(Fate::Asked) };
    let state = case.state(target.hamlet.id, target.period);
    let values = case.values();
    let items: Vec<Item> = case.reading.values.iter().map(|(id, n)| Item::Plain(*id, *n)).collect();
    if let Some(plan) = incident_doubt(case, target, &items, &values) {
        return plan;
    }
    let report = incident_version(target.hamlet.id, target.period, day, values, state.closed);
    let mut plan = if state.closed {
        let reply = with_figures(case, key::CLOSED, case.place(target), &items, false);
        case.answered(Fate::Proposed, reply)
    } else {
        recorded_incident(case, target, &items)
    };
    plan.reports.push(report);
    plan
}

/// The first version of an incident; `proposal`: it waits for the officer.
pub(super) fn incident_version(
    unit: UnitId,
    period: Period,
    day: NaiveDate,
    values: Figures,
    proposal: bool,
) -> NewReport {
    NewReport {
        unit,
        period,
        day: Some(day),
        previous: None,
        values,
        rest_zero: false,
        proposal,
        flagged: false,
        added: None,
    }
}

fn recorded_incident(case: &Case<'_, '_>, target: Target<'_>, items: &[Item]) -> Plan {
    let mut fields = case.place(target);
    fields.push(("day", case.reading.day.map(|day| case.words.day(day)).unwrap_or_default()));
    let stated = stated_by_return(case, target, &case.reading.values);
    if stated.is_empty() {
        let reply = case.words.reply_with(key::RECORDED_INCIDENT, fields, "values", items, "");
        return case.answered(Fate::Recorded, reply);
    }
    let reply = case.words.reply_with(key::CONFIRM_INCLUDED, fields, "values", &stated, "");
    let question = case.asked(reply, confirm_kind(case, target, About::Included));
    let mut plan = Plan { fate: Fate::Recorded, ..question };
    plan.flags.push(Flag::AfterReturn);
    plan
}

/// What the month's return says of the things that an incident with these figures tells.
pub(super) fn stated_by_return(
    case: &Case<'_, '_>,
    target: Target<'_>,
    values: &[(IndicatorId, i64)],
) -> Vec<Item> {
    let Some(stored) = &case.state(target.hamlet.id, target.period).month_return else { return Vec::new() };
    let rest = if stored.rest_zero { Some(0) } else { None };
    let told = values.iter().filter(|(_, figure)| *figure > 0);
    told.filter_map(|(id, _)| Some(Item::Plain(*id, stored.values.get(id).copied().or(rest)?))).collect()
}

/// The same event again, or a figure ten times the highest: asked before anything is written.
fn incident_doubt(case: &Case<'_, '_>, target: Target<'_>, items: &[Item], values: &Figures) -> Option<Plan> {
    let state = case.state(target.hamlet.id, target.period);
    let confirmed = |about| state.closed || case.settled.confirmed.contains(&about);
    let same =
        |incident: &super::Incident| Some(incident.day) == case.reading.day && incident.values == *values;
    if !confirmed(About::Repeat) && state.incidents.iter().any(same) {
        let day = case.reading.day.map(|day| case.words.day(day)).unwrap_or_default();
        let fields = vec![("day", day), ("hamlet", case.words.name(&target.hamlet.name))];
        let reply = case.words.reply_with(key::CONFIRM_REPEAT_INCIDENT, fields, "values", items, "");
        return Some(case.asked(reply, confirm_kind(case, target, About::Repeat)));
    }
    let highest = |id| case.situation.highest.get(&(target.hamlet.id, id)).copied();
    let jump = |(id, figure): (&i32, &i64)| weigh::is_jump(*figure, highest(*id));
    if !confirmed(About::Jump) && values.iter().any(jump) {
        return Some(confirm(case, target, About::Jump, items));
    }
    None
}

/// The sender says that incidents with these figures are not in the month's return: they are added to it.
pub(super) fn add_to_return(case: &Case<'_, '_>, target: Target<'_>, figures: &[(IndicatorId, i64)]) -> Plan {
    let state = case.state(target.hamlet.id, target.period);
    let told = stated_by_return(case, target, figures);
    let stated = |id: &i32| told.iter().any(|item| matches!(item, Item::Plain(stated, _) if stated == id));
    let values: Vec<(i32, i64)> = figures.iter().copied().filter(|(id, _)| stated(id)).collect();
    let held: Vec<Held> =
        values.iter().map(|(id, given)| Held { indicator: *id, stored: 0, given: *given }).collect();
    let next = weigh::resolved(state, &held, false);
    if held.is_empty() { kept(case, target) } else { write(case, target, next) }
}

/// The sender says that nothing is to change: what stands is told.
pub(super) fn kept(case: &Case<'_, '_>, target: Target<'_>) -> Plan {
    let (items, rest_zero) = standing(case.state(target.hamlet.id, target.period));
    let reply = with_figures(case, key::KEPT, case.place(target), &items, rest_zero);
    Plan { question: QuestionChange::Close, ..case.answered(Fate::Answered, reply) }
}

/// What counts in a month, in the order of the catalogue, and whether the rest is nothing.
pub(super) fn standing(state: &MonthState) -> (Vec<Item>, bool) {
    let ids = weigh::counting(state).into_iter();
    let items = ids.filter_map(|id| Some(Item::Plain(id, state.effective(id)?))).collect();
    (items, state.month_return.as_ref().is_some_and(|stored| stored.rest_zero))
}

/// A reply that tells what counts in a month.
pub(super) fn standing_reply(
    case: &Case<'_, '_>,
    key: TemplateKey,
    fields: Vec<(&'static str, String)>,
    state: &MonthState,
) -> super::plan::ReplyParts {
    let (items, rest_zero) = standing(state);
    with_figures(case, key, fields, &items, rest_zero)
}
