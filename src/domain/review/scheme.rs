//! Review schemes: who is reviewed by which criteria over which days. Data with the years that it holds for; the
//! regulations of 2012 and 2021 ship with the program (`config/review/`), others are loaded as files.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::day::{YearDay, span};
use super::rule::{FactKind, Rule};
use crate::domain::indicator::Catalogue;
use crate::domain::period::Span;

/// TT 124/2021/TT-BCA and TT 23/2012/TT-BCA.
const SHIPPED: [&str; 2] = [
    include_str!("../../../config/review/tt23-2012.toml"),
    include_str!("../../../config/review/tt124-2021.toml"),
];

/// A kind of unit that the standard covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// Khu dân cư.
    Hamlet,
    /// Xã, phường, đặc khu.
    Commune,
    /// Cơ quan.
    Agency,
    /// Doanh nghiệp.
    Enterprise,
    /// Cơ sở giáo dục.
    School,
}

impl UnitKind {
    /// Every kind.
    pub const ALL: [UnitKind; 5] =
        [UnitKind::Hamlet, UnitKind::Commune, UnitKind::Agency, UnitKind::Enterprise, UnitKind::School];

    /// Its name, the same as of the unit's kind in files and the database.
    pub fn name(self) -> &'static str {
        match self {
            UnitKind::Hamlet => "hamlet",
            UnitKind::Commune => "commune",
            UnitKind::Agency => "agency",
            UnitKind::Enterprise => "enterprise",
            UnitKind::School => "school",
        }
    }

    /// The kind with this name.
    pub fn by_name(name: &str) -> Option<UnitKind> {
        UnitKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The level whose People's Committee decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The commune.
    Commune,
    /// The district, until 2025-06-30.
    District,
    /// The province.
    Province,
}

/// A review scheme.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its name in addresses (`tt124-2021`).
    pub code: String,
    /// The regulation.
    pub title: String,
    /// The first year of reviews by it.
    pub first_year: i32,
    /// The last year, if it has ended.
    pub last_year: Option<i32>,
    /// What it says of each kind of unit.
    pub kinds: Vec<KindScheme>,
}

/// What a scheme says of a kind of unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindScheme {
    /// The kind.
    pub kind: UnitKind,
    /// The first day that is assessed.
    pub from: YearDay,
    /// The last day that is assessed.
    pub to: YearDay,
    /// The last day of registration.
    pub register_by: YearDay,
    /// From when on the unit assesses itself.
    pub assess_from: YearDay,
    /// The last day of the decision.
    pub decide_by: YearDay,
    /// Who decides.
    pub decided_by: Level,
    /// Documents of the file, by the names of their evidence.
    pub file: Vec<Document>,
    /// The criteria.
    pub criteria: Vec<Criterion>,
}

/// A document of the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its name in addresses.
    pub name: String,
    /// What people call it.
    pub title: String,
}

/// A criterion.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Article, clause and point (`4.4a`).
    pub id: CriterionId,
    /// What it asks.
    pub text: String,
    /// How it is looked at, in words.
    pub how: Option<String>,
    /// How it is looked at.
    pub rule: Rule,
    /// Matters that are confirmed by the police with yes or no and never described here (article 4.3 a–đ).
    #[serde(default)]
    pub bare: bool,
}

/// Article, clause and point of a criterion.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct CriterionId(pub String);

impl fmt::Display for CriterionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a file is no scheme.
#[derive(Debug, thiserror::Error)]
pub enum BadScheme {
    /// Not the TOML of a scheme.
    #[error("the review scheme cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// The years run backwards, or overlap those of another scheme.
    #[error("the years of {0} end before they begin, or belong to another scheme too")]
    Years(String),
    /// A kind of unit or a criterion stands there twice.
    #[error("{0} stands there twice")]
    Twice(String),
    /// An indicator that the catalogue does not have.
    #[error("criterion {0} names the indicator {1}, which the catalogue does not have")]
    Indicator(CriterionId, String),
    /// A fact that is a number in one criterion and a day or a word in another.
    #[error("the fact {0} is of two kinds")]
    Fact(String),
    /// A span that ends before it begins, or a share outside 1 to 100.
    #[error("the days or percentages of {0} cannot be")]
    Numbers(String),
}

