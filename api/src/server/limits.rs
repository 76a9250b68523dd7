//! Limits of the server: for all clients together and for each.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::auth::origin::TrustedProxies;

/// How much one client may ask of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; further ones wait to be accepted.
    pub connections_max: usize,
    /// The part of them that one address may have, as a divisor; further ones of that address are closed.
    /// Behind trusted proxies it is the number of concurrent requests, and further ones are 429.
    pub address_share: NonZeroUsize,
    /// The proxies whose `X-Forwarded-For` is trusted; they may have all connections.
    pub proxies: TrustedProxies,
    /// Bytes of a request line with its headers; more is answered with 431.
    pub header_bytes_max: usize,
    /// How long a connection may take to send its headers, or be silent between two requests; an eighth of
    /// this for those that come while more than half of the slots are taken.
    pub headers_within: Duration,
    /// How long a body may take from the headers on; every 8 KiB of it that arrive add a second.
    pub body_within: Duration,
    /// How long a body may take from the headers on, however much of it arrives.
    pub body_at_most: Duration,
    /// How long a client may take no byte of its answer.
    pub answer_within: Duration,
    /// How long requests may still run after the shutdown has begun.
    pub drain_within: Duration,
}

impl Default for Limits {
    /// A dripping client is gone within ten seconds, the polite way of closing included.
    ///
    /// A quarter of the connections for one address: with 4096 that is 1024, enough for 170 devices behind
    /// one router whose browsers open six connections each, and it takes four addresses to have all.
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            address_share: NonZeroUsize::new(4).expect("four is more than none"),
            proxies: TrustedProxies::default(),
            header_bytes_max: 64 << 10,
            headers_within: Duration::from_secs(8),
            body_within: Duration::from_secs(8),
            body_at_most: Duration::from_secs(30),
            answer_within: Duration::from_secs(30),
            drain_within: Duration::from_secs(8),
        }
    }
}
