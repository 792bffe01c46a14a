//! Texts that were too long for one SMS: their parts are kept as they come, in any order, and go on as one text.
//!
//! A part is acknowledged when it is on disk. The text that its last part completes is taken under a key of its own, so
//! that it becomes a message once, whatever stops in between: what was completed and not taken is found by
//! [`Intake::finish_parts`]. That also takes texts whose missing parts never came, as incomplete.

use std::time::Duration;

use super::prepare::next_id;
use super::{Intake, IntakeError, RawMessage, Receipt};
use crate::crypto::Place;
use crate::db::part::{self, NewPart, Set, StoredPart};
use crate::domain::phone::Phone;
use crate::flows::intake::prepare::PreparedText;
use crate::sms::Part;

/// How long a part is known again after it came, microseconds: longer than providers try, and shorter than references
/// take to come round, mostly.
const KNOWN: i64 = 24 * 3_600_000_000;
/// Texts that are finished in one round.
const ROUND: i64 = 100;
/// What stands for parts that never came.
const GAP: &str = " [...] ";

/// What a round of [`Intake::finish_parts`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Finished {
    /// Texts that were complete.
    pub complete: usize,
    /// Texts that were taken as incomplete.
    pub incomplete: usize,
}

impl Intake {
    /// Keeps a part; its text goes on when it is the last.
    pub(super) async fn join(&self, raw: RawMessage, part: Part) -> Result<Receipt, IntakeError> {
        let new = self.new_part(&raw, part)?;
        let since = new.stored_at - KNOWN;
        let how_far = self.db.write(move |conn| part::add(conn, &new, since)).await?;
        if let Set::Complete(set) = how_far {
            self.put_together(set).await?;
        }
        Ok(Receipt::Part)
    }

    /// Takes texts that are complete, or of which no part has come for `wait`. Doing it again, or on two servers, does
    /// nothing more.
    pub async fn finish_parts(&self, wait: Duration) -> Result<Finished, IntakeError> {
        let now = self.context.clock.real_micros();
        let before = now - i64::try_from(wait.as_micros()).unwrap_or(i64::MAX / 2);
        let due = self.db.read(move |conn| part::due(conn, before, ROUND)).await?;
        let mut finished = Finished::default();
        for set in due {
            match self.put_together(set).await? {
                Some(true) => finished.complete += 1,
                Some(false) => finished.incomplete += 1,
                None => {}
            }
        }
        self.db.write(move |conn| part::forget(conn, now - KNOWN)).await?;
        Ok(finished)
    }

    /// Takes a text of parts, incomplete or not, and answers whether it was complete; `None` where another has.
    async fn put_together(&self, set: i64) -> Result<Option<bool>, IntakeError> {
        let parts = self.db.read(move |conn| part::of_set(conn, set)).await?;
        let Some(text) = self.whole(set, &parts)? else { return Ok(None) };
        let complete = !text.incomplete;
        self.store(std::sync::Arc::new(PreparedText::new(&self.context, text)?)).await?;
        self.db.write(move |conn| part::finish(conn, set)).await?;
        Ok(Some(complete))
    }

    fn new_part(&self, raw: &RawMessage, part: Part) -> Result<NewPart, IntakeError> {
        let (keys, id) = (&self.context.keys, next_id(&self.context)?);
        let phone = Phone::parse(&raw.sender).ok();
        let sender = phone.as_ref().map_or(raw.sender.as_str(), Phone::e164);
        let Part { reference, total, number } = part;
        let known_by = raw.dedupe_key.as_ref().map_or(("words", &raw.text), |key| ("key", key));
        let json = serde_json::to_vec(raw).map_err(|_| IntakeError::Unavailable)?;
        Ok(NewPart {
            id,
            sender_index: keys.index("phone", sender),
            set_key: keys.index("parts", &format!("{}\0{sender}\0{reference} {total}", raw.gateway)),
            part_key: keys.index("part", &format!("{} {}", known_by.0, known_by.1)),
            number: number.into(),
            total: total.into(),
            raw_cipher: keys.seal(Place { table: "message_part", row: id }, &json)?,
            stored_at: self.context.clock.real_micros(),
        })
    }

    /// The parts as one text: received when the first of them was, believed if all are.
    fn whole(&self, set: i64, parts: &[StoredPart]) -> Result<Option<RawMessage>, IntakeError> {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            let json =
                self.context.keys.open(Place { table: "message_part", row: part.id }, &part.raw_cipher)?;
            let raw: RawMessage = serde_json::from_slice(&json).map_err(|_| IntakeError::Unavailable)?;
            pieces.push((part.number, raw));
        }
        let Some(total) = parts.first().map(|part| part.total) else { return Ok(None) };
        let text = joined(total, pieces.iter().map(|(number, raw)| (*number, raw.text.as_str())));
        let complete = i32::try_from(pieces.len()).is_ok_and(|count| count == total);
        let received_at = pieces.iter().map(|(_, raw)| raw.received_at).min().unwrap_or(0);
        let trusted = pieces.iter().all(|(_, raw)| raw.trusted);
        let first = pieces.into_iter().next().map(|(_, raw)| raw);
        Ok(first.map(|first| RawMessage {
            dedupe_key: Some(format!("parts {set}")),
            text,
            received_at,
            trusted,
            part: None,
            incomplete: !complete,
            ..first
        }))
    }
}

/// The pieces in the order of their numbers, with a mark wherever some are missing.
fn joined<'p>(total: i32, pieces: impl Iterator<Item = (i32, &'p str)>) -> String {
    let (mut text, mut next) = (String::new(), 1);
    for (number, piece) in pieces {
        if number > next {
            text.push_str(GAP);
        }
        text.push_str(piece);
        next = number + 1;
    }
    if next <= total {
        text.push_str(GAP);
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_without_a_seam_and_gaps_are_marked() {
        let text = |total, pieces: &[(i32, &str)]| joined(total, pieces.iter().copied());
        assert_eq!(text(2, &[(1, "ANTT 3 T"), (2, "C2")]), "ANTT 3 TC2");
        assert_eq!(text(3, &[(1, "a"), (3, "c")]), "a [...] c");
        assert_eq!(text(3, &[(3, "c")]), "[...] c");
        assert_eq!(text(4, &[(2, "b")]), "[...] b [...]");
    }
}
