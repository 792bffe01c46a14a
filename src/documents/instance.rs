//! A filled-in XForm as clients of OpenRosa send it, read without trust: no document type, no entities but the five of XML,
//! little depth, few elements.

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The largest instance, bytes: every question of the largest form answered at length takes a tenth of it.
pub const MAX_BYTES: usize = 256 * 1024;
/// Elements within elements, at most.
const MAX_DEPTH: usize = 12;
/// Elements, at most.
const MAX_ELEMENTS: usize = 1_000;
/// Characters of a name or an id, at most.
const MAX_NAME: usize = 100;

/// A filled-in XForm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instance {
    /// The form.
    pub form: String,
    /// Its version; empty where the client told none.
    pub version: String,
    /// What the client knows the instance by.
    pub id: String,
    /// What it knew the instance by that this one corrects.
    pub deprecated_id: Option<String>,
    /// The answers by the name of their element, in order; empty ones too.
    pub answers: Vec<(String, String)>,
}

/// Why a document is no instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadInstance {
    /// Too large.
    #[error("the instance is larger than 256 KiB")]
    TooLarge,
    /// No UTF-8, cut off, or no XML.
    #[error("the instance is no XML in UTF-8, or was cut off")]
    Xml,
    /// It declares or uses entities.
    #[error("the instance has a document type or entities, which are not read")]
    Entities,
    /// Too deep, or too many elements.
    #[error("the instance has more elements, or deeper ones, than any form")]
    TooMany,
    /// It holds characters that XML does not have.
    #[error("the instance holds a control character")]
    Character,
    /// It does not say which form it is of, or has no instanceID.
    #[error("the instance names no form, or has no instanceID")]
    Nameless,
}

/// Reads an instance.
///
/// # Errors
/// Says what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Instance, BadInstance> {
    if bytes.len() > MAX_BYTES {
        return Err(BadInstance::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| BadInstance::Xml)?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut reading = Reading::default();
    loop {
        match reader.read_event().map_err(|_| BadInstance::Xml)? {
            Event::Start(start) => reading.open(&start)?,
            Event::Empty(start) => {
                reading.open(&start)?;
                reading.close();
            }
            Event::End(_) => reading.close(),
            Event::Text(text) => reading.write(&text)?,
            Event::CData(text) => reading.write(&text)?,
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(c)) => reading.write(c.encode_utf8(&mut [0; 4]))?,
                Ok(None) => reading.write(predefined(&entity).ok_or(BadInstance::Entities)?)?,
                Err(_) => return Err(BadInstance::Character),
            },
            Event::DocType(_) | Event::PI(_) => return Err(BadInstance::Entities),
            Event::Comment(_) | Event::Decl(_) => {}
            Event::Eof => return reading.finish(),
        }
    }
}

fn predefined(entity: &str) -> Option<&'static str> {
    quick_xml::escape::resolve_predefined_entity(entity)
}

/// An element that is open.
struct Open {
    name: String,
    text: String,
    /// Whether it holds elements: then its text is only what stands between them.
    parent: bool,
}

#[derive(Default)]
struct Reading {
    instance: Instance,
    open: Vec<Open>,
    elements: usize,
    ended: bool,
}

impl Reading {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), BadInstance> {
        let name = start.local_name().as_ref().to_owned();
        self.elements += 1;
        if self.open.len() >= MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err(BadInstance::TooMany);
        }
        if self.ended || name.chars().count() > MAX_NAME {
            return Err(BadInstance::Xml);
        }
        match self.open.last_mut() {
            Some(parent) => parent.parent = true,
            None => self.read_root(start)?,
        }
        self.open.push(Open { name, text: String::new(), parent: false });
        Ok(())
    }

    fn read_root(&mut self, start: &BytesStart<'_>) -> Result<(), BadInstance> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| BadInstance::Xml)?;
            match attribute.key.as_ref() {
                "id" => self.instance.form = value(&attribute)?,
                "version" => self.instance.version = value(&attribute)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), BadInstance> {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(BadInstance::Character);
        }
        match self.open.last_mut() {
            Some(open) => open.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(BadInstance::Xml),
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        self.ended = self.open.is_empty();
        if closed.parent || self.ended {
            return;
        }
        let text = closed.text.trim().to_owned();
        let meta = self.open.last().is_some_and(|parent| parent.name == "meta");
        match closed.name.as_str() {
            "instanceID" if meta => self.instance.id = text,
            "deprecatedID" if meta => self.instance.deprecated_id = Some(text).filter(|id| !id.is_empty()),
            _ if meta => {}
            _ => self.instance.answers.push((closed.name, text)),
        }
    }

    fn finish(self) -> Result<Instance, BadInstance> {
        if !self.ended {
            return Err(BadInstance::Xml);
        }
        let Instance { form, id, deprecated_id, .. } = &self.instance;
        let plain = |id: &str| {
            let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
            !id.is_empty() && id.len() <= 64 && id.bytes().all(good)
        };
        if form.is_empty() || !plain(id) || !deprecated_id.as_deref().is_none_or(plain) {
            return Err(BadInstance::Nameless);
        }
        Ok(self.instance)
    }
}

