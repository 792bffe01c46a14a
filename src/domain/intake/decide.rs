//! What is to be done with a text.

use super::answer;
use super::cancel;
use super::case::{Case, Reads, Settled};
use super::events;
use super::plan::{Alert, Fate, Plan, QuestionChange, ReplyParts};
use super::record::record;
use super::register;
use super::settle::settle;
use super::situation::{OpenQuestion, Person, QuestionKind, Sender, Situation};
use super::status;
use crate::domain::ids::PersonId;
use crate::domain::reply::Words;
use crate::domain::shortcode::{Intent, Reading, Why};
use crate::domain::template::key;

/// The same text from one number so often within an hour comes from a machine (or a thumb on a button).
const LOOP: usize = 3;

/// What is to be done with `text`, which says `reading`, in `situation`. `reader` reads texts again that an answer
/// completes.
pub fn decide_text(situation: &Situation<'_>, text: &str, reading: &Reading, reader: &impl Reads) -> Plan {
    let people: Vec<&Person> = match &situation.sender {
        Sender::Unknown { answered_today } => return unknown(situation, reading, *answered_today),
        Sender::Known(person) => vec![person],
        Sender::Shared(people) => people.iter().collect(),
    };
    if situation.echo {
        return Plan::of(Fate::Ignored);
    }
    let case = case_of(situation, people, text, reading);
    let kept = !matches!(reading.intent, Intent::Urgent) && reading.why != Some(Why::CallPolice);
    let review = kept.then(|| register::read(&case)).flatten();
    if let Some(wanted) = review.filter(|_| situation.repeats < LOOP) {
        return as_practice(&case, register::decide(&case, &wanted));
    }
    let answered = situation.question.as_ref().and_then(|question| answer::answer(&case, question, reader));
    let in_loop = situation.repeats >= LOOP && !answered.as_ref().is_some_and(answer::understood);
    let plan = match answered {
        _ if in_loop => cut(reading),
        Some(plan) => plan,
        None => close_overtaken(decide(&case, reader), situation.question.as_ref(), reading),
    };
    as_practice(&case, plan)
}

/// What to do with a text of which parts never came: nothing counts, whatever it says, and the sender is asked to send
/// it again. Urgent words are passed on all the same, and words that must not be kept are purged.
pub fn decide_incomplete(situation: &Situation<'_>, text: &str, reading: &Reading) -> Plan {
    let people: Vec<&Person> = match &situation.sender {
        Sender::Unknown { answered_today } => {
            let plan = unknown(situation, reading, *answered_today);
            // Nor does it count once the number belongs to somebody.
            let fate = if plan.fate == Fate::Refused { Fate::Incomplete } else { plan.fate };
            return Plan { fate, ..plan };
        }
        Sender::Known(person) => vec![person],
        Sender::Shared(people) => people.iter().collect(),
    };
    let case = case_of(situation, people, text, reading);
    let plan = match reading.intent {
        _ if situation.echo || situation.repeats >= LOOP => cut(reading),
        Intent::Urgent => urgent(situation),
        Intent::Ask if reading.why == Some(Why::CallPolice) => call_police(&case.words),
        _ => case.answered(Fate::Incomplete, case.words.reply(key::INCOMPLETE, Vec::new())),
    };
    as_practice(&case, plan)
}

/// A text as it came, nothing of it settled yet.
fn case_of<'s, 't>(
    situation: &'s Situation<'s>,
    people: Vec<&'s Person>,
    text: &'t str,
    reading: &'t Reading,
) -> Case<'s, 't> {
    Case {
        situation,
        words: words_of(situation),
        people,
        text,
        reading,
        received: situation.now,
        day: situation.today,
        settled: Settled::default(),
        answered: false,
        by_pin: by_pin(situation),
    }
}

/// The words of a situation.
pub(super) fn words_of<'s>(situation: &Situation<'s>) -> Words<'s> {
    Words {
        catalogue: situation.catalogue,
        calendar: situation.calendar,
        templates: situation.templates,
        today: situation.today,
    }
}

