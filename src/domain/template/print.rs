//! The catalogue printed for people: registration with the operators, and those who change texts.

use std::fmt::Write;

use super::{Templates, key};
use crate::domain::message;

impl Templates {
    /// The whole catalogue as Markdown (`docs/sms-texts.md`).
    pub fn to_markdown(&self) -> String {
        let mut page = String::from(INTRODUCTION);
        for (key, fields) in key::ALL.iter().copied() {
            self.print_text(&mut page, key, fields);
        }
        page.push_str(
            "\n## Placeholders\n\n| placeholder | what it is | longest sensible value |\n|---|---|---|\n",
        );
        for (name, field) in &self.fields {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "| `{{{name}}}` | {} | {} |", field.about, field.longest);
        }
        page.push_str("\n## Short names of indicators\n\n| code | in replies |\n|---|---|\n");
        let mut short: Vec<_> = self.short.iter().collect();
        short.sort();
        for (code, name) in short {
            let _ = writeln!(page, "| {code} | {name} |");
        }
        page
    }

    fn print_text(&self, page: &mut String, key: super::TemplateKey, fields: &[&'static str]) {
        let Some(text) = self.texts.get(key) else { return };
        let as_they_are: Vec<_> = fields.iter().map(|name| (*name, format!("{{{name}}}"))).collect();
        let longest = self.longest_case(key, false).unwrap_or_default();
        let parts = message::parts(&longest).parts;
        let _ = write!(
            page,
            "\n### `{key}`\n\nSent when: {}.\n\n- with marks: {}\n- without: {}\n- longest case, {parts} SMS: {longest}\n",
            text.when,
            self.render(key, &as_they_are, true),
            self.render(key, &as_they_are, false),
        );
    }
}

const INTRODUCTION: &str = "\
# Texts sent by SMS

Every text that the program sends, for registration with the operators. Printed from `config/templates.toml`; a test
keeps this page equal to it. Texts go without marks unless the receiver chose marks; a text that would take more than
two SMS with marks goes without. Lists of figures are shortened by steps so that no text takes more than two SMS.
Replies to people who practise begin with “(TAP)”.

## Texts
";
