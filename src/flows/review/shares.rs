//! How many units registered and were recognised: of a commune with what its criteria say, of a province by commune, of the
//! country by province.

use std::collections::{BTreeMap, HashMap};

use super::account::{share, shares, spans};
use super::list::place;
use super::{Answer, ReviewError, Reviews, schemes, settle};
use crate::db::Conn;
use crate::db::figures::Area;
use crate::db::review::count::{self, Ended, StateCount};
use crate::db::unit::{self, Unit};
use crate::domain::access::Action;
use crate::domain::ids::UnitId;
use crate::domain::review::share::{Check, checks, is_labelled_19_2};
use crate::domain::review::{Scheme, Share, UnitKind};
use crate::flows::authenticate::Caller;
use crate::flows::permit::{permit, permit_country};

/// Shares of a commune, or of any area as a row.
#[derive(Debug, Clone)]
pub struct ShareRow {
    /// The commune or province; `None`: units that lie in none, or the whole area.
    pub unit: Option<Unit>,
    /// By kind of unit.
    pub kinds: BTreeMap<UnitKind, Share>,
    /// The kinds under a commune pooled.
    pub pooled: Share,
    /// What the criteria of a commune say of it; `None` where the row is no commune.
    pub commune: Option<CommuneShares>,
}

/// What the criteria of a commune say of its units.
#[derive(Debug, Clone)]
pub struct CommuneShares {
    /// The criteria that count units.
    pub checks: Vec<Check>,
    /// Whether all of them are met; `None` where the scheme has none.
    pub met: Option<bool>,
    /// The same under the name of criterion 19.2 of the new-countryside programme: for xã, 2011 to 2025.
    pub criterion_19_2: Option<bool>,
}

/// Shares of an area.
#[derive(Debug, Clone)]
pub struct AreaShares {
    /// The code of the scheme.
    pub scheme: String,
    /// All of it.
    pub whole: ShareRow,
    /// By commune, or by province.
    pub rows: Vec<ShareRow>,
    /// Units of a commune that ended within the year and count no more.
    pub dissolved: Vec<Ended>,
}

impl Reviews {
    /// The shares of a commune, a province or the country in a year.
    pub async fn shares(&self, caller: &Caller, area: Option<Unit>, year: i32) -> Answer<AreaShares> {
        match &area {
            Some(unit) => permit(caller, Action::ReadReviews, unit)?,
            None => permit_country(caller, Action::ReadReviews)?,
        }
        if area.as_ref().is_some_and(|unit| !matches!(unit.kind.as_str(), "commune" | "province")) {
            return Err(ReviewError::UnknownUnit);
        }
        let tools = self.clone();
        self.db.read_snapshot(move |conn| settle(tools.run_shares(conn, area.clone(), year))).await?
    }

    fn run_shares(&self, conn: &mut Conn, unit: Option<Unit>, year: i32) -> Answer<AreaShares> {
        let schemes = schemes::load(conn, &self.catalogue)?;
        let scheme = schemes.for_year(year).ok_or(ReviewError::NoScheme(year))?;
        let (area, _) = place(unit.as_ref());
        let spans = spans(scheme, year);
        let states = count::states(conn, area, &spans, year)?;
        let whole = row(scheme, year, unit, states.iter());
        let (rows, dissolved) = match area {
            Area::Commune(_) => (Vec::new(), count::ended_in(conn, area, &spans)?),
            Area::Province(_) | Area::Country => (rows(conn, scheme, year, &states)?, Vec::new()),
        };
        Ok(AreaShares { scheme: scheme.code.clone(), whole, rows, dissolved })
    }
}

/// How many communes of a province meet the criteria that count units, of how many that have units to count.
pub(in crate::flows) fn communes_met(scheme: &Scheme, year: i32, states: &[StateCount]) -> (i64, i64) {
    let (mut met, mut of) = (0, 0);
    for states in by_unit(states).into_values() {
        let Some(commune) = commune_shares(scheme, year, None, &states) else { continue };
        of += 1;
        met += i64::from(commune.met == Some(true));
    }
    (met, of)
}

fn by_unit(states: &[StateCount]) -> BTreeMap<Option<UnitId>, Vec<&StateCount>> {
    let mut groups: BTreeMap<Option<UnitId>, Vec<&StateCount>> = BTreeMap::new();
    for state in states {
        groups.entry(state.unit_id).or_default().push(state);
    }
    groups
}

fn rows(conn: &mut Conn, scheme: &Scheme, year: i32, states: &[StateCount]) -> Answer<Vec<ShareRow>> {
    let groups = by_unit(states);
    let ids: Vec<UnitId> = groups.keys().copied().flatten().collect();
    let mut units: HashMap<UnitId, Unit> =
        unit::by_ids(conn, &ids)?.into_iter().map(|unit| (unit.id, unit)).collect();
    let row = |(id, states): (Option<UnitId>, Vec<&StateCount>)| {
        let unit = id.and_then(|id| units.remove(&id));
        row(scheme, year, unit, states.into_iter())
    };
    let mut rows: Vec<ShareRow> = groups.into_iter().map(row).collect();
    rows.sort_by(|a, b| a.unit.as_ref().map(|unit| &unit.code).cmp(&b.unit.as_ref().map(|unit| &unit.code)));
    Ok(rows)
}

fn row<'s>(
    scheme: &Scheme,
    year: i32,
    unit: Option<Unit>,
    states: impl Iterator<Item = &'s StateCount>,
) -> ShareRow {
    let states: Vec<&StateCount> = states.collect();
    let mut kinds: BTreeMap<UnitKind, Share> = BTreeMap::new();
    for state in &states {
        let sum = kinds.entry(state.kind).or_default();
        *sum = sum.and(share(state));
    }
    let (pooled, _) = shares(states.iter().copied());
    let is_commune = unit.as_ref().is_some_and(|unit| unit.kind == "commune");
    let commune = if is_commune { commune_shares(scheme, year, unit.as_ref(), &states) } else { None };
    ShareRow { unit, kinds, pooled, commune }
}

fn commune_shares(
    scheme: &Scheme,
    year: i32,
    unit: Option<&Unit>,
    states: &[&StateCount],
) -> Option<CommuneShares> {
    let commune = scheme.of(UnitKind::Commune)?;
    let (pooled, hamlets) = shares(states.iter().copied());
    if pooled.eligible == 0 {
        return None;
    }
    let checks = checks(commune, pooled, hamlets);
    let met = (!checks.is_empty()).then(|| checks.iter().all(|check| check.met));
    // The programme is one of the countryside: a phường has no criterion 19.2.
    let rural = unit.is_some_and(|unit| !unit.name.starts_with("Phường "));
    let criterion_19_2 = met.filter(|_| rural && is_labelled_19_2(year));
    Some(CommuneShares { checks, met, criterion_19_2 })
}
