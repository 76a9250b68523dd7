//! The page behind a problem's `type`: what it means and what to do, in the reader's language.

use poem::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, VARY};
use poem::web::Path;
use poem::{Request, Response, handler};

use super::{Code, Problem};
use crate::language::Language;

/// The page loads nothing, has its style in it, and may not be framed.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// `GET /problems/{slug}`.
#[handler]
pub(crate) fn page(request: &Request, Path(slug): Path<String>) -> Result<Response, Problem> {
    let code = Code::of_slug(&slug).ok_or_else(|| Problem::new(Code::NotFound))?;
    let language = Language::of(request.headers());
    Ok(Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(CONTENT_LANGUAGE, language.tag())
        .header(VARY, "Accept-Language")
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .body(html(code, language)))
}

fn html(code: Code, language: Language) -> String {
    let (tag, slug, status) = (language.tag(), code.slug(), code.status().as_u16());
    let (title, advice) = (code.title(), code.advice());
    let (title, advice) = (title.in_language(language), advice.in_language(language));
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} · FastOps</title>\n\
         <style>body{{font:1.1rem/1.6 system-ui;max-width:38rem;margin:4rem auto;padding:0 1rem;\
         color-scheme:light dark}}</style>\n\
         <p><code>{slug}</code> · HTTP {status}</p>\n<h1>{title}</h1>\n<p>{advice}</p>\n"
    )
}
