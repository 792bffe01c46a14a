//! What is counted: the catalogue of indicators.
//!
//! The catalogue is data of the installation (`config/indicators.csv` ships with the program and is the default);
//! nothing in the code knows an indicator by name except through the few derived rates.

use std::collections::HashMap;

use serde::Deserialize;

/// A number for an indicator that stays the same for the life of the installation and keeps rows small.
pub type IndicatorId = i32;

/// Stands in the totals for “the rest is nothing”: its row counts the hamlets whose return says so.
pub const REST: IndicatorId = 0;

/// What a figure of the indicator means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Cases, meetings, patrols …
    Count,
    /// Human beings.
    People,
    /// Đồng.
    Money,
}

/// How months become a longer span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OverTime {
    /// Months are added up.
    Sum,
    /// The last month stands.
    Last,
}

/// Whose reports feed the totals of the indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reporter {
    /// Hamlets report it.
    Hamlet,
    /// Communes report it; a hamlet's figure is kept and shown, and does not enter totals.
    Commune,
}

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// The stable number, from 1.
    pub id: IndicatorId,
    /// What people text, upper case ASCII (`TC`). No code is a prefix of another.
    pub code: String,
    /// Name with Vietnamese marks.
    pub name_vi: String,
    /// The same without marks, as SMS print it.
    pub name_ascii: String,
    /// English gloss.
    pub gloss_en: String,
    /// Heading under which reports print it.
    pub group: String,
    /// What one is called (“vụ”, “người”, “đồng”), for display.
    pub unit: String,
    /// What a figure means.
    pub kind: Kind,
    /// How months add up.
    pub over_time: OverTime,
    /// Whether a smaller figure is better.
    pub lower_is_better: bool,
    /// Whether its cases enter the clearing rate.
    pub clearing: bool,
    /// The largest figure of one report that is believed.
    pub max: i64,
    /// Whose reports feed its totals.
    pub reporter: Reporter,
    /// Words that people use for it, with and without marks.
    pub synonyms: Vec<String>,
}

/// All indicators of the installation, in their order.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    indicators: Vec<Indicator>,
    by_code: HashMap<String, usize>,
    by_id: HashMap<IndicatorId, usize>,
}

/// Why rows are no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum BadCatalogue {
    /// The file cannot be read as the CSV of the catalogue.
    #[error("the catalogue of indicators cannot be read: {0}")]
    Csv(#[from] csv::Error),
    /// Two indicators share a code, or one code begins another, so that glued codes could be read twice.
    #[error("the codes {0} and {1} cannot stand side by side: one begins the other")]
    Prefix(String, String),
}

#[derive(Deserialize)]
struct CatalogueRow {
    code: String,
    name_vi: String,
    name_ascii: String,
    gloss_en: String,
    group: String,
    unit: String,
    kind: Kind,
    over_time: OverTime,
    lower_is_better: String,
    clearing: String,
    max: i64,
    reporter: Reporter,
    synonyms: String,
}

impl CatalogueRow {
    fn into_indicator(self, id: IndicatorId) -> Indicator {
        Indicator {
            id,
            code: self.code,
            name_vi: self.name_vi,
            name_ascii: self.name_ascii,
            gloss_en: self.gloss_en,
            group: self.group,
            unit: self.unit,
            kind: self.kind,
            over_time: self.over_time,
            lower_is_better: self.lower_is_better == "yes",
            clearing: self.clearing == "yes",
            max: self.max,
            reporter: self.reporter,
            synonyms: self.synonyms.split('|').map(str::to_owned).collect(),
        }
    }
}

impl Catalogue {
    /// The catalogue that ships with the program (`config/indicators.csv`).
    pub fn shipped() -> Result<Self, BadCatalogue> {
        Catalogue::from_csv(include_str!("../../config/indicators.csv"))
    }

    /// The catalogue in a CSV text with the header of `config/indicators.csv`; ids follow the order of rows.
    pub fn from_csv(text: &str) -> Result<Self, BadCatalogue> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<CatalogueRow> = reader.deserialize().collect::<Result<_, _>>()?;
        Catalogue::new((1..).zip(rows).map(|(id, row)| row.into_indicator(id)).collect())
    }

    /// A catalogue of `indicators`; refuses codes of which one begins another.
    pub fn new(indicators: Vec<Indicator>) -> Result<Self, BadCatalogue> {
        let mut codes: Vec<&str> = indicators.iter().map(|indicator| indicator.code.as_str()).collect();
        codes.sort_unstable();
        for pair in codes.windows(2) {
            if let [a, b] = pair
                && b.starts_with(a)
            {
                return Err(BadCatalogue::Prefix((*a).to_owned(), (*b).to_owned()));
            }
        }
        let by_code = indicators.iter().enumerate().map(|(at, i)| (i.code.clone(), at)).collect();
        let by_id = indicators.iter().enumerate().map(|(at, i)| (i.id, at)).collect();
        Ok(Catalogue { indicators, by_code, by_id })
    }

    /// The indicator with this code, exactly as the catalogue spells it.
    pub fn by_code(&self, code: &str) -> Option<&Indicator> {
        self.by_code.get(code).and_then(|at| self.indicators.get(*at))
    }

    /// The indicator with this id.
    pub fn by_id(&self, id: IndicatorId) -> Option<&Indicator> {
        self.by_id.get(&id).and_then(|at| self.indicators.get(*at))
    }

    /// All indicators in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = &Indicator> {
        self.indicators.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalogue_has_45_indicators_with_prefix_free_codes() {
        let catalogue = Catalogue::shipped().unwrap();
        assert_eq!(catalogue.iter().count(), 45);
        let theft = catalogue.by_code("TC").unwrap();
        assert_eq!((theft.id, theft.kind, theft.max), (1, Kind::Count, 50));
        assert!(theft.clearing && theft.lower_is_better);
        assert_eq!(catalogue.by_id(1), Some(theft));
        assert_eq!(catalogue.by_code("KP").unwrap().reporter, Reporter::Commune);
    }

    #[test]
    fn a_code_that_begins_another_is_refused() {
        let text = include_str!("../../config/indicators.csv").replace("\nCG,", "\nTCX,");
        assert!(
            matches!(Catalogue::from_csv(&text), Err(BadCatalogue::Prefix(a, b)) if a == "TC" && b == "TCX")
        );
    }
}
