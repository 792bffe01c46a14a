//! The catalogue of every text that goes to a person.
//!
//! Texts are data (`config/templates.toml` ships with the program and is the default). A catalogue is checked when it
//! is loaded: exactly the keys and placeholders of [`key::ALL`], and every text within its SMS parts in the longest
//! case, so that nothing can go wrong when a text is sent.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::indicator::Indicator;
use super::message;

pub mod key;
mod plain;
mod print;

pub use plain::without_marks;

/// The name of a text in the catalogue (`config/templates.toml`).
pub type TemplateKey = &'static str;

/// What stands in front of the replies to people who practise.
pub const PRACTICE: &str = "(TẬP) ";

/// Every text that can go out, by key. The default has none; use [`Templates::shipped`].
#[derive(Debug, Clone, Default)]
pub struct Templates {
    texts: BTreeMap<TemplateKey, Text>,
    fields: BTreeMap<String, Field>,
    short: HashMap<String, String>,
}

/// One text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// When it is sent, in English.
    when: String,
    /// The text with marks.
    vi: String,
    /// How it is sent without marks, where the rule would not do.
    ascii: Option<String>,
    /// SMS parts in the longest case without marks.
    #[serde(default = "one")]
    parts: usize,
}

fn one() -> usize {
    1
}

/// A placeholder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    about: String,
    longest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplatesFile {
    field: BTreeMap<String, Field>,
    text: BTreeMap<String, Text>,
    short: HashMap<String, String>,
}

/// Why a file is no catalogue of texts.
#[derive(Debug, thiserror::Error)]
pub enum BadTemplates {
    /// Not the TOML of a catalogue.
    #[error("the catalogue of texts cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// A text is missing.
    #[error("the text {0} is missing")]
    Missing(TemplateKey),
    /// A text that the program never sends.
    #[error("the program sends no text {0}")]
    Unknown(String),
    /// Other placeholders than the program fills.
    #[error("the text {text} must have exactly the placeholders {expected}; it has {found}")]
    Placeholders {
        /// The text.
        text: TemplateKey,
        /// What the program fills.
        expected: String,
        /// What the text has.
        found: String,
    },
    /// A placeholder that is not described.
    #[error("the placeholder {0} has no line under [field]")]
    Undescribed(&'static str),
    /// Longer than its parts.
    #[error("the text {text} takes {takes} SMS parts without marks in its longest case; it may take {may}")]
    TooLong {
        /// The text.
        text: TemplateKey,
        /// What it takes.
        takes: usize,
        /// What it may take: its `parts`, never more than 2.
        may: usize,
    },
}

impl Templates {
    /// The texts that ship with the program (`config/templates.toml`).
    pub fn shipped() -> Result<Self, BadTemplates> {
        Templates::from_toml(include_str!("../../config/templates.toml"))
    }

    /// The texts in a file like `config/templates.toml`, checked.
    pub fn from_toml(text: &str) -> Result<Self, BadTemplates> {
        let mut file: TemplatesFile = toml::from_str(text)?;
        let mut texts = BTreeMap::new();
        for (key, expected) in key::ALL.iter().copied() {
            let text = file.text.remove(key).ok_or(BadTemplates::Missing(key))?;
            check_placeholders(key, expected, &text)?;
            texts.insert(key, text);
        }
        if let Some((unknown, _)) = file.text.pop_first() {
            return Err(BadTemplates::Unknown(unknown));
        }
        let templates = Templates { texts, fields: file.field, short: file.short };
        templates.check_lengths()?;
        Ok(templates)
    }

