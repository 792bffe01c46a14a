//! Gateways of kind `smsgate`: the server of the SMSGate project (in the cloud or one's own), phones behind it.
//!
//! Out: its REST call; our id goes along, and the server takes one id once. In: webhooks that the phones sign.

#[cfg(test)]
mod tests;
pub(super) mod webhook;
mod wire;

use super::http::{failed, read_answer, retry_after};
use super::{Event, Outgoing, Refused, Request, SendError};
use crate::config::Smsgate as Settings;
use webhook::Proof;

/// A gateway behind the SMSGate project's server.
#[derive(Debug)]
pub struct Smsgate {
    settings: Settings,
    proof: Proof,
    client: reqwest::Client,
}

impl Smsgate {
    /// The gateway of `settings`.
    pub fn new(settings: &Settings, client: reqwest::Client) -> Self {
        let proof = Proof {
            key: settings.signing_key.clone(),
            token: settings.inbound_token.clone(),
            accept_unsigned: settings.accept_unsigned,
            ..Proof::default()
        };
        Smsgate { settings: settings.clone(), proof, client }
    }

    pub(super) fn sends(&self) -> bool {
        self.settings.url.is_some()
    }

    pub(super) async fn send(&self, text: &Outgoing) -> Result<Option<String>, SendError> {
        let nowhere = || SendError::Misconfigured { detail: "the gateway has no url".to_owned() };
        let request = self.client.post(wire::address(&self.settings).ok_or_else(nowhere)?);
        let (password, token) = (self.settings.password.as_ref(), self.settings.token.as_ref());
        let request = match (&self.settings.username, password, token) {
            (_, _, Some(token)) => request.bearer_auth(token.reveal()),
            (Some(username), password, None) => request.basic_auth(username, password.map(|p| p.reveal())),
            _ => request,
        };
        let request = request.json(&wire::outgoing(&self.settings, text));
        let answer = request.send().await.map_err(|error| failed(&error))?;
        let rest = retry_after(answer.headers());
        let (status, body) = read_answer(answer).await;
        wire::understand(status, &body).map_err(|error| error.resting(rest))
    }

    /// All events may come to either address.
    pub(super) fn read(&self, request: &Request) -> Result<Vec<Event>, Refused> {
        webhook::read(&self.proof, request)
    }
}
