//! The reader of texts, as the rules use it.

use chrono::NaiveDate;

use super::case::{Reads, Said};
use crate::domain::shortcode::{DayMention, Reader, Reading};

impl Reads for Reader {
    fn read(&self, text: &str, day: NaiveDate) -> Reading {
        Reader::read(self, text, day)
    }

    fn read_answer(&self, text: &str, day: NaiveDate) -> Said {
        let answer = Reader::read_answer(self, text, day);
        let replace = match (answer.replace, answer.add) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        };
        Said {
            yes: answer.yes,
            number: answer.number,
            counted: answer.counted,
            period: answer.period,
            hamlet: answer.hamlet,
            indicator: answer.indicator,
            replace,
            erase: answer.erase,
        }
    }

    fn days(&self, text: &str, day: NaiveDate) -> Vec<DayMention> {
        Reader::days(self, text, day)
    }
}
