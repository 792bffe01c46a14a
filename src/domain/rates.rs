//! Derived figures: rates, changes, shares. Whole numbers throughout; what is printed is computed, never typed in.
//!
//! Rules: the reporting domain, “Derived figures”. Style: “so với cùng kỳ giảm 01 vụ (-33,33%)”.

use std::collections::BTreeMap;
use std::fmt;

use super::indicator::{Catalogue, IndicatorId};

/// Sums by indicator; an indicator that is not in it was not stated.
pub type Sums = BTreeMap<IndicatorId, i64>;

/// Cases cleared.
const CLEARED: &str = "KP";
/// Disputes settled, and not settled, by mediation.
const MEDIATED: (&str, &str) = ("HGT", "HGK");
/// Traffic accidents: cases, dead, injured.
const TRAFFIC: [&str; 3] = ["TNV", "TNC", "TNB"];

/// A percentage in hundredths of a percent, rounded half away from zero. Printed with two decimals and a decimal
/// comma: “80,37”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(i64);

impl Percent {
    /// `part` of `whole`; `None` where `whole` is 0 or less: of nothing there is no percentage.
    pub fn of(part: i64, whole: i64) -> Option<Self> {
        if whole <= 0 {
            return None;
        }
        let scaled = i128::from(part) * 10_000;
        let half = i128::from(whole) / 2;
        let rounded = (scaled.abs() + half) / i128::from(whole) * scaled.signum();
        i64::try_from(rounded).ok().map(Percent)
    }

    /// The hundredths of a percent: 8037 for 80,37 %.
    pub fn hundredths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let hundredths = self.0.unsigned_abs();
        write!(f, "{sign}{},{:02}", hundredths / 100, hundredths % 100)
    }
}

/// What is printed where there is no percentage.
pub const NO_PERCENT: &str = "–";

/// A percentage as reports print it: “80,37%”, or “–”.
pub fn printed(percent: Option<Percent>) -> String {
    percent.map_or_else(|| NO_PERCENT.to_owned(), |percent| format!("{percent}%"))
}

/// A figure against an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Now less then.
    pub difference: i64,
    /// The difference as a share of the earlier figure; `None` where that is 0.
    pub percent: Option<Percent>,
}

impl Change {
    /// The change from `before` to `now`.
    pub fn between(before: i64, now: i64) -> Self {
        let difference = now.saturating_sub(before);
        Change { difference, percent: Percent::of(difference, before) }
    }
}

impl fmt::Display for Change {
    /// “giảm 01 vụ (-33,33%)” without the unit: “-1 (-33,33%)”, “+2 (–)”, “0 (0,00%)”.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = if self.difference > 0 { "+" } else { "" };
        write!(f, "{plus}{} ({})", self.difference, printed(self.percent))
    }
}

/// The sum of the cases that are to be cleared: indicators with `clearing` in the catalogue.
pub fn occurred(catalogue: &Catalogue, sums: &Sums) -> i64 {
    let cases = catalogue.iter().filter(|indicator| indicator.clearing);
    cases.filter_map(|indicator| sums.get(&indicator.id)).fold(0, |sum, figure| sum.saturating_add(*figure))
}

/// The clearing rate: cases cleared of cases that occurred. Above 100 % when old cases are cleared; `None` where none
/// occurred.
pub fn clearing_rate(catalogue: &Catalogue, sums: &Sums) -> Option<Percent> {
    Percent::of(sum(catalogue, sums, CLEARED), occurred(catalogue, sums))
}

/// Mediated successfully, of all that was mediated; `None` where nothing was.
pub fn mediation_success(catalogue: &Catalogue, sums: &Sums) -> Option<Percent> {
    let (settled, failed) = (sum(catalogue, sums, MEDIATED.0), sum(catalogue, sums, MEDIATED.1));
    Percent::of(settled, settled.saturating_add(failed))
}

/// Whether traffic accidents fell, by each of the three criteria.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficCriteria {
    /// Fewer cases.
    pub cases: bool,
    /// Fewer dead.
    pub dead: bool,
    /// Fewer injured.
    pub injured: bool,
}

