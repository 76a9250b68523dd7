//! The context of a command: tenant, actor and branches.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::identity::roles::BranchAccess;
use domain::shared::{BranchId, CommandId, CorrelationId, DeviceId, EventId, TenantId, UserId};
use event_store::Actor;

/// Correlates everything that a request causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlation {
    /// The id of the request, or of another origin.
    pub id: CorrelationId,
    /// The W3C trace context of the request.
    pub traceparent: Option<Arc<str>>,
}

impl From<CorrelationId> for Correlation {
    fn from(id: CorrelationId) -> Self {
        Self { id, traceparent: None }
    }
}

/// The context of everything: the first parameter of every use case.
///
/// It is made by the API's security scheme for people, by the consumer loop from an event, and by
/// [`Scope::system`] for FastOps itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The tenant.
    pub tenant: TenantId,
    /// The actor.
    pub actor: Actor,
    /// Where the actor may act.
    pub branches: BranchAccess,
    /// The till or tablet that the request comes from.
    pub device: Option<DeviceId>,
    /// Correlates everything that the request causes.
    pub correlation: Correlation,
    /// The event that FastOps reacts to.
    pub causation: Option<EventId>,
    /// Whether business dates follow the client's time; only imports may do that.
    backdated: bool,
}

impl Scope {
    /// A person who has signed in and may act everywhere.
    pub fn user(tenant: TenantId, user: UserId, correlation: impl Into<Correlation>) -> Self {
        Self {
            tenant,
            actor: Actor::User(user),
            branches: BranchAccess::All,
            device: None,
            correlation: correlation.into(),
            causation: None,
            backdated: false,
        }
    }

    /// FastOps itself, for a stated reason. A test lists the callers.
    pub fn system(
        tenant: TenantId,
        correlation: impl Into<Correlation>,
        reason: &'static str,
    ) -> Self {
        Self {
            tenant,
            actor: Actor::System(reason.to_owned()),
            branches: BranchAccess::All,
            device: None,
            correlation: correlation.into(),
            causation: None,
            backdated: false,
        }
    }

    /// The same scope, in these branches alone.
    #[must_use]
    pub fn in_branches(self, branches: BranchAccess) -> Self {
        Self { branches, ..self }
    }

    /// The same scope, on this device.
    #[must_use]
    pub fn on_device(self, device: Option<DeviceId>) -> Self {
        Self { device, ..self }
    }

    /// Whether the actor may act in a branch.
    pub(crate) fn may_act_in(&self, branch: BranchId) -> bool {
        self.branches.includes(branch)
    }

    /// The same scope for things that happened in the past: the business date of its commands is that
    /// of their `occurred_at`.
    #[must_use]
    pub fn backdated(self) -> Self {
        Self { backdated: true, ..self }
    }

    /// Whether the commands yield to live commands on the same streams.
    pub(crate) const fn gives_way(&self) -> bool {
        self.backdated
    }

    /// The time that determines the business date of a command.
    pub(crate) const fn business_instant(
        &self,
        occurred_at: DateTime<Utc>,
        recorded_at: DateTime<Utc>,
    ) -> DateTime<Utc> {
        if self.backdated { occurred_at } else { recorded_at }
    }
}

/// The metadata of a command that the client gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The id that the client made; a retry carries the same one.
    pub command: CommandId,
    /// When it happened, if the client gives that; otherwise the server's time counts.
    pub occurred_at: Option<DateTime<Utc>>,
}

impl Request {
    /// A command that happens as it arrives.
    pub const fn live(command: CommandId) -> Self {
        Self { command, occurred_at: None }
    }
}
