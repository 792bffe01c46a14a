//! Settings of gateways of kind `generic`: by themselves the plain form, by a preset or tables any provider's form.

mod balance;
mod mapping;
mod preset;
mod proof;
mod send;
mod template;

use serde::Serialize;

pub use balance::Balance;
pub use mapping::{CodeMeaning, Condition, Delivery, DeliveryValue, FixedAnswer, Inbound, SendAnswer};
pub use proof::{Encoding, Place, Proof, Signed};
pub use send::{Format, Send};
pub use template::{Template, Variable};

use super::{base_address, web_address};
use crate::config::secret::Secret;
use crate::config::section::Section;
use template::Scope;

/// A gateway of kind `generic`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Generic {
    /// The preset whose settings lie under these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// What `?token=` must be on the requests that bring texts and delivery reports. Without it, and without a
    /// signature, none are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_token: Option<Secret>,
    /// Where texts are sent to (`http` or `https`); without it nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_url: Option<Template>,
    /// The address of this server as the provider sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// The number or name that texts come from, for templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The account at the provider, for templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The keyword of a short code, for templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// Its password or key, for templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// What signatures are made with, for templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// Whether the provider knows a text that comes again by its id.
    pub idempotent: bool,
    /// Whether requests without a signature are taken too, by the token and with low trust.
    pub accept_unsigned: bool,
    /// How texts are sent.
    pub send: Send,
    /// How texts are read that come in.
    pub inbound: Inbound,
    /// How reports are read of what became of texts.
    pub delivery: Delivery,
    /// How the provider signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Proof>,
    /// How the provider is asked how much money is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
}

impl Generic {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let preset = preset::lay_under(section);
        let inbound_token = section.optional_secret("inbound_token");
        let send_url = section.optional("send_url", |text| {
            web_address(text)?;
            Template::parse(text, Scope::Outgoing)
        });
        let public_url = section.optional("public_url", base_address);
        let from = section.optional("from", |text| Ok(text.to_owned()));
        let username = section.optional("username", |text| Ok(text.to_owned()));
        let keyword = section.optional("keyword", |text| Ok(text.to_owned()));
        let password = section.optional_secret("password");
        let secret = section.optional_secret("secret");
        let idempotent = section.flag("idempotent");
        let accept_unsigned = section.flag("accept_unsigned");
        let send = section.section("send", Send::read);
        let inbound = section.section("inbound", Inbound::read);
        let delivery = section.section("delivery", Delivery::read);
        let signature = section.optional_section("signature", Proof::read);
        let balance = section.optional_section("balance", Balance::read);
        let (preset, send) = (preset?, send?);
        let generic = Generic {
            // Whoever speaks the plain form promises it.
            idempotent: idempotent?.unwrap_or(preset.is_none() && send.is_plain()),
            preset,
            inbound_token: inbound_token?,
            send_url: send_url?,
            public_url: public_url?,
            from: from?,
            username: username?,
            keyword: keyword?,
            password: password?,
            secret: secret?,
            accept_unsigned: accept_unsigned?.unwrap_or(false),
            send,
            inbound: inbound?,
            delivery: delivery?,
            signature: signature?,
            balance: balance?,
        };
        generic.check(section).then_some(generic)
    }

    /// Whether what the templates need is there.
    fn check(&self, section: &mut Section) -> bool {
        let mut good = true;
        if self.inbound_token.is_none() && self.signature.is_none() && self.send_url.is_none() {
            let advice = "give inbound_token to take texts, send_url to send them, or both";
            section.refuse::<()>("send_url", advice);
            good = false;
        }
        if self.accept_unsigned && self.inbound_token.is_none() {
            let advice = "requests without a signature are known by inbound_token only; give one";
            section.refuse::<()>("accept_unsigned", advice);
            good = false;
        }
        for (key, variables, given) in [
            ("from", &[Variable::From][..], self.from.is_some()),
            ("username", &[Variable::Username], self.username.is_some()),
            ("keyword", &[Variable::Keyword], self.keyword.is_some()),
            ("password", &[Variable::Password, Variable::Basic], self.password.is_some()),
            ("secret", &[Variable::Secret], self.secret.is_some()),
            ("public_url", &[Variable::Callback, Variable::Url], self.public_url.is_some()),
        ] {
            if !given && variables.iter().any(|variable| self.needs(variable)) {
                let advice = "not set; a template of this gateway holds it";
                section.refuse::<()>(key, advice);
                good = false;
            }
        }
        good
    }

    /// Whether texts come in by the plain form, which only those speak who were told to by us.
    pub fn is_ours(&self) -> bool {
        self.preset.is_none() && self.inbound == Inbound::default()
    }

    /// Whether a template that is used holds `variable`.
    pub fn needs(&self, variable: &Variable) -> bool {
        let sends =
            self.send_url.as_ref().is_some_and(|url| url.holds(variable) || self.send.holds(variable));
        sends
            || self.signature.as_ref().is_some_and(|proof| proof.holds(variable))
            || self.balance.as_ref().is_some_and(|balance| balance.holds(variable))
    }
}
