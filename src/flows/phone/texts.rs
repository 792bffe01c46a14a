//! Texts that phones pull, and what becomes of them.
//!
//! A text that was pulled lies with that phone: it is given again at each pull until the phone says something of it (the
//! app knows an id that it has), and to no other phone. A phone that never comes back leaves it with an unknown outcome
//! after a day.

use super::{PhoneError, Phones};
use crate::crypto::Place;
use crate::db::gateway_phone::{self, HeldText, Phone};
use crate::db::outbox::{self, Sent};
use crate::db::{DbError, DbResult};
use crate::flows::deliver::take_delivery;
use crate::sms::{Outgoing, Pulled, StatePatch, pulled};

/// Texts that a phone gets at a time.
const AT_ONCE: usize = 50;
/// How long a text lies with a phone that is not heard of, microseconds.
const LEASE: i64 = 24 * 60 * 60 * 1_000_000;

impl Phones {
    /// The texts that `phone` is to send, oldest first.
    pub async fn pull(&self, phone: &Phone) -> Result<Vec<Pulled>, PhoneError> {
        let sim_number = self.gateway(&phone.gateway)?.sim_number();
        let now = self.clock.real_micros();
        let texts = self.lease(phone, now).await?;
        let (mut given, mut lost) = (Vec::new(), Vec::new());
        for text in texts {
            match self.opened(&text) {
                Ok(outgoing) => given.push(pulled(outgoing, sim_number)),
                Err(_) => {
                    let failure = "the text was purged or cannot be decrypted".to_owned();
                    lost.push((text.id, Sent::Failed { failure }));
                }
            }
        }
        self.mark(phone, now, lost).await?;
        Ok(given)
    }

    /// What lies with the phone already, and what is due.
    async fn lease(&self, phone: &Phone, now: i64) -> DbResult<Vec<HeldText>> {
        let (gateway, id, until) = (phone.gateway.clone(), phone.id, now + LEASE);
        let most = i64::try_from(AT_ONCE).unwrap_or(1);
        let (texts, left) = self
            .db
            .write(move |conn| {
                let mut texts = gateway_phone::held(conn, &gateway, id, until, most)?;
                let room = most - i64::try_from(texts.len()).unwrap_or(most);
                let mut left = Vec::new();
                if room > 0 {
                    for text in outbox::lease(conn, &gateway, id, now, until, room)? {
                        let (interrupted, id) = (text.interrupted, text.id);
                        let (receiver_cipher, text_cipher) = (text.receiver_cipher, text.text_cipher);
                        if interrupted {
                            left.push(id);
                        } else {
                            texts.push(HeldText { id, receiver_cipher, text_cipher });
                        }
                    }
                }
                Ok((texts, left))
            })
            .await?;
        // Another phone had them and was never heard of again: whether they went, nobody knows.
        let failure = "the phone that had the text was not heard of again";
        let left = left.into_iter().map(|id| (id, Sent::Unknown { failure: failure.to_owned() }));
        self.mark(phone, now, left.collect()).await?;
        Ok(texts)
    }

    async fn mark(&self, phone: &Phone, now: i64, outcomes: Vec<(i64, Sent)>) -> DbResult<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let holder = phone.id;
        self.db.write(move |conn| outbox::mark(conn, holder, now, &outcomes)).await
    }

    fn opened(&self, text: &HeldText) -> DbResult<Outgoing> {
        let place = Place { table: "outbox", row: text.id };
        let open =
            |sealed: &[u8]| self.keys.open_text(place, sealed).map_err(|_| DbError::Corrupt("a sealed text"));
        let words = text.text_cipher.as_deref().ok_or(DbError::Corrupt("a purged text"))?;
        Ok(Outgoing { id: text.id, to: open(&text.receiver_cipher)?, text: open(words)? })
    }

    /// Takes what `phone` tells of texts. States only rise, and texts that are not known change nothing.
    pub async fn report(&self, phone: &Phone, patches: Vec<StatePatch>) -> DbResult<()> {
        let now = self.clock.real_micros();
        for patch in patches {
            if let Some(id) = patch.id.parse().ok().filter(|_| patch.is_accepted()) {
                self.mark(phone, now, vec![(id, Sent::Accepted { provider_id: None })]).await?;
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
        let (gateway, now) = (gateway.to_owned(), self.clock.real_micros());
        self.db.read(move |conn| gateway_phone::texts_wait(conn, &gateway, now)).await
    }
}
