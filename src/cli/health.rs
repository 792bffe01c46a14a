//! `binhyen health`: whether the server with these settings is ready; for container engines and scripts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};

use super::terminal::say;
use crate::config::Settings;

/// A server that takes longer is not ready.
const PATIENCE: Duration = Duration::from_secs(4);

pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let url = format!("http://{}/readyz", reachable(settings.http.listen));
    let answer = super::block_on(ask(&url))?.with_context(|| format!("no server answers at {url}"))?;
    if answer.status().is_success() {
        say("ready")?;
        return Ok(super::DONE);
    }
    bail!("the server at {url} is not ready: {}; its log says why", answer.status())
}

async fn ask(url: &str) -> reqwest::Result<reqwest::Response> {
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
    client.get(url).send().await
}

/// A server that listens on all addresses is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_on_loopback() {
        for (listen, asked) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("10.0.0.7:80", "10.0.0.7:80")]
        {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), asked);
        }
    }
}
