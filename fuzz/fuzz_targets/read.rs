//! Any bytes as a text: the reader must answer, and what it records must be believable.

#![no_main]

use std::sync::LazyLock;

use binhyen::domain::indicator::Catalogue;
use binhyen::domain::shortcode::{Intent, Reader};
use libfuzzer_sys::fuzz_target;

static READER: LazyLock<Reader> = LazyLock::new(|| Reader::shipped().expect("the shipped lexicon"));
static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::shipped().expect("the shipped catalogue"));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 30).expect("a day");
    let reading = READER.read(&text, day);
    assert_eq!(reading.why.is_some(), reading.intent == Intent::Ask);
    for (id, value) in &reading.values {
        let indicator = CATALOGUE.by_id(*id).expect("a known indicator");
        assert!((0..=indicator.max).contains(value), "{} {value} in {text:?}", indicator.code);
    }
    READER.read_answer(&text, day);
    READER.explain(&text, day);
});
