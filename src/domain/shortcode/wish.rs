//! Whether a text reports, corrects, adds or takes back.

use super::items::{Item, Kind, Unit};
use super::text::Text;

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
            Kind::Fix if head || words >= 2 => return Wish::Correct,
            Kind::Mistake => return Wish::Correct,
            // “ý nhầm, t9 tạm trú 95 người”
            Kind::Slip if place == 0 && matches!(text.plain(item.to.saturating_sub(1)), "nham" | "lon") => {
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

fn next_is_case(items: &[Item], at: usize) -> bool {
    matches!(items.get(at + 1).map(|item| &item.kind), Some(Kind::Figure(figure)) if figure.unit == Unit::Case)
}
