//! Which month a text means.

use chrono::{Datelike, Days, NaiveDate};

use super::items::{Item, Kind, MonthWord, Trouble, resolve_day};
use super::lexicon::Class;
use super::reading::{MonthFrom, Why};
use super::text::Text;
use crate::domain::period::Period;

/// What was found of months and days.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Timing {
    pub period: Option<Period>,
    pub named: bool,
    pub by_day: bool,
    pub day: Option<NaiveDate>,
    pub trouble: Option<(Why, usize)>,
}

impl Timing {
    pub fn month_from(&self) -> MonthFrom {
        match (self.named, self.by_day) {
            (true, _) => MonthFrom::Named,
            (false, true) => MonthFrom::Day,
            _ => MonthFrom::Nothing,
        }
    }
}

/// Months ahead, in a year that is named, which are still a month and no slip: intake asks about it and keeps the figures.
const FARTHEST: i32 = 12;

/// Months back, in a year that is named, which somebody still reports: what is older stands in a book.
const OLDEST: i32 = -36;

/// The month with this number that a text received on `received` means: that of `year`, unless it is years away; or the
/// latest that is at most one month ahead.
pub(super) fn resolve_month(month: u32, year: Option<i32>, received: NaiveDate) -> Option<Period> {
    let now = Period::of_day(received);
    if let Some(year) = year {
        return Period::new(year, month)
            .ok()
            .filter(|period| (OLDEST..=FARTHEST).contains(&period.months_since(now)));
    }
    [1, 0, -1]
        .into_iter()
        .filter_map(|years| Period::new(received.year() + years, month).ok())
        .find(|period| period.months_since(now) <= 1)
}

/// The month and day of `items`.
pub(super) fn timing(text: &Text, items: &[Item], received: NaiveDate) -> Timing {
    let mut timing = Timing::default();
    let mut periods: Vec<(Period, usize)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        match &item.kind {
            Kind::Month(MonthWord::Bad) => timing.trouble = timing.trouble.or(Some((Why::BadMonth, at))),
            // “Thang sau thon bau truong moi.” beside the month that is told.
            Kind::Month(MonthWord::JuneOrNext) if !periods.is_empty() && !is_of_figures(items, at) => {}
            Kind::Month(word) if !is_compared(items, at) && !is_aside(text, items, at) => {
                let period = match word {
                    MonthWord::Numbered(month, year) | MonthWord::RangeEnd(month, year) => {
                        resolve_month(*month, year.or_else(|| year_before(text, item.from)), received)
                    }
                    // Last year only where that is the month that its name alone would mean: not long ago.
                    MonthWord::OfYear(month, years) => {
                        let period = resolve_month(*month, Some(received.year() + years), received);
                        let near = |period: &Period| {
                            (-6..=1).contains(&period.months_since(Period::of_day(received)))
                        };
                        period.filter(near)
                    }
                    MonthWord::Relative(months) => Some(Period::of_day(received).plus(*months)),
                    MonthWord::JuneOrNext => resolve_month(6, None, received)
                        .filter(|june| june.months_since(Period::of_day(received)) >= -1),
                    MonthWord::Bad => None,
                };
                match period {
                    Some(period) if periods.iter().all(|(other, _)| *other != period) => {
                        periods.push((period, at))
                    }
                    Some(_) => {}
                    // “Tháng sau thôn bầu trưởng mới.” beside the month that is told.
                    None if !periods.is_empty() && !is_of_figures(items, at) => {}
                    None => timing.trouble = timing.trouble.or(Some((Why::BadMonth, at))),
                }
            }
            _ => {}
        }
    }
    timing.named = !periods.is_empty();
    match periods.as_slice() {
        [] => {}
        [(only, _)] => timing.period = Some(*only),
        [.., (last, at)] => {
            timing.period = Some(*last);
            timing.trouble = timing.trouble.or(Some((Why::TwoMonths, *at)));
        }
    }
    if let Some(at) = bad_period(text, items, timing.named) {
        timing.trouble = timing.trouble.or(Some((Why::BadMonth, at)));
    }
    if !timing.named
        && let Some(token) = super::strange::strange_month(text)
    {
        let at = items.iter().position(|item| item.from <= token && token < item.to).unwrap_or(0);
        timing.trouble = timing.trouble.or(Some((Why::BadMonth, at)));
    }
    if let Some(at) = super::strange::cut_month(text, items) {
        timing.trouble = timing.trouble.or(Some((Why::BadMonth, at)));
    }
    days(text, items, received, &mut timing);
    timing
}

