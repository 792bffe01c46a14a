//! Sums by indicator, added up while SQLite reads rows in the order of their key.
//!
//! SQLite groups by sorting: for the 150,000 totals of a country's month that takes longer than reading them. This
//! function keeps the sums of all indicators of a group at once, so that grouping by province alone is enough, and the
//! provinces come in the order of an index. PostgreSQL groups by hashing and needs no such help.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use diesel::sqlite::SqliteAggregateFunction;

use super::{DbError, DbResult};
use crate::domain::indicator::IndicatorId;

#[diesel::declare_sql_function]
extern "SQL" {
    #[aggregate]
    fn tally(indicator: Integer, figure: BigInt, stated: BigInt) -> Binary;
}

/// Sums by indicator in ascending order: figure, and how many hamlets state one.
#[derive(Default)]
struct Tally {
    sums: Vec<(IndicatorId, i64, i64)>,
    /// Where the next row probably belongs: within a commune they come in order.
    next: usize,
}

impl Tally {
    fn place(&mut self, indicator: IndicatorId) -> usize {
        if self.sums.get(self.next).is_some_and(|sum| sum.0 == indicator) {
            return self.next;
        }
        match self.sums.binary_search_by_key(&indicator, |sum| sum.0) {
            Ok(at) => at,
            Err(at) => {
                self.sums.insert(at, (indicator, 0, 0));
                at
            }
        }
    }
}

impl SqliteAggregateFunction<(i32, i64, i64)> for Tally {
    type Output = Vec<u8>;

    fn step(&mut self, (indicator, figure, stated): (i32, i64, i64)) {
        let at = self.place(indicator);
        if let Some(sum) = self.sums.get_mut(at) {
            sum.1 = sum.1.saturating_add(figure);
            sum.2 = sum.2.saturating_add(stated);
        }
        self.next = at + 1;
    }

    fn finalize(tally: Option<Self>) -> Vec<u8> {
        let sums = tally.unwrap_or_default().sums.into_iter();
        sums.flat_map(|(indicator, figure, stated)| [i64::from(indicator), figure, stated])
            .flat_map(i64::to_be_bytes)
            .collect()
    }
}

/// Makes `tally` known to a connection.
pub(super) fn register(conn: &mut SqliteConnection) -> QueryResult<()> {
    tally_utils::register_impl::<Tally, _, _, _>(conn)
}

/// Indicator, figure, and how many hamlets state one, out of what `tally` answered: three big-endian
/// numbers each.
pub(super) fn read(bytes: &[u8]) -> DbResult<Vec<(IndicatorId, i64, i64)>> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    let numbers: Vec<i64> = numbers.iter().map(|bytes| i64::from_be_bytes(*bytes)).collect();
    let (triples, more) = numbers.as_chunks::<3>();
    if !rest.is_empty() || !more.is_empty() {
        return Err(DbError::Corrupt("a tally"));
    }
    let triple = |[indicator, figure, stated]: &[i64; 3]| {
        let indicator = i32::try_from(*indicator).map_err(|_| DbError::Corrupt("a tally"))?;
        Ok((indicator, *figure, *stated))
    };
    triples.iter().map(triple).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_adds_up_by_indicator() {
        let mut tally = Tally::default();
        for row in [(2, 5, 1), (1, 3, 2), (2, 1, 1), (7, 4, 1), (1, 1, 1), (2, 1, 1), (7, 1, 1)] {
            tally.step(row);
        }
        assert_eq!(read(&Tally::finalize(Some(tally))).unwrap(), [(1, 4, 3), (2, 7, 3), (7, 5, 2)]);
        assert_eq!(read(&Tally::finalize(None)).unwrap(), []);
        assert!(read(&[0; 23]).is_err());
    }
}
