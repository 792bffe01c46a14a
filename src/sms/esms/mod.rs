//! Gateways of kind `esms`: the provider eSMS.vn.
//!
//! Out: its call `SendMultipleMessage_V4_post_json`; our id goes along as `RequestId`, and eSMS takes one id once. In:
//! texts to a short code by GET, signed with MD5; the reply goes back in the answer. Delivery reports come by GET to an
//! address with a secret in it.

#[cfg(test)]
mod tests;
mod wire;

use super::balance::ask;
use super::http::{failed, read_answer, retry_after};
use super::proof::{Seen, told};
use super::{Answer, Door, Event, Incoming, Outgoing, Refused, Request, SendError, Taken};
use crate::config::Esms as Settings;
use crate::crypto::{equal_secrets, sha256};

/// A gateway at eSMS.
#[derive(Debug)]
pub struct Esms {
    settings: Settings,
    /// Where eSMS tells what became of texts.
    callback: Option<String>,
    client: reqwest::Client,
    seen: Seen,
}

impl Esms {
    /// The gateway `id` of `settings`.
    pub fn new(id: &str, settings: &Settings, client: reqwest::Client) -> Self {
        let callback = wire::callback(id, settings);
        Esms { settings: settings.clone(), callback, client, seen: Seen::default() }
    }

    pub(super) fn sends(&self) -> bool {
        self.settings.api_key.is_some()
    }

    pub(super) async fn send(&self, text: &Outgoing) -> Result<Option<String>, SendError> {
        let keyless = || SendError::Misconfigured { detail: "the gateway has no api_key".to_owned() };
        let body = wire::outgoing(&self.settings, self.callback.as_deref(), text).ok_or_else(keyless)?;
        let request = self.client.post(&self.settings.send_url).json(&body);
        let answer = request.send().await.map_err(|error| failed(&error))?;
        let rest = retry_after(answer.headers());
        let (status, body) = read_answer(answer).await;
        wire::understand(status, &body).map_err(|error| error.resting(rest))
    }

    /// The money left on the account, đồng; `None` without keys.
    pub(super) async fn balance(&self) -> Result<Option<i64>, SendError> {
        let Some(question) = wire::question(&self.settings) else { return Ok(None) };
        let request = self.client.post(&self.settings.balance_url).json(&question);
        ask(request, wire::balance).await.map(Some)
    }

    pub(super) fn read(&self, door: Door, request: &Request) -> Result<Vec<Event>, Refused> {
        match door {
            Door::Delivery => {
                self.check_token(request)?;
                Ok(wire::report(request)?.map(Event::Report).into_iter().collect())
            }
            Door::Inbound => {
                let sign = self.check_signature(request)?;
                let trusted = sign.is_some();
                let events = vec![Event::Text(Incoming { trusted, ..wire::incoming(request)? })];
                if let Some(sign) = sign {
                    self.seen.check(sha256(&[sign.as_bytes()]), told(&events))?;
                }
                Ok(events)
            }
        }
    }

    fn check_token(&self, request: &Request) -> Result<(), Refused> {
        let given = request.query.get("token").map_or("", String::as_str);
        let expected = self.settings.inbound_token.as_ref().ok_or(Refused::Token)?;
        let equal = equal_secrets(given.as_bytes(), expected.reveal().as_bytes());
        if equal { Ok(()) } else { Err(Refused::Token) }
    }

    /// Its signature, where it need not have one. The sender is not among what is signed, so one signature is good
    /// for one request only.
    fn check_signature(&self, request: &Request) -> Result<Option<String>, Refused> {
        let sign = request.query.get("sign").map_or("", String::as_str);
        if sign.is_empty() && self.settings.accept_unsigned {
            return self.check_token(request).map(|()| None);
        }
        let key = self.settings.private_key.as_ref().ok_or(Refused::Signature)?;
        wire::check_sign(request, key.reveal(), sign).map(Some)
    }

    /// What is answered to a text with its reply, if there is one that has not gone another way.
    pub(super) fn reply_in_answer(&self, text: &Incoming, reply: Option<&str>) -> Answer {
        wire::reply(text, reply)
    }

    pub(super) fn answer(&self, _: Door, _: &[Taken]) -> Answer {
        wire::nothing()
    }
}
