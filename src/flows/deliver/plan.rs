//! Planning texts that the server starts by itself: reminders, alerts, broadcasts.

use std::sync::Arc;

use crate::clock::Clock;
use crate::crypto::{Keys, Place};
use crate::db::outbox::{LANE_STARTED, LANE_URGENT};
use crate::db::started::{self, NewStarted, Sealed};
use crate::db::{Conn, DbError, DbResult, SharedIds};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::message::parts;
use crate::sms::{Gateway, Gateways};

/// A text that the server starts by itself.
#[derive(Debug, Clone)]
pub struct NewText {
    /// What it is to its cause; a kind with a [`Cause`](super::Cause) is asked before it goes.
    pub kind: &'static str,
    /// What made it: a receiver gets one text of a kind from a cause.
    pub cause: i64,
    /// Whom it goes to, who may opt out; `None`: who may not.
    pub person_id: Option<PersonId>,
    /// The number, E.164.
    pub number: String,
    /// The words; `None`: they are composed at the moment of sending.
    pub words: Option<String>,
    /// The commune that pays for it and whose officers may see it.
    pub commune_id: Option<UnitId>,
    /// Whether it goes at once, at any hour, before all others.
    pub urgent: bool,
    /// When it is due, microseconds UTC, real time; 0: at once.
    pub due_at: i64,
    /// Until when it is of use, microseconds UTC, domain time.
    pub not_after: Option<i64>,
}

/// What planning needs.
#[derive(Debug, Clone)]
pub struct Planner {
    /// Keys of phones and texts.
    pub keys: Arc<Keys>,
    /// Where ids come from.
    pub ids: SharedIds,
    /// What time it is.
    pub clock: Clock,
    /// The gateways in the order of the settings.
    pub gateways: Gateways,
}

impl Planner {
    /// Plans `texts`, each by the first gateway that can reach the number. What was planned before, under the same
    /// cause, receiver and kind, stays as it is. Answers how many are new.
    pub fn plan(&self, conn: &mut Conn, texts: &[NewText]) -> DbResult<usize> {
        self.plan_by(conn, texts, |_| true)
    }

    /// Does that by gateways that `may` be used.
    pub(super) fn plan_by(
        &self,
        conn: &mut Conn,
        texts: &[NewText],
        may: impl Fn(&Gateway) -> bool,
    ) -> DbResult<usize> {
        let mut rows = Vec::with_capacity(texts.len());
        for text in texts {
            let usable =
                |gateway: &&Arc<Gateway>| gateway.sends() && may(gateway) && gateway.can_reach(&text.number);
            let Some(gateway) = self.gateways.iter().find(usable) else {
                tracing::error!(kind = text.kind, "no gateway can send this text; it is not planned");
                continue;
            };
            rows.push(self.row(text, gateway)?);
        }
        started::plan(conn, &rows)
    }

    fn row(&self, text: &NewText, gateway: &Gateway) -> DbResult<NewStarted> {
        let now = self.clock.real_micros();
        let id = self.ids.lock().map_err(|_| DbError::Stopped)?.next(now / 1_000);
        let seal = |plain: &str| {
            let sealed = self.keys.seal(Place { table: "outbox", row: id }, plain.as_bytes());
            sealed.map_err(|_| DbError::Corrupt("a text that cannot be sealed"))
        };
        let sealed = |words: &String| {
            Ok::<_, DbError>(Sealed { index: self.keys.index("text", words), cipher: seal(words)? })
        };
        let parts = text.words.as_deref().map_or(1, |words| parts(words).parts);
        let parts = i32::try_from(parts).unwrap_or(i32::MAX);
        Ok(NewStarted {
            id,
            cause: text.cause,
            kind: text.kind,
            receiver_index: self.keys.index("phone", &text.number),
            receiver_cipher: seal(&text.number)?,
            words: text.words.as_ref().map(sealed).transpose()?,
            gateway: gateway.id.clone(),
            commune_id: text.commune_id,
            person_id: text.person_id,
            lane: if text.urgent { LANE_URGENT } else { LANE_STARTED },
            parts,
            cost: i64::from(parts) * gateway.cost_per_part,
            created_at: now,
            due_at: text.due_at,
            not_after: text.not_after,
        })
    }
}
