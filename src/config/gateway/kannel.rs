//! Settings of gateways of kind `kannel`.

use serde::Serialize;

use super::{base_address, sender, web_address};
use crate::config::secret::Secret;
use crate::config::section::Section;

/// A gateway of kind `kannel`: an installation of Kannel, <https://kannel.org>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kannel {
    /// What `?token=` must be in the addresses that Kannel calls; without it none are taken.
    pub inbound_token: Option<Secret>,
    /// How texts are handed over; without it nothing is sent.
    #[serde(flatten)]
    pub sending: Option<KannelSending>,
}

/// How texts are handed to Kannel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KannelSending {
    /// The address of its `sendsms`.
    pub send_url: String,
    /// The `username` of its `sendsms-user`.
    pub username: String,
    /// The `password` of its `sendsms-user`.
    pub password: Secret,
    /// The number or name that receivers see; without it, what Kannel puts there.
    pub from: Option<String>,
    /// Where Kannel reaches this server, for delivery reports; without it none are asked for.
    pub public_url: Option<String>,
}

impl Kannel {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let inbound_token = section.optional_secret("inbound_token");
        let send_url = section.optional("send_url", web_address);
        let username = section.optional("username", |text| Ok(text.to_owned()));
        let password = section.optional_secret("password");
        let from = section.optional("from", sender);
        let public_url = section.optional("public_url", base_address);
        let (inbound_token, send_url, username) = (inbound_token?, send_url?, username?);
        let (password, from, public_url) = (password?, from?, public_url?);
        let Some(send_url) = send_url else {
            let advice = "give inbound_token to take texts, send_url to send them, or both";
            return match inbound_token {
                Some(_) => Some(Kannel { inbound_token, sending: None }),
                None => section.refuse("send_url", advice),
            };
        };
        let (Some(username), Some(password)) = (username, password) else {
            return section.refuse("password", "give username and password of the sendsms-user of Kannel");
        };
        if public_url.is_some() && inbound_token.is_none() {
            return section
                .refuse("inbound_token", "delivery reports come with it; give it or leave out public_url");
        }
        let sending = Some(KannelSending { send_url, username, password, from, public_url });
        Some(Kannel { inbound_token, sending })
    }
}
