//! The lexicon made ready for looking up: words numbered, phrases in a tree, codes sorted.

use std::collections::{HashMap, HashSet};

use super::fold::{GlyphKind, fold};
use super::items::Unit;
use super::lexicon::{
    BadLexicon, Class, Consequence, IndicatorWords, Lexicon, Meaning, Strength, is_loud, units_of,
};
use super::syllable::{Marks, one_edit_apart};
use crate::domain::indicator::{Catalogue, Indicator, Kind};

/// A number for a word of the vocabulary.
pub(super) type WordId = u32;

/// One word of a phrase.
pub(super) type PhraseWord = (String, Marks);

#[derive(Debug, Default)]
struct Node {
    children: HashMap<WordId, usize>,
    ends: Vec<End>,
}

/// A phrase that ends at a node.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub marks: Vec<Marks>,
    /// Written with “!” in the lexicon: only as it is spelled, with its marks.
    pub strict: bool,
    pub meaning: Meaning,
}

/// An indicator as the reader needs it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub id: i32,
    pub code: String,
    pub lower: String,
    pub kind: Kind,
    /// Units in which it may be told.
    pub units: Vec<Unit>,
    pub max: i64,
    /// A mention without a figure is no reason to ask.
    pub quiet: bool,
    pub event: Option<usize>,
}

/// Where the consequences of an event go.
#[derive(Debug, Clone, Default)]
pub(super) struct EventRule {
    pub dead: Option<usize>,
    pub hurt: Option<usize>,
    pub loss: Option<usize>,
    pub silent: Vec<Consequence>,
    pub bare_loss: bool,
}

/// Indicators that the grammar knows by their part in a sentence; `None` where the catalogue has none.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    pub mediation: Vec<usize>,
    pub succeeded: Option<usize>,
    pub failed: Option<usize>,
    pub loss: Option<usize>,
    pub meetings: Option<usize>,
    pub attendance: Option<usize>,
}

/// The lexicon made ready: words numbered, phrases in a tree, codes sorted.
#[derive(Debug)]
pub(super) struct Book {
    pub entries: Vec<Entry>,
    pub events: Vec<EventRule>,
    pub ambiguous: Vec<Vec<usize>>,
    pub links: Links,
    words: HashMap<String, WordId>,
    spellings: Vec<String>,
    near: HashMap<String, Vec<WordId>>,
    alias: HashMap<(String, Marks), Vec<PhraseWord>>,
    nodes: Vec<Node>,
    codes: HashMap<String, usize>,
    owners: HashMap<Vec<PhraseWord>, usize>,
    /// Words of indicators, casualties and units.
    loud: HashSet<WordId>,
}

impl Book {
    /// Makes `lexicon` ready for `catalogue`.
    pub fn new(catalogue: &Catalogue, lexicon: &Lexicon) -> Result<Self, BadLexicon> {
        let mut book = Book::empty(catalogue, lexicon);
        book.check_codes(lexicon)?;
        for (class, phrases) in &lexicon.phrases {
            for phrase in phrases {
                book.insert(phrase, Meaning::Class(*class))?;
            }
        }
        for (word, value) in &lexicon.numbers {
            book.insert(word, Meaning::Number(*value))?;
        }
        for (word, codes) in &lexicon.ambiguous {
            let at = book.ambiguous.len();
            book.ambiguous.push(codes.iter().filter_map(|code| book.code_at(code)).collect());
            book.insert(word, Meaning::Ambiguous(at))?;
        }
        book.insert_indicators(catalogue, lexicon)?;
        for (from, to) in &lexicon.words {
            let key = split(from).into_iter().next().ok_or_else(|| BadLexicon::Empty(from.clone()))?;
            let target = split(to);
            for (word, _) in &target {
                book.word_id(word);
            }
            book.alias.insert(key, target);
        }
        book.index_neighbours();
        Ok(book)
    }

    fn empty(catalogue: &Catalogue, lexicon: &Lexicon) -> Self {
        let quiet: HashSet<&String> =
            lexicon.indicators.iter().filter(|(_, words)| words.quiet).map(|(code, _)| code).collect();
        let entry = |indicator: &Indicator| Entry {
            id: indicator.id,
            code: indicator.code.clone(),
            lower: indicator.code.to_lowercase(),
            kind: indicator.kind,
            units: units_of(&indicator.unit, lexicon.indicators.get(&indicator.code)),
            max: indicator.max,
            quiet: quiet.contains(&indicator.code),
            event: lexicon.events.iter().position(|event| event.codes.contains(&indicator.code)),
        };
        let entries: Vec<Entry> = catalogue.iter().map(entry).collect();
        let codes = entries.iter().enumerate().map(|(at, entry)| (entry.lower.clone(), at)).collect();
        Book {
            entries,
            events: Vec::new(),
            ambiguous: Vec::new(),
            links: Links::default(),
            words: HashMap::new(),
            spellings: Vec::new(),
            near: HashMap::new(),
            alias: HashMap::new(),
            nodes: vec![Node::default()],
            codes,
            owners: HashMap::new(),
            loud: HashSet::new(),
        }
    }

