//! Answers that the client already has: it says under which tags, and gets 304 in place of the body.

use poem::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use poem::http::{Method, StatusCode};
use poem::{Body, Request, Response};

/// The tags under which a client has the answer to a read.
pub(super) struct IfNoneMatch(Vec<String>);

impl IfNoneMatch {
    /// What `If-None-Match` of a read says.
    pub(super) fn of(request: &Request) -> Self {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let lines = request.headers().get_all(IF_NONE_MATCH).iter().filter(|_| is_read);
        let texts = lines.map(|line| line.to_str().unwrap_or_default());
        Self(texts.flat_map(|line| line.split(',')).map(opaque).map(str::to_owned).collect())
    }

    /// Takes the body out of an answer that the client has. The tag stays, with whatever else concerns
    /// the answer and not its body.
    pub(super) fn apply(&self, response: &mut Response) {
        if self.0.is_empty() || response.status() != StatusCode::OK {
            return;
        }
        let Some(tag) = response.header(ETAG) else { return };
        if self.0.iter().any(|known| known == "*" || known == opaque(tag)) {
            response.set_status(StatusCode::NOT_MODIFIED);
            response.set_body(Body::empty());
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_LENGTH);
        }
    }
}

/// A tag as it is compared for reading (RFC 9110, 8.8.3.2): whether it is weak does not matter. Tags of this
/// service have no comma.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}