impl Scheme {
    /// The scheme of a file, checked against the catalogue.
    pub fn read(text: &str, catalogue: &Catalogue) -> Result<Self, BadScheme> {
        let scheme: Scheme = toml::from_str(text)?;
        if scheme.last_year.is_some_and(|last| last < scheme.first_year) {
            return Err(BadScheme::Years(scheme.code));
        }
        let mut kinds = BTreeSet::new();
        for kind in &scheme.kinds {
            if !kinds.insert(kind.kind) {
                return Err(BadScheme::Twice(kind.kind.name().to_owned()));
            }
            kind.check(catalogue)?;
        }
        Ok(scheme)
    }

    /// Whether it holds for `year`.
    pub fn holds_for(&self, year: i32) -> bool {
        self.first_year <= year && self.last_year.is_none_or(|last| year <= last)
    }

    /// What it says of `kind`.
    pub fn of(&self, kind: UnitKind) -> Option<&KindScheme> {
        self.kinds.iter().find(|scheme| scheme.kind == kind)
    }
}

impl KindScheme {
    /// The days that the review of `year` looks at.
    pub fn span(&self, year: i32) -> Span {
        span(self.from, self.to, year)
    }

    /// The criterion with this id.
    pub fn criterion(&self, id: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.id.0 == id)
    }

    /// Every fact that a criterion asks for, once.
    pub fn facts(&self) -> Vec<(&str, FactKind)> {
        let mut facts: Vec<(&str, FactKind)> = Vec::new();
        for fact in self.criteria.iter().flat_map(|criterion| criterion.rule.facts()) {
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        facts
    }

    fn check(&self, catalogue: &Catalogue) -> Result<(), BadScheme> {
        let days = self.span(2023);
        let name = || BadScheme::Numbers(self.kind.name().to_owned());
        if days.from >= days.to || self.register_by.in_year(2023) > self.decide_by.in_year(2023) {
            return Err(name());
        }
        let mut ids = BTreeSet::new();
        for criterion in &self.criteria {
            if !ids.insert(&criterion.id) {
                return Err(BadScheme::Twice(format!("criterion {}", criterion.id)));
            }
            let unknown = |code: &&str| catalogue.by_code(code).is_none();
            if let Some(code) = criterion.rule.indicators().into_iter().find(unknown) {
                return Err(BadScheme::Indicator(criterion.id.clone(), code.to_owned()));
            }
            if !percentages_can_be(&criterion.rule) {
                return Err(name());
            }
        }
        self.check_facts()
    }

    fn check_facts(&self) -> Result<(), BadScheme> {
        let facts = self.facts();
        let twice =
            facts.iter().find(|(name, _)| facts.iter().filter(|(other, _)| other == name).count() > 1);
        twice.map_or(Ok(()), |(name, _)| Err(BadScheme::Fact((*name).to_owned())))
    }
}

fn percentages_can_be(rule: &Rule) -> bool {
    match rule {
        Rule::Percent { percent, .. }
        | Rule::UnitsRecognised { percent }
        | Rule::HamletsRecognised { percent } => (1..=100).contains(percent),
        Rule::All { rules } => rules.iter().all(percentages_can_be),
        _ => true,
    }
}

/// The schemes of the installation; at most one holds for a year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schemes(Vec<Scheme>);

impl Schemes {
    /// The schemes that ship with the program.
    pub fn shipped(catalogue: &Catalogue) -> Result<Self, BadScheme> {
        let schemes = SHIPPED.iter().map(|text| Scheme::read(text, catalogue));
        Schemes::new(schemes.collect::<Result<_, _>>()?)
    }

