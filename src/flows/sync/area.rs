//! Whose documents a caller holds: those of a commune for its officers, those of the own units for who reports.

use crate::db::unit::{self, Unit};
use crate::db::{Conn, DbResult};
use crate::domain::access::Action;
use crate::domain::ids::UnitId;
use crate::flows::authenticate::Caller;
use crate::flows::permit::{Forbidden, permit};

/// Whose documents somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Area {
    /// Those of a commune and of all units in it.
    Commune(Unit),
    /// Those of some units.
    Units(Vec<Unit>),
}

impl Area {
    /// The area of `caller`. A province is none: its phones would hold more than a phone can.
    pub(super) fn of(conn: &mut Conn, caller: &Caller) -> DbResult<Result<Area, Forbidden>> {
        let own: Vec<UnitId> = caller.units().collect();
        let units = unit::by_ids(conn, &own)?;
        if caller.person_id().is_some() {
            return Ok(Ok(Area::Units(units)));
        }
        let forbidden = Forbidden(Action::ReadReports.name());
        let commune = units.into_iter().find(|unit| unit.kind == "commune");
        Ok(match commune {
            Some(commune) => permit(caller, Action::ReadReports, &commune).map(|()| Area::Commune(commune)),
            None => Err(forbidden),
        })
    }

    /// The commune behind a unit of the area, by the unit.
    pub(super) fn communes(&self) -> Vec<(UnitId, UnitId)> {
        match self {
            Area::Commune(commune) => vec![(commune.id, commune.id)],
            Area::Units(units) => {
                units.iter().map(|unit| (unit.id, unit.commune_id.unwrap_or(unit.id))).collect()
            }
        }
    }

    /// Whether what is about a unit of a commune belongs to the area.
    pub(super) fn holds(&self, unit: UnitId, commune: UnitId) -> bool {
        match self {
            Area::Commune(own) => own.id == commune,
            Area::Units(units) => units.iter().any(|own| own.id == unit),
        }
    }

    /// The units that the caller may report for, by what they are called today.
    pub(super) fn reporting(&self, conn: &mut Conn, today: chrono::NaiveDate) -> DbResult<Vec<Unit>> {
        match self {
            Area::Units(units) => Ok(units.clone()),
            Area::Commune(commune) => {
                let mut units = unit::hamlets_of(conn, &[commune.id], today)?;
                units.push(commune.clone());
                Ok(units)
            }
        }
    }
}
