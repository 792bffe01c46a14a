//! What providers know incoming texts by, where a reply must name it.

use diesel::RunQueryDsl;
use diesel::sql_types::Text;

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use crate::crypto::Digest;

/// Remembers what the provider knows the text with this key by; what was remembered before stays.
pub fn remember(conn: &mut Conn, dedupe_key: Digest, reference: &str, now: i64) -> DbResult<()> {
    Sql::new("INSERT INTO provider_reference (dedupe_key, reference, created_at) VALUES ")
        .rows([[dedupe_key.into(), reference.into(), now.into()]])
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// What the provider knows `message` by.
pub fn of_message(conn: &mut Conn, message: i64) -> DbResult<Option<String>> {
    let query = Sql::<(Text,)>::new(
        "SELECT r.reference FROM message m JOIN provider_reference r ON r.dedupe_key = m.dedupe_key WHERE m.id = ",
    );
    Ok(query.bind(message).load::<(String,)>(conn)?.pop().map(|row| row.0))
}

/// Forgets those that were remembered before `before` (microseconds UTC): their replies have gone.
pub fn forget(conn: &mut Conn, before: i64) -> DbResult<usize> {
    Ok(Sql::new("DELETE FROM provider_reference WHERE created_at < ").bind(before).run(conn)?)
}
