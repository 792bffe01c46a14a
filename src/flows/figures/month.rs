//! A month put together from what the database has of it, purely.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::db::figures::{HamletCount, HamletReturns, MonthState, Total};
use crate::db::lineage::Lineage;
use crate::domain::ids::UnitId;
use crate::domain::indicator::{Catalogue, Indicator, IndicatorId, REST, Reporter};
use crate::domain::rates::{self, Change, Coverage, Percent};

/// A figure with those that it is compared with. `None` is *not stated*, which is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The indicator.
    pub indicator_id: IndicatorId,
    /// The sum of what hamlets state.
    pub value: Option<i64>,
    /// How many hamlets state one.
    pub stated: i64,
    /// The month before.
    pub previous: Option<i64>,
    /// The same month of the year before.
    pub last_year: Option<i64>,
}

impl Figure {
    /// Against the month before.
    pub fn change(&self) -> Option<Change> {
        Some(Change::between(self.previous?, self.value?))
    }

    /// Against the same month of the year before.
    pub fn change_from_last_year(&self) -> Option<Change> {
        Some(Change::between(self.last_year?, self.value?))
    }
}

/// A rate in hundredths of its unit, with those that it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Its name.
    pub code: &'static str,
    /// This month.
    pub value: Option<i64>,
    /// The month before.
    pub previous: Option<i64>,
    /// The same month of the year before.
    pub last_year: Option<i64>,
}

/// Who was to report, and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hamlets {
    /// Hamlets that were to report.
    pub expected: i64,
    /// Those that did.
    pub reported: i64,
    /// Those that did by the due day.
    pub on_time: i64,
    /// Those that say that nothing happened.
    pub zero: i64,
    /// The codes of those that did not; `None` for the country, where they would be too many.
    pub missing: Option<Vec<String>>,
}

/// Whether a month may still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It may, or one of its communes' may.
    Open,
    /// Every commune has closed it.
    Closed,
    /// Closed, and changed after that.
    Revised,
}

/// Sums by indicator: figure, and how many hamlets state one.
pub(super) type Sums = BTreeMap<IndicatorId, (i64, i64)>;

/// The sums of one period for every unit of an area.
#[derive(Debug, Clone, Default)]
pub(super) struct PeriodSums {
    by_unit: HashMap<UnitId, Sums>,
    all: Sums,
    /// Units in whose sums stands the past of one that was split.
    split: HashSet<UnitId>,
}

impl PeriodSums {
    /// Sorts `totals` by unit. `past` says which former unit counts for which present one.
    pub(super) fn new(totals: &[Total], past: &[Lineage]) -> Self {
        let successors: HashMap<UnitId, &Lineage> =
            past.iter().filter(|line| line.main).map(|line| (line.from, line)).collect();
        let mut sums = PeriodSums::default();
        for total in totals {
            add(&mut sums.all, total);
            let Some(unit) = total.unit_id else { continue };
            let successor = successors.get(&unit);
            let unit = successor.map_or(unit, |line| line.to);
            if successor.is_some_and(|line| line.split) {
                sums.split.insert(unit);
            }
            add(sums.by_unit.entry(unit).or_default(), total);
        }
        sums
    }

    fn of(&self, unit: Option<UnitId>) -> Option<&Sums> {
        match unit {
            Some(unit) => self.by_unit.get(&unit),
            None => Some(&self.all),
        }
    }

    fn is_split(&self, unit: Option<UnitId>) -> bool {
        unit.map_or(!self.split.is_empty(), |unit| self.split.contains(&unit))
    }
}

fn add(sums: &mut Sums, total: &Total) {
    let sum = sums.entry(total.indicator_id).or_default();
    sum.0 = sum.0.saturating_add(total.figure);
    sum.1 = sum.1.saturating_add(total.stated);
}

/// The sums of the three months that are compared.
#[derive(Debug, Clone, Default)]
pub(super) struct Compared {
    pub(super) this: PeriodSums,
    pub(super) previous: PeriodSums,
    pub(super) last_year: PeriodSums,
}

impl Compared {
    /// Every indicator of the catalogue for `unit`; `None`: for the whole area.
    pub(super) fn figures(&self, unit: Option<UnitId>, catalogue: &Catalogue) -> Vec<Figure> {
        let value = |sums: Option<&Sums>, indicator| sums.and_then(|sums| stated(sums, indicator));
        let (this, previous, last_year) =
            (self.this.of(unit), self.previous.of(unit), self.last_year.of(unit));
        catalogue
            .iter()
            .map(|indicator| Figure {
                indicator_id: indicator.id,
                value: value(this, indicator),
                stated: this.and_then(|sums| sums.get(&indicator.id)).map_or(0, |sum| sum.1),
                previous: value(previous, indicator),
                last_year: value(last_year, indicator),
            })
            .collect()
    }

