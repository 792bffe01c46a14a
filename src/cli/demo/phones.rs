//! The phones of the demonstration: a server that takes what the program sends, as a provider's would.

use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use serde::Deserialize;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A text that reached a phone.
#[derive(Debug, Deserialize)]
pub(super) struct Received {
    pub(super) to: String,
    pub(super) text: String,
}

/// All phones.
pub(super) struct Phones {
    /// Where the program is to post texts.
    pub(super) url: String,
    received: UnboundedReceiver<Received>,
}

impl Phones {
    /// Switches them on.
    pub(super) fn start() -> anyhow::Result<Phones> {
        let (sender, received) = unbounded_channel();
        let page =
            move || App::new().app_data(web::Data::new(sender.clone())).route("/", web::post().to(receive));
        let server = HttpServer::new(page).workers(1).disable_signals().bind("127.0.0.1:0")?;
        let address = server.addrs().first().copied();
        let address =
            address.ok_or_else(|| anyhow::anyhow!("the phones of the demonstration got no address"))?;
        actix_web::rt::spawn(server.run());
        Ok(Phones { url: format!("http://{address}/"), received })
    }

    /// The next text that arrives within `patience`.
    pub(super) async fn next(&mut self, patience: Duration) -> Option<Received> {
        tokio::time::timeout(patience, self.received.recv()).await.ok().flatten()
    }
}

async fn receive(sender: web::Data<UnboundedSender<Received>>, text: web::Json<Received>) -> HttpResponse {
    match sender.send(text.into_inner()) {
        Ok(()) => HttpResponse::Ok().json(serde_json::json!({})),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}
