//! What fuzzing has found is read again with every run of the tests, also where nothing can fuzz.

#[path = "../../fuzz/fuzz_targets/read_checks.rs"]
mod checks;

use binhyen::domain;

#[test]
fn every_text_of_the_fuzz_corpus_is_read_and_explained() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/read");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let checked = std::panic::catch_unwind(|| checks::check(&bytes));
        assert!(checked.is_ok(), "{}: {:?}", path.display(), String::from_utf8_lossy(&bytes));
        read += 1;
    }
    assert!(read > 100, "the corpus is missing: {read}");
}
