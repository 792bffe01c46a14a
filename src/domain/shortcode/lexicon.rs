//! The words people use, as data: what `config/lexicon.toml` says, made ready for looking up.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::book::{Book, SetId};
use super::compile::split;
use super::items::Unit;
use super::sets::{SceneWords, Sets};
use crate::domain::indicator::{BadCatalogue, Catalogue};

/// What a phrase does in a sentence, other than name an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is explained by its words in config/lexicon.toml")]
pub enum Class {
    UnitCase,
    UnitInstance,
    UnitPerson,
    UnitTurn,
    UnitSession,
    UnitPatrol,
    UnitTip,
    UnitWeapon,
    UnitHouse,
    UnitThing,
    UnitAge,
    UnitMeasure,
    UnitHour,
    UnitMinute,
    DayPart,
    Thousand,
    Million,
    Billion,
    Dong,
    Half,
    HalfBefore,
    Odd,
    Dead,
    Hurt,
    Casualties,
    Loss,
    LossAll,
    MoneyNoise,
    Neg,
    Blank,
    BlankTail,
    More,
    Rest,
    Keep,
    Calm,
    Succeeded,
    Failed,
    Hedge,
    Plan,
    Each,
    Doubted,
    Trial,
    Elsewhere,
    LongAgo,
    Tag,
    Nature,
    Couple,
    Vague,
    HowMany,
    Approx,
    Either,
    And,
    Total,
    Part,
    OneOf,
    FirstOf,
    NotThat,
    Slip,
    Becomes,
    Down,
    Up,
    Than,
    Done,
    Cause,
    Topic,
    Month,
    PrevMonth,
    ThisMonth,
    NextMonth,
    WithinMonth,
    BadPeriod,
    Quarter,
    Year,
    From,
    Until,
    Day,
    Yesterday,
    Today,
    DayBefore,
    Last,
    Hamlet,
    NumberSign,
    Place,
    Aside,
    Direction,
    Phone,
    Plate,
    Identity,
    Pin,
    Keyword,
    Fix,
    Mistake,
    Add,
    Erase,
    AsBefore,
    Urgent,
    Now,
    NotNow,
    Go,
    AtOnce,
    Call,
    Violence,
    Status,
    Help,
    StopDo,
    StopWhat,
    Ad,
    Greeting,
    Thanks,
    Matters,
    Machine,
    Program,
    Pressure,
    Echo,
    Server,
    Receipt,
    Request,
    Wanting,
    Secret,
    Signature,
    Address,
    Title,
    Yes,
    No,
    Polite,
    Replace,
    Plus,
    Pledge,
    Pending,
    Handled,
    Paid,
    Site,
    Uncounted,
    Noise,
    Common,
}

/// How much a phrase says about its indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// Its code.
    Code,
    /// Names the kind and nothing else.
    Generic,
    /// Tells what happened; two different ones are two events.
    Specific,
    /// Counts only beside a figure.
    Weak,
}

/// What a phrase means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Meaning {
    Indicator(usize, Strength),
    Ambiguous(usize),
    Number(i64),
    Class(Class),
    /// A word of a set; never a piece by itself.
    Member(SetId),
}

/// The lexicon as its file says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lexicon {
    #[serde(default)]
    pub(super) sets: Sets,
    #[serde(default)]
    pub(super) scenes: Vec<SceneWords>,
    pub(super) words: BTreeMap<String, String>,
    pub(super) numbers: BTreeMap<String, i64>,
    pub(super) phrases: BTreeMap<Class, Vec<String>>,
    pub(super) ambiguous: BTreeMap<String, Vec<String>>,
    pub(super) indicators: BTreeMap<String, IndicatorWords>,
    pub(super) events: Vec<EventWords>,
    pub(super) mediation: MediationWords,
    pub(super) losses: LossWords,
    pub(super) attendance: AttendanceWords,
    #[serde(default)]
    pub(super) contexts: Vec<ContextWords>,
}

/// What success and failure mean after the word for mediation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MediationWords {
    pub of: Vec<String>,
    pub succeeded: String,
    pub failed: String,
}

