//! Number plates of vehicles and boats.

use super::items::Kind;
use super::lexicon::Class;
use super::text::Text;
use super::token::{Shape, Token};

/// “36B5-121.34”, “29H-882.10”, “90B2 345.67”, with or without “biển số” before it.
pub(super) fn plate(text: &Text, at: usize) -> Option<(Kind, usize)> {
    if let Some(found) = boat(text, at).or_else(|| spread_plate(text, at)) {
        return Some(found);
    }
    let word = text.is(at, Class::Plate).unwrap_or(0);
    let mut next = at + word;
    next += usize::from(word > 0 && text.is_sep(next, ':'));
    let region = text.token(next)?;
    let mut end = if is_plate_head(region) {
        next + 1
    } else if region.shape == Shape::Number
        && region.plain.len() == 2
        && (text.is_any(next + 1, &[Class::Million, Class::Thousand, Class::Billion]).is_none()
            || text.is_sep(next + 3, '-'))
        && text.token(next + 1).is_some_and(|t| !t.spaced && t.shape == Shape::Word && t.plain.len() <= 2)
    {
        // “29H1-404.04”: the series may end in a figure, which an hour seems to be.
        let series = |i: usize| {
            text.token(i).is_some_and(|t| !t.spaced && t.shape == Shape::Number && t.plain.len() == 1)
        };
        let joint = |i: usize| text.is_sep(i, '-') || text.is_sep(i, '.');
        next + if series(next + 2) && joint(next + 3) { 3 } else { 2 }
    } else if word > 0 && region.shape == Shape::Number {
        next + 1
    } else {
        return None;
    };
    end += usize::from(text.is_sep(end, '-') || text.is_sep(end, '.'));
    let tail = text.token(end).filter(|t| t.shape == Shape::Number && t.plain.len() >= 3);
    if tail.is_none() && word == 0 {
        return None;
    }
    end += usize::from(tail.is_some());
    if text.is_sep(end, '.') && text.token(end + 1).is_some_and(|t| t.shape == Shape::Number && !t.spaced) {
        end += 2;
    }
    Some((Kind::Noise("a number plate"), end - at))
}

/// “BTh 97345 TS”: the number of a fishing boat.
fn boat(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let digits = text.token(at).filter(|t| t.shape == Shape::Number && (4..=6).contains(&t.plain.len()))?;
    let joint = usize::from(text.is_sep(at + 1, '-'));
    let marked = text.plain(at + 1 + joint) == "ts";
    (marked && digits.shape == Shape::Number).then_some((Kind::Noise("the number of a boat"), 2 + joint))
}

/// “61-F2 556.78”: a plate with its series after a hyphen.
fn spread_plate(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let region = text.token(at).filter(|t| t.shape == Shape::Number && t.plain.len() == 2)?;
    let series = text.token(at + 2).filter(|t| !t.spaced)?;
    let lettered = matches!(series.plain.as_bytes(), [first, rest @ ..] if first.is_ascii_alphabetic() && rest.len() <= 2);
    if region.plain.is_empty() || !text.is_sep(at + 1, '-') || !lettered {
        return None;
    }
    let mut next = at + 3;
    next += usize::from(text.token(next).is_some_and(|t| !t.spaced && t.shape == Shape::Number));
    next += usize::from(text.is_sep(next, '-'));
    let tail = text.token(next).filter(|t| t.shape == Shape::Number && (3..=5).contains(&t.plain.len()))?;
    next += usize::from(!tail.plain.is_empty());
    let more =
        text.is_sep(next, '.') && text.token(next + 1).is_some_and(|t| t.shape == Shape::Number && !t.spaced);
    Some((Kind::Noise("a number plate"), next + if more { 2 } else { 0 } - at))
}

fn is_plate_head(token: &Token) -> bool {
    let bytes = token.plain.as_bytes();
    token.shape == Shape::Opaque
        && matches!(bytes, [a, b, c, ..] if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_alphabetic())
        && bytes.len() <= 5
}
