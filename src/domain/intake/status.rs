//! What has been reported, and how to write.

use super::case::{Case, Reads};
use super::plan::{Fate, Plan};
use super::record::standing_reply;
use super::settle::{current_posts, former_posts, named_hamlets, no_post};
use super::situation::{Hamlet, MonthState, Person, QuestionKind, day_of};
use crate::domain::period::Period;
use crate::domain::reply::Words;
use crate::domain::shortcode::{Intent, Reading};
use crate::domain::template::key;

/// What is reported for the month named, or for the one that is due, and which months are missing.
pub(super) fn status(case: &Case<'_, '_>) -> Plan {
    let period = case.reading.period.unwrap_or_else(|| usual_month(case));
    let current = current_posts(&case.people);
    let posts = if current.is_empty() { former_posts(case, period) } else { current };
    let hamlets: Vec<&Hamlet> = posts.iter().map(|(_, hamlet)| *hamlet).collect();
    let named = named_hamlets(case, &hamlets);
    match if named.is_empty() { hamlets } else { named }.as_slice() {
        [] => *no_post(case),
        [hamlet] => {
            let person = posts.iter().find(|(_, of)| of.id == hamlet.id).map(|(person, _)| *person);
            of_one(case, person, hamlet, period)
        }
        several => of_several(case, several, period),
    }
}

/// The month to be reported, or the later one of the sender's last report.
fn usual_month(case: &Case<'_, '_>) -> Period {
    let usual = case.situation.calendar.reportable(case.day);
    let last = case.people.iter().filter_map(|person| person.last_report.as_ref());
    last.map(|report| report.period).chain([usual]).max().unwrap_or(usual)
}

fn of_one(case: &Case<'_, '_>, person: Option<&Person>, hamlet: &Hamlet, period: Period) -> Plan {
    let state = case.state(hamlet.id, period);
    let missing = missing_months(case, hamlet, period);
    let missing = missing.iter().map(|month| case.words.short_month(*month)).collect::<Vec<_>>().join(", ");
    let name = ("hamlet", case.words.name(&hamlet.name));
    let reply = if state.month_return.is_none() && state.incidents.is_empty() {
        let example = ("example", case.words.example(&for_month(period)));
        let zero = ("zero", case.words.zero_example(Some(period)));
        case.words.reply(key::STATUS_NONE, vec![name, ("missing", missing), example, zero])
    } else {
        let mut fields = vec![("month", case.words.month(period)), name];
        let text = if missing.is_empty() { key::STATUS } else { key::STATUS_MISSING };
        if !missing.is_empty() {
            fields.push(("missing", missing));
        }
        standing_reply(case, text, fields, state)
    };
    let plan = case.answered(Fate::Answered, reply);
    Plan { person: person.map(|person| person.id), unit: Some(hamlet.id), ..plan }
}

/// The month itself without its return, and the one before, if there was a return before that.
fn missing_months(case: &Case<'_, '_>, hamlet: &Hamlet, period: Period) -> Vec<Period> {
    let returned = |month: Period| case.state(hamlet.id, month).month_return.is_some();
    let before = period.plus(-1);
    let mut missing = Vec::new();
    if case.reading.period.is_none() && !returned(before) && returned(before.plus(-1)) {
        missing.push(before);
    }
    if !returned(period) {
        missing.push(period);
    }
    missing
}

fn of_several(case: &Case<'_, '_>, hamlets: &[&Hamlet], period: Period) -> Plan {
    let told = |hamlet: &&Hamlet| {
        let figures = figures_in_short(&case.words, case.state(hamlet.id, period));
        format!("{}: {figures}", case.words.name(&hamlet.name))
    };
    let list = hamlets.iter().map(told).collect::<Vec<_>>().join("; ");
    let fields = vec![("month", case.words.month(period)), ("list", list)];
    case.answered(Fate::Answered, case.words.reply(key::STATUS_LIST, fields))
}

fn figures_in_short(words: &Words<'_>, state: &MonthState) -> String {
    let (items, _) = super::record::standing(state);
    match (&state.month_return, items.is_empty()) {
        (None, true) => "chưa báo".to_owned(),
        (_, true) => "không có gì".to_owned(),
        (_, false) => words.list(&items),
    }
}

/// How to write; if the sender's last text was not understood, how that one is written.
pub(super) fn help(case: &Case<'_, '_>, reader: &impl Reads) -> Plan {
    let open = case.situation.question.as_ref();
    let asked = open.filter(|open| matches!(open.kind, QuestionKind::Reading { .. }));
    let mistake = asked.map(|open| (open.text.as_str(), open.received));
    let last = case.situation.mistake.as_ref().map(|mistake| (mistake.text.as_str(), mistake.received));
    let reading = mistake.or(last).map(|(text, received)| reader.read(text, day_of(received)));
    let reply = match reading {
        Some(reading) if reading.intent == Intent::Ask && reading.why.is_some() => of_mistake(case, &reading),
        _ => {
            let example = ("example", case.words.example(&Reading::of(Intent::Report)));
            case.words.reply(key::HELP, vec![example, ("zero", case.words.zero_example(None))])
        }
    };
    case.answered(Fate::Answered, reply)
}

fn of_mistake(case: &Case<'_, '_>, reading: &Reading) -> super::plan::ReplyParts {
    if reading.doubt.trim().is_empty() {
        return case.words.question_about(reading);
    }
    let doubt = ("doubt", case.words.doubt(&reading.doubt));
    case.words.reply(key::HELP_MISTAKE, vec![doubt, ("example", case.words.example(reading))])
}

fn for_month(period: Period) -> Reading {
    Reading { period: Some(period), ..Reading::of(Intent::Report) }
}
