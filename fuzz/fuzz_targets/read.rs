//! Any bytes as a text.

#![no_main]

mod read_checks;
#[path = "../../src/domain/mod.rs"]
mod domain;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| read_checks::check(data));
