//! Multi-row statements of a few fixed sizes, for SQLite.
//!
//! They go to SQLite's connection itself: through the enum over both databases every value is boxed, and a text of ten
//! figures has two hundred values.

use chrono::{Datelike, NaiveDate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Bool, Date, Double, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

use super::Table;
use crate::db::sql::{Bind, pieces};
use crate::db::{DbError, DbResult};

pub(super) fn run(conn: &mut SqliteConnection, mut table: Table) -> DbResult<()> {
    write_days_out(&mut table.binds);
    let Table { into, on_conflict, .. } = table;
    let rows: Vec<&[Bind]> = table.binds.chunks_exact(table.width.max(1)).collect();
    let (expected, mut written) = (rows.len(), 0);
    for rows in pieces(&rows) {
        written += Piece { into, on_conflict, rows }.execute(conn)?;
    }
    if table.all && written < expected { Err(DbError::Overtaken) } else { Ok(()) }
}

/// Days are texts on SQLite. Those of a batch are few, and formatting one takes longer than all else about it.
fn write_days_out(binds: &mut [Bind]) {
    let mut last: Option<(NaiveDate, String)> = None;
    for bind in binds {
        let Bind::Day(day) = bind else { continue };
        let text = day.map(|day| match &last {
            Some((same, text)) if *same == day => text.clone(),
            _ => last.insert((day, iso(day))).1.clone(),
        });
        *bind = Bind::Text(text);
    }
}

fn iso(day: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// Some rows of a table: the same text for the same number of them, so that it is prepared once.
struct Piece<'p> {
    into: &'static str,
    on_conflict: &'static str,
    rows: &'p [&'p [Bind]],
}

impl QueryFragment<Sqlite> for Piece<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.into);
        for (number, row) in self.rows.iter().enumerate() {
            out.push_sql(if number == 0 { " VALUES (" } else { "),(" });
            for (number, bind) in row.iter().enumerate() {
                if number > 0 {
                    out.push_sql(",");
                }
                push(&mut out, bind)?;
            }
        }
        out.push_sql(")");
        out.push_sql(self.on_conflict);
        Ok(())
    }
}

fn push<'b>(out: &mut AstPass<'_, 'b, Sqlite>, bind: &'b Bind) -> QueryResult<()> {
    match bind {
        Bind::Big(value) => out.push_bind_param::<Nullable<BigInt>, _>(value),
        Bind::Int(value) => out.push_bind_param::<Nullable<Integer>, _>(value),
        Bind::Text(value) => out.push_bind_param::<Nullable<Text>, _>(value),
        Bind::Bytes(value) => out.push_bind_param::<Nullable<Binary>, _>(value),
        Bind::Bool(value) => out.push_bind_param::<Bool, _>(value),
        Bind::Day(value) => out.push_bind_param::<Nullable<Date>, _>(value),
        Bind::Double(value) => out.push_bind_param::<Nullable<Double>, _>(value),
    }
}

impl QueryId for Piece<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for Piece<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::unit::{ALWAYS, FOREVER};

    #[test]
    fn days_are_written_as_sqlite_knows_them() {
        let days = [ALWAYS, FOREVER, NaiveDate::from_ymd_opt(2026, 3, 4).unwrap()];
        for day in days {
            assert_eq!(iso(day), day.to_string());
        }
        let mut binds = vec![Bind::from(days[2]), Bind::Day(None), Bind::from(days[2]), Bind::from(ALWAYS)];
        write_days_out(&mut binds);
        let texts: Vec<_> = binds.iter().map(|bind| format!("{bind:?}")).collect();
        let day = "Text(Some(\"2026-03-04\"))";
        assert_eq!(texts, [day, "Text(None)", day, &format!("Text(Some(\"{ALWAYS}\"))")]);
    }
}
