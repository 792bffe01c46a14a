//! From months to rows of figures and differences of totals.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::db::total::{Difference, TotalKey};
use crate::db::value::Value;
use crate::db::{DbError, DbResult};
use crate::domain::ids::UnitId;
use crate::domain::indicator::{Catalogue, IndicatorId, REST, Reporter};
use crate::domain::intake::{Figures, MonthState};
use crate::domain::period::{Period, Span};
use crate::domain::shortcode::Reading;

/// A hamlet's month.
pub(crate) type MonthKey = (UnitId, Period);

/// Figures as they are stored: JSON from indicator id to figure.
pub(crate) fn json(figures: &Figures) -> String {
    let by_text: BTreeMap<String, i64> =
        figures.iter().map(|(id, figure)| (id.to_string(), *figure)).collect();
    serde_json::Value::from_iter(by_text).to_string()
}

/// Figures from how they are stored.
pub(crate) fn figures(json: &str) -> DbResult<Figures> {
    let by_text: BTreeMap<String, i64> =
        serde_json::from_str(json).map_err(|_| DbError::Corrupt("stated figures"))?;
    by_text
        .into_iter()
        .map(|(id, figure)| id.parse().map(|id| (id, figure)).map_err(|_| DbError::Corrupt("an indicator")))
        .collect()
}

/// What is kept of a reading beside its message: figures by code, the month, and what raised a question.
pub(super) fn reading_json(catalogue: &Catalogue, reading: &Reading) -> String {
    let code = |id: IndicatorId| catalogue.by_id(id).map(|indicator| indicator.code.clone());
    let values: serde_json::Map<String, serde_json::Value> =
        reading.values.iter().filter_map(|(id, figure)| Some((code(*id)?, (*figure).into()))).collect();
    serde_json::json!({
        "period": reading.period.map(|period| period.to_string()),
        "day": reading.day.map(|day| day.to_string()),
        "values": values,
        "rest_zero": reading.rest_zero,
        "candidates": reading.candidates.iter().filter_map(|id| code(*id)).collect::<Vec<_>>(),
    })
    .to_string()
}

/// What a month states, figure by figure, on the days that each covers.
fn stated(month: &MonthState, span: Span) -> BTreeMap<(IndicatorId, NaiveDate, NaiveDate), i64> {
    let mut figures = BTreeMap::new();
    for (indicator, figure) in month.month_return.iter().flat_map(|r| &r.values) {
        figures.insert((*indicator, span.from, span.to), *figure);
    }
    for incident in &month.incidents {
        for (indicator, figure) in &incident.values {
            *figures.entry((*indicator, incident.day, incident.day)).or_insert(0) += figure;
        }
    }
    figures
}

/// The rows that a month's figures make.
pub(crate) fn stated_rows(
    ((unit_id, period), commune_id): (MonthKey, UnitId),
    span: Span,
    month: &MonthState,
) -> Vec<Value> {
    let period = period.number();
    let row = |((indicator_id, day_from, day_to), figure)| Value {
        unit_id,
        period,
        indicator_id,
        day_from,
        day_to,
        commune_id,
        figure,
    };
    stated(month, span).into_iter().map(row).collect()
}

/// Which rows of figures change: those to put and those to drop.
pub(super) fn compare(
    key: (MonthKey, UnitId),
    span: Span,
    before: &MonthState,
    after: &MonthState,
    (put, drop): (&mut Vec<Value>, &mut Vec<Value>),
) {
    let (before, after) = (stated_rows(key, span, before), stated_rows(key, span, after));
    let place = |value: &Value| (value.indicator_id, value.day_from, value.day_to);
    let places: BTreeSet<_> = after.iter().map(place).collect();
    drop.extend(before.iter().filter(|value| !places.contains(&place(value))).cloned());
    put.extend(after.into_iter().filter(|value| !before.contains(value)));
}

/// The figure that a hamlet adds to its commune's total, where it states one.
fn counted(month: &MonthState, indicator: IndicatorId) -> Option<i64> {
    let unstated_zero =
        month.month_return.as_ref().is_some_and(|r| r.rest_zero && !r.values.contains_key(&indicator));
    if unstated_zero { None } else { month.effective(indicator) }
}

/// By how much a month changes the totals of its commune. Figures that only communes report stay out.
pub(crate) fn add_differences(
    catalogue: &Catalogue,
    ((_, period), commune): (MonthKey, UnitId),
    before: &MonthState,
    after: &MonthState,
    differences: &mut BTreeMap<TotalKey, Difference>,
) {
    for indicator in indicators(before).chain(indicators(after)).collect::<BTreeSet<IndicatorId>>() {
        if catalogue.by_id(indicator).is_none_or(|i| i.reporter == Reporter::Commune) {
            continue;
        }
        let (was, is) = (counted(before, indicator), counted(after, indicator));
        let difference = differences.entry((period.number(), commune, indicator)).or_default();
        difference.figure += is.unwrap_or(0) - was.unwrap_or(0);
        difference.stated += i64::from(is.is_some()) - i64::from(was.is_some());
    }
    let rest = |month: &MonthState| i64::from(month.month_return.as_ref().is_some_and(|r| r.rest_zero));
    differences.entry((period.number(), commune, REST)).or_default().stated += rest(after) - rest(before);
}

fn indicators(month: &MonthState) -> impl Iterator<Item = IndicatorId> {
    let incidents = month.incidents.iter().flat_map(|incident| incident.values.keys());
    month.month_return.iter().flat_map(|r| r.values.keys()).chain(incidents).copied()
}
