//! Self-assessments: criteria with proposals, figures, boundary cases, and answers.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::schemes::CriterionResponse;
use super::{ReviewResponse, time};
use crate::domain::review::propose::{Fact, Figure};
use crate::domain::review::{Doubt, Finding, Sum};
use crate::flows::review::{AssessedCriterion, Assessment, AssessmentRequest, Conclusion, Done, Outcome};
use crate::http::Site;
use crate::http::auth::Authenticated;
use crate::http::body::Json;
use crate::http::error::{Problem, ProblemBody};
use crate::http::parameters;

/// Answers and facts; what is left out stays as it was.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AnswersRequest {
    /// By criterion.
    #[serde(default)]
    answers: BTreeMap<String, ConclusionRequest>,
    /// By name: a whole number, a day `YYYY-MM-DD`, or a rating in words.
    #[serde(default)]
    #[schema(value_type = Object)]
    facts: BTreeMap<String, Fact>,
}

/// An answer to a criterion.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ConclusionRequest {
    /// `met`, `not_met` or `not_applicable`.
    #[schema(value_type = String)]
    outcome: Outcome,
    /// Why; must be given where the figures say otherwise.
    #[serde(default)]
    note: Option<String>,
}

/// A self-assessment as it stands.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct AssessmentResponse {
    /// The review.
    review: ReviewResponse,
    /// The first day that is assessed.
    from: NaiveDate,
    /// The last.
    to: NaiveDate,
    /// The criteria.
    criteria: Vec<AssessedResponse>,
    /// What people entered.
    #[schema(value_type = Object)]
    facts: BTreeMap<String, Fact>,
    /// Facts that criteria ask for and nobody has entered.
    facts_lacking: Vec<String>,
    /// Criteria without an answer.
    unanswered: Vec<String>,
    /// Units that went into this one and whose past counts for it.
    predecessors: Vec<PredecessorResponse>,
}

/// A unit that went into another.
#[derive(Serialize, utoipa::ToSchema)]
struct PredecessorResponse {
    /// Its code.
    unit: String,
    /// Its last day.
    last_day: NaiveDate,
    /// Whether it was split, so that what counts here is not known exactly.
    split: bool,
}

/// A criterion with what the program proposes and what people concluded.
#[derive(Serialize, utoipa::ToSchema)]
struct AssessedResponse {
    #[serde(flatten)]
    criterion: CriterionResponse,
    /// What the program proposes: `met`, `not_met`, or `open`: only a person can say.
    proposal: &'static str,
    /// Why only a person can say: `judgement`, `flagged`, `equal`, `more`, `boundary`, `missing`, `severity`, `fact`.
    doubts: Vec<&'static str>,
    /// The figures behind the proposal.
    figures: Vec<FigureResponse>,
    /// What was concluded.
    answer: Option<AnswerResponse>,
}

/// A figure behind a proposal.
#[derive(Serialize, utoipa::ToSchema)]
struct FigureResponse {
    /// The code of an indicator, the title of a group, the name of a fact, or `share`.
    name: String,
    /// This year's.
    now: SumResponse,
    /// The year before's, or what it must equal.
    against: Option<SumResponse>,
}

/// A sum over the days that are assessed.
#[derive(Serialize, utoipa::ToSchema)]
struct SumResponse {
    /// What surely lies in the days.
    low: i64,
    /// What lies in them at most.
    high: i64,
    /// Months across the first or last day of which something has no known day.
    boundary: Vec<BoundaryResponse>,
    /// Months without a return.
    missing: Vec<String>,
}

/// A month of which nobody knows how much lies in the days.
#[derive(Serialize, utoipa::ToSchema)]
struct BoundaryResponse {
    /// The month.
    period: String,
    /// The first or last day that is assessed, which it crosses.
    day: NaiveDate,
    /// How many cases have no known day.
    undated: i64,
    /// The same as people read it.
    words: String,
}

