//! Where in a provider's requests and answers the things stand that we look for, and what its words mean.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::config::section::Section;

/// Names of fields, the first that is there counts: `from|sender`. A name that begins with `/` is a JSON pointer.
pub type FieldNames = String;

/// How texts are read that come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inbound {
    /// The sender's number.
    pub from: FieldNames,
    /// The words.
    pub text: FieldNames,
    /// The provider's id of the text.
    pub id: FieldNames,
    /// When it was sent.
    pub date: FieldNames,
    /// The number that it was sent to.
    pub to: FieldNames,
    /// What is the same for all parts of a long text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_reference: Option<FieldNames>,
    /// How many parts there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_total: Option<FieldNames>,
    /// Which part it is, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_number: Option<FieldNames>,
    /// What a request must say to be a text (`type=incoming`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<FixedAnswer>,
}

/// How reports are read of what became of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Our id of the text or the provider's.
    pub id: FieldNames,
    /// What became of it.
    pub status: FieldNames,
    /// Why it was not delivered.
    pub reason: FieldNames,
    /// What a request must say to be a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What the provider's words mean; a key may be a range of numbers (`64-255`). Words that are not listed tell
    /// nothing. Without a list the words are our own, and others are refused.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, DeliveryValue>,
    /// What is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<FixedAnswer>,
}

/// What a provider's word for the state of a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryValue {
    /// It left the provider.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It will not reach the phone.
    Failed,
    /// It was kept too long.
    Expired,
    /// Nothing that we count.
    Ignore,
}

/// How the answer to a text that we send is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SendAnswer {
    /// The provider's id of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<FieldNames>,
    /// What an answer of 2xx must say to mean that the text was taken; without it, any does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Condition>,
    /// Where the provider's code stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<FieldNames>,
    /// What its codes mean; a code that is not listed counts by the status of the answer.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, CodeMeaning>,
}

/// What a provider's code in its answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeMeaning {
    /// The text is taken, or was taken before.
    Accepted,
    /// This text will never be taken.
    Rejected,
    /// No text will be taken until the settings are right.
    Misconfigured,
    /// No text will be taken until somebody has paid.
    NoCredit,
    /// Try again later.
    Busy,
}

/// `NAME=VALUE`, `NAME=A|B`: a field has one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field.
    pub field: FieldNames,
    /// The values that are good.
    pub values: Vec<String>,
}

/// An answer that is always the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixedAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// What an answer may be written in.
const CONTENT_TYPES: [&str; 5] =
    ["application/json", "text/plain", "text/xml", "application/xml", "text/html; charset=utf-8"];

const DELIVERY_VALUES: [(&str, DeliveryValue); 5] = [
    ("sent", DeliveryValue::Sent),
    ("delivered", DeliveryValue::Delivered),
    ("failed", DeliveryValue::Failed),
    ("expired", DeliveryValue::Expired),
    ("ignore", DeliveryValue::Ignore),
];

const CODE_MEANINGS: [(&str, CodeMeaning); 5] = [
    ("accepted", CodeMeaning::Accepted),
    ("rejected", CodeMeaning::Rejected),
    ("misconfigured", CodeMeaning::Misconfigured),
    ("no_credit", CodeMeaning::NoCredit),
    ("busy", CodeMeaning::Busy),
];

impl Default for Inbound {
    fn default() -> Self {
        let name = |name: &str| name.to_owned();
        Inbound {
            from: name("from"),
            text: name("text"),
            id: name("id"),
            date: name("date"),
            to: name("to"),
            part_reference: None,
            part_total: None,
            part_number: None,
            when: None,
            answer: None,
        }
    }
}

impl Default for Delivery {
    fn default() -> Self {
        let (id, status, reason) = ("id".to_owned(), "status".to_owned(), "reason".to_owned());
        Delivery { id, status, reason, when: None, values: BTreeMap::new(), answer: None }
    }
}

impl Inbound {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let plain = Inbound::default();
        let from = name_or(section, "from", plain.from);
        let text = name_or(section, "text", plain.text);
        let id = name_or(section, "id", plain.id);
        let date = name_or(section, "date", plain.date);
        let to = name_or(section, "to", plain.to);
        let part_reference = section.optional("part_reference", name);
        let part_total = section.optional("part_total", name);
        let part_number = section.optional("part_number", name);
        let when = section.optional("when", Condition::parse);
        let answer = section.optional_section("answer", FixedAnswer::read);
        Some(Inbound {
            from: from?,
            text: text?,
            id: id?,
            date: date?,
            to: to?,
            part_reference: part_reference?,
            part_total: part_total?,
            part_number: part_number?,
            when: when?,
            answer: answer?,
        })
    }
}

