//! Rules of reminders: data, checked as a whole before they hold.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Hour;
use crate::domain::review::UnitKind;
use crate::domain::template::{TemplateKey, key};

/// What a reminder is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// A month's return is missing.
    Return,
    /// The unit has not registered for the yearly review.
    Registration,
    /// It has registered and its file is not there.
    Assessment,
    /// It has registered and there is no decision.
    Decision,
}

impl Matter {
    /// Every matter.
    pub const ALL: [Matter; 4] = [Matter::Return, Matter::Registration, Matter::Assessment, Matter::Decision];

    /// Its name in files, JSON and the database.
    pub fn name(self) -> &'static str {
        match self {
            Matter::Return => "return",
            Matter::Registration => "registration",
            Matter::Assessment => "assessment",
            Matter::Decision => "decision",
        }
    }

    /// The matter with this name.
    pub fn by_name(name: &str) -> Option<Matter> {
        Matter::ALL.into_iter().find(|matter| matter.name() == name)
    }
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Receiver {
    /// Whoever answers for the unit: the head of a hamlet, else its team; a manager; a commune's officers.
    Reporter,
    /// The officers of the level above the unit.
    Supervisor,
    /// Those who recognise the unit, else its supervisors.
    Decider,
    /// The officers of the province.
    Province,
}

impl Receiver {
    /// Every receiver.
    pub const ALL: [Receiver; 4] =
        [Receiver::Reporter, Receiver::Supervisor, Receiver::Decider, Receiver::Province];

    /// Its name in files, JSON and the database.
    pub fn name(self) -> &'static str {
        match self {
            Receiver::Reporter => "reporter",
            Receiver::Supervisor => "supervisor",
            Receiver::Decider => "decider",
            Receiver::Province => "province",
        }
    }

    /// The receiver with this name.
    pub fn by_name(name: &str) -> Option<Receiver> {
        Receiver::ALL.into_iter().find(|receiver| receiver.name() == name)
    }
}

/// From which day days are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The last day of the step.
    #[default]
    Due,
    /// Its first day.
    Opens,
}

/// A rule: of what, for whom, when, in which words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub code: String,
    /// What it is for, in the words of officers.
    pub about: String,
    /// What it reminds of.
    pub matter: Matter,
    /// For which kinds of unit.
    pub kinds: Vec<UnitKind>,
    /// Who is told.
    pub to: Receiver,
    /// From which day `days` are counted.
    #[serde(default)]
    pub anchor: Anchor,
    /// Days from the anchor, negative before it.
    #[serde(default)]
    pub days: Vec<i32>,
    /// The time of the day of `days` and of escalations.
    #[serde(default = "eight")]
    pub hour: Hour,
    /// Instead of `days`: a cron expression in Viet Nam's time, of five fields, or six with seconds in front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The first and last day around the anchor on which the cron expression counts.
    #[serde(default = "around", skip_serializing_if = "is_around")]
    pub within: [i32; 2],
    /// The sentence.
    pub text: String,
    /// Further steps, to others.
    #[serde(default)]
    pub escalate: Vec<Escalation>,
    /// Whether supervisors cannot switch it off. Those who report always can.
    #[serde(default = "yes")]
    pub statutory: bool,
    /// How many days after its moment it is still worth sending.
    #[serde(default = "two")]
    pub useful_days: u32,
}

/// A further step of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Days from the anchor.
    pub days: i32,
    /// Who is told.
    pub to: Receiver,
    /// The sentence.
    pub text: String,
}

fn eight() -> Hour {
    Hour::EIGHT
}

fn around() -> [i32; 2] {
    [-60, 30]
}

fn is_around(within: &[i32; 2]) -> bool {
    *within == around()
}

fn yes() -> bool {
    true
}

fn two() -> u32 {
    2
}

/// The most rules, steps of a rule, and characters of a rule's words.
const MOST_RULES: usize = 40;
const MOST_STEPS: usize = 12;
const LONGEST_CODE: usize = 40;
const LONGEST_ABOUT: usize = 300;
/// Days that a step may lie from its anchor, and a reminder may be late.
const DAYS: std::ops::RangeInclusive<i32> = -120..=120;
const MOST_USEFUL: u32 = 30;
/// Two moments of a rule lie at least so far apart, microseconds, and there are at most so many in a year.
const SHORTEST_GAP: i64 = 20 * 3_600_000_000;
const MOST_MOMENTS: usize = 120;
/// Counting the moments of a cron expression ends here.
const MOST_COUNTED: usize = 600_000;
/// Counted over the year that follows this moment, 2026-01-01 in Viet Nam, and a day.
const COUNTED_FROM: i64 = 1_767_200_400_000_000;
const COUNTED: i64 = 367 * 86_400_000_000;

