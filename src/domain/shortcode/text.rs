//! A text as tokens with the phrases that begin at each.

use super::book::{Book, End, WordId};
use super::lexicon::{Class, Meaning, Strength};
use super::syllable::is_syllable;
use super::token::{Origin, Shape, Token};

/// A phrase found at a token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub len: usize,
    pub meaning: Meaning,
}

/// Tokens and phrases of a text.
pub(super) struct Text<'a> {
    pub book: &'a Book,
    pub tokens: Vec<Token>,
    hits: Vec<Vec<Hit>>,
    /// Whether most words bear marks, so that a word without marks means what it says.
    pub marked: bool,
    /// Whether the text has small letters, so that capitals mean something.
    pub mixed_case: bool,
}

impl<'a> Text<'a> {
    /// Looks up every phrase of `tokens`.
    pub fn new(tokens: Vec<Token>, book: &'a Book) -> Self {
        let words = || tokens.iter().filter(|t| t.shape == Shape::Word && t.plain.len() > 1);
        let with_marks = words().filter(|t| !t.marks.is_bare() && t.origin == Origin::Typed).count();
        let marked = with_marks * 2 > words().count();
        let mixed_case = words().any(|t| !t.upper);
        let mut text = Text { book, tokens, hits: Vec::new(), marked, mixed_case };
        text.hits = (0..text.tokens.len()).map(|at| text.exact_hits(at)).collect();
        for at in 0..text.tokens.len() {
            if text.is_stranger(at) {
                text.mend(at);
            }
        }
        text
    }

