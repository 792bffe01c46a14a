//! Who reports, for which hamlet and which month.

use chrono::{Datelike, Days, NaiveDate};

use super::case::{Case, Target};
use super::names;
use super::plan::{Fate, Plan};
use super::situation::{Hamlet, Person, QuestionKind};
use crate::domain::ids::UnitId;
use crate::domain::period::Period;
use crate::domain::shortcode::{Intent, MonthFrom};
use crate::domain::template::key;

/// A day without a year so soon to come is taken for one that has not come, not for last year's.
const NEAR_DAYS: u64 = 31;

/// A post of one of the people at the number.
pub(super) type Post<'s> = (&'s Person, &'s Hamlet);

/// Who reports, for which hamlet and month, or the plan that asks or tells why nobody does.
pub(super) fn settle<'s>(case: &Case<'s, '_>) -> Result<Target<'s>, Box<Plan>> {
    let named = named_month(case)?;
    let probable = named.unwrap_or_else(|| case.situation.calendar.reportable(case.day));
    check_distance(case, probable)?;
    let (person, hamlet) = which_hamlet(case, probable, named)?;
    let period = match named {
        Some(period) => period,
        None => unnamed_month(case, hamlet)?,
    };
    Ok(Target { person, hamlet, period })
}

/// The month that the text or an earlier answer names; incidents go by their day; additions and corrections that name
/// none mean the month of the sender's last report.
fn named_month(case: &Case<'_, '_>) -> Result<Option<Period>, Box<Plan>> {
    let reading = case.reading;
    if let Some(day) = reading.day.filter(|_| reading.incident || reading.month_from == MonthFrom::Day)
        && let Some(day) = day_to_come(case, day)
    {
        let reply = case.words.reply(key::ASK_FUTURE_DAY, vec![("day", case.words.day(day))]);
        return Err(Box::new(case.answered(Fate::Asked, reply)));
    }
    if case.settled.period.is_some() {
        return Ok(case.settled.period);
    }
    // Several days: the reporting months that they lie in are not known, nor what happened on which.
    if reading.day.is_none() && (reading.incident || reading.month_from == MonthFrom::Day) {
        let reply = case.words.reply(key::ASK_DAYS, vec![("example", case.words.example(reading))]);
        return Err(Box::new(case.answered(Fate::Asked, reply)));
    }
    let of_day = reading.day.map(|day| case.situation.calendar.containing(day));
    Ok(match reading.month_from {
        _ if reading.incident => of_day,
        MonthFrom::Named => reading.period,
        MonthFrom::Day => of_day,
        MonthFrom::Nothing if matches!(reading.intent, Intent::Add | Intent::Correct) => last_month(case),
        MonthFrom::Nothing => None,
    })
}

/// Days of events: none may lie ahead, or further back than twelve months.
pub(super) fn check_days(case: &Case<'_, '_>, days: &[NaiveDate]) -> Result<(), Box<Plan>> {
    for day in days {
        if let Some(day) = day_to_come(case, *day) {
            let reply = case.words.reply(key::ASK_FUTURE_DAY, vec![("day", case.words.day(day))]);
            return Err(Box::new(case.answered(Fate::Asked, reply)));
        }
        check_distance(case, case.situation.calendar.containing(*day))?;
    }
    Ok(())
}

/// The day that has not come yet, if the text means one: `day` itself, or, where `day` was taken for last year's since
/// the text names no year, the same day of this year if it is near.
fn day_to_come(case: &Case<'_, '_>, day: NaiveDate) -> Option<NaiveDate> {
    if day > case.day {
        return Some(day);
    }
    let year = day.year().to_string();
    let near = case.day.checked_add_days(Days::new(NEAR_DAYS))?;
    let again = day.with_year(day.year() + 1).filter(|again| *again > case.day && *again <= near);
    again.filter(|_| {
        !case.text.contains(&year) && !case.text.contains(&format!("/{}", year.get(2..).unwrap_or(&year)))
    })
}

/// The month of the latest report of the people at the number.
fn last_month(case: &Case<'_, '_>) -> Option<Period> {
    let reports = case.people.iter().filter_map(|person| person.last_report.as_ref());
    reports.max_by_key(|report| report.at).map(|report| report.period)
}