    fn check_codes(&mut self, lexicon: &Lexicon) -> Result<(), BadLexicon> {
        let unknown = |code: &String| BadLexicon::UnknownCode(code.clone());
        for code in lexicon.indicators.keys().chain(lexicon.ambiguous.values().flatten()) {
            self.code_at(code).ok_or_else(|| unknown(code))?;
        }
        for event in &lexicon.events {
            for code in &event.codes {
                self.code_at(code).ok_or_else(|| unknown(code))?;
            }
            let find = |code: &Option<String>| {
                code.as_ref().map(|code| self.code_at(code).ok_or_else(|| unknown(code))).transpose()
            };
            let rule = EventRule {
                dead: find(&event.dead)?,
                hurt: find(&event.hurt)?,
                loss: find(&event.loss)?,
                silent: event.silent.clone(),
                bare_loss: event.bare_loss,
            };
            self.events.push(rule);
        }
        self.links = Links {
            mediation: lexicon.mediation.of.iter().filter_map(|code| self.code_at(code)).collect(),
            succeeded: self.code_at(&lexicon.mediation.succeeded),
            failed: self.code_at(&lexicon.mediation.failed),
            loss: self.code_at(&lexicon.losses.default),
            meetings: self.code_at(&lexicon.attendance.of),
            attendance: self.code_at(&lexicon.attendance.people),
        };
        Ok(())
    }

    fn insert_indicators(&mut self, catalogue: &Catalogue, lexicon: &Lexicon) -> Result<(), BadLexicon> {
        for (at, indicator) in catalogue.iter().enumerate() {
            let empty = IndicatorWords::default();
            let own = lexicon.indicators.get(&indicator.code).unwrap_or(&empty);
            let lists = [
                (&own.generic, Strength::Generic),
                (&own.specific, Strength::Specific),
                (&own.weak, Strength::Weak),
            ];
            for (list, strength) in lists {
                for phrase in list {
                    self.insert_indicator(phrase, at, strength)?;
                }
            }
            let marked: HashSet<Vec<String>> = indicator
                .synonyms
                .iter()
                .filter(|synonym| !synonym.is_ascii())
                .map(|synonym| split(synonym).into_iter().map(|(word, _)| word).collect())
                .collect();
            // “chết tai nạn”, “thiệt hại do cháy”: the grammar joins event and consequence.
            let joined = |rule: &EventRule| [rule.dead, rule.hurt, rule.loss].contains(&Some(at));
            let own = self.entries.get(at).and_then(|entry| entry.event);
            let skip = own.is_none() && self.events.iter().any(joined);
            for synonym in indicator.synonyms.iter().filter(|_| !skip) {
                let words = split(synonym);
                let bare = words.iter().all(|(_, marks)| marks.is_bare());
                let plain: Vec<String> = words.iter().map(|(word, _)| word.clone()).collect();
                if words.is_empty() || (bare && marked.contains(&plain)) || self.is_shadowed(&words) {
                    continue;
                }
                if self.owners.get(&words) != Some(&at) {
                    self.insert_indicator(synonym, at, Strength::Specific)?;
                }
            }
        }
        Ok(())
    }

    /// Synonyms of the catalogue that the lexicon reads otherwise (“khác”, “thiệt hại”, “bị bỏng”, “vụ cháy”).
    fn is_shadowed(&self, words: &[PhraseWord]) -> bool {
        self.ends(words).iter().any(|end| match end.meaning {
            Meaning::Class(class) => matches!(
                class,
                Class::More
                    | Class::Rest
                    | Class::Loss
                    | Class::LossAll
                    | Class::Hurt
                    | Class::Dead
                    | Class::UnitTurn
            ),
            _ => false,
        }) || words.first().is_some_and(|(word, _)| word == "vu" && words.len() > 1)
    }

    fn insert_indicator(&mut self, phrase: &str, at: usize, strength: Strength) -> Result<(), BadLexicon> {
        let words = split(phrase);
        if let Some(first) = self.owners.get(&words).filter(|owner| **owner != at) {
            let code = |at: usize| self.entries.get(at).map(|entry| entry.code.clone()).unwrap_or_default();
            return Err(BadLexicon::Ambiguous {
                phrase: phrase.to_owned(),
                first: code(*first),
                second: code(at),
            });
        }
        if self.owners.contains_key(&words) {
            return Ok(());
        }
        self.owners.insert(words, at);
        self.insert(phrase, Meaning::Indicator(at, strength))
    }

