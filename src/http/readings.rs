//! How a text is read: what every piece of it became, and why.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Site;
use super::body::Json;
use super::error::{Code, FieldError, Problem, ProblemBody};
use crate::domain::indicator::{Catalogue, IndicatorId};
use crate::domain::shortcode::Explanation;

/// The longest text that is explained, in characters; the reader reads none that is longer.
const MAX_TEXT: usize = 2_000;

/// A text to be read; nothing is recorded.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadingRequest {
    /// The words.
    text: String,
    /// The day of receipt; today if left out.
    received: Option<NaiveDate>,
}

/// How a text is read by itself, whatever is stored.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ReadingResponse {
    /// What the sender wants.
    intent: &'static str,
    /// The month that the text names.
    period: Option<String>,
    /// Figures by code.
    values: BTreeMap<String, i64>,
    /// Why a question would be asked.
    why: Option<&'static str>,
    /// What the doubtful piece may mean, best first.
    candidates: Vec<String>,
    /// Every piece of the text.
    pieces: Vec<PieceResponse>,
    /// The second-best way to attach figures to things.
    second_best: Vec<AttachmentResponse>,
}

/// A piece of the text.
#[derive(Serialize, utoipa::ToSchema)]
struct PieceResponse {
    /// Where it begins, in bytes.
    start: usize,
    /// Where it ends, in bytes.
    end: usize,
    /// As it was typed.
    text: String,
    /// What it became.
    became: String,
    /// Why.
    why: String,
}

/// A figure and the thing that it would count.
#[derive(Serialize, utoipa::ToSchema)]
struct AttachmentResponse {
    /// The figure, as it was typed.
    figure: String,
    /// The thing, as it was typed.
    thing: String,
}

/// Shows how a text is read, without recording anything.
#[utoipa::path(post, path = "/api/v1/readings", tag = "messages", request_body = ReadingRequest,
    security(("bearer" = [])), responses(
    (status = 200, body = ReadingResponse),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn create_reading(
    site: web::Data<Site>,
    Json(body): Json<ReadingRequest>,
) -> Result<web::Json<ReadingResponse>, Problem> {
    if body.text.chars().count() > MAX_TEXT {
        let detail = format!("at most {MAX_TEXT} characters");
        let error = FieldError::new("/text", "too_long", detail);
        return Err(Problem::new(Code::ValidationFailed).errors(vec![error]));
    }
    let received = body.received.unwrap_or_else(|| site.clock.today());
    let explanation = site.intake.context().rules.reader.get().explain(&body.text, received);
    Ok(web::Json(response(&site.catalogue, explanation)))
}

fn response(catalogue: &Catalogue, explanation: Explanation) -> ReadingResponse {
    let code = |id: IndicatorId| catalogue.by_id(id).map(|indicator| indicator.code.clone());
    let Explanation { pieces, reading, second } = explanation;
    let piece = |piece: crate::domain::shortcode::Explained| PieceResponse {
        start: piece.start,
        end: piece.end,
        text: piece.text,
        became: piece.became,
        why: piece.why,
    };
    ReadingResponse {
        intent: reading.intent.name(),
        period: reading.period.map(|period| period.to_string()),
        values: reading.values.iter().filter_map(|(id, figure)| Some((code(*id)?, *figure))).collect(),
        why: reading.why.map(|why| why.name()),
        candidates: reading.candidates.iter().filter_map(|id| code(*id)).collect(),
        pieces: pieces.into_iter().map(piece).collect(),
        second_best: second.into_iter().map(|(figure, thing)| AttachmentResponse { figure, thing }).collect(),
    }
}
