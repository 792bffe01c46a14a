//! A text as tokens with the phrases that begin at each.

use super::book::Book;
use super::classes::Classes;
use super::lexicon::{Class, Meaning, Strength};
use super::matching::{Hits, Members};
use super::scenes::Seen;
use super::steps::step;
use super::syllable::{Marks, is_syllable};
use super::token::{Origin, Shape, Token};

/// A phrase found at a token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub len: usize,
    pub meaning: Meaning,
    /// Whether the phrase is made of sets; one that is written out speaks louder.
    pub made: bool,
}

const QUOTES: [char; 5] = ['"', '“', '”', '«', '»'];

/// An indicator at a token: its place, how much its phrase says, the length of that.
type Named = (usize, Strength, usize);

/// Tokens and phrases of a text.
pub(super) struct Text<'a> {
    pub book: &'a Book,
    pub tokens: Vec<Token>,
    pub(super) hits: Vec<Hits>,
    /// The words of sets that begin at each token.
    pub(super) members: Vec<Members>,
    pub(super) clues: Vec<Seen>,
    /// Words that may be slips of such as change what is told, of which nobody can be sure.
    pub(super) unread: Vec<usize>,
    /// What may be asked for at all: most texts have phrases of a few classes only.
    classes: Classes,
    codes: Vec<Option<usize>>,
    noises: Vec<Option<usize>>,
    indicators: Vec<Option<Named>>,
    /// Whether most words bear marks, so that a word without marks means what it says.
    pub marked: bool,
    /// Whether the text has small letters, so that capitals mean something.
    pub mixed_case: bool,
    /// Whether letters bear marks but no word a tone.
    pub(super) toneless: bool,
    /// Whether words that have a tone are typed without it here and there (“trôm”, “giao nôp”, “vu”).
    pub(super) half_marked: bool,
    /// The tokens that are quotation marks, in their order.
    quotes: Vec<usize>,
}

/// Whether no phrase has the word without a tone, as it was typed, but some phrase has it with one.
fn is_untoned(token: &Token, book: &Book) -> bool {
    token.marks.tone == 0
        && token.origin == Origin::Typed
        && token.word.is_some_and(|word| {
            !book.is_spelled(word, token.marks)
                && (1..=5).any(|tone| book.is_spelled(word, Marks { tone, ..token.marks }))
        })
}

impl<'a> Text<'a> {
    /// Looks up every phrase of `tokens`.
    pub fn new(tokens: Vec<Token>, book: &'a Book) -> Self {
        let words = || tokens.iter().filter(|t| t.shape == Shape::Word && t.plain.len() > 1);
        let with_marks = words().filter(|t| !t.marks.is_bare() && t.origin == Origin::Typed).count();
        let marked = with_marks * 2 > words().count();
        let mixed_case = words().any(|t| !t.upper);
        let untoned = words().filter(|t| is_untoned(t, book));
        let half_marked =
            with_marks > 0 && untoned.clone().any(|t| !t.marks.is_bare()) && untoned.clone().count() >= 2;
        let toneless = with_marks >= 3 && words().all(|t| t.marks.tone == 0 || t.origin != Origin::Typed);
        let mut text = Text {
            book,
            tokens,
            hits: Vec::new(),
            members: Vec::new(),
            clues: Vec::new(),
            unread: Vec::new(),
            classes: Classes::ALL,
            codes: Vec::new(),
            noises: Vec::new(),
            indicators: Vec::new(),
            marked,
            mixed_case,
            toneless,
            half_marked,
            quotes: Vec::new(),
        };
        text.quotes =
            (0..text.tokens.len()).filter(|at| QUOTES.iter().any(|c| text.is_sep(*at, *c))).collect();
        text.look_up();
        for at in 0..text.tokens.len() {
            if text.is_mendable(at) {
                text.mend(at);
            } else if text.is_misspelled(at) && !text.mend_phrase(at) && !text.is_name(at) {
                text.mend_marks(at);
            }
        }
        text.mend_within();
        text.find_joined();
        text.cover_clues();
        text.settle();
        text
    }

    /// The token at `at`.
    pub fn token(&self, at: usize) -> Option<&Token> {
        step();
        self.tokens.get(at)
    }

    /// The lower-case ASCII form of the token at `at`, empty past the end.
    pub fn plain(&self, at: usize) -> &str {
        step();
        self.tokens.get(at).map_or("", |t| t.plain.as_str())
    }

    /// Whether the token at `at` is the punctuation `c`.
    pub fn is_sep(&self, at: usize, c: char) -> bool {
        step();
        self.tokens.get(at).is_some_and(|t| t.shape == Shape::Sep(c))
    }

