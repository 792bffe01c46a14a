//! What is denied: a thing that is counted (then it is 0), everything (then the month is calm), or nothing that
//! matters.

use super::amounts::unit;
use super::items::{Item, Kind};
use super::lexicon::{Class, Strength};
use super::text::Text;
use super::token::Shape;

/// The denial that begins at `at`, if one does.
pub(super) fn negation(text: &Text, at: usize, items: &[Item]) -> Option<(Kind, usize)> {
    let longest = text.is(at, Class::Neg)?;
    if may_be_no_denial(text, at, longest) {
        return None;
    }
    if let Some(len) = other_matters(text, at + longest) {
        return Some((Kind::Blanket { more: true }, longest + len));
    }
    // “k co bac” is “không cờ bạc”: a phrase of an indicator that begins inside takes its words back.
    let len = (1..longest).find(|len| {
        // “ko de, ko bac”: the thing alone in its clause, no “không để”.
        let alone = text.token(at + longest).is_none_or(|t| t.shape != Shape::Word || t.plain == "khong");
        text.indicator(at + len).is_some_and(|(.., inner)| inner + usize::from(alone) > longest - len)
    });
    let len = len.unwrap_or(longest);
    // “không hòa giải được”, “không qua khỏi”: a longer phrase that begins with the denial says something of its own.
    let said = text.indicator(at).map(|(.., len)| len).max(text.is_any(at, &[Class::Dead, Class::Hurt]));
    if said.is_some_and(|said| said > longest) {
        return None;
    }
    if let Some(found) = denied_figure(text, at) {
        return Some(found);
    }
    if text.is(at, Class::Failed).is_some() && after_mediation(text, items) {
        return Some((Kind::Failed, text.is(at, Class::Failed).unwrap_or(len)));
    }
    // “phát động "không ma túy, không cờ bạc"”: what people say, not what happened.
    if text.is_quoted(at) {
        return Some((Kind::Topic, len));
    }
    if let Some(vague) = text.is(at, Class::Vague).filter(|vague| *vague > len) {
        return Some((Kind::Vague(super::items::Unit::None), vague));
    }
    // “ký cam kết không đốt pháo”: what people promise is no account.
    let promised = (1..=3)
        .filter_map(|back| at.checked_sub(back))
        .any(|b| text.is(b, Class::Pledge).is_some_and(|l| b + l >= at.saturating_sub(1)));
    if promised {
        return Some((Kind::Topic, len));
    }
    let rest = is_after_rest(items);
    let next = at + len;
    // “nghiện mới chưa có ai”
    if names_people(text, at, len) && is_end(text, next) && is_after_people(text, items) {
        return Some((Kind::Neg, len));
    }
    if names_people(text, at, len) {
        return Some(people(text, at, next));
    }
    let tail = blank_tail(text, next);
    let counted = text.indicator(tail.end).is_some()
        || text.ambiguous(tail.end).is_some()
        || text.is_any(tail.end, &[Class::Dead, Class::Hurt, Class::Casualties]).is_some();
    // “không có tội phạm về ma túy”
    if let Some(topic) =
        text.is(tail.end, Class::Topic).or_else(|| text.is(tail.end, Class::Cause)).filter(|_| tail.blank)
        && text.indicator(tail.end + topic).is_some_and(|(_, strength, _)| strength != Strength::Weak)
    {
        return Some((Kind::Neg, tail.end + topic - at));
    }
    if tail.blank && !counted && !tail.more && says_case(text, next, tail.end) && is_after_named(items) {
        return Some((Kind::Neg, tail.end - at));
    }
    // “không vụ nào khiếu kiện”
    let of_what = counted && text.plain(tail.end - 1) == "nao" && says_case(text, next, tail.end);
    if tail.blank && (tail.strong || !counted) && !of_what {
        return Some((Kind::Blanket { more: tail.more || rest }, tail.end - at));
    }
    if counted {
        return Some((Kind::Neg, tail.end - at));
    }
    Some(denied_before(text, at, len, &tail, items))
}

