//! Figures and sums of money, in digits and in words.

use super::items::Unit;
use super::lexicon::{Class, Meaning};
use super::text::Text;
use super::token::{Shape, Token};

/// A number as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    pub value: i64,
    /// With a decimal point: the number in thousandths.
    pub thousandths: Option<i64>,
    pub len: usize,
    pub in_words: bool,
    /// Two number words in a row: “hai ba” is two or three.
    pub either: bool,
}

/// The number in digits or words at `at`.
pub(super) fn amount(text: &Text, at: usize) -> Option<Amount> {
    digits(text, at).or_else(|| words(text, at))
}

/// The number in digits at `at`, with its groups of thousands or its decimals.
pub(super) fn digits(text: &Text, at: usize) -> Option<Amount> {
    let value = text.token(at)?.number()?;
    let mut amount = Amount { value, thousandths: None, len: 1, in_words: false, either: false };
    if let Some(scaled) = scaled(text, at, value) {
        return Some(scaled);
    }
    let group = |sep: usize| -> Option<&str> {
        let joined = |i: usize| text.token(i).is_some_and(|t| !t.spaced);
        let is_point = text.is_sep(sep, '.') || text.is_sep(sep, ',');
        let next = text.token(sep + 1).filter(|t| t.shape == Shape::Number)?;
        (is_point && joined(sep) && joined(sep + 1)).then_some(next.plain.as_str())
    };
    while let Some(digits) = group(at + amount.len).filter(|digits| digits.len() == 3) {
        if amount.value == 0 || (amount.len == 1 && text.plain(at).len() > 3) {
            break;
        }
        amount.value = amount.value.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        amount.len += 2;
    }
    if let Some(digits) = group(at + amount.len).filter(|digits| digits.len() <= 2) {
        let fraction: i64 = digits.parse().ok()?;
        let scale = if digits.len() == 1 { 100 } else { 10 };
        amount.thousandths = Some(amount.value.checked_mul(1000)?.checked_add(fraction * scale)?);
        amount.len += 2;
    }
    Some(amount)
}

/// “1 tá”, “2 chục”, “2 trăm rưỡi”, “3 trăm 20”: digits with a word that multiplies them.
fn scaled(text: &Text, at: usize, value: i64) -> Option<Amount> {
    let scale = text
        .number_word(at + 1)
        .filter(|scale| matches!(scale, 10 | 12 | 100) && (1..100).contains(&value))
        .filter(|scale| *scale != 100 || !is_station(text, at + 1))?;
    let mut amount =
        Amount { value: value * scale, thousandths: None, len: 2, in_words: false, either: false };
    if text.is(at + 2, Class::Half).is_some() && scale == 100 {
        amount.value += 50;
        amount.len += 1;
    } else if scale == 100 {
        let odd = text.is(at + 2, Class::Odd).unwrap_or(0);
        let rest = text.token(at + 2 + odd).and_then(Token::number).filter(|rest| *rest < 100);
        let counted = unit(text, at + 3 + odd).is_some();
        if let Some(rest) = rest.filter(|_| counted) {
            amount.value += if rest < 10 && odd == 0 { rest * 10 } else { rest };
            amount.len += 1 + odd;
        }
    }
    Some(amount)
}

/// “1 tram y te” is “trạm”.
fn is_station(text: &Text, at: usize) -> bool {
    text.token(at).is_some_and(|t| t.marks.is_bare())
        && matches!(
            text.plain(at + 1),
            "y" | "bom" | "dien" | "xa" | "bien" | "thu" | "kiem" | "gac" | "bvtv"
        )
}

