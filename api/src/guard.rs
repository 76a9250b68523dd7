//! The layer that makes every refusal, failure and panic a problem in the reader's language.

mod framework;
mod query;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use poem::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue,
    TRANSFER_ENCODING,
};
use poem::http::{HeaderMap, Method};
use poem::{Endpoint, Request, Response};

use crate::contract::Contract;
use crate::journal::Journal;
use crate::language::{Language, weighted};
use crate::payload::BytesMax;
use crate::problem::{self, Code, FieldError, Problem};

/// Inside [`crate::telemetry::Telemetry`], outside everything else.
pub(crate) struct Guard<E> {
    pub(crate) inner: E,
    pub(crate) contract: Arc<Contract>,
}

impl<E: Endpoint<Output = Response>> Endpoint for Guard<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let language = Language::of(request.headers());
        let id = Journal::of(&request).request_id().clone();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let mut response = match self.answer(request, &method, &path).await {
            Ok(response) => response,
            Err(problem) => problem.render(language, id.as_str()),
        };
        debug_assert!(
            self.documents(&method, &path, &response),
            "{method} {path} answers {:?}, which the document does not name",
            response.extensions().get::<Code>()
        );
        let headers = response.headers_mut();
        headers.insert(NOSNIFF.0, NOSNIFF.1);
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING_LOADS);
        Ok(response)
    }
}

/// The policy of answers that are no HTML. HTML pages set their own; no answer may be framed.
const NOTHING_LOADS: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

const NOSNIFF: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));

impl<E: Endpoint<Output = Response>> Guard<E> {
    async fn answer(
        &self,
        mut request: Request,
        method: &Method,
        path: &str,
    ) -> Result<Response, Problem> {
        if let Some(bytes_max) = self.admit(&request)? {
            request.set_data(bytes_max);
        }
        match AssertUnwindSafe(self.inner.call(request)).catch_unwind().await {
            Ok(Ok(response)) => readable(response),
            Ok(Err(err)) if err.is_from_response() => readable(err.into_response()),
            Ok(Err(err)) => {
                let problem = framework::from_error(&err, &self.contract, method, path);
                if problem.code() == Code::Internal {
                    tracing::error!(error = %err, "a request failed for a reason of ours");
                }
                Err(problem)
            }
            // The panic hook has logged where and why.
            Err(_panic) => Err(Problem::new(Code::Internal)),
        }
    }

    /// Whether the document names the problem that this answer is, if it is one of an operation.
    /// Builds with assertions compare every answer.
    fn documents(&self, method: &Method, path: &str, response: &Response) -> bool {
        let problem = response.extensions().get::<Code>();
        let operation = self.contract.find(method, path);
        match (problem, operation) {
            (Some(code), Some(operation)) if response.status().is_client_error() => {
                operation.documents(response.status().as_u16(), *code)
            }
            _ => true,
        }
    }

    /// Refuses what can be refused without the caller; returns how large the body may be, if there may be one.
    fn admit(&self, request: &Request) -> Result<Option<BytesMax>, Problem> {
        if let Some(Refused(problem)) = request.data() {
            return Err(problem.clone());
        }
        let (method, uri) = (request.method(), request.uri());
        if *method == Method::TRACE {
            return Err(framework::method_not_allowed(&self.contract, uri.path()));
        }
        // PostgreSQL cannot hold NUL in text: it would be an error of ours, far too late.
        for (part, pointer) in [(uri.path(), "/path"), (uri.query().unwrap_or_default(), "/query")]
        {
            if part.contains("%00") {
                let words =
                    ("no puede contener el carácter NUL", "must not contain the NUL character");
                return Err(Problem::parameter(FieldError::new(pointer, "nul", words)));
            }
        }
        let operation = self.contract.find(method, uri.path());
        let is_page = self.contract.template(uri.path()).is_none()
            && matches!(*method, Method::GET | Method::HEAD);
        let is_bodiless = operation.is_some_and(|operation| operation.body.is_none());
        if (is_page || is_bodiless) && has_body(request.headers()) {
            return Err(Problem::new(Code::UnexpectedBody));
        }
        let Some(operation) = operation else { return Ok(None) };
        if !accepts(request, &operation.produces) {
            return Err(Problem::new(Code::NotAcceptable));
        }
        query::check(operation, &request.params::<Vec<_>>().unwrap_or_default())?;
        Ok(operation.body)
    }
}

/// Set by the accept loop on a request that it refuses: this layer answers the problem.
#[derive(Debug, Clone)]
pub(crate) struct Refused(pub(crate) Problem);

/// Whether the headers announce a body, also an empty chunked one.
fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH);
    headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

/// An error that is not written as a problem is turned into one.
fn readable(response: Response) -> Result<Response, Problem> {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || response.content_type() == Some(problem::CONTENT_TYPE) {
        return Ok(response);
    }
    Err(framework::from_status(status))
}

/// Whether one of `produced` is among what the client takes.
fn accepts(request: &Request, produced: &[&str]) -> bool {
    let mut ranges = Vec::new();
    for line in request.headers().get_all(ACCEPT) {
        ranges.extend(line.to_str().unwrap_or_default().split(',').map(weighted));
    }
    ranges.retain(|(range, _)| !range.is_empty());
    if ranges.is_empty() || produced.is_empty() {
        return true;
    }
    produced.iter().any(|media| {
        let media = media.split(';').next().unwrap_or_default().trim();
        // The most specific range decides, so that `*/*, application/json;q=0` means no JSON.
        let named =
            ranges.iter().filter_map(|(range, weight)| Some((specific(range, media)?, *weight)));
        named.max().is_some_and(|(_, weight)| weight > 0)
    })
}

/// How exactly `range` names `media`, if it does.
fn specific(range: &str, media: &str) -> Option<u8> {
    let kind = media.split('/').next().unwrap_or_default();
    match range.split_once('/')? {
        ("*", "*") => Some(0),
        (wanted, "*") => wanted.eq_ignore_ascii_case(kind).then_some(1),
        _ => range.eq_ignore_ascii_case(media).then_some(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(accept: &str, produced: &[&str]) -> bool {
        accepts(&Request::builder().header(ACCEPT, accept).finish(), produced)
    }

    #[test]
    fn s34_an_answer_is_given_to_whoever_can_take_one() {
        let json = &["application/json"];
        for accept in [
            "",
            "*/*",
            "application/*",
            "application/json",
            "Application/JSON; charset=utf-8; q=0.1",
            "text/html, application/json;q=0.9, */*;q=0.8",
            "text/html, */*;q=0.1",
        ] {
            assert!(takes(accept, json), "{accept:?}");
        }
        for accept in [
            "text/html",
            "application/xml",
            "application/json;q=0",
            "*/*, application/json;q=0",
            "json",
        ] {
            assert!(!takes(accept, json), "{accept:?}");
        }
        assert!(takes("text/html", &[]), "an answer without a body has no type");
        assert!(takes("text/csv", &["application/json", "text/csv; charset=utf-8"]));
    }
}
