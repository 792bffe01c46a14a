//! The reply that would go back if nothing were known but the text (`binhyen sms read`).

use super::{Item, Words};
use crate::domain::intake::ReplyParts;
use crate::domain::shortcode::{Intent, Reading};
use crate::domain::template::{TemplateKey, key};

/// Whom an urgent text reaches and whom to turn to, where no commune is known.
const POLICE: &str = "công an xã";
/// What a zero report says.
const NOTHING: &str = "không có vụ việc gì";

/// The text that would go back, without marks, in at most two SMS; empty where none goes.
pub fn stateless_reply(reading: &Reading, words: &Words<'_>) -> String {
    let reply = match reading.intent {
        Intent::Report | Intent::Zero | Intent::Correct | Intent::Add => understood(reading, words),
        Intent::Urgent => words.reply(key::URGENT_PASSED, vec![("reached", POLICE.to_owned())]),
        Intent::Status => words.reply(key::READ_STATUS, Vec::new()),
        Intent::Help => {
            let zero = words.zero_example(None);
            words.reply(key::HELP, vec![("example", words.example(reading)), ("zero", zero)])
        }
        Intent::Yes => words.reply(key::YES_TO_NOTHING, Vec::new()),
        Intent::No => words.reply(key::NO_TO_NOTHING, vec![("example", words.correction_example())]),
        Intent::Stop => words.reply(key::STOPPED, vec![("contact", POLICE.to_owned())]),
        Intent::Ask => words.question_about(reading),
        Intent::Ignore => return String::new(),
    };
    words.templates.render_reply(&reply, false)
}

fn understood(reading: &Reading, words: &Words<'_>) -> ReplyParts {
    let (text, mut fields): (TemplateKey, _) = match reading.period {
        Some(period) => (key::READ_REPORT, vec![("month", words.month(period))]),
        None => (key::READ_REPORT_NO_MONTH, Vec::new()),
    };
    if reading.values.is_empty() {
        fields.push(("values", NOTHING.to_owned()));
        return words.reply(text, fields);
    }
    let items: Vec<Item> = reading.values.iter().map(|(id, figure)| Item::Plain(*id, *figure)).collect();
    let tail = if reading.rest_zero { ", còn lại không" } else { "" };
    let mut reply = words.reply_with(text, fields, "values", &items, tail);
    let verb = match reading.intent {
        Intent::Correct => "sửa ",
        Intent::Add => "thêm ",
        _ => "",
    };
    for (name, value) in &mut reply.fields {
        if *name == "values" {
            value.insert_str(0, verb);
        }
    }
    reply
}

impl Words<'_> {
    /// “SUA T5 TC2”
    pub fn correction_example(&self) -> String {
        self.example(&Reading::of(Intent::Correct))
    }
}
