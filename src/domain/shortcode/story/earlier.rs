//! Figures of reports before: compared with, already told, wrong.

use super::super::items::{Item, Kind};
use super::super::period_of::is_reported;
use super::super::text::Text;

/// “so với 3 vụ tháng 5”: a figure between “than” and a month counts that month.
pub(super) fn mark_compared(items: &mut [Item]) {
    for at in 1..items.len() {
        let than = matches!(items.get(at - 1).map(|i| &i.kind), Some(Kind::Than));
        let month = matches!(items.get(at + 1).map(|i| &i.kind), Some(Kind::Month(_)));
        if let (true, Some(Item { kind: Kind::Figure(figure), .. })) = (than && month, items.get_mut(at)) {
            figure.denied = true;
        }
    }
}

/// “đã báo năm vụ trộm, nay có thêm một vụ nữa”, “hôm trước ghi nhầm 4 ca”: in an addition or a correction what was
/// reported is no new figure.
pub(super) fn mark_reported(items: &mut [Item], text: &Text) {
    let mut done = false;
    let mut past = false;
    // “hôm qua báo nhầm, tạm trú là 9 người mới đúng”
    let righted = items
        .iter()
        .skip(1)
        .any(|item| item.kind == Kind::Fix && item.to - item.from >= 2 && text.plain(item.from) == "moi");
    for item in items.iter_mut() {
        let said = |words: &[&str]| (item.from..item.to).any(|at| words.contains(&text.plain(at)));
        let into = matches!(text.plain(item.to), "thanh" | "ra");
        match &mut item.kind {
            Kind::Done => done = true,
            Kind::Mistake if (past && !righted) || into => done = true,
            Kind::Word if past && said(&["bao", "ghi", "nhan", "gui", "khai"]) => done = true,
            Kind::DayAgo(ago) if *ago != 0 => past = true,
            Kind::Word | Kind::Noise(_) if said(&["truoc"]) => past = true,
            Kind::Sep(_) => (done, past) = (false, false),
            Kind::Figure(figure) if done => figure.denied = true,
            Kind::Money { denied, .. } if done => *denied = true,
            _ => {}
        }
    }
}

/// “Tháng 5 đã báo 3 vụ trộm rồi, sang tháng 6 …”: what was reported of a month before the one that is told.
pub(super) fn mark_month_before(items: &mut [Item]) {
    let months = items.iter().filter(|item| matches!(item.kind, Kind::Month(_))).count();
    let first = items.iter().position(|item| matches!(item.kind, Kind::Month(_)));
    let Some(first) = first.filter(|at| months > 1 && is_reported(items, *at)) else { return };
    for item in items.iter_mut().skip(first).take_while(|item| !matches!(item.kind, Kind::Sep(_))) {
        match &mut item.kind {
            Kind::Figure(figure) => figure.denied = true,
            Kind::Indicator(..) | Kind::Consequence(_) => item.kind = Kind::Noise("already reported"),
            _ => {}
        }
    }
}

/// “từ 2 thành 3”, “2 -> 3”: in a correction the first figure is what was wrong.
pub(super) fn mark_replaced(items: &mut [Item]) {
    for at in 0..items.len() {
        let mut after =
            items.iter().skip(at + 1).filter(|item| !matches!(item.kind, Kind::Noise(_) | Kind::Word));
        let becomes = matches!(after.next().map(|i| &i.kind), Some(Kind::Becomes));
        let figure = matches!(after.next().map(|i| &i.kind), Some(Kind::Figure(_)));
        if let (true, Some(Item { kind: Kind::Figure(old), .. })) = (becomes && figure, items.get_mut(at)) {
            old.denied = true;
        }
    }
}
