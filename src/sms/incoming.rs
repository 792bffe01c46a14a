//! What providers bring: their requests, free of any web framework, what these tell, and what is answered.

use std::collections::HashMap;

/// A request of a provider, free of any web framework.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The path and the query as they were sent.
    pub target: String,
    /// Decoded fields of the address.
    pub query: HashMap<String, String>,
    /// The headers that are text, by their name in lower case.
    pub headers: HashMap<String, String>,
    /// The media type of the body, without parameters.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
    /// When it came: microseconds UTC, real time.
    pub received_at: i64,
}

/// A text as a gateway brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What the provider knows it by, if it said so; without an id, a digest of sender, time and words.
    pub key: Option<String>,
    /// The sender as the provider wrote it.
    pub from: String,
    /// The number that it was sent to, if the provider said so.
    pub to: Option<String>,
    /// The words; of a part, its words.
    pub text: String,
    /// Which part of a longer text it is, where the provider hands over parts.
    pub part: Option<Part>,
    /// Whether the provider signed it, or the gateway is ours: what an unproved sender may not do says
    /// `domain::intake`.
    pub trusted: bool,
}

/// A part of a text that was too long for one SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// The same for all parts of a text of a sender.
    pub reference: u16,
    /// How many there are.
    pub total: u8,
    /// Which it is, from 1.
    pub number: u8,
}

/// What a request of a provider tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A text came in.
    Text(Incoming),
    /// What became of a text that went out.
    Report(DeliveryReport),
}

/// The address that a provider called. Some providers call one address for everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `/gateways/ID/inbound`
    Inbound,
    /// `/gateways/ID/delivery`
    Delivery,
}

/// What became of an [`Event`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A text is on disk.
    Text {
        /// Its id; `None` while it waits in the spool for the database.
        message: Option<i64>,
    },
    /// A delivery report is on disk.
    Report {
        /// Whether the text that it is about is known.
        known: bool,
    },
}

/// What a provider is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Our id or the provider's.
    pub id: String,
    /// What became of the text.
    pub status: DeliveryStatus,
    /// Why it was not delivered.
    pub reason: Option<String>,
}

/// What a delivery report may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It left the provider.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It will not reach the phone.
    Failed,
    /// It was kept too long.
    Expired,
}

/// Why a request of a provider was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The token is missing or wrong, or the gateway takes no texts.
    #[error("the token is missing or wrong")]
    Token,
    /// The signature is missing or wrong.
    #[error("the signature is missing or wrong; check the secret and what is signed")]
    Signature,
    /// The time stamp is missing, or too far from now.
    #[error("the time stamp is missing or more than five minutes off; check the clocks")]
    Stale,
    /// The signature was seen before on another request.
    #[error("the signature was used before for another request")]
    Replayed,
    /// The body is neither JSON nor form fields, or fields are missing or of the wrong type.
    #[error("{0}")]
    Malformed(&'static str),
    /// The text is longer than any SMS.
    #[error("the text is longer than 10,000 characters")]
    TooLong,
    /// It holds U+0000.
    #[error("the text holds the character U+0000; send it without")]
    Nul,
}
