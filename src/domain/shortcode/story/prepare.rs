//! What is settled before figures and indicators find each other: parts, sums, mentions.

use super::super::items::{Item, Kind, Unit};
use super::super::lexicon::{Class, Consequence, Strength};
use super::super::text::Text;
use super::super::token::Shape;
use super::results::counts_result;

/// Which items stand in parentheses or after “trong đó”, to the end of the sentence.
pub(super) fn insides(items: &[Item]) -> Vec<bool> {
    let mut depth = 0_i32;
    let mut part = false;
    items
        .iter()
        .map(|item| {
            match &item.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = (depth - 1).max(0),
                Kind::Part => part = true,
                Kind::Sep(level) if *level >= 2 => part = false,
                _ => {}
            }
            depth > 0 || part
        })
        .collect()
}

/// “có 5 vụ: …”, “4 vụ gồm …”: a figure of cases before a list is their sum.
pub(super) fn mark_headers(items: &mut [Item]) {
    let mut named = false;
    for at in 0..items.len() {
        // “trộm cắp tất cả 3 vụ”: the sum of what is named right before.
        let own = at >= 2
            && matches!(items.get(at - 1).map(|i| &i.kind), Some(Kind::Total))
            && matches!(items.get(at - 2).map(|i| &i.kind), Some(Kind::Indicator(..)))
            && !matches!(
                at.checked_sub(3).and_then(|b| items.get(b)).map(|i| &i.kind),
                Some(Kind::Figure(_))
            );
        if let (true, Some(Item { kind: Kind::Figure(figure), .. })) = (own, items.get_mut(at)) {
            figure.total = false;
        }
        // “3 vụ trong tháng 6 gồm …”: the month may stand between.
        let talk = |kind: Option<&Kind>| matches!(kind, Some(Kind::Word | Kind::Noise(_) | Kind::Month(_)));
        let next = (at + 1..at + 5).find(|i| !talk(items.get(*i).map(|i| &i.kind))).unwrap_or(at + 1);
        let next = if matches!(items.get(next).map(|i| &i.kind), Some(Kind::Part)) { next } else { at + 1 };
        let lists = matches!(items.get(next).map(|i| &i.kind), Some(Kind::Colon | Kind::Part | Kind::Open))
            || (matches!(items.get(next).map(|i| &i.kind), Some(Kind::Sep(1)))
                && matches!(items.get(next + 1).map(|i| &i.kind), Some(Kind::Part)));
        let Some(item) = items.get_mut(at) else { continue };
        match &mut item.kind {
            Kind::Indicator(..) | Kind::Ambiguous(_) => named = true,
            Kind::Sep(_) => named = false,
            Kind::Figure(figure) if figure.unit == Unit::Case && lists && !named => figure.total = true,
            _ => {}
        }
    }
}

/// “hòa giải thành 3 vụ, 1 vụ đang hòa giải”: what is still being done of the cases told before; “1 vụ tai nạn, một
/// người mất”: who is gone is dead where lives are lost.
pub(super) fn mark_pending_and_gone(items: &mut [Item], text: &Text) {
    let mut most = 0;
    let mut deadly = false;
    for at in 0..items.len() {
        let from = items.get(at).map_or(0, |item| item.from);
        let to = items.get(at).map_or(0, |item| item.to);
        match items.get(at).map(|item| item.kind.clone()) {
            Some(Kind::Figure(figure)) if figure.unit == Unit::Case => {
                let pending = text.is(to, Class::Pending).filter(|_| !is_named_in_clause(items, at));
                if let Some(len) = pending.filter(|_| figure.value <= most) {
                    let end = to + len;
                    for item in items.iter_mut().skip(at).take_while(|item| item.from < end) {
                        item.kind = Kind::Noise("still pending");
                    }
                }
                most = most.max(figure.value);
            }
            Some(Kind::Figure(figure)) => most = most.max(figure.value),
            Some(Kind::Indicator(place, _)) => {
                let event = text.book.entries.get(place).and_then(|entry| entry.event);
                deadly |= event
                    .and_then(|event| text.book.events.get(event))
                    .is_some_and(|rule| rule.dead.is_some());
            }
            Some(Kind::Loss { all: false }) if deadly && to - from == 1 && text.plain(from) == "mat" => {
                let people = matches!(at.checked_sub(1).and_then(|b| items.get(b)).map(|i| &i.kind),
                    Some(Kind::Figure(figure)) if figure.unit == Unit::Person);
                let ends = matches!(
                    items.get(at + 1).map(|i| &i.kind),
                    None | Some(Kind::Sep(_) | Kind::And | Kind::Close)
                );
                if people
                    && ends
                    && let Some(item) = items.get_mut(at)
                {
                    item.kind = Kind::Consequence(Consequence::Dead);
                }
            }
            _ => {}
        }
    }
}

