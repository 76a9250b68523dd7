//! `If-None-Match`: the client names the tags of the answers that it has, and gets 304 instead of the body.

use poem::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use poem::http::{Method, StatusCode};
use poem::{Body, Request, Response};

/// The tags that a client names in a read.
pub(crate) struct IfNoneMatch(Vec<String>);

impl IfNoneMatch {
    /// Reads `If-None-Match`; of methods other than GET and HEAD it is ignored.
    pub(crate) fn of(request: &Request) -> Self {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let lines = request.headers().get_all(IF_NONE_MATCH).iter().filter(|_| is_read);
        let texts = lines.map(|line| line.to_str().unwrap_or_default());
        Self(texts.flat_map(|line| line.split(',')).map(opaque).map(str::to_owned).collect())
    }

    /// Whether the client has the answer with this tag.
    pub(crate) fn has(&self, tag: &str) -> bool {
        self.0.iter().any(|known| known == "*" || known == opaque(tag))
    }

    /// Makes 304 of an answer that the client has. Headers stay, except those about the body.
    pub(super) fn apply(&self, response: &mut Response) {
        if self.0.is_empty() || response.status() != StatusCode::OK {
            return;
        }
        let Some(tag) = response.header(ETAG) else { return };
        if self.has(tag) {
            response.set_status(StatusCode::NOT_MODIFIED);
            response.set_body(Body::empty());
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_LENGTH);
        }
    }
}

/// A tag for the weak comparison (RFC 9110, 8.8.3.2). Tags of this service contain no comma.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}
