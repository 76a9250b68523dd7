//! Json: request and response bodies, read strictly and checked against their own documentation.

mod blocking;
pub(crate) mod body;
mod check;
mod expectation;
mod limits;
mod path;
mod schema;
mod strict;

use poem::error::ReadBodyError;
use poem::http::StatusCode;
use poem::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use poem::{IntoResponse, Request, RequestBody, Response};
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{
    MetaMediaType, MetaRequest, MetaResponse, MetaResponses, MetaSchemaRef, Registry,
};
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
use poem_openapi::{ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions};
use serde::Serialize;
use serde_json::Value;

pub(crate) use expectation::{expectation, integer_bounds};
pub use limits::BODY_BYTES_MAX;
pub(crate) use limits::BytesMax;
pub(crate) use path::Path;
pub(crate) use schema::Schema;

use crate::language::Words;
use crate::problem::{Code, FieldError, Problem};

const MEDIA_TYPE: &str = "application/json";

/// A JSON body.
///
/// As a request it is refused with every mistake at once: what the type documents to poem-openapi is
/// what its values are checked against, so the two cannot differ. Unknown fields are mistakes, and so
/// are repeated keys, numbers as text, NUL in text and integers that JavaScript cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: ParseFromJSON + 'static> Json<T> {
    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, Problem> {
        let bytes_max = BytesMax::at(request);
        check_headers(request, bytes_max)?;
        let body = body.take().map_err(|err| unread(&err, bytes_max))?;
        let bytes = body::whole(body, bytes_max.get()).await;
        let bytes = bytes.map_err(|err| unread(&err, bytes_max))?;
        blocking::run(bytes.len(), move || Self::from_value(strict::parse(&bytes)?)).await
    }

    fn from_value(value: Value) -> Result<Self, Problem> {
        let errors = check::check(&Schema::of::<T>(), &value);
        if !errors.is_empty() {
            return Err(Problem::validation(errors));
        }
        T::parse_from_json(Some(value)).map(Self).map_err(|err| {
            // A rule that the document does not show. The message names types of this program.
            tracing::debug!(message = err.message(), "a body keeps to its schema and is refused");
            let words = Words::new("el cuerpo no se acepta", "the body is not accepted");
            Problem::validation(vec![FieldError::new("", "value", words)])
        })
    }
}

fn check_headers(request: &Request, bytes_max: BytesMax) -> Result<(), Problem> {
    let mut named = request.headers().get_all(CONTENT_TYPE).iter();
    let media = named.next().and_then(|media| media.to_str().ok()).unwrap_or_default();
    let is_one = named.next().is_none();
    let mut parts = media.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let utf8 = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        !name.eq_ignore_ascii_case("charset")
            || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    };
    let plain = request
        .headers()
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if !essence.eq_ignore_ascii_case(MEDIA_TYPE) || !parts.all(utf8) || !plain || !is_one {
        return Err(Problem::new(Code::UnsupportedMediaType));
    }
    // Refused before the body arrives: a client that waits for `100 Continue` never sends it.
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if announced.and_then(|length| length.parse().ok()).is_some_and(|n: usize| n > bytes_max.get())
    {
        return Err(too_large(bytes_max));
    }
    Ok(())
}

/// Why a body could not be read to its end.
pub(crate) fn unread(err: &ReadBodyError, bytes_max: BytesMax) -> Problem {
    match err {
        ReadBodyError::PayloadTooLarge => too_large(bytes_max),
        ReadBodyError::Io(err) if err.kind() == std::io::ErrorKind::TimedOut => {
            Problem::new(Code::RequestTimeout)
        }
        ReadBodyError::Io(_) | ReadBodyError::Utf8(_) => Problem::new(Code::MalformedBody),
        ReadBodyError::BodyHasBeenTaken => Problem::new(Code::Internal),
    }
}

fn too_large(bytes_max: BytesMax) -> Problem {
    let max = bytes_max.get();
    Problem::new(Code::PayloadTooLarge).detail((
        format!("Aquí se leen hasta {max} bytes."),
        format!("Up to {max} bytes are read here."),
    ))
}

impl<T: Type> Payload for Json<T> {
    const CONTENT_TYPE: &'static str = MEDIA_TYPE;

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ParseFromJSON + 'static> ParsePayload for Json<T> {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self::read(request, body).await?)
    }
}

impl<'a, T: ParseFromJSON + 'static> ApiExtractor<'a> for Json<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest { description: None, content: vec![media::<T>()], required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self::read(request, body).await?)
    }
}

/// What can be answered: serde writes it, and `ToJSON` declares its schema. Builds with assertions compare
/// the two for each answer. `ToJSON` alone would build a tree in memory, with a node for every name and
/// value, before there is any text.
pub trait Answer: ToJSON + Serialize {}

impl<T: ToJSON + Serialize> Answer for T {}

impl<T: Answer> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        Response::builder()
            .status(StatusCode::OK)
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .body(text(&self.0))
    }
}

/// The JSON of a body.
fn text(body: &impl Answer) -> Vec<u8> {
    // Not the body itself, in which there may be a token.
    debug_assert!(
        serde_json::to_value(body).ok() == body.to_json(),
        "{} is written otherwise than it is documented",
        std::any::type_name_of_val(body)
    );
    serde_json::to_vec(body).expect("a body can be written as JSON")
}

impl<T: Answer> ApiResponse for Json<T> {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "",
                status: Some(200),
                status_range: None,
                content: vec![media::<T>()],
                headers: Vec::new(),
            }],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

fn media<T: Type>() -> MetaMediaType {
    MetaMediaType { content_type: MEDIA_TYPE, schema: T::schema_ref() }
}

#[cfg(test)]
mod tests;
