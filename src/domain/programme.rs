//! The account of several years of the movement in a province: meetings, units recognised, the share of units, communes that
//! meet criterion 19.2, clearing rate, traffic. Every figure is computed from records or from figures of earlier accounts.

use std::collections::{BTreeMap, BTreeSet};

/// A figure that accounts of earlier years give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// Its code in files.
    pub code: &'static str,
    /// What it is.
    pub name: &'static str,
    /// Whether it is a percentage, kept in hundredths.
    pub percent: bool,
}

const fn count(code: &'static str, name: &'static str) -> Figure {
    Figure { code, name, percent: false }
}

const fn percent(code: &'static str, name: &'static str) -> Figure {
    Figure { code, name, percent: true }
}

/// Every figure, in the order of the account.
pub const FIGURES: [Figure; 25] = [
    count("meetings_district", "Hội nghị triển khai ở cấp huyện"),
    count("meetings_commune", "Hội nghị triển khai ở xã, phường, thị trấn"),
    count("meetings_hamlet", "Hội nghị triển khai ở khu dân cư"),
    count("meetings_agency", "Hội nghị triển khai ở cơ quan"),
    count("meetings_enterprise", "Hội nghị triển khai ở doanh nghiệp"),
    count("meetings_school", "Hội nghị triển khai ở cơ sở giáo dục"),
    count("registered_commune", "Xã, phường, thị trấn đăng ký"),
    count("registered_hamlet", "Khu dân cư đăng ký"),
    count("registered_agency", "Cơ quan đăng ký"),
    count("registered_enterprise", "Doanh nghiệp đăng ký"),
    count("registered_school", "Cơ sở giáo dục đăng ký"),
    count("recognised_commune", "Xã, phường, thị trấn được công nhận"),
    count("recognised_hamlet", "Khu dân cư được công nhận"),
    count("recognised_agency", "Cơ quan được công nhận"),
    count("recognised_enterprise", "Doanh nghiệp được công nhận"),
    count("recognised_school", "Cơ sở giáo dục được công nhận"),
    percent("share_recognised", "Tỷ lệ đơn vị được công nhận trong năm, khi không có số đăng ký"),
    count("communes_19_2", "Xã đạt tiêu chí 19.2"),
    count("communes", "Xã được xét tiêu chí 19.2"),
    count("crimes_occurred", "Số vụ phạm tội xảy ra"),
    count("crimes_cleared", "Số vụ đã khám phá"),
    percent("clearing_rate", "Tỷ lệ khám phá, khi không có số vụ"),
    count("traffic_cases", "Tai nạn giao thông: số vụ"),
    count("traffic_dead", "Tai nạn giao thông: số người chết"),
    count("traffic_injured", "Tai nạn giao thông: số người bị thương"),
];

/// The kinds of unit that met, in the order of the account.
pub const MET: [&str; 6] = ["district", "commune", "hamlet", "agency", "enterprise", "school"];
/// The kinds of unit that are recognised.
pub const RECOGNISED: [&str; 5] = ["hamlet", "commune", "agency", "enterprise", "school"];
/// The yearly share that the plan aims at, in hundredths of a percent.
pub const TARGET_SHARE: i64 = 7_000;
/// The clearing rate that accounts are measured by, in hundredths of a percent.
pub const GOOD_CLEARING: i64 = 8_000;
/// Two whole numbers that are far apart enough from overflow.
const HUNDREDTHS: i64 = 10_000;

/// The figure with this code.
pub fn by_code(code: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.code == code)
}

/// Figures by year and code, from records and from accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    given: BTreeMap<(i32, String), i64>,
    recorded: BTreeMap<(i32, String), i64>,
}

impl Figures {
    /// Adds a figure of an account.
    pub fn give(&mut self, year: i32, code: &str, amount: i64) {
        self.given.insert((year, code.to_owned()), amount);
    }

    /// Adds to what the records of the system say; an account that says something of the same wins.
    pub fn record(&mut self, year: i32, code: &str, amount: i64) {
        *self.recorded.entry((year, code.to_owned())).or_insert(0) += amount;
    }

    fn get(&self, year: i32, code: &str) -> Option<i64> {
        let key = (year, code.to_owned());
        self.given.get(&key).or_else(|| self.recorded.get(&key)).copied()
    }

    /// The years of which anything is known.
    fn years(&self) -> BTreeSet<i32> {
        self.given.keys().chain(self.recorded.keys()).map(|(year, _)| *year).collect()
    }

