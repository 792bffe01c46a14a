//! What is stored for the months that may be meant.

use std::collections::BTreeSet;

use super::{Board, Chain, FirstReturn, JUMP_MONTHS, month_key};
use crate::db::report::{CurrentIncident, CurrentReturn};
use crate::db::standing::{self, AskedMonths};
use crate::db::{Conn, DbError, DbResult};
use crate::domain::ids::UnitId;
use crate::domain::indicator::IndicatorId;
use crate::domain::intake::{Incident, Return};
use crate::domain::period::Period;
use crate::flows::intake::figures::figures;

impl Board<'_> {
    pub(super) fn load_months(
        &mut self,
        conn: &mut Conn,
        units: &[UnitId],
        periods: &BTreeSet<i32>,
        indicators: &[IndicatorId],
    ) -> DbResult<()> {
        let communes: BTreeSet<UnitId> = self.communes.values().copied().collect();
        let communes: Vec<UnitId> = communes.into_iter().collect();
        let since = Period::of_day(self.context.clock.today()).plus(-JUMP_MONTHS);
        let asked =
            AskedMonths { units, communes: &communes, periods, indicators, highest_since: since.number() };
        let found = standing::months(conn, &asked)?;
        self.highest = found.highest;
        for current in &found.returns {
            self.add_return(current)?;
        }
        for current in &found.incidents {
            self.add_incident(current)?;
        }
        let closed = found.closed;
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
