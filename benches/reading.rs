//! Time of one reading: texts of the corpus, and one of 160 characters.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a bench that cannot go on stops, and prints what it measured"
)]

use std::hint::black_box;

use binhyen::domain::shortcode::{Labelled, Reader};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const TEXT: &str = "Kinh gui cong an xa. Thang 3 thon Na Mo: mat trom 2 vu mat khoang 20tr, tai nan giao thong 1 vu \
                    lam chet 1, bi thuong 2, va cham 2 vu, con lai khong co gi. Truong t";

fn reading(criterion: &mut Criterion) {
    let Ok(reader) = Reader::shipped() else { return };
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 31).unwrap_or_default();
    criterion.bench_function("one text of 160 characters", |b| b.iter(|| reader.read(black_box(TEXT), day)));

    let corpus = include_str!("../tests/corpus/own.jsonl");
    let texts: Vec<Labelled> = corpus.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut group = criterion.benchmark_group("corpus");
    group.throughput(Throughput::Elements(u64::try_from(texts.len()).unwrap_or(1)));
    group.bench_function("all texts of own.jsonl", |b| {
        b.iter(|| {
            for labelled in &texts {
                black_box(reader.read(&labelled.text, day));
            }
        });
    });
    group.finish();
    criterion.bench_function("making the reader", |b| b.iter(Reader::shipped));
}

criterion_group!(benches, reading);
criterion_main!(benches);
