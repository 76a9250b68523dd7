//! Signing in: what proves who somebody is, before and after they have.

mod aside;
pub mod attempts;
pub(crate) mod failures;
pub mod opaque;
pub mod operator;
pub mod password;
pub mod strength;
pub mod token;
pub mod turnstile;

use std::net::{IpAddr, Ipv6Addr};

use poem::Request;

/// Where a request comes from: its address, or all of what whoever has it was given, where that is a
/// network (the 64 bits of IPv6 before the part that hosts choose, RFC 7421).
pub(crate) fn origin(request: &Request) -> Option<IpAddr> {
    request.remote_addr().as_socket_addr().map(|address| network(address.ip()))
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_network_is_one() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }
}
