//! Making the lexicon ready: phrases put into the tree, words numbered, what contradicts itself refused.

use std::collections::HashSet;

use rustc_hash::{FxHashMap as Map, FxHashSet as Set};

use super::book::{
    Book, Context, End, Entry, EventRule, Links, Node, PhraseWord, SetId, WordId, less_one, pair_key,
};
use super::fold::{GlyphKind, fold};
use super::items::Unit;
use super::lexicon::{BadLexicon, Class, IndicatorWords, Lexicon, Meaning, Strength, is_loud, units_of};
use super::sets::{Part, Sets, pieces};
use super::syllable::Marks;
use crate::domain::indicator::{Catalogue, Indicator};

/// A step in the tree of phrases.
enum Edge {
    Word(WordId),
    Set(SetId),
}

impl Book {
    /// Makes `lexicon` ready for `catalogue`.
    pub(super) fn new(catalogue: &Catalogue, lexicon: &Lexicon) -> Result<Self, BadLexicon> {
        let mut book = Book::empty(catalogue, lexicon);
        book.check_codes(lexicon)?;
        for (class, phrases) in &lexicon.phrases {
            for phrase in phrases {
                book.insert(phrase, Meaning::Class(*class), &lexicon.sets)?;
            }
        }
        for (word, value) in &lexicon.numbers {
            book.insert(word, Meaning::Number(*value), &lexicon.sets)?;
        }
        for (word, codes) in &lexicon.ambiguous {
            let at = book.ambiguous.len();
            book.ambiguous.push(codes.iter().filter_map(|code| book.code_at(code)).collect());
            book.insert(word, Meaning::Ambiguous(at), &lexicon.sets)?;
        }
        book.insert_indicators(catalogue, lexicon)?;
        book.insert_scenes(lexicon)?;
        for word in lexicon.sets.get("distinct").into_iter().flatten() {
            for (plain, _) in split(word) {
                let id = book.word_id(&plain);
                book.distinct.insert(id);
            }
        }
        for (from, to) in &lexicon.words {
            book.insert_short(from, to)?;
        }
        book.index_neighbours();
        Ok(book)
    }

