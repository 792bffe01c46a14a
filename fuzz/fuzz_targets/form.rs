//! Any bytes as a filled-in form of an OpenRosa client.

#![no_main]

#[path = "../../src/domain/mod.rs"]
mod domain;
#[path = "../../src/documents/instance.rs"]
mod instance;

use std::sync::LazyLock;

use domain::form::{Collected, Forms};
use domain::indicator::Catalogue;
use libfuzzer_sys::fuzz_target;

static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    let catalogue = Catalogue::shipped().expect("the shipped catalogue");
    Forms::shipped(&catalogue).expect("the shipped forms")
});

// What is read is small, and whatever the form asks can be told: as answers, or as the questions that cannot be read.
fuzz_target!(|data: &[u8]| {
    let Ok(instance) = instance::read(data) else { return };
    assert!(instance.answers.len() <= 1_000 && instance.id.len() <= 64);
    let Some(form) = FORMS.get(&instance.form) else { return };
    match Collected::read(form, &instance.answers) {
        Ok(collected) => assert!(collected.entry.figures(form).all(|(_, figure)| figure >= 0)),
        Err(bad) => assert!(!bad.0.is_empty()),
    }
});
