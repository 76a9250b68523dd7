//! Problem: the one shape of every refusal and failure, RFC 9457 `application/problem+json`.

pub(crate) mod catalogue;
mod codes;
pub(crate) mod page;
mod response;

use std::time::Duration;

use poem::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use poem::http::{HeaderMap, StatusCode};

pub use catalogue::Code;

use crate::language::Words;
pub use response::CONTENT_TYPE;

/// Why a request was not answered as asked.
///
/// It is made where the reason arises, without language and request id; both are added at the edge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.code.slug())]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    code: Code,
    status: StatusCode,
    detail: Option<Words>,
    errors: Vec<FieldError>,
    headers: HeaderMap,
}

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where it is: a JSON pointer into the body, or `/query/…`, `/path/…`, `/header/…`.
    pub pointer: String,
    /// What is wrong, as a stable word.
    pub code: &'static str,
    /// What would be right, for people.
    pub detail: Words,
}

impl FieldError {
    /// Something wrong at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<Words>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
}

impl Problem {
    /// The refusal of a request about a branch in which the caller may not act.
    pub(crate) fn foreign_branch() -> Self {
        Self::new(Code::Forbidden).detail((
            "No puede actuar en esa sede; si no nombra una, nombre una de las suyas.".to_owned(),
            "You cannot act in this branch; if none was named, name one of yours.".to_owned(),
        ))
    }

    /// The refusal of a change to all branches by a caller who is bound to some.
    pub(crate) fn reaches_every_branch() -> Self {
        Self::new(Code::Forbidden).detail((
            "Esto cambia algo en todas las sedes: lo hace quien actúa en todas, y no en una caja."
                .to_owned(),
            "This changes something in every branch: whoever acts in all of them does it, and not \
             on a till."
                .to_owned(),
        ))
    }

    /// A problem with the status and, where asking again helps, the `Retry-After` of its code.
    pub fn new(code: Code) -> Self {
        let problem = Self(Box::new(Inner {
            code,
            status: code.status(),
            detail: None,
            errors: Vec::new(),
            headers: HeaderMap::new(),
        }));
        match code.retry_after_seconds() {
            Some(seconds) => problem.retry_after(Duration::from_secs(seconds)),
            None => problem,
        }
    }

    /// Values of the body that break the rules: 422.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let unknown =
            errors.iter().all(|error| error.code == "unknown-field") && !errors.is_empty();
        let code = if unknown { Code::UnknownField } else { Code::Validation };
        Self::new(code).with_errors(errors)
    }

    /// A parameter in the address or the headers that breaks the rules: 400.
    pub fn parameter(error: FieldError) -> Self {
        Self::new(Code::Validation).with_errors(vec![error]).with_status(StatusCode::BAD_REQUEST)
    }

    /// Answers with another status than that of the code.
    #[must_use]
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// Adds a detail about this one case.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Words>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Names the values that are to blame.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// Sets `Retry-After`, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// What went wrong.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The values that are to blame.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }
}

#[cfg(test)]
mod tests {
    use poem::Response;
    use poem::error::ResponseError;
    use serde_json::{Value, json};

    use super::*;
    use crate::language::Language;

    async fn body(response: Response) -> Value {
        serde_json::from_slice(&response.into_body().into_bytes().await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_problem_speaks_the_language_of_its_reader() {
        let problem = Problem::validation(vec![FieldError::new(
            "/lines/0/quantity",
            "minimum",
            ("debe ser al menos 1", "must be at least 1"),
        )])
        .detail(("La orden tiene un error.", "The order has an error."));
        let spanish = problem.render(Language::Spanish, "req-1");
        assert_eq!(spanish.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(spanish.content_type(), Some(CONTENT_TYPE));
        assert_eq!(spanish.header("content-language"), Some("es-CO"));
        assert_eq!(
            body(spanish).await,
            json!({
                "type": "/problems/validation",
                "title": "Hay valores que no cumplen las reglas",
                "status": 422,
                "detail": "La orden tiene un error.",
                "instance": "req-1",
                "code": "validation",
                "errors": [{
                    "pointer": "/lines/0/quantity",
                    "code": "minimum",
                    "detail": "debe ser al menos 1",
                }],
            })
        );
        let english = body(problem.render(Language::English, "req-1")).await;
        assert_eq!(english["title"], "Some values break the rules");
        assert_eq!(english["errors"][0]["detail"], "must be at least 1");
    }

    #[tokio::test]
    async fn without_a_detail_the_advice_of_the_code_is_given() {
        let english = body(Problem::new(Code::Busy).render(Language::English, "")).await;
        assert_eq!(english["detail"], "Repeat with the same Idempotency-Key after Retry-After.");
    }

    #[test]
    fn retry_after_is_whole_seconds_and_never_zero() {
        let wait = |millis| {
            let problem = Problem::new(Code::Busy).retry_after(Duration::from_millis(millis));
            problem.as_response().header("retry-after").map(str::to_owned)
        };
        assert_eq!(wait(0).as_deref(), Some("1"));
        assert_eq!(wait(1_001).as_deref(), Some("2"));
        assert_eq!(Problem::new(Code::Unavailable).as_response().header("retry-after"), Some("2"));
        assert_eq!(Problem::new(Code::NotFound).as_response().header("retry-after"), None);
    }

    #[test]
    fn s28_only_unknown_fields_are_called_so_and_mixed_errors_are_validation() {
        let unknown = FieldError::new("/role", "unknown-field", ("a", "b"));
        let minimum = FieldError::new("/quantity", "minimum", ("a", "b"));
        assert_eq!(Problem::validation(vec![unknown.clone()]).code(), Code::UnknownField);
        assert_eq!(Problem::validation(vec![unknown, minimum]).code(), Code::Validation);
    }
}
