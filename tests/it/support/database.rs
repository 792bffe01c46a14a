//! A database per test, with the schema and the official units in it.

use std::path::PathBuf;
use std::sync::OnceLock;

use binhyen::db::{Db, Target};
use tempfile::TempDir;

use super::postgres;

/// A database that belongs to one test and is gone after it.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    target: Target,
    /// A folder for whatever a server keeps beside its database: the key, the spool.
    folder: TempDir,
}

impl TestDatabase {
    /// An embedded database: a copy of one that has been migrated once, since that takes longer than most tests.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("binhyen.db");
        std::fs::copy(sqlite_template(), &file).unwrap();
        let file = file.display().to_string();
        TestDatabase { url: format!("sqlite://{file}"), target: Target::Sqlite(file), folder }
    }

    /// A database in the cluster of this test run.
    pub fn postgres() -> Self {
        TestDatabase::in_cluster(postgres::shared())
    }

    /// A database in a cluster of the test's own, which may be stopped.
    pub fn in_cluster(cluster: &postgres::Cluster) -> Self {
        let url = cluster.fresh_database();
        TestDatabase { target: Target::Postgres(url.clone()), url, folder: tempfile::tempdir().unwrap() }
    }

    /// Another one of the same kind, empty, in the shared cluster.
    pub fn another(&self) -> Self {
        match self.target {
            Target::Sqlite(_) => TestDatabase::sqlite(),
            Target::Postgres(_) => TestDatabase::postgres(),
        }
    }

    /// What `database.url` must be to reach it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it is, as the program's modules take it.
    pub fn target(&self) -> Target {
        self.target.clone()
    }

    /// Opens it.
    pub fn open(&self) -> Db {
        Db::open_unmigrated(self.target())
    }

    /// A path in a folder that belongs to this test.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn sqlite_template() -> &'static PathBuf {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_folder, file) = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.db");
        Db::open(Target::Sqlite(file.display().to_string())).unwrap();
        let log = file.with_extension("db-wal");
        assert!(
            !log.exists(),
            "the template was not closed: copying the file alone would lose what is in its log"
        );
        (folder, file)
    });
    file
}
