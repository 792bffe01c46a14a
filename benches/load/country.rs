//! Hamlets for the whole country: 90,000 under the official communes.

use binhyen::db::unit::{self, ALWAYS, FOREVER, Unit};
use binhyen::db::{Conn, DbResult};
use chrono::NaiveDate;

/// Hamlets of a commune: 90,000 in the country.
pub const HAMLETS: i64 = 27;

/// The communes of today's provinces.
pub fn all_communes(conn: &mut Conn) -> DbResult<Vec<Unit>> {
    let day = NaiveDate::from_ymd_opt(2026, 3, 14).unwrap();
    let mut communes = Vec::new();
    for province in unit::children(conn, None, day, "", 100)? {
        communes.extend(unit::children(conn, Some(province.id), day, "", 1_000)?);
    }
    Ok(communes)
}

/// The hamlets of a commune.
pub fn hamlets_of(commune: &Unit) -> Vec<Unit> {
    let hamlet = |number: i64| Unit {
        id: 100_000_000_000 + commune.id * 100 + number,
        code: format!("{}{number:03}", commune.code),
        kind: "hamlet".to_owned(),
        parent_id: Some(commune.id),
        name: format!("Thôn {number}"),
        valid_from: ALWAYS,
        valid_to: FOREVER,
        ..commune.clone()
    };
    (1..=HAMLETS).map(hamlet).collect()
}
