//! What a report does to the figures: the rules between what arrives and what is stored, purely.
//!
//! The flow `intake` loads a [`Situation`], calls `decide_text` or `decide_submission`, and writes the [`Plan`].

mod plan;
mod situation;

pub use plan::{
    Alert, Fate, Flag, NewReport, Outcome, Plan, QuestionChange, Refusal, ReplyParts, SubmissionPlan,
};
pub use situation::{
    About, Figures, Hamlet, Held, Incident, LastReport, Mistake, MonthState, OpenQuestion, Person,
    QuestionKind, Return, Sender, Situation, Submission, SubmissionKind, Trust,
};
