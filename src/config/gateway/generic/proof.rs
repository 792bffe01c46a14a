//! How a provider signs what it brings, and how we sign what we bring to it.

use serde::{Serialize, Serializer};

use super::template::{Scope, Template, Variable};
use crate::config::section::Section;
use crate::crypto::SignatureMethod;

/// How the provider signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// What is signed, with what, and how.
    #[serde(flatten)]
    pub signed: Signed,
    /// Where the signature stands.
    pub at: Place,
    /// Where the time stamp stands that is signed too (seconds or milliseconds since 1970); it may be five minutes off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Place>,
}

/// What is signed, with what, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// The method.
    #[serde(serialize_with = "method_name")]
    pub method: SignatureMethod,
    /// What is signed.
    pub over: Template,
    /// The key of keyed methods.
    pub key: Template,
    /// What the signature is written in.
    pub encoding: Encoding,
}

/// What a signature is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Hexadecimal digits.
    Hex,
    /// Base 64.
    Base64,
}

/// Where something stands in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a header; its name in lower case.
    Header(String),
    /// In a field.
    Field(String),
}

impl Proof {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let signed = Signed::read_for(section, Scope::IncomingSigned);
        let at = section.parsed("at", place);
        let time = section.optional("time", place);
        Some(Proof { signed: signed?, at: at?, time: time? })
    }

    pub(super) fn holds(&self, variable: &Variable) -> bool {
        self.signed.holds(variable)
    }
}

impl Signed {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        Signed::read_for(section, Scope::OutgoingSigned)
    }

    fn read_for(section: &mut Section, scope: Scope) -> Option<Self> {
        let method = section.parsed("method", |text| {
            let found = SignatureMethod::ALL.iter().find(|(name, _)| *name == text);
            found.map(|(_, method)| *method).ok_or_else(|| {
                let names: Vec<&str> = SignatureMethod::ALL.iter().map(|(name, _)| *name).collect();
                format!("write one of: {}", names.join(", "))
            })
        });
        let over = section.parsed("over", |text| Template::parse(text, scope));
        let key = section.optional("key", |text| Template::parse(text, Scope::Key));
        let encoding = section.optional("encoding", |text| match text {
            "hex" => Ok(Encoding::Hex),
            "base64" => Ok(Encoding::Base64),
            _ => Err("write hex or base64".to_owned()),
        });
        let (method, over, key) = (method?, over?, key?);
        let key = match key {
            Some(key) => key,
            None => Template::parse("{{secret}}", Scope::Key).ok()?,
        };
        let secret = [Variable::Secret, Variable::Password];
        let holder = if method.is_keyed() { &key } else { &over };
        if !secret.iter().any(|variable| holder.holds(variable)) {
            let advice = "whoever signs must know a secret: put {{secret}} or {{password}} in it";
            return section.refuse(if method.is_keyed() { "key" } else { "over" }, advice);
        }
        Some(Signed { method, over, key, encoding: encoding?.unwrap_or(Encoding::Hex) })
    }

    pub(super) fn holds(&self, variable: &Variable) -> bool {
        self.over.holds(variable) || (self.method.is_keyed() && self.key.holds(variable))
    }
}

fn place(text: &str) -> Result<Place, String> {
    match text.split_once(':') {
        Some(("header", name)) if !name.is_empty() => Ok(Place::Header(name.to_ascii_lowercase())),
        Some(("field", name)) if !name.is_empty() => Ok(Place::Field(name.to_owned())),
        _ => Err("write header:NAME or field:NAME".to_owned()),
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&match self {
            Place::Header(name) => format!("header:{name}"),
            Place::Field(name) => format!("field:{name}"),
        })
    }
}

fn method_name<S: Serializer>(method: &SignatureMethod, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.name())
}
