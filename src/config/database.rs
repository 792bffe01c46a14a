//! `[database]` and `[keys]`: where the data is kept and the key that it is encrypted with.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use super::secret::HIDDEN;
use super::section::Section;

/// `[database]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Database {
    /// Where the data is kept.
    pub url: DatabaseUrl,
}

/// `[keys]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Keys {
    /// The file with the data key; made at the first start.
    pub file: PathBuf,
}

/// Which database, and where.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The embedded database in this file (`sqlite://PATH`).
    Sqlite(PathBuf),
    /// PostgreSQL at this URL, as libpq reads it; the password may be part of it.
    Postgres(String),
}

impl Database {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        Some(Database { url: section.parsed("url", DatabaseUrl::parse)? })
    }
}

impl Keys {
    pub(super) fn read(section: &mut Section, database: Option<&DatabaseUrl>) -> Option<Self> {
        let file = section.optional("file", path)?;
        Some(Keys { file: file.unwrap_or_else(|| beside(database, "key")) })
    }
}

impl DatabaseUrl {
    /// Reads `sqlite://PATH` or `postgres://…`; the error says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return sqlite(path);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return postgres(text);
        }
        Err("write sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME".to_owned())
    }
}

fn sqlite(path: &str) -> Result<DatabaseUrl, String> {
    if path.is_empty() || path.ends_with('/') || path.contains(":memory:") {
        return Err(
            "write the path of a file behind sqlite://, for example sqlite://data/binhyen.db".to_owned()
        );
    }
    Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
}

fn postgres(url: &str) -> Result<DatabaseUrl, String> {
    let encrypted = ["sslmode=require", "sslmode=verify"].iter().any(|mode| url.contains(mode));
    if encrypted && !cfg!(feature = "postgres-tls") {
        return Err("this program was built without TLS to PostgreSQL; build it with \
                    `--features postgres-tls` or leave sslmode out"
            .to_owned());
    }
    Ok(DatabaseUrl::Postgres(url.to_owned()))
}

/// Beside the embedded database with another extension; in `data/` when the database is elsewhere.
pub(super) fn beside(database: Option<&DatabaseUrl>, extension: &str) -> PathBuf {
    match database {
        Some(DatabaseUrl::Sqlite(file)) => file.with_extension(extension),
        Some(DatabaseUrl::Postgres(_)) | None => Path::new("data/binhyen").with_extension(extension),
    }
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.trim().is_empty() { Err("write a path".to_owned()) } else { Ok(PathBuf::from(text)) }
}

/// The URL without its password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(file) => write!(f, "sqlite://{}", file.display()),
            DatabaseUrl::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Hides the password in the authority and in parameters such as `?password=`. The user ends at the last `@`, so that
/// a password with an unescaped `@` or `/` in it is hidden whole.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return HIDDEN.to_owned() };
    let (rest, parameters) = rest.split_once('?').map_or((rest, None), |(rest, text)| (rest, Some(text)));
    let rest = match rest.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((name, _)) => format!("{name}:{HIDDEN}@{host}"),
            None => format!("{user}@{host}"),
        },
        None => rest.to_owned(),
    };
    let parameters = parameters.map_or_else(String::new, |text| {
        let shown: Vec<String> = text.split('&').map(shown_parameter).collect();
        format!("?{}", shown.join("&"))
    });
    format!("{scheme}://{rest}{parameters}")
}

fn shown_parameter(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((name, _)) if name.contains("password") => format!("{name}={HIDDEN}"),
        _ => parameter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_url_prints_without_its_password() {
        for (url, shown) in [
            ("postgres://u:p@h:5432/d", "postgres://u:(hidden)@h:5432/d"),
            ("postgres://u:p/@ss@h/d", "postgres://u:(hidden)@h/d"),
            ("postgresql://u@h/d?application_name=x", "postgresql://u@h/d?application_name=x"),
            ("postgres:///d?host=/tmp&password=geheim", "postgres:///d?host=/tmp&password=(hidden)"),
            ("sqlite:///var/lib/b.db", "sqlite:///var/lib/b.db"),
        ] {
            let parsed = DatabaseUrl::parse(url).unwrap();
            assert_eq!(format!("{parsed}"), shown);
            assert_eq!(format!("{parsed:?}"), shown);
        }
    }

    #[test]
    fn a_database_url_that_cannot_work_is_refused() {
        for url in ["", "data/b.db", "mysql://h/d", "sqlite://", "sqlite://:memory:", "sqlite://data/"] {
            assert!(DatabaseUrl::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn tls_to_postgresql_is_refused_by_a_program_without_it() {
        let parsed = DatabaseUrl::parse("postgres://u@h/d?sslmode=verify-full");
        assert_eq!(parsed.is_ok(), cfg!(feature = "postgres-tls"));
    }
}
