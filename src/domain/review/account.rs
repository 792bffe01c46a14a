//! What was reported of a unit or of the units under it, as reviews look at it: per month the figures of the return,
//! and the incidents with their days.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Severity;
use crate::domain::indicator::IndicatorId;
use crate::domain::period::{Period, Span};

/// The months of one hamlet (a commune's account is the accounts of its hamlets).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Months in the order of their days, without gap, those without any report included.
    pub months: Vec<Month>,
}

/// A reporting month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// Its label.
    pub period: Period,
    /// The days it covers.
    pub span: Span,
    /// The return, if there is one.
    pub returned: Option<Returned>,
    /// What was told with its day.
    pub incidents: Vec<Event>,
}

/// The current version of a month's return.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Figures by indicator.
    pub stated: BTreeMap<IndicatorId, i64>,
    /// Whether it says that the rest is nothing.
    pub rest_zero: bool,
}

/// The current version of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The day on which it happened.
    pub day: NaiveDate,
    /// Figures by indicator.
    pub stated: BTreeMap<IndicatorId, i64>,
    /// Set by the police; `None`: not yet.
    pub severity: Option<Severity>,
    /// Bất khả kháng: nobody could have prevented it.
    pub unavoidable: bool,
    /// Phát hiện, ngăn chặn, báo cáo kịp thời: found, stopped and reported in time.
    pub prevented: bool,
}

impl Month {
    /// What incidents count of `indicator` on days that satisfy `on`.
    pub(super) fn dated(&self, indicator: IndicatorId, on: impl Fn(NaiveDate) -> bool) -> Option<i64> {
        let figures = self.incidents.iter().filter(|event| on(event.day));
        figures.filter_map(|event| event.stated.get(&indicator).copied()).reduce(i64::saturating_add)
    }

    /// What the return says of `indicator`; `None` where it says nothing, or there is none.
    pub(super) fn returned(&self, indicator: IndicatorId) -> Option<i64> {
        let returned = self.returned.as_ref()?;
        let rest = || returned.rest_zero.then_some(0);
        returned.stated.get(&indicator).copied().or_else(rest)
    }
}
