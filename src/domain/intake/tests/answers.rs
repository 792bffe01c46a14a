//! Rows of the rules: answers. Each test is named after its row.

use super::desk::*;
use crate::domain::intake::*;

#[test]
fn greetings_and_advertising_get_no_answer() {
    let mut desk = Desk::new();
    assert_eq!(desk.text("chuc mung nam moi"), "");
    assert_eq!((desk.plan.fate, desk.plan.reply.clone()), (Fate::Ignored, None));
}

#[test]
fn machines_in_a_loop_are_cut() {
    let mut desk = Desk::new();
    let replies: Vec<bool> = (0..6).map(|_| desk.text("ANTT T3").is_empty()).collect();
    assert_eq!(replies, [false, false, false, true, true, true]);
    let reply = desk.hours_later(2).text("ANTT T3");
    assert!(!reply.is_empty());
    desk.echo = true;
    assert_eq!((desk.text("ANTT T3").as_str(), desk.plan.fate), ("", Fate::Ignored));
}

#[test]
fn urgent_words_in_a_loop_are_passed_on_without_an_answer() {
    let mut desk = Desk::new();
    let replies: Vec<bool> = (0..5).map(|_| desk.text("KHAN chay nha").is_empty()).collect();
    assert_eq!(replies, [false, false, false, true, true]);
    assert_eq!((desk.plan.fate, desk.plan.alert), (Fate::Urgent, Some(Alert::Urgent)));
}

#[test]
fn answers_to_different_questions_are_no_loop() {
    let mut desk = Desk::new();
    for figure in 1..=6 {
        desk.text(&format!("T3 TC{figure}"));
        if figure > 1 {
            desk.text("1");
        }
        assert_eq!(desk.figures("2026-03"), format!("TC{figure}"));
    }
}

#[test]
fn stop_ends_reminders_and_nothing_else() {
    let mut desk = Desk::new();
    let reply = desk.text("NGUNG NHAC");
    assert_eq!(
        reply,
        "Da dung tin nhac. Bao cao thang van gui nhu thuong. Muon nhan nhac lai, bao Cong an xa Muong Hoa."
    );
    assert!(desk.plan.stop_reminders);
    desk.text("T3 TC2");
    assert_eq!(desk.figures("2026-03"), "TC2");
}

#[test]
fn status_tells_what_is_reported_and_what_is_missing() {
    let mut desk = Desk::new();
    let reply = desk.text("KT");
    assert_eq!(reply, "Thon Na Mo chua bao thang 3. Vi du: ANTT T3 TC2 TNV1. Khong co gi: soan ANTT T3 0.");
    desk.text("ngay 1/3 CB1");
    let reply = desk.text("KT");
    assert_eq!(reply, "Thang 3 (15/2-14/3), Thon Na Mo da bao: co bac 1. Con thieu bao cao thang 3.");
    desk.text("T3 TC2, con lai khong co gi");
    desk.text("OK");
    desk.text("T1 khong co gi");
    assert_eq!(
        desk.text("KT"),
        "Thang 3 (15/2-14/3), Thon Na Mo da bao: trom cap 2, co bac 0, con lai khong. Con thieu bao cao thang 2."
    );
    assert_eq!(desk.text("KT T1"), "Thang 1 (15/12-14/1), Thon Na Mo da bao: khong co vu viec gi.");
}

#[test]
fn status_of_several_hamlets_tells_of_each() {
    let mut desk = Desk::of(person(1, &[NA_MO, PA_KHOANG]));
    desk.text("thon na mo T3 TC2");
    assert_eq!(desk.text("KT T3"), "Thang 3 (15/2-14/3): Thon Na Mo: trom cap 2; Ban Pa Khoang: chua bao.");
    assert_eq!(desk.text("KT T3 thon na mo"), "Thang 3 (15/2-14/3), Thon Na Mo da bao: trom cap 2.");
}

