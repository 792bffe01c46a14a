//! Reminders: their rules, a look ahead, and what became of them.

mod rule;

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Site;
use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::{self, Query};
use crate::clock::time_of;
use crate::domain::reminder::Rule;
use crate::domain::reply::grouped;
use crate::flows::remind::forecast::Forecast;
use crate::flows::remind::list::{PreviewError, Shown};
use crate::flows::remind::{ReplaceError, RuleSet};
use rule::RuleBody;

const USUAL_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 500;
/// Texts that a look ahead shows as examples.
const EXAMPLES: usize = 20;

/// The rules that hold.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RulesResponse {
    /// Their version; 0: those that ship with the program.
    version: i32,
    /// When they came.
    #[schema(format = DateTime)]
    changed_at: Option<String>,
    /// All of them, in their order.
    rules: Vec<RuleBody>,
}

impl From<RuleSet> for RulesResponse {
    fn from(set: RuleSet) -> Self {
        RulesResponse {
            version: set.version,
            changed_at: set.changed_at.map(time),
            rules: set.rules.iter().map(|standing| RuleBody::from(&standing.rule)).collect(),
        }
    }
}

/// Rules in the place of all others.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesRequest {
    /// The version that they were made from.
    version: i32,
    /// All rules.
    #[schema(value_type = Vec<RuleBody>)]
    rules: Vec<Rule>,
}

/// What a look ahead is about.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewRequest {
    /// The day.
    day: String,
    /// Rules that are to be tried; without them those that hold.
    #[schema(value_type = Option<Vec<RuleBody>>)]
    rules: Option<Vec<Rule>>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// The day, today without it.
    due: Option<String>,
    /// The cursor of the page before.
    after: Option<String>,
    /// How many, 50 by default, 500 at most.
    limit: Option<u32>,
}

/// The reminders of a day.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RemindersResponse {
    /// The day.
    due: NaiveDate,
    /// Those that were planned: sent, to be sent, or not sent for a reason.
    items: Vec<ReminderResponse>,
    /// Give it as `after` to get the next page; null: this is the last one.
    next: Option<String>,
    /// Moments of the day that are still to come, as things stand now; with the first page only.
    expected: Vec<RunResponse>,
}

/// Somebody is, or for a reason is not, told of a unit.
#[derive(Serialize, utoipa::ToSchema)]
struct ReminderResponse {
    /// Its id.
    id: String,
    /// The code of its rule.
    rule: String,
    /// What it reminds of.
    matter: String,
    /// The code of the unit.
    unit: String,
    /// Its name.
    unit_name: String,
    /// The month (`2026-03`) or the year.
    period: String,
    /// Days from the anchor of the rule, or for a cron expression the moment in minutes since 1970.
    step: i32,
    /// Who is told: `reporter`, `supervisor`, `decider`, `province`.
    to: String,
    /// The person.
    person: Option<String>,
    /// The name of the person, for those who may read it.
    name: Option<String>,
    /// The last day of what it reminds of.
    last_day: NaiveDate,
    /// Its moment.
    #[schema(format = DateTime)]
    at: String,
    /// `planned`, `sent` (it is in a text that goes or went) or `skipped`.
    state: &'static str,
    /// Why it is not sent: `done`, `nobody`, `no_phone`, `stopped`, `unit_ended`, `post_ended`, `late`, `overtaken`,
    /// `rule_changed`; of the text: `no_route`, `stale`, `over_budget` …
    reason: Option<String>,
    /// The text that it is in.
    text: Option<String>,
    /// How far that text is.
    text_state: Option<String>,
    /// When the gateway took it.
    #[schema(format = DateTime)]
    sent_at: Option<String>,
}

impl From<Shown> for ReminderResponse {
    fn from(Shown { stored, receiver_name }: Shown) -> Self {
        let (state, reason) = fate(&stored.state, stored.reason, stored.text.as_ref());
        ReminderResponse {
            id: stored.id.to_string(),
            rule: stored.rule,
            matter: stored.matter,
            unit: stored.unit,
            unit_name: stored.unit_name,
            period: period(stored.period),
            step: stored.step,
            to: stored.audience,
            person: stored.receiver.map(|(person, _)| person.to_string()),
            name: receiver_name,
            last_day: stored.due,
            at: time(stored.at),
            state,
            reason,
            sent_at: stored.text.as_ref().and_then(|text| text.sent_at).map(time),
            text_state: stored.text.as_ref().map(|text| text.state.clone()),
            text: stored.text.map(|text| text.id.to_string()),
        }
    }
}

/// What became of a row, together with its text, which may have been dropped as a whole.
fn fate(
    state: &str,
    reason: Option<String>,
    text: Option<&crate::db::reminder::list::ListedText>,
) -> (&'static str, Option<String>) {
    match (state, text) {
        ("skipped", _) => ("skipped", reason),
        (_, None) => ("planned", Some("no_route".to_owned())),
        (_, Some(text)) if text.state == "skipped" => ("skipped", text.reason.clone()),
        ("told", Some(text)) => ("sent", text.reason.clone()),
        (_, Some(_)) => ("planned", None),
    }
}

/// A moment that is still to come.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RunResponse {
    /// The moment.
    #[schema(format = DateTime)]
    at: String,
    /// All of it in a line.
    summary: String,
    /// Reminders before they are merged.
    reminders: usize,
    /// People who are told.
    people: usize,
    /// Texts after merging.
    texts: usize,
    /// SMS parts.
    parts: usize,
    /// What they cost, đồng.
    cost: i64,
    /// Reminders that are not sent, by reason.
    not_sent: BTreeMap<&'static str, usize>,
    /// Some of the texts.
    examples: Vec<ExampleResponse>,
}

