//! Rows of the rules: two kinds of report. Each test is named after its row.

use super::desk::*;
use crate::domain::intake::*;

#[test]
fn a_text_with_counts_is_a_return_of_the_month() {
    let mut desk = Desk::new();
    let reply = desk.text("ANTT T3 TC2 TNV1");
    assert_eq!(
        reply,
        "Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 2, tai nan GT 1. Neu sai, soan SUA va so dung."
    );
    assert_eq!(desk.figures("2026-03"), "TC2 TNV1");
    assert_eq!((desk.plan.fate, desk.plan.unit, desk.plan.person), (Fate::Recorded, Some(NA_MO), Some(1)));
}

#[test]
fn an_event_told_with_its_day_is_an_incident_of_the_reporting_month_that_contains_the_day() {
    let mut desk = Desk::new();
    let reply = desk.text("ngay 16/3 TC1");
    assert_eq!(
        reply,
        "Da ghi vu ngay 16/3 vao thang 4 (15/3-14/4), Thon Na Mo: trom cap 1. Neu sai, soan SUA va so dung."
    );
    assert_eq!(desk.figures("2026-04"), "TC1");
    let report = desk.plan.reports.first().cloned().unwrap();
    assert_eq!((report.day, report.previous), (Some(day("2026-03-16")), None));
}

#[test]
fn a_text_that_closes_the_rest_is_a_return_even_with_a_day() {
    let mut desk = Desk::new();
    desk.text("ngay 12/3 TC1, con lai khong co gi");
    assert_eq!(desk.figures("2026-03"), "TC1 rest 0");
    assert!(desk.state(NA_MO, "2026-03").month_return.is_some());
}

#[test]
fn a_figure_counts_as_the_return_states_it_else_zero_if_the_rest_is_nothing_else_the_sum_of_incidents() {
    let mut desk = Desk::new();
    desk.text("ngay 1/3 TC1");
    desk.text("ngay 2/3 TC1 CB1");
    assert_eq!(desk.figures("2026-03"), "TC2 CB1");
    desk.text("T3 TC3");
    assert_eq!(desk.figures("2026-03"), "TC3 CB1");
    let march = desk.state(NA_MO, "2026-03");
    march.month_return.as_mut().unwrap().rest_zero = true;
    assert_eq!(desk.figures("2026-03"), "TC3 CB0 rest 0");
}

#[test]
fn a_zero_report_over_incidents_is_asked_about() {
    let mut desk = Desk::new();
    desk.text("ngay 1/3 TC1");
    let reply = desk.text("T3 khong co gi");
    assert_eq!(
        reply,
        "Thang 3 (15/2-14/3), Thon Na Mo da bao trom cap 1, tin nay noi khong co. Soan OK neu bo so cu, SAI neu giu."
    );
    assert_eq!(desk.figures("2026-03"), "TC1");
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "TC0 rest 0");
}

#[test]
fn a_return_lower_than_the_incidents_is_asked_about() {
    let mut desk = Desk::new();
    desk.text("ngay 1/3 TC1");
    desk.text("ngay 2/3 TC2");
    let reply = desk.text("T3 TC2");
    assert_eq!(
        reply,
        "Thang 3 (15/2-14/3), Thon Na Mo: trom cap da bao 3, nay 2. Soan OK neu lay so moi, SAI neu giu cac vu da bao."
    );
    let mut insists = desk.question.clone();
    assert_eq!(desk.text("SAI"), "Khong doi gi: thang 3 (15/2-14/3), Thon Na Mo: trom cap 3.");
    assert_eq!(desk.figures("2026-03"), "TC3");
    std::mem::swap(&mut desk.question, &mut insists);
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "TC2");
}

#[test]
fn a_return_equal_to_or_above_the_incidents_is_not_asked_about() {
    let mut desk = Desk::new();
    desk.text("ngay 1/3 TC1");
    desk.text("T3 TC1 CB1");
    assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Recorded, "TC1 CB1"));
}

#[test]
fn an_incident_after_the_return_is_asked_about_and_the_return_stands_until_answered() {
    for (answer, figures) in [("OK", "TC2"), ("SAI", "TC3")] {
        let mut desk = Desk::new();
        desk.text("T3 TC2");
        let reply = desk.text("ngay 10/3 TC1");
        assert_eq!(
            reply,
            "Da ghi vu ngay 10/3. Trong thang 3 (15/2-14/3), Thon Na Mo da bao trom cap 2. Soan OK neu vu nay nam trong \
             do, SAI neu chua (se cong them)."
        );
        assert_eq!(desk.plan.flags, [Flag::AfterReturn]);
        assert_eq!(desk.state(NA_MO, "2026-03").incidents.len(), 1);
        assert_eq!(desk.figures("2026-03"), "TC2");
        desk.text(answer);
        assert_eq!(desk.figures("2026-03"), figures, "{answer}");
        assert_eq!(desk.question, None);
    }
}

#[test]
fn an_incident_of_a_thing_that_the_return_does_not_state_counts_without_a_question() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("ngay 10/3 CB1");
    assert_eq!((desk.plan.fate, desk.question.is_none()), (Fate::Recorded, true));
    assert_eq!(desk.figures("2026-03"), "TC2 CB1");
}

#[test]
fn the_same_incident_again_is_asked_about() {
    let mut desk = Desk::new();
    desk.text("ngay 10/3 TC1");
    let reply = desk.text("ngay 10/3 TC1");
    assert_eq!(
        reply,
        "Ngay 10/3, Thon Na Mo da co trom cap 1. Soan OK neu la vu khac nua, SAI neu gui trung."
    );
    assert_eq!(desk.figures("2026-03"), "TC1");
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "TC2");
}
