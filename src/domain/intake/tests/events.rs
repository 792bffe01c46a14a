//! Rows of the rules: several events in one text. Each test is named after its row.

use super::desk::*;
use crate::domain::intake::*;

fn days(desk: &Desk) -> Vec<(String, bool)> {
    desk.plan.reports.iter().map(|report| (report.day.unwrap().to_string(), report.proposal)).collect()
}

#[test]
fn every_event_of_a_text_is_an_incident_on_its_day_in_the_reporting_month_that_contains_it() {
    let mut desk = Desk::new();
    let reply = desk.text("ngay 10/3 co 1 vu trom, ngay 17/3 co 1 vu danh nhau");
    assert_eq!(
        reply,
        "Da ghi cac vu cua Thon Na Mo vao thang 3 (15/2-14/3): ngay 10/3 trom cap 1; thang 4 (15/3-14/4): ngay 17/3 \
         danh nhau 1. Neu sai, soan HUY roi gui lai."
    );
    assert_eq!(days(&desk), [("2026-03-10".to_owned(), false), ("2026-03-17".to_owned(), false)]);
    assert_eq!((desk.figures("2026-03").as_str(), desk.figures("2026-04").as_str()), ("TC1", "CYGT1"));
}

#[test]
fn the_same_thing_on_two_days_is_two_events_and_no_contradiction() {
    for text in [
        "ngay 2/3 TC1, ngay 5/3 TC2",
        "hom 2/3 mat trom 1 vu, hom 5/3 mat trom 2 vu",
        "1 vu trom ngay 2/3; 2 vu trom ngay 5/3",
        "Thon Na Mo bao cao: ngay 2/3 co 1 vu trom ga\nngay 5/3 co 2 vu trom xe may",
    ] {
        let mut desk = Desk::new();
        let reply = desk.text(text);
        assert_eq!(desk.figures("2026-03"), "TC3", "{text}: {reply}");
        assert_eq!(desk.plan.reports.len(), 2, "{text}");
        assert!(desk.state(NA_MO, "2026-03").month_return.is_none());
    }
}

#[test]
fn the_same_figure_on_two_days_is_told_twice() {
    for text in ["ngay 3/3 TC1, ngay 4/3 TC1", "hom 3/3 mat trom 1 vu. hom 4/3 cung mat trom 1 vu"] {
        let mut desk = Desk::new();
        let reply = desk.text(text);
        assert_eq!(desk.figures("2026-03"), "TC2", "{text}: {reply}");
    }
}

#[test]
fn yesterday_and_today_are_days_too() {
    let mut desk = Desk::new();
    desk.text("hom qua 1 vu trom, hom nay 1 vu danh nhau");
    assert_eq!(days(&desk), [("2026-03-19".to_owned(), false), ("2026-03-20".to_owned(), false)]);
}

#[test]
fn events_whose_month_the_text_closes_are_the_months_return() {
    let mut desk = Desk::new();
    desk.text("ngay 2/3 TC1, ngay 5/3 CB1, con lai khong co gi");
    assert_eq!(desk.figures("2026-03"), "TC1 CB1 rest 0");
    let mut desk = Desk::new();
    desk.text("ngay 12/3 TC1, ngay 17/3 CB1, con lai khong co gi");
    assert_eq!(
        (desk.plan.fate, desk.plan.reports.len()),
        (Fate::Asked, 0),
        "two months cannot be closed at once"
    );
}

#[test]
fn one_day_that_has_not_come_keeps_all_of_the_text_back() {
    let mut desk = Desk::new();
    assert_eq!(
        desk.text("ngay 10/3 TC1, ngay 25/3 CB1"),
        "Ngay 25/3 chua toi, chua ghi gi. Xin gui lai voi ngay dung."
    );
    assert_eq!((desk.figures("2026-03").as_str(), desk.figures("2026-04").as_str()), ("–", "–"));
}

#[test]
fn an_event_that_is_there_already_is_asked_about_and_the_others_count_either_way() {
    for (answer, figures) in [("OK", "TC2 CB1"), ("SAI", "TC1 CB1")] {
        let mut desk = Desk::new();
        desk.text("ngay 10/3 TC1");
        let reply = desk.text("ngay 10/3 TC1, ngay 11/3 CB1");
        assert_eq!(
            reply,
            "Ngay 10/3, Thon Na Mo da co trom cap 1. Soan OK neu la vu khac nua, SAI neu gui trung."
        );
        assert_eq!(desk.figures("2026-03"), "TC1");
        desk.text(answer);
        assert_eq!(desk.figures("2026-03"), figures, "{answer}");
    }
}

#[test]
fn events_after_the_return_are_asked_about_together() {
    for (answer, figures) in [("OK", "TC2 CB1"), ("SAI", "TC5 CB1")] {
        let mut desk = Desk::new();
        desk.text("T3 TC2");
        let reply = desk.text("ngay 10/3 TC1, ngay 11/3 TC2, ngay 12/3 CB1");
        assert_eq!(
            reply,
            "Da ghi vu ngay 10/3, 11/3, 12/3. Trong thang 3 (15/2-14/3), Thon Na Mo da bao trom cap 2. Soan OK neu vu \
             nay nam trong do, SAI neu chua (se cong them)."
        );
        assert_eq!((desk.plan.fate, desk.plan.reports.len()), (Fate::Recorded, 3));
        desk.text(answer);
        assert_eq!(desk.figures("2026-03"), figures, "{answer}");
    }
}

#[test]
fn of_two_months_the_closed_one_waits_for_the_officer() {
    let mut desk = Desk::new();
    desk.state(NA_MO, "2026-03").closed = true;
    let reply = desk.text("ngay 10/3 TC1, ngay 17/3 CB1");
    assert_eq!(days(&desk), [("2026-03-10".to_owned(), true), ("2026-03-17".to_owned(), false)]);
    assert!(reply.contains("thang 3 (15/2-14/3) da chot, cho can bo: ngay 10/3 trom cap 1"), "{reply}");
}

#[test]
fn with_several_hamlets_it_is_asked_whose_events_they_are() {
    let mut desk = Desk::of(person(1, &[NA_MO, PA_KHOANG]));
    let reply = desk.text("ngay 10/3 TC1, ngay 17/3 CB1");
    assert!(reply.starts_with("Tin nay cua noi nao?"), "{reply}");
    desk.text("2");
    assert_eq!(
        (desk.figures_of(PA_KHOANG, "2026-03").as_str(), desk.figures_of(PA_KHOANG, "2026-04").as_str()),
        ("TC1", "CB1")
    );
}

#[test]
fn many_events_are_told_in_codes_or_counted_so_that_two_sms_hold_them() {
    let mut desk = Desk::new();
    let text: Vec<String> = (1..=9).map(|day| format!("ngay {day}/3 TC{day} CB{day} CYGT{day}")).collect();
    let reply = desk.text(&text.join(", "));
    assert_eq!(
        (desk.plan.reports.len(), desk.figures("2026-03").as_str()),
        (9, "TC45 CYGT45 CB45"),
        "{reply}"
    );
    assert!(reply.contains("vu nua. Neu sai, soan HUY roi gui lai."), "{reply}");
}
