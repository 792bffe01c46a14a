//! Sets of words in the lexicon, and the phrases that are made of them (“mất {thing}”, “{chưa|không} thành”).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lexicon::{BadLexicon, Lexicon};

/// Words of one kind, by the name of the kind.
pub(super) type Sets = BTreeMap<String, Vec<String>>;

/// What happened, told by words of several kinds in any order (“xe tải” and “cán”), where no phrase names it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SceneWords {
    pub code: String,
    /// Names of the sets of which each must have a word in the clause.
    pub all: Vec<String>,
    /// Names of the sets of which none may.
    #[serde(default)]
    pub none: Vec<String>,
    /// Units of the figures that may count it; cases unless said.
    #[serde(default)]
    pub units: Vec<super::items::Unit>,
    /// Whether the words are too common to be the account of a case that is summed up in another sentence.
    #[serde(default)]
    pub faint: bool,
}

/// A part of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Words(String),
    /// The name of a set, or choices with “|” between them.
    Set(String),
}

/// More ways than this of reading one line of the lexicon are a mistake.
const MOST: usize = 64;

/// The parts of a phrase; several ways where a choice is empty (“{|đã} báo”) and its place may be left out.
pub(super) fn pieces(phrase: &str) -> Result<Vec<Vec<Part>>, BadLexicon> {
    let mut ways: Vec<Vec<Part>> = vec![Vec::new()];
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let unclosed = || BadLexicon::UnknownSet { phrase: phrase.to_owned(), set: after.to_owned() };
        let (name, tail) = after.split_once('}').ok_or_else(unclosed)?;
        if !before.trim().is_empty() {
            ways.iter_mut().for_each(|way| way.push(Part::Words(before.to_owned())));
        }
        let left_out = name.contains('|') && name.split('|').any(|choice| choice.trim().is_empty());
        let mut filled = ways.clone();
        filled.iter_mut().for_each(|way| way.push(Part::Set(name.to_owned())));
        if left_out {
            filled.extend(ways);
        }
        ways = filled;
        if ways.len() > MOST {
            return Err(unclosed());
        }
        rest = tail;
    }
    if !rest.trim().is_empty() {
        ways.iter_mut().for_each(|way| way.push(Part::Words(rest.to_owned())));
    }
    Ok(ways)
}

impl Lexicon {
    /// Refuses a phrase that the sets of two indicators make and that none of them writes out.
    pub(super) fn check_made(&self) -> Result<(), BadLexicon> {
        let mut owners: BTreeMap<String, &String> = BTreeMap::new();
        let lists = || {
            self.indicators.iter().flat_map(|(code, own)| {
                own.generic.iter().chain(&own.specific).chain(&own.weak).map(move |phrase| (code, phrase))
            })
        };
        let spelled: std::collections::BTreeSet<&String> =
            lists().map(|(_, phrase)| phrase).filter(|phrase| !phrase.contains('{')).collect();
        for (code, phrase) in lists().filter(|(_, phrase)| phrase.contains('{')) {
            for made in self.made(phrase)? {
                let first = owners.entry(made.clone()).or_insert(code);
                if *first != code && !spelled.contains(&made) {
                    return Err(BadLexicon::Ambiguous {
                        phrase: made,
                        first: (*first).clone(),
                        second: code.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Every phrase that `phrase` stands for.
    fn made(&self, phrase: &str) -> Result<Vec<String>, BadLexicon> {
        let mut made = Vec::new();
        for way in pieces(phrase)? {
            let mut whole = vec![String::new()];
            for part in way {
                let choices: Vec<&str> = match &part {
                    Part::Words(words) => vec![words.trim()],
                    Part::Set(name) if name.contains('|') => {
                        name.split('|').map(str::trim).filter(|choice| !choice.is_empty()).collect()
                    }
                    Part::Set(name) => {
                        self.sets.get(name).into_iter().flatten().map(String::as_str).collect()
                    }
                };
                whole = whole
                    .iter()
                    .flat_map(|head| choices.iter().map(move |choice| format!("{head} {choice}")))
                    .collect();
            }
            made.extend(whole.into_iter().map(|one| one.trim().to_owned()));
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, pieces};
    use crate::domain::shortcode::Lexicon;

    #[test]
    fn a_phrase_with_sets_is_cut_into_its_parts() {
        let words = |words: &str| Part::Words(words.to_owned());
        let set = |name: &str| Part::Set(name.to_owned());
        assert_eq!(pieces("mất {thing}").unwrap(), [vec![words("mất "), set("thing")]]);
        assert_eq!(pieces("{không|chưa} thành").unwrap(), [vec![set("không|chưa"), words(" thành")]]);
        assert_eq!(pieces("{|đã} báo").unwrap(), [vec![set("|đã"), words(" báo")], vec![words(" báo")]]);
        assert_eq!(pieces("êm").unwrap(), [vec![words("êm")]]);
        assert!(pieces("mất {thing").is_err());
    }

    #[test]
    fn no_two_indicators_make_the_same_phrase_of_sets() {
        Lexicon::shipped().unwrap().check_made().unwrap();
    }
}
