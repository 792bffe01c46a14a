//! What phones are told at once: server-sent events over a connection that the phone holds open.
//!
//! The phone fetches what an event names; events carry no texts. When a connection is new, the phone is told to fetch
//! everything: settings may have changed while it was away.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::sync::mpsc;

use super::super::Site;
use super::super::error::{Problem, ProblemBody};
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
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressed, an event would wait for others.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        // Nor may a proxy in between keep it.
        .insert_header(("X-Accel-Buffering", "no"))
        .body(Stream(receiver)))
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
                if phone.send(Bytes::from_static(b":keepalive\n\n")).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn event(name: &str) -> String {
    format!("event: {name}\ndata: {{}}\n\n")
}

/// A body that lasts as long as somebody writes it.
pub(in crate::http) struct Stream(pub(in crate::http) mpsc::Receiver<Bytes>);

impl MessageBody for Stream {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(Ok))
    }
}
