//! From pieces and figures to a [`Reading`]: intent, month, doubt.

use chrono::NaiveDate;

use super::intent::{self, Question};
use super::items::{Item, Kind, Unit};
use super::lexicon::Strength;
use super::nothing::{
    denies_crime, denies_what_is_told, has_exception, is_about_us, is_bare_zero, is_wish, says_calm,
    says_rest_is_nothing,
};
use super::period_of::{Timing, timing};
use super::personal::is_personal;
use super::programs;
use super::reader::Worked;
use super::reading::{HamletMention, Intent, MonthFrom, Reading, Why};
use super::rivals::{code_for_code, two_codes, two_hamlets};
use super::story::{Doubt, Story, tell};
use super::text::Text;
use super::token::Shape;
use super::unrelated;
use super::wish::{Wish, wish};

/// What a worked text means.
pub(super) fn judge(worked: &Worked, received: NaiveDate) -> Reading {
    let Worked { text, items, .. } = worked;
    if intent::only_asks(text) {
        return Reading::of(Intent::Help);
    }
    match intent::yes_or_no(text) {
        Some(true) => return Reading::of(Intent::Yes),
        Some(false) => return Reading::of(Intent::No),
        None => {}
    }
    if intent::is_blank(text) {
        return ask(Why::Illegible);
    }
    let timing = timing(text, items, received);
    let wish = wish(text, items);
    let story = tell(text, items, wish);
    let mut reading = match without_figures(worked, &timing, &story) {
        Some(reading) => reading,
        None => with_figures(worked, &timing, wish, &story),
    };
    complete(worked, &timing, &mut reading);
    if reading.intent == Intent::Ask {
        keep_what_is_sure(worked, &timing, &story, &mut reading);
    }
    reading
}

/// Beside a question: the figures and the month that are not in doubt, for the right example that goes back with it.
fn keep_what_is_sure(worked: &Worked, timing: &Timing, story: &Story, reading: &mut Reading) {
    let id = |place: usize| worked.text.book.entries.get(place).map(|entry| entry.id);
    let sure = story.values.iter().filter_map(|(place, value)| Some((id(*place)?, *value)));
    reading.partly = sure.filter(|(id, _)| !reading.candidates.contains(id)).collect();
    reading.partly_month = timing.period.filter(|_| timing.named && timing.trouble.is_none());
}

/// Intents that do not depend on figures: advertising, secrets, urgent matters, questions.
fn without_figures(worked: &Worked, timing: &Timing, story: &Story) -> Option<Reading> {
    let Worked { text, items, .. } = worked;
    let coded = items.iter().enumerate().any(|(at, item)| match item.kind {
        Kind::Keyword => true,
        Kind::Indicator(_, Strength::Code) => story.pairing.figure_of(at).is_some(),
        _ => false,
    });
    let told = !story.values.is_empty();
    let cases =
        items.iter().any(|item| matches!(&item.kind, Kind::Figure(figure) if matches!(figure.unit, Unit::Case | Unit::Instance)));
    if unrelated::is_bank(text, items) {
        return Some(Reading::of(Intent::Ignore));
    }
    let enough = if timing.named { 3 } else { 2 };
    if unrelated::advertising(text, worked.raw) >= enough
        && !coded
        && !(cases && (told || timing.named))
        && !is_of_hamlet(worked, told)
    {
        return Some(Reading::of(Intent::Ignore));
    }
    if intent::orders_machine(text, items) && !intent::takes_leave(text) {
        return Some(ask(Why::NotAReport));
    }
    if (told || coded || intent::is_ours(text, items)) && programs::is_no_report(text, items) {
        return Some(ask(Why::NotAReport));
    }
    if let Some(at) = intent::secret(text) {
        return Some(ask_at(worked, Why::CallPolice, at, at + 1));
    }
    let reporting = told && (timing.named || timing.by_day);
    if intent::urgent(text, items, reporting) {
        return Some(Reading::of(Intent::Urgent));
    }
    if !timing.named && unrelated::is_private(text, items) {
        return Some(Reading::of(Intent::Ignore));
    }
    let figures = items.iter().any(|item| matches!(item.kind, Kind::Figure(_) | Kind::Money { .. }));
    if told || (figures && coded) {
        return None;
    }
    if intent::stop(text) {
        return Some(Reading::of(Intent::Stop));
    }
    match intent::question(text) {
        Some(Question::Help) => Some(Reading::of(Intent::Help)),
        Some(Question::Status) if figures => None,
        Some(Question::Status) if asks_of_case(text, items) => Some(ask(Why::NotAReport)),
        Some(Question::Status) => {
            let mut reading = Reading::of(Intent::Status);
            reading.period = timing.period.filter(|_| timing.named);
            reading.month_from = if timing.named { MonthFrom::Named } else { MonthFrom::Nothing };
            Some(reading)
        }
        None => None,
    }
}

