//! Rows of the rules: the second text for the same month. Each test is named after its row.

use super::desk::*;
use crate::domain::intake::*;

#[test]
fn newly_stated_figures_are_taken() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 CB1");
    assert_eq!(desk.figures("2026-03"), "TC2 CB1");
    assert_eq!(desk.state(NA_MO, "2026-03").month_return.as_ref().unwrap().version, 2);
}

#[test]
fn equal_figures_stay_and_the_reply_says_so() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    let reply = desk.text("T3 TC2");
    assert_eq!(
        reply,
        "Thang 3 (15/2-14/3), Thon Na Mo: trom cap van la 2, nhu da ghi. Neu la vu khac, soan THEM T3 TC1"
    );
    assert_eq!((desk.plan.fate, desk.plan.reports.first().cloned()), (Fate::Answered, None));
}

#[test]
fn different_figures_are_held_and_the_server_asks_giving_both() {
    for (answer, figures) in [("1", "TC3"), ("2", "TC5"), ("thay", "TC3"), ("cong", "TC5"), ("SAI", "TC2")] {
        let mut desk = Desk::new();
        desk.text("T3 TC2");
        let reply = desk.text("T3 TC3");
        assert_eq!(
            reply,
            "Thang 3 (15/2-14/3), Thon Na Mo: trom cap da bao 2, nay 3. Soan 1 neu thay bang so moi, 2 neu cong them."
        );
        assert_eq!((desk.figures("2026-03").as_str(), desk.plan.reports.first().cloned()), ("TC2", None));
        desk.text(answer);
        assert_eq!(desk.figures("2026-03"), figures, "{answer}");
        assert_eq!(desk.question, None);
    }
}

#[test]
fn a_report_with_new_equal_and_different_figures_is_merged_by_indicator() {
    for (answer, figures) in [("1", "TC3 CB1 TNV1"), ("2", "TC5 CB1 TNV1")] {
        let mut desk = Desk::new();
        desk.text("T3 TC2 CB1");
        let reply = desk.text("T3 TC3 CB1 TNV1");
        assert_eq!(
            reply,
            "Da ghi thang 3 (15/2-14/3), Thon Na Mo: co bac van la 1, tai nan GT 1. Con trom cap da bao 2, nay 3: \
             soan 1 neu thay bang so moi, 2 neu cong them."
        );
        assert_eq!(desk.figures("2026-03"), "TC2 CB1 TNV1");
        desk.text(answer);
        assert_eq!(desk.figures("2026-03"), figures, "new figures are not added twice");
    }
}

#[test]
fn a_correction_replaces_without_asking_and_tells_old_and_new() {
    let mut desk = Desk::new();
    desk.text("T3 TC2 CB1");
    let reply = desk.text("SUA T3 TC1");
    assert_eq!(
        reply,
        "Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 2 -> 1. Neu sai, soan SUA va so dung."
    );
    assert_eq!(desk.figures("2026-03"), "TC1 CB1");
}

#[test]
fn an_addition_adds_and_to_zero_where_nothing_was_stated() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    let reply = desk.text("THEM T3 TC1 CB1");
    assert_eq!(
        reply,
        "Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 2 + 1 = 3, co bac 0 + 1 = 1. Neu sai, soan SUA va so dung."
    );
    assert_eq!(desk.figures("2026-03"), "TC3 CB1");
    let added = desk.plan.reports.first().cloned().unwrap().added.unwrap();
    assert_eq!(added.into_iter().collect::<Vec<_>>(), [(desk.id("TC"), 1), (desk.id("CB"), 1)]);
}

#[test]
fn an_addition_adds_to_the_incidents_where_the_return_states_nothing() {
    let mut desk = Desk::new();
    desk.text("ngay 1/3 TC1");
    desk.text("THEM T3 TC1");
    assert_eq!(desk.figures("2026-03"), "TC2");
}

#[test]
fn nothing_happened_over_figures_is_asked_about_and_changes_nothing_until_the_answer() {
    for (answer, figures) in [("OK", "TC0 CB0 rest 0"), ("SAI", "TC2 CB0")] {
        let mut desk = Desk::new();
        desk.text("T3 TC2 CB0");
        desk.text("T3 khong co gi");
        assert_eq!((desk.plan.fate, desk.plan.reports.first().cloned()), (Fate::Asked, None));
        let reply = desk.text(answer);
        assert_eq!(desk.figures("2026-03"), figures, "{reply}");
    }
}

