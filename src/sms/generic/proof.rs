//! Whether a request is the provider's: by its signature, or by the token in its address.

use super::fields::Fields;
use crate::config::Secret;
use crate::config::generic::{Encoding, Generic, Place, Proof, Signed, Variable};
use crate::crypto::{equal_secrets, hex};
use crate::sms::proof::{check_signature, check_time};
use crate::sms::{Refused, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// How a request proved itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Proved {
    /// By this signature.
    Signed(String),
    /// By the token in its address.
    Token,
}

/// Checks that `request` is the provider's.
pub(super) fn check(settings: &Generic, request: &Request, fields: &Fields) -> Result<Proved, Refused> {
    let Some(proof) = &settings.signature else { return by_token(settings, request) };
    match at(&proof.at, request, fields)? {
        Some(given) => by_signature(settings, proof, (request, fields), given),
        None if settings.accept_unsigned => by_token(settings, request),
        None => Err(Refused::Signature),
    }
}

fn by_token(settings: &Generic, request: &Request) -> Result<Proved, Refused> {
    let given = request.query.get("token").map_or("", String::as_str);
    let expected = settings.inbound_token.as_ref().ok_or(Refused::Token)?;
    let equal = equal_secrets(given.as_bytes(), expected.reveal().as_bytes());
    if equal { Ok(Proved::Token) } else { Err(Refused::Token) }
}

fn by_signature(
    settings: &Generic,
    proof: &Proof,
    (request, fields): (&Request, &Fields),
    given: String,
) -> Result<Proved, Refused> {
    let value = |variable: &Variable| value(settings, proof, (request, fields), variable);
    let given = match proof.signed.encoding {
        Encoding::Hex => given.to_ascii_lowercase(),
        Encoding::Base64 => given,
    };
    check_signature(&given, &sign(settings, &proof.signed, value))?;
    if let Some(place) = &proof.time {
        let stamp = at(place, request, fields)?.and_then(|text| micros(&text));
        check_time(stamp.ok_or(Refused::Stale)?, request.received_at)?;
    }
    Ok(Proved::Signed(given))
}

/// The signature of what `signed` says, with `value` for each variable.
pub(super) fn sign(settings: &Generic, signed: &Signed, value: impl Fn(&Variable) -> String) -> String {
    let key = signed.key.render(|variable| of_settings(settings, variable));
    let signature = signed.method.sign(key.as_bytes(), signed.over.render(value).as_bytes());
    match signed.encoding {
        Encoding::Hex => hex(&signature),
        Encoding::Base64 => BASE64.encode(signature),
    }
}

/// What stands for a variable that the settings give; nothing for others.
pub(super) fn of_settings(settings: &Generic, variable: &Variable) -> String {
    let secret = |secret: &Option<Secret>| secret.as_ref().map_or("", Secret::reveal).to_owned();
    match variable {
        Variable::From => settings.from.clone().unwrap_or_default(),
        Variable::Username => settings.username.clone().unwrap_or_default(),
        Variable::Keyword => settings.keyword.clone().unwrap_or_default(),
        Variable::Password => secret(&settings.password),
        Variable::Secret => secret(&settings.secret),
        Variable::Basic => {
            let password = secret(&settings.password);
            BASE64.encode(match &settings.username {
                Some(username) => format!("{username}:{password}"),
                None => format!("{password}:x"),
            })
        }
        _ => String::new(),
    }
}

fn value(
    settings: &Generic,
    proof: &Proof,
    (request, fields): (&Request, &Fields),
    variable: &Variable,
) -> String {
    match variable {
        // What is no UTF-8 cannot be read as a request either.
        Variable::Body => String::from_utf8_lossy(&request.body).into_owned(),
        Variable::Url => settings.public_url.clone().unwrap_or_default() + path_and_query(&request.target),
        Variable::Sorted if request.body.is_empty() => String::new(),
        Variable::Sorted => fields.signed().into_iter().map(|(name, value)| name + &value).collect(),
        Variable::SortedPairs => sorted_pairs(fields, proof),
        Variable::Field(name) => fields.get(name).ok().flatten().unwrap_or_default(),
        Variable::Header(name) => request.headers.get(name).cloned().unwrap_or_default(),
        other => of_settings(settings, other),
    }
}

fn sorted_pairs(fields: &Fields, proof: &Proof) -> String {
    let is_signed = |name: &str| name != "token" && proof.at != Place::Field(name.to_owned());
    let pairs = fields.signed().into_iter().filter(|(name, _)| is_signed(name));
    pairs.map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_"))).collect()
}

/// Some servers hand on whole addresses.
fn path_and_query(target: &str) -> &str {
    match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => {
            rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
        }
        _ => target,
    }
}

fn at(place: &Place, request: &Request, fields: &Fields) -> Result<Option<String>, Refused> {
    match place {
        Place::Header(name) => Ok(request.headers.get(name).map(|value| value.trim().to_owned())),
        Place::Field(name) => fields.get(name),
    }
}

/// A time stamp in seconds or milliseconds since 1970, in microseconds.
fn micros(text: &str) -> Option<i64> {
    let number: i64 = text.trim().parse().ok()?;
    let in_seconds = number < 100_000_000_000;
    number.checked_mul(if in_seconds { 1_000_000 } else { 1_000 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stamps_are_seconds_or_milliseconds() {
        assert_eq!(micros("1767225600"), Some(1_767_225_600_000_000));
        assert_eq!(micros("1767225600123"), Some(1_767_225_600_123_000));
        assert_eq!(micros("now"), None);
    }

    #[test]
    fn whole_addresses_are_cut_to_path_and_query() {
        assert_eq!(path_and_query("/a/b?c=http://d/e"), "/a/b?c=http://d/e");
        assert_eq!(path_and_query("https://host/a?b"), "/a?b");
        assert_eq!(path_and_query("https://host"), "/");
    }
}
