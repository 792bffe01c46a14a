//! What a client of OpenRosa filled in: read leniently where the form has changed since, so that nobody's work is lost.

use super::definition::{FieldKind, Form};
use super::entry::{BadEntry, Entry};
use super::xform::CONFIRMED;

/// A filled-in XForm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// What it says.
    pub entry: Entry,
    /// Whether the person insists on the figures.
    pub confirmed: bool,
}

impl Collected {
    /// Reads the answers of any version of `form`. What an earlier version asked and nobody answered is left out.
    ///
    /// # Errors
    /// Every answer that the form of today cannot take.
    pub fn read(form: &Form, answers: &[(String, String)]) -> Result<Collected, BadEntry> {
        let confirmed = answers.iter().any(|(name, text)| name == CONFIRMED && text.trim() == "true");
        let asked = answers.iter().filter(|(name, text)| {
            name != CONFIRMED && (form.field(name).is_some() || !text.trim().is_empty())
        });
        let written = asked.map(|(name, text)| {
            let is_month = form.field(name).is_some_and(|field| field.kind == FieldKind::Period);
            (name.as_str(), if is_month { month_of(text.trim()) } else { text.as_str() })
        });
        Ok(Collected { entry: Entry::read(form, written)?, confirmed })
    }
}

/// The month of a day (`2026-03` of `2026-03-01`), or the text as it is.
fn month_of(text: &str) -> &str {
    let is_day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    text.get(..7).filter(|_| is_day).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::super::{BadAnswer, Forms};
    use super::*;
    use crate::domain::form::Answer;
    use crate::domain::indicator::Catalogue;

    fn read(answers: &[(&str, &str)]) -> Result<Collected, BadEntry> {
        let forms = Forms::shipped(&Catalogue::shipped().unwrap()).unwrap();
        let answers: Vec<(String, String)> =
            answers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Collected::read(forms.get("month").unwrap(), &answers)
    }

    #[test]
    fn a_month_is_read_from_a_day_in_it() {
        let read = |period| read(&[("unit", "03847001"), ("period", period)]).unwrap().entry;
        assert_eq!(read("2026-03-31").answers["period"], Answer::Period("2026-03".parse().unwrap()));
        assert_eq!(read("2026-03").answers["period"], Answer::Period("2026-03".parse().unwrap()));
    }

    #[test]
    fn what_an_old_form_asked_is_left_out_if_empty_and_told_if_answered() {
        let rest = [("unit", "03847001"), ("period", "2026-03-01"), ("confirmed", "true")];
        let good = read(&[&rest[..], &[("OLD", ""), ("TC", "2")]].concat()).unwrap();
        assert!(good.confirmed);
        assert_eq!(good.entry.answers.len(), 3);
        let bad = read(&[&rest[..], &[("OLD", "5")]].concat()).unwrap_err();
        assert_eq!(bad.0, [("OLD".to_owned(), BadAnswer::Unknown)]);
    }
}