#[test]
fn the_rest_is_nothing_over_other_figures_is_asked_about_too() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 CB1, con lai khong co gi");
    assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Asked, "TC2"));
    let reply = desk.text("OK");
    assert_eq!(
        reply,
        "Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 2 -> 0, co bac 1, con lai khong. Neu sai, soan SUA va so \
         dung."
    );
    assert_eq!(desk.figures("2026-03"), "TC0 CB1 rest 0");
}

#[test]
fn who_keeps_the_old_figures_still_reports_the_others() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 CB1, con lai khong co gi");
    desk.text("SAI");
    assert_eq!(desk.figures("2026-03"), "TC2 CB1");
    let mut desk = Desk::new();
    desk.text("ngay 1/3 TC3");
    desk.text("T3 TC1 CB2, con lai khong co gi");
    let reply = desk.text("SAI");
    assert!(reply.contains("trom cap 3, co bac 2, con lai khong."), "{reply}");
    assert_eq!(desk.figures("2026-03"), "TC3 CB2 rest 0");
}

#[test]
fn an_addition_beyond_belief_is_not_written() {
    let mut desk = Desk::new();
    desk.text("T3 TC40");
    let reply = desk.text("THEM T3 TC20");
    assert!(reply.starts_with("So trom cap 60 khong hop ly"), "{reply}");
    assert_eq!(desk.figures("2026-03"), "TC40");
}

#[test]
fn a_zero_report_over_a_zero_report_changes_nothing() {
    let mut desk = Desk::new();
    desk.text("T3 khong co gi");
    assert_eq!(desk.figures("2026-03"), "0");
    let reply = desk.text("T3 khong co gi");
    assert!(reply.contains("khong co vu viec gi, nhu da ghi"), "{reply}");
    assert_eq!((desk.plan.fate, desk.plan.reports.first().cloned()), (Fate::Answered, None));
}

#[test]
fn a_figure_after_a_zero_report_is_newly_stated() {
    let mut desk = Desk::new();
    desk.text("T3 khong co gi");
    let reply = desk.text("T3 TC1");
    assert!(reply.contains("trom cap 0 -> 1"), "{reply}");
    assert_eq!(desk.figures("2026-03"), "TC1 rest 0");
}

#[test]
fn ten_times_the_highest_of_24_months_is_asked_about_from_five_on() {
    let cases = [
        (Some(2), "TC20", true),
        (Some(2), "TC19", false),
        (Some(0), "TC5", true),
        (Some(0), "TC4", false),
        (None, "TC50", false),
    ];
    for (highest, text, asked) in cases {
        let mut desk = Desk::new();
        let theft = desk.id("TC");
        desk.highest.extend(highest.map(|highest| ((NA_MO, theft), highest)));
        desk.text(&format!("T3 {text}"));
        assert_eq!(desk.question.is_some(), asked, "{highest:?} {text}");
        if asked {
            assert_eq!(desk.figures("2026-03"), "–");
            desk.text("OK");
            assert_eq!(desk.figures("2026-03"), text);
        }
    }
}

#[test]
fn a_jump_that_was_a_slip_is_dropped() {
    let mut desk = Desk::new();
    let theft = desk.id("TC");
    desk.highest.insert((NA_MO, theft), 2);
    let reply = desk.text("T3 TC22");
    assert_eq!(
        reply,
        "Thang 3 (15/2-14/3), Thon Na Mo: trom cap 22, cao hon han moi thang. Soan OK neu dung, SAI neu nham."
    );
    let reply = desk.text("SAI");
    assert!(reply.starts_with("Da bo tin do, chua ghi gi."), "{reply}");
    assert_eq!((desk.figures("2026-03").as_str(), desk.question.clone()), ("–", None));
}

#[test]
fn an_addition_that_equals_the_previous_one_within_24_hours_is_asked_about() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("THEM T3 TC1");
    let reply = desk.text("THEM T3 TC1");
    assert_eq!(
        reply,
        "Tin nay giong tin THEM truoc (thang 3 (15/2-14/3), Thon Na Mo: trom cap 1). Soan OK neu cong lan nua, SAI \
         neu gui trung."
    );
    assert_eq!(desk.figures("2026-03"), "TC3");
    desk.text("SAI");
    assert_eq!(desk.figures("2026-03"), "TC3");
    desk.hours_later(25).text("THEM T3 TC1");
    assert_eq!(desk.figures("2026-03"), "TC4");
    desk.text("THEM T3 CB1");
    assert_eq!(desk.figures("2026-03"), "TC4 CB1");
}

