//! The gateways as ways out: whether they are open, what waits, what is wrong.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::Site;
use super::error::{Code, Problem, ProblemBody};
use super::parameters::Page;
use crate::clock::time_of;
use crate::db::outbox::{LANE_STARTED, LANE_URGENT};
use crate::db::route::Route;
use crate::db::route_incident::Incident;
use crate::flows::deliver::overview::{self, Overview};
use crate::sms::Gateway;

/// A gateway as a way out.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct GatewayResponse {
    /// Its id in the settings.
    id: String,
    /// Whether it sends at all.
    sends: bool,
    /// Whether sending a text again never makes a second one; else a text whose outcome is not known is never sent again.
    idempotent: bool,
    /// `open`; `resting`: the provider asked to be left alone; `paused`: it cannot send.
    state: &'static str,
    /// Why it is paused: `misconfigured`, `out_of_credit`, `unreachable`.
    reason: Option<&'static str>,
    /// What the provider said last when it did not take a text.
    detail: Option<String>,
    /// Since when it has been open or paused.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// When a text is tried again.
    #[schema(format = DateTime)]
    next_try: Option<String>,
    /// Replies, codes and urgent texts that wait.
    queued_urgent: i64,
    /// Texts that the server started by itself and that wait.
    queued_started: i64,
    /// When a text went last.
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    /// The money left with the provider, đồng, where it tells.
    balance: Option<i64>,
    /// SMS parts a second, at most.
    parts_per_second: u32,
    /// What a part costs, đồng.
    cost_per_part: i64,
    /// What is wrong.
    incidents: Vec<IncidentResponse>,
}

/// Something that is wrong with a gateway.
#[derive(Serialize, utoipa::ToSchema)]
struct IncidentResponse {
    /// `misconfigured`, `out_of_credit`, `unreachable`, `silent`, `phone_silent`, `balance_low`.
    kind: String,
    /// What was seen.
    detail: String,
    /// Since when.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When the administrators were told.
    #[schema(format = DateTime)]
    alerted_at: Option<String>,
}

fn time(micros: i64) -> String {
    time_of(micros).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

impl From<&Incident> for IncidentResponse {
    fn from(incident: &Incident) -> Self {
        IncidentResponse {
            kind: incident.kind.clone(),
            detail: incident.detail.clone(),
            opened_at: time(incident.opened_at),
            alerted_at: incident.alerted_at.map(time),
        }
    }
}

impl GatewayResponse {
    fn new(gateway: &Gateway, overview: &Overview, now: i64) -> Self {
        let id = gateway.id.as_str();
        let route = overview.routes.get(id);
        let state = route.map(|route| route.state).unwrap_or_default();
        let (name, next_try) = if state.trouble.is_some() {
            ("paused", Some(state.probe_at.max(state.rest_until)))
        } else if state.rest_until > now {
            ("resting", Some(state.rest_until))
        } else {
            ("open", None)
        };
        let incidents = overview.incidents.iter().filter(|incident| incident.gateway == id);
        GatewayResponse {
            id: gateway.id.clone(),
            sends: gateway.sends(),
            idempotent: gateway.is_idempotent(),
            state: name,
            reason: state.trouble.map(|trouble| trouble.name()),
            detail: route.and_then(|route| route.detail.clone()),
            since: route.map(|_| time(state.since)),
            next_try: next_try.map(time),
            queued_urgent: overview.depth(id, LANE_URGENT),
            queued_started: overview.depth(id, LANE_STARTED),
            sent_at: route.and_then(|route: &Route| route.sent_at).map(time),
            balance: route.and_then(|route: &Route| route.balance).map(|(balance, _)| balance),
            parts_per_second: gateway.parts_per_second,
            cost_per_part: gateway.cost_per_part,
            incidents: incidents.map(IncidentResponse::from).collect(),
        }
    }
}

/// The gateways in the order of the settings, which is the order in which they stand in for each other.
#[utoipa::path(get, path = "/api/v1/gateways", tag = "gateways", security(("bearer" = [])), responses(
    (status = 200, body = Page<GatewayResponse>),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_gateways(
    site: web::Data<Site>,
) -> Result<web::Json<Page<GatewayResponse>>, Problem> {
    let overview = overview::overview(&site.db).await?;
    let now = site.receiver.time.now(site.clock).real;
    let items = site.gateways.iter().map(|gateway| GatewayResponse::new(gateway, &overview, now)).collect();
    Ok(web::Json(Page { items, next: None }))
}

/// Tries a paused gateway with the next text, without waiting for its pause: after settings were put right at the
/// provider's.
#[utoipa::path(post, path = "/api/v1/gateways/{id}/probe", tag = "gateways", security(("bearer" = [])),
    params(("id" = String, Path, description = "The gateway")), responses(
    (status = 204, description = "The next text that is due is tried"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn probe_gateway(
    site: web::Data<Site>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let gateway = site.gateways.get(&id).ok_or_else(|| Problem::new(Code::NotFound))?;
    overview::probe(&site.db, &gateway.id).await?;
    Ok(HttpResponse::NoContent().finish())
}
