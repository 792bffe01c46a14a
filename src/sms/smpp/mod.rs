//! Gateways of kind `smpp`: an operator's SMSC, by SMPP 3.4, over a link that both sides use.
//!
//! The link is kept by a job ([`Smpp::connect`], [`Link`]); what it brings is answered when it is on disk. Texts go out by
//! `Smpp::send` whenever there is a link.
//! The promise: a text whose `submit_sm` was written and not answered is not sent again, since the SMSC knows no id of
//! ours. A `deliver_sm` that is brought again after a broken link is known by its words (`memory`).

mod link;
mod memory;
mod pdu;
mod receipt;
mod session;
mod text;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub use link::{Answers, Link, LinkError};

use super::{Event, Incoming, Outgoing, SendError};
use crate::config::Smpp as Settings;
use crate::crypto::{Digest, hex, random_bytes, sha256};
use link::Delivered;
use memory::Memory;
use pdu::{Address, Message, status};
use session::{Session, transient};

/// The longest that all parts of a text may take altogether; less than a lease.
const SEND_TIME: Duration = Duration::from_secs(25);
/// A receipt is wanted, whatever becomes of the text.
const RECEIPT: u8 = 1;
/// A telephone number with its country.
const INTERNATIONAL: (u8, u8) = (1, 1);

/// An operator's SMSC.
#[derive(Debug)]
pub struct Smpp {
    settings: Settings,
    /// How long all parts of a text may take altogether.
    send_time: Duration,
    /// Differs from start to start, so that keys of texts do.
    start: String,
    memory: Arc<Mutex<Memory>>,
    state: Mutex<State>,
    /// Of the last long text; the next has another.
    reference: AtomicU8,
}

#[derive(Debug)]
enum State {
    Linked(Arc<Session>),
    Down(LinkError),
}

/// What the SMSC brought, to be answered.
#[derive(Debug)]
pub struct Brought {
    /// What it tells.
    pub events: Vec<Event>,
    /// The same for all that must keep its order.
    pub lane: u8,
    sequence: u32,
    number: Option<u64>,
}

impl Smpp {
    /// The gateway of `settings`; a text may take as long as `timeout`.
    pub fn new(settings: &Settings, timeout: Duration) -> Self {
        let start: [u8; 8] = random_bytes().unwrap_or_default();
        Smpp {
            settings: settings.clone(),
            send_time: timeout.min(SEND_TIME),
            reference: AtomicU8::new(start.first().copied().unwrap_or(0)),
            start: hex(&start),
            memory: Arc::default(),
            state: Mutex::new(State::Down(LinkError::NoAnswer)),
        }
    }

    /// Makes the link. Texts go out by it until it ends.
    ///
    /// # Errors
    /// Nobody answers, or the SMSC refuses us. Until the next try texts are told so.
    pub async fn connect(&self) -> Result<Link, LinkError> {
        let opened = Link::open(&self.settings, Arc::clone(&self.memory)).await;
        *self.state() = match &opened {
            Ok(link) => State::Linked(Arc::clone(link.session())),
            Err(error) => State::Down(error.clone()),
        };
        opened
    }

    /// The next thing that the SMSC brings by `link`; `None` when it has ended.
    pub async fn next(&self, link: &mut Link) -> Option<Brought> {
        let Some(Delivered { sequence, message }) = link.next().await else {
            *self.state() = State::Down(LinkError::NoAnswer);
            return None;
        };
        let lane = sha256(&[message.source.digits.as_bytes()]).first().copied().unwrap_or(0);
        if receipt::is_receipt(&message) {
            let report = receipt::report(&message, self.settings.message_ids);
            return Some(Brought {
                events: report.map(Event::Report).into_iter().collect(),
                lane,
                sequence,
                number: None,
            });
        }
        let number = self.memory.lock().unwrap_or_else(PoisonError::into_inner).number(digest(&message));
        let text = Event::Text(self.incoming(&message, number));
        Some(Brought { events: vec![text], lane, sequence, number: Some(number) })
    }

    pub(super) async fn send(&self, text: &Outgoing) -> Result<Option<String>, SendError> {
        let session = self.session()?;
        let until = Instant::now() + self.send_time;
        let mut id = String::new();
        for message in self.messages(text) {
            id = session.submit(&message, until).await?;
        }
        Ok(Some(receipt::of_answer(&id, self.settings.message_ids)).filter(|id| !id.is_empty()))
    }

    fn session(&self) -> Result<Arc<Session>, SendError> {
        match &*self.state() {
            State::Linked(session) => Ok(Arc::clone(session)),
            State::Down(error @ LinkError::Refused { .. }) => {
                Err(SendError::Misconfigured { detail: error.to_string() })
            }
            State::Down(_) => Err(transient("there is no link to the SMSC", None)),
        }
    }

