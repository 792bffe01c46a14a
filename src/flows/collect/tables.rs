//! The tables that go with the forms, so that places and people are there without signal.

use std::collections::BTreeSet;

use super::forms::{ASSESSMENT, REGISTRATION};
use super::{CollectError, Collecting};
use crate::crypto::Place;
use crate::db::unit::{self, Unit};
use crate::db::{Conn, DbResult, person};
use crate::domain::ids::UnitId;
use crate::flows::authenticate::Caller;

/// A unit as a table names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choosable {
    /// The unit.
    pub unit: Unit,
    /// The code of the province that it lies in; empty where it lies in none.
    pub province: String,
}

/// A person as a table names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporter {
    /// The id, as text.
    pub id: String,
    /// The name.
    pub name: String,
    /// The code of the first unit.
    pub unit: String,
}

impl Collecting {
    /// The units for which the caller may fill in the form `code`, by their codes: the own ones, and for a commune its
    /// hamlets; where the form is of the yearly review, its agencies, enterprises and schools too.
    pub async fn units(&self, caller: &Caller, code: &str) -> Result<Vec<Choosable>, CollectError> {
        let reviewed = matches!(code, REGISTRATION | ASSESSMENT);
        let (own, today): (Vec<UnitId>, _) = (caller.units().collect(), self.clock.today());
        let load = move |conn: &mut Conn| -> DbResult<Vec<Choosable>> {
            let mut units = unit::by_ids(conn, &own)?;
            let communes: Vec<UnitId> = units.iter().filter(|u| u.kind == "commune").map(|u| u.id).collect();
            let under = if reviewed { unit::reviewed_in } else { unit::hamlets_of };
            units.extend(under(conn, &communes, today)?);
            units.sort_by(|a, b| a.code.cmp(&b.code));
            let provinces: BTreeSet<UnitId> = units.iter().filter_map(|unit| unit.province_id).collect();
            let provinces = unit::by_ids(conn, &provinces.into_iter().collect::<Vec<_>>())?;
            let code = |id: UnitId| provinces.iter().find(|of| of.id == id).map(|of| of.code.clone());
            let choosable = |unit: Unit| {
                let province = unit.province_id.and_then(code).unwrap_or_default();
                Choosable { unit, province }
            };
            Ok(units.into_iter().map(choosable).collect())
        };
        Ok(self.db.read(load).await?)
    }

    /// Who fills in the forms: the person whose device it is. The names of others do not leave the server this way.
    pub async fn people(&self, caller: &Caller, code: &str) -> Result<Vec<Reporter>, CollectError> {
        let Some(id) = caller.person_id() else { return Ok(Vec::new()) };
        let sealed = self.db.read(move |conn| person::name_cipher(conn, id)).await?.unwrap_or_default();
        let name = self.keys.open_text(Place { table: "person", row: id }, &sealed)?;
        let unit =
            self.units(caller, code).await?.into_iter().next().map(|of| of.unit.code).unwrap_or_default();
        Ok(vec![Reporter { id: id.to_string(), name, unit }])
    }
}
