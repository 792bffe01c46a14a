//! The rows that a transaction writes into several tables, in as few statements as the database allows: one for all of
//! them on PostgreSQL, where every round trip counts; multi-row statements of a few fixed sizes on SQLite.

mod in_pieces;

use chrono::NaiveDate;
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Date, Double, Integer, Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};

use super::conn::Conn;
use super::sql::Bind;
use super::{DbError, DbResult};

/// Rows of one statement on PostgreSQL at most; more of them go table by table.
const MOST: usize = 4_096;

/// Rows to be inserted, table by table.
#[derive(Debug, Default)]
pub struct Inserts {
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    into: &'static str,
    on_conflict: &'static str,
    /// Whether a row that is not written means that another server was faster.
    all: bool,
    /// Values of one row.
    width: usize,
    /// The values of all rows, row by row.
    binds: Vec<Bind>,
}

impl Table {
    fn new<const N: usize>(
        into: &'static str,
        rows: impl Iterator<Item = [Bind; N]>,
        on_conflict: &'static str,
        all: bool,
    ) -> Self {
        Table { into, on_conflict, all, width: N, binds: rows.flatten().collect() }
    }

    fn rows(&self) -> usize {
        self.binds.len() / self.width.max(1)
    }
}

impl Inserts {
    /// `rows` go `into` a table, given as `INSERT INTO table (columns)`; `on_conflict` is the rest of the statement.
    pub(super) fn add<const N: usize>(
        &mut self,
        into: &'static str,
        rows: impl Iterator<Item = [Bind; N]>,
        on_conflict: &'static str,
    ) {
        self.push(Table::new(into, rows, on_conflict, false));
    }

    /// The same where each row must be new: else [`run`](Self::run) fails as overtaken.
    pub(super) fn add_new<const N: usize>(
        &mut self,
        into: &'static str,
        rows: impl Iterator<Item = [Bind; N]>,
    ) {
        self.push(Table::new(into, rows, " ON CONFLICT DO NOTHING", true));
    }

    fn push(&mut self, table: Table) {
        if !table.binds.is_empty() {
            self.tables.push(table);
        }
    }

    /// Inserts all of it.
    pub fn run(self, conn: &mut Conn) -> DbResult<()> {
        match conn {
            Conn::Postgres(conn) => run_on_postgres(conn, self.tables),
            Conn::Sqlite(conn) => self.tables.into_iter().try_for_each(|table| in_pieces::run(conn, table)),
        }
    }
}

fn run_on_postgres(conn: &mut PgConnection, tables: Vec<Table>) -> DbResult<()> {
    if tables.iter().all(|table| table.rows() <= MOST) {
        return run_parts(conn, tables.into_iter().map(Part::from).collect());
    }
    for mut table in tables {
        while !table.binds.is_empty() {
            let rest = table.binds.split_off(table.binds.len().min(MOST * table.width));
            let binds = std::mem::replace(&mut table.binds, rest);
            run_parts(conn, vec![Part::from(Table { binds, ..table })])?;
        }
    }
    Ok(())
}

fn run_parts(conn: &mut PgConnection, parts: Vec<Part>) -> DbResult<()> {
    if parts.is_empty() {
        return Ok(());
    }
    let expected: usize = parts.iter().filter(|part| part.all).map(|part| part.rows).sum();
    let written: i64 = Together { parts }.get_result(conn)?;
    if usize::try_from(written) == Ok(expected) { Ok(()) } else { Err(DbError::Overtaken) }
}

/// The rows of one table, column by column.
#[derive(Debug)]
struct Part {
    into: &'static str,
    on_conflict: &'static str,
    all: bool,
    rows: usize,
    columns: Vec<Column>,
}

