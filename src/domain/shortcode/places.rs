//! Hamlets and the numbers of places: figures that count nothing.

use super::items::{Kind, Unit};
use super::labels::{
    aged, alley, birth, emergency, first_age, named_place, ordinal_case, room, seats, uncounted, weekday,
    year,
};
use super::lexicon::{Class, Meaning};
use super::numbers::{digit_groups, identity, long_number, masked_number, pin};
use super::plates::plate;
use super::text::Text;
use super::token::Shape;

/// The hamlet named at `at`. `head`: whether nothing but a greeting stands before it.
pub(super) fn hamlet(text: &Text, at: usize, head: bool, aside: bool) -> Option<(Kind, usize)> {
    let capital = text.token(at + 1).is_some_and(|t| t.upper && !t.caps && t.shape == Shape::Word);
    let named = capital && text.code(at + 1).is_none() && text.indicator(at + 1).is_none();
    let shortened = text.plain(at) == "kp" && (head || named || is_quarter(text, at));
    let len = if shortened { 1 } else { text.is(at, Class::Hamlet)? };
    let mut next = at + len;
    let sign = text.is(next, Class::NumberSign).filter(|len| is_number(text, next + len));
    next += sign.unwrap_or(0);
    // “toàn thôn 64 gia đình …”
    let whole = at.checked_sub(1).is_some_and(|b| matches!(text.plain(b), "toan" | "ca" | "trong" | "khap"))
        && super::amounts::unit(text, next + 1).is_some();
    // “KP3 bao cao”, “thon 10 bao them” are no bags.
    let reports = text.plain(next + 1) == "bao";
    if is_number(text, next) && !whole && (sign.is_some() || reports || !is_counted(text, next)) {
        let name = text.plain(next).trim_start_matches('0').to_owned();
        let letter =
            text.token(next + 1).is_some_and(|t| !t.spaced && t.shape == Shape::Word && t.plain.len() == 1);
        return Some((Kind::Hamlet { name, aside }, next + 1 + usize::from(letter) - at));
    }
    if (shortened && !named) || text.plain(at + len - 1) == "vuc" {
        return None;
    }
    // “khu 4B”
    if text.token(next).is_some_and(|t| t.shape == Shape::Opaque && is_numbered(&t.plain)) {
        return Some((Kind::Hamlet { name: text.plain(next).to_owned(), aside }, next + 1 - at));
    }
    let mut name: Vec<&str> = Vec::new();
    // “thôn Bến Lức” is no “thôn bên”, “ấp Nhà Sập” no “sắp”.
    let capital = |i: usize| {
        text.mixed_case && text.token(i).is_some_and(|t| t.upper && !t.caps && t.shape == Shape::Word)
    };
    let two = capital(next) && capital(next + 1);
    let own = shortened && named;
    while name.len() < 4
        && (is_name(text, next) || own && text.token(next).is_some_and(|t| t.upper && !t.caps))
        && !(name.is_empty() && !two && text.is(next, Class::Direction).is_some())
        && (name.is_empty() || !is_doubtful_code(text, next))
    {
        name.push(text.plain(next));
        next += 1;
    }
    // “thôn Đông 1 vụ …, thôn Tây 2 vụ …” in small letters or capitals only.
    if name.is_empty()
        && matches!(text.plain(next), "dong" | "tay" | "bac" | "thuong" | "ha" | "trung" | "doai")
        && (is_number(text, next + 1) || matches!(text.plain(next + 1), "co" | "khong" | "xay" | "bi"))
    {
        name.push(text.plain(next));
        next += 1;
    }
    // “buôn H'Wa”
    while !name.is_empty()
        && name.len() < 5
        && text.is_sep(next, '\'')
        && text.token(next + 1).is_some_and(|t| !t.spaced)
    {
        name.push(text.plain(next + 1));
        next += 2;
    }
    if let [head] = name.as_slice()
        && is_name_head(head)
        && is_name_rest(text, next)
    {
        name.push(text.plain(next));
        next += 1;
    } else if name.is_empty() && is_name_head(text.plain(next)) && is_name_rest(text, next + 1) {
        name.extend([text.plain(next), text.plain(next + 1)]);
        next += 2;
    }
    if !name.is_empty() && is_number(text, next) && !is_counted(text, next) && text.plain(next).len() <= 2 {
        name.push(text.plain(next));
        next += 1;
    }
    if name.is_empty() && text.is(at, Class::UnitSession).is_some() {
        return None;
    }
    let aside = aside || (name.is_empty() && !two && text.is(next, Class::Direction).is_some());
    let joined = name.join(" ");
    let kind = if joined.is_empty() { Kind::Word } else { Kind::Hamlet { name: joined, aside } };
    Some((kind, next - at))
}

