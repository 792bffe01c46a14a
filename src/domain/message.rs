//! How a text becomes parts of an SMS.
//!
//! A text whose characters all stand in the GSM 7-bit default alphabet or its extension (3GPP TS 23.038, 6.2.1) has
//! 160 septets in a single part and 153 in each of several; any other text is sent as UCS-2 with 70 or 67 units of
//! UTF-16. A character of the extension costs two septets that no part boundary separates, and neither does one
//! separate the two halves of a surrogate pair.

/// How many parts a text takes, and in which encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// The encoding that the text needs.
    pub encoding: Encoding,
    /// The number of parts; an empty text takes one.
    pub parts: usize,
}

/// The encoding of an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// GSM 7-bit default alphabet with its extension table.
    Gsm7,
    /// UTF-16 units.
    Ucs2,
}

impl Encoding {
    /// The encoding that `text` needs.
    pub fn of(text: &str) -> Self {
        if text.chars().all(is_gsm7) { Encoding::Gsm7 } else { Encoding::Ucs2 }
    }

    /// The units that `c` costs: septets or UTF-16 units.
    fn cost(self, c: char) -> usize {
        match self {
            Encoding::Gsm7 if is_extension(c) => 2,
            Encoding::Gsm7 => 1,
            Encoding::Ucs2 => c.len_utf16(),
        }
    }

    fn single(self) -> usize {
        match self {
            Encoding::Gsm7 => 160,
            Encoding::Ucs2 => 70,
        }
    }

    fn of_several(self) -> usize {
        match self {
            Encoding::Gsm7 => 153,
            Encoding::Ucs2 => 67,
        }
    }
}

/// What stands at the end of a shortened text.
const ELLIPSIS: &str = "...";

