//! Why a token is refused, and the problem that reports it.

use poem::http::header::{HeaderValue, WWW_AUTHENTICATE};

use crate::problem::{Code, Problem};

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none, or nothing that looks like one.
    #[error("no token")]
    Missing,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// It was not made here, not for this, or not yet.
    #[error("the token is not valid")]
    Invalid,
    /// The sign-in that it belongs to is over.
    #[error("the sign-in is over")]
    Revoked,
}

impl From<TokenError> for Problem {
    fn from(err: TokenError) -> Self {
        let (code, challenge) = match err {
            TokenError::Missing => (Code::AuthRequired, "Bearer realm=\"fastops\""),
            TokenError::Expired => (
                Code::TokenExpired,
                "Bearer realm=\"fastops\", error=\"invalid_token\", \
                 error_description=\"the token has expired\"",
            ),
            TokenError::Revoked => (
                Code::TokenRevoked,
                "Bearer realm=\"fastops\", error=\"invalid_token\", \
                 error_description=\"the sign-in is over\"",
            ),
            TokenError::Invalid => {
                (Code::TokenInvalid, "Bearer realm=\"fastops\", error=\"invalid_token\"")
            }
        };
        Self::new(code).header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }
}
