//! Gateways of kind `generic`: a phone app or provider that speaks JSON over HTTP in the simplest way.
//!
//! In: `POST /gateways/ID/inbound?token=SECRET` with JSON or form fields `id`, `from`, `to`, `text`, `date`.
//! Out: `POST send_url` with `{"id","to","text","gateway"}`; any 2xx means accepted, `{"id":"theirs"}` may come back.
//! Delivery: `POST /gateways/ID/delivery?token=SECRET` with `id`, `status`, `reason`.
//! The promise: the receiver of `send_url` knows a text by `id` and sends it once, however often it comes.

mod wire;

use super::http::{MAX_ANSWER, failed, status};
use super::{Door, Event, Outgoing, Refused, Request, SendError};
use crate::config::{Generic as Settings, Secret};
use crate::crypto::equal_secrets;
pub(super) use wire::answer;

/// A generic gateway.
#[derive(Debug)]
pub struct Generic {
    id: String,
    inbound_token: Option<Secret>,
    send_url: Option<String>,
    client: reqwest::Client,
}

impl Generic {
    /// The gateway `id` of `settings`.
    pub fn new(id: &str, settings: &Settings, client: reqwest::Client) -> Self {
        let (inbound_token, send_url) = (settings.inbound_token.clone(), settings.send_url.clone());
        Generic { id: id.to_owned(), inbound_token, send_url, client }
    }

    pub(super) fn sends(&self) -> bool {
        self.send_url.is_some()
    }

    pub(super) async fn send(&self, text: &Outgoing) -> Result<Option<String>, SendError> {
        let nowhere = || SendError::Misconfigured { detail: "the gateway has no send_url".to_owned() };
        let url = self.send_url.as_deref().ok_or_else(nowhere)?;
        let body = wire::outgoing(&self.id, text);
        let answer = self.client.post(url).json(&body).send().await.map_err(|error| failed(&error))?;
        status(answer.status())?;
        Ok(self.provider_id(answer).await)
    }

    /// The provider's id in its answer. The text is accepted whatever else the answer holds.
    async fn provider_id(&self, mut answer: reqwest::Response) -> Option<String> {
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = answer.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return None;
            }
        }
        wire::provider_id(&body)
    }

    pub(super) fn read(&self, door: Door, request: &Request) -> Result<Vec<Event>, Refused> {
        self.check_token(request)?;
        let event = match door {
            Door::Inbound => Event::Text(wire::incoming(request)?),
            Door::Delivery => Event::Report(wire::delivery(request)?),
        };
        Ok(vec![event])
    }

    fn check_token(&self, request: &Request) -> Result<(), Refused> {
        let given = request.query.get("token").map_or("", String::as_str);
        let expected = self.inbound_token.as_ref().ok_or(Refused::Token)?;
        if equal_secrets(given.as_bytes(), expected.reveal().as_bytes()) {
            Ok(())
        } else {
            Err(Refused::Token)
        }
    }
}
