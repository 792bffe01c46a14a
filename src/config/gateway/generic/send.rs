//! How a gateway of kind `generic` writes its requests to the provider.

use std::collections::BTreeMap;

use serde::Serialize;

use super::mapping::SendAnswer;
use super::proof::Signed;
use super::template::{Scope, Template, Variable};
use crate::config::section::Section;

/// The plain form.
const PLAIN: &str = r#"{"id":"{{id}}","to":"{{to}}","text":"{{text}}","gateway":"{{gateway}}"}"#;

/// How texts are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Send {
    /// Whether by GET, with everything in the address; else by POST.
    #[serde(rename = "method", serialize_with = "method_name")]
    pub by_get: bool,
    /// What the body is written in, and how values are escaped in it.
    pub format: Format,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Template>,
    /// Headers by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Template>,
    /// How the request is signed: what `{{signature}}` stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signed>,
    /// How the answer is read.
    pub answer: SendAnswer,
}

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON.
    Json,
    /// Fields of a form.
    Form,
    /// XML.
    Xml,
}

const FORMATS: [(&str, Format); 3] = [("json", Format::Json), ("form", Format::Form), ("xml", Format::Xml)];

impl Format {
    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Form => "application/x-www-form-urlencoded",
            Format::Xml => "text/xml; charset=utf-8",
        }
    }
}

impl Send {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let by_get = section.optional("method", |text| match text {
            "GET" => Ok(true),
            "POST" => Ok(false),
            _ => Err("write GET or POST".to_owned()),
        });
        let format = section.optional("format", |text| {
            let found = FORMATS.iter().find(|(name, _)| *name == text);
            found.map(|(_, format)| *format).ok_or_else(|| "write json, form or xml".to_owned())
        });
        let (by_get, format) = (by_get?.unwrap_or(false), format?.unwrap_or(Format::Json));
        let body = section.optional("body", |text| body(text, format));
        let headers = section.words("headers", |text| Template::parse(text, Scope::Outgoing));
        let signature = section.optional_section("signature", Signed::read);
        let answer = section.section("answer", SendAnswer::read);
        let body = match body? {
            None if !by_get && format == Format::Json => Template::parse(PLAIN, Scope::Outgoing).ok(),
            body => body,
        };
        if body.is_none() && !by_get {
            return section.refuse("body", "not set; write what is posted, with {{to}} and {{text}} in it");
        }
        let send = Send { by_get, format, body, headers: headers?, signature: signature?, answer: answer? };
        check_headers(&send.headers, section).then_some(send)
    }

    pub(super) fn holds(&self, variable: &Variable) -> bool {
        let templates = self.body.iter().chain(self.headers.values());
        templates.into_iter().any(|template| template.holds(variable))
            || self.signature.as_ref().is_some_and(|signed| signed.holds(variable))
    }

    /// Whether it is the plain form.
    pub(super) fn is_plain(&self) -> bool {
        let plain = Template::parse(PLAIN, Scope::Outgoing).ok();
        self.body == plain && self.headers.is_empty() && !self.by_get
    }
}

/// Secrets in headers would be printed with the settings.
pub(super) fn check_headers(headers: &BTreeMap<String, Template>, section: &mut Section) -> bool {
    let secret = |name: &str| name.eq_ignore_ascii_case("authorization");
    let hidden = [Variable::Basic, Variable::Password, Variable::Secret, Variable::Signature];
    for (name, template) in headers {
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            section.refuse::<()>("headers", "names of headers have letters, digits, - and _ only");
            return false;
        }
        if secret(name) && !hidden.iter().any(|variable| template.holds(variable)) {
            let advice = "keep the secret out of the template: give it as password and write {{password}}";
            section.refuse::<()>("headers", advice);
            return false;
        }
    }
    true
}

/// A body that is well formed whatever stands in it.
fn body(text: &str, format: Format) -> Result<Template, String> {
    let template = Template::parse(text, Scope::Outgoing)?;
    let sample = template.render(|_| "0".to_owned());
    if format == Format::Json && serde_json::from_str::<serde_json::Value>(&sample).is_err() {
        return Err("it is no JSON; put values between quotes: {\"to\":\"{{to}}\"}".to_owned());
    }
    Ok(template)
}

fn method_name<S: serde::Serializer>(by_get: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *by_get { "GET" } else { "POST" })
}
