//! What can be done for a text before the transaction, side by side with other texts: reading and sealing.

use super::{Context, IntakeError, RawMessage};
use crate::clock::day_in_vietnam;
use crate::crypto::{Digest, Place, random_bytes};
use crate::domain::ids::MessageId;
use crate::domain::phone::Phone;
use crate::domain::shortcode::Reading;

/// A text, read and sealed.
#[derive(Debug)]
pub(super) struct PreparedText {
    pub(super) id: MessageId,
    pub(super) raw: RawMessage,
    /// The sender's number; `None` for senders that are no mobile phones, which nobody answers.
    pub(super) phone: Option<Phone>,
    pub(super) reading: Reading,
    pub(super) dedupe_key: Digest,
    pub(super) sender_index: Digest,
    pub(super) sender_cipher: Vec<u8>,
    pub(super) text_index: Digest,
    pub(super) text_cipher: Vec<u8>,
}

impl PreparedText {
    pub(super) fn new(context: &Context, raw: RawMessage) -> Result<Self, IntakeError> {
        let id = next_id(context)?;
        let phone = Phone::parse(&raw.sender).ok();
        let sender = phone.as_ref().map_or(raw.sender.as_str(), Phone::e164);
        let reading = context.rules.reader.read(&raw.text, day_in_vietnam(raw.received_at));
        let place = Place { table: "message", row: id };
        Ok(PreparedText {
            id,
            dedupe_key: index(context, &dedupe_name(&raw)?),
            sender_index: context.keys.index("phone", sender),
            sender_cipher: context.keys.seal(place, sender.as_bytes())?,
            text_index: context.keys.index("text", &raw.text),
            text_cipher: context.keys.seal(place, raw.text.as_bytes())?,
            phone,
            reading,
            raw,
        })
    }

    /// The key under which the text is kept when its own belongs to another text: shown to the officer, not counted.
    pub(super) fn second_key(&self, context: &Context) -> Digest {
        let name: String =
            self.dedupe_key.iter().chain(&self.text_index).map(|byte| format!("{byte:02x}")).collect();
        context.keys.index("message, same key", &name)
    }
}

/// The digest under which the text with this key of `gateway` is stored.
pub(crate) fn dedupe_key(context: &Context, gateway: &str, key: &str) -> Digest {
    index(context, &keyed_name(gateway, key))
}

fn index(context: &Context, name: &str) -> Digest {
    context.keys.index("message", name)
}

fn keyed_name(gateway: &str, key: &str) -> String {
    format!("{gateway}\0{key}")
}

/// The gateway and its key for the text; without a key something that never comes again.
fn dedupe_name(raw: &RawMessage) -> Result<String, IntakeError> {
    Ok(match &raw.dedupe_key {
        Some(key) => keyed_name(&raw.gateway, key),
        None => format!("{}\0none {:x?}", raw.gateway, random_bytes::<16>()?),
    })
}

/// A fresh id.
pub(super) fn next_id(context: &Context) -> Result<i64, IntakeError> {
    let mut ids = context.ids.lock().map_err(|_| crate::db::DbError::Stopped)?;
    Ok(ids.next(context.clock.real_micros() / 1_000))
}
