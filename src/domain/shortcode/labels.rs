//! Numbers that name something: places, days of the week, births, which of the cases told.

use super::items::{Kind, Unit};
use super::lexicon::{Class, Meaning};
use super::text::Text;
use super::token::{Origin, Shape, Token};

/// “tại quán Hương 2”, “ở nhà nghỉ Thanh Xuân 3”: a number that ends the name of a place.
pub(super) fn named_place(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let number = text.token(at).filter(|t| t.shape == Shape::Number && t.plain.len() <= 3 && t.spaced)?;
    let ends = text
        .token(at + 1)
        .is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep(',' | '.' | ';' | ')')));
    let place = (1..=4)
        .map_while(|back| at.checked_sub(back))
        .find(|b| text.is(*b, Class::Site).is_some_and(|len| b + len <= at))?;
    let site = text.is(place, Class::Site).unwrap_or(1);
    let named = (place + site..at).all(|i| {
        text.token(i).is_some_and(|t| {
            t.shape == Shape::Word
                && text.code(i).is_none()
                && text.indicator(i).is_none()
                && (t.upper
                    || !text.mixed_case
                    || text.hits(i).iter().all(|hit| hit.meaning == Meaning::Class(Class::Common)))
        })
    });
    let led = place.checked_sub(1).is_some_and(|b| {
        matches!(
            text.plain(b),
            "tai"
                | "o"
                | "gan"
                | "truoc"
                | "doi"
                | "dien"
                | "canh"
                | "sau"
                | "trong"
                | "("
                | "tu"
                | "qua"
                | "den"
                | "toi"
        )
    }) || text.token(place).is_some_and(|t| matches!(t.shape, Shape::Word))
        && text.is_sep(place.wrapping_sub(1), '(');
    (ends && named && led && !number.plain.is_empty() && at > place + site - 1)
        .then_some((Kind::Noise("the name of a place"), 1))
}

/// “tạm vắng 5”, “khai sinh 3”: things of the hamlet for which there is no indicator.
pub(super) fn uncounted(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let len = text.is(at, Class::Uncounted)?;
    let mut next = at + len;
    next += usize::from(text.is_sep(next, ':') || text.is_sep(next, '='));
    let number = text.token(next).is_some_and(|t| t.shape == Shape::Number);
    let longer = text.indicator(at).is_some_and(|(.., other)| other > len);
    if !number || longer {
        return None;
    }
    let (unit, more) = super::amounts::unit(text, next + 1).unwrap_or((Unit::None, 0));
    // “nhieu viec qua: 5 vu trom” is no “quà”: the figure counts what follows it.
    let told = unit == Unit::Case && text.indicator(next + 1 + more).is_some();
    (!told).then_some((Kind::Noise("of no indicator"), next + 1 + more - at))
}

/// “vụ 1 mất …, vụ 2 …”, “vụ thứ nhất”: which case of those told, no count.
pub(super) fn ordinal_case(text: &Text, at: usize) -> Option<(Kind, usize)> {
    const UNITS: [Class; 3] = [Class::UnitCase, Class::UnitSession, Class::UnitTurn];
    let len = text.is_any(at, &UNITS).filter(|len| *len == 1)?;
    let before = at.checked_sub(1);
    let counted = before.is_some_and(|b| {
        text.token(b).is_some_and(|t| t.shape == Shape::Number)
            || text.number_word(b).is_some()
            || matches!(text.plain(b), "so" | "tong" | "may" | "vai" | "co")
            || text.indicator(b).is_some()
    });
    let value = text.token(at + len).and_then(Token::number).filter(|value| (1..=9).contains(value))?;
    let told = text.token(at + len + 1).is_some_and(|t| matches!(t.shape, Shape::Word | Shape::Sep(':')));
    let unit = super::amounts::unit(text, at + len + 1).is_some();
    let earlier = (0..at).any(|i| {
        text.is_any(i, &UNITS) == Some(1) && text.token(i + 1).and_then(Token::number) == Some(value - 1)
    });
    let first = value == 1
        && (at + 2..text.tokens.len()).any(|i| {
            text.is_any(i, &UNITS) == Some(1) && text.token(i + 1).and_then(Token::number) == Some(2)
        });
    (!counted && told && !unit && (earlier || first)).then_some((Kind::Noise("which case"), len + 1))
}

/// “sang thu 7”, “vao thu 5”, “lan thu 2”: a day of the week or which one, without marks.
pub(super) fn weekday(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let day = match text.is(at, Class::Day) {
        None if is_after_time(text, at) => 0,
        day => day?,
    };
    let number = text.token(at + day + 1).and_then(Token::number)?;
    let told = text.plain(at + day) == "thu" && (2..=7).contains(&number);
    let counted = super::amounts::unit(text, at + day + 2).is_some()
        || super::amounts::money(text, at + day + 1).is_some();
    (told && !counted).then_some((Kind::Noise("a day of the week"), day + 2))
}

/// Whether a word of time stands right before a bare “thu”.
fn is_after_time(text: &Text, at: usize) -> bool {
    text.plain(at) == "thu"
        && text.token(at).is_some_and(|t| t.marks.is_bare())
        && at.checked_sub(1).is_some_and(|b| {
            text.is(b, Class::DayPart).is_some() || matches!(text.plain(b), "vao" | "lan" | "gio" | "tuan")
        })
}

