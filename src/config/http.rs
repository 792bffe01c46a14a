//! `[http]` and `[metrics]`: the addresses that the server listens on, and the limits of a request.

use std::net::SocketAddr;

use serde::Serialize;

use super::section::Section;

/// `[http]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Http {
    /// Address and port of the web server; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How long a client may take to send the head of its request, and again its body, in seconds.
    pub request_seconds: u64,
}

/// `[metrics]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// Address and port for Prometheus; `None` for no such listener.
    pub listen: Option<SocketAddr>,
}

impl Http {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let listen = section.parsed("listen", address);
        let request_seconds = section.integer("request_seconds", 1..=300);
        Some(Http { listen: listen?, request_seconds: request_seconds? })
    }
}

impl Metrics {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let listen = section.parsed("listen", |text| match text {
            "off" => Ok(None),
            _ => address(text).map(Some).map_err(|advice| format!("{advice}, or \"off\"")),
        });
        Some(Metrics { listen: listen? })
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.replace("localhost:", "127.0.0.1:");
    text.parse().map_err(|_| "write ADDRESS:PORT, for example 127.0.0.1:8080 or 0.0.0.0:8080".to_owned())
}
