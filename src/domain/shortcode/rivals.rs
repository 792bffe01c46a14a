//! Two codes or two hamlets where only one can be meant.

use super::items::{Item, Kind};
use super::lexicon::Strength;
use super::reading::Why;
use super::story::{Doubt, Story};
use super::text::Text;

/// “SUA TC2 thành TNV2”: what becomes of the first?
pub(super) fn two_codes(items: &[Item], story: &Story) -> Option<Doubt> {
    let at = items.iter().position(|item| matches!(item.kind, Kind::Becomes | Kind::Succeeded))?;
    let counts = |range: std::ops::Range<usize>| {
        story.pairing.pairs.iter().any(|pair| {
            range.contains(&pair.thing)
                && matches!(items.get(pair.thing).map(|i| &i.kind), Some(Kind::Indicator(..)))
        })
    };
    (counts(0..at) && counts(at + 1..items.len())).then(|| Doubt::new(Why::Contradiction, at))
}

/// “TC2 thanh TNV2”: whatever the text is, one code made into another.
pub(super) fn code_for_code(items: &[Item]) -> Option<Doubt> {
    let code = |at: usize| matches!(items.get(at).map(|i| &i.kind), Some(Kind::Indicator(_, Strength::Code)));
    let figure = |at: usize| matches!(items.get(at).map(|i| &i.kind), Some(Kind::Figure(_)));
    (2..items.len())
        .find(|at| {
            matches!(items.get(*at).map(|i| &i.kind), Some(Kind::Becomes | Kind::Succeeded))
                && figure(at - 1)
                && code(at - 2)
                && code(at + 1)
        })
        .map(|at| Doubt::new(Why::Contradiction, at))
}

/// Two hamlets, each with figures after it.
pub(super) fn two_hamlets(text: &Text, items: &[Item], story: &Story) -> Option<usize> {
    let heads: Vec<(usize, &str)> = items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| match &item.kind {
            Kind::Hamlet { name, aside: false } => Some((at, name.as_str())),
            _ => None,
        })
        .collect();
    let told = |from: usize, to: usize| {
        story
            .pairing
            .pairs
            .iter()
            .any(|pair| (from..to).contains(&pair.thing) && (from..to).contains(&pair.figure))
    };
    let mut with_figures: Vec<(usize, &str)> = Vec::new();
    for (n, (at, name)) in heads.iter().enumerate() {
        let end = heads.get(n + 1).map_or(items.len(), |(next, _)| *next);
        if told(*at, end) && with_figures.iter().all(|(_, other)| other != name) {
            with_figures.push((*at, name));
        }
    }
    // “Thôn Nhuệ tháng 11: xóm Đình mất trộm 1 vụ, xóm Chùa …”: parts of the hamlet that is named first.
    let word = |at: usize| items.get(at).map_or("", |item| text.plain(item.from));
    let whole =
        heads.first().is_some_and(|(at, _)| matches!(word(*at), "thon" | "ap" | "ban" | "buon" | "lang"));
    if whole && with_figures.iter().all(|(at, _)| matches!(word(*at), "xom" | "doi" | "cum" | "to" | "ngo")) {
        return None;
    }
    match with_figures.as_slice() {
        [_, (second, _), ..] => Some(*second),
        _ => None,
    }
}