/// “trộm 1 vụ chuyển xã”: what the figure counts stands before it in its clause.
fn is_named_in_clause(items: &[Item], at: usize) -> bool {
    let kinds = items.iter().take(at).rev().map(|item| &item.kind);
    let mut clause = kinds.take_while(|kind| !matches!(kind, Kind::Sep(_) | Kind::Figure(_)));
    clause.any(|kind| matches!(kind, Kind::Indicator(..) | Kind::Ambiguous(_)))
}

/// “1 vụ đánh nhau ở dãy 2”: a bare number after a word that is known, in the clause of an indicator that has its figure,
/// names something; counts stand before what they count.
pub(super) fn mark_labels(items: &mut [Item], text: &Text) {
    for at in 1..items.len() {
        let bare = matches!(items.get(at).map(|i| &i.kind), Some(Kind::Figure(figure))
            if figure.unit == Unit::None && !figure.total && !figure.approx && !figure.difference && !figure.denied);
        if !bare || !follows_noun(items, at, text) || counts_on(items, at) {
            continue;
        }
        let mut words = 0;
        for back in (0..at).rev() {
            match items.get(back).map(|i| &i.kind) {
                Some(
                    Kind::Word
                    | Kind::Noise(_)
                    | Kind::Cause
                    | Kind::Topic
                    | Kind::Hamlet { .. }
                    | Kind::Open,
                ) => words += 1,
                Some(Kind::Indicator(place, strength)) if *strength != Strength::Code && words > 0 => {
                    if has_figure(items, back, *place, text)
                        && let Some(item) = items.get_mut(at)
                    {
                        item.kind = Kind::Noise("a number that names");
                    }
                    break;
                }
                // “đánh nhau 1 (ở dãy 2)”
                Some(Kind::Figure(_))
                    if words > 0
                        && (back + 1..at)
                            .any(|i| matches!(items.get(i).map(|i| &i.kind), Some(Kind::Open))) =>
                {
                    if let Some(item) = items.get_mut(at) {
                        item.kind = Kind::Noise("a number that names");
                    }
                    break;
                }
                _ => break,
            }
        }
    }
}

/// Whether a known word stands right before the figure that is none of those before counts.
fn follows_noun(items: &[Item], at: usize, text: &Text) -> bool {
    const COUNTING: [&str; 36] = [
        "co", "la", "duoc", "con", "chi", "moi", "them", "tong", "khoang", "gan", "hon", "gom", "so", "ca",
        "da", "thi", "ghi", "nhan", "ra", "bi", "tang", "giam", "len", "xuong", "moi", "va", "voi", "mat",
        "bat", "thu", "xay", "vu", "nguoi", "dung", "thanh", "lai",
    ];
    let Some(before) = items.get(at - 1).filter(|item| matches!(item.kind, Kind::Word)) else { return false };
    let Some(last) = before.to.checked_sub(1).and_then(|last| text.token(last)) else { return false };
    let name = last.upper && text.mixed_case && !last.caps;
    last.shape == Shape::Word && (name || last.word.is_some()) && !COUNTING.contains(&last.plain.as_str())
}

/// Whether what follows the figure is something that it may count.
fn counts_on(items: &[Item], at: usize) -> bool {
    matches!(
        items.get(at + 1).map(|i| &i.kind),
        Some(
            Kind::Indicator(..)
                | Kind::Ambiguous(_)
                | Kind::Consequence(_)
                | Kind::Casualties
                | Kind::Succeeded
                | Kind::Failed
                | Kind::Figure(_)
                | Kind::Colon
        )
    )
}

