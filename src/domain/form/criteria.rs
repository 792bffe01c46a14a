//! The criteria of review schemes as questions of a form: one for each criterion, and before them those for the facts that
//! criteria ask for. Which schemes, the form's definition does not know: they depend on unit and year.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::definition::{Asks, Choice, Field, FieldKind, Form, Only};
use crate::domain::review::rule::FactKind;
use crate::domain::review::{Criterion, KindScheme, Scheme};

/// The choices of a criterion, in their order.
const OUTCOMES: [&str; 3] = ["met", "not_met", "not_applicable"];

/// Characters of a note, and the largest number of a fact, as the review takes them.
const LONGEST_NOTE: usize = 1_000;
const LARGEST_FACT: i64 = 10_000_000;

/// Words by which criteria are asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriteriaWords {
    /// The criterion is met.
    pub met: String,
    /// It is not.
    pub not_met: String,
    /// It does not apply to the unit.
    pub not_applicable: String,
    /// The question for a note to the criterion `{id}`.
    pub note: String,
    /// When a note is needed.
    pub note_hint: String,
    /// The heading over facts.
    pub facts: String,
    /// A rating that the scheme does not name.
    pub other_rating: String,
}

/// The criteria that a form asks for: those of a scheme for a kind of unit.
#[derive(Debug, Clone, Copy)]
pub struct Questionnaire<'s> {
    /// The scheme.
    pub scheme: &'s Scheme,
    /// What it says of the kind.
    pub kind: &'s KindScheme,
    /// Who is asked.
    pub of: Asked,
}

/// How much of the criteria is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// What the unit answers.
    Unit,
    /// Also what only the police confirm.
    Police,
    /// To read what somebody sent: also the notes to these, which are never asked, so that they are refused and not kept.
    Reading,
}

impl Form {
    /// Whether it asks for criteria.
    pub fn asks_criteria(&self) -> bool {
        self.criteria_at.is_some()
    }

    /// The form with the questions of `asked`, where it asks for criteria. A name is the same in every form that asks for the
    /// criterion, so that what was filled in is understood whoever sends it and whatever a province added meanwhile; another
    /// regulation has other names, so that nothing is taken for the answer to another criterion with the same number.
    pub fn with_criteria(&self, words: &CriteriaWords, asked: &[Questionnaire<'_>]) -> Form {
        let mut form = self.clone();
        let Some(at) = self.criteria_at else { return form };
        let rest = form.fields.split_off(at.min(form.fields.len()));
        for questions in asked {
            for field in questions.fields(words) {
                if form.field(&field.name).is_none() {
                    form.fields.push(field);
                }
            }
        }
        form.fields.extend(rest);
        form
    }
}

impl Questionnaire<'_> {
    fn fields(&self, words: &CriteriaWords) -> Vec<Field> {
        let country = self.scheme.adds_to.as_ref().unwrap_or(&self.scheme.code);
        let of = |code: &str| format!("{}_{}", slug(code), self.kind.kind.name());
        let years = Some((self.scheme.first_year, self.scheme.last_year));
        // What a province adds is asked of its own units, also of who has units of others.
        let only = |added: bool| {
            let province = self.scheme.province.clone().filter(|_| added);
            Some(Only { kinds: vec![self.kind.kind], years, province })
        };
        let facts = self.kind.facts();
        let facts = facts.iter().map(|(name, kind)| Field {
            only: only(self.asking(name).all(|criterion| criterion.added)),
            group: Some(words.facts.clone()),
            ..self.fact(words, &of(country), name, *kind)
        });
        let criteria =
            self.kind.criteria.iter().filter(|criterion| self.of != Asked::Unit || !criterion.bare);
        let mut names = BTreeSet::new();
        let mut name = |criterion: &Criterion| {
            let slug = slug(&criterion.id.0);
            let numbered = (2..).map(|n| format!("{slug}_{n}"));
            let mut free = std::iter::once(slug.clone()).chain(numbered);
            let name = free.find(|name| !names.contains(name)).unwrap_or(slug.clone());
            names.insert(name.clone());
            format!("{}_{name}", of(if criterion.added { &self.scheme.code } else { country }))
        };
        let questions = criteria.flat_map(|criterion| {
            let name = name(criterion);
            let group = Some(self.scheme.title.clone());
            let of = |field: Field| Field { only: only(criterion.added), group: group.clone(), ..field };
            let describes = !criterion.bare || self.of == Asked::Reading;
            let note = describes.then(|| of(note(words, &name, criterion)));
            std::iter::once(of(outcome(words, &name, criterion))).chain(note)
        });
        facts.chain(questions.collect::<Vec<_>>()).collect()
    }

