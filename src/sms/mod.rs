//! Ways for texts to come in and go out: a folder per kind of gateway, with the requests in one file and the wire
//! format, pure, in another. A new kind is a folder, an arm in [`Gateway`], and a page in `docs/gateways/`.

mod balance;
mod esms;
mod generic;
mod http;
mod incoming;
mod kannel;
mod outgoing;
mod proof;
pub mod smpp;
mod smsgate;
mod smsgate_phone;
mod udh;

use std::sync::Arc;
use std::time::Duration;

pub use esms::Esms;
pub use generic::Generic;
pub use http::client;
pub use incoming::{
    Answer, DeliveryReport, DeliveryStatus, Door, Event, Incoming, Part, Refused, Request, Taken,
};
pub use kannel::Kannel;
pub use outgoing::{Outgoing, SendError};
pub use smsgate::Smsgate;
pub use smsgate_phone::{Pulled, SmsgatePhone, StatePatch, pulled};

use crate::config::{Gateway as Settings, GatewayKind, Trust};

/// A configured gateway.
#[derive(Debug)]
pub struct Gateway {
    /// Its id in the settings.
    pub id: String,
    /// At most so many SMS parts a second go out.
    pub parts_per_second: u32,
    /// What a part costs, đồng.
    pub cost_per_part: i64,
    /// How far senders' numbers are believed, where the settings say so.
    trust: Option<Trust>,
    /// Beginnings of the numbers that it can reach; none: all.
    reaches: Vec<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Generic(Box<Generic>),
    Esms(Box<Esms>),
    Smsgate(Box<Smsgate>),
    Kannel(Box<Kannel>),
    SmsgatePhone(Box<SmsgatePhone>),
    Smpp(Box<smpp::Smpp>),
    Log,
}

impl Gateway {
    /// The gateway of `settings`; its requests go by `client`, and elsewhere a text may take as long as `timeout`.
    pub fn new(settings: &Settings, client: &reqwest::Client, timeout: Duration) -> Self {
        Gateway {
            id: settings.id.clone(),
            parts_per_second: settings.parts_per_second,
            cost_per_part: settings.cost_per_part,
            trust: settings.trust,
            reaches: settings.reaches.clone(),
            kind: match &settings.kind {
                GatewayKind::Generic(generic) => {
                    Kind::Generic(Box::new(Generic::new(&settings.id, generic, client.clone())))
                }
                GatewayKind::Esms(esms) => {
                    Kind::Esms(Box::new(Esms::new(&settings.id, esms, client.clone())))
                }
                GatewayKind::Smsgate(smsgate) => {
                    Kind::Smsgate(Box::new(Smsgate::new(smsgate, client.clone())))
                }
                GatewayKind::Kannel(kannel) => {
                    Kind::Kannel(Box::new(Kannel::new(&settings.id, kannel, client.clone())))
                }
                GatewayKind::SmsgatePhone(phone) => {
                    Kind::SmsgatePhone(Box::new(SmsgatePhone::new(&settings.id, phone)))
                }
                GatewayKind::Smpp(smpp) => Kind::Smpp(Box::new(smpp::Smpp::new(smpp, timeout))),
                GatewayKind::Log => Kind::Log,
            },
        }
    }

    /// Whether it sends anything.
    pub fn sends(&self) -> bool {
        match &self.kind {
            Kind::Generic(generic) => generic.sends(),
            Kind::Esms(esms) => esms.sends(),
            Kind::Smsgate(smsgate) => smsgate.sends(),
            Kind::Kannel(kannel) => kannel.sends(),
            Kind::SmsgatePhone(_) | Kind::Smpp(_) | Kind::Log => true,
        }
    }

    /// Whether sending the same id again never makes a second text.
    pub fn is_idempotent(&self) -> bool {
        match &self.kind {
            Kind::Generic(generic) => generic.is_idempotent(),
            Kind::Kannel(_) | Kind::Smpp(_) => false,
            // A phone knows an id that it has; texts lie with one phone only.
            Kind::Esms(_) | Kind::Smsgate(_) | Kind::SmsgatePhone(_) | Kind::Log => true,
        }
    }

    /// Whether it can be given a text to this number (E.164).
    pub fn can_reach(&self, number: &str) -> bool {
        self.reaches.is_empty() || self.reaches.iter().any(|beginning| number.starts_with(beginning.as_str()))
    }

    /// Whether it may send texts that another gateway cannot: a log reaches nobody.
    pub fn takes_over(&self) -> bool {
        self.sends() && !matches!(self.kind, Kind::Log)
    }

