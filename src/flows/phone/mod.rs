//! Phones that are gateways: how they register, and what they may do then.
//!
//! A phone with the SMSGate app registers once with the gateway's private token (or by the password or a code of a phone
//! that is registered already) and gets a token of its own, of which only a digest is kept.

mod limit;
mod texts;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::crypto::{CryptoError, Digest, Keys, random_bytes};
use crate::db::gateway_phone::{self, NewPhone, Phone};
use crate::db::{Db, DbError, DbResult, SharedIds};
use crate::flows::deliver::Sender;
use crate::sms::{Gateways, SmsgatePhone};
use limit::Limit;

/// How long a code is good, microseconds.
const CODE_TIME: i64 = 5 * 60 * 1_000_000;
/// Connections of events that are held open at a time.
const MOST_WATCHING: usize = 512;
/// The longest name of a phone.
const MAX_NAME: usize = 128;
/// A phone that was seen so lately is not marked again, microseconds.
const SEEN_EVERY: i64 = 30 * 1_000_000;

/// Why a phone is not served.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// There is no such gateway, or it is no phone.
    #[error("there is no phone gateway with this id in the settings")]
    NoGateway,
    /// The token, password or code is missing or wrong.
    #[error("the token, password or code is missing or wrong")]
    Unauthenticated,
    /// Too many wrong tokens, passwords or codes.
    #[error("too many wrong tokens, passwords or codes; wait {0} seconds")]
    TooMany(u32),
    /// A new password is too short or too long.
    #[error("a password has 8 to 200 characters")]
    BadPassword,
    /// Too many connections of events are open.
    #[error("too many connections of events are open")]
    Full,
    /// The database does not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// There is no randomness.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// How somebody proves that a phone may be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The gateway's private token.
    Token(String),
    /// Login and password of a registered phone.
    Password {
        /// The login.
        login: String,
        /// The password.
        password: String,
    },
    /// A code that a registered phone showed.
    Code(String),
}

/// What a phone gets once, when it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// What the app knows itself by.
    pub device_id: String,
    /// Its token.
    pub token: String,
    /// A name to log in with.
    pub login: String,
    /// The password that goes with it.
    pub password: String,
}

/// The phones of a server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Phones {
    db: Db,
    keys: Arc<Keys>,
    ids: SharedIds,
    clock: Clock,
    gateways: Gateways,
    senders: Arc<HashMap<String, Sender>>,
    planned: Arc<Notify>,
    closing: Arc<watch::Sender<bool>>,
    wrong: Arc<Limit>,
    watching: Arc<AtomicUsize>,
}

impl Phones {
    /// The phones of `gateways`, with a sender for each gateway that is one; `planned` is told when texts have been
    /// planned.
    pub fn new(
        (db, keys, ids, clock): (Db, Arc<Keys>, SharedIds, Clock),
        gateways: Gateways,
        senders: HashMap<String, Sender>,
        planned: Arc<Notify>,
    ) -> Self {
        let (closing, wrong) = (Arc::new(watch::Sender::new(false)), Arc::default());
        let (senders, watching) = (Arc::new(senders), Arc::default());
        Phones { db, keys, ids, clock, gateways, senders, planned, closing, wrong, watching }
    }

    /// The phone gateway `id`.
    ///
    /// # Errors
    /// [`PhoneError::NoGateway`]
    pub fn gateway(&self, id: &str) -> Result<&SmsgatePhone, PhoneError> {
        self.gateways.get(id).and_then(|gateway| gateway.phone()).ok_or(PhoneError::NoGateway)
    }

    /// Registers a phone at `gateway`.
    ///
    /// # Errors
    /// [`PhoneError::Unauthenticated`] and [`PhoneError::TooMany`], besides those of the database.
    pub async fn register(
        &self,
        gateway: &str,
        credential: &Credential,
        name: &str,
    ) -> Result<Registered, PhoneError> {
        let now = self.clock.real_micros();
        self.wrong.check(gateway, now).map_err(PhoneError::TooMany)?;
        if !self.is_good(gateway, credential, now).await? {
            self.wrong.count(gateway, now);
            return Err(PhoneError::Unauthenticated);
        }
        let registered = Registered {
            device_id: word::<21>(LETTERS)?,
            token: word::<43>(LETTERS)?,
            login: word::<6>(CAPITALS)?,
            password: word::<14>(LETTERS)?,
        };
        let new = NewPhone {
            id: self.ids.lock().map_err(|_| DbError::Stopped)?.next(now / 1_000),
            gateway: gateway.to_owned(),
            device_id: registered.device_id.clone(),
            name: name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect(),
            token_index: self.token_index(&registered.token),
            login: registered.login.clone(),
            password_index: self.password_index(&registered.login, &registered.password),
            created_at: now,
        };
        self.db.write(move |conn| gateway_phone::insert(conn, &new)).await?;
        tracing::info!(gateway, phone = registered.device_id, "a phone was registered");
        Ok(registered)
    }

    async fn is_good(&self, gateway: &str, credential: &Credential, now: i64) -> Result<bool, PhoneError> {
        let id = gateway.to_owned();
        Ok(match credential {
            Credential::Token(token) => self.gateway(gateway)?.is_private_token(token),
            Credential::Password { login, password } => {
                let index = self.password_index(login, password);
                self.db.read(move |conn| gateway_phone::has_password(conn, &id, index)).await?
            }
            Credential::Code(code) => {
                let index = self.code_index(gateway, code);
                self.db.write(move |conn| gateway_phone::use_code(conn, &id, index, now)).await?
            }
        })
    }

