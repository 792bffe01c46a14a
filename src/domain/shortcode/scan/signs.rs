//! Separators and other signs, and runs of letters and digits of which nothing can be made.

use super::super::amounts::unit;
use super::super::items::{Kind, Trouble};
use super::super::lexicon::{Class, Strength};
use super::super::token::Shape;
use super::{Piece, Scanner};

impl Scanner<'_, '_> {
    pub(super) fn separator(&self, at: usize, c: char) -> Piece {
        let token = self.text.token(at);
        let spaced = token.is_some_and(|t| t.spaced);
        let next = self.text.token(at + 1);
        let number_glued = next.is_some_and(|t| t.shape == Shape::Number && !t.spaced);
        let after_code = matches!(self.last(), Some(Kind::Indicator(_, Strength::Code) | Kind::Ambiguous(_)));
        let after_sign = matches!(self.last(), Some(Kind::Trouble(_)));
        if c == '<' && self.is_heart(at) {
            return (Kind::Noise("a sign"), 2);
        }
        let kind = match c {
            // “an toàn về an ninh, trật tự”: the name of the matter itself.
            ',' if self.text.plain(at + 1) == "trat"
                && self.text.plain(at + 2) == "tu"
                && at.checked_sub(1).is_some_and(|before| self.text.plain(before) == "ninh") =>
            {
                Kind::Noise("talk")
            }
            _ if self.is_sign_of_program(at, c, after_code) => Kind::Trouble(Trouble::Illegible),
            '−' if number_glued => Kind::Trouble(Trouble::Negative),
            '-' if number_glued && matches!(self.last(), Some(Kind::Colon | Kind::Open)) => {
                Kind::Trouble(Trouble::Negative)
            }
            '-' | '−' | '–' | '—' | '‐' if spaced && number_glued => Kind::Trouble(Trouble::Negative),
            '-' | '−' | '–' | '—' | '‐' => {
                if spaced && !after_code {
                    Kind::Sep(1)
                } else {
                    Kind::Noise("a joint")
                }
            }
            '.' if number_glued && after_code => Kind::Noise("a joint"),
            '.' | '!' | '。' | '…' => Kind::Sep(3),
            '?' if matches!(self.last(), Some(Kind::Figure(_))) && !spaced => {
                Kind::Trouble(Trouble::Illegible)
            }
            '?' => Kind::Sep(3),
            // “2+ vụ”: two or more.
            '+' if matches!(self.last(), Some(Kind::Figure(_)))
                && !spaced
                && self.text.is(at + 1, Class::UnitCase).is_some() =>
            {
                Kind::Trouble(Trouble::Illegible)
            }
            ';' | '•' | '·' => Kind::Sep(2),
            ',' | '/' | '+' | '|' | '\\' | '&' | '、' => Kind::Sep(1),
            // “2 vụ trộm chó + 1 vụ trộm xe = 3 vụ”
            '=' if self.is_behind_sum() => Kind::Total,
            ':' | '=' => Kind::Colon,
            '>' if at
                .checked_sub(1)
                .is_some_and(|b| self.text.is_sep(b, '-') || self.text.is_sep(b, '='))
                && !spaced
                && !after_sign =>
            {
                Kind::Becomes
            }
            '→' => Kind::Becomes,
            '<' | '>' | '≥' | '≤' | '≈' | '±'
                if next.is_some_and(|t| matches!(t.shape, Shape::Number | Shape::Sep('='))) =>
            {
                Kind::Trouble(Trouble::Illegible)
            }
            '(' | '[' => Kind::Open,
            ')' | ']' => Kind::Close,
            _ => Kind::Noise("a sign"),
        };
        (kind, 1)
    }

    /// Whether two figures joined by “+” stand right before, each with what it counts.
    fn is_behind_sum(&self) -> bool {
        let mut figures = 0;
        let clauses = self.items.iter().rev().take_while(|item| {
            matches!(
                item.kind,
                Kind::Figure(_) | Kind::Indicator(..) | Kind::Word | Kind::Sep(1) | Kind::Noise(_)
            )
        });
        let mut plus = false;
        for item in clauses {
            figures += usize::from(matches!(item.kind, Kind::Figure(_)));
            plus |= item.kind == Kind::Sep(1) && self.text.is_sep(item.from, '+');
        }
        plus && figures >= 2
    }