    /// The token at `at`.
    pub fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The lower-case ASCII form of the token at `at`, empty past the end.
    pub fn plain(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| t.plain.as_str())
    }

    /// Whether the token at `at` is the punctuation `c`.
    pub fn is_sep(&self, at: usize, c: char) -> bool {
        self.tokens.get(at).is_some_and(|t| t.shape == Shape::Sep(c))
    }

    /// The phrases that begin at `at`.
    pub fn hits(&self, at: usize) -> &[Hit] {
        self.hits.get(at).map_or(&[], Vec::as_slice)
    }

    /// The length of the longest phrase of `class` that begins at `at`.
    pub fn is(&self, at: usize, class: Class) -> Option<usize> {
        let of_class = |hit: &&Hit| hit.meaning == Meaning::Class(class);
        self.hits(at).iter().filter(of_class).map(|hit| hit.len).max()
    }

    /// The first of `classes` of which a phrase begins at `at`, with its length.
    pub fn is_any(&self, at: usize, classes: &[Class]) -> Option<usize> {
        classes.iter().filter_map(|class| self.is(at, *class)).max()
    }

    /// The longest phrase of an indicator that begins at `at`, or its code: place, strength, length.
    pub fn indicator(&self, at: usize) -> Option<(usize, Strength, usize)> {
        let found = self
            .hits(at)
            .iter()
            .filter_map(|hit| match hit.meaning {
                Meaning::Indicator(place, strength) => Some((place, strength, hit.len)),
                _ => None,
            })
            .max_by_key(|(_, _, len)| *len);
        let noise = self.noise(at).unwrap_or(0);
        if let Some(hit) = found.filter(|(_, _, len)| *len > noise) {
            return match self.code(at) {
                Some(code) if hit.2 == 1 && code == hit.0 => Some((code, Strength::Code, 1)),
                _ => Some(hit),
            };
        }
        self.code(at).filter(|_| noise <= 1).map(|code| (code, Strength::Code, 1))
    }

    /// The length of the words at `at` that only look like others; right after “vụ” and without marks “chay xe” is
    /// what happened (“cháy xe”), no noise (“chạy xe”).
    pub fn noise(&self, at: usize) -> Option<usize> {
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
        let token = self.tokens.get(at).filter(|t| t.shape == Shape::Word)?;
        let place = self.book.code_at(&token.plain)?;
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

    fn exact_hits(&self, at: usize) -> Vec<Hit> {
        let mut found = Vec::new();
        let mut node = 0;
        for (len, token) in (1..).zip(self.tokens.get(at..).unwrap_or_default()) {
            let next = if token.shape == Shape::Word { token.word } else { None };
            let Some(next) = next.and_then(|word| self.book.step(node, word)) else { break };
            node = next;
            for end in self.book.ends_at(node) {
                if self.agrees(at, end) {
                    found.push(Hit { len, meaning: end.meaning });
                }
            }
        }
        found
    }

    fn agrees(&self, at: usize, end: &End) -> bool {
        let tokens = self.tokens.get(at..).unwrap_or_default();
        end.marks
            .iter()
            .zip(tokens)
            .all(|(full, token)| if end.strict { token.marks == *full } else { token.marks.agree(*full) })
    }

    /// Whether the token is a word that the vocabulary does not know, and no code or name.
    pub fn is_stranger(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            let name = token.upper && self.mixed_case && at > 0 && !self.is_sentence_start(at);
            token.shape == Shape::Word
                && token.word.is_none()
                && token.plain.len() >= 3
                && self.book.code_at(&token.plain).is_none()
                && !name
        })
    }

    pub fn is_sentence_start(&self, at: usize) -> bool {
        match at.checked_sub(1).and_then(|before| self.tokens.get(before)) {
            None => true,
            Some(before) => matches!(before.shape, Shape::Newline | Shape::Sep(_) | Shape::Number),
        }
    }

    /// Tries to read a word with one slip as part of a phrase: of several words of which the others are right, or a
    /// single word of at least five letters that is no syllable as typed. Only one meaning may come of it.
    fn mend(&mut self, at: usize) {
        let Some(token) = self.tokens.get(at) else { return };
        let choices = self.book.neighbours(&token.plain);
        let lone = token.plain.len() >= 5 && !is_syllable(&token.plain);
        let number =
            |i: Option<usize>| i.and_then(|i| self.tokens.get(i)).is_some_and(|t| t.shape == Shape::Number);
        let (after_number, before_number) = (number(at.checked_sub(1)), number(Some(at + 1)));
        let mut best: Vec<(usize, Hit, WordId)> = Vec::new();
        for choice in choices {
            for back in 0..6_usize {
                let Some(start) = at.checked_sub(back) else { break };
                for hit in self.walk_with(start, at, choice) {
                    let unit = after_number && is_unit(&hit.meaning);
                    let month = before_number && hit.meaning == Meaning::Class(Class::Month);
                    if hit.len >= 2 || lone || unit || month {
                        best.push((start, hit, choice));
                    }
                }
            }
        }
        let Some(longest) = best.iter().map(|(_, hit, _)| hit.len).max() else { return };
        best.retain(|(_, hit, _)| hit.len == longest);
        let same = |a: &Meaning, b: &Meaning| match (a, b) {
            (Meaning::Indicator(x, _), Meaning::Indicator(y, _)) => x == y,
            _ => a == b,
        };
        let Some((start, first, choice)) = best.first().copied() else { return };
        if best.iter().all(|(_, hit, _)| same(&hit.meaning, &first.meaning)) {
            if let Some(token) = self.tokens.get_mut(at) {
                token.word = Some(choice);
                token.origin = Origin::Slip;
            }
            if let Some(hits) = self.hits.get_mut(start) {
                hits.push(first);
            }
        }
    }

    /// Whether the token is a word that nobody knows and that looks like one of an indicator or a unit: what it may
    /// hide must not be passed over.
    pub fn is_suspicious(&self, at: usize) -> bool {
        self.is_stranger(at)
            && self.tokens.get(at).is_some_and(|token| {
                self.book.neighbours(&token.plain).iter().any(|near| self.book.is_loud(*near))
            })
    }

    /// Phrases that begin at `start` and cover `at`, reading the word there as `choice`.
    fn walk_with(&self, start: usize, at: usize, choice: WordId) -> Vec<Hit> {
        let mut found = Vec::new();
        let mut node = 0;
        for (len, token) in (1..).zip(self.tokens.get(start..).unwrap_or_default()) {
            let here = start + len - 1;
            let word = if here == at { Some(choice) } else { token.word };
            let word = if token.shape == Shape::Word { word } else { None };
            let Some(next) = word.and_then(|word| self.book.step(node, word)) else { break };
            node = next;
            if here < at {
                continue;
            }
            for end in self.book.ends_at(node) {
                let agree =
                    end.marks.iter().zip(self.tokens.get(start..).unwrap_or_default()).zip(start..).all(
                        |((full, token), place)| {
                            if place == at {
                                token.marks.tone == 0 || full.tone == 0 || token.marks.tone == full.tone
                            } else {
                                token.marks.agree(*full)
                            }
                        },
                    );
                let worth = !end.strict
                    && !matches!(
                        end.meaning,
                        Meaning::Number(_) | Meaning::Class(Class::Common | Class::Noise)
                    );
                if agree && worth {
                    found.push(Hit { len, meaning: end.meaning });
                }
            }
        }
        found
    }

    /// A second look, for a figure that found no indicator: phrases at `start` of which one known word would have to
    /// be a slip (“dang bac” for “danh bac”).
    pub fn second_look(&self, start: usize) -> Option<(usize, Strength, usize)> {
        let mut found: Option<(usize, Strength, usize)> = None;
        for at in start..start + 3 {
            let Some(token) = self.tokens.get(at).filter(|t| t.shape == Shape::Word) else { break };
            let sure = [
                Class::UnitPerson,
                Class::UnitThing,
                Class::Title,
                Class::Hamlet,
                Class::Day,
                Class::UnitHouse,
            ];
            // A word that is known is what it is: only one that is none may be a slip of another.
            let known = self.book.word(&token.plain).is_some();
            if token.plain.len() < 3 || known || self.is_any(at, &sure).is_some() {
                continue;
            }
            for choice in self.book.neighbours(&token.plain) {
                for hit in self.walk_with(start, at, choice).into_iter().filter(|hit| hit.len >= 2) {
                    let Meaning::Indicator(place, strength) = hit.meaning else { continue };
                    match found {
                        Some((other, ..)) if other != place => return None,
                        Some((.., len)) if len >= hit.len => {}
                        _ => found = Some((place, strength, hit.len)),
                    }
                }
            }
        }
        found
    }
}

/// Whether a word is a unit of counting or of money.
fn is_unit(meaning: &Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Class(
            Class::UnitCase
                | Class::UnitPerson
                | Class::UnitSession
                | Class::UnitPatrol
                | Class::UnitHouse
                | Class::UnitTip
                | Class::UnitTurn
                | Class::UnitAge
                | Class::Million
                | Class::Thousand
                | Class::Billion
        )
    )
}
