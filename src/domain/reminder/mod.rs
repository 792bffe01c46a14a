//! Reminders: who is told of an open step, when, once, until it is done.
//!
//! [`Rules`] are data (`config/reminders.toml`). From them and the calendars come [`Occasion`]s: moments at which a rule
//! reminds. For each, [`plan()`] says who is to be told of which unit; one row each, whatever restarts or second servers
//! do. A row carries no text: when the moment has come, [`settle()`] looks at what is still open and [`compose()`] makes one
//! text per person of all of it.

mod check;
pub mod compose;
mod hour;
mod matter;
pub mod occasion;
pub mod plan;
mod rule;
pub mod settle;

pub use check::{BadRule, Why};
pub use compose::{Item, compose};
pub use hour::{BadHour, Hour};
pub use matter::{Matter, Receiver};
pub use occasion::{Occasion, Terms, occasions};
pub use plan::{Candidate, Fate, Planned, Post, Posts, Skip, plan};
pub use rule::{Anchor, BadRules, Escalation, Rule, Rules, Standing};
pub use settle::{Due, settle};
