//! Figures that arrive against figures that are there: what is taken, what stays, what is held until it is asked.

use super::situation::{About, Figures, Held, MonthState};
use crate::domain::indicator::IndicatorId;
use crate::domain::reply::Item;
use crate::domain::shortcode::Intent;

/// A figure from here on that is [`JUMP`] times the highest is asked about.
const JUMP_FROM: i64 = 5;
/// See [`JUMP_FROM`].
const JUMP: i64 = 10;

/// What arrives for a month.
#[derive(Debug)]
pub(super) struct Arrival<'a> {
    /// Report, zero, correct or add.
    pub(super) intent: Intent,
    /// Its figures in the order of the text.
    pub(super) values: &'a [(IndicatorId, i64)],
    /// Whether it says that the rest is nothing.
    pub(super) rest_zero: bool,
    /// Whether it is an addition that repeats the sender's last one.
    pub(super) repeated: bool,
    /// What the sender has already said yes to.
    pub(super) confirmed: &'a [About],
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Weighed {
    /// All of it was already so.
    Unchanged(Vec<Item>),
    /// Nothing changes until the sender says yes.
    Confirm(About, Vec<Item>),
    /// The next version.
    Next(Next),
}

/// The next version of a month's return.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Next {
    /// All that it states.
    pub(super) values: Figures,
    /// Whether the rest is nothing.
    pub(super) rest_zero: bool,
    /// Whether it differs from what is stored: false where everything that differs is held.
    pub(super) writes: bool,
    /// What is told of it.
    pub(super) told: Vec<Item>,
    /// What is held until the sender says whether it replaces or adds.
    pub(super) held: Vec<Held>,
    /// What an addition added.
    pub(super) added: Option<Figures>,
}

/// Weighs `arrival` against `state`; `highest` gives the hamlet's highest figure of the last 24 months.
pub(super) fn weigh(
    state: &MonthState,
    arrival: &Arrival<'_>,
    highest: impl Fn(IndicatorId) -> Option<i64>,
) -> Weighed {
    if let Some((about, items)) = doubts(state, arrival, highest) {
        return Weighed::Confirm(about, items);
    }
    let next = match arrival.intent {
        Intent::Add => added(state, arrival),
        _ => merged(state, arrival),
    };
    if next.writes || !next.held.is_empty() { Weighed::Next(next) } else { Weighed::Unchanged(next.told) }
}

/// Figures that may be meant otherwise than they were typed: asked about, the first of them.
fn doubts(
    state: &MonthState,
    arrival: &Arrival<'_>,
    highest: impl Fn(IndicatorId) -> Option<i64>,
) -> Option<(About, Vec<Item>)> {
    // After the month is closed the officer decides about everything.
    let open = |about: About| !state.closed && !arrival.confirmed.contains(&about);
    let checks: [(About, &dyn Fn() -> Vec<Item>); 4] = [
        (About::Repeat, &|| repeated(arrival)),
        (About::Zero, &|| contradicted(state, arrival)),
        (About::Lower, &|| lower_than_incidents(state, arrival)),
        (About::Jump, &|| jumps(state, arrival, &highest)),
    ];
    checks
        .into_iter()
        .filter(|(about, _)| open(*about))
        .map(|(about, items)| (about, items()))
        .find(|(_, items)| !items.is_empty())
}

fn repeated(arrival: &Arrival<'_>) -> Vec<Item> {
    if arrival.intent != Intent::Add || !arrival.repeated {
        return Vec::new();
    }
    arrival.values.iter().map(|(id, figure)| Item::Plain(*id, *figure)).collect()
}

/// What counts although the text says that nothing (else) happened.
fn contradicted(state: &MonthState, arrival: &Arrival<'_>) -> Vec<Item> {
    if !arrival.rest_zero || arrival.intent == Intent::Add {
        return Vec::new();
    }
    let positive = |id: IndicatorId| Some(Item::Plain(id, state.effective(id).filter(|figure| *figure > 0)?));
    counting(state).into_iter().filter(|id| !arrival.states(*id)).filter_map(positive).collect()
}

/// Figures below the sum of the month's incidents that the return has not stated yet. A correction means it.
fn lower_than_incidents(state: &MonthState, arrival: &Arrival<'_>) -> Vec<Item> {
    if arrival.intent != Intent::Report {
        return Vec::new();
    }
    let returned = |id: &IndicatorId| state.month_return.as_ref().is_some_and(|r| r.values.contains_key(id));
    let told = arrival.values.iter().filter(|(id, _)| !returned(id));
    told.filter_map(|(id, figure)| {
        let incidents = state.effective(*id).filter(|incidents| incidents > figure)?;
        Some(Item::Held(*id, incidents, *figure))
    })
    .collect()
}

