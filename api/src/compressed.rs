//! A page that never changes while the program runs: compressed once for each coding, when it is first
//! asked for, and known by its hash.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use poem::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY,
};
use poem::http::{HeaderMap, HeaderName, StatusCode};
use poem::{Request, Response};
use sha2::{Digest, Sha256};

use crate::language::weighted;

/// Asked for again on every visit, and answered with 304 where it is the same.
pub(crate) const PAGE_CACHE: &str = "no-cache";

/// Brotli's best quality takes ten times as long for the last few percent.
const BROTLI_QUALITY: u32 = 9;

/// Brotli's window as a power of two: as large as the reader's script.
const BROTLI_WINDOW: u32 = 22;

pub(crate) struct Compressed {
    content_type: &'static str,
    cache: &'static str,
    hash: String,
    content: Arc<Content>,
}

struct Content {
    plain: Bytes,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Plain,
    Gzip,
    Brotli,
}

impl Compressed {
    pub(crate) fn new(content_type: &'static str, cache: &'static str, plain: Vec<u8>) -> Self {
        let hash = Sha256::digest(&plain);
        let hash = BASE64_URL_SAFE_NO_PAD.encode(&hash[..12]);
        let content =
            Content { plain: plain.into(), gzip: OnceLock::new(), brotli: OnceLock::new() };
        Self { content_type, cache, hash, content: Arc::new(content) }
    }

    /// The page in the best coding that the client takes, or 304 where it has it.
    pub(crate) async fn answer(&self, request: &Request) -> Response {
        let coding = Coding::of(request.headers());
        let etag = format!("\"{}{}\"", self.hash, coding.suffix());
        let answer = Response::builder()
            .header(ETAG, &etag)
            .header(CACHE_CONTROL, self.cache)
            .header(VARY, "Accept-Encoding");
        if has(request.headers(), &etag) {
            return answer.status(StatusCode::NOT_MODIFIED).finish();
        }
        let content = Arc::clone(&self.content);
        // A megabyte takes a moment once; requests of others are not held up by it.
        let body = tokio::task::spawn_blocking(move || content.coded(coding)).await;
        let body = body.unwrap_or_else(|_| self.content.plain.clone());
        let answer = answer.content_type(self.content_type);
        match coding {
            Coding::Plain => answer.body(body),
            Coding::Gzip => answer.header(CONTENT_ENCODING, "gzip").body(body),
            Coding::Brotli => answer.header(CONTENT_ENCODING, "br").body(body),
        }
    }
}

fn has(headers: &HeaderMap, etag: &str) -> bool {
    tokens(headers, IF_NONE_MATCH)
        .any(|known| known.trim_start_matches("W/") == etag || known == "*")
}

fn tokens(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

impl Coding {
    fn of(headers: &HeaderMap) -> Self {
        let accepts = |name: &str| {
            let mut codings = tokens(headers, ACCEPT_ENCODING).map(weighted);
            codings.any(|(coding, weight)| coding.eq_ignore_ascii_case(name) && weight > 0)
        };
        if accepts("br") {
            Self::Brotli
        } else if accepts("gzip") {
            Self::Gzip
        } else {
            Self::Plain
        }
    }

    /// Bodies that differ have different values of `ETag`.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gzip => "-gz",
            Self::Brotli => "-br",
        }
    }
}

impl Content {
    fn coded(&self, coding: Coding) -> Bytes {
        match coding {
            Coding::Plain => self.plain.clone(),
            Coding::Gzip => self.gzip.get_or_init(|| gzip(&self.plain)).clone(),
            Coding::Brotli => self.brotli.get_or_init(|| brotli(&self.plain)).clone(),
        }
    }
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).expect("memory can be written to");
    encoder.finish().expect("memory can be written to").into()
}

fn brotli(plain: &[u8]) -> Bytes {
    let mut coded = Vec::new();
    let mut encoder =
        brotli::CompressorWriter::new(&mut coded, 1 << 16, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(plain).expect("memory can be written to");
    drop(encoder);
    coded.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Compressed {
        Compressed::new("text/plain", "no-cache", b"arepa ".repeat(1_000))
    }

    async fn get(headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        page().answer(&request.finish()).await
    }

    #[tokio::test]
    async fn each_coding_is_smaller_and_has_an_etag_of_its_own() {
        let mut etags = Vec::new();
        for (accepted, coding) in [("", None), ("gzip", Some("gzip")), ("gzip, br", Some("br"))] {
            let answer = get(&[("accept-encoding", accepted)]).await;
            assert_eq!(answer.header("content-encoding"), coding);
            assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
            etags.push(answer.header("etag").unwrap().to_owned());
            let length = answer.into_body().into_bytes().await.unwrap().len();
            assert_eq!(length == 6_000, coding.is_none(), "{length} bytes of {accepted}");
        }
        etags.dedup();
        assert_eq!(etags.len(), 3);
    }

    #[tokio::test]
    async fn a_client_that_has_the_page_is_told_so() {
        let etag = get(&[]).await.header("etag").unwrap().to_owned();
        for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
            let answer = get(&[("if-none-match", &known)]).await;
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(answer.header("etag"), Some(&*etag));
        }
        let answer = get(&[("if-none-match", &etag), ("accept-encoding", "gzip")]).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
}
