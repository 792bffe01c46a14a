//! What replies say: figures, months and hamlets in words, within the parts of an SMS.
//!
//! Words carry marks here; they are removed where the receiver wants none ([`Templates::render_reply`]).

mod ask;
mod items;
mod stateless;

use chrono::{Datelike, NaiveDate};

pub use items::{DayItems, Item};
pub use stateless::stateless_reply;

use super::indicator::{Catalogue, Indicator, Kind};
use super::intake::ReplyParts;
use super::message;
use super::period::{Calendar, Period};
use super::template::{TemplateKey, Templates};

/// What words are made from.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The installation's indicators.
    pub catalogue: &'a Catalogue,
    /// The installation's calendar.
    pub calendar: &'a Calendar,
    /// Every text that can go out.
    pub templates: &'a Templates,
    /// The day of receipt: months and days of another year are printed with their year.
    pub today: NaiveDate,
}

/// No name of a unit and no piece of a sender's text is printed with more characters.
const LONGEST_NAME: usize = 40;
/// No piece of a sender's text is repeated with more characters.
const LONGEST_DOUBT: usize = 24;

impl Words<'_> {
    /// A month with its days: “tháng 3 (15/2-14/3)”.
    pub fn month(&self, period: Period) -> String {
        let span = self.calendar.span(period);
        let day = |day: NaiveDate| format!("{}/{}", day.day(), day.month());
        format!("{} ({}-{})", self.short_month(period), day(span.from), day(span.to))
    }

    /// A month without its days: “tháng 3”, with the year where it is not this year's.
    pub fn short_month(&self, period: Period) -> String {
        if period.year() == self.today.year() {
            format!("tháng {}", period.month())
        } else {
            format!("tháng {}/{}", period.month(), period.year())
        }
    }

    /// A day: “12/3”.
    pub fn day(&self, day: NaiveDate) -> String {
        if day.year() == self.today.year() {
            format!("{}/{}", day.day(), day.month())
        } else {
            format!("{}/{}/{}", day.day(), day.month(), day.year())
        }
    }

    /// The name of a unit, on one line and not endless.
    pub fn name(&self, name: &str) -> String {
        let line = name.split_whitespace().collect::<Vec<_>>().join(" ");
        clipped(&line, LONGEST_NAME)
    }

    /// A piece of a sender's text as it may be repeated: one line, short, without quotes.
    pub fn doubt(&self, piece: &str) -> String {
        doubt(piece)
    }

    /// A figure: “2”, or money as “15 triệu”, “1,5 tỷ”, “7.500.250 đồng”.
    pub fn figure(&self, indicator: &Indicator, figure: i64) -> String {
        if indicator.kind == Kind::Money { money(figure) } else { figure.to_string() }
    }

    /// A reply that fits as it is.
    pub fn reply(&self, key: TemplateKey, fields: Vec<(&'static str, String)>) -> ReplyParts {
        ReplyParts { key, fields, practice: false }
    }

    /// How many SMS a reply takes without marks, with room for “(TAP) ”.
    fn parts_of(&self, key: TemplateKey, fields: &[(&'static str, String)]) -> usize {
        message::parts(&format!("(TAP) {}", self.templates.render(key, fields, false))).parts
    }
}

/// A piece of a sender's text as it may be repeated: one line, short.
fn doubt(piece: &str) -> String {
    let line = piece.replace('"', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    clipped(&line, LONGEST_DOUBT)
}

/// `text` if it has at most `most` characters, else its beginning, between words where there are some, and “...”.
fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most.saturating_sub(3)).collect();
    let head = head.rsplit_once(' ').map_or(head.as_str(), |(words, _)| words);
    format!("{head}...")
}

/// Đồng in words, exact: “15 triệu”, “1,5 tỷ”, “500 nghìn”, “7.500.250 đồng”.
pub fn money(dong: i64) -> String {
    for (unit, word) in [(1_000_000_000, "tỷ"), (1_000_000, "triệu"), (1_000, "nghìn")] {
        // Three decimals at most, so that nothing is rounded, and three digits before them.
        if (1..1_000).contains(&(dong / unit)) && dong % (unit / 1_000) == 0 {
            let decimals = format!("{:03}", dong % unit / (unit / 1_000));
            let decimals = decimals.trim_end_matches('0');
            let comma = if decimals.is_empty() { "" } else { "," };
            return format!("{}{comma}{decimals} {word}", dong / unit);
        }
    }
    format!("{} đồng", grouped(dong))
}

/// A number with a dot between each three digits: “7.500.250”.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests;
