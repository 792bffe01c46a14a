//! Settings of gateways of kind `smsgate`: the server of the SMSGate project, with its phones behind it.

use serde::Serialize;

use super::base_address;
use crate::config::secret::Secret;
use crate::config::section::Section;

/// A gateway of kind `smsgate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Smsgate {
    /// The address of its API (`https://api.sms-gate.app/3rdparty/v1`); without it nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The user name, with `password`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password of `username`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// A token instead of user name and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// The phone that sends; without it, the server's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// The SIM that sends, 1 to 3; without it, the phone's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sim_number: Option<u8>,
    /// The key that the phones sign webhooks with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<Secret>,
    /// What `?token=` must be on webhooks without a signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_token: Option<Secret>,
    /// Whether webhooks without a signature are taken too, by the token and with low trust.
    pub accept_unsigned: bool,
}

impl Smsgate {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let url = section.optional("url", base_address);
        let username = section.optional("username", |text| Ok(text.to_owned()));
        let password = section.optional_secret("password");
        let token = section.optional_secret("token");
        let device_id = section.optional("device_id", |text| Ok(text.to_owned()));
        let sim_number = sim_number(section);
        let signing_key = section.optional_secret("signing_key");
        let inbound_token = section.optional_secret("inbound_token");
        let accept_unsigned = section.flag("accept_unsigned");
        let smsgate = Smsgate {
            url: url?,
            username: username?,
            password: password?,
            token: token?,
            device_id: device_id?,
            sim_number: sim_number?,
            signing_key: signing_key?,
            inbound_token: inbound_token?,
            accept_unsigned: accept_unsigned?.unwrap_or(false),
        };
        smsgate.check(section)
    }

    fn check(self, section: &mut Section) -> Option<Self> {
        let by_password = self.username.is_some() && self.password.is_some();
        if self.url.is_some() && !by_password && self.token.is_none() {
            return section.refuse("password", "give username and password, or token, to send texts");
        }
        if self.url.is_none() && self.signing_key.is_none() && !self.accept_unsigned {
            return section.refuse("url", "give url to send texts, signing_key to take them, or both");
        }
        if self.accept_unsigned && self.inbound_token.is_none() {
            return section
                .refuse("inbound_token", "not set; webhooks without a signature are known by it only");
        }
        Some(self)
    }
}

/// The outer `None` means that a problem was noted.
pub(super) fn sim_number(section: &mut Section) -> Option<Option<u8>> {
    let number: u8 = section.integer_or("sim_number", 1..=3, 0)?;
    Some((number > 0).then_some(number))
}
