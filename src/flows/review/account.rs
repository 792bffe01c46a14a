//! What was reported of a unit, loaded for its review: a few queries, however many hamlets a commune has.

use std::collections::{BTreeSet, HashMap};

use super::{Answer, Case, Reviews};
use crate::db::figures::Area;
use crate::db::review::count::{self, Spans, StateCount};
use crate::db::review::incident::{self, Judged};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, DbResult, lineage, report};
use crate::domain::ids::UnitId;
use crate::domain::indicator::{Catalogue, IndicatorId, OverTime};
use crate::domain::period::{Calendar, Period, Span};
use crate::domain::review::account::{Account, Event, Month, Returned};
use crate::domain::review::{Scheme, Share, State, UnitKind};
use crate::flows::intake::figures::figures;

/// What a review looks at beside the answers.
pub(super) struct Reported {
    /// What was reported, from the first day of the year before.
    pub(super) accounts: Vec<Account>,
    /// Units that the unit is made of, with the last day of each and whether only a part of it came here.
    pub(super) predecessors: Vec<(Unit, bool)>,
    /// The units under it, all kinds pooled.
    pub(super) units: Share,
    /// The hamlets among them.
    pub(super) hamlets: Share,
}

impl Reviews {
    /// Loads what was reported of the unit of a review.
    pub(super) fn reported(&self, conn: &mut Conn, case: &Case) -> Answer<Reported> {
        let (kind, year) = (case.kind()?, case.review.year);
        let over = Span { from: kind.span(year - 1).from, to: kind.span(year).to };
        let mut reported = Reported {
            accounts: Vec::new(),
            predecessors: Vec::new(),
            units: Share::default(),
            hamlets: Share::default(),
        };
        match case.review.kind {
            UnitKind::Hamlet => {
                reported.predecessors = predecessors(conn, &case.unit)?;
                let mut units = vec![case.unit.clone()];
                units.extend(reported.predecessors.iter().map(|(unit, _)| unit.clone()));
                reported.accounts = load(conn, &self.calendar, &units, over)?;
                keep_last_figures_once(&mut reported.accounts, &self.catalogue);
            }
            UnitKind::Commune => {
                let hamlets = unit::hamlets(conn, case.unit.id, over.from, over.to)?;
                reported.accounts = load(conn, &self.calendar, &hamlets, over)?;
                reported.accounts.extend(own_account(conn, &self.calendar, &case.unit, over)?);
                let states =
                    count::states(conn, Area::Commune(case.unit.id), &spans(&case.scheme, year), year)?;
                (reported.units, reported.hamlets) = shares(&states);
            }
            UnitKind::Agency | UnitKind::Enterprise | UnitKind::School => {}
        }
        Ok(reported)
    }
}

/// The days over which each kind is assessed in `year`.
pub(in crate::flows) fn spans(scheme: &Scheme, year: i32) -> Spans {
    scheme.kinds.iter().map(|kind| (kind.kind, kind.span(year))).collect()
}

/// The share of a commune's units, all kinds pooled, and of its hamlets.
pub(super) fn shares<'s>(states: impl IntoIterator<Item = &'s StateCount>) -> (Share, Share) {
    let (mut units, mut hamlets) = (Share::default(), Share::default());
    for state in states {
        let share = share(state);
        if state.kind != UnitKind::Commune {
            units = units.and(share);
        }
        if state.kind == UnitKind::Hamlet {
            hamlets = hamlets.and(share);
        }
    }
    (units, hamlets)
}

/// The share of units that stand at one state.
pub(super) fn share(state: &StateCount) -> Share {
    let counted = |yes: bool| if yes { state.count } else { 0 };
    Share {
        eligible: state.count,
        registered: counted(state.state.is_registered()),
        recognised: counted(state.state == State::Recognised),
    }
}

