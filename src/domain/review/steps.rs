//! The way of a review: registered, assessed, filed, decided. Every step is kept with its person, time and reason;
//! nothing is deleted, a decision is revoked by another step.

use chrono::NaiveDate;

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The unit has not registered, or took its registration back.
    Open,
    /// It strives for the standard this year.
    Registered,
    /// Each criterion is answered.
    Assessed,
    /// The file (tờ trình, báo cáo, biên bản) is with those who decide.
    Filed,
    /// The file came back, with the reason.
    Returned,
    /// The file is complete; the decision is open.
    Accepted,
    /// The unit is recognised.
    Recognised,
    /// It is not.
    Refused,
    /// It was, until the decision was taken back.
    Revoked,
}

impl State {
    /// Every state, in the order of the way.
    pub const ALL: [State; 9] = [
        State::Open,
        State::Registered,
        State::Assessed,
        State::Filed,
        State::Returned,
        State::Accepted,
        State::Recognised,
        State::Refused,
        State::Revoked,
    ];

    /// Its name in JSON and the database.
    pub fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Registered => "registered",
            State::Assessed => "assessed",
            State::Filed => "filed",
            State::Returned => "returned",
            State::Accepted => "accepted",
            State::Recognised => "recognised",
            State::Refused => "refused",
            State::Revoked => "revoked",
        }
    }

    /// The state with this name.
    pub fn by_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the unit counts as registered for the commune's share.
    pub fn is_registered(self) -> bool {
        self != State::Open
    }
}

/// Something that is done with a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The unit registers.
    Register,
    /// Who registered takes it back, before anything was answered.
    Withdraw,
    /// Its head answers the criteria; may be done again until the file is there.
    Assess {
        /// Criteria without an answer.
        unanswered: usize,
    },
    /// The file is handed in.
    File {
        /// Documents that the scheme wants and the file lacks.
        lacking: usize,
    },
    /// The file goes back.
    Return {
        /// Why, and what is to be completed.
        reason: String,
    },
    /// The file is complete.
    Accept,
    /// The unit is recognised.
    Recognise(Decision),
    /// The unit is not recognised.
    Refuse {
        /// Why.
        reason: String,
    },
    /// The recognition is taken back.
    Revoke {
        /// Why.
        reason: String,
        /// The decision that takes it back.
        decision: Decision,
    },
}

/// A decision on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its number (`125/QĐ-UBND`).
    pub number: String,
    /// The day on which it was signed.
    pub day: NaiveDate,
    /// Who signed.
    pub signer: String,
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// The review does not stand where the step begins.
    #[error("the review is {}; this step does not follow", .0.name())]
    Order(State),
    /// Criteria without an answer.
    #[error("{0} criteria have no answer yet")]
    Unanswered(usize),
    /// Documents are lacking.
    #[error("{0} documents of the file are lacking")]
    Lacking(usize),
    /// No reason was given.
    #[error("give the reason")]
    Reason,
    /// A decision without number or signer.
    #[error("a decision has a number, a day and a signer")]
    Decision,
    /// A decision of a day that has not come.
    #[error("the decision bears a day that has not come")]
    Future,
}

/// The state after `step`, taken on `today`.
pub fn after(state: State, step: &Step, today: NaiveDate) -> Result<State, NotNow> {
    use State::{Accepted, Assessed, Filed, Open, Recognised, Refused, Registered, Returned, Revoked};
    match (state, step) {
        (Open, Step::Register) => Ok(Registered),
        (Registered, Step::Withdraw) => Ok(Open),
        (Registered | Assessed | Returned, Step::Assess { unanswered }) => match unanswered {
            0 => Ok(Assessed),
            n => Err(NotNow::Unanswered(*n)),
        },
        (Assessed, Step::File { lacking }) => match lacking {
            0 => Ok(Filed),
            n => Err(NotNow::Lacking(*n)),
        },
        (Filed | Accepted, Step::Return { reason }) => given(reason).map(|()| Returned),
        (Filed, Step::Accept) => Ok(Accepted),
        (Accepted, Step::Recognise(decision)) => complete(decision, today).map(|()| Recognised),
        (Accepted, Step::Refuse { reason }) => given(reason).map(|()| Refused),
        (Recognised, Step::Revoke { reason, decision }) => {
            given(reason)?;
            complete(decision, today).map(|()| Revoked)
        }
        (state, _) => Err(NotNow::Order(state)),
    }
}

fn given(reason: &str) -> Result<(), NotNow> {
    if reason.trim().is_empty() { Err(NotNow::Reason) } else { Ok(()) }
}

fn complete(decision: &Decision, today: NaiveDate) -> Result<(), NotNow> {
    if decision.number.trim().is_empty() || decision.signer.trim().is_empty() {
        return Err(NotNow::Decision);
    }
    if decision.day > today { Err(NotNow::Future) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 10).unwrap()
    }

    fn decision(number: &str) -> Decision {
        Decision { number: number.to_owned(), day: today(), signer: "Nguyễn Văn A".to_owned() }
    }

    #[test]
    fn a_review_goes_its_way_and_back() {
        let steps = [
            (Step::Register, State::Registered),
            (Step::Withdraw, State::Open),
            (Step::Register, State::Registered),
            (Step::Assess { unanswered: 0 }, State::Assessed),
            (Step::File { lacking: 0 }, State::Filed),
            (Step::Return { reason: "thiếu biên bản".to_owned() }, State::Returned),
            (Step::Assess { unanswered: 0 }, State::Assessed),
            (Step::File { lacking: 0 }, State::Filed),
            (Step::Accept, State::Accepted),
            (Step::Recognise(decision("125/QĐ-UBND")), State::Recognised),
            (Step::Revoke { reason: "sai phạm".to_owned(), decision: decision("9/QĐ-UBND") }, State::Revoked),
        ];
        let mut state = State::Open;
        for (step, expected) in steps {
            state = after(state, &step, today()).unwrap();
            assert_eq!(state, expected);
        }
    }

    #[test]
    fn what_is_not_complete_does_not_go_on() {
        let tomorrow = Decision { day: today().succ_opt().unwrap(), ..decision("1/QĐ") };
        let cases = [
            (State::Open, Step::File { lacking: 0 }, NotNow::Order(State::Open)),
            (State::Assessed, Step::Withdraw, NotNow::Order(State::Assessed)),
            (State::Registered, Step::Assess { unanswered: 3 }, NotNow::Unanswered(3)),
            (State::Assessed, Step::File { lacking: 2 }, NotNow::Lacking(2)),
            (State::Filed, Step::Return { reason: " ".to_owned() }, NotNow::Reason),
            (State::Accepted, Step::Recognise(decision(" ")), NotNow::Decision),
            (State::Accepted, Step::Recognise(tomorrow), NotNow::Future),
            (State::Recognised, Step::Recognise(decision("1/QĐ")), NotNow::Order(State::Recognised)),
        ];
        for (state, step, expected) in cases {
            assert_eq!(after(state, &step, today()), Err(expected));
        }
    }
}
