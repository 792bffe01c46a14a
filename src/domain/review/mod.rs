//! The yearly review of the standard “An toàn về an ninh, trật tự”.
//!
//! Which units are reviewed by which criteria over which days is data: a [`Scheme`] with the years it holds for
//! (`config/review/`). A scheme names for each criterion one of a closed set of [`Rule`]s; a rule looks at the
//! [`sums`] of what was reported, at incidents, at facts that people entered, and at dates, and *proposes*. A person
//! concludes, always: the regulation knows no automatic result.
//!
//! The way of a review through its states is in [`steps`], what a commune needs of its units in [`share`].

pub mod account;
pub mod additions;
pub mod by_text;
pub mod day;
pub mod propose;
pub mod registration;
pub mod rule;
pub mod scheme;
pub mod schemes;
pub mod share;
pub mod steps;
pub mod sums;

pub use account::Account;
pub use additions::Additions;
pub use day::{BadYearDay, YearDay};
pub use propose::{Doubt, Finding, Proposal, propose};
pub use registration::Ineligible;
pub use rule::Rule;
pub use scheme::{BadScheme, Criterion, CriterionId, KindScheme, Level, Scheme, SchemeFile, UnitKind};
pub use schemes::Schemes;
pub use share::Share;
pub use steps::{NotNow, State, Step};
pub use sums::{Straddle, Sum, sum};

/// How grave a crime is, set by the police (Penal Code, article 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Ít nghiêm trọng: up to 3 years.
    Less,
    /// Nghiêm trọng: more than 3 to 7 years.
    Serious,
    /// Rất nghiêm trọng: more than 7 to 15 years.
    VerySerious,
    /// Đặc biệt nghiêm trọng: more than 15 years, life, death.
    ExtremelySerious,
}

impl Severity {
    /// Every severity, the least grave first.
    pub const ALL: [Severity; 4] =
        [Severity::Less, Severity::Serious, Severity::VerySerious, Severity::ExtremelySerious];

    /// Its name in JSON and the database.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Less => "less",
            Severity::Serious => "serious",
            Severity::VerySerious => "very_serious",
            Severity::ExtremelySerious => "extremely_serious",
        }
    }

    /// The severity with this name.
    pub fn by_name(name: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.name() == name)
    }
}
