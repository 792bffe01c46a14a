//! Texts that go out: replies, and what officers decided.

use super::Ledger;
use crate::crypto::{Digest, Place};
use crate::db::outbox::{LANE_URGENT, NewOutgoing};
use crate::db::{DbError, DbResult};
use crate::domain::ids::UnitId;
use crate::domain::intake::ReplyParts;
use crate::domain::message::parts;
use crate::flows::intake::prepare::{PreparedText, next_id};

/// A text to somebody who is told what an officer decided.
#[derive(Debug)]
pub(in crate::flows::intake) struct Notice {
    /// What was decided about.
    pub(in crate::flows::intake) cause: i64,
    /// The gateway that it goes by.
    pub(in crate::flows::intake) gateway: String,
    /// The number.
    pub(in crate::flows::intake) number: String,
    /// Its blind index.
    pub(in crate::flows::intake) index: Digest,
    /// The words.
    pub(in crate::flows::intake) words: String,
    /// The commune whose officers may see it.
    pub(in crate::flows::intake) commune_id: Option<UnitId>,
}

impl Ledger<'_> {
    /// Plans a text that tells what an officer decided.
    pub(in crate::flows::intake) fn tell(&mut self, notice: Notice) -> DbResult<()> {
        let Notice { cause, gateway, number, index, words, commune_id } = notice;
        let id = next_id(self.context).map_err(|_| DbError::Stopped)?;
        let place = Place { table: "outbox", row: id };
        let parts = i32::try_from(parts(&words).parts).unwrap_or(i32::MAX);
        self.outgoing.push(NewOutgoing {
            id,
            cause,
            kind: "decision",
            receiver_index: index,
            receiver_cipher: self.seal(place, &number)?,
            text_index: self.context.keys.index("text", &words),
            text_cipher: self.seal(place, &words)?,
            cost: self.context.cost(&gateway, parts),
            gateway,
            commune_id,
            // An answer to the report that the person sent, late as it is.
            lane: LANE_URGENT,
            parts,
            created_at: self.stored_at,
        });
        Ok(())
    }

    pub(super) fn reply(
        &mut self,
        text: &PreparedText,
        reply: &ReplyParts,
        marks: bool,
        commune_id: Option<UnitId>,
    ) -> DbResult<()> {
        // Short codes and names of firms are machines; nobody reads an answer there.
        let Some(phone) = &text.phone else { return Ok(()) };
        let words = self.context.rules.templates.render_reply(reply, marks);
        let id = next_id(self.context).map_err(|_| DbError::Stopped)?;
        let place = Place { table: "outbox", row: id };
        let parts = i32::try_from(parts(&words).parts).unwrap_or(i32::MAX);
        self.outgoing.push(NewOutgoing {
            id,
            cause: text.id,
            // The sender has been told that the number was unknown.
            kind: if self.again { "later_reply" } else { "reply" },
            receiver_index: text.sender_index,
            receiver_cipher: self.seal(place, phone.e164())?,
            text_index: self.context.keys.index("text", &words),
            text_cipher: self.seal(place, &words)?,
            gateway: text.raw.gateway.clone(),
            commune_id,
            lane: LANE_URGENT,
            parts,
            cost: self.context.cost(&text.raw.gateway, parts),
            created_at: self.stored_at,
        });
        Ok(())
    }
}
