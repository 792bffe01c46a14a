//! Rows of the rules: cancellation with history. Each test is named after its row.

use super::desk::*;
use crate::domain::intake::*;

#[test]
fn the_latest_text_is_taken_back_after_a_question_and_the_figures_before_it_stand_again() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("THEM T3 TC1 CB1");
    let reply = desk.text("HUY");
    assert_eq!(
        reply,
        "Neu huy thi thang 3 (15/2-14/3), Thon Na Mo se la: trom cap 2. Soan OK de huy, SAI de giu."
    );
    assert_eq!(desk.figures("2026-03"), "TC3 CB1", "nothing changes until the answer");
    let reply = desk.text("OK");
    assert_eq!(
        reply,
        "Da huy, nay thang 3 (15/2-14/3), Thon Na Mo: trom cap 2. Muon lay lai, soan HUY lan nua."
    );
    assert_eq!((desk.figures("2026-03").as_str(), desk.question.clone()), ("TC2", None));
    assert_eq!(desk.state(NA_MO, "2026-03").month_return.as_ref().unwrap().version, 3, "the history stays");
}

#[test]
fn who_says_no_keeps_what_stands() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("huy tin truoc");
    assert_eq!(desk.text("SAI"), "Khong doi gi: thang 3 (15/2-14/3), Thon Na Mo: trom cap 2.");
    assert_eq!((desk.figures("2026-03").as_str(), desk.question.clone()), ("TC2", None));
}

#[test]
fn the_first_report_of_a_month_is_taken_back_and_restored() {
    let mut desk = Desk::new();
    desk.text("T3 TC2, con lai khong co gi");
    let reply = desk.text("xoa tin vua roi gui nham");
    assert!(reply.contains("se la: chua co so."), "{reply}");
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "–");
    assert!(desk.state(NA_MO, "2026-03").month_return.is_none());
    let reply = desk.text("HUY");
    assert_eq!(
        reply,
        "Neu lay lai so da huy thi thang 3 (15/2-14/3), Thon Na Mo se la: trom cap 2, con lai khong. Soan OK de lay lai, \
         SAI de thoi."
    );
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "TC2 rest 0");
}

#[test]
fn a_month_that_is_named_is_taken_back_as_a_whole() {
    let mut desk = Desk::new();
    desk.text("T2 TC2");
    desk.text("SUA T2 TC3");
    desk.text("T3 CB1");
    let reply = desk.text("xoa bao cao thang 2");
    assert!(reply.starts_with("Neu huy thi thang 2 (15/1-14/2), Thon Na Mo se la: chua co so."), "{reply}");
    desk.text("dung");
    assert_eq!((desk.figures("2026-02").as_str(), desk.figures("2026-03").as_str()), ("–", "CB1"));
    let reply = desk.text("xoa bao cao thang 2");
    assert_eq!(reply, "Khong doi gi: thang 2 (15/1-14/2), Thon Na Mo: chua co so.");
}

#[test]
fn all_events_of_one_text_are_taken_back_and_restored_together() {
    let mut desk = Desk::new();
    desk.text("ngay 9/3 TNV1");
    desk.text("ngay 10/3 TC1, ngay 11/3 CB1");
    desk.text("HUY");
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "TNV1");
    desk.text("HUY");
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "TC1 CB1 TNV1");
}

#[test]
fn what_somebody_else_has_changed_since_is_not_taken_back() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.state(NA_MO, "2026-03").month_return.as_mut().unwrap().report = 5;
    let reply = desk.text("HUY");
    assert!(reply.starts_with("Tin chua co so nao, chua ghi gi."), "{reply}");
    assert_eq!(desk.figures("2026-03"), "TC2");
}

#[test]
fn who_has_reported_nothing_has_nothing_to_take_back() {
    let mut desk = Desk::new();
    assert!(desk.text("HUY").starts_with("Tin chua co so nao"));
}

#[test]
fn in_place_of_an_answer_it_drops_the_text_that_was_asked_about() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 TC3");
    assert_eq!(desk.text("HUY"), "Khong doi gi: thang 3 (15/2-14/3), Thon Na Mo: trom cap 2.");
    assert_eq!((desk.figures("2026-03").as_str(), desk.question.clone()), ("TC2", None));
    desk.text("HUY");
    desk.text("huy");
    assert_eq!(desk.figures("2026-03"), "–", "twice is yes");
}

#[test]
fn in_a_closed_month_or_from_a_number_that_can_be_forged_it_waits_for_the_officer() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.state(NA_MO, "2026-03").closed = true;
    desk.text("HUY");
    desk.text("OK");
    assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Proposed, "TC2"));
    assert!(desk.plan.reports[0].takes_back());
    let mut desk = Desk { trust: Trust::Low, pin: Some("1234"), ..Desk::new() };
    desk.text("T3 TC2");
    desk.text("HUY");
    let reply = desk.text("OK");
    assert!(reply.starts_with("Chua giam so thang 3"), "{reply}");
    assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Proposed, "TC2"));
    desk.text("HUY MA 1234");
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "–", "the PIN is remembered for the answer");
}