/// The latest month that has ended or is about to; if the hamlet has its return, which month is asked.
fn unnamed_month(case: &Case<'_, '_>, hamlet: &Hamlet) -> Result<Period, Box<Plan>> {
    let usual = case.situation.calendar.reportable(case.day);
    let changes = matches!(case.reading.intent, Intent::Add | Intent::Correct);
    if changes || case.state(hamlet.id, usual).month_return.is_none() {
        return Ok(usual);
    }
    let offered = [usual, usual.plus(1)];
    let fields = vec![("hamlet", case.words.name(&hamlet.name)), ("list", month_list(case, &offered))];
    let reply = case.words.reply(key::WHICH_MONTH, fields);
    Err(Box::new(case.asked(reply, which_month(&offered, Some(hamlet.id)))))
}

/// A month more than one ahead of the running one, or more than twelve back, is asked about; who insists is told to
/// turn to the officers.
fn check_distance(case: &Case<'_, '_>, period: Period) -> Result<(), Box<Plan>> {
    let running = case.situation.calendar.containing(case.day);
    if (-12..=1).contains(&period.months_since(running)) {
        return Ok(());
    }
    let month = ("month", case.words.short_month(period));
    if case.settled.period.is_some() {
        let reply = case.words.reply(key::MONTH_TOO_FAR, vec![month, ("contact", case.contact())]);
        return Err(Box::new(case.answered(Fate::Refused, reply)));
    }
    // The same month of a believable year, and the one to be reported.
    let usual = case.situation.calendar.reportable(case.day);
    let same = (-12..=1).rev().map(|months| running.plus(months)).find(|near| near.month() == period.month());
    let mut offered: Vec<Period> = same.into_iter().chain([usual]).collect();
    offered.dedup();
    let reply = case.words.reply(key::MONTH_FAR, vec![month, ("list", month_list(case, &offered))]);
    Err(Box::new(case.asked(reply, which_month(&offered, case.settled.unit))))
}

fn which_month(offered: &[Period], unit: Option<UnitId>) -> QuestionKind {
    QuestionKind::WhichMonth { periods: offered.iter().map(|period| period.number()).collect(), unit }
}

/// “T3 nếu là tháng 3 (15/2-14/3), T4 nếu là tháng 4 (15/3-14/4)”. Months are chosen by their names: “2” would be
/// taken for February by some and for the second of a list by others.
fn month_list(case: &Case<'_, '_>, offered: &[Period]) -> String {
    let choice = |period: &Period| format!("T{} nếu là {}", period.month(), case.words.month(*period));
    offered.iter().map(choice).collect::<Vec<_>>().join(", ")
}

/// Whose post the text is sent from, and for which hamlet.
pub(super) fn which_hamlet<'s>(
    case: &Case<'s, '_>,
    period: Period,
    named: Option<Period>,
) -> Result<Post<'s>, Box<Plan>> {
    let current = current_posts(&case.people);
    let former = former_posts(case, period);
    let all: Vec<Post<'s>> = current.iter().chain(&former).copied().collect();
    if let Some(unit) = case.settled.unit {
        return all.into_iter().find(|(_, hamlet)| hamlet.id == unit).ok_or_else(|| no_post(case));
    }
    let pool = if current.is_empty() { former } else { current };
    if pool.is_empty() {
        return Err(no_post(case));
    }
    let hamlets: Vec<&Hamlet> = all.iter().map(|(_, hamlet)| *hamlet).collect();
    match named_hamlets(case, &hamlets).as_slice() {
        [only] => of_hamlet(&all, only).ok_or_else(|| no_post(case)),
        [] => {
            check_neighbours(case, &pool, named)?;
            match pool.as_slice() {
                [only] => Ok(*only),
                several => Err(ask_hamlet(case, several.iter().map(|(_, hamlet)| *hamlet).collect(), named)),
            }
        }
        several => Err(ask_hamlet(case, several.to_vec(), named)),
    }
}

/// The hamlets that the text names: after the word for hamlet, else by a code or a name that stands in it.
pub(super) fn named_hamlets<'h>(case: &Case<'_, '_>, hamlets: &[&'h Hamlet]) -> Vec<&'h Hamlet> {
    let mention = case.reading.hamlet.as_ref();
    let meant = mention.map(|mention| names::meant(mention, hamlets)).unwrap_or_default();
    if meant.is_empty() { names::named_in(case.text, hamlets) } else { meant }
}

