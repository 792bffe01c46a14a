//! `[http]` and `[metrics]`: the addresses that the server listens on, and the limits of a request.

use std::net::{IpAddr, SocketAddr};

use serde::{Serialize, Serializer};

use super::gateway::base_address;
use super::section::Section;

/// `[http]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Http {
    /// Address and port of the web server; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How long a client may take to send the head of its request, and again its body, in seconds.
    pub request_seconds: u64,
    /// The base of the addresses at which others reach the server.
    pub public_url: Option<String>,
    /// The proxies whose word is taken for where a request comes from (`X-Forwarded-For`).
    #[serde(serialize_with = "joined")]
    pub trusted_proxies: Vec<IpAddr>,
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
        let public_url = section.optional("public_url", base_address);
        let trusted_proxies = section.parsed("trusted_proxies", addresses);
        Some(Http {
            listen: listen?,
            request_seconds: request_seconds?,
            public_url: public_url?,
            trusted_proxies: trusted_proxies?,
        })
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

/// As they are written in a file.
fn joined<S: Serializer>(addresses: &[IpAddr], serializer: S) -> Result<S::Ok, S::Error> {
    let texts: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    serializer.serialize_str(&texts.join(", "))
}

/// Addresses without ports, set apart by commas.
fn addresses(text: &str) -> Result<Vec<IpAddr>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let parsed = parts.map(|part| part.parse::<IpAddr>().map(|address| address.to_canonical()));
    parsed.collect::<Result<_, _>>().map_err(|_| {
        "write the proxies' addresses without ports, set apart by commas: \"127.0.0.1, ::1\"; \"\" for none".to_owned()
    })
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.replace("localhost:", "127.0.0.1:");
    text.parse().map_err(|_| "write ADDRESS:PORT, for example 127.0.0.1:8080 or 0.0.0.0:8080".to_owned())
}
