//! The document and its readers, all without any other network: `/openapi.json`, Scalar at `/docs`, and
//! `/llms.txt` for programs that read prose.

mod llms;

use std::sync::Arc;

use poem::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, VARY};
use poem::{Request, Response, handler, web::Data};
use poem_openapi::OpenApiService;

use crate::compressed::{Compressed, PAGE_CACHE};
use crate::contract::{About, Contract};
use crate::language::Language;

/// The reader's script is of one release of its library: it is kept by browsers for a year.
const SCRIPT_CACHE: &str = "public, max-age=31536000, immutable";

/// The page loads its own script and document and nothing from elsewhere; the reader writes styles into
/// the page.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// What is served, made once.
#[derive(Clone)]
pub(crate) struct Docs(Arc<Pages>);

struct Pages {
    english: Compressed,
    spanish: Compressed,
    llms: Compressed,
    script: Compressed,
    icon: Compressed,
}

impl Docs {
    pub(crate) fn new(contract: &Contract, about: &About) -> Self {
        let document = |language| {
            let text = contract.document_in(language).as_bytes().to_vec();
            Compressed::new("application/json", PAGE_CACHE, text)
        };
        Self(Arc::new(Pages {
            english: document(Language::English),
            spanish: document(Language::Spanish),
            llms: Compressed::new(
                "text/markdown; charset=utf-8",
                PAGE_CACHE,
                llms::page(about, &contract.outline()).into_bytes(),
            ),
            script: Compressed::new("text/javascript; charset=utf-8", SCRIPT_CACHE, script()),
            icon: Compressed::new("image/svg+xml", SCRIPT_CACHE, ICON.into()),
        }))
    }
}

const ICON: &str = include_str!("docs/icon.svg");
const PAGE: &str = include_str!("docs/page.html");

/// The reader's script, which poem-openapi has within a page of its own.
fn script() -> Vec<u8> {
    let page = OpenApiService::new((), "", "").scalar_html();
    let script = page.split_once("<script charset=\"UTF-8\">").and_then(|(_, rest)| {
        let (script, _) = rest.rsplit_once("</script>")?;
        Some(script.as_bytes().to_vec())
    });
    script.expect("poem-openapi's page ends with the reader's script")
}

/// `GET /openapi.json`, in English; `?lang=es` is what the reader shows in Spanish.
#[handler]
pub(crate) async fn openapi(Data(docs): Data<&Docs>, request: &Request) -> Response {
    let document = match language_named(request) {
        Some(Language::Spanish) => &docs.0.spanish,
        _ => &docs.0.english,
    };
    document.answer(request).await
}

/// `GET /docs`, in the language that `?lang=` names or the browser prefers.
#[handler]
pub(crate) fn reader(request: &Request) -> Response {
    let language = language_named(request).unwrap_or_else(|| Language::of(request.headers()));
    let (lang, other, switch, title) = match language {
        Language::Spanish => ("es", "en", "English", "FastOps: la API"),
        Language::English => ("en", "es", "Español", "FastOps: the API"),
    };
    let page = PAGE
        .replace("{lang}", lang)
        .replace("{other}", other)
        .replace("{switch}", switch)
        .replace("{title}", title)
        .replace("{version}", env!("CARGO_PKG_VERSION"));
    Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(CONTENT_LANGUAGE, language.tag())
        .header(VARY, "Accept-Language")
        .header(CONTENT_SECURITY_POLICY, CONTENT_POLICY)
        .body(page)
}

/// `GET /llms.txt`.
#[handler]
pub(crate) async fn llms_page(Data(docs): Data<&Docs>, request: &Request) -> Response {
    docs.0.llms.answer(request).await
}

/// `GET /docs/reader.js`.
#[handler]
pub(crate) async fn reader_script(Data(docs): Data<&Docs>, request: &Request) -> Response {
    docs.0.script.answer(request).await
}

/// `GET /icon.svg`.
#[handler]
pub(crate) async fn icon(Data(docs): Data<&Docs>, request: &Request) -> Response {
    docs.0.icon.answer(request).await
}

fn language_named(request: &Request) -> Option<Language> {
    let query: Vec<(String, String)> = request.params().ok()?;
    let (_, name) = query.into_iter().find(|(name, _)| name == "lang")?;
    match name.as_str() {
        "es" => Some(Language::Spanish),
        "en" => Some(Language::English),
        _ => None,
    }
}
