//! The account of several years of a province.

use std::collections::BTreeMap;

use actix_web::web;
use serde::{Deserialize, Serialize};

use super::auth::Authenticated;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::{Query, bad};
use super::{Site, units};
use crate::domain::programme::{GOOD_CLEARING, ProgrammeAccount, TARGET_SHARE, Total, Traffic};
use crate::flows::programme::{ProgrammeError, programme};

/// The most years of an account.
const MOST_YEARS: i32 = 50;

impl From<ProgrammeError> for Problem {
    fn from(error: ProgrammeError) -> Self {
        match error {
            ProgrammeError::Forbidden(error) => error.into(),
            ProgrammeError::Db(error) => error.into(),
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ProgrammeQuery {
    /// The code of the province.
    province: String,
    /// The first year.
    from: i32,
    /// The last.
    to: i32,
}

/// The account of several years of a province. What no record and no earlier account says is null, never 0.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ProgrammeResponse {
    /// The code of the province.
    province: String,
    /// Its name.
    name: String,
    /// The first year.
    from: i32,
    /// The last.
    to: i32,
    /// Meetings that launched the movement, by kind of unit.
    meetings: BTreeMap<&'static str, Total>,
    /// Units recognised, by kind; a unit counts once for every year.
    recognised: BTreeMap<&'static str, Total>,
    /// The share of units recognised of those registered.
    share: RateResponse,
    /// Communes that meet criterion 19.2 of the new-countryside programme, by the last year of which it is known.
    criterion_19_2: Option<CriterionResponse>,
    /// The clearing rate.
    clearing: RateResponse,
    /// Traffic accidents.
    traffic: TrafficResponse,
    /// Years of which the records of the system say something that no earlier account does.
    recorded_years: Vec<i32>,
}

/// A percentage by year, and what it is measured by.
#[derive(Serialize, utoipa::ToSchema)]
struct RateResponse {
    /// By year, percent with two decimals.
    years: BTreeMap<i32, f64>,
    /// The mean of the years.
    mean: Option<f64>,
    /// What it is measured by.
    target: f64,
    /// Whether the mean reaches it.
    reached: Option<bool>,
}

/// Communes that meet criterion 19.2.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Criterion192Response)]
struct CriterionResponse {
    /// The year.
    year: i32,
    /// How many meet it.
    met: i64,
    /// Of how many.
    of: i64,
}

/// Traffic accidents by year.
#[derive(Serialize, utoipa::ToSchema)]
struct TrafficResponse {
    /// By year.
    years: BTreeMap<i32, TrafficYearResponse>,
    /// In how many years cases, dead and injured each fell.
    fell: usize,
    /// Of how many years that could be compared with the year before.
    compared: usize,
    /// The longest run of years in which all three fell: the first and the last.
    longest_run: Option<[i32; 2]>,
}

/// Traffic accidents of a year.
#[derive(Serialize, utoipa::ToSchema)]
struct TrafficYearResponse {
    /// Cases.
    cases: i64,
    /// Dead.
    dead: i64,
    /// Injured.
    injured: i64,
    /// Whether each of the three is strictly lower than in the year before; null: nothing is known of that year.
    fell: Option<bool>,
}

fn rate(years: BTreeMap<i32, i64>, mean: Option<i64>, target: i64) -> RateResponse {
    RateResponse {
        years: years.into_iter().map(|(year, hundredths)| (year, percent(hundredths))).collect(),
        mean: mean.map(percent),
        target: percent(target),
        reached: mean.map(|mean| mean >= target),
    }
}

/// Hundredths of a percent as a number with two decimals.
fn percent(hundredths: i64) -> f64 {
    // Far below what a double cannot hold exactly.
    i32::try_from(hundredths).map_or(f64::NAN, |hundredths| f64::from(hundredths) / 100.0)
}

fn traffic(years: BTreeMap<i32, Traffic>, run: Option<(i32, i32)>, from: i32) -> TrafficResponse {
    let inside = || years.iter().filter(|(year, _)| **year >= from);
    TrafficResponse {
        fell: inside().filter(|(_, traffic)| traffic.fell == Some(true)).count(),
        compared: inside().filter(|(_, traffic)| traffic.fell.is_some()).count(),
        longest_run: run.map(|(first, last)| [first, last]),
        years: inside()
            .map(|(year, traffic)| {
                let Traffic { cases, dead, injured, fell } = *traffic;
                (*year, TrafficYearResponse { cases, dead, injured, fell })
            })
            .collect(),
    }
}

/// The account of several years of a province: from the records of the system, and from imported figures of earlier
/// accounts where there are some.
#[utoipa::path(get, path = "/api/v1/programme", tag = "reviews", security(("bearer" = [])), params(ProgrammeQuery),
    responses(
    (status = 200, body = ProgrammeResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_programme(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ProgrammeQuery>,
) -> Result<web::Json<ProgrammeResponse>, Problem> {
    let (from, to) = (query.from, query.to);
    let known = |year| (2000..2200).contains(&year);
    if !known(from) || !known(to) || !(0..MOST_YEARS).contains(&(to - from)) {
        return Err(bad(
            "to",
            &format!("years are written YYYY; to is not before from, {MOST_YEARS} years at most"),
        ));
    }
    let unit = units::find(&site, &query.province, site.clock.today()).await?;
    if unit.kind != "province" {
        return Err(Problem::new(Code::UnknownUnit));
    }
    let (account, recorded) = programme(&site.db, &site.catalogue, &caller, &unit, (from, to)).await?;
    let ProgrammeAccount {
        meetings,
        recognised,
        shares,
        mean_share,
        criterion_19_2,
        clearing,
        mean_clearing,
        ..
    } = account;
    Ok(web::Json(ProgrammeResponse {
        province: unit.code,
        name: unit.name,
        from,
        to,
        meetings: meetings.into_iter().collect(),
        recognised: recognised.into_iter().collect(),
        share: rate(shares, mean_share, TARGET_SHARE),
        criterion_19_2: criterion_19_2.map(|(year, met, of)| CriterionResponse { year, met, of }),
        clearing: rate(clearing, mean_clearing, GOOD_CLEARING),
        traffic: traffic(account.traffic, account.traffic_run, from),
        recorded_years: recorded.into_iter().filter(|year| *year >= from).collect(),
    }))
}
