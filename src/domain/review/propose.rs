//! What the program proposes for a criterion, with the figures behind it. A person concludes.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::account::{Account, Event};
use super::rule::{self, Group, Rule};
use super::scheme::KindScheme;
use super::share::Share;
use super::sums::{self, Sum, sum};
use super::{Severity, day};
use crate::domain::indicator::{Catalogue, IndicatorId};
use crate::domain::period::Span;

/// An answer that people give with the self-assessment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// A whole number.
    Number(i64),
    /// A day.
    Day(NaiveDate),
    /// One of several words.
    Choice(String),
}

/// All that a proposal looks at.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// The year of the review.
    pub year: i32,
    /// What the scheme says of the unit's kind.
    pub scheme: &'a KindScheme,
    /// The indicators.
    pub catalogue: &'a Catalogue,
    /// When the unit registered.
    pub registered: Option<NaiveDate>,
    /// The households of the unit, if known.
    pub households: Option<i64>,
    /// What people entered.
    pub facts: &'a BTreeMap<String, Fact>,
    /// What was reported: of a hamlet, of the hamlets of a commune; from the beginning of the year before.
    pub accounts: &'a [Account],
    /// The units under this one that the standard covers, all kinds pooled.
    pub units: Share,
    /// The hamlets among them.
    pub hamlets: Share,
}

/// What the program proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Whether the criterion is met.
    pub finding: Finding,
    /// The figures behind it.
    pub figures: Vec<Figure>,
}

/// Whether a criterion is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// By what is known it is.
    Met,
    /// By what is known it is not.
    NotMet,
    /// Only a person can say, for these reasons.
    Open(Vec<Doubt>),
}

/// Why only a person can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// The regulation leaves it to people.
    Judgement,
    /// Something was counted that may matter.
    Flagged,
    /// As many as in the year before: that is “kiềm chế”, if a person says so.
    Equal,
    /// More than in the year before: no automatic failure, the regulation gives no number.
    More,
    /// It depends on cases of which nobody knows on which side of the year's boundary they lie.
    Boundary,
    /// Months without a return.
    Missing,
    /// Cases whose severity the police have not set.
    Severity,
    /// Facts that nobody has entered.
    Fact,
}

impl Doubt {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Doubt::Judgement => "judgement",
            Doubt::Flagged => "flagged",
            Doubt::Equal => "equal",
            Doubt::More => "more",
            Doubt::Boundary => "boundary",
            Doubt::Missing => "missing",
            Doubt::Severity => "severity",
            Doubt::Fact => "fact",
        }
    }
}

/// A figure behind a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is: the code of an indicator, the title of a group, or the name of a fact.
    pub name: String,
    /// This year's.
    pub now: Sum,
    /// What it is compared with: the year before, or what it must equal.
    pub against: Option<Sum>,
}

/// Proposes an answer to a criterion with `rule`.
pub fn propose(rule: &Rule, evidence: &Evidence<'_>) -> Proposal {
    match rule {
        Rule::Manual { flags } => evidence.judged_by_people(flags),
        Rule::DocumentBy { document, by } => evidence.dated(document, *by),
        Rule::RegisteredBy { by } => {
            let by = by.in_year(evidence.year);
            Proposal::plain(Finding::of(evidence.registered.is_some_and(|day| day <= by)))
        }
        Rule::AllHouseholds { indicator } => evidence.all_households(indicator),
        Rule::NotMoreThanBefore { groups } => evidence.not_more(groups),
        Rule::NoGrave { from, indicators } => evidence.no_grave(*from, indicators),
        Rule::None { indicators } => evidence.none(indicators),
        Rule::Zero { facts } => evidence.zero(facts),
        Rule::Equal { fact, sum_of } => evidence.equal(fact, sum_of),
        Rule::AtLeast { fact, count } => {
            evidence.compared(fact, Some(*count), |number, least| number >= least)
        }
        Rule::Rated { fact, accepted, nobody } => evidence.rated(fact, accepted, nobody.as_deref()),
        Rule::Percent { part, whole, percent } => {
            let whole = evidence.number(whole);
            evidence.compared(part, whole, |part, whole| {
                whole > 0 && part.saturating_mul(100) >= whole.saturating_mul(*percent)
            })
        }
        Rule::AllUnitsRegistered => {
            let units = evidence.units;
            Proposal::share(units.registered, units.eligible, units.all_registered())
        }
        Rule::UnitsRecognised { percent } => {
            let units = evidence.units;
            Proposal::share(units.recognised, units.registered, units.reaches(*percent, units.registered))
        }
        Rule::HamletsRecognised { percent } => {
            let hamlets = evidence.hamlets;
            Proposal::share(hamlets.recognised, hamlets.eligible, hamlets.reaches(*percent, hamlets.eligible))
        }
        Rule::All { rules } => rules
            .iter()
            .map(|rule| propose(rule, evidence))
            .fold(Proposal::plain(Finding::Met), Proposal::and),
    }
}

