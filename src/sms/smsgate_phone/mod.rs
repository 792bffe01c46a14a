//! Gateways of kind `smsgate_phone`: a phone with the SMSGate app; this server speaks the app's phone API itself.
//!
//! The phone asks for its texts under `/gateways/ID/mobile/v1/` (`http::phones`, `flows::phone`), so nothing is sent from
//! here. What comes in are webhooks that the phone signs with a key that it got from us.

mod wire;

use std::time::Duration;

use super::smsgate::webhook::{self, Proof};
use super::{Event, Refused, Request};
use crate::config::{Secret, SmsgatePhone as Settings};
use crate::crypto::{SignatureMethod, equal_secrets, hex};
pub use wire::{Pulled, StatePatch, pulled};

/// A gateway that is a phone.
#[derive(Debug)]
pub struct SmsgatePhone {
    id: String,
    settings: Settings,
    key: Secret,
    proof: Proof,
}

impl SmsgatePhone {
    /// The gateway `id` of `settings`.
    pub fn new(id: &str, settings: &Settings) -> Self {
        let key = settings.signing_key.clone().unwrap_or_else(|| made_key(id, &settings.private_token));
        let proof = Proof {
            key: Some(key.clone()),
            token: settings.inbound_token.clone(),
            accept_unsigned: settings.accept_unsigned,
            ..Proof::default()
        };
        SmsgatePhone { id: id.to_owned(), settings: settings.clone(), key, proof }
    }

    /// All events may come to either address.
    pub(super) fn read(&self, request: &Request) -> Result<Vec<Event>, Refused> {
        webhook::read(&self.proof, request)
    }

    /// The phone that a webhook is from.
    pub fn device(&self, request: &Request) -> Option<String> {
        webhook::device(request)
    }

    /// Whether `token` is the one that makes a phone this gateway's.
    pub fn is_private_token(&self, token: &str) -> bool {
        equal_secrets(token.as_bytes(), self.settings.private_token.reveal().as_bytes())
    }

    /// The address that is written into the app.
    pub fn api_address(&self) -> String {
        format!("{}/gateways/{}/mobile/v1", self.settings.public_url, self.id)
    }

    /// The token that is written into the app.
    pub fn private_token(&self) -> &Secret {
        &self.settings.private_token
    }

    /// The webhooks that the phone is to call, as the app reads them.
    pub fn webhooks(&self) -> serde_json::Value {
        wire::webhooks(&self.id, &self.settings)
    }

    /// The settings of the app, as it reads them.
    pub fn app_settings(&self) -> serde_json::Value {
        wire::app_settings(&self.key)
    }

    /// The SIM that sends; `None`: the phone's choice.
    pub fn sim_number(&self) -> Option<u8> {
        self.settings.sim_number
    }

    /// How often a line keeps the connection of events alive.
    pub fn keepalive(&self) -> Duration {
        Duration::from_secs(self.settings.keepalive_seconds)
    }

    /// After how many microseconds without a word the phone counts as silent.
    pub fn silent_after(&self) -> i64 {
        self.settings.silent_minutes * 60_000_000
    }
}

/// A key of 32 bytes that only those know who know the private token, and that is no use for anything else.
fn made_key(id: &str, private_token: &Secret) -> Secret {
    let purpose = format!("binhyen webhook signing key of gateway {id}");
    Secret::new(hex(&SignatureMethod::HmacSha256.sign(private_token.reveal().as_bytes(), purpose.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(more: &str) -> SmsgatePhone {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let text = format!(
            "[[gateways]]\nid = \"p\"\nkind = \"smsgate_phone\"\nprivate_token = \"0123456789abcdef\"\n\
             public_url = \"https://antt.example/\"\n{more}"
        );
        std::fs::write(&path, text).unwrap();
        let settings = crate::config::Settings::load(Some(&path), crate::config::Environment::new()).unwrap();
        let crate::config::GatewayKind::SmsgatePhone(phone) = &settings.gateways[0].kind else { panic!() };
        SmsgatePhone::new("p", phone)
    }

    #[test]
    fn the_phone_is_told_our_addresses_and_a_key_of_32_bytes() {
        let made = phone("");
        assert_eq!(made.api_address(), "https://antt.example/gateways/p/mobile/v1");
        let webhooks = made.webhooks();
        let received =
            webhooks.as_array().unwrap().iter().find(|hook| hook["event"] == "sms:received").unwrap();
        assert_eq!(received["url"], "https://antt.example/gateways/p/inbound");
        let key = made.app_settings()["webhooks"]["signing_key"].as_str().unwrap().to_owned();
        assert_eq!((key.len(), key.contains("0123456789abcdef")), (64, false));
        assert_eq!(phone("signing_key = \"own\"").app_settings()["webhooks"]["signing_key"], "own");
        let unsigned = phone("inbound_token = \"a/b\"\naccept_unsigned = true").webhooks();
        assert_eq!(unsigned[0]["url"], "https://antt.example/gateways/p/t/a%2Fb/inbound");
    }
}