/// Whether the indicator has a figure right before or after it.
fn has_figure(items: &[Item], at: usize, place: usize, text: &Text) -> bool {
    let fits = |figure: &super::super::items::Figure| {
        figure.unit != Unit::None
            && text.book.entries.get(place).is_some_and(|entry| entry.units.contains(&figure.unit))
    };
    let before = (0..at).rev().take(3).find_map(|i| match items.get(i).map(|i| &i.kind) {
        Some(Kind::Figure(figure)) => Some(fits(figure)),
        Some(Kind::Word | Kind::Noise(_)) => None,
        _ => Some(false),
    });
    let after = matches!(items.get(at + 1).map(|i| &i.kind), Some(Kind::Figure(_)));
    before == Some(true) || after
}

/// “1 vụ hai thanh niên chặn đường …”: people, households or things right after a figure of cases, of whom no death,
/// injury or count of people is told, are who did it.
pub(super) fn mark_actors(items: &mut [Item], text: &Text) {
    for at in 0..items.len() {
        let case = matches!(items.get(at).map(|i| &i.kind), Some(Kind::Figure(figure))
            if matches!(figure.unit, Unit::Case | Unit::Instance) && !figure.total && !figure.denied);
        let next = (at + 1..at + 3).find(|i| !matches!(items.get(*i).map(|i| &i.kind), Some(Kind::Word)));
        let Some(next) = next.filter(|_| case) else { continue };
        let people = matches!(items.get(next).map(|i| &i.kind), Some(Kind::Figure(figure))
            if matches!(figure.unit, Unit::Person | Unit::House | Unit::Thing | Unit::Stranger));
        if !people {
            continue;
        }
        let told = items
            .iter()
            .skip(next + 1)
            .map(|item| &item.kind)
            .take_while(|kind| !matches!(kind, Kind::Sep(_) | Kind::Figure(_)))
            .any(|kind| match kind {
                Kind::Consequence(_) | Kind::Casualties => true,
                Kind::Indicator(place, _) => {
                    text.book.entries.get(*place).is_some_and(|entry| !entry.units.contains(&Unit::Case))
                }
                _ => false,
            });
        if let Some(item) = items.get_mut(next).filter(|_| !told) {
            item.kind = Kind::Noise("who did it");
        }
    }
}

/// “Chết do cháy: 0”: the event after a cause says what the deaths are of; the figure counts them, not it.
pub(super) fn causes(items: &[Item]) -> Vec<bool> {
    (0..items.len())
        .map(|at| {
            let mut before = items.iter().take(at).rev().filter(|item| !matches!(item.kind, Kind::Noise(_)));
            if matches!(items.get(at).map(|item| &item.kind), Some(Kind::Ambiguous(_))) {
                return matches!(before.next().map(|item| &item.kind), Some(Kind::Topic));
            }
            // “2 người bị thương do tai nạn 1 vụ”
            let cases = matches!(items.get(at + 1).map(|item| &item.kind), Some(Kind::Figure(figure)) if figure.unit == Unit::Case);
            !cases
                && matches!(items.get(at).map(|item| &item.kind), Some(Kind::Indicator(..)))
                && matches!(before.next().map(|item| &item.kind), Some(Kind::Cause))
                && matches!(
                    before.next().map(|item| &item.kind),
                    Some(Kind::Consequence(_) | Kind::Loss { .. } | Kind::Casualties)
                )
        })
        .collect()
}

