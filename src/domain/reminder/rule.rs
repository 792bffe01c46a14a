//! Rules of reminders: data, checked as a whole before they hold.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::check::{BadRule, CronFault, MOST_RULES, Why, moments_a_year};
use super::{Hour, Matter, Receiver};
use crate::domain::review::UnitKind;
use crate::domain::template::{TemplateKey, key};

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

/// Which sentences fit which matter: those to whoever reports are about their unit, the others are lists.
const TEXTS: [(Matter, bool, TemplateKey); 8] = [
    (Matter::Return, true, key::REMIND_RETURN),
    (Matter::Return, false, key::REMIND_RETURN_LIST),
    (Matter::Registration, true, key::REMIND_REGISTRATION),
    (Matter::Registration, true, key::REMIND_REGISTRATION_COMMUNE),
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

/// The sentence that there is for this matter and receiver.
pub(super) fn fitting(matter: Matter, to: Receiver) -> &'static str {
    let own = to == Receiver::Reporter;
    TEXTS.iter().find(|(m, o, _)| (*m, *o) == (matter, own)).map_or("there is none", |(_, _, key)| *key)
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
            Some(Ok(schedule)) => moments_a_year(&schedule),
            _ => 0,
        };
        by_cron + periods * (self.days.len() + self.escalate.len())
    }
}

/// A cron expression of five fields, or of six with seconds in front.
fn schedule(text: &str) -> Result<cron::Schedule, CronFault> {
    let seconds = if text.split_whitespace().count() == 5 { "0 " } else { "" };
    cron::Schedule::from_str(&format!("{seconds}{text}"))
        .map_err(|error| CronFault { said: error.to_string() })
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
