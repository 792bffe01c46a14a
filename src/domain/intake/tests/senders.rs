//! Rows of the rules: who may report what. Each test is named after its row.

use super::desk::*;
use crate::domain::intake::*;

#[test]
fn with_several_hamlets_the_text_names_one_by_code_number_or_name() {
    let cases = [
        ("thon na mo T3 TC2", NA_MO),
        ("Na Mo T3 TC2", NA_MO),
        ("ban pa khoang: T3 TC2", PA_KHOANG),
        ("04792012 T3 TC2", PA_KHOANG),
        ("Pá Khoang T3 TC2", PA_KHOANG),
        ("to dan pho so 5 T3 TC2", TO_5),
    ];
    for (text, unit) in cases {
        let mut desk = Desk::of(person(1, &[NA_MO, PA_KHOANG, TO_5]));
        desk.text(text);
        assert_eq!(desk.figures_of(unit, "2026-03"), "TC2", "{text}");
        assert_eq!(desk.plan.unit, Some(unit));
    }
}

#[test]
fn with_several_hamlets_and_none_named_the_server_asks_with_a_numbered_list() {
    for (answer, unit) in
        [("2", PA_KHOANG), ("thon na mo", NA_MO), ("Pa Khoang", PA_KHOANG), ("04792013", TO_5), ("5", TO_5)]
    {
        let mut desk = Desk::of(person(1, &[NA_MO, PA_KHOANG, TO_5]));
        let reply = desk.text("T3 TC2");
        assert_eq!(reply, "Tin nay cua noi nao? Soan so: 1 Thon Na Mo, 2 Ban Pa Khoang, 5 To dan pho so 5.");
        desk.text(answer);
        assert_eq!(desk.figures_of(unit, "2026-03"), "TC2", "{answer}");
        assert_eq!(desk.question, None);
    }
}

#[test]
fn the_hamlet_and_then_the_month_may_be_asked_and_neither_is_forgotten() {
    let mut desk = Desk::of(person(1, &[NA_MO, PA_KHOANG]));
    desk.text("ban pa khoang T3 TC2");
    desk.text("TC1");
    let reply = desk.text("2");
    assert!(reply.starts_with("Ban Pa Khoang: tin nay cua thang nao?"), "{reply}");
    desk.text("T4");
    assert_eq!(desk.figures_of(PA_KHOANG, "2026-04"), "TC1");
}

#[test]
fn a_text_that_names_a_neighbour_is_asked_about_and_an_unknown_name_is_noise() {
    let mut desk = Desk::new();
    desk.neighbours = vec![hamlet(NA_MO), hamlet(PA_KHOANG)];
    let reply = desk.text("ban pa khoang T3 TC2");
    assert_eq!(
        reply,
        "So nay bao cho Thon Na Mo, tin ghi Ban Pa Khoang. Soan 1 neu la cua Thon Na Mo; neu khong, nhan tu so cua Ban \
         Pa Khoang."
    );
    assert_eq!(desk.figures("2026-03"), "–");
    desk.text("1");
    assert_eq!(desk.figures("2026-03"), "TC2");
    desk.text("thon tren nui T3 CB1");
    assert_eq!(desk.figures("2026-03"), "TC2 CB1");
}

#[test]
fn a_text_that_begins_with_a_neighbours_name_is_asked_about_even_without_the_word_for_hamlet() {
    let mut desk = Desk::new();
    desk.neighbours = vec![hamlet(NA_MO), hamlet(PA_KHOANG)];
    let reply = desk.text("Pa Khoang T3 TC2");
    assert!(reply.starts_with("So nay bao cho Thon Na Mo, tin ghi Ban Pa Khoang."), "{reply}");
    assert_eq!(desk.figures("2026-03"), "–");
}

#[test]
fn a_text_from_a_borrowed_phone_is_dropped_when_the_sender_says_so() {
    let mut desk = Desk::new();
    desk.neighbours = vec![hamlet(PA_KHOANG)];
    desk.text("ban pa khoang T3 TC2");
    desk.text("SAI");
    assert_eq!((desk.figures("2026-03").as_str(), desk.question.clone()), ("–", None));
}

#[test]
fn who_has_left_office_reports_only_for_months_that_the_post_touched() {
    let mut retired = person(1, &[]);
    retired.former = vec![(hamlet(NA_MO), post("2024-01-01", "2026-02-20"))];
    let mut desk = Desk::of(retired);
    desk.text("T3 TC2");
    assert_eq!(desk.figures("2026-03"), "TC2");
    let reply = desk.text("T4 TC1");
    assert_eq!(
        reply,
        "So nay khong phu trach noi nao trong thang do nen chua ghi. Xin lien he Cong an xa Muong Hoa."
    );
    assert_eq!((desk.plan.fate, desk.figures("2026-04").as_str()), (Fate::Refused, "–"));
}

#[test]
fn a_former_hamlet_is_meant_only_when_it_is_named() {
    let mut moved = person(1, &[PA_KHOANG]);
    moved.former = vec![(hamlet(NA_MO), post("2024-01-01", "2026-02-20"))];
    let mut desk = Desk::of(moved);
    desk.text("T3 TC2");
    desk.text("thon na mo T3 TC1");
    assert_eq!(
        (desk.figures_of(PA_KHOANG, "2026-03").as_str(), desk.figures("2026-03").as_str()),
        ("TC2", "TC1")
    );
}

