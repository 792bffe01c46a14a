//! One text of all that a person is to be reminded of.

use chrono::NaiveDate;

use crate::domain::message;
use crate::domain::period::Period;
use crate::domain::reply::Words;
use crate::domain::template::{MAX_PARTS, TemplateKey, key};

/// Something that a person is reminded of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// In which sentence.
    pub text: TemplateKey,
    /// The month or year.
    pub period: i32,
    /// The last day.
    pub due: NaiveDate,
    /// The name of the unit; to officers of a province, of its commune.
    pub name: String,
}

/// A sentence: what all items in it share, and their names with how often each comes.
struct Sentence<'a> {
    first: &'a Item,
    names: Vec<(&'a str, usize)>,
    count: usize,
}

/// The text of all `items`, of which there must be some: a sentence for each text, period and last day, in two SMS at
/// most. Long lists end with how many more there are, and so does the text where not all sentences fit. Words go with
/// marks where the person wants them and all of it fits.
pub fn compose(words: &Words, items: &[Item], marks: bool) -> String {
    let sentences = sentences(items);
    let longest = sentences.iter().map(|sentence| sentence.names.len()).max().unwrap_or(0);
    let all = |most: usize, marks: bool| {
        let texts = sentences.iter().map(|sentence| sentence.told(words, most, marks));
        texts.collect::<Vec<_>>().join(" ")
    };
    let with_marks = marks.then(|| all(longest, true)).filter(|text| fits(text));
    with_marks
        .or_else(|| (1..=longest).rev().map(|most| all(most, false)).find(|text| fits(text)))
        .unwrap_or_else(|| beginning(words, &sentences))
}

fn fits(text: &str) -> bool {
    message::parts(text).parts <= MAX_PARTS
}

/// As many whole sentences as fit, and how many more there are.
fn beginning(words: &Words, sentences: &[Sentence]) -> String {
    let told = |count: usize| {
        let left = sentences.len() - count;
        let mut texts: Vec<String> =
            sentences.iter().take(count).map(|sentence| sentence.told(words, 1, false)).collect();
        if left > 0 {
            texts.push(words.templates.render(key::REMIND_MORE, &[("count", left.to_string())], false));
        }
        texts.join(" ")
    };
    let longest = (1..=sentences.len()).rev().map(told).find(|text| fits(text));
    longest.unwrap_or_else(|| message::shorten(&told(1), MAX_PARTS))
}

/// The items by sentence, those with the earliest last day first, names in the order of the items.
fn sentences(items: &[Item]) -> Vec<Sentence<'_>> {
    let mut sentences: Vec<Sentence> = Vec::new();
    for item in items {
        let same = |sentence: &&mut Sentence| {
            let of = |item: &Item| (item.text, item.period, item.due);
            of(sentence.first) == of(item)
        };
        if let Some(sentence) = sentences.iter_mut().find(same) {
            sentence.add(item);
        } else {
            sentences.push(Sentence { first: item, names: vec![(&item.name, 1)], count: 1 });
        }
    }
    sentences.sort_by_key(|sentence| sentence.first.due);
    sentences
}

impl<'a> Sentence<'a> {
    fn add(&mut self, item: &'a Item) {
        self.count += 1;
        match self.names.iter_mut().find(|(name, _)| *name == item.name) {
            Some((_, times)) => *times += 1,
            None => self.names.push((&item.name, 1)),
        }
    }

    /// The sentence with the first `most` names.
    fn told(&self, words: &Words, most: usize, marks: bool) -> String {
        let Item { text, period, due, .. } = self.first;
        let names = self.listed(words, most);
        let month = Period::from_number(*period).ok();
        let fields = [
            ("unit", names.clone()),
            ("places", names),
            ("count", self.count.to_string()),
            ("year", period.to_string()),
            ("due", last_day(words, *due)),
            ("month", month.map(|month| words.month(month)).unwrap_or_default()),
            ("zero", month.map(|month| words.zero_example(Some(month))).unwrap_or_default()),
        ];
        words.templates.render(text, &fields, marks)
    }

    fn listed(&self, words: &Words, most: usize) -> String {
        let name = |(name, times): &(&str, usize)| match times {
            1 => words.name(name),
            times => format!("{} {times}", words.name(name)),
        };
        let shown = self.names.iter().take(most).map(name).collect::<Vec<_>>().join(", ");
        let left: usize = self.names.iter().skip(most).map(|(_, times)| times).sum();
        if left > 0 { format!("{shown} và {left} nơi nữa") } else { shown }
    }
}

/// “hạn 15/3”, “hạn hôm nay”, “đã quá hạn 15/3”.
fn last_day(words: &Words, due: NaiveDate) -> String {
    match due.cmp(&words.today) {
        std::cmp::Ordering::Greater => format!("hạn {}", words.day(due)),
        std::cmp::Ordering::Equal => "hạn hôm nay".to_owned(),
        std::cmp::Ordering::Less => format!("đã quá hạn {}", words.day(due)),
    }
}

#[cfg(test)]
mod tests;