fn of_hamlet<'s>(posts: &[Post<'s>], wanted: &Hamlet) -> Option<Post<'s>> {
    posts.iter().find(|(_, hamlet)| hamlet.id == wanted.id).copied()
}

/// The hamlets that the people report for on the day of receipt, each once.
pub(super) fn current_posts<'s>(people: &[&'s Person]) -> Vec<Post<'s>> {
    let posts = people.iter().flat_map(|person| person.hamlets.iter().map(move |hamlet| (*person, hamlet)));
    distinct(posts)
}

/// Hamlets of posts that have ended and touched the month.
pub(super) fn former_posts<'s>(case: &Case<'s, '_>, period: Period) -> Vec<Post<'s>> {
    let days = case.situation.calendar.span(period);
    let touching = case.people.iter().flat_map(|person| {
        let former = person.former.iter().filter(move |(_, post)| post.overlaps(&days));
        former.map(move |(hamlet, _)| (*person, hamlet))
    });
    distinct(touching)
}

/// The posts of a month: those held on the day of receipt, and those that touched it.
pub(super) fn posts_at<'s>(case: &Case<'s, '_>, period: Period) -> Vec<Post<'s>> {
    let former = former_posts(case, period);
    let current =
        case.people.iter().flat_map(|person| person.hamlets.iter().map(move |hamlet| (*person, hamlet)));
    current.chain(former).collect()
}

fn distinct<'s>(posts: impl Iterator<Item = Post<'s>>) -> Vec<Post<'s>> {
    let mut kept: Vec<Post<'s>> = Vec::new();
    for (person, hamlet) in posts {
        if !kept.iter().any(|(_, other)| other.id == hamlet.id) {
            kept.push((person, hamlet));
        }
    }
    kept
}

/// A text that names another hamlet of the commune comes from a borrowed phone, or is a slip: it is asked about. A
/// name that no hamlet there has is noise.
fn check_neighbours(case: &Case<'_, '_>, pool: &[Post<'_>], named: Option<Period>) -> Result<(), Box<Plan>> {
    let mention = case.reading.hamlet.as_ref();
    if mention.is_none() && case.reading.intent == Intent::Zero {
        // “Bình yên” may be a hamlet, but hardly ever is.
        return Ok(());
    }
    let others: Vec<&Hamlet> =
        case.situation.neighbours.iter().filter(|other| of_hamlet(pool, other).is_none()).collect();
    let meant = mention.map(|mention| names::meant(mention, &others)).unwrap_or_default();
    let found = match (meant.is_empty(), mention) {
        (false, _) => meant,
        (true, Some(_)) => names::named_in(case.text, &others),
        (true, None) => names::named_at_head(case.text, &others),
    };
    let (Some(other), [(_, own)]) = (found.first(), pool) else { return Ok(()) };
    let fields = vec![("hamlet", case.words.name(&own.name)), ("other", case.words.name(&other.name))];
    let reply = case.words.reply(key::OTHER_HAMLET, fields);
    let kind = QuestionKind::WhichHamlet { hamlets: vec![own.id], period: named.map(Period::number) };
    Err(Box::new(case.asked(reply, kind)))
}

fn ask_hamlet(case: &Case<'_, '_>, hamlets: Vec<&Hamlet>, named: Option<Period>) -> Box<Plan> {
    let names = hamlets.iter().map(|hamlet| case.words.name(&hamlet.name));
    let names: Vec<(i64, String)> = names::numbered(&hamlets).into_iter().zip(names).collect();
    let reply = case.words.reply_with_choices(key::WHICH_HAMLET, Vec::new(), &names);
    let hamlets = hamlets.iter().map(|hamlet| hamlet.id).collect();
    Box::new(case.asked(reply, QuestionKind::WhichHamlet { hamlets, period: named.map(Period::number) }))
}

/// Nobody at the number reports for a hamlet in that month.
pub(super) fn no_post(case: &Case<'_, '_>) -> Box<Plan> {
    let reply = case.words.reply(key::NO_POST, vec![("contact", case.contact())]);
    Box::new(case.answered(Fate::Refused, reply))
}