/// The number in words at `at` (“mười lăm”, “hai mươi ba”, “một trăm linh hai”).
pub(super) fn words(text: &Text, at: usize) -> Option<Amount> {
    // “lăm” and “tư” are figures only after a ten; “làm” and “từ” look like them.
    if !may_be_number(text, at) || matches!(text.plain(at), "lam" | "nham" | "tu") {
        return None;
    }
    // “nam muoi” in a text with marks: what stands before the ten is not trusted, so neither is the ten.
    let before = at.checked_sub(1).and_then(|b| text.number_word(b));
    let loss = at.checked_sub(2).is_some_and(|b| text.is(b, Class::Loss) == Some(2));
    if text.number_word(at) == Some(10) && before.is_some_and(|digit| digit < 10) && !loss {
        return None;
    }
    let mut value = 0;
    let mut next = at;
    let mut odd = false;
    let word = |i: usize| text.number_word(i).filter(|_| i == at || may_be_number(text, i));
    if let (Some(hundreds @ 1..=9), Some(100)) = (word(next), word(next + 1)) {
        value = hundreds * 100;
        next += 2;
        odd = text.is(next, Class::Odd).is_some();
        next += usize::from(odd);
    }
    if value >= 100 && text.is(next, Class::Half).is_some() {
        return Some(Amount {
            value: value + 50,
            thousandths: None,
            len: next + 1 - at,
            in_words: true,
            either: false,
        });
    }
    match (word(next), word(next + 1)) {
        (Some(score @ 20), Some(ones @ 1..=9)) => {
            value += score + ones;
            next += 2;
        }
        (Some(count @ 1..=9), Some(dozen @ 12)) if value == 0 => {
            value = count * dozen;
            next += 2;
        }
        (Some(12 | 20), _) => {}
        // “trăm hai” is 120, “trăm linh hai” 102.
        (Some(100), Some(tens @ 1..=9)) if value == 0 => {
            value = 100 + 10 * tens;
            next += 2;
        }
        (Some(tens @ 1..=9), None) if value > 0 && !odd => {
            value += 10 * tens;
            next += 1;
        }
        (Some(tens @ 1..=9), Some(10)) => {
            value += tens * 10;
            next += 2;
            if let Some(ones @ 1..=9) = word(next) {
                value += ones;
                next += 1;
            }
        }
        (Some(10), Some(ones @ 1..=9)) => {
            value += 10 + ones;
            next += 2;
        }
        (Some(10), _) => {
            value += 10;
            next += 1;
        }
        (Some(100), _) if value == 0 => {
            value = 100;
            next += 1;
        }
        (Some(_), Some(1..=9)) => {
            return Some(Amount { value: 0, thousandths: None, len: 2, in_words: true, either: true });
        }
        (Some(ones @ 1..=9), _) => {
            value += ones;
            next += 1;
        }
        _ => {}
    }
    let len = next.checked_sub(at).filter(|len| *len > 0)?;
    Some(Amount { value, thousandths: None, len, in_words: true, either: false })
}

/// Thousands that count something, no money: “một nghìn hai trăm lượt”, “1,2 nghìn người”.
pub(super) fn thousands(text: &Text, at: usize) -> Option<Amount> {
    let first = amount(text, at).filter(|first| !first.either)?;
    let scale = text.is(at + first.len, Class::Thousand).filter(|_| text.plain(at + first.len) != "k")?;
    let mut next = at + first.len + scale;
    let mut value = first.thousandths.or_else(|| first.value.checked_mul(1_000))?;
    next += text.is(next, Class::Odd).unwrap_or(0);
    // “95 nghìn một ký” is a price.
    let price = matches!(text.plain(next), "mot" | "1")
        && matches!(
            text.plain(next + 1),
            "ky" | "ki" | "kg" | "can" | "ta" | "tan" | "lit" | "yen" | "bao" | "con"
        );
    if price {
        return None;
    }
    if let Some(more) = amount(text, next).filter(|more| !more.either && more.thousandths.is_none()) {
        let hundreds = text.number_word(next + more.len) == Some(100);
        let short = more.value < 10 && text.is(next.saturating_sub(1), Class::Odd).is_none();
        next += more.len + usize::from(hundreds);
        value =
            value.checked_add(if hundreds || short { more.value.checked_mul(100)? } else { more.value })?;
    }
    unit(text, next)?;
    Some(Amount { value, thousandths: None, len: next - at, in_words: false, either: false })
}

/// Names (“chú Bảy”, “Hai Tiến”) and, in a text with marks, words that would need one are no numbers.
fn may_be_number(text: &Text, at: usize) -> bool {
    let Some(token) = text.token(at) else { return false };
    if text.number_word(at).is_none() {
        return false;
    }
    let name = token.upper && !token.caps && text.mixed_case && !text.is_sentence_start(at);
    let before = at.checked_sub(1);
    let titled = before.is_some_and(|b| {
        matches!(text.plain(b), "ong" | "ba" | "anh" | "chu" | "chi" | "bac")
            && text.number_word(b).is_none()
            && unit(text, at + 1).is_none()
    });
    let needs_mark =
        text.marked && token.marks.is_bare() && matches!(token.plain.as_str(), "nam" | "sau" | "tu" | "bay");
    // “ba cu”, “ba noi” without marks: an old woman, not three.
    let woman = token.plain == "ba"
        && token.marks.is_bare()
        && matches!(text.plain(at + 1), "cu" | "noi" | "ngoai" | "con" | "gia" | "lao" | "me");
    !name && !titled && !needs_mark && !woman
}

