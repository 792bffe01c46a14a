//! Shares of units registered and recognised.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{area, year};
use crate::domain::review::Share;
use crate::domain::review::share::Check;
use crate::flows::review::{AreaShares, CommuneShares, ShareRow};
use crate::http::Site;
use crate::http::auth::Authenticated;
use crate::http::error::{Problem, ProblemBody};
use crate::http::parameters::Query;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ShareQuery {
    /// The code of a commune or province; left out: the whole country, for those who belong to it.
    unit: Option<String>,
    /// The year of the reviews.
    year: i32,
}

/// Units of a kind, or of several pooled.
#[derive(Serialize, utoipa::ToSchema)]
struct ShareResponse {
    /// Units that the standard covers and that are there on the last day that is assessed.
    eligible: i64,
    /// Of these, those that registered.
    registered: i64,
    /// Of these, those that are recognised.
    recognised: i64,
}

impl From<Share> for ShareResponse {
    fn from(share: Share) -> Self {
        let Share { eligible, registered, recognised } = share;
        ShareResponse { eligible, registered, recognised }
    }
}

/// A criterion of a commune that counts its units.
#[derive(Serialize, utoipa::ToSchema)]
struct CheckResponse {
    /// The criterion.
    criterion: String,
    /// What it asks.
    text: String,
    /// What is counted.
    part: i64,
    /// Of how many.
    whole: i64,
    /// How many percent are asked for.
    percent: i64,
    /// Whether they are reached, compared in whole numbers.
    met: bool,
    /// How many more would have to be counted.
    lacking: i64,
}

impl From<Check> for CheckResponse {
    fn from(check: Check) -> Self {
        CheckResponse {
            criterion: check.criterion.0,
            text: check.text,
            part: check.part,
            whole: check.whole,
            percent: check.percent,
            met: check.met,
            lacking: check.lacking,
        }
    }
}

/// Shares of a commune or province.
#[derive(Serialize, utoipa::ToSchema)]
struct RowResponse {
    /// Its code; null: units that lie in none, or the country.
    code: Option<String>,
    /// Its name.
    name: Option<String>,
    /// By kind of unit.
    kinds: BTreeMap<&'static str, ShareResponse>,
    /// Hamlets, agencies, enterprises and schools pooled.
    pooled: ShareResponse,
    /// What the criteria of a commune say; null where it is none, or has no units.
    checks: Option<Vec<CheckResponse>>,
    /// Whether all of these are met.
    met: Option<bool>,
    /// The same under the name of criterion 19.2 of the new-countryside programme: for xã, 2011 to 2025; else null.
    criterion_19_2: Option<bool>,
}

impl From<ShareRow> for RowResponse {
    fn from(row: ShareRow) -> Self {
        let (code, name) = row.unit.map(|unit| (unit.code, unit.name)).unzip();
        let (checks, met, criterion_19_2) = match row.commune {
            None => (None, None, None),
            Some(CommuneShares { checks, met, criterion_19_2 }) => {
                (Some(checks.into_iter().map(CheckResponse::from).collect()), met, criterion_19_2)
            }
        };
        RowResponse {
            code,
            name,
            kinds: row.kinds.into_iter().map(|(kind, share)| (kind.name(), share.into())).collect(),
            pooled: row.pooled.into(),
            checks,
            met,
            criterion_19_2,
        }
    }
}

/// A unit that ended within the year and counts no more.
#[derive(Serialize, utoipa::ToSchema)]
struct DissolvedResponse {
    /// Its code.
    unit: String,
    /// Its name.
    name: String,
    /// Its kind.
    kind: String,
    /// Its last day.
    last_day: NaiveDate,
}

/// Shares of an area.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct SharesResponse {
    /// The year.
    year: i32,
    /// The code of the scheme.
    scheme: String,
    #[serde(flatten)]
    whole: RowResponse,
    /// By commune, or by province.
    rows: Vec<RowResponse>,
    /// Units of a commune that ended within the year and count no more.
    dissolved: Vec<DissolvedResponse>,
}

/// How many units of a commune, a province (by commune) or the country (by province) registered and were recognised.
#[utoipa::path(get, path = "/api/v1/reviews/shares", tag = "reviews", security(("bearer" = [])), params(ShareQuery),
    responses(
    (status = 200, body = SharesResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn show_shares(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ShareQuery>,
) -> Result<web::Json<SharesResponse>, Problem> {
    let year = year(query.year)?;
    let unit = area(&site, query.unit.as_deref(), year).await?;
    let AreaShares { scheme, whole, rows, dissolved } = site.reviews.shares(&caller, unit, year).await?;
    let ended = dissolved.into_iter().map(|unit| DissolvedResponse {
        unit: unit.code,
        name: unit.name,
        kind: unit.kind,
        last_day: unit.last_day,
    });
    Ok(web::Json(SharesResponse {
        year,
        scheme,
        whole: whole.into(),
        rows: rows.into_iter().map(RowResponse::from).collect(),
        dissolved: ended.collect(),
    }))
}
