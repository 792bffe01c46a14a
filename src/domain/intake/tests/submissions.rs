//! Reports by app, form and API.

use super::desk::*;
use crate::domain::intake::*;

fn submission(desk: &Desk, figures: &[(&str, i64)]) -> Submission {
    Submission {
        unit: NA_MO,
        kind: SubmissionKind::Month(period("2026-03")),
        values: figures.iter().map(|(code, figure)| (desk.id(code), *figure)).collect(),
        rest_zero: false,
        base_version: None,
        base_values: Figures::new(),
        confirmed: false,
        author: Some(1),
        replaces: None,
    }
}

fn decide(desk: &Desk, submission: &Submission) -> SubmissionPlan {
    let situation = Situation {
        now: desk.now,
        today: day("2026-03-20"),
        calendar: &desk.calendar,
        catalogue: &desk.catalogue,
        sender: Sender::Unknown { answered_today: true },
        trust: Trust::High,
        pin_given: false,
        repeats: 0,
        echo: false,
        question: None,
        months: &desk.months,
        highest: &desk.highest,
        templates: &desk.templates,
        mistake: None,
        neighbours: &[],
        contact: "",
        on_duty: &[],
        reviewed: None,
    };
    decide_submission(&situation, submission)
}

fn values(report: &Option<NewReport>) -> Vec<i64> {
    report.as_ref().unwrap().values.values().copied().collect()
}

#[test]
fn the_first_submission_of_a_month_is_created() {
    let desk = Desk::new();
    let plan = decide(&desk, &submission(&desk, &[("TC", 2), ("CB", 1)]));
    assert_eq!((plan.outcome, values(&plan.report)), (Outcome::Created, vec![2, 1]));
    assert_eq!(plan.report.unwrap().previous, None);
}

#[test]
fn a_submission_that_changes_nothing_is_unchanged() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    let plan = decide(&desk, &submission(&desk, &[("TC", 2)]));
    assert_eq!((plan.outcome, plan.report, plan.proposal), (Outcome::Unchanged, None, None));
}

#[test]
fn a_submission_that_started_from_the_current_version_replaces() {
    let mut desk = Desk::new();
    desk.text("T3 TC2 CB1");
    let stored = desk.state(NA_MO, "2026-03").month_return.clone().unwrap();
    let new =
        Submission { base_version: Some(1), base_values: stored.values, ..submission(&desk, &[("TC", 1)]) };
    let plan = decide(&desk, &new);
    assert_eq!((plan.outcome, values(&plan.report)), (Outcome::Created, vec![1, 1]));
    assert_eq!(plan.report.unwrap().previous, Some(stored.report));
}

#[test]
fn on_a_stale_version_what_did_not_change_since_is_merged_and_what_differs_is_a_conflict() {
    let mut desk = Desk::new();
    desk.text("T3 TC2 CB1 TNV1");
    let base_values = desk.state(NA_MO, "2026-03").month_return.clone().unwrap().values;
    desk.text("SUA T3 TC4 TNV2");
    // The client changed TC and CB, left TNV as it was, and added MTTC.
    let new = Submission {
        base_version: Some(1),
        base_values,
        ..submission(&desk, &[("TC", 3), ("CB", 2), ("TNV", 1), ("MTTC", 1)])
    };
    let plan = decide(&desk, &new);
    assert_eq!(plan.outcome, Outcome::Conflict);
    assert_eq!(values(&plan.report), [4, 2, 2, 1]);
    assert_eq!(plan.conflicts, [Held { indicator: desk.id("TC"), stored: 4, given: 3 }]);
    assert_eq!(values(&plan.proposal), [3, 2, 2, 1]);
    assert!(plan.proposal.unwrap().proposal);
    assert_eq!(plan.flags, [Flag::Conflict]);
}

#[test]
fn a_client_that_knew_of_no_return_conflicts_where_figures_differ() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    let plan = decide(&desk, &Submission { author: Some(9), ..submission(&desk, &[("TC", 3), ("CB", 1)]) });
    assert_eq!((plan.outcome, values(&plan.report)), (Outcome::Conflict, vec![2, 1]));
    assert_eq!(plan.conflicts, [Held { indicator: desk.id("TC"), stored: 2, given: 3 }]);
    assert_eq!(plan.flags, [Flag::Conflict, Flag::TwoPeople]);
}