    /// The money left with the provider, đồng; `None` where it cannot be asked.
    ///
    /// # Errors
    /// It does not answer, or not with an amount.
    pub async fn balance(&self) -> Result<Option<i64>, SendError> {
        match &self.kind {
            Kind::Generic(generic) => generic.balance().await,
            Kind::Esms(esms) => esms.balance().await,
            // A phone, an SMSC and a Kannel know of no money.
            Kind::Smsgate(_) | Kind::SmsgatePhone(_) | Kind::Kannel(_) | Kind::Smpp(_) | Kind::Log => {
                Ok(None)
            }
        }
    }

    /// Hands a text over; answers the provider's id for it, if it gave one.
    pub async fn send(&self, text: &Outgoing) -> Result<Option<String>, SendError> {
        match &self.kind {
            Kind::Generic(generic) => generic.send(text, None).await,
            Kind::Esms(esms) => esms.send(text).await,
            Kind::Smsgate(smsgate) => smsgate.send(text).await,
            Kind::Kannel(kannel) => kannel.send(text).await,
            Kind::SmsgatePhone(_) => {
                Err(SendError::Misconfigured { detail: "the phone asks for its texts itself".to_owned() })
            }
            Kind::Smpp(smpp) => smpp.send(text).await,
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
        let events = match &self.kind {
            Kind::Generic(generic) => generic.read(door, request),
            Kind::Esms(esms) => esms.read(door, request),
            Kind::Smsgate(smsgate) => smsgate.read(request),
            Kind::Kannel(kannel) => kannel.read(door, request),
            Kind::SmsgatePhone(phone) => phone.read(request),
            // An SMSC comes by its link only.
            Kind::Smpp(_) | Kind::Log => Err(Refused::Token),
        }?;
        Ok(self.believed(events))
    }

    /// What was brought, its texts believed as far as the settings say.
    pub fn believed(&self, mut events: Vec<Event>) -> Vec<Event> {
        if let Some(trust) = self.trust {
            for event in &mut events {
                if let Event::Text(text) = event {
                    text.trusted = trust == Trust::High;
                }
            }
        }
        events
    }

    /// The link that a job must keep, if it is of a kind that has one.
    pub fn link(&self) -> Option<&smpp::Smpp> {
        match &self.kind {
            Kind::Smpp(smpp) => Some(smpp),
            _ => None,
        }
    }

    /// The provider's answer when all it brought is on disk.
    pub fn answer(&self, door: Door, taken: &[Taken]) -> Answer {
        match &self.kind {
            Kind::Generic(generic) => generic.answer(door, taken),
            Kind::Esms(esms) => esms.answer(door, taken),
            Kind::Kannel(_) => Kannel::answer(),
            Kind::Smsgate(_) | Kind::SmsgatePhone(_) | Kind::Smpp(_) | Kind::Log => {
                generic::answer(door, taken)
            }
        }
    }
}

impl Gateway {
    /// The phone that it is, which asks for its texts itself.
    pub fn phone(&self) -> Option<&SmsgatePhone> {
        match &self.kind {
            Kind::SmsgatePhone(phone) => Some(phone),
            _ => None,
        }
    }

    /// What the provider knows a text by, where the reply must name it.
    pub fn reference(&self, text: &Incoming) -> Option<String> {
        match &self.kind {
            Kind::Generic(generic) => generic.reference(text),
            _ => None,
        }
    }

    /// Whether replies must name the text that they answer.
    pub fn names_what_it_answers(&self) -> bool {
        matches!(&self.kind, Kind::Generic(generic) if generic.names_what_it_answers())
    }

    /// Hands over a reply to the text that the provider knows by `reference`.
    pub async fn send_reply(&self, text: &Outgoing, reference: &str) -> Result<Option<String>, SendError> {
        match &self.kind {
            Kind::Generic(generic) => generic.send(text, Some(reference)).await,
            _ => self.send(text).await,
        }
    }

    /// Whether the reply to a text goes back in the answer to the request that brought it.
    pub fn replies_in_answer(&self) -> bool {
        matches!(self.kind, Kind::Esms(_))
    }

    /// What is answered to a text with its reply, if there is one that has not gone another way.
    pub fn answer_with(&self, text: &Incoming, reply: Option<&str>) -> Answer {
        match &self.kind {
            Kind::Esms(esms) => esms.reply_in_answer(text, reply),
            _ => self.answer(Door::Inbound, &[]),
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
            settings.iter().map(|settings| Arc::new(Gateway::new(settings, &client, timeout))).collect(),
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