impl Evidence<'_> {
    fn judged_by_people(&self, flags: &[String]) -> Proposal {
        let figures = self.sums(flags, self.span());
        let flagged = figures.iter().any(|figure| figure.now.high > 0);
        let mut doubts = vec![Doubt::Judgement];
        doubts.extend(flagged.then_some(Doubt::Flagged));
        Proposal { finding: Finding::Open(doubts), figures }
    }

    fn dated(&self, document: &str, by: day::YearDay) -> Proposal {
        let Some(Fact::Day(day)) = self.facts.get(document) else { return Proposal::open(Doubt::Fact) };
        let first = NaiveDate::from_ymd_opt(self.year, 1, 1).unwrap_or_default();
        Proposal::plain(Finding::of(first <= *day && *day <= by.in_year(self.year)))
    }

    fn all_households(&self, indicator: &str) -> Proposal {
        let id = self.ids(std::slice::from_ref(&indicator.to_owned()));
        let year = Span { from: day_of(self.year, 1, 1), to: day_of(self.year, 12, 31) };
        let last = |id| {
            self.accounts
                .iter()
                .filter_map(|account| sums::last(account, id, year))
                .reduce(i64::saturating_add)
        };
        let registered = id.first().copied().and_then(last);
        let (Some(registered), Some(households)) =
            (registered, self.number(rule::HOUSEHOLDS).or(self.households))
        else {
            return Proposal::open(Doubt::Fact);
        };
        Proposal::share(registered, households, registered == households)
    }

    fn not_more(&self, groups: &[Group]) -> Proposal {
        let compared = groups.iter().map(|group| {
            let ids = self.ids(&group.indicators);
            let now = sum(self.accounts, &ids, self.span());
            let before = sum(self.accounts, &ids, self.scheme.span(self.year - 1));
            let finding = not_more(&now, &before);
            Proposal {
                finding,
                figures: vec![Figure { name: group.title.clone(), now, against: Some(before) }],
            }
        });
        compared.fold(Proposal::plain(Finding::Met), Proposal::and)
    }

    fn no_grave(&self, from: Severity, indicators: &[String]) -> Proposal {
        let ids = self.ids(indicators);
        let span = self.span();
        let counts =
            |event: &&Event| span.contains(event.day) && ids.iter().any(|id| event.stated.contains_key(id));
        let months = self.accounts.iter().flat_map(|account| &account.months);
        let events: Vec<&Event> = months.flat_map(|month| &month.incidents).filter(counts).collect();
        let grave = |event: &&&Event| event.severity.is_some_and(|severity| severity >= from);
        let excused = |event: &&&Event| event.unavoidable || event.prevented;
        let unexcused = events.iter().filter(grave).filter(|event| !excused(event)).count();
        let figures = self.sums(indicators, span);
        if unexcused > 0 {
            return Proposal { finding: Finding::NotMet, figures };
        }
        // Cases that only a month's count tells have no severity, nor have those that the police have not looked at.
        let told: i64 =
            events.iter().flat_map(|event| ids.iter().filter_map(|id| event.stated.get(id))).sum();
        let unset = events.iter().any(|event| event.severity.is_none());
        let counted: i64 = figures.iter().map(|figure| figure.now.high).sum();
        let mut doubts: Vec<Doubt> =
            (unset || counted > told).then_some(Doubt::Severity).into_iter().collect();
        doubts.extend(missing(&figures));
        Proposal { finding: Finding::unless(doubts), figures }
    }

    fn none(&self, indicators: &[String]) -> Proposal {
        let figures = self.sums(indicators, self.span());
        let finding = if figures.iter().any(|figure| figure.now.low > 0) {
            Finding::NotMet
        } else {
            let boundary = figures.iter().any(|figure| figure.now.high > 0);
            let mut doubts: Vec<Doubt> = boundary.then_some(Doubt::Boundary).into_iter().collect();
            doubts.extend(missing(&figures));
            Finding::unless(doubts)
        };
        Proposal { finding, figures }
    }

    fn zero(&self, facts: &[String]) -> Proposal {
        let zeros = facts.iter().map(|fact| self.compared(fact, Some(0), |number, zero| number == zero));
        zeros.fold(Proposal::plain(Finding::Met), Proposal::and)
    }

    fn equal(&self, fact: &str, sum_of: &[String]) -> Proposal {
        let parts: Option<Vec<i64>> = sum_of.iter().map(|name| self.number(name)).collect();
        self.compared(fact, parts.map(|parts| parts.iter().sum()), |number, sum| number == sum)
    }

    fn rated(&self, fact: &str, accepted: &[String], nobody: Option<&str>) -> Proposal {
        let Some(Fact::Choice(rating)) = self.facts.get(fact) else { return Proposal::open(Doubt::Fact) };
        Proposal::plain(Finding::of(accepted.contains(rating) || nobody == Some(rating.as_str())))
    }

    /// Compares the fact with `against`; open when either is not known.
    fn compared(&self, fact: &str, against: Option<i64>, met: impl Fn(i64, i64) -> bool) -> Proposal {
        let (Some(number), Some(against)) = (self.number(fact), against) else {
            return Proposal::open(Doubt::Fact);
        };
        let figure = Figure { name: fact.to_owned(), now: exactly(number), against: Some(exactly(against)) };
        Proposal { finding: Finding::of(met(number, against)), figures: vec![figure] }
    }

    fn number(&self, fact: &str) -> Option<i64> {
        match self.facts.get(fact) {
            Some(Fact::Number(number)) => Some(*number),
            _ => None,
        }
    }

    fn span(&self) -> Span {
        self.scheme.span(self.year)
    }

    fn ids(&self, codes: &[String]) -> Vec<IndicatorId> {
        codes.iter().filter_map(|code| self.catalogue.by_code(code)).map(|indicator| indicator.id).collect()
    }

    fn sums(&self, codes: &[String], span: Span) -> Vec<Figure> {
        let figure = |code: &String| {
            let ids = self.ids(std::slice::from_ref(code));
            Figure { name: code.clone(), now: sum(self.accounts, &ids, span), against: None }
        };
        codes.iter().map(figure).collect()
    }
}

