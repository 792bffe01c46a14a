//! Looking up phrases: every phrase of the lexicon that begins at each token, with the words of its sets.

use smallvec::SmallVec;

use super::book::{End, SetId, WordId};
use super::lexicon::{Class, Meaning, Strength};
use super::scenes::Seen;
use super::syllable::Marks;
use super::text::{Hit, Text};
use super::token::{Shape, Token};

/// How far before a word a member of a set that covers it may begin.
const LONGEST_MEMBER: usize = 3;

/// How far before a word a phrase that covers it may begin.
const LONGEST_PHRASE: usize = 6;

/// A word of a set that begins at a token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    set: SetId,
    len: usize,
    typed: Typed,
}

/// The words of sets that begin at a token; seldom more than a few, and every token of every text has its own.
pub(super) type Members = SmallVec<[Member; 4]>;

/// The phrases that begin at a token.
pub(super) type Hits = SmallVec<[Hit; 4]>;

/// How well tokens agree with the words of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Typed {
    /// Every mark as it is spelled.
    exact: bool,
    /// No token is another word as it is typed, with a mark left out (“cán” for “cắn”).
    sure: bool,
    /// No token without marks is another word that has none (“so” for “sò”).
    whole: bool,
}

impl Typed {
    const EXACT: Typed = Typed { exact: true, sure: true, whole: true };

    fn and(self, other: Typed) -> Typed {
        Typed {
            exact: self.exact && other.exact,
            sure: self.sure && other.sure,
            whole: self.whole && other.whole,
        }
    }
}

/// What the walk through the tree of phrases finds at one token.
struct Walk {
    start: usize,
    /// The tokens that stand for words of the phrase itself.
    trail: SmallVec<[usize; 8]>,
    found: Hits,
    /// Phrases of which a token is another word as it is typed.
    doubtful: Hits,
}

