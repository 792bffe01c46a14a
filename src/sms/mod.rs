//! Ways for texts to come in and go out: a folder per kind of gateway, with the requests in one file and the wire
//! format, pure, in another. A new kind is a folder, an arm in [`Gateway`], and a page in `docs/gateways/`.

mod generic;
mod http;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub use generic::Generic;
pub use http::client;

use crate::config::{Gateway as Settings, GatewayKind};

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

/// A text as a gateway brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What the provider knows it by, if it said so; without an id, a digest of sender, time and words.
    pub key: Option<String>,
    /// The sender as the provider wrote it.
    pub from: String,
    /// The words.
    pub text: String,
}

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Our id or the provider's.
    pub id: String,
    /// What became of the text.
    pub status: DeliveryStatus,
    /// Why it was not delivered.
    pub reason: Option<String>,
}

/// What a delivery report may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It left the provider.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It will not reach the phone.
    Failed,
    /// It was kept too long.
    Expired,
}

/// Why a text did not go; the question is whether to try again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It surely did not go: no connection, or the provider is busy. Try again later.
    #[error("not now: {detail}")]
    Transient {
        /// What happened, for the administrator.
        detail: String,
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
    /// The request left, and nobody knows what became of it.
    #[error("outcome unknown: {detail}")]
    Unknown {
        /// What happened.
        detail: String,
    },
}

/// Why a request of a provider was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The token is missing or wrong, or the gateway takes no texts.
    #[error("the token is missing or wrong")]
    Token,
    /// The body is neither JSON nor form fields, or fields are missing or of the wrong type.
    #[error("{0}")]
    Malformed(&'static str),
    /// The text is longer than any SMS.
    #[error("the text is longer than 10,000 characters")]
    TooLong,
    /// It holds U+0000.
    #[error("the text holds the character U+0000; send it without")]
    Nul,
}

/// A configured gateway.
#[derive(Debug)]
pub struct Gateway {
    /// Its id in the settings.
    pub id: String,
    /// At most so many SMS parts a second go out.
    pub parts_per_second: u32,
    /// What a part costs, đồng.
    pub cost_per_part: i64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Generic(Generic),
    Log,
}

impl Gateway {
    /// The gateway of `settings`; its requests go by `client`.
    pub fn new(settings: &Settings, client: &reqwest::Client) -> Self {
        Gateway {
            id: settings.id.clone(),
            parts_per_second: settings.parts_per_second,
            cost_per_part: settings.cost_per_part,
            kind: match &settings.kind {
                GatewayKind::Generic(generic) => {
                    Kind::Generic(Generic::new(&settings.id, generic, client.clone()))
                }
                GatewayKind::Log => Kind::Log,
            },
        }
    }

    /// Whether it sends anything.
    pub fn sends(&self) -> bool {
        match &self.kind {
            Kind::Generic(generic) => generic.sends(),
            Kind::Log => true,
        }
    }

    /// Whether sending the same id again never makes a second text.
    pub fn is_idempotent(&self) -> bool {
        match &self.kind {
            Kind::Generic(_) | Kind::Log => true,
        }
    }

    /// Whether the sender of an incoming text can be believed: the provider signs, or the gateway is ours.
    pub fn is_trusted(&self) -> bool {
        match &self.kind {
            Kind::Generic(_) | Kind::Log => true,
        }
    }

    /// Hands a text over; answers the provider's id for it, if it gave one.
    pub async fn send(&self, text: &Outgoing) -> Result<Option<String>, SendError> {
        match &self.kind {
            Kind::Generic(generic) => generic.send(text).await,
            Kind::Log => {
                tracing::info!(
                    gateway = self.id,
                    id = text.id,
                    characters = text.text.chars().count(),
                    "text sent to the log"
                );
                Ok(None)
            }
        }
    }

    /// Reads a text that a provider brought.
    pub fn read_incoming(&self, request: &Request) -> Result<Incoming, Refused> {
        match &self.kind {
            Kind::Generic(generic) => generic.read_incoming(request),
            Kind::Log => Err(Refused::Token),
        }
    }

    /// Reads a delivery report that a provider brought.
    pub fn read_delivery(&self, request: &Request) -> Result<DeliveryReport, Refused> {
        match &self.kind {
            Kind::Generic(generic) => generic.read_delivery(request),
            Kind::Log => Err(Refused::Token),
        }
    }
}

/// A request of a provider, free of any web framework.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Decoded fields of the address.
    pub query: HashMap<String, String>,
    /// The media type of the body, without parameters.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// The gateways of the installation, the preferred one first.
#[derive(Debug, Clone)]
pub struct Gateways(Arc<Vec<Arc<Gateway>>>);

impl Gateways {
    /// The gateways of the settings.
    pub fn new(settings: &[Settings], timeout: Duration) -> Result<Self, reqwest::Error> {
        let client = client(timeout)?;
        Ok(Gateways(Arc::new(
            settings.iter().map(|settings| Arc::new(Gateway::new(settings, &client))).collect(),
        )))
    }

    /// The gateway with this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Gateway>> {
        self.0.iter().find(|gateway| gateway.id == id)
    }

    /// All gateways.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Gateway>> {
        self.0.iter()
    }
}
