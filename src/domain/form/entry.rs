//! A filled-in form, checked against its definition.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::definition::{Field, FieldKind, Form};
use crate::domain::period::Period;

/// More answers than any form has questions.
pub const MAX_ANSWERS: usize = 300;

/// A filled-in form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Answers by the name of their field; what was left empty is not there.
    pub answers: BTreeMap<String, Answer>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The code of a unit.
    Unit(String),
    /// A reporting month.
    Period(Period),
    /// A day.
    Day(NaiveDate),
    /// A number, of whatever it is.
    Number(i64),
    /// Yes or no.
    YesNo(bool),
    /// What was chosen.
    Choice(String),
    /// Words.
    Text(String),
    /// The file name of a photograph.
    Photo(String),
}

/// What is wrong with a field's answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// It must be there.
    #[error("this must be answered")]
    Missing,
    /// The form does not ask this.
    #[error("the form has no such question")]
    Unknown,
    /// Not a whole number between these.
    #[error("write a whole number from {0} to {1}")]
    Number(i64, i64),
    /// Not a day.
    #[error("write the day as YYYY-MM-DD")]
    Day,
    /// Not a month.
    #[error("write the month as YYYY-MM")]
    Period,
    /// Not yes or no.
    #[error("write true or false")]
    YesNo,
    /// None of the choices.
    #[error("this is none of the choices")]
    Choice,
    /// Longer than that.
    #[error("write at most {0} characters")]
    Long(usize),
}

/// What is wrong with a filled-in form: all of it at once, by field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} answers of the form are wrong", .0.len())]
pub struct BadEntry(pub Vec<(String, BadAnswer)>);

impl Entry {
    /// Reads what was written into the fields of `form`; an empty text is no answer.
    pub fn read<'a>(
        form: &Form,
        written: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Entry, BadEntry> {
        let mut entry = Entry::default();
        let mut wrong = Vec::new();
        for (name, text) in written {
            let text = text.trim();
            let read = match form.field(name) {
                None => Err(BadAnswer::Unknown),
                Some(_) if text.is_empty() => continue,
                Some(field) => field.read(text),
            };
            match read {
                Ok(answer) => _ = entry.answers.insert(name.to_owned(), answer),
                Err(bad) => wrong.push((name.to_owned(), bad)),
            }
        }
        let answered = |field: &&Field| entry.answers.contains_key(&field.name);
        let is_wrong = |field: &&Field| wrong.iter().any(|(name, _)| *name == field.name);
        let missing =
            form.fields.iter().filter(|field| field.required && !answered(field) && !is_wrong(field));
        let missing: Vec<_> = missing.map(|field| (field.name.clone(), BadAnswer::Missing)).collect();
        wrong.extend(missing);
        if wrong.is_empty() { Ok(entry) } else { Err(BadEntry(wrong)) }
    }

    /// The figures of the indicators that are answered, by their codes.
    pub fn figures<'a>(&'a self, form: &'a Form) -> impl Iterator<Item = (&'a str, i64)> {
        form.fields.iter().filter_map(|field| match (&field.kind, self.answers.get(&field.name)) {
            (FieldKind::Indicator { .. }, Some(Answer::Number(figure))) => {
                Some((field.name.as_str(), *figure))
            }
            _ => None,
        })
    }
}

impl Field {
    fn read(&self, text: &str) -> Result<Answer, BadAnswer> {
        match &self.kind {
            FieldKind::Unit => short(text, 20).map(Answer::Unit),
            FieldKind::Photo => short(text, 200).map(Answer::Photo),
            FieldKind::Period => text.parse().map(Answer::Period).map_err(|_| BadAnswer::Period),
            FieldKind::Day => {
                NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Answer::Day).map_err(|_| BadAnswer::Day)
            }
            FieldKind::Whole { min, max } => number(text, *min, *max),
            FieldKind::Indicator { max, .. } => number(text, 0, *max),
            FieldKind::YesNo => match text {
                "true" | "yes" | "1" => Ok(Answer::YesNo(true)),
                "false" | "no" | "0" => Ok(Answer::YesNo(false)),
                _ => Err(BadAnswer::YesNo),
            },
            FieldKind::Choice { choices } => {
                let chosen = choices.iter().find(|choice| choice.name == text).ok_or(BadAnswer::Choice)?;
                Ok(Answer::Choice(chosen.name.clone()))
            }
            FieldKind::Text { max } => short(text, *max).map(Answer::Text),
        }
    }
}

fn number(text: &str, min: i64, max: i64) -> Result<Answer, BadAnswer> {
    let bad = BadAnswer::Number(min, max);
    let number: i64 = text.parse().map_err(|_| bad.clone())?;
    if (min..=max).contains(&number) { Ok(Answer::Number(number)) } else { Err(bad) }
}

fn short(text: &str, max: usize) -> Result<String, BadAnswer> {
    if text.chars().count() <= max { Ok(text.to_owned()) } else { Err(BadAnswer::Long(max)) }
}

#[cfg(test)]
mod tests {
    use super::super::Forms;
    use super::*;
    use crate::domain::indicator::Catalogue;

    fn read(code: &str, written: &[(&str, &str)]) -> Result<Entry, BadEntry> {
        let forms = Forms::shipped(&Catalogue::shipped().unwrap()).unwrap();
        Entry::read(forms.get(code).unwrap(), written.iter().copied())
    }

    #[test]
    fn what_is_left_empty_is_not_stated_and_zero_is() {
        let entry = read(
            "month",
            &[("unit", "04792001"), ("period", "2026-03"), ("TC", "0"), ("CG", ""), ("CB", "2")],
        );
        let forms = Forms::shipped(&Catalogue::shipped().unwrap()).unwrap();
        let entry = entry.unwrap();
        let figures: Vec<_> = entry.figures(forms.get("month").unwrap()).collect();
        assert_eq!(figures, [("TC", 0), ("CB", 2)]);
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let wrong = read(
            "month",
            &[("period", "3/2026"), ("TC", "-2"), ("CB", "2.5"), ("XX", "1"), ("rest_zero", "maybe")],
        );
        let names: Vec<String> = wrong.unwrap_err().0.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["period", "TC", "CB", "XX", "rest_zero", "unit"]);
        let long = "a".repeat(1001);
        let wrong =
            read("month", &[("unit", "04792001"), ("period", "2026-03"), ("note", &long)]).unwrap_err();
        assert_eq!(wrong.0, [("note".to_owned(), BadAnswer::Long(1000))]);
    }

    #[test]
    fn choices_are_those_of_the_form() {
        let meeting = |topic| {
            read(
                "meeting",
                &[("unit", "04792001"), ("day", "2026-03-01"), ("attendance", "40"), ("topic", topic)],
            )
        };
        assert!(meeting("fire").is_ok());
        assert_eq!(meeting("dance").unwrap_err().0, [("topic".to_owned(), BadAnswer::Choice)]);
    }
}
