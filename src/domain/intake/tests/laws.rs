//! Laws that hold whatever is texted, in whatever order.

use proptest::prelude::*;

use super::desk::*;
use crate::domain::intake::*;

/// Texts of every kind; the desk checks each reply and each version that is written.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let figures =
        ["TC0", "TC2", "TC3", "CB1", "TC2 CB1", "TC30", "KP1", "TTN60", "TRU4, con lai khong co gi"];
    let heads = [
        "",
        "T2 ",
        "T3 ",
        "T4 ",
        "SUA T3 ",
        "SUA ",
        "THEM T3 ",
        "THEM ",
        "ngay 10/3 ",
        "T6/2026 ",
        "pa khoang ",
    ];
    let report = (prop::sample::select(heads.to_vec()), prop::sample::select(figures.to_vec()))
        .prop_map(|(head, figures)| format!("{head}{figures}"));
    let others = [
        "1",
        "2",
        "3",
        "OK",
        "SAI",
        "T3",
        "T4",
        "thay",
        "cong them",
        "KT",
        "KT T3",
        "HD",
        "NGUNG NHAC",
        "T3 khong co gi",
        "khong co gi",
        "T3 TC1, TN2",
        "thang 3 co trom",
        "2 vu",
        "TNV",
        "pa khoang",
        "KHAN chay nha",
        "xin chao",
        "???",
    ];
    let other = prop::sample::select(others.to_vec()).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![3 => report, 2 => other, 1 => "\\PC{0,60}"], 1..14)
}

fn total(desk: &Desk) -> Vec<i64> {
    let months = ["2026-02", "2026-03", "2026-04"].map(period);
    let keys = [NA_MO, PA_KHOANG].into_iter().flat_map(|unit| months.map(|month| (unit, month)));
    let sum = |id| keys.clone().filter_map(|key| desk.months.get(&key)?.effective(id)).sum::<i64>();
    desk.catalogue.iter().map(|indicator| sum(indicator.id)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_panics_counts_below_zero_or_goes_unanswered_without_reason(texts in texts()) {
        let mut desk = Desk::of(person(1, &[NA_MO, PA_KHOANG]));
        for text in &texts {
            let reply = desk.text(text);
            prop_assert!(total(&desk).iter().all(|figure| *figure >= 0));
            let silent = desk.plan.fate == Fate::Ignored || desk.repeated(text);
            prop_assert!(silent || !reply.is_empty(), "{}", text);
            prop_assert_eq!(!desk.plan.reports.is_empty(), matches!(desk.plan.fate, Fate::Recorded), "{}", text);
        }
    }

    #[test]
    fn people_who_practise_change_nothing(texts in texts()) {
        let mut desk = Desk::of(Person { practice: true, ..person(1, &[NA_MO]) });
        for text in &texts {
            let reply = desk.text(text);
            prop_assert!(reply.is_empty() || reply.starts_with("(TAP) "), "{}", reply);
        }
        prop_assert!(desk.months.is_empty());
    }

    #[test]
    fn a_number_that_can_be_forged_never_lowers_a_figure(texts in texts()) {
        let mut desk = Desk { trust: Trust::Low, ..Desk::new() };
        let mut before = total(&desk);
        for text in &texts {
            desk.text(text);
            let after = total(&desk);
            prop_assert!(before.iter().zip(&after).all(|(before, after)| before <= after), "{}", text);
            before = after;
        }
    }

    #[test]
    fn a_closed_month_never_changes(texts in texts()) {
        let mut desk = Desk::new();
        desk.text("T3 TC2 CB1");
        desk.state(NA_MO, "2026-03").closed = true;
        let before = desk.state(NA_MO, "2026-03").clone();
        for text in &texts {
            desk.text(text);
        }
        prop_assert_eq!(desk.state(NA_MO, "2026-03").clone(), before);
    }

    #[test]
    fn a_report_texted_twice_counts_once(head in "T[34]", tc in 0i64..20, cb in 0i64..20) {
        let mut desk = Desk::new();
        let text = format!("{head} TC{tc} CB{cb}");
        desk.text(&text);
        let once = total(&desk);
        desk.text(&text);
        prop_assert_eq!(desk.plan.fate, Fate::Answered);
        prop_assert_eq!(total(&desk), once);
    }
}