/// “vụ trộm tháng 10 xử lý đến đâu rồi anh”: what came of a case, not of the report.
fn asks_of_case(text: &Text, items: &[Item]) -> bool {
    let of_report = |t: &super::token::Token| {
        matches!(
            t.plain.as_str(),
            "bao" | "gui" | "nhan" | "nop" | "tin" | "kt" | "kiem" | "ktra" | "tra" | "xem" | "coi" | "ghi"
        )
    };
    items.iter().any(|item| is_loud(text, item)) && !text.tokens.iter().any(of_report)
}

/// A hamlet with what happened or did not happen in it, whatever words of advertising stand beside (“mất điện”, “3 km”).
fn is_of_hamlet(worked: &Worked, told: bool) -> bool {
    let named = |item: &Item| matches!(item.kind, Kind::Hamlet { aside: false, .. });
    let calm = |item: &Item| matches!(item.kind, Kind::Blanket { .. });
    worked.items.iter().any(named) && (told || worked.items.iter().any(calm))
}

fn ask_at(worked: &Worked, why: Why, from: usize, to: usize) -> Reading {
    let (start, end) = worked.text.span(from, to);
    Reading { doubt: worked.raw.get(start..end).unwrap_or_default().to_owned(), ..ask(why) }
}

/// Reports, zero reports, corrections, additions, and questions about them.
fn with_figures(worked: &Worked, timing: &Timing, wish: Wish, story: &Story) -> Reading {
    let Worked { text, items, .. } = worked;
    let calm = says_calm(text, items);
    let blanket = items.iter().any(|item| matches!(item.kind, Kind::Blanket { .. }));
    let blanket = blanket || denies_crime(worked, story);
    let whole_blanket = items.iter().any(|item| matches!(item.kind, Kind::Blanket { more: false }));
    let counted = items.iter().any(|item| matches!(item.kind, Kind::Indicator(..) | Kind::Ambiguous(_)));
    let nothing = !counted && is_bare_zero(items, timing);
    if intent::is_mere_greeting(text, items) {
        return Reading::of(Intent::Ignore);
    }
    if is_wish(worked, timing, story) {
        return Reading::of(Intent::Ignore);
    }
    if intent::greeting(text) && story.values.is_empty() && !timing.named && !intent::is_ours(text, items) {
        return Reading::of(Intent::Ignore);
    }
    let erases = items
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a.kind == Kind::Erase && matches!(b.kind, Kind::Indicator(..))));
    if wish == Wish::Erase && (erases || (story.values.is_empty() && story.doubt.is_none())) {
        return ask(Why::Nothing);
    }
    let only_denied = story.values.iter().all(|(_, value)| *value == 0)
        && story
            .pairing
            .pairs
            .iter()
            .all(|pair| !matches!(items.get(pair.figure).map(|item| &item.kind), Some(Kind::Figure(_))));
    let rest = items.iter().position(|item| item.kind == Kind::Rest);
    let told_before = rest.and_then(|rest| items.iter().take(rest).position(|item| is_loud(text, item)));
    if let Some(at) = told_before.filter(|_| story.values.is_empty() && story.doubt.is_none()) {
        let mut doubt = Doubt::new(Why::NoCount, at);
        if let Some(Kind::Indicator(place, _)) = items.get(at).map(|item| &item.kind) {
            doubt.candidates = vec![*place];
        }
        let span = items.get(at).map(|item| text.span(item.from, item.to));
        return question(worked, doubt, span);
    }
    let zero = nothing
        || (story.doubt.is_none()
            && wish != Wish::Add
            && ((only_denied && whole_blanket && !story.values.is_empty() && timing.trouble.is_none())
                || (story.values.is_empty()
                    && ((blanket || calm) && is_about_us(worked, timing) && !has_exception(worked)))));
    // “như tháng trước, không khác gì”: nothing else than what the month before had.
    let as_before = items.iter().any(|item| item.kind == Kind::AsBefore) && !whole_blanket;
    if zero && !as_before && timing.trouble.is_none() && two_hamlets(text, items, story).is_none() {
        let mut reading = Reading::of(Intent::Zero);
        reading.period = timing.period;
        reading.month_from = timing.month_from();
        return reading;
    }
    let asks = text.tokens.iter().any(|t| t.shape == Shape::Sep('?'));
    if asks && only_denied && !story.values.is_empty() {
        return ask(Why::NotAReport);
    }
    if let Some(reading) = trouble(worked, timing, wish, story) {
        return reading;
    }
    let intent = match wish {
        Wish::Report => Intent::Report,
        Wish::Correct | Wish::Erase => Intent::Correct,
        Wish::Add => Intent::Add,
    };
    let mut reading = Reading::of(intent);
    let id = |place: usize| text.book.entries.get(place).map(|entry| entry.id);
    reading.values = story.values.iter().filter_map(|(place, value)| Some((id(*place)?, *value))).collect();
    reading.period = timing.period;
    reading.month_from = timing.month_from();
    reading.rest_zero = says_rest_is_nothing(items);
    reading
}

/// Whether the item names an indicator that is no mere talk.
fn is_loud(text: &Text, item: &Item) -> bool {
    match item.kind {
        Kind::Indicator(place, strength) => {
            strength != Strength::Weak && text.book.entries.get(place).is_some_and(|entry| !entry.quiet)
        }
        _ => false,
    }
}