impl Text<'_> {
    /// Finds the phrases and the clues of every token.
    pub(super) fn look_up(&mut self) {
        self.members = (0..self.tokens.len()).map(|at| self.members_at(at)).collect();
        self.hits = (0..self.tokens.len()).map(|at| self.phrases(at)).collect();
        self.clues = self.members.iter().map(|all| self.seen(all)).collect();
        self.cover_clues();
    }

    /// What `look` sees with another word at `at`.
    pub(super) fn with_word<T>(
        &mut self,
        at: usize,
        word: WordId,
        marks: Marks,
        look: impl Fn(&Self) -> T,
    ) -> T {
        let Some(typed) = self.tokens.get(at).map(|token| (token.word, token.marks)) else {
            return look(self);
        };
        let first = at.saturating_sub(LONGEST_MEMBER);
        let before: Vec<Members> = self.members.get(first..=at).unwrap_or_default().to_vec();
        self.set_word(at, Some(word), marks);
        self.find_members(first, at);
        let seen = look(self);
        self.set_word(at, typed.0, typed.1);
        for (members, old) in self.members.iter_mut().skip(first).zip(before) {
            *members = old;
        }
        seen
    }

    fn set_word(&mut self, at: usize, word: Option<WordId>, marks: Marks) {
        if let Some(token) = self.tokens.get_mut(at) {
            token.word = word;
            token.marks = marks;
        }
    }

    fn find_members(&mut self, first: usize, last: usize) {
        for place in first..=last {
            let found = self.members_at(place);
            if let Some(members) = self.members.get_mut(place) {
                *members = found;
            }
        }
    }

    /// Looks up again what a new word at `at` may be part of; what was found before stays.
    pub(super) fn look_again_around(&mut self, at: usize) {
        let first = at.saturating_sub(LONGEST_MEMBER);
        self.find_members(first, at);
        for place in first..=at {
            let seen = self.members.get(place).map(|members| self.seen(members)).unwrap_or_default();
            if let Some(clue) = self.clues.get_mut(place) {
                *clue = seen;
            }
        }
        for start in at.saturating_sub(LONGEST_PHRASE)..=at {
            let found = self.phrases(start);
            let Some(hits) = self.hits.get_mut(start) else { continue };
            for hit in found {
                if !hits.iter().any(|old| old.len == hit.len && old.meaning == hit.meaning) {
                    hits.push(hit);
                }
            }
        }
    }

    /// The words of sets that begin at `at`.
    fn members_at(&self, at: usize) -> Members {
        let mut found = Members::new();
        let mut node = 0;
        for (len, token) in (1..).zip(self.tokens.get(at..).unwrap_or_default()) {
            let word = if token.shape == Shape::Word { token.word } else { None };
            let Some(next) = word.and_then(|word| self.book.step(node, word)) else { break };
            node = next;
            for end in self.book.ends_at(node) {
                let Meaning::Member(set) = end.meaning else { continue };
                if let Some(typed) = self.agrees(at..at + len, end) {
                    found.push(Member { set, len, typed });
                }
            }
        }
        found
    }

    /// The phrases that begin at `at`.
    pub(super) fn phrases(&self, at: usize) -> Hits {
        let mut walk = Walk { start: at, trail: SmallVec::new(), found: Hits::new(), doubtful: Hits::new() };
        self.walk(&mut walk, 0, at, Typed::EXACT);
        let clues = self.members.get(at).is_some_and(|all| all.iter().any(|member| member.typed.sure));
        // “chêt đuôi”: where marks are left out, the longer phrase is no other word.
        let longest = walk.found.iter().map(|hit| hit.len).max().unwrap_or(0);
        if longest > 0 {
            walk.found.extend(walk.doubtful.into_iter().filter(|hit| hit.len > longest && !hit.made));
            return walk.found;
        }
        if walk.found.is_empty() && !clues { walk.doubtful } else { walk.found }
    }

    /// Follows every phrase that goes on at `node` with the token at `at`.
    fn walk(&self, walk: &mut Walk, node: usize, at: usize, typed: Typed) {
        let Some(here) = self.book.node(node) else { return };
        for end in &here.ends {
            self.take_end(walk, end, at, typed);
        }
        let Some(token) = self.tokens.get(at).filter(|token| token.shape == Shape::Word) else { return };
        if let Some(next) = token.word.and_then(|word| here.children.get(&word)) {
            walk.trail.push(at);
            self.walk(walk, *next, at + 1, typed);
            walk.trail.pop();
        }
        if here.sets.is_empty() {
            return;
        }
        for member in self.members.get(at).into_iter().flatten() {
            if let Some(next) = here.sets.get(&member.set) {
                self.walk(walk, *next, at + member.len, typed.and(member.typed));
            }
        }
    }

    fn take_end(&self, walk: &mut Walk, end: &End, at: usize, typed: Typed) {
        if matches!(end.meaning, Meaning::Member(_)) {
            return;
        }
        let Some(own) = self.agrees(walk.trail.iter().copied(), end) else { return };
        let typed = typed.and(own);
        let len = at - walk.start;
        let indicator = matches!(end.meaning, Meaning::Indicator(..));
        if end.made && indicator {
            // Two words that are found in every text are no phrase without their marks.
            let distinct = (walk.start..at)
                .filter_map(|i| self.tokens.get(i)?.word)
                .any(|word| self.book.is_distinct(word));
            let vague = len <= 2 && !distinct && !typed.exact;
            if vague || !typed.sure || (self.marked && !typed.whole) {
                return;
            }
        }
        let bare = || self.tokens.iter().skip(walk.start).take(len).all(|token| token.marks.is_bare());
        if end.denied && !self.is_denied_alone(walk.start, at) {
            return;
        }
        let meaning = match end.meaning {
            Meaning::Indicator(place, _) if end.soft && bare() => Meaning::Indicator(place, Strength::Weak),
            meaning => meaning,
        };
        let hit = Hit { len, meaning, made: end.made };
        let list = if typed.sure { &mut walk.found } else { &mut walk.doubtful };
        if !list.iter().any(|other| other.len == len && other.meaning == meaning) {
            list.push(hit);
        }
    }

    /// “khong trom, khong bac”: right behind a denial, and nothing more in its clause.
    fn is_denied_alone(&self, from: usize, to: usize) -> bool {
        let denied = from.checked_sub(1).and_then(|b| self.tokens.get(b)).is_some_and(|t| t.plain == "khong");
        let ends = self.tokens.get(to).is_none_or(|t| t.shape != Shape::Word || t.plain == "khong");
        denied && ends
    }

    /// How the tokens agree with the words of a phrase; `None` where a mark says otherwise.
    fn agrees(&self, tokens: impl Iterator<Item = usize>, end: &End) -> Option<Typed> {
        let mut typed = Typed::EXACT;
        for (full, token) in end.marks.iter().zip(tokens.filter_map(|at| self.tokens.get(at))) {
            typed = typed.and(self.typed(token, *full, end.strict)?);
        }
        Some(typed)
    }

    fn typed(&self, token: &Token, full: Marks, strict: bool) -> Option<Typed> {
        // Without tones “đôi” may be “đối”, and nothing is surely as it is spelled.
        let toneless = self.toneless || (self.half_marked && token.marks.tone == 0);
        if toneless && !token.marks.is_bare() {
            let may_be = !strict && token.marks.agree(full);
            return may_be.then_some(Typed { exact: false, sure: true, whole: true });
        }
        if token.marks == full {
            return Some(Typed::EXACT);
        }
        if strict || !token.marks.agree(full) {
            return None;
        }
        let spelled = token.word.is_some_and(|word| self.book.is_spelled(word, token.marks));
        // “kẻ” is no “kể” in a text with marks.
        if spelled && self.marked && token.marks.tone != 0 && token.marks.quality == 0 && full.quality != 0 {
            return None;
        }
        let bare = token.marks.is_bare();
        Some(Typed { exact: false, sure: !spelled || bare, whole: !spelled })
    }

    /// The kinds of words of scenes among the words of sets at a token; the longest speaks alone.
    fn seen(&self, members: &[Member]) -> Seen {
        let mut seen = Seen::default();
        for member in members.iter().filter(|member| member.typed.sure) {
            if let Some(bit) = self.book.bits.get(&member.set) {
                seen.add(*bit, member.len, member.typed.exact || member.len > 1);
            }
        }
        seen
    }

    /// A word inside a longer phrase is no clue by itself (“đạp” of “xe đạp”).
    pub(super) fn cover_clues(&mut self) {
        for at in 0..self.tokens.len() {
            let phrases = self.hits(at).iter().map(|hit| hit.len);
            let longest = phrases.max().unwrap_or(1).max(self.clues(at).len).max(1);
            // “đề nghị” is no “đề”.
            let noise = self.is_any(at, &[Class::Noise, Class::Request]).unwrap_or(0);
            if let Some(seen) = self.clues.get_mut(at).filter(|seen| seen.len < noise) {
                *seen = Seen::default();
            }
            for (inner, seen) in self.clues.iter_mut().enumerate().take(at + longest).skip(at + 1) {
                if inner + seen.len <= at + longest {
                    *seen = Seen::default();
                }
            }
        }
    }
}
