//! The rules that hold, and changing them.

use std::sync::Arc;

use super::Reminders;
use crate::crypto::sha256;
use crate::db::log::{self, NewAudit};
use crate::db::reminder::{facts, rules};
use crate::db::{Conn, DbError, DbResult};
use crate::domain::access::{Action, Role};
use crate::domain::reminder::{BadRule, Receiver, Rule, Rules, Why};
use crate::flows::authenticate::Caller;
use crate::flows::permit::{Forbidden, permit_country, permit_somewhere};

/// The rules that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// Their version; 0: those that ship with the program.
    pub version: i32,
    /// The rules.
    pub rules: Rules,
    /// When they came, microseconds UTC, domain time.
    pub changed_at: Option<i64>,
}

/// Why rules are not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A rule that cannot hold.
    #[error("{bad}{}", crowd(*.people))]
    Bad {
        /// Which, and why.
        bad: BadRule,
        /// How many people it would text, where it would do so without end.
        people: Option<i64>,
    },
    /// Others changed the rules in the meantime.
    #[error("the rules have changed since; this is version {0}")]
    Stale(i32),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

fn crowd(people: Option<i64>) -> String {
    people.map(|people| format!("; it would do so to {people} people")).unwrap_or_default()
}

/// The rules that hold.
pub(super) fn current(conn: &mut Conn) -> DbResult<RuleSet> {
    let broken = DbError::Corrupt("the rules of reminders");
    let Some((version, json, changed_at)) = rules::current(conn)? else {
        let rules = Rules::shipped().map_err(|_| broken)?;
        return Ok(RuleSet { version: 0, rules, changed_at: None });
    };
    let rules = serde_json::from_str(&json).map_err(|_| broken)?;
    Ok(RuleSet { version, rules, changed_at: Some(changed_at) })
}

impl Reminders {
    /// The rules that hold.
    pub async fn rules(&self, caller: &Caller) -> Result<RuleSet, ReplaceError> {
        permit_somewhere(caller, Action::ManageReminders)?;
        Ok(self.db.read(current).await?)
    }

    /// `rules` in the place of those of version `based_on`. They are the installation's, so only who manages the whole
    /// country's reminders may change them. It stands in the audit.
    pub async fn replace_rules(
        self: &Arc<Self>,
        caller: &Caller,
        based_on: i32,
        rules: Vec<Rule>,
    ) -> Result<RuleSet, ReplaceError> {
        permit_country(caller, Action::ManageReminders)?;
        let (domain, now, account) = (self.clock.now_micros(), self.clock.real_micros(), caller.account_id());
        let old = self.db.read(current).await?;
        let checked = match old.rules.replaced_by(rules.clone(), domain) {
            Ok(checked) => checked,
            Err(bad) => {
                let people = self.people_of(&bad, &rules).await?;
                return Err(ReplaceError::Bad { bad, people });
            }
        };
        if old.version != based_on {
            return Err(ReplaceError::Stale(old.version));
        }
        let version = old.version + 1;
        let json = serde_json::to_string(&checked).map_err(|_| DbError::Corrupt("rules of reminders"))?;
        let (actor, subject) = (caller.actor(), format!("version:{version}"));
        let write = move |conn: &mut Conn| {
            if !rules::add(conn, version, &json, domain, account)? {
                return Ok(false);
            }
            let digest = sha256(&[json.as_bytes()]);
            let audit =
                NewAudit { actor: &actor, action: "change_reminder_rules", subject: &subject, digest };
            log::append(conn, now, &[], &audit)?;
            Ok(true)
        };
        if self.db.write(write).await? {
            Ok(RuleSet { version, rules: checked, changed_at: Some(domain) })
        } else {
            Err(ReplaceError::Stale(version))
        }
    }

    /// How many people a rule would text that would do so without end.
    async fn people_of(&self, bad: &BadRule, rules: &[Rule]) -> DbResult<Option<i64>> {
        let rule = rules.iter().find(|rule| rule.code == bad.rule);
        let (Why::TooOften { .. }, Some(rule)) = (&bad.why, rule) else { return Ok(None) };
        let (roles, today) = (roles(rule.to), self.clock.today());
        self.db.read(move |conn| facts::count_holders(conn, roles, today).map(Some)).await
    }
}

fn roles(to: Receiver) -> &'static [Role] {
    match to {
        Receiver::Reporter => &[Role::Head, Role::Team, Role::Manager, Role::Commune],
        Receiver::Supervisor => &[Role::Commune, Role::Province],
        Receiver::Decider => &[Role::Decider],
        Receiver::Province => &[Role::Province],
    }
}
