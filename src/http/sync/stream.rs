//! What changes, at once: server-sent events over a connection that the client holds open.
//!
//! When a connection is new, and whenever something could not be told, the client is told to pull. A connection ends with
//! the token that it was opened with, and when the caller's units change.

use std::time::Duration;

use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use serde::Serialize;
use tokio::sync::mpsc;

use super::{Checkpoint, DocumentResponse, REPORTS, STATUS, StatusResponse};
use crate::flows::sync::{Listening, News};
use crate::http::Site;
use crate::http::auth::{Authenticated, Expires};
use crate::http::error::{Code, Problem, ProblemBody};
use crate::http::event_stream::{self, KEEPALIVE};

/// Something is said at least this often, so that nothing in between takes the connection for dead.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(20);

/// An event about a collection: `resync`, or documents and where the client stands with them.
#[derive(Serialize)]
struct Event<T> {
    collection: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    resync: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    documents: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<Checkpoint>,
}

/// Tells what changes, as long as the client listens.
///
/// Each event is a line `data:` with JSON: `{"collection", "resync": true}`, upon which the client pulls, or
/// `{"collection", "documents", "checkpoint"}` as an answer of a pull.
#[utoipa::path(get, path = "/api/v1/sync/stream", tag = "sync", security(("bearer" = [])),
    responses((status = 200, content_type = "text/event-stream", body = String),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "The caller listens by six connections", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "As many listen as the server can serve", body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn stream_changes(
    site: web::Data<Site>,
    request: HttpRequest,
    Authenticated(caller): Authenticated,
) -> Result<HttpResponse, Problem> {
    let expires = request.extensions().get::<Expires>().copied();
    let Expires(expires) = expires.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    let listening = site.syncing.listen(&caller, expires).await?;
    let (sender, receiver) = mpsc::channel(8);
    actix_web::rt::spawn(tell(listening, sender));
    Ok(event_stream::answer(receiver))
}

/// Hands over what is told, until the client goes or it is over. The client hears of the end by the end of the connection.
async fn tell(mut listening: Listening, client: mpsc::Sender<Bytes>) {
    let mut text = Bytes::from(resync());
    // One that does not read keeps nothing beyond the end.
    while let Some(Ok(())) = listening.unless_over(client.send(text)).await {
        text = tokio::select! {
            news = listening.next() => match news.and_then(|news| written(news).ok()) {
                Some(text) => Bytes::from(text),
                None => return,
            },
            () = client.closed() => return,
            () = tokio::time::sleep(KEEPALIVE_EVERY) => Bytes::from_static(KEEPALIVE),
        };
    }
}

fn resync() -> String {
    let event =
        |collection| Event::<()> { collection, resync: true, documents: Vec::new(), checkpoint: None };
    [REPORTS, STATUS].map(|collection| line(&event(collection)).unwrap_or_default()).concat()
}

fn written(news: News) -> Result<String, Problem> {
    match news {
        News::Resync => Ok(resync()),
        News::Reports(documents, after) => {
            let documents = documents.into_iter().map(DocumentResponse::from).collect();
            line(&Event {
                collection: REPORTS,
                resync: false,
                documents,
                checkpoint: Some(Checkpoint { after }),
            })
        }
        News::Statuses(documents, after) => {
            let documents = documents.into_iter().map(StatusResponse::try_from).collect::<Result<_, _>>()?;
            line(&Event {
                collection: STATUS,
                resync: false,
                documents,
                checkpoint: Some(Checkpoint { after }),
            })
        }
    }
}

fn line<T: Serialize>(event: &Event<T>) -> Result<String, Problem> {
    let json = serde_json::to_string(event).map_err(|error| Problem::internal(&error))?;
    Ok(format!("data: {json}\n\n"))
}
