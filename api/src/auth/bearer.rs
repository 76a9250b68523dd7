//! The header that a token comes in.

use poem::Request;
use poem::http::header::AUTHORIZATION;

/// The token of a request that brings exactly one.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(AUTHORIZATION).iter();
    let (scheme, token) = values.next()?.to_str().ok()?.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}