    /// Whether the token stands between quotation marks.
    pub fn is_quoted(&self, at: usize) -> bool {
        let before = self.quotes.partition_point(|quote| *quote < at);
        before % 2 == 1 && before < self.quotes.len()
    }

    /// The phrases that begin at `at`.
    pub fn hits(&self, at: usize) -> &[Hit] {
        step();
        self.hits.get(at).map_or(&[], Hits::as_slice)
    }

    /// The length of the longest phrase of `class` that begins at `at`.
    pub fn is(&self, at: usize, class: Class) -> Option<usize> {
        if !self.classes.contains(class) {
            return None;
        }
        let of_class = |hit: &&Hit| hit.meaning == Meaning::Class(class);
        self.hits(at).iter().filter(of_class).map(|hit| hit.len).max()
    }

    /// The length of the longest phrase of any of `classes` that begins at `at`.
    pub fn is_any(&self, at: usize, classes: &[Class]) -> Option<usize> {
        if !self.classes.contains_any(classes) {
            return None;
        }
        let wanted = |hit: &&Hit| matches!(hit.meaning, Meaning::Class(class) if classes.contains(&class));
        self.hits(at).iter().filter(wanted).map(|hit| hit.len).max()
    }

    /// Settles once what is asked of every token again and again.
    fn settle(&mut self) {
        self.classes = Classes::NONE;
        for hit in self.hits.iter().flatten() {
            if let Meaning::Class(class) = hit.meaning {
                self.classes.insert(class);
            }
        }
        let all = 0..self.tokens.len();
        self.codes = all.clone().map(|at| self.find_code(at)).collect();
        self.noises = all.clone().map(|at| self.find_noise(at)).collect();
        self.indicators = all.map(|at| self.find_indicator(at)).collect();
    }

    /// The longest phrase of an indicator that begins at `at`, or its code: place, strength, length.
    pub fn indicator(&self, at: usize) -> Option<Named> {
        self.indicators.get(at).copied().flatten()
    }

    fn find_indicator(&self, at: usize) -> Option<Named> {
        let found = self
            .hits(at)
            .iter()
            .filter(|hit| !self.ends_in_number(at, hit))
            .filter_map(|hit| match hit.meaning {
                Meaning::Indicator(place, strength) => Some((hit.made, (place, strength, hit.len))),
                _ => None,
            })
            .max_by_key(|(made, (_, strength, len))| (*len, !made, *strength != Strength::Weak))
            .map(|(_, found)| found);
        let found = found.filter(|named| !self.is_torn(at, *named));
        let noise = self.noise(at).unwrap_or(0);
        if let Some(hit) = found.filter(|(_, _, len)| *len > noise) {
            // “họp thôn về pháo” is the word, no code.
            let word = self.tokens.get(at).is_some_and(|t| !t.caps && !t.upper && t.marks.tone != 0);
            return match self.code(at) {
                Some(code) if hit.2 == 1 && code == hit.0 && !word => Some((code, Strength::Code, 1)),
                _ => Some(hit),
            };
        }
        self.code(at).filter(|_| noise <= 1).map(|code| (code, Strength::Code, 1))
    }

    /// “mat trom nam vu” is no “trộm nấm”: without marks a number word before the unit of cases counts them.
    fn ends_in_number(&self, at: usize, hit: &Hit) -> bool {
        let last = at + hit.len - 1;
        hit.made
            && hit.len >= 2
            && self.number_word(last).is_some()
            && self.tokens.get(last).is_some_and(|t| t.marks.is_bare())
            && self.is(last + 1, Class::UnitCase).is_some()
    }

    /// “khong co mat trom” is no “có mặt”: without marks, the last word of a weak phrase begins one that says more.
    fn is_torn(&self, at: usize, (_, strength, len): Named) -> bool {
        let last = at + len - 1;
        strength == Strength::Weak
            && len >= 2
            && self.tokens.get(last).is_some_and(|t| t.marks.is_bare())
            && self.hits(last).iter().any(|hit| {
                hit.len >= 2
                    && matches!(hit.meaning, Meaning::Indicator(_, Strength::Generic | Strength::Specific))
            })
    }

    /// The length of the words at `at` that only look like others.
    pub fn noise(&self, at: usize) -> Option<usize> {
        self.noises.get(at).copied().flatten()
    }