    /// “the thui a <3”: at the end, behind a polite word.
    fn is_heart(&self, at: usize) -> bool {
        let polite = at.checked_sub(1).is_some_and(|b| self.text.is(b, Class::Polite).is_some());
        polite && self.text.plain(at + 1) == "3" && at + 2 == self.text.tokens.len()
    }

    /// “mốc 92 93”, “căn 0905 và 1005”: another number of the place before, which counts nothing.
    pub(super) fn second_of_place(&self, at: usize) -> Option<Piece> {
        let mut before = self.items.iter().rev().skip_while(|item| item.kind == Kind::And);
        let place =
            before.next().is_some_and(|item| item.kind == Kind::Noise("the number of a place or thing"));
        let number = self.text.token(at).is_some_and(|t| t.shape == Shape::Number);
        let ends = self
            .text
            .token(at + 1)
            .is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep('.' | ',' | ')' | ';')));
        (place && number && ends).then_some((Kind::Noise("the number of a place or thing"), 1))
    }

    /// “TC#2”, “TC!=2”, “!TC2”: signs that nobody writes between a code and its figure, or before a code.
    fn is_sign_of_program(&self, at: usize, c: char, after_code: bool) -> bool {
        let glued = self.text.token(at + 1).is_some_and(|t| !t.spaced);
        let begins =
            self.text.token(at).is_some_and(|t| t.spaced) && glued && self.text.code(at + 1).is_some();
        let compares = glued && self.text.is_sep(at + 1, '=');
        match c {
            '%' if glued => true,
            '?' | '#' | '*' | '%' | '^' => after_code,
            '$' | '@' | '~' | '{' | '}' => after_code || begins,
            '"' | '\'' | '`' | '_' => after_code && glued,
            '!' => after_code && compares || begins,
            '=' | '+' | '-' => after_code && compares,
            _ => false,
        }
    }

    /// A run of letters and digits of which nothing could be made: an age (“u42t”), a model after a thing, or trouble.
    pub(super) fn opaque(&self, at: usize) -> Kind {
        let plain = self.text.plain(at);
        let digits = plain.trim_start_matches('u').trim_end_matches('t');
        if !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Kind::Noise("an age");
        }
        // “cao 1m7”
        if plain.split_once('m').is_some_and(|(metres, rest)| {
            !metres.is_empty()
                && [metres, rest]
                    .iter()
                    .all(|part| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit()))
        }) {
            return Kind::Noise("a length");
        }
        let letters = plain.bytes().take_while(u8::is_ascii_alphabetic).count();
        if is_road(plain) {
            return Kind::Noise("a road");
        }
        // “T6 TTA15 TTB1”: between codes, before or behind it, no model.
        let text = self.text;
        let number = |i: usize| text.token(i).is_some_and(|t| t.shape == Shape::Number && !t.spaced);
        let coded = self
            .items
            .iter()
            .any(|item| matches!(item.kind, Kind::Keyword | Kind::Indicator(_, Strength::Code)))
            || (at + 1..text.tokens.len()).any(|i| text.code(i).is_some() && number(i + 1));
        if letters >= 3
            && plain.bytes().skip(letters).all(|b| b.is_ascii_digit())
            && !coded
            && unit(self.text, at + 1).is_none()
            && self.text.book.code_at(plain.get(..letters).unwrap_or_default()).is_none()
        {
            return Kind::Noise("the name of a model");
        }
        let unknown = letters >= 2 && plain.bytes().skip(letters).all(|b| b.is_ascii_digit());
        Kind::Trouble(if unknown { Trouble::UnknownCode } else { Trouble::Illegible })
    }
}

/// “QL4G”, “DT743B”: the number of a road.
fn is_road(plain: &str) -> bool {
    let number = ["ql", "tl", "dt", "hl"].iter().find_map(|kind| plain.strip_prefix(kind));
    let number = number.map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_lowercase()));
    number.is_some_and(|digits| {
        (1..=3).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && plain.len() <= digits.len() + 3
    })
}
