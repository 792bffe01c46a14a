//! The catalogue of indicators.

use actix_web::web;
use serde::Serialize;

use super::Site;
use super::parameters::Page;
use crate::domain::indicator::{Indicator, Kind, OverTime, Reporter};

/// Something that is counted.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct IndicatorResponse {
    /// What people text (`TC`).
    code: String,
    /// Name with marks.
    name: String,
    /// Name without marks, as SMS print it.
    name_ascii: String,
    /// English gloss.
    gloss: String,
    /// Heading in reports.
    group: String,
    /// What one is called, for display.
    unit: String,
    /// `count`, `people` or `money` (đồng).
    kind: &'static str,
    /// How months become a longer span: `sum` or `last`.
    over_time: &'static str,
    /// Whether a smaller figure is better.
    lower_is_better: bool,
    /// Whether its cases enter the clearing rate.
    clearing: bool,
    /// The largest figure of one report that is believed.
    max: i64,
    /// Whose reports feed its totals: `hamlet` or `commune`.
    reporter: &'static str,
    /// Words that people use for it.
    synonyms: Vec<String>,
}

impl From<&Indicator> for IndicatorResponse {
    fn from(indicator: &Indicator) -> Self {
        IndicatorResponse {
            code: indicator.code.clone(),
            name: indicator.name_vi.clone(),
            name_ascii: indicator.name_ascii.clone(),
            gloss: indicator.gloss_en.clone(),
            group: indicator.group.clone(),
            unit: indicator.unit.clone(),
            kind: match indicator.kind {
                Kind::Count => "count",
                Kind::People => "people",
                Kind::Money => "money",
            },
            over_time: if indicator.over_time == OverTime::Sum { "sum" } else { "last" },
            lower_is_better: indicator.lower_is_better,
            clearing: indicator.clearing,
            max: indicator.max,
            reporter: if indicator.reporter == Reporter::Hamlet { "hamlet" } else { "commune" },
            synonyms: indicator.synonyms.clone(),
        }
    }
}

/// Everything that is counted, in the order of the catalogue.
#[utoipa::path(get, path = "/api/v1/indicators", tag = "catalogue", security(("bearer" = [])),
    responses((status = 200, body = Page<IndicatorResponse>)))]
pub(super) async fn list_indicators(site: web::Data<Site>) -> web::Json<Page<IndicatorResponse>> {
    let items = site.catalogue.iter().map(IndicatorResponse::from).collect();
    web::Json(Page { items, next: None })
}
