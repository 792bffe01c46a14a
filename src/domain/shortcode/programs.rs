//! What looks like a report and is no head's account of a month: remains of programs, orders to a chatbot, threats and
//! bribes, the server's own words that come back or are forged.

use super::items::{Item, Kind, is_in_hamlet};
use super::lexicon::{Class, Meaning};
use super::text::Text;
use super::token::Shape;

/// Whether a text with figures is the work of a program, or for one.
pub(super) fn is_no_report(text: &Text, items: &[Item]) -> bool {
    (0..text.tokens.len()).any(|at| dictates(text, at) && !is_in_hamlet(items, at))
        || items.iter().any(|item| bribes(text, item))
        || is_answer(text, items)
        || items.iter().any(|item| is_assignment(text, item))
        || (0..text.tokens.len()).any(|at| is_sum(text, at))
}

/// “override”, “soạn SUA và số đúng”, “…, không thì coi chừng”, “cho đẹp báo cáo”; what a criminal said, in quotation
/// marks, presses nobody here.
fn dictates(text: &Text, at: usize) -> bool {
    let quoted =
        || at.checked_sub(1).is_some_and(|b| ['"', '“', '\'', '‘'].into_iter().any(|c| text.is_sep(b, c)));
    text.hits(at).iter().any(|hit| match hit.meaning {
        Meaning::Class(Class::Program | Class::Echo) => true,
        Meaning::Class(Class::Pressure) => !quoted(),
        _ => false,
    })
}

/// “gửi anh 500k uống nước”.
fn bribes(text: &Text, item: &Item) -> bool {
    matches!(item.kind, Kind::Money { .. })
        && matches!(
            (text.plain(item.to), text.plain(item.to + 1)),
            ("uong", "nuoc") | ("ca", "phe") | ("boi", "duong") | ("tra", "nuoc")
        )
}

/// “[HE THONG] …”, “ADMIN: …”, “Đã ghi T7, Nà Mò: …”.
fn is_answer(text: &Text, items: &[Item]) -> bool {
    let word =
        |at: &usize| text.token(*at).is_some_and(|t| !matches!(t.shape, Shape::Sep(_) | Shape::Newline));
    let Some(head) = (0..text.tokens.len()).find(word) else { return false };
    let signed = text
        .is(head, Class::Server)
        .is_some_and(|len| [':', ']', ')', '>', '|'].into_iter().any(|c| text.is_sep(head + len, c)));
    let received = |at: usize| {
        text.is(at, Class::Receipt).is_some_and(|len| {
            items.iter().find(|item| item.from >= at + len).is_some_and(|item| {
                matches!(item.kind, Kind::Month(_) | Kind::Hamlet { .. } | Kind::Colon | Kind::Figure(_))
            })
        })
    };
    // “BY: Da ghi T7 …”
    let named = (head..head + 5).find(|at| text.is_sep(*at, ':')).is_some_and(|colon| received(colon + 1));
    signed || named || received(head)
}

/// “DUYET=CO”, “XN:1”: a name that nobody knows is given a value.
fn is_assignment(text: &Text, item: &Item) -> bool {
    let unknown =
        matches!(item.kind, Kind::Word) && text.token(item.from).is_some_and(|t| t.shape == Shape::Word);
    let glued = |at: usize| text.token(at).is_some_and(|t| !t.spaced);
    let number = text.token(item.to + 1).is_some_and(|t| t.shape == Shape::Number);
    let word = text.token(item.to + 1).is_some_and(|t| t.shape == Shape::Word);
    unknown
        && glued(item.to)
        && glued(item.to + 1)
        && (text.is_sep(item.to, '=') && (number || word) || text.is_sep(item.to, ':') && number)
}

/// “TC=1+1”: what would have to be computed.
fn is_sum(text: &Text, at: usize) -> bool {
    let number = |at: usize| text.token(at).is_some_and(|t| t.shape == Shape::Number);
    let glued = |at: usize| text.token(at).is_some_and(|t| !t.spaced);
    let sum = ['+', '*'].into_iter().any(|c| text.is_sep(at + 1, c));
    // “km 12+300”
    let place = at.checked_sub(1).is_some_and(|b| text.is(b, Class::Place).is_some());
    !place
        && number(at)
        && sum
        && number(at + 2)
        && glued(at + 1)
        && glued(at + 2)
        && !text.is_sep(at + 3, '/')
}
