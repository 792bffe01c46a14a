//! Units and their hierarchy, as of a day.

use std::collections::HashMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Site;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::{self, Page, Query, bad};
use crate::db::unit::{ALWAYS, FOREVER, Unit};
use crate::domain::ids::UnitId;
use crate::flows::figures::View;
use crate::flows::look_up::{self, Step, Surrounded};

const USUAL_PAGE: u32 = 200;
const LARGEST_PAGE: u32 = 1_000;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// The code of the unit whose children are asked for; without it the provinces.
    parent: Option<String>,
    /// The day as of which, `YYYY-MM-DD`; without it today.
    at: Option<String>,
    /// `now`: as of today, the default; `then`: as of the day `at`.
    view: Option<String>,
    /// The cursor of the page before.
    after: Option<String>,
    /// How many, 200 by default, 1,000 at most.
    limit: Option<u32>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ShowQuery {
    /// The day on which the code is understood, `YYYY-MM-DD`; without it today.
    at: Option<String>,
    /// `now`: as of today, the default; `then`: as of the day `at`.
    view: Option<String>,
}

/// A unit.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct UnitResponse {
    /// Identifies it together with a day.
    code: String,
    /// `province`, `district`, `commune`, `hamlet`, `agency`, `enterprise` or `school`.
    kind: String,
    /// Its name today.
    name: String,
    /// The code of the unit above it.
    parent: Option<String>,
    /// The code of the commune that it lies in.
    commune: Option<String>,
    /// The code of the province that it lies in.
    province: Option<String>,
    /// Its first day; null: it has always been.
    valid_from: Option<NaiveDate>,
    /// Its last day; null: no end is known.
    valid_to: Option<NaiveDate>,
    /// Households, where known.
    households: Option<i32>,
    /// People, where known.
    population: Option<i32>,
}

impl UnitResponse {
    fn new(unit: Unit, codes: &HashMap<UnitId, String>) -> Self {
        let code = |id: Option<UnitId>| id.and_then(|id| codes.get(&id).cloned());
        UnitResponse {
            parent: code(unit.parent_id),
            commune: code(unit.commune_id),
            province: code(unit.province_id),
            code: unit.code,
            kind: unit.kind,
            name: unit.name,
            valid_from: Some(unit.valid_from).filter(|day| *day > ALWAYS),
            valid_to: Some(unit.valid_to).filter(|day| *day < FOREVER),
            households: unit.households,
            population: unit.population,
        }
    }
}

/// A unit with the reorganisations that it had a part in.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct UnitWithLineageResponse {
    #[serde(flatten)]
    unit: UnitResponse,
    /// What went into it, and where it went.
    lineage: Vec<StepResponse>,
}

/// A step of a reorganisation.
#[derive(Serialize, utoipa::ToSchema)]
struct StepResponse {
    /// The code of the unit that is no more.
    from: String,
    /// Its name.
    from_name: String,
    /// The code of the unit that it went into.
    to: String,
    /// Its name.
    to_name: String,
    /// `whole` or `part`.
    extent: &'static str,
    /// The first day of the new order.
    effective: NaiveDate,
    /// By which decision.
    decision: String,
}

impl From<Step> for StepResponse {
    fn from(step: Step) -> Self {
        StepResponse {
            from: step.from.code,
            from_name: step.from.name,
            to: step.to.code,
            to_name: step.to.name,
            extent: if step.part { "part" } else { "whole" },
            effective: step.effective,
            decision: step.decision,
        }
    }
}

/// The units right under another, by code.
#[utoipa::path(get, path = "/api/v1/units", tag = "catalogue", security(("bearer" = [])), params(ListQuery), responses(
    (status = 200, body = Page<UnitResponse>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_units(
    site: web::Data<Site>,
    Query(query): Query<ListQuery>,
) -> Result<web::Json<Page<UnitResponse>>, Problem> {
    let day = day(&site, query.at.as_deref(), query.view.as_deref())?;
    let limit = parameters::limit(query.limit, USUAL_PAGE, LARGEST_PAGE)?;
    let after = query.after.as_deref().map(parameters::unit_code).transpose()?.unwrap_or_default();
    let parent = match query.parent {
        Some(code) => Some(find(&site, &code, day).await?.id),
        None => None,
    };
    let (units, codes) = look_up::children(&site.db, parent, day, after, limit).await?;
    let items = units.into_iter().map(|unit| UnitResponse::new(unit, &codes)).collect();
    Ok(web::Json(Page::cut(items, limit, |unit| unit.code.clone())))
}

/// A unit and the reorganisations that it had a part in.
#[utoipa::path(get, path = "/api/v1/units/{code}", tag = "catalogue", security(("bearer" = [])),
    params(("code" = String, Path, description = "The code of the unit"), ShowQuery), responses(
    (status = 200, body = UnitWithLineageResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_unit(
    site: web::Data<Site>,
    code: web::Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<web::Json<UnitWithLineageResponse>, Problem> {
    let day = day(&site, query.at.as_deref(), query.view.as_deref())?;
    let code = parameters::unit_code(&code)?;
    let found = look_up::surrounded(&site.db, code, day).await?;
    let Surrounded { unit, codes, steps } = found.ok_or_else(|| Problem::new(Code::UnknownUnit))?;
    Ok(web::Json(UnitWithLineageResponse {
        unit: UnitResponse::new(unit, &codes),
        lineage: steps.into_iter().map(StepResponse::from).collect(),
    }))
}

/// The unit with a code on a day.
pub(super) async fn find(site: &Site, code: &str, day: NaiveDate) -> Result<Unit, Problem> {
    let code = parameters::unit_code(code)?;
    look_up::unit(&site.db, code, day).await?.ok_or_else(|| Problem::new(Code::UnknownUnit))
}

/// The day that a question is about.
fn day(site: &Site, at: Option<&str>, view: Option<&str>) -> Result<NaiveDate, Problem> {
    let today = site.clock.today();
    let day = at.map(|at| parameters::day("at", at)).transpose()?.unwrap_or(today);
    match view.map(|view| parameters::view(Some(view))).transpose()? {
        Some(View::Now) if day != today => Err(bad("view", "now means today: leave `at` out, or write then")),
        _ => Ok(day),
    }
}
