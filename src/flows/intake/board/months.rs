//! What is stored for the months that may be meant.

use std::collections::{BTreeSet, HashSet};

use super::{Board, Chain, FirstReturn, month_key};
use crate::db::report::{CurrentIncident, CurrentReturn};
use crate::db::{Conn, DbError, DbResult, report};
use crate::domain::ids::UnitId;
use crate::domain::intake::{Incident, Return};
use crate::domain::period::Period;
use crate::flows::intake::figures::figures;

impl Board<'_> {
    pub(super) fn load_months(
        &mut self,
        conn: &mut Conn,
        units: &[UnitId],
        periods: &BTreeSet<i32>,
    ) -> DbResult<()> {
        for current in report::returns(conn, units, periods)? {
            self.add_return(&current)?;
        }
        for current in report::incidents(conn, units, periods)? {
            self.add_incident(&current)?;
        }
        let communes: BTreeSet<UnitId> = self.communes.values().copied().collect();
        let communes: Vec<UnitId> = communes.into_iter().collect();
        let closed: HashSet<(UnitId, i32)> = report::closed(conn, &communes, periods)?.into_iter().collect();
        if closed.is_empty() {
            return Ok(());
        }
        for (unit, commune) in &self.communes {
            for period in periods.iter().filter(|period| closed.contains(&(*commune, **period))) {
                let period = Period::from_number(*period).map_err(|_| DbError::Corrupt("a period"))?;
                self.months.entry((*unit, period)).or_default().closed = true;
            }
        }
        Ok(())
    }

    fn add_return(&mut self, current: &CurrentReturn) -> DbResult<()> {
        let key = month_key(current.unit_id, current.period)?;
        self.chains.insert(current.report_id, Chain { id: current.chain_id, version: current.version });
        let first = FirstReturn { received_at: current.first_received_at, on_time: current.on_time };
        self.first_returns.insert(key, first);
        self.months.entry(key).or_default().month_return = Some(Return {
            report: current.report_id,
            version: current.version,
            values: figures(&current.stated)?,
            rest_zero: current.rest_zero,
            author: current.person_id,
        });
        Ok(())
    }

    fn add_incident(&mut self, current: &CurrentIncident) -> DbResult<()> {
        let key = month_key(current.unit_id, current.period)?;
        self.chains.insert(current.report_id, Chain { id: current.chain_id, version: current.version });
        let incident =
            Incident { report: current.report_id, day: current.day, values: figures(&current.stated)? };
        self.months.entry(key).or_default().incidents.push(incident);
        Ok(())
    }
}
