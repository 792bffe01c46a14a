//! What a form asks.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::criteria::CriteriaWords;
use crate::domain::indicator::{Catalogue, Indicator, Kind, Reporter};
use crate::domain::review::UnitKind;

/// The forms that ship with the program.
const SHIPPED: &str = include_str!("../../../config/forms.toml");

/// All forms of the installation, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forms {
    forms: Vec<Form>,
    words: Words,
    criteria: CriteriaWords,
}

/// Words that stand in every form, for clients that do not bring their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Yes.
    pub yes: String,
    /// No.
    pub no: String,
    /// That a whole number from `{min}` to `{max}` is wanted.
    pub whole: String,
    /// That a text has `{max}` characters at most.
    pub long: String,
    /// That a day must not lie ahead.
    pub past: String,
    /// The question by which a person insists on figures that the server asked about.
    pub confirm: String,
    /// What helps to answer it.
    pub confirm_hint: String,
    /// Its answer.
    pub confirmed: String,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    /// Its name in addresses and submissions (`month`).
    pub code: String,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// What it asks, in order.
    pub fields: Vec<Field>,
    /// Before which of them the criteria of review schemes are asked, where it asks for criteria.
    #[serde(skip)]
    pub(super) criteria_at: Option<usize>,
}

/// One thing that a form asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name in submissions: of an indicator, the code.
    pub name: String,
    /// The question.
    pub label: String,
    /// What helps to answer it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The heading under which it stands, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Whether the form is incomplete without an answer.
    pub required: bool,
    /// For which units and years it is asked; `None`: for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<Only>,
    /// The field without whose answer it is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What of a self-assessment it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
    /// What kind of answer it takes.
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// For which units and years something is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Only {
    /// The kinds of unit.
    pub kinds: Vec<UnitKind>,
    /// The first year, and the last one where there is one, of a form that asks for the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub years: Option<(i32, Option<i32>)>,
    /// The code of the province in which the unit lies, of what that province alone asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
}

/// What of a self-assessment a field asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// The answer to the criterion with this id.
    Criterion(String),
    /// The note to it.
    Note(String),
    /// The fact with this name.
    Fact(String),
}

/// What kind of answer a field takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldKind {
    /// The code of one of the units that the person reports for.
    Unit,
    /// A reporting month, `YYYY-MM`.
    Period,
    /// A day, `YYYY-MM-DD`.
    Day,
    /// A whole number.
    Whole {
        /// The least.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A figure of an indicator.
    Indicator {
        /// The largest that is believed.
        max: i64,
        /// What one is called (“vụ”).
        unit: String,
        /// Whether it is money, in đồng.
        money: bool,
    },
    /// Yes or no.
    YesNo,
    /// One of several.
    Choice {
        /// What may be chosen.
        choices: Vec<Choice>,
    },
    /// Words.
    Text {
        /// At most so many characters.
        max: usize,
    },
    /// A photograph, sent beside the form; the answer is its file name.
    Photo,
}

/// Something that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its name in submissions.
    pub name: String,
    /// What people read.
    pub label: String,
}

