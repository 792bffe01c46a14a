//! Rows of the rules: urgent, secret, personal. Each test is named after its row.

use super::desk::*;
use crate::domain::intake::*;

#[test]
fn an_urgent_text_is_passed_on_and_the_sender_told_whom_it_reached_and_to_call_113() {
    let mut desk = Desk::new();
    desk.on_duty = vec!["anh Nam, Công an xã Mường Hoa".to_owned()];
    let reply = desk.text("KHAN chay nha T3 TC2");
    assert_eq!(
        reply,
        "Da chuyen ngay tin nay toi anh Nam, Cong an xa Muong Hoa. Hay goi 113 (chay 114, cap cuu 115)."
    );
    assert_eq!((desk.plan.fate, desk.plan.alert), (Fate::Urgent, Some(Alert::Urgent)));
    assert_eq!(desk.figures("2026-03"), "–", "its figures are dropped");
    desk.on_duty.clear();
    let reply = desk.text("KHAN danh nhau");
    assert!(reply.contains("HAY GOI NGAY 113"), "{reply}");
}

#[test]
fn an_urgent_text_from_an_unknown_number_is_passed_on_too() {
    let mut desk = Desk::new();
    desk.sender = Sender::Unknown { answered_today: true };
    let reply = desk.text("KHAN chay nha");
    assert!(reply.contains("113"), "{reply}");
    assert_eq!(desk.plan.alert, Some(Alert::Urgent));
}

#[test]
fn matters_of_article_4_3_are_answered_purged_and_the_officers_told() {
    for sender in [Sender::Known(person(1, &[NA_MO])), Sender::Unknown { answered_today: true }] {
        let mut desk = Desk::new();
        desk.sender = sender;
        let reply = desk.text("thon co nguoi theo ta dao");
        assert_eq!(reply, "Viec nay khong nhan qua tin nhan, tin da xoa. Xin goi truc tiep cong an xa.");
        assert_eq!((desk.plan.fate, desk.plan.alert), (Fate::Purged, Some(Alert::CallPolice)));
        assert_eq!((desk.plan.reports.first().cloned(), desk.question.clone()), (None, None));
    }
}

#[test]
fn a_text_with_names_of_others_is_read_for_its_figures_and_flagged() {
    let mut desk = Desk::new();
    let reply = desk.text("thang 3 co 2 vu trom nha ong Xuan");
    assert_eq!(
        (desk.figures("2026-03").as_str(), desk.plan.flags.as_slice()),
        ("TC2", [Flag::Personal].as_slice())
    );
    assert!(!reply.contains("Xuan"));
}
