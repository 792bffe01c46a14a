//! How the provider of a gateway of kind `generic` is asked how much money is left.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::Serialize;

use super::send::check_headers;
use super::template::{Scope, Template, Variable};
use crate::config::gateway::web_address;
use crate::config::section::Section;

/// What one unit of a provider's money may be worth, đồng.
const WORTH: RangeInclusive<i64> = 1..=10_000_000;

/// The question about the balance and where its answer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The address that is read by GET.
    pub url: Template,
    /// Headers by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Template>,
    /// The field of the answer, which is JSON.
    pub field: String,
    /// What one unit of it is worth, đồng; 1 where the provider counts in đồng.
    pub dong_per_unit: i64,
}

impl Balance {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let url = section.parsed("url", |text| {
            web_address(text)?;
            Template::parse(text, Scope::Account)
        });
        let headers = section.words("headers", |text| Template::parse(text, Scope::Account));
        let field = section.parsed("field", |text| Ok(text.to_owned()));
        let dong_per_unit = section.integer_or("dong_per_unit", WORTH, 1);
        let balance = Balance { url: url?, headers: headers?, field: field?, dong_per_unit: dong_per_unit? };
        check_headers(&balance.headers, section).then_some(balance)
    }

    pub(super) fn holds(&self, variable: &Variable) -> bool {
        self.url.holds(variable) || self.headers.values().any(|template| template.holds(variable))
    }
}
