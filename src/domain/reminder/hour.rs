//! A time of the day, as rules write it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A time of the day in Viet Nam, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hour(u16);

/// Why a text is no time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a time of the day as HH:MM, for example 08:00")]
pub struct BadHour;

impl Hour {
    /// Eight o'clock.
    pub const EIGHT: Hour = Hour(8 * 60);

    /// Microseconds since midnight.
    pub fn micros(self) -> i64 {
        i64::from(self.0) * 60_000_000
    }
}

impl FromStr for Hour {
    type Err = BadHour;

    fn from_str(text: &str) -> Result<Self, BadHour> {
        let (hours, minutes) = text.split_once(':').ok_or(BadHour)?;
        let two = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse::<u16>().ok()).flatten().ok_or(BadHour)
        };
        let (hours, minutes) = (two(hours)?, two(minutes)?);
        if hours < 24 && minutes < 60 { Ok(Hour(hours * 60 + minutes)) } else { Err(BadHour) }
    }
}

impl fmt::Display for Hour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl TryFrom<String> for Hour {
    type Error = BadHour;

    fn try_from(text: String) -> Result<Self, BadHour> {
        text.parse()
    }
}

impl From<Hour> for String {
    fn from(hour: Hour) -> String {
        hour.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_written_with_four_digits() {
        assert_eq!("08:05".parse::<Hour>().unwrap().to_string(), "08:05");
        assert_eq!("08:00".parse(), Ok(Hour::EIGHT));
        for bad in ["8:00", "24:00", "08:60", "0800", "", "08:0", "+8:00", "08:00:00"] {
            assert_eq!(bad.parse::<Hour>(), Err(BadHour), "{bad}");
        }
    }
}
