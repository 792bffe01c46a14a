//! The figures of a month: of a commune, a province, the country.

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::auth::Authenticated;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::{self, Query};
use super::{Site, units};
use crate::db::unit::Unit;
use crate::domain::access::Action;
use crate::domain::indicator::Catalogue;
use crate::domain::period::Span;
use crate::domain::rates::Percent;
use crate::flows::figures::{self, Figure, Hamlets, Inquiry, Month, Rate, State, View};
use crate::flows::permit::{permit, permit_country};

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MonthQuery {
    /// The reporting month, `YYYY-MM`.
    period: String,
    /// `now` (default): the code is one of today, and the past of units that were merged counts for their successor;
    /// `then`: the code is one of the end of the period, and the past is shown as it was reported.
    view: Option<String>,
}

/// The figures of a unit and month. What nobody stated is null, never 0.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MonthResponse {
    /// The unit; null for the country.
    unit: Option<UnitName>,
    /// The month.
    period: String,
    /// Its first day.
    from: NaiveDate,
    /// Its last day.
    to: NaiveDate,
    /// `now` or `then`.
    view: &'static str,
    #[serde(flatten)]
    figures: FiguresResponse,
    /// The communes of a province.
    #[serde(skip_serializing_if = "Option::is_none")]
    communes: Option<Vec<RowResponse>>,
    /// The provinces of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    provinces: Option<Vec<RowResponse>>,
}

/// A unit right below, with the same figures.
#[derive(Serialize, utoipa::ToSchema)]
struct RowResponse {
    #[serde(flatten)]
    unit: UnitName,
    #[serde(flatten)]
    figures: FiguresResponse,
}

#[derive(Serialize, utoipa::ToSchema)]
struct UnitName {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// `commune` or `province`.
    kind: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct FiguresResponse {
    /// `open`, `closed` or `revised`; an area is closed when all of its communes are.
    state: &'static str,
    /// How often it was closed or revised; for an area the sum over its communes.
    version: i64,
    /// Hamlets that exist at the end of the month.
    hamlets_expected: i64,
    /// Those that reported.
    hamlets_reported: i64,
    /// Those that reported by the due day.
    hamlets_on_time: i64,
    /// Those that say that nothing happened.
    hamlets_zero: i64,
    /// How many did not report.
    hamlets_missing_count: i64,
    /// The codes of those that did not report; left out for the country and its provinces.
    #[serde(skip_serializing_if = "Option::is_none")]
    hamlets_missing: Option<Vec<String>>,
    /// Reported of expected, per cent.
    completeness: Option<f64>,
    /// On time of expected, per cent.
    timeliness: Option<f64>,
    /// Whether these figures hold those of a unit that was split, whose share is not known.
    split: bool,
    /// Every indicator in the order of the catalogue.
    indicators: Vec<FigureResponse>,
    /// The derived rates.
    rates: Vec<RateResponse>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct FigureResponse {
    /// The indicator.
    code: String,
    /// The sum of what hamlets state.
    value: Option<i64>,
    /// How many hamlets state one.
    stated: i64,
    /// The month before.
    previous: Option<i64>,
    /// The same month of the year before.
    same_month_last_year: Option<i64>,
    /// Against the month before.
    change: Option<i64>,
    /// The same in per cent; null where the month before was 0.
    change_percent: Option<f64>,
    /// Against the same month of the year before.
    change_from_last_year: Option<i64>,
    /// The same in per cent.
    change_from_last_year_percent: Option<f64>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct RateResponse {
    /// `clearing_rate` and `mediation_rate` (per cent), `occurred_per_10000_people`.
    code: &'static str,
    /// This month.
    value: Option<f64>,
    /// The month before.
    previous: Option<f64>,
    /// The same month of the year before.
    same_month_last_year: Option<f64>,
}

/// Hundredths as a number.
fn decimal(hundredths: Option<i64>) -> Option<f64> {
    // Beyond that it is no percentage that anybody reads, and a text of it could not be exact.
    hundredths.and_then(|value| i32::try_from(value).ok()).map(|value| f64::from(value) / 100.0)
}

fn percent(percent: Option<Percent>) -> Option<f64> {
    decimal(percent.map(Percent::hundredths))
}

impl FiguresResponse {
    fn new(month: Month, catalogue: &Catalogue) -> Self {
        let Hamlets { expected, reported, on_time, zero, .. } = month.hamlets;
        let coverage = month.hamlets.coverage();
        FiguresResponse {
            state: match month.state {
                State::Open => "open",
                State::Closed => "closed",
                State::Revised => "revised",
            },
            version: month.version,
            hamlets_expected: expected,
            hamlets_reported: reported,
            hamlets_on_time: on_time,
            hamlets_zero: zero,
            hamlets_missing_count: month.hamlets.missing_count(),
            hamlets_missing: month.hamlets.missing,
            completeness: percent(coverage.completeness()),
            timeliness: percent(coverage.timeliness()),
            split: month.split,
            indicators: month
                .figures
                .iter()
                .filter_map(|figure| FigureResponse::new(figure, catalogue))
                .collect(),
            rates: month.rates.iter().map(RateResponse::from).collect(),
        }
    }
}

impl FigureResponse {
    fn new(figure: &Figure, catalogue: &Catalogue) -> Option<Self> {
        let (change, last_year) = (figure.change(), figure.change_from_last_year());
        Some(FigureResponse {
            code: catalogue.by_id(figure.indicator_id)?.code.clone(),
            value: figure.value,
            stated: figure.stated,
            previous: figure.previous,
            same_month_last_year: figure.last_year,
            change: change.map(|change| change.difference),
            change_percent: percent(change.and_then(|change| change.percent)),
            change_from_last_year: last_year.map(|change| change.difference),
            change_from_last_year_percent: percent(last_year.and_then(|change| change.percent)),
        })
    }
}

impl From<&Rate> for RateResponse {
    fn from(rate: &Rate) -> Self {
        RateResponse {
            code: rate.code,
            value: decimal(rate.value),
            previous: decimal(rate.previous),
            same_month_last_year: decimal(rate.last_year),
        }
    }
}

impl From<Unit> for UnitName {
    fn from(unit: Unit) -> Self {
        UnitName { code: unit.code, name: unit.name, kind: unit.kind }
    }
}

/// Which rows an answer has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    None,
    Communes,
    Provinces,
}

impl MonthResponse {
    fn new(mut month: Month, inquiry: &Inquiry<'_>, rows: Rows) -> Self {
        let Span { from, to } = inquiry.calendar.span(inquiry.period);
        let below = std::mem::take(&mut month.rows);
        let row = |mut month: Month| {
            let unit = month.unit.take()?.into();
            Some(RowResponse { unit, figures: FiguresResponse::new(month, inquiry.catalogue) })
        };
        let below: Vec<RowResponse> = below.into_iter().filter_map(row).collect();
        let (communes, provinces) = match rows {
            Rows::None => (None, None),
            Rows::Communes => (Some(below), None),
            Rows::Provinces => (None, Some(below)),
        };
        MonthResponse {
            unit: month.unit.take().map(UnitName::from),
            period: inquiry.period.to_string(),
            from,
            to,
            view: if inquiry.view == View::Now { "now" } else { "then" },
            figures: FiguresResponse::new(month, inquiry.catalogue),
            communes,
            provinces,
        }
    }
}

fn inquiry<'a>(site: &'a Site, query: &MonthQuery) -> Result<Inquiry<'a>, Problem> {
    Ok(Inquiry {
        db: &site.db,
        catalogue: &site.catalogue,
        calendar: &site.calendar,
        period: parameters::period(&query.period)?,
        view: parameters::view(query.view.as_deref())?,
        today: site.clock.today(),
    })
}