/// A text that is no answer.
fn decide(case: &Case<'_, '_>, reader: &impl Reads) -> Plan {
    let reply = |key, fields| case.words.reply(key, fields);
    match case.reading.intent {
        Intent::Urgent => urgent(case.situation),
        Intent::Ask if case.reading.why == Some(Why::CallPolice) => call_police(&case.words),
        Intent::Ignore => Plan::of(Fate::Ignored),
        Intent::Report | Intent::Zero | Intent::Correct | Intent::Add | Intent::Ask => report(case, reader),
        Intent::Status => status::status(case),
        Intent::Help => status::help(case, reader),
        Intent::Stop => {
            let reply = reply(key::STOPPED, vec![("contact", case.contact())]);
            Plan { stop_reminders: true, ..case.answered(Fate::Answered, reply) }
        }
        Intent::Yes => case.answered(Fate::Answered, reply(key::YES_TO_NOTHING, Vec::new())),
        Intent::No => {
            let example = ("example", case.words.correction_example());
            case.answered(Fate::Answered, reply(key::NO_TO_NOTHING, vec![example]))
        }
    }
}

/// The person whose PIN stands in the text.
fn by_pin(situation: &Situation<'_>) -> Option<PersonId> {
    match &situation.sender {
        Sender::Known(person) if situation.pin_given => Some(person.id),
        _ => None,
    }
}

/// A report, or a text that may be one: whose, for which hamlet and month, and what it does there.
fn report(case: &Case<'_, '_>, reader: &impl Reads) -> Plan {
    if case.reading.pin.is_some() && !case.situation.pin_given {
        let reply = case.words.reply(key::PIN_WRONG, vec![("contact", case.contact())]);
        return case.answered(Fate::Refused, reply);
    }
    if cancel::is_wanted(case, reader) {
        return cancel::ask(case, reader);
    }
    settled_report(case, reader)
}

/// The same without the check of the PIN, which was made when the text came.
pub(super) fn settled_report(case: &Case<'_, '_>, reader: &impl Reads) -> Plan {
    let told = events::told(case, reader);
    if let Some(told) = told.as_ref().filter(|told| !told.rest_zero) {
        return events::record(case, told).unwrap_or_else(|asks| *asks);
    }
    if case.reading.intent == Intent::Ask {
        return ask(case);
    }
    // “Ngày 1/3 …, ngày 5/3 …, còn lại không” is the return of the month in which all its days lie.
    let month = told.and_then(|told| {
        let mut months = told.events.iter().map(|event| case.situation.calendar.containing(event.day));
        let first = months.next()?;
        months.all(|month| month == first).then_some(first)
    });
    let mut case = case.clone();
    case.settled.period = case.settled.period.or(month);
    match settle(&case) {
        Err(plan) => *plan,
        Ok(target) => {
            let plan = record(&case, target);
            Plan { person: Some(target.person.id), unit: Some(target.hamlet.id), ..plan }
        }
    }
}

/// A text that nobody could be sure of. The question waits for an answer where a short one could complete the text.
pub(super) fn ask(case: &Case<'_, '_>) -> Plan {
    let reading = case.reading;
    if is_lone_number(case) {
        return case.answered(Fate::Answered, case.words.reply(key::YES_TO_NOTHING, Vec::new()));
    }
    let reply = case.words.question_about(reading);
    let answerable = !reading.doubt.trim().is_empty()
        && match reading.why {
            Some(Why::AmbiguousWord | Why::UnknownCode) => reading.candidates.len() > 1,
            Some(Why::NoCount | Why::Vague) => reading.candidates.len() == 1,
            Some(Why::NoIndicator) => true,
            _ => false,
        };
    if answerable {
        let candidates = reading.candidates.iter().copied().take(MOST_CANDIDATES).collect();
        case.asked(reply, QuestionKind::Reading { candidates, count: reading.doubt_count })
    } else {
        case.answered(Fate::Asked, reply)
    }
}

