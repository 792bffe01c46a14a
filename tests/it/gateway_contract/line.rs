//! The line to a provider that does as it is told: over HTTP, or an SMSC.

use std::sync::Arc;
use std::time::Duration;

use binhyen::flows::deliver::{Moment, Sender, ServerTime};
use binhyen::flows::receive::Receiver;
use binhyen::sms::{DeliveryStatus, Door, Gateway, Gateways, Taken};
use smpp34::SmppError;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::phone::Phone;
use super::{Does, Http, Kind, Speaks};
use crate::support::sending::gateways_with;
use crate::support::smsc::{Receipts, Smsc, Turn};
use crate::support::wire::{Heard, Reply, Wire};
use crate::support::world::World;

/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) struct Line {
    receiver: Receiver,
    provider: Provider,
}

enum Provider {
    Http(Wire, Http),
    Smpp(Box<Smpp>),
    Phone(Box<Phone>),
}

/// An SMSC, and the link that is kept to it.
struct Smpp {
    smsc: Smsc,
    link: Mutex<Option<JoinHandle<()>>>,
    took: UnboundedSender<Vec<Taken>>,
    taken: Mutex<UnboundedReceiver<Vec<Taken>>>,
}

impl Line {
    /// A provider of `kind` that does one thing of `does` after the other, then takes everything; and its gateway.
    pub(super) async fn open(kind: &'static Kind, world: &World, does: &[Does]) -> (Line, Gateways) {
        let receiver = Receiver {
            db: world.db.clone(),
            intake: world.intake.clone(),
            clock: world.clock,
            time: ServerTime::default(),
        };
        let (provider, address) = match kind.speaks {
            Speaks::Phone => {
                let gateways = gateways_with(&(kind.settings)(""), PATIENCE);
                let phone = Phone::register(world, &gateways, does).await;
                return (Line { receiver, provider: Provider::Phone(Box::new(phone)) }, gateways);
            }
            Speaks::Http(http) => {
                let does = does.to_vec();
                let answer = move |heard: &Heard, number: usize| {
                    reply(&http, does.get(number - 1).copied().unwrap_or(Does::Yes), heard, number)
                };
                let wire = Wire::start(answer).await;
                let address = wire.address().to_owned();
                (Provider::Http(wire, http), address)
            }
            Speaks::Smpp => {
                let smsc = Smsc::start(Receipts::Later).await;
                smsc.will_lock_out(does.iter().map(|does| u32::from(*does == Does::Wrong)).sum());
                smsc.will(does.iter().filter_map(|does| turn(*does)));
                let address = format!("127.0.0.1:{}", smsc.port());
                let (took, taken) = unbounded_channel();
                let (link, taken) = (Mutex::default(), Mutex::new(taken));
                (Provider::Smpp(Box::new(Smpp { smsc, link, took, taken })), address)
            }
        };
        (Line { receiver, provider }, gateways_with(&(kind.settings)(&address), PATIENCE))
    }

    /// The turn of what is due has come: it is handed over, or a phone comes and fetches it.
    pub(super) async fn send(&self, sender: &Sender, now: Moment) {
        if let Provider::Phone(phone) = &self.provider {
            return phone.come().await;
        }
        self.link(&sender.gateway).await;
        sender.send_due_at(now).await.unwrap();
    }

    /// Makes the link of `gateway`, where it needs one and has none.
    async fn link(&self, gateway: &Arc<Gateway>) {
        let Provider::Smpp(smpp) = &self.provider else { return };
        let mut kept = smpp.link.lock().await;
        if kept.as_ref().is_some_and(|link| !link.is_finished()) {
            return;
        }
        let Ok(mut link) = gateway.link().unwrap().connect().await else { return };
        let (gateway, receiver, took) = (Arc::clone(gateway), self.receiver.clone(), smpp.took.clone());
        *kept = Some(tokio::spawn(async move {
            while let Some(brought) = gateway.link().unwrap().next(&mut link).await {
                let taken = receiver.take(&gateway, brought.events.clone()).await.unwrap();
                link.answers().give(&brought, true).await;
                took.send(taken).unwrap();
            }
        }));
    }