/// “thôn Đông Tâm MT 1”: letters that may be a code, with a figure.
fn is_doubtful_code(text: &Text, at: usize) -> bool {
    let code = text.token(at).is_some_and(|t| t.caps && t.plain.len() >= 2) && text.mixed_case;
    code && text.ambiguous(at).is_some() && is_number(text, at + 1)
}

/// “kp 4 co 1 vu …”, “hem 12 kp 3 : 1 vu …” tell of a quarter, “KP4 TC2” of cases.
fn is_quarter(text: &Text, at: usize) -> bool {
    const AFTER: [&str; 12] =
        ["co", "khong", "xay", "bao", "binh", "yen", "phuong", "nay", "thang", "bc", "phat", "bat"];
    let calm = || text.is_any(at + 2, &[Class::Calm, Class::Neg]).is_some();
    is_number(text, at + 1) && (AFTER.contains(&text.plain(at + 2)) || text.is_sep(at + 2, ':') || calm())
}

/// “HH2 tháng 1: …”, “Sửa T9 HH2: …”: capitals that are no code with their number, right before or behind the month.
pub(super) fn block(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let name = text
        .token(at)
        .filter(|t| t.shape == Shape::Word && t.caps && t.word.is_none() && t.plain.len() <= 3)?;
    let number =
        text.token(at + 1).filter(|t| t.shape == Shape::Number && !t.spaced && t.plain.len() <= 2)?;
    let led = at == 0 || at.checked_sub(1).is_some_and(|b| text.is(b, Class::Place).is_some());
    let month = text.is(at + 2, Class::Month).is_some() || text.plain(at + 2) == "t";
    let headed = text.is_sep(at + 2, ':') && at > 0;
    let known = text.code(at).is_some() || text.ambiguous(at).is_some();
    let found = Kind::Hamlet { name: format!("{}{}", name.plain, number.plain), aside: false };
    (!known && (led && month || headed)).then_some((found, 2))
}

/// “4b”, “12a”: a number with a letter.
fn is_numbered(plain: &str) -> bool {
    let digits = plain.bytes().take_while(u8::is_ascii_digit).count();
    (1..=3).contains(&digits)
        && plain.len() == digits + 1
        && plain.ends_with(|c: char| c.is_ascii_lowercase())
}

/// First syllables of names of highland hamlets, which never stand alone.
fn is_name_head(plain: &str) -> bool {
    matches!(
        plain,
        "na" | "pa"
            | "huoi"
            | "phieng"
            | "pu"
            | "pung"
            | "khau"
            | "lung"
            | "chieng"
            | "pom"
            | "ea"
            | "dak"
            | "kon"
            | "hua"
            | "pac"
            | "khuoi"
            | "nam"
    )
}

/// Whether the word at `at` may be the rest of such a name although it means something else (“pa khoang”, “na tong”).
fn is_name_rest(text: &Text, at: usize) -> bool {
    let never =
        [Class::Month, Class::PrevMonth, Class::ThisMonth, Class::Keyword, Class::UnitCase, Class::Neg];
    text.token(at).is_some_and(|t| t.shape == Shape::Word && t.plain.len() >= 2 && t.marks.is_bare())
        && text.is_any(at, &never).is_none()
        && text.indicator(at).is_none()
        && text.code(at).is_none()
        && !matches!(text.plain(at), "co" | "bao")
}

/// “hang dong 1 thang 6”, “an hoa 2 t6”: small common words and a number right before the month.
fn numbered_name(text: &Text, from: usize) -> Option<(String, usize)> {
    let quiet = |at: usize| {
        text.token(at).is_some_and(|t| t.shape == Shape::Word && t.plain.len() >= 2)
            && text.code(at).is_none()
            && text.hits(at).iter().all(|hit| {
                hit.len == 1
                    && matches!(
                        hit.meaning,
                        Meaning::Class(Class::Common | Class::Dong | Class::UnitThing | Class::Calm)
                    )
            })
    };
    let words = (from..from + 3).take_while(|at| quiet(*at)).count();
    let number = from + words;
    let month = text.is(number + 1, Class::Month).is_some()
        || (text.plain(number + 1) == "t" && is_number(text, number + 2))
        || [':', '.'].into_iter().any(|c| text.is_sep(number + 1, c));
    let capital = text.mixed_case && (from..number).all(|at| text.token(at).is_some_and(|t| t.upper));
    if words == 0
        || !(month || capital && !is_counted(text, number))
        || !is_number(text, number)
        || text.plain(number).len() > 2
    {
        return None;
    }
    let name: Vec<&str> = (from..=number).map(|at| text.plain(at)).collect();
    Some((name.join(" "), number + 1))
}

/// “tổ trưởng 10”, “thôn trưởng 3”, “tổ phó 5”: the length of the title before the number.
fn headman(text: &Text, at: usize) -> Option<usize> {
    let title =
        text.is(at, Class::Hamlet) == Some(1) && matches!(text.plain(at + 1), "truong" | "pho" | "trg");
    (title && is_number(text, at + 2) && !is_counted(text, at + 2)).then_some(2)
}

