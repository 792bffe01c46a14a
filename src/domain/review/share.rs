//! How many of a commune's units registered and were recognised, in whole numbers (TT 124/2021, article 5.4).

use super::rule::Rule;
use super::scheme::{CriterionId, KindScheme};
use super::steps::State;

/// Units of a commune that the standard covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Units that the standard covers.
    pub eligible: i64,
    /// Units that registered.
    pub registered: i64,
    /// Units that were recognised and still are.
    pub recognised: i64,
}

impl Share {
    /// The share of units that stand at these states.
    pub fn of(states: impl IntoIterator<Item = State>) -> Self {
        states.into_iter().fold(Share::default(), |share, state| Share {
            eligible: share.eligible + 1,
            registered: share.registered + i64::from(state.is_registered()),
            recognised: share.recognised + i64::from(state == State::Recognised),
        })
    }

    /// The two together: communes under a province.
    #[must_use]
    pub fn and(self, other: Share) -> Share {
        Share {
            eligible: self.eligible + other.eligible,
            registered: self.registered + other.registered,
            recognised: self.recognised + other.recognised,
        }
    }

    /// Whether every unit registered. Of no units nothing is said.
    pub fn all_registered(self) -> bool {
        self.eligible > 0 && self.registered == self.eligible
    }

    /// Whether at least `percent` of `whole` are recognised; compared in whole numbers, so that 17.5 of 25 are 18.
    pub fn reaches(self, percent: i64, whole: i64) -> bool {
        whole > 0 && self.recognised.saturating_mul(100) >= whole.saturating_mul(percent)
    }

    /// How many more must be recognised to reach `percent` of `whole`.
    pub fn lacking(self, percent: i64, whole: i64) -> i64 {
        let needed = whole.saturating_mul(percent).saturating_add(99).div_euclid(100);
        needed.saturating_sub(self.recognised).max(0)
    }
}

/// A criterion of a commune that counts its units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The criterion.
    pub criterion: CriterionId,
    /// What it asks.
    pub text: String,
    /// What is counted.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
    /// How many percent are asked for.
    pub percent: i64,
    /// Whether they are reached.
    pub met: bool,
    /// How many more would have to be counted.
    pub lacking: i64,
}

/// What the criteria of `commune` that count units say of its `units`, all kinds pooled, and of the `hamlets` among them.
pub fn checks(commune: &KindScheme, units: Share, hamlets: Share) -> Vec<Check> {
    let rules = commune
        .criteria
        .iter()
        .flat_map(|criterion| parts(&criterion.rule).map(move |rule| (criterion, rule)));
    let check = |(criterion, rule): (&super::Criterion, &Rule)| {
        let (part, whole, percent) = match rule {
            Rule::AllUnitsRegistered => (units.registered, units.eligible, 100),
            Rule::UnitsRecognised { percent } => (units.recognised, units.registered, *percent),
            Rule::HamletsRecognised { percent } => (hamlets.recognised, hamlets.eligible, *percent),
            _ => return None,
        };
        let counted = Share { recognised: part, ..Share::default() };
        Some(Check {
            criterion: criterion.id.clone(),
            text: criterion.text.clone(),
            part,
            whole,
            percent,
            met: counted.reaches(percent, whole),
            lacking: counted.lacking(percent, whole),
        })
    };
    rules.filter_map(check).collect()
}

/// A rule, or the rules that it is made of.
fn parts(rule: &Rule) -> impl Iterator<Item = &Rule> {
    match rule {
        Rule::All { rules } => rules.iter().collect::<Vec<_>>(),
        rule => vec![rule],
    }
    .into_iter()
}

/// Whether “19.2” (new-countryside programme) is the name of what the share decides, in a year: the label of 2011 to 2025 only.
pub fn is_labelled_19_2(year: i32) -> bool {
    (2011..=2025).contains(&year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_of_25_hamlets_fail_and_18_pass() {
        let share = |recognised| Share { eligible: 25, registered: 25, recognised };
        assert!(!share(16).reaches(70, 25));
        assert!(!share(17).reaches(70, 25));
        assert!(share(18).reaches(70, 25));
        assert_eq!(share(16).lacking(70, 25), 2);
    }

    #[test]
    fn the_units_of_a_commune_are_pooled() {
        // 6 of 10 hamlets alone would fail; with 4 of 4 schools the pool of 14 passes at 10.
        let hamlets = Share { eligible: 10, registered: 10, recognised: 6 };
        let schools = Share { eligible: 4, registered: 4, recognised: 4 };
        let pool = hamlets.and(schools);
        assert!(!hamlets.reaches(70, hamlets.registered));
        assert!(pool.all_registered() && pool.reaches(70, pool.registered));
    }

    #[test]
    fn the_criteria_of_the_scheme_say_what_is_counted() {
        let catalogue = crate::domain::indicator::Catalogue::shipped().unwrap();
        let schemes = super::super::Schemes::shipped(&catalogue).unwrap();
        let of = |year, units, hamlets| {
            let commune = schemes.for_year(year).unwrap().of(super::super::UnitKind::Commune).unwrap();
            let said = checks(commune, units, hamlets).into_iter();
            said.map(|check| (check.criterion.0, check.met, check.lacking)).collect::<Vec<_>>()
        };
        let share = |recognised| Share { eligible: 25, registered: 25, recognised };
        assert_eq!(of(2020, share(25), share(16)), [("6.4".to_owned(), false, 2)]);
        assert_eq!(of(2020, share(0), share(18)), [("6.4".to_owned(), true, 0)]);
        let pooled = of(2026, Share { registered: 24, ..share(17) }, share(16));
        assert_eq!(pooled, [("5.4(1)".to_owned(), false, 1), ("5.4(2)".to_owned(), true, 0)]);
    }

    #[test]
    fn of_nothing_nothing_is_reached() {
        assert!(!Share::default().all_registered());
        assert!(!Share::default().reaches(70, 0));
    }

    #[test]
    fn what_was_revoked_counts_as_registered_only() {
        let share = Share::of([State::Recognised, State::Revoked, State::Open, State::Accepted]);
        assert_eq!(share, Share { eligible: 4, registered: 3, recognised: 1 });
    }
}
