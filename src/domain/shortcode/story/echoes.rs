//! Pieces that only look as if they counted or were counted: a thing told twice in a breath, the number of a place.

use super::super::items::{Item, Kind, Unit};
use super::super::lexicon::Strength;
use super::super::text::Text;

/// “tai nạn lao động ngã giàn giáo”: right behind its kind, what happened is no second thing.
pub(super) fn mark_echoes(items: &mut [Item], text: &Text) {
    for at in 1..items.len() {
        if is_short_echo(items, at, text)
            && let Some(item) = items.get_mut(at)
        {
            item.kind = Kind::Word;
        }
        let place = |at: usize| match items.get(at).map(|item| &item.kind) {
            Some(Kind::Indicator(place, Strength::Generic | Strength::Specific)) => Some(*place),
            _ => None,
        };
        // “phản ánh 2 tin của dân”: the thing on both sides of its figure.
        let figure = matches!(items.get(at - 1).map(|item| &item.kind), Some(Kind::Figure(_)));
        let own = matches!(
            items.get(at + 1).map(|item| &item.kind),
            Some(Kind::Figure(_) | Kind::Colon | Kind::Neg)
        );
        let counted =
            at.checked_sub(3).and_then(|b| items.get(b)).is_some_and(|i| matches!(i.kind, Kind::Figure(_)));
        let before = if figure && !own && !counted { at.checked_sub(2) } else { Some(at - 1) };
        if place(at).is_some()
            && before.is_some_and(|before| place(at) == place(before))
            && let Some(item) = items.get_mut(at)
        {
            item.kind = Kind::Word;
        }
    }
}

/// “bắt 4 dt”: a short form behind the figure of the only thing that it may mean.
fn is_short_echo(items: &[Item], at: usize, text: &Text) -> bool {
    let kind = |back: usize| at.checked_sub(back).and_then(|i| items.get(i)).map(|item| &item.kind);
    let (Some(Kind::Ambiguous(word)), Some(Kind::Figure(_)), Some(Kind::Indicator(place, _))) =
        (kind(0), kind(1), kind(2))
    else {
        return false;
    };
    text.book.ambiguous.get(*word).is_some_and(|all| all.as_slice() == [*place])
}

/// “2 vụ cháy: … Cả hai vụ không có người chết”: at the head of its clause, cases that were counted before.
pub(super) fn mark_both(items: &mut [Item], text: &Text) {
    let mut told: Vec<i64> = Vec::new();
    for at in 0..items.len() {
        let Some(item) = items.get(at) else { return };
        let Kind::Figure(figure) = item.kind else { continue };
        let from = item.from;
        let all = from.checked_sub(1).is_some_and(|b| text.plain(b) == "ca");
        let head = at
            .checked_sub(2)
            .and_then(|b| items.get(b))
            .is_some_and(|item| matches!(item.kind, Kind::Sep(_)));
        let goes_on = match items.get(at + 1).map(|item| &item.kind) {
            Some(
                Kind::Neg | Kind::NegNoise | Kind::Consequence(_) | Kind::Loss { .. } | Kind::Blanket { .. },
            ) => true,
            Some(Kind::Word) => !counts_cases(items, at + 1, text),
            _ => false,
        };
        if all && head && goes_on && figure.unit == Unit::Case && told.contains(&figure.value) {
            if let Some(item) = items.get_mut(at) {
                item.kind = Kind::Noise("cases told before");
            }
        } else if figure.unit == Unit::Case {
            told.push(figure.value);
        }
    }
}

/// Whether what is counted in cases, or what became of mediation, is named in the clause from `at` on.
fn counts_cases(items: &[Item], at: usize, text: &Text) -> bool {
    let clause = items.iter().skip(at).take_while(|item| !matches!(item.kind, Kind::Sep(_)));
    clause.map(|item| &item.kind).any(|kind| match kind {
        Kind::Indicator(place, _) => {
            text.book.entries.get(*place).is_some_and(|entry| entry.units.contains(&Unit::Case))
        }
        Kind::Succeeded | Kind::Failed | Kind::Ambiguous(_) => true,
        _ => false,
    })
}

/// “o nhom 2 tu tu 1 vu”: a bare number behind a noun that says where, before a thing that has its own figure.
pub(super) fn mark_where(items: &mut [Item], text: &Text) {
    for at in 2..items.len() {
        let bare = matches!(items.get(at).map(|i| &i.kind), Some(Kind::Figure(figure))
            if figure.unit == Unit::None && !figure.total && !figure.approx && !figure.difference && !figure.denied);
        let before = (1..=3).map_while(|back| at.checked_sub(back)).map_while(|i| items.get(i));
        let led = before
            .take_while(|item| matches!(item.kind, Kind::Word | Kind::Noise(_) | Kind::Topic))
            .enumerate()
            .any(|(n, item)| n > 0 && matches!(text.plain(item.from), "o" | "tai"));
        if bare
            && led
            && is_before_counted(items, at, text)
            && let Some(item) = items.get_mut(at)
        {
            item.kind = Kind::Noise("a number that names");
        }
    }
}

/// Whether the next thing behind `at` has a figure of its own right behind it.
fn is_before_counted(items: &[Item], at: usize, text: &Text) -> bool {
    let mut rest =
        items.iter().skip(at + 1).skip_while(|item| matches!(item.kind, Kind::Word | Kind::Noise(_)));
    let Some(Kind::Indicator(place, _)) = rest.next().map(|item| &item.kind) else { return false };
    let units = text.book.entries.get(*place).map(|entry| &entry.units);
    matches!(rest.next().map(|item| &item.kind), Some(Kind::Figure(figure))
        if figure.unit != Unit::None && units.is_some_and(|units| units.contains(&figure.unit)))
}

/// “cờ bạc 2 vụ, hôm trước gõ nhầm 1”: a bare figure or sum right behind a mistake, when another one is told, is what was
/// wrong.
pub(super) fn mark_mistaken(items: &mut [Item]) {
    let counts = |kind: &Kind| matches!(kind, Kind::Figure(_) | Kind::Money { .. });
    let figures = items.iter().filter(|item| counts(&item.kind)).count();
    for at in 1..items.len() {
        let mut before = items.iter().take(at).rev().skip_while(|item| item.kind == Kind::Word);
        let mistaken = matches!(before.next().map(|item| &item.kind), Some(Kind::Mistake));
        let ends = matches!(items.get(at + 1).map(|i| &i.kind), None | Some(Kind::Sep(_) | Kind::Close));
        let bare = match items.get(at).map(|item| &item.kind) {
            Some(Kind::Figure(figure)) => matches!(figure.unit, Unit::None | Unit::Case),
            Some(Kind::Money { .. }) => true,
            _ => false,
        };
        if mistaken
            && bare
            && ends
            && figures > 1
            && let Some(item) = items.get_mut(at)
        {
            item.kind = Kind::Noise("what was wrong");
        }
    }
}