/// Whether `c` can be sent in the GSM 7-bit alphabet. A reply is counted often while it is put together, so this is a
/// comparison and no search; ESC is no character of a text.
pub fn is_gsm7(c: char) -> bool {
    matches!(c, ' '..='Z' | 'a'..='z' | '_' | '\n' | '\r')
        || is_extension(c)
        || matches!(
            c,
            '£' | '¥'
                | 'è'
                | 'é'
                | 'ù'
                | 'ì'
                | 'ò'
                | 'Ç'
                | 'Ø'
                | 'ø'
                | 'Å'
                | 'å'
                | 'Δ'
                | 'Φ'
                | 'Γ'
                | 'Λ'
                | 'Ω'
        )
        || matches!(
            c,
            'Π' | 'Ψ'
                | 'Σ'
                | 'Θ'
                | 'Ξ'
                | 'Æ'
                | 'æ'
                | 'ß'
                | 'É'
                | '¤'
                | '¡'
                | 'Ä'
                | 'Ö'
                | 'Ñ'
                | 'Ü'
                | '§'
        )
        || matches!(c, '¿' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à')
}

/// Whether `c` stands in the extension table.
fn is_extension(c: char) -> bool {
    matches!(c, '\u{c}' | '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€')
}

/// How many parts `text` takes.
pub fn parts(text: &str) -> Parts {
    let encoding = Encoding::of(text);
    let parts = if fits_one(text, encoding) { 1 } else { pieces(text, encoding).len() };
    Parts { encoding, parts }
}

/// The pieces of `text` as they lie in its parts; their concatenation is the text. They are as few as can be; among
/// those, no word is cut that need not be.
pub fn split(text: &str) -> Vec<&str> {
    let encoding = Encoding::of(text);
    if fits_one(text, encoding) { vec![text] } else { pieces(text, encoding) }
}

fn fits_one(text: &str, encoding: Encoding) -> bool {
    prefix_within(text, encoding, encoding.single()) == text.len()
}

/// The pieces of a text that does not fit into one part.
fn pieces(text: &str, encoding: Encoding) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(end_of_piece(rest, encoding));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Where the first of several pieces of `text` ends: behind a word, if that costs no further piece.
fn end_of_piece(text: &str, encoding: Encoding) -> usize {
    let longest = prefix_within(text, encoding, encoding.of_several());
    let Some((head, tail)) = text.split_at_checked(longest) else { return longest };
    if tail.is_empty() || head.ends_with(char::is_whitespace) || tail.starts_with(char::is_whitespace) {
        return longest;
    }
    let Some((at, space)) = head.char_indices().rev().find(|(_, c)| c.is_whitespace()) else {
        return longest;
    };
    let behind_word = at + space.len_utf8();
    let after_word = text.get(behind_word..).unwrap_or_default();
    if pieces_of(after_word, encoding) <= pieces_of(tail, encoding) { behind_word } else { longest }
}

/// How few pieces of several `text` fits into.
fn pieces_of(text: &str, encoding: Encoding) -> usize {
    let (mut rest, mut count) = (text, 0);
    while !rest.is_empty() {
        rest = rest.get(prefix_within(rest, encoding, encoding.of_several())..).unwrap_or_default();
        count += 1;
    }
    count
}

/// `text` if it fits into `max` parts, else its beginning with “...” that does, cut between words; a single word
/// that is too long is cut inside.
pub fn shorten(text: &str, max: usize) -> String {
    if parts(text).parts <= max {
        return text.to_owned();
    }
    let fits = |end: usize| parts(&cut_at(text, end)).parts <= max;
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let count = ends.partition_point(|end| fits(*end));
    let longest = ends.get(count.saturating_sub(1)).copied().unwrap_or(0);
    let words = text.get(..longest).and_then(|head| match text.get(longest..) {
        Some(tail) if tail.starts_with(char::is_whitespace) => Some(longest),
        _ => head.rfind(char::is_whitespace),
    });
    cut_at(text, words.filter(|end| *end > 0).unwrap_or(longest))
}

fn cut_at(text: &str, end: usize) -> String {
    let head = text.get(..end).unwrap_or_default();
    format!("{}{ELLIPSIS}", head.trim_end_matches(|c: char| c.is_whitespace() || c == ','))
}

/// The bytes of the longest prefix of `text` that costs at most `limit`.
fn prefix_within(text: &str, encoding: Encoding, limit: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += encoding.cost(c);
        if used > limit {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_alphabet_is_that_of_the_standard() {
        // 3GPP TS 23.038, 6.2.1, without the letters and digits of ASCII.
        let default = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
        let extension = "\u{c}^{}\\[~]|€";
        for c in (0..0x1_0000).filter_map(char::from_u32) {
            let letter = c.is_ascii_alphanumeric();
            assert_eq!(is_gsm7(c), letter || default.contains(c) || extension.contains(c), "{c:?}");
            assert_eq!(is_extension(c), extension.contains(c), "{c:?}");
        }
    }

    fn of(text: &str) -> (Encoding, usize) {
        let parts = parts(text);
        (parts.encoding, parts.parts)
    }

    #[test]
    fn a_text_without_marks_has_160_characters_in_one_part_and_153_in_each_of_several() {
        assert_eq!(of(""), (Encoding::Gsm7, 1));
        assert_eq!(of(&"a".repeat(160)), (Encoding::Gsm7, 1));
        assert_eq!(of(&"a".repeat(161)), (Encoding::Gsm7, 2));
        assert_eq!(of(&"a".repeat(306)), (Encoding::Gsm7, 2));
        assert_eq!(of(&"a".repeat(307)), (Encoding::Gsm7, 3));
    }

    #[test]
    fn a_text_with_marks_has_70_units_in_one_part_and_67_in_each_of_several() {
        assert_eq!(of(&"ạ".repeat(70)), (Encoding::Ucs2, 1));
        assert_eq!(of(&"ạ".repeat(71)), (Encoding::Ucs2, 2));
        assert_eq!(of(&"ạ".repeat(134)), (Encoding::Ucs2, 2));
        assert_eq!(of(&"ạ".repeat(135)), (Encoding::Ucs2, 3));
        assert_eq!(of("Đ"), (Encoding::Ucs2, 1));
        assert_eq!(of("à è ì ò ù é"), (Encoding::Gsm7, 1));
    }

    #[test]
    fn a_character_of_the_extension_costs_two_and_is_never_split() {
        assert_eq!(of(&"[".repeat(80)), (Encoding::Gsm7, 1));
        assert_eq!(of(&"[".repeat(81)), (Encoding::Gsm7, 2));
        // 152 septets are used, the bracket's two do not fit into the one that is left.
        let text = format!("{}[{}", "a".repeat(152), "b".repeat(152));
        assert_eq!(split(&text), [&"a".repeat(152), &format!("[{}", "b".repeat(151)), "b"]);
    }

    #[test]
    fn a_surrogate_pair_is_never_split() {
        let text = format!("{}😀{}", "ạ".repeat(66), "ạ".repeat(10));
        assert_eq!(split(&text), ["ạ".repeat(66), format!("😀{}", "ạ".repeat(10))]);
    }

    #[test]
    fn a_word_is_cut_only_where_the_text_would_take_another_part() {
        let words = format!("{} quang cao {}", "a".repeat(149), "b".repeat(100));
        assert_eq!(
            split(&words),
            [format!("{} ", "a".repeat(149)), format!("quang cao {}", "b".repeat(100))]
        );
        let full = format!("{} quang cao {}", "a".repeat(149), "b".repeat(146));
        assert_eq!(split(&full), [format!("{} qua", "a".repeat(149)), format!("ng cao {}", "b".repeat(146))]);
    }

    #[test]
    fn a_text_is_shortened_between_words() {
        let text = "mot hai ".repeat(30);
        let short = shorten(&text, 1);
        assert!(short.ends_with(" hai...") || short.ends_with(" mot..."), "{short}");
        assert_eq!(of(&short).1, 1);
        assert_eq!(shorten("ngan", 1), "ngan");
        assert_eq!(shorten(&"a".repeat(500), 1), format!("{}...", "a".repeat(157)));
    }

    proptest! {
        #[test]
        fn pieces_put_together_are_the_text_and_each_fits(text in "[a-z \\[€ạ😀]{0,400}") {
            let pieces = split(&text);
            let encoding = Encoding::of(&text);
            prop_assert_eq!(pieces.concat(), text.clone());
            let limit = if pieces.len() == 1 { encoding.single() } else { encoding.of_several() };
            for piece in &pieces {
                prop_assert!(piece.chars().map(|c| encoding.cost(c)).sum::<usize>() <= limit);
            }
            prop_assert_eq!(parts(&text).parts, pieces.len());
            prop_assert!(pieces.len() == 1 || pieces.len() == pieces_of(&text, encoding), "as few as can be");
        }

        #[test]
        fn a_shortened_text_fits_and_is_a_beginning(text in "\\PC{0,400}", max in 1usize..4) {
            let short = shorten(&text, max);
            prop_assert!(parts(&short).parts <= max);
            let head = short.strip_suffix(ELLIPSIS).unwrap_or(&short);
            prop_assert!(short == text || text.starts_with(head));
        }

        #[test]
        fn more_text_never_takes_fewer_parts(text in "[a-z\\[ạ😀]{0,300}", more in "[a-z\\[]{0,50}") {
            let longer = format!("{text}{more}");
            prop_assert!(parts(&longer).parts >= parts(&text).parts);
        }
    }
}
