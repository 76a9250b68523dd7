//! Documents about the API and their reader: `/openapi.json` and Scalar at `/docs`, without any network.

use std::sync::Arc;

use hyper::body::Bytes;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, HeaderValue, VARY,
};
use poem::web::Data;
use poem::{EndpointExt, Request, Response, get, handler};
use poem_openapi::OpenApiService;
use tokio::sync::OnceCell;

use crate::app::App;
use crate::contract::Contract;
use crate::edge::coding::{Coding, compress};
use crate::preconditions::digest;

/// A page of megabytes that anybody may ask for: it is kept once, and compressed once for each coding.
struct Page {
    content_type: &'static str,
    policy: HeaderValue,
    tag: String,
    plain: Bytes,
    packed: [OnceCell<Bytes>; 3],
}

/// The pages about an API, by their addresses.
pub(crate) fn pages(contract: &Contract) -> [(&'static str, App); 2] {
    let document = contract.document().to_owned();
    // poem-openapi only makes a page of its own document: the one of an API without operations
    // lends the page, and ours takes its place.
    let empty = OpenApiService::new((), "", "");
    let reader = empty
        .scalar_html()
        .replacen(&empty.spec(), &document.replace('<', "\\u003c"), 1)
        .replacen("<title>Scalar</title>", "<title>FastOps API</title>", 1)
        .replacen("id=\"api-reference\"", SETTINGS, 1);
    let reader = Page::new("text/html; charset=utf-8", SCALAR, reader);
    [("/openapi.json", json_page(document)), ("/docs", reader.into_app())]
}

/// A page that is a JSON document, which does not change while the process runs.
pub fn json_page(document: String) -> App {
    Page::new("application/json", NOTHING, document).into_app()
}

/// Fonts would be fetched from elsewhere.
const SETTINGS: &str = "id=\"api-reference\" data-configuration='{\"withDefaultFonts\":false}'";

const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Everything is in the page itself, and requests that people try out go to this server only.
const SCALAR: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      img-src data: blob:; font-src data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

impl Page {
    fn new(content_type: &'static str, policy: &'static str, text: String) -> Self {
        Self {
            content_type,
            policy: HeaderValue::from_static(policy),
            // Weak: it is the same for all codings.
            tag: format!("W/\"{:016x}\"", digest(&text)),
            plain: text.into(),
            packed: Default::default(),
        }
    }

    fn into_app(self) -> App {
        get(kept).data(Arc::new(self)).map_to_response().boxed()
    }

    async fn response(&self, request: &Request) -> Response {
        let response = Response::builder()
            .content_type(self.content_type)
            .header(CACHE_CONTROL, "no-cache")
            .header(CONTENT_SECURITY_POLICY, self.policy.clone())
            .header(ETAG, &self.tag);
        let Some(coding) = Coding::of(request.headers()) else {
            return response.body(self.plain.clone());
        };
        let packed = self.packed[coding as usize].get_or_init(|| async move {
            let whole = Response::builder().body(self.plain.clone());
            compress(whole, coding).await.into_body().into_bytes().await.unwrap_or_default()
        });
        let response = response.header(CONTENT_ENCODING, coding.name());
        response.header(VARY, "accept-encoding").body(packed.await.clone())
    }
}

#[handler]
async fn kept(request: &Request, Data(page): Data<&Arc<Page>>) -> Response {
    page.response(request).await
}
