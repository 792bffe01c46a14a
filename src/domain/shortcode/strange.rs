//! Words of coded texts that nobody knows: they may hide a code, a keyword or a month.

use super::items::{Item, Kind};
use super::lexicon::{Class, Strength};
use super::syllable::{is_syllable, one_edit_apart, two_edits_apart};
use super::text::Text;
use super::token::{Origin, Shape};

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
        // “ANTT T8 TC1 lorem”, “PRINT T8 TC2”: no word of any language that a head writes.
        let foreign = coded
            && text.is_stranger(item.from)
            && token.plain.len() >= 4
            && token.marks.is_bare()
            && (token.caps || !token.upper)
            && !is_syllable(&token.plain);
        (code || verb || torn || foreign).then_some(at)
    })
}

/// The item of words that may be a mistyped “đính chính”, “bổ sung”, “sửa” or “thêm” in running text.
pub(super) fn strange_verb(text: &Text, items: &[Item]) -> Option<usize> {
    const PAIRS: [(&str, &str); 4] = [("dinh", "chinh"), ("bo", "sung"), ("dieu", "chinh"), ("cai", "chinh")];
    // “LANG KON SO …”: what would be a mistyped mistake is rather a name.
    let torn = items.iter().position(|item| {
        let slip = |at: usize| text.token(at).is_some_and(|t| t.origin == Origin::Slip);
        let named = item.from.checked_sub(1).is_some_and(|b| text.is(b, Class::Hamlet).is_some());
        item.kind == Kind::Mistake && named && (item.from..item.to).any(slip)
    });
    if torn.is_some() {
        return torn;
    }
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
            let marked = || text.plain(*at) == *first && text.plain(at + 1) == *second && *second == "chinh";
            (stranger(*at, first) || stranger(at + 1, second) || marked())
                && like(*at, first)
                && like(at + 1, second)
        });
        let lone = ["them", "nham"].iter().any(|word| {
            text.is_stranger(*at)
                && text.token(*at).is_some_and(|t| !t.upper)
                && one_edit_apart(word, text.plain(*at))
        });
        pair || lone
    });
    let found = found.or_else(|| strange_head(text, items))?;
    items.iter().position(|item| item.from <= found && found < item.to)
}

/// Before anything is told: a word that may be a mistyped “SUA”, “THEM”, “nhầm” or “bổ sung” (“Suaa t8”, “ANTT THEJ T2”,
/// “sưa lại”, “o sung”), or a known one with such a slip right before a month, a code or “lại”.
fn strange_head(text: &Text, items: &[Item]) -> Option<usize> {
    let told = |kind: &Kind| matches!(kind, Kind::Indicator(..) | Kind::Figure(_) | Kind::Money { .. });
    let end = items.iter().find(|item| told(&item.kind)).map_or(0, |item| item.from);
    (0..end.min(12)).find(|at| {
        let Some(token) = text.token(*at).filter(|t| t.shape == Shape::Word) else { return false };
        let name = text.is_name(*at) && !token.caps;
        let unknown = token.word.is_none() && text.code(*at).is_none() && !name;
        let next = text.plain(at + 1);
        let like = |words: &[&str]| words.iter().any(|word| one_edit_apart(word, &token.plain));
        let spelled_wrong = matches!(token.plain.as_str(), "sua" | "them" | "nham")
            && text
                .is_any(*at, &[Class::Fix, Class::Add, Class::Mistake, Class::Slip, Class::More])
                .is_none()
            && text.hits(*at).is_empty();
        let other = text.token(at + 1).is_some_and(|next| next.word.is_none());
        let half =
            next == "sung" && like(&["bo"]) || token.plain == "bo" && other && one_edit_apart("sung", next);
        let item = items.iter().position(|item| item.from == *at);
        let follows = item.and_then(|item| items.get(item + 1)).map(|item| &item.kind);
        let before_month = matches!(follows, Some(Kind::Month(_) | Kind::Indicator(_, Strength::Code)));
        let known = matches!(
            token.plain.as_str(),
            "sa" | "su" | "ua" | "usa" | "dua" | "the" | "then" | "hem" | "tem" | "thm"
        ) && like(&["sua", "them"])
            && (before_month || next == "lai");
        (unknown && like(&["sua", "them", "nham"])) || spelled_wrong || half || known
    })
}

