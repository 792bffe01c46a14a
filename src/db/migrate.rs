//! Bringing the schema up to date: migrations are embedded in the program, a set per backend.

use diesel::RunQueryDsl;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::DbError;
use super::conn::{Conn, Target};
use super::seed;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Held by whoever migrates a PostgreSQL database, so that two servers that start at once do not both try.
const MIGRATION_LOCK: i64 = 0x62_696e_6879;

/// Why the schema is not up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Open(#[from] diesel::ConnectionError),
    /// A migration failed; it was rolled back.
    #[error("a migration failed and was rolled back: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
    /// The folder of the embedded database cannot be made.
    #[error("the folder of the database cannot be made: {0}")]
    Folder(#[from] std::io::Error),
    /// The data that comes with the program could not be written.
    #[error("the official units and indicators could not be written: {0}")]
    Seed(#[from] DbError),
}

/// Runs all pending migrations and writes the official units and indicators where they are missing; doing it again
/// changes nothing.
pub fn run(target: &Target) -> Result<(), MigrateError> {
    if let Target::Sqlite(path) = target
        && let Some(folder) = std::path::Path::new(path).parent()
    {
        std::fs::create_dir_all(folder)?;
    }
    let mut conn = target.open(false)?;
    locked(&mut conn, |conn| {
        match conn {
            Conn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(drop),
            Conn::Postgres(conn) => conn.run_pending_migrations(POSTGRES).map(drop),
        }
        .map_err(MigrateError::Migration)?;
        Ok(seed::run(conn)?)
    })
}

/// Takes back every migration: the database is empty afterwards. For tests and for starting over.
pub fn revert_all(target: &Target) -> Result<(), MigrateError> {
    match target.open(false)? {
        Conn::Sqlite(mut conn) => conn.revert_all_migrations(SQLITE).map(drop),
        Conn::Postgres(mut conn) => conn.revert_all_migrations(POSTGRES).map(drop),
    }
    .map_err(MigrateError::Migration)
}

/// Whether all migrations have been run.
pub fn schema_is_current(conn: &mut Conn) -> Result<bool, DbError> {
    // The library of migrations hides what the database says; this tells a connection that broke from a wrong schema.
    super::sql::Sql::<(diesel::sql_types::Integer,)>::new("SELECT 1").get_result::<(i32,)>(conn)?;
    let pending = match conn {
        Conn::Sqlite(conn) => conn.has_pending_migration(SQLITE),
        Conn::Postgres(conn) => conn.has_pending_migration(POSTGRES),
    };
    pending.map(|pending| !pending).map_err(|_| DbError::Corrupt("the table of migrations"))
}

fn locked(
    conn: &mut Conn,
    f: impl FnOnce(&mut Conn) -> Result<(), MigrateError>,
) -> Result<(), MigrateError> {
    use super::sql::Sql;
    if !conn.is_postgres() {
        return f(conn);
    }
    let lock = |conn: &mut Conn, text| {
        Sql::<()>::new(text).bind(MIGRATION_LOCK).sql(")").execute(conn).map_err(DbError::from)
    };
    lock(conn, "SELECT pg_advisory_lock(")?;
    let result = f(conn);
    lock(conn, "SELECT pg_advisory_unlock(")?;
    result
}

#[cfg(test)]
mod tests {
    use diesel::migration::{Migration, MigrationSource};

    use super::*;

    #[test]
    fn official_units_and_indicators_come_with_the_schema_and_only_once() {
        use diesel::sql_types::BigInt;
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(folder.path().join("data/test.db").display().to_string());
        run(&target).unwrap();
        run(&target).unwrap();
        let mut conn = target.open(true).unwrap();
        let mut count = |text| {
            let (count,) =
                super::super::sql::Sql::<(BigInt,)>::new(text).get_result::<(i64,)>(&mut conn).unwrap();
            count
        };
        assert_eq!(count("SELECT count(*) FROM indicator"), 45);
        assert_eq!(
            count("SELECT count(*) FROM unit WHERE kind = 'province' AND valid_to > '2026-01-01'"),
            34
        );
        assert_eq!(
            count("SELECT count(*) FROM unit WHERE kind = 'commune' AND valid_to > '2026-01-01'"),
            3_321
        );
        assert_eq!(
            count("SELECT count(*) FROM unit WHERE name LIKE 'Phường%' AND valid_to > '2026-01-01'"),
            697
        );
        assert_eq!(count("SELECT count(*) FROM unit_lineage"), 10_602);
        assert_eq!(
            count("SELECT count(*) FROM unit_lineage WHERE NOT main_successor AND extent = 'whole'"),
            0
        );
    }

    #[test]
    fn both_databases_have_the_same_migrations() {
        let names = |source: EmbeddedMigrations| -> Vec<String> {
            let sqlite: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = source.migrations().unwrap();
            sqlite.iter().map(|migration| migration.name().to_string()).collect()
        };
        assert_eq!(names(SQLITE), names(POSTGRES));
    }
}
