//! Ready settings for providers, shipped in `config/gateways/`; what the operator writes lies over them.

use crate::config::layer::{self, Table};
use crate::config::section::Section;

/// The presets by name.
pub(super) const PRESETS: [(&str, &str); 5] = [
    ("rapidpro", include_str!("../../../../config/gateways/rapidpro.toml")),
    ("speedsms", include_str!("../../../../config/gateways/speedsms.toml")),
    ("twilio", include_str!("../../../../config/gateways/twilio.toml")),
    ("vcom", include_str!("../../../../config/gateways/vcom.toml")),
    ("vonage", include_str!("../../../../config/gateways/vonage.toml")),
];

/// Reads `preset` and lays what it names under the section.
pub(super) fn lay_under(section: &mut Section) -> Option<Option<String>> {
    let preset = section.optional("preset", |name| {
        find(name).map(|table| (name.to_owned(), table)).ok_or_else(|| {
            let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            format!("there is no such preset; there are: {}", names.join(", "))
        })
    })?;
    Some(preset.map(|(name, table)| {
        section.lay_under(table);
        name
    }))
}

fn find(name: &str) -> Option<Table> {
    let (_, text) = PRESETS.iter().find(|(preset, _)| *preset == name)?;
    layer::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_table() {
        for (name, _) in PRESETS {
            assert!(find(name).is_some_and(|table| !table.is_empty()), "{name}");
        }
    }
}