/// Where no month is named: the token that may be a mistyped month (“tang 5”, “thang truc”, “htg trc”, “thang szu”,
/// “thamg6”).
pub(super) fn strange_month(text: &Text) -> Option<usize> {
    (0..text.tokens.len()).find(|at| {
        let Some(token) = text.token(*at) else { return false };
        match token.shape {
            Shape::Word => is_like_month(text, *at) || is_torn_month(text, *at),
            Shape::Opaque => {
                let word = token.plain.trim_end_matches(|c: char| c.is_ascii_digit());
                let month = token.plain.get(word.len()..).and_then(|digits| digits.parse::<u32>().ok());
                let like = word == "thang" || one_edit_apart("thang", word) || one_edit_apart("thg", word);
                like && month.is_some_and(|month| (1..=12).contains(&month))
            }
            _ => false,
        }
    })
}

/// A word one slip from “tháng” or a short form of it, before what may name a month.
fn is_like_month(text: &Text, at: usize) -> bool {
    let Some(token) = text.token(at) else { return false };
    let next = text.token(at + 1);
    let small = next.and_then(super::token::Token::number).is_some_and(|n| (1..=12).contains(&n))
        || text.number_word(at + 1).is_some_and(|n| n <= 10);
    // “giao thong lam …” is no month.
    let inside = (1..=3)
        .filter_map(|back| at.checked_sub(back).map(|from| (from, back)))
        .any(|(from, back)| text.indicator(from).is_some_and(|(.., len)| len > back));
    // “hòa giải thành 2 vụ” is no “tháng 2”.
    let counted = super::amounts::unit(text, at + 2).is_some();
    let near = next.is_some_and(|t| matches!(t.plain.as_str(), "truoc" | "roi" | "nay" | "vua"));
    let long = one_edit_apart("thang", &token.plain) && !matches!(token.marks.tone, 1 | 3 | 5);
    let unknown = token.word.is_none() && text.code(at).is_none();
    let short = unknown && ["thg", "th"].iter().any(|word| one_edit_apart(word, &token.plain));
    (long || short) && !counted && !inside && (small || near)
}

/// “tháng” before a word that nobody knows, or that is one slip from a number or from “trước”.
fn is_torn_month(text: &Text, at: usize) -> bool {
    const AFTER: [&str; 12] =
        ["truoc", "roi", "muoi", "nay", "qua", "hai", "sau", "bay", "tam", "chin", "mot", "gieng"];
    let Some(next) = text.token(at + 1).filter(|t| t.shape == Shape::Word) else { return false };
    let stranger = next.word.is_none() && text.code(at + 1).is_none() && !text.is_name(at + 1);
    let torn = AFTER.iter().any(|word| one_edit_apart(word, &next.plain));
    text.plain(at) == "thang" && (stranger || torn)
}

/// “thang muoi mto”: a word behind “mười” that may be the rest of the number, though the month is named without it.
pub(super) fn cut_month(text: &Text, items: &[Item]) -> Option<usize> {
    items.iter().position(|item| {
        let ten = matches!(item.kind, Kind::Month(_)) && text.plain(item.to.saturating_sub(1)) == "muoi";
        let next = text.token(item.to).filter(|t| t.shape == Shape::Word);
        ten && next.is_some_and(|next| {
            let like = ["mot", "hai"].iter().any(|word| one_edit_apart(word, &next.plain));
            let known = next.word.is_some() && !matches!(next.plain.as_str(), "mo" | "hi" | "ha" | "ot");
            !known && (like || next.plain.len() == 1)
        })
    })
}
