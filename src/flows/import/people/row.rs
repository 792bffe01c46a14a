//! The rows of a table of people, each cell understood or refused.

use chrono::NaiveDate;

use super::People;
use crate::crypto::Digest;
use crate::db::unit::{ALWAYS, FOREVER};
use crate::documents::table::{self, Row};
use crate::domain::access::Role;
use crate::domain::duty::Duty;
use crate::domain::phone::Phone;
use crate::flows::import::BadRow;

/// A row, each cell understood.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) line: u64,
    pub(super) name: String,
    pub(super) phone: Phone,
    pub(super) number_index: Digest,
    pub(super) role: Role,
    pub(super) unit: String,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    pub(super) marks: Option<bool>,
    pub(super) duty: Option<String>,
    pub(super) practice: Option<bool>,
    pub(super) pin: Option<String>,
}

pub(super) fn wanted(row: &Row, tools: &People, bad: &mut Vec<BadRow>) -> Option<Wanted> {
    let before = bad.len();
    let mut refuse = |column, reason: String| bad.push(BadRow { line: row.line, column, reason });
    if let Some((column, reason)) = row.unfit() {
        refuse(column, reason.to_owned());
        return None;
    }
    if row.get("name").is_empty() {
        refuse("name", "is empty".to_owned());
    }
    let phone =
        Phone::parse(&with_zero(row.get("phone"))).map_err(|error| refuse("phone", error.to_string())).ok();
    let role = Role::by_name(&row.get("role").to_lowercase());
    if role.is_none() {
        let names = "head, team, manager, commune, decider, province, national, auditor, admin";
        refuse("role", format!("must be one of {names}"));
    }
    let mut date = |column, default| match row.get(column) {
        "" => default,
        text => table::day(text).unwrap_or_else(|| {
            refuse(column, "write the day as 2026-07-01 or 01/07/2026".to_owned());
            default
        }),
    };
    let (from, to) = (date("from", ALWAYS), date("to", FOREVER));
    if to < from {
        refuse("to", "lies before from".to_owned());
    }
    let mut choice = |column| match row.get(column).to_lowercase().as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        "" => None,
        _ => {
            refuse(column, "must be yes, no or empty".to_owned());
            None
        }
    };
    let (marks, practice) = (choice("marks"), choice("practice"));
    let (duty, pin) = (duty(row, &mut refuse), pin(row, &mut refuse));
    let (phone, role) = (phone?, role?);
    let number_index = tools.keys.index("phone", phone.e164());
    let (name, unit) = (row.get("name").to_owned(), row.get("unit").to_owned());
    (bad.len() == before).then_some(Wanted {
        line: row.line,
        name,
        phone,
        number_index,
        role,
        unit,
        from,
        to,
        marks,
        duty,
        practice,
        pin,
    })
}

/// The hours of duty of a row, written as they are kept.
fn duty(row: &Row, refuse: &mut impl FnMut(&'static str, String)) -> Option<String> {
    let text = Some(row.get("duty")).filter(|text| !text.is_empty())?;
    let duty = text.parse::<Duty>().map_err(|error| refuse("duty", error.to_string())).ok()?;
    Some(duty.to_string())
}

/// The PIN of a row: four digits, the zeros in front of which spreadsheets drop.
fn pin(row: &Row, refuse: &mut impl FnMut(&'static str, String)) -> Option<String> {
    let text = Some(row.get("pin")).filter(|text| !text.is_empty())?;
    if text.len() > 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
        refuse("pin", "must be four digits".to_owned());
        return None;
    }
    Some(format!("{text:0>4}"))
}

/// Spreadsheets drop the zero in front of numbers that they take for figures.
fn with_zero(text: &str) -> String {
    let dropped = text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if dropped { format!("0{text}") } else { text.to_owned() }
}
