//! Telephone and identity numbers, PINs.

use super::items::Kind;
use super::lexicon::Class;
use super::text::Text;
use super::token::Shape;

/// “MA 1234”.
pub(super) fn pin(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let len = text.is(at, Class::Pin)?;
    let colon = usize::from(text.is_sep(at + len, ':'));
    let number = text
        .token(at + len + colon)
        .filter(|t| t.shape == Shape::Number && (4..=8).contains(&t.plain.len()))?;
    Some((Kind::Pin(number.plain.clone()), len + colon + 1))
}

pub(super) fn identity(text: &Text, at: usize) -> Option<(Kind, usize)> {
    if let Some(len) = text.is(at, Class::Identity) {
        let mut next = at + len;
        next += text.is(next, Class::NumberSign).unwrap_or(0);
        next += usize::from(text.is_sep(next, ':'));
        if let Some(digits) = digit_groups(text, next) {
            return Some((Kind::Identity, next + digits - at));
        }
    }
    let token = text.token(at).filter(|t| t.shape == Shape::Number)?;
    (token.plain.len() == 12).then_some((Kind::Identity, 1))
}

/// Telephone numbers and the like by their length alone; an 8-digit number is a hamlet's code.
pub(super) fn long_number(text: &Text, at: usize) -> Option<(Kind, usize)> {
    if let Some(len) = masked_number(text, at) {
        return Some((Kind::Noise("a telephone number"), len));
    }
    let token = text.token(at).filter(|t| t.shape == Shape::Number)?;
    let phone = token.plain.len() >= 9 && token.plain.starts_with('0');
    if phone {
        return Some((Kind::Noise("a telephone number"), 1));
    }
    if token.plain.starts_with('0')
        && (3..=4).contains(&token.plain.len())
        && let Some(len) = phone_groups(text, at)
    {
        let digits: usize = (at..at + len)
            .filter_map(|i| text.token(i))
            .filter(|t| t.shape == Shape::Number)
            .map(|t| t.plain.len())
            .sum();
        if (9..=11).contains(&digits) {
            return Some((Kind::Noise("a telephone number"), len));
        }
    }
    // “THTS 12000000” is đồng, and so is what a unit says.
    let money = text.is_any(at + 1, &[Class::Dong, Class::Million]).is_some()
        || at.checked_sub(1).is_some_and(|before| text.code(before).is_some());
    if token.plain.len() == 8 && !money {
        let name = token.plain.clone();
        return Some((Kind::Hamlet { name, aside: false }, 1));
    }
    None
}

/// “0899 xxx 112”, “09xx.xxx.456”, “0977***321”: a telephone number of which digits are hidden: length in tokens.
pub(super) fn masked_number(text: &Text, at: usize) -> Option<usize> {
    let hidden = |plain: &str| plain.contains("xx") && plain.bytes().all(|b| b.is_ascii_digit() || b == b'x');
    let first = text.token(at).filter(|t| t.plain.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut masks =
        usize::from(first.shape == Shape::Opaque && first.plain.len() >= 4 && hidden(&first.plain));
    let begins = first.shape == Shape::Number && first.plain.starts_with('0') && first.plain.len() >= 2;
    if !begins && masks == 0 {
        return None;
    }
    let (mut next, mut end) = (at + 1, at + 1);
    while let Some(token) = text.token(next).filter(|_| next < at + 12) {
        match token.shape {
            Shape::Number if token.plain.len() >= 2 => end = next + 1,
            Shape::Word | Shape::Opaque if hidden(&token.plain) => {
                masks += 1;
                end = next + 1;
            }
            Shape::Sep('*') => {
                masks += 1;
                end = next + 1;
            }
            Shape::Sep('.' | '-') => {}
            _ => break,
        }
        next += 1;
    }
    let length: usize = (at..end).filter_map(|i| text.token(i)).map(|t| t.plain.len().max(1)).sum();
    (masks > 0 && (9..=16).contains(&length)).then_some(end - at)
}

/// The groups of a telephone number (“0237 3 888 999”): length in tokens.
fn phone_groups(text: &Text, at: usize) -> Option<usize> {
    if let Some(len) = digit_groups(text, at).filter(|len| *len >= 2) {
        return Some(len);
    }
    let groups =
        (at..at + 6).take_while(|i| text.token(*i).is_some_and(|t| t.shape == Shape::Number)).count();
    (groups >= 3).then_some(groups)
}

/// Groups of digits with spaces, dots or hyphens between them: length in tokens.
pub(super) fn digit_groups(text: &Text, at: usize) -> Option<usize> {
    let is_digits = |i: usize| text.token(i).is_some_and(|t| t.shape == Shape::Number && t.plain.len() >= 3);
    if !is_digits(at) {
        return None;
    }
    let mut next = at + 1;
    loop {
        if is_digits(next) {
            next += 1;
        } else if (text.is_sep(next, '.') || text.is_sep(next, '-'))
            && is_digits(next + 1)
            && text.token(next + 1).is_some_and(|t| !t.spaced)
        {
            next += 2;
        } else {
            return Some(next - at);
        }
    }
}
