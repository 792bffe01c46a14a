//! What phones are told at once: server-sent events over a connection that the phone holds open.
//!
//! The phone fetches what an event names; events carry no texts. When a connection is new, the phone is told to fetch
//! everything: settings may have changed while it was away.

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::sync::mpsc;

use super::super::Site;
use super::super::error::{Problem, ProblemBody};
use super::super::event_stream::{self, KEEPALIVE};
use super::phone;
use crate::flows::phone::{Phones, Watching};

/// Tells a phone, as long as it listens, when there are texts for it.
#[utoipa::path(get, path = "/gateways/{id}/mobile/v1/events", tag = "phones",
    params(("id" = String, Path, description = "the gateway")),
    responses((status = 200, content_type = "text/event-stream", body = String),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn stream_events(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    phone(&site, &request, &id).await?;
    let watching = site.phones.watch()?;
    let (sender, receiver) = mpsc::channel(8);
    let (phones, gateway) = (site.phones.clone(), id.into_inner());
    actix_web::rt::spawn(async move { tell(&phones, &gateway, watching, &sender).await });
    Ok(event_stream::answer(receiver))
}

/// Tells until the phone hangs up or the server stops.
async fn tell(phones: &Phones, gateway: &str, mut watching: Watching, phone: &mpsc::Sender<Bytes>) {
    let Ok(settings) = phones.gateway(gateway) else { return };
    let keepalive = settings.keepalive();
    let greeting = [event("SettingsUpdated"), event("WebhooksUpdated")].concat();
    if phone.send(Bytes::from(greeting)).await.is_err() {
        return;
    }
    loop {
        // Listening begins before looking, so that nothing is missed between the two.
        let planned = phones.planned().notified();
        match phones.texts_wait(gateway).await {
            Ok(true) if phone.send(Bytes::from(event("MessageEnqueued"))).await.is_err() => return,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, gateway, "a phone cannot be told of its texts"),
        }
        tokio::select! {
            () = planned => {}
            () = watching.closed() => return,
            () = phone.closed() => return,
            () = tokio::time::sleep(keepalive) => {
                if phone.send(Bytes::from_static(KEEPALIVE)).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn event(name: &str) -> String {
    format!("event: {name}\ndata: {{}}\n\n")
}
