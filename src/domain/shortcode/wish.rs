//! Whether a text reports, corrects, adds or takes back.

use super::items::{Item, Kind, Unit};
use super::lexicon::Class;
use super::text::Text;
use super::token::Origin;

/// Correction, addition, or a plain report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Report,
    Correct,
    Add,
    Erase,
}

pub(super) fn wish(text: &Text, items: &[Item]) -> Wish {
    let mut place = 0;
    let mut told = false;
    let mut wish = Wish::Report;
    for (at, item) in items.iter().enumerate() {
        // “Kính gửi công an xã, tôi là Hùng. SUA T3 TC1”: what stands before the first sentence that tells something is
        // no part of its head.
        told |=
            matches!(item.kind, Kind::Indicator(..) | Kind::Figure(_) | Kind::Money { .. } | Kind::Month(_));
        if !told && item.kind == Kind::Sep(3) {
            place = 0;
        }
        let words = item.to - item.from;
        let head = place <= 4;
        match item.kind {
            // “xin xã cho sửa 3 đoạn đường”
            Kind::Fix if is_wanted(text, items, at) || place > 4 && is_of_repair(text, items, at) => {}
            // “đá gà 2 vụ, hôm mùng 8, không phải, mùng 9 mới đúng”
            Kind::Fix if told && (is_of_day(items, at) || ends_slip(items, at)) => {}
            // “cháy 1 vụ hôm mùng 2, nhớ lộn, mùng 3”
            Kind::Mistake if told && is_before_day(items, at) => {}
            // “Thôn có 120 hộ. Sửa tháng 7: …”
            Kind::Fix if head || words >= 2 || begins_correction(items, at) => return Wish::Correct,
            Kind::Mistake => return Wish::Correct,
            // “ý nhầm, t9 tạm trú 95 người”, “em nhầm xíu, hòa giải thành 3 vụ”
            Kind::Slip if head && is_mistaken(text, item) && begins_telling(items, at) => {
                return Wish::Correct;
            }
            // “quên 1 vụ cãi nhau tháng 6”, “lộn, T6 trộm 2”
            Kind::Word
                if head
                    && next_is_case(items, at)
                    && matches!(text.plain(item.from), "quen" | "sot" | "thieu") =>
            {
                wish = Wish::Add;
            }
            Kind::Word if place == 0 && text.plain(item.from) == "lon" && text.is_sep(item.to, ',') => {
                return Wish::Correct;
            }
            Kind::Erase if head || words >= 2 => wish = Wish::Erase,
            Kind::Add => {
                let plain = text.plain(item.from);
                let strong = (words >= 2 || plain == "bo") && plain != "co";
                // “xin thêm 2 đèn pin” after what is reported asks for things.
                if is_wanted(text, items, at) {
                    continue;
                }
                if (head && !matches!(text.plain(item.from.saturating_sub(1)), "gi" | "nao")) || strong {
                    wish = if wish == Wish::Report { Wish::Add } else { wish };
                }
            }
            Kind::Indicator(..) | Kind::Figure(_) | Kind::Money { .. } => place += 5,
            Kind::Sep(_)
            | Kind::Noise(_)
            | Kind::Colon
            | Kind::Month(_)
            | Kind::Hamlet { .. }
            | Kind::Keyword => {}
            _ => place += 1,
        }
    }
    wish
}

/// Whether nothing is counted before the slip at `at`, and it takes back no month (“tháng 7, à nhầm tháng 6 …”).
fn begins_telling(items: &[Item], at: usize) -> bool {
    let counts = |item: &Item| {
        matches!(item.kind, Kind::Indicator(..) | Kind::Ambiguous(_) | Kind::Figure(_) | Kind::Money { .. })
    };
    let month = |item: &Item| matches!(item.kind, Kind::Month(_));
    let before = items.iter().take(at);
    let two_months = before.clone().any(month) && items.iter().skip(at).any(month);
    !before.clone().any(counts) && !two_months
}

fn is_mistaken(text: &Text, item: &Item) -> bool {
    (item.from..item.to).any(|at| matches!(text.plain(at), "nham" | "lon"))
}

/// Whether the word at `at` begins a sentence and what it corrects stands right behind it.
fn begins_correction(items: &[Item], at: usize) -> bool {
    let kind = |at: usize| items.get(at).map(|item| &item.kind);
    let begins = matches!(at.checked_sub(1).map(kind), Some(Some(Kind::Sep(3))));
    begins && matches!(kind(at + 1), Some(Kind::Month(_) | Kind::Colon | Kind::Indicator(..)))
}

