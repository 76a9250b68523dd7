//! Caller: who is asking, as their token proves it.

use std::sync::Arc;

use commands::identity::Presented;
use domain::identity::roles::BranchAccess;
use domain::shared::{BranchId, DeviceId, SessionId, TenantId, UserId};
use poem::Request;
use uuid::Uuid;

use crate::auth::bearer::bearer;
use crate::auth::token::{TokenError, Tokens};
use crate::journal::{Journal, RequestId};
use crate::problem::{Code, Problem};
use crate::sources::Now;
use crate::trace::Trace;

/// A signed-in user. Whatever else the request contains, their company is this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Their company.
    pub tenant: TenantId,
    /// They themselves.
    pub user: UserId,
    /// Their sign-in.
    pub session: SessionId,
    /// The epoch of their sessions in which it began.
    pub epoch: u32,
    /// The shared till that they signed in on.
    pub device: Option<DeviceId>,
    /// The branches where they may act; none until set.
    pub branches: BranchAccess,
    /// Their token's id.
    pub token_id: Uuid,
    /// The id of their request.
    pub request: RequestId,
    /// The trace that it belongs to.
    pub trace: Trace,
}

/// Identifies callers by their tokens.
pub struct Authenticator {
    tokens: Tokens,
    now: Now,
}

impl Authenticator {
    /// Accepts `tokens` as long as they are valid by the clock `now`.
    pub fn new(tokens: Tokens, now: Now) -> Self {
        Self { tokens, now }
    }
}

impl Caller {
    /// Goes on only if they may act in a branch.
    pub(crate) fn at(&self, branch: BranchId) -> Result<(), Problem> {
        if self.branches.includes(branch) { Ok(()) } else { Err(Problem::foreign_branch()) }
    }

    /// Succeeds only if the caller may see everything that a filter by branch lets through. A caller bound to
    /// some branches has to filter by one of them.
    pub(crate) fn sees(&self, branch: Option<BranchId>) -> Result<(), Problem> {
        match (branch, &self.branches) {
            (Some(branch), _) => self.at(branch),
            (None, BranchAccess::All) => Ok(()),
            (None, BranchAccess::Only(_)) => Err(Problem::foreign_branch()),
        }
    }

    /// The claims of the token, for the check of the sign-in's state.
    pub const fn presented(&self) -> Presented {
        Presented {
            tenant: self.tenant,
            user: self.user,
            session: self.session,
            epoch: self.epoch,
            device: self.device,
        }
    }

    /// The caller of a request, or why it is not authenticated.
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
            session: access.session,
            epoch: access.epoch,
            device: access.device,
            branches: BranchAccess::NONE,
            token_id: access.token_id,
            request: journal.request_id().clone(),
            trace: journal.trace().clone(),
        })
    }
}