    /// Years in which the figure comes from the records of the system.
    pub fn recorded_years(&self) -> BTreeSet<i32> {
        let only = |key: &&(i32, String)| !self.given.contains_key(*key);
        self.recorded.keys().filter(only).map(|(year, _)| *year).collect()
    }
}

/// A sum over years; `None`: no year says anything.
pub type Total = Option<i64>;

/// The account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgrammeAccount {
    /// Meetings by kind of unit.
    pub meetings: Vec<(&'static str, Total)>,
    /// Units recognised by kind, a unit once for every year.
    pub recognised: Vec<(&'static str, Total)>,
    /// The share of each year, in hundredths of a percent.
    pub shares: BTreeMap<i32, i64>,
    /// Their mean.
    pub mean_share: Option<i64>,
    /// The last year of which it is known: year, communes that meet criterion 19.2, of how many.
    pub criterion_19_2: Option<(i32, i64, i64)>,
    /// The clearing rate of each year, in hundredths of a percent.
    pub clearing: BTreeMap<i32, i64>,
    /// Their mean.
    pub mean_clearing: Option<i64>,
    /// Traffic accidents by year.
    pub traffic: BTreeMap<i32, Traffic>,
    /// The longest run of years in which all three fell: its first and last year.
    pub traffic_run: Option<(i32, i32)>,
}

/// Traffic accidents of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Cases.
    pub cases: i64,
    /// Dead.
    pub dead: i64,
    /// Injured.
    pub injured: i64,
    /// Whether each is strictly lower than in the year before; `None`: nothing is known of that year.
    pub fell: Option<bool>,
}

/// The account of `figures`.
pub fn account(figures: &Figures) -> ProgrammeAccount {
    let years = figures.years();
    let sum = |prefix: &str, kind: &'static str| {
        let code = format!("{prefix}_{kind}");
        (kind, years.iter().filter_map(|year| figures.get(*year, &code)).reduce(i64::saturating_add))
    };
    let shares: BTreeMap<i32, i64> =
        years.iter().filter_map(|year| Some((*year, share(figures, *year)?))).collect();
    let clearing: BTreeMap<i32, i64> =
        years.iter().filter_map(|year| Some((*year, clearing(figures, *year)?))).collect();
    let criterion = |year: &i32| {
        let (met, of) = (figures.get(*year, "communes_19_2")?, figures.get(*year, "communes")?);
        super::review::share::is_labelled_19_2(*year).then_some((*year, met, of))
    };
    let traffic = traffic(figures, &years);
    ProgrammeAccount {
        meetings: MET.map(|kind| sum("meetings", kind)).into(),
        recognised: RECOGNISED.map(|kind| sum("recognised", kind)).into(),
        mean_share: mean(shares.values()),
        mean_clearing: mean(clearing.values()),
        criterion_19_2: years.iter().rev().find_map(criterion),
        traffic_run: longest_run(&traffic),
        shares,
        clearing,
        traffic,
    }
}

/// The share of the four kinds under communes pooled, or as the account gives it.
fn share(figures: &Figures, year: i32) -> Option<i64> {
    let under = ["hamlet", "agency", "enterprise", "school"];
    let sum = |prefix: &str| -> Option<i64> {
        under
            .iter()
            .filter_map(|kind| figures.get(year, &format!("{prefix}_{kind}")))
            .reduce(i64::saturating_add)
    };
    figures.get(year, "share_recognised").or_else(|| rate(sum("recognised")?, sum("registered")?))
}

fn clearing(figures: &Figures, year: i32) -> Option<i64> {
    let counted = || rate(figures.get(year, "crimes_cleared")?, figures.get(year, "crimes_occurred")?);
    counted().or_else(|| figures.get(year, "clearing_rate"))
}

fn traffic(figures: &Figures, years: &BTreeSet<i32>) -> BTreeMap<i32, Traffic> {
    let of = |year: i32| {
        let get = |code| figures.get(year, code);
        Some([get("traffic_cases")?, get("traffic_dead")?, get("traffic_injured")?])
    };
    let traffic = |year: &i32| {
        let now = of(*year)?;
        let fell = of(year - 1).map(|before| now.iter().zip(before).all(|(now, before)| *now < before));
        let [cases, dead, injured] = now;
        Some((*year, Traffic { cases, dead, injured, fell }))
    };
    years.iter().filter_map(traffic).collect()
}

