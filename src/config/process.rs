//! `[log]` and `[clock]`: what the process says, and what time it believes it is.

use chrono::{DateTime, FixedOffset};
use serde::{Serialize, Serializer};

use super::section::Section;
use crate::clock::Clock;
use crate::telemetry::{self, LogFormat};

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Log {
    /// For people or for machines.
    #[serde(serialize_with = "format_name")]
    pub format: LogFormat,
    /// From which level on, in all or per module.
    pub level: String,
}

/// `[clock]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClockSettings {
    #[serde(serialize_with = "rfc_3339", skip_serializing_if = "Option::is_none")]
    fixed: Option<DateTime<FixedOffset>>,
}

impl Log {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let format = section.parsed("format", |text| match text {
            "pretty" => Ok(LogFormat::Pretty),
            "json" => Ok(LogFormat::Json),
            _ => Err("write \"pretty\" or \"json\"".to_owned()),
        });
        let level = section.parsed("level", |text| {
            if telemetry::is_level(text) {
                Ok(text.to_owned())
            } else {
                Err("write error, warn, info, debug or trace, per module \"info,binhyen::db=debug\""
                    .to_owned())
            }
        });
        Some(Log { format: format?, level: level? })
    }
}

impl ClockSettings {
    /// The clock that these settings describe.
    pub fn clock(&self) -> Clock {
        self.fixed.map_or_else(Clock::system, |time| Clock::fixed(time.timestamp_micros()))
    }

    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let fixed = section.optional("fixed", |text| {
            DateTime::parse_from_rfc3339(text).map_err(|_| {
                "write a time with its zone, for example \"2026-03-15T08:00:00+07:00\"".to_owned()
            })
        });
        Some(ClockSettings { fixed: fixed? })
    }
}

fn format_name<S: Serializer>(format: &LogFormat, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match format {
        LogFormat::Pretty => "pretty",
        LogFormat::Json => "json",
    })
}

fn rfc_3339<S: Serializer>(time: &Option<DateTime<FixedOffset>>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_str(&time.to_rfc3339()),
        None => serializer.serialize_none(),
    }
}
