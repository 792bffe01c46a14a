//! How many of a commune's units registered and were recognised, in whole numbers (TT 124/2021, article 5.4).

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