/// “1” without a question: an answer that comes too late, and no report of one thing or another.
fn is_lone_number(case: &Case<'_, '_>) -> bool {
    let text = case.text.trim().trim_end_matches('.');
    !case.answered
        && case.situation.question.is_none()
        && (1..=2).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
}

/// A list offers at most so many indicators; as in the reply.
const MOST_CANDIDATES: usize = 4;

/// Passed on at once; the sender is told whom it reached and to call 113.
fn urgent(situation: &Situation<'_>) -> Plan {
    let words = words_of(situation);
    let reached = situation.on_duty.iter().map(|name| words.name(name)).collect::<Vec<_>>().join(", ");
    let reply = if reached.is_empty() {
        words.reply(key::URGENT_NOBODY, Vec::new())
    } else {
        words.reply(key::URGENT_PASSED, vec![("reached", reached)])
    };
    Plan { alert: Some(Alert::Urgent), reply: Some(reply), ..Plan::of(Fate::Urgent) }
}

/// Matters of article 4.3 a–đ: never kept, the officers are told that somebody tried.
fn call_police(words: &Words<'_>) -> Plan {
    let reply = words.reply(key::CALL_POLICE, Vec::new());
    Plan { alert: Some(Alert::CallPolice), reply: Some(reply), ..Plan::of(Fate::Purged) }
}

/// Nobody is registered at the number: one answer a day; urgent texts are passed on all the same.
fn unknown(situation: &Situation<'_>, reading: &Reading, answered_today: bool) -> Plan {
    let words = words_of(situation);
    let looping = situation.echo || situation.repeats >= LOOP;
    match reading.intent {
        _ if looping => cut(reading),
        Intent::Urgent => urgent(situation),
        Intent::Ask if reading.why == Some(Why::CallPolice) => call_police(&words),
        Intent::Ignore => Plan::of(Fate::Ignored),
        _ if answered_today => Plan::of(Fate::Refused),
        _ => {
            let reply = words.reply(key::UNKNOWN_NUMBER, Vec::new());
            Plan { reply: Some(reply), ..Plan::of(Fate::Refused) }
        }
    }
}

/// A text in a loop is not answered and does nothing, but that urgent words are passed on and words that must not be
/// kept are purged all the same.
fn cut(reading: &Reading) -> Plan {
    match (reading.intent, reading.why) {
        (Intent::Urgent, _) => Plan { alert: Some(Alert::Urgent), ..Plan::of(Fate::Urgent) },
        (_, Some(Why::CallPolice)) => Plan::of(Fate::Purged),
        _ => Plan::of(Fate::Ignored),
    }
}

/// A complete new report, or a new doubtful one, takes the place of what was asked.
fn close_overtaken(plan: Plan, open: Option<&OpenQuestion>, reading: &Reading) -> Plan {
    let is_report =
        matches!(reading.intent, Intent::Report | Intent::Zero | Intent::Correct | Intent::Add | Intent::Ask);
    if open.is_some() && is_report && plan.question == QuestionChange::Keep && plan.fate != Fate::Purged {
        return Plan { question: QuestionChange::Close, ..plan };
    }
    plan
}

/// People who practise get the same replies with “(TAP)” in front, and nothing counts.
fn as_practice(case: &Case<'_, '_>, plan: Plan) -> Plan {
    let person = sole_person(case, plan.person);
    let plan = Plan { person: plan.person.or(person.map(|person| person.id)), ..plan };
    if !person.map_or_else(|| case.people.iter().all(|person| person.practice), |person| person.practice) {
        return plan;
    }
    let fate = match plan.fate {
        Fate::Recorded | Fate::Proposed => Fate::Practised,
        other => other,
    };
    let reply = plan.reply.map(|reply| ReplyParts { practice: true, ..reply });
    Plan { fate, reply, reports: Vec::new(), review: None, flags: Vec::new(), ..plan }
}

fn sole_person<'s>(case: &Case<'s, '_>, id: Option<PersonId>) -> Option<&'s Person> {
    match (id, case.people.as_slice()) {
        (Some(id), people) => people.iter().copied().find(|person| person.id == id),
        (None, [only]) => Some(*only),
        (None, _) => None,
    }
}
