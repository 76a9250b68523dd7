//! CORS: which pages of other origins may read answers in a browser.

use std::collections::HashSet;
use std::str::FromStr;

use poem::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderMap, HeaderValue, ORIGIN, VARY,
};
use poem::http::{Method, StatusCode, Uri};
use poem::{Request, Response};

/// The methods and headers that a page may send.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "accept, accept-language, authorization, content-type, idempotency-key, if-match, \
     if-none-match, traceparent, x-request-id",
);

/// The headers that a page may read.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "content-language, etag, idempotent-replayed, location, ratelimit, ratelimit-policy, \
     retry-after, www-authenticate, x-request-id",
);

/// How long a browser may cache a preflight, in seconds; Chromium caches none for longer.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The origins whose pages may use the API. Their requests carry no cookies: pages send tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedOrigins(HashSet<HeaderValue>);

/// A text that is not a list of origins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no origin, such as https://caja.example.com or http://localhost:5173")]
pub struct NoOrigin(String);

impl FromStr for AllowedOrigins {
    type Err = NoOrigin;

    /// Schemes and hosts with commas between them, with a port where it is not that of the scheme, as
    /// browsers write them.
    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let named = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        let origin = |text: &str| origin(text).ok_or_else(|| NoOrigin(text.to_owned()));
        Ok(Self(named.map(origin).collect::<Result<_, _>>()?))
    }
}

/// An origin in the one form in which browsers send it.
fn origin(text: &str) -> Option<HeaderValue> {
    let uri: Uri = text.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let is_web = matches!(scheme, "http" | "https");
    let usual = if scheme == "https" { 443 } else { 80 };
    let spelt = format!("{scheme}://{authority}");
    let is_origin = is_web && spelt == text && !authority.as_str().contains('@');
    if !is_origin || authority.port_u16() == Some(usual) || authority.as_str().contains('*') {
        return None;
    }
    HeaderValue::try_from(text.to_ascii_lowercase()).ok()
}

impl AllowedOrigins {
    /// The origin of the page that a request comes from, if it may use the API.
    pub(super) fn of(&self, request: &Request) -> Option<HeaderValue> {
        let mut named = request.headers().get_all(ORIGIN).iter();
        let origin = named.next().filter(|origin| self.0.contains(*origin))?;
        named.next().is_none().then(|| origin.clone())
    }

    /// Lets the page of an allowed origin read an answer.
    pub(super) fn add_headers(&self, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        // Also for other origins, so that no cache gives their answer to a page of an allowed one.
        headers.append(VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

/// The answer to a preflight of an allowed origin. A preflight of another origin is 405, as any other
/// `OPTIONS`.
pub(super) fn preflight(request: &Request, origin: Option<&HeaderValue>) -> Option<Response> {
    let asks = *request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let origin = origin.filter(|_| asks)?;
    let mut response = Response::builder().status(StatusCode::NO_CONTENT).finish();
    response.headers_mut().extend([
        (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
        (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
        (VARY, HeaderValue::from_static("origin")),
    ]);
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_what_browsers_call_so() {
        assert_eq!("".parse(), Ok(AllowedOrigins::default()));
        let two: AllowedOrigins =
            "https://caja.example.com, http://localhost:5173".parse().unwrap();
        assert_eq!(two.0.len(), 2);
        for bad in [
            "*",
            "null",
            "caja.example.com",
            "https://caja.example.com/",
            "https://caja.example.com/app",
            "https://*.example.com",
            "https://ana@example.com",
            "https://caja.example.com:443",
            "ftp://example.com",
        ] {
            assert_eq!(bad.parse::<AllowedOrigins>(), Err(NoOrigin(bad.to_owned())));
        }
    }
}