/// A sum of money at `at`: đồng and length.
pub(super) fn money(text: &Text, at: usize) -> Option<(i64, usize)> {
    if let Some(half) = text.is(at, Class::HalfBefore) {
        let (scale, len) = scale(text, at + half)?;
        let dong = text.is(at + half + len, Class::Dong).unwrap_or(0);
        return Some((scale / 2, half + len + dong));
    }
    let first = amount(text, at).filter(|amount| !amount.either)?;
    let mut next = at + first.len;
    // “nan nhan la ba Trieu 58 tuoi”
    if first.in_words && text.is_name(next) && text.token(next).is_some_and(|t| !t.caps) {
        return None;
    }
    let Some((unit, len)) = scale(text, next).or_else(|| slang(text, at, next)) else {
        // “20.000.000d”, “3.500.000 đồng”, “5000d”
        let dong = text.is(next, Class::Dong)?;
        let glued = text.token(next).is_some_and(|t| !t.spaced);
        let plausible = (first.value >= 500 || glued) && first.value > 0 && first.thousandths.is_none();
        return plausible.then_some((first.value, first.len + dong));
    };
    let mut total = match first.thousandths {
        Some(thousandths) => thousandths.checked_mul(unit / 1000)?,
        None => first.value.checked_mul(unit)?,
    };
    next += len;
    if let Some(half) = text.is(next, Class::Half) {
        total = total.checked_add(unit / 2)?;
        next += half;
    } else if let Some((more, len)) = remainder(text, next, unit) {
        total = total.checked_add(more)?;
        next += len;
    }
    if !text.plain(next).is_empty()
        && text.hits(next).iter().all(|hit| hit.meaning == Meaning::Class(Class::Common))
        && ["ruoi", "roi"].iter().any(|word| super::syllable::one_edit_apart(word, text.plain(next)))
        && !text.is_sep(next, ',')
        && text.plain(next).starts_with('r')
    {
        return Some((-1, next + 1 - at));
    }
    next += text.is(next, Class::Dong).filter(|_| !text.plain(next).is_empty()).unwrap_or(0);
    Some((total, next - at))
}

/// “nghìn”, “triệu”, “tỷ” at `at`: đồng and length.
fn scale(text: &Text, at: usize) -> Option<(i64, usize)> {
    let scales = [(Class::Billion, 1_000_000_000), (Class::Million, 1_000_000), (Class::Thousand, 1_000)];
    scales.into_iter().find_map(|(class, dong)| text.is(at, class).map(|len| (dong, len)))
}

/// “mất 25 cu”: “củ” without its mark is a million right after a loss.
fn slang(text: &Text, at: usize, next: usize) -> Option<(i64, usize)> {
    let lost = (1..=4)
        .map_while(|back| at.checked_sub(back))
        .any(|b| text.is_any(b, &[Class::Loss, Class::Approx]).is_some_and(|len| b + len == at));
    let bare = text.token(next).is_some_and(|t| t.plain == "cu" && t.marks.is_bare());
    // “mất 14 chai”, with nothing in the bottles.
    let ended = text.token(next + 1).is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep(_)))
        || text.is(next + 1, Class::Polite).is_some();
    let bottles = text.token(next).is_some_and(|t| t.plain == "chai" && t.marks.is_bare()) && ended;
    (lost && (bare || bottles)).then_some((1_000_000, 1))
}

/// What follows the unit: “5” in “1tr5”, “200” in “3 triệu 200”, “500 nghìn” in “1 triệu 500 nghìn”.
fn remainder(text: &Text, at: usize, unit: i64) -> Option<(i64, usize)> {
    if let Some(more) = amount(text, at).filter(|amount| !amount.either)
        && let Some((smaller, len)) = scale(text, at + more.len)
        && smaller < unit
    {
        return Some((more.value.checked_mul(smaller)?, more.len + len));
    }
    let (value, places, len) = match text.token(at).filter(|t| t.shape == Shape::Number) {
        Some(token) => (token.number()?, token.plain.len(), 1),
        None => (text.number_word(at).filter(|n| (1..=9).contains(n))?, 1, 1),
    };
    let glued = text.token(at).is_some_and(|t| !t.spaced);
    let ended = match text.token(at + 1) {
        None => true,
        Some(after) => matches!(after.shape, Shape::Newline | Shape::Sep(',' | '.' | ';' | ')')),
    } || text.is(at + 1, Class::Dong).is_some();
    let small = match places {
        1 => unit / 10,
        2 => unit / 100,
        3 => unit / 1000,
        _ => return None,
    };
    (unit > 1_000 && (glued || ended)).then_some((value.checked_mul(small)?, len))
}

