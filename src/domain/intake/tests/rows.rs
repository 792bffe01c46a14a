//! One test for each row of the rules of intake, named after it.

use super::desk::*;
use crate::domain::intake::*;

// --- two kinds of report ---------------------------------------------------------------------------------------------

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
    let report = desk.plan.report.clone().unwrap();
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

// --- which month -----------------------------------------------------------------------------------------------------

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

// --- the second text for the same month ------------------------------------------------------------------------------

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
    assert_eq!((desk.plan.fate, desk.plan.report.clone()), (Fate::Answered, None));
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
        assert_eq!((desk.figures("2026-03").as_str(), desk.plan.report.clone()), ("TC2", None));
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
    let added = desk.plan.report.clone().unwrap().added.unwrap();
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
        assert_eq!((desk.plan.fate, desk.plan.report.clone()), (Fate::Asked, None));
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
    assert_eq!((desk.plan.fate, desk.plan.report.clone()), (Fate::Answered, None));
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
    assert!(desk.plan.report.clone().unwrap().flagged);
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
        let proposal = desk.plan.report.clone().unwrap();
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
    let proposal = desk.plan.report.clone().unwrap();
    assert!(proposal.proposal && proposal.day.is_some());
}

// --- who may report what ---------------------------------------------------------------------------------------------

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
        [("2", PA_KHOANG), ("thon na mo", NA_MO), ("Pa Khoang", PA_KHOANG), ("04792013", TO_5)]
    {
        let mut desk = Desk::of(person(1, &[NA_MO, PA_KHOANG, TO_5]));
        let reply = desk.text("T3 TC2");
        assert_eq!(reply, "Tin nay cua noi nao? Soan so: 1 Thon Na Mo, 2 Ban Pa Khoang, 3 To dan pho so 5.");
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
    assert_eq!((desk.plan.fate, desk.plan.report.clone()), (Fate::Refused, None));
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
fn people_who_practise_get_the_same_replies_with_tap_in_front_and_nothing_counts() {
    let mut desk = Desk::of(Person { practice: true, ..person(1, &[NA_MO]) });
    let reply = desk.text("T3 TC2 TNV1");
    assert_eq!(
        reply,
        "(TAP) Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 2, tai nan GT 1. Neu sai, soan SUA va so dung."
    );
    assert_eq!((desk.plan.fate, desk.plan.report.clone()), (Fate::Practised, None));
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
    assert!(desk.plan.report.clone().unwrap().proposal);
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

// --- urgent, secret, personal ----------------------------------------------------------------------------------------

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
        assert_eq!((desk.plan.report.clone(), desk.question.clone()), (None, None));
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

// --- answers ---------------------------------------------------------------------------------------------------------

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
    assert_eq!(reply, "Thon Na Mo chua bao thang 3. Vi du: ANTT T3 TC2 TNV1. Khong co gi: soan 0 sau thang.");
    desk.text("ngay 1/3 CB1");
    let reply = desk.text("KT");
    assert_eq!(reply, "Thang 3 (15/2-14/3), Thon Na Mo da bao: co bac 1. Con thieu: thang 3.");
    desk.text("T3 TC2, con lai khong co gi");
    desk.text("OK");
    desk.text("T1 khong co gi");
    assert_eq!(
        desk.text("KT"),
        "Thang 3 (15/2-14/3), Thon Na Mo da bao: trom cap 2, co bac 0, con lai khong. Con thieu: thang 2."
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