fn value(attribute: &Attribute<'_>) -> Result<String, BadInstance> {
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| BadInstance::Entities)?;
    if value.chars().count() > MAX_NAME || value.chars().any(char::is_control) {
        return Err(BadInstance::Xml);
    }
    Ok(value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"<?xml version='1.0' ?><data id="month" version="v1" xmlns:orx="http://openrosa.org/xforms">
        <unit>03847001</unit><period>2026-03-01</period><g><TC>2</TC><CG/></g>
        <note>T&#x1ED1;t &amp; y&#234;n <![CDATA[<b>]]></note>
        <orx:meta><orx:instanceID>uuid:0b1c</orx:instanceID><orx:deprecatedID>uuid:0b1b</orx:deprecatedID></orx:meta></data>"#;

    #[test]
    fn answers_are_read_in_order_also_from_groups() {
        let instance = read(GOOD.as_bytes()).unwrap();
        assert_eq!((instance.form.as_str(), instance.version.as_str()), ("month", "v1"));
        assert_eq!(
            (instance.id.as_str(), instance.deprecated_id.as_deref()),
            ("uuid:0b1c", Some("uuid:0b1b"))
        );
        let answers: Vec<(&str, &str)> =
            instance.answers.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let expected = [
            ("unit", "03847001"),
            ("period", "2026-03-01"),
            ("TC", "2"),
            ("CG", ""),
            ("note", "Tốt & yên <b>"),
        ];
        assert_eq!(answers, expected);
    }

    #[test]
    fn bombs_are_refused_before_they_go_off() {
        let laughs = r#"<!DOCTYPE data [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><data id="month"><note>&b;</note></data>"#;
        assert_eq!(read(laughs.as_bytes()), Err(BadInstance::Entities));
        let outside = r#"<data id="month"><note>&b;</note></data>"#;
        assert_eq!(read(outside.as_bytes()), Err(BadInstance::Entities));
        let file = r#"<!DOCTYPE data SYSTEM "file:///etc/passwd"><data id="month"/>"#;
        assert_eq!(read(file.as_bytes()), Err(BadInstance::Entities));
        let deep = format!("<data id=\"month\">{}", "<a>".repeat(10_000));
        assert_eq!(read(deep.as_bytes()), Err(BadInstance::TooMany));
        let wide = format!("<data id=\"month\">{}</data>", "<a/>".repeat(10_000));
        assert_eq!(read(wide.as_bytes()), Err(BadInstance::TooMany));
        assert_eq!(read(" ".repeat(MAX_BYTES + 1).as_bytes()), Err(BadInstance::TooLarge));
        let attributes = format!("<data {}/>", (0..5_000).map(|n| format!("a{n}=\"\" ")).collect::<String>());
        assert_eq!(read(attributes.as_bytes()), Err(BadInstance::Nameless));
    }

    #[test]
    fn what_is_cut_or_no_xml_is_refused() {
        for end in (1..GOOD.len()).filter(|end| GOOD.is_char_boundary(*end)) {
            assert!(read(&GOOD.as_bytes()[..end]).is_err(), "{}", &GOOD[..end]);
        }
        for (wrong, why) in [
            ("", BadInstance::Xml),
            ("TC2", BadInstance::Xml),
            ("<data id=\"month\"></month>", BadInstance::Xml),
            ("<data id=\"month\"/><data id=\"month\"/>", BadInstance::Xml),
            ("<data id=\"month\"/>", BadInstance::Nameless),
            ("<data><meta><instanceID>uuid:1</instanceID></meta></data>", BadInstance::Nameless),
            ("<data id=\"m\"><meta><instanceID>a b</instanceID></meta></data>", BadInstance::Nameless),
            ("<data id=\"m\"><a>\u{1}</a></data>", BadInstance::Character),
        ] {
            assert_eq!(read(wrong.as_bytes()), Err(why), "{wrong}");
        }
        for control in ["<data id=\"m\"><a>&#0;</a></data>", "<data id=\"m\"><a>&#1;</a></data>"] {
            assert_eq!(read(control.as_bytes()), Err(BadInstance::Character), "{control}");
        }
        assert_eq!(read(b"<data id=\"m\">\xff</data>"), Err(BadInstance::Xml));
    }
}