/// Whether anything is counted or named in the clause of the month at `at`.
fn is_of_figures(items: &[Item], at: usize) -> bool {
    let part = |item: &&Item| !matches!(item.kind, Kind::Sep(_));
    let before = items.iter().take(at).rev().take_while(part);
    before.chain(items.iter().skip(at + 1).take_while(part)).any(|item| {
        matches!(
            item.kind,
            Kind::Figure(_)
                | Kind::Indicator(..)
                | Kind::Ambiguous(_)
                | Kind::Consequence(_)
                | Kind::Money { .. }
                | Kind::Blanket { .. }
                | Kind::Calm
        )
    })
}

/// “năm 2024 tháng 7”: the year right before a month.
fn year_before(text: &Text, at: usize) -> Option<i32> {
    let at = at - usize::from(at.checked_sub(1).is_some_and(|b| text.is_sep(b, ',')));
    let year = text.token(at.checked_sub(1)?)?.number().filter(|year| (1990..2100).contains(year))?;
    let named = at.checked_sub(2).is_some_and(|b| text.plain(b) == "nam");
    if named { i32::try_from(year).ok() } else { None }
}

/// A month named only to compare with, as already reported, or as that of a cause (“do thù từ tháng 5”).
fn is_compared(items: &[Item], at: usize) -> bool {
    let kind = |at: Option<usize>| at.and_then(|at| items.get(at)).map(|item| &item.kind);
    let before: Vec<&Kind> = (1..=3)
        .map_while(|back| kind(at.checked_sub(back)))
        .take_while(|kind| !matches!(kind, Kind::Sep(_)))
        .collect();
    let relative = matches!(items.get(at).map(|i| &i.kind), Some(Kind::Month(MonthWord::Relative(_))));
    let named_before = items.iter().take(at).any(|item| matches!(item.kind, Kind::Month(_)));
    let compared = matches!(before.as_slice(), [Kind::Than, ..] | [Kind::Figure(_), Kind::Than, ..])
        || before.iter().any(|kind| matches!(kind, Kind::Up | Kind::Down))
        || (matches!(before.first(), Some(Kind::Open)) && named_before && relative);
    let mut after = (1..=5)
        .map_while(|next| kind(Some(at + next)))
        .take_while(|kind| !matches!(kind, Kind::Sep(_) | Kind::Figure(_) | Kind::Month(_)));
    let done = after.any(|kind| matches!(kind, Kind::Done)) || matches!(before.first(), Some(Kind::Done));
    let more_follow = items.iter().skip(at + 1).any(|item| matches!(item.kind, Kind::Month(_)));
    // “Tháng 5 đã báo 3 vụ trộm rồi, sang tháng 6 …”
    let reported = more_follow && is_reported(items, at);
    let caused = named_before && before.contains(&&Kind::Cause) && !is_counted(items, at);
    compared || caused || reported || (done && (more_follow || named_before) && !is_counted(items, at))
}

/// “…, bắt 1 đối tượng mới ra tù hồi tháng 3”, “… Tháng 12 này thôn đón khách, mong các anh giúp”: another month than the
/// one told before, of which nothing is counted.
fn is_aside(text: &Text, items: &[Item], at: usize) -> bool {
    let Some(item) = items.get(at) else { return false };
    let named_before = items.iter().take(at).any(|item| matches!(item.kind, Kind::Month(_)));
    let since = item.from.checked_sub(1).is_some_and(|b| text.plain(b) == "hoi");
    named_before && (since && !is_counted(items, at) || is_of_request(text, items, at))
}

/// Whether the sentence of the month at `at`, not the first, asks for something and tells nothing.
fn is_of_request(text: &Text, items: &[Item], at: usize) -> bool {
    let part = |item: &&Item| !matches!(item.kind, Kind::Sep(3));
    let before = items.iter().take(at).rev().take_while(part);
    let apart = before.clone().count() < at;
    let sentence = || before.clone().chain(items.iter().skip(at + 1).take_while(part));
    let tells = sentence().any(|item| {
        matches!(item.kind, Kind::Figure(_) | Kind::Indicator(..) | Kind::Money { .. } | Kind::AsBefore)
    });
    let asks = sentence().any(|item| text.is_any(item.from, &[Class::Request, Class::Wanting]).is_some());
    apart && asks && !tells
}

/// Whether the text says right behind the month at `at` that it was reported.
pub(super) fn is_reported(items: &[Item], at: usize) -> bool {
    let talk = |item: &&Item| {
        matches!(item.kind, Kind::Noise(_)) || (item.kind == Kind::Word && item.to - item.from == 1)
    };
    let mut after = items.iter().skip(at + 1);
    let skipped = after.clone().take(2).take_while(talk).count();
    after.nth(skipped).is_some_and(|item| item.kind == Kind::Done)
}

/// Whether figures are told of the month at `at`, up to the end of its clause or the next month.
fn is_counted(items: &[Item], at: usize) -> bool {
    items
        .iter()
        .skip(at + 1)
        .map(|item| &item.kind)
        .take_while(|kind| !matches!(kind, Kind::Sep(_) | Kind::Month(_)))
        .any(|kind| matches!(kind, Kind::Figure(_) | Kind::Money { .. }))
}