    /// How many times the provider was asked to take a text.
    pub(super) fn asked(&self) -> usize {
        match &self.provider {
            Provider::Http(wire, _) => wire.heard().len(),
            Provider::Smpp(smpp) => smpp.smsc.asked(),
            Provider::Phone(phone) => phone.given().len(),
        }
    }

    /// The requests of a provider that speaks HTTP.
    pub(super) fn heard(&self) -> Vec<Heard> {
        match &self.provider {
            Provider::Http(wire, _) => wire.heard(),
            Provider::Smpp(_) | Provider::Phone(_) => Vec::new(),
        }
    }

    /// What was written to the provider, text by text.
    pub(super) fn written(&self) -> Vec<String> {
        match &self.provider {
            Provider::Phone(phone) => phone.given(),
            _ => self.heard().into_iter().map(|heard| heard.body).collect(),
        }
    }

    /// Waits until it has been asked so many times.
    pub(super) async fn hear(&self, count: usize) {
        match &self.provider {
            Provider::Http(wire, _) => drop(wire.hear(count).await),
            Provider::Smpp(smpp) => drop(smpp.smsc.hear(count).await),
            Provider::Phone(phone) => phone.hear(count).await,
        }
    }

    /// Answers what is held.
    pub(super) fn release(&self) {
        match &self.provider {
            Provider::Http(wire, _) => wire.release(),
            Provider::Smpp(smpp) => smpp.smsc.release(),
            Provider::Phone(phone) => phone.release(),
        }
    }

    /// The provider reports what became of the text number `number`; answers what it was taken as.
    pub(super) async fn report(
        &self,
        gateway: &Arc<Gateway>,
        number: usize,
        status: DeliveryStatus,
    ) -> Vec<Taken> {
        match &self.provider {
            Provider::Http(wire, http) => {
                let unknown =
                    Heard { target: "/none?id=1".to_owned(), body: "{}".to_owned(), ..Heard::default() };
                let heard = wire.heard().into_iter().nth(number - 1).unwrap_or(unknown);
                let request = (http.report)(&heard, number, status);
                let events = gateway.read(Door::Delivery, &request).unwrap();
                self.receiver.take(gateway, events).await.unwrap()
            }
            Provider::Phone(phone) => {
                let events = gateway.read(Door::Inbound, &phone.webhook(number, status)).unwrap();
                self.receiver.take(gateway, events).await.unwrap()
            }
            Provider::Smpp(smpp) => {
                let state = match status {
                    DeliveryStatus::Sent => 1,
                    DeliveryStatus::Delivered => 2,
                    DeliveryStatus::Expired => 3,
                    DeliveryStatus::Failed => 5,
                };
                drop(smpp.smsc.report(u32::try_from(number).unwrap(), state));
                smpp.taken.lock().await.recv().await.unwrap()
            }
        }
    }
}

fn reply(http: &Http, does: Does, heard: &Heard, number: usize) -> Reply {
    match does {
        Does::Yes => (http.yes)(heard, number),
        Does::No => (http.no)(),
        Does::Busy => (http.busy)(),
        Does::Wrong => (http.wrong)(),
        Does::ErrorInside => (http.error_inside)(),
        Does::Html => {
            let html = ("Content-Type", "text/html".to_owned());
            Reply::Answer(200, vec![html], "<html><body>Please log in to the Wi-Fi</body></html>".to_owned())
        }
        Does::HangUp => Reply::HangUp,
        Does::Silence => Reply::Silence,
        Does::Midway => Reply::Midway,
        Does::Held => Reply::Held(Box::new((http.yes)(heard, number))),
    }
}

/// What an SMSC does with a submit; one that does not know us gets none.
fn turn(does: Does) -> Option<Turn> {
    match does {
        Does::Yes => Some(Turn::Take),
        Does::No => Some(Turn::Refuse(SmppError::ESME_RINVDSTADR)),
        Does::Busy => Some(Turn::Refuse(SmppError::ESME_RTHROTTLED)),
        Does::HangUp | Does::Midway => Some(Turn::Cut),
        Does::Silence => Some(Turn::Silence),
        Does::Held => Some(Turn::Hold),
        Does::Wrong => None,
        Does::ErrorInside | Does::Html => unreachable!("no SMSC does that"),
    }
}