/// A denial of nothing that is named behind it: of what stands before it, of everything else, or of nothing that counts.
fn denied_before(text: &Text, at: usize, len: usize, tail: &Tail, items: &[Item]) -> (Kind, usize) {
    let next = at + len;
    if is_end(text, next) && is_question(text, at, next) {
        return (Kind::NegNoise, len);
    }
    // “việc khác không có”
    let others = items.last().is_some_and(|item| {
        matches!(item.kind, Kind::Indicator(_, Strength::Weak)) && text.plain(item.to - 1) == "khac"
    });
    if others && is_end(text, tail.end) {
        return (Kind::Blanket { more: true }, tail.end - at);
    }
    if is_end(text, next) {
        let named = items.last().is_some_and(|item| matches!(item.kind, Kind::Indicator(..)));
        let rest = is_after_rest(items) && !named;
        return (if rest { Kind::Blanket { more: true } } else { Kind::Neg }, len);
    }
    if text.is_any(tail.end, &[Class::Loss, Class::LossAll]).is_some() {
        return (Kind::NegNoise, clause_end(text, tail.end) - at);
    }
    if is_end(text, tail.end) {
        return (Kind::Neg, tail.end - at);
    }
    let calm = text.is(next, Class::Calm).unwrap_or(0);
    (Kind::NegNoise, len + calm)
}

/// “trâu nó có 1 vụ”, “bt lắm chỉ có 1 vụ”, a hamlet of that name: without their marks “nỏ có”, “làm chi có” deny a figure only with “nào”, “mô”.
fn may_be_no_denial(text: &Text, at: usize, len: usize) -> bool {
    let bare = text.token(at).is_some_and(|t| t.marks.is_bare());
    // “xom Chua co 2 vu …”
    let hamlet = (1..=2).filter_map(|back| at.checked_sub(back)).any(|b| text.is(b, Class::Hamlet).is_some());
    let either =
        matches!(text.plain(at), "no" | "lam" | "dau" | "mo" | "cha") || text.plain(at) == "chua" && hamlet;
    let counted = super::amounts::amount(text, at + len).is_some();
    let none = (at + len..at + len + 6).any(|i| matches!(text.plain(i), "nao" | "mo" | "gi" | "chi"));
    // “lang Mo co mot vu …” is no “mô có”.
    let named =
        text.plain(at) == "mo" && at.checked_sub(1).is_some_and(|b| text.is(b, Class::Hamlet).is_some());
    named || bare && either && counted && !none
}

/// “vụ khác”, “vụ việc khác” behind a denial: the length.
fn other_matters(text: &Text, at: usize) -> Option<usize> {
    let len = match (text.plain(at), text.plain(at + 1), text.plain(at + 2)) {
        ("vu", "viec", "khac") => 3,
        ("vu" | "viec" | "chuyen", "khac", _) => 2,
        _ => return None,
    };
    let counted = [':', '='].into_iter().any(|c| text.is_sep(at + len, c)) || is_figure(text, at + len);
    (!counted).then_some(len)
}

/// “không phải 2 vụ”.
fn denied_figure(text: &Text, at: usize) -> Option<(Kind, usize)> {
    let len = text.is(at, Class::NotThat)?;
    let figure = (at + len..at + len + 4).any(|i| super::amounts::amount(text, i).is_some());
    figure.then_some((Kind::NotThat, len))
}

pub(super) fn after_mediation(text: &Text, items: &[Item]) -> bool {
    let links = &text.book.links;
    items.iter().rev().take(12).any(|item| match item.kind {
        Kind::Indicator(place, _) => links.mediation.contains(&place),
        Kind::Ambiguous(place) => text
            .book
            .ambiguous
            .get(place)
            .is_some_and(|all| all.iter().all(|one| links.mediation.contains(one)) && !all.is_empty()),
        Kind::Noise(_) => is_mediator(text, item),
        _ => false,
    })
}

