//! Finding units by their codes, which identify only together with a day.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::db::lineage;
use crate::db::unit::{self, Unit};
use crate::db::{Conn, Db, DbResult};
use crate::domain::ids::UnitId;

/// The unit with `code` on `day`.
pub async fn unit(db: &Db, code: String, day: NaiveDate) -> DbResult<Option<Unit>> {
    db.read(move |conn| unit::by_code(conn, &code, day)).await
}

/// A unit with what surrounds it.
#[derive(Debug, Clone)]
pub struct Surrounded {
    /// The unit.
    pub unit: Unit,
    /// Codes of the units that it names: parent, commune, province.
    pub codes: HashMap<UnitId, String>,
    /// The reorganisations that it had a part in.
    pub steps: Vec<Step>,
}

/// A reorganisation.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is no more.
    pub from: Unit,
    /// Where it went.
    pub to: Unit,
    /// Whether only a part of it went there.
    pub part: bool,
    /// The first day of the new order.
    pub effective: NaiveDate,
    /// By which decision.
    pub decision: String,
}

/// The unit with `code` on `day`, with what surrounds it.
pub async fn surrounded(db: &Db, code: String, day: NaiveDate) -> DbResult<Option<Surrounded>> {
    db.read_snapshot(move |conn| match unit::by_code(conn, &code, day)? {
        Some(unit) => surround(conn, unit).map(Some),
        None => Ok(None),
    })
    .await
}

fn surround(conn: &mut Conn, unit: Unit) -> DbResult<Surrounded> {
    let lines = lineage::of_unit(conn, unit.id)?;
    let mut ids: Vec<UnitId> = lines.iter().flat_map(|(line, _)| [line.from, line.to]).collect();
    ids.extend([unit.parent_id, unit.commune_id, unit.province_id].into_iter().flatten());
    ids.sort_unstable();
    ids.dedup();
    let units: HashMap<UnitId, Unit> =
        unit::by_ids(conn, &ids)?.into_iter().map(|unit| (unit.id, unit)).collect();
    let steps = lines.into_iter().filter_map(|(line, decision)| {
        let (from, to) = (units.get(&line.from)?.clone(), units.get(&line.to)?.clone());
        Some(Step { from, to, part: line.split, effective: line.effective, decision })
    });
    let steps = steps.collect();
    Ok(Surrounded { unit, codes: codes(units.into_values()), steps })
}

/// A page of the units right under `parent` (`None`: the provinces) on `day`, and the codes of the units that they
/// name. `limit` and one more, so that the caller sees whether there is another page.
pub async fn children(
    db: &Db,
    parent: Option<UnitId>,
    day: NaiveDate,
    after: String,
    limit: usize,
) -> DbResult<(Vec<Unit>, HashMap<UnitId, String>)> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    db.read_snapshot(move |conn| {
        let units = unit::children(conn, parent, day, &after, limit)?;
        let named = units.iter().flat_map(|unit| [unit.parent_id, unit.commune_id, unit.province_id]);
        let mut ids: Vec<UnitId> = named.flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        let codes = codes(unit::by_ids(conn, &ids)?.into_iter());
        Ok((units, codes))
    })
    .await
}

fn codes(units: impl Iterator<Item = Unit>) -> HashMap<UnitId, String> {
    units.map(|unit| (unit.id, unit.code)).collect()
}