/// A text that would be sent.
#[derive(Serialize, utoipa::ToSchema)]
struct ExampleResponse {
    /// The words.
    text: String,
    /// SMS parts.
    parts: usize,
}

impl From<Forecast> for RunResponse {
    fn from(run: Forecast) -> Self {
        let local = time_of(run.at).with_timezone(&chrono_tz::Asia::Ho_Chi_Minh);
        let summary = format!(
            "{}: {} people, {} reminders, {} texts after merging, {} đồng",
            local.format("%Y-%m-%d %H:%M"),
            run.people,
            run.reminders,
            run.texts.len(),
            grouped(run.cost()),
        );
        let example = |text: &crate::flows::remind::forecast::Text| ExampleResponse {
            text: text.words.clone(),
            parts: text.parts,
        };
        RunResponse {
            at: time(run.at),
            summary,
            reminders: run.reminders,
            people: run.people,
            texts: run.texts.len(),
            parts: run.parts(),
            cost: run.cost(),
            not_sent: run.skipped.iter().map(|(skip, count)| (skip.name(), *count)).collect(),
            examples: run.texts.iter().take(EXAMPLES).map(example).collect(),
        }
    }
}

/// What a day would bring.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PreviewResponse {
    /// The day.
    day: NaiveDate,
    /// Its moments.
    runs: Vec<RunResponse>,
}

impl From<ReplaceError> for Problem {
    fn from(error: ReplaceError) -> Self {
        match error {
            ReplaceError::Forbidden(error) => error.into(),
            ReplaceError::Db(error) => error.into(),
            ReplaceError::Bad { .. } => Problem::new(Code::ValidationFailed).detail(error.to_string()),
            ReplaceError::Stale(_) => Problem::new(Code::VersionConflict)
                .detail(format!("{error}; read them, make your change again and send it with that version")),
        }
    }
}

impl From<PreviewError> for Problem {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Rule(bad) => Problem::new(Code::ValidationFailed).detail(bad.to_string()),
            PreviewError::Disclose(error) => error.into(),
            PreviewError::Forbidden(error) => error.into(),
            PreviewError::Db(error) => error.into(),
        }
    }
}

fn time(micros: i64) -> String {
    time_of(micros).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// Months have six digits, years four.
fn period(number: i32) -> String {
    crate::domain::period::Period::from_number(number)
        .map_or_else(|_| number.to_string(), |month| month.to_string())
}

/// The rules of reminders.
#[utoipa::path(get, path = "/api/v1/reminders/rules", tag = "reminders", security(("bearer" = [])), responses(
    (status = 200, body = RulesResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_rules(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
) -> Result<web::Json<RulesResponse>, Problem> {
    Ok(web::Json(site.reminders.rules(&caller).await?.into()))
}

/// Puts rules in the place of all others. A changed rule reminds of no moment before its change. Rules that would remind
/// without end are refused, with how often and how many people.
#[utoipa::path(put, path = "/api/v1/reminders/rules", tag = "reminders", security(("bearer" = [])),
    request_body = RulesRequest, responses(
    (status = 200, body = RulesResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn replace_rules(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Json(request): Json<RulesRequest>,
) -> Result<web::Json<RulesResponse>, Problem> {
    let set = site.reminders.replace_rules(&caller, request.version, request.rules).await?;
    Ok(web::Json(set.into()))
}

/// What a day would bring, as things stand now, by the rules that hold or by others that are to be tried. Nothing is
/// written or sent.
#[utoipa::path(post, path = "/api/v1/reminders/preview", tag = "reminders", security(("bearer" = [])),
    request_body = PreviewRequest, responses(
    (status = 200, body = PreviewResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn preview_reminders(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Json(request): Json<PreviewRequest>,
) -> Result<web::Json<PreviewResponse>, Problem> {
    let day = parameters::day("day", &request.day)?;
    let forecasts = site.reminders.preview(&caller, day, request.rules).await?;
    Ok(web::Json(PreviewResponse { day, runs: forecasts.into_iter().map(RunResponse::from).collect() }))
}

/// The reminders of a day: what was and will be sent, and why not.
#[utoipa::path(get, path = "/api/v1/reminders", tag = "reminders", security(("bearer" = [])), params(ListQuery), responses(
    (status = 200, body = RemindersResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_reminders(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListQuery>,
) -> Result<web::Json<RemindersResponse>, Problem> {
    let due = query.due.as_deref().map(|due| parameters::day("due", due)).transpose()?;
    let due = due.unwrap_or_else(|| site.clock.today());
    let after = query.after.as_deref().map(|after| parameters::id("after", after)).transpose()?;
    let limit = parameters::limit(query.limit, USUAL_PAGE, LARGEST_PAGE)?;
    let rows = site.reminders.list(&caller, due, after.unwrap_or(0), limit).await?;
    let expected = match after {
        Some(_) => Vec::new(),
        None => site.reminders.expected(&caller, due).await?,
    };
    let items = rows.into_iter().map(ReminderResponse::from).collect();
    let page = parameters::Page::cut(items, limit, |item: &ReminderResponse| item.id.clone());
    let expected = expected.into_iter().map(RunResponse::from).collect();
    Ok(web::Json(RemindersResponse { due, items: page.items, next: page.next, expected }))
}
