//! Answers to criteria as people give them, checked against the scheme and against what the program proposes.

use std::collections::BTreeMap;

use super::{Refused, check_text};
use crate::domain::review::propose::Fact;
use crate::domain::review::rule::FactKind;
use crate::domain::review::{Criterion, Finding, KindScheme};

/// Characters of a note.
const LONGEST_NOTE: usize = 1_000;
/// Characters of a rating.
const LONGEST_CHOICE: usize = 60;
/// The largest number of a fact.
const LARGEST_FACT: i64 = 10_000_000;

/// What a person concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Đạt.
    Met,
    /// Chưa đạt.
    NotMet,
    /// Không áp dụng.
    NotApplicable,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 3] = [Outcome::Met, Outcome::NotMet, Outcome::NotApplicable];

    /// The outcome with this name.
    pub fn by_name(name: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Its name in JSON and the database.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Met => "met",
            Outcome::NotMet => "not_met",
            Outcome::NotApplicable => "not_applicable",
        }
    }
}

/// An answer to a criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// What was concluded.
    pub outcome: Outcome,
    /// Why.
    pub note: Option<String>,
}

/// Answers and facts that somebody hands in; what is left out stays as it was.
#[derive(Debug, Clone, Default)]
pub struct AssessmentRequest {
    /// Answers by criterion.
    pub answers: BTreeMap<String, Conclusion>,
    /// Facts by name.
    pub facts: BTreeMap<String, Fact>,
}

impl AssessmentRequest {
    /// What is wrong with it by itself. `confirms`: whether the caller is of the police, who alone answer criteria of
    /// which nothing is described.
    pub(super) fn check(&self, kind: &KindScheme, confirms: bool) -> Vec<Refused> {
        let mut refused = Vec::new();
        let asked = kind.facts();
        for (name, fact) in &self.facts {
            let pointer = format!("/facts/{}", escaped(name));
            match asked.iter().find(|(asked, _)| asked == name) {
                None => {
                    refused.push(Refused::new(pointer, "unknown_fact", "no criterion asks for this fact"))
                }
                Some((_, kind)) => check_fact(pointer, fact, *kind, &mut refused),
            }
        }
        for (id, conclusion) in &self.answers {
            match kind.criterion(id) {
                None => refused.push(Refused::new(
                    pointer_of(id),
                    "unknown_criterion",
                    "the scheme has no criterion with this id for this kind of unit",
                )),
                Some(criterion) => check_answer(criterion, conclusion, confirms, &mut refused),
            }
        }
        refused
    }
}

/// An answer that goes against what is known needs a reason.
pub(super) fn check_against(
    id: &str,
    conclusion: &Conclusion,
    finding: &Finding,
    refused: &mut Vec<Refused>,
) {
    let differs = matches!(
        (conclusion.outcome, finding),
        (Outcome::Met, Finding::NotMet) | (Outcome::NotMet, Finding::Met)
    );
    if differs && conclusion.note.as_deref().is_none_or(|note| note.trim().is_empty()) {
        let advice = "the figures say otherwise; write in the note why";
        refused.push(Refused::new(format!("{}/note", pointer_of(id)), "note_needed", advice));
    }
}

fn check_answer(criterion: &Criterion, conclusion: &Conclusion, confirms: bool, refused: &mut Vec<Refused>) {
    let pointer = pointer_of(&criterion.id.0);
    if criterion.bare && !confirms {
        refused.push(Refused::new(
            pointer.clone(),
            "police_only",
            "the commune's police confirm this criterion",
        ));
    }
    let Some(note) = &conclusion.note else { return };
    let pointer = format!("{pointer}/note");
    if criterion.bare {
        let advice = "matters of this criterion are never described here; answer without a note";
        refused.push(Refused::new(pointer, "never_described", advice));
    } else {
        check_text(&pointer, note, LONGEST_NOTE, refused);
    }
}

