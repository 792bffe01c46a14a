//! What a report does to the figures: the rules between what arrives and what is stored, purely.
//!
//! The flow `intake` loads a [`Situation`], calls `decide_text` or `decide_submission`, and writes the [`Plan`].

mod answer;
mod cancel;
mod case;
mod complete;
mod decide;
mod events;
mod names;
mod plan;
mod reads;
mod record;
mod register;
mod settle;
mod situation;
mod status;
mod submit;
mod weigh;

pub use case::{Reads, Said};
pub use decide::{decide_incomplete, decide_text};
pub use events::may_tell_days;
pub use names::may_name_neighbour;
pub use plan::{
    Alert, Fate, Flag, NewReport, Outcome, Plan, QuestionChange, Refusal, ReplyParts, ReviewStep,
    SubmissionPlan,
};
pub use register::{Reviewed, ReviewedUnit};
pub use situation::{
    About, Figures, Hamlet, Held, Incident, LastReport, Mistake, MonthState, OpenQuestion, Person,
    QuestionKind, Return, Sender, Situation, Submission, SubmissionKind, Trust, Undo,
};
pub use submit::decide_submission;

#[cfg(test)]
mod tests;
