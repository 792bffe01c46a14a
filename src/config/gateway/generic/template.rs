//! Templates in the settings of gateways: `{{name}}` stands for a value.

use std::fmt;

use serde::{Serialize, Serializer};

/// A text with places for values, parsed once.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Variable),
}

/// What may stand in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// `id`: our id of the text.
    Id,
    /// `reply_to`: what the provider knows the text by that this one answers; our id where it answers none.
    ReplyTo,
    /// `to`: the number, `+84…`.
    To,
    /// `to_no_plus`: the number, `84…`.
    ToNoPlus,
    /// `to_local`: the number, `0…`.
    ToLocal,
    /// `text`: the words.
    Text,
    /// `unicode`: 1 where the words do not fit the SMS alphabet, else 0; `unicode:A|B`: A or B.
    Unicode(String, String),
    /// `gateway`: the gateway's id.
    Gateway,
    /// `callback`: the address for delivery reports, made of `public_url` and the token.
    Callback,
    /// `time`: now, seconds since 1970.
    Time,
    /// `signature`: what `[send.signature]` computes.
    Signature,
    /// `from`: the setting of that name.
    From,
    /// `username`: the setting of that name.
    Username,
    /// `keyword`: the setting of that name.
    Keyword,
    /// `password`: the setting of that name.
    Password,
    /// `secret`: the setting of that name.
    Secret,
    /// `basic`: user name and password as HTTP's basic authentication writes them; `password:x` without a user name.
    Basic,
    /// `body`: the body of the provider's request as it came.
    Body,
    /// `url`: the address that the provider called: `public_url`, path and query.
    Url,
    /// `sorted`: names and values of the provider's fields, sorted by name, without anything between.
    Sorted,
    /// `sorted_pairs`: the fields but the signature, sorted, each as `&name=value`, with `_` for `&` and `=` in values.
    SortedPairs,
    /// `field:NAME`: a field of the provider's request.
    Field(String),
    /// `header:NAME`: a header of the provider's request.
    Header(String),
}

/// Where a template stands, which decides what may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// In a request to the provider.
    Outgoing,
    /// In what is signed of a request to the provider.
    OutgoingSigned,
    /// In a question to the provider about the account, not about a text.
    Account,
    /// In what the provider signed.
    IncomingSigned,
    /// In a key.
    Key,
}

const PLAIN: [(&str, Variable); 20] = [
    ("id", Variable::Id),
    ("reply_to", Variable::ReplyTo),
    ("to", Variable::To),
    ("to_no_plus", Variable::ToNoPlus),
    ("to_local", Variable::ToLocal),
    ("text", Variable::Text),
    ("gateway", Variable::Gateway),
    ("callback", Variable::Callback),
    ("time", Variable::Time),
    ("signature", Variable::Signature),
    ("from", Variable::From),
    ("username", Variable::Username),
    ("keyword", Variable::Keyword),
    ("password", Variable::Password),
    ("secret", Variable::Secret),
    ("basic", Variable::Basic),
    ("body", Variable::Body),
    ("url", Variable::Url),
    ("sorted", Variable::Sorted),
    ("sorted_pairs", Variable::SortedPairs),
];

impl Template {
    /// Parses `source` for its place.
    pub(super) fn parse(source: &str, scope: Scope) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some((text, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").ok_or("{{ without }} behind it")?;
            if !text.is_empty() {
                pieces.push(Piece::Text(text.to_owned()));
            }
            pieces.push(Piece::Value(Variable::parse(name.trim(), scope)?));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Template { source: source.to_owned(), pieces })
    }

    /// The text with `value` in each place.
    pub fn render(&self, value: impl Fn(&Variable) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(variable) => value(variable),
        };
        self.pieces.iter().map(piece).collect()
    }

    /// Whether a place for `variable` is in it.
    pub fn holds(&self, variable: &Variable) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Value(held) if held == variable))
    }
}

impl Variable {
    fn parse(name: &str, scope: Scope) -> Result<Self, String> {
        let named = |rest: &str| (!rest.is_empty()).then(|| rest.to_owned());
        let found = if name == "unicode" {
            Some(Variable::Unicode("1".to_owned(), "0".to_owned()))
        } else if let Some(words) = name.strip_prefix("unicode:") {
            words.split_once('|').map(|(yes, no)| Variable::Unicode(yes.to_owned(), no.to_owned()))
        } else if let Some(field) = name.strip_prefix("field:") {
            named(field).map(Variable::Field)
        } else if let Some(header) = name.strip_prefix("header:") {
            named(header).map(|header| Variable::Header(header.to_ascii_lowercase()))
        } else {
            PLAIN.iter().find(|(plain, _)| *plain == name).map(|(_, variable)| variable.clone())
        };
        found.filter(|variable| variable.fits(scope)).ok_or_else(|| {
            let fitting = PLAIN.iter().filter(|(_, variable)| variable.fits(scope));
            let mut names: Vec<&str> = fitting.map(|(name, _)| *name).collect();
            match scope {
                Scope::Outgoing | Scope::OutgoingSigned => names.extend(["unicode", "unicode:YES|NO"]),
                Scope::IncomingSigned => names.extend(["field:NAME", "header:NAME"]),
                Scope::Account | Scope::Key => {}
            }
            format!("between {{{{ and }}}} may stand here: {}", names.join(", "))
        })
    }

    fn fits(&self, scope: Scope) -> bool {
        use Variable::{
            Basic, Body, Field, From, Header, Keyword, Password, Secret, Signature, Sorted, SortedPairs, Url,
            Username,
        };
        let of_settings = matches!(self, From | Username | Keyword | Password | Secret);
        let of_request = matches!(self, Body | Url | Sorted | SortedPairs | Field(_) | Header(_));
        match scope {
            Scope::Outgoing => !of_request,
            Scope::OutgoingSigned => !of_request && *self != Signature,
            Scope::Account => of_settings || *self == Basic,
            Scope::IncomingSigned => of_request || of_settings,
            Scope::Key => of_settings,
        }
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_their_names_stood() {
        let template = Template::parse("a {{to}}-{{ text }}{{to}}", Scope::Outgoing).unwrap();
        let rendered = template.render(|variable| format!("<{variable:?}>"));
        assert_eq!(rendered, "a <To>-<Text><To>");
        assert!(template.holds(&Variable::Text) && !template.holds(&Variable::Id));
    }

    #[test]
    fn a_name_that_is_unknown_or_out_of_place_is_refused_with_the_names_that_fit() {
        for (source, scope) in [
            ("{{tto}}", Scope::Outgoing),
            ("{{body}}", Scope::Outgoing),
            ("{{signature}}", Scope::OutgoingSigned),
            ("{{text}}", Scope::IncomingSigned),
            ("{{field:}}", Scope::IncomingSigned),
            ("{{id}}", Scope::Key),
            ("{{to}}", Scope::Account),
            ("{{unicode:1}}", Scope::Outgoing),
        ] {
            let advice = Template::parse(source, scope).unwrap_err();
            assert!(advice.contains("username"), "{source}: {advice}");
        }
        assert!(Template::parse("{{to", Scope::Outgoing).unwrap_err().contains("}}"));
        assert!(Template::parse("{{field:a}}{{header:X-B}}", Scope::IncomingSigned).is_ok());
        assert!(Template::parse("{\"a\": {\"b\": 1} }", Scope::Outgoing).is_ok());
    }
}
