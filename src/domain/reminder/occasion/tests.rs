use proptest::prelude::*;

use super::*;
use crate::domain::calendar::{Holidays, Notice};
use crate::domain::indicator::Catalogue;

struct World {
    calendar: Calendar,
    schemes: Schemes,
    civil: CivilCalendar,
    rules: Rules,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
}

impl World {
    fn new() -> World {
        let tet = Notice { from: day("2026-02-14"), to: day("2026-02-22"), off: true };
        World {
            calendar: Calendar::ministry(),
            schemes: Schemes::shipped(&Catalogue::shipped().unwrap()).unwrap(),
            civil: CivilCalendar::new(Holidays::shipped().unwrap(), vec![tet], 7, 21),
            rules: Rules::shipped().unwrap(),
        }
    }

    fn terms(&self) -> Terms<'_> {
        Terms { calendar: &self.calendar, schemes: &self.schemes, civil: &self.civil }
    }

    fn between(&self, from: &str, to: &str) -> Vec<String> {
        let found = occasions(&self.rules, &self.terms(), at(from), at(to));
        found.iter().map(told).collect()
    }
}

fn told(occasion: &Occasion) -> String {
    let zone = FixedOffset::east_opt(7 * 3_600).unwrap();
    let moment = DateTime::from_timestamp_micros(occasion.at).unwrap().with_timezone(&zone);
    format!(
        "{} {} {} {} to {}, due {}",
        moment.format("%m-%d %H:%M"),
        occasion.rule.code,
        occasion.kind.name(),
        occasion.period,
        occasion.to.name(),
        occasion.due.format("%m-%d"),
    )
}

#[test]
fn a_month_is_reminded_of_before_on_and_after_its_last_day_and_told_to_the_levels_above() {
    assert_eq!(
        World::new().between("2026-05-01T00:00:00+07:00", "2026-05-31T00:00:00+07:00"),
        [
            "05-12 08:00 return hamlet 202605 to reporter, due 05-15",
            "05-15 08:00 return hamlet 202605 to reporter, due 05-15",
            "05-16 08:00 return hamlet 202605 to reporter, due 05-15",
            "05-16 08:00 return_list hamlet 202605 to supervisor, due 05-15",
            "05-20 08:00 return_list hamlet 202605 to province, due 05-15",
        ]
    );
}

#[test]
fn what_falls_into_tet_comes_on_the_first_day_after_it() {
    let february = World::new().between("2026-02-13T00:00:00+07:00", "2026-03-01T00:00:00+07:00");
    let expected = [
        "02-23 08:00 return hamlet 202602 to reporter, due 02-15",
        "02-23 08:00 return_list hamlet 202602 to supervisor, due 02-15",
        "02-24 08:00 return hamlet 202602 to reporter, due 02-15",
        "02-28 08:00 return_list hamlet 202602 to province, due 02-15",
    ];
    let returns: Vec<&String> = february.iter().filter(|told| told.contains(" return")).collect();
    assert_eq!(returns, expected.iter().collect::<Vec<_>>());
    let registration = february.iter().filter(|told| told.contains("02-23 08:00 registration")).count();
    assert_eq!(registration, 5, "45 days before 31/03 is the 14th of February, a day of Tết: {february:#?}");
}

#[test]
fn the_review_of_a_year_has_its_days() {
    let year = World::new().between("2026-03-01T00:00:00+07:00", "2026-12-31T00:00:00+07:00");
    let hamlets: Vec<String> = year
        .into_iter()
        .filter(|told| told.contains(" hamlet 2026 "))
        .map(|told| told.replace(" hamlet 2026", ""))
        .collect();
    assert_eq!(
        hamlets,
        [
            "03-16 08:00 registration to reporter, due 03-31",
            "03-28 08:00 registration to reporter, due 03-31",
            "04-01 08:00 registration to supervisor, due 03-31",
            "04-15 08:00 registration to province, due 03-31",
            "11-01 08:00 assessment_hamlet to reporter, due 11-14",
            "11-05 08:00 decision to decider, due 11-14",
            "11-08 08:00 assessment_hamlet to reporter, due 11-14",
            "11-10 08:00 assessment_hamlet to supervisor, due 11-14",
            "11-10 08:00 decision to decider, due 11-14",
            "11-14 08:00 decision to decider, due 11-14",
            "11-15 08:00 decision to province, due 11-14",
        ]
    );
}

