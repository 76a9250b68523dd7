//! The document and its reader: `/openapi.json` and Scalar at `/docs`, both without any network.

use poem::http::header::CACHE_CONTROL;
use poem::{Response, handler, web::Data};
use poem_openapi::OpenApiService;

use crate::contract::Contract;

/// The pages, made once.
#[derive(Clone)]
pub(crate) struct Docs {
    document: String,
    reader: String,
}

impl Docs {
    pub(crate) fn new(contract: &Contract) -> Self {
        let document = contract.document().to_owned();
        // poem-openapi only makes a page of its own document: the one of an API without operations
        // lends the page, and ours takes its place.
        let empty = OpenApiService::new((), "", "");
        let reader = empty
            .scalar_html()
            .replacen(&empty.spec(), &document.replace('<', "\\u003c"), 1)
            .replacen("<title>Scalar</title>", "<title>FastOps API</title>", 1)
            .replacen("id=\"api-reference\"", SETTINGS, 1);
        Self { document, reader }
    }
}

/// Fonts would be fetched from elsewhere.
const SETTINGS: &str = "id=\"api-reference\" data-configuration='{\"withDefaultFonts\":false}'";

/// `GET /openapi.json`.
#[handler]
pub(crate) fn openapi(Data(docs): Data<&Docs>) -> Response {
    page("application/json", docs.document.clone())
}

/// `GET /docs`.
#[handler]
pub(crate) fn scalar(Data(docs): Data<&Docs>) -> Response {
    page("text/html; charset=utf-8", docs.reader.clone())
}

fn page(content_type: &'static str, body: String) -> Response {
    Response::builder().content_type(content_type).header(CACHE_CONTROL, "no-cache").body(body)
}
