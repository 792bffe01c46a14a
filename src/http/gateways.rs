//! What providers post: texts that came in, and what became of texts that went out.
//!
//! Each gateway has its own format and its own way to prove who it is; both are the gateway's business ([`crate::sms`]).

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::Site;
use super::body;
use super::error::{Code, Problem, ProblemBody};
use crate::flows::answer::take_reply;
use crate::sms::{Answer, Door, Event, Gateway, Incoming, Refused, Request, Taken};

/// The largest body that a provider may send, bytes: a text of 10,000 characters, escaped.
const MAX_BODY: usize = 128 * 1024;

/// The text is on disk.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ReceivedResponse {
    /// Its id; null while it waits in the spool for the database.
    message: Option<String>,
}

/// The delivery report is on disk.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DeliveryResponse {
    /// Whether the text that it is about is known.
    known: bool,
}

/// Takes a text. 202 means that it is on disk; the same text again (same `id`) is answered alike and not counted twice.
#[utoipa::path(method(get, post), path = "/gateways/{id}/inbound", tag = "gateways",
    params(("id" = String, Path, description = "the gateway"), ("token" = String, Query, description = "its inbound_token")),
    request_body(content = String, description = "JSON or form fields: id, from, to, text, date; with GET they stand in the address", content_type = "application/json"),
    responses((status = 202, body = ReceivedResponse),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn receive_text(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    receive(&site, &request, payload, &id, Door::Inbound).await
}

/// Takes a delivery report. States only rise: a late “sent” never lowers “delivered”.
#[utoipa::path(method(get, post), path = "/gateways/{id}/delivery", tag = "gateways",
    params(("id" = String, Path, description = "the gateway"), ("token" = String, Query, description = "its inbound_token")),
    request_body(content = String, description = "JSON or form fields: id, status (sent, delivered, failed, expired), reason; with GET they stand in the address", content_type = "application/json"),
    responses((status = 200, body = DeliveryResponse),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn receive_delivery(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    receive(&site, &request, payload, &id, Door::Delivery).await
}

/// Takes a text from a provider that hangs its own query behind the address: the token stands in the path.
#[utoipa::path(method(get, post), path = "/gateways/{id}/t/{token}/inbound", tag = "gateways",
    params(("id" = String, Path, description = "the gateway"), ("token" = String, Path, description = "its inbound_token")),
    request_body(content = String, description = "as without a token in the path", content_type = "application/json"),
    responses((status = 202, body = ReceivedResponse),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn receive_text_by_path(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (id, token) = path.into_inner();
    receive_with(&site, &request, payload, (&id, Some(token)), Door::Inbound).await
}

/// Takes a delivery report, with the token in the path.
#[utoipa::path(method(get, post), path = "/gateways/{id}/t/{token}/delivery", tag = "gateways",
    params(("id" = String, Path, description = "the gateway"), ("token" = String, Path, description = "its inbound_token")),
    request_body(content = String, description = "as without a token in the path", content_type = "application/json"),
    responses((status = 200, body = DeliveryResponse),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn receive_delivery_by_path(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (id, token) = path.into_inner();
    receive_with(&site, &request, payload, (&id, Some(token)), Door::Delivery).await
}

async fn receive(
    site: &Site,
    request: &HttpRequest,
    payload: web::Payload,
    id: &str,
    door: Door,
) -> Result<HttpResponse, Problem> {
    receive_with(site, request, payload, (id, None), door).await
}

async fn receive_with(
    site: &Site,
    request: &HttpRequest,
    payload: web::Payload,
    (id, token): (&str, Option<String>),
    door: Door,
) -> Result<HttpResponse, Problem> {
    let gateway = find(site, id)?;
    let mut request = provider_request(site, request, payload).await?;
    request.query.extend(token.map(|token| ("token".to_owned(), token)));
    let events = gateway.read(door, &request).map_err(refused)?;
    let asked = events.iter().find_map(|event| match event {
        Event::Text(text) if gateway.replies_in_answer() => Some(text.clone()),
        _ => None,
    });
    // In a task of its own: a provider that hangs up at once must not stop what has begun.
    let (receiver, taker) = (site.receiver.clone(), Arc::clone(&gateway));
    let taken = actix_web::rt::spawn(async move { receiver.take(&taker, events).await }).await;
    let taken = taken.map_err(|error| Problem::internal(&error))??;
    note_phone(site, &gateway, &request).await;
    let answer = match (&asked, taken.first()) {
        (Some(text), Some(Taken::Text { message: Some(message) })) => {
            answer_with_reply(site, &gateway, text, *message).await
        }
        _ => gateway.answer(door, &taken),
    };
    let status = StatusCode::from_u16(answer.status).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::build(status).content_type(answer.content_type).body(answer.body))
}

/// A phone that calls is there, whatever it brings. Failing to note it must not make it bring the text again.
async fn note_phone(site: &Site, gateway: &Gateway, request: &Request) {
    let Some(device) = gateway.phone().and_then(|phone| phone.device(request)) else { return };
    if let Err(error) = site.phones.see(&gateway.id, &device).await {
        tracing::warn!(%error, gateway = gateway.id, "it cannot be noted that the phone was heard of");
    }
}

/// The answer that takes the reply along. The text is on disk: if the reply cannot be found it goes another way.
async fn answer_with_reply(site: &Site, gateway: &Gateway, text: &Incoming, message: i64) -> Answer {
    let now = site.clock.real_micros();
    let reply = take_reply(&site.db, &site.keys, &gateway.id, message, now).await;
    if let Err(error) = &reply {
        tracing::warn!(%error, gateway = gateway.id, "the reply does not go in the answer");
    }
    gateway.answer_with(text, reply.ok().flatten().as_deref())
}

fn find(site: &Site, id: &str) -> Result<Arc<Gateway>, Problem> {
    site.gateways.get(id).cloned().ok_or_else(|| {
        Problem::new(Code::NotFound).detail("There is no gateway with this id in the settings")
    })
}

async fn provider_request(
    site: &Site,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Request, Problem> {
    let body = body::read(payload, MAX_BODY, site.body_time).await?;
    let query = web::Query::<HashMap<String, String>>::from_query(request.query_string());
    let query =
        query.map_err(|_| Problem::new(Code::InvalidParameter).detail("The address cannot be read"))?;
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.and_then(|value| value.split(';').next()).unwrap_or("").trim();
    let content_type = content_type.to_ascii_lowercase();
    let headers = request.headers().iter();
    let headers =
        headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    Ok(Request {
        target: request.uri().to_string(),
        query: query.into_inner(),
        headers: headers.collect(),
        content_type,
        body: body.to_vec(),
        received_at: site.clock.real_micros(),
    })
}

fn refused(refused: Refused) -> Problem {
    let code = match refused {
        Refused::Token | Refused::Signature | Refused::Stale | Refused::Replayed => Code::Forbidden,
        Refused::Malformed(_) => Code::BadRequest,
        Refused::TooLong => Code::BodyTooLarge,
        Refused::Nul => Code::NullCharacter,
    };
    Problem::new(code).detail(refused.to_string())
}
