//! `[period]`: which days a reporting month covers, and until when a return is on time.

use serde::Serialize;

use super::as_text;
use super::section::Section;
use crate::domain::period::{BadCalendar, Calendar, CalendarRow, Period};

/// `[period]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeriodSettings {
    start_day: u32,
    hamlet_due_day: u32,
    commune_due_day: u32,
    changes: Vec<Change>,
    #[serde(skip)]
    calendar: Calendar,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Change {
    #[serde(serialize_with = "as_text")]
    from: Period,
    start_day: u32,
}

/// A month may begin on these days: every month has them.
const DAYS: std::ops::RangeInclusive<i64> = 1..=28;

impl PeriodSettings {
    /// The calendar that these settings describe.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let start_day = section.integer("start_day", DAYS);
        let hamlet_due_day = section.integer("hamlet_due_day", DAYS);
        let commune_due_day = section.integer("commune_due_day", DAYS);
        let changes = section.list("changes", "from", Change::read);
        let (start_day, hamlet_due_day, commune_due_day) = (start_day?, hamlet_due_day?, commune_due_day?);
        let changes = changes?;
        let first = CalendarRow { from: None, start_day };
        let rows = changes.iter().map(|row| CalendarRow { from: Some(row.from), start_day: row.start_day });
        let rows = std::iter::once(first).chain(rows).collect();
        match Calendar::new(rows, hamlet_due_day, commune_due_day) {
            Ok(calendar) => {
                Some(PeriodSettings { start_day, hamlet_due_day, commune_due_day, changes, calendar })
            }
            Err(BadCalendar::Day(_)) => section.refuse("start_day", "write a day from 1 to 28"),
            Err(BadCalendar::Order) => {
                section.refuse("changes", "write them oldest first, each with another month in `from`")
            }
        }
    }
}

impl Change {
    fn read(section: &mut Section) -> Option<Self> {
        let from = section.parsed("from", |text| {
            text.parse::<Period>().map_err(|_| "write a month, for example \"2027-01\"".to_owned())
        });
        let start_day = section.integer("start_day", DAYS);
        Some(Change { from: from?, start_day: start_day? })
    }
}
