//! Documents about the API and their readers, which need no other network: `/openapi.json`, Scalar at
//! `/docs`, and `/llms.txt` for programs that read prose.

pub(crate) mod kept;
mod llms;

use poem::endpoint::BoxEndpoint;
use poem::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, VARY};
use poem::{Endpoint, EndpointExt, Request, Response, get, handler};
use poem_openapi::OpenApiService;

use crate::contract::{About, Contract};
use crate::language::Language;
use kept::{Kept, PAGE_CACHE};

/// The reader's script is of one release of its library: it is kept by browsers for a year.
const SCRIPT_CACHE: &str = "public, max-age=31536000, immutable";

/// The page loads its own script and document and nothing from elsewhere; the reader writes styles into
/// the page.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const ICON: &str = include_str!("docs/icon.svg");
const PAGE: &str = include_str!("docs/page.html");

/// What is served at one address.
type Page = BoxEndpoint<'static, Response>;

/// The pages about an API, by their addresses.
pub(crate) fn pages(contract: &Contract, about: &About) -> [(&'static str, Page); 5] {
    let script = Kept::new("text/javascript; charset=utf-8", SCRIPT_CACHE, script());
    let icon = Kept::new("image/svg+xml", SCRIPT_CACHE, ICON.to_owned());
    let llms = llms::page(about, &contract.outline());
    let llms = Kept::new("text/markdown; charset=utf-8", PAGE_CACHE, llms);
    let [english, spanish] = [Language::English, Language::Spanish]
        .map(|language| json(contract.document_in(language).to_owned()));
    [
        ("/openapi.json", get(Document { english, spanish }).boxed()),
        ("/llms.txt", get(llms).boxed()),
        ("/docs", get(reader).boxed()),
        ("/docs/reader.js", get(script).boxed()),
        ("/icon.svg", get(icon).boxed()),
    ]
}

/// A page that is a JSON document, which does not change while the process runs.
pub fn json_page(document: String) -> Page {
    get(json(document)).boxed()
}

fn json(document: String) -> Kept {
    Kept::new("application/json", PAGE_CACHE, document)
}

/// The reader's script, which poem-openapi has within a page of its own.
fn script() -> String {
    let page = OpenApiService::new((), "", "").scalar_html();
    let script = page.split_once("<script charset=\"UTF-8\">").and_then(|(_, rest)| {
        let (script, _) = rest.rsplit_once("</script>")?;
        Some(script.to_owned())
    });
    script.expect("poem-openapi's page ends with the reader's script")
}

/// `GET /openapi.json`, in English; `?lang=es` is what the reader shows in Spanish.
struct Document {
    english: Kept,
    spanish: Kept,
}

impl Endpoint for Document {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        match language_named(&request) {
            Some(Language::Spanish) => self.spanish.call(request).await,
            _ => self.english.call(request).await,
        }
    }
}

/// `GET /docs`, in the language that `?lang=` names or the browser prefers.
#[handler]
fn reader(request: &Request) -> Response {
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

fn language_named(request: &Request) -> Option<Language> {
    let query: Vec<(String, String)> = request.params().ok()?;
    let (_, name) = query.into_iter().find(|(name, _)| name == "lang")?;
    match name.as_str() {
        "es" => Some(Language::Spanish),
        "en" => Some(Language::English),
        _ => None,
    }
}
