//! What can be done for a text before the transaction, side by side with other texts: reading and sealing.

use chrono::NaiveDate;

use super::{Context, IntakeError, RawMessage};
use crate::clock::day_in_vietnam;
use crate::crypto::{Digest, Place, random_bytes};
use crate::db::kept::KeptText;
use crate::domain::ids::MessageId;
use crate::domain::intake::may_tell_days;
use crate::domain::phone::Phone;
use crate::domain::shortcode::{Reading, Why};

/// A text, read and sealed.
#[derive(Debug)]
pub(super) struct PreparedText {
    pub(super) id: MessageId,
    pub(super) raw: RawMessage,
    /// The sender's number; `None` for senders that are no mobile phones, which nobody answers.
    pub(super) phone: Option<Phone>,
    pub(super) reading: Reading,
    /// The days that the text tells, where they may be several.
    pub(super) days: Vec<NaiveDate>,
    /// Whether the text wants to take an earlier one back.
    pub(super) erases: bool,
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
        let told = Told::read(context, &raw);
        let place = Place { table: "message", row: id };
        Ok(PreparedText {
            id,
            dedupe_key: index(context, &dedupe_name(&raw)?),
            sender_index: context.keys.index("phone", sender),
            sender_cipher: context.keys.seal(place, sender.as_bytes())?,
            text_index: context.keys.index("text", &raw.text),
            text_cipher: context.keys.seal(place, raw.text.as_bytes())?,
            phone,
            reading: told.reading,
            days: told.days,
            erases: told.erases,
            raw,
        })
    }

    /// A text that was stored before, read anew.
    pub(super) fn again(context: &Context, raw: RawMessage, kept: &KeptText) -> Self {
        let Told { reading, days, erases } = Told::read(context, &raw);
        PreparedText {
            id: kept.id,
            phone: Phone::parse(&raw.sender).ok(),
            dedupe_key: kept.dedupe_key,
            sender_index: kept.sender_index,
            sender_cipher: kept.sender_cipher.clone(),
            text_index: kept.text_index,
            text_cipher: kept.text_cipher.clone().unwrap_or_default(),
            reading,
            days,
            erases,
            raw,
        }
    }

    /// The key under which the text is kept when its own belongs to another text: shown to the officer, not counted.
    pub(super) fn second_key(&self, context: &Context) -> Digest {
        let name: String =
            self.dedupe_key.iter().chain(&self.text_index).map(|byte| format!("{byte:02x}")).collect();
        context.keys.index("message, same key", &name)
    }
}

/// What a text says.
struct Told {
    reading: Reading,
    days: Vec<NaiveDate>,
    erases: bool,
}

impl Told {
    fn read(context: &Context, raw: &RawMessage) -> Self {
        let today = day_in_vietnam(raw.received_at);
        let reader = context.rules.reader.get();
        let reading = reader.read(&raw.text, today);
        let several = may_tell_days(&reading);
        let days = if several { reader.days(&raw.text, today) } else { Vec::new() };
        let days = days.iter().map(|mention| mention.day).collect();
        let erases = reading.why == Some(Why::Nothing) && reader.read_answer(&raw.text, today).erase;
        Told { reading, days, erases }
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
