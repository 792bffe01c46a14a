//! What is sent to the providers of generic gateways, and what their answers mean.

use super::fields::Fields;
use super::proof::{of_settings, sign};
use crate::config::generic::{Balance, CodeMeaning, Format, Generic, Template, Variable};
use crate::domain::message::Encoding;
use crate::sms::http::status;
use crate::sms::{Outgoing, SendError};

/// A request, ready to go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) by_get: bool,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<(&'static str, String)>,
}

/// What a text is written with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) gateway: &'a str,
    pub(super) settings: &'a Generic,
    pub(super) text: &'a Outgoing,
    /// What the provider knows the text by that this one answers.
    pub(super) reply_to: Option<&'a str>,
    /// Seconds since 1970.
    pub(super) now: i64,
}

impl Writer<'_> {
    /// The request for the text; `None` where nothing is sent.
    pub(super) fn write(&self) -> Option<Written> {
        let send = &self.settings.send;
        let url = self.settings.send_url.as_ref()?.render(|variable| percent(&self.value(variable)));
        let header = |name: &String, value: String| (name.clone(), value.replace(char::is_control, " "));
        let headers = send.headers.iter().map(|(name, value)| header(name, value.render(|v| self.value(v))));
        let body = send.body.as_ref().filter(|_| !send.by_get).map(|body| {
            let escape = escape(send.format);
            (send.format.content_type(), body.render(|variable| escape(&self.value(variable))))
        });
        Some(Written { by_get: send.by_get, url, headers: headers.collect(), body })
    }

    fn value(&self, variable: &Variable) -> String {
        let (text, settings) = (self.text, self.settings);
        let no_plus = text.to.trim_start_matches('+');
        match variable {
            Variable::Id => text.id.to_string(),
            Variable::ReplyTo => self.reply_to.map_or_else(|| text.id.to_string(), str::to_owned),
            Variable::To => text.to.clone(),
            Variable::ToNoPlus => no_plus.to_owned(),
            Variable::ToLocal => {
                no_plus.strip_prefix("84").map_or(text.to.clone(), |rest| format!("0{rest}"))
            }
            Variable::Text => text.text.clone(),
            Variable::Unicode(yes, no) => match Encoding::of(&text.text) {
                Encoding::Gsm7 => no.clone(),
                Encoding::Ucs2 => yes.clone(),
            },
            Variable::Gateway => self.gateway.to_owned(),
            Variable::Callback => callback(self.gateway, settings),
            Variable::Time => self.now.to_string(),
            Variable::Signature => {
                let signed = settings.send.signature.as_ref();
                signed
                    .map(|signed| sign(settings, signed, |variable| self.value(variable)))
                    .unwrap_or_default()
            }
            other => of_settings(settings, other),
        }
    }
}

/// The address and the headers that ask how much money is left.
pub(super) fn question(settings: &Generic, balance: &Balance) -> (String, Vec<(String, String)>) {
    let url = balance.url.render(|variable| percent(&of_settings(settings, variable)));
    let header = |(name, value): (&String, &Template)| {
        let value = value.render(|variable| of_settings(settings, variable));
        (name.clone(), value.replace(char::is_control, " "))
    };
    (url, balance.headers.iter().map(header).collect())
}

/// Where the provider tells what became of texts.
fn callback(gateway: &str, settings: &Generic) -> String {
    let base = settings.public_url.as_deref().unwrap_or_default();
    match &settings.inbound_token {
        Some(token) => format!("{base}/gateways/{gateway}/t/{}/delivery", percent(token.reveal())),
        None => format!("{base}/gateways/{gateway}/delivery"),
    }
}

/// What the provider's answer means: its id of the text, or why it does not go.
pub(super) fn understand(
    settings: &Generic,
    http: reqwest::StatusCode,
    body: &[u8],
) -> Result<Option<String>, SendError> {
    let answer = &settings.send.answer;
    let fields = Fields::of_answer(body);
    let get = |names: &Option<String>| names.as_ref().and_then(|names| fields.get(names).ok().flatten());
    let code = get(&answer.code);
    let meaning = code.as_deref().and_then(|code| answer.meaning(code));
    let detail = || match &code {
        Some(code) => format!("HTTP {}, code {}", http.as_u16(), code.chars().take(40).collect::<String>()),
        None => format!("HTTP {}", http.as_u16()),
    };
    match meaning {
        Some(CodeMeaning::Rejected) => return Err(SendError::Rejected { detail: detail() }),
        Some(CodeMeaning::Misconfigured) => return Err(SendError::Misconfigured { detail: detail() }),
        Some(CodeMeaning::NoCredit) => return Err(SendError::OutOfCredit { detail: detail() }),
        Some(CodeMeaning::Busy) => return Err(SendError::Transient { detail: detail(), pause: None }),
        Some(CodeMeaning::Accepted) | None => {}
    }
    status(http)?;
    let is_accepted = answer.accepted.as_ref().is_none_or(|accepted| fields.fulfil(accepted));
    if !is_accepted && meaning.is_none() {
        return Err(match code {
            Some(_) => SendError::Rejected { detail: detail() },
            None => SendError::Unknown {
                detail: format!("HTTP {}, and the answer cannot be understood", http.as_u16()),
            },
        });
    }
    let id = answer.id.clone().or_else(|| Some("id".to_owned()).filter(|_| answer.accepted.is_none()));
    Ok(get(&id).filter(|id| !id.is_empty() && id.len() <= 200))
}

fn escape(format: Format) -> fn(&str) -> String {
    match format {
        Format::Json => |text| {
            let quoted = serde_json::Value::from(text).to_string();
            quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
        },
        Format::Form => percent,
        Format::Xml => crate::sms::http::escape_xml,
    }
}

/// `text` as it may stand in an address or a form.
pub(in crate::sms) fn percent(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                written.push(char::from(byte))
            }
            _ => written += &format!("%{byte:02X}"),
        }
    }
    written
}
