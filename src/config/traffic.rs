//! `[intake]`, `[outbound]`, `[retention]`: how texts are taken, sent and forgotten.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::Serialize;

use super::database::{DatabaseUrl, beside, path};
use super::section::Section;

/// `[intake]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Intake {
    /// The most that may wait to be written.
    pub queue_size: usize,
    /// Folder where texts are kept, encrypted, while the database cannot be reached.
    pub spool_dir: PathBuf,
    /// The most bytes that are kept there.
    pub spool_max_bytes: u64,
    /// How long the missing parts of a long text are waited for, in seconds.
    pub parts_wait_seconds: u64,
    /// The number that people text to, for the app; `None`: whoever texts chooses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_number: Option<String>,
}

/// `[outbound]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outbound {
    /// Texts that are handed to gateways at the same time.
    pub workers: usize,
    /// A text that a worker has taken and not marked is free for others after this many seconds.
    pub lease_seconds: i64,
    /// How long a gateway may take to answer, in seconds; less than the lease.
    pub request_seconds: i64,
    /// How often a text is tried that a gateway does not take.
    pub max_tries: i32,
    /// The pause before the second try, in seconds; it doubles with each.
    pub first_pause_seconds: i64,
    /// The longest pause between two tries, in seconds.
    pub longest_pause_seconds: i64,
    /// Whether this server plans reminders; texts that are planned are sent in any case.
    pub reminders: bool,
    /// The first hour of the day at which the server texts people by itself.
    pub civil_from_hour: u32,
    /// The hour at which it stops.
    pub civil_to_hour: u32,
    /// What all texts that the server starts by itself may cost in a month, đồng; `None`: anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_budget: Option<i64>,
    /// Days off, and days worked, that were announced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<DaysNotice>,
}

/// One of `[[outbound.notices]]`: days that were announced to be off, or to be worked although they would be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DaysNotice {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Whether they are off.
    #[serde(rename = "days", serialize_with = "off_or_worked")]
    pub off: bool,
}

/// `[retention]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retention {
    /// The words of texts are deleted after this many days, and so are forms that were kept, since an officer is done with
    /// them.
    pub text_days: u32,
    /// Photographs that were begun and of which nothing more has come are thrown away after this many days.
    pub unfinished_photo_days: u32,
    /// When that is done, a cron expression in Vietnam's time.
    #[serde(serialize_with = "super::as_text")]
    pub schedule: cron::Schedule,
}

impl Intake {
    pub(super) fn read(section: &mut Section, database: Option<&DatabaseUrl>) -> Option<Self> {
        let queue_size = section.integer("queue_size", 1..=1_000_000);
        let spool_dir = section.optional("spool_dir", path);
        let spool_max_bytes = section.integer("spool_max_bytes", 65_536..=1_099_511_627_776);
        let parts_wait_seconds = section.integer("parts_wait_seconds", 10..=86_400);
        let sms_number = section.optional("sms_number", number);
        Some(Intake {
            queue_size: queue_size?,
            spool_dir: spool_dir?.unwrap_or_else(|| beside(database, "spool")),
            spool_max_bytes: spool_max_bytes?,
            parts_wait_seconds: parts_wait_seconds?,
            sms_number: sms_number?,
        })
    }
}

impl Outbound {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let workers = section.integer("workers", 1..=64);
        let lease_seconds = section.integer("lease_seconds", 10..=3_600);
        let request_seconds = section.integer("request_seconds", 1..=600);
        let max_tries = section.integer("max_tries", 1..=100);
        let first_pause_seconds = section.integer("first_pause_seconds", 1..=3_600);
        let longest_pause_seconds = section.integer("longest_pause_seconds", 1..=86_400);
        let reminders = section.flag("reminders");
        let civil_from_hour = section.integer("civil_from_hour", 0..=22);
        let civil_to_hour = section.integer("civil_to_hour", 1..=24);
        let monthly_budget = section.optional_integer("monthly_budget", 0..=1_000_000_000_000);
        let notices = section.list("notices", "from", DaysNotice::read);
        let settings = Outbound {
            workers: workers?,
            lease_seconds: lease_seconds?,
            request_seconds: request_seconds?,
            max_tries: max_tries?,
            first_pause_seconds: first_pause_seconds?,
            longest_pause_seconds: longest_pause_seconds?,
            reminders: reminders?.unwrap_or(true),
            civil_from_hour: civil_from_hour?,
            civil_to_hour: civil_to_hour?,
            monthly_budget: monthly_budget?,
            notices: notices?,
        };
        if settings.request_seconds >= settings.lease_seconds {
            return section.refuse("request_seconds", "make it less than lease_seconds");
        }
        if settings.first_pause_seconds > settings.longest_pause_seconds {
            return section.refuse("first_pause_seconds", "make it at most longest_pause_seconds");
        }
        if settings.civil_from_hour >= settings.civil_to_hour {
            return section.refuse("civil_from_hour", "make it less than civil_to_hour");
        }
        Some(settings)
    }
}

/// Longer notices are mistakes: nothing would be sent for months.
const LONGEST_NOTICE_DAYS: i64 = 31;

impl DaysNotice {
    fn read(section: &mut Section) -> Option<Self> {
        let from = section.parsed("from", day);
        let to = section.parsed("to", day);
        let off = section.parsed("days", |text| match text {
            "off" => Ok(true),
            "worked" => Ok(false),
            _ => Err("write \"off\" or \"worked\"".to_owned()),
        });
        let notice = DaysNotice { from: from?, to: to?, off: off? };
        if !(0..LONGEST_NOTICE_DAYS).contains(&(notice.to - notice.from).num_days()) {
            return section.refuse("to", "make it from or a day at most a month after it");
        }
        Some(notice)
    }
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "write a day in quotes, such as \"2026-02-14\"".to_owned())
}

fn off_or_worked<S: serde::Serializer>(off: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *off { "off" } else { "worked" })
}

impl Retention {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let text_days = section.integer("text_days", 1..=36_500);
        let unfinished_photo_days = section.integer("unfinished_photo_days", 1..=365);
        let schedule = section.parsed("schedule", schedule);
        Some(Retention {
            text_days: text_days?,
            unfinished_photo_days: unfinished_photo_days?,
            schedule: schedule?,
        })
    }
}

/// A cron expression of five fields (minute, hour, day, month, weekday), or of six with seconds in front.
fn schedule(text: &str) -> Result<cron::Schedule, String> {
    let seconds = if text.split_whitespace().count() == 5 { "0 " } else { "" };
    let read = cron::Schedule::from_str(&format!("{seconds}{text}"));
    read.map_err(|error| format!("write a cron expression such as “10 3 * * *” ({error})"))
}

/// A number or a short code as it is dialled.
fn number(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let fits = (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let advice = || "write the number with digits only, for example \"+84912345678\" or \"8088\"".to_owned();
    if fits { Ok(text.to_owned()) } else { Err(advice()) }
}
