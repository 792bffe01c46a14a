//! An answer completes a text that could not be read: its doubtful piece is written out and it is read again.

use super::answer::{Asked, choice, nth};
use super::case::{Reads, Said, Settled};
use super::plan::Plan;
use super::situation::day_of;
use crate::domain::indicator::IndicatorId;
use crate::domain::shortcode::{Intent, Reading};

/// The doubtful piece may stand in the text by chance as well (“tt” in “antt”); so many places are tried.
const MOST_PLACES: usize = 4;

impl<R: Reads> Asked<'_, '_, '_, R> {
    /// The answer names the indicator, or the count, that was in doubt: the text is completed and read again.
    pub(super) fn completes(
        &self,
        candidates: &[IndicatorId],
        count: Option<i64>,
        said: &Said,
    ) -> Option<Plan> {
        let reading = self.case.reading;
        let told = match reading.values.as_slice() {
            [(indicator, figure)] if is_bare(reading) => Some((*indicator, *figure)),
            _ => None,
        };
        // Whoever tells figures, a month or a hamlet besides reports anew, however doubtful it is.
        let tells_more =
            !reading.partly.is_empty() || reading.partly_month.is_some() || reading.hamlet.is_some();
        if (reading.intent == Intent::Report && told.is_none())
            || (reading.intent == Intent::Ask && tells_more)
        {
            return None;
        }
        let by_number =
            choice(said).filter(|_| candidates.len() > 1).and_then(|n| nth(candidates, n)).copied();
        let named = told.map(|(indicator, _)| indicator).or(said.indicator);
        let sole = if candidates.len() == 1 { candidates.first().copied() } else { None };
        let indicator = named.or(by_number).or(sole)?;
        if !candidates.is_empty() && !candidates.contains(&indicator) {
            return None;
        }
        let counted = told.map(|(_, figure)| figure);
        let figure = match (count, counted) {
            (Some(count), Some(told)) if told != count => return None,
            (Some(count), _) => Some(count),
            (None, Some(told)) => Some(told),
            (None, None) if sole.is_some() || named.is_some() => said.number,
            (None, None) => None,
        };
        if sole.is_some() && figure.is_none() {
            return None;
        }
        self.completed(indicator, figure)
    }

    /// The text with its doubtful piece written out, read again; `None` where that does not say what the answer said.
    fn completed(&self, indicator: IndicatorId, figure: Option<i64>) -> Option<Plan> {
        let doubtful = self.read_again();
        if doubtful.doubt.is_empty() {
            return None;
        }
        let code = self.case.situation.catalogue.by_id(indicator).map(|i| i.code.clone())?;
        let count = figure.map(|figure| figure.to_string()).unwrap_or_default();
        // The code alone first where the count stands beside the doubtful piece.
        let mut spellings = [format!(" {code} {count} "), format!(" {count} "), format!(" {code} ")];
        if doubtful.doubt_count.is_some() && !doubtful.doubt.contains(|c: char| c.is_ascii_digit()) {
            spellings.rotate_right(1);
        }
        let places = self.open.text.match_indices(doubtful.doubt.as_str()).take(MOST_PLACES);
        let texts = places.flat_map(|(at, doubt)| {
            let (before, after) = (self.open.text.get(..at), self.open.text.get(at + doubt.len()..));
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            spellings.iter().map(move |piece| format!("{before}{piece}{after}"))
        });
        let read = texts.map(|text| {
            let reading = self.reader.read(&text, day_of(self.open.received));
            (text, reading)
        });
        let all = |reading: &Reading| [reading.values.clone(), reading.partly.clone()].concat();
        let says_so = |reading: &Reading| {
            let (all, told) =
                (all(reading), |id: IndicatorId, n: i64| id == indicator && figure.is_none_or(|f| f == n));
            all.iter().any(|(id, n)| told(*id, *n)) && doubtful.partly.iter().all(|sure| all.contains(sure))
        };
        // Something else in the text is doubtful as well, or how many of it there were.
        let asks_next = |text: &str, reading: &Reading| {
            let another = text.contains(&code) && !reading.doubt.contains(&code);
            reading.intent == Intent::Ask
                && reading.doubt != doubtful.doubt
                && (says_so(reading) || reading.candidates == [indicator] || another)
        };
        let read: Vec<(String, Reading)> = read.collect();
        let complete = read.iter().find(|(_, reading)| reading.intent != Intent::Ask && says_so(reading));
        let (text, reading) =
            complete.or_else(|| read.iter().find(|(text, reading)| asks_next(text, reading)))?;
        Some(self.redone(&self.case_of(text, reading, Settled::default())))
    }
}

/// A report that names neither month, hamlet nor day.
fn is_bare(reading: &Reading) -> bool {
    reading.intent == Intent::Report
        && reading.period.is_none()
        && reading.hamlet.is_none()
        && !reading.rest_zero
}