    /// The criteria that ask for the fact `name`.
    fn asking(&self, name: &str) -> impl Iterator<Item = &Criterion> {
        self.kind.criteria.iter().filter(move |c| c.rule.facts().iter().any(|(fact, _)| *fact == name))
    }

    fn fact(&self, words: &CriteriaWords, of: &str, name: &str, kind: FactKind) -> Field {
        let unnamed = || self.asking(name).map(|c| format!("{} ({name})", c.text)).next();
        let label = self.scheme.facts.get(name).cloned().or_else(unnamed).unwrap_or_else(|| name.to_owned());
        let kind = match kind {
            FactKind::Number => FieldKind::Whole { min: 0, max: LARGEST_FACT },
            FactKind::Day => FieldKind::Day,
            FactKind::Choice => {
                let known: BTreeSet<&str> = self.asking(name).flat_map(|c| c.rule.ratings(name)).collect();
                let ratings = known.into_iter().chain([words.other_rating.as_str()]);
                let choice = |rating: &str| Choice { name: slug(rating), label: rating.to_owned() };
                FieldKind::Choice { choices: ratings.map(choice).collect() }
            }
        };
        let asks = Some(Asks::Fact(name.to_owned()));
        Field { asks, ..Field::new(format!("f_{of}_{}", slug(name)), label, kind) }
    }
}

fn outcome(words: &CriteriaWords, name: &str, criterion: &Criterion) -> Field {
    let labels = [&words.met, &words.not_met, &words.not_applicable];
    let choice = |(name, label): (&str, &String)| Choice { name: name.to_owned(), label: label.clone() };
    let choices = OUTCOMES.into_iter().zip(labels).map(choice).collect();
    let label = format!("{}. {}", criterion.id, criterion.text);
    Field {
        hint: criterion.how.clone(),
        asks: Some(Asks::Criterion(criterion.id.0.clone())),
        ..Field::new(format!("c_{name}"), label, FieldKind::Choice { choices })
    }
}

fn note(words: &CriteriaWords, name: &str, criterion: &Criterion) -> Field {
    let label = words.note.replace("{id}", &criterion.id.0);
    Field {
        hint: Some(words.note_hint.clone()),
        after: Some(format!("c_{name}")),
        asks: Some(Asks::Note(criterion.id.0.clone())),
        ..Field::new(format!("n_{name}"), label, FieldKind::Text { max: LONGEST_NOTE })
    }
}

