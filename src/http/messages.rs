//! Texts in and out: their state, parts, cost and reading; their words for those who may read them.

use actix_web::web;
use serde::{Deserialize, Serialize};

use super::Site;
use super::auth::Authenticated;
use super::error::{Problem, ProblemBody};
use super::parameters::{self, Page, Query, bad};
use super::reports::reader;
use crate::clock::time_of;
use crate::db::traffic::{Received, Sent};
use crate::domain::message;
use crate::flows::disclose::{self, Direction, Opened, ShownText};

const USUAL_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

/// What may become of a text, in and out.
const FATES: [&str; 11] = [
    "recorded",
    "answered",
    "asked",
    "proposed",
    "practised",
    "refused",
    "urgent",
    "purged",
    "ignored",
    "conflicting",
    "incomplete",
];
const STATES: [&str; 8] =
    ["queued", "accepted", "sent", "delivered", "failed", "expired", "unknown", "skipped"];

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// `in` or `out`; without it both.
    direction: Option<String>,
    /// What became of it. In: `recorded`, `answered`, `asked`, `proposed`, `practised`, `refused`, `urgent`, `purged`,
    /// `ignored`. Out: `queued`, `accepted`, `sent`, `delivered`, `failed`, `expired`, `unknown`,
    /// `skipped`.
    state: Option<String>,
    /// The cursor of the page before.
    after: Option<String>,
    /// How many, 50 by default, 200 at most.
    limit: Option<u32>,
}

/// A text. Number, name and words are null for those who may not read them, words also once they are purged.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MessageResponse {
    /// Its id.
    id: String,
    /// `in` or `out`.
    direction: &'static str,
    /// The gateway.
    gateway: String,
    /// When it was received or planned.
    #[schema(format = DateTime)]
    at: String,
    /// What became of it.
    state: String,
    /// The other side's number.
    number: Option<String>,
    /// The name of the registered sender.
    name: Option<String>,
    /// The words.
    text: Option<String>,
    /// The code of the hamlet that it was about.
    unit: Option<String>,
    /// The code of the commune.
    commune: Option<String>,
    #[serde(flatten)]
    more: MoreResponse,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
enum MoreResponse {
    In(InResponse),
    Out(OutResponse),
}

/// What is known of a text that came in.
#[derive(Serialize, utoipa::ToSchema)]
struct InResponse {
    /// What the sender wanted.
    intent: String,
    /// Why a question was asked.
    why: Option<String>,
    /// What was understood.
    #[schema(value_type = Object)]
    reading: serde_json::Value,
    /// Whether the sender's number can be believed.
    trusted: bool,
    /// Whether other people's names or numbers seem to stand in it.
    personal: bool,
    /// SMS parts that the words take; null where they are not shown.
    parts: Option<usize>,
    /// What the officer should see beside it: `two_people` (different people gave different figures), `conflict`,
    /// `personal`, `commune_only`, `after_return`.
    flags: Vec<String>,
    /// The registered sender.
    person: Option<String>,
    /// The report that it made.
    report: Option<String>,
}

/// What is known of a text that went out.
#[derive(Serialize, utoipa::ToSchema)]
struct OutResponse {
    /// What it is to its cause: `reply`, `alert` …
    kind: String,
    /// The text or reminder that made it.
    cause: String,
    /// SMS parts.
    parts: i32,
    /// What it costs, đồng.
    cost: i64,
    /// How often it was tried.
    attempts: i32,
    /// When the gateway took it.
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    /// When it reached the phone.
    #[schema(format = DateTime)]
    delivered_at: Option<String>,
    /// Why it did not, or has not yet. Never sent: `opted_out`, `stale`, `not_needed`, `over_budget`. Not sent, or not
    /// known to have been: `transient`, `rejected`, `too_many_tries`, `misconfigured`, `out_of_credit`, `interrupted`,
    /// `unknown`, `purged`. Not delivered: `failed`, `expired`.
    reason: Option<String>,
    /// What the provider said.
    failure: Option<String>,
}

fn time(micros: i64) -> String {
    time_of(micros).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

impl From<ShownText> for MessageResponse {
    fn from(text: ShownText) -> Self {
        match text {
            ShownText::In { stored, opened } => received(stored, opened),
            ShownText::Out { stored, opened } => sent(stored, opened),
        }
    }
}

fn received(stored: Received, opened: Opened) -> MessageResponse {
    let parts = opened.words.as_deref().map(|words| message::parts(words).parts);
    MessageResponse {
        id: stored.id.to_string(),
        direction: "in",
        gateway: stored.gateway,
        at: time(stored.received_at),
        state: stored.fate,
        number: opened.number,
        name: opened.name,
        text: opened.words,
        unit: stored.unit,
        commune: stored.commune,
        more: MoreResponse::In(InResponse {
            intent: stored.intent,
            why: stored.why,
            // What an older version wrote is shown as it is.
            reading: serde_json::from_str(&stored.reading)
                .unwrap_or(serde_json::Value::String(stored.reading)),
            trusted: stored.trusted,
            personal: stored.personal,
            parts,
            flags: stored.flags.split_whitespace().map(str::to_owned).collect(),
            person: stored.person.map(|(id, _)| id.to_string()),
            report: stored.report_id.map(|id| id.to_string()),
        }),
    }
}

fn sent(stored: Sent, opened: Opened) -> MessageResponse {
    MessageResponse {
        id: stored.id.to_string(),
        direction: "out",
        gateway: stored.gateway,
        at: time(stored.created_at),
        state: stored.state,
        number: opened.number,
        name: None,
        text: opened.words,
        unit: None,
        commune: stored.commune,
        more: MoreResponse::Out(OutResponse {
            kind: stored.kind,
            cause: stored.cause.to_string(),
            parts: stored.parts,
            cost: stored.cost,
            attempts: stored.attempts,
            sent_at: stored.sent_at.map(time),
            delivered_at: stored.delivered_at.map(time),
            reason: stored.reason,
            failure: stored.failure,
        }),
    }
}

fn direction(text: Option<&str>) -> Result<Direction, Problem> {
    match text {
        None => Ok(Direction::Both),
        Some("in") => Ok(Direction::In),
        Some("out") => Ok(Direction::Out),
        Some(_) => Err(bad("direction", "write in or out")),
    }
}

fn state(text: Option<String>, direction: Direction) -> Result<Option<String>, Problem> {
    let known = |state: &str| match direction {
        Direction::In => FATES.contains(&state),
        Direction::Out => STATES.contains(&state),
        Direction::Both => FATES.contains(&state) || STATES.contains(&state),
    };
    match text {
        Some(state) if !known(&state) => Err(bad("state", "there is no such state in this direction")),
        state => Ok(state),
    }
}

/// Texts in and out, newest first.
#[utoipa::path(get, path = "/api/v1/messages", tag = "messages", security(("bearer" = [])), params(ListQuery), responses(
    (status = 200, body = Page<MessageResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_messages(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListQuery>,
) -> Result<web::Json<Page<MessageResponse>>, Problem> {
    let direction = direction(query.direction.as_deref())?;
    let state = state(query.state, direction)?;
    let before = query.after.as_deref().map(|after| parameters::id("after", after)).transpose()?;
    let limit = parameters::limit(query.limit, USUAL_PAGE, LARGEST_PAGE)?;
    let before = before.unwrap_or(i64::MAX);
    let texts = disclose::texts(reader(&site, &caller), direction, state, before, limit).await?;
    let items = texts.into_iter().map(MessageResponse::from).collect();
    Ok(web::Json(Page::cut(items, limit, |message: &MessageResponse| message.id.clone())))
}