    /// The phone of `gateway` with this token, which is thereby heard of.
    ///
    /// # Errors
    /// [`PhoneError::Unauthenticated`], besides those of the database.
    pub async fn by_token(&self, gateway: &str, token: &str) -> Result<Phone, PhoneError> {
        self.gateway(gateway)?;
        let (index, id) = (self.token_index(token), gateway.to_owned());
        let phone = self.db.read(move |conn| gateway_phone::by_token(conn, &id, index)).await?;
        let phone = phone.ok_or(PhoneError::Unauthenticated)?;
        if phone.seen_at + SEEN_EVERY < self.clock.real_micros() {
            self.see(gateway, &phone.device_id).await?;
        }
        Ok(phone)
    }

    /// Notes that the phone `device_id` of `gateway` was heard of.
    pub async fn see(&self, gateway: &str, device_id: &str) -> DbResult<()> {
        let (now, gateway, device_id) = (self.clock.real_micros(), gateway.to_owned(), device_id.to_owned());
        self.db.write(move |conn| gateway_phone::see(conn, &gateway, &device_id, now)).await
    }

    /// Gives `phone` another name.
    pub async fn rename(&self, phone: &Phone, name: &str) -> DbResult<()> {
        let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
        let id = phone.id;
        self.db.write(move |conn| gateway_phone::set_name(conn, id, &name)).await
    }

    /// A code of six digits by which another phone can be registered, and until when it is good.
    pub async fn new_code(&self, phone: &Phone) -> Result<(String, i64), PhoneError> {
        let code = word::<6>(DIGITS)?;
        let until = self.clock.real_micros() + CODE_TIME;
        let (id, index) = (phone.id, self.code_index(&phone.gateway, &code));
        self.db.write(move |conn| gateway_phone::set_code(conn, id, index, until)).await?;
        Ok((code, until))
    }

    /// Changes the password of `phone`.
    ///
    /// # Errors
    /// [`PhoneError::BadPassword`], and [`PhoneError::Unauthenticated`] when `old` is not the password.
    pub async fn change_password(&self, phone: &Phone, old: &str, new: &str) -> Result<(), PhoneError> {
        if !(8..=200).contains(&new.chars().count()) {
            return Err(PhoneError::BadPassword);
        }
        let now = self.clock.real_micros();
        self.wrong.check(&phone.gateway, now).map_err(PhoneError::TooMany)?;
        let (id, login) = (phone.id, phone.login.as_str());
        let (old, new) = (self.password_index(login, old), self.password_index(login, new));
        if self.db.write(move |conn| gateway_phone::set_password(conn, id, old, new)).await? {
            return Ok(());
        }
        self.wrong.count(&phone.gateway, now);
        Err(PhoneError::Unauthenticated)
    }

    /// Holds a connection of events open; it is over when this is dropped.
    ///
    /// # Errors
    /// [`PhoneError::Full`]
    pub fn watch(&self) -> Result<Watching, PhoneError> {
        let watching = Watching { count: Arc::clone(&self.watching), closing: self.closing.subscribe() };
        let others = self.watching.fetch_add(1, Ordering::Relaxed);
        if others < MOST_WATCHING { Ok(watching) } else { Err(PhoneError::Full) }
    }

    /// Told whenever texts have been planned.
    pub fn planned(&self) -> &Notify {
        &self.planned
    }

    /// Ends all connections of events: the server stops.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    fn token_index(&self, token: &str) -> Digest {
        self.keys.index("phone token", token)
    }

    fn password_index(&self, login: &str, password: &str) -> Digest {
        self.keys.index("phone password", &format!("{}\0{password}", login.to_ascii_uppercase()))
    }

    fn code_index(&self, gateway: &str, code: &str) -> Digest {
        self.keys.index("phone code", &format!("{gateway}\0{code}"))
    }
}

/// A connection of events that is open.
#[derive(Debug)]
pub struct Watching {
    count: Arc<AtomicUsize>,
    closing: watch::Receiver<bool>,
}

impl Watching {
    /// Waits until the server stops.
    pub async fn closed(&mut self) {
        // An end without a word is an end too.
        let _ = self.closing.wait_for(|closing| *closing).await;
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
/// Without those that are taken for each other.
const CAPITALS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const DIGITS: &[u8] = b"0123456789";

/// A random word of `N` signs out of `signs`.
fn word<const N: usize>(signs: &[u8]) -> Result<String, CryptoError> {
    let mut word = String::with_capacity(N);
    while word.len() < N {
        let fair = 256 - 256 % signs.len().max(1);
        for byte in random_bytes::<64>()?.map(usize::from) {
            // Signs at the front must not be likelier than others.
            let sign = signs.get(byte % signs.len().max(1)).filter(|_| byte < fair && word.len() < N);
            word.extend(sign.map(|sign| char::from(*sign)));
        }
    }
    Ok(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_random_and_as_long_as_they_should_be() {
        let words = [word::<6>(DIGITS).unwrap(), word::<43>(LETTERS).unwrap(), word::<43>(LETTERS).unwrap()];
        assert_eq!(words.each_ref().map(String::len), [6, 43, 43]);
        assert!(words[0].bytes().all(|b| b.is_ascii_digit()));
        assert_ne!(words[1], words[2]);
    }
}