    /// Schemes whose years do not overlap.
    pub fn new(mut schemes: Vec<Scheme>) -> Result<Self, BadScheme> {
        schemes.sort_by_key(|scheme| scheme.first_year);
        for pair in schemes.windows(2) {
            if let [earlier, later] = pair
                && earlier.last_year.is_none_or(|last| last >= later.first_year)
            {
                return Err(BadScheme::Years(later.code.clone()));
            }
        }
        Ok(Schemes(schemes))
    }

    /// These, with `scheme` in the place of what it replaces: a scheme of the same code; an earlier one that is still
    /// open ends with the year before it.
    pub fn with(&self, scheme: Scheme) -> Result<Self, BadScheme> {
        let mut schemes: Vec<Scheme> = self.0.iter().filter(|s| s.code != scheme.code).cloned().collect();
        let open = schemes.iter_mut().find(|s| s.last_year.is_none() && s.first_year < scheme.first_year);
        if let Some(open) = open {
            open.last_year = Some(scheme.first_year - 1);
        }
        schemes.push(scheme);
        Schemes::new(schemes)
    }

    /// The scheme for reviews of `year`.
    pub fn for_year(&self, year: i32) -> Option<&Scheme> {
        self.0.iter().find(|scheme| scheme.holds_for(year))
    }

    /// All of them, the earliest first.
    pub fn iter(&self) -> impl Iterator<Item = &Scheme> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::shipped().unwrap()
    }

    #[test]
    fn each_year_has_the_scheme_of_its_regulation() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let code = |year| schemes.for_year(year).map(|scheme| scheme.code.as_str());
        assert_eq!(code(2021), Some("tt23-2012"));
        assert_eq!(code(2022), Some("tt124-2021"));
        assert_eq!(code(2040), Some("tt124-2021"));
        assert_eq!(code(2011), None);
    }

    #[test]
    fn hamlets_and_the_others_are_assessed_over_different_days() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let span = |kind| {
            let span = schemes.for_year(2026).unwrap().of(kind).unwrap().span(2026);
            (span.from.to_string(), span.to.to_string())
        };
        assert_eq!(span(UnitKind::Hamlet), ("2025-11-01".to_owned(), "2026-10-31".to_owned()));
        assert_eq!(span(UnitKind::School), ("2025-11-16".to_owned(), "2026-11-15".to_owned()));
    }

    #[test]
    fn every_criterion_of_the_regulation_is_there() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let count = |kind| schemes.for_year(2026).unwrap().of(kind).unwrap().criteria.len();
        // Clause 2 of article 5 stands for the 14 points of article 4, clauses 2 to 4; clause 3 of article 7 for 6 points
        // of article 6.
        assert_eq!(UnitKind::ALL.map(count), [18, 6 + 14, 16, 16, 9 + 6]);
    }

    #[test]
    fn a_later_scheme_ends_the_one_before_it() {
        let catalogue = catalogue();
        let next =
            SHIPPED[1].replace("tt124-2021", "tt48-2025").replace("first_year = 2022", "first_year = 2027");
        let schemes =
            Schemes::shipped(&catalogue).unwrap().with(Scheme::read(&next, &catalogue).unwrap()).unwrap();
        assert_eq!(schemes.for_year(2026).unwrap().code, "tt124-2021");
        assert_eq!(schemes.for_year(2027).unwrap().code, "tt48-2025");
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        let refused = |from: &str, to: &str| {
            let text = SHIPPED[1].replacen(from, to, 1);
            assert_ne!(text, SHIPPED[1], "{from}");
            Scheme::read(&text, &catalogue()).unwrap_err().to_string()
        };
        assert!(refused("\"NGH\"", "\"ABC\"").contains("indicator ABC"));
        assert!(refused("id = \"4.2\"", "id = \"4.1(1)\"").contains("stands there twice"));
        assert!(refused("percent = 70", "percent = 170").contains("cannot be"));
        assert!(refused("Y-10-31", "Y-02-30").contains("Y-MM-DD"));
        assert!(refused("name = \"none\"", "name = \"nine\"").contains("nine"));
    }
}
