//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;

use super::Site;

/// What a proxy adds the address to from which it was called.
const FORWARDED: &str = "x-forwarded-for";

/// The address that a request comes from: that of the peer, or, where the peer is a proxy of the settings, the one that the
/// proxy added last. What stands before that anybody can have sent.
pub(super) fn address(site: &Site, request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let forwarded = request.headers().get_all(FORWARDED).last().and_then(|value| value.to_str().ok());
    behind(peer, forwarded, &site.trusted_proxies)
}

fn behind(peer: IpAddr, forwarded: Option<&str>, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let last = forwarded.and_then(|list| list.rsplit(',').next()).map(str::trim);
    last.and_then(|text| text.parse::<IpAddr>().ok()).map_or(peer, |address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_of_the_settings_is_believed_and_only_what_it_added() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let (proxy, client, far) = (ip("127.0.0.1"), ip("203.0.113.7"), ip("198.51.100.9"));
        let trusted = [proxy];
        assert_eq!(behind(proxy, Some("203.0.113.7"), &trusted), client);
        assert_eq!(behind(proxy, Some("10.0.0.1, 203.0.113.7"), &trusted), client);
        assert_eq!(behind(far, Some("203.0.113.7"), &trusted), far);
        assert_eq!(behind(proxy, Some("203.0.113.7"), &[]), proxy);
        for nothing in [None, Some(""), Some("unknown"), Some("203.0.113.7, nobody")] {
            assert_eq!(behind(proxy, nothing, &trusted), proxy, "{nothing:?}");
        }
        assert_eq!(behind(proxy, Some("::ffff:203.0.113.7"), &trusted), client);
    }
}
