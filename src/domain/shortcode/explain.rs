//! How a reading came about, piece by piece.

use chrono::NaiveDate;

use super::items::{Item, Kind, MonthWord, Unit};
use super::judge::judge;
use super::reader::{Reader, is_illegible};
use super::reading::Reading;
use super::story::{Story, tell};
use super::text::Text;
use super::token::Origin;
use super::wish::wish;

/// A piece of the text and what it became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// The piece as typed.
    pub text: String,
    /// What it became (“figure 2, cases”, “indicator TC”).
    pub became: String,
    /// Why: how a word was recognised, what a figure counts.
    pub why: String,
}

/// How a reading came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The pieces in the order of the text.
    pub pieces: Vec<Explained>,
    /// What came of them.
    pub reading: Reading,
    /// What figures would count in the second-best way of attaching them: figure, indicator, as typed.
    pub second: Vec<(String, String)>,
}

impl Reader {
    /// Shows what every piece of `text` became and why, with the second-best reading of its figures.
    pub fn explain(&self, text: &str, received: NaiveDate) -> Explanation {
        let worked = self.work(text);
        let story = tell(&worked.text, &worked.items, wish(&worked.text, &worked.items));
        let cut = |at: usize| {
            let span = worked.items.get(at).map(|item| worked.text.span(item.from, item.to));
            span.and_then(|(start, end)| text.get(start..end)).unwrap_or_default().to_owned()
        };
        let pieces = worked
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let (start, end) = worked.text.span(item.from, item.to);
                let became = became(&worked.text, item);
                let why = why(&worked.text, item, at, &story, &cut);
                Explained { start, end, text: cut(at), became, why }
            })
            .collect();
        let second = story.pairing.second.iter().map(|pair| (cut(pair.figure), cut(pair.thing))).collect();
        let reading = if is_illegible(text) { self.read(text, received) } else { judge(&worked, received) };
        Explanation { pieces, reading, second }
    }
}

fn became(text: &Text, item: &Item) -> String {
    let code = |place: usize| text.book.entries.get(place).map_or("", |entry| entry.code.as_str());
    match &item.kind {
        Kind::Indicator(place, strength) => format!("indicator {} ({strength:?})", code(*place)),
        Kind::Ambiguous(place) => {
            let all = text.book.ambiguous.get(*place).map_or(&[][..], Vec::as_slice);
            format!("one of {}", all.iter().map(|place| code(*place)).collect::<Vec<_>>().join(", "))
        }
        Kind::Figure(figure) => {
            let unit = if figure.unit == Unit::None { String::new() } else { format!(", {:?}", figure.unit) };
            format!("figure {}{unit}", figure.value)
        }
        Kind::Money { dong, .. } => format!("{dong} đồng"),
        Kind::Month(MonthWord::Numbered(month, _) | MonthWord::OfYear(month, _)) => format!("month {month}"),
        Kind::Month(MonthWord::RangeEnd(month, _)) => format!("range that ends in month {month}"),
        Kind::Hamlet { name, .. } => format!("hamlet “{name}”"),
        Kind::Noise(what) => format!("no count: {what}"),
        Kind::Word => "word without a part".to_owned(),
        other => format!("{other:?}"),
    }
}

fn why(text: &Text, item: &Item, at: usize, story: &Story, cut: &dyn Fn(usize) -> String) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for token in text.tokens.get(item.from..item.to).unwrap_or_default() {
        let how = match token.origin {
            Origin::Typed => continue,
            Origin::Telex => "Telex keys",
            Origin::Vni => "VNI keys",
            Origin::Short => "short or regional form",
            Origin::Slip => "one letter mistyped",
        };
        reasons.push(format!("{how}: “{}”", token.plain));
    }
    if let Some(pair) = story.pairing.pairs.iter().find(|pair| pair.figure == at) {
        reasons.push(format!("counts “{}”", cut(pair.thing)));
    }
    if story.pairing.loose.contains(&at) {
        reasons.push("counts nothing that is named".to_owned());
    }
    if story.mentions.get(at) == Some(&true) {
        reasons.push("only spoken of".to_owned());
    }
    if story.pairing.unsure == Some(at) {
        reasons.push("could as well count something else".to_owned());
    }
    reasons.join("; ")
}