/// “trưởng thôn 3”, “ban hang dong 1 thang 6”: hamlets whose words would mean something else.
pub(super) fn numbered_hamlet(text: &Text, at: usize) -> Option<(Kind, usize)> {
    if let Some(len) = headman(text, at) {
        let name = text.plain(at + len).trim_start_matches('0').to_owned();
        return Some((Kind::Hamlet { name, aside: false }, len + 1));
    }
    let led = usize::from(matches!(text.plain(at), "truong" | "pho"));
    let len = text.is(at + led, Class::Hamlet)?;
    let number = at + led + len;
    if led == 1 && is_number(text, number) && !is_counted(text, number) {
        let name = text.plain(number).trim_start_matches('0').to_owned();
        return Some((Kind::Hamlet { name, aside: false }, number + 1 - at));
    }
    let (name, next) = numbered_name(text, number)?;
    Some((Kind::Hamlet { name, aside: false }, next - at))
}

fn is_number(text: &Text, at: usize) -> bool {
    text.token(at).is_some_and(|t| t.shape == Shape::Number && t.plain.len() <= 3)
}

/// Whether the figure at `at` is followed by what it counts.
pub(super) fn is_counted(text: &Text, at: usize) -> bool {
    // “KP3 báo cáo”: no three bags.
    if text.plain(at + 1) == "bao" && text.plain(at + 2) == "cao" {
        return false;
    }
    // “to 6 hop dan”: no boxes.
    let longer = |len: usize| text.indicator(at + 1).is_some_and(|(.., other)| other >= len);
    super::amounts::unit(text, at + 1).is_some_and(|(unit, len)| {
        !(matches!(unit, Unit::House | Unit::Weapon) || unit == Unit::Thing && longer(len))
    }) && !(text.is(at + 1, Class::UnitPatrol).is_some() && text.is(at + 1, Class::Day).is_some())
        && !(matches!(text.plain(at + 1), "tuan" | "dot")
            && text.indicator(at + 1).is_some_and(|(.., len)| len >= 2))
        || text.is_sep(at + 1, '/') && text.token(at + 2).is_some_and(|t| t.shape == Shape::Number)
}

/// Whether the word at `at` can be part of a name: a capital in a text that has small letters too, or a word that the
/// vocabulary does not know.
fn is_name(text: &Text, at: usize) -> bool {
    let Some(token) = text.token(at).filter(|t| t.shape == Shape::Word) else { return false };
    let figure_follows = text.token(at + 1).is_some_and(|t| t.shape == Shape::Number);
    if (text.code(at).is_some() || token.plain == "t") && figure_follows {
        return false;
    }
    let stops = [Class::From, Class::Neg, Class::Total, Class::Fix, Class::Add, Class::Hamlet, Class::Rest];
    let never = [Class::Month, Class::PrevMonth, Class::ThisMonth, Class::Keyword];
    let capital = token.upper && text.mixed_case;
    if text.is_any(at, &never).is_some() || (text.is_any(at, &stops).is_some() && !capital) {
        return false;
    }
    // “Xóm Ba Cây” is a name, “xóm Đông Trộm cắp: 2” is none: a name has all its capitals.
    let spelled_as_name =
        |len: usize| text.mixed_case && (at..at + len).all(|i| text.token(i).is_some_and(|t| t.upper));
    if text.indicator(at).is_some_and(|(.., len)| len >= 2 && !spelled_as_name(len)) {
        return false;
    }
    let capital =
        token.upper && text.mixed_case && !(token.caps && token.plain.len() > 1 && text.code(at).is_some());
    capital || (token.word.is_none() && text.code(at).is_none())
}

/// A number that is no count by its form or by the word before it: length.
pub(super) fn number_noise(text: &Text, at: usize) -> Option<(Kind, usize)> {
    // “tc000000000002”: what is glued to a code is its figure, however long.
    let glued = text.token(at).is_some_and(|t| t.shape == Shape::Number && !t.spaced);
    if glued && at.checked_sub(1).is_some_and(|b| text.code(b).is_some()) {
        return None;
    }
    if let Some(found) = birth(text, at).or_else(|| named_place(text, at)).or_else(|| uncounted(text, at)) {
        return Some(found);
    }
    if let Some(found) = ordinal_case(text, at)
        .or_else(|| weekday(text, at))
        .or_else(|| emergency(text, at))
        .or_else(|| aged(text, at))
        .or_else(|| first_age(text, at))
        .or_else(|| year(text, at))
        .or_else(|| alley(text, at))
        .or_else(|| seats(text, at))
        .or_else(|| room(text, at))
    {
        return Some(found);
    }
    if let Some(found) = pin(text, at).or_else(|| identity(text, at)).or_else(|| plate(text, at)) {
        return Some(found);
    }
    telephone(text, at)
        .or_else(|| numbered_place(text, at))
        .or_else(|| floors_or_year(text, at))
        .or_else(|| model(text, at))
        .or_else(|| long_number(text, at))
}