/// “vụ nào”, “trường hợp nào”: none of what is counted in cases.
fn says_case(text: &Text, from: usize, to: usize) -> bool {
    let case = (from..to).any(|at| text.is_any(at, &[Class::UnitCase, Class::UnitInstance]).is_some());
    // “cái trộm trâu nó có 1 vụ”: a figure is denied only with “nào”.
    let figure = (from..to).any(|at| super::amounts::amount(text, at).is_some());
    case && (!figure || (from..to).any(|at| text.plain(at) == "nao"))
}

/// “trộm cắp thì không có vụ nào”: an indicator without a figure stands right before, perhaps with a small word.
fn is_after_named(items: &[Item]) -> bool {
    let talk = |item: &&Item| {
        matches!(item.kind, Kind::Noise(_)) || (item.kind == Kind::Word && item.to - item.from == 1)
    };
    let mut before = items.iter().rev();
    let skipped = before.clone().take(1).take_while(talk).count();
    let named = matches!(before.nth(skipped).map(|item| &item.kind), Some(Kind::Indicator(..)));
    named && !matches!(before.next().map(|item| &item.kind), Some(Kind::Figure(_) | Kind::Neg))
}

/// An indicator that counts people stands right before, without a figure.
fn is_after_people(text: &Text, items: &[Item]) -> bool {
    let last = items.last().map(|item| &item.kind);
    let people = matches!(last, Some(Kind::Indicator(place, _))
        if text.book.entries.get(*place).is_some_and(|entry| entry.units.contains(&super::items::Unit::Person)));
    people && is_after_named(items)
}

/// “tổ hòa giải”: those who mediate.
pub(super) fn is_mediator(text: &Text, item: &Item) -> bool {
    (item.from..item.to).any(|at| text.plain(at) == "hoa" && text.plain(at + 1) == "giai")
}

fn names_people(text: &Text, at: usize, len: usize) -> bool {
    matches!(text.plain(at + len - 1), "ai" | "nguoi") && !text.plain(at + 1).starts_with("nghe")
        || (matches!(text.plain(at + len - 1), "nao") && text.plain(at + 1) == "nguoi")
}

/// After “không ai”, “không có người”: injured and dead, something counted, or nothing that matters.
fn people(text: &Text, at: usize, next: usize) -> (Kind, usize) {
    let mut end = next;
    while matches!(text.plain(end), "bi" | "nao" | "nghe" | "phai") && !is_figure(text, end) {
        if text.is_any(end, &[Class::Hurt, Class::Dead]).is_some() {
            break;
        }
        end += 1;
    }
    let consequence = text.is_any(end, &[Class::Hurt, Class::Dead, Class::Casualties]).is_some();
    if consequence || (text.indicator(end).is_some() && end <= next + 1) {
        return (Kind::Neg, end - at);
    }
    let told = (next..next + 4).find(|i| {
        text.indicator(*i).is_some()
            || text.is_any(*i, &[Class::Loss, Class::LossAll, Class::UnitCase]).is_some()
    });
    (Kind::NegNoise, clause_end(text, next).min(told.unwrap_or(next + 4)) - at)
}

struct Tail {
    end: usize,
    blank: bool,
    /// A word that leaves nothing open (“gì”, “nào”, “chuyện”).
    strong: bool,
    more: bool,
}