    /// The derived rates for `unit`; `None`: for the whole area.
    pub(super) fn rates(
        &self,
        unit: Option<UnitId>,
        catalogue: &Catalogue,
        population: Option<i64>,
    ) -> Vec<Rate> {
        let months = [&self.this, &self.previous, &self.last_year]
            .map(|month| month.of(unit).map(stated_only).unwrap_or_default());
        let codes: [(&'static str, RateOf); 3] = [
            ("clearing_rate", clearing_rate),
            ("mediation_rate", mediation_rate),
            ("occurred_per_10000_people", occurred_per_10000),
        ];
        codes
            .into_iter()
            .map(|(code, of)| {
                let [value, previous, last_year] =
                    [0, 1, 2].map(|at: usize| months.get(at).and_then(|m| of(m, catalogue, population)));
                Rate { code, value, previous, last_year }
            })
            .collect()
    }

    /// Whether one of the months holds the past of a unit that was split, so that its share is not known.
    pub(super) fn is_split(&self, unit: Option<UnitId>) -> bool {
        [&self.this, &self.previous, &self.last_year].iter().any(|sums| sums.is_split(unit))
    }
}

type RateOf = fn(&rates::Sums, &Catalogue, Option<i64>) -> Option<i64>;

/// The sum of what is stated; 0 where nobody states a figure, but some hamlet's return says that the rest is nothing.
fn stated(sums: &Sums, indicator: &Indicator) -> Option<i64> {
    let figure = |id: IndicatorId| sums.get(&id).filter(|(_, stated)| *stated > 0).map(|(figure, _)| *figure);
    let nothing = || figure(REST).filter(|_| indicator.reporter == Reporter::Hamlet);
    figure(indicator.id).or_else(nothing)
}

/// Only what somebody states.
fn stated_only(sums: &Sums) -> rates::Sums {
    let stated = sums.iter().filter(|(id, (_, stated))| **id != REST && *stated > 0);
    stated.map(|(id, (figure, _))| (*id, *figure)).collect()
}

/// Whether the figures of one of these codes are stated.
fn is_stated(sums: &rates::Sums, catalogue: &Catalogue, codes: &[&str]) -> bool {
    codes.iter().filter_map(|code| catalogue.by_code(code)).any(|indicator| sums.contains_key(&indicator.id))
}

/// In hundredths of a per cent. Without a word on cases cleared there is no rate, rather than one of 0.
fn clearing_rate(sums: &rates::Sums, catalogue: &Catalogue, _: Option<i64>) -> Option<i64> {
    is_stated(sums, catalogue, &["KP"])
        .then(|| rates::clearing_rate(catalogue, sums))?
        .map(Percent::hundredths)
}

/// In hundredths of a per cent.
fn mediation_rate(sums: &rates::Sums, catalogue: &Catalogue, _: Option<i64>) -> Option<i64> {
    rates::mediation_success(catalogue, sums).map(Percent::hundredths)
}

/// What occurred per 10,000 people, in hundredths; none where nobody states a case of any kind.
fn occurred_per_10000(sums: &rates::Sums, catalogue: &Catalogue, population: Option<i64>) -> Option<i64> {
    let told = catalogue.iter().any(|indicator| indicator.clearing && sums.contains_key(&indicator.id));
    rates::per_10_000(rates::occurred(catalogue, sums), population.filter(|_| told)?)
}

impl Hamlets {
    /// Those of these communes together.
    pub(super) fn of(communes: &[HamletReturns]) -> Self {
        let mut count = Hamlets::default();
        let mut missing = Vec::new();
        for commune in communes {
            count.expected += commune.expected;
            count.reported += commune.reported;
            count.on_time += commune.on_time;
            count.zero += commune.zero;
            missing.extend(commune.missing.iter().cloned());
        }
        missing.sort_unstable();
        Hamlets { missing: Some(missing), ..count }
    }

    /// The sum of counts.
    pub(super) fn sum<'a>(counts: impl IntoIterator<Item = &'a HamletCount>) -> Self {
        counts.into_iter().fold(Hamlets::default(), |sum, count| Hamlets {
            expected: sum.expected + count.expected,
            reported: sum.reported + count.reported,
            on_time: sum.on_time + count.on_time,
            zero: sum.zero + count.zero,
            missing: None,
        })
    }

    /// The shares of those that reported, and did so on time.
    pub fn coverage(&self) -> Coverage {
        Coverage { expected: self.expected, reported: self.reported, on_time: self.on_time }
    }

