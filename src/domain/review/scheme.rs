//! Review schemes: who is reviewed by which criteria over which days. Data with the years that it holds for; the
//! regulations of 2012 and 2021 ship with the program (`config/review/`), others are loaded as files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::additions::Additions;
use super::day::{YearDay, span};
use super::rule::{FactKind, Rule};
use crate::domain::indicator::Catalogue;
use crate::domain::period::Span;

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
    /// The code of the province whose additions are in it; `None`: it is the country's.
    #[serde(skip)]
    pub province: Option<String>,
    /// The code of the country's scheme in it, where it is a province's.
    #[serde(skip)]
    pub adds_to: Option<String>,
    /// The first year of reviews by it.
    pub first_year: i32,
    /// The last year, if it has ended.
    pub last_year: Option<i32>,
    /// What people read where they are asked for a fact, by its name.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
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
    /// Whether a province added it to the country's.
    #[serde(skip)]
    pub added: bool,
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
    /// Additions to a scheme that is not there.
    #[error("there is no scheme {0} to add to; `GET /api/v1/reviews/schemes` names those that are there")]
    NoBase(String),
    /// Additions for a kind of unit that the scheme does not review.
    #[error("the scheme says nothing of the kind {0}, so nothing can be added to it")]
    NothingToAddTo(String),
}

/// A file of the review: a regulation, or what a province adds to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemeFile {
    /// A regulation.
    Scheme(Scheme),
    /// What a province adds.
    Additions(Additions),
}

impl SchemeFile {
    /// What a file says. Additions are checked when they are added to their scheme.
    pub fn read(text: &str, catalogue: &Catalogue) -> Result<Self, BadScheme> {
        let table: toml::Table = toml::from_str(text)?;
        if table.contains_key("adds_to") {
            return Ok(SchemeFile::Additions(toml::from_str(text)?));
        }
        Scheme::read(text, catalogue).map(SchemeFile::Scheme)
    }

    /// Its name in addresses.
    pub fn code(&self) -> &str {
        match self {
            SchemeFile::Scheme(scheme) => &scheme.code,
            SchemeFile::Additions(additions) => &additions.code,
        }
    }

    /// The code of the province that it is of; `None`: of the country.
    pub fn province(&self) -> Option<&str> {
        match self {
            SchemeFile::Scheme(_) => None,
            SchemeFile::Additions(additions) => Some(&additions.province),
        }
    }

    /// The years that it names.
    pub fn years(&self) -> (i32, Option<i32>) {
        match self {
            SchemeFile::Scheme(scheme) => (scheme.first_year, scheme.last_year),
            SchemeFile::Additions(additions) => (additions.first_year, additions.last_year),
        }
    }
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

    pub(super) fn check(&self, catalogue: &Catalogue) -> Result<(), BadScheme> {
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