impl TrafficCriteria {
    /// Each of cases, dead and injured strictly lower in `now` than in `before`.
    pub fn between(catalogue: &Catalogue, before: &Sums, now: &Sums) -> Self {
        let [cases, dead, injured] =
            TRAFFIC.map(|code| sum(catalogue, now, code) < sum(catalogue, before, code));
        TrafficCriteria { cases, dead, injured }
    }

    /// “giảm cả 3 tiêu chí”
    pub fn all_three(self) -> bool {
        self.cases && self.dead && self.injured
    }
}

/// Whether at least 70 % of the registered units are recognised (TT 124/2021 art. 5.4), by whole numbers; never where
/// none is registered.
pub fn enough_recognised(recognised: i64, registered: i64) -> bool {
    registered > 0 && i128::from(recognised) * 10 >= i128::from(registered) * 7
}

/// Cases per 10,000 people in hundredths, rounded half up: 123 is 1,23; `None` where the population is not known.
pub fn per_10_000(cases: i64, population: i64) -> Option<i64> {
    if population <= 0 {
        return None;
    }
    let scaled = i128::from(cases) * 1_000_000 + i128::from(population) / 2;
    i64::try_from(scaled / i128::from(population)).ok()
}

/// What a hamlet has done about a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HamletState {
    /// Nothing came.
    Missing,
    /// Texts came that could not be read.
    Tried,
    /// Reported on time that nothing happened.
    Zero,
    /// Reported on time.
    Reported,
    /// Reported after the due day.
    Late,
}

impl HamletState {
    /// The state of a hamlet: whether it has a return, whether that states nothing above 0, whether its first version
    /// came by the due day, and whether texts of the month could not be read.
    pub fn of(returned: bool, zero: bool, on_time: bool, tried: bool) -> Self {
        match (returned, on_time, zero, tried) {
            (false, _, _, true) => HamletState::Tried,
            (false, _, _, false) => HamletState::Missing,
            (true, false, _, _) => HamletState::Late,
            (true, true, true, _) => HamletState::Zero,
            (true, true, false, _) => HamletState::Reported,
        }
    }

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            HamletState::Missing => "missing",
            HamletState::Tried => "tried",
            HamletState::Zero => "zero",
            HamletState::Reported => "reported",
            HamletState::Late => "late",
        }
    }
}

/// How complete a month is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Hamlets active in the month.
    pub expected: i64,
    /// Those with a return.
    pub reported: i64,
    /// Those whose first return came by the due day.
    pub on_time: i64,
}

impl Coverage {
    /// The coverage of hamlets in these states.
    pub fn of(states: impl IntoIterator<Item = HamletState>) -> Self {
        let mut coverage = Coverage::default();
        for state in states {
            let on_time = matches!(state, HamletState::Zero | HamletState::Reported);
            coverage.expected += 1;
            coverage.reported += i64::from(on_time || state == HamletState::Late);
            coverage.on_time += i64::from(on_time);
        }
        coverage
    }

    /// Hamlets that reported, of those expected.
    pub fn completeness(self) -> Option<Percent> {
        Percent::of(self.reported, self.expected)
    }

    /// Hamlets that reported by the due day, of those expected.
    pub fn timeliness(self) -> Option<Percent> {
        Percent::of(self.on_time, self.expected)
    }
}

