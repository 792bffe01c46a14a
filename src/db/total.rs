//! Sums over the hamlets of a commune, kept by difference.

use std::collections::BTreeMap;

use super::DbResult;
use super::conn::Conn;
use super::insert::Inserts;
use super::sql::Bind;
use crate::domain::ids::UnitId;
use crate::domain::indicator::IndicatorId;

/// A cell of the totals: period number, commune, indicator. Its order is the order of locking.
pub type TotalKey = (i32, UnitId, IndicatorId);

/// By how much a total changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Difference {
    /// The sum of figures.
    pub figure: i64,
    /// The number of hamlets that state one.
    pub stated: i64,
}

/// Adds differences, in key order, so that two transactions never wait for each other in a circle.
pub fn add_to(inserts: &mut Inserts, differences: &BTreeMap<TotalKey, Difference>) {
    let changed = differences.iter().filter(|(_, difference)| **difference != Difference::default());
    let row = |((period, commune, indicator), difference): (&TotalKey, &Difference)| -> [Bind; 5] {
        [
            (*period).into(),
            (*commune).into(),
            (*indicator).into(),
            difference.figure.into(),
            difference.stated.into(),
        ]
    };
    inserts.add(
        "INSERT INTO total (period, commune_id, indicator_id, figure, stated)",
        changed.map(row),
        " ON CONFLICT (period, commune_id, indicator_id) DO UPDATE SET figure = total.figure + excluded.figure, \
         stated = total.stated + excluded.stated",
    );
}

/// The same by itself.
pub fn add(conn: &mut Conn, differences: &BTreeMap<TotalKey, Difference>) -> DbResult<()> {
    let mut inserts = Inserts::default();
    add_to(&mut inserts, differences);
    inserts.run(conn)
}
