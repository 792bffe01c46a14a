//! Settings of gateways of kind `smsgate_phone`: a phone with the SMSGate app, and nothing between it and this server.

use serde::Serialize;

use super::base_address;
use super::smsgate::sim_number;
use crate::config::secret::Secret;
use crate::config::section::Section;

/// A gateway of kind `smsgate_phone`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmsgatePhone {
    /// The private token, which is written into the app once and makes a phone this gateway's.
    pub private_token: Secret,
    /// The address of this server as the phone sees it.
    pub public_url: String,
    /// The key that the phone signs webhooks with; without it, one made of the private token is given to the phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<Secret>,
    /// The secret in the address of webhooks without a signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_token: Option<Secret>,
    /// Whether webhooks without a signature are taken too, by the token and with low trust.
    pub accept_unsigned: bool,
    /// The SIM that sends, 1 to 3; without it, the phone's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sim_number: Option<u8>,
    /// How often a line keeps the connection of events alive, seconds; the app gives up after 30.
    pub keepalive_seconds: u64,
    /// After how many minutes without a word the phone counts as silent.
    pub silent_minutes: i64,
}

/// Shorter private tokens can be guessed.
const SHORTEST: usize = 16;

impl SmsgatePhone {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let private_token = section.parsed("private_token", |text| {
            if text.len() >= SHORTEST && !text.contains(char::is_whitespace) {
                Ok(Secret::new(text))
            } else {
                Err(format!("write at least {SHORTEST} characters without spaces: openssl rand -hex 24"))
            }
        });
        let public_url = section.parsed("public_url", base_address);
        let signing_key = section.optional_secret("signing_key");
        let inbound_token = section.optional_secret("inbound_token");
        let accept_unsigned = section.flag("accept_unsigned");
        let sim_number = sim_number(section);
        let keepalive_seconds = section.integer_or("keepalive_seconds", 1..=25, 15);
        let silent_minutes = section.integer_or("silent_minutes", 1..=10_080, 45);
        let phone = SmsgatePhone {
            private_token: private_token?,
            public_url: public_url?,
            signing_key: signing_key?,
            inbound_token: inbound_token?,
            accept_unsigned: accept_unsigned?.unwrap_or(false),
            sim_number: sim_number?,
            keepalive_seconds: keepalive_seconds?,
            silent_minutes: silent_minutes?,
        };
        if phone.accept_unsigned && phone.inbound_token.is_none() {
            return section
                .refuse("inbound_token", "not set; webhooks without a signature are known by it only");
        }
        Some(phone)
    }
}