fn sum(catalogue: &Catalogue, sums: &Sums, code: &str) -> i64 {
    catalogue.by_code(code).and_then(|indicator| sums.get(&indicator.id)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(catalogue: &Catalogue, figures: &[(&str, i64)]) -> Sums {
        figures.iter().map(|(code, figure)| (catalogue.by_code(code).unwrap().id, *figure)).collect()
    }

    #[test]
    fn the_clearing_rate_has_two_decimals_and_a_comma_and_may_exceed_100() {
        assert_eq!(printed(Percent::of(3178, 3954)), "80,37%");
        let catalogue = Catalogue::shipped().unwrap();
        let month = sums(&catalogue, &[("KP", 3), ("TC", 2), ("CYGT", 2), ("MTY", 9), ("TNV", 5)]);
        assert_eq!(occurred(&catalogue, &month), 4, "drugs and accidents are not to be cleared");
        assert_eq!(printed(clearing_rate(&catalogue, &month)), "75,00%");
        let old_cases = sums(&catalogue, &[("KP", 3), ("TC", 2)]);
        assert_eq!(printed(clearing_rate(&catalogue, &old_cases)), "150,00%");
        assert_eq!(printed(clearing_rate(&catalogue, &sums(&catalogue, &[("KP", 3)]))), "–");
    }

    #[test]
    fn a_change_has_a_difference_and_a_percentage_unless_the_base_is_0() {
        let cases = [
            (3, 2, "-1 (-33,33%)"),
            (0, 2, "+2 (–)"),
            (2, 2, "0 (0,00%)"),
            (8, 9, "+1 (12,50%)"),
            (3, 5, "+2 (66,67%)"),
            (0, 0, "0 (–)"),
            (7, 0, "-7 (-100,00%)"),
        ];
        for (before, now, words) in cases {
            assert_eq!(Change::between(before, now).to_string(), words);
        }
    }

    #[test]
    fn traffic_fell_by_three_criteria_only_if_each_is_strictly_lower() {
        let catalogue = Catalogue::shipped().unwrap();
        let before = sums(&catalogue, &[("TNV", 5), ("TNC", 2), ("TNB", 6)]);
        let criteria = |figures: &[(&str, i64)]| {
            TrafficCriteria::between(&catalogue, &before, &sums(&catalogue, figures))
        };
        assert!(criteria(&[("TNV", 4), ("TNC", 1), ("TNB", 5)]).all_three());
        let equal_dead = criteria(&[("TNV", 4), ("TNC", 2), ("TNB", 5)]);
        assert!(!equal_dead.all_three() && equal_dead.cases && !equal_dead.dead && equal_dead.injured);
    }

    #[test]
    fn sixteen_of_25_are_not_seventy_percent_and_eighteen_are() {
        assert!(!enough_recognised(16, 25));
        assert!(!enough_recognised(17, 25));
        assert!(enough_recognised(18, 25));
        assert!(enough_recognised(7, 10));
        assert!(!enough_recognised(0, 0));
    }

    #[test]
    fn mediation_counts_what_was_mediated_and_people_are_counted_by_ten_thousand() {
        let catalogue = Catalogue::shipped().unwrap();
        let month = sums(&catalogue, &[("MTTC", 5), ("HGT", 2), ("HGK", 1)]);
        assert_eq!(printed(mediation_success(&catalogue, &month)), "66,67%");
        assert_eq!(mediation_success(&catalogue, &sums(&catalogue, &[("MTTC", 5)])), None);
        assert_eq!(per_10_000(3, 24_390), Some(123));
        assert_eq!(per_10_000(3, 0), None);
    }

    #[test]
    fn coverage_counts_each_hamlet_once() {
        let states = [
            HamletState::of(false, false, false, false),
            HamletState::of(false, false, false, true),
            HamletState::of(true, true, true, true),
            HamletState::of(true, false, true, false),
            HamletState::of(true, true, false, false),
        ];
        assert_eq!(states.map(HamletState::name), ["missing", "tried", "zero", "reported", "late"]);
        let coverage = Coverage::of(states);
        assert_eq!(coverage, Coverage { expected: 5, reported: 3, on_time: 2 });
        assert_eq!(
            (printed(coverage.completeness()), printed(coverage.timeliness())),
            ("60,00%".to_owned(), "40,00%".to_owned())
        );
        assert_eq!(printed(Coverage::default().completeness()), "–");
    }

    proptest! {
        #[test]
        fn a_percentage_is_off_by_half_a_hundredth_at_most(part in -1_000_000i64..1_000_000, whole in 1i64..1_000_000) {
            let percent = Percent::of(part, whole).unwrap();
            let error = i128::from(percent.hundredths()) * i128::from(whole) - i128::from(part) * 10_000;
            prop_assert!(error.abs() * 2 <= i128::from(whole));
        }

        #[test]
        fn a_change_and_its_reverse_cancel(before in 0i64..1000, now in 0i64..1000) {
            prop_assert_eq!(Change::between(before, now).difference, -Change::between(now, before).difference);
        }
    }
}
