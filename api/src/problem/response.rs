//! A problem as it is answered and documented.

use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::http::header::CONTENT_LANGUAGE;
use poem::{IntoResponse, Response};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

use super::{Code, Inner, Problem};
use crate::language::{Language, Words};

/// The media type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

impl Problem {
    /// The answer, for a reader of `language` who sent the request `instance`.
    pub(crate) fn render(&self, language: Language, instance: &str) -> Response {
        let Inner { code, status, detail, errors, headers } = &*self.0;
        let say = |words: &Words| words.in_language(language).to_owned();
        let body = Body {
            kind: format!("/problems/{}", code.slug()),
            title: say(&code.title()),
            status: status.as_u16(),
            detail: say(detail.as_ref().unwrap_or(&code.advice())),
            instance: instance.to_owned(),
            code: *code,
            errors: errors
                .iter()
                .map(|error| BodyError {
                    pointer: error.pointer.clone(),
                    code: error.code.to_owned(),
                    detail: say(&error.detail),
                })
                .collect(),
        };
        let mut response = Response::builder()
            .status(*status)
            .content_type(CONTENT_TYPE)
            .header(CONTENT_LANGUAGE, language.tag())
            .body(body.to_json_string());
        response.headers_mut().extend(headers.clone());
        response.extensions_mut().insert(*code);
        response
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.0.status
    }

    fn as_response(&self) -> Response {
        self.render(Language::default(), "")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.as_response()
    }
}

/// Every operation that can fail documents this as its default response.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "A problem; `code` says which, `/problems/{code}` what to do about it.",
                status: None,
                status_range: None,
                content: vec![MetaMediaType {
                    content_type: CONTENT_TYPE,
                    schema: Body::schema_ref(),
                }],
                headers: Vec::new(),
            }],
        }
    }

    fn register(registry: &mut Registry) {
        Body::register(registry);
    }
}

/// Why a request was not answered as asked, RFC 9457.
#[derive(Debug, Object)]
#[oai(rename = "Problem")]
struct Body {
    /// The address of a page that explains the problem.
    #[oai(rename = "type")]
    kind: String,
    /// A short name for people, in the language of the request.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened in this case, for people.
    detail: String,
    /// The id of the request, the same as in `X-Request-Id`.
    instance: String,
    /// What happened, for programs.
    code: Code,
    /// The values that are to blame.
    errors: Vec<BodyError>,
}

/// What is wrong with one value.
#[derive(Debug, Object)]
#[oai(rename = "ProblemError")]
struct BodyError {
    /// Where it is: a JSON pointer into the body, or `/query/…`, `/path/…`, `/header/…`.
    pointer: String,
    /// What is wrong, for programs.
    code: String,
    /// What would be right, for people.
    detail: String,
}
