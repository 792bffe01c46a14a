//! One SQL text for both databases, with its values bound in order.
//!
//! diesel's own language does not offer multi-row inserts and upserts over both backends at once; this is the one
//! place that does. Placeholders are written by the backend as values are bound, and the statement cache is keyed by
//! the text, so multi-row statements come in a few fixed sizes ([`Sql::rows`], [`padded`]).

use std::marker::PhantomData;

use chrono::NaiveDate;
use diesel::QueryResult;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Date, Double, Integer, Nullable, Text};

use super::conn::{AnyBackend, Conn};

/// A value to bind.
#[derive(Debug, Clone)]
pub enum Bind {
    /// BIGINT.
    Big(Option<i64>),
    /// INTEGER.
    Int(Option<i32>),
    /// TEXT.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
    /// BOOLEAN.
    Bool(bool),
    /// DATE.
    Day(Option<NaiveDate>),
    /// DOUBLE.
    Double(Option<f64>),
}

macro_rules! bind_from {
    ($($type:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$type> for Bind {
            fn from(value: $type) -> Self {
                Bind::$variant(Some(value))
            }
        }
        impl From<Option<$type>> for Bind {
            fn from(value: Option<$type>) -> Self {
                Bind::$variant(value)
            }
        }
    )+};
}

bind_from! { i64 => Big, i32 => Int, String => Text, Vec<u8> => Bytes, NaiveDate => Day, f64 => Double }

impl Bind {
    /// NULL of the same type.
    fn nothing(&self) -> Bind {
        match self {
            Bind::Big(_) => Bind::Big(None),
            Bind::Int(_) => Bind::Int(None),
            Bind::Text(_) => Bind::Text(None),
            Bind::Bytes(_) | Bind::Bool(_) => Bind::Bytes(None),
            Bind::Day(_) => Bind::Day(None),
            Bind::Double(_) => Bind::Double(None),
        }
    }
}

impl From<bool> for Bind {
    fn from(value: bool) -> Self {
        Bind::Bool(value)
    }
}

impl From<&str> for Bind {
    fn from(value: &str) -> Self {
        Bind::Text(Some(value.to_owned()))
    }
}

impl From<[u8; 32]> for Bind {
    fn from(value: [u8; 32]) -> Self {
        Bind::Bytes(Some(value.to_vec()))
    }
}

#[derive(Debug, Clone)]
enum Piece {
    Text(&'static str),
    Bind(Bind),
}

/// An SQL text with values in it; `ST` are the SQL types of the columns that it answers, a tuple.
#[derive(Debug, Clone)]
pub struct Sql<ST = ()> {
    pieces: Vec<Piece>,
    columns: PhantomData<ST>,
}

impl<ST> Sql<ST> {
    /// Begins with `text`.
    pub fn new(text: &'static str) -> Self {
        Sql { pieces: vec![Piece::Text(text)], columns: PhantomData }
    }

    /// Goes on with `text`.
    pub fn sql(mut self, text: &'static str) -> Self {
        self.pieces.push(Piece::Text(text));
        self
    }

    /// Goes on with a value.
    pub fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.pieces.push(Piece::Bind(value.into()));
        self
    }

    /// Goes on with `(a, b, …), (…)`, a group per row.
    pub fn rows<const N: usize>(mut self, rows: impl IntoIterator<Item = [Bind; N]>) -> Self {
        for (number, row) in rows.into_iter().enumerate() {
            self.pieces.push(Piece::Text(if number == 0 { "(" } else { ", (" }));
            self = self.list(row).sql(")");
        }
        self
    }

    /// Goes on with `a, b, …`.
    pub fn list(mut self, values: impl IntoIterator<Item = Bind>) -> Self {
        for (number, value) in values.into_iter().enumerate() {
            if number > 0 {
                self.pieces.push(Piece::Text(", "));
            }
            self.pieces.push(Piece::Bind(value));
        }
        self
    }
}

