//! Rows of a push: read one by one, so that what is wrong with one is said of that one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::crypto::sha256;
use crate::domain::indicator::Catalogue;
use crate::flows::intake::Assumed;
use crate::flows::sync::{Checked, Row, Wrong};
use crate::http::body::{holds_null, json_problem};
use crate::http::error::{Code, FieldError, Problem};
use crate::http::parameters;
use crate::http::submissions::report::{self, ReportKind, ReportRequest};

/// Bytes of a row.
const LONGEST_ROW: usize = 16 * 1024;
/// Characters of an id or a revision.
const LONGEST_NAME: usize = 64;
/// Revisions that a row may name as those that it grew from.
const MOST_BEFORE: usize = 50;

/// The rows of a push, as they came.
pub(super) fn read(bytes: &[u8], most: usize) -> Result<Vec<&RawValue>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new(Code::InvalidUtf8))?;
    let rows: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| {
        let code = if error.is_data() { Code::ValidationFailed } else { Code::InvalidJson };
        Problem::new(code).detail(format!("A push is an array of rows: {error}"))
    })?;
    if rows.len() > most {
        let detail = format!("Push {most} rows at most at a time; these are {}", rows.len());
        return Err(Problem::new(Code::TooManyRows).detail(detail));
    }
    Ok(rows)
}

#[derive(Deserialize)]
struct PairWire<'a> {
    #[serde(borrow, rename = "newDocumentState")]
    new: &'a RawValue,
    #[serde(borrow, default, rename = "assumedMasterState")]
    assumed: Option<&'a RawValue>,
}

/// A document as a client writes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentWire {
    id: String,
    rev: String,
    kind: ReportKind,
    unit: String,
    #[serde(default)]
    period: Option<String>,
    #[serde(default)]
    day: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, i64>,
    #[serde(default)]
    rest_zero: bool,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    confirmed: bool,
    /// Earlier revisions whose fate the client does not know.
    #[serde(default, skip_serializing)]
    before: Vec<String>,
    #[serde(default, rename = "_deleted")]
    deleted: bool,
    /// RxDB sends it where a collection has attachments.
    #[serde(default, rename = "_attachments", skip_serializing)]
    _attachments: Option<serde::de::IgnoredAny>,
}

/// What is looked at of a state that the client takes for the server's.
#[derive(Deserialize)]
struct AssumedWire {
    rev: String,
    #[serde(default)]
    values: BTreeMap<String, i64>,
    #[serde(default)]
    day: Option<String>,
}

/// What can be told of a row that cannot be read.
#[derive(Default, Deserialize)]
struct NamesWire {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    rev: Option<Value>,
}

/// Checks a row by itself.
pub(super) fn check(raw: &RawValue, catalogue: &Catalogue) -> Row {
    let raw = raw.get();
    Row { raw: raw.to_owned(), checked: checked(raw, catalogue) }
}

fn checked(raw: &str, catalogue: &Catalogue) -> Result<Checked, Wrong> {
    let pair: PairWire = serde_json::from_str(raw).map_err(|_| nameless("not_a_row"))?;
    let new = pair.new.get();
    let wrong = |code: &str, errors: &[FieldError]| named(new, code, errors);
    if raw.len() > LONGEST_ROW {
        return Err(wrong("too_large", &[]));
    }
    if holds_null(raw) {
        return Err(wrong("null_character", &[]));
    }
    let mut reader = serde_json::Deserializer::from_str(new);
    let document: DocumentWire = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let errors = json_problem(&error).field_errors().to_vec();
        let code = errors.first().map_or("wrong_type", |error| error.code);
        wrong(code, &errors)
    })?;
    let report = as_report(&document);
    let mut errors = check_names(&document);
    let said = report::check(&report, catalogue).map_err(|found| errors.extend(found));
    match said {
        Ok(said) if errors.is_empty() => Ok(Checked {
            kind: said.kind,
            values: said.values,
            assumed: pair.assumed.and_then(|assumed| self::assumed(assumed.get(), catalogue)),
            digest: digest(&document),
            document: document.id,
            rev: document.rev,
            unit: document.unit,
            rest_zero: document.rest_zero,
            note: document.note,
            confirmed: document.confirmed,
            deleted: document.deleted,
            before: document.before,
        }),
        _ => Err(wrong(errors.first().map_or("validation_failed", |error| error.code), &errors)),
    }
}

fn as_report(document: &DocumentWire) -> ReportRequest {
    let DocumentWire { unit, kind, period, day, values, rest_zero, note, confirmed, .. } = document.clone();
    // Names have a check of their own.
    let id = "-".to_owned();
    ReportRequest { id, unit, kind, period, day, values, rest_zero, note, base_version: None, confirmed }
}

fn check_names(document: &DocumentWire) -> Vec<FieldError> {
    let advice = || format!("1 to {LONGEST_NAME} letters, digits, “-”, “_”, “.”, “:”");
    let mut errors = Vec::new();
    // An incident that came by text has an id that the server made.
    let id = document.id.strip_prefix('~').unwrap_or(&document.id);
    if !is_name(id) {
        errors.push(FieldError::new("/id", "bad_id", advice()));
    }
    if !is_name(&document.rev) {
        errors.push(FieldError::new("/rev", "bad_rev", advice()));
    }
    if document.before.len() > MOST_BEFORE || document.before.iter().any(|rev| rev.len() > LONGEST_NAME + 1) {
        errors.push(FieldError::new("/before", "bad_rev", format!("{MOST_BEFORE} revisions at most")));
    }
    if parameters::unit_code(&document.unit).is_err() {
        errors.push(FieldError::new("/unit", "unknown_unit", "there is no such unit"));
    }
    errors
}

fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(plain)
}

/// What the client takes for the server's state; one that cannot be read is as if there were none.
fn assumed(raw: &str, catalogue: &Catalogue) -> Option<Assumed> {
    let wire: AssumedWire = serde_json::from_str(raw).ok()?;
    let known = |(code, figure): (String, i64)| Some((catalogue.by_code(&code)?.id, figure));
    Some(Assumed {
        rev: Some(wire.rev).filter(|rev| rev.len() <= LONGEST_NAME + 1)?,
        values: wire.values.into_iter().filter_map(known).collect(),
        day: wire.day.and_then(|day| parameters::day("day", &day).ok()),
    })
}

/// Digest of all that a row states, independent of the order and spacing of its JSON.
fn digest(document: &DocumentWire) -> crate::crypto::Digest {
    sha256(&[b"sync\0", &serde_json::to_vec(document).unwrap_or_default()])
}

fn nameless(code: &str) -> Wrong {
    Wrong { rev: None, document: None, code: code.to_owned(), errors: Value::Null }
}

fn named(new: &str, code: &str, errors: &[FieldError]) -> Wrong {
    let names: NamesWire = serde_json::from_str(new).unwrap_or_default();
    let name = |value: Option<Value>| value?.as_str().filter(|text| is_name(text)).map(str::to_owned);
    let errors = if errors.is_empty() { Value::Null } else { json!(errors) };
    Wrong { rev: name(names.rev), document: name(names.id), code: code.to_owned(), errors }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked_row(row: Value) -> Result<Checked, Wrong> {
        checked(&row.to_string(), &Catalogue::shipped().unwrap())
    }

    fn month(change: impl Fn(&mut Value)) -> Value {
        let mut new = json!({"id": "03847001:2026-03", "rev": "r1", "kind": "month", "unit": "03847001",
            "period": "2026-03", "values": {"TC": 2}, "_deleted": false});
        change(&mut new);
        json!({"newDocumentState": new})
    }

    fn code(change: impl Fn(&mut Value)) -> String {
        checked_row(month(change)).unwrap_err().code
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said_of_that_row() {
        assert!(checked_row(month(|_| {})).is_ok());
        assert_eq!(code(|row| row["values"]["XX"] = json!(1)), "unknown_indicator");
        assert_eq!(code(|row| row["values"]["TC"] = json!(-1)), "negative");
        assert_eq!(code(|row| row["values"]["TC"] = json!(2.5)), "wrong_type");
        assert_eq!(code(|row| row["valeus"] = json!({})), "unknown_field");
        assert_eq!(code(|row| row["period"] = json!("2026-13")), "bad_period");
        assert_eq!(code(|row| row["rev"] = json!("a~")), "bad_rev");
        assert_eq!(code(|row| row["rev"] = json!("")), "bad_rev");
        assert_eq!(code(|row| row["id"] = json!("a/b")), "bad_id");
        assert_eq!(code(|row| row["note"] = json!("a\0b")), "null_character");
        assert_eq!(code(|row| row["note"] = json!("a".repeat(20_000))), "too_large");
        assert_eq!(code(|row| row["note"] = json!("a".repeat(2_000))), "too_long");
        assert_eq!(code(|row| row["before"] = json!(vec!["a"; 60])), "bad_rev");
        assert_eq!(checked_row(json!({"id": "x"})).unwrap_err().code, "not_a_row");
        let lone = r#"{"newDocumentState":{"id":"x","rev":"r","note":"\ud800"}}"#;
        assert!(checked(lone, &Catalogue::shipped().unwrap()).is_err());
    }

    #[test]
    fn a_row_that_cannot_be_read_is_still_known_by_its_names() {
        let wrong = checked_row(month(|row| row["values"] = json!([]))).unwrap_err();
        assert_eq!((wrong.rev.as_deref(), wrong.document.as_deref()), (Some("r1"), Some("03847001:2026-03")));
        let wrong = checked_row(month(|row| row["rev"] = json!(7))).unwrap_err();
        assert_eq!(wrong.rev, None);
    }

    #[test]
    fn the_same_content_has_the_same_digest_however_it_is_written() {
        let digest = |row: Value| checked_row(row).unwrap().digest;
        let plain = digest(month(|_| {}));
        assert_eq!(plain, digest(month(|row| row["before"] = json!(["r0"]))));
        assert_ne!(plain, digest(month(|row| row["confirmed"] = json!(true))));
    }

    #[test]
    fn a_push_is_an_array_of_few_rows() {
        assert_eq!(read(b"[1,2]", 2).unwrap().len(), 2);
        assert_eq!(read(b"[1,2,3]", 2).unwrap_err().code(), Code::TooManyRows);
        assert_eq!(read(b"{}", 2).unwrap_err().code(), Code::ValidationFailed);
        assert_eq!(read(b"[", 2).unwrap_err().code(), Code::InvalidJson);
        assert_eq!(read(b"[\"\xff\"]", 2).unwrap_err().code(), Code::InvalidUtf8);
    }
}
