//! Review schemes: criteria, days, documents.

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::year;
use crate::domain::review::rule::FactKind;
use crate::domain::review::{Criterion, KindScheme, Level, Scheme};
use crate::http::Site;
use crate::http::error::{Code, Problem, ProblemBody};
use crate::http::parameters::{Page, Query};

/// A scheme in a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct SchemeResponse {
    /// Its name in addresses.
    code: String,
    /// The regulation.
    title: String,
    /// The code of the province whose additions are in it; null: it is the country's.
    province: Option<String>,
    /// The first year of reviews by it.
    first_year: i32,
    /// The last; null: no end is known.
    last_year: Option<i32>,
}

impl From<&Scheme> for SchemeResponse {
    fn from(scheme: &Scheme) -> Self {
        SchemeResponse {
            code: scheme.code.clone(),
            title: scheme.title.clone(),
            province: scheme.province.clone(),
            first_year: scheme.first_year,
            last_year: scheme.last_year,
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ShowQuery {
    /// The year whose days are named; left out: the current one.
    year: Option<i32>,
}

/// A scheme with all that it says.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct SchemeDetailResponse {
    #[serde(flatten)]
    scheme: SchemeResponse,
    /// The year that the days are of.
    year: i32,
    /// What it says of each kind of unit.
    kinds: Vec<KindResponse>,
}

/// What a scheme says of a kind of unit.
#[derive(Serialize, utoipa::ToSchema)]
struct KindResponse {
    /// The kind.
    kind: &'static str,
    /// The first day that is assessed.
    from: NaiveDate,
    /// The last.
    to: NaiveDate,
    /// The last day of registration.
    register_by: NaiveDate,
    /// From when on criteria are answered.
    assess_from: NaiveDate,
    /// The last day of the decision.
    decide_by: NaiveDate,
    /// `commune`, `district` or `province`.
    decided_by: &'static str,
    /// Documents of the file.
    documents: Vec<DocumentResponse>,
    /// The criteria.
    criteria: Vec<CriterionResponse>,
    /// Facts that people enter.
    facts: Vec<FactResponse>,
}

/// A document of the file.
#[derive(Serialize, utoipa::ToSchema)]
struct DocumentResponse {
    /// Its name in addresses.
    name: String,
    /// What people call it.
    title: String,
}

/// A fact that people enter.
#[derive(Serialize, utoipa::ToSchema)]
struct FactResponse {
    /// Its name.
    name: String,
    /// `number`, `day` or `choice`.
    kind: &'static str,
}

/// A criterion.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct CriterionResponse {
    /// Article, clause and point.
    id: String,
    /// What it asks.
    text: String,
    /// How the program looks at it, in words.
    how: Option<String>,
    /// Whether only people judge.
    manual: bool,
    /// Whether the police confirm it with yes or no and nothing is described.
    bare: bool,
}

impl From<&Criterion> for CriterionResponse {
    fn from(criterion: &Criterion) -> Self {
        CriterionResponse {
            id: criterion.id.0.clone(),
            text: criterion.text.clone(),
            how: criterion.how.clone(),
            manual: criterion.rule.is_manual(),
            bare: criterion.bare,
        }
    }
}

fn kind(kind: &KindScheme, year: i32) -> KindResponse {
    let span = kind.span(year);
    let fact = |(name, kind): (&str, FactKind)| FactResponse {
        name: name.to_owned(),
        kind: match kind {
            FactKind::Number => "number",
            FactKind::Day => "day",
            FactKind::Choice => "choice",
        },
    };
    let document = |document: &crate::domain::review::scheme::Document| DocumentResponse {
        name: document.name.clone(),
        title: document.title.clone(),
    };
    KindResponse {
        kind: kind.kind.name(),
        from: span.from,
        to: span.to,
        register_by: kind.register_by.in_year(year),
        assess_from: kind.assess_from.in_year(year),
        decide_by: kind.decide_by.in_year(year),
        decided_by: match kind.decided_by {
            Level::Commune => "commune",
            Level::District => "district",
            Level::Province => "province",
        },
        documents: kind.file.iter().map(document).collect(),
        criteria: kind.criteria.iter().map(CriterionResponse::from).collect(),
        facts: kind.facts().into_iter().map(fact).collect(),
    }
}

/// The review schemes of the installation, the earliest first.
#[utoipa::path(get, path = "/api/v1/reviews/schemes", tag = "reviews", security(("bearer" = [])),
    responses((status = 200, body = Page<SchemeResponse>)))]
pub(in crate::http) async fn list_schemes(
    site: web::Data<Site>,
) -> Result<web::Json<Page<SchemeResponse>>, Problem> {
    let schemes = site.reviews.schemes().await?;
    Ok(web::Json(Page { items: schemes.iter().map(SchemeResponse::from).collect(), next: None }))
}

/// A scheme with its kinds of unit, days, documents and criteria.
#[utoipa::path(get, path = "/api/v1/reviews/schemes/{code}", tag = "reviews", security(("bearer" = [])),
    params(("code" = String, Path, description = "The code of the scheme"), ShowQuery), responses(
    (status = 200, body = SchemeDetailResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn show_scheme(
    site: web::Data<Site>,
    code: web::Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<web::Json<SchemeDetailResponse>, Problem> {
    let today = chrono::Datelike::year(&site.clock.today());
    let year = year(query.year.unwrap_or(today))?;
    let schemes = site.reviews.schemes().await?;
    let scheme = schemes.iter().find(|scheme| scheme.code == *code);
    let scheme = scheme.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(web::Json(SchemeDetailResponse {
        scheme: SchemeResponse::from(scheme),
        year,
        kinds: scheme.kinds.iter().map(|of| kind(of, year)).collect(),
    }))
}
