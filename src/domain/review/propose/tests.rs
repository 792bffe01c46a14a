use super::super::account::{Month, Returned};
use super::super::{Schemes, UnitKind};
use super::*;
use crate::domain::period::{Calendar, Period};

/// A hamlet in 2026 with returns of nothing for all months of both years, changed by the test.
struct Hamlet {
    catalogue: Catalogue,
    schemes: Schemes,
    account: Account,
    facts: BTreeMap<String, Fact>,
    units: Share,
}

impl Hamlet {
    fn quiet() -> Self {
        let catalogue = Catalogue::shipped().unwrap();
        let first: Period = "2024-11".parse().unwrap();
        let month = |number| {
            let period = first.plus(number);
            let returned = Some(Returned { stated: BTreeMap::new(), rest_zero: true });
            Month { period, span: Calendar::ministry().span(period), returned, incidents: Vec::new() }
        };
        let account = Account { months: (0..26).map(month).collect() };
        let schemes = Schemes::shipped(&catalogue).unwrap();
        Hamlet { catalogue, schemes, account, facts: BTreeMap::new(), units: Share::default() }
    }

    fn month(&mut self, label: &str) -> &mut Month {
        let period: Period = label.parse().unwrap();
        self.account.months.iter_mut().find(|month| month.period == period).unwrap()
    }

    fn returned(mut self, label: &str, code: &str, figure: i64) -> Self {
        let id = self.catalogue.by_code(code).unwrap().id;
        self.month(label).returned.as_mut().unwrap().stated.insert(id, figure);
        self
    }

    fn told(mut self, label: &str, day: &str, code: &str, severity: Option<Severity>) -> Self {
        let id = self.catalogue.by_code(code).unwrap().id;
        let stated = BTreeMap::from([(id, 1)]);
        let event =
            Event { day: day.parse().unwrap(), stated, severity, unavoidable: false, prevented: false };
        let month = self.month(label);
        month.incidents.push(event);
        *month.returned.as_mut().unwrap().stated.entry(id).or_insert(0) += 1;
        self
    }

    fn without(mut self, label: &str) -> Self {
        self.month(label).returned = None;
        self
    }

    fn fact(mut self, name: &str, fact: Fact) -> Self {
        self.facts.insert(name.to_owned(), fact);
        self
    }

    fn proposal_of(&self, kind: UnitKind, id: &str) -> Proposal {
        let scheme = self.schemes.for_year(2026).unwrap().of(kind).unwrap();
        let evidence = Evidence {
            year: 2026,
            scheme,
            catalogue: &self.catalogue,
            registered: "2026-03-31".parse().ok(),
            households: Some(120),
            facts: &self.facts,
            accounts: std::slice::from_ref(&self.account),
            units: self.units,
            hamlets: self.units,
        };
        propose(&scheme.criterion(id).unwrap().rule, &evidence)
    }

    fn finding(&self, id: &str) -> Finding {
        self.proposal_of(UnitKind::Hamlet, id).finding
    }
}

fn open(doubts: &[Doubt]) -> Finding {
    Finding::Open(doubts.to_vec())
}

#[test]
fn fewer_is_met_equal_and_more_are_for_a_person() {
    let last_year = |count| Hamlet::quiet().returned("2025-06", "TC", count);
    assert_eq!(last_year(2).returned("2026-06", "TC", 1).finding("4.4a"), Finding::Met);
    assert_eq!(last_year(1).returned("2026-06", "TC", 1).finding("4.4a"), open(&[Doubt::Equal]));
    assert_eq!(last_year(1).returned("2026-06", "LDCD", 2).finding("4.4a"), open(&[Doubt::More]));
    assert_eq!(Hamlet::quiet().finding("4.4a"), Finding::Met);
}

#[test]
fn one_group_that_fell_does_not_hide_another_that_rose() {
    let hamlet = Hamlet::quiet().returned("2025-06", "TC", 9).returned("2026-06", "CB", 1);
    let proposal = hamlet.proposal_of(UnitKind::Hamlet, "4.4a");
    assert_eq!(proposal.finding, open(&[Doubt::More]));
    let names: Vec<&str> = proposal.figures.iter().map(|figure| figure.name.as_str()).collect();
    assert_eq!(names, ["tội phạm", "tệ nạn xã hội", "vi phạm khác"]);
}

#[test]
fn cases_across_the_first_of_november_leave_it_to_a_person_and_are_named() {
    let hamlet = Hamlet::quiet().returned("2025-06", "TC", 2).returned("2026-11", "TC", 2);
    let proposal = hamlet.proposal_of(UnitKind::Hamlet, "4.4a");
    assert_eq!(proposal.finding, open(&[Doubt::Boundary]));
    let straddle = proposal.figures.first().unwrap().now.straddling.first().unwrap().clone();
    assert_eq!((straddle.boundary.to_string().as_str(), straddle.undated), ("2026-10-31", 2));
}

