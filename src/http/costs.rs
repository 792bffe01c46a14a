//! What texts cost, by month, commune and gateway, and what may be spent.

use actix_web::web;
use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use super::parameters::{Page, Query, bad};
use super::{Site, units};
use crate::db::spending::Line;
use crate::db::unit::Unit;
use crate::domain::period::Period;
use crate::flows::deliver::costs::{self, Money};

/// The most months that are told at once.
const MOST_MONTHS: i32 = 12;
/// The largest budget, đồng.
const MOST_MONEY: i64 = 1_000_000_000_000;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CostsQuery {
    /// The first month, `YYYY-MM`, a month of the calendar in Viet Nam; without it the current one.
    from: Option<String>,
    /// The last month; without it the first.
    to: Option<String>,
}

/// What went by a gateway for a commune in a month.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CostResponse {
    /// The month.
    month: String,
    /// The gateway.
    gateway: String,
    /// The code of the commune that pays; null: texts that belong to none.
    commune: Option<String>,
    /// Its name.
    name: Option<String>,
    /// Texts that the gateway took.
    texts: i64,
    /// Their SMS parts.
    parts: i64,
    /// What they cost, đồng.
    cost: i64,
}

impl From<Line> for CostResponse {
    fn from(line: Line) -> Self {
        let (commune, name) = line.commune.unzip();
        CostResponse {
            month: printed(line.month),
            gateway: line.gateway,
            commune,
            name,
            texts: line.spent.texts,
            parts: line.spent.parts,
            cost: line.spent.cost,
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MonthQuery {
    /// The month, `YYYY-MM`; without it the current one.
    month: Option<String>,
}

/// A budget for texts that the server starts by itself; replies, codes and urgent texts always go.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BudgetRequest {
    /// From which month on, `YYYY-MM`.
    from: String,
    /// What may be spent in a month, đồng; null: anything.
    amount: Option<i64>,
}

/// A unit's money for texts in a month.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BudgetResponse {
    /// The unit, a commune or province.
    unit: String,
    /// The month.
    month: String,
    /// What may be spent, đồng; null: anything.
    budget: Option<i64>,
    /// What was spent, replies and urgent texts among it.
    spent: i64,
    /// What is left for texts that the server starts by itself; null: no limit.
    left: Option<i64>,
}

impl BudgetResponse {
    fn new(unit: &Unit, month: i32, money: Money) -> Self {
        let Money { budget, spent, left } = money;
        BudgetResponse { unit: unit.code.clone(), month: printed(month), budget, spent, left }
    }
}

fn printed(month: i32) -> String {
    Period::from_number(month).map_or_else(|_| month.to_string(), |period| period.to_string())
}

fn month(name: &str, text: &str) -> Result<Period, Problem> {
    text.parse().map_err(|error: crate::domain::period::BadPeriod| bad(name, &error.to_string()))
}

/// The month of the query, or the current one.
fn month_or_current(site: &Site, name: &str, text: Option<&str>) -> Result<Period, Problem> {
    let today = site.clock.today();
    match text {
        Some(text) => month(name, text),
        None => Period::new(today.year(), today.month()).map_err(|error| Problem::internal(&error)),
    }
}

/// What texts cost, by month, commune and gateway.
#[utoipa::path(get, path = "/api/v1/messages/costs", tag = "messages", security(("bearer" = [])), params(CostsQuery), responses(
    (status = 200, body = Page<CostResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_costs(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<CostsQuery>,
) -> Result<web::Json<Page<CostResponse>>, Problem> {
    let from = month_or_current(&site, "from", query.from.as_deref())?;
    let to = query.to.as_deref().map_or(Ok(from), |to| month("to", to))?;
    if !(0..MOST_MONTHS).contains(&to.months_since(from)) {
        return Err(bad(
            "to",
            &format!("the same month as from or a later one, at most {MOST_MONTHS} in all"),
        ));
    }
    let lines = costs::account(&site.db, &caller, from.number(), to.number()).await?;
    Ok(web::Json(Page { items: lines.into_iter().map(CostResponse::from).collect(), next: None }))
}

/// What a commune or province may spend on texts in a month, and has spent.
#[utoipa::path(get, path = "/api/v1/messages/budgets/{code}", tag = "messages", security(("bearer" = [])),
    params(("code" = String, Path, description = "The code of the unit"), MonthQuery), responses(
    (status = 200, body = BudgetResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_budget(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    code: web::Path<String>,
    Query(query): Query<MonthQuery>,
) -> Result<web::Json<BudgetResponse>, Problem> {
    let unit = find(&site, &code).await?;
    let month = month_or_current(&site, "month", query.month.as_deref())?.number();
    let money = costs::money(&site.db, &caller, &unit, month).await?;
    Ok(web::Json(BudgetResponse::new(&unit, month, money)))
}

/// Sets what a commune or province may spend on texts in a month, from a month on.
#[utoipa::path(put, path = "/api/v1/messages/budgets/{code}", tag = "messages", security(("bearer" = [])),
    params(("code" = String, Path, description = "The code of the unit")), request_body = BudgetRequest, responses(
    (status = 200, body = BudgetResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn set_budget(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    code: web::Path<String>,
    Json(request): Json<BudgetRequest>,
) -> Result<web::Json<BudgetResponse>, Problem> {
    let unit = find(&site, &code).await?;
    if !request.amount.is_none_or(|amount| (0..=MOST_MONEY).contains(&amount)) {
        let error = FieldError::new("/amount", "out_of_range", format!("0 to {MOST_MONEY} đồng, or null"));
        return Err(Problem::new(Code::ValidationFailed).errors(vec![error]));
    }
    let month = request.from.parse::<Period>().map_err(|error| {
        Problem::new(Code::ValidationFailed).errors(vec![FieldError::new(
            "/from",
            "bad_month",
            error.to_string(),
        )])
    })?;
    let (month, now) = (month.number(), site.clock.real_micros());
    costs::set_budget(&site.db, &caller, &unit, month, request.amount, now).await?;
    let money = costs::money(&site.db, &caller, &unit, month).await?;
    Ok(web::Json(BudgetResponse::new(&unit, month, money)))
}

/// The commune or province with this code; no other unit has a budget.
async fn find(site: &Site, code: &str) -> Result<Unit, Problem> {
    let unit = units::find(site, code, site.clock.today()).await?;
    let has_budget = matches!(unit.kind.as_str(), "commune" | "province");
    if has_budget {
        Ok(unit)
    } else {
        Err(Problem::new(Code::UnknownUnit).detail("Communes and provinces have budgets"))
    }
}
