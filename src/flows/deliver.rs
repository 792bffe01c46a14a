//! Sending what is in the outbox: lease, send outside of any transaction, mark.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::crypto::{Keys, Place};
use crate::db::outbox::{self, Delivery, Leased, Sent};
use crate::db::{Db, DbError, DbResult};
use crate::sms::{DeliveryReport, DeliveryStatus, Gateway, Outgoing, SendError};

/// How texts are sent.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Texts that are handed over at the same time.
    pub workers: usize,
    /// How long a lease lasts, microseconds.
    pub lease: i64,
    /// How often a text is tried.
    pub max_tries: i32,
    /// The pause before the second try, microseconds; it doubles with each.
    pub first_pause: i64,
    /// The longest pause between two tries, microseconds.
    pub longest_pause: i64,
}

/// Who sends: one per server and gateway.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Where the outbox is.
    pub db: Db,
    /// Keys of phones and texts.
    pub keys: Arc<Keys>,
    /// Real time is used: leases and pauses are no matter of the domain.
    pub clock: Clock,
    /// The gateway.
    pub gateway: Arc<Gateway>,
    /// How texts are sent.
    pub policy: Policy,
    /// A number that no other sender has.
    pub holder: i64,
}

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Texts that were tried.
    pub texts: usize,
    /// SMS parts of the texts that went.
    pub parts: i64,
}

impl Sender {
    /// Sends what is due, at most one text per worker, side by side. Answers what was done; nothing was due when no
    /// text was tried.
    pub async fn send_due(&self) -> DbResult<Round> {
        let now = self.clock.real_micros();
        let (gateway, holder, until) = (self.gateway.id.clone(), self.holder, now + self.policy.lease);
        let limit = i64::try_from(self.policy.workers).unwrap_or(1);
        let leased =
            self.db.write(move |conn| outbox::lease(conn, &gateway, holder, now, until, limit)).await?;
        let mut sending = JoinSet::new();
        for text in leased {
            let sender = self.clone();
            sending.spawn(async move { (text.id, text.parts, sender.send(&text).await) });
        }
        let mut round = Round { texts: sending.len(), parts: 0 };
        let mut marked = Ok(());
        // Each is marked as soon as its answer is there: a delivery report may follow at once, and must not wait for
        // the slowest of the others.
        while let Some(first) = sending.join_next().await {
            let mut done = vec![first];
            done.extend(std::iter::from_fn(|| sending.try_join_next()));
            // A task that panicked leaves its text leased; the lease runs out and the text counts as interrupted.
            let done: Vec<_> = done.into_iter().filter_map(Result::ok).collect();
            let accepted = done.iter().filter(|(_, _, sent)| matches!(sent, Sent::Accepted { .. }));
            round.parts += accepted.map(|(_, parts, _)| i64::from(*parts)).sum::<i64>();
            marked = marked.and(self.mark(done.into_iter().map(|(id, _, sent)| (id, sent)).collect()).await);
        }
        marked.map(|()| round)
    }

    async fn mark(&self, outcomes: Vec<(i64, Sent)>) -> DbResult<()> {
        for (_, sent) in &outcomes {
            metrics::counter!("outbound_texts", "gateway" => self.gateway.id.clone(), "outcome" => outcome_name(sent)).increment(1);
        }
        let (holder, now) = (self.holder, self.clock.real_micros());
        self.db.write(move |conn| outbox::mark(conn, holder, now, &outcomes)).await
    }

    async fn send(&self, text: &Leased) -> Sent {
        if text.interrupted && !self.gateway.is_idempotent() {
            return Sent::Unknown { failure: "the server stopped while the text was being sent".to_owned() };
        }
        match self.opened(text) {
            Ok(outgoing) => match self.gateway.send(&outgoing).await {
                Ok(provider_id) => Sent::Accepted { provider_id },
                Err(error) => self.after(text, &error),
            },
            Err(_) => Sent::Failed { failure: "the text was purged or cannot be decrypted".to_owned() },
        }
    }

    fn opened(&self, text: &Leased) -> Result<Outgoing, DbError> {
        let place = Place { table: "outbox", row: text.id };
        let open =
            |sealed: &[u8]| self.keys.open_text(place, sealed).map_err(|_| DbError::Corrupt("a sealed text"));
        let words = text.text_cipher.as_deref().ok_or(DbError::Corrupt("a purged text"))?;
        Ok(Outgoing { id: text.id, to: open(&text.receiver_cipher)?, text: open(words)? })
    }

    fn after(&self, text: &Leased, error: &SendError) -> Sent {
        let failure = error.to_string();
        match error {
            SendError::Rejected { .. } => Sent::Failed { failure },
            SendError::Unknown { .. } if !self.gateway.is_idempotent() => Sent::Unknown { failure },
            _ if text.attempts + 1 >= self.policy.max_tries => Sent::Failed { failure },
            _ => Sent::Again {
                next_at: self.clock.real_micros() + pause(&self.policy, text.attempts),
                failure,
            },
        }
    }
}

/// The pause after try number `attempts` (from 0): doubling from the first to the longest.
fn pause(policy: &Policy, attempts: i32) -> i64 {
    let doubled = 1_i64.checked_shl(u32::try_from(attempts).unwrap_or(0).min(40)).unwrap_or(i64::MAX);
    policy.first_pause.saturating_mul(doubled).min(policy.longest_pause)
}

fn outcome_name(sent: &Sent) -> &'static str {
    match sent {
        Sent::Accepted { .. } => "accepted",
        Sent::Again { .. } => "again",
        Sent::Failed { .. } => "failed",
        Sent::Unknown { .. } => "unknown",
    }
}

/// Takes a delivery report; answers whether the text is known.
pub async fn take_delivery(db: &Db, gateway: &str, report: DeliveryReport, now: i64) -> DbResult<bool> {
    let delivery = match report.status {
        DeliveryStatus::Sent => Delivery::Sent,
        DeliveryStatus::Delivered => Delivery::Delivered,
        DeliveryStatus::Failed => Delivery::Failed,
        DeliveryStatus::Expired => Delivery::Expired,
    };
    let gateway = gateway.to_owned();
    db.write(move |conn| outbox::deliver(conn, &gateway, &report.id, delivery, report.reason.as_deref(), now))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = Policy { workers: 1, lease: 1, max_tries: 8, first_pause: 5, longest_pause: 3_600 };
        assert_eq!(
            [0, 1, 2, 9, 10, 100].map(|tries| pause(&policy, tries)),
            [5, 10, 20, 2_560, 3_600, 3_600]
        );
    }
}
