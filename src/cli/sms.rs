//! `binhyen sms`: texts read without database and network.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::terminal::{complain, say};
use crate::domain::indicator::Catalogue;
use crate::domain::period::Calendar;
use crate::domain::reply::{Words, stateless_reply};
use crate::domain::shortcode::{Intent, Labelled, Lexicon, Reader, Reading, Score, Verdict};
use crate::domain::template::Templates;

/// The longest line that is taken; no text of a phone comes near it.
const LONGEST_LINE: usize = 1_000_000;
/// The time of Vietnam, in seconds east of Greenwich.
const VIETNAM: i32 = 7 * 3600;

/// What to do with texts.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Sms {
    /// Read texts: a line of JSON per message `{"id","received","text"}` on standard input, a line each on standard
    /// output.
    Read,
    /// Show what every piece of a text became and why.
    Explain {
        /// The text.
        text: String,
        /// The day of receipt.
        #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-06-30")]
        received: NaiveDate,
    },
    /// Compare the readings of a labelled corpus with its labels.
    Score {
        /// A file of JSON lines with `expect`.
        corpus: PathBuf,
    },
    /// Check that no phrase of a lexicon means two indicators.
    CheckLexicon {
        /// The lexicon; without it, the one that ships with the program.
        lexicon: Option<PathBuf>,
    },
}

pub(super) fn run(what: &Sms) -> anyhow::Result<ExitCode> {
    match what {
        Sms::Read => read(io::stdin().lock(), io::stdout().lock()),
        Sms::Explain { text, received } => explain(text, *received),
        Sms::Score { corpus } => score(corpus),
        Sms::CheckLexicon { lexicon } => check_lexicon(lexicon.as_deref()),
    }
}

#[derive(Deserialize)]
struct Message {
    id: Value,
    received: DateTime<FixedOffset>,
    text: String,
}

/// Answers every line of `input` on `output`, in order. A line that is no message is told on standard error with its
/// number; the others are answered all the same, and the exit code is 1.
pub fn read(input: impl BufRead, output: impl Write) -> anyhow::Result<ExitCode> {
    let office = Office::new()?;
    let mut output = io::BufWriter::new(output);
    let mut failed = false;
    for (number, line) in (1..).zip(input.split(b'\n')) {
        let line = line.context("standard input cannot be read")?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match message(&line) {
            Ok(message) => writeln!(output, "{}", office.answer(&message))?,
            Err(why) => {
                failed = true;
                complain(&format!(
                    "line {number}: {why}; write {{\"id\":\"1\",\"received\":\"2026-03-16T08:12:00+07:00\",\"text\":\"ANTT T3 TC2\"}}"
                ));
            }
        }
    }
    output.flush()?;
    Ok(if failed { ExitCode::from(super::FAILED) } else { super::DONE })
}

fn message(line: &[u8]) -> Result<Message, String> {
    if line.len() > LONGEST_LINE {
        return Err(format!("longer than {LONGEST_LINE} bytes"));
    }
    let message: Message = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    match message.id {
        Value::String(_) | Value::Number(_) => Ok(message),
        _ => Err("`id` must be a text or a number".to_owned()),
    }
}

/// What reading needs: the shipped catalogue, lexicon, calendar and templates.
struct Office {
    reader: Reader,
    catalogue: Catalogue,
    calendar: Calendar,
    templates: Templates,
}

impl Office {
    fn new() -> anyhow::Result<Self> {
        Ok(Office {
            reader: Reader::shipped()?,
            catalogue: Catalogue::shipped()?,
            calendar: Calendar::ministry(),
            templates: Templates::shipped()?,
        })
    }

    fn answer(&self, message: &Message) -> Value {
        let day = day_in_vietnam(message.received);
        let reading = self.reader.read(&message.text, day);
        let words = Words {
            catalogue: &self.catalogue,
            calendar: &self.calendar,
            templates: &self.templates,
            today: day,
        };
        let mut answer = json!({
            "id": message.id,
            "outcome": outcome(reading.intent),
            "intent": reading.intent.name(),
            "period": reading.period.map(|period| period.to_string()),
            "values": self.values(&reading),
            "why": reading.why.map(|why| why.name()),
            "reply": stateless_reply(&reading, &words),
        });
        if let (Some(day), Some(answer)) = (reading.day, answer.as_object_mut()) {
            answer.insert("day".to_owned(), json!(day.to_string()));
        }
        answer
    }

    fn values(&self, reading: &Reading) -> Map<String, Value> {
        let code = |id| self.catalogue.by_id(id).map(|indicator| indicator.code.clone());
        reading.values.iter().filter_map(|(id, value)| Some((code(*id)?, json!(value)))).collect()
    }
}