fn check_fact(pointer: String, fact: &Fact, kind: FactKind, refused: &mut Vec<Refused>) {
    let (code, advice) = match (kind, fact) {
        (FactKind::Number, Fact::Number(0..=LARGEST_FACT)) | (FactKind::Day, Fact::Day(_)) => return,
        (FactKind::Choice, Fact::Choice(text)) if !text.trim().is_empty() => {
            return check_text(&pointer, text, LONGEST_CHOICE, refused);
        }
        (FactKind::Number, _) => ("bad_number", "a whole number from 0 to 10,000,000"),
        (FactKind::Day, _) => ("bad_day", "a day is written YYYY-MM-DD, for example 2026-03-12"),
        (FactKind::Choice, _) => ("bad_choice", "the rating in words, for example “hoàn thành”"),
    };
    refused.push(Refused::new(pointer, code, advice));
}

fn pointer_of(criterion: &str) -> String {
    format!("/answers/{}", escaped(criterion))
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Catalogue;
    use crate::domain::review::{Doubt, Schemes, UnitKind};

    fn refusals(request: AssessmentRequest, confirms: bool) -> Vec<(String, &'static str)> {
        let schemes = Schemes::shipped(&Catalogue::shipped().unwrap()).unwrap();
        let kind = schemes.for_year(2026).unwrap().of(UnitKind::Hamlet).unwrap();
        request.check(kind, confirms).into_iter().map(|refused| (refused.pointer, refused.code)).collect()
    }

    fn answers(criterion: &str, note: Option<&str>) -> AssessmentRequest {
        let conclusion = Conclusion { outcome: Outcome::Met, note: note.map(str::to_owned) };
        AssessmentRequest {
            answers: BTreeMap::from([(criterion.to_owned(), conclusion)]),
            ..Default::default()
        }
    }

    #[test]
    fn what_is_never_described_is_confirmed_by_the_police_without_a_word() {
        assert_eq!(refusals(answers("4.3a", None), true), []);
        assert_eq!(refusals(answers("4.3a", None), false), [("/answers/4.3a".to_owned(), "police_only")]);
        let described = [("/answers/4.3a/note".to_owned(), "never_described")];
        assert_eq!(refusals(answers("4.3a", Some("x")), true), described);
        assert_eq!(refusals(answers("4.2", Some("x")), false), []);
    }

    #[test]
    fn facts_are_of_their_kind_and_criteria_of_the_scheme() {
        let fact = |name: &str, fact| AssessmentRequest {
            facts: BTreeMap::from([(name.to_owned(), fact)]),
            ..Default::default()
        };
        let of = |request| refusals(request, true).into_iter().map(|(_, code)| code).collect::<Vec<_>>();
        assert_eq!(of(fact("serious_incidents", Fact::Number(0))), Vec::<&str>::new());
        assert_eq!(of(fact("serious_incidents", Fact::Number(-1))), ["bad_number"]);
        assert_eq!(of(fact("resolution_day", Fact::Choice("2026-13-01".to_owned()))), ["bad_day"]);
        assert_eq!(of(fact("team_rating", Fact::Number(1))), ["bad_choice"]);
        assert_eq!(of(fact("team_ratings", Fact::Number(1))), ["unknown_fact"]);
        assert_eq!(of(answers("9.9", None)), ["unknown_criterion"]);
        assert_eq!(of(answers("4.2", Some(&"x".repeat(1_001)))), ["too_long"]);
    }

    #[test]
    fn who_goes_against_the_figures_says_why() {
        let against = |note: Option<&str>, finding: Finding| {
            let mut refused = Vec::new();
            let conclusion = Conclusion { outcome: Outcome::Met, note: note.map(str::to_owned) };
            check_against("4.4c(2)", &conclusion, &finding, &mut refused);
            refused.len()
        };
        assert_eq!(against(None, Finding::NotMet), 1);
        assert_eq!(against(Some(" "), Finding::NotMet), 1);
        assert_eq!(against(Some("chuyển đi nơi khác"), Finding::NotMet), 0);
        assert_eq!(against(None, Finding::Open(vec![Doubt::More])), 0);
    }
}
