//! Words of coded texts that nobody knows: they may hide a code, a keyword or a month.

use super::items::{Item, Kind};
use super::lexicon::Strength;
use super::syllable::{is_syllable, one_edit_apart, two_edits_apart};
use super::text::Text;
use super::token::Shape;

/// The item of a word in a coded text that may be a mistyped code (“TBTl”) or a mistyped “THEM” or “SUA”.
pub(super) fn strange_code(text: &Text, items: &[Item]) -> Option<usize> {
    let coded = items.iter().any(|item| matches!(item.kind, Kind::Indicator(_, Strength::Code)));
    let first = items.iter().position(|item| text.token(item.from).is_some_and(|t| t.shape == Shape::Word));
    items.iter().enumerate().find_map(|(at, item)| {
        let token = text.token(item.from).filter(|t| t.shape == Shape::Word)?;
        if !matches!(item.kind, Kind::Word) {
            return None;
        }
        let code = coded
            && token.word.is_none()
            && token.plain.len() >= 3
            && token.plain.len() <= 6
            && !token.plain.contains(['a', 'e', 'i', 'o', 'u', 'y'])
            && token.upper;
        let verb = first == Some(at)
            && token.plain.len() <= 5
            && ["them", "sua", "nham"].iter().any(|word| one_edit_apart(word, &token.plain))
            && matches!(
                items.get(at + 1).map(|i| &i.kind),
                Some(Kind::Month(_) | Kind::Indicator(_, Strength::Code))
            );
        let torn = first == Some(at)
            && token.word.is_none()
            && (3..=6).contains(&token.plain.len())
            && !is_syllable(&token.plain)
            && ["them", "sua"].iter().any(|word| two_edits_apart(word, &token.plain));
        (code || verb || torn).then_some(at)
    })
}

/// The item of words that may be a mistyped “đính chính”, “bổ sung”, “sửa” or “thêm” in running text.
pub(super) fn strange_verb(text: &Text, items: &[Item]) -> Option<usize> {
    const PAIRS: [(&str, &str); 4] = [("dinh", "chinh"), ("bo", "sung"), ("dieu", "chinh"), ("cai", "chinh")];
    if items.iter().any(|item| matches!(item.kind, Kind::Fix | Kind::Add | Kind::Mistake)) {
        return None;
    }
    let like = |at: usize, word: &str| {
        let plain = text.plain(at);
        plain == word || one_edit_apart(word, plain)
    };
    let stranger = |at: usize, word: &str| {
        text.token(at).is_some_and(|t| t.shape == Shape::Word && t.word.is_none() && t.plain != word)
    };
    let found = (0..text.tokens.len()).find(|at| {
        let pair = PAIRS.iter().any(|(first, second)| {
            let typed = like(*at, first) && like(at + 1, second);
            let marked = text.plain(*at) == *first && text.plain(at + 1) == *second && *second == "chinh";
            typed && (marked || stranger(*at, first) || stranger(at + 1, second))
        });
        let lone = ["them", "nham"].iter().any(|word| {
            text.is_stranger(*at)
                && text.token(*at).is_some_and(|t| !t.upper)
                && one_edit_apart(word, text.plain(*at))
        });
        pair || lone
    })?;
    items.iter().position(|item| item.from <= found && found < item.to)
}

/// Where no month is named: the token that may be a mistyped month (“tang 5”, “thang truc”).
pub(super) fn strange_month(text: &Text) -> Option<usize> {
    (0..text.tokens.len()).find(|at| {
        let Some(token) = text.token(*at).filter(|t| t.shape == Shape::Word) else { return false };
        let next = text.token(at + 1);
        let small = next.and_then(super::token::Token::number).is_some_and(|n| (1..=12).contains(&n))
            || text.number_word(at + 1).is_some_and(|n| n <= 10);
        let torn = next.is_some_and(|t| {
            ["truoc", "roi", "muoi", "nay", "qua"].iter().any(|word| one_edit_apart(word, &t.plain))
        });
        // “hòa giải thành 2 vụ” is no “tháng 2”.
        let counted = super::amounts::unit(text, at + 2).is_some();
        let like_month = one_edit_apart("thang", &token.plain)
            && !matches!(token.marks.tone, 1 | 3 | 5)
            && !counted
            && (small || next.is_some_and(|t| matches!(t.plain.as_str(), "truoc" | "roi" | "nay")));
        let stranger = next.is_some_and(|t| t.shape == Shape::Word && t.word.is_none() && t.plain.len() >= 3);
        like_month || (token.plain == "thang" && (stranger || torn))
    })
}