#[test]
fn an_addition_that_equals_the_previous_one_is_noticed_across_the_question_which_hamlet() {
    let mut desk = Desk::of(person(1, &[NA_MO, PA_KHOANG]));
    desk.text("THEM T3 TC1");
    desk.text("1");
    assert_eq!(desk.figures("2026-03"), "TC1");
    desk.text("THEM T3 TC1");
    let reply = desk.text("1");
    assert!(reply.starts_with("Tin nay giong tin THEM truoc"), "{reply}");
    assert_eq!(desk.figures("2026-03"), "TC1");
    desk.text("OK");
    assert_eq!(desk.figures("2026-03"), "TC2");
    desk.text("THEM T3 TC1");
    desk.text("2");
    assert_eq!(desk.figures_of(PA_KHOANG, "2026-03"), "TC1", "the other hamlet has no such addition");
}

#[test]
fn a_question_lives_24_hours() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 TC3");
    let reply = desk.hours_later(25).text("OK");
    assert!(reply.starts_with("Hien khong co cau hoi nao"), "{reply}");
    assert_eq!(desk.figures("2026-03"), "TC2");
}

#[test]
fn a_question_is_not_repeated_when_the_answer_is_unclear() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 TC3");
    let open = desk.question.clone();
    let reply = desk.text("3");
    assert_eq!(reply, "Chua ro cau tra loi. Soan 1 (thay) hoac 2 (cong them), hoac gui lai ca tin.");
    assert_eq!(desk.question, open);
}

#[test]
fn a_question_is_overtaken_by_a_complete_new_report() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 TC3");
    desk.text("SUA T3 TC4");
    assert_eq!((desk.figures("2026-03").as_str(), desk.question.clone()), ("TC4", None));
}

#[test]
fn a_question_stays_open_beside_commands_and_greetings() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 TC3");
    for other in ["KT", "HD", "chuc mung", "KHAN chay nha", "NGUNG NHAC"] {
        desk.text(other);
        assert!(desk.question.is_some(), "{other}");
    }
    desk.text("1");
    assert_eq!(desk.figures("2026-03"), "TC3");
}

#[test]
fn figures_that_changed_while_the_question_was_open_are_weighed_anew() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.text("T3 TC3");
    let theft = desk.id("TC");
    desk.state(NA_MO, "2026-03").month_return.as_mut().unwrap().values.insert(theft, 7);
    let reply = desk.text("1");
    assert!(reply.contains("trom cap da bao 7, nay 3"), "{reply}");
    assert_eq!(desk.figures("2026-03"), "TC7");
    desk.text("1");
    assert_eq!(desk.figures("2026-03"), "TC3");
}

#[test]
fn different_people_and_figures_put_the_question_to_the_later_one_and_a_flag_before_the_officer() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.sender = Sender::Known(person(2, &[NA_MO]));
    desk.text("T3 TC3");
    assert_eq!((desk.plan.fate, desk.plan.flags.as_slice()), (Fate::Asked, [Flag::TwoPeople].as_slice()));
    desk.text("1");
    assert_eq!(desk.plan.flags, [Flag::TwoPeople]);
    assert!(desk.plan.reports.first().cloned().unwrap().flagged);
}

#[test]
fn different_people_with_equal_or_new_figures_raise_no_flag() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.sender = Sender::Known(person(2, &[NA_MO]));
    desk.text("T3 TC2");
    assert_eq!(desk.plan.flags, []);
    desk.text("T3 CB1");
    assert_eq!((desk.plan.flags.as_slice(), desk.figures("2026-03").as_str()), ([].as_slice(), "TC2 CB1"));
}

#[test]
fn after_the_month_is_closed_a_report_is_kept_as_a_proposal() {
    for text in ["T3 TC3", "SUA T3 TC3", "THEM T3 TC1"] {
        let mut desk = Desk::new();
        desk.text("T3 TC2");
        desk.state(NA_MO, "2026-03").closed = true;
        let reply = desk.text(text);
        assert!(
            reply.starts_with("Thang 3 (15/2-14/3) da chot. Thon Na Mo: trom cap 2 ")
                && reply.ends_with("duoc giu lai, can bo cong an xa se quyet dinh."),
            "{reply}"
        );
        let proposal = desk.plan.reports.first().cloned().unwrap();
        assert!(proposal.proposal && proposal.previous.is_some());
        assert_eq!(proposal.values.values().copied().collect::<Vec<_>>(), [3]);
        assert_eq!((desk.plan.fate, desk.figures("2026-03").as_str()), (Fate::Proposed, "TC2"));
    }
}

#[test]
fn an_incident_in_a_closed_month_is_a_proposal_too() {
    let mut desk = Desk::new();
    desk.state(NA_MO, "2026-03").closed = true;
    desk.text("ngay 10/3 TC1");
    let proposal = desk.plan.reports.first().cloned().unwrap();
    assert!(proposal.proposal && proposal.day.is_some());
}
