//! Settings of gateways of kind `esms`: the provider eSMS.vn.

use serde::Serialize;

use super::{base_address, web_address};
use crate::config::secret::Secret;
use crate::config::section::Section;

/// A gateway of kind `esms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Esms {
    /// The API key; without it nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Secret>,
    /// The secret key that goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<Secret>,
    /// The name that texts come from; without it, a fixed number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brandname: Option<String>,
    /// Whether eSMS only pretends to send.
    pub sandbox: bool,
    /// Where texts are posted to.
    pub send_url: String,
    /// Where the balance is asked for; if it is not given, `GetBalance_json` beside `send_url`.
    pub balance_url: String,
    /// The address of this server as eSMS sees it; without it no delivery reports come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// The secret in the addresses that eSMS calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_token: Option<Secret>,
    /// The private key that texts to the short code are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<Secret>,
    /// Whether texts without a signature are taken too, by the token and with low trust.
    pub accept_unsigned: bool,
}

/// eSMS takes texts here.
const SEND_URL: &str = "https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/";
/// The call that tells the balance.
const BALANCE: &str = "GetBalance_json";
/// The longest name, by the rules of the operators.
const MAX_BRANDNAME: usize = 11;

impl Esms {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let api_key = section.optional_secret("api_key");
        let secret_key = section.optional_secret("secret_key");
        let brandname = section.optional("brandname", brandname);
        let sandbox = section.flag("sandbox");
        let send_url = section.optional("send_url", web_address);
        let balance_url = section.optional("balance_url", web_address);
        let public_url = section.optional("public_url", base_address);
        let inbound_token = section.optional_secret("inbound_token");
        let private_key = section.optional_secret("private_key");
        let accept_unsigned = section.flag("accept_unsigned");
        let send_url = send_url?.unwrap_or_else(|| SEND_URL.to_owned());
        let esms = Esms {
            api_key: api_key?,
            secret_key: secret_key?,
            brandname: brandname?,
            sandbox: sandbox?.unwrap_or(false),
            balance_url: balance_url?.unwrap_or_else(|| beside(&send_url, BALANCE)),
            send_url,
            public_url: public_url?,
            inbound_token: inbound_token?,
            private_key: private_key?,
            accept_unsigned: accept_unsigned?.unwrap_or(false),
        };
        esms.check(section)
    }

    fn check(self, section: &mut Section) -> Option<Self> {
        if self.api_key.is_some() != self.secret_key.is_some() {
            let missing = if self.api_key.is_some() { "secret_key" } else { "api_key" };
            return section.refuse(missing, "not set; api_key and secret_key go together");
        }
        if self.api_key.is_none() && self.private_key.is_none() && !self.accept_unsigned {
            return section
                .refuse("api_key", "give api_key and secret_key to send texts, private_key to take them");
        }
        if self.public_url.is_some() && self.inbound_token.is_none() {
            return section
                .refuse("inbound_token", "not set; it keeps the address for delivery reports secret");
        }
        if self.accept_unsigned && self.inbound_token.is_none() {
            return section
                .refuse("inbound_token", "not set; texts without a signature are known by it only");
        }
        Some(self)
    }
}

/// The address of the call `name` beside the call at `url`.
fn beside(url: &str, name: &str) -> String {
    let call = url.trim_end_matches('/');
    let folder = call.rsplit_once('/').map_or(call, |(folder, _)| folder);
    format!("{folder}/{name}")
}

fn brandname(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || " .-_".contains(c);
    if (3..=MAX_BRANDNAME).contains(&text.len()) && text.chars().all(good) {
        Ok(text.to_owned())
    } else {
        Err(format!("write the registered name: 3 to {MAX_BRANDNAME} letters, digits, spaces, dots, - and _"))
    }
}
