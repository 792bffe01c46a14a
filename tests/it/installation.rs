//! The database and its key belong together.

use binhyen::app::Installation;
use binhyen::config::{Environment, Settings};

use crate::support::TestDatabase;

fn settings(test: &TestDatabase, key: &str) -> Settings {
    let key = test.beside(key).display().to_string();
    let variables = [("BINHYEN__DATABASE__URL", test.url()), ("BINHYEN__KEYS__FILE", &key)];
    let env: Environment =
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Settings::load(None, env).unwrap()
}

async fn the_first_start_makes_a_key_and_later_ones_need_it(test: TestDatabase) {
    let mine = settings(&test, "mine.key");
    Installation::open(&mine).await.unwrap().close().await.unwrap();
    Installation::open(&mine).await.unwrap().close().await.unwrap();

    let missing = Installation::open(&settings(&test, "missing.key")).await.unwrap_err().to_string();
    assert!(missing.contains("missing.key is missing"), "{missing}");
    assert!(!test.beside("missing.key").exists(), "a key that cannot read the data must not be made");

    let other = TestDatabase::sqlite();
    Installation::open(&settings(&other, "other.key")).await.unwrap();
    std::fs::copy(other.beside("other.key"), test.beside("other.key")).unwrap();
    let wrong = Installation::open(&settings(&test, "other.key")).await.unwrap_err().to_string();
    assert!(wrong.contains("other.key is not the one that the database is encrypted with"), "{wrong}");
}

async fn servers_at_the_same_time_make_ids_with_different_node_numbers(test: TestDatabase) {
    let settings = settings(&test, "key");
    let first = Installation::open(&settings).await.unwrap();
    let second = Installation::open(&settings).await.unwrap();
    let node = |installation: &Installation| {
        let id = installation.ids.lock().unwrap().next(installation.clock.real_micros() / 1000);
        (id >> 12) & 1023
    };
    assert_ne!(node(&first), node(&second));
    let given_back = node(&first);
    first.close().await.unwrap();
    let third = Installation::open(&settings).await.unwrap();
    assert_eq!(node(&third), given_back);
}

on_both!(
    the_first_start_makes_a_key_and_later_ones_need_it,
    servers_at_the_same_time_make_ids_with_different_node_numbers,
);