/// “à không 5 triệu mới đúng”, “không phải, ông Bính mới đúng”: it ends what takes back a word of the same sentence.
fn ends_slip(items: &[Item], at: usize) -> bool {
    let kinds = items.iter().take(at).rev().map(|item| &item.kind);
    let mut sentence = kinds.take_while(|kind| !matches!(kind, Kind::Sep(2 | 3)));
    let before =
        sentence.by_ref().find(|kind| matches!(kind, Kind::Slip | Kind::NotThat) || is_counting(kind));
    match before {
        Some(Kind::NotThat | Kind::Slip | Kind::Neg) => sentence.any(is_counting),
        Some(Kind::Figure(_) | Kind::Money { .. }) => {
            matches!(sentence.find(|kind| !matches!(kind, Kind::Word | Kind::Sep(1))), Some(Kind::Slip))
        }
        _ => false,
    }
}

fn is_counting(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Indicator(..)
            | Kind::Ambiguous(_)
            | Kind::Figure(_)
            | Kind::Money { .. }
            | Kind::Month(_)
            | Kind::Neg
            | Kind::Blanket { .. }
    )
}

/// Whether only a day follows the word in its sentence.
fn is_before_day(items: &[Item], at: usize) -> bool {
    let rest = items.iter().skip(at + 1).map(|item| &item.kind);
    let mut sentence = rest.take_while(|kind| !matches!(kind, Kind::Sep(2 | 3)));
    let day = sentence.by_ref().find(|kind| !matches!(kind, Kind::Sep(_) | Kind::Word));
    matches!(day, Some(Kind::Date { .. } | Kind::DayAgo(_))) && !sentence.any(is_counting)
}

/// Whether only a day stands before the word in its clause: that is put right, no figure.
fn is_of_day(items: &[Item], at: usize) -> bool {
    let ended = matches!(
        items.get(at + 1).map(|item| &item.kind),
        None | Some(Kind::Sep(_) | Kind::Close | Kind::Word)
    );
    let mut clause =
        items.iter().take(at).rev().map(|item| &item.kind).take_while(|kind| !matches!(kind, Kind::Sep(_)));
    let day = matches!(clause.next(), Some(Kind::Date { .. } | Kind::DayAgo(_)));
    day && ended && !clause.any(is_counting)
}

/// “máy bơm của thôn hỏng 2 cái, cho sửa”: what is broken is to be mended, no figure.
fn is_of_repair(text: &Text, items: &[Item], at: usize) -> bool {
    let sentence = items.iter().take(at).rev().take_while(|item| !matches!(item.kind, Kind::Sep(3)));
    let named = |item: &Item| matches!(item.kind, Kind::Indicator(..) | Kind::Consequence(_));
    let broken = |item: &Item| {
        (item.from..item.to).any(|at| {
            let short = text.token(at).is_some_and(|t| t.origin == Origin::Short);
            matches!(text.plain(at), "hong" | "hu")
                || short && matches!(item.kind, Kind::Neg | Kind::NegNoise)
        })
    };
    sentence.clone().any(broken) && !sentence.clone().any(named)
}

/// Whether the word that adds stands in a request for something else than cases.
fn is_wanted(text: &Text, items: &[Item], at: usize) -> bool {
    let from = items.get(at).map_or(0, |item| item.from);
    let wanting = (from.saturating_sub(3)..=from).any(|i| text.is(i, Class::Wanting).is_some());
    let sentence = || items.iter().skip(at + 1).take_while(|item| !matches!(item.kind, Kind::Sep(3)));
    let told = sentence().any(|item| match item.kind {
        Kind::Indicator(place, _) => text.book.entries.get(place).is_some_and(|entry| !entry.quiet),
        Kind::Figure(figure) => {
            !matches!(figure.unit, Unit::Person | Unit::Thing | Unit::House | Unit::Stranger | Unit::None)
        }
        Kind::Ambiguous(_) | Kind::Consequence(_) | Kind::Money { .. } | Kind::Month(_) => true,
        _ => false,
    });
    let wants = sentence().any(|item| matches!(item.kind, Kind::Figure(_)));
    let reported = items
        .iter()
        .take(at)
        .any(|item| matches!(item.kind, Kind::Indicator(..) | Kind::Blanket { .. } | Kind::Calm));
    wanting && reported && wants && !told
}

fn next_is_case(items: &[Item], at: usize) -> bool {
    matches!(items.get(at + 1).map(|item| &item.kind), Some(Kind::Figure(figure)) if figure.unit == Unit::Case)
}
