//! Settings of gateways of kind `smpp`.

use serde::Serialize;

use super::sender;
use crate::config::secret::Secret;
use crate::config::section::Section;

/// A gateway of kind `smpp`: an operator's SMSC, by SMPP 3.4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Smpp {
    /// The SMSC's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Who we are there.
    pub system_id: String,
    /// The password, at most eight characters: the protocol has no room for more.
    pub password: Secret,
    /// What some SMSCs call the kind of system; mostly empty.
    pub system_type: String,
    /// The number or name that receivers see.
    pub source: String,
    /// Its type of number: 0 unknown, 1 international, 3 a short code, 5 a name …
    pub source_ton: u8,
    /// Its numbering plan: 0 unknown, 1 of telephones …
    pub source_npi: u8,
    /// How letters without marks are written.
    pub alphabet: Alphabet,
    /// How the parts of a long text say that they belong together.
    pub long_texts: LongTexts,
    /// How the SMSC writes the ids of texts.
    pub message_ids: MessageIds,
    /// Texts that may be under way without an answer.
    pub window: usize,
    /// How long a quiet link may be without a sign of life, in seconds.
    pub enquire_link_seconds: u64,
}

/// How letters without marks are written: what `data_coding` 0 means at the SMSC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// GSM 03.38, an octet for each septet.
    Gsm7,
    /// ISO 8859-1; what it lacks is sent as UCS-2.
    Latin1,
}

/// How the parts of a long text say that they belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LongTexts {
    /// By a header in front of the words.
    Udh,
    /// By parameters beside them (`sar_msg_ref_num` and on).
    Sar,
}

/// How the SMSC writes the id of a text in its answer and in its receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageIds {
    /// Alike.
    Alike,
    /// Hexadecimal in the answer, decimal in the receipt.
    HexThenDecimal,
    /// Decimal in the answer, hexadecimal in the receipt.
    DecimalThenHex,
}

impl Smpp {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let host = section.parsed("host", host);
        let port = section.integer_or("port", 1..=65_535, 2775);
        let tls = section.flag("tls");
        let system_id = section.parsed("system_id", |text| short(text, 15));
        let password = section.optional("password", |text| short(text, 8).map(Secret::new));
        let system_type = section.optional("system_type", |text| short(text, 12));
        let source = section.parsed("source", sender);
        let (ton, npi) = source.as_deref().map_or((0, 0), usual_kind);
        let source_ton = section.integer_or("source_ton", 0..=6, ton);
        let source_npi = section.integer_or("source_npi", 0..=18, npi);
        let alphabets = [("gsm7", Alphabet::Gsm7), ("latin1", Alphabet::Latin1)];
        let alphabet = section.optional("alphabet", |text| choice(text, &alphabets));
        let long = [("udh", LongTexts::Udh), ("sar", LongTexts::Sar)];
        let long_texts = section.optional("long_texts", |text| choice(text, &long));
        let ids = [
            ("alike", MessageIds::Alike),
            ("hex_then_decimal", MessageIds::HexThenDecimal),
            ("decimal_then_hex", MessageIds::DecimalThenHex),
        ];
        let message_ids = section.optional("message_ids", |text| choice(text, &ids));
        let window = section.integer_or("window", 1..=1_000, 10);
        let enquire_link_seconds = section.integer_or("enquire_link_seconds", 1..=3_600, 30);
        Some(Smpp {
            host: host?,
            port: port?,
            tls: tls?.unwrap_or(false),
            system_id: system_id?,
            password: password?.unwrap_or_else(|| Secret::new("")),
            system_type: system_type?.unwrap_or_default(),
            source: source?,
            source_ton: source_ton?,
            source_npi: source_npi?,
            alphabet: alphabet?.unwrap_or(Alphabet::Gsm7),
            long_texts: long_texts?.unwrap_or(LongTexts::Udh),
            message_ids: message_ids?.unwrap_or(MessageIds::Alike),
            window: window?,
            enquire_link_seconds: enquire_link_seconds?,
        })
    }
}

/// Type and plan that most operators expect of a number or name.
fn usual_kind(source: &str) -> (u8, u8) {
    match source.strip_prefix('+').unwrap_or(source) {
        digits if !digits.bytes().all(|digit| digit.is_ascii_digit()) => (5, 0),
        _ if source.starts_with('+') => (1, 1),
        digits if digits.len() <= 8 => (3, 0),
        _ => (0, 1),
    }
}

fn host(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
    if !text.is_empty() && text.len() <= 253 && text.chars().all(good) {
        Ok(text.to_owned())
    } else {
        Err("write a name such as smsc.example.vn or an address; the port stands in port".to_owned())
    }
}

fn short(text: &str, most: usize) -> Result<String, String> {
    if text.len() <= most && text.is_ascii() {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "write at most {most} letters, digits and signs without marks: SMPP has room for no more"
        ))
    }
}

fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        format!("write one of: {}", names.join(", "))
    })
}