    /// Those that did not report.
    pub fn missing_count(&self) -> i64 {
        self.expected - self.reported
    }
}

/// The state of `communes` communes together, and the sum of their versions, which grows whenever one of them does.
pub(super) fn state<'a>(communes: usize, states: impl Iterator<Item = &'a MonthState>) -> (State, i64) {
    let (mut closed, mut revised, mut version) = (0_usize, false, 0_i64);
    for state in states {
        closed += usize::from(state.state != "open");
        revised |= state.state == "revised";
        version += i64::from(state.version);
    }
    let state = match (closed >= communes && communes > 0, revised) {
        (false, _) => State::Open,
        (true, false) => State::Closed,
        (true, true) => State::Revised,
    };
    (state, version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(unit: UnitId, indicator_id: IndicatorId, figure: i64, stated: i64) -> Total {
        Total { unit_id: Some(unit), indicator_id, figure, stated }
    }

    #[test]
    fn what_nobody_states_is_not_zero() {
        let catalogue = Catalogue::shipped().unwrap();
        let compared = Compared {
            this: PeriodSums::new(&[total(1, 1, 0, 0), total(1, 2, 0, 3)], &[]),
            ..Compared::default()
        };
        let figures = compared.figures(Some(1), &catalogue);
        assert_eq!((figures[0].value, figures[1].value, figures[2].value), (None, Some(0), None));
        assert_eq!(figures.len(), 45);
    }

    #[test]
    fn what_nobody_states_is_zero_once_a_return_says_that_the_rest_is_nothing() {
        let catalogue = Catalogue::shipped().unwrap();
        let totals = [total(1, REST, 0, 1), total(1, 2, 3, 1)];
        let compared = Compared { this: PeriodSums::new(&totals, &[]), ..Compared::default() };
        let value = |code: &str| {
            let id = catalogue.by_code(code).unwrap().id;
            compared
                .figures(Some(1), &catalogue)
                .into_iter()
                .find(|figure| figure.indicator_id == id)
                .unwrap()
                .value
        };
        assert_eq!((value("TC"), value("CG")), (Some(0), Some(3)));
        assert_eq!(value("KP"), None, "communes report it, not hamlets");
    }

    #[test]
    fn the_past_of_a_former_commune_counts_for_its_successor_and_is_marked_when_it_was_split() {
        let line = |from, to, split| Lineage {
            from,
            to,
            main: true,
            split,
            effective: chrono::NaiveDate::from_ymd_opt(2025, 7, 1).unwrap(),
        };
        let totals = [total(11, 1, 2, 1), total(12, 1, 3, 1), total(13, 1, 5, 1)];
        let sums = PeriodSums::new(&totals, &[line(11, 1, false), line(12, 1, false), line(13, 2, true)]);
        let compared = Compared { last_year: sums, ..Compared::default() };
        let catalogue = Catalogue::shipped().unwrap();
        assert_eq!(compared.figures(Some(1), &catalogue)[0].last_year, Some(5));
        assert!(!compared.is_split(Some(1)) && compared.is_split(Some(2)) && compared.is_split(None));
        assert_eq!(compared.figures(None, &catalogue)[0].last_year, Some(10));
    }

    #[test]
    fn an_area_is_closed_when_all_of_its_communes_are() {
        let closed = |commune_id, state: &str| MonthState {
            commune_id,
            province_id: None,
            state: state.to_owned(),
            version: 1,
        };
        let states = [closed(1, "closed"), closed(2, "revised")];
        assert_eq!(state(3, states.iter()), (State::Open, 2));
        assert_eq!(state(2, states.iter()), (State::Revised, 2));
        assert_eq!(state(1, states[..1].iter()), (State::Closed, 1));
        assert_eq!(state(1, [].iter()), (State::Open, 0));
        assert_eq!(state(0, [].iter()), (State::Open, 0));
    }

    #[test]
    fn rates_are_given_only_where_their_parts_are_stated() {
        let catalogue = Catalogue::shipped().unwrap();
        let id = |code: &str| catalogue.by_code(code).unwrap().id;
        let sums = PeriodSums::new(
            &[total(1, id("TC"), 4, 2), total(1, id("KP"), 3, 1), total(1, id("HGT"), 2, 1)],
            &[],
        );
        let compared = Compared { this: sums, ..Compared::default() };
        let rates = compared.rates(Some(1), &catalogue, Some(20_000));
        let values: Vec<_> = rates.iter().map(|rate| (rate.code, rate.value, rate.previous)).collect();
        assert_eq!(
            values,
            [
                ("clearing_rate", Some(7_500), None),
                ("mediation_rate", Some(10_000), None),
                ("occurred_per_10000_people", Some(200), None),
            ]
        );
    }
}