impl Sql<()> {
    /// Runs a statement that answers no rows; the number of rows that it touched.
    pub fn run(self, conn: &mut Conn) -> QueryResult<usize> {
        RunQueryDsl::execute(self, conn)
    }
}

impl<ST> QueryFragment<AnyBackend> for Sql<ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, AnyBackend>) -> QueryResult<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_sql(text),
                Piece::Bind(Bind::Big(value)) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Piece::Bind(Bind::Int(value)) => out.push_bind_param::<Nullable<Integer>, _>(value)?,
                Piece::Bind(Bind::Text(value)) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Piece::Bind(Bind::Bytes(value)) => out.push_bind_param::<Nullable<Binary>, _>(value)?,
                Piece::Bind(Bind::Bool(value)) => out.push_bind_param::<Bool, _>(value)?,
                Piece::Bind(Bind::Day(value)) => out.push_bind_param::<Nullable<Date>, _>(value)?,
                Piece::Bind(Bind::Double(value)) => out.push_bind_param::<Nullable<Double>, _>(value)?,
            }
        }
        Ok(())
    }
}

impl<ST> QueryId for Sql<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Sql<ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<Conn> for Sql<ST> {}

/// The sizes in which multi-row statements are made.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];

/// Cuts `rows` into pieces of the fixed sizes, in order.
pub fn pieces<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (piece, after) = rest.split_at(size);
        rest = after;
        Some(piece)
    })
}

/// `values` for an `IN (…)` list, filled up to a fixed size by repeating the last one, at most 256 at a time.
pub fn padded<T: Clone + Into<Bind>>(values: &[T]) -> impl Iterator<Item = Vec<Bind>> {
    values.chunks(256).map(|chunk| {
        let size = SIZES.into_iter().rev().find(|size| *size >= chunk.len()).unwrap_or(256);
        let last = chunk.last().cloned();
        chunk.iter().cloned().chain(last.into_iter().cycle()).take(size).map(Into::into).collect()
    })
}

/// Keys for `FROM (VALUES (…), (…)) AS wanted CROSS JOIN … WHERE … = wanted.column1`, filled up to a fixed size with NULL, which
/// meets nothing; give each key once. Joined like this, PostgreSQL looks up key by key whatever it knows of a table;
/// with `IN (…)` on a key that is not unique and no statistics it prefers to walk the table. On SQLite CROSS JOIN keeps the
/// order of the loops.
pub fn wanted<T: Clone + Into<Bind>>(keys: &[T]) -> impl Iterator<Item = Vec<[Bind; 1]>> {
    keys.chunks(256).map(|chunk| {
        let size = SIZES.into_iter().rev().find(|size| *size >= chunk.len()).unwrap_or(256);
        let binds: Vec<Bind> = chunk.iter().cloned().map(Into::into).collect();
        let nothing = binds.first().map(Bind::nothing);
        let filling = nothing.into_iter().cycle().take(size - chunk.len());
        binds.into_iter().chain(filling).map(|bind| [bind]).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_fixed_sizes_in_order() {
        let rows: Vec<i32> = (0..406).collect();
        let cut: Vec<Vec<i32>> = pieces(&rows).map(<[i32]>::to_vec).collect();
        assert_eq!(cut.iter().map(Vec::len).collect::<Vec<_>>(), [256, 64, 64, 16, 4, 1, 1]);
        assert_eq!(cut.concat(), rows);
        assert_eq!(pieces::<i32>(&[]).count(), 0);
    }

    #[test]
    fn lists_are_filled_up_to_a_fixed_size() {
        assert_eq!(padded(&[1_i64, 2, 3]).map(|list| list.len()).collect::<Vec<_>>(), [4]);
        assert_eq!(
            padded(&(0..326_i64).collect::<Vec<_>>()).map(|list| list.len()).collect::<Vec<_>>(),
            [256, 256]
        );
        assert_eq!(padded::<i64>(&[]).count(), 0);
    }
}
