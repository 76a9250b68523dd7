//! What the framework refuses, as a problem, without its own words or Rust's.

use poem::Error;
use poem::error::{MethodNotAllowedError, NotFoundError, ReadBodyError};
use poem::http::header::{ALLOW, HeaderValue};
use poem::http::{Method, StatusCode};
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseParamError, ParsePathError, ParseRequestPayloadError,
};
use poem_openapi::registry::MetaParamIn;

use crate::contract::Contract;
use crate::language::Words;
use crate::payload;
use crate::problem::{Code, FieldError, Problem};

/// The problem that `err` is, for a request of `method` and `path`.
pub(super) fn from_error(err: &Error, contract: &Contract, method: &Method, path: &str) -> Problem {
    if let Some(problem) = err.downcast_ref::<Problem>() {
        return problem.clone();
    }
    if err.is::<NotFoundError>() {
        return Problem::new(Code::NotFound);
    }
    if err.is::<MethodNotAllowedError>() {
        return method_not_allowed(contract, path);
    }
    if let Some(param) = err.downcast_ref::<ParseParamError>() {
        return parameter(contract, method, path, param.name, None);
    }
    if let Some(param) = err.downcast_ref::<ParsePathError>() {
        return parameter(contract, method, path, param.name, Some(MetaParamIn::Path));
    }
    if err.is::<ContentTypeError>() {
        return Problem::new(Code::UnsupportedMediaType);
    }
    if err.is::<ParseRequestPayloadError>() {
        return Problem::new(Code::MalformedBody);
    }
    if err.is::<AuthorizationError>() {
        return Problem::new(Code::AuthRequired);
    }
    if let Some(unread) = err.downcast_ref::<ReadBodyError>() {
        let operation = contract.find(method, path);
        return payload::unread(unread, operation.and_then(|found| found.body).unwrap_or_default());
    }
    from_status(err.status())
}

/// The problem behind a bare status.
pub(super) fn from_status(status: StatusCode) -> Problem {
    let problem = Problem::new(Code::of_status(status));
    if status == StatusCode::BAD_REQUEST { problem.with_status(status) } else { problem }
}

/// 405, with the methods that exist at this address.
pub(super) fn method_not_allowed(contract: &Contract, path: &str) -> Problem {
    let allow = HeaderValue::try_from(contract.allow(path)).expect("methods are plain words");
    Problem::new(Code::MethodNotAllowed).header(ALLOW, allow)
}

fn parameter(
    contract: &Contract,
    method: &Method,
    path: &str,
    name: &str,
    place: Option<MetaParamIn>,
) -> Problem {
    let operation = contract.find(method, path);
    let place = place.or_else(|| operation?.place(name)).unwrap_or(MetaParamIn::Query);
    let known = operation.and_then(|operation| operation.expects(place, name));
    let unknown = Words::new("no es válido", "is not valid");
    let (name, expects) = known.unwrap_or((name, &unknown));
    let place = match place {
        MetaParamIn::Path => "path",
        MetaParamIn::Header => "header",
        _ => "query",
    };
    Problem::parameter(FieldError::new(format!("/{place}/{name}"), "value", expects.clone()))
}
