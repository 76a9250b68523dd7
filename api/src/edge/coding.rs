//! Compression of answers, where the client accepts it and it saves packets.

use std::io;

use http_body_util::combinators::BoxBody;
use hyper::body::{Body as _, Bytes};
use poem::error::ReadBodyError;
use poem::http::HeaderMap;
use poem::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, VARY,
};
use poem::web::{Compress, CompressionAlgo, CompressionLevel};
use poem::{Body, IntoResponse, Response};

use crate::language::weighted;

/// Smaller answers fit into one packet, or nearly so: compressing them takes time and saves none.
const FROM_BYTES: u64 = 1_024;

/// How an answer is compressed; of two with equal weight the later one is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Coding {
    Gzip,
    Brotli,
    Zstd,
}

impl Coding {
    /// In the order of their numbers.
    pub(crate) const ALL: [Self; 3] = [Self::Gzip, Self::Brotli, Self::Zstd];

    /// Whether the client accepts a coding, and likes it no less than none.
    pub(crate) fn accepts(headers: &HeaderMap, coding: Self) -> bool {
        Weights::of(headers).accept(coding)
    }

    /// The coding with the highest weight in `Accept-Encoding`; nothing where that is `identity`.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let weights = Weights::of(headers);
        let best = Self::ALL.into_iter().max_by_key(|coding| (weights.of_coding(*coding), *coding));
        best.filter(|best| weights.accept(*best))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// `body` in this coding.
    pub(crate) async fn apply(
        self,
        body: impl IntoResponse,
        effort: Effort,
    ) -> Result<Bytes, ReadBodyError> {
        let coded = Compress::new(body, self.algorithm()).with_quality(effort.level());
        coded.into_response().into_body().into_bytes().await
    }

    const fn algorithm(self) -> CompressionAlgo {
        match self {
            Self::Gzip => CompressionAlgo::GZIP,
            Self::Brotli => CompressionAlgo::BR,
            Self::Zstd => CompressionAlgo::ZSTD,
        }
    }
}

/// How much a client likes which codings.
struct Weights(Vec<(String, u32)>);

impl Weights {
    /// Those of `Accept-Encoding`.
    fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT_ENCODING).iter();
        let texts = lines.map(|line| line.to_str().unwrap_or_default());
        let named = texts.flat_map(|text| text.split(',')).map(weighted);
        Self(named.map(|(name, weight)| (name.to_owned(), weight)).collect())
    }

    fn named(&self, name: &str) -> Option<u32> {
        self.0.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, weight)| *weight)
    }

    fn of_coding(&self, coding: Coding) -> u32 {
        self.named(coding.name()).or_else(|| self.named("*")).unwrap_or(0)
    }

    fn accept(&self, coding: Coding) -> bool {
        let weight = self.of_coding(coding);
        weight > 0 && weight >= self.named("identity").unwrap_or(0)
    }
}

/// How much time compression may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For an answer to one request.
    EachTime,
    /// For a page that is kept compressed.
    Once,
}

impl Effort {
    /// The best quality of Brotli and Zstandard takes ten times as long for the last few percent.
    const fn level(self) -> CompressionLevel {
        match self {
            Self::EachTime => CompressionLevel::Fastest,
            Self::Once => CompressionLevel::Precise(9),
        }
    }
}

/// The answer, compressed where that is worth it. A large one has `Vary: Accept-Encoding` also where the
/// client accepts no coding.
pub(super) async fn compressed(mut response: Response, coding: Option<Coding>) -> Response {
    let body: BoxBody<Bytes, io::Error> = response.take_body().into();
    let n_bytes = body.size_hint().exact();
    response.set_body(Body::from(body));
    if n_bytes.is_none_or(|n| n < FROM_BYTES) || !can_be_smaller(response.headers()) {
        return response;
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    match coding {
        Some(coding) => compress(response, coding).await,
        None => response,
    }
}

fn can_be_smaller(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let is_text = media.starts_with("text/") || media.contains("json") || media.contains("yaml");
    is_text && !headers.contains_key(CONTENT_ENCODING)
}

/// Compresses the body of an answer. A strong tag is for the exact bytes, so it is made weak.
async fn compress(mut response: Response, coding: Coding) -> Response {
    // In one piece, with its length: the whole answer is in memory anyway.
    match coding.apply(response.take_body(), Effort::EachTime).await {
        Ok(bytes) => response.set_body(bytes),
        Err(error) => tracing::error!(%error, "an answer was not compressed, and is empty"),
    }
    if let Some(tag) = response.header(ETAG).filter(|tag| !tag.starts_with("W/")) {
        let weak = HeaderValue::try_from(format!("W/{tag}")).expect("a tag is a text");
        response.headers_mut().insert(ETAG, weak);
    }
    let coding = HeaderValue::from_static(coding.name());
    response.headers_mut().insert(CONTENT_ENCODING, coding);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &'static str) -> Option<Coding> {
        let headers = [(ACCEPT_ENCODING, HeaderValue::from_static(accept))];
        Coding::of(&headers.into_iter().collect())
    }

    #[test]
    fn a_coding_is_one_that_the_client_likes_best() {
        for none in ["", "identity", "deflate", "gzip;q=0", "identity, gzip;q=0.5", "*;q=0", "x"] {
            assert_eq!(chosen(none), None, "{none:?}");
        }
        assert_eq!(chosen("gzip, deflate"), Some(Coding::Gzip));
        assert_eq!(chosen("gzip, deflate, br"), Some(Coding::Brotli));
        assert_eq!(chosen("gzip, deflate, br, zstd"), Some(Coding::Zstd));
        assert_eq!(chosen("zstd;q=0.5, GZIP;q=0.8, br;q=0.7"), Some(Coding::Gzip));
        assert_eq!(chosen("*, zstd;q=0"), Some(Coding::Brotli));
        assert_eq!(Coding::of(&HeaderMap::new()), None);
    }
}
