//! A rule of reminders as JSON.

use serde::Serialize;

use crate::domain::reminder::{Anchor, Escalation, Rule};

/// A rule. Unknown fields are refused.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RuleBody {
    /// Its name: small letters, digits, _.
    code: String,
    /// What it is for.
    about: String,
    /// `return`, `registration`, `assessment` or `decision`.
    matter: &'static str,
    /// Kinds of unit: `hamlet`, `commune`, `agency`, `enterprise`, `school`.
    kinds: Vec<&'static str>,
    /// Who is told: `reporter`, `supervisor`, `decider` or `province`.
    to: &'static str,
    /// From which day days are counted: `due` (default) or `opens`.
    anchor: &'static str,
    /// Days from the anchor, negative before it.
    days: Vec<i32>,
    /// The time of the day in Viet Nam, `HH:MM`.
    hour: String,
    /// Instead of `days`: minute, hour, day, month, weekday, in Viet Nam's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    /// The first and last day around the anchor on which `cron` counts.
    within: [i32; 2],
    /// The sentence, a key of the catalogue of texts (`remind_return` …).
    text: String,
    /// Further steps, to others.
    escalate: Vec<EscalationBody>,
    /// Whether supervisors cannot switch it off.
    statutory: bool,
    /// How many days after its moment it is still worth sending.
    useful_days: u32,
}

/// A further step of a rule.
#[derive(Serialize, utoipa::ToSchema)]
struct EscalationBody {
    /// Days from the anchor.
    days: i32,
    /// Who is told.
    to: &'static str,
    /// The sentence.
    text: String,
}

impl From<&Rule> for RuleBody {
    fn from(rule: &Rule) -> Self {
        let escalation = |step: &Escalation| EscalationBody {
            days: step.days,
            to: step.to.name(),
            text: step.text.clone(),
        };
        RuleBody {
            code: rule.code.clone(),
            about: rule.about.clone(),
            matter: rule.matter.name(),
            kinds: rule.kinds.iter().map(|kind| kind.name()).collect(),
            to: rule.to.name(),
            anchor: if rule.anchor == Anchor::Due { "due" } else { "opens" },
            days: rule.days.clone(),
            hour: rule.hour.to_string(),
            cron: rule.cron.clone(),
            within: rule.within,
            text: rule.text.clone(),
            escalate: rule.escalate.iter().map(escalation).collect(),
            statutory: rule.statutory,
            useful_days: rule.useful_days,
        }
    }
}
