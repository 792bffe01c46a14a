//! What the app must know of the installation to work without a network.

use actix_web::web;
use chrono::{NaiveDate, SecondsFormat};
use serde::Serialize;

use super::Site;
use crate::clock::time_of;
use crate::domain::period::{Calendar, Period};

/// Months before the one that is reported now: as far back as reports are taken.
const BACK: i32 = 13;
/// Months after it: a phone may be long without a network.
const AHEAD: i32 = 12;

/// What holds for the whole installation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AppResponse {
    /// The server's time; clocks of phones may be wrong.
    #[schema(format = DateTime)]
    now: String,
    /// The number that reports are texted to.
    sms_number: Option<String>,
    /// The reporting months around today, the earliest first.
    periods: Vec<PeriodResponse>,
}

/// A reporting month.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PeriodResponse {
    /// Its label, `YYYY-MM`.
    period: String,
    /// Its first day.
    from: NaiveDate,
    /// Its last.
    to: NaiveDate,
    /// The last day on which a hamlet's return is on time.
    due: NaiveDate,
}

/// The time, the months and the number for texts.
#[utoipa::path(get, path = "/api/v1/app", tag = "app", security(("bearer" = [])),
    responses((status = 200, body = AppResponse)))]
pub(super) async fn show_app_settings(site: web::Data<Site>) -> web::Json<AppResponse> {
    let now = time_of(site.clock.now_micros()).to_rfc3339_opts(SecondsFormat::Millis, true);
    let periods = periods(&site.calendar, site.clock.today());
    web::Json(AppResponse { now, sms_number: site.sms_number.clone(), periods })
}

fn periods(calendar: &Calendar, today: NaiveDate) -> Vec<PeriodResponse> {
    let current = calendar.reportable(today);
    let months = (-BACK..=AHEAD).map(|months| current.plus(months));
    months.map(|period| PeriodResponse::new(calendar, period)).collect()
}

impl PeriodResponse {
    fn new(calendar: &Calendar, period: Period) -> Self {
        let span = calendar.span(period);
        let due = calendar.hamlet_due(period);
        PeriodResponse { period: period.to_string(), from: span.from, to: span.to, due }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_learns_the_months_of_the_last_year_and_of_the_next() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let periods = periods(&Calendar::ministry(), day("2026-03-12"));
        let labels: Vec<&str> = periods.iter().map(|month| month.period.as_str()).collect();
        assert_eq!((labels.first(), labels.last()), (Some(&"2025-02"), Some(&"2027-03")));
        let march = periods.iter().find(|month| month.period == "2026-03").unwrap();
        assert_eq!(
            (march.from, march.to, march.due),
            (day("2026-02-15"), day("2026-03-14"), day("2026-03-15"))
        );
    }
}