/// Why a file holds no forms.
#[derive(Debug, thiserror::Error)]
pub enum BadForms {
    /// Not the TOML of forms.
    #[error("the forms cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// A name that is none, or stands there twice.
    #[error("form {form}: the name {name} is used twice or has other characters than a to z, 0 to 9 and _")]
    Name {
        /// The form.
        form: String,
        /// The name.
        name: String,
    },
    /// A field lacks what its kind needs.
    #[error("form {form}, field {name}: {lacks}")]
    Field {
        /// The form.
        form: String,
        /// The field.
        name: String,
        /// What is wrong.
        lacks: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormsFile {
    words: Words,
    criteria: CriteriaWords,
    form: Vec<FormRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormRow {
    code: String,
    title: String,
    about: String,
    field: Vec<FieldRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldRow {
    name: String,
    label: String,
    hint: Option<String>,
    kind: KindName,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    min: i64,
    max: Option<i64>,
    reporter: Option<Reporter>,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    only: Vec<UnitKind>,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    Unit,
    Period,
    Day,
    Indicators,
    Whole,
    YesNo,
    Choice,
    Text,
    Photo,
    Criteria,
}

impl Forms {
    /// The forms that ship with the program.
    pub fn shipped(catalogue: &Catalogue) -> Result<Self, BadForms> {
        Forms::read(SHIPPED, catalogue)
    }

    /// The forms of a file, with the indicators of the catalogue.
    pub fn read(text: &str, catalogue: &Catalogue) -> Result<Self, BadForms> {
        let file: FormsFile = toml::from_str(text)?;
        let mut codes = BTreeSet::new();
        for row in &file.form {
            if !is_name(&row.code) || !codes.insert(row.code.clone()) {
                return Err(BadForms::Name { form: row.code.clone(), name: row.code.clone() });
            }
        }
        let forms = file.form.into_iter().map(|row| row.into_form(catalogue)).collect::<Result<_, _>>()?;
        Ok(Forms { forms, words: file.words, criteria: file.criteria })
    }

    /// The form with this code.
    pub fn get(&self, code: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.code == code)
    }

    /// All forms.
    pub fn iter(&self) -> impl Iterator<Item = &Form> {
        self.forms.iter()
    }

    /// The words that stand in every form.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The words by which criteria are asked.
    pub fn criteria(&self) -> &CriteriaWords {
        &self.criteria
    }
}

impl Form {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl FormRow {
    fn into_form(self, catalogue: &Catalogue) -> Result<Form, BadForms> {
        let (mut fields, mut criteria_at) = (Vec::new(), None);
        for row in self.field {
            if row.kind == KindName::Criteria {
                criteria_at = Some(fields.len());
            } else {
                fields.extend(row.into_fields(&self.code, catalogue)?);
            }
        }
        let mut names = BTreeSet::new();
        if let Some(field) = fields.iter().find(|field| !names.insert(field.name.clone())) {
            return Err(BadForms::Name { form: self.code, name: field.name.clone() });
        }
        Ok(Form { code: self.code, title: self.title, about: self.about, fields, criteria_at })
    }
}

impl FieldRow {
    fn into_fields(self, form: &str, catalogue: &Catalogue) -> Result<Vec<Field>, BadForms> {
        let lacks = |lacks| BadForms::Field { form: form.to_owned(), name: self.name.clone(), lacks };
        if !is_name(&self.name) {
            return Err(BadForms::Name { form: form.to_owned(), name: self.name });
        }
        let kind = match self.kind {
            KindName::Indicators => {
                let reporter = self.reporter.ok_or_else(|| lacks("say whose indicators: reporter"))?;
                let indicators = catalogue.iter().filter(|indicator| indicator.reporter == reporter);
                return Ok(indicators.map(Field::of).collect());
            }
            // They are no fields before a scheme is known.
            KindName::Criteria => return Ok(Vec::new()),
            KindName::Unit => FieldKind::Unit,
            KindName::Period => FieldKind::Period,
            KindName::Day => FieldKind::Day,
            KindName::YesNo => FieldKind::YesNo,
            KindName::Photo => FieldKind::Photo,
            KindName::Whole => {
                let max = self
                    .max
                    .filter(|max| *max >= self.min)
                    .ok_or_else(|| lacks("give a max, not below min"))?;
                FieldKind::Whole { min: self.min, max }
            }
            KindName::Text => {
                let max = self.max.and_then(|max| usize::try_from(max).ok());
                FieldKind::Text {
                    max: max.filter(|max| *max > 0).ok_or_else(|| lacks("give a max of characters"))?,
                }
            }
            KindName::Choice if self.choices.is_empty() => return Err(lacks("give the choices")),
            KindName::Choice => FieldKind::Choice { choices: self.choices.clone() },
        };
        let Self { name, label, hint, required, only, .. } = self;
        let only = (!only.is_empty()).then_some(Only { kinds: only, years: None, province: None });
        Ok(vec![Field { hint, required, only, ..Field::new(name, label, kind) }])
    }
}

impl Field {
    /// A field that may be left empty, and is asked of everybody.
    pub(super) fn new(name: String, label: String, kind: FieldKind) -> Self {
        Field {
            name,
            label,
            hint: None,
            group: None,
            required: false,
            only: None,
            after: None,
            asks: None,
            kind,
        }
    }

    fn of(indicator: &Indicator) -> Self {
        let money = indicator.kind == Kind::Money;
        let kind = FieldKind::Indicator { max: indicator.max, unit: indicator.unit.clone(), money };
        Field {
            group: Some(indicator.group.clone()),
            ..Field::new(indicator.code.clone(), indicator.name_vi.clone(), kind)
        }
    }
}

/// Names are parts of addresses, of JSON and of XML elements.
fn is_name(text: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.len() <= 40 && text.chars().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::shipped().unwrap()
    }

    #[test]
    fn a_months_form_asks_for_every_indicator_of_hamlets_under_its_group() {
        let catalogue = catalogue();
        let forms = Forms::shipped(&catalogue).unwrap();
        let month = forms.get("month").unwrap();
        let asked =
            month.fields.iter().filter(|field| matches!(field.kind, FieldKind::Indicator { .. })).count();
        assert_eq!(asked, catalogue.iter().filter(|i| i.reporter == Reporter::Hamlet).count());
        let theft = month.field("TC").unwrap();
        assert_eq!(
            (theft.label.as_str(), theft.group.as_deref()),
            ("Trộm cắp tài sản", Some("Tội phạm và vi phạm TTXH"))
        );
        assert!(month.field("KP").is_none());
    }

    #[test]
    fn another_indicator_is_another_field_of_every_form_that_asks_for_indicators() {
        let csv = include_str!("../../../config/indicators.csv").trim_end().to_owned();
        let last = csv.lines().last().unwrap();
        let row = last.replacen("HDK", "XEDI", 1);
        let more = Catalogue::from_csv(&format!("{csv}\n{row}\n")).unwrap();
        let forms = Forms::shipped(&more).unwrap();
        assert!(forms.get("month").unwrap().field("XEDI").is_some());
        assert!(forms.get("incident").unwrap().field("XEDI").is_some());
    }

    #[test]
    fn what_is_no_form_is_refused_with_its_place() {
        let refused = |from: &str, to: &str| {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED);
            Forms::read(&text, &catalogue()).unwrap_err().to_string()
        };
        assert!(refused("name = \"unit\"", "name = \"Unit\"").contains("form month: the name Unit"));
        assert!(refused("name = \"period\"", "name = \"unit\"").contains("used twice"));
        assert!(refused("reporter = \"hamlet\"", "").contains("reporter"));
        assert!(refused("max = 1000", "max = 0").contains("max of characters"));
        assert!(refused("kind = \"yes_no\"", "kind = \"maybe\"").contains("maybe"));
    }
}