/// The question that must be asked, if any.
fn trouble(worked: &Worked, timing: &Timing, wish: Wish, story: &Story) -> Option<Reading> {
    let Worked { text, items, .. } = worked;
    let raw_doubt = |doubt: &Doubt| {
        let span = doubt.item.and_then(|at| items.get(at)).map(|item| text.span(item.from, item.to));
        (doubt.clone(), span)
    };
    let months = timing.trouble.map(|(why, at)| Doubt::new(why, at));
    let hamlets = two_hamlets(text, items, story).map(|at| Doubt::new(Why::TwoHamlets, at));
    let denied = denies_what_is_told(text, items, story).map(|at| Doubt::new(Why::Contradiction, at));
    let becomes = (wish == Wish::Correct).then(|| two_codes(items, story)).flatten();
    let becomes = becomes.or_else(|| code_for_code(items));
    let back = items.iter().position(|item| item.kind == Kind::AsBefore).filter(|_| story.values.is_empty());
    let back = back.map(|at| Doubt::new(Why::Nothing, at));
    let first = months.or(hamlets).or(denied).or(becomes).or(back).or_else(|| story.doubt.clone());
    let ours = intent::is_ours(text, items);
    if let Some(doubt) = first {
        let coded = items.iter().any(|item| matches!(item.kind, Kind::Trouble(_) | Kind::Keyword));
        if !(ours || coded || has_little_but_figures(text, items, timing)) && story.values.is_empty() {
            return Some(Reading::of(Intent::Ignore));
        }
        let (doubt, span) = raw_doubt(&doubt);
        return Some(question(worked, doubt, span));
    }
    if !story.values.is_empty() {
        return None;
    }
    Some(without_doubt(worked, timing, wish, ours))
}

/// Nothing was told and nothing is in doubt: a question for those who seem to report, silence for others.
fn without_doubt(worked: &Worked, timing: &Timing, wish: Wish, ours: bool) -> Reading {
    let Worked { text, items, .. } = worked;
    let figures = has_little_but_figures(text, items, timing);
    if timing.named || wish != Wish::Report || items.iter().any(|item| item.kind == Kind::Keyword) {
        let reports = ours || is_short(text) || wish == Wish::Add || figures;
        return if reports { ask(Why::Nothing) } else { Reading::of(Intent::Ignore) };
    }
    let answers =
        |kind: &Kind| matches!(kind, Kind::Neg | Kind::Figure(_) | Kind::Fix | Kind::Mistake | Kind::Add);
    let alone = is_short(text) && items.iter().any(|item| answers(&item.kind));
    if ours || alone || figures { ask(Why::NotAReport) } else { Reading::of(Intent::Ignore) }
}

/// A short text with a number, or figures beside a named month.
fn has_little_but_figures(text: &Text, items: &[Item], timing: &Timing) -> bool {
    let number = |shape: Shape| matches!(shape, Shape::Number | Shape::Opaque | Shape::Unsure);
    let short = is_short(text) && (timing.named || text.tokens.iter().any(|t| number(t.shape)));
    short || (timing.named && items.iter().any(|item| matches!(item.kind, Kind::Figure(_))))
}

fn is_short(text: &Text) -> bool {
    text.tokens.len() <= 6
}

fn question(worked: &Worked, doubt: Doubt, span: Option<(usize, usize)>) -> Reading {
    let mut reading = ask(doubt.why);
    let id = |place: &usize| worked.text.book.entries.get(*place).map(|entry| entry.id);
    reading.candidates = doubt.candidates.iter().filter_map(id).collect();
    reading.doubt_count = doubt.count;
    if let Some((start, end)) = span {
        worked.raw.get(start..end).unwrap_or_default().clone_into(&mut reading.doubt);
    }
    reading
}

/// What every reading carries: hamlet, PIN, other people's data, day.
fn complete(worked: &Worked, timing: &Timing, reading: &mut Reading) {
    let Worked { text, items, .. } = worked;
    let hamlets = || {
        items.iter().filter_map(|item| match &item.kind {
            Kind::Hamlet { name, aside: false } => Some(name.clone()),
            _ => None,
        })
    };
    let code = hamlets().find(|name| name.len() == 8 && name.bytes().all(|b| b.is_ascii_digit()));
    reading.hamlet = code.or_else(|| hamlets().next()).map(|name| HamletMention { name });
    reading.pin = items.iter().find_map(|item| match &item.kind {
        Kind::Pin(pin) => Some(pin.clone()),
        _ => None,
    });
    reading.personal = is_personal(text, items);
    let recorded = matches!(reading.intent, Intent::Report | Intent::Correct | Intent::Add);
    if recorded {
        reading.day = timing.day;
        reading.incident =
            reading.intent == Intent::Report && !timing.named && timing.day.is_some() && !reading.rest_zero;
    }
}

/// A question for this reason.
pub(super) fn ask(why: Why) -> Reading {
    Reading { why: Some(why), ..Reading::of(Intent::Ask) }
}
