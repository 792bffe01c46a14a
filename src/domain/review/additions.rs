//! What a province adds to the scheme of the country: criteria and documents, in a file of its own. Days, levels and the
//! shares that a commune needs stay those of the regulation, so that reminders and accounts are the same everywhere.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::scheme::{BadScheme, Criterion, Document, KindScheme, Scheme, UnitKind};
use crate::domain::indicator::Catalogue;

/// The additions of a province.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Additions {
    /// The name of what comes out, in addresses (`sonla-2027`).
    pub code: String,
    /// The decision of the province.
    pub title: String,
    /// The code of the province.
    pub province: String,
    /// The code of the scheme that they are added to.
    pub adds_to: String,
    /// The first year of reviews with them.
    pub first_year: i32,
    /// The last year, if they have ended.
    pub last_year: Option<i32>,
    /// What people read where they are asked for a fact, beside what the scheme says.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
    /// What they say of each kind of unit.
    pub kinds: Vec<KindAdditions>,
}

/// What is added for a kind of unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindAdditions {
    /// The kind.
    pub kind: UnitKind,
    /// Documents of the file, after those of the scheme.
    #[serde(default)]
    pub file: Vec<Document>,
    /// Criteria, after those of the scheme.
    #[serde(default)]
    pub criteria: Vec<Criterion>,
}

/// Additions with the scheme that comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Provincial {
    pub(super) additions: Additions,
    pub(super) scheme: Scheme,
}

impl Additions {
    /// The scheme of the province: `base` with what is added, for the years of both; `None` where they share no year.
    pub(super) fn to(&self, base: &Scheme, catalogue: &Catalogue) -> Result<Option<Scheme>, BadScheme> {
        if self.last_year.is_some_and(|last| last < self.first_year) {
            return Err(BadScheme::Years(self.code.clone()));
        }
        let mut added = BTreeSet::new();
        if let Some(twice) = self.kinds.iter().find(|kind| !added.insert(kind.kind)) {
            return Err(BadScheme::Twice(twice.kind.name().to_owned()));
        }
        if let Some(other) = self.kinds.iter().find(|kind| base.of(kind.kind).is_none()) {
            return Err(BadScheme::NothingToAddTo(other.kind.name().to_owned()));
        }
        let first_year = self.first_year.max(base.first_year);
        let last_year = self.last_year.into_iter().chain(base.last_year).min();
        let kinds: Vec<KindScheme> = base.kinds.iter().map(|kind| self.with(kind)).collect();
        for kind in &kinds {
            kind.check(catalogue)?;
        }
        Ok(last_year.is_none_or(|last| first_year <= last).then(|| Scheme {
            code: self.code.clone(),
            title: self.title.clone(),
            province: Some(self.province.clone()),
            adds_to: Some(self.adds_to.clone()),
            first_year,
            last_year,
            facts: base
                .facts
                .iter()
                .chain(&self.facts)
                .map(|(n, label)| (n.clone(), label.clone()))
                .collect(),
            kinds,
        }))
    }

    fn with(&self, kind: &KindScheme) -> KindScheme {
        let mut whole = kind.clone();
        for added in self.kinds.iter().filter(|added| added.kind == kind.kind) {
            whole.file.extend(added.file.iter().cloned());
            let criteria = added.criteria.iter().cloned();
            whole.criteria.extend(criteria.map(|criterion| Criterion { added: true, ..criterion }));
        }
        whole
    }
}