    fn insert(&mut self, phrase: &str, meaning: Meaning) -> Result<(), BadLexicon> {
        let words = split(phrase);
        if words.is_empty() {
            return Err(BadLexicon::Empty(phrase.to_owned()));
        }
        let mut at = 0;
        for (word, _) in &words {
            let id = self.word_id(word);
            if is_loud(meaning) {
                self.loud.insert(id);
            }
            let next = self.nodes.len();
            let node = self.nodes.get_mut(at);
            let child = node.map(|node| *node.children.entry(id).or_insert(next)).unwrap_or(0);
            if child == next {
                self.nodes.push(Node::default());
            }
            at = child;
        }
        let marks = words.iter().map(|(_, marks)| *marks).collect();
        if let Some(node) = self.nodes.get_mut(at) {
            node.ends.push(End { marks, strict: phrase.starts_with('!'), meaning });
        }
        Ok(())
    }

    fn word_id(&mut self, word: &str) -> WordId {
        if let Some(id) = self.words.get(word) {
            return *id;
        }
        let id = WordId::try_from(self.spellings.len()).unwrap_or(WordId::MAX);
        self.words.insert(word.to_owned(), id);
        self.spellings.push(word.to_owned());
        id
    }

    /// For every word, itself and itself less one letter, so that neighbours by one edit share a key.
    fn index_neighbours(&mut self) {
        for (at, spelling) in self.spellings.iter().enumerate() {
            let id = WordId::try_from(at).unwrap_or(WordId::MAX);
            for key in less_one(spelling) {
                self.near.entry(key).or_default().push(id);
            }
        }
    }

    /// The number of a word, if it is in the vocabulary.
    pub fn word(&self, plain: &str) -> Option<WordId> {
        self.words.get(plain).copied()
    }

    /// Words of the vocabulary one edit away from `plain`.
    pub fn neighbours(&self, plain: &str) -> Vec<WordId> {
        let mut found: Vec<WordId> =
            less_one(plain).iter().filter_map(|key| self.near.get(key)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|id| {
            let spelling = usize::try_from(*id).ok().and_then(|at| self.spellings.get(at));
            spelling.is_some_and(|spelling| one_edit_apart(spelling, plain))
        });
        found
    }

    /// Whether the word belongs to an indicator, a casualty or a unit.
    pub fn is_loud(&self, word: WordId) -> bool {
        self.loud.contains(&word)
    }

    /// The words that stand for a short or regional form.
    pub fn alias(&self, plain: &str, marks: Marks) -> Option<&[PhraseWord]> {
        self.alias.get(&(plain.to_owned(), marks)).map(Vec::as_slice)
    }

    /// The place of an indicator by its code in any case.
    pub fn code_at(&self, code: &str) -> Option<usize> {
        self.codes.get(code).or_else(|| self.codes.get(&code.to_lowercase())).copied()
    }

    /// The child of a node of the phrase tree; the root is 0.
    pub fn step(&self, node: usize, word: WordId) -> Option<usize> {
        self.nodes.get(node).and_then(|node| node.children.get(&word)).copied()
    }

    /// The phrases that end at a node.
    pub fn ends_at(&self, node: usize) -> &[End] {
        self.nodes.get(node).map_or(&[], |node| node.ends.as_slice())
    }

    fn ends(&self, words: &[PhraseWord]) -> Vec<End> {
        let mut node = 0;
        for (word, _) in words {
            let Some(next) = self.word(word).and_then(|id| self.step(node, id)) else { return Vec::new() };
            node = next;
        }
        let agrees = |end: &&End| end.marks.iter().zip(words).all(|(full, (_, marks))| marks.agree(*full));
        self.ends_at(node).iter().filter(agrees).cloned().collect()
    }
}

/// A word and every form of it with one letter less.
fn less_one(word: &str) -> Vec<String> {
    let mut keys = vec![word.to_owned()];
    for (at, c) in word.char_indices() {
        let mut shorter = String::with_capacity(word.len());
        shorter.push_str(word.get(..at).unwrap_or_default());
        shorter.push_str(word.get(at + c.len_utf8()..).unwrap_or_default());
        keys.push(shorter);
    }
    keys
}

/// The words of a phrase, folded, with their marks.
pub(super) fn split(phrase: &str) -> Vec<PhraseWord> {
    let mut words: Vec<PhraseWord> = Vec::new();
    let mut open = false;
    for glyph in fold(phrase) {
        let is_letter = matches!(glyph.kind, GlyphKind::Letter | GlyphKind::Digit);
        if is_letter && !open {
            words.push((String::new(), Marks::default()));
        }
        open = is_letter;
        if let (true, Some((word, marks))) = (is_letter, words.last_mut()) {
            *marks = marks.with_quality(word.len(), glyph.quality);
            marks.tone = if glyph.tone == 0 { marks.tone } else { glyph.tone };
            word.push(glyph.plain);
        }
    }
    words
}
