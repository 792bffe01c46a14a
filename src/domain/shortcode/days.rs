//! The days that a text tells, with their places.

use chrono::NaiveDate;

use super::period_of::told_day;
use super::reader::Reader;

/// A day as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayMention {
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// The day.
    pub day: NaiveDate,
}

impl Reader {
    /// Every day that `text`, received on `received`, tells, in its order: “ngày 12/3”, “hôm 21”, “hôm qua”. Longer
    /// texts than the reader reads have none.
    pub fn days(&self, text: &str, received: NaiveDate) -> Vec<DayMention> {
        if text.chars().nth(super::reader::LONGEST_TEXT).is_some() {
            return Vec::new();
        }
        let worked = self.work(text);
        let mention = |at: usize| {
            let item = worked.items.get(at)?;
            let (start, end) = worked.text.span(item.from, item.to);
            Some(DayMention { start, end, day: told_day(&worked.text, &worked.items, at, received)? })
        };
        (0..worked.items.len()).filter_map(mention).collect()
    }
}