async fn find(site: &Site, inquiry: &Inquiry<'_>, code: &str, kind: &str) -> Result<Unit, Problem> {
    let unit = units::find(site, code, inquiry.day_of_codes()).await?;
    if unit.kind == kind { Ok(unit) } else { Err(Problem::new(Code::UnknownUnit)) }
}

/// The month of a commune.
#[utoipa::path(get, path = "/api/v1/communes/{code}/indicators", tag = "figures", security(("bearer" = [])),
    params(("code" = String, Path, description = "The code of the commune"), MonthQuery), responses(
    (status = 200, body = MonthResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_commune_month(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    code: web::Path<String>,
    Query(query): Query<MonthQuery>,
) -> Result<web::Json<MonthResponse>, Problem> {
    let inquiry = inquiry(&site, &query)?;
    let commune = find(&site, &inquiry, &code, "commune").await?;
    permit(&caller, Action::ReadFigures, &commune)?;
    let month = figures::commune_month(&inquiry, commune).await?;
    Ok(web::Json(MonthResponse::new(month, &inquiry, Rows::None)))
}

/// The month of a province: the same, summed, with its communes as rows.
#[utoipa::path(get, path = "/api/v1/provinces/{code}/indicators", tag = "figures", security(("bearer" = [])),
    params(("code" = String, Path, description = "The code of the province"), MonthQuery), responses(
    (status = 200, body = MonthResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_province_month(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    code: web::Path<String>,
    Query(query): Query<MonthQuery>,
) -> Result<web::Json<MonthResponse>, Problem> {
    let inquiry = inquiry(&site, &query)?;
    let province = find(&site, &inquiry, &code, "province").await?;
    permit(&caller, Action::ReadFigures, &province)?;
    let month = figures::province_month(&inquiry, province).await?;
    Ok(web::Json(MonthResponse::new(month, &inquiry, Rows::Communes)))
}

/// The month of the country: the same, summed, with its provinces as rows.
#[utoipa::path(get, path = "/api/v1/indicators/national", tag = "figures", security(("bearer" = [])), params(MonthQuery),
    responses((status = 200, body = MonthResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_country_month(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<MonthQuery>,
) -> Result<web::Json<MonthResponse>, Problem> {
    let inquiry = inquiry(&site, &query)?;
    permit_country(&caller, Action::ReadFigures)?;
    let month = figures::country_month(&inquiry).await?;
    Ok(web::Json(MonthResponse::new(month, &inquiry, Rows::Provinces)))
}
