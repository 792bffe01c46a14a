//! Texts that are fetched: a phone asks for what it is to send, and tells later what became of it.

use super::attempt::Attempt;
use super::{Moment, Sender};
use crate::db::DbResult;
use crate::db::outbox::fate::Sent;
use crate::db::outbox::{self, Leased};
use crate::domain::outbound::route::Told;

impl Sender {
    /// Up to `limit` texts that are due at `now`, to lie with who fetches them. Whoever fetches keeps a pace of its own.
    /// What lay with another that was never heard of again has an unknown outcome, and is not given out.
    pub async fn hand_out(&self, now: Moment, limit: usize) -> DbResult<Vec<Leased>> {
        let claimed = self.claim_unpaced(now, limit).await?;
        let (lost, given): (Vec<Leased>, Vec<Leased>) =
            claimed.ready.into_iter().partition(|text| text.interrupted);
        let failure = || "the phone that had the text was not heard of again".to_owned();
        let lost: Vec<Attempt> = lost
            .into_iter()
            .map(|text| Attempt {
                text,
                sent: Sent::Unknown { reason: "interrupted", failure: failure() },
                told: None,
            })
            .collect();
        if !lost.is_empty() {
            self.mark(now, lost).await?;
        }
        Ok(given)
    }

    /// Notes what became of a text that lies with who fetched it; what does not lie there is left alone. The cost of an
    /// accepted text is the gateway's.
    pub async fn note(&self, now: Moment, id: i64, sent: Sent) -> DbResult<()> {
        let holder = self.holder;
        let Some(text) = self.db.read(move |conn| outbox::held(conn, holder, id)).await? else {
            return Ok(());
        };
        let (sent, told) = match sent {
            Sent::Accepted { provider_id, .. } => {
                let cost = i64::from(text.parts) * self.gateway.cost_per_part;
                (Sent::Accepted { provider_id, cost }, Some(Told::Works))
            }
            other => (other, None),
        };
        self.mark(now, vec![Attempt { text, sent, told }]).await.map(drop)
    }
}
