//! The forms that people fill in: one definition, made from `config/forms.toml` and the catalogue of indicators, gives
//! what the app shows, what a client may send ([`schema`]), the XForm of OpenRosa ([`xform`]), and, through the catalogue, the
//! codes that are texted.

mod collected;
mod criteria;
mod definition;
mod entry;
pub mod schema;
pub mod xform;

pub use collected::Collected;
pub use criteria::{Asked, CriteriaWords, Questionnaire};
pub use definition::{Asks, BadForms, Choice, Field, FieldKind, Form, Forms, Only, Words};
pub use entry::{Answer, BadAnswer, BadEntry, Entry, MAX_ANSWERS};