/// What an indicator's words mean beside others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContextWords {
    pub from: String,
    pub to: String,
    pub near: Class,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LossWords {
    pub default: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttendanceWords {
    pub of: String,
    pub people: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct IndicatorWords {
    pub quiet: bool,
    pub background: bool,
    pub also: Vec<Unit>,
    pub generic: Vec<String>,
    pub specific: Vec<String>,
    pub weak: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventWords {
    pub codes: Vec<String>,
    pub dead: Option<String>,
    pub hurt: Option<String>,
    pub loss: Option<String>,
    #[serde(default)]
    pub silent: Vec<Consequence>,
    #[serde(default)]
    pub bare_loss: bool,
    #[serde(default)]
    pub pays: bool,
}

/// What an event may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Consequence {
    Dead,
    Hurt,
    Loss,
}

/// Why a lexicon cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadLexicon {
    /// The file is no lexicon.
    #[error("the lexicon cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// The catalogue that it belongs to cannot be read.
    #[error(transparent)]
    Catalogue(#[from] BadCatalogue),
    /// A code that the catalogue does not know.
    #[error("the lexicon names the indicator {0}, which the catalogue does not know")]
    UnknownCode(String),
    /// A phrase of two indicators.
    #[error(
        "“{phrase}” means both {first} and {second}; take it from one of them, or list it under [ambiguous]"
    )]
    Ambiguous {
        /// The phrase as spelled second.
        phrase: String,
        /// The indicator that had it first.
        first: String,
        /// The indicator that claims it too.
        second: String,
    },
    /// A phrase or scene with a set that the lexicon does not have, or a brace that nothing closes.
    #[error("“{phrase}” names the set “{set}”, which [sets] does not have")]
    UnknownSet {
        /// The phrase, or the code of the scene.
        phrase: String,
        /// What stands in the braces.
        set: String,
    },
    /// A phrase that is to be added and means something else already.
    #[error("“{phrase}” of {code} cannot be told from {taken}; choose words that mean one thing only")]
    Taken {
        /// The phrase.
        phrase: String,
        /// The indicator that claims it.
        code: String,
        /// What it means already.
        taken: String,
    },
    /// A phrase without a letter.
    #[error("“{0}” is no phrase: it has no letters")]
    Empty(String),
}

impl Lexicon {
    /// The lexicon that ships with the program (`config/lexicon.toml`).
    pub fn shipped() -> Result<Self, BadLexicon> {
        Lexicon::from_toml(include_str!("../../../config/lexicon.toml"))
    }

    /// The lexicon in a TOML text of the shape of `config/lexicon.toml`.
    pub fn from_toml(text: &str) -> Result<Self, BadLexicon> {
        Ok(toml::from_str(text)?)
    }

    /// The lexicon, which is known to be good, with more words of indicators: code and phrase. Refuses a phrase that
    /// means something else already, with or without its marks.
    pub fn with_synonyms(
        &self,
        catalogue: &Catalogue,
        added: &[(String, String)],
    ) -> Result<Self, BadLexicon> {
        if added.is_empty() {
            return Ok(self.clone());
        }
        let book = Book::new(catalogue, self)?;
        let mut lexicon = self.clone();
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for (code, phrase) in added {
            book.check_addition(code, phrase)?;
            let owner = owners.entry(folded(phrase)).or_insert(code);
            if *owner != code {
                let (phrase, first, second) = (phrase.clone(), (*owner).to_owned(), code.clone());
                return Err(BadLexicon::Ambiguous { phrase, first, second });
            }
            lexicon.indicators.entry(code.clone()).or_default().generic.push(phrase.clone());
        }
        drop(book);
        Book::new(catalogue, &lexicon)?;
        // Writing out all that sets make takes 17 MB, which every start would pay for: only what brings sets is looked at.
        if added.iter().any(|(_, phrase)| phrase.contains('{')) {
            lexicon.check_made()?;
        }
        Ok(lexicon)
    }

    /// Whether every phrase means one thing only, with `catalogue`; the error names the first that does not.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), BadLexicon> {
        Book::new(catalogue, self)?;
        self.check_made()
    }
}

/// What a phrase looks like without marks, case and signs.
pub fn folded(phrase: &str) -> String {
    split(phrase).into_iter().map(|(word, _)| word).collect::<Vec<_>>().join(" ")
}

/// Whether words of this meaning must not be passed over when one letter of them is wrong.
pub(super) fn is_loud(meaning: Meaning) -> bool {
    let class = |class| {
        matches!(class, Class::Dead | Class::Hurt | Class::UnitCase | Class::UnitSession | Class::Million)
    };
    matches!(meaning, Meaning::Indicator(..)) || matches!(meaning, Meaning::Class(c) if class(c))
}

/// The units of an indicator: its own of the catalogue, and those that the lexicon adds.
pub(super) fn units_of(unit: &str, own: Option<&IndicatorWords>) -> Vec<Unit> {
    let mut units = match unit {
        "người" => vec![Unit::Person, Unit::Instance],
        "lượt" => vec![Unit::Person, Unit::Turn, Unit::Instance],
        "lượt người" => vec![Unit::Person, Unit::Turn],
        "buổi" => vec![Unit::Session],
        "ca" => vec![Unit::Patrol],
        "hộ" => vec![Unit::House],
        "tin" => vec![Unit::Tip, Unit::Instance],
        "đơn vị" => vec![Unit::Weapon],
        "đồng" => Vec::new(),
        _ => vec![Unit::Case, Unit::Instance],
    };
    units.push(Unit::None);
    units.extend(own.into_iter().flat_map(|own| own.also.iter().copied()));
    units
}