impl Delivery {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let plain = Delivery::default();
        let id = name_or(section, "id", plain.id);
        let status = name_or(section, "status", plain.status);
        let reason = name_or(section, "reason", plain.reason);
        let when = section.optional("when", Condition::parse);
        let values = section.words("values", |word| one_of(&DELIVERY_VALUES, word));
        let answer = section.optional_section("answer", FixedAnswer::read);
        Some(Delivery {
            id: id?,
            status: status?,
            reason: reason?,
            when: when?,
            values: values?,
            answer: answer?,
        })
    }

    /// What the provider's `word` means; `None` where it is not listed.
    pub fn meaning(&self, word: &str) -> Option<DeliveryValue> {
        look_up(&self.values, word)
    }
}

impl SendAnswer {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let id = section.optional("id", name);
        let accepted = section.optional("accepted", Condition::parse);
        let code = section.optional("code", name);
        let codes = section.words("codes", |word| one_of(&CODE_MEANINGS, word));
        Some(SendAnswer { id: id?, accepted: accepted?, code: code?, codes: codes? })
    }

    /// What the provider's `code` means; `None` where it is not listed.
    pub fn meaning(&self, code: &str) -> Option<CodeMeaning> {
        look_up(&self.codes, code)
    }
}

impl FixedAnswer {
    fn read(section: &mut Section) -> Option<Self> {
        let status = section.integer_or("status", 200..=299, 200);
        let content_type = section.optional("content_type", |text| {
            let found = CONTENT_TYPES.iter().find(|known| **known == text);
            found.copied().ok_or_else(|| format!("write one of: {}", CONTENT_TYPES.join(", ")))
        });
        let body = section.optional("body", |text| Ok(text.to_owned()));
        let (content_type, body) = (content_type?.unwrap_or("text/plain"), body?.unwrap_or_default());
        Some(FixedAnswer { status: status?, content_type, body })
    }
}

impl Condition {
    fn parse(text: &str) -> Result<Self, String> {
        let advice = || "write FIELD=VALUE or FIELD=VALUE|VALUE".to_owned();
        let (field, values) = text.split_once('=').ok_or_else(advice)?;
        let values = values.split('|').map(str::to_owned).collect();
        Ok(Condition { field: name(field)?, values })
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}={}", self.field, self.values.join("|")))
    }
}

/// The meaning of `word` itself, or of a range of numbers that it is in.
fn look_up<T: Copy>(table: &BTreeMap<String, T>, word: &str) -> Option<T> {
    table.get(word).copied().or_else(|| {
        let number: i64 = word.parse().ok()?;
        let within = |(range, _): &(&String, &T)| {
            let bounds =
                range.split_once('-').and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
            bounds.is_some_and(|(low, high): (i64, i64)| (low..=high).contains(&number))
        };
        table.iter().find(within).map(|(_, meaning)| *meaning)
    })
}

fn name_or(section: &mut Section, key: &'static str, default: String) -> Option<String> {
    Some(section.optional(key, name)?.unwrap_or(default))
}

fn name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.split('|').any(str::is_empty) {
        Err("write the name of a field, several with | between, or a JSON pointer such as /data/id"
            .to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn one_of<T: Copy>(known: &[(&str, T)], word: &str) -> Result<T, String> {
    let found = known.iter().find(|(name, _)| *name == word);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        format!("write one of: {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_before_a_range_of_numbers() {
        let table = BTreeMap::from([("0".to_owned(), 1), ("1-63".to_owned(), 2), ("7".to_owned(), 3)]);
        assert_eq!(
            ["0", "7", "63", "64", "x"].map(|word| look_up(&table, word)),
            [Some(1), Some(3), Some(2), None, None]
        );
    }

    #[test]
    fn conditions_are_written_as_they_are_read() {
        let condition = Condition::parse("/data/type=new|recovery").unwrap();
        assert_eq!(condition.values, ["new", "recovery"]);
        assert_eq!(serde_json::to_string(&condition).unwrap(), "\"/data/type=new|recovery\"");
        assert!(Condition::parse("type").is_err() && Condition::parse("=x").is_err());
    }
}
