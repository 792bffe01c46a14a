//! Reminders: planned once by whichever server comes first, composed at the moment of sending, until the step is done.
//!
//! `plan` writes down, run by run, who is to be told of what, a row each, and one text without words per number;
//! `compose` is asked by the outbox when the turn of a text has come, and says what is still open then. [`forecast`]
//! says what would be sent, without writing anything; [`rules`] changes the rules, [`list`] shows what became of all.

mod compose;
pub mod forecast;
mod ground;
pub mod list;
mod plan;
pub mod rules;

use std::sync::Arc;

pub use plan::Plan;
pub use rules::{ReplaceError, RuleSet};

use crate::clock::{Clock, day_in_vietnam};
use crate::crypto::Keys;
use crate::db::{Conn, Db, DbResult};
use crate::domain::calendar::CivilCalendar;
use crate::domain::reminder::Terms;
use crate::domain::reply::Words;
use crate::domain::review::Schemes;
use crate::flows::deliver::Planner;
use crate::flows::intake::Rules;
use crate::flows::review::review_schemes;

/// The kind of texts of reminders in the outbox; their cause is a run.
pub const KIND: &str = "reminder";

/// What reminders stand on.
#[derive(Debug)]
pub struct Reminders {
    /// Where the rows are.
    pub db: Db,
    /// Keys of numbers and names.
    pub keys: Arc<Keys>,
    /// What time it is.
    pub clock: Clock,
    /// The calendar, the indicators and the texts of the installation.
    pub rules: Arc<Rules>,
    /// The days and hours at which people may be texted.
    pub civil: CivilCalendar,
    /// What puts texts into the outbox.
    pub planner: Planner,
    /// What an SMS part costs by the gateway that is tried first, đồng.
    pub cost_per_part: i64,
}

impl Reminders {
    /// What moments depend on.
    fn terms<'a>(&'a self, schemes: &'a Schemes) -> Terms<'a> {
        Terms { calendar: &self.rules.calendar, schemes, civil: &self.civil }
    }

    /// The words of texts that are sent at `at`.
    fn words(&self, at: i64) -> Words<'_> {
        Words {
            catalogue: &self.rules.catalogue,
            calendar: &self.rules.calendar,
            templates: &self.rules.templates,
            today: day_in_vietnam(at),
        }
    }

    /// The review schemes that hold.
    fn schemes(&self, conn: &mut Conn) -> DbResult<Schemes> {
        review_schemes(conn, &self.rules.catalogue)
    }
}
