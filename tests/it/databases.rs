//! Both databases hold the same, and every test has its own.

use binhyen::config::DatabaseUrl;
use binhyen::db::{Db, Target, revert_all, schema_is_current};

use crate::support::{TestDatabase, play, postgres};

async fn a_test_database_has_the_current_schema(test: TestDatabase) {
    let current = test.open().read(schema_is_current).await.unwrap();
    assert!(current);
}

async fn the_url_of_a_database_leads_to_it(test: TestDatabase) {
    let url = DatabaseUrl::parse(test.url()).unwrap();
    assert_eq!(Target::from(&url), test.target());
}

async fn migrations_go_up_down_and_up_again(test: TestDatabase) {
    revert_all(&test.target()).unwrap();
    assert!(!test.open().read(schema_is_current).await.unwrap());
    Db::open(test.target()).unwrap();
    assert!(test.open().read(schema_is_current).await.unwrap());
}

on_both!(
    a_test_database_has_the_current_schema,
    the_url_of_a_database_leads_to_it,
    migrations_go_up_down_and_up_again,
);

#[test]
fn servers_that_start_at_once_on_an_empty_postgresql_migrate_it_together() {
    let target = Target::Postgres(postgres::shared().empty_database());
    std::thread::scope(|scope| {
        let servers: Vec<_> = (0..3).map(|_| scope.spawn(|| Db::open(target.clone()))).collect();
        for server in servers {
            server.join().unwrap().unwrap();
        }
    });
    play(async {
        assert!(Db::open_unmigrated(target.clone()).read(schema_is_current).await.unwrap());
    });
}
