//! The lexicon made ready for looking up: words numbered, phrases in a tree, codes sorted.

use rustc_hash::{FxHashMap as Map, FxHashSet as Set};

use super::items::Unit;
use super::lexicon::{Class, Consequence, Meaning};
use super::scenes::Scene;
use super::syllable::{Marks, one_edit_apart};
use super::token::{Shape, Token};
use crate::domain::indicator::Kind;

/// A number for a word of the vocabulary.
pub(super) type WordId = u32;

/// One word of a phrase.
pub(super) type PhraseWord = (String, Marks);

/// The marks of a word, and the words that a short form behind it stands for.
pub(super) type ShortBehind = (Marks, Vec<PhraseWord>);

/// A set of words of the lexicon.
pub(super) type SetId = u16;

#[derive(Debug, Default)]
pub(super) struct Node {
    pub children: Map<WordId, usize>,
    /// Any word of the set.
    pub sets: Map<SetId, usize>,
    pub ends: Vec<End>,
}

/// A phrase that ends at a node.
#[derive(Debug, Clone)]
pub(super) struct End {
    /// Those of the words that stand in the phrase itself, not in its sets.
    pub marks: Vec<Marks>,
    /// Written with “!” in the lexicon: only as it is spelled, with its marks.
    pub strict: bool,
    /// Made of sets (“mất {thing}”).
    pub made: bool,
    /// Written with “?”: typed without marks it counts only beside a figure.
    pub soft: bool,
    /// Written with “~”: it counts only alone behind a denial.
    pub denied: bool,
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
    /// A mention beside another event is what that came of.
    pub background: bool,
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
    /// What is paid is lost.
    pub pays: bool,
}

/// Where a phrase of a class stands before it, an indicator means another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub from: usize,
    pub to: usize,
    pub near: Class,
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
    /// What is counted in patrols.
    pub patrols: Option<usize>,
}

/// The lexicon made ready: words numbered, phrases in a tree, codes sorted. Its maps hash quickly: what is put into them is
/// the lexicon's own, so that nobody can choose keys that collide.
#[derive(Debug)]
pub(super) struct Book {
    pub entries: Vec<Entry>,
    pub events: Vec<EventRule>,
    pub ambiguous: Vec<Vec<usize>>,
    pub links: Links,
    pub scenes: Vec<Scene>,
    pub contexts: Vec<Context>,
    pub(super) words: Map<String, WordId>,
    /// Words with the marks that phrases give them.
    pub(super) spelled: Set<(WordId, Marks)>,
    pub(super) spellings: Vec<String>,
    pub(super) near: Map<String, Vec<WordId>>,
    pub(super) alias: Map<String, Vec<(Marks, Vec<PhraseWord>)>>,
    /// Short forms that stand for a word only behind another (“đánh bc”), by both words.
    pub(super) pairs: Map<String, Vec<ShortBehind>>,
    pub(super) nodes: Vec<Node>,
    pub(super) codes: Map<String, usize>,
    /// The place of a named set, or of the choices written in a phrase.
    pub(super) sets: Map<String, SetId>,
    /// The bits of the sets that scenes name.
    pub(super) bits: Map<SetId, u32>,
    /// Words that mean one thing even without their marks.
    pub(super) distinct: Set<WordId>,
    pub(super) owners: Map<Vec<PhraseWord>, usize>,
    /// Words of indicators, casualties and units.
    pub(super) loud: Set<WordId>,
}

impl Book {
    /// The number of a word, if it is in the vocabulary.
    pub fn word(&self, plain: &str) -> Option<WordId> {
        self.words.get(plain).copied()
    }

    /// Whether some phrase spells the word with these marks.
    pub fn is_spelled(&self, word: WordId, marks: Marks) -> bool {
        self.spelled.contains(&(word, marks))
    }

    /// Whether some phrase spells the word with these qualities of its letters, whatever its tone.
    pub fn is_spelled_so(&self, word: WordId, marks: Marks) -> bool {
        (0..=5).any(|tone| self.is_spelled(word, Marks { tone, ..marks }))
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

    /// How a word of the vocabulary is spelled, without marks.
    pub fn spelling(&self, word: WordId) -> Option<&str> {
        self.spellings.get(usize::try_from(word).ok()?).map(String::as_str)
    }

    /// Whether the word belongs to an indicator, a casualty or a unit.
    pub fn is_loud(&self, word: WordId) -> bool {
        self.loud.contains(&word)
    }

    /// The words that stand for a short or regional form.
    pub fn alias(&self, plain: &str, marks: Marks) -> Option<&[PhraseWord]> {
        let forms = self.alias.get(plain)?;
        forms.iter().find(|(typed, _)| *typed == marks).map(|(_, words)| words.as_slice())
    }

    /// The words that stand for a short form, with what it stands for behind the word `before` (“đánh bc”).
    pub fn alias_behind(&self, before: Option<&Token>, plain: &str, marks: Marks) -> Option<&[PhraseWord]> {
        let alone = self.alias(plain, marks)?;
        let key = before
            .filter(|token| token.shape == Shape::Word)
            .map(|token| (token, pair_key(&token.plain, plain)));
        let behind = key.and_then(|(token, key)| {
            self.pairs
                .get(&key)?
                .iter()
                .find(|(full, _)| token.marks.agree(*full))
                .map(|(_, words)| words.as_slice())
        });
        Some(behind.unwrap_or(alone))
    }

    /// The place of an indicator by its code in small letters.
    pub fn code_of(&self, code: &str) -> Option<usize> {
        self.codes.get(code).copied()
    }

    /// The place of an indicator by its code in any case.
    pub fn code_at(&self, code: &str) -> Option<usize> {
        self.codes.get(code).or_else(|| self.codes.get(&code.to_lowercase())).copied()
    }

    /// A node of the phrase tree.
    pub fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    /// Whether the word means one thing even without its marks.
    pub fn is_distinct(&self, word: WordId) -> bool {
        self.distinct.contains(&word)
    }

    /// The child of a node of the phrase tree; the root is 0.
    pub fn step(&self, node: usize, word: WordId) -> Option<usize> {
        self.nodes.get(node).and_then(|node| node.children.get(&word)).copied()
    }

    /// The phrases that end at a node.
    pub fn ends_at(&self, node: usize) -> &[End] {
        self.nodes.get(node).map_or(&[], |node| node.ends.as_slice())
    }
}

/// A word and every form of it with one letter less.
pub(super) fn less_one(word: &str) -> Vec<String> {
    let mut keys = vec![word.to_owned()];
    for (at, c) in word.char_indices() {
        let mut shorter = String::with_capacity(word.len());
        shorter.push_str(word.get(..at).unwrap_or_default());
        shorter.push_str(word.get(at + c.len_utf8()..).unwrap_or_default());
        keys.push(shorter);
    }
    keys
}

/// Two words as the key of what the second stands for behind the first.
pub(super) fn pair_key(first: &str, second: &str) -> String {
    format!("{first} {second}")
}