/// “ĐT 0912…”: the digits behind a word for a telephone.
fn telephone(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let len = text.is(at, Class::Phone)?;
    let mut next = at + len;
    next += text.is(next, Class::NumberSign).unwrap_or(0);
    next += usize::from(text.is_sep(next, ':'));
    let digits = masked_number(text, next).or_else(|| digit_groups(text, next))?;
    Some((Kind::Noise("a telephone number"), next + digits - at))
}

/// “lớp ba”, “km 12+300”, “hầm B2”: the number behind a word for a place or thing.
fn numbered_place(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let len = text.is(at, Class::Place)?;
    let next = at + len;
    if let Some((kind, more)) = plate(text, next) {
        return Some((kind, len + more));
    }
    // “hầm B2”
    let letter = text
        .token(next)
        .is_some_and(|t| t.shape == Shape::Word && t.caps && t.plain.len() == 1 && t.plain != "t");
    if letter && text.token(next + 1).is_some_and(|t| t.shape == Shape::Number && !t.spaced) {
        return Some((Kind::Noise("the number of a place or thing"), len + 2));
    }
    let sign = text.is(next, Class::NumberSign).unwrap_or(0);
    let number = next + sign;
    // “lớp ba”, “tầng hai”
    let spelled = super::amounts::words(text, number).filter(|word| {
        let counted = super::amounts::unit(text, number + word.len).is_some();
        word.len == 1 && !word.either && !counted && text.token(number).is_some_and(|t| !t.upper)
    });
    if spelled.is_some() && matches!(text.plain(at), "lop" | "tang" | "khoi" | "cap" | "ngo" | "hem" | "so") {
        return Some((Kind::Noise("the number of a place or thing"), number + 1 - at));
    }
    let told = text.is(at, Class::Site).is_some()
        && text.token(number).is_some_and(|t| t.spaced && t.plain.len() == 1)
        && (text.indicator(number + 1).is_some() || text.is(number + 1, Class::Either).is_some());
    let sum = text.is_any(number + 1, &[Class::Million, Class::Billion]).is_some();
    if text.token(number).is_some_and(|t| matches!(t.shape, Shape::Number | Shape::Opaque))
        && !told
        && !sum
        && (!is_counted(text, number)
            || text.is_sep(number + 1, '/')
            || text.token(number).is_some_and(|t| !t.spaced))
    {
        // “hẻm 47/2”, “km 12+300”, “nồng độ 0,5”
        let glued = |i: usize| text.token(i).is_some_and(|t| !t.spaced);
        let slash = (['/', '+'].into_iter().any(|c| text.is_sep(number + 1, c))
            || [',', '.'].into_iter().any(|c| text.is_sep(number + 1, c))
                && glued(number + 1)
                && glued(number + 2))
            && text.token(number + 2).is_some_and(|t| t.shape == Shape::Number);
        if let Some((kind, len)) = long_number(text, number) {
            return Some((kind, number + len - at));
        }
        return Some((
            Kind::Noise("the number of a place or thing"),
            number + 1 + if slash { 2 } else { 0 } - at,
        ));
    }
    None
}

/// “nhà nghỉ 5 tầng”, “năm mới 2026”.
fn floors_or_year(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let number = text.token(at).filter(|t| t.shape == Shape::Number)?;
    let counted = text.token(at + 2).is_some_and(|t| t.shape == Shape::Number);
    if matches!(text.plain(at + 1), "tang" | "lau") && !counted {
        return Some((Kind::Noise("floors"), 2));
    }
    let year = number.plain.len() == 4 && number.plain.starts_with("202");
    let named = at.checked_sub(1).is_some_and(|b| matches!(text.plain(b), "moi" | "hoc" | "tet"));
    (year && named).then_some((Kind::Noise("a year"), 1))
}

/// “Wave RSX 110”, “SH Mode 125”: the number after a make and its model.
fn model(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let mut next = at + text.is(at, Class::Place)?;
    let from = next;
    while next < from + 2
        && text.code(next).is_none()
        && text
            .token(next)
            .is_some_and(|t| t.shape == Shape::Word && (t.word.is_none() || (t.upper && text.mixed_case)))
    {
        next += 1;
    }
    let number = text.token(next).filter(|t| t.shape == Shape::Number && t.plain.len() <= 4)?;
    let sized = number.plain.len() >= 2 && next > from && !is_counted(text, next);
    sized.then_some((Kind::Noise("the name of a model"), next + 1 - at))
}
