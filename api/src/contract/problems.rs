//! Which problems an operation can answer: those of everything that it reads, and those of its rules.

use std::collections::BTreeSet;

use poem_openapi::registry::{MetaOperation, MetaParamIn};

use super::{About, Access};
use crate::problem::Code;

/// Status and code of each 4xx, in the order of status and slug.
pub(super) fn of(
    operation: &MetaOperation,
    template: &str,
    access: Access,
    about: &About,
) -> Vec<(u16, Code)> {
    let mut codes: Vec<Code> = of_access(access).to_vec();
    // A parameter that does not exist is refused by every operation.
    let mut problems = BTreeSet::from([(400, Code::Validation.slug(), Code::Validation)]);
    if !operation.responses.responses.iter().all(|answer| answer.content.is_empty()) {
        codes.push(Code::NotAcceptable);
    }
    if template.contains('{') {
        codes.push(Code::NotFound);
    }
    if operation.request.is_some() {
        codes.extend(OF_BODY);
    } else {
        codes.push(Code::UnexpectedBody);
    }
    for parameter in &operation.params {
        let in_query = parameter.in_type == MetaParamIn::Query;
        match parameter.name.to_ascii_lowercase().as_str() {
            "idempotency-key" => codes.extend(OF_KEY),
            "if-match" if parameter.required => {
                codes.extend([Code::PreconditionRequired, Code::VersionConflict]);
            }
            "if-match" => codes.push(Code::VersionConflict),
            "cursor" | "after" if in_query => codes.push(Code::InvalidCursor),
            _ => {}
        }
    }
    let id = operation.operation_id.unwrap_or_default();
    let of_rules = about.refusals.iter().filter(|(known, _)| *known == id);
    codes.extend(of_rules.flat_map(|(_, codes)| codes.iter().copied()));
    problems.extend(codes.into_iter().map(|code| (code.status().as_u16(), code.slug(), code)));
    problems.into_iter().map(|(status, _, code)| (status, code)).collect()
}

const OF_BODY: [Code; 6] = [
    Code::MalformedBody,
    Code::UnsupportedMediaType,
    Code::PayloadTooLarge,
    Code::RequestTimeout,
    Code::Validation,
    Code::UnknownField,
];

const OF_KEY: [Code; 3] =
    [Code::IdempotencyKeyRequired, Code::IdempotencyKeyInvalid, Code::IdempotencyMismatch];

const fn of_access(access: Access) -> &'static [Code] {
    match access {
        Access::Anyone => &[Code::RateLimited],
        Access::SignedIn => &[
            Code::AuthRequired,
            Code::TokenInvalid,
            Code::TokenExpired,
            Code::TokenRevoked,
            Code::CompanyClosed,
            Code::PasswordRequired,
            Code::RateLimited,
        ],
        Access::Operator | Access::Device => {
            &[Code::AuthRequired, Code::TokenInvalid, Code::RateLimited]
        }
        Access::Permission(_) => &[
            Code::AuthRequired,
            Code::TokenInvalid,
            Code::TokenExpired,
            Code::TokenRevoked,
            Code::CompanyClosed,
            Code::PasswordRequired,
            Code::Forbidden,
            Code::RateLimited,
        ],
    }
}