#[test]
fn a_rule_reminds_of_no_moment_before_it_came() {
    let world = World::new();
    let rules: Vec<Rule> = world.rules.iter().map(|standing| standing.rule.clone()).collect();
    let late = Rules::default().replaced_by(rules, at("2026-05-15T08:00:00+07:00")).unwrap();
    let world = World { rules: late, ..world };
    let may = world.between("2026-05-01T00:00:00+07:00", "2026-05-16T08:00:00+07:00");
    assert_eq!(may.len(), 2, "{may:?}");
}

#[test]
fn a_cron_expression_counts_within_its_days_of_a_month_only() {
    let mut rules: Vec<Rule> = World::new().rules.iter().map(|standing| standing.rule.clone()).collect();
    rules.retain(|rule| rule.code == "return_list");
    rules[0].cron = Some("30 9 * * Mon".to_owned());
    rules[0].escalate.clear();
    let world = World { rules: Rules::default().replaced_by(rules, 0).unwrap(), ..World::new() };
    assert_eq!(
        world.between("2026-05-01T00:00:00+07:00", "2026-06-01T00:00:00+07:00"),
        [
            "05-04 09:30 return_list hamlet 202604 to supervisor, due 04-15",
            "05-18 09:30 return_list hamlet 202605 to supervisor, due 05-15",
            "05-25 09:30 return_list hamlet 202605 to supervisor, due 05-15",
        ]
    );
}

#[test]
fn nothing_is_planned_for_years_without_a_scheme() {
    let told = World::new().between("2011-01-01T00:00:00+07:00", "2011-12-31T00:00:00+07:00");
    assert!(told.iter().all(|told| told.contains(" return")), "{told:#?}");
}

/// What makes a row unique, but for unit and receiver.
fn keys(occasions: &[Occasion]) -> Vec<(i64, String, UnitKind, i32, i32, Receiver)> {
    let key = |o: &Occasion| (o.at, o.rule.code.clone(), o.kind, o.period, o.step, o.to);
    let mut keys: Vec<_> = occasions.iter().map(key).collect();
    keys.sort();
    keys
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Servers that look at any time, again and again, with pauses of minutes or months, find the same occasions.
    #[test]
    fn however_time_is_cut_every_occasion_is_found_once_and_at_a_civil_hour(
        start in 0_i64..700,
        cuts in proptest::collection::btree_set(1_i64..400 * 24 * 60, 0..12),
    ) {
        let world = World::new();
        let from = at("2026-01-01T00:00:00+07:00") + start * 86_400_000_000;
        let moments: Vec<i64> = std::iter::once(from)
            .chain(cuts.iter().map(|minutes| from + minutes * MINUTE))
            .chain([from + 400 * 86_400_000_000])
            .collect();
        let whole = occasions(&world.rules, &world.terms(), from, *moments.last().unwrap());
        let pieces: Vec<Occasion> = moments
            .windows(2)
            .flat_map(|pair| occasions(&world.rules, &world.terms(), pair[0], pair[1]))
            .collect();
        prop_assert_eq!(keys(&pieces), keys(&whole));
        let distinct: std::collections::BTreeSet<_> = keys(&whole).into_iter().map(|key| format!("{key:?}")).collect();
        prop_assert_eq!(distinct.len(), whole.len());
        for occasion in &whole {
            prop_assert!(world.civil.allows(occasion.at), "{}", told(occasion));
            prop_assert!(occasion.at > from);
        }
    }
}