/// “co hai thang thanh nien”, “hai thang nghien moi”: “thằng”, before a word for a man or for what he is.
pub(super) fn is_fellow(text: &Text, at: usize) -> bool {
    let of_people = |place: usize| {
        text.book.entries.get(place).is_some_and(|entry| entry.units.first() == Some(&Unit::Person))
    };
    let told =
        at.checked_sub(2).is_some_and(|b| matches!(text.plain(b), "co" | "hien" | "them" | "la" | "dua"));
    text.plain(at) == "thang"
        && (told && text.is(at + 1, Class::UnitPerson).is_some_and(|len| len > 1)
            || text.indicator(at + 1).is_some_and(|(place, ..)| of_people(place)))
}

/// The unit word at `at`, if one stands there: unit and length.
pub(super) fn unit(text: &Text, at: usize) -> Option<(Unit, usize)> {
    const UNITS: [(Class, Unit); 11] = [
        (Class::UnitInstance, Unit::Instance),
        (Class::UnitCase, Unit::Case),
        (Class::UnitTurn, Unit::Turn),
        (Class::UnitSession, Unit::Session),
        (Class::UnitPatrol, Unit::Patrol),
        (Class::UnitTip, Unit::Tip),
        (Class::UnitHouse, Unit::House),
        (Class::UnitPerson, Unit::Person),
        (Class::UnitWeapon, Unit::Weapon),
        (Class::UnitThing, Unit::Thing),
        (Class::UnitMeasure, Unit::Thing),
    ];
    // “870 khẩu” are people, “3 khẩu súng” are weapons.
    if text.plain(at) == "khau" && !matches!(text.plain(at + 1), "sung" | "ak" | "k54") {
        return Some((Unit::Thing, 1));
    }
    // “bat 3 thang” are no months.
    let caught = at.checked_sub(2).is_some_and(|b| matches!(text.plain(b), "bat" | "duoc" | "giu" | "tom"));
    let bare = text.plain(at) == "thang" && text.token(at).is_some_and(|t| t.marks.is_bare());
    if bare && (caught || is_fellow(text, at)) {
        return Some((Unit::Person, 1));
    }
    // “1 ca tử vong” is no patrol.
    if text.plain(at) == "ca" {
        let patrol = text.book.links.patrols;
        let other = text.indicator(at + 1).is_some_and(|(place, ..)| Some(place) != patrol);
        // “tuan tra 5ca tam tru 3”: shifts of what stands right before the figure.
        let number = |b: &usize| {
            text.number_word(*b).is_some() || text.token(*b).is_some_and(|t| t.shape == Shape::Number)
        };
        let figure = (0..at).rev().take(6).take_while(number).count();
        let shifts =
            (1..=5).filter_map(|back| at.checked_sub(figure + back).map(|b| (b, back))).any(|(b, back)| {
                text.indicator(b).is_some_and(|(place, _, len)| Some(place) == patrol && len == back)
            });
        let other = other && !shifts;
        if other || text.is_any(at + 1, &[Class::Dead, Class::Hurt]).is_some() {
            return Some((Unit::Instance, 1));
        }
    }
    // “3 tin bão”
    if text.is(at, Class::UnitTip) == Some(1) && text.is(at + 1, Class::Nature).is_some() {
        return Some((Unit::Thing, 1));
    }
    let mut best: Option<(Unit, usize)> = None;
    for (class, unit) in UNITS {
        let Some(len) = text.is(at, class) else { continue };
        // “1 bi thuong 2” is no “bì”.
        let longer = matches!(unit, Unit::Thing)
            && text
                .is_any(at, &[Class::Hurt, Class::Dead, Class::Calm, Class::Rest])
                .is_some_and(|other| other > len);
        // “1v” is a case, “1 v” nothing.
        let torn = text.plain(at) == "v" && text.token(at).is_some_and(|t| t.spaced);
        if !longer && !torn && best.is_none_or(|(_, longest)| len > longest) {
            best = Some((unit, len));
        }
    }
    best
}