impl From<Table> for Part {
    fn from(table: Table) -> Self {
        let (rows, width) = (table.rows(), table.width.max(1));
        let Table { into, on_conflict, all, binds, .. } = table;
        let mut columns: Vec<Column> =
            binds.iter().take(width).map(|bind| Column::like(bind, rows)).collect();
        let mut binds = binds.into_iter();
        for _ in 0..rows {
            for (column, bind) in columns.iter_mut().zip(binds.by_ref()) {
                column.push(bind);
            }
        }
        Part { into, on_conflict, all, rows, columns }
    }
}

/// A column of a table as an array.
#[derive(Debug)]
enum Column {
    Big(Vec<Option<i64>>),
    Int(Vec<Option<i32>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Bool(Vec<bool>),
    Day(Vec<Option<NaiveDate>>),
    Double(Vec<Option<f64>>),
}

impl Column {
    fn like(bind: &Bind, rows: usize) -> Self {
        match bind {
            Bind::Big(_) => Column::Big(Vec::with_capacity(rows)),
            Bind::Int(_) => Column::Int(Vec::with_capacity(rows)),
            Bind::Text(_) => Column::Text(Vec::with_capacity(rows)),
            Bind::Bytes(_) => Column::Bytes(Vec::with_capacity(rows)),
            Bind::Bool(_) => Column::Bool(Vec::with_capacity(rows)),
            Bind::Day(_) => Column::Day(Vec::with_capacity(rows)),
            Bind::Double(_) => Column::Double(Vec::with_capacity(rows)),
        }
    }

    /// A table's rows have the same types; a column that is too short fails the statement.
    fn push(&mut self, bind: Bind) {
        match (self, bind) {
            (Column::Big(column), Bind::Big(value)) => column.push(value),
            (Column::Int(column), Bind::Int(value)) => column.push(value),
            (Column::Text(column), Bind::Text(value)) => column.push(value),
            (Column::Bytes(column), Bind::Bytes(value)) => column.push(value),
            (Column::Bool(column), Bind::Bool(value)) => column.push(value),
            (Column::Day(column), Bind::Day(value)) => column.push(value),
            (Column::Double(column), Bind::Double(value)) => column.push(value),
            _ => {}
        }
    }

    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Column::Big(column) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(column),
            Column::Int(column) => out.push_bind_param::<Array<Nullable<Integer>>, _>(column),
            Column::Text(column) => out.push_bind_param::<Array<Nullable<Text>>, _>(column),
            Column::Bytes(column) => out.push_bind_param::<Array<Nullable<Binary>>, _>(column),
            Column::Bool(column) => out.push_bind_param::<Array<Bool>, _>(column),
            Column::Day(column) => out.push_bind_param::<Array<Nullable<Date>>, _>(column),
            Column::Double(column) => out.push_bind_param::<Array<Nullable<Double>>, _>(column),
        }
    }
}

/// One statement that inserts into every table and answers how many rows it wrote of those that had to be new.
#[derive(Debug)]
struct Together {
    parts: Vec<Part>,
}

/// What the parts are called within the statement.
const NAMES: [&str; 10] = ["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10"];

impl QueryFragment<Pg> for Together {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (number, (part, name)) in self.parts.iter().zip(NAMES).enumerate() {
            out.push_sql(if number == 0 { "WITH " } else { ", " });
            out.push_sql(name);
            out.push_sql(" AS (");
            out.push_sql(part.into);
            out.push_sql(" SELECT * FROM UNNEST(");
            for (number, column) in part.columns.iter().enumerate() {
                if number > 0 {
                    out.push_sql(", ");
                }
                column.bind(&mut out)?;
            }
            out.push_sql(")");
            out.push_sql(part.on_conflict);
            out.push_sql(" RETURNING 1)");
        }
        out.push_sql(" SELECT CAST(0 AS BIGINT)");
        for (_, name) in self.parts.iter().zip(NAMES).filter(|(part, _)| part.all) {
            out.push_sql(" + (SELECT count(*) FROM ");
            out.push_sql(name);
            out.push_sql(")");
        }
        Ok(())
    }
}

impl QueryId for Together {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Together {
    type SqlType = BigInt;
}

impl RunQueryDsl<PgConnection> for Together {}
