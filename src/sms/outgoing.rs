//! Texts on their way out, and why one did not go.

use std::time::Duration;

/// A text to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Our id: the same text again has the same id.
    pub id: i64,
    /// The number, E.164 (`+84…`).
    pub to: String,
    /// The words.
    pub text: String,
}

/// Why a text did not go; the question is whether to try again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It surely did not go: no connection, or the provider is busy. Try again later.
    #[error("not now: {detail}")]
    Transient {
        /// What happened, for the administrator.
        detail: String,
        /// How long the provider asks to be left alone, if it said so.
        pause: Option<Duration>,
    },
    /// The provider will never take this text.
    #[error("rejected: {detail}")]
    Rejected {
        /// What the provider said.
        detail: String,
    },
    /// The provider takes no text until the administrator has changed something (credentials, credit, address).
    #[error("the gateway is not set up: {detail}")]
    Misconfigured {
        /// What the provider said.
        detail: String,
    },
    /// The provider takes no text until somebody has paid.
    #[error("no credit is left: {detail}")]
    OutOfCredit {
        /// What the provider said.
        detail: String,
    },
    /// The request left, and nobody knows what became of it.
    #[error("outcome unknown: {detail}")]
    Unknown {
        /// What happened.
        detail: String,
    },
}

impl SendError {
    /// The same, but that a busy provider asks to be left alone for `rest`.
    pub(super) fn resting(self, rest: Option<Duration>) -> Self {
        match self {
            SendError::Transient { detail, pause: None } => SendError::Transient { detail, pause: rest },
            other => other,
        }
    }
}