/// “tuổi 12”.
pub(super) fn aged(text: &Text, at: usize) -> Option<(Kind, usize)> {
    // “tuổi tôi 68”
    let of = 1 + usize::from(matches!(text.plain(at + 1), "toi" | "tui" | "em" | "chau" | "minh" | "bac"));
    let number = text.token(at + of).is_some_and(|t| t.shape == Shape::Number && t.plain.len() <= 2);
    let counted = super::amounts::unit(text, at + of + 1).is_some();
    (text.is(at, Class::UnitAge) == Some(1) && number && !counted).then_some((Kind::Noise("an age"), of + 1))
}

/// “nghỉ hưu 2009”, “lấy nhau 1998”: a year behind a word, which nothing that is counted follows.
pub(super) fn year(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let value = text.token(at).filter(|t| t.plain.len() == 4).and_then(Token::number)?;
    let before = at.checked_sub(1).filter(|b| {
        text.token(*b).is_some_and(|t| t.shape == Shape::Word)
            && text.code(*b).is_none()
            && (0..*b + 1).all(|i| text.indicator(i).is_none_or(|(.., len)| i + len <= *b))
    });
    let ends = text
        .token(at + 1)
        .is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep('.' | ',' | ')' | ';')));
    ((1930..=2040).contains(&value) && before.is_some() && ends).then_some((Kind::Noise("a year"), 1))
}

/// “hai anh em 6 và 9 tuổi”: the first of two ages.
pub(super) fn first_age(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let small = |at: usize| text.token(at).and_then(Token::number).is_some_and(|value| value < 120);
    let joint = text.is(at + 1, Class::And).or_else(|| text.is_sep(at + 1, ',').then_some(1))?;
    let second = at + 1 + joint;
    let age = small(at) && small(second) && text.is(second + 1, Class::UnitAge) == Some(1);
    age.then_some((Kind::Noise("an age"), 1))
}

/// “ở nhà 302”, “phòng 1204”: the number of a house or room, which no count follows.
pub(super) fn room(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let number = text.token(at).is_some_and(|t| t.shape == Shape::Number && (3..=4).contains(&t.plain.len()));
    let house = at.checked_sub(1).is_some_and(|b| matches!(text.plain(b), "nha" | "phong" | "can" | "ho"));
    let ends = text.token(at + 1).is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep(_)));
    let counted = at.checked_sub(2).is_some_and(|b| matches!(text.plain(b), "so" | "tong" | "duoc" | "chay"));
    (number && house && ends && !counted).then_some((Kind::Noise("a house or room"), 1))
}

/// “xe khách 29 chỗ”, “ô tô 7 cho”: how large a vehicle is.
pub(super) fn seats(text: &Text, at: usize) -> Option<(Kind, usize)> {
    const VEHICLES: [&str; 12] =
        ["xe", "khach", "to", "oto", "con", "buyt", "taxi", "tai", "loai", "hoi", "van", "lon"];
    let number = text.token(at).and_then(Token::number).filter(|value| (3..=60).contains(value));
    let vehicle = at.checked_sub(1).is_some_and(|b| VEHICLES.contains(&text.plain(b)));
    let seat = matches!(text.plain(at + 1), "cho" | "ghe" | "banh");
    let lying = usize::from(matches!(text.plain(at + 2), "ngoi" | "nam"));
    (number.is_some() && vehicle && seat).then_some((Kind::Noise("seats"), 2 + lying))
}

/// “đã báo 113”, “gọi 114”.
pub(super) fn emergency(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let called = at.checked_sub(1).is_some_and(|b| {
        matches!(text.plain(b), "bao" | "goi" | "alo" | "so" | "cho" | "qua" | "keu" | "den" | "dien")
    });
    let number = matches!(text.plain(at), "111" | "112" | "113" | "114" | "115");
    (called && number && !super::places::is_counted(text, at))
        .then_some((Kind::Noise("an emergency number"), 1))
}

/// “hem 12”: an alley without its mark, no “hem” for “không”.
pub(super) fn alley(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let token = text.token(at).filter(|t| t.origin == Origin::Short && t.plain == "khong")?;
    let number = text.token(at + 1).is_some_and(|t| t.shape == Shape::Number && t.spaced);
    (token.end - token.start == 3 && number && !super::places::is_counted(text, at + 1))
        .then_some((Kind::Noise("the number of a place or thing"), 2))
}

/// “sinh năm 1995”, “SN 1990”, “sinh ngày 2/9/1981”; “đời 1968” of a thing.
pub(super) fn birth(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let year = |i: usize| {
        text.token(i).and_then(super::token::Token::number).is_some_and(|n| (1900..2100).contains(&n))
    };
    let word = match (text.plain(at), text.plain(at + 1)) {
        // “xe wave đời 2010”
        ("doi", _) if year(at + 1) => 1,
        ("sinh", "nam" | "ngay") | ("nam", "sinh") => 2,
        ("sn" | "nsinh", _) => 1,
        _ => return None,
    };
    let mut next = at + word + usize::from(text.is_sep(at + word, ':'));
    let number = |i: usize| text.token(i).is_some_and(|t| t.shape == Shape::Number);
    if !number(next) {
        return None;
    }
    while number(next)
        && matches!(text.token(next + 1).map(|t| t.shape), Some(Shape::Sep('/' | '-' | '.')))
        && number(next + 2)
    {
        next += 2;
    }
    Some((Kind::Noise("a birth"), next + 1 - at))
}
