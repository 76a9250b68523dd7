//! The one host that a request is for.

use hyper::header::{HOST, HeaderMap};
use poem::http::Version;
use poem::http::uri::Authority;

use crate::problem::{FieldError, Problem};

/// Goes on only if a request names one host, as RFC 9112 (3.2) wants it: where there are none or two, a
/// proxy and this server could each believe that it is for somebody else. HTTP/1.0 has no such header.
pub(super) fn check(version: Version, headers: &HeaderMap) -> Result<(), Problem> {
    let mut named = headers.get_all(HOST).iter();
    let is_one = match named.next() {
        Some(host) => named.next().is_none() && is_host(host.as_bytes()),
        None => version < Version::HTTP_11,
    };
    if is_one {
        return Ok(());
    }
    let words = ("debe estar una sola vez, con un host", "must be there exactly once, with a host");
    Err(Problem::parameter(FieldError::new("/header/Host", "host", words)))
}

/// A request for an address without a host has an empty one.
fn is_host(value: &[u8]) -> bool {
    value.is_empty() || Authority::try_from(value).is_ok_and(|host| !host.as_str().contains('@'))
}
