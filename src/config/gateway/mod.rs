//! `[[gateways]]`: the ways for texts to come in and go out; a file for the settings of each kind.

mod esms;
pub mod generic;
mod kannel;
mod smpp;
mod smsgate;
mod smsgate_phone;

use std::collections::BTreeSet;

use reqwest::Url;
use serde::Serialize;

pub use esms::Esms;
pub use generic::Generic;
pub use kannel::{Kannel, KannelSending};
pub use smpp::{Alphabet, LongTexts, MessageIds, Smpp};
pub use smsgate::Smsgate;
pub use smsgate_phone::SmsgatePhone;

use super::section::Section;

/// One of `[[gateways]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gateway {
    /// Its name, part of its address (`/gateways/ID/inbound`).
    pub id: String,
    /// At most so many SMS parts a second go out.
    pub parts_per_second: u32,
    /// What a part costs, in đồng.
    pub cost_per_part: i64,
    /// Code of the commune whose officers are told of urgent texts from numbers that nobody is registered at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_commune: Option<String>,
    /// How far the numbers of senders can be believed, where the gateway's own measure is not right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<Trust>,
    /// Beginnings of the numbers that it can reach (`+8491`), for gateways of one network; none: all.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "joined")]
    pub reaches: Vec<String>,
    /// What stands behind it, with the settings of that kind.
    #[serde(flatten)]
    pub kind: GatewayKind,
}

/// How far the numbers of senders can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Nobody can send in another's name.
    High,
    /// Somebody could: such a text may not lower a figure or touch a closed month without PIN or officer.
    Low,
}

/// What stands behind a gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GatewayKind {
    /// A phone app or provider that speaks JSON over HTTP.
    Generic(Box<Generic>),
    /// The provider eSMS.vn.
    Esms(Box<Esms>),
    /// The server of the SMSGate project.
    Smsgate(Box<Smsgate>),
    /// An installation of Kannel.
    Kannel(Box<Kannel>),
    /// A phone with the app of the SMSGate project, which asks this server for its texts.
    SmsgatePhone(Box<SmsgatePhone>),
    /// An operator's SMSC.
    Smpp(Box<Smpp>),
    /// Texts are written to the log and go nowhere.
    Log,
}

type ReadKind = fn(&mut Section) -> Option<GatewayKind>;

/// Every kind, by the name that settings write.
const KINDS: [(&str, ReadKind); 7] = [
    ("esms", |section| Esms::read(section).map(Box::new).map(GatewayKind::Esms)),
    ("generic", |section| Generic::read(section).map(Box::new).map(GatewayKind::Generic)),
    ("kannel", |section| Kannel::read(section).map(Box::new).map(GatewayKind::Kannel)),
    ("smpp", |section| Smpp::read(section).map(Box::new).map(GatewayKind::Smpp)),
    ("smsgate", |section| Smsgate::read(section).map(Box::new).map(GatewayKind::Smsgate)),
    ("smsgate_phone", |section| SmsgatePhone::read(section).map(Box::new).map(GatewayKind::SmsgatePhone)),
    ("log", |_| Some(GatewayKind::Log)),
];

/// The longest id, so that addresses and rows stay small.
const MAX_ID: usize = 32;

impl Gateway {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let id = section.parsed("id", id);
        let parts_per_second = section.integer_or("parts_per_second", 1..=10_000, 10);
        let cost_per_part = section.integer_or("cost_per_part", 0..=100_000, 0);
        let default_commune = section.optional("default_commune", commune);
        let trust = section.optional("trust", |text| match text {
            "high" => Ok(Trust::High),
            "low" => Ok(Trust::Low),
            _ => Err("write high or low".to_owned()),
        });
        let reaches = section.optional("reaches", beginnings);
        let kind = section.parsed("kind", kind).and_then(|read| read(section));
        Some(Gateway {
            id: id?,
            parts_per_second: parts_per_second?,
            cost_per_part: cost_per_part?,
            default_commune: default_commune?,
            trust: trust?,
            reaches: reaches?.unwrap_or_default(),
            kind: kind?,
        })
    }

    /// The first id that two gateways share; the environment cannot tell `a-b` from `a_b`.
    pub(super) fn shared_id(gateways: &[Gateway]) -> Option<&str> {
        let mut seen = BTreeSet::new();
        gateways.iter().map(|gateway| gateway.id.as_str()).find(|id| !seen.insert(id.replace('-', "_")))
    }
}

fn id(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !text.is_empty() && text.len() <= MAX_ID && text.chars().all(good) {
        Ok(text.to_owned())
    } else {
        Err(format!("write at most {MAX_ID} lower case letters, digits, - and _"))
    }
}

/// Beginnings of numbers, parted by spaces or commas.
fn beginnings(text: &str) -> Result<Vec<String>, String> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let good = |word: &&str| {
        let digits = word.strip_prefix('+').unwrap_or_default();
        !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let all: Vec<&str> = words.collect();
    if !all.is_empty() && all.iter().all(good) {
        Ok(all.into_iter().map(str::to_owned).collect())
    } else {
        Err("write the beginnings of numbers in international form, for example \"+8491 +8494\"".to_owned())
    }
}

/// As it is written.
fn joined<S: serde::Serializer>(beginnings: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&beginnings.join(" "))
}

fn commune(text: &str) -> Result<String, String> {
    if text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("write the five digits of a commune's code in quotes, for example \"04792\"".to_owned())
    }
}

fn kind(text: &str) -> Result<ReadKind, String> {
    let found = KINDS.iter().find(|(name, _)| *name == text);
    found.map(|(_, read)| *read).ok_or_else(|| {
        let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        format!("there is no such kind of gateway; there are: {}", names.join(", "))
    })
}

/// An address of the web, without user and password in it.
fn web_address(text: &str) -> Result<String, String> {
    let advice = || "write an address such as https://host/path".to_owned();
    let url = Url::parse(text).map_err(|_| advice())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(advice());
    }
    if url.password().is_some() || !url.username().is_empty() {
        return Err("leave user and password out of the address".to_owned());
    }
    Ok(text.to_owned())
}

/// The address of a server, without a slash at the end.
pub(super) fn base_address(text: &str) -> Result<String, String> {
    Ok(web_address(text)?.trim_end_matches('/').to_owned())
}

/// The longest number or name that a text may come from.
const MAX_SENDER: usize = 21;

/// The number or name that receivers see.
fn sender(text: &str) -> Result<String, String> {
    if (1..=MAX_SENDER).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        Ok(text.to_owned())
    } else {
        Err(format!("write a number or a name of at most {MAX_SENDER} letters without marks"))
    }
}