/// Which sentences fit which matter: those to whoever reports are about their unit, the others are lists.
const TEXTS: [(Matter, bool, TemplateKey); 7] = [
    (Matter::Return, true, key::REMIND_RETURN),
    (Matter::Return, false, key::REMIND_RETURN_LIST),
    (Matter::Registration, true, key::REMIND_REGISTRATION),
    (Matter::Registration, false, key::REMIND_REGISTRATION_LIST),
    (Matter::Assessment, true, key::REMIND_ASSESSMENT),
    (Matter::Assessment, false, key::REMIND_ASSESSMENT_LIST),
    (Matter::Decision, false, key::REMIND_DECISION_LIST),
];

/// The sentence named `text`, if there is one for this matter and receiver.
pub(super) fn sentence(text: &str, matter: Matter, to: Receiver) -> Option<TemplateKey> {
    let own = to == Receiver::Reporter;
    TEXTS.iter().find(|(m, o, key)| (*m, *o, *key) == (matter, own, text)).map(|(_, _, key)| *key)
}

/// A rule that cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rule “{rule}”: {why}")]
pub struct BadRule {
    /// Its code.
    pub rule: String,
    /// Why.
    pub why: Why,
}

/// Why a rule cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// More rules than anybody can look through.
    #[error("there are more than {MOST_RULES} rules")]
    TooMany,
    /// A code that is taken.
    #[error("its code stands there twice")]
    Twice,
    /// A code that cannot be one.
    #[error("a code has 1 to {LONGEST_CODE} small letters, digits and _")]
    Code,
    /// No or endless words.
    #[error("`about` says in 1 to {LONGEST_ABOUT} characters what it is for")]
    About,
    /// No kinds of unit, one twice, or one that owes no return.
    #[error("give each kind of unit once; a return is owed by hamlets only")]
    Kinds,
    /// Neither days nor a cron expression, or both.
    #[error("give either days or cron, not both and not neither")]
    NoTime,
    /// Too many steps, one twice, or too far away.
    #[error("give at most {MOST_STEPS} days, each once, from -120 to 120")]
    Days,
    /// Days around the anchor that end before they begin.
    #[error("`within` is a first and a last day from -120 to 120")]
    Within,
    /// No cron expression.
    #[error("write cron as minute hour day month weekday, for example 0 8 16 * * ({0})")]
    Cron(CronFault),
    /// It would remind without end.
    #[error(
        "it would remind {moments} times a year; at most {MOST_MOMENTS} times, and not twice within 20 hours"
    )]
    TooOften {
        /// How often.
        moments: usize,
    },
    /// It would remind many without end.
    #[error("it would send up to {texts} texts a year to {people} people; {limit} are the most")]
    Crowd {
        /// Texts.
        texts: u64,
        /// People.
        people: u64,
        /// What may be.
        limit: u64,
    },
    /// A time at which nobody may be texted.
    #[error("nobody may be texted at {0}")]
    Hour(Hour),
    /// A sentence that does not fit.
    #[error("`text` must be a sentence for this matter and receiver: {}", fitting(*.0, *.1))]
    Text(Matter, Receiver),
    /// Useful for ever.
    #[error("useful_days lie between 0 and {MOST_USEFUL}")]
    Useful,
}

fn fitting(matter: Matter, to: Receiver) -> &'static str {
    let own = to == Receiver::Reporter;
    TEXTS.iter().find(|(m, o, _)| (*m, *o) == (matter, own)).map_or("there is none", |(_, _, key)| *key)
}

/// What the library says of a cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct CronFault {
    said: String,
}

impl Rule {
    /// The cron expression, read.
    pub(super) fn schedule(&self) -> Option<Result<cron::Schedule, CronFault>> {
        self.cron.as_deref().map(schedule)
    }

    /// Days on which it has steps, of its own and of its escalations, with receiver and sentence.
    pub(super) fn steps(&self) -> impl Iterator<Item = (i32, Receiver, &str)> {
        let own = self.days.iter().map(|days| (*days, self.to, self.text.as_str()));
        own.chain(self.escalate.iter().map(|step| (step.days, step.to, step.text.as_str())))
    }

    /// How often a year it reminds of one unit: moments of cron, or days, and escalations; a return twelve times.
    pub fn moments_a_year(&self) -> usize {
        let periods = if self.matter == Matter::Return { 12 } else { 1 };
        let by_cron = match self.schedule() {
            Some(Ok(schedule)) => moments(&schedule).take(MOST_COUNTED).count(),
            _ => 0,
        };
        by_cron + periods * (self.days.len() + self.escalate.len())
    }

