//! Reading one table of settings: every getter notes what is wrong and goes on, so that all problems are told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use config::{Value, ValueKind};

use super::layer::Table;
use super::problem::Problem;
use super::secret::Secret;

/// The longest text of a setting, in characters.
const MAX_TEXT: usize = 4096;

/// A table of settings that is being read. Getters answer `None` when they have noted a problem.
pub(super) struct Section {
    path: String,
    values: Table,
    known: BTreeSet<&'static str>,
    problems: Vec<Problem>,
}

impl Section {
    /// Reads a whole table with `read`, notes what `read` did not ask for, and answers the problems beside the value.
    pub(super) fn read<T>(
        path: &str,
        values: Table,
        read: impl FnOnce(&mut Section) -> Option<T>,
    ) -> (Option<T>, Vec<Problem>) {
        let mut section =
            Section { path: path.to_owned(), values, known: BTreeSet::new(), problems: Vec::new() };
        let value = read(&mut section);
        section.refuse_unknown();
        (value, section.problems)
    }

    /// The table `[key]` below this one.
    pub(super) fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section) -> Option<T>,
    ) -> Option<T> {
        let table = match self.take(key).map(|value| (value.origin().map(str::to_owned), value.kind)) {
            None => Table::new(),
            Some((_, ValueKind::Table(table))) => table,
            Some((origin, _)) => {
                let path = self.path_of(key);
                return self.note(
                    key,
                    format!("this is a section; write [{path}] and its keys below"),
                    origin,
                );
            }
        };
        let (value, problems) = Section::read(&self.path_of(key), table, read);
        self.problems.extend(problems);
        value
    }

    /// The table `[key]` below this one, if it is there. The outer `None` means that a problem was noted.
    pub(super) fn optional_section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section) -> Option<T>,
    ) -> Option<Option<T>> {
        self.known.insert(key);
        if self.values.contains_key(key) { self.section(key, read).map(Some) } else { Some(None) }
    }

    /// The table `[key]` of texts under names that are not ours, each understood by `parse`; empty when it is not there.
    pub(super) fn words<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<BTreeMap<String, T>> {
        self.section(key, |section| {
            let mut words = BTreeMap::new();
            for (name, value) in std::mem::take(&mut section.values) {
                let parsed = match &value.kind {
                    ValueKind::String(text) => plain(text).and_then(&parse),
                    _ => Err("write a text in quotes".to_owned()),
                };
                match parsed {
                    Ok(word) => drop(words.insert(name, word)),
                    Err(advice) => return section.note(&name, advice, value.origin().map(str::to_owned)),
                }
            }
            Some(words)
        })
    }

    /// `true` or `false`, or nothing.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<Option<bool>> {
        let Some(value) = self.take(key) else { return Some(None) };
        match &value.kind {
            ValueKind::Boolean(flag) => Some(Some(*flag)),
            ValueKind::String(text) if text == "true" => Some(Some(true)),
            ValueKind::String(text) if text == "false" => Some(Some(false)),
            _ => self.note(key, "write true or false".to_owned(), value.origin().map(str::to_owned)),
        }
    }

    /// Lays `under` beneath what is there: it counts where nothing is given.
    pub(super) fn lay_under(&mut self, under: Table) {
        lay_under(&mut self.values, under);
    }

    /// The tables `[[key]]`, none when there are none; `name_key` is the key that tells them apart in messages.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        name_key: &str,
        read: impl Fn(&mut Section) -> Option<T>,
    ) -> Option<Vec<T>> {
        let path = self.path_of(key);
        let list = match self.take(key).map(|value| (value.origin().map(str::to_owned), value.kind)) {
            None => return Some(Vec::new()),
            Some((_, ValueKind::Array(list))) => list,
            Some((origin, _)) => {
                return self.note(key, format!("this is a list; write [[{path}]] for each entry"), origin);
            }
        };
        let mut values = Vec::new();
        for (index, entry) in list.into_iter().enumerate() {
            let ValueKind::Table(table) = entry.kind else {
                return self.note(key, format!("entry {index} is no table; write [[{path}]]"), None);
            };
            let name = match table.get(name_key).map(|value| &value.kind) {
                Some(ValueKind::String(name)) => format!("{path}.{name}"),
                _ => format!("{path}[{index}]"),
            };
            let (value, problems) = Section::read(&name, table, &read);
            self.problems.extend(problems);
            values.push(value);
        }
        values.into_iter().collect()
    }

    /// A whole number within `range`, which must be given.
    pub(super) fn integer<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        let advice = format!("write a whole number from {} to {}", range.start(), range.end());
        let Some(value) = self.take(key) else { return self.missing(key, &advice) };
        let number = whole_number(&value).filter(|number| range.contains(number));
        match number.and_then(|number| T::try_from(number).ok()) {
            Some(number) => Some(number),
            None => self.note(key, advice, value.origin().map(str::to_owned)),
        }
    }

    /// A whole number within `range`, or `default` when it is not given.
    pub(super) fn integer_or<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
        default: T,
    ) -> Option<T> {
        self.known.insert(key);
        if self.values.contains_key(key) { self.integer(key, range) } else { Some(default) }
    }

    /// A whole number within `range`, or nothing. The outer `None` means that a problem was noted.
    pub(super) fn optional_integer<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<Option<T>> {
        self.known.insert(key);
        if self.values.contains_key(key) { self.integer(key, range).map(Some) } else { Some(None) }
    }

    /// A text that `parse` understands, which must be given. `parse` answers what to write instead; it must not
    /// repeat the text, which may be secret.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match self.optional(key, parse)? {
            Some(value) => Some(value),
            None => self.missing(key, "it must be given"),
        }
    }

    /// A text that `parse` understands, or nothing. The outer `None` means that a problem was noted.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        let Some(value) = self.take(key) else { return Some(None) };
        let parsed = match &value.kind {
            ValueKind::String(text) => plain(text).and_then(parse),
            _ => Err("write a text in quotes".to_owned()),
        };
        match parsed {
            Ok(parsed) => Some(Some(parsed)),
            Err(advice) => self.note(key, advice, value.origin().map(str::to_owned)),
        }
    }

    /// A secret, or nothing.
    pub(super) fn optional_secret(&mut self, key: &'static str) -> Option<Option<Secret>> {
        self.optional(key, |text| match text.trim() {
            "" => Err("it is empty; leave it out or give the secret".to_owned()),
            _ => Ok(Secret::new(text)),
        })
    }

    /// Notes a problem with `key` that no getter could see.
    pub(super) fn refuse<T>(&mut self, key: &str, advice: &str) -> Option<T> {
        self.note(key, advice.to_owned(), None)
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.insert(key);
        self.values.remove(key).filter(|value| !matches!(value.kind, ValueKind::Nil))
    }

    fn missing<T>(&mut self, key: &str, advice: &str) -> Option<T> {
        self.note(key, format!("not set; {advice}"), None)
    }

    fn note<T>(&mut self, key: &str, advice: String, origin: Option<String>) -> Option<T> {
        self.problems.push(Problem { key: self.path_of(key), advice, origin });
        None
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn refuse_unknown(&mut self) {
        let known: Vec<&str> = self.known.iter().copied().collect();
        let advice = format!("there is no such setting; here are: {}", known.join(", "));
        let mut unknown: Vec<(String, Option<String>)> =
            self.values.iter().map(|(key, value)| (key.clone(), value.origin().map(str::to_owned))).collect();
        unknown.sort();
        for (key, origin) in unknown {
            self.note::<()>(&key, advice.clone(), origin);
        }
    }
}

fn lay_under(over: &mut Table, under: Table) {
    for (key, value) in under {
        match (over.get_mut(&key).map(|given| &mut given.kind), value) {
            (Some(ValueKind::Table(given)), Value { kind: ValueKind::Table(table), .. }) => {
                lay_under(given, table)
            }
            (Some(_), _) => {}
            (None, value) => drop(over.insert(key, value)),
        }
    }
}

/// Numbers are numbers in files and texts in the environment.
fn whole_number(value: &Value) -> Option<i64> {
    match &value.kind {
        ValueKind::I64(number) => Some(*number),
        ValueKind::U64(number) => i64::try_from(*number).ok(),
        ValueKind::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn plain(text: &str) -> Result<&str, String> {
    if text.chars().any(char::is_control) {
        return Err("it holds a line break or another control character".to_owned());
    }
    if text.chars().count() > MAX_TEXT {
        return Err(format!("it is longer than {MAX_TEXT} characters"));
    }
    Ok(text)
}