/// Which indicators are only spoken of: what a tip or a meeting is about, what something came of.
pub(super) fn mentions(items: &[Item], text: &Text, inside: &[bool]) -> Vec<bool> {
    let quiet = |kind: &Kind| match kind {
        Kind::Indicator(place, _) => {
            let links = &text.book.links;
            Some(*place) == links.meetings
                || text.book.entries.get(*place).is_some_and(|e| e.units.contains(&Unit::Tip))
        }
        _ => false,
    };
    let aside = neighbours(items, text);
    let mut found = vec![false; items.len()];
    for at in 0..items.len() {
        let Some(Kind::Indicator(place, strength)) = items.get(at).map(|i| &i.kind) else { continue };
        // “họp thôn tuyên truyền về pháo”: a word that is a code too.
        let small = items.get(at).is_some_and(|item| text.token(item.from).is_some_and(|t| !t.upper));
        let about = small
            && at.checked_sub(1).and_then(|b| items.get(b)).is_some_and(|item| item.kind == Kind::Topic);
        if *strength == Strength::Code && !about {
            continue;
        }
        let counted = matches!(
            items.get(at + 1).map(|i| &i.kind),
            Some(Kind::Figure(_) | Kind::Colon | Kind::Neg | Kind::Vague(_))
        );
        let mut back = at;
        let mut before = None;
        while let Some(previous) = back.checked_sub(1) {
            back = previous;
            match items.get(previous).map(|i| &i.kind) {
                Some(Kind::Noise(_)) => {}
                // “tin báo về chỗ hút chích”, “về việc đánh bạc”
                Some(Kind::Word) if is_about(items, previous, text) || is_matter(items, previous) => {}
                other => {
                    before = other;
                    break;
                }
            }
        }
        let before_that = back.checked_sub(1).and_then(|b| items.get(b)).map(|i| &i.kind);
        let starts = matches!(
            before_that,
            None | Some(Kind::Sep(_) | Kind::Colon | Kind::Month(_) | Kind::Hamlet { .. } | Kind::Keyword)
        );
        let of_result = !counted && counts_result(text, *place, before, before_that);
        let mention = match before {
            Some(Kind::Cause) => true,
            _ if of_result => true,
            _ if aside.get(at).copied().unwrap_or(false) => true,
            Some(Kind::Topic) => {
                let told = counted || matches!(items.get(at + 1).map(|i| &i.kind), Some(Kind::Word));
                !(starts && told)
            }
            Some(kind @ Kind::Indicator(..)) => quiet(kind) && !counted,
            Some(Kind::Sep(1) | Kind::And) => {
                let earlier = (0..back)
                    .rev()
                    .find(|b| !matches!(items.get(*b).map(|i| &i.kind), Some(Kind::Word | Kind::Noise(_))));
                let promised =
                    earlier.is_some_and(|b| matches!(items.get(b).map(|i| &i.kind), Some(Kind::Topic)));
                (promised || earlier.is_some_and(|b| found.get(b).copied().unwrap_or(false)))
                    && !counted
                    && !inside.get(at).copied().unwrap_or(false)
            }
            _ => false,
        };
        if let Some(slot) = found.get_mut(at) {
            *slot = mention;
        }
    }
    found
}

/// A small word between “về” and what it is about.
fn is_about(items: &[Item], at: usize, text: &Text) -> bool {
    const WORDS: [&str; 14] = [
        "cho", "viec", "vu", "nan", "chuyen", "cac", "nhung", "may", "te", "hien", "tuong", "tinh", "trang",
        "hanh",
    ];
    let word =
        items.get(at).is_some_and(|item| item.to - item.from == 1 && WORDS.contains(&text.plain(item.from)));
    let kind = |back: usize| at.checked_sub(back).and_then(|b| items.get(b)).map(|item| &item.kind);
    let topic =
        kind(1) == Some(&Kind::Topic) || (kind(1) == Some(&Kind::Word) && kind(2) == Some(&Kind::Topic));
    word && topic
}

/// “khiếu kiện về bãi rác ô nhiễm”: a word of the few behind “về”, right behind what was counted.
fn is_matter(items: &[Item], at: usize) -> bool {
    let mut before = items.iter().take(at).rev().take(4).skip_while(|item| item.kind == Kind::Word);
    before.next().is_some_and(|item| item.kind == Kind::Topic)
        && matches!(before.next().map(|item| &item.kind), Some(Kind::Indicator(..) | Kind::Figure(_)))
}

/// What is told of a neighbouring hamlet only for contrast (“bên xóm Hạ họ mất trộm liên miên chứ …”).
fn neighbours(items: &[Item], text: &Text) -> Vec<bool> {
    let mut aside = false;
    items
        .iter()
        .map(|item| {
            match &item.kind {
                Kind::Hamlet { aside: true, name } => {
                    let beside = item.from.checked_sub(1).is_some_and(|b| text.plain(b) == "ben");
                    aside = !name.is_empty() && beside;
                }
                Kind::Hamlet { aside: false, .. } | Kind::Month(_) | Kind::Sep(2 | 3) => aside = false,
                _ => {}
            }
            aside
        })
        .collect()
}
