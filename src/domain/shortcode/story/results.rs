//! What came of a case, told before its figure and the word for what it was.

use super::super::items::{Kind, Unit};
use super::super::lexicon::Strength;
use super::super::text::Text;

/// Whether the figure before a word counts what is told before the figure, and not the word.
pub(super) fn counts_result(text: &Text, place: usize, figure: Option<&Kind>, told: Option<&Kind>) -> bool {
    let Some(Kind::Figure(figure)) = figure else { return false };
    let book = &text.book;
    match told {
        Some(Kind::Indicator(result, strength)) => {
            let entry = book.entries.get(*result);
            // “làm rõ 2 vụ trộm”, “hòa giải thành 2 vụ mâu thuẫn”
            let cases = figure.unit == Unit::Case
                && entry.is_some_and(|entry| entry.quiet && entry.units.contains(&Unit::Case));
            // “giao nộp 5 hộp pháo”: what is handed in.
            let handed_in =
                *result != place && entry.is_some_and(|entry| entry.units.contains(&Unit::Weapon));
            // “bắt giữ 1 đối tượng nghiện”: whom they caught.
            let caught = figure.unit == Unit::Person
                && *strength == Strength::Generic
                && *result != place
                && is_arrest(text, *result)
                && is_background(text, place);
            cases || handed_in || caught
        }
        // “đã hòa giải 3 vụ mâu thuẫn”: what was mediated, with whatever outcome.
        Some(Kind::Ambiguous(word)) => {
            let mediation = |all: &Vec<usize>| {
                !all.is_empty() && all.iter().all(|one| book.links.mediation.contains(one))
            };
            figure.unit == Unit::Case && book.ambiguous.get(*word).is_some_and(mediation)
        }
        _ => false,
    }
}

/// Whether the indicator counts people that were caught.
fn is_arrest(text: &Text, place: usize) -> bool {
    text.book.entries.get(place).is_some_and(|entry| {
        entry.quiet && entry.units.first() == Some(&Unit::Person) && !entry.units.contains(&Unit::Turn)
    })
}

/// Whether the indicator's words may only describe somebody.
fn is_background(text: &Text, place: usize) -> bool {
    text.book.entries.get(place).is_some_and(|entry| entry.background)
}
