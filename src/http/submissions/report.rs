//! What a report says, whichever way it comes: checked by itself, with every wrong field named at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::indicator::{Catalogue, Indicator};
use crate::domain::intake::{Figures, SubmissionKind};
use crate::domain::period::Period;
use crate::http::error::FieldError;
use crate::http::parameters;

/// Characters of a report's id.
const LONGEST_ID: usize = 64;
/// Characters of a note.
const LONGEST_NOTE: usize = 1_000;

/// A report of a hamlet (or of what a commune itself counts).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportRequest {
    /// Made by the client, a UUID for example: the same id again with the same content changes nothing.
    pub(in crate::http) id: String,
    /// The code of the unit.
    pub(in crate::http) unit: String,
    /// `month`: the account of a month; `incident`: an event on a day.
    pub(in crate::http) kind: ReportKind,
    /// The month of an account, `YYYY-MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) period: Option<String>,
    /// The day of an incident, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) day: Option<String>,
    /// Figures by code of the indicator; what is left out is not stated, which is not 0.
    pub(in crate::http) values: BTreeMap<String, i64>,
    /// Whether everything that is left out is 0.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::http) rest_zero: bool,
    /// A note for the officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) note: Option<String>,
    /// The version of the month's account that the client started from; left out: it knew of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) base_version: Option<i32>,
    /// Whether the person was shown what the report contradicts, and insists.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::http) confirmed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What a report covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum ReportKind {
    /// The account of a month.
    Month,
    /// An event on a day.
    Incident,
}

/// What a report says, in the program's own types.
pub(in crate::http) struct Checked {
    /// What it covers.
    pub(in crate::http) kind: SubmissionKind,
    /// What it states.
    pub(in crate::http) values: Figures,
}

/// Checks what a report says by itself.
pub(in crate::http) fn check(
    request: &ReportRequest,
    catalogue: &Catalogue,
) -> Result<Checked, Vec<FieldError>> {
    let mut errors = Vec::new();
    check_texts(request, &mut errors);
    let kind = check_kind(request).map_err(|error| errors.push(error)).ok();
    let mut values = Figures::new();
    for (code, figure) in &request.values {
        match check_value(code, *figure, catalogue) {
            Ok(indicator) => drop(values.insert(indicator.id, *figure)),
            Err(error) => errors.push(error),
        }
    }
    match kind {
        Some(kind) if errors.is_empty() => Ok(Checked { kind, values }),
        _ => Err(errors),
    }
}

fn check_texts(request: &ReportRequest, errors: &mut Vec<FieldError>) {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    if request.id.is_empty() || request.id.len() > LONGEST_ID || !request.id.bytes().all(plain) {
        let advice = format!("1 to {LONGEST_ID} letters, digits, “-”, “_”, “.”, “:”");
        errors.push(FieldError::new("/id", "bad_id", advice));
    }
    if request.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        let advice = format!("{LONGEST_NOTE} characters at most");
        errors.push(FieldError::new("/note", "too_long", advice));
    }
    if request.base_version.is_some_and(|version| version < 1) {
        errors.push(FieldError::new(
            "/base_version",
            "bad_version",
            "versions are counted from 1; leave it out for none",
        ));
    }
}

fn check_kind(request: &ReportRequest) -> Result<SubmissionKind, FieldError> {
    match (request.kind, &request.period, &request.day) {
        (ReportKind::Month, Some(period), None) => {
            let period = period.parse::<Period>();
            period
                .map(SubmissionKind::Month)
                .map_err(|error| FieldError::new("/period", "bad_period", error.to_string()))
        }
        (ReportKind::Incident, None, Some(day)) => {
            parameters::day("day", day).map(SubmissionKind::Incident).map_err(|_| {
                FieldError::new("/day", "bad_day", "a day is written YYYY-MM-DD, for example 2026-03-12")
            })
        }
        (ReportKind::Month, None, _) => {
            Err(FieldError::new("/period", "missing_field", "a month's report names its period"))
        }
        (ReportKind::Month, _, Some(_)) => {
            Err(FieldError::new("/day", "unknown_field", "a month's report has no day"))
        }
        (ReportKind::Incident, _, None) => {
            Err(FieldError::new("/day", "missing_field", "an incident names its day"))
        }
        (ReportKind::Incident, Some(_), _) => {
            Err(FieldError::new("/period", "unknown_field", "an incident counts in the month of its day"))
        }
    }
}

fn check_value<'a>(code: &str, figure: i64, catalogue: &'a Catalogue) -> Result<&'a Indicator, FieldError> {
    let error = |name, advice: String| {
        FieldError::new(format!("/values/{}", code.replace('~', "~0").replace('/', "~1")), name, advice)
    };
    let Some(indicator) = catalogue.by_code(code) else {
        return Err(error(
            "unknown_indicator",
            "there is no indicator with this code; GET /api/v1/indicators lists them".to_owned(),
        ));
    };
    if figure < 0 {
        return Err(error("negative", "a figure is 0 or more".to_owned()));
    }
    if figure > indicator.max {
        return Err(error("absurd", format!("{} at most is believed in one report", indicator.max)));
    }
    Ok(indicator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(change: impl Fn(&mut ReportRequest)) -> ReportRequest {
        let mut request = ReportRequest {
            id: "a-1".to_owned(),
            unit: "03847001".to_owned(),
            kind: ReportKind::Month,
            period: Some("2026-03".to_owned()),
            day: None,
            values: BTreeMap::from([("TC".to_owned(), 2)]),
            rest_zero: false,
            note: None,
            base_version: None,
            confirmed: false,
        };
        change(&mut request);
        request
    }

    fn refusals(change: impl Fn(&mut ReportRequest)) -> Vec<(String, &'static str)> {
        let errors = check(&request(change), &Catalogue::shipped().unwrap()).err().unwrap_or_default();
        errors.into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let all = refusals(|r| {
            r.id = "a b".to_owned();
            r.period = Some("2026-13".to_owned());
            r.values = BTreeMap::from([("XX".to_owned(), 1), ("TC".to_owned(), -1), ("CG".to_owned(), 51)]);
            r.note = Some("x".repeat(1_001));
        });
        let expected = [
            ("/id", "bad_id"),
            ("/note", "too_long"),
            ("/period", "bad_period"),
            ("/values/CG", "absurd"),
            ("/values/TC", "negative"),
            ("/values/XX", "unknown_indicator"),
        ];
        assert_eq!(all, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn a_month_has_a_period_and_an_incident_a_day() {
        assert_eq!(refusals(|_| ()), []);
        assert_eq!(refusals(|r| r.period = None), [("/period".to_owned(), "missing_field")]);
        assert_eq!(
            refusals(|r| r.day = Some("2026-03-01".to_owned())),
            [("/day".to_owned(), "unknown_field")]
        );
        assert_eq!(refusals(|r| r.kind = ReportKind::Incident), [("/day".to_owned(), "missing_field")]);
        let incident = |day: &str| {
            refusals(|r| {
                r.kind = ReportKind::Incident;
                r.period = None;
                r.day = Some(day.to_owned());
            })
        };
        assert_eq!(incident("2026-03-01"), []);
        assert_eq!(incident("2026-02-30"), [("/day".to_owned(), "bad_day")]);
    }
}
