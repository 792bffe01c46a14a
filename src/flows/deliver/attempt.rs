//! A try to send a text, and what its outcome means for the text and for the route.

use super::{Moment, Sender};
use crate::crypto::Place;
use crate::db::outbox::Leased;
use crate::db::outbox::fate::Sent;
use crate::db::{DbError, DbResult, provider_reference};
use crate::domain::outbound::route::{Told, Trouble};
use crate::sms::{Outgoing, SendError};

/// A try and its outcome.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    /// The text.
    pub(super) text: Leased,
    /// What became of it.
    pub(super) sent: Sent,
    /// What it told of the route, if anything.
    pub(super) told: Option<Told>,
}

impl Attempt {
    /// What the provider said, if the text did not go.
    pub(super) fn failure(&self) -> Option<&str> {
        match &self.sent {
            Sent::Accepted { .. } => None,
            Sent::Again { failure, .. } | Sent::Failed { failure, .. } | Sent::Unknown { failure, .. } => {
                Some(failure)
            }
        }
    }

    /// The name of the outcome in metrics.
    pub(super) fn outcome(&self) -> &'static str {
        match &self.sent {
            Sent::Accepted { .. } => "accepted",
            Sent::Again { .. } => "again",
            Sent::Failed { .. } => "failed",
            Sent::Unknown { .. } => "unknown",
        }
    }
}

impl Sender {
    /// Tries to send a text at `now`; `probing` says that it is to show whether a paused route works again.
    pub(super) async fn attempt(&self, now: Moment, text: Leased, probing: bool) -> Attempt {
        if text.interrupted && !self.gateway.is_idempotent() {
            return self.interrupted(now, text);
        }
        let Ok(outgoing) = self.opened(&text) else {
            let failure = "the text was purged or cannot be decrypted".to_owned();
            return Attempt { text, sent: Sent::Failed { reason: "purged", failure }, told: None };
        };
        let began = self.clock.real_micros();
        let answer = self.send(&text, &outgoing).await;
        self.note_time(began);
        match answer {
            Ok(provider_id) => {
                let cost = i64::from(text.parts) * self.gateway.cost_per_part;
                Attempt { text, sent: Sent::Accepted { provider_id, cost }, told: Some(Told::Works) }
            }
            Err(error) => self.failed(now, text, probing, &error),
        }
    }

    /// The outcome of a text whose sending was cut off: nobody knows whether it went.
    pub(super) fn interrupted(&self, now: Moment, text: Leased) -> Attempt {
        let failure = "the server stopped while the text was being sent".to_owned();
        let sent = if self.gateway.is_idempotent() {
            Sent::Again { next_at: now.real, uncertain: true, counts: false, reason: "interrupted", failure }
        } else {
            Sent::Unknown { reason: "interrupted", failure }
        };
        Attempt { text, sent, told: None }
    }

    /// Hands a text to the gateway; a reply names what it answers where the provider wants to know.
    async fn send(&self, text: &Leased, outgoing: &Outgoing) -> Result<Option<String>, SendError> {
        if text.kind != "reply" || !self.gateway.names_what_it_answers() {
            return self.gateway.send(outgoing).await;
        }
        let message = text.cause;
        match self.db.read(move |conn| provider_reference::of_message(conn, message)).await {
            Ok(Some(reference)) => self.gateway.send_reply(outgoing, &reference).await,
            Ok(None) => self.gateway.send(outgoing).await,
            Err(error) => Err(SendError::Transient { detail: error.to_string(), pause: None }),
        }
    }

    fn note_time(&self, began: i64) {
        let micros = u32::try_from((self.clock.real_micros() - began).max(0)).unwrap_or(u32::MAX);
        metrics::histogram!("outbound_send_seconds", "gateway" => self.gateway.id.clone())
            .record(f64::from(micros) / 1e6);
    }

    fn opened(&self, text: &Leased) -> DbResult<Outgoing> {
        let place = Place { table: "outbox", row: text.id };
        let open =
            |sealed: &[u8]| self.keys.open_text(place, sealed).map_err(|_| DbError::Corrupt("a sealed text"));
        let words = text.text_cipher.as_deref().ok_or(DbError::Corrupt("a purged text"))?;
        Ok(Outgoing { id: text.id, to: open(&text.receiver_cipher)?, text: open(words)? })
    }

    fn failed(&self, now: Moment, text: Leased, probing: bool, error: &SendError) -> Attempt {
        let failure = error.to_string();
        match error {
            SendError::Rejected { .. } => Attempt {
                text,
                sent: Sent::Failed { reason: "rejected", failure },
                told: Some(Told::Answers),
            },
            SendError::Misconfigured { .. } => stopped(now, text, Trouble::Misconfigured, failure),
            SendError::OutOfCredit { .. } => stopped(now, text, Trouble::OutOfCredit, failure),
            SendError::Unknown { .. } if !self.gateway.is_idempotent() => {
                let told = Some(Told::Fails { rest: None });
                Attempt { text, sent: Sent::Unknown { reason: "unknown", failure }, told }
            }
            SendError::Unknown { .. } => self.again(now, text, probing, None, true, failure),
            SendError::Transient { pause, .. } => {
                let rest = pause.map(|pause| i64::try_from(pause.as_micros()).unwrap_or(i64::MAX));
                self.again(now, text, probing, rest.map(|rest| rest.min(LONGEST_REST)), false, failure)
            }
        }
    }

    /// The text goes again, unless it was tried too often. A try on a route that is known not to work does not count.
    fn again(
        &self,
        now: Moment,
        text: Leased,
        probing: bool,
        rest: Option<i64>,
        uncertain: bool,
        failure: String,
    ) -> Attempt {
        let told = Some(Told::Fails { rest });
        let last = !probing && text.attempts + 1 >= self.policy.max_tries;
        let sent = match (last, uncertain || text.uncertain) {
            (true, true) => Sent::Unknown { reason: "unknown", failure },
            (true, false) => Sent::Failed { reason: "too_many_tries", failure },
            (false, _) => {
                let pause = if probing { 0 } else { self.policy.pauses.after(text.attempts) };
                let next_at = now.real + pause.max(rest.unwrap_or(0));
                let reason = if uncertain { "unknown" } else { "transient" };
                Sent::Again { next_at, uncertain, counts: !probing, reason, failure }
            }
        };
        Attempt { text, sent, told }
    }
}

/// The longest that a provider may ask to be left alone: an hour.
const LONGEST_REST: i64 = 3_600 * 1_000_000;

/// The route is to blame: the text waits for it, or for another.
fn stopped(now: Moment, text: Leased, trouble: Trouble, failure: String) -> Attempt {
    let sent =
        Sent::Again { next_at: now.real, uncertain: false, counts: false, reason: trouble.name(), failure };
    Attempt { text, sent, told: Some(Told::Stops(trouble)) }
}
