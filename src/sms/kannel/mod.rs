//! Gateways of kind `kannel`: an installation of Kannel (1.4.4 or later) in front of a modem or an operator.
//!
//! In: its `get-url` or `post-url` calls `/gateways/ID/inbound?token=SECRET&id=%I&…`. Kannel sends whatever an answer
//! holds back to the sender as a text, and keeps a text for another try only where it is answered neither 200 nor 202:
//! so everything that is on disk, and everything that will never be a text, is answered 202 with an empty body.
//! Out: `sendsms`, with a `dlr-url` by which the delivery report comes back under our id.
//! The promise: `sendsms` has no id of ours to know a text by, so a text whose outcome is unknown is not sent again.

mod wire;

use super::http::{MAX_ANSWER, failed};
use super::{Answer, Door, Event, Outgoing, Refused, Request, SendError};
use crate::config::{Kannel as Settings, Secret};
use crate::crypto::equal_secrets;

/// An installation of Kannel.
#[derive(Debug)]
pub struct Kannel {
    id: String,
    settings: Settings,
    client: reqwest::Client,
}

impl Kannel {
    /// The gateway `id` of `settings`.
    pub fn new(id: &str, settings: &Settings, client: reqwest::Client) -> Self {
        Kannel { id: id.to_owned(), settings: settings.clone(), client }
    }

    pub(super) fn sends(&self) -> bool {
        self.settings.sending.is_some()
    }

    pub(super) async fn send(&self, text: &Outgoing) -> Result<Option<String>, SendError> {
        let nowhere = || SendError::Misconfigured { detail: "the gateway has no send_url".to_owned() };
        let sending = self.settings.sending.as_ref().ok_or_else(nowhere)?;
        let token = self.settings.inbound_token.as_ref().map(Secret::reveal);
        let url = wire::send_address(&self.id, sending, token, text);
        let answer = self.client.get(url).send().await.map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        let said = said(answer).await;
        wire::accepted(status, &said).map(|()| None)
    }

    pub(super) fn read(&self, door: Door, request: &Request) -> Result<Vec<Event>, Refused> {
        self.check_token(request)?;
        let read = match door {
            Door::Inbound => wire::incoming(request).map(|text| vec![Event::Text(text)]),
            Door::Delivery => {
                wire::delivery(request).map(|report| report.map(Event::Report).into_iter().collect())
            }
        };
        // Kannel would try for ever what will never be a text.
        Ok(read.unwrap_or_else(|refused| {
            tracing::error!(gateway = self.id, %refused, "what Kannel brought cannot be read; compare its get-url with \
                docs/gateways/kannel.md");
            Vec::new()
        }))
    }

    pub(super) fn answer() -> Answer {
        Answer { status: 202, content_type: "text/plain", body: String::new() }
    }

    fn check_token(&self, request: &Request) -> Result<(), Refused> {
        let given = request.query.get("token").map_or("", String::as_str);
        let expected = self.settings.inbound_token.as_ref().ok_or(Refused::Token)?;
        if equal_secrets(given.as_bytes(), expected.reveal().as_bytes()) {
            Ok(())
        } else {
            Err(Refused::Token)
        }
    }
}

/// The beginning of what an answer says.
async fn said(mut answer: reqwest::Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}
