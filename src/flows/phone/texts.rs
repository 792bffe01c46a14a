//! Texts that phones pull, and what becomes of them.
//!
//! A text that was pulled lies with that phone: it is given again at each pull until the phone says something of it (the
//! app knows an id that it has), and to no other phone. A phone that never comes back leaves it with an unknown outcome
//! after a day.

use super::{PhoneError, Phones};
use crate::crypto::Place;
use crate::db::gateway_phone::{self, HeldText, Phone};
use crate::db::outbox::fate::Sent;
use crate::db::{DbError, DbResult};
use crate::flows::deliver::{Policy, Sender, take_delivery};
use crate::sms::{Outgoing, Pulled, StatePatch, pulled};

/// Texts that a phone gets at a time.
const AT_ONCE: usize = 50;
/// How long a text lies with a phone that is not heard of, microseconds.
const LEASE: i64 = 24 * 60 * 60 * 1_000_000;

impl Phones {
    /// The texts that `phone` is to send, oldest first.
    pub async fn pull(&self, phone: &Phone) -> Result<Vec<Pulled>, PhoneError> {
        let sim_number = self.gateway(&phone.gateway)?.sim_number();
        let sender = self.sender(phone)?;
        let texts = self.lease(phone, &sender).await?;
        let mut given = Vec::new();
        for text in texts {
            match self.opened(&text) {
                Ok(outgoing) => given.push(pulled(outgoing, sim_number)),
                Err(_) => {
                    let failure = "the text was purged or cannot be decrypted".to_owned();
                    sender.note(sender.now(), text.id, Sent::Failed { reason: "purged", failure }).await?;
                }
            }
        }
        Ok(given)
    }

    /// Who sends for `phone`: the texts lie with it.
    fn sender(&self, phone: &Phone) -> Result<Sender, PhoneError> {
        let sender = self.senders.get(&phone.gateway).cloned().ok_or(PhoneError::NoGateway)?;
        Ok(Sender { holder: phone.id, policy: Policy { lease: LEASE, ..sender.policy }, ..sender })
    }

    /// What lies with the phone already, and what is due.
    async fn lease(&self, phone: &Phone, sender: &Sender) -> DbResult<Vec<HeldText>> {
        let (gateway, id, now) = (phone.gateway.clone(), phone.id, sender.now());
        let most = i64::try_from(AT_ONCE).unwrap_or(1);
        let until = now.real + LEASE;
        let mut texts =
            self.db.write(move |conn| gateway_phone::held(conn, &gateway, id, until, most)).await?;
        let room = AT_ONCE.saturating_sub(texts.len());
        if room > 0 {
            for text in sender.hand_out(now, room).await? {
                let (id, receiver_cipher, text_cipher) = (text.id, text.receiver_cipher, text.text_cipher);
                texts.push(HeldText { id, receiver_cipher, text_cipher });
            }
        }
        Ok(texts)
    }

    fn opened(&self, text: &HeldText) -> DbResult<Outgoing> {
        let place = Place { table: "outbox", row: text.id };
        let open =
            |sealed: &[u8]| self.keys.open_text(place, sealed).map_err(|_| DbError::Corrupt("a sealed text"));
        let words = text.text_cipher.as_deref().ok_or(DbError::Corrupt("a purged text"))?;
        Ok(Outgoing { id: text.id, to: open(&text.receiver_cipher)?, text: open(words)? })
    }

    /// Takes what `phone` tells of texts. States only rise, and texts that are not known change nothing.
    pub async fn report(&self, phone: &Phone, patches: Vec<StatePatch>) -> Result<(), PhoneError> {
        let sender = self.sender(phone)?;
        let now = sender.now();
        for patch in patches {
            if let Some(id) = patch.id.parse().ok().filter(|_| patch.is_accepted()) {
                sender.note(now, id, Sent::Accepted { provider_id: None, cost: 0 }).await?;
            }
            if let Some(report) = patch.report() {
                take_delivery(&self.db, &phone.gateway, report, now).await?;
            }
            metrics::counter!("phone_states", "gateway" => phone.gateway.clone()).increment(1);
        }
        Ok(())
    }

    /// Whether texts are due at `gateway` that lie with no phone.
    pub async fn texts_wait(&self, gateway: &str) -> DbResult<bool> {
        let now =
            self.senders.get(gateway).map_or_else(|| self.clock.real_micros(), |sender| sender.now().real);
        let gateway = gateway.to_owned();
        self.db.read(move |conn| gateway_phone::texts_wait(conn, &gateway, now)).await
    }
}
