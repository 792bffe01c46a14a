//! The closed set of rules by which criteria are looked at. A scheme names a rule and its parameters; a new rule is
//! code, a new scheme is not.

use serde::Deserialize;

use super::Severity;
use super::day::YearDay;

/// The fact that holds the households that live in a unit, where nobody imported them.
pub const HOUSEHOLDS: &str = "households";

/// How a criterion is looked at. Indicators are named by their codes, facts by the names under which people enter
/// them with the self-assessment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// People judge; counts of `flags` above 0 are shown to them.
    Manual {
        /// Indicators whose sums are shown.
        #[serde(default)]
        flags: Vec<String>,
    },
    /// A document bears a day up to `by`.
    DocumentBy {
        /// The fact that holds its day.
        document: String,
        /// The last day.
        by: YearDay,
    },
    /// The unit registered up to `by`.
    RegisteredBy {
        /// The last day.
        by: YearDay,
    },
    /// The last figure of `indicator` equals the households of the unit.
    AllHouseholds {
        /// The indicator that counts registered households.
        indicator: String,
    },
    /// In none of the groups more than in the year before.
    NotMoreThanBefore {
        /// The groups.
        groups: Vec<Group>,
    },
    /// No incident of at least this severity, but those that were excused.
    NoGrave {
        /// The least severity that counts.
        from: Severity,
        /// Indicators whose cases can be so grave.
        indicators: Vec<String>,
    },
    /// Sums of 0.
    None {
        /// The indicators.
        indicators: Vec<String>,
    },
    /// Facts of 0.
    Zero {
        /// The facts.
        facts: Vec<String>,
    },
    /// A fact equals the sum of others.
    Equal {
        /// The fact.
        fact: String,
        /// What it must equal together.
        sum_of: Vec<String>,
    },
    /// A fact of at least a number.
    AtLeast {
        /// The fact.
        fact: String,
        /// The number.
        count: i64,
    },
    /// A rating is one of those accepted.
    Rated {
        /// The fact.
        fact: String,
        /// Accepted ratings.
        accepted: Vec<String>,
        /// The rating that says that there is nobody to rate, which is met.
        nobody: Option<String>,
    },
    /// A part is at least so many percent of a whole, by whole numbers.
    Percent {
        /// The fact that is the part.
        part: String,
        /// The fact that is the whole.
        whole: String,
        /// How many percent.
        percent: i64,
    },
    /// All units under this one registered.
    AllUnitsRegistered,
    /// Of the units under this one that registered, so many percent are recognised, all kinds pooled.
    UnitsRecognised {
        /// How many percent.
        percent: i64,
    },
    /// Of the hamlets under this one, so many percent are recognised.
    HamletsRecognised {
        /// How many percent.
        percent: i64,
    },
    /// All of them.
    All {
        /// The rules.
        rules: Vec<Rule>,
    },
}

/// Indicators that are added up and compared together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they are together (“tội phạm”).
    pub title: String,
    /// Their codes.
    pub indicators: Vec<String>,
}

impl Rule {
    /// The codes of all indicators that the rule looks at.
    pub fn indicators(&self) -> Vec<&str> {
        match self {
            Rule::Manual { flags: codes }
            | Rule::NoGrave { indicators: codes, .. }
            | Rule::None { indicators: codes } => codes.iter().map(String::as_str).collect(),
            Rule::AllHouseholds { indicator } => vec![indicator],
            Rule::NotMoreThanBefore { groups } => {
                groups.iter().flat_map(|group| &group.indicators).map(String::as_str).collect()
            }
            Rule::All { rules } => rules.iter().flat_map(Rule::indicators).collect(),
            _ => Vec::new(),
        }
    }

    /// The facts that the rule looks at, with their kind.
    pub fn facts(&self) -> Vec<(&str, FactKind)> {
        match self {
            Rule::DocumentBy { document, .. } => vec![(document, FactKind::Day)],
            Rule::Zero { facts } => numbers(facts).collect(),
            Rule::Equal { fact, sum_of } => {
                numbers(std::slice::from_ref(fact)).chain(numbers(sum_of)).collect()
            }
            Rule::AtLeast { fact, .. } => vec![(fact, FactKind::Number)],
            Rule::AllHouseholds { .. } => vec![(HOUSEHOLDS, FactKind::Number)],
            Rule::Rated { fact, .. } => vec![(fact, FactKind::Choice)],
            Rule::Percent { part, whole, .. } => vec![(part, FactKind::Number), (whole, FactKind::Number)],
            Rule::All { rules } => rules.iter().flat_map(Rule::facts).collect(),
            _ => Vec::new(),
        }
    }

    /// The ratings that the rule knows for `fact`: those accepted, and that there is nobody to rate.
    pub fn ratings(&self, fact: &str) -> Vec<&str> {
        match self {
            Rule::Rated { fact: rated, accepted, nobody } if rated == fact => {
                accepted.iter().chain(nobody).map(String::as_str).collect()
            }
            Rule::All { rules } => rules.iter().flat_map(|rule| rule.ratings(fact)).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether only people can judge.
    pub fn is_manual(&self) -> bool {
        matches!(self, Rule::Manual { .. })
    }
}

fn numbers(names: &[String]) -> impl Iterator<Item = (&str, FactKind)> {
    names.iter().map(|name| (name.as_str(), FactKind::Number))
}

/// What kind of answer a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// A whole number.
    Number,
    /// A day.
    Day,
    /// One of several words.
    Choice,
}
