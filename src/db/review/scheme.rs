//! Review schemes that were loaded as files.

use diesel::RunQueryDsl;
use diesel::sql_types::Text;

use super::super::DbResult;
use super::super::conn::Conn;
use super::super::sql::Sql;

/// Keeps a file that was loaded at `at`, real time.
pub fn insert(conn: &mut Conn, id: i64, code: &str, source: &str, at: i64) -> DbResult<()> {
    Sql::new("INSERT INTO review_scheme (id, code, source, loaded_at) VALUES ")
        .rows([[id.into(), code.into(), source.into(), at.into()]])
        .run(conn)?;
    Ok(())
}

/// The files that stand, the last of each code, in the order of loading.
pub fn sources(conn: &mut Conn) -> DbResult<Vec<String>> {
    let rows = Sql::<(Text,)>::new(
        "SELECT s.source FROM review_scheme s WHERE s.id = (SELECT max(l.id) FROM review_scheme l WHERE l.code = s.code) \
         ORDER BY s.id",
    )
    .load::<(String,)>(conn)?;
    Ok(rows.into_iter().map(|(source,)| source).collect())
}
