//! A page that stays the same while the program runs: it is compressed once for each coding, when that is
//! first requested, and identified by its hash.

use bytes::Bytes;
use poem::http::header::{CACHE_CONTROL, CONTENT_ENCODING, ETAG, VARY};
use poem::{Endpoint, Request, Response};
use tokio::runtime::Handle;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::edge::coding::{Coding, Effort};
use crate::preconditions::digest;

/// Asked for again on every visit, and answered with 304 where it is the same.
pub(crate) const PAGE_CACHE: &str = "no-cache";

/// [`Edge`](crate::edge::Edge) answers 304 to clients that have the page, and leaves it compressed as it is.
pub(crate) struct Kept {
    content_type: &'static str,
    cache: &'static str,
    /// Weak: it is the same for all codings.
    tag: String,
    plain: Bytes,
    coded: [OnceCell<Bytes>; Coding::ALL.len()],
}

impl Kept {
    pub(crate) fn new(content_type: &'static str, cache: &'static str, text: String) -> Self {
        let tag = format!("W/\"{:016x}\"", digest(&text));
        Self { content_type, cache, tag, plain: text.into(), coded: Default::default() }
    }

    /// The page in a coding; nothing where the process ends meanwhile.
    async fn coded(&self, coding: Coding) -> Option<Bytes> {
        let compress = || async move {
            let plain = self.plain.clone();
            // A megabyte takes a moment once; requests of others are not held up by it.
            let compressing = move || Handle::current().block_on(coding.apply(plain, Effort::Once));
            spawn_blocking(compressing).await.ok().and_then(Result::ok).ok_or(())
        };
        self.coded[coding as usize].get_or_try_init(compress).await.ok().cloned()
    }
}

impl Endpoint for Kept {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let answer = Response::builder()
            .content_type(self.content_type)
            .header(CACHE_CONTROL, self.cache)
            .header(ETAG, &self.tag);
        if let Some(coding) = Coding::of(request.headers())
            && let Some(coded) = self.coded(coding).await
        {
            let answer = answer.header(CONTENT_ENCODING, coding.name());
            return Ok(answer.header(VARY, "accept-encoding").body(coded));
        }
        Ok(answer.body(self.plain.clone()))
    }
}
