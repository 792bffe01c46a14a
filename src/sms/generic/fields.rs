//! The fields of a provider's request or answer, whatever they are written in.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::config::generic::Condition;
use crate::sms::{Refused, Request};

/// What stands in a request: in its body and, where the body does not give it, in its address.
#[derive(Debug, Default)]
pub(super) struct Fields {
    query: HashMap<String, String>,
    form: HashMap<String, String>,
    json: Option<Value>,
}

impl Fields {
    /// The fields of `request`.
    pub(super) fn read(request: &Request) -> Result<Self, Refused> {
        let mut fields = Fields { query: request.query.clone(), ..Fields::default() };
        match request.content_type.as_str() {
            "application/x-www-form-urlencoded" => fields.form = form(&request.body)?,
            _ if request.body.is_empty() => {}
            _ => fields.json = Some(json(&request.body)?),
        }
        Ok(fields)
    }

    /// The fields of an answer in JSON; none where it is something else.
    pub(super) fn of_answer(body: &[u8]) -> Self {
        Fields { json: serde_json::from_slice(body).ok(), ..Fields::default() }
    }

    /// The first of the `|`-separated `names` that is there. A name that begins with `/` is a JSON pointer.
    pub(super) fn get(&self, names: &str) -> Result<Option<String>, Refused> {
        for name in names.split('|') {
            if let Some(text) = self.one(name)? {
                return if text.contains('\0') { Err(Refused::Nul) } else { Ok(Some(text)) };
            }
        }
        Ok(None)
    }

    fn one(&self, name: &str) -> Result<Option<String>, Refused> {
        let in_body = self.json.as_ref().and_then(|json| match name.starts_with('/') {
            true => json.pointer(name),
            false => json.get(name),
        });
        match in_body {
            Some(Value::Null) | None => {}
            Some(value) => {
                let text =
                    field_text(value).ok_or(Refused::Malformed("the fields must be texts or numbers"))?;
                return Ok(Some(text));
            }
        }
        Ok(self.form.get(name).or_else(|| self.query.get(name)).cloned())
    }

    /// Whether `condition` holds.
    pub(super) fn fulfil(&self, condition: &Condition) -> bool {
        let value = self.get(&condition.field).ok().flatten();
        value.is_some_and(|value| condition.values.contains(&value))
    }

    /// What the provider signed of its fields: those of the body, or of the address where there is no body.
    pub(super) fn signed(&self) -> BTreeMap<String, String> {
        if let Some(Value::Object(object)) = &self.json {
            let text = |(name, value): (&String, &Value)| Some((name.clone(), field_text(value)?));
            return object.iter().filter_map(text).collect();
        }
        let fields = if self.form.is_empty() { &self.query } else { &self.form };
        fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

fn json(body: &[u8]) -> Result<Value, Refused> {
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Refused::Malformed(
            "the body must be a JSON object in UTF-8 with the fields id, from, to, text, date",
        )),
    }
}

fn form(body: &[u8]) -> Result<HashMap<String, String>, Refused> {
    let text = std::str::from_utf8(body).map_err(|_| Refused::Malformed("the form fields must be UTF-8"))?;
    serde_urlencoded::from_str(text).map_err(|_| Refused::Malformed("the form fields cannot be read"))
}

fn field_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
