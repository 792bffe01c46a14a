//! Whether other people's names or identity numbers stand in a text.

use super::items::{Item, Kind};
use super::lexicon::Class;
use super::text::Text;
use super::token::{Shape, Token};

/// A name after a title (“ông Xuân”), or an identity number; the sender's own name or signature is none, nor is that
/// of the officer who is greeted.
pub(super) fn is_personal(text: &Text, items: &[Item]) -> bool {
    items.iter().any(|item| item.kind == Kind::Identity)
        || (text.mixed_case && (0..text.tokens.len()).any(|at| is_name_told(text, at)))
}

fn is_name_told(text: &Text, at: usize) -> bool {
    let Some(len) = text.is(at, Class::Title) else { return false };
    let name = at + len;
    let capital = |at: usize| text.token(at).is_some_and(is_capital);
    if !capital(name) || text.is(name, Class::Hamlet).is_some() {
        return false;
    }
    let own = (at.saturating_sub(4)..=at).any(|i| {
        text.is_any(i, &[Class::Address, Class::Signature])
            .is_some_and(|len| i + len >= at.saturating_sub(1) && i <= at)
    });
    let called = (name..name + 4).any(|i| text.plain(i) == "oi");
    !own && !called
}

fn is_capital(token: &Token) -> bool {
    token.shape == Shape::Word && token.upper && (!token.caps || token.plain.len() == 1)
}