    /// A short form and its words; where it is told with the word before it (“đánh bc”), it stands for them only there.
    fn insert_short(&mut self, from: &str, to: &str) -> Result<(), BadLexicon> {
        let mut typed = split(from).into_iter();
        let first = typed.next().ok_or_else(|| BadLexicon::Empty(from.to_owned()))?;
        let mut target = split(to);
        for (word, _) in &target {
            self.word_id(word);
        }
        match typed.next() {
            Some((second, _)) => {
                target.retain(|word| *word != first);
                self.pairs.entry(pair_key(&first.0, &second)).or_default().push((first.1, target));
            }
            None => self.alias.entry(first.0).or_default().push((first.1, target)),
        }
        Ok(())
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
            background: lexicon.indicators.get(&indicator.code).is_some_and(|words| words.background),
            event: lexicon.events.iter().position(|event| event.codes.contains(&indicator.code)),
        };
        let entries: Vec<Entry> = catalogue.iter().map(entry).collect();
        let codes = entries.iter().enumerate().map(|(at, entry)| (entry.lower.clone(), at)).collect();
        Book {
            entries,
            events: Vec::new(),
            ambiguous: Vec::new(),
            links: Links::default(),
            scenes: Vec::new(),
            contexts: Vec::new(),
            words: Map::default(),
            spelled: Set::default(),
            spellings: Vec::new(),
            near: Map::default(),
            alias: Map::default(),
            pairs: Map::default(),
            nodes: vec![Node::default()],
            codes,
            sets: Map::default(),
            bits: Map::default(),
            distinct: Set::default(),
            owners: Map::default(),
            loud: Set::default(),
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
                pays: event.pays,
            };
            self.events.push(rule);
        }
        for context in &lexicon.contexts {
            let place = |code: &String| self.code_at(code).ok_or_else(|| unknown(code));
            let (from, to) = (place(&context.from)?, place(&context.to)?);
            self.contexts.push(Context { from, to, near: context.near });
        }
        self.links = Links {
            mediation: lexicon.mediation.of.iter().filter_map(|code| self.code_at(code)).collect(),
            succeeded: self.code_at(&lexicon.mediation.succeeded),
            failed: self.code_at(&lexicon.mediation.failed),
            loss: self.code_at(&lexicon.losses.default),
            meetings: self.code_at(&lexicon.attendance.of),
            attendance: self.code_at(&lexicon.attendance.people),
            patrols: self.entries.iter().position(|entry| entry.units.first() == Some(&Unit::Patrol)),
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
                    self.insert_indicator(phrase, at, strength, &lexicon.sets)?;
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
                    self.insert_indicator(synonym, at, Strength::Specific, &lexicon.sets)?;
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
                    | Class::UnitPerson
            ),
            _ => false,
        }) || words.first().is_some_and(|(word, _)| word == "vu" && words.len() > 1)
    }

    fn insert_indicator(
        &mut self,
        phrase: &str,
        at: usize,
        strength: Strength,
        sets: &Sets,
    ) -> Result<(), BadLexicon> {
        if phrase.contains('{') {
            return self.insert(phrase, Meaning::Indicator(at, strength), sets);
        }
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
        self.insert(phrase, Meaning::Indicator(at, strength), sets)
    }

    /// Adds a phrase; one with sets (“mất {thing}”, “{chưa|không} thành”) for every way of filling them.
    pub(super) fn insert(&mut self, phrase: &str, meaning: Meaning, sets: &Sets) -> Result<(), BadLexicon> {
        let is = |sign: char| phrase.contains(sign);
        let mut end = End {
            marks: Vec::new(),
            strict: is('!'),
            made: is('{'),
            soft: is('?'),
            denied: is('~'),
            meaning,
        };
        for parts in pieces(phrase)? {
            let mut at = 0;
            let mut marks = Vec::new();
            for part in parts {
                at = match part {
                    Part::Words(words) => {
                        for (word, mark) in split(&words) {
                            let id = self.word_id(&word);
                            self.spelled.insert((id, mark));
                            if is_loud(meaning) && !end.made {
                                self.loud.insert(id);
                            }
                            at = self.child(at, Edge::Word(id));
                            marks.push(mark);
                        }
                        at
                    }
                    Part::Set(name) => {
                        let set = self.set(&name, phrase, sets)?;
                        self.child(at, Edge::Set(set))
                    }
                };
            }
            if at == 0 {
                return Err(BadLexicon::Empty(phrase.to_owned()));
            }
            end.marks = marks;
            if let Some(node) = self.nodes.get_mut(at) {
                node.ends.push(end.clone());
            }
        }
        Ok(())
    }

    fn child(&mut self, at: usize, edge: Edge) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return 0 };
        let child = match edge {
            Edge::Word(word) => *node.children.entry(word).or_insert(next),
            Edge::Set(set) => *node.sets.entry(set).or_insert(next),
        };
        if child == next {
            self.nodes.push(Node::default());
        }
        child
    }

    /// The set with this name, or of these choices; its words are added when it is first named.
    pub(super) fn set(&mut self, name: &str, phrase: &str, sets: &Sets) -> Result<SetId, BadLexicon> {
        if let Some(set) = self.sets.get(name) {
            return Ok(*set);
        }
        let unknown = || BadLexicon::UnknownSet { phrase: phrase.to_owned(), set: name.to_owned() };
        let set = SetId::try_from(self.sets.len()).map_err(|_| unknown())?;
        self.sets.insert(name.to_owned(), set);
        let words: Vec<String> = if name.contains('|') {
            name.split('|')
                .map(|choice| choice.trim().to_owned())
                .filter(|choice| !choice.is_empty())
                .collect()
        } else {
            sets.get(name).ok_or_else(unknown)?.clone()
        };
        for word in &words {
            self.insert(word, Meaning::Member(set), sets)?;
        }
        Ok(set)
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

    pub(super) fn ends(&self, words: &[PhraseWord]) -> Vec<End> {
        let mut node = 0;
        for (word, _) in words {
            let Some(next) = self.word(word).and_then(|id| self.step(node, id)) else { return Vec::new() };
            node = next;
        }
        let agrees = |end: &&End| end.marks.iter().zip(words).all(|(full, (_, marks))| marks.agree(*full));
        self.ends_at(node).iter().filter(agrees).cloned().collect()
    }
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
