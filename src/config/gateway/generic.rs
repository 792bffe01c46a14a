//! Settings of gateways of kind `generic`.

use serde::Serialize;

use super::web_address;
use crate::config::secret::Secret;
use crate::config::section::Section;

/// A gateway of kind `generic`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Generic {
    /// What `?token=` must be on the requests that bring texts and delivery reports; without it none are taken.
    pub inbound_token: Option<Secret>,
    /// Where texts are posted to (`http` or `https`); without it nothing is sent.
    pub send_url: Option<String>,
}

impl Generic {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let inbound_token = section.optional_secret("inbound_token");
        let send_url = section.optional("send_url", web_address);
        let (inbound_token, send_url) = (inbound_token?, send_url?);
        if inbound_token.is_none() && send_url.is_none() {
            return section
                .refuse("send_url", "give inbound_token to take texts, send_url to send them, or both");
        }
        Some(Generic { inbound_token, send_url })
    }
}
