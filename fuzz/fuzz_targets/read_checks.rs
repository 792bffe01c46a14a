//! What must hold of any bytes taken for a text: shared by the fuzz target and the test that replays its corpus.

use std::sync::LazyLock;

use super::domain::indicator::Catalogue;
use super::domain::shortcode::{Intent, Reader};
use chrono::NaiveDate;

static READER: LazyLock<Reader> = LazyLock::new(|| Reader::shipped().expect("the shipped lexicon"));
static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::shipped().expect("the shipped catalogue"));

/// The reader answers, records nothing unbelievable, and explains what it read.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let day = NaiveDate::from_ymd_opt(2026, 6, 30).expect("a day");
    let reading = READER.read(&text, day);
    assert_eq!(reading.why.is_some(), reading.intent == Intent::Ask);
    for (id, value) in &reading.values {
        let indicator = CATALOGUE.by_id(*id).expect("a known indicator");
        assert!((0..=indicator.max).contains(value), "{} {value} in {text:?}", indicator.code);
    }
    READER.read_answer(&text, day);
    let explanation = READER.explain(&text, day);
    assert_eq!(explanation.reading, reading);
    for piece in &explanation.pieces {
        assert_eq!(text.get(piece.start..piece.end), Some(piece.text.as_str()));
    }
    for mention in READER.days(&text, day) {
        assert!(text.get(mention.start..mention.end).is_some_and(|piece| !piece.is_empty()), "{text:?}");
    }
}