#[test]
fn zero_lower_and_jumping_figures_must_be_confirmed() {
    let mut desk = Desk::new();
    desk.text("ngay 1/3 TC2");
    let zero = Submission { rest_zero: true, ..submission(&desk, &[]) };
    let held = Held { indicator: desk.id("TC"), stored: 2, given: 0 };
    let plan = decide(&desk, &zero);
    assert_eq!(
        (plan.outcome, plan.conflicts.as_slice()),
        (Outcome::Unconfirmed(About::Zero), [held].as_slice())
    );
    assert_eq!(plan.report, None);
    let plan = decide(&desk, &Submission { confirmed: true, ..zero });
    assert_eq!((plan.outcome, values(&plan.report)), (Outcome::Created, vec![0]));
    let plan = decide(&desk, &submission(&desk, &[("TC", 1)]));
    assert_eq!(plan.outcome, Outcome::Unconfirmed(About::Lower));
    let collisions = desk.id("VCGT");
    desk.highest.insert((NA_MO, collisions), 1);
    let plan = decide(&desk, &submission(&desk, &[("VCGT", 10)]));
    assert_eq!(plan.outcome, Outcome::Unconfirmed(About::Jump));
}

#[test]
fn a_closed_month_keeps_the_submission_as_a_proposal() {
    let mut desk = Desk::new();
    desk.text("T3 TC2");
    desk.state(NA_MO, "2026-03").closed = true;
    let plan = decide(&desk, &submission(&desk, &[("TC", 3)]));
    assert_eq!(
        (plan.outcome, plan.report.clone(), values(&plan.proposal)),
        (Outcome::Proposed, None, vec![3])
    );
}

#[test]
fn months_too_far_days_to_come_and_empty_reports_are_refused() {
    let desk = Desk::new();
    let with = |kind, figures: &[(&str, i64)]| {
        decide(&desk, &Submission { kind, ..submission(&desk, figures) }).outcome
    };
    let month = |text| SubmissionKind::Month(period(text));
    let one = [("TC", 1)];
    assert_eq!(with(month("2026-05"), &one), Outcome::Created);
    assert_eq!(with(month("2026-06"), &one), Outcome::Refused(Refusal::TooFarAhead));
    assert_eq!(with(month("2025-04"), &one), Outcome::Created);
    assert_eq!(with(month("2025-03"), &one), Outcome::Refused(Refusal::TooFarBack));
    assert_eq!(with(SubmissionKind::Incident(day("2026-03-21")), &one), Outcome::Refused(Refusal::FutureDay));
    assert_eq!(with(month("2026-03"), &[]), Outcome::Refused(Refusal::Empty));
}

#[test]
fn an_incident_is_created_with_its_day_flagged_after_the_return_and_confirmed_when_repeated() {
    let mut desk = Desk::new();
    let new =
        Submission { kind: SubmissionKind::Incident(day("2026-03-10")), ..submission(&desk, &[("TC", 1)]) };
    let plan = decide(&desk, &new);
    assert_eq!((plan.outcome, plan.report.unwrap().day), (Outcome::Created, Some(day("2026-03-10"))));
    desk.text("ngay 10/3 TC1");
    assert_eq!(decide(&desk, &new).outcome, Outcome::Unconfirmed(About::Repeat));
    desk.text("T3 TC1");
    let plan = decide(&desk, &Submission { confirmed: true, ..new });
    assert_eq!((plan.outcome, plan.flags.as_slice()), (Outcome::Created, [Flag::AfterReturn].as_slice()));
}

#[test]
fn a_corrected_incident_takes_the_place_of_the_one_before() {
    let mut desk = Desk::new();
    desk.text("ngay 10/3 TC1");
    let first = desk.months[&(NA_MO, period("2026-03"))].incidents[0].report;
    let on = |day_of: &str, figures: &[(&str, i64)]| Submission {
        kind: SubmissionKind::Incident(day(day_of)),
        replaces: Some(first),
        ..submission(&desk, figures)
    };
    let plan = decide(&desk, &on("2026-03-11", &[("TC", 2)]));
    assert_eq!((plan.outcome, plan.report.unwrap().previous), (Outcome::Created, Some(first)));
    assert_eq!(decide(&desk, &on("2026-03-10", &[("TC", 1)])).outcome, Outcome::Unchanged);
    let gone = Outcome::Refused(Refusal::NoSuchIncident);
    assert_eq!(decide(&desk, &on("2026-02-10", &[("TC", 1)])).outcome, gone, "another month's");
    let unknown = Submission { replaces: Some(first + 1), ..on("2026-03-11", &[("TC", 2)]) };
    assert_eq!(decide(&desk, &unknown).outcome, gone);
}

#[test]
fn figures_of_the_commune_are_flagged() {
    let desk = Desk::new();
    assert_eq!(decide(&desk, &submission(&desk, &[("KP", 1)])).flags, [Flag::CommuneOnly]);
}
