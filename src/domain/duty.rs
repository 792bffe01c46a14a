//! Hours of duty: when the holder of a post is to be woken by an urgent text.

use std::fmt;
use std::str::FromStr;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Hours of every day, in Viet Nam's time: `07:00-19:00`, several with spaces between; `19:00-07:00` passes midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty(Vec<(u16, u16)>);

/// Not hours of duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write the hours of duty as 07:00-19:00, several with a space between")]
pub struct BadDuty;

impl Duty {
    /// Whether the minute (0..1440) of the day falls into the hours; their end is not in them.
    pub fn covers(&self, minute: u16) -> bool {
        self.0.iter().any(|(from, to)| {
            if from < to { (*from..*to).contains(&minute) } else { minute >= *from || minute < *to }
        })
    }
}

/// The minute of the day in Viet Nam (UTC+7, no summer time) of a time in microseconds UTC.
pub fn minute_of_day(micros: i64) -> u16 {
    let minutes = (micros.div_euclid(60_000_000) + 7 * 60).rem_euclid(i64::from(DAY));
    u16::try_from(minutes).unwrap_or(0)
}

impl FromStr for Duty {
    type Err = BadDuty;

    fn from_str(text: &str) -> Result<Self, BadDuty> {
        let spans = text.split_whitespace().map(span).collect::<Result<Vec<_>, _>>()?;
        if spans.is_empty() || spans.len() > 6 { Err(BadDuty) } else { Ok(Duty(spans)) }
    }
}

fn span(text: &str) -> Result<(u16, u16), BadDuty> {
    let (from, to) = text.split_once('-').ok_or(BadDuty)?;
    let (from, to) = (minute(from)?, minute(to)?);
    if from == to || from == DAY { Err(BadDuty) } else { Ok((from, to)) }
}

/// `07:00`, `7:00` or `7`; `24:00` is the end of the day.
fn minute(text: &str) -> Result<u16, BadDuty> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "00"));
    let number = |text: &str| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| plain).ok_or(BadDuty)
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let whole = hour * 60 + minute;
    if minute < 60 && whole <= DAY { Ok(whole) } else { Err(BadDuty) }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (from, to)) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { " " };
            write!(f, "{gap}{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_may_pass_midnight_and_their_end_is_not_in_them() {
        let duty: Duty = "22-6 11:30-13:00".parse().unwrap();
        assert_eq!(duty.to_string(), "22:00-06:00 11:30-13:00");
        for (minute, on) in
            [(22 * 60, true), (0, true), (359, true), (360, false), (690, true), (780, false), (1320, true)]
        {
            assert_eq!(duty.covers(minute), on, "{minute}");
        }
        assert!("0-24".parse::<Duty>().unwrap().covers(1439));
    }

    #[test]
    fn what_is_no_span_of_hours_is_refused() {
        for text in ["", "7", "7-7", "25-3", "7:60-8", "7-8-9", "-7-8", "24-3", "a-b", "7:0:0-8"] {
            assert!(text.parse::<Duty>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_minute_of_the_day_is_viet_nams() {
        assert_eq!(minute_of_day(0), 7 * 60);
        assert_eq!(minute_of_day(-60_000_000), 7 * 60 - 1);
        assert_eq!(minute_of_day(17 * 3_600_000_000), 0);
    }
}
