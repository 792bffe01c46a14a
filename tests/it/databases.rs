//! Both databases hold the same, and every test has its own.

use std::collections::BTreeSet;

use binhyen::config::DatabaseUrl;
use binhyen::db::sql::Sql;
use binhyen::db::{Conn, Db, DbResult, Target, revert_all, schema_is_current};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};

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

/// Table, column, type, whether it may be null.
type Column = (String, String, String, bool);

/// The columns that `src/db/schema.rs` and the files under it tell diesel of.
fn declared() -> BTreeSet<Column> {
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema");
    let mut source = std::fs::read_to_string(schema.with_extension("rs")).unwrap();
    for file in std::fs::read_dir(schema).unwrap() {
        source.push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    let mut columns = BTreeSet::new();
    for table in source.split("diesel::table! {").skip(1) {
        let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
        let name = lines.next().unwrap().split(' ').next().unwrap();
        for (column, kind) in lines.map_while(|line| line.strip_suffix(',')?.split_once(" -> ")) {
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let kind = inner.unwrap_or(kind).to_owned();
            columns.insert((name.to_owned(), column.to_owned(), kind, inner.is_some()));
        }
    }
    columns
}

/// The columns that the migrations made.
fn migrated(conn: &mut Conn) -> DbResult<BTreeSet<Column>> {
    let query = if conn.is_postgres() {
        "SELECT table_name, column_name, data_type, CASE is_nullable WHEN 'YES' THEN 1::bigint ELSE 0 END \
         FROM information_schema.columns WHERE table_schema = 'public'"
    } else {
        "SELECT m.name, c.name, c.type, 1 - c.\"notnull\" FROM sqlite_master m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
    };
    let rows = Sql::<(Text, Text, Text, BigInt)>::new(query).load::<(String, String, String, i64)>(conn)?;
    let own = rows.into_iter().filter(|(table, ..)| table != "__diesel_schema_migrations");
    Ok(own.map(|(table, column, kind, null)| (table, column, rust_type(&kind), null == 1)).collect())
}

fn rust_type(kind: &str) -> String {
    match kind.to_lowercase().as_str() {
        "bigint" => "BigInt",
        "integer" => "Integer",
        "smallint" => "SmallInt",
        "text" => "Text",
        "blob" | "bytea" => "Binary",
        "boolean" => "Bool",
        "date" => "Date",
        "double" | "double precision" => "Double",
        other => panic!("a type that neither database should have: {other}"),
    }
    .to_owned()
}

async fn the_tables_are_those_that_the_code_knows(test: TestDatabase) {
    let (declared, migrated) = (declared(), test.open().read(migrated).await.unwrap());
    assert!(declared.len() > 100);
    let only = |one: &BTreeSet<Column>, other: &BTreeSet<Column>| -> Vec<Column> {
        one.difference(other).cloned().collect()
    };
    assert_eq!(only(&declared, &migrated), [], "only in schema.rs");
    assert_eq!(only(&migrated, &declared), [], "only in the database");
}

/// Names and definitions of all indexes.
fn indexes(conn: &mut Conn) -> DbResult<BTreeSet<String>> {
    let query = if conn.is_postgres() {
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    } else {
        "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE type IN ('index', 'trigger', 'table')"
    };
    let rows = Sql::<(Text,)>::new(query).load::<(String,)>(conn)?;
    Ok(rows.into_iter().map(|(index,)| index).collect())
}

async fn what_was_taken_back_and_done_again_is_the_same(test: TestDatabase) {
    let look = |conn: &mut Conn| Ok((migrated(conn)?, indexes(conn)?));
    let before = test.open().read(look).await.unwrap();
    revert_all(&test.target()).unwrap();
    assert_eq!(test.open().read(migrated).await.unwrap(), BTreeSet::new(), "nothing is left behind");
    Db::open(test.target()).unwrap();
    assert_eq!(test.open().read(look).await.unwrap(), before);
}

on_both!(the_tables_are_those_that_the_code_knows, what_was_taken_back_and_done_again_is_the_same);
