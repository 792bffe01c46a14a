//! Questions about a text that could not be read: what is doubtful, what it may be, and one right text made from the
//! sender's own.

use super::{Words, doubt};
use crate::domain::indicator::{IndicatorId, Kind, Reporter};
use crate::domain::intake::ReplyParts;
use crate::domain::shortcode::{Intent, Reading, Why};
use crate::domain::template::key;

/// An example has at most so many figures.
const EXAMPLE_FIGURES: usize = 4;
/// A list offers at most so many indicators.
const MOST_CANDIDATES: usize = 4;

impl Words<'_> {
    /// What is asked back about a reading that nobody could be sure of.
    pub fn question_about(&self, reading: &Reading) -> ReplyParts {
        let why = reading.why.unwrap_or(Why::NotAReport);
        let example = ("example", self.example(reading));
        let piece = ("doubt", doubt(&reading.doubt));
        let absurd = || match reading.candidates.first() {
            Some(id) => ("doubt", self.short_name_of(*id)),
            None => ("doubt", doubt(&reading.doubt)),
        };
        let nameless = reading.doubt.trim().is_empty();
        match why {
            Why::CallPolice => self.reply(key::CALL_POLICE, Vec::new()),
            Why::AmbiguousWord | Why::UnknownCode if reading.candidates.len() > 1 && !nameless => {
                let list = self.candidates(&reading.candidates);
                self.reply(key::ASK_WHICH, vec![piece, ("list", list), example])
            }
            Why::NoCount if !reading.candidates.is_empty() => {
                let first = reading.candidates.first().copied();
                let indicator = first.map(|id| self.short_name_of(id)).unwrap_or_default();
                self.reply(key::ASK_COUNT, vec![("indicator", indicator), example])
            }
            Why::TwoMonths => self.reply(key::ASK_TWO_MONTHS, vec![example]),
            Why::TwoHamlets => self.reply(key::ASK_TWO_HAMLETS, vec![example]),
            Why::BadMonth => self.reply(key::ASK_MONTH, vec![example]),
            Why::Contradiction => self.reply(key::ASK_CONTRADICTION, vec![example]),
            Why::Illegible => self.reply(key::ASK_ILLEGIBLE, vec![example]),
            Why::DifferenceOnly => self.reply(key::ASK_DIFFERENCE, vec![example]),
            Why::Nothing => self.reply(
                key::ASK_NOTHING,
                vec![example, ("zero", self.zero_example(reading.period.or(reading.partly_month)))],
            ),
            Why::Absurd
                if reading.candidates.is_empty() && !reading.doubt.contains(char::is_alphanumeric) =>
            {
                self.reply(key::ASK_ILLEGIBLE, vec![example])
            }
            _ if nameless => self.reply(key::ASK_AGAIN, vec![example]),
            Why::NoIndicator => self.reply(key::ASK_INDICATOR, vec![piece, example]),
            Why::Vague | Why::NoCount => self.reply(key::ASK_VAGUE, vec![piece, example]),
            Why::AmbiguousWord | Why::UnknownCode => self.reply(key::ASK_CODE, vec![piece, example]),
            Why::Absurd => self.reply(key::ASK_ABSURD, vec![absurd(), example]),
            Why::Unattached => self.reply(key::ASK_UNATTACHED, vec![piece, example]),
            Why::NotAReport => self.reply(key::ASK_AGAIN, vec![example]),
        }
    }

    /// A right text in codes, made from what was understood of the sender's own: “ANTT T5 TC2 CYGT1”.
    pub fn example(&self, reading: &Reading) -> String {
        let sure = reading.values.iter().chain(&reading.partly);
        let mut figures: Vec<(IndicatorId, i64)> = sure.copied().take(EXAMPLE_FIGURES).collect();
        if let Some(candidate) = reading.candidates.first()
            && !figures.iter().any(|(id, _)| id == candidate)
        {
            figures.push((*candidate, reading.doubt_count.unwrap_or(1)));
        }
        let keyword = match reading.intent {
            Intent::Correct => "SUA",
            Intent::Add => "THEM",
            _ => "ANTT",
        };
        let mut codes: Vec<String> =
            figures.into_iter().filter_map(|(id, figure)| self.coded(id, figure)).collect();
        if codes.is_empty() {
            codes = self.default_codes();
        }
        let month = self.example_month(reading.period.or(reading.partly_month));
        format!("{keyword} {month} {}", codes.join(" "))
    }

    /// A right zero report: “ANTT T5 0”.
    pub fn zero_example(&self, period: Option<crate::domain::period::Period>) -> String {
        format!("ANTT {} 0", self.example_month(period))
    }

    /// “T5”, of the month named or the one to be reported.
    fn example_month(&self, period: Option<crate::domain::period::Period>) -> String {
        let period = period.unwrap_or_else(|| self.calendar.reportable(self.today));
        format!("T{}", period.month())
    }

    /// A figure in code that reads back as itself: “TC2”, “THTS15” (million), “THTS500k”.
    fn coded(&self, id: IndicatorId, figure: i64) -> Option<String> {
        let indicator = self.catalogue.by_id(id)?;
        let amount = match indicator.kind {
            Kind::Money if figure % 1_000_000 == 0 => (figure / 1_000_000).to_string(),
            Kind::Money if figure % 1_000 == 0 => format!("{}k", figure / 1_000),
            Kind::Money => format!("{figure}d"),
            Kind::Count | Kind::People => figure.to_string(),
        };
        Some(format!("{}{amount}", indicator.code))
    }

    /// Two counted things of different groups, where the text gave nothing to make an example from.
    fn default_codes(&self) -> Vec<String> {
        let counted =
            || self.catalogue.iter().filter(|i| i.kind == Kind::Count && i.reporter == Reporter::Hamlet);
        let first = counted().next();
        let second = counted().find(|i| first.is_some_and(|first| first.group != i.group));
        let codes = [first.map(|i| format!("{}2", i.code)), second.map(|i| format!("{}1", i.code))];
        codes.into_iter().flatten().collect()
    }

    /// “1: tai nạn GT, 2: tai nạn lao động”
    fn candidates(&self, candidates: &[IndicatorId]) -> String {
        let names = candidates.iter().take(MOST_CANDIDATES).map(|id| self.short_name_of(*id));
        let numbered: Vec<String> = (1..).zip(names).map(|(at, name)| format!("{at}: {name}")).collect();
        numbered.join(", ")
    }

    /// The short name of an indicator by its id.
    pub fn short_name_of(&self, id: IndicatorId) -> String {
        self.catalogue.by_id(id).map(|indicator| self.templates.short_name(indicator)).unwrap_or_default()
    }
}
