//! The one host that a request is for.

use hyper::header::{HOST, HeaderMap};
use poem::http::Version;
use poem::http::uri::Authority;

use crate::problem::{FieldError, Problem};

/// Refuses a request that does not name exactly one host, as RFC 9112 (3.2) requires: with none or two, a
/// proxy and this server could route it differently. HTTP/1.0 does not require the header.
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

/// The header is empty where the target of the request has no host.
fn is_host(value: &[u8]) -> bool {
    value.is_empty() || Authority::try_from(value).is_ok_and(|host| !host.as_str().contains('@'))
}