/// Quarters, years and lunar months; words like “đầu năm” beside a named month are talk.
fn bad_period(text: &Text, items: &[Item], named: bool) -> Option<usize> {
    let soft = ["dau", "trong", "mot", "nam", "tet", "tu", "suot"];
    (0..items.len()).find(|at| {
        items.get(*at).is_some_and(|item| {
            item.kind == Kind::Trouble(Trouble::BadPeriod)
                && !(named && soft.contains(&text.plain(item.from)) && item.to - item.from <= 2)
                && !(named && is_of_money(items, *at))
        })
    })
}

/// “kinh phí quý trước 1,5 triệu chưa nhận”: a sentence of sums that are no losses, in which no month is named and
/// nothing counted.
fn is_of_money(items: &[Item], at: usize) -> bool {
    let part = |item: &&Item| !matches!(item.kind, Kind::Sep(3));
    let before = items.iter().take(at).rev().take_while(part);
    let after = items.iter().skip(at + 1).take_while(part);
    let mut sentence = before.chain(after).map(|item| &item.kind);
    let tells = |kind: &Kind| {
        matches!(
            kind,
            Kind::Figure(_)
                | Kind::Indicator(..)
                | Kind::Ambiguous(_)
                | Kind::Consequence(_)
                | Kind::Month(_)
        )
    };
    sentence.clone().any(|kind| *kind == Kind::MoneyNoise) && !sentence.any(tells)
}

fn days(text: &Text, items: &[Item], received: NaiveDate, timing: &mut Timing) {
    let mut days: Vec<NaiveDate> = Vec::new();
    let mut months: Vec<Period> = Vec::new();
    let mut told = 0;
    for (at, item) in items.iter().enumerate() {
        match item.kind {
            Kind::Date { day, month: Some(month), year } if !is_report_date(text, items, at) => {
                told += 1;
                match resolve_day(day, month, year, received) {
                    Some(found) => {
                        days.push(found);
                        months.push(Period::of_day(found));
                    }
                    None if timing.trouble.is_none() && !timing.named => {
                        timing.trouble = Some((Why::BadMonth, at))
                    }
                    None => {}
                }
            }
            Kind::Date { day, month: None, .. } => {
                told += 1;
                days.extend(latest_day_numbered(day, received));
            }
            Kind::DayAgo(ago @ 0..) => {
                told += 1;
                days.extend(
                    u64::try_from(ago).ok().and_then(|ago| received.checked_sub_days(Days::new(ago))),
                );
            }
            _ => {}
        }
    }
    months.sort_unstable();
    months.dedup();
    if !timing.named {
        match months.as_slice() {
            [only] => {
                timing.period = Some(*only);
                timing.by_day = true;
            }
            [_, .., _] => timing.trouble = timing.trouble.or(Some((Why::TwoMonths, 0))),
            [] => {}
        }
    }
    days.sort_unstable();
    days.dedup();
    timing.day = match days.as_slice() {
        [only] if told > 0 => Some(*only),
        _ => None,
    };
}

/// The day that the item at `at` tells, if it tells one.
pub(super) fn told_day(text: &Text, items: &[Item], at: usize, received: NaiveDate) -> Option<NaiveDate> {
    match items.get(at)?.kind {
        Kind::Date { day, month: Some(month), year } if !is_report_date(text, items, at) => {
            resolve_day(day, month, year, received)
        }
        Kind::Date { day, month: None, .. } => latest_day_numbered(day, received),
        Kind::DayAgo(ago @ 0..) => received.checked_sub_days(Days::new(u64::try_from(ago).unwrap_or(0))),
        _ => None,
    }
}

/// The day of writing at the head of a text (“Ngày 30/1 thôn Vĩnh Lộc báo cáo …”).
fn is_report_date(text: &Text, items: &[Item], at: usize) -> bool {
    let head =
        items.iter().take(at).all(|item| matches!(item.kind, Kind::Word | Kind::Noise(_) | Kind::Sep(_)));
    let next = items.get(at + 1);
    let reports = items.iter().skip(at + 1).take(4).any(|item| {
        text.plain(item.from) == "bao" && text.plain(item.from + 1) == "cao" || text.plain(item.from) == "cao"
    });
    head && next.is_some() && reports
}

fn latest_day_numbered(day: u32, received: NaiveDate) -> Option<NaiveDate> {
    let this = received.with_day(day).filter(|found| *found <= received);
    this.or_else(|| {
        let before = Period::of_day(received).plus(-1);
        NaiveDate::from_ymd_opt(before.year(), before.month(), day)
    })
}
