//! Ways for texts to come in and go out: a folder per kind of gateway, with the requests in one file and the wire
//! format, pure, in another. A new kind is a folder, an arm in [`Gateway`], and a page in `docs/gateways/`.

mod generic;
mod http;
mod incoming;
mod outgoing;

use std::sync::Arc;
use std::time::Duration;

pub use generic::Generic;
pub use http::client;
pub use incoming::{
    Answer, DeliveryReport, DeliveryStatus, Door, Event, Incoming, Part, Refused, Request, Taken,
};
pub use outgoing::{Outgoing, SendError};

use crate::config::{Gateway as Settings, GatewayKind};

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

    /// Reads what a provider brought, after checking that it is the provider.
    pub fn read(&self, door: Door, request: &Request) -> Result<Vec<Event>, Refused> {
        match &self.kind {
            Kind::Generic(generic) => generic.read(door, request),
            Kind::Log => Err(Refused::Token),
        }
    }

    /// The provider's answer when all it brought is on disk.
    pub fn answer(&self, door: Door, taken: &[Taken]) -> Answer {
        match &self.kind {
            Kind::Generic(_) | Kind::Log => generic::answer(door, taken),
        }
    }
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
