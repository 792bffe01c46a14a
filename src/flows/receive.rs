//! Taking what providers bring, however it came: by a request, by a link that stays open, by a phone that asks.

use crate::clock::Clock;
use crate::db::{Db, DbError, provider_reference};
use crate::flows::deliver::{ServerTime, take_delivery};
use crate::flows::intake::{Intake, IntakeError, RawMessage, Receipt, dedupe_key};
use crate::sms::{Event, Gateway, Incoming, Taken};

/// Why what a provider brought is not on disk; it is to bring it again.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// A text was not taken.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// A delivery report was not taken.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The way in for whatever gateways bring.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// Where delivery reports go.
    pub db: Db,
    /// Where texts go.
    pub intake: Intake,
    /// What time it is.
    pub clock: Clock,
    /// What time it is for the database.
    pub time: ServerTime,
}

impl Receiver {
    /// Takes what `gateway` brought, in order. When this answers, it is on disk.
    pub async fn take(&self, gateway: &Gateway, events: Vec<Event>) -> Result<Vec<Taken>, ReceiveError> {
        let mut taken = Vec::with_capacity(events.len());
        for event in events {
            taken.push(match event {
                Event::Text(incoming) => self.take_text(gateway, incoming).await?,
                Event::Report(report) => {
                    let now = self.time.now(self.clock);
                    Taken::Report { known: take_delivery(&self.db, &gateway.id, report, now).await? }
                }
            });
        }
        Ok(taken)
    }

    /// Remembers what the provider knows the text by, where the reply must name it: before the reply can be planned.
    async fn remember_reference(&self, gateway: &Gateway, incoming: &Incoming) {
        let (Some(reference), Some(key)) = (gateway.reference(incoming), &incoming.key) else { return };
        let key = dedupe_key(self.intake.context(), &gateway.id, key);
        let now = self.clock.real_micros();
        let remembered =
            self.db.write(move |conn| provider_reference::remember(conn, key, &reference, now)).await;
        if let Err(error) = remembered {
            // The text is not to be lost for it; it may go to the spool.
            tracing::warn!(%error, gateway = gateway.id, "the reply will not name the text that it answers");
        }
    }

    async fn take_text(&self, gateway: &Gateway, incoming: Incoming) -> Result<Taken, ReceiveError> {
        self.remember_reference(gateway, &incoming).await;
        let raw = RawMessage {
            gateway: gateway.id.clone(),
            dedupe_key: incoming.key,
            sender: incoming.from,
            text: incoming.text,
            received_at: self.clock.now_micros(),
            trusted: incoming.trusted,
            part: incoming.part,
            incomplete: false,
        };
        let message = match self.intake.receive(raw).await? {
            Receipt::Stored(id) | Receipt::Replayed(id) => Some(id),
            Receipt::Spooled | Receipt::Part => None,
        };
        Ok(Taken::Text { message })
    }
}