/// What may stand in a name of JSON and XML, from what people call something.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        match c {
            'đ' => slug.push_str("dd"),
            c if c.is_ascii_alphanumeric() => slug.push(c),
            c if c.is_alphanumeric() => slug.push_str(&format!("u{:x}", u32::from(c))),
            _ if slug.ends_with('_') => {}
            _ => slug.push('_'),
        }
    }
    slug.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::{BadAnswer, Collected, Forms};
    use super::*;
    use crate::domain::indicator::Catalogue;
    use crate::domain::review::{SchemeFile, Schemes, UnitKind};

    const ADDITIONS: &str = include_str!("../../../tests/fixtures/scheme_additions.toml");

    fn catalogue() -> Catalogue {
        Catalogue::shipped().unwrap()
    }

    fn asked(schemes: &Schemes, province: Option<&str>, kinds: &[UnitKind], of: Asked) -> Form {
        let scheme = schemes.in_province(2026, province).unwrap();
        let asked: Vec<_> =
            kinds.iter().map(|kind| Questionnaire { scheme, kind: scheme.of(*kind).unwrap(), of }).collect();
        let forms = Forms::shipped(&catalogue()).unwrap();
        forms.get("assessment").unwrap().with_criteria(forms.criteria(), &asked)
    }

    #[test]
    fn every_criterion_is_a_question_with_a_note_and_every_fact_another() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let form = asked(&schemes, None, &[UnitKind::Hamlet], Asked::Police);
        let scheme = schemes.for_year(2026).unwrap();
        let kind = scheme.of(UnitKind::Hamlet).unwrap();
        let count = |of: fn(&Asks) -> bool| {
            form.fields.iter().filter_map(|f| f.asks.as_ref()).filter(|a| of(a)).count()
        };
        assert_eq!(count(|asks| matches!(asks, Asks::Criterion(_))), kind.criteria.len());
        let described = kind.criteria.iter().filter(|criterion| !criterion.bare).count();
        assert_eq!(count(|asks| matches!(asks, Asks::Note(_))), described);
        assert_eq!(count(|asks| matches!(asks, Asks::Fact(_))), kind.facts().len());
        let names: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
        for name in ["unit", "year", "f_tt124_2021_hamlet_resolution_day", "c_tt124_2021_hamlet_4_1_1"] {
            assert!(names.contains(&name), "{name}: {names:?}");
        }
        assert!(names.contains(&"c_tt124_2021_hamlet_4_3d") && names.contains(&"c_tt124_2021_hamlet_4_3dd"));
        assert!(!names.contains(&"n_tt124_2021_hamlet_4_3a"));
    }

    #[test]
    fn whoever_is_not_of_the_police_is_not_asked_what_only_they_confirm() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let form = asked(&schemes, None, &[UnitKind::Hamlet], Asked::Unit);
        assert!(form.field("c_tt124_2021_hamlet_4_2").is_some());
        assert!(form.field("c_tt124_2021_hamlet_4_3a").is_none());
    }

    #[test]
    fn every_fact_of_the_shipped_schemes_has_words_and_ratings_are_choices() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let form = asked(&schemes, None, &UnitKind::ALL, Asked::Police);
        for field in form.fields.iter().filter(|field| matches!(field.asks, Some(Asks::Fact(_)))) {
            assert!(!field.label.contains('_'), "{}", field.label);
        }
        let rating = form.field("f_tt124_2021_agency_guard_rating").unwrap();
        let FieldKind::Choice { choices } = &rating.kind else { panic!("{rating:?}") };
        let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
        assert_eq!(labels, ["không có", "tốt", "xuất sắc", "mức khác"]);
        let mut names = BTreeSet::new();
        assert!(form.fields.iter().all(|field| names.insert(&field.name)), "a name stands there twice");
    }

    #[test]
    fn what_a_province_adds_is_asked_of_its_units_under_the_name_of_its_own_scheme() {
        let shipped = Schemes::shipped(&catalogue()).unwrap();
        let added = shipped.with(SchemeFile::read(ADDITIONS, &catalogue()).unwrap(), &catalogue()).unwrap();
        let form = asked(&added, Some("14"), &[UnitKind::Hamlet], Asked::Unit);
        assert!(form.field("c_mau_tinh_2026_hamlet_tinh_1").is_some());
        let other = asked(&added, Some("01"), &[UnitKind::Hamlet], Asked::Unit);
        assert!(other.field("c_tt124_2021_hamlet_4_2").is_some());
        assert!(other.fields.iter().all(|field| !field.name.contains("tinh")));
        // Whoever filled in the form before the province added something has answered the same.
        let answers = |name: &str| {
            [("unit", "03847001"), ("year", "2026"), (name, "met")]
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
        };
        let read = |form, name| Collected::read(form, &answers(name)).map_err(|bad| bad.0);
        assert!(
            read(&form, "c_tt124_2021_hamlet_4_2").is_ok() && read(&other, "c_tt124_2021_hamlet_4_2").is_ok()
        );
        let unknown = |name: &str| Err(vec![(name.to_owned(), BadAnswer::Unknown)]);
        assert_eq!(read(&other, "c_mau_tinh_2026_hamlet_tinh_1"), unknown("c_mau_tinh_2026_hamlet_tinh_1"));
        assert_eq!(read(&other, "c_tt48_2025_hamlet_4_2"), unknown("c_tt48_2025_hamlet_4_2"));
    }

    #[test]
    fn who_has_units_of_two_years_is_asked_each_question_once() {
        let shipped = Schemes::shipped(&catalogue()).unwrap();
        let schemes = shipped.with(SchemeFile::read(ADDITIONS, &catalogue()).unwrap(), &catalogue()).unwrap();
        let questions = |year| {
            let scheme = schemes.in_province(year, Some("14")).unwrap();
            Questionnaire { scheme, kind: scheme.of(UnitKind::Hamlet).unwrap(), of: Asked::Unit }
        };
        let forms = Forms::shipped(&catalogue()).unwrap();
        let form = forms.get("assessment").unwrap();
        let both = form.with_criteria(forms.criteria(), &[questions(2025), questions(2026)]);
        let later = form.with_criteria(forms.criteria(), &[questions(2026)]);
        assert_eq!(both.fields.len(), later.fields.len());
        let years = |name: &str| both.field(name).unwrap().only.as_ref().unwrap().years;
        assert_eq!(years("c_tt124_2021_hamlet_4_2"), Some((2022, None)));
        assert_eq!(years("c_mau_tinh_2026_hamlet_tinh_1"), Some((2026, None)));
    }

    #[test]
    fn who_has_units_of_two_provinces_is_asked_what_one_adds_of_its_own_units_only() {
        let text = ADDITIONS.replacen(
            "id = \"tinh-1\"\ntext = \"Có mô hình",
            "id = \"tinh-2\"\ntext = \"x\"\nrule = { name = \"zero\", facts = [\"cameras_broken\"] }\n\n\
             [[kinds.criteria]]\nid = \"tinh-1\"\ntext = \"Có mô hình",
            1,
        );
        let shipped = Schemes::shipped(&catalogue()).unwrap();
        let schemes = shipped.with(SchemeFile::read(&text, &catalogue()).unwrap(), &catalogue()).unwrap();
        let questions = |province| {
            let scheme = schemes.in_province(2026, Some(province)).unwrap();
            Questionnaire { scheme, kind: scheme.of(UnitKind::Hamlet).unwrap(), of: Asked::Unit }
        };
        let forms = Forms::shipped(&catalogue()).unwrap();
        for both in [["14", "01"], ["01", "14"]] {
            let asked = both.map(questions);
            let form = forms.get("assessment").unwrap().with_criteria(forms.criteria(), &asked);
            let province = |name: &str| form.field(name).unwrap().only.as_ref().unwrap().province.as_deref();
            for own in ["c_mau_tinh_2026_hamlet_tinh_1", "n_mau_tinh_2026_hamlet_tinh_1"] {
                assert_eq!(province(own), Some("14"), "{own}");
            }
            assert_eq!(province("f_tt124_2021_hamlet_cameras_broken"), Some("14"));
            for shared in ["c_tt124_2021_hamlet_4_2", "f_tt124_2021_hamlet_resolution_day"] {
                assert_eq!(province(shared), None, "{shared}");
            }
        }
    }

    #[test]
    fn ids_that_differ_in_points_only_get_names_of_their_own() {
        let text = ADDITIONS.replacen("[[kinds]]\nkind = \"school\"", "[[kinds.criteria]]\nid = \"tinh.1\"\ntext = \"x\"\nrule = { name = \"manual\" }\n\n[[kinds]]\nkind = \"school\"", 1);
        let shipped = Schemes::shipped(&catalogue()).unwrap();
        let schemes = shipped.with(SchemeFile::read(&text, &catalogue()).unwrap(), &catalogue()).unwrap();
        let form = asked(&schemes, Some("14"), &[UnitKind::Hamlet], Asked::Unit);
        let asks = |name: &str| form.field(name).and_then(|field| field.asks.clone());
        assert_eq!(asks("c_mau_tinh_2026_hamlet_tinh_1"), Some(Asks::Criterion("tinh-1".to_owned())));
        assert_eq!(asks("c_mau_tinh_2026_hamlet_tinh_1_2"), Some(Asks::Criterion("tinh.1".to_owned())));
    }
}
