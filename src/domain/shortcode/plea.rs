//! Calls for help in plain words.

use super::items::{Item, Kind, Unit};
use super::lexicon::Class;
use super::text::Text;

/// “cháy chợ rồi các anh ơi, gọi cứu hỏa”, “mời công an qua gấp”: somebody is called or told to act, something happens that
/// they are called for, and nothing is dated, denied or counted in cases.
pub(super) fn pleads(text: &Text, items: &[Item]) -> bool {
    let account = items.iter().any(|item| match &item.kind {
        Kind::Figure(figure) => matches!(figure.unit, Unit::Case | Unit::Instance | Unit::None),
        Kind::Month(word) => !matches!(word, super::items::MonthWord::Bad),
        Kind::Money { .. }
        | Kind::Date { .. }
        | Kind::DayAgo(1..)
        | Kind::Keyword
        | Kind::Hedge
        | Kind::Plan => true,
        _ => false,
    });
    // “vụ này viết mã nào, chỉ giúp với”: help with the text is asked for.
    let taught = (0..text.tokens.len()).any(|at| text.is(at, Class::Help).is_some());
    if account || taught || is_over(text) {
        return false;
    }
    let all = || 0..text.tokens.len();
    let event = all().any(|at| super::intent::is_event(text, at) || ambiguous_event(items, at));
    let number = |at: usize| {
        let here = |at: usize| matches!(text.plain(at), "113" | "114" | "115");
        here(at + 1) && matches!(text.plain(at), "goi" | "bao" | "keu")
            || here(at) && text.plain(at + 1) == "oi"
    };
    let asked = all().any(|at| (text.is(at, Class::Call).is_some() || number(at)) && !is_past(text, at));
    event && asked && all().any(|at| is_urging(text, at))
}

/// “lũ cuốn trôi”: something that may be one thing or another, but happens.
fn ambiguous_event(items: &[Item], at: usize) -> bool {
    items
        .iter()
        .any(|item| item.from == at && matches!(item.kind, Kind::Ambiguous(_)) && item.to - item.from >= 2)
}

/// “đã gọi cứu hỏa”, “được đưa đi cấp cứu”: told, not called for.
fn is_past(text: &Text, at: usize) -> bool {
    (at.saturating_sub(3)..at).any(|i| matches!(text.plain(i), "da" | "duoc" | "nho" | "kip" | "chua"))
}

/// “dập xong”, “êm rồi”, “bữa trước”: it is over.
fn is_over(text: &Text) -> bool {
    text.tokens.iter().any(|t| matches!(t.plain.as_str(), "nghe" | "bua" | "kip" | "het")) || is_settled(text)
}

/// “dập xong”, “giải tán rồi”: what happened is said to be over.
pub(super) fn is_settled(text: &Text) -> bool {
    (0..text.tokens.len()).any(|at| {
        let done = matches!(text.plain(at), "dap" | "giai" | "em" | "on" | "ve" | "cuu" | "dua");
        done && matches!(text.plain(at + 1), "xong" | "duoc" | "tat" | "roi" | "on")
    })
}

/// “các anh ơi”, “giúp với”, “ngay”: words that only one who calls would add.
fn is_urging(text: &Text, at: usize) -> bool {
    let near = |i: usize| {
        matches!(
            text.plain(i),
            "oi" | "voi" | "giup" | "gium" | "dum" | "gap" | "le" | "mau" | "lien" | "nhanh"
        )
    };
    let at_once = text.is(at, Class::AtOnce).is_some()
        && text.token(at + 1).is_none_or(|t| t.shape != super::token::Shape::Number);
    near(at) || at_once || text.is(at, Class::Call).is_some_and(|len| len >= 2)
}
