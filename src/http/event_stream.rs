//! Server-sent events over a connection that the client holds open.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use tokio::sync::mpsc;

/// A line that says nothing, so that nothing in between takes the connection for dead.
pub(super) const KEEPALIVE: &[u8] = b":keepalive\n\n";

/// The answer that lasts as long as somebody writes to it.
pub(super) fn answer(events: mpsc::Receiver<Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressed, an event would wait for others.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        // Nor may a proxy in between keep it.
        .insert_header(("X-Accel-Buffering", "no"))
        .body(Stream(events))
}

/// A body that lasts as long as somebody writes it.
struct Stream(mpsc::Receiver<Bytes>);

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