    fn check(&self) -> Result<(), Why> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if self.code.is_empty() || self.code.len() > LONGEST_CODE || !self.code.bytes().all(plain) {
            return Err(Why::Code);
        }
        let about = self.about.trim().chars().count();
        if about == 0 || about > LONGEST_ABOUT || self.about.chars().any(char::is_control) {
            return Err(Why::About);
        }
        self.check_kinds()?;
        self.check_times()?;
        if self.useful_days > MOST_USEFUL {
            return Err(Why::Useful);
        }
        for (to, text) in self.sentences() {
            sentence(text, self.matter, to).ok_or(Why::Text(self.matter, to))?;
        }
        Ok(())
    }

    fn sentences(&self) -> impl Iterator<Item = (Receiver, &str)> {
        let own = std::iter::once((self.to, self.text.as_str()));
        own.chain(self.escalate.iter().map(|step| (step.to, step.text.as_str())))
    }

    fn check_kinds(&self) -> Result<(), Why> {
        let kinds: BTreeSet<UnitKind> = self.kinds.iter().copied().collect();
        let fits = |kind: &UnitKind| self.matter != Matter::Return || *kind == UnitKind::Hamlet;
        let good = !kinds.is_empty() && kinds.len() == self.kinds.len() && kinds.iter().all(fits);
        if good { Ok(()) } else { Err(Why::Kinds) }
    }

    fn check_times(&self) -> Result<(), Why> {
        if self.days.is_empty() == self.cron.is_none() {
            return Err(Why::NoTime);
        }
        let steps: Vec<(i32, Receiver)> = self.steps().map(|(days, to, _)| (days, to)).collect();
        let distinct: BTreeSet<_> = steps.iter().collect();
        let near = steps.iter().all(|(days, _)| DAYS.contains(days));
        if steps.len() > MOST_STEPS || distinct.len() != steps.len() || !near {
            return Err(Why::Days);
        }
        let [first, last] = self.within;
        if first > last || !DAYS.contains(&first) || !DAYS.contains(&last) {
            return Err(Why::Within);
        }
        match self.schedule() {
            None => Ok(()),
            Some(Err(fault)) => Err(Why::Cron(fault)),
            Some(Ok(schedule)) => check_pace(&schedule),
        }
    }
}

/// A cron expression of five fields, or of six with seconds in front.
fn schedule(text: &str) -> Result<cron::Schedule, CronFault> {
    let seconds = if text.split_whitespace().count() == 5 { "0 " } else { "" };
    cron::Schedule::from_str(&format!("{seconds}{text}"))
        .map_err(|error| CronFault { said: error.to_string() })
}

/// The moments of a year, microseconds UTC.
fn moments(schedule: &cron::Schedule) -> impl Iterator<Item = i64> {
    let end = COUNTED_FROM + COUNTED;
    super::occasion::fires(schedule, COUNTED_FROM).take_while(move |at| *at < end)
}

fn check_pace(schedule: &cron::Schedule) -> Result<(), Why> {
    let first: Vec<i64> = moments(schedule).take(MOST_MOMENTS + 1).collect();
    let close = |pair: &[i64]| matches!(pair, [a, b] if b - a < SHORTEST_GAP);
    if first.len() > MOST_MOMENTS || first.windows(2).any(close) {
        return Err(Why::TooOften { moments: moments(schedule).take(MOST_COUNTED).count() });
    }
    Ok(())
}

/// A rule and since when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Standing {
    /// The rule.
    pub rule: Rule,
    /// Moments up to this one it does not remind of: when it came or was changed, microseconds UTC.
    pub since: i64,
}

/// The rules of the installation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Rules(Vec<Standing>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// Why a file holds no rules.
#[derive(Debug, thiserror::Error)]
pub enum BadRules {
    /// Not the TOML of rules.
    #[error("the rules of reminders cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// A rule that cannot hold.
    #[error(transparent)]
    Rule(#[from] BadRule),
}

impl Rules {
    /// The rules that ship with the program (`config/reminders.toml`).
    pub fn shipped() -> Result<Self, BadRules> {
        Rules::from_toml(include_str!("../../../config/reminders.toml"))
    }

    /// The rules in a file like `config/reminders.toml`, checked.
    pub fn from_toml(text: &str) -> Result<Self, BadRules> {
        let file: RulesFile = toml::from_str(text)?;
        Ok(Rules::default().replaced_by(file.rule, 0)?)
    }

    /// `rules` in the place of these, checked, from `now` (microseconds UTC) on; those that stay as they are go on as
    /// they did.
    pub fn replaced_by(&self, rules: Vec<Rule>, now: i64) -> Result<Self, BadRule> {
        let mut codes = BTreeSet::new();
        let crowded = rules.len() > MOST_RULES;
        for rule in &rules {
            let bad = |why| BadRule { rule: rule.code.clone(), why };
            if crowded {
                return Err(bad(Why::TooMany));
            }
            rule.check().map_err(bad)?;
            if !codes.insert(rule.code.as_str()) {
                return Err(bad(Why::Twice));
            }
        }
        let standing = |rule: Rule| {
            let since = self.0.iter().find(|old| old.rule == rule).map_or(now, |old| old.since);
            Standing { rule, since }
        };
        Ok(Rules(rules.into_iter().map(standing).collect()))
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Standing> {
        self.0.iter()
    }

    /// The rule with this code.
    pub fn by_code(&self, code: &str) -> Option<&Rule> {
        self.0.iter().map(|standing| &standing.rule).find(|rule| rule.code == code)
    }
}

#[cfg(test)]
mod tests;
