//! What looks like a report and is no head's account of a month: remains of programs, orders to a chatbot, threats and
//! bribes, the server's own words that come back or are forged.

use super::items::{Item, Kind};
use super::lexicon::Class;
use super::text::Text;
use super::token::Shape;

/// Whether a text with figures is the work of a program, or for one.
pub(super) fn is_no_report(text: &Text, items: &[Item]) -> bool {
    let said = |class| (0..text.tokens.len()).any(|at| text.is(at, class).is_some());
    said(Class::Program)
        || said(Class::Pressure)
        || said(Class::Echo)
        || is_answer(text, items)
        || items.iter().any(|item| is_assignment(text, item))
        || (0..text.tokens.len()).any(|at| is_sum(text, at))
}

/// “[HE THONG] …”, “ADMIN: …”, “Đã ghi T7, Nà Mò: …”.
fn is_answer(text: &Text, items: &[Item]) -> bool {
    let word =
        |at: &usize| text.token(*at).is_some_and(|t| !matches!(t.shape, Shape::Sep(_) | Shape::Newline));
    let Some(head) = (0..text.tokens.len()).find(word) else { return false };
    let signed = text
        .is(head, Class::Server)
        .is_some_and(|len| [':', ']', ')', '>', '|'].into_iter().any(|c| text.is_sep(head + len, c)));
    let received = text.is(head, Class::Receipt).is_some_and(|len| {
        items.iter().find(|item| item.from >= head + len).is_some_and(|item| {
            matches!(item.kind, Kind::Month(_) | Kind::Hamlet { .. } | Kind::Colon | Kind::Figure(_))
        })
    });
    signed || received
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
    number(at) && sum && number(at + 2) && glued(at + 1) && glued(at + 2) && !text.is_sep(at + 3, '/')
}