#[test]
fn help_fits_the_last_mistake_with_an_example_from_the_senders_own_text() {
    let mut desk = Desk::new();
    assert!(desk.text("HD").starts_with("Soan ANTT, thang, ma va so"));
    desk.text("T2 TC3, TN2");
    let reply = desk.text("HD");
    assert_eq!(
        reply,
        "Tin truoc chua ro cho \"TN\". Viet lai nhu sau: ANTT T2 TC3 TNV2. Thay so cho dung roi gui."
    );
}

#[test]
fn yes_and_no_without_a_question_say_what_to_do() {
    let mut desk = Desk::new();
    assert_eq!(desk.text("OK"), "Hien khong co cau hoi nao cho tra loi. Xem so da bao: soan KT.");
    let reply = desk.text("SAI");
    assert!(reply.contains("SUA T3 TC2 TNV1"), "{reply}");
}

#[test]
fn an_answered_question_completes_the_original_text() {
    let cases = [
        ("T2 TC3, TN2", "1", "TC3 TNV2"),
        ("T2 TC3, TN2", "TNLD", "TC3 TNLD2"),
        ("T2 TC3, TN2", "TNV 2", "TC3 TNV2"),
        ("antt t2 tc3, tt4", "1", "TC3 TTRA4"),
        ("T2 CB1, trom cap", "3", "TC3 CB1"),
        ("thang 2 danh bac 1 vu, co trom", "3 vu", "TC3 CB1"),
        ("thang 2 danh bac 1 vu, co trom", "ba vu a", "TC3 CB1"),
        ("thang 2 danh bac 1 vu, co trom", "trom 3 vu", "TC3 CB1"),
        ("thang 2 trom 3 vu, vai vu cai nhau", "4", "TC3 MTTC4"),
        ("thang 2 trom 3 vu, 2 vu", "danh bac", "TC3 CB2"),
        ("thang 2 trom 3 vu, 2 vu", "CB 2", "TC3 CB2"),
    ];
    for (text, answer, figures) in cases {
        let mut desk = Desk::new();
        desk.text(text);
        assert_eq!((desk.plan.fate, desk.figures("2026-02").as_str()), (Fate::Asked, "–"), "{text}");
        let reply = desk.text(answer);
        assert_eq!(desk.figures("2026-02"), figures, "{text} / {answer}: {reply}");
        assert_eq!(desk.question, None);
    }
}

#[test]
fn an_answer_may_lead_to_the_next_question_about_the_same_text() {
    let mut desk = Desk::new();
    let reply = desk.text("T2 TC3, MT 1, TN 2");
    assert!(reply.starts_with("\"MT\" la gi?"), "{reply}");
    let reply = desk.text("2");
    assert!(reply.starts_with("\"TN\" la gi?"), "{reply}");
    desk.text("1");
    assert_eq!(desk.figures("2026-02"), "TC3 MTY1 TNV2");
}

#[test]
fn an_answer_that_is_a_report_of_its_own_overtakes_the_question() {
    let mut desk = Desk::new();
    desk.text("T2 TC3, TN2");
    desk.text("T2 CB1");
    assert_eq!((desk.figures("2026-02").as_str(), desk.question.clone()), ("CB1", None));
}

#[test]
fn a_number_that_comes_too_late_is_no_report_and_a_doubtful_report_is_no_answer() {
    let mut desk = Desk::new();
    assert_eq!(desk.text("1"), "Hien khong co cau hoi nao cho tra loi. Xem so da bao: soan KT.");
    assert_eq!(desk.question, None);
    desk.text("T3 2 vu");
    assert!(desk.question.is_some());
    let reply = desk.text("T3 TC2, TN 2");
    assert!(reply.starts_with("\"TN\" la gi?"), "{reply}");
    assert_eq!(desk.figures("2026-03"), "–");
}

#[test]
fn help_speaks_of_a_mistake_only_until_it_is_mended() {
    let mut desk = Desk::new();
    desk.text("T2 TC3, TN2");
    desk.text("1");
    assert!(desk.text("HD").starts_with("Soan ANTT, thang, ma va so"));
}
