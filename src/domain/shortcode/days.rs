//! The days that a text tells, with their places, and years in words.

use chrono::NaiveDate;

use super::lexicon::Class;
use super::period_of::told_day;
use super::reader::Reader;
use super::text::Text;

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

/// “năm ngoái”, “năm nay”, “năm rồi” behind a month: years after that of receipt, and length.
pub(super) fn spoken_year(text: &Text, at: usize) -> Option<(i32, usize)> {
    let year = at + text.is(at, Class::Year)?;
    match text.plain(year) {
        "ngoai" | "roi" | "truoc" | "cu" | "qua" => Some((-1, year + 1 - at)),
        "vua" if matches!(text.plain(year + 1), "roi" | "qua") => Some((-1, year + 2 - at)),
        "nay" | "ni" => Some((0, year + 1 - at)),
        _ => None,
    }
}
