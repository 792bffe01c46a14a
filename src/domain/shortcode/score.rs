//! Readings beside the labels of a corpus.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::Deserialize;

use super::reader::Reader;
use super::reading::{Intent, Reading};
use crate::domain::indicator::Catalogue;

/// A line of a corpus.
#[derive(Debug, Clone, Deserialize)]
pub struct Labelled {
    /// Its name.
    pub id: String,
    /// When it reached the gateway, RFC 3339 in the time of Vietnam.
    pub received: String,
    /// The text.
    pub text: String,
    /// What a careful clerk reads.
    pub expect: Expected,
    /// What it is an example of; `malicious` is scored apart.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What a careful clerk reads.
#[derive(Debug, Clone, Deserialize)]
pub struct Expected {
    /// The name of the intent.
    pub intent: String,
    /// `YYYY-MM`.
    #[serde(default)]
    pub period: Option<String>,
    /// Figures by code.
    #[serde(default)]
    pub values: BTreeMap<String, i64>,
}

/// How a reading compares with its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Intent, month and figures are right.
    Exact,
    /// Something would be recorded that is not right: the costliest.
    RecordedWrong,
    /// A question where none was needed.
    Needless,
    /// Another intent without figures.
    Other,
}

/// Verdicts counted, ordinary and malicious texts apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// Texts of ordinary people.
    pub ordinary: Tally,
    /// Texts of those who try to mislead.
    pub malicious: Tally,
}

/// Verdicts of one kind of text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many texts.
    pub texts: u32,
    /// Read exactly right.
    pub exact: u32,
    /// Recorded, but wrong.
    pub wrong: u32,
    /// Asked without need.
    pub needless: u32,
}

impl Score {
    /// Counts a verdict.
    pub fn count(&mut self, labelled: &Labelled, verdict: Verdict) {
        let malicious = labelled.tags.iter().any(|tag| tag == "malicious");
        let tally = if malicious { &mut self.malicious } else { &mut self.ordinary };
        tally.texts += 1;
        match verdict {
            Verdict::Exact => tally.exact += 1,
            Verdict::RecordedWrong => tally.wrong += 1,
            Verdict::Needless => tally.needless += 1,
            Verdict::Other => {}
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "ordinary:  {}", self.ordinary)?;
        write!(f, "malicious: {}", self.malicious)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: u32| 100.0 * f64::from(part) / f64::from(self.texts.max(1));
        write!(
            f,
            "{} texts, exact {} ({:.1} %), recorded but wrong {} ({:.2} %), needless questions {} ({:.1} %)",
            self.texts,
            self.exact,
            share(self.exact),
            self.wrong,
            share(self.wrong),
            self.needless,
            share(self.needless)
        )
    }
}

impl Labelled {
    /// The day of receipt, if `received` begins with one.
    pub fn day(&self) -> Option<NaiveDate> {
        self.received.get(..10)?.parse().ok()
    }

    /// Reads the text and compares.
    pub fn judge(&self, reader: &Reader, catalogue: &Catalogue) -> (Verdict, Reading) {
        let reading = reader.read(&self.text, self.day().unwrap_or_default());
        (self.compare(&reading, catalogue), reading)
    }

    fn compare(&self, reading: &Reading, catalogue: &Catalogue) -> Verdict {
        let recorded =
            matches!(reading.intent, Intent::Report | Intent::Zero | Intent::Correct | Intent::Add);
        let values: BTreeMap<String, i64> = reading
            .values
            .iter()
            .filter_map(|(id, value)| Some((catalogue.by_id(*id)?.code.clone(), *value)))
            .collect();
        let same_intent = self.expect.intent == reading.intent.name();
        let month_matters = recorded || reading.intent == Intent::Status;
        let same_month = self.expect.period == reading.period.map(|period| period.to_string());
        if same_intent && (same_month || !month_matters) && (!recorded || values == self.expect.values) {
            Verdict::Exact
        } else if recorded {
            Verdict::RecordedWrong
        } else if reading.intent == Intent::Ask && self.expect.intent != "ask" {
            Verdict::Needless
        } else {
            Verdict::Other
        }
    }
}
