//! The review schemes of the installation: those that ship with the program, and those that were loaded.

use crate::db::review::scheme;
use crate::db::unit::{self, Unit};
use crate::db::{Conn, Db, DbError, DbResult};
use crate::domain::indicator::Catalogue;
use crate::domain::review::{SchemeFile, Schemes};

/// The schemes, the earliest first.
pub async fn all(db: &Db, catalogue: &Catalogue) -> DbResult<Schemes> {
    let catalogue = catalogue.clone();
    db.read(move |conn| load(conn, &catalogue)).await
}

/// The same within a transaction.
pub(in crate::flows) fn load(conn: &mut Conn, catalogue: &Catalogue) -> DbResult<Schemes> {
    let bad = |_| DbError::Corrupt("a review scheme");
    let mut schemes = Schemes::shipped(catalogue).map_err(bad)?;
    for source in scheme::sources(conn)? {
        let file = SchemeFile::read(&source, catalogue).map_err(bad)?;
        schemes = schemes.with(file, catalogue).map_err(bad)?;
    }
    Ok(schemes)
}

/// The code of the province in which a unit lies, by which its scheme is found.
pub(in crate::flows) fn province_of(conn: &mut Conn, unit: &Unit) -> DbResult<Option<String>> {
    let Some(id) = unit.province_id else { return Ok(None) };
    Ok(unit::by_ids(conn, &[id])?.pop().map(|province| province.code))
}