fn longest_run(traffic: &BTreeMap<i32, Traffic>) -> Option<(i32, i32)> {
    let mut best: Option<(i32, i32)> = None;
    let mut run: Option<(i32, i32)> = None;
    for (year, _) in traffic.iter().filter(|(_, traffic)| traffic.fell == Some(true)) {
        let begins = run.filter(|(_, last)| last + 1 == *year).map_or(*year, |(first, _)| first);
        run = Some((begins, *year));
        if best.is_none_or(|(first, last)| year - begins > last - first) {
            best = run;
        }
    }
    best
}

/// `part` of `whole` in hundredths of a percent, rounded half up.
fn rate(part: i64, whole: i64) -> Option<i64> {
    let twice = part.checked_mul(2 * HUNDREDTHS)?.checked_add(whole)?;
    (whole > 0).then(|| twice.div_euclid(2 * whole))
}

fn mean<'a>(values: impl ExactSizeIterator<Item = &'a i64>) -> Option<i64> {
    let count = i64::try_from(values.len()).ok().filter(|count| *count > 0)?;
    Some((2 * values.sum::<i64>() + count).div_euclid(2 * count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(rows: &[(i32, &str, i64)]) -> Figures {
        let mut figures = Figures::default();
        rows.iter().for_each(|(year, code, amount)| figures.give(*year, code, *amount));
        figures
    }

    #[test]
    fn codes_are_unique_and_found() {
        let codes: BTreeSet<&str> = FIGURES.iter().map(|figure| figure.code).collect();
        assert_eq!(codes.len(), FIGURES.len());
        for kind in MET {
            assert!(by_code(&format!("meetings_{kind}")).is_some());
        }
        for kind in RECOGNISED {
            assert!(by_code(&format!("recognised_{kind}")).is_some_and(|figure| !figure.percent));
        }
    }

    #[test]
    fn shares_and_clearing_rates_are_computed_where_their_parts_are_known() {
        let account = account(&figures(&[
            (2012, "recognised_hamlet", 16),
            (2012, "registered_hamlet", 25),
            (2013, "share_recognised", 7_600),
            (2012, "crimes_occurred", 3_954),
            (2012, "crimes_cleared", 3_178),
            (2013, "clearing_rate", 8_163),
        ]));
        assert_eq!(account.shares, BTreeMap::from([(2012, 6_400), (2013, 7_600)]));
        assert_eq!(account.mean_share, Some(7_000));
        assert_eq!(account.clearing[&2012], 8_037, "3.178/3.954 = 80,37 %");
        assert_eq!(account.mean_clearing, Some(8_100));
        assert_eq!(account.meetings[0], ("district", None), "nothing said is not none");
    }

    #[test]
    fn traffic_fell_only_where_all_three_are_strictly_lower() {
        let year = |year, cases, dead, injured| {
            [(year, "traffic_cases", cases), (year, "traffic_dead", dead), (year, "traffic_injured", injured)]
        };
        let rows = [
            year(2012, 9, 9, 9),
            year(2013, 8, 8, 8),
            year(2014, 7, 8, 7),
            year(2015, 6, 7, 6),
            year(2016, 5, 6, 5),
        ];
        let account = account(&figures(&rows.concat()));
        let fell: Vec<Option<bool>> = account.traffic.values().map(|traffic| traffic.fell).collect();
        assert_eq!(fell, [None, Some(true), Some(false), Some(true), Some(true)]);
        assert_eq!(account.traffic_run, Some((2015, 2016)));
    }

    #[test]
    fn criterion_19_2_is_a_name_of_the_years_to_2025() {
        let rows = |year| [(year, "communes_19_2", 123), (year, "communes", 131)];
        assert_eq!(account(&figures(&rows(2020))).criterion_19_2, Some((2020, 123, 131)));
        assert_eq!(account(&figures(&rows(2026))).criterion_19_2, None);
    }

    #[test]
    fn records_count_where_no_account_says_anything() {
        let mut figures = figures(&[(2020, "recognised_school", 5)]);
        figures.record(2020, "recognised_school", 9);
        figures.record(2026, "recognised_school", 2);
        figures.record(2026, "recognised_school", 1);
        assert_eq!(account(&figures).recognised[4], ("school", Some(8)));
        assert_eq!(figures.recorded_years(), BTreeSet::from([2026]));
    }
}