/// What was concluded.
#[derive(Serialize, utoipa::ToSchema)]
struct AnswerResponse {
    /// `met`, `not_met` or `not_applicable`.
    outcome: String,
    /// Why.
    note: Option<String>,
    /// How often it was answered.
    version: i32,
    /// By which account.
    account: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

impl From<AssessedCriterion> for AssessedResponse {
    fn from(assessed: AssessedCriterion) -> Self {
        let (proposal, doubts) = match &assessed.proposal.finding {
            Finding::Met => ("met", Vec::new()),
            Finding::NotMet => ("not_met", Vec::new()),
            Finding::Open(doubts) => ("open", doubts.iter().copied().map(Doubt::name).collect()),
        };
        AssessedResponse {
            criterion: CriterionResponse::from(&assessed.criterion),
            proposal,
            doubts,
            figures: assessed.proposal.figures.into_iter().map(FigureResponse::from).collect(),
            answer: assessed.answer.map(|(stored, note)| AnswerResponse {
                outcome: stored.outcome,
                note,
                version: stored.version,
                account: stored.account,
                at: time(stored.at),
            }),
        }
    }
}

impl From<Figure> for FigureResponse {
    fn from(figure: Figure) -> Self {
        FigureResponse {
            name: figure.name,
            now: figure.now.into(),
            against: figure.against.map(SumResponse::from),
        }
    }
}

impl From<Sum> for SumResponse {
    fn from(sum: Sum) -> Self {
        let boundary = sum.straddling.into_iter().map(|straddle| BoundaryResponse {
            period: straddle.period.to_string(),
            day: straddle.boundary,
            undated: straddle.undated,
            words: format!(
                "{} trường hợp không rõ ngày nằm vắt qua {}",
                straddle.undated,
                straddle.boundary.format("%d/%m/%Y")
            ),
        });
        SumResponse {
            low: sum.low,
            high: sum.high,
            boundary: boundary.collect(),
            missing: sum.missing.into_iter().map(|period| period.to_string()).collect(),
        }
    }
}

impl From<Assessment> for AssessmentResponse {
    fn from(assessment: Assessment) -> Self {
        let predecessors = assessment.predecessors.into_iter().map(|unit| PredecessorResponse {
            unit: unit.code,
            last_day: unit.last_day,
            split: unit.split,
        });
        AssessmentResponse {
            review: ReviewResponse::new(assessment.review, assessment.unit),
            from: assessment.days.0,
            to: assessment.days.1,
            criteria: assessment.criteria.into_iter().map(AssessedResponse::from).collect(),
            facts: assessment.facts,
            facts_lacking: assessment.facts_lacking,
            unanswered: assessment.unanswered,
            predecessors: predecessors.collect(),
        }
    }
}

/// The self-assessment of a review: each criterion with what the program proposes, the figures behind it and the cases
/// across the first or last day named, and what people concluded.
#[utoipa::path(get, path = "/api/v1/reviews/{id}/assessment", tag = "reviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the review")), responses(
    (status = 200, body = AssessmentResponse),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn show_assessment(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
) -> Result<web::Json<AssessmentResponse>, Problem> {
    let assessment = site.reviews.assessment(&caller, parameters::id("id", &id)?).await?;
    Ok(web::Json(assessment.into()))
}

/// Takes answers and facts. With the last missing answer the review is assessed.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/assessment", tag = "reviews", security(("bearer" = [])),
    request_body = AnswersRequest, params(("id" = String, Path, description = "The id of the review")), responses(
    (status = 200, body = AssessmentResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn assess_unit(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    id: web::Path<String>,
    Json(request): Json<AnswersRequest>,
) -> Result<web::Json<AssessmentResponse>, Problem> {
    let conclusion = |(id, answer): (String, ConclusionRequest)| {
        (id, Conclusion { outcome: answer.outcome, note: answer.note })
    };
    let answers = request.answers.into_iter().map(conclusion).collect();
    let request = AssessmentRequest { answers, facts: request.facts };
    let Done { what: assessment, practice } =
        site.reviews.assess(&caller, parameters::id("id", &id)?, request).await?;
    let mut response = AssessmentResponse::from(assessment);
    response.review.practice = practice;
    Ok(web::Json(response))
}