/// The words after a denial that say only “anything at all”.
fn blank_tail(text: &Text, from: usize) -> Tail {
    let mut tail = Tail { end: from, blank: false, strong: false, more: false };
    loop {
        let at = tail.end;
        let counted = text.indicator(at).map(|(.., len)| len);
        // “không có vụ khác”
        if let Some(len) = text.is(at, Class::UnitCase)
            && let Some(more) = text.is(at + len, Class::More)
        {
            (tail.blank, tail.more) = (true, true);
            tail.end += len + more;
            continue;
        }
        let blank = text.is(at, Class::Blank).filter(|len| counted.is_none_or(|other| other < *len));
        if let Some(len) = blank {
            let last = text.plain(at + len - 1);
            tail.strong |= matches!(last, "gi" | "nao" | "chi" | "mo" | "chuyen" | "khac");
            tail.blank = true;
            tail.end += len;
            continue;
        }
        if counted.is_some() && text.is(at, Class::More).is_none() {
            return tail;
        }
        if let Some(len) = text.is(at, Class::More) {
            tail.more = true;
            tail.end += len;
            continue;
        }
        if let Some(len) = text.is(at, Class::BlankTail).filter(|_| tail.blank) {
            tail.end += len;
            continue;
        }
        let one = matches!(text.plain(at), "mot" | "1") && unit(text, at + 1).is_some();
        let filler = matches!(
            text.plain(at),
            "co" | "bi"
                | "con"
                | "them"
                | "ai"
                | "noi"
                | "nghe"
                | "thay"
                | "he"
                | "phat"
                | "hien"
                | "de"
                | "dien"
                | "dau"
                | "xay"
                | "ra"
                | "ke"
        );
        if (one || filler) && counted.is_none() {
            tail.end += 1;
            continue;
        }
        if let Some(len) = text.is(at, Class::UnitCase) {
            tail.end += len;
            tail.blank |= is_end(text, tail.end);
            continue;
        }
        return tail;
    }
}

/// Whether “còn lại”, “ngoài ra”, “khác” stands shortly before.
fn is_after_rest(items: &[Item]) -> bool {
    let mut words = 0;
    for item in items.iter().rev() {
        match item.kind {
            Kind::Rest => return true,
            Kind::Word | Kind::Noise(_) | Kind::Colon | Kind::Month(_) | Kind::Sep(1) => words += 1,
            _ => return false,
        }
        if words > 5 {
            return false;
        }
    }
    false
}

/// “có đúng không ạ?”, “được không”: a question, no denial.
fn is_question(text: &Text, at: usize, next: usize) -> bool {
    let asked = at
        .checked_sub(1)
        .is_some_and(|b| matches!(text.plain(b), "dung" | "phai" | "duoc" | "biet" | "that"));
    // “có vụ nào không”
    let open = (1..=6)
        .map_while(|back| at.checked_sub(back))
        .take_while(|b| text.token(*b).is_some_and(|t| t.shape == Shape::Word))
        .any(|b| matches!(text.plain(b), "nao" | "gi" | "chi"));
    let asked = asked || open;
    let mut end = next;
    while let Some(len) = text.is(end, Class::Polite) {
        end += len;
    }
    asked || text.is_sep(end, '?')
}

fn is_end(text: &Text, at: usize) -> bool {
    match text.token(at) {
        None => true,
        Some(token) => match token.shape {
            Shape::Newline => true,
            Shape::Sep(c) => !matches!(c, '(' | '"' | '\''),
            Shape::Word => is_polite_to_the_end(text, at),
            _ => false,
        },
    }
}

fn is_polite_to_the_end(text: &Text, at: usize) -> bool {
    let mut next = at;
    while let Some(len) = text.is(next, Class::Polite).or_else(|| text.is(next, Class::BlankTail)) {
        next += len;
    }
    next > at && text.token(next).is_none_or(|t| matches!(t.shape, Shape::Newline | Shape::Sep(_)))
}

fn is_figure(text: &Text, at: usize) -> bool {
    text.token(at).is_some_and(|t| t.shape == Shape::Number)
}

/// The token at which the clause that holds `at` ends.
fn clause_end(text: &Text, at: usize) -> usize {
    let mut end = at;
    while text.token(end).is_some_and(|t| t.shape == Shape::Word) {
        end += 1;
    }
    end
}
