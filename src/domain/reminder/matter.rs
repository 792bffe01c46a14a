//! What reminders are about, and who is told.

use serde::{Deserialize, Serialize};

use crate::domain::review::State;

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

    /// Whether it is still to be done where a review stands at `state`. Who has not registered has nothing to assess, and
    /// what was never handed in waits for a decision all the same.
    pub fn is_open(self, state: State) -> bool {
        use State::{Accepted, Assessed, Filed, Registered, Returned};
        match self {
            Matter::Return => false,
            Matter::Registration => state == State::Open,
            Matter::Assessment => matches!(state, Registered | Assessed | Returned),
            Matter::Decision => matches!(state, Registered | Assessed | Returned | Filed | Accepted),
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
