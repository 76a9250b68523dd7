//! Caller: who is asking, as their token proves it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::shared::{TenantId, UserId};
use poem::Request;
use poem::http::header::AUTHORIZATION;
use uuid::Uuid;

use crate::auth::token::{TokenError, Tokens};
use crate::problem::{Code, Problem};
use crate::telemetry::{Journal, RequestId};

/// Where the time comes from.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Somebody who signed in. Whatever the rest of the request says, their company is this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Their company.
    pub tenant: TenantId,
    /// They themselves.
    pub user: UserId,
    /// Their token's id.
    pub token_id: Uuid,
    /// The request in which they ask.
    pub request: RequestId,
}

/// Tells callers by their tokens.
pub struct Authenticator {
    tokens: Tokens,
    now: Now,
}

impl Authenticator {
    /// Believes `tokens` as long as they are good by the clock `now`.
    pub fn new(tokens: Tokens, now: Now) -> Self {
        Self { tokens, now }
    }
}

impl Caller {
    /// The caller of a request, or why nobody is believed to have sent it.
    pub(crate) fn authenticate(request: &Request) -> Result<Self, Problem> {
        let internal = || Problem::new(Code::Internal);
        let authenticator = request.data::<Arc<Authenticator>>().ok_or_else(internal)?;
        let journal = request.data::<Arc<Journal>>().ok_or_else(internal)?;
        let token = bearer(request).ok_or(TokenError::Missing)?;
        let access = authenticator.tokens.verify(token, (authenticator.now)())?;
        journal.signed_in(access.tenant, access.user);
        Ok(Self {
            tenant: access.tenant,
            user: access.user,
            token_id: access.token_id,
            request: journal.request_id().clone(),
        })
    }
}

fn bearer(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(AUTHORIZATION).iter();
    let (scheme, token) = values.next()?.to_str().ok()?.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}