#[test]
fn a_month_that_nobody_returned_is_no_month_without_cases() {
    let hamlet = Hamlet::quiet().without("2026-05");
    assert_eq!(hamlet.finding("4.4c(2)"), open(&[Doubt::Missing]));
    assert_eq!(Hamlet::quiet().returned("2026-05", "NGH", 1).finding("4.4c(2)"), Finding::NotMet);
    assert_eq!(Hamlet::quiet().finding("4.4c(2)"), Finding::Met);
}

#[test]
fn grave_crimes_count_unless_excused_and_need_the_severity_of_the_police() {
    let robbed = |severity| Hamlet::quiet().told("2026-05", "2026-05-01", "CG", severity);
    assert_eq!(robbed(Some(Severity::Serious)).finding("4.4b"), Finding::NotMet);
    assert_eq!(robbed(Some(Severity::Less)).finding("4.4b"), Finding::Met);
    assert_eq!(robbed(None).finding("4.4b"), open(&[Doubt::Severity]));
    let mut excused = robbed(Some(Severity::VerySerious));
    excused.month("2026-05").incidents[0].prevented = true;
    assert_eq!(excused.finding("4.4b"), Finding::Met);
    let undated = Hamlet::quiet().returned("2026-05", "CG", 1);
    assert_eq!(undated.finding("4.4b"), open(&[Doubt::Severity]));
}

#[test]
fn traffic_accidents_are_no_criterion_of_hamlets() {
    let hamlet = Hamlet::quiet().returned("2026-05", "TNC", 3).fact("serious_incidents", Fact::Number(0));
    assert_eq!(hamlet.finding("4.4d"), Finding::Met);
    assert_eq!(hamlet.returned("2026-05", "TLC", 1).finding("4.4d"), Finding::NotMet);
}

#[test]
fn all_households_means_all() {
    assert_eq!(Hamlet::quiet().returned("2026-03", "HDK", 120).finding("4.1(3)"), Finding::Met);
    assert_eq!(Hamlet::quiet().returned("2026-03", "HDK", 119).finding("4.1(3)"), Finding::NotMet);
}

#[test]
fn documents_facts_and_ratings_are_asked_for_until_they_are_there() {
    let quiet = Hamlet::quiet();
    assert_eq!(quiet.finding("4.1(1)"), open(&[Doubt::Fact]));
    let dated = |day: &str| Hamlet::quiet().fact("resolution_day", Fact::Day(day.parse().unwrap()));
    assert_eq!(dated("2026-03-31").finding("4.1(1)"), Finding::Met);
    assert_eq!(dated("2026-04-01").finding("4.1(1)"), Finding::NotMet);
    assert_eq!(dated("2025-12-31").finding("4.1(1)"), Finding::NotMet);
    let rated = |rating: &str| {
        let hamlet = Hamlet::quiet().fact("team_rating", Fact::Choice(rating.to_owned()));
        hamlet.fact("team_disciplined", Fact::Number(0)).finding("4.5")
    };
    assert_eq!(rated("hoàn thành"), Finding::Met);
    assert_eq!(rated("không hoàn thành"), Finding::NotMet);
}

#[test]
fn a_communes_units_are_pooled_and_counted_in_whole_numbers() {
    let with =
        |recognised| Hamlet { units: Share { eligible: 25, registered: 25, recognised }, ..Hamlet::quiet() };
    let finding = |hamlet: &Hamlet, id| hamlet.proposal_of(UnitKind::Commune, id).finding;
    assert_eq!(finding(&with(18), "5.4(1)"), Finding::Met);
    assert_eq!(finding(&with(18), "5.4(2)"), Finding::Met);
    assert_eq!(finding(&with(17), "5.4(2)"), Finding::NotMet);
}

#[test]
fn enterprises_answer_with_their_own_facts() {
    let number = |name: &str, n| (name.to_owned(), Fact::Number(n));
    let mut unit = Hamlet::quiet();
    unit.facts =
        BTreeMap::from([number("subunits", 10), number("good_subunits", 7), number("disciplined", 0)]);
    assert_eq!(unit.proposal_of(UnitKind::Enterprise, "6.5").finding, Finding::Met);
    unit.facts.extend([number("good_subunits", 6)]);
    assert_eq!(unit.proposal_of(UnitKind::Enterprise, "6.5").finding, Finding::NotMet);
}
