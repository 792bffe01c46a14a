//! Gateways of kind `generic`: whatever speaks HTTP with fields, as its settings describe it.
//!
//! Without a description it is the plain form. In: `POST /gateways/ID/inbound?token=SECRET` with JSON or form fields
//! `id`, `from`, `to`, `text`, `date`. Out: `POST send_url` with `{"id","to","text","gateway"}`; any 2xx means accepted,
//! `{"id":"theirs"}` may come back. Delivery: `POST /gateways/ID/delivery?token=SECRET` with `id`, `status`, `reason`.
//! The promise: the receiver of `send_url` knows a text by `id` and sends it once, however often it comes.

mod fields;
mod proof;
mod send;
#[cfg(test)]
mod tests;
mod wire;

use super::balance::{ask, dong};
use super::http::{failed, read_answer, retry_after};
use super::proof::{Seen, told};
use super::{Answer, Door, Event, Incoming, Outgoing, Refused, Request, SendError, Taken};
use crate::clock::Clock;
use crate::config::Generic as Settings;
use crate::config::generic::Variable;
use crate::crypto::sha256;
use fields::Fields;
use proof::Proved;
pub(super) use send::percent;
use send::{Writer, Written, question, understand};
pub(super) use wire::answer;

/// A generic gateway.
#[derive(Debug)]
pub struct Generic {
    id: String,
    settings: Settings,
    client: reqwest::Client,
    seen: Seen,
}

impl Generic {
    /// The gateway `id` of `settings`.
    pub fn new(id: &str, settings: &Settings, client: reqwest::Client) -> Self {
        Generic { id: id.to_owned(), settings: settings.clone(), client, seen: Seen::default() }
    }

    pub(super) fn sends(&self) -> bool {
        self.settings.send_url.is_some()
    }

    pub(super) fn is_idempotent(&self) -> bool {
        self.settings.idempotent
    }

    /// What the provider knows a text by, where the reply must name it.
    pub(super) fn reference(&self, text: &Incoming) -> Option<String> {
        let id = text.key.as_deref()?.strip_prefix("id ")?;
        self.names_what_it_answers().then(|| id.to_owned())
    }

    pub(super) fn names_what_it_answers(&self) -> bool {
        self.settings.needs(&Variable::ReplyTo)
    }

    /// Sends `text`, which answers the text that the provider knows by `reply_to`.
    pub(super) async fn send(
        &self,
        text: &Outgoing,
        reply_to: Option<&str>,
    ) -> Result<Option<String>, SendError> {
        let now = Clock::system().real_micros() / 1_000_000;
        let writer = Writer { gateway: &self.id, settings: &self.settings, text, reply_to, now };
        let nowhere = || SendError::Misconfigured { detail: "the gateway has no send_url".to_owned() };
        let written = writer.write().ok_or_else(nowhere)?;
        let answer = self.request(written).send().await.map_err(|error| failed(&error))?;
        let rest = retry_after(answer.headers());
        let (status, body) = read_answer(answer).await;
        understand(&self.settings, status, &body).map_err(|error| error.resting(rest))
    }

    /// The money left with the provider, đồng; `None` where the settings do not say how to ask.
    pub(super) async fn balance(&self) -> Result<Option<i64>, SendError> {
        let Some(balance) = &self.settings.balance else { return Ok(None) };
        let (url, headers) = question(&self.settings, balance);
        let request =
            headers.iter().fold(self.client.get(url), |request, (name, value)| request.header(name, value));
        let read = |body: &[u8]| {
            let amount = Fields::of_answer(body).get(&balance.field).ok().flatten()?;
            dong(&amount, balance.dong_per_unit)
        };
        ask(request, read).await.map(Some)
    }

    fn request(&self, written: Written) -> reqwest::RequestBuilder {
        let request =
            if written.by_get { self.client.get(written.url) } else { self.client.post(written.url) };
        let request =
            written.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        match written.body {
            Some((content_type, body)) => request.header("content-type", content_type).body(body),
            None => request,
        }
    }

    pub(super) fn read(&self, door: Door, request: &Request) -> Result<Vec<Event>, Refused> {
        if self.settings.signature.is_none() {
            // Nothing is read of those who cannot prove themselves.
            proof::check(&self.settings, request, &Fields::default())?;
        }
        let fields = Fields::read(request)?;
        let proved = proof::check(&self.settings, request, &fields)?;
        let events = wire::events(&self.settings, door, &fields, &proved)?;
        if let Proved::Signed(signature) = &proved {
            self.seen.check(sha256(&[signature.as_bytes()]), told(&events))?;
        }
        Ok(events)
    }

    pub(super) fn answer(&self, door: Door, taken: &[Taken]) -> Answer {
        wire::configured_answer(&self.settings, door, taken)
    }
}