    /// Right after “vụ” and without marks “chay xe” is
    /// what happened (“cháy xe”), no noise (“chạy xe”).
    fn find_noise(&self, at: usize) -> Option<usize> {
        let len = self.is(at, Class::Noise)?;
        let spoken = self.hits(at).iter().map(|hit| hit.len).max().unwrap_or(len);
        let bare = self.tokens.get(at).is_some_and(|t| t.marks.is_bare());
        if bare && self.is_driven(at + len) {
            return Some(spoken);
        }
        let counted = bare
            && at.checked_sub(1).is_some_and(|b| self.is(b, Class::UnitCase).is_some())
            && self
                .hits(at)
                .iter()
                .any(|hit| matches!(hit.meaning, Meaning::Indicator(..)) && hit.len >= len);
        // “số vụ lừa đảo”: a phrase that begins inside “vụ lúa” and goes on takes its word back.
        let inside = self.is(at, Class::UnitCase).is_some()
            && (1..len).any(|i| {
                self.tokens.get(at + i).is_some_and(|t| t.marks.is_bare())
                    && self.hits(at + i).iter().any(|hit| {
                        matches!(hit.meaning, Meaning::Indicator(_, Strength::Generic | Strength::Specific))
                            && hit.len > (len - i).max(1)
                    })
            });
        // “tổ hòa giải thành công”: so does one of three words and more.
        let inside = inside
            || (1..len).any(|i| {
                self.hits(at + i).iter().any(|hit| {
                    matches!(hit.meaning, Meaning::Indicator(_, Strength::Generic | Strength::Specific))
                        && hit.len >= 3
                        && hit.len > len - i
                })
            });
        (!counted && !inside).then_some(len)
    }

    /// “chay xe may nguoc chieu”: words that tell how somebody drove.
    fn is_driven(&self, from: usize) -> bool {
        (from..from + 5)
            .take_while(|i| self.tokens.get(*i).is_some_and(|t| t.shape == Shape::Word))
            .any(|i| matches!(self.plain(i), "nguoc" | "lang" | "au" | "toc"))
    }

    /// The indicator whose code the token at `at` is.
    pub fn code(&self, at: usize) -> Option<usize> {
        self.codes.get(at).copied().flatten()
    }

    fn find_code(&self, at: usize) -> Option<usize> {
        let token = self.tokens.get(at).filter(|t| t.shape == Shape::Word)?;
        let place = self.book.code_of(&token.plain)?;
        // Marks other than đ, and those of TRÚ, PHÁO, KHÁC, make it a word.
        let spelled = token.marks.is_bare() || token.caps || token.marks.tone == 2 || token.marks.tone == 0;
        spelled.then_some(place)
    }

    /// The number word at `at`.
    pub fn number_word(&self, at: usize) -> Option<i64> {
        self.hits(at).iter().find_map(|hit| match hit.meaning {
            Meaning::Number(value) if hit.len == 1 => Some(value),
            _ => None,
        })
    }

    /// The ambiguous word at `at`: its place and length.
    pub fn ambiguous(&self, at: usize) -> Option<(usize, usize)> {
        self.hits(at)
            .iter()
            .filter_map(|hit| match hit.meaning {
                Meaning::Ambiguous(place) => Some((place, hit.len)),
                _ => None,
            })
            .max_by_key(|(_, len)| *len)
    }

    /// The source bytes that the tokens `from..to` cover.
    pub fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.tokens.get(from).map_or(0, |t| t.start);
        let end = to.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |t| t.end);
        (start, end.max(start))
    }

    /// The kinds of words of scenes that begin at `at`.
    pub fn clues(&self, at: usize) -> Seen {
        self.clues.get(at).copied().unwrap_or_default()
    }

    /// Whether the token is a word that the vocabulary does not know, and no code or name.
    pub fn is_stranger(&self, at: usize) -> bool {
        self.is_unknown(at) && self.tokens.get(at).is_some_and(|token| token.plain.len() >= 3)
    }

    /// Whether the token is a word of any length that the vocabulary does not know, and no code or name.
    pub fn is_unknown(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            token.shape == Shape::Word
                && token.word.is_none()
                && self.book.code_of(&token.plain).is_none()
                && !self.is_name(at)
        })
    }

    /// Whether the token begins with a capital within a sentence of small letters.
    pub fn is_name(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.upper && self.mixed_case && at > 0 && !self.is_sentence_start(at))
    }

    /// Whether the token is a stranger, or two letters of which no word can be made.
    fn is_mendable(&self, at: usize) -> bool {
        self.is_stranger(at)
            || self.tokens.get(at).is_some_and(|token| {
                token.shape == Shape::Word
                    && token.word.is_none()
                    && token.plain.len() == 2
                    && !token.upper
                    && !is_syllable(&token.plain)
                    && self.book.code_of(&token.plain).is_none()
            })
    }

    pub fn is_sentence_start(&self, at: usize) -> bool {
        match at.checked_sub(1).and_then(|before| self.tokens.get(before)) {
            None => true,
            Some(before) => matches!(before.shape, Shape::Newline | Shape::Sep(_) | Shape::Number),
        }
    }
}
