//! Rows of the rules: which month. Each test is named after its row.

use super::desk::*;
use crate::domain::intake::*;

#[test]
fn a_text_that_names_no_month_means_the_latest_that_has_ended_or_ends_within_five_days() {
    for (today, month) in [("2026-03-20", "2026-03"), ("2026-03-09", "2026-03"), ("2026-03-08", "2026-02")] {
        let mut desk = Desk::new().on(today);
        desk.text("TC2");
        assert_eq!(desk.figures(month), "TC2", "{today}");
    }
}

#[test]
fn if_that_month_has_its_return_the_server_asks_which_month_naming_both() {
    for (answer, march, april) in
        [("T4", "TC2", "TC1"), ("T3", "TC2", "–"), ("2", "TC2", "TC1"), ("4", "TC2", "TC1")]
    {
        let mut desk = Desk::new();
        desk.text("T3 TC2");
        let reply = desk.text("TC1");
        assert_eq!(
            reply,
            "Thon Na Mo: tin nay cua thang nao? Soan T3 neu la thang 3 (15/2-14/3), T4 neu la thang 4 (15/3-14/4)."
        );
        assert_eq!(desk.plan.fate, Fate::Asked);
        desk.text(answer);
        assert_eq!(
            (desk.figures("2026-03").as_str(), desk.figures("2026-04").as_str()),
            (march, april),
            "{answer}"
        );
        // T3 has another figure: the next question follows.
        assert_eq!(desk.question.is_some(), answer == "T3");
    }
}

#[test]
fn a_correction_or_addition_without_a_month_means_the_month_of_the_senders_last_report() {
    let mut desk = Desk::new();
    desk.text("T1 TC2");
    desk.text("THEM TC1");
    assert_eq!(desk.figures("2026-01"), "TC3");
    desk.text("SUA TC1");
    assert_eq!((desk.figures("2026-01").as_str(), desk.figures("2026-03").as_str()), ("TC1", "–"));
}

#[test]
fn a_correction_or_addition_without_a_month_and_without_an_earlier_report_means_the_usual_month() {
    let mut desk = Desk::new();
    desk.text("THEM TC1");
    assert_eq!(desk.figures("2026-03"), "TC1");
}

#[test]
fn a_month_more_than_one_ahead_or_twelve_back_is_asked_about() {
    let mut desk = Desk::new();
    desk.text("T5/2026 TC1");
    assert_eq!(desk.figures("2026-05"), "TC1");
    let reply = desk.text("T6/2026 TC1");
    assert_eq!(
        reply,
        "Thang 6 xa qua, chua ghi. Tin nay cua thang nao? Soan T6 neu la thang 6/2025 (15/5-14/6), T3 neu la thang \
         3 (15/2-14/3)."
    );
    assert_eq!(desk.figures("2026-06"), "–");
    desk.text("T6/2025");
    assert_eq!(desk.figures("2025-06"), "TC1");
    let reply = desk.text("T3/2025 TC1");
    assert!(reply.starts_with("Thang 3/2025 xa qua, chua ghi."), "{reply}");
    let reply = desk.text("T3/2025");
    assert_eq!(reply, "Thang 3/2025 xa qua, khong ghi qua tin nhan. Xin bao truc tiep Cong an xa Muong Hoa.");
    assert_eq!((desk.figures("2025-03").as_str(), desk.plan.fate), ("–", Fate::Refused));
    desk.text("T4/2025 TC1");
    assert_eq!(desk.figures("2025-04"), "TC1");
}

#[test]
fn an_event_on_a_day_that_has_not_come_is_asked_about() {
    let mut desk = Desk::new();
    assert_eq!(desk.text("ngay 25/3 TC1"), "Ngay 25/3 chua toi, chua ghi gi. Xin gui lai voi ngay dung.");
    assert_eq!(desk.figures("2026-04"), "–");
}

#[test]
fn events_on_several_days_that_cannot_be_told_apart_are_asked_about() {
    let mut desk = Desk::new();
    let reply = desk.text("ngay 2/3 va 5/3 co 2 vu trom");
    assert_eq!(
        reply,
        "Tin co nhieu ngay, chua ghi gi. Xin gui moi vu mot tin, hoac tong so cua thang, vi du: ANTT T3 TC2"
    );
    assert_eq!(desk.figures("2026-03"), "–");
}