    /// The parts of a text. A receipt is asked for the last, which says most of the whole.
    fn messages(&self, text: &Outgoing) -> Vec<Message> {
        let settings = &self.settings;
        let reference = self.reference.fetch_add(1, Ordering::Relaxed);
        let mut pieces = text::pieces(&text.text, settings.alphabet, settings.long_texts, reference);
        for piece in &mut pieces {
            let digits = settings.source.trim_start_matches('+').to_owned();
            piece.source = Address { ton: settings.source_ton, npi: settings.source_npi, digits };
            let (ton, npi) = INTERNATIONAL;
            piece.destination = Address { ton, npi, digits: text.to.trim_start_matches('+').to_owned() };
        }
        if let Some(last) = pieces.last_mut() {
            last.registered_delivery = RECEIPT;
        }
        pieces
    }

    fn incoming(&self, message: &Message, number: u64) -> Incoming {
        let words = text::words(message, self.settings.alphabet);
        if words.foreign {
            tracing::warn!(
                "a text came in a national alphabet that is not read; some of its letters are wrong"
            );
        }
        Incoming {
            key: Some(format!("smpp {} {number}", self.start)),
            from: number_of(&message.source),
            to: Some(message.destination.digits.clone()).filter(|digits| !digits.is_empty()),
            text: words.text,
            part: words.part,
            trusted: true,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answers {
    /// Answers what the SMSC brought: whether it was taken, or is to be brought again.
    pub async fn give(&self, brought: &Brought, taken: bool) {
        let status = if taken { status::OK } else { status::TEMPORARY };
        self.answer(brought.sequence, status, brought.number).await;
    }
}

/// A sender as intake reads it.
fn number_of(address: &Address) -> String {
    let digits = address.digits.trim();
    if address.ton == INTERNATIONAL.0 && digits.starts_with(|c: char| c.is_ascii_digit()) {
        format!("+{digits}")
    } else {
        digits.to_owned()
    }
}

/// The same for a text that is brought again.
fn digest(message: &Message) -> Digest {
    let part = [pdu::tag::SAR_REFERENCE, pdu::tag::SAR_NUMBER]
        .map(|tag| message.number(tag).unwrap_or(0).to_be_bytes());
    sha256(&[
        message.source.digits.as_bytes(),
        &[0],
        message.destination.digits.as_bytes(),
        &[0, message.esm_class, message.data_coding],
        part.as_flattened(),
        message.words(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Alphabet, LongTexts, MessageIds, Secret};

    fn smpp() -> Smpp {
        Smpp::new(
            &Settings {
                host: "127.0.0.1".to_owned(),
                port: 1,
                tls: false,
                system_id: "s".to_owned(),
                password: Secret::new("p"),
                system_type: String::new(),
                source: "8088".to_owned(),
                source_ton: 3,
                source_npi: 0,
                alphabet: Alphabet::Gsm7,
                long_texts: LongTexts::Udh,
                message_ids: MessageIds::Alike,
                window: 10,
                enquire_link_seconds: 30,
            },
            SEND_TIME,
        )
    }

    #[test]
    fn only_the_last_part_asks_for_a_receipt_and_each_text_has_its_reference() {
        let smpp = smpp();
        let text = |id| Outgoing { id, to: "+84900000001".to_owned(), text: "ạ".repeat(150) };
        let (first, second) = (smpp.messages(&text(1)), smpp.messages(&text(2)));
        let receipts: Vec<u8> = first.iter().map(|message| message.registered_delivery).collect();
        assert_eq!(receipts, [0, 0, 1]);
        assert_eq!(first[0].destination, Address { ton: 1, npi: 1, digits: "84900000001".to_owned() });
        assert_eq!(first[0].source, Address { ton: 3, npi: 0, digits: "8088".to_owned() });
        assert_eq!(first[0].octets[3], first[2].octets[3]);
        assert_ne!(first[0].octets[3], second[0].octets[3]);
    }

    #[test]
    fn a_sender_is_read_with_its_country() {
        let of = |ton, digits: &str| number_of(&Address { ton, npi: 1, digits: digits.to_owned() });
        assert_eq!(of(1, "84900000001"), "+84900000001");
        assert_eq!(of(0, "84900000001"), "84900000001");
        assert_eq!(of(1, "+84900000001"), "+84900000001");
        assert_eq!(of(5, "VIETTEL"), "VIETTEL");
    }

    #[tokio::test]
    async fn without_a_link_a_text_waits_and_nothing_is_said_to_have_gone() {
        let text = Outgoing { id: 1, to: "+84900000001".to_owned(), text: "a".to_owned() };
        assert!(matches!(smpp().send(&text).await, Err(SendError::Transient { .. })));
    }
}
