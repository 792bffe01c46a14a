//! Runs: stretches of time, one after the other, each planned once.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable};

use super::super::DbResult;
use super::super::conn::Conn;
use super::super::lock;
use super::super::sql::Sql;

/// Under which servers take turns.
const LOCK: i64 = 0x7265_6d69_6e64;

/// A run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Its id; later runs have larger ones.
    pub id: i64,
    /// Its moments lie after this, microseconds UTC.
    pub after_at: i64,
    /// Its last moment.
    pub until_at: i64,
    /// When all of its rows were there.
    pub filled_at: Option<i64>,
    /// When all of its texts were planned.
    pub planned_at: Option<i64>,
}

/// Lets no other server begin, fill or finish a run until the transaction ends.
pub fn lock(conn: &mut Conn) -> DbResult<()> {
    lock::units(conn, &[LOCK])
}

/// The last run.
pub fn last(conn: &mut Conn) -> DbResult<Option<Run>> {
    type Row = (i64, i64, i64, Option<i64>, Option<i64>);
    let rows = Sql::<(BigInt, BigInt, BigInt, Nullable<BigInt>, Nullable<BigInt>)>::new(
        "SELECT id, after_at, until_at, filled_at, planned_at FROM reminder_run ORDER BY until_at DESC LIMIT 1",
    )
    .load::<Row>(conn)?;
    let run = |(id, after_at, until_at, filled_at, planned_at): Row| Run {
        id,
        after_at,
        until_at,
        filled_at,
        planned_at,
    };
    Ok(rows.into_iter().next().map(run))
}

/// The runs after `id`, the earliest first.
pub fn later(conn: &mut Conn, id: i64) -> DbResult<Vec<i64>> {
    let query = Sql::<(BigInt,)>::new("SELECT id FROM reminder_run WHERE id > ").bind(id).sql(" ORDER BY id");
    Ok(query.load::<(i64,)>(conn)?.into_iter().map(|(id,)| id).collect())
}

/// Begins a run.
pub fn begin(conn: &mut Conn, run: &Run) -> DbResult<()> {
    Sql::new("INSERT INTO reminder_run (id, after_at, until_at, filled_at, planned_at) VALUES ")
        .rows([[
            run.id.into(),
            run.after_at.into(),
            run.until_at.into(),
            run.filled_at.into(),
            run.planned_at.into(),
        ]])
        .run(conn)?;
    Ok(())
}

/// All rows of a run are there.
pub fn fill(conn: &mut Conn, id: i64, now: i64) -> DbResult<()> {
    Sql::new("UPDATE reminder_run SET filled_at = ").bind(now).sql(" WHERE id = ").bind(id).run(conn)?;
    Ok(())
}

/// All texts of a run are planned.
pub fn finish(conn: &mut Conn, id: i64, now: i64) -> DbResult<()> {
    Sql::new("UPDATE reminder_run SET planned_at = ").bind(now).sql(" WHERE id = ").bind(id).run(conn)?;
    Ok(())
}