/// Fewer is met, as many and more are for a person to judge.
fn not_more(now: &Sum, before: &Sum) -> Finding {
    if now.high == 0 && now.missing.is_empty() {
        return Finding::Met;
    }
    let order = match () {
        () if now.high < before.low => None,
        () if now.low > before.high => Some(Doubt::More),
        () if now.is_exact() && before.is_exact() => Some(Doubt::Equal),
        () => Some(Doubt::Boundary),
    };
    let mut doubts: Vec<Doubt> = order.into_iter().collect();
    doubts.extend((!now.missing.is_empty() || !before.missing.is_empty()).then_some(Doubt::Missing));
    Finding::unless(doubts)
}

fn missing(figures: &[Figure]) -> Option<Doubt> {
    figures.iter().any(|figure| !figure.now.missing.is_empty()).then_some(Doubt::Missing)
}

fn exactly(number: i64) -> Sum {
    Sum { low: number, high: number, ..Sum::default() }
}

fn day_of(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

impl Finding {
    fn of(met: bool) -> Self {
        if met { Finding::Met } else { Finding::NotMet }
    }

    /// Met, unless there are doubts.
    fn unless(doubts: Vec<Doubt>) -> Self {
        if doubts.is_empty() { Finding::Met } else { Finding::Open(doubts) }
    }

    /// Both: a criterion that is surely not met stays so, then doubts count.
    fn and(self, other: Finding) -> Finding {
        match (self, other) {
            (Finding::NotMet, _) | (_, Finding::NotMet) => Finding::NotMet,
            (Finding::Met, other) | (other, Finding::Met) => other,
            (Finding::Open(mut doubts), Finding::Open(others)) => {
                doubts.extend(others);
                doubts.sort_unstable();
                doubts.dedup();
                Finding::Open(doubts)
            }
        }
    }
}

impl Proposal {
    fn plain(finding: Finding) -> Self {
        Proposal { finding, figures: Vec::new() }
    }

    fn open(doubt: Doubt) -> Self {
        Proposal::plain(Finding::Open(vec![doubt]))
    }

    fn share(part: i64, whole: i64, met: bool) -> Self {
        let figure = Figure { name: "share".to_owned(), now: exactly(part), against: Some(exactly(whole)) };
        Proposal { finding: Finding::of(met), figures: vec![figure] }
    }

    fn and(mut self, other: Proposal) -> Proposal {
        self.figures.extend(other.figures);
        Proposal { finding: self.finding.and(other.finding), figures: self.figures }
    }
}

#[cfg(test)]
mod tests;