/// Figures of at least 5 that are ten times the hamlet's highest, or more, and not there yet.
fn jumps(
    state: &MonthState,
    arrival: &Arrival<'_>,
    highest: &impl Fn(IndicatorId) -> Option<i64>,
) -> Vec<Item> {
    let base = |id| if arrival.intent == Intent::Add { state.effective(id).unwrap_or(0) } else { 0 };
    let results = arrival.values.iter().map(|(id, figure)| (*id, figure.saturating_add(base(*id))));
    results
        .filter(|(id, result)| state.effective(*id) != Some(*result))
        .filter(|(id, result)| is_jump(*result, highest(*id)))
        .map(|(id, result)| Item::Plain(id, result))
        .collect()
}

/// Whether `figure` is at least 5 and ten times `highest`; with no history there is nothing to compare with.
pub(super) fn is_jump(figure: i64, highest: Option<i64>) -> bool {
    highest.is_some_and(|highest| figure >= JUMP_FROM.max(highest.saturating_mul(JUMP)))
}

/// Reports, zero reports and corrections.
fn merged(state: &MonthState, arrival: &Arrival<'_>) -> Next {
    let stored = state.month_return.as_ref();
    let mut values = stored.map(|r| r.values.clone()).unwrap_or_default();
    let was_rest_zero = stored.is_some_and(|r| r.rest_zero);
    let mut writes = stored.is_none() || (arrival.rest_zero && !was_rest_zero);
    // Who gives up the old figures for “nothing” means those that differ as well.
    let gives_up = arrival.rest_zero && arrival.says_yes(About::Zero);
    let replaces = arrival.intent == Intent::Correct || state.closed || gives_up;
    let (mut told, mut held) = (Vec::new(), Vec::new());
    if arrival.rest_zero {
        for item in contradicted(state, arrival) {
            if let Item::Plain(id, old) = item {
                told.push(Item::Changed(id, old, 0));
                values.insert(id, 0);
                writes = true;
            }
        }
    }
    for (id, given) in arrival.values.iter().copied() {
        match values.get(&id).copied() {
            Some(same) if same == given => told.push(Item::Same(id, given)),
            Some(stored) if !replaces => held.push(Held { indicator: id, stored, given }),
            _ => {
                told.push(taken(id, state.effective(id), given));
                values.insert(id, given);
                writes = true;
            }
        }
    }
    let rest_zero = was_rest_zero || arrival.rest_zero;
    Next { values, rest_zero, writes, told, held, added: None }
}

fn taken(id: IndicatorId, old: Option<i64>, new: i64) -> Item {
    match old {
        Some(old) if old != new => Item::Changed(id, old, new),
        _ => Item::Plain(id, new),
    }
}

/// Additions: to what counts, to 0 where nothing does.
fn added(state: &MonthState, arrival: &Arrival<'_>) -> Next {
    let stored = state.month_return.as_ref();
    let mut next = Next {
        values: stored.map(|r| r.values.clone()).unwrap_or_default(),
        rest_zero: stored.is_some_and(|r| r.rest_zero),
        writes: true,
        added: Some(arrival.values.iter().copied().collect()),
        ..Next::default()
    };
    for (id, plus) in arrival.values.iter().copied() {
        let old = state.effective(id).unwrap_or(0);
        next.told.push(Item::Added(id, old, plus));
        next.values.insert(id, old.saturating_add(plus));
    }
    next
}

/// What the answer to “replace or add?” makes of the figures that were held.
pub(super) fn resolved(state: &MonthState, held: &[Held], replace: bool) -> Next {
    let values: Vec<(IndicatorId, i64)> = held.iter().map(|held| (held.indicator, held.given)).collect();
    let intent = if replace { Intent::Correct } else { Intent::Add };
    let arrival = Arrival { intent, values: &values, rest_zero: false, repeated: false, confirmed: &[] };
    if replace { merged(state, &arrival) } else { added(state, &arrival) }
}

impl Arrival<'_> {
    fn states(&self, id: IndicatorId) -> bool {
        self.values.iter().any(|(stated, _)| *stated == id)
    }

    fn says_yes(&self, about: About) -> bool {
        self.confirmed.contains(&about)
    }
}

/// Every indicator that the return or an incident of the month states.
pub(super) fn counting(state: &MonthState) -> Vec<IndicatorId> {
    let returned = state.month_return.iter().flat_map(|r| r.values.keys());
    let told = state.incidents.iter().flat_map(|incident| incident.values.keys());
    let mut ids: Vec<IndicatorId> = returned.chain(told).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
