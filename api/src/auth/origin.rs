//! Where requests come from, also behind proxies.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use ipnet::IpNet;
use poem::Request;
use poem::http::HeaderMap;

/// The header in which each proxy adds the address of its client, at the right.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies that are trusted: any other client could write any address into a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// It is no list of networks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no network, such as 10.0.0.0/8 or 192.0.2.7")]
pub struct NoNetwork(String);

impl FromStr for TrustedProxies {
    type Err = NoNetwork;

    /// Networks in CIDR notation or single addresses, with commas between them.
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let network = |text: &str| {
            let single = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse::<IpNet>().or_else(|_| single()).map_err(|_| NoNetwork(text.to_owned()))
        };
        let named = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(Self(named.map(network).collect::<Result<_, _>>()?))
    }
}

impl TrustedProxies {
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client of a request that arrived from `peer`: from the right, the first address that is none of a
    /// trusted proxy. What is left of it, and what is no address, was not written by a trusted proxy.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let texts = lines.map(|line| line.to_str().unwrap_or_default());
        let mut added = texts.flat_map(|line| line.rsplit(',')).map(address);
        let mut client = peer;
        while self.has(client) {
            match added.next() {
                Some(Some(address)) => client = address,
                Some(None) | None => break,
            }
        }
        client
    }
}

/// An address as proxies write it, some with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    let address = text.parse::<IpAddr>().or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}

/// Where a request comes from: its address, or the network that its owner was assigned (the 64 bits of IPv6
/// before the part that hosts choose, RFC 7421).
pub(crate) fn origin(request: &Request) -> Option<IpAddr> {
    let peer = request.remote_addr().as_socket_addr()?.ip().to_canonical();
    let client = match request.data::<Arc<TrustedProxies>>() {
        Some(proxies) => proxies.client(peer, request.headers()),
        None => peer,
    };
    Some(network(client))
}

/// The network that the owner of an address was given: an IPv6 prefix of 64 bits, or the IPv4 address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &str, peer: &str, lines: &[&str]) -> String {
        let proxies: TrustedProxies = proxies.parse().unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn an_address_with_a_network_is_a_client() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn s60_an_address_in_a_header_is_believed_from_trusted_proxies_alone() {
        let (ours, guest) = ("10.0.0.0/8, 2001:db8::/32", "192.0.2.7");
        assert_eq!(client(ours, "10.0.0.1", &[guest]), guest);
        assert_eq!(client(ours, guest, &["192.0.2.8"]), guest, "any client can send that header");
        assert_eq!(client("", "10.0.0.1", &[guest]), "10.0.0.1");
        assert_eq!(client(ours, "10.0.0.1", &[]), "10.0.0.1");
        // What the client wrote itself stands left of what the proxy has added.
        assert_eq!(client(ours, "10.0.0.1", &["192.0.2.8, 192.0.2.7"]), guest);
        assert_eq!(client(ours, "10.0.0.1", &["192.0.2.8", "192.0.2.7, 10.0.0.2"]), guest);
        assert_eq!(client(ours, "2001:db8::1", &["192.0.2.7:4711"]), guest);
        assert_eq!(client(ours, "10.0.0.1", &["[2001:db9::1]:80"]), "2001:db9::1");
        assert_eq!(client(ours, "10.0.0.1", &["192.0.2.8, unknown"]), "10.0.0.1");
        assert_eq!(client(ours, "10.0.0.1", &["::ffff:192.0.2.7"]), guest);
        assert_eq!(client(ours, "10.0.0.1", &["10.0.0.9, 10.0.0.2"]), "10.0.0.9");
    }

    #[test]
    fn trusted_proxies_are_networks_or_addresses() {
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
        assert_eq!("192.0.2.7,::1".parse::<TrustedProxies>().unwrap().0.len(), 2);
        for bad in ["10.0.0.0/33", "proxy", "10.0.0.0/8;::1"] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
    }
}