/// The day of receipt in Vietnam, wherever the gateway's clock stands.
fn day_in_vietnam(received: DateTime<FixedOffset>) -> NaiveDate {
    match FixedOffset::east_opt(VIETNAM) {
        Some(vietnam) => received.with_timezone(&vietnam).date_naive(),
        None => received.date_naive(),
    }
}

/// The outcome in the contract.
fn outcome(intent: Intent) -> &'static str {
    match intent {
        Intent::Report | Intent::Zero | Intent::Correct | Intent::Add => "accept",
        Intent::Ask => "ask",
        _ => "none",
    }
}

/// Prints what every piece of `text` became and why, the reading, and the second-best way of attaching figures.
pub fn explain(text: &str, received: NaiveDate) -> anyhow::Result<ExitCode> {
    let office = Office::new()?;
    let explanation = office.reader.explain(text, received);
    for piece in &explanation.pieces {
        let why = if piece.why.is_empty() { String::new() } else { format!("  ({})", piece.why) };
        say(&format!("{:>4}..{:<4} {:?} → {}{why}", piece.start, piece.end, piece.text, piece.became))?;
    }
    let message = Message { id: json!("text"), received: noon(received)?, text: text.to_owned() };
    say(&format!("reading: {}", office.answer(&message)))?;
    for (figure, thing) in &explanation.second {
        say(&format!("second-best: {figure:?} would count {thing:?}"))?;
    }
    Ok(super::DONE)
}

fn noon(day: NaiveDate) -> anyhow::Result<DateTime<FixedOffset>> {
    Ok(DateTime::parse_from_rfc3339(&format!("{day}T12:00:00+07:00"))?)
}

/// Compares the readings of the corpus at `path` with its labels: every difference, then the score.
pub fn score(path: &Path) -> anyhow::Result<ExitCode> {
    let office = Office::new()?;
    let corpus = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut score = Score::default();
    for (number, line) in (1..).zip(corpus.lines()) {
        let labelled: Labelled =
            serde_json::from_str(line).with_context(|| format!("line {number} is no labelled message"))?;
        let (verdict, reading) = labelled.judge(&office.reader, &office.catalogue);
        score.count(&labelled, verdict);
        if verdict != Verdict::Exact {
            say(&format!("{verdict:?} {} {:?}", labelled.id, labelled.text))?;
            say(&format!("  wanted {:?}", labelled.expect))?;
            let values = Value::Object(office.values(&reading));
            let period = reading.period.map(|period| period.to_string());
            say(&format!("  read   {} {period:?} {values} {:?}", reading.intent.name(), reading.why))?;
        }
    }
    say(&score.to_string())?;
    Ok(super::DONE)
}

/// Says whether every phrase of the lexicon at `path` (or the shipped one) means one thing.
pub fn check_lexicon(path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let lexicon = match path {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            Lexicon::from_toml(&text)?
        }
        None => Lexicon::shipped()?,
    };
    lexicon.check(&Catalogue::shipped()?)?;
    say("every phrase means one thing")?;
    Ok(super::DONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_lines(input: &str) -> (Vec<Value>, ExitCode) {
        let mut output = Vec::new();
        let code = read(input.as_bytes(), &mut output).unwrap();
        let lines = String::from_utf8(output).unwrap();
        (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), code)
    }

    #[test]
    fn every_message_is_answered_in_order_and_a_bad_line_fails_alone() {
        let (lines, code) = read_lines(concat!(
            "{\"id\":\"a\",\"received\":\"2026-03-31T23:30:00Z\",\"text\":\"ANTT TC2, thang nay\"}\n",
            "not json\n\n",
            "{\"id\":7,\"received\":\"2026-04-01T08:00:00+07:00\",\"text\":\"TN 2\",\"more\":1}\n",
            "{\"id\":\"c\",\"received\":\"2026-04-01T08:00:00+07:00\",\"text\":\"OK\"}"
        ));
        assert_eq!(code, ExitCode::from(1));
        assert_eq!(lines.len(), 3);
        // Half past eleven at night in Greenwich is the first of April in Vietnam.
        assert_eq!((&lines[0]["period"], &lines[0]["outcome"]), (&json!("2026-04"), &json!("accept")));
        assert_eq!(lines[0]["values"], json!({"TC": 2}));
        assert_eq!((&lines[1]["id"], &lines[1]["why"]), (&json!(7), &json!("ambiguous_word")));
        assert_eq!((&lines[1]["values"], &lines[1]["period"]), (&json!({}), &Value::Null));
        assert_eq!((&lines[2]["outcome"], &lines[2]["why"]), (&json!("none"), &Value::Null));
        assert!(lines[0]["reply"].as_str().unwrap().is_ascii());
    }

    #[test]
    fn the_shipped_lexicon_is_unambiguous() {
        assert_eq!(check_lexicon(None).unwrap(), ExitCode::SUCCESS);
    }
}