    /// The text `key` with its placeholders filled, with marks or, without, in characters of the GSM 7-bit alphabet
    /// only. A placeholder for which no field is given stays empty; an unknown key gives an empty text.
    pub fn render(&self, key: TemplateKey, fields: &[(&'static str, String)], marks: bool) -> String {
        let Some(text) = self.texts.get(key) else { return String::new() };
        let pattern = match &text.ascii {
            Some(ascii) if !marks => ascii,
            _ => &text.vi,
        };
        let filled = capitalised(&fill(pattern, fields));
        if marks { filled } else { without_marks(&filled) }
    }

    /// The reply as it is sent: with “(TAP)” for people who practise, and within two parts: a text that would take
    /// more with marks goes without them, as completeness is worth more, and is shortened between words at last.
    pub fn render_reply(&self, reply: &super::intake::ReplyParts, marks: bool) -> String {
        let practice = if reply.practice { PRACTICE } else { "" };
        if marks {
            let whole = format!("{practice}{}", self.render(reply.key, &reply.fields, true));
            if message::parts(&whole).parts <= MAX_PARTS {
                return whole;
            }
        }
        let plain = format!("{}{}", without_marks(practice), self.render(reply.key, &reply.fields, false));
        message::shorten(&plain, MAX_PARTS)
    }

    /// The short name of an indicator with marks, as replies print it: that of the catalogue, else the beginning of
    /// its full name.
    pub fn short_name(&self, indicator: &Indicator) -> String {
        self.short.get(&indicator.code).cloned().unwrap_or_else(|| {
            let name = indicator.name_vi.split([',', '(']).next().unwrap_or_default().trim();
            let mut letters = name.chars();
            letters.next().map(|c| c.to_lowercase().chain(letters).collect()).unwrap_or_default()
        })
    }

    /// The placeholders of a text, as the program fills them.
    pub fn fields_of(key: TemplateKey) -> &'static [&'static str] {
        key::ALL.iter().find(|(name, _)| *name == key).map_or(&[], |(_, fields)| fields)
    }

    /// The text with every placeholder at its longest.
    fn longest_case(&self, key: TemplateKey, marks: bool) -> Result<String, BadTemplates> {
        let mut fields = Vec::new();
        for name in Templates::fields_of(key).iter().copied() {
            let field = self.fields.get(name).ok_or(BadTemplates::Undescribed(name))?;
            fields.push((name, field.longest.clone()));
        }
        Ok(self.render(key, &fields, marks))
    }

    fn check_lengths(&self) -> Result<(), BadTemplates> {
        for (key, text) in &self.texts {
            let takes = message::parts(&self.longest_case(key, false)?).parts;
            let may = text.parts.min(MAX_PARTS);
            if takes > may {
                return Err(BadTemplates::TooLong { text: key, takes, may });
            }
        }
        Ok(())
    }
}

/// No text takes more SMS parts than this.
pub const MAX_PARTS: usize = 2;

fn check_placeholders(key: TemplateKey, expected: &[&str], text: &Text) -> Result<(), BadTemplates> {
    let mut expected: Vec<&str> = expected.to_vec();
    expected.sort_unstable();
    for pattern in [Some(&text.vi), text.ascii.as_ref()].into_iter().flatten() {
        let mut found = placeholders(pattern);
        found.sort_unstable();
        found.dedup();
        if found != expected {
            let (expected, found) = (expected.join(", "), found.join(", "));
            return Err(BadTemplates::Placeholders { text: key, expected, found });
        }
    }
    Ok(())
}

/// The names between braces.
fn placeholders(pattern: &str) -> Vec<&str> {
    pattern.split('{').skip(1).filter_map(|piece| Some(piece.split_once('}')?.0)).collect()
}

/// `pattern` with its placeholders filled in one pass, so that braces in a sender's words fill nothing.
fn fill(pattern: &str, fields: &[(&'static str, String)]) -> String {
    let mut pieces = pattern.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or(("", piece));
        let value = fields.iter().find(|(field, _)| *field == name).map_or("", |(_, value)| value.as_str());
        filled.push_str(value);
        filled.push_str(rest);
    }
    filled
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Catalogue;
    use crate::domain::intake::ReplyParts;

    const SHIPPED: &str = include_str!("../../config/templates.toml");

    fn shipped() -> Templates {
        Templates::shipped().unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn every_text_keeps_its_parts_in_the_longest_case_without_marks_and_has_no_odd_characters() {
        let templates = shipped();
        for (key, text) in &templates.texts {
            let longest = templates.longest_case(key, false).unwrap();
            assert!(longest.is_ascii(), "{key}: {longest}");
            let parts = message::parts(&longest).parts;
            assert!(parts <= text.parts.min(2), "{key}: {parts} parts: {longest}");
            assert!(!longest.contains(['{', '}']), "{key}: {longest}");
        }
    }

    #[test]
    fn a_catalogue_with_a_missing_unknown_or_misspelt_thing_is_refused() {
        let refused =
            |from: &str, to: &str| Templates::from_toml(&SHIPPED.replacen(from, to, 1)).unwrap_err();
        assert!(matches!(refused("[text.kept]", "[text.help]\nwhen=''\nvi=''\n[x]"), BadTemplates::Toml(_)));
        assert!(matches!(refused("[text.kept]", "[text.kep]"), BadTemplates::Missing("kept")));
        let more = format!("{SHIPPED}\n[text.more]\nwhen = ''\nvi = ''\n");
        assert!(matches!(Templates::from_toml(&more), Err(BadTemplates::Unknown(key)) if key == "more"));
        let misspelt = refused("Không đổi gì: {month}", "Không đổi gì: {moth}");
        assert!(matches!(misspelt, BadTemplates::Placeholders { text: "kept", .. }));
        let dropped = refused("Không đổi gì: {month}", "Không đổi gì");
        assert!(matches!(dropped, BadTemplates::Placeholders { text: "kept", .. }));
        let long = refused("Không đổi gì:", &"Không đổi gì:".repeat(20));
        assert!(matches!(long, BadTemplates::TooLong { text: "kept", .. }));
        assert!(matches!(refused("code      =", "kode      ="), BadTemplates::Undescribed("code")));
    }

    #[test]
    fn a_text_is_rendered_with_or_without_marks_and_begins_with_a_capital() {
        let fields = [
            ("month", "tháng 3 (15/2-14/3)".to_owned()),
            ("hamlet", "Thôn Nà Mo".to_owned()),
            ("values", "trộm cắp 2".to_owned()),
        ];
        let templates = shipped();
        assert_eq!(
            templates.render(key::STATUS, &fields, true),
            "Tháng 3 (15/2-14/3), Thôn Nà Mo đã báo: trộm cắp 2."
        );
        assert_eq!(
            templates.render(key::STATUS, &fields, false),
            "Thang 3 (15/2-14/3), Thon Na Mo da bao: trom cap 2."
        );
        assert_eq!(templates.render("no such text", &fields, true), "");
    }

    #[test]
    fn braces_in_the_words_of_a_sender_fill_nothing() {
        let fields = [("doubt", "{example}".to_owned()), ("example", "ANTT T3 TC2".to_owned())];
        let text = shipped().render(key::ASK_CODE, &fields, false);
        assert!(text.contains("\"{example}\""), "{text}");
    }

    #[test]
    fn a_reply_to_a_person_who_practises_says_so() {
        let reply = ReplyParts { key: key::CALL_POLICE, fields: Vec::new(), practice: true };
        assert!(shipped().render_reply(&reply, false).starts_with("(TAP) Viec nay"));
        assert!(shipped().render_reply(&reply, true).starts_with("(TẬP) Việc này"));
    }

    #[test]
    fn a_reply_that_marks_would_make_too_long_goes_without_them_and_never_takes_more_than_two_parts() {
        for length in [10, 90, 200, 290, 400, 4000] {
            let values = "trộm cắp 2, ".repeat(length / 12 + 1);
            let fields = vec![("month", String::new()), ("hamlet", String::new()), ("values", values)];
            let reply = ReplyParts { key: key::STATUS, fields, practice: false };
            let text = shipped().render_reply(&reply, true);
            assert!(message::parts(&text).parts <= 2, "{text}");
            assert_eq!(text.is_ascii(), length > 90, "{text}");
        }
    }

    #[test]
    fn every_indicator_has_a_short_name_of_its_own_without_marks_too() {
        let (templates, catalogue) = (shipped(), Catalogue::shipped().unwrap());
        let names: std::collections::BTreeSet<String> =
            catalogue.iter().map(|indicator| without_marks(&templates.short_name(indicator))).collect();
        assert_eq!(names.len(), 45);
        assert!(templates.short.keys().all(|code| catalogue.by_code(code).is_some()));
        let unnamed = Templates { short: HashMap::new(), ..templates };
        assert_eq!(unnamed.short_name(catalogue.by_code("CG").unwrap()), "cướp");
    }

    #[test]
    fn the_printed_catalogue_in_docs_is_the_one_that_is_sent() {
        let printed = shipped().to_markdown();
        let committed = include_str!("../../docs/sms-texts.md");
        if printed != committed
            && let Ok(path) = std::env::var("BINHYEN_WRITE_DOCS")
        {
            std::fs::write(path, &printed).unwrap();
        }
        assert!(
            printed == committed,
            "docs/sms-texts.md is old: BINHYEN_WRITE_DOCS=$PWD/docs/sms-texts.md cargo test docs_is_the_one"
        );
    }
}