/// The hamlets whose past counts for this one.
fn predecessors(conn: &mut Conn, unit: &Unit) -> DbResult<Vec<(Unit, bool)>> {
    let lines = lineage::of_unit(conn, unit.id)?;
    let into: HashMap<UnitId, bool> = lines
        .iter()
        .filter(|(line, _)| line.to == unit.id && line.main)
        .map(|(line, _)| (line.from, line.split))
        .collect();
    let ids: Vec<UnitId> = into.keys().copied().collect();
    let units = unit::by_ids(conn, &ids)?.into_iter();
    Ok(units.map(|unit| (unit.clone(), into.get(&unit.id).copied().unwrap_or(false))).collect())
}

/// Running figures (HDK) of predecessors stand only until the unit itself states one.
fn keep_last_figures_once(accounts: &mut [Account], catalogue: &Catalogue) {
    let Some((own, others)) = accounts.split_first_mut() else { return };
    let is_last = |id: &IndicatorId| catalogue.by_id(*id).is_some_and(|i| i.over_time == OverTime::Last);
    let returned = own.months.iter().filter_map(|month| month.returned.as_ref());
    let stated: BTreeSet<IndicatorId> =
        returned.flat_map(|r| r.stated.keys().copied()).filter(is_last).collect();
    for returned in others.iter_mut().flat_map(|a| &mut a.months).filter_map(|month| month.returned.as_mut())
    {
        returned.stated.retain(|id, _| !stated.contains(id));
    }
}

/// The accounts of `units` over `over`, in their order.
fn load(conn: &mut Conn, calendar: &Calendar, units: &[Unit], over: Span) -> DbResult<Vec<Account>> {
    let ids: Vec<UnitId> = units.iter().map(|unit| unit.id).collect();
    let periods = periods(calendar, over);
    let numbers: BTreeSet<i32> = periods.iter().map(|period| period.number()).collect();
    let mut returns = HashMap::new();
    for current in report::returns(conn, &ids, &numbers)? {
        let returned = Returned { stated: figures(&current.stated)?, rest_zero: current.rest_zero };
        returns.insert((current.unit_id, current.period), returned);
    }
    let mut events: HashMap<(UnitId, i32), Vec<Event>> = HashMap::new();
    for judged in incident::of_units(conn, &ids, &numbers)? {
        let key = (judged.unit_id, judged.period);
        events.entry(key).or_default().push(event(judged)?);
    }
    let mut month = |unit: &Unit, period: Period| {
        let key = (unit.id, period.number());
        let (returned, incidents) = (returns.remove(&key), events.remove(&key).unwrap_or_default());
        let span = calendar.span(period);
        let there = unit.valid_from <= span.to && span.from <= unit.valid_to;
        let told = returned.is_some() || !incidents.is_empty();
        (there || told).then_some(Month { period, span, returned, incidents })
    };
    let mut account =
        |unit: &Unit| Account { months: periods.iter().filter_map(|p| month(unit, *p)).collect() };
    Ok(units.iter().map(&mut account).collect())
}

/// What the commune itself counts. It owes no return: months in which it says nothing are no gap.
fn own_account(
    conn: &mut Conn,
    calendar: &Calendar,
    commune: &Unit,
    over: Span,
) -> DbResult<Option<Account>> {
    let mut account = load(conn, calendar, std::slice::from_ref(commune), over)?.pop();
    if let Some(account) = &mut account {
        account.months.retain(|month| month.returned.is_some());
    }
    Ok(account.filter(|account| !account.months.is_empty()))
}

fn event(judged: Judged) -> DbResult<Event> {
    Ok(Event {
        day: judged.day,
        stated: figures(&judged.stated)?,
        severity: judged.judgement.severity,
        unavoidable: judged.judgement.unavoidable,
        prevented: judged.judgement.prevented,
    })
}

/// The months that share a day with `over`, the first first.
fn periods(calendar: &Calendar, over: Span) -> Vec<Period> {
    let (first, last) = (calendar.containing(over.from), calendar.containing(over.to));
    (0..=last.months_since(first)).map(|months| first.plus(months)).collect()
}
