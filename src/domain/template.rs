//! The catalogue of every text that goes to a person.

/// The name of a text in the catalogue (`config/templates.toml`).
pub type TemplateKey = &'static str;

/// Every text that can go out, by key.
#[derive(Debug, Clone, Default)]
pub struct Templates {}