#[test]
fn figures_of_the_commune_are_kept_said_and_flagged() {
    let mut desk = Desk::new();
    let reply = desk.text("T3 TC2 KP1");
    assert!(reply.contains("trom cap 2, kham pha 1 (cong an xa xem)."), "{reply}");
    assert_eq!(
        (desk.figures("2026-03").as_str(), desk.plan.flags.as_slice()),
        ("TC2 KP1", [Flag::CommuneOnly].as_slice())
    );
}

#[test]
fn an_unknown_number_gets_one_answer_a_day() {
    let mut desk = Desk::new();
    desk.sender = Sender::Unknown { answered_today: false };
    let reply = desk.text("T3 TC2");
    assert_eq!(
        reply,
        "So nay chua dang ky nen chua ghi duoc, tin duoc giu lai. Xin bao cong an xa dang ky so. Khan cap: goi 113."
    );
    assert_eq!((desk.plan.fate, desk.plan.reports.first().cloned()), (Fate::Refused, None));
    desk.sender = Sender::Unknown { answered_today: true };
    assert_eq!(desk.text("T3 TC2"), "");
    assert_eq!(desk.plan.fate, Fate::Refused);
    assert_eq!(desk.text("chuc mung nam moi"), "");
    assert_eq!(desk.plan.fate, Fate::Ignored);
}

#[test]
fn at_a_shared_number_the_hamlet_tells_who_it_is() {
    let mut desk = Desk::new();
    desk.sender = Sender::Shared(vec![person(1, &[NA_MO]), person(2, &[PA_KHOANG])]);
    desk.text("ban pa khoang T3 TC2");
    assert_eq!((desk.plan.person, desk.figures_of(PA_KHOANG, "2026-03").as_str()), (Some(2), "TC2"));
    let reply = desk.text("T3 TC1");
    assert!(reply.starts_with("Tin nay cua noi nao?"), "{reply}");
    desk.text("1");
    assert_eq!((desk.plan.person, desk.figures("2026-03").as_str()), (Some(1), "TC1"));
}

#[test]
fn a_wrong_pin_records_nothing_and_a_right_one_does() {
    let mut desk = Desk::new();
    desk.pin = Some("1234");
    let reply = desk.text("T3 TC2 MA 9999");
    assert!(reply.starts_with("Ma khong dung, chua ghi gi."), "{reply}");
    assert_eq!(desk.figures("2026-03"), "–");
    desk.text("T3 TC2 MA 1234");
    assert_eq!(desk.figures("2026-03"), "TC2");
}

#[test]
fn the_pin_is_remembered_for_the_answer_to_a_question() {
    let mut desk = Desk { trust: Trust::Low, pin: Some("1234"), ..Desk::of(person(1, &[NA_MO, PA_KHOANG])) };
    desk.text("thon na mo T3 TC3");
    desk.text("SUA T3 TC1 MA 1234");
    desk.text("1");
    assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Recorded, "TC1"));
    desk.text("SUA T3 TC0");
    desk.text("1");
    assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Proposed, "TC1"), "without it");
}

#[test]
fn people_who_practise_get_the_same_replies_with_tap_in_front_and_nothing_counts() {
    let mut desk = Desk::of(Person { practice: true, ..person(1, &[NA_MO]) });
    let reply = desk.text("T3 TC2 TNV1");
    assert_eq!(
        reply,
        "(TAP) Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 2, tai nan GT 1. Neu sai, soan SUA va so dung."
    );
    assert_eq!((desk.plan.fate, desk.plan.reports.first().cloned()), (Fate::Practised, None));
    let reply = desk.text("T3 TN 2");
    assert!(reply.starts_with("(TAP) \"TN\" la gi?"), "{reply}");
    let reply = desk.text("1");
    assert!(reply.starts_with("(TAP) Da ghi thang 3"), "{reply}");
    assert_eq!(desk.figures("2026-03"), "–");
}

#[test]
fn a_number_that_can_be_forged_may_not_lower_a_figure_without_pin_or_officer() {
    let mut desk = Desk { trust: Trust::Low, pin: Some("1234"), ..Desk::new() };
    desk.text("T3 TC2");
    desk.text("SUA T3 TC3");
    assert_eq!(desk.figures("2026-03"), "TC3");
    let reply = desk.text("SUA T3 TC1");
    assert_eq!(
        reply,
        "Chua giam so thang 3 (15/2-14/3), Thon Na Mo: trom cap 3 -> 1. Gui lai tin kem MA va 4 so cua minh, hoac \
         cho can bo duyet."
    );
    assert!(desk.plan.reports.first().cloned().unwrap().proposal);
    assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Proposed, "TC3"));
    desk.text("SUA T3 TC1 MA 1234");
    assert_eq!(desk.figures("2026-03"), "TC1");
}

#[test]
fn a_number_that_can_be_forged_may_not_lower_incidents_by_a_zero_report() {
    let mut desk = Desk { trust: Trust::Low, ..Desk::new() };
    desk.text("ngay 1/3 TC1");
    desk.text("T3 khong co gi");
    desk.text("OK");
    assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Proposed, "TC1"));
}
